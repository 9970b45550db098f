"""The own second factor: an authenticator app and passkeys, set up and taken off, and recovery codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyotp
from flask import flash, redirect, render_template, session
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from models import clock
from models.base import one_transaction
from models.errors import N_, Refused
from models.operations.people import passkeys, second_factor
from models.settings import setting
from portal import access
from portal.account import bp, known_password
from portal.forms import Line, PasswordedForm, PortalForm, Text, Tick, takes
from portal.web import passkey_door
from portal.web.locale import refusal_text
from portal.web.second_step import code_guesses, factor_problem, factors_of, is_missing
from portal.web.signin import renew_session, token_hash

#: A passkey that is being made: its name, whether it opens the account alone, its handle, and since when.
MAKING = "passkey_made"


class FactorForm(PasswordedForm):
    blames = "code"
    code = Line(most=80)
    #: The answer of a passkey, in the place of the code.
    passkey = Text(most=passkeys.LONGEST_ANSWER)


class AppForm(FactorForm):
    #: What the new app shows, where the code is another factor's.
    digits = Line(most=20)


class PasskeyForm(FactorForm):
    blames = "name"
    name = Line(most=60)
    is_sign_in = Tick()


class MadeForm(PortalForm):
    blames = "name"
    answer = Text(most=passkeys.LONGEST_ANSWER)


def _frame(name: str) -> str:
    """The template of a page of these in the frame that the person knows."""
    is_staffs = current_user.is_staff and not is_missing(current_user)
    return f"site/{name}_staff.html" if is_staffs else f"portal/{name}.html"


def _page(errors: dict[str, str] | None = None, codes: list[str] | None = None, status: int = 200,
          typed: Any = None) -> Any:
    offers = factors_of(current_user)
    values: dict[str, Any] = {
        "errors": errors or {}, "codes": codes, "must": is_missing(current_user), "typed": typed or {},
        "keys": passkeys.of_account(current_user), "with_passkeys": passkey_door.is_offered(),
        "left": second_factor.codes_left(current_user), **offers}
    if not offers["has_app"]:
        with one_transaction():
            secret = second_factor.begin(current_user)
        address = pyotp.TOTP(secret).provisioning_uri(name=current_user.email,
                                                      issuer_name=str(setting("hospital.name") or "Rawat"))
        import segno  # only where an app is set up

        drawing = segno.make(address, error="m").svg_inline(scale=5, border=2)
        values |= {"secret": secret, "address": address, "qr": Markup(drawing)}  # noqa: S704 (our drawing)
    return render_template(_frame("factor"), **values), status


@access.signed_in
def factor() -> Any:
    return _page()


def _nothing() -> None:
    pass


def _proved(form: FactorForm, then: Callable[[], None] = _nothing) -> dict[str, str]:
    """Do `then` where the password, and the factor where there is one, are right; else what is wrong with
    them. Both are counted."""
    if wrong := known_password(form):
        return {"current": wrong}
    if current_user.factor_since is None:
        with one_transaction():
            then()
        return {}
    wrong = factor_problem(current_user, then)
    return {"code": wrong} if wrong else {}


# ---------------------------------------------------------------- the app

@access.signed_in
@takes(AppForm)
def set_up(form: AppForm) -> Any:
    """Who has a passkey already proves with it, and then with the digits of the new app."""
    has_factor = current_user.factor_since is not None
    if errors := _proved(form):
        return _page({f"app_{field}": text for field, text in errors.items()}, status=422)
    digits = str((form.digits if has_factor else form.code).data or "")
    attempt = code_guesses.begin(f"new|{current_user.id}")
    try:
        with one_transaction():
            codes = second_factor.confirm(current_user, digits, keep=token_hash())
            renew_session(current_user, is_proved=True)
    except Refused as refusal:
        return _page({"app_digits": refusal_text(refusal)}, status=refusal.status)
    attempt.right()
    return _page(codes=codes)


@access.signed_in
@takes(FactorForm)
def new_codes(form: FactorForm) -> Any:
    """With password and code, too: a new recovery code would take everything off."""
    codes: list[str] = []
    errors = _proved(form, lambda: codes.extend(second_factor.new_codes(current_user)))
    return _page(errors, status=422) if errors else _page(codes=codes)


@access.signed_in
@takes(FactorForm)
def take_off(form: FactorForm) -> Any:
    """With password and code: who sits at an open session takes nothing off."""
    def off() -> None:
        second_factor.take_app_off(current_user, keep=token_hash())
        renew_session(current_user)

    try:
        errors = _proved(form, off)
    except Refused as refusal:
        errors = {"code": refusal_text(refusal)}
    if errors:
        return _page(errors, status=422)
    flash(gettext("The authenticator app was taken off. Other devices were signed out."))
    return redirect("/account/factor" if current_user.factor_since else "/account/", 303)


# ---------------------------------------------------------------- passkeys

def _asks(device: dict[str, Any], name: str) -> Any:
    return render_template(_frame("passkey"), options=device, name=name, must=is_missing(current_user))


@access.signed_in
@takes(PasskeyForm)
def begin_passkey(form: PasskeyForm) -> Any:
    """Password, and the factor where there is one; then the page on which the device makes the key."""
    is_sign_in = bool(form.is_sign_in.data)
    try:
        name = passkeys.check_name(current_user, str(form.name.data or ""))
        errors = _proved(form)
    except Refused as refusal:
        errors = {"name": refusal_text(refusal)}
    if errors:
        return _page({f"new_{field}": text for field, text in errors.items()}, status=422, typed=form.typed)
    device = passkey_door.making(current_user, is_sign_in=is_sign_in)
    if device is None:
        raise Refused(N_("Passkeys cannot be made at this address."))
    session[MAKING] = [name, is_sign_in, device["user"]["id"], int(clock.now().timestamp())]
    return _asks(device, name)


@access.signed_in
@takes(MadeForm)
def add_passkey(form: MadeForm) -> Any:
    """Keep what the device made, a short time after the proof."""
    kept = session.pop(MAKING, None)
    try:
        if not kept or not 0 <= clock.now().timestamp() - kept[3] <= passkeys.LIFE:
            raise passkeys.too_late()
        with one_transaction():
            codes = passkey_door.registered(current_user, str(form.answer.data or ""), name=kept[0],
                                            handle=kept[2], is_sign_in=kept[1], keep=token_hash())
            renew_session(current_user, is_proved=True)
    except Refused as refusal:
        return _page({"new_name": refusal_text(refusal)}, status=refusal.status)
    if codes:
        return _page(codes=codes)
    flash(gettext("The passkey was added."))
    return redirect("/account/factor", 303)


@access.signed_in
@takes(FactorForm)
def remove_passkey(passkey_id: int, form: FactorForm) -> Any:
    """With password and factor, like taking the app off."""
    if passkey_id >= 2**63 or not any(row.id == passkey_id for row in passkeys.of_account(current_user)):
        raise NotFound

    def off() -> None:
        passkeys.remove(current_user, passkey_id, keep=token_hash())
        renew_session(current_user)

    if errors := _proved(form, off):
        return _page(errors, status=422)
    flash(gettext("The passkey was removed. Other devices were signed out."))
    return redirect("/account/factor" if current_user.factor_since else "/account/", 303)


for _path, _view, _name, _method in (
        ("/factor", factor, "factor", "GET"), ("/factor", set_up, "factor_set_up", "POST"),
        ("/factor/codes", new_codes, "factor_codes", "POST"),
        ("/factor/off", take_off, "factor_off", "POST"),
        ("/factor/passkey", begin_passkey, "factor_passkey", "POST"),
        ("/factor/passkey/made", add_passkey, "factor_passkey_made", "POST"),
        ("/factor/passkey/<int:passkey_id>/remove", remove_passkey, "factor_passkey_remove", "POST")):
    bp.add_url_rule(_path, _name, _view, methods=(_method,))
