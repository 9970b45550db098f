"""Nobody is booked twice, no price is two on one day, no role is given twice: what must not overlap in time,
as data; the database keeps it on each way of writing.

A row takes up the half-open interval [start, start + minutes) while it stands in one of its states: what ends
at 10:03 leaves 10:03 free. PostgreSQL keeps it by an exclusion constraint (GiST, extension `btree_gist`),
SQLite by triggers, both by instants. `models.triggers` adds the SQL of both to its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.consultations import HOLDS_SLOT, Consultation, VisitKind
from models.delegations import Delegation, DelegationState
from models.supplier_prices import SupplierPrice


@dataclass(frozen=True)
class Apart:
    """Rows of `table` that name the same `who` never overlap while their `state` is one of `states`.

    `name` is the constraint's; `starts` an instant, `minutes` a whole number up to a day (1440). A row whose
    `beside` is filled does not count: it says why it stands at the time of another. `kind` is the only value
    of the column of that name that counts.
    """

    name: str
    table: str
    who: str
    starts: str
    minutes: str
    states: tuple[str, ...]
    beside: str = ""
    kind: str = ""

    @property
    def holds(self) -> str:
        return ", ".join(f"'{state}'" for state in self.states)

    def counts(self, row: str = "") -> str:
        """What is added to the test of the states; `row` with its dot."""
        return "".join((f' AND {row}"{self.beside}" IS NULL' if self.beside else "",
                        f" AND {row}kind = '{self.kind}'" if self.kind else ""))


APART = tuple(Apart(f"ex_consultation_{who}_time", Consultation.__tablename__, f"{who}_id", "starts_at",
                    "slot_minutes", tuple(state.value for state in HOLDS_SLOT), beside,
                    VisitKind.APPOINTMENT.value)
              for who, beside in (("doctor", ""), ("patient", "held_beside_id")))


@dataclass(frozen=True)
class DaysApart:
    """Rows of `table` that agree in all of `same` never hold on the same day: both ends count, and a row
    without an end holds from its first day on. `states`: the only ones in which a row counts, if not all."""

    name: str
    table: str
    same: tuple[str, ...]
    first: str
    last: str
    states: tuple[str, ...] = ()

    def counts(self, row: str = "") -> str:
        """The test of the states, "" where all count; `row` with its dot."""
        return f"{row}state IN ({', '.join(map(repr, self.states))})" if self.states else ""


DAYS_APART = (DaysApart("ex_supplier_price_days", SupplierPrice.__tablename__,
                        ("supplier_id", "item_id", "unit_id", "minimum_quantity", "kind"), "valid_from",
                        "valid_to"),
              DaysApart("ex_delegation_days", Delegation.__tablename__, ("giver_id", "role"), "starts_on",
                        "ends_on", (DelegationState.GRANTED.value,)))


def sqlite() -> Iterator[tuple[str, str]]:
    """Table and statement of each trigger.

    Days are compared first, as text, so that an index finds the few rows that can meet; then milliseconds,
    however the instant is written. What is no instant is refused: nothing could be compared with it.
    """
    for rule in APART:
        start, other = (f'CAST(round(julianday({row}."{rule.starts}") * 86400000) AS INTEGER)'
                        for row in ("NEW", "other"))
        span = f'{{row}}."{rule.minutes}" * 60000'
        meets = (f'SELECT 1 FROM "{rule.table}" AS other WHERE other."{rule.who}" = NEW."{rule.who}"\n'
                 f'  AND other.id <> NEW.id AND other.state IN ({rule.holds}){rule.counts("other.")}\n'
                 f'  AND other."{rule.starts}" > date(NEW."{rule.starts}", \'-3 days\')\n'
                 f'  AND other."{rule.starts}" < date(NEW."{rule.starts}", \'+4 days\')\n'
                 f"  AND {other} < {start} + {span.format(row='NEW')}\n"
                 f"  AND {start} < {other} + {span.format(row='other')}")
        for does, what in (("insert", "INSERT"), ("update", "UPDATE")):
            yield (
                rule.table,
                (
                    f'CREATE TRIGGER {rule.name}_{does} AFTER {what} ON "{rule.table}"\n'
                    f"WHEN NEW.state IN ({rule.holds}){rule.counts('NEW.')} "
                    f"AND (typeof(NEW.\"{rule.starts}\") <> 'text'\n"
                    f'  OR julianday(NEW."{rule.starts}") IS NULL OR EXISTS ({meets}))\n'
                    f"BEGIN SELECT RAISE(ABORT, 'overlap: {rule.name}'); END"
                ),
            )
    for days in DAYS_APART:
        alike = " AND ".join([*(f'other."{column}" = NEW."{column}"' for column in days.same),
                              *([days.counts("other.")] if days.states else [])])
        meets = (f'SELECT 1 FROM "{days.table}" AS other WHERE {alike}\n'
                 f'  AND other.id <> NEW.id\n'
                 f'  AND (NEW."{days.last}" IS NULL OR other."{days.first}" <= NEW."{days.last}")\n'
                 f'  AND (other."{days.last}" IS NULL OR NEW."{days.first}" <= other."{days.last}")')
        counted = f"{days.counts('NEW.')} AND " if days.states else ""
        for does, what in (("insert", "INSERT"), ("update", "UPDATE")):
            yield days.table, (f'CREATE TRIGGER {days.name}_{does} AFTER {what} ON "{days.table}"\n'
                               f"WHEN {counted}EXISTS ({meets})\n"
                               f"BEGIN SELECT RAISE(ABORT, 'overlap: {days.name}'); END")


def postgresql() -> Iterator[tuple[str, str]]:
    """Table and statement of each constraint; sums are made in UTC, because an index must not depend on a
    zone."""
    for rule in APART:
        start = f"\"{rule.starts}\" AT TIME ZONE 'UTC'"
        yield (
            rule.table,
            (
                f'ALTER TABLE "{rule.table}" ADD CONSTRAINT {rule.name} '
                f'EXCLUDE USING gist ("{rule.who}" WITH =,\n'
                f'  tsrange({start}, ({start}) + make_interval(mins => "{rule.minutes}")) WITH &&)\n'
                f"WHERE (state IN ({rule.holds}){rule.counts()})"
            ),
        )
    for days in DAYS_APART:
        alike = ", ".join(f'"{column}" WITH =' for column in days.same)
        yield days.table, (f'ALTER TABLE "{days.table}" ADD CONSTRAINT {days.name} '
                           f'EXCLUDE USING gist ({alike},\n'
                           f'  daterange("{days.first}", "{days.last}", \'[]\') WITH &&)'
                           + (f"\nWHERE ({days.counts()})" if days.states else ""))
