"""Accounts: tickets by mail (address, password), sessions, and sign-ins of other providers that are linked.

Who reads the mail of an address may confirm it or set a new password, once and for a short time. What is sent
and what is answered never tells whether an address has an account.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from models import clock
from models.accounts import AccountIdentity, AccountTicket, TicketKind
from models.base import db
from models.clinic import Patient
from models.database_roles import everybodys
from models.errors import N_, Conflict, Refused
from models.operations.core.approvals import effect
from models.operations.people.contacts import clean_email
from models.operations.people.credentials import (
    end_access,
    end_tickets,
    identities_of,
    set_password,
    unlink_all,
)
from models.operations.people.mail import post, post_to
from models.operations.people.notices import tell
from models.people import AccountStatus, User
from models.roles import Role

#: How long a ticket is good for.
LIVES = {TicketKind.CONFIRM_EMAIL: timedelta(days=3), TicketKind.CHANGE_EMAIL: timedelta(hours=24),
         TicketKind.RESET_PASSWORD: timedelta(hours=1), TicketKind.LINK_IDENTITY: timedelta(hours=1),
         TicketKind.HAND_OVER: timedelta(days=7)}
#: Mails of one kind for one account in a day, and the pause between two.
MOST_A_DAY, PAUSE = 5, timedelta(minutes=1)
#: How long an address that an administrator wrote gets nothing that opens the account, so that its owner can
#: object.
HOLD = timedelta(hours=24)

_secret: list[bytes] = []
#: Whether links can be mailed: the hospital's own address is known.
_links: list[bool] = [True]


def configure(config: Mapping[str, Any]) -> None:
    """Take the installation's secret, under which tokens are made, and whether links can be mailed."""
    _secret[:] = [str(config["SECRET_KEY"]).encode()]
    _links[:] = [bool(config.get("PUBLIC_URL")) or config.get("RAWAT_ENV", "demo") == "demo"]


def links_work() -> bool:
    """Whether a mail can carry a link into the hospital."""
    return _links[0]


# ---------------------------------------------------------------- tickets

