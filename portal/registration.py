"""Registration of a patient, open to everybody.

The answer is the same page after the same work whether or not the address has an account already; whose it is
reads it in a mail. Nobody can try out a list of addresses.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, redirect, render_template, request
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from models import clock
from models.base import db, one_transaction
from models.clinic import ConsentKind, Sex
from models.errors import Refused
from models.operations.clinic import patients
from models.operations.people import accounts
from models.operations.people.mail import post_to
from models.operations.people.notices import tell
from models.outbox import Outbox
from models.people import Language
from models.settings import setting
from portal.forms import RegisterForm, takes
from portal.web import locale, passwords
from portal.web.guessing import password_guesses
from portal.web.links import home_of, public_url
from portal.web.throttle import Throttle

bp = Blueprint("registration", __name__)
#: Registrations from one network address; the setting registration.per_address says how many.
tries = Throttle("register", limit=20, window=timedelta(minutes=10))
#: Letters that a patient's password has at least.
SHORTEST = passwords.MIN_PATIENT


def labels() -> dict[str, str]:
    return {"name": gettext("Full name"), "birth_date": gettext("Birth date"), "sex": gettext("Sex"),
            "email": gettext("E-mail address"), "password": gettext("Password"),
            "consent_privacy": gettext("Consent to keep your health data"),
            "consent_telemedicine": gettext("Consent to consult at a distance")}


def _page(form: RegisterForm | None = None, status: int = 200) -> Any:
    return render_template("portal/register.html", typed=form.typed if form else {},
                           errors=form.problems if form else {}, labels=labels(), sexes=list(Sex),
                           shortest=SHORTEST, versions=patients.CONSENTS), status


def _form() -> Any:
    if current_user.is_authenticated:
        return redirect(home_of(current_user))
    return _page()


@takes(RegisterForm)
def _register(form: RegisterForm) -> Any:
    if current_user.is_authenticated:
        return redirect(home_of(current_user), 303)
    if not form.validate():  # nothing was tried yet
        return _page(form, 422)
    count_registration()
    email = str(form.email.data)
    wait = password_guesses.of_account.take(email.lower())
    if wait:
        raise TooManyRequests(retry_after=wait)
    # The costly hash is made in both cases: the time tells nothing.
    password_hash = passwords.hashed(str(form.password.data))
    try:
        with one_transaction():
            if not told_owner(email):
                patient = patients.register(email=email, password_hash=password_hash,
                                            consents=list(ConsentKind),
                                            language=Language(locale.choose()), **form.person)
                assert patient.user is not None
                if public_url() is not None:
                    accounts.ask_confirmation(patient.user)
    except Refused as refusal:
        if refusal.field != "email":
            form.blame(refusal)
            return _page(form, refusal.status)
        with one_transaction():  # somebody registered with it at the same moment
            told_owner(email)
    return redirect("/register/done", 303)


def count_registration() -> None:
    """Count a registration of this network address, but for those that the house knows. Raises
    `TooManyRequests`."""
    if not is_known(str(request.remote_addr)):
        wait = tries.take(str(request.remote_addr), limit=setting("registration.per_address"))
        if wait:
            raise TooManyRequests(retry_after=wait)


def is_known(address: str) -> bool:
    """Whether the house lets any number of people register from this address."""
    try:
        here = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(here in network for network in setting("registration.known_addresses"))


def told_owner(email: str) -> bool:
    """Whether the address has an account already: its owner is told by mail, once a day."""
    owner = accounts.account_with(email)
    if owner is None:
        return False
    key = f"registration-repeated:{owner.id}:{clock.today()}"
    if owner.is_active:
        tell("registration_repeated", owner, key=key)
    elif db.session.scalar(sa.select(Outbox.id).where(Outbox.key == key)) is None:
        post_to(owner.email, "registration_repeated_closed", language=owner.language, user=owner,
                name=owner.name,
                key=key)
    return True


def _done() -> Any:
    """The same page for everybody, whatever there is of the address."""
    return render_template("portal/registered.html")


bp.add_url_rule("/register/done", "done", _done)
for _place, _name in (("/register", "form"), ("/portal/register", "portal_form")):
    bp.add_url_rule(_place, _name, _form)
    bp.add_url_rule(_place, f"{_name}_post", _register, methods=("POST",))


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
