"""What a learner's own document type is: facts, fields, states and steps. All of it is data, nothing is code.

Names are words with lines below, as everywhere in this house: `vehicle_request` is read as "Vehicle request".
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l

from models.roles import STAFF_ROLES, Role
from models.workflow import Transition, Workflow, not_own, own_document

#: How many fields, states and steps a type may have, and how many types a learner.
MOST_FIELDS, MOST_STATES, MOST_STEPS, MOST_TYPES = 12, 8, 14, 5
#: The columns that every document has; no field may be called so.
ALWAYS = ("id", "number", "made_on", "created_by_id", "created_at", "state", "version", "note")


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    WHOLE_NUMBER = "whole_number"
    QUANTITY = "quantity"
    MONEY = "money"
    DAY = "day"
    YES_NO = "yes_no"
    CHOICE = "choice"
    ITEM = "item"
    WORK_UNIT = "work_unit"
    EMPLOYEE = "employee"
    ROOM = "room"
    ASSET = "asset"
    SUPPLIER = "supplier"

    @property
    def target(self) -> str:
        """The table that a reference names; "" for other kinds."""
        return self.value if self in REFERENCES else ""


REFERENCES = (Kind.ITEM, Kind.WORK_UNIT, Kind.EMPLOYEE, Kind.ROOM, Kind.ASSET, Kind.SUPPLIER)
#: What a kind is called where it is chosen.
WORDS = {
    Kind.TEXT: _l("Text, one line"), Kind.LONG_TEXT: _l("Text, several lines"),
    Kind.WHOLE_NUMBER: _l("Whole number"), Kind.QUANTITY: _l("Quantity, three decimals"),
    Kind.MONEY: _l("Money, rupiah"), Kind.DAY: _l("Day"), Kind.YES_NO: _l("Yes or no"),
    Kind.CHOICE: _l("One of several"), Kind.ITEM: _l("An item of the stores"),
    Kind.WORK_UNIT: _l("A work unit"), Kind.EMPLOYEE: _l("An employee"), Kind.ROOM: _l("A room"),
    Kind.ASSET: _l("An asset"), Kind.SUPPLIER: _l("A supplier"),
}
#: Who can take a step: those who work in the panel.
PLAYED = tuple(role for role in Role if role in STAFF_ROLES)


@dataclass(frozen=True)
class OwnField:
    """A column; `choices` are the values of a choice."""

    name: str
    kind: Kind
    is_required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        return f"{self.name}_id" if self.kind.target else self.name


@dataclass(frozen=True)
class OwnStep:
    """A row of its workflow; the words of `models.workflow.Transition`."""

    name: str
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    not_own: bool = False
    own_document: bool = False
    needs_reason: bool = False
    numbers: bool = False


@dataclass(frozen=True)
class OwnType:
    """A document type. `states` in their order, the first is where a document begins. `revision` counts how
    often the learner changed it: each has a table of its own, so no document is lost."""

    name: str
    prefix: str
    fields: tuple[OwnField, ...] = ()
    states: tuple[str, ...] = ()
    steps: tuple[OwnStep, ...] = ()
    revision: int = field(default=1, compare=False)

    @property
    def table(self) -> str:
        return self.name if self.revision == 1 else f"{self.name}_{self.revision}"

    @property
    def initial(self) -> str:
        return self.states[0]

    @property
    def authors(self) -> tuple[str, ...]:
        """The roles that make one: those that take a step out of the first state."""
        return tuple(dict.fromkeys(role for step in self.steps if self.initial in step.sources
                                   for role in step.roles))

    @property
    def readers(self) -> frozenset[str]:
        """The roles that see its documents: those with a step of it, and the administrator."""
        return frozenset(role for step in self.steps for role in step.roles) | {Role.ADMIN.value}

    @property
    def ends(self) -> tuple[str, ...]:
        """The states that no step leaves."""
        left = {source for step in self.steps for source in step.sources}
        return tuple(state for state in self.states if state not in left)


@lru_cache(256)
def workflow_of(own: OwnType) -> Workflow:
    """Its workflow, as a declared type would have it. The type must have no flaw (`rules.flaws`)."""
    states = StrEnum(f"State_{own.name}", {state.upper(): state for state in own.states})  # type: ignore[misc]
    return Workflow(states(own.initial), *(_transition(step, states) for step in own.steps))


def _transition(step: OwnStep, states: Any) -> Transition:
    when = tuple(condition for condition, is_asked in ((not_own, step.not_own),
                                                       (own_document, step.own_document)) if is_asked)
    return Transition(step.name, tuple(states(source) for source in step.sources), states(step.target),
                      tuple(Role(role) for role in step.roles), when=when, needs_reason=step.needs_reason,
                      numbers=step.numbers)


# ---------------------------------------------------------------- kept as text

def written(own: OwnType) -> str:
    """The type as JSON."""
    return json.dumps(asdict(own))


def read(facts: dict[str, Any]) -> OwnType:
    """The type that JSON or an example says. Raises KeyError, TypeError or ValueError for another text."""
    return OwnType(
        str(facts["name"]), str(facts["prefix"]),
        tuple(OwnField(str(row["name"]), Kind(row["kind"]), bool(row.get("is_required")),
                       tuple(map(str, row.get("choices", ())))) for row in facts["fields"]),
        tuple(map(str, facts["states"])),
        tuple(OwnStep(str(row["name"]), tuple(map(str, row["sources"])), str(row["target"]),
                      tuple(map(str, row["roles"])), *(bool(row.get(name)) for name in TICKED))
              for row in facts["steps"]),
        int(facts.get("revision", 1)))


#: What is ticked at a step, in the order of `OwnStep`.
TICKED = ("not_own", "own_document", "needs_reason", "numbers")
