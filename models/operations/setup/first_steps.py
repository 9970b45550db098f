"""What a new hospital still lacks before its people can work: read off the database, in one statement.

A step is a table that has no row yet, or a question of its own. Its word, its page and its list follow from
the table; who brings it follows from the rights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.documents import WORKFLOWS, DocumentEvent
from models.errors import N_
from models.imports import OPENING_STOCK
from models.journal import Account
from models.operations.people import accounts
from models.operations.setup import list_layouts
from models.organisation import Setting, Status
from models.people import AccountStatus, User, UserRole
from models.rights import RIGHTS, model_of
from models.roles import STAFF_ROLES, Role
from models.settings import SETTINGS
from models.stock import StockMove

#: Without these no paper says whose it is.
HOSPITAL = ("hospital.name", "hospital.address", "hospital.city", "hospital.phone")
#: The settings that name accounts.
POSTED_ON = tuple(key for key, declared in SETTINGS.items() if declared.kind.input == "account")
#: The step that ends the first day.
FIRST_DOCUMENT = "store_request"


@dataclass(frozen=True)
class Step:
    """One row of the list. `table` is what has to be filled; `label` and `address` stand where no table says
    them. `done` makes the question to the database from the settings by their keys."""

    key: str
    table: str = ""
    label: str = ""
    about: str = ""
    address: str = ""
    done: Callable[[Mapping[str, str]], Any] | None = None
    is_optional: bool = False

    @property
    def kind(self) -> str:
        """The list that brings it; empty where none does."""
        kind = self.key if self.key == OPENING_STOCK else self.table
        return kind if kind in list_layouts.kinds() else ""

    @property
    def roles(self) -> frozenset[Role]:
        """Who does it."""
        if self.kind:
            return list_layouts.importers(self.kind)
        return RIGHTS[self.table].create if self.table else frozenset({Role.ADMIN})


@dataclass(frozen=True)
class Found:
    """A step as it stands. `lacking` names what is missing of it: settings or roles."""

    step: Step
    is_done: bool
    lacking: tuple[str, ...] = ()


def _some(table: str) -> Any:
    return sa.select(model_of(table).id).exists()


def _accounts(values: Mapping[str, str]) -> Any:
    """Every account on which something is posted is there and in use."""
    codes = {values[key] for key in POSTED_ON} - {""}
    return sa.select(sa.func.count()).select_from(Account).where(
        Account.code.in_(sorted(codes)), Account.status == Status.ACTIVE).scalar_subquery() >= len(codes)


def _asked(_values: Mapping[str, str]) -> Any:
    return sa.select(DocumentEvent.id).where(DocumentEvent.document_type == FIRST_DOCUMENT,
                                             DocumentEvent.transition == "approve").exists()


#: In the order in which one needs the other.
STEPS: tuple[Step, ...] = (
    Step("hospital", label=N_("The hospital's name on papers"), address="/admin/settings/hospital"),
    Step("logo", label=N_("The hospital's logo"), address="/admin/settings/hospital", is_optional=True,
         done=lambda values: sa.literal(bool(values["hospital.logo"]))),
    Step("mail", label=N_("Mail with links"), address="/admin/outbox/",
         about=N_("Invitations go by mail. Whoever installed Rawat sets PUBLIC_URL and the mail server."),
         done=lambda _values: sa.literal(accounts.links_work())),
    Step("account", "account", done=_accounts,
         about=N_("The command “flask reference load” brings the chart of accounts, regions and holidays.")),
    Step("work_unit", "work_unit"),
    Step("store", "store"),
    Step("land", "land"),
    Step("building", "building"),
    Step("room", "room"),
    Step("ward", "ward"),
    Step("inpatient_room", "inpatient_room"),
    Step("bed", "bed"),
    Step("employee", "employee", is_optional=True),
    Step("people", "user", label=N_("Accounts for every role"),
         about=N_("Nobody approves the own document, so every step needs its own people. Owners get an "
                  "invitation and choose their password.")),
    Step("item", "item", about=N_("Bring your own list, or take the catalogue and change it.")),
    Step("supplier", "supplier", is_optional=True),
    Step(OPENING_STOCK, label=N_("Opening stock"),
         done=lambda _values: sa.select(StockMove.id).exists()),
    Step("asset", "asset", is_optional=True),
    Step("doctor", "doctor", is_optional=True),
    Step("doctor_schedule", "doctor_schedule", is_optional=True),
    Step("patient", "patient", is_optional=True),
    Step("first_request", FIRST_DOCUMENT, label=N_("The first approved request"), done=_asked,
         about=N_("A unit asks a store, and the head of the store approves.")),
)


def needed_roles() -> list[Role]:
    """Staff that some step of a document is for."""
    return sorted({role for model in WORKFLOWS.values() for step in model.workflow
                   for role in step.roles} & STAFF_ROLES)


def look() -> list[Found]:
    """Every step as it stands. Two statements: the settings, and all the rest."""
    keys = (*HOSPITAL, "hospital.logo", *POSTED_ON)
    kept: dict[str, str] = dict(db.session.execute(
        sa.select(Setting.key, Setting.value).where(Setting.key.in_(keys))).all())
    values = {key: kept.get(key, SETTINGS[key].default) for key in keys}
    roles = needed_roles()
    asked = [step for step in STEPS if step.key not in ("hospital", "people")]
    held = [sa.select(UserRole.user_id).join(User, User.id == UserRole.user_id).where(
        UserRole.role == role, User.status == AccountStatus.ACTIVE).exists() for role in roles]
    criteria = [step.done(values) if step.done is not None else _some(step.table) for step in asked]
    row = db.session.execute(sa.select(*(criterion.label(f"c{place}")
                                         for place, criterion in enumerate((*criteria, *held))))).one()
    answers = {step.key: bool(answer) for step, answer in zip(asked, row, strict=False)}
    unheld = tuple(role.value for role, is_held in zip(roles, row[len(asked):], strict=True) if not is_held)
    unset = tuple(key for key in HOSPITAL if values[key] in ("", SETTINGS[key].default))
    lacking = {"hospital": unset, "people": unheld}
    return [Found(step, answers.get(step.key, not lacking.get(step.key)), lacking.get(step.key, ()))
            for step in STEPS]


def is_over(found: list[Found]) -> bool:
    """Whether nothing is missing that the stores' work needs."""
    return all(each.is_done or each.step.is_optional for each in found)