def token_of(ticket: AccountTicket) -> str:
    """What the link carries."""
    mark = hmac.new(_secret[0], f"ticket:{ticket.kind}:{ticket.token_seed}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def may_send(user: User, kind: TicketKind) -> bool:
    """Whether another mail of this kind may go out now."""
    since = clock.now() - timedelta(days=1)
    sent = db.session.execute(sa.select(sa.func.count(), sa.func.max(AccountTicket.created_at)).where(
        AccountTicket.user_id == user.id, AccountTicket.kind == kind, AccountTicket.created_at > since)).one()
    return sent[0] < MOST_A_DAY and (sent[1] is None or clock.now() - sent[1] >= PAUSE)


def issue(user: User, kind: TicketKind, *, template: str, address: str | None = None,
          identity: Identity | None = None, patient_id: int | None = None, life: timedelta | None = None,
          **params: Any) -> AccountTicket:
    """A ticket of `kind`, and the mail `template` that carries it; earlier ones of the kind end. Flushes.

    Of tickets for profiles those of the same profile end. `life` is how long it is good for, where the kind's
    own does not do.
    """
    same = AccountTicket.patient_id == patient_id if patient_id else AccountTicket.user_id == user.id
    db.session.execute(
        sa.update(AccountTicket).where(same, AccountTicket.kind == kind, AccountTicket.used_at.is_(None))
        .values(used_at=clock.now()))
    now, to = clock.now(), address or user.email
    ticket = AccountTicket(user_id=user.id, kind=kind, token_seed=secrets.token_urlsafe(32), to_address=to,
                           created_at=now, expires_at=now + (life or LIVES[kind]), token_hash="",
                           issuer=identity.issuer if identity else None,
                           subject=identity.subject if identity else None, patient_id=patient_id)
    ticket.token_hash = _hash(token_of(ticket))
    db.session.add(ticket)
    db.session.flush()
    params = {"name": user.name, "link_ticket": ticket.id, "until_at": ticket.expires_at, **params}
    post_to(to, template, language=user.language, user=user, **params)
    return ticket


def issue_all(users: Sequence[User], kind: TicketKind, *, template: str, life: timedelta) -> None:
    """A first ticket of `kind` for each of many new accounts, and the mail that carries it, in a few
    statements. Flushes."""
    now = clock.now()
    tickets = [AccountTicket(user_id=user.id, kind=kind, token_seed=secrets.token_urlsafe(32),
                             to_address=user.email, created_at=now, expires_at=now + life, token_hash="")
               for user in users]
    for ticket in tickets:
        ticket.token_hash = _hash(token_of(ticket))
    db.session.add_all(tickets)
    db.session.flush()
    for user, ticket in zip(users, tickets, strict=True):
        post_to(user.email, template, language=user.language, user=user, name=user.name,
                link_ticket=ticket.id, until_at=ticket.expires_at)
    db.session.flush()


def found_ticket(token: str, *kinds: TicketKind) -> AccountTicket:
    """The ticket that can still be used. Raises `Refused` when it was used, is too old, or never was."""
    ticket = db.session.scalar(sa.select(AccountTicket).where(
        AccountTicket.token_hash == _hash(token[:200]), AccountTicket.kind.in_(kinds),
        AccountTicket.used_at.is_(None), AccountTicket.expires_at > clock.now()))
    if ticket is None or ticket.user.status != AccountStatus.ACTIVE:
        raise Refused(N_("This link was used already or is too old. Ask for a new one."))
    return ticket


def use(token: str, *kinds: TicketKind) -> AccountTicket:
    """The ticket, used up: of two at the same moment one gets it."""
    ticket = found_ticket(token, *kinds)
    taken = db.session.execute(
        sa.update(AccountTicket).where(AccountTicket.id == ticket.id, AccountTicket.used_at.is_(None))
        .values(used_at=clock.now()).execution_options(synchronize_session=False))
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(N_("This link was used already or is too old. Ask for a new one."))
    return ticket


# ---------------------------------------------------------------- the address

def ask_confirmation(user: User) -> None:
    """Mail a link that confirms the account's address. Raises `Refused` when one was just sent, or too
    many."""
    if user.email_confirmed_at is not None:
        raise Refused(N_("Your address is confirmed already."))
    if not may_send(user, TicketKind.CONFIRM_EMAIL):
        raise Refused(N_("A mail was sent already. Wait a little and look into your spam folder too."))
    issue(user, TicketKind.CONFIRM_EMAIL, template="email_confirm")


def ask_change(user: User, email: str) -> None:
    """Mail a link to the new address; the account keeps the old one until it is opened.

    An address that has an account gets no link; its owner is told. The answer is the same.
    """
    address = clean_email(email)
    if address == user.email.lower():
        raise Refused(N_("This is your address already."), field="email")
    if not may_send(user, TicketKind.CHANGE_EMAIL):
        raise Refused(N_("A mail was sent already. Wait a little and look into your spam folder too."),
                      field="email")
    known = account_with(address)
    if known is not None:
        tell("registration_repeated", known)
        return
    issue(user, TicketKind.CHANGE_EMAIL, template="email_change", address=address)


def confirm(token: str) -> AccountTicket:
    """Do what the ticket is for: confirm the address, change it, or link the sign-in of another provider."""
    ticket = use(token, TicketKind.CONFIRM_EMAIL, TicketKind.CHANGE_EMAIL, TicketKind.LINK_IDENTITY)
    user = ticket.user
    if ticket.kind == TicketKind.CHANGE_EMAIL:
        other = account_with(ticket.to_address)
        if other is not None and other.id != user.id:
            raise Refused(N_("There is already an account with this e-mail address. Sign in, or use another "
                             "address."))
        post(user, "email_changed")  # to the old address: whoever lost the account reads it there
        user.email = ticket.to_address
    elif ticket.to_address.lower() != user.email.lower():
        raise Refused(N_("This link was used already or is too old. Ask for a new one."))
    if ticket.kind == TicketKind.LINK_IDENTITY:
        assert ticket.issuer is not None
        assert ticket.subject is not None
        if user.email_confirmed_at is None:
            # Whoever made the account may have used somebody else's address: what they know opens it no more.
            set_password(user, None)
        link(user, Identity(ticket.issuer, ticket.subject, ticket.to_address, True, ""))
    user.email_confirmed_at, user.email_set_at, user.email_set_by_id = clock.now(), None, None
    db.session.flush()
    return ticket


def held_until(user: User, by: User | None = None) -> datetime | None:
    """Until when nothing that opens the account is mailed to its address, None when it may be.

    An administrator who writes another address could else take the account over; another one (`by`) may send.
    """
    if user.email_set_at is None or (by is not None and by.id != user.email_set_by_id):
        return None
    until = user.email_set_at + HOLD
    return until if until > clock.now() else None


def account_with(address: str) -> User | None:
    return db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == address.lower()))


# ---------------------------------------------------------------- the password

def ask_reset(email: str) -> None:
    """Mail a link that sets a new password, if there is an account; few times for each."""
    try:
        address = clean_email(email)
    except Refused:
        return
    user = account_with(address)
    if (
        user is not None
        and user.status == AccountStatus.ACTIVE
        and may_send(user, TicketKind.RESET_PASSWORD)
        and held_until(user) is None
    ):
        issue(user, TicketKind.RESET_PASSWORD, template="password_reset")


