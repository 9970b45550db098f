"""The report kit: a report is a query, columns and a title; the panel shows, pages and exports any of them.

A declaration names what may be asked (`Parameter`), makes one SELECT of what was asked, and says how its
columns are read (`Column`)::

    declare(Report("stock_on_hand", N_("Stock on hand and value"), "inventory", stock_on_hand, roles=STOCK,
                   columns=(Column("item", N_("Item")), Column("quantity", N_("Quantity"), "quantity")),
                   parameters=(AS_OF, STORE)))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from models import clock
from models.base import ExactDecimal
from models.errors import N_
from models.people import User
from models.rights import BUYING
from models.roles import Role

#: What was asked: values by the name of the parameter (dates, ids, texts); None where nothing was.
ParameterValues = dict[str, Any]
#: A SELECT of any columns.
Statement = sa.Select[*tuple[Any, ...]]
REPORTS: dict[str, Report] = {}


@dataclass(frozen=True)
class Parameter:
    """Something to ask for. `kind`: date, choice (of `choices`), text, or a table, for a record of it."""

    name: str
    label: str
    kind: str
    default: Callable[[], Any] | None = None
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Veil:
    """What a column does not tell everybody: rows whose `attribute` holds something say `instead`, but to
    people for whom `is_open` says yes."""

    attribute: str
    instead: str
    is_open: Callable[[User], bool]


@dataclass(frozen=True)
class Column:
    """A column of the table. `value` computes it from the row where SQL does not.

    `kind`: text, code, quantity, money (rupiah), percent, number, date, month (year * 100 + month), minutes
    or word (an enum).
    `links`: the row's attributes that hold table and id of the record to open, the table also as ``=item``,
    or another report that takes the item: ``@stock_card``.
    `unless`: the parameter that makes the column needless once it is given.
    """

    name: str
    label: str
    kind: str = "text"
    value: Callable[[Any], Any] | None = None
    links: tuple[str, str] | None = None
    unless: str = ""
    veil: Veil | None = None
    #: Whether the printed report ends with the column's sum; by default amounts do.
    sums: bool | None = None

    @property
    def is_summed(self) -> bool:
        return self.kind == "money" if self.sums is None else self.sums

    @property
    def is_number(self) -> bool:
        return self.kind in {"quantity", "money", "percent", "number", "minutes"}

    def is_veiled(self, row: Any) -> bool:
        """Whether the row's cell says the veil's word (an English msgid) instead of its value."""
        return self.veil is not None and getattr(row, self.veil.attribute) is not None

    def of(self, row: Any) -> Any:
        if self.veil is not None and self.is_veiled(row):
            return self.veil.instead
        return self.value(row) if self.value is not None else getattr(row, self.name)


@dataclass(frozen=True)
class Chart:
    """`select` gives (x, y) rows: days for the kind "balance", months for "bars"."""

    title: str
    kind: str
    label: str
    select: Callable[[ParameterValues], Statement]
    money: bool = False


@dataclass(frozen=True)
class Section:
    """A further table of a report, short enough to stand whole.

    `bars`: the columns of its chart's names and numbers.
    """

    key: str
    title: str
    select: Callable[[ParameterValues], Statement]
    columns: tuple[Column, ...]
    bars: tuple[str, str] | None = None


@dataclass(frozen=True)
class Report:
    """One report; `select` makes an ordered SELECT, `summary` one of a single row whose columns are the
    `tiles`."""

    key: str
    title: str
    area: str
    select: Callable[[ParameterValues], Statement]
    columns: tuple[Column, ...]
    about: str = ""
    parameters: tuple[Parameter, ...] = ()
    #: Who reads it. There is no default: a new report is closed until somebody says whose it is.
    roles: frozenset[Role] = field(kw_only=True)
    summary: Callable[[ParameterValues], Statement] | None = None
    tiles: tuple[Column, ...] = ()
    chart: Chart | None = None
    icon: str = "report-analytics"
    #: What the first table is called where there are more.
    heading: str = ""
    sections: tuple[Section, ...] = ()
    #: Sentences about what was asked, each with what stands in it: which days were counted. They stand above
    #: the table, and on a sheet of their own in the XLSX.
    said: Callable[[ParameterValues], list[tuple[str, dict[str, Any]]]] | None = None
    #: Who signs the printed report, under its last row.
    signatures: tuple[str, ...] = ()
    #: Rows that deserve a look.
    is_late: Callable[[Any], bool] | None = None

    def shown(self, values: ParameterValues, reader: User | None = None) -> list[Column]:
        """The columns that what was asked leaves, without their veils where `reader` may see behind them."""
        return [replace(column, veil=None) if column.veil is not None and reader is not None
                and column.veil.is_open(reader) else column
                for column in self.columns if not (column.unless and values.get(column.unless))]


#: The director's monthly pack in the order of its pages: a report, and how many of its rows (none: only its
#: numbers). Reports of "now" are not for it: what was released says the same later.
PACK = (("daily_performance", 31), ("occupancy", 20), ("turnaround", 20), ("usage", 20),
        ("moves_by_supplier", 15),
        ("on_time", 15), ("stock_on_hand", 0), ("asset_register", 0), ("asset_additions", 20),
        ("asset_disposals", 20),
        ("maintenance_cost", 20))


def declare(report: Report) -> Report:
    """Make the report known. Raises ValueError when its key is taken or nobody may read it."""
    if report.key in REPORTS:
        raise ValueError(f"there is a report {report.key} already")
    if not report.roles:
        raise ValueError(f"the report {report.key} names no role that reads it")
    REPORTS[report.key] = report
    return report


# ---------------------------------------------------------------- parameters that many ask for

def days_ago(days: int) -> Callable[[], date]:
    return lambda: clock.today() - timedelta(days=days)


def period(days: int) -> tuple[Parameter, Parameter]:
    """From and until, by default the last `days` days."""
    return (Parameter("from", N_("From"), "date", days_ago(days)),
            Parameter("to", N_("Until"), "date", lambda: clock.today()))


#: Who reads the reports of what lies in the stores.
STOCK = frozenset(BUYING)
STORE = Parameter("store", N_("Store"), "store")
ITEM = Parameter("item", N_("Item"), "item")
SUPPLIER = Parameter("supplier", N_("Supplier"), "supplier")
UNIT = Parameter("work_unit", N_("Work unit"), "work_unit")


# ---------------------------------------------------------------- exact sums in SQL

class base_units(sa.sql.functions.FunctionElement[Any]):
    """A line's quantity times its factor, in base units: scaled integers of SQLite come back to three
    decimals."""

    type = ExactDecimal(14, 3)
    name = "base_units"
    inherit_cache = True


@compiles(base_units)
def _base_units(element: Any, compiler: Any, **options: Any) -> str:
    quantity, factor = element.clauses
    return f"({compiler.process(quantity, **options)} * {compiler.process(factor, **options)})"


@compiles(base_units, "sqlite")
def _base_units_scaled(element: Any, compiler: Any, **options: Any) -> str:
    quantity, factor = element.clauses
    return f"({compiler.process(quantity, **options)} * {compiler.process(factor, **options)} / 1000000)"


class minutes(sa.sql.functions.FunctionElement[Any]):
    """Minutes from one instant to another, with their fraction; NULL where one is missing."""

    type = sa.Float()
    name = "minutes"
    inherit_cache = True


@compiles(minutes)
def _minutes(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(extract(epoch from ({end} - {start})) / 60)"


@compiles(minutes, "sqlite")
def _minutes_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((julianday({end}) - julianday({start})) * 1440)"


def quantity(expression: Any) -> sa.ColumnElement[Any]:
    """Base units, 0 for none: sums and differences keep their three decimals on every database."""
    return sa.type_coerce(sa.func.coalesce(expression, 0), ExactDecimal(24, 3))


def rupiah(expression: Any) -> sa.ColumnElement[Any]:
    """Rupiah, 0 for none."""
    return sa.type_coerce(sa.func.coalesce(expression, 0), ExactDecimal(24, 2))


def above_zero(expression: Any) -> sa.ColumnElement[Any]:
    """`expression`, or 0 where it is less."""
    return sa.case((expression > 0, expression), else_=0)


def ratio(total: Any, count: Any) -> Decimal | None:
    """`total` for each of `count`, to two places (Rupiah: to the sen); None for nothing."""
    return (total / count).quantize(Decimal("0.01")) if count else None


def within(values: ParameterValues, column: Any) -> list[sa.ColumnElement[bool]]:
    """The criteria of from and until, as far as they were asked for."""
    result = []
    if values.get("from"):
        result.append(column >= values["from"])
    if values.get("to"):
        result.append(column <= values["to"])
    return result


def where(values: ParameterValues, **columns: Any) -> list[sa.ColumnElement[bool]]:
    """The criteria of the references asked for, e.g. ``where(values, store=StockMove.store_id)``."""
    return [column == values[name] for name, column in columns.items() if values.get(name)]
