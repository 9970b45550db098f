"""What flows between people, processes and tables: the parts of the papers' data flow diagrams, and the
arrows of each, read off the workflows.

An arrow into a process is what a role does there (its steps), an arrow out is what waits for that role. A new
document type is in the diagram of its part at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from models.base import db
from models.documents import WORKFLOWS, Area, document_types
from models.roles import Role
from portal.learn import catalogue
from portal.web import words


@dataclass(frozen=True)
class Part:
    """A process of a paper's level-0 diagram.

    `number`: as the paper counts it, "" where the paper draws none. `processes`: whose documents take part
    (`Document.process`). `tables`: other tables whose workflow takes part. `masters`: tables without a
    workflow that it keeps or looks up. `keepers`: roles that write those. `readers`: which documents a role
    receives to read, as the paper says. `outside`: documents that go to or come from somebody without an
    account: (who, table, whether it comes in).
    """

    key: str
    word: Any
    number: str
    figure: Any
    about: Any
    processes: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    masters: tuple[str, ...] = ()
    keepers: tuple[Role, ...] = ()
    readers: tuple[tuple[Role, tuple[str, ...]], ...] = ()
    outside: tuple[tuple[str, str, bool], ...] = ()


_PAPER_002 = _l("Purnamaningrat, Sukarsa and Mandenni 2015, Figure 2 (data flow diagram, level 0)")
_PAPER_000 = _l("Widcaksono and Silmina, telemedicine back office, Figures 2 to 9; the flows are drawn here "
                "for the first time")

#: Who stands outside and has no account.
OUTSIDERS: dict[str, Any] = {"supplier": _l("Supplier"), "vendor": _l("Vendor")}

PARTS: tuple[Part, ...] = (
    Part("master", _l("Master data"), "3.1", _PAPER_002,
         _l("Places, classes, goods, units and suppliers are written once; all other processes look them "
            "up."),
         masters=("land", "building", "ward", "room", "room_facility", "inpatient_room", "room_class",
                  "class_facility", "asset_type", "asset_model", "item_category", "item", "unit_conversion",
                  "supplier", "vendor"),
         keepers=(Role.FACILITIES_STAFF, Role.ADMIN)),
    Part("inventory", _l("Inventory management"), "3.2", _PAPER_002,
         _l("Storing, purchasing and receiving: what a unit asks for is delivered from the store, and what "
            "the store lacks is bought."),
         processes=("requests", "purchasing", "corrections"),
         masters=("item", "unit_conversion", "supplier", "stock_batch", "stock_balance", "stock_move",
                  "journal_entry"),
         readers=((Role.PAYABLES, ("goods_receipt", "supplier_return", "spoilage", "stocktake")),),
         outside=(("supplier", "purchase_order", False), ("supplier", "supplier_return", False),
                  ("supplier", "goods_receipt", True), ("supplier", "supplier_invoice", True))),
    Part("rooms", _l("Rooms and cleaning"), "3.3", _PAPER_002,
         _l("A room that was left is dirty; it is ready again when it was cleaned and, where its class asks "
            "for it, inspected."),
         tables=("bed", "room", "cleaning", "bed_reservation", "wall_display"),
         masters=("stay", "inpatient_room", "room_facility"),
         readers=((Role.FRONT_OFFICE, ("bed", "room")),)),
    Part("assets", _l("Asset management"), "3.4", _PAPER_002,
         _l("Planning, procurement, upkeep, depreciation, disposal and auction of things that last."),
         processes=("assets", "care"), tables=("asset", "inventory_round", "asset_movement"),
         masters=("asset_model", "asset_book", "calibration", "maintenance_schedule", "journal_entry"),
         readers=((Role.RECEIVABLES, ("depreciation_run",)), (Role.UNIT_USER, ("maintenance",))),
         outside=(("vendor", "asset_procurement", False), ("vendor", "asset_receipt", True))),
    Part("reports", _l("Reporting"), "3.5", _PAPER_002,
         _l("Once a month the head of facilities releases one pack of reports to the director. The paper "
            "draws this process without a number."),
         tables=("monthly_pack",), masters=("period", "journal_entry"),
         readers=((Role.DIRECTOR, ("monthly_pack",)),)),
    Part("telemedicine", _l("Telemedicine"), "", _PAPER_000,
         _l("A patient registers and asks for a consultation; the office approves; patient and doctor talk; "
            "a store dispenses what was prescribed."),
         processes=("telemedicine",), tables=("patient", "letter", "walk_in"),
         masters=("specialization", "doctor", "doctor_schedule", "activity_log"),
         keepers=(Role.ADMIN,)),
    Part("people", _l("People and rights"), "",
         _l("In neither paper; this system adds it, and draws it here for the first time"),
         _l("Who is away gives the own role to another person for a time; the administrator gives it where "
            "that was forgotten."),
         processes=("people",), masters=("user", "user_role"), keepers=(Role.ADMIN,)),
)
BY_KEY = {part.key: part for part in PARTS}
#: A new type that names no process of the papers stands with its area.
_BY_AREA = {Area.INVENTORY: "inventory", Area.PURCHASING: "inventory", Area.PLACES: "rooms",
            Area.ASSETS: "assets", Area.TELEMEDICINE: "telemedicine", Area.ADMINISTRATION: "people"}


def part_of(table: str) -> Part | None:
    """The part that draws the workflow of `table`; None of a line's, which goes with its document."""
    model = document_types().get(table)
    for part in PARTS:
        if table in part.tables or (model is not None and model.process in part.processes):
            return part
    return BY_KEY[_BY_AREA.get(model.area, "reports")] if model is not None else None


