"""The account of whoever signed in: address, password, open sessions, other sign-ins; and the ways back in by
mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import NotFound, TooManyRequests

from models import clock
from models.accounts import TicketKind
from models.base import one_transaction
from models.errors import N_, Refused
from models.operations.people import accounts, credentials, delegations
from models.people import User
from portal import access, providers
from portal.forms import (
    ChangeEmailForm,
    ChangePasswordForm,
    ForgottenForm,
    NewPasswordForm,
    PasswordedForm,
    TicketForm,
    presses,
    takes,
)
from portal.web import passwords
from portal.web.links import public_url
from portal.web.locale import refusal_text
from portal.web.second_step import password_problem as present_password_problem
from portal.web.signin import TOKEN, renew_session, token_hash
from portal.web.throttle import Throttle

bp = Blueprint("own_account", __name__, url_prefix="/account")
#: Mails that one network address may cause, and all together.
mails = Throttle("account-mail", limit=10, window=timedelta(minutes=15), together=True)
all_mails = Throttle("account-mail-house", limit=300, window=timedelta(minutes=15), together=True)
#: Tickets that one network address may try.
tickets = Throttle("account-ticket", limit=30, window=timedelta(minutes=10))
#: Identity numbers that one account may write: the answer tells nothing, and nobody tries out a list.
numbers = Throttle("nik", limit=10, window=timedelta(hours=1))
CONFIRMING = (TicketKind.CONFIRM_EMAIL, TicketKind.CHANGE_EMAIL, TicketKind.LINK_IDENTITY)


def _counted(throttle: Throttle) -> None:
    wait = throttle.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)


def _counted_mail() -> None:
    _counted(mails)
    if wait := all_mails.take("all"):
        raise TooManyRequests(retry_after=wait)


def count_nik(number: str) -> None:
    """Count an identity number that the person writes. Raises `TooManyRequests`."""
    wait = numbers.take(str(current_user.id)) if number.strip() else 0
    if wait:
        raise TooManyRequests(retry_after=wait)


def _mail_works() -> None:
    if public_url() is None:
        raise Refused(N_("Mail with links is not set up here. Please ask the hospital."))


def shortest(user: User) -> int:
    """Letters that the person's password has at least."""
    return passwords.MIN_STAFF if user.is_staff else passwords.MIN_PATIENT


def password_error(password: str, repeated: str, user: User) -> tuple[str, str] | None:
    """The field to blame and why a new password cannot be taken."""
    return password_problem(password, repeated, shortest(user), user.email, user.name)


def password_problem(password: str, repeated: str, least: int, *guessed: str) -> tuple[str, str] | None:
    """The same for somebody without an account; `guessed` is what others would try first."""
    weak = passwords.problem(password, least, *guessed)
    if weak is not None:
        return "password", refusal_text(weak)
    if password != repeated:
        return "repeated", gettext("The two passwords differ. Type the same one twice.")
    return None


# ---------------------------------------------------------------- for those who signed in

def own_page(errors: dict[str, str] | None = None, status: int = 200, **typed: str) -> Any:
    frame = "site/account_staff.html" if current_user.is_staff else "portal/account.html"
    sessions, pushed = credentials.sessions_and_devices(current_user)
    return render_template(frame, errors=errors or {}, typed=typed,
                           least=shortest(current_user), sessions=sessions, pushed=pushed,
                           here_hash=token_hash(), tokens=credentials.tokens_of(current_user),
                           expires_at=credentials.expires_at,
                           identities=credentials.identities_of(current_user), names=accounts.provider_name,
                           offered=providers.offered(), **_delegations()), status


def _delegations() -> dict[str, Any]:
    """The own role given to others, and others' held: for staff alone."""
    if not current_user.is_staff:
        return {"gives": [], "stands_in": []}
    user = current_user._get_current_object()
    gives = delegations.roles_to_give(user, by=user)
    return {"gives": gives, "takers": delegations.takers(user, by=user) if gives else [],
            "stands_in": delegations.of_person(user), "today": clock.today()}


@access.signed_in
def show() -> Any:
    return own_page()


