"""Who signs a printed document: offices as its class names them, or as its workflow asks for approvals, with
the names of those who took the steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import joinedload

from models.base import db
from models.delegations import Delegation
from models.documents import Document, DocumentEvent, Signed
from models.errors import N_
from models.organisation import Employee
from models.people import User
from models.roles import Role
from portal.web import locale, words

MADE = Signed(N_("Made by"), "create")
#: Steps that another person than the author signs for, where the class names nobody.
DECIDING = ("approve", "accept", "receive", "confirm")
#: Places side by side on a sheet.
MOST = 4


@dataclass(frozen=True)
class Signature:
    """A place to sign. `name` is empty where nobody took the step yet, or nobody inside does."""

    office: str
    name: str = ""
    number: str = ""
    #: In whose name and until when, where a delegation stands behind it.
    note: str = ""


def for_whom(name: str, giver: str | None) -> str:
    """Who took a step, and in whose name."""
    return gettext("%(taker)s for %(giver)s", taker=name, giver=giver) if giver else name


def places(document: Document) -> list[tuple[str, tuple[str, ...], tuple[Role, ...]]]:
    """Each place to sign: the office's word ("" where the roles say it), the steps whose taker signs there,
    and the roles that take them."""
    if document.signs:
        named = [sign if isinstance(sign, Signed) else Signed(sign) for sign in document.signs]
        return [(sign, sign.steps, ()) for sign in named
                if sign.only_if is None or sign.only_if.test(document, document.created_by)]
    deciding: dict[str, tuple[Role, ...]] = {}
    for step in document.workflow:
        if step.name.startswith(DECIDING):
            deciding.setdefault(step.name, tuple(step.roles))
    return [(MADE, MADE.steps, ()),
            *(("", (name,), roles) for name, roles in deciding.items() if roles)][:MOST]


def signatures(document: Document) -> list[Signature]:
    """The places with the names and employee numbers of who took the steps since it was last a draft."""
    made: tuple[User, Delegation | None] = document.created_by, None
    takers = {"create": made} | _takers(document)
    numbers = dict(map(tuple, db.session.execute(sa.select(Employee.user_id, Employee.code).where(
        Employee.user_id.in_(sorted({user.id for user, _delegation in takers.values()}))))))
    result = []
    for word, steps, roles in places(document):
        user, delegation = next((takers[name] for name in reversed(steps) if name in takers), (None, None))
        held = {delegation.role} if delegation is not None else user.roles if user is not None else set()
        office = gettext(word) if word else words.role_word(
            next((role for role in roles if role in held), roles[0]))
        result.append(Signature(office, user.name, numbers.get(user.id) or "", _note(delegation))
                      if user is not None else Signature(office))
    return result


def _note(delegation: Delegation | None) -> str:
    return gettext("for %(giver)s, delegated until %(day)s", giver=delegation.giver.name,
                   day=locale.day(delegation.ends_on)) if delegation is not None else ""


def _takers(document: Any) -> dict[str, tuple[User, Delegation | None]]:
    """Who took each step last, since the document was last a draft, and by which delegation."""
    rows = db.session.execute(
        sa.select(DocumentEvent.transition, DocumentEvent.to_state, User, Delegation)
        .join(User, User.id == DocumentEvent.user_id)
        .outerjoin(Delegation, Delegation.id == DocumentEvent.delegation_id)
        .options(joinedload(Delegation.giver).lazyload("*"))
        .where(DocumentEvent.document_type == document.__tablename__,
               DocumentEvent.document_id == document.id).order_by(DocumentEvent.id))
    takers: dict[str, tuple[User, Delegation | None]] = {}
    for step, state, user, delegation in rows:
        if state == document.workflow.initial:
            takers.clear()
        elif step != "create":
            takers[step] = user, delegation
    return takers
