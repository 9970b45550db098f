"""The own second factor: an authenticator app, set up, taken off, and its recovery codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyotp
import segno
from flask import flash, redirect, render_template
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup

from models.base import one_transaction
from models.errors import Refused
from models.operations.people import second_factor
from models.settings import setting
from portal import access
from portal.account import bp, known_password
from portal.forms import Line, PasswordedForm, takes
from portal.web.locale import refusal_text
from portal.web.second_step import code_guesses, is_missing
from portal.web.signin import renew_session, token_hash


class FactorForm(PasswordedForm):
    blames = "code"
    code = Line(most=80)


def _page(errors: dict[str, str] | None = None, codes: list[str] | None = None, status: int = 200) -> Any:
    values: dict[str, Any] = {"errors": errors or {}, "codes": codes, "must": is_missing(current_user)}
    if current_user.factor_since is None:
        with one_transaction():
            secret = second_factor.begin(current_user)
        address = pyotp.TOTP(secret).provisioning_uri(name=current_user.email,
                                                      issuer_name=str(setting("hospital.name") or "Rawat"))
        drawing = segno.make(address, error="m").svg_inline(scale=5, border=2)
        values |= {"secret": secret, "address": address, "qr": Markup(drawing)}  # noqa: S704 (our drawing)
    else:
        values["left"] = second_factor.codes_left(current_user)
    page = "site/factor_staff.html" if current_user.is_staff and not values["must"] else "portal/factor.html"
    return render_template(page, **values), status


@access.signed_in
def factor() -> Any:
    return _page()


def _asked(form: FactorForm) -> dict[str, str]:
    """What is wrong with the present password; counted."""
    wrong = known_password(form)
    return {"current": wrong} if wrong else {}


def _proved(form: FactorForm, then: Callable[[], None]) -> dict[str, str]:
    """Do `then` where password and code are right; else what is wrong with them. Both are counted."""
    if errors := _asked(form):
        return errors
    attempt = code_guesses.begin(str(current_user.id), current_user)
    with one_transaction():
        right = second_factor.is_right(current_user, str(form.code.data or ""))
        if right:
            then()
    if not right:
        return {"code": gettext("This code is not right, or was used already.")}
    attempt.right()
    return {}


@access.signed_in
@takes(FactorForm)
def set_up(form: FactorForm) -> Any:
    if errors := _asked(form):
        return _page(errors, status=422)
    attempt = code_guesses.begin(f"new|{current_user.id}")
    try:
        with one_transaction():
            codes = second_factor.confirm(current_user, str(form.code.data or ""), keep=token_hash())
            renew_session(current_user)
    except Refused as refusal:
        return _page({"code": refusal_text(refusal)}, status=refusal.status)
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
        second_factor.take_off(current_user, keep=token_hash())
        renew_session(current_user)

    if errors := _proved(form, off):
        return _page(errors, status=422)
    flash(gettext("The second factor was taken off. Other devices were signed out."))
    return redirect("/account/", 303)


for _path, _view, _name, _method in (
        ("/factor", factor, "factor", "GET"), ("/factor", set_up, "factor_set_up", "POST"),
        ("/factor/codes", new_codes, "factor_codes", "POST"),
        ("/factor/off", take_off, "factor_off", "POST")):
    bp.add_url_rule(_path, _name, _view, methods=(_method,))