def done_there(words: str, place: str = "") -> Any:
    flash(words)
    return redirect(url_for("own_account.show") + place, 303)


@access.signed_in
@presses
def resend() -> Any:
    """The mail that confirms the address, once more."""
    _counted_mail()
    try:
        _mail_works()
        with one_transaction():
            accounts.ask_confirmation(current_user)
    except Refused as refusal:
        return own_page({"confirm": refusal_text(refusal)}, refusal.status)
    return done_there(gettext("We sent a mail to %(address)s. Open the link in it.",
                              address=current_user.email))


def known_password(form: PasswordedForm) -> str:
    """Why the typed present password is not right; empty when it is, or when there is none yet."""
    if current_user.password_hash is None:
        return ""
    return present_password_problem(current_user, str(form.current.data or ""))


@access.signed_in
@takes(ChangeEmailForm)
def change_email(form: ChangeEmailForm) -> Any:
    email = str(form.email.data or "")
    wrong = known_password(form)
    if wrong:
        return own_page({"email_current": wrong}, 422, email=email)
    _counted_mail()
    try:
        _mail_works()
        with one_transaction():
            accounts.ask_change(current_user, email)
    except Refused as refusal:
        return own_page({"email": refusal_text(refusal)}, refusal.status, email=email)
    return done_there(gettext("We sent a mail to %(address)s. Your address changes when you open the link in "
                              "it.", address=email))


@access.signed_in
@takes(ChangePasswordForm)
def change_password(form: ChangePasswordForm) -> Any:
    wrong = known_password(form)
    if wrong:
        return own_page({"current": wrong}, 422)
    password = str(form.password.data or "")
    error = password_error(password, str(form.repeated.data or ""), current_user)
    if error:
        return own_page(dict([error]), 422)
    stored = passwords.hashed(password)
    with one_transaction():
        credentials.set_password(current_user, stored)
        renew_session(current_user)
    return done_there(gettext("Your password was changed. Other devices were signed out, and all API tokens "
                         "ended."))


@access.signed_in
@presses
def end_session(session_id: int) -> Any:
    with one_transaction():
        ended = session_id < 2**63 and credentials.end_sessions(current_user, only=session_id)
    if not ended:
        raise NotFound
    return done_there(gettext("That device was signed out."), "#sessions")


@access.signed_in
@presses
def end_others() -> Any:
    with one_transaction():
        credentials.end_sessions(current_user, keep=token_hash())
    return done_there(gettext("All other devices were signed out."), "#sessions")


@access.signed_in
@presses
def end_token(token_id: int) -> Any:
    with one_transaction():
        ended = token_id < 2**63 and credentials.end_tokens(current_user, only=token_id)
    if not ended:
        raise NotFound
    return done_there(gettext("That token opens nothing any more."), "#tokens")


@access.signed_in
@presses
def end_all_tokens() -> Any:
    with one_transaction():
        credentials.end_tokens(current_user)
    return done_there(gettext("All API tokens ended."), "#tokens")


@access.signed_in
@presses
def unlink(identity_id: int) -> Any:
    try:
        with one_transaction():
            result = identity_id < 2**63 and accounts.unlink(current_user, identity_id, keep=token_hash())
            if result:
                renew_session(current_user)
    except Refused as refusal:
        return own_page({"identities": refusal_text(refusal)}, refusal.status)
    if not result:
        raise NotFound
    return done_there(gettext("This sign-in no longer opens your account."), "#identities")


# ---------------------------------------------------------------- by a link of a mail

def forgotten() -> Any:
    return render_template("portal/account_forgotten.html", sent=False,
                           email=request.args.get("email", "")[:254])


@takes(ForgottenForm)
def forgotten_post(form: ForgottenForm) -> Any:
    """The same answer for every address."""
    _counted_mail()
    email = str(form.email.data or "")
    if "@" not in email:
        return render_template("portal/account_forgotten.html", sent=False, email=email,
                               error=gettext("Type the e-mail address of your account.")), 422
    _mail_works()
    with one_transaction():
        accounts.ask_reset(email)
    return render_template("portal/account_forgotten.html", sent=True, email=email)


