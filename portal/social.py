"""Sign-in with another provider: in, linked to an account that is there, or a new registration.

An account is opened only by an identity that was linked to it. A vouched-for address that has an account is
not enough: the person signs in with the password, or opens a link that is mailed to that address. Staff link
inside of their account only.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound, TooManyRequests

from models import clock
from models.activity import Activity
from models.base import db, one_transaction
from models.clinic import ConsentKind
from models.errors import N_, Refused
from models.operations.clinic import patients
from models.operations.core import activity
from models.operations.people import accounts
from models.operations.people.accounts import Identity
from models.people import Language
from portal import demo_provider, providers, registration
from portal.forms import DemoPersonForm, EmailForm, LinkForm, takes
from portal.web import locale, passwords, second_step
from portal.web.guessing import password_guesses
from portal.web.links import public_url, safe_next
from portal.web.locale import refusal_text
from portal.web.signin import sign_in
from portal.web.throttle import Throttle

bp = Blueprint("social", __name__)
#: Ways to a provider and back, from one network address.
tries = Throttle("social", limit=30, window=timedelta(minutes=10))
#: Who came back and is not in yet, and where they wanted to go; for half an hour.
WAITING, WANTED = "social_identity", "social_next"
LIVES = timedelta(minutes=30)


def _waiting() -> Identity:
    """Who came back from a provider a short time ago. Raises `Refused` when nobody did."""
    stored = session.get(WAITING)
    if not stored or clock.now().timestamp() - stored["at"] > LIVES.total_seconds():
        raise Refused(N_("That took too long. Please start the sign-in again."))
    return Identity(**{name: stored[name] for name in ("issuer", "subject", "email", "verified", "name")})


def _problem(refusal: Refused) -> Any:
    return render_template("portal/social_problem.html", error=refusal_text(refusal)), refusal.status


def start(provider: str) -> Any:
    """By a plain link: the content policy lets no form lead to another site."""
    if not providers.is_offered(provider):
        raise NotFound
    wait = tries.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)
    session[WANTED] = safe_next(request.args.get("next"))
    if providers.is_demonstrated(provider):
        return redirect(url_for("social.demo", provider=provider))
    try:
        return providers.start(provider)
    except Refused as refusal:
        return _problem(refusal)


def back(provider: str) -> Any:
    if not providers.is_offered(provider):
        raise NotFound
    wait = tries.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)
    try:
        identity = providers.finish(provider)
    except Refused as refusal:
        return _problem(refusal)
    return _arrived(identity)


def demo(provider: str) -> Any:
    demo_provider.require(provider)
    return demo_provider.page(provider)


@takes(DemoPersonForm)
def demo_post(provider: str, form: DemoPersonForm) -> Any:
    demo_provider.require(provider)
    wait = tries.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)
    identity = demo_provider.identity_of(provider, str(form.who.data or ""))
    if identity is None:
        return demo_provider.page(provider, gettext("Please choose one of the list."), 422)
    answer = _arrived(identity)
    return answer if isinstance(answer, tuple) else redirect(answer.location, 303)


def _arrived(identity: Identity) -> Any:
    """In, where the identity opens an account; else to linking or registering."""
    if not current_user.is_authenticated:
        with one_transaction():
            account = accounts.account_of(identity)
            if account is not None and account.is_active:
                return _enter(account)
        if account is not None:
            return _problem(Refused(N_("This account is closed. Ask the hospital if you want to open it "
                                       "again.")))
    session[WAITING] = {**asdict(identity), "at": clock.now().timestamp()}
    known = accounts.account_with_address(identity)
    return redirect("/login/link" if current_user.is_authenticated or known is not None else "/login/new")


def _enter(account: Any) -> Any:
    wanted = session.get(WANTED)
    return second_step.enter(account, wanted, is_proved=False)


# ---------------------------------------------------------------- an account that is there

def _link_page(identity: Identity, error: str = "", status: int = 200, sent: bool = False) -> Any:
    known = None if current_user.is_authenticated else accounts.account_with_address(identity)
    return render_template("portal/social_link.html", identity=identity, error=error, sent=sent,
                           provider=accounts.provider_name(identity.issuer), by_mail=public_url() is not None
                           and known is not None and not known.is_staff), status


def link() -> Any:
    try:
        identity = _waiting()
    except Refused as refusal:
        return _problem(refusal)
    if not current_user.is_authenticated and accounts.account_with_address(identity) is None:
        return redirect("/login/new")
    return _link_page(identity)


@takes(LinkForm)
def link_post(form: LinkForm) -> Any:
    """Link to the account of whoever is signed in; else by that account's password, or by a mail to its
    address."""
    try:
        identity = _waiting()
    except Refused as refusal:
        return _problem(refusal)
    try:
        if current_user.is_authenticated:
            with one_transaction():
                accounts.link(current_user, identity)
            session.pop(WAITING, None)
            flash(gettext("Linked. From now on you can sign in this way."))
            return redirect("/account/", 303)
        account = accounts.account_with_address(identity)
        if account is None:
            return redirect("/login/new", 303)
        if form.how.data == "mail":
            with one_transaction():
                accounts.ask_link(account, identity)
            return _link_page(identity, sent=True)
        return _by_password(account, identity, str(form.password.data or ""))
    except Refused as refusal:
        return _link_page(identity, refusal_text(refusal), refusal.status)


def _by_password(account: Any, identity: Identity, password: str) -> Any:
    attempt = password_guesses.begin(account.email, account)
    if not passwords.verified(password, account.password_hash) or not account.is_active:
        with one_transaction():
            activity.record(Activity.LOGIN_FAILED, table_name="user", changed_id=account.id)
        return _link_page(identity, gettext("This is not the password of the account."), 422)
    attempt.right()
    with one_transaction():
        accounts.link(account, identity)
        account.email_confirmed_at = account.email_confirmed_at or clock.now()  # the provider vouches for it
        return _enter(account)


# ---------------------------------------------------------------- a new registration

def _new_page(identity: Identity, form: EmailForm | None = None, status: int = 200) -> Any:
    given = {"name": identity.name, "email": identity.email or ""}
    return render_template("portal/social_new.html", identity=identity,
                           typed=given if form is None else given | form.typed.to_dict(),
                           errors=form.problems if form is not None else {},
                           labels=registration.labels(), sexes=list(registration.Sex),
                           versions=patients.CONSENTS,
                           provider=accounts.provider_name(identity.issuer)), status


def new() -> Any:
    try:
        identity = _waiting()
    except Refused as refusal:
        return _problem(refusal)
    if current_user.is_authenticated or accounts.account_with_address(identity) is not None:
        return redirect("/login/link")
    return _new_page(identity)


@takes(EmailForm)
def new_post(form: EmailForm) -> Any:
    try:
        identity = _waiting()
    except Refused as refusal:
        return _problem(refusal)
    if current_user.is_authenticated or accounts.account_with_address(identity) is not None:
        return redirect("/login/link", 303)
    if identity.verified:
        form.email.data = identity.email or ""
    if not form.validate():
        return _new_page(identity, form, 422)
    registration.count_registration()
    with one_transaction():
        is_known = registration.told_owner(str(form.email.data))
    if is_known:
        return redirect("/register/done", 303)
    try:
        with one_transaction():
            account = _register(identity, form.person | {"email": form.email.data})
            sign_in(account)
    except Refused as refusal:
        form.blame(refusal)
        return _new_page(identity, form, refusal.status)
    except IntegrityError:  # the same person in two tabs
        db.session.rollback()
        return redirect("/login", 303)
    flash(gettext("Your registration was received. Meanwhile you can complete your profile."))
    return redirect("/portal/", 303)


def _register(identity: Identity, values: dict[str, Any]) -> Any:
    patient = patients.register(password_hash=None, consents=list(ConsentKind),
                                language=Language(locale.choose()),
                                **values)
    assert patient.user is not None
    accounts.link(patient.user, identity)
    if identity.verified:
        patient.user.email_confirmed_at = clock.now()
    elif public_url() is not None:
        accounts.ask_confirmation(patient.user)
    return patient.user


for _path, _view, _name, _method in (
        ("/login/link", link, "link", "GET"), ("/login/link", link_post, "link_post", "POST"),
        ("/login/new", new, "new", "GET"), ("/login/new", new_post, "new_post", "POST"),
        ("/login/<provider>/demo", demo, "demo", "GET"),
        ("/login/<provider>/demo", demo_post, "demo_post", "POST"),
        ("/login/<provider>", start, "start", "GET"), ("/login/<provider>/callback", back, "back", "GET")):
    bp.add_url_rule(_path, _name, _view, methods=(_method,))


def init_app(app: Flask) -> None:
    providers.init_app(app)
    app.register_blueprint(bp)