def workflows_of(part: Part) -> list[str]:
    """The tables whose workflows a part draws, in the order in which people meet them."""
    order = {name: place for place, name in enumerate(document_types())}
    return sorted((name for name in WORKFLOWS if part_of(name) is part),
                  key=lambda name: (order.get(name, -1), name))


@dataclass(frozen=True)
class Arrow:
    """What goes between somebody and a process: into it (`inward`) by `steps`, or out of it.

    `states`: those in which a document waits for this role; `reads`: it is only read.
    """

    who: str
    table: str
    inward: bool
    steps: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    reads: bool = False

    @property
    def key(self) -> str:
        """An anchor that is the same in drawing and table."""
        return f"{self.who}-{self.table}-{'in' if self.inward else 'out'}"


def who_word(who: str) -> str:
    """What a role, or somebody without an account, is called."""
    return str(OUTSIDERS[who]) if who in OUTSIDERS else words.role_word(who)


def arrows_of(part: Part) -> list[Arrow]:
    """All arrows of a part, by person: what they give, then what they get."""
    arrows = [arrow for table in workflows_of(part) for arrow in _of_workflow(table)]
    arrows += [Arrow(role.value, table, True) for role in part.keepers for table in part.masters
               if table not in {"activity_log"}]
    arrows += [Arrow(role.value, table, False, reads=True) for role, tables in part.readers
               for table in tables]
    arrows += [Arrow(who, table, inward) for who, table, inward in part.outside]
    people = list(dict.fromkeys(arrow.who for arrow in arrows))
    return sorted(_unlike(arrows), key=lambda arrow: (people.index(arrow.who), not arrow.inward))


def _unlike(arrows: list[Arrow]) -> list[Arrow]:
    """One arrow of a kind: what waits for a role says more than that it may read it."""
    kept: dict[str, Arrow] = {}
    for arrow in arrows:
        kept.setdefault(arrow.key, arrow)
    return list(kept.values())


def _of_workflow(table: str) -> Iterable[Arrow]:
    workflow = WORKFLOWS[table].workflow
    roles = dict.fromkeys(role for step in workflow for role in step.roles)
    for role in roles:
        steps = tuple(dict.fromkeys(step.name for step in workflow if role in step.roles))
        yield Arrow(role.value, table, True, steps=steps)
        waits = tuple(state.value for state in workflow.states
                      if state != workflow.initial and role in workflow.waiting_on(state))
        if waits:
            yield Arrow(role.value, table, False, states=waits)


def stores_of(part: Part) -> list[str]:
    """The tables that a part keeps or looks up: those of its documents first."""
    return list(dict.fromkeys((*workflows_of(part), *part.masters)))


# ---------------------------------------------------------------- how many

def state_counts(tables: Iterable[str]) -> dict[str, dict[str, int]]:
    """Records by state for each table with a workflow, counted as far as `catalogue.COUNTED_TO`; one
    statement."""
    names = [name for name in tables if name in WORKFLOWS]
    parts = []
    for name in names:
        some = sa.select(db.metadata.tables[name].c.state).limit(catalogue.COUNTED_TO + 1).subquery()
        state = sa.cast(some.c.state, sa.String)
        parts.append(sa.select(sa.literal(name).label("name"), state.label("state"),
                               sa.func.count().label("records")).group_by(state))
    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    for name, state, records in db.session.execute(sa.union_all(*parts)) if parts else ():
        counts[name][state] = records
    return counts