def _ticket(kinds: tuple[TicketKind, ...], token: str) -> tuple[str, Any]:
    """The ticket of the address or form, and what it is; the sentence of refusal when it is no longer
    good."""
    _counted(tickets)
    return token, accounts.found_ticket(token, *kinds)


def _stale(refusal: Refused) -> Any:
    return render_template("portal/account_ticket.html", ticket=None,
                           error=refusal_text(refusal)), refusal.status


def ticket() -> Any:
    """Asks before it does anything: programs that look into mail open links too."""
    try:
        token, result = _ticket(CONFIRMING, request.args.get("ticket", ""))
    except Refused as refusal:
        return _stale(refusal)
    return render_template("portal/account_ticket.html", ticket=result, token=token,
                           names=accounts.provider_name)


@takes(TicketForm)
def ticket_post(form: TicketForm) -> Any:
    try:
        token, _ = _ticket(CONFIRMING, _token_of(form))
        with one_transaction():
            result = accounts.confirm(token)
    except Refused as refusal:
        return _stale(refusal)
    flash({TicketKind.CONFIRM_EMAIL: gettext("Thank you, your e-mail address is confirmed."),
           TicketKind.CHANGE_EMAIL: gettext("Your account now uses the new e-mail address."),
           TicketKind.LINK_IDENTITY: gettext("Linked. From now on you can sign in this way.")}[result.kind])
    return redirect(url_for("own_account.done"), 303)


def done() -> Any:
    """What was done, and where to go on; for a browser that may not be signed in."""
    return render_template("portal/account_done.html")


def _token_of(form: TicketForm) -> str:
    """The link's own text: the form carries it, a program may leave it in the address."""
    return str(form.ticket.data or request.args.get("ticket", ""))


def _password_page(token: str, user: User, errors: dict[str, str] | None = None, status: int = 200) -> Any:
    return render_template("portal/account_password.html", token=token, errors=errors or {},
                           least=shortest(user),
                           email=user.email), status


def password() -> Any:
    try:
        token, result = _ticket((TicketKind.RESET_PASSWORD,), request.args.get("ticket", ""))
    except Refused as refusal:
        return _stale(refusal)
    return _password_page(token, result.user)


@takes(NewPasswordForm)
def password_post(form: NewPasswordForm) -> Any:
    try:
        token, result = _ticket((TicketKind.RESET_PASSWORD,), _token_of(form))
        typed = str(form.password.data or "")
        error = password_error(typed, str(form.repeated.data or ""), result.user)
        if error:
            return _password_page(token, result.user, dict([error]), 422)
        stored = passwords.hashed(typed)
        with one_transaction():
            accounts.reset_password(token, stored)
    except Refused as refusal:
        return _stale(refusal)
    session.pop(TOKEN, None)
    flash(gettext("Your new password is set. Sign in with it."))
    return redirect(url_for("own_account.done"), 303)


for _path, _view, _name, _method in (
        ("/", show, "show", "GET"), ("/confirmation", resend, "resend", "POST"),
        ("/email", change_email, "change_email", "POST"),
        ("/password/change", change_password, "change_password", "POST"),
        ("/sessions/<int:session_id>/end", end_session, "end_session", "POST"),
        ("/sessions/end", end_others, "end_others", "POST"),
        ("/tokens/<int:token_id>/end", end_token, "end_token", "POST"),
        ("/tokens/end", end_all_tokens, "end_tokens", "POST"),
        ("/identities/<int:identity_id>/unlink", unlink, "unlink", "POST"),
        ("/forgotten", forgotten, "forgotten", "GET"),
        ("/forgotten", forgotten_post, "forgotten_post", "POST"),
        ("/confirm", ticket, "ticket", "GET"), ("/confirm", ticket_post, "ticket_post", "POST"),
        ("/done", done, "done", "GET"),
        ("/password", password, "password", "GET"), ("/password", password_post, "password_post", "POST")):
    bp.add_url_rule(_path, _name, _view, methods=(_method,))


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
