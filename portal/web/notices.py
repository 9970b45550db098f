"""A notice in its reader's language: title and sentences, for the bell, a mail or a telephone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale, gettext
from flask_login import current_user
from sqlalchemy.orm import aliased

from models.accounts import AccountTicket, TicketKind
from models.base import db
from models.operations.people import accounts, notices
from models.operations.people.next_steps import NOBODY, READER
from models.operations.people.notices import KINDS, NOTICES
from models.outbox import Channel, Notice, Outbox
from models.roles import Role
from models.settings import setting
from portal.web import links, locale, words


def _written(name: str, value: Any) -> str:
    """A parameter as the language writes it."""
    kind = KINDS.get(name)
    if value is None or value in ("", []):
        return gettext("Somebody") if kind == "person" else ""
    if kind == "next":
        return _next(value)
    if kind == "address":
        return links.printed_address(value) or str(value)
    if kind == "moment":
        return locale.moment(datetime.fromisoformat(value))
    if kind == "day":
        return locale.day(date.fromisoformat(value))
    if kind == "table":
        return words.table_word(value)
    if kind == "state":
        return words.state_word(value)
    if kind == "step":
        return words.step_word(value)
    if kind == "roles" and isinstance(value, list):
        return ", ".join(str(words.role_word(Role(role))) for role in value)
    return str(value)


def _next(value: list[str] | None) -> str:
    """What is next for the reader: the own steps, whose step it is, or nothing. Old notices do not say it."""
    if not value:
        return ""
    if value[0] == NOBODY:
        return gettext("You need not do anything more.")
    if value[0] != READER:
        roles = ", ".join(str(words.role_word(Role(role))) for role in value)
        return gettext("Next: %(roles)s.", roles=roles)
    if len(value) == 1:
        return gettext("Your step: make the next document from it.")
    return gettext("Your step: %(steps)s.", steps=", ".join(words.step_word(step) for step in value[1:]))


def _said(message: str, params: Mapping[str, Any]) -> str:
    """The sentence with its parameters; one that is missing leaves its place empty, never an error on a
    page."""
    filled = {name: _written(name, params.get(name)) for name in re.findall(r"%\((\w+)\)", message)}
    text = locale.said(message)
    return " ".join((text % filled if filled else text).split())


def title(notice: Notice) -> str:
    """What the bell says first."""
    declared = NOTICES.get(notice.event)
    return _said(declared.title, notice.params) if declared is not None else words.human(notice.event)


def text(notice: Notice) -> str:
    """What it says below."""
    declared = NOTICES.get(notice.event)
    return _said(declared.text[0], notice.params) if declared is not None else ""


def icon(notice: Notice) -> str:
    declared = NOTICES.get(notice.event)
    return declared.icon if declared is not None else "bell"


def subject(message: Outbox) -> str:
    """What a message is about, in the language of whoever looks at the outbox."""
    declared = NOTICES.get(message.template)
    return _said(declared.title, message.params) if declared is not None else words.human(message.template)


@dataclass(frozen=True)
class Words:
    subject: str
    body: str


def words_of(message: Outbox, *, sending: bool = False) -> Words:
    """Subject and body of a message that goes out, in its reader's language."""
    with force_locale(message.language.value):
        declared = NOTICES.get(message.template)
        if declared is None:
            return _from_file(message, sending)
        subject = _said(declared.title, message.params)
        said = [_said(entry, message.params) for entry in declared.text]
        if message.channel != Channel.MAIL:
            return Words(subject, f"{subject}. {said[0]}")
        # Not render_template: the context of pages asks for a request, and a job has none.
        page = current_app.jinja_env.get_template("mail/notice.txt")
        return Words(subject, page.render(said=said, name=message.params.get("name", "")))


