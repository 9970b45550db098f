"""What a table's metadata says about its pages: which columns a list shows, a form asks, a page of facts
tells.

Views name columns by attribute; a reference is named by its relationship (`store`, not `store_id`).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ColumnProperty, RelationshipDirection, RelationshipProperty

from models.base import ExactDecimal, UtcDateTime, db
from models.documents import Document
from models.rights import RIGHTS

#: Never typed in: kept by the workflow, the ledger, the numbering or the system itself.
KEPT = frozenset({
    "state", "version", "created_by_id", "stock_on_hand", "stock_value", "average_cost", "book_value",
    "accumulated_depreciation", "password_hash", "token_hash", "nik_index", "nik", "is_demo", "verify_code",
    "medical_record_number", "tag", "qr_code", "retired_on", "last_received_on", "last_issued_on",
    "approved_by_id", "closed_by_id", "counted_by_id", "last_move_id", "system_quantity", "variance",
    "ordered_quantity", "outstanding_quantity", "net_value", "unit_cost", "guest", "moved_by_id",
    "last_done_on",
    "calibration_due_on", "calibration_failed", "recalibrate_from", "ordered_for", "started_at",
    "finished_at", "approved_cost", "down_since", "condition_before", "took_out", "asset_disposal_id",
    "not_before", "is_superseded", "reported_at", "answer_due_at", "acknowledged_at",
})
#: Never shown: secrets and machinery, and what a computed column tells.
HIDDEN = frozenset({"net_value", "version", "password_hash", "token_hash", "nik_index", "nik", "is_demo",
                    "content", "number_key", "sha256", "verify_code", "previous_hash", "hash", "guest",
                    "digest"})
TITLES = ("number", "tag", "code", "medical_record_number", "key", "name", "title", "email")
LIST_WIDTH = 7


@dataclass(frozen=True)
class Column:
    """One attribute of a model as pages see it. `kind` says how it is written and read."""

    name: str
    kind: str
    column: Any
    relation: Any = None

    @property
    def target(self) -> Any:
        return self.relation.mapper.class_ if self.relation is not None else None

    @property
    def is_number(self) -> bool:
        return self.kind in {"money", "quantity", "number", "percent", "factor", "area", "measure"}

    @property
    def is_optional(self) -> bool:
        return bool(self.column.nullable)


#: How the decimals of the column vocabulary are written, by precision and scale; another one must be told
#: here first.
DECIMALS = {(18, 2): "money", (18, 6): "money", (14, 3): "quantity", (14, 6): "factor", (5, 2): "percent",
            (12, 2): "area", (4, 1): "measure", (6, 1): "measure"}


def kind_of(column: sa.Column[Any]) -> str:
    """How a column's values are written: `enum`, `bool`, `date`, `moment`, `money`, `quantity`, `text`, …"""
    kind = column.type
    if isinstance(kind, ExactDecimal):
        try:
            return DECIMALS[kind.precision, kind.scale]
        except KeyError:
            raise TypeError(
                f"{column}: say in DECIMALS how {kind.precision}, {kind.scale} is written"
            ) from None
    for classes, word in (
        (sa.Enum, "enum"), (sa.Boolean, "bool"), ((UtcDateTime, sa.DateTime), "moment"), (sa.Date, "date"),
        (sa.Time, "time"), (sa.JSON, "json"), (sa.LargeBinary, "binary"),
        ((sa.Integer, sa.BigInteger), "number"),
        (sa.Text, "long"), (sa.String, "text"), (sa.Numeric, "number"),
    ):
        if isinstance(kind, classes):  # type: ignore[arg-type]
            return word
    return "other"


@functools.cache
def columns_of(model: Any) -> dict[str, Column]:
    """The attributes of `model` in the order of its table, foreign keys by their relationship."""
    mapper = sa.inspect(model)
    references: dict[str, RelationshipProperty[Any]] = {}
    for relation in mapper.relationships:
        if relation.direction is RelationshipDirection.MANYTOONE and len(relation.local_columns) == 1:
            references.setdefault(next(iter(relation.local_columns)).name, relation)
    result: dict[str, Column] = {}
    for attribute in mapper.attrs:
        if not isinstance(attribute, ColumnProperty) or not isinstance(attribute.columns[0], sa.Column):
            continue
        column = attribute.columns[0]
        relation = references.get(column.name)
        name = relation.key if relation is not None else attribute.key
        kind = "reference" if relation is not None else kind_of(column)
        result[name] = Column(name, kind, column, relation)
    order = {column.name: place for place, column in enumerate(mapper.local_table.columns)}
    return dict(sorted(result.items(), key=lambda pair: order.get(pair[1].column.name, 999)))


def is_key(column: Column) -> bool:
    return bool(column.column.primary_key) and column.relation is None