def reset_password(token: str, password_hash: str) -> User:
    """Set a new password by a ticket: every other way in ends, linked sign-ins too, and the person is
    told."""
    ticket = use(token, TicketKind.RESET_PASSWORD)
    user = ticket.user
    if ticket.to_address.lower() != user.email.lower():  # the address was changed since
        raise Refused(N_("This link was used already or is too old. Ask for a new one."))
    user.email_confirmed_at = user.email_confirmed_at or clock.now()
    user.email_set_at = user.email_set_by_id = None
    unlink_all(user)
    set_password(user, password_hash)
    return user


# ---------------------------------------------------------------- sign-ins of other providers

@dataclass(frozen=True)
class Identity:
    """Who somebody is, as a provider says it; `verified` when it vouches for the address."""

    issuer: str
    subject: str
    email: str | None
    verified: bool
    name: str


#: Providers whose issuer says little to people.
NAMES = {"https://accounts.google.com": "Google", "https://www.facebook.com": "Facebook",
         "https://google.demo.invalid": "Google (demo)", "https://facebook.demo.invalid": "Facebook (demo)"}
#: The stand-ins of the demonstration, by the key of the provider.
DEMO_ISSUERS = {"google": "https://google.demo.invalid", "facebook": "https://facebook.demo.invalid"}


def provider_name(issuer: str) -> str:
    """What people call a provider."""
    return NAMES.get(issuer) or urlsplit(issuer).hostname or issuer


def account_of(identity: Identity) -> User | None:
    """The account that this identity is linked to; its use is noted."""
    result = db.session.scalar(sa.select(AccountIdentity).where(
        AccountIdentity.issuer == identity.issuer, AccountIdentity.subject == identity.subject))
    if result is None:
        return None
    result.last_used_at = clock.now()
    return result.user


def account_with_address(identity: Identity) -> User | None:
    """The account with the address that the provider vouches for. It is not theirs yet: they must prove
    it."""
    return account_with(identity.email) if identity.email and identity.verified else None


def link(user: User, identity: Identity) -> AccountIdentity:
    """Let the identity sign in to the account, and tell the person. Raises `Refused` when it is another's."""
    linked = everybodys("account_identity")
    known = db.session.execute(sa.select(linked.id, linked.user_id).where(
        linked.issuer == identity.issuer, linked.subject == identity.subject)).first()
    if known is not None:
        if known.user_id != user.id:
            raise Refused(N_("This sign-in already belongs to another account."))
        return db.session.get_one(AccountIdentity, known.id)
    row = AccountIdentity(user_id=user.id, issuer=identity.issuer, subject=identity.subject,
                          email=identity.email,
                          last_used_at=clock.now())
    db.session.add(row)
    db.session.flush()
    post(user, "identity_linked", provider=provider_name(identity.issuer))
    return row


def ask_link(user: User, identity: Identity) -> None:
    """Mail a link to the account's own address that links the identity; staff link inside of their account
    only."""
    if user.is_staff or held_until(user) is not None or not may_send(user, TicketKind.LINK_IDENTITY):
        raise Refused(N_("This account can be linked with its password only, or after signing in.")
                      if user.is_staff else
                      N_("A mail was sent already. Wait a little and look into your spam folder too."))
    issue(user, TicketKind.LINK_IDENTITY, template="identity_confirm", identity=identity,
          provider=provider_name(identity.issuer))


def unlink(user: User, identity_id: int, *, keep: str | None = None) -> bool:
    """Take the identity off the account; False when it is not the person's. All sessions but `keep`, and
    tokens, end.

    Raises `Refused` when nothing else would open the account.
    """
    result = db.session.scalar(sa.select(AccountIdentity).where(
        AccountIdentity.id == identity_id, AccountIdentity.user_id == user.id))
    if result is None:
        return False
    if user.password_hash is None and len(identities_of(user)) == 1:
        raise Refused(N_("Set a password first; nothing else would open your account."))
    db.session.delete(result)
    db.session.flush()
    end_access(user, keep=keep)  # whoever came in by it is out
    post(user, "identity_unlinked", provider=provider_name(result.issuer))
    return True


@effect(Patient, "suspend", "close")
def _sign_out(patient: Patient, *, by: User, reason: str) -> None:
    """Whoever is suspended or closes the account is signed out everywhere; the account may serve other roles
    too."""
    user = patient.user
    if user is not None and user.roles == {Role.PATIENT}:
        end_access(user)


@effect(Patient, "close")
def _shut(patient: Patient, *, by: User, reason: str) -> None:
    """No link and no other sign-in opens a closed account again."""
    user = patient.user
    if user is not None and user.roles == {Role.PATIENT}:
        end_tickets(user)
        unlink_all(user)
