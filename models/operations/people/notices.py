"""What people are told: one table of notices, and the two ways a notice comes about.

A row of `NOTICES` says who is told, by which channels beside the bell, and in which words; `on` names the
transitions that tell it by themselves, other operations call `tell`. What waits for somebody's step is told
without a row for each document: it is read off the workflows.

A notice's words hold nothing clinical: mail and telephones are read on any screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Patient
from models.consultations import Consultation
from models.documents import WORKFLOWS, Document
from models.errors import N_
from models.operations.core.activity import plain
from models.operations.core.approvals import ON_EVERY_STEP, after
from models.operations.core.locking import insert_once
from models.operations.people import next_steps
from models.operations.people.mail import post
from models.operations.people.turns import ONLY as ONLY
from models.operations.people.turns import narrowed
from models.operations.people.turns import turn as turn
from models.operations.people.turns import whose_turn as whose_turn
from models.outbox import Channel, Notice
from models.people import AccountStatus, User, UserRole
from models.roles import Role
from models.settings import setting

#: Things whose states are work of a board or of another document, not papers that wait for somebody.
NOT_PAPERS = frozenset({"bed", "room", "inpatient_room", "asset", "maintenance_line"})
#: Papers that have a work list of their own: they wait in the inbox, and ring no bell.
QUIET = frozenset({"cleaning", "asset_movement"})
#: Roles that are told of their work by rows of `NOTICES`.
TOLD_BY_ROWS = frozenset({Role.DOCTOR, Role.PATIENT})
#: How a parameter is written where its name stands here; the others are text.
KINDS = {"when": "moment", "moved": "moment", "day": "day", "first": "day", "table": "table", "step": "step",
         "roles": "roles", "triage": "state", "pdf": "address", "who": "person", "next": "next",
         "state": "state"}

Audience = Callable[[Any], Iterable[User]]


@dataclass(frozen=True)
class Declared:
    """One kind of notice. `text` is a list of sentences: the bell and a telephone show the first, a mail all.

    `audience` and `params` take the record it is about. `address` is filled with the record's id and table.
    """

    event: str
    audience: Audience
    title: str
    text: tuple[str, ...]
    params: Callable[[Any], dict[str, Any]] = lambda _record: {}
    address: str = ""
    channels: tuple[Channel, ...] = (Channel.MAIL, Channel.WHATSAPP, Channel.SMS)
    on: tuple[type[Any], tuple[str, ...]] | None = None
    #: Whether the person cannot choose against the mail: it is about the account itself.
    always: bool = False
    icon: str = "bell"
    #: Whether the printed form of the record goes with the mail; of a consultation its calendar entry.
    encloses: bool = False

    @cached_property
    def names(self) -> frozenset[str]:
        """The parameters that its words take."""
        return frozenset(re.findall(r"%\((\w+)\)", " ".join((self.title, *self.text))))


NOTICES: dict[str, Declared] = {}


def declare(notice: Declared) -> Declared:
    """Make the notice known and bind it to its transitions; ValueError where its name is taken."""
    if notice.event in NOTICES:
        raise ValueError(f"there is a notice {notice.event} already")
    NOTICES[notice.event] = notice
    if notice.on is not None:
        @after(notice.on[0], *notice.on[1])
        def _tell(record: Any, *, by: User, reason: str) -> None:
            tell(notice.event, record, reason=reason.strip())
    return notice


# ---------------------------------------------------------------- telling

def tell(event: str, record: Any, /, *, key: str | None = None, to: Iterable[User | None] | None = None,
         **params: Any) -> int:
    """Write the notice `event` about `record` to everybody whom it is for; returns how many were told now.

    With a `key`, each person is told once, whatever runs at once. `to` are people whom only the act knows, in
    the place of the notice's audience. Flushes.
    """
    notice = NOTICES[event]
    db.session.flush()
    notified = 0
    people = notice.audience(record) if to is None else to
    for person in {person.id: person for person in people if person is not None}.values():
        notified += _tell(notice, person, record, {**notice.params(record), **params}, key)
    return notified


def _tell(notice: Declared, person: User, record: Any, params: dict[str, Any], key: str | None) -> bool:
    if person.status != AccountStatus.ACTIVE:
        return False
    # what no word needs is not kept
    params = {name: value for name, value in params.items() if name in notice.names}
    row = {"user_id": person.id, "event": notice.event, "key": key, "params": plain(params),
           "table_name": record.__tablename__, "record_id": record.id, "waits": False,
           "created_at": clock.now(),
           "address": notice.address.format(id=record.id, table=record.__tablename__) if notice.address
           else None}
    if db.session.scalar(insert_once(Notice.__table__).values(**row).returning(Notice.id)) is None:
        return False
    for channel in notice.channels:
        if wanted(person, channel, always=notice.always):
            post(person, notice.event, channel=channel,
                 prints=record if notice.encloses and channel == Channel.MAIL else None, **params)
    return True


def wanted(person: User, channel: Channel, *, always: bool = False) -> bool:
    """Whether the person is to be told by `channel`: their own choice, and the house offers it."""
    if channel == Channel.MAIL:
        return always or person.wants_mail
    chosen = person.wants_whatsapp if channel == Channel.WHATSAPP else person.wants_sms
    return chosen and bool(person.phone) and setting(f"notices.{channel}") == "yes"


def holders(*roles: Role) -> Audience:
    """Everybody who can sign in and holds one of `roles`."""
    people = sa.select(User).where(User.status == AccountStatus.ACTIVE, User.id.in_(
        sa.select(UserRole.user_id).where(UserRole.role.in_(roles)))).order_by(User.id)
    return lambda _record: list(db.session.scalars(people))


# ---------------------------------------------------------------- what waits for a step

@dataclass(frozen=True)
class ToMake:
    """A state in which a paper waits for another one to be made from it: by whom, and the rows that still
    do."""

    roles: tuple[Role, ...]
    rows: Callable[[], sa.ColumnElement[bool]]


TO_MAKE: dict[tuple[str, Any], ToMake] = {}


def to_make(model: Any, state: Any, roles: tuple[Role, ...],
            rows: Callable[[], sa.ColumnElement[bool]]) -> None:
    """Say that papers of `model` in `state` wait for people of `roles` to make the next paper, while `rows`
    holds."""
    TO_MAKE[model.__tablename__, state] = ToMake(roles, rows)


def _on_every_step(record: Any, name: str, source: Any, *, by: User, reason: str) -> None:
    """Whoever the paper waited for need not look any more; whoever it waits for now is told; so is its
    author."""
    table = record.__tablename__
    if table in NOT_PAPERS or table in QUIET or table not in WORKFLOWS:
        return
    if source is not None and (turn(type(record), source) or (table, source) in TO_MAKE):
        settle(table, record.id)
    steps = turn(type(record), record.state)
    roles = {role for step in steps for role in step.roles} - TOLD_BY_ROWS
    people = whose_turn(record, steps, roles) if roles else []
    next_paper = TO_MAKE.get((table, record.state))
    if next_paper is not None:
        makers = [person.id for person in holders(*next_paper.roles)(record)]
        people += [person for person in narrowed(record, makers) if person not in people]
    steps = next_steps.fitting(record, steps, by)
    reader = next_steps.of_each(steps, people)
    if people:
        _tell_waiting(record, name, reader, by)
    author = getattr(record, "created_by_id", None)
    if isinstance(record, Document) and not isinstance(record, Consultation) and author != by.id:
        params: dict[str, Any] = {"who": by.name, "next": next_steps.of_author(
            record, reader.get(author or 0), steps, next_paper.roles if next_paper is not None else ())}
        if name in ("reject", "recount"):
            tell("document_rejected", record, reason=reason.strip(), **params)
        elif name.startswith("approve"):
            tell("document_approved", record, state=record.state, **params)


def _tell_waiting(record: Any, name: str, reader: dict[int, list[str]], by: User) -> None:
    """Tell each person of `reader` that the paper waits: who did what, and what is the reader's step."""
    table = record.__tablename__
    notice = NOTICES.get(f"{table}_waits", NOTICES["document_waits"])
    params = {"table": table, "number": getattr(record, "number", None) or "", "who": by.name, "step": name,
              **notice.params(record)}
    db.session.execute(sa.insert(Notice), [
        {"user_id": person, "event": notice.event, "table_name": table, "record_id": record.id, "waits": True,
         "params": plain({key: value for key, value in (params | {"next": following}).items()
                          if key in notice.names}),
         "created_at": clock.now(), "address": f"/admin/{table}/details/?id={record.id}"}
        for person, following in reader.items()])