def kept_key(column: Column) -> bool:
    """Whether a column is the key of something that has no relationship here: a bare number to people."""
    return column.relation is None and column.kind == "number" and column.name.endswith("_id")


#: Tables that grow though people make their rows in forms, and are no documents.
GROW_TOO = frozenset({"asset", "bed_reservation", "calibration", "cleaning", "meter_reading"})


def grows(model: Any) -> bool:
    """Whether work adds rows to the table every day: documents, ledgers, the log, patients."""
    table = model.__tablename__
    rights = RIGHTS.get(table)
    return issubclass(model, Document) or table in GROW_TOO or rights is None or not rights.create


@functools.cache
def title_of(model: Any) -> str:
    """The attribute that names a record and links to it."""
    names = columns_of(model)
    return next((title for title in TITLES if title in names), next(iter(names)))


def list_columns(model: Any) -> tuple[str, ...]:
    """At most seven: the title first, the state last, what a person searches by between."""
    every = columns_of(model)
    title = title_of(model)
    last = [name for name in ("status", "state") if name in every]
    skip = {title, *last, *HIDDEN, "created_at", "created_by", "note", "address"}
    if issubclass(model, Document):
        skip.discard("created_by")
    rest = [column for name, column in every.items()
            if name not in skip and not is_key(column) and column.kind not in {"long", "json", "binary",
                                                                               "other"}]
    dated = getattr(model, "dated", None)
    rank = {"date": 2, "reference": 1, "text": 1, "enum": 3, "money": 4, "quantity": 4, "moment": 4,
            "number": 5}
    rest.sort(key=lambda column: (column.name not in {"name", dated}, column.name == "created_by",
                                  rank.get(column.kind, 6)))
    return (title, *(column.name for column in rest[:LIST_WIDTH - 1 - len(last)]), *last)


def kept_by_system(model: Any, column: Column) -> bool:
    """Whether a column is filled by the system: named so, an instant of what happened, asked for by a later
    step, a document's number, a line's frozen factor, a key without a relationship."""
    name = column.column.name
    if name in KEPT or (column.kind == "moment" and name.endswith("_at")):
        return True
    if name == "factor":
        return "unit" in columns_of(model)
    if column.relation is None and column.column.foreign_keys and name.endswith("_id"):
        return True
    if issubclass(model, Document):
        return name == "number" or any(name in step.asks or column.name in step.asks
                                       for step in model.workflow)
    return False


def form_columns(model: Any) -> tuple[str, ...]:
    """What a person may type: everything that nothing else keeps."""
    return tuple(
        name for name, column in columns_of(model).items()
        if not kept_by_system(model, column)
        and not (column.column.primary_key and column.relation is None and kind_of(column.column) == "number")
        and column.kind not in {"binary", "json", "other"} and not column.column.info.get("derived"))


def fact_columns(model: Any) -> tuple[str, ...]:
    """What the page of one record tells, its title and state excepted: those stand in the heading."""
    return tuple(name for name, column in columns_of(model).items()
                 if name not in HIDDEN and name not in {title_of(model), "state"} and not is_key(column)
                 and column.kind not in {"binary", "json", "other"})


@functools.cache
def search_columns(model: Any) -> tuple[str, ...]:
    """Texts that people search by."""
    every = columns_of(model)
    wanted = (*TITLES, "also_called", "barcode", "phone", "purpose", "table_name", "changed_id")
    return tuple(name for name in wanted if name in every and every[name].kind == "text")


def filter_columns(model: Any) -> tuple[str, ...]:
    return tuple(name for name, column in columns_of(model).items()
                 if column.kind in {"enum", "bool", "reference", "date"} and name not in HIDDEN)


@functools.cache
def rules_of(table: sa.Table) -> dict[str, str]:
    """The simple checks of a table by column: ``{"quantity": "positive"}``, ``{"price": "not_negative"}``."""
    rules: dict[str, str] = {}
    for constraint in table.constraints:
        if isinstance(constraint, sa.CheckConstraint) and constraint.name:
            name = str(constraint.name).removeprefix(f"ck_{table.name}_")
            for rule in ("not_negative", "positive"):
                column = name.removesuffix(f"_{rule}")
                if column != name and column in table.columns:
                    rules[column] = rule
                    break
    return rules


@functools.cache
def key_of(model: Any) -> Any:
    """The attribute of the primary key (single-column keys only)."""
    mapper = sa.inspect(model)
    return getattr(model, mapper.get_property_by_column(mapper.primary_key[0]).key)


@functools.cache
def mapped_tables() -> dict[str, Any]:
    """Every mapped class by table name."""
    return {mapper.local_table.name: mapper.class_ for mapper in db.Model.registry.mappers}
