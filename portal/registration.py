"""Registration of a patient, open to everybody.

The answer is the same page after the same work whether or not the address has an account already; whose it is
reads it in a mail. Nobody can try out a list of addresses.
"""

from __future__ import annotations

import ipaddress
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, redirect, render_template, request
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
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
from portal.web import locale, passwords
from portal.web.links import home_of, public_url
from portal.web.locale import refusal_text
from portal.web.signin import guesses
from portal.web.throttle import Throttle

bp = Blueprint("registration", __name__)
#: Registrations from one network address; the setting registration.per_address says how many.
tries = Throttle("register", limit=20, window=timedelta(minutes=10))
#: Letters that a patient's password has at least.
SHORTEST = passwords.MIN_PATIENT
FIELDS = ("name", "birth_date", "sex", "email", "password", "consent_privacy", "consent_telemedicine")


def labels() -> dict[str, str]:
    return {"name": gettext("Full name"), "birth_date": gettext("Birth date"), "sex": gettext("Sex"),
            "email": gettext("E-mail address"), "password": gettext("Password"),
            "consent_privacy": gettext("Consent to keep your health data"),
            "consent_telemedicine": gettext("Consent to consult at a distance")}


def _page(typed: MultiDict[str, str] | None = None, errors: dict[str, str] | None = None,
          status: int = 200) -> Any:
    notified = {field if field in FIELDS else "name": text for field, text in (errors or {}).items()}
    # in the order of the form, none left out
    errors = {field: notified[field] for field in FIELDS if field in notified}
    return render_template("portal/register.html", typed=typed or MultiDict(), errors=errors, labels=labels(),
                           sexes=list(Sex), shortest=SHORTEST, versions=patients.CONSENTS), status


def checked(form: MultiDict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values and what is wrong with them, at the field, with what would be accepted."""
    errors: dict[str, str] = {}
    values: dict[str, Any] = {"name": " ".join(form.get("name", "").replace("\0", "").split())}
    if not 2 <= len(values["name"]) <= 200:
        errors["name"] = gettext("Please write the full name, 2 to 200 letters.")
    try:
        values["email"] = patients.clean_email(form.get("email", ""))
    except Refused as refusal:
        errors["email"] = refusal_text(refusal)
    _check_birth_date(form, values, errors)
    if form.get("sex") in set(Sex):
        values["sex"] = Sex(form["sex"])
    else:
        errors["sex"] = gettext("Please choose one of the two, as on the identity card.")
    if wrong := _wrong_password(form.get("password", ""), values):
        errors["password"] = wrong
    if not form.get("consent_privacy"):
        errors["consent_privacy"] = gettext("Tick this consent, so that we may keep your medical record.")
    if not form.get("consent_telemedicine"):
        errors["consent_telemedicine"] = gettext("Tick this consent, so that you can consult a doctor here.")
    return values, errors


def _check_birth_date(form: MultiDict[str, str], values: dict[str, Any], errors: dict[str, str]) -> None:
    try:
        values["birth_date"] = date.fromisoformat(form.get("birth_date", "").strip())
        if not date(1900, 1, 1) <= values["birth_date"] <= clock.today():
            errors["birth_date"] = gettext("This date has not come yet or lies too far back. Choose a day "
                                           "until today.")
    except ValueError:
        errors["birth_date"] = gettext("Please choose the day you were born.")


def _wrong_password(password: str, values: dict[str, Any]) -> str:
    """What is wrong with the password of a person with this name and address; nothing when it is good."""
    weak = passwords.problem(password, SHORTEST, values.get("email", ""), values["name"])
    return refusal_text(weak) if weak is not None else ""


def _form() -> Any:
    if current_user.is_authenticated:
        return redirect(home_of(current_user))
    return _page()


def _register() -> Any:
    if current_user.is_authenticated:
        return redirect(home_of(current_user), 303)
    values, errors = checked(request.form)
    if errors:  # nothing was tried yet
        return _page(request.form, errors, 422)
    count_registration()
    guess = f"{values['email'].lower()}|{request.remote_addr}"
    wait = guesses.take(guess)
    if wait:
        raise TooManyRequests(retry_after=wait)
    # The costly hash is made in both cases: the time tells nothing.
    password_hash = passwords.hashed(request.form["password"])
    try:
        with one_transaction():
            if not told_owner(values["email"]):
                patient = patients.register(password_hash=password_hash, consents=list(ConsentKind),
                                            language=Language(locale.choose()), **values)
                assert patient.user is not None
                if public_url() is not None:
                    accounts.ask_confirmation(patient.user)
    except Refused as refusal:
        if refusal.field != "email":
            return _page(request.form, {refusal.field or "name": refusal_text(refusal)}, refusal.status)
        with one_transaction():  # somebody registered with it at the same moment
            told_owner(values["email"])
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