def ticket_link(ticket_id: int) -> str:
    """The address that a ticket opens; made when the mail leaves, so that the outbox never holds it."""
    ticket = db.session.get(AccountTicket, ticket_id)
    if ticket is None:
        return ""
    page = {TicketKind.RESET_PASSWORD: "password", TicketKind.HAND_OVER: "profile"}.get(ticket.kind,
                                                                                        "confirm")
    return f"{links.public_url() or ''}/account/{page}?ticket={accounts.token_of(ticket)}"


def _from_file(message: Outbox, sending: bool) -> Words:
    """A mail with a text of its own under templates/mail/: its first line is the subject.

    Links that open an account are in what is sent, never in what an administrator sees of it.
    """
    params = {name: value if not value else datetime.fromisoformat(value) if name.endswith(("_at", "_to"))
              else date.fromisoformat(value) if name.endswith("_on") else value
              for name, value in message.params.items()}
    if "link_ticket" in params:
        params["link"] = ticket_link(params["link_ticket"]) if sending else "***"
    page = current_app.jinja_env.get_template(f"mail/{message.template}.txt").render(**params)
    subject, _, body = page.lstrip().partition("\n")
    return Words(subject.strip(), body.lstrip())


# ---------------------------------------------------------------- the page of the bell, in panel and portal

SIZE = 30


@dataclass(frozen=True)
class Group:
    """The newest notice of one kind about one paper, and the earlier ones of the same page."""

    first: Notice
    earlier: list[Notice]

    @property
    def is_new(self) -> bool:
        return any(row.read_at is None for row in (self.first, *self.earlier))


@dataclass(frozen=True)
class Shown:
    rows: list[Notice]
    older: int | None
    unread: bool

    @property
    def groups(self) -> list[Group]:
        """The rows with those of the same kind about the same paper together, in the order of the newest."""
        groups: dict[Any, Group] = {}
        for row in self.rows:
            about = (row.event, row.table_name, row.record_id) if row.record_id is not None else row.id
            if about in groups:
                groups[about].earlier.append(row)
            else:
                groups[about] = Group(row, [])
        return list(groups.values())


def page_of(user: Any, args: Mapping[str, str]) -> Shown:
    """One page of a person's notices: `unread` only those, `before` the id after which it goes on."""
    before = args.get("before", "")
    only = args.get("unread") == "1"
    rows = notices.latest(user, limit=SIZE + 1, unread_only=only,
                          before=int(before) if before.isascii() and before.isdigit() and len(before) < 18
                          else None)
    return Shown(rows[:SIZE], rows[SIZE - 1].id if len(rows) > SIZE else None, only)


def alike(user: Any, id: int) -> list[int]:
    """The ids of the person's earlier notices of the same kind about the same paper, which one row shows."""
    other = aliased(Notice)
    return list(db.session.scalars(
        sa.select(other.id).join(Notice, sa.and_(
            Notice.event == other.event, Notice.table_name == other.table_name,
            Notice.record_id == other.record_id, Notice.user_id == other.user_id))
        .where(Notice.id == id, Notice.user_id == user.id, other.id <= id)))


@dataclass(frozen=True)
class Choice:
    """A channel to tick: `why_not` says why it cannot be."""

    name: str
    word: str
    address: str
    chosen: bool
    possible: bool
    why_not: str = ""


def offered() -> list[Choice]:
    """The channels of the house with the person's choice."""
    rows = []
    for channel in Channel:
        is_mail = channel == Channel.MAIL
        if not is_mail and setting(f"notices.{channel}") != "yes":
            continue
        address = (current_user.email if is_mail else current_user.phone) or ""
        rows.append(Choice(
            channel.value, gettext("E-mail") if is_mail else words.state_word(channel), address,
            bool(getattr(current_user, f"wants_{channel}")), bool(address),
            "" if address else gettext("There is no telephone number in your account.")))
    return rows


def choose_channels(user: Any, form: Mapping[str, str]) -> None:
    """Keep which of the offered channels were ticked; one that is not offered stays as it was."""
    for entry in offered():
        if entry.possible:
            setattr(user, f"wants_{entry.name}", form.get(entry.name) == "1")
