"""Registration of a patient, open to everybody; who registers is signed in at once.

An address that has an account already is refused after the same work, few times for each network address, and its
owner is told by mail: nobody can try out a list of addresses.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import TooManyRequests

from models import clock
from models.base import db, one_transaction
from models.clinic import ConsentKind, Sex
from models.errors import Refused
from models.operations import accounts, patients
from models.operations.notices import tell
from models.people import Language, User
from models.roles import Role
from portal.site import locale, passwords
from portal.site.links import home_of, public_url
from portal.site.locale import refusal_text
from portal.site.signin import guesses, sign_in
from portal.site.throttle import Throttle

bp = Blueprint("registration", __name__)
#: Registrations from one network address.
tries = Throttle("register", limit=20, window=timedelta(minutes=10))
#: Addresses that have an account already, from one network address.
repeats = Throttle("register-repeated", limit=5, window=timedelta(minutes=10))
#: Letters that a patient's password has at least.
SHORTEST = passwords.MIN_PATIENT
FIELDS = ("name", "birth_date", "sex", "email", "password", "consent_privacy", "consent_telemedicine")


def labels() -> dict[str, str]:
    return {"name": gettext("Full name"), "birth_date": gettext("Birth date"), "sex": gettext("Sex"),
            "email": gettext("E-mail address"), "password": gettext("Password"),
            "consent_privacy": gettext("Consent to keep your health data"),
            "consent_telemedicine": gettext("Consent to consult at a distance")}


def _page(typed: MultiDict[str, str] | None = None, errors: dict[str, str] | None = None, status: int = 200) -> Any:
    told = {field if field in FIELDS else "name": text for field, text in (errors or {}).items()}
    errors = {field: told[field] for field in FIELDS if field in told}  # in the order of the form, none left out
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
    try:
        values["birth_date"] = date.fromisoformat(form.get("birth_date", "").strip())
        if not date(1900, 1, 1) <= values["birth_date"] <= clock.today():
            errors["birth_date"] = gettext("This date has not come yet or lies too far back. Choose a day until today.")
    except ValueError:
        errors["birth_date"] = gettext("Please choose the day you were born.")
    if form.get("sex") in set(Sex):
        values["sex"] = Sex(form["sex"])
    else:
        errors["sex"] = gettext("Please choose one of the two, as on the identity card.")
    password = form.get("password", "")
    if len(password) < SHORTEST:
        errors["password"] = gettext("The password needs at least %(least)s letters. Add %(more)s.", least=SHORTEST,
                                     more=SHORTEST - len(password))
    elif len(password) > passwords.MAX:
        errors["password"] = gettext("The password has at most %(most)s letters.", most=passwords.MAX)
    elif password.lower() in (values.get("email", ""), values["name"].lower()):
        errors["password"] = gettext("A password that is your name or address is easily guessed. Choose another.")
    if not form.get("consent_privacy"):
        errors["consent_privacy"] = gettext("Tick this consent, so that we may keep your medical record.")
    if not form.get("consent_telemedicine"):
        errors["consent_telemedicine"] = gettext("Tick this consent, so that you can consult a doctor here.")
    return values, errors


def _form() -> Any:
    if current_user.is_authenticated:
        return redirect(home_of(current_user))
    return _page()


def _register() -> Any:
    if current_user.is_authenticated:
        return redirect(home_of(current_user), 303)
    wait = tries.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)
    values, errors = checked(request.form)
    if errors:
        return _page(request.form, errors, 422)
    # The costly hash is made in both cases: the time tells nothing.
    password_hash = passwords.hashed(request.form["password"])
    guess = f"{values['email'].lower()}|{request.remote_addr}"
    wait = guesses.take(guess)
    if wait:
        raise TooManyRequests(retry_after=wait)
    owner = known_account(values["email"])
    is_theirs = passwords.verified(request.form["password"], owner.password_hash if owner else None)
    if owner is not None:
        if is_theirs and owner.is_active and owner.roles == {Role.PATIENT}:
            # The answer to their registration was lost on the way, or the button was pressed twice.
            with one_transaction():
                sign_in(owner)
            guesses.forget(guess)
            return redirect("/portal/", 303)
        return _page(request.form, tell_known(values["email"]), 422)
    try:
        with one_transaction():
            patient = patients.register(password_hash=password_hash, consents=list(ConsentKind),
                                        language=Language(locale.choose()), **values)
            assert patient.user is not None
            if public_url() is not None:
                accounts.ask_confirmation(patient.user)
            sign_in(patient.user)
    except Refused as refusal:
        return _page(request.form, {refusal.field or "name": refusal_text(refusal)}, refusal.status)
    flash(gettext("Your registration was received. Meanwhile you can complete your profile."))
    return redirect("/portal/", 303)


def known_account(email: str) -> User | None:
    return db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.lower()))


def tell_known(email: str) -> dict[str, str]:
    """The refusal of an address that has an account, counted; its owner is told by mail."""
    wait = repeats.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)
    with one_transaction():
        owner = known_account(email)
        if owner is not None:
            tell("registration_repeated", owner)
    return {"email": gettext(
        "This address cannot be registered. If you have an account, sign in; else use another address.")}


for _place, _name in (("/register", "form"), ("/portal/register", "portal_form")):
    bp.add_url_rule(_place, _name, _form)
    bp.add_url_rule(_place, f"{_name}_post", _register, methods=("POST",))


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