def settle(table: str, record_id: int) -> None:
    """Mark as read what said that this record waits."""
    db.session.execute(
        sa.update(Notice).where(Notice.table_name == table, Notice.record_id == record_id, Notice.waits,
                                Notice.read_at.is_(None))
        .values(read_at=clock.now()).execution_options(synchronize_session=False))


def withdraw(key: str) -> None:
    """Mark as read what was told once under `key`: somebody has done it."""
    db.session.execute(
        sa.update(Notice).where(Notice.key == key, Notice.read_at.is_(None))
        .values(read_at=clock.now()).execution_options(synchronize_session=False))


ON_EVERY_STEP.append(_on_every_step)


# ---------------------------------------------------------------- reading

def unread(user_id: Any) -> Any:
    """The number of a person's unread notices, as a scalar subquery that a page folds into its own
    statement."""
    return sa.select(sa.func.count()).select_from(Notice).where(
        Notice.user_id == user_id, Notice.read_at.is_(None)).scalar_subquery()


def latest(user: User, *, limit: int = 50, before: int | None = None,
           unread_only: bool = False) -> list[Notice]:
    """The person's notices, newest first."""
    rows = sa.select(Notice).where(Notice.user_id == user.id).order_by(Notice.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(Notice.id < before)
    return list(db.session.scalars(rows.where(Notice.read_at.is_(None)) if unread_only else rows))


def opened(user: User, notice_id: int) -> str | None:
    """Mark the person's notice as read; the address of what it is about ("" for none), or None: not
    theirs."""
    address = db.session.execute(
        sa.select(Notice.address).where(Notice.id == notice_id, Notice.user_id == user.id)).first()
    if address is None:
        return None
    mark_read(user, [notice_id])
    return address[0] or ""


def mark_read(user: User, ids: Iterable[int] | None = None) -> int:
    """Mark the person's notices of these ids as read, all of them without ids; returns how many were
    unread."""
    change = sa.update(Notice).where(Notice.user_id == user.id, Notice.read_at.is_(None))
    if ids is not None:
        change = change.where(Notice.id.in_(list(ids)))
    return db.session.execute(change.values(read_at=clock.now())  # type: ignore[attr-defined]
                              .execution_options(synchronize_session=False)).rowcount


# ---------------------------------------------------------------- the table

def _account_of(patient: Patient) -> User | None:
    return patient.user or (patient.guardian.user if patient.guardian else None)


def the_account(patient: Patient) -> list[Any]:
    """The patient's own account, or the guardian's."""
    return [_account_of(patient)]


def the_patient(consultation: Consultation) -> list[Any]:
    return [_account_of(consultation.patient)]


def the_doctor(consultation: Consultation) -> list[Any]:
    return [consultation.doctor.user]


def the_doctor_who_knew(consultation: Consultation) -> list[Any]:
    """The doctor, once the consultation was approved: before that it is between patient and administrator."""
    return the_doctor(consultation) if consultation.approved_at is not None else []


def the_author(document: Any) -> list[Any]:
    return [db.session.get(User, document.created_by_id)]


def itself(account: User) -> list[Any]:
    return [account]


def _named(patient: Patient) -> dict[str, Any]:
    return {"patient": patient.name, "medical_record_number": patient.medical_record_number or ""}


def planned(consultation: Consultation) -> dict[str, Any]:
    """What notices of a consultation say of it."""
    doctor = consultation.moved_to_doctor or consultation.doctor
    return {"number": consultation.number, "doctor": doctor.name, "when": consultation.starts_at,
            "moved": consultation.moved_to}


def _paper(document: Any) -> dict[str, Any]:
    return {"table": document.__tablename__, "number": document.number or ""}


PORTAL, PANEL = "/portal/consultations/{id}", "/admin/consultation/details/?id={id}"
ASK = N_("Please ask the hospital if you have questions.")

declare(Declared(
    "registration_received", itself, N_("Your registration was received"),
    (N_("Thank you for registering. The hospital looks at your registration and tells you here what it "
        "decided. "
        "Until then you can sign in and complete your profile."),), address="/portal/", always=True,
    icon="user"))
declare(Declared(
    "registration_repeated", itself, N_("Somebody registered with your address"),
    (N_("Somebody asked for a patient account with this address, which has one already. Nothing was "
        "changed. If it "
        "was you, sign in with the password that you have; if it was not, you need not do anything."),),
    channels=(Channel.MAIL,), always=True, icon="shield"))
declare(Declared(
    "registration_approved", the_account, N_("Your registration was approved"),
    (N_("The registration of %(patient)s was approved. The medical record number is "
        "%(medical_record_number)s."),
     N_("You can now ask for a consultation in the portal.")), _named, "/portal/",
    on=(Patient, ("approve", "reinstate")), always=True, icon="user-check"))
declare(Declared(
    "registration_rejected", the_account, N_("Your registration was not approved"),
    (N_("The registration of %(patient)s was not approved: %(reason)s"), ASK), _named, "/portal/",
    on=(Patient, ("reject",)), always=True, icon="user-x"))
declare(Declared(
    "registration_suspended", the_account, N_("Your registration was suspended"),
    (N_("The registration of %(patient)s was suspended: %(reason)s"), ASK), _named, "/portal/",
    on=(Patient, ("suspend",)), always=True, icon="user-x"))
declare(Declared(
    "registration_closed", the_account, N_("Your registration was closed"),
    (N_("The registration of %(patient)s was closed and the consents were withdrawn. The law asks the "
        "hospital to "
        "keep the medical record."),), _named, "/portal/", always=True, icon="user-x"))

declare(Declared(
    "consultation_rejected", the_patient, N_("Your consultation was not approved"),
    (N_("Consultation %(number)s with %(doctor)s on %(when)s was not approved. The reason stands in the "
        "portal."),),
    planned, PORTAL, on=(Consultation, ("reject",)), icon="circle-x"))
declare(Declared(
    "consultation_completed", the_patient, N_("Your consultation is completed"),
    (N_("Consultation %(number)s with %(doctor)s is completed. The summary stands in the portal."),),
    planned, PORTAL, on=(Consultation, ("complete",)), icon="checks"))
declare(Declared(
    "consultation_cancelled", the_patient, N_("A consultation was cancelled"),
    (N_("Consultation %(number)s on %(when)s was cancelled. The reason stands beside it."),), planned, PORTAL,
    on=(Consultation, ("cancel",)), icon="circle-x", encloses=True))
declare(Declared(
    "consultation_offered", the_patient, N_("The next free times"),
    (N_("Instead of consultation %(number)s you can choose another time. Next free times: %(slots)s."),),
    planned, PORTAL, icon="calendar-event"))
declare(Declared(
    "consultation_freed", the_doctor_who_knew, N_("A consultation was cancelled"),
    (N_("Consultation %(number)s on %(when)s was cancelled. The reason stands beside it."),), planned, PANEL,
    on=(Consultation, ("cancel", "reschedule")), icon="circle-x"))
declare(Declared(
    "consultation_moved", the_patient, N_("A consultation was moved"),
    (N_("Consultation %(number)s with %(doctor)s was moved from %(when)s to %(moved)s. The new time waits "
        "for its "
        "approval."),), planned, "/portal/consultations", on=(Consultation, ("reschedule",)),
    icon="calendar-event", encloses=True))

declare(Declared(
    "document_waits", lambda _record: (), N_("%(table)s %(number)s waits for your step"),
    (N_("%(who)s: %(step)s. %(next)s"),), channels=(), icon="inbox"))
declare(Declared(
    "consultation_waits", lambda _record: (), N_("%(table)s %(number)s waits for your step"),
    (N_("%(triage)s · %(when)s · %(doctor)s"),), lambda request: {
        **planned(request), "triage": request.triage}, channels=(), icon="inbox"))
declare(Declared(
    "document_rejected", the_author, N_("%(table)s %(number)s was rejected"),
    (N_("%(who)s said no: %(reason)s · %(next)s"),), _paper, channels=(Channel.MAIL,), icon="circle-x"))
declare(Declared(
    "document_approved", the_author, N_("%(table)s %(number)s was approved"),
    (N_("%(who)s approved it. It is now: %(state)s. %(next)s"),),
    _paper, channels=(), icon="circle-check"))
