"""What an administrator does with the accounts of others: roles, address, closing, a way in again, whose they
are.

Nobody gives rights to the own account, nobody knows another's password, and nothing of it is unseen: the
account's owner and the other administrators are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.accounts import AccountTicket, TicketKind
from models.base import db
from models.documents import WORKFLOWS
from models.errors import N_, NotAllowed, Refused
from models.operations.core import step_up
from models.operations.people import accounts, credentials, delegations
from models.operations.people.contacts import clean_email
from models.operations.people.mail import post_to
from models.operations.people.notices import Declared, declare, holders, itself, tell
from models.operations.people.told_together import tell_each
from models.outbox import Channel
from models.people import AccountStatus, User, UserRole
from models.roles import Role

#: How long the mails of the office are good for: longer than one that somebody waits for.
RESET_LIFE, INVITATION_LIFE = timedelta(hours=24), timedelta(days=7)
#: Links for a new password that one account gets in a day, whoever asks for them.
MOST_A_DAY = 20

declare(Declared(
    "account_granted", lambda _user: (), N_("Roles were given: %(account)s"),
    (N_("%(who)s gave the account %(account)s these roles: %(roles)s. Look at it if you do not know why."),),
    address="/admin/user/details/?id={id}", channels=(Channel.MAIL,), always=True, icon="shield"))
declare(Declared(
    "accounts_brought", lambda _brought: (), N_("Accounts from a list"),
    (N_("%(who)s brought a list of accounts (%(count)s); these roles are among them: %(roles)s. Look at it "
        "if you do not know why."),),
    address="/admin/list_import/details/?id={id}", channels=(Channel.MAIL,), always=True, icon="shield"))
declare(
    Declared(
        "account_address_changed",
        lambda _user: (),
        N_("Another e-mail address: %(account)s"),
        (
            N_(
                "%(who)s changed the e-mail address of the account %(account)s. Look at it if you do not "
                "know why."
            ),
        ),
        address="/admin/user/details/?id={id}",
        channels=(Channel.MAIL,),
        always=True,
        icon="shield",
    )
)
declare(Declared(
    "account_linked", lambda _record: (), N_("Another account: %(record)s"),
    (N_("%(who)s changed which account belongs to %(table)s %(record)s. Before: %(before)s. Now: "
        "%(account)s. Look at "
        "it if you do not know why."),),
    address="/admin/{table}/details/?id={id}", channels=(Channel.MAIL,), always=True, icon="shield"))
declare(Declared(
    "accounts_linked", lambda _brought: (), N_("Accounts linked by a list"),
    (N_("%(who)s brought a list that gives accounts (%(count)s) to new records: %(table)s. Look at it if you "
        "do not know why."),),
    address="/admin/list_import/details/?id={id}", channels=(Channel.MAIL,), always=True, icon="shield"))
declare(Declared(
    "own_account_linked", lambda _record: (), N_("Your account and %(table)s %(record)s"),
    (N_("%(who)s changed which account belongs to %(table)s %(record)s. Before: %(before)s. Now: "
        "%(account)s. If this "
        "is not right, contact the hospital."),), channels=(Channel.MAIL,), always=True, icon="shield"))
declare(Declared(
    "own_roles_changed", itself, N_("Your roles were changed"),
    (N_("Your account now has these roles: %(roles)s. You were signed out; sign in again. If this is not "
        "right, contact "
        "the hospital."),), channels=(Channel.MAIL,), always=True, icon="user-check"))


def deciding_roles() -> frozenset[Role]:
    """Roles that approve something, see what patients wrote, or give roles: whoever gets one is told of."""
    approving = {role for model in WORKFLOWS.values() for step in model.workflow
                 if step.name.startswith("approve") for role in step.roles}
    return frozenset(approving | {Role.ADMIN, Role.DOCTOR})


def other_administrators(by: User | None, *, but: User | None = None) -> list[User]:
    """The administrators beside who acts and whom it is about; the directors where there is no other."""
    left_out = {person.id for person in (by, but) if person is not None}
    for role in (Role.ADMIN, Role.DIRECTOR):
        result = [person for person in holders(role)(None) if person.id not in left_out]
        if result:
            return result
    return []


def _called(by: User | None) -> str:
    return by.name if by is not None else "flask user"


# ---------------------------------------------------------------- changing an account

@dataclass(frozen=True)
class Change:
    """What is about to change in an account. `address` is the one that it had, when it gets another."""

    is_new: bool
    granted: frozenset[Role]
    taken: frozenset[Role]
    address: str | None
    closes: bool
    opens: bool
    #: Whether it gets another work unit, which says what it sees.
    moves: bool

    @property
    def is_of_rights(self) -> bool:
        """Whether somebody gets, loses or takes over what an account may do."""
        return bool(self.granted or self.taken or self.address or self.closes or self.opens
                    or self.moves)


def _old(user: User, name: str) -> Any:
    """What the attribute was, when it changes; None when it does not."""
    history: Any = sa.inspect(user).attrs[name].history
    return history.deleted[0] if history.deleted and history.added else None


def _moves(user: User) -> bool:
    """Whether the account gets another work unit, however that was set."""
    attributes: Any = sa.inspect(user).attrs
    return bool(attributes.work_unit.history.has_changes() or attributes.work_unit_id.history.has_changes())


def review(user: User, roles: Iterable[Role], *, by: User | None) -> Change:
    """Look at what was set in `user` and is not written yet, and give it `roles`. `by` is None for the
    operator.

    Raises `Refused` at the field for rights that somebody would give to the own account, and for what would
    leave the hospital without an administrator.
    """
    is_new, wanted = sa.inspect(user).identity is None, frozenset(roles)
    with db.session.no_autoflush:
        before, status = _old(user, "email"), _old(user, "status")
        change = Change(
            is_new, granted=wanted - user.roles, taken=user.roles - wanted,
            address=before if not is_new and before and before.lower() != user.email.lower() else None,
            closes=not is_new and status is not None and user.status != AccountStatus.ACTIVE,
            opens=not is_new and status is not None and user.status == AccountStatus.ACTIVE,
            moves=not is_new and _moves(user))
        if by is not None and not is_new and by.id == user.id:
            _not_own(user, change)
        if Role.ADMIN in user.roles and (change.closes or Role.ADMIN in change.taken):
            _keep_an_administrator(user, "status" if change.closes else "roles_held")
        if is_new or change.address:
            user.email = user.email.strip()
            clean_email(user.email)
        for row in [row for row in user.user_roles if row.role in change.taken]:
            user.user_roles.remove(row)
        user.user_roles.extend(UserRole(role=role) for role in sorted(change.granted))
        if change.address and credentials.is_in_use(user):
            user.email_set_at, user.email_set_by_id = clock.now(), by.id if by is not None else None
            user.email_confirmed_at = None
    if by is not None and change.is_of_rights:
        step_up.require(step_up.RIGHTS)
    return change


def _not_own(user: User, change: Change) -> None:
    if change.granted or change.taken:
        raise Refused(N_("Another administrator changes your roles, not you. Leave them as they are."),
                      field="roles_held")
    if change.closes or change.opens:
        raise Refused(N_("Another administrator closes your account, not you."), field="status")
    unit = user.work_unit.id if user.work_unit is not None else None
    written: Any = sa.inspect(user).attrs.work_unit_id.history
    if unit != user.work_unit_id or written.has_changes():
        raise Refused(N_("Another administrator changes your work unit, not you: it says what you may see."),
                      field="work_unit")
    if change.address:
        raise Refused(
            N_("Change your own address on the page “Sign-in and security”: it is confirmed there."),
            field="email",
        )


def _keep_an_administrator(user: User, field: str) -> None:
    """Raises `Refused` when nobody else is left who could let people in. Two at once wait for each other."""
    left = db.session.scalars(
        sa.select(User.id).where(User.status == AccountStatus.ACTIVE, User.id.in_(
            sa.select(UserRole.user_id).where(UserRole.role == Role.ADMIN)))
        .order_by(User.id).with_for_update(key_share=True)).all()
    if not set(left) - {user.id}:
        raise Refused(N_("This is the last administrator; nobody could get back in. Make another one first."),
                      field=field)


def follow(user: User, change: Change, *, by: User | None, invite: bool = False) -> None:
    """What follows from a change that is written: who is in is out, and whom it concerns is told. Flushes.

    `invite`: a new account gets a link by mail with which its owner chooses the password.
    """
    db.session.flush()
    if not change.is_new and (change.granted or change.taken or change.closes or change.opens
                              or change.address):
        credentials.end_access(user)
    if change.address:
        credentials.end_tickets(user)
        for address in (change.address, user.email):
            post_to(address, "email_set", language=user.language, user=user, name=user.name, new=user.email)
        tell("account_address_changed", user, to=other_administrators(by, but=user), who=_called(by),
             account=user.name)
    if change.closes or change.taken:
        delegations.end_of(user, change.taken, by=by, closes=change.closes)
    if change.closes or change.opens:
        credentials.end_tickets(user)
        post_to(user.email, "account_closed" if change.closes else "account_opened", language=user.language,
                user=user, name=user.name)
    if not change.is_new and (change.granted or change.taken):
        tell("own_roles_changed", user, roles=sorted(user.roles))
    widened = deciding_roles() & (user.roles if change.opens else change.granted)
    if widened and user.is_active:
        tell("account_granted", user, to=other_administrators(by, but=user), who=_called(by),
             account=user.name,
             roles=sorted(widened))
    if change.is_new and invite and user.is_active:
        invite_owner(user)
    db.session.flush()


def follow_list(users: Sequence[User], brought: Any, *, by: User | None) -> None:
    """What follows from many new accounts of one list: each owner gets an invitation, and of roles that
    decide the other administrators are told once. Flushes."""
    active = [user for user in users if user.is_active]
    if active and accounts.links_work():
        accounts.issue_all(active, TicketKind.RESET_PASSWORD, template="account_invitation",
                           life=INVITATION_LIFE)
    widened = sorted({role for user in active for role in deciding_roles() & user.roles})
    if widened:
        new = {user.id for user in users}
        tell("accounts_brought", brought,
             to=[person for person in other_administrators(by) if person.id not in new],
             who=_called(by), count=len(active), roles=widened)
    db.session.flush()


def grant(user: User, role: Role, *, by: User | None = None) -> None:
    """Give one more role."""
    follow(user, review(user, user.roles | {role}, by=by), by=by)


# ---------------------------------------------------------------- a way in

def invite_owner(user: User) -> AccountTicket:
    """Mail the owner of a new account a link that sets its first password."""
    return accounts.issue(user, TicketKind.RESET_PASSWORD, template="account_invitation",
                          life=INVITATION_LIFE)


def send_reset(user: User, *, by: User) -> AccountTicket:
    """Close every way into the account and mail its owner a link that sets a new password.

    Raises `NotAllowed` for the own account or another role, `Refused` while nothing may be sent.
    """
    if not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("Your role may not do this step."))
    if by.id == user.id:
        raise NotAllowed(N_("Change your own password on the page “Sign-in and security”."))
    step_up.require(step_up.RIGHTS)
    if user.status != AccountStatus.ACTIVE:
        raise Refused(N_("This account is closed. Make it active first."))
    until = accounts.held_until(user, by)
    if until is not None:
        raise Refused(N_("You changed the address of this account. A link goes there from %(until)s, or "
                         "earlier when "
                         "another administrator sends it."), until=until)
    since = clock.now() - timedelta(days=1)
    sent = db.session.scalar(sa.select(sa.func.count()).where(
        AccountTicket.user_id == user.id, AccountTicket.kind == TicketKind.RESET_PASSWORD,
        AccountTicket.created_at > since)) or 0
    if sent >= MOST_A_DAY:
        raise Refused(N_("Too many links were sent to this account today. Try again tomorrow."))
    if not credentials.is_in_use(user):
        return invite_owner(user)
    credentials.unlink_all(user)
    credentials.set_password(user, None, told=False)
    return accounts.issue(user, TicketKind.RESET_PASSWORD, template="password_office", life=RESET_LIFE)


# ---------------------------------------------------------------- whose account it is

def check_link(record: Any, *, by: User) -> User | None:
    """Whose account the record has, before what was set in `record.user` is written.

    Raises `Refused` at the field `user` when somebody takes it over with the own account.
    """
    if record.user is not None and record.user.id == by.id and record.user_id != by.id:
        raise Refused(N_("Another administrator links your account, not you."), field="user")
    if (record.user.id if record.user is not None else None) != record.user_id:
        step_up.require(step_up.RIGHTS)
    return db.session.get(User, record.user_id) if record.user_id is not None else None


def tell_links(records: Sequence[Any], brought: Any, *, by: User | None) -> None:
    """Tell each owner that the new record of a list has the own account, and the other administrators once.
    Flushes."""
    linked = [record for record in records if record.user is not None]
    if not linked:
        return
    table = linked[0].__tablename__
    tell_each("own_account_linked", [
        (record, record.user, {"who": _called(by), "table": table, "record": record.name, "before": "–",
                               "account": record.user.name}) for record in linked])
    tell("accounts_linked", brought, to=other_administrators(by), who=_called(by), table=table,
         count=len(linked))


def tell_link(record: Any, before: User | None, *, by: User | None) -> None:
    """Tell whom it concerns that the record, as written, has another account than `before`."""
    now = db.session.get(User, record.user_id) if record.user_id is not None else None
    if (before.id if before else None) == (now.id if now else None):
        return
    words = {"who": _called(by), "table": record.__tablename__, "record": record.name,
             "before": before.name if before else "–", "account": now.name if now else "–"}
    holders_of_it = [person for person in (before, now) if person is not None]
    tell("own_account_linked", record, to=holders_of_it, **words)
    concerned = {person.id for person in holders_of_it}
    tell("account_linked", record,
         to=[person for person in other_administrators(by) if person.id not in concerned],
         **words)
