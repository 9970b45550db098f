"""The data model in words, read off the live metadata: processes, relations, columns and rules.

Nothing here is written twice: a new table, column or constraint is in the dictionary as soon as it is
declared.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l

from models.base import ExactDecimal, UtcDateTime, db
from models.documents import WORKFLOWS, document_types
from portal.web import words

#: Where the documents of a process stand among its tables, each with its lines.
DOCUMENTS = "documents"
#: A process of the hospital and the tables that take part in it; a table may take part in several. A document
#: names its process on its class.
PROCESSES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "requests": (_l("Requests and deliveries"), (
        "work_unit", "user", "account", "store", "item", "request_template", "request_template_line",
        DOCUMENTS, "stock_move")),
    "purchasing": (_l("Purchasing"), ("supplier", "item", "stock_level", "supplier_price", DOCUMENTS,
                                      "quotation", "quotation_price", "item_substitute")),
    "corrections": (_l("Returns, losses and counts"), ("store", "item", "stock_batch", DOCUMENTS)),
    "ledger": (_l("Stock and journal"), (
        "item_category", "item", "unit_conversion", "store", "shelf", "store_item", "stock_batch",
        "batch_correction",
        "stock_balance", "stock_move", "account", "period", "journal_entry", "journal_line", DOCUMENTS)),
    "rooms": (_l("Rooms and cleaning"), (
        "land", "building", "ward", "room", "room_class", "inpatient_room", "bed", "stay", "stay_bed",
        "bed_reservation", "wall_display", "room_facility", "class_facility", "cleaning", DOCUMENTS)),
    "assets": (_l("Assets"), (
        "asset_type", "asset_model", "vendor", "asset", "asset_book", "asset_book_change", "asset_movement",
        DOCUMENTS, "asset_auction_bid")),
    "care": (_l("Maintenance and depreciation"), (
        "asset", "asset_model", "vendor", "service_contract", "service_contract_line", "maintenance_schedule",
        "meter_reading", "model_part", DOCUMENTS, "maintenance_part", "calibration")),
    "telemedicine": (_l("Telemedicine"), (
        "specialization", "doctor", "doctor_schedule", "schedule_exception", "patient", "consent", DOCUMENTS,
        "dispensing", "prescription_template", "patient_allergy", "substance", "medicine_name",
        "drug_interaction",
        "triage_answer", "consultation_message", "note_draft", "clinical_note", "diagnosis", "letter",
        "letter_answer", "follow_up", "vital_sign", "video_signal", "patient_merge", "patient_merge_move")),
    "learning": (_l("Classes and progress"), (
        "user", "learning_class", "class_member", "class_task", "exercise_progress", "case_progress",
        "own_exercise")),
    "papers": (_l("Numbers, history and files"), (
        "user", "document_number", "number_counter", "document_event", "comment", "attachment",
        "list_import")),
    "people": (_l("People and settings"), (
        "user", "user_role", "user_session", "panel_choice", "saved_filter", "api_token", "api_answer",
        DOCUMENTS, "secret_try", "authenticator", "recovery_code", "passkey", "push_subscription",
        "account_ticket", "account_identity",
        "work_unit", "employee", "setting",
        "holiday", "code_list", "region", "notice", "outbox", "job_run", "activity_log",
        "log_seal")),
}
WHOLE = "all"


def tables() -> dict[str, sa.Table]:
    """Every table by name."""
    return dict(sorted(db.metadata.tables.items()))


def processes() -> dict[str, tuple[Any, tuple[str, ...]]]:
    """The processes with the tables that exist; what belongs to none comes last, so that nothing is
    hidden."""
    known = tables()
    result = {key: (word, tuple(name for entry in names for name in (
                 _documents(key) if entry == DOCUMENTS else (entry,)) if name in known))
              for key, (word, names) in PROCESSES.items()}
    placed = {name for _word, names in result.values() for name in names}
    rest = tuple(name for name in known if name not in placed)
    if rest:
        result["other"] = (_l("Other"), rest)
    return result


def _documents(process: str) -> Iterator[str]:
    """Document types of a process and their tables of lines."""
    for table, model in document_types().items():
        if model.process == process:
            yield from (table, f"{table}_line")


def in_view(key: str) -> tuple[str, ...]:
    """The tables of a process, or of the whole. Raises KeyError."""
    return tuple(tables()) if key == WHOLE else processes()[key][1]


def home_of(table: str) -> str:
    """The first process that a table takes part in; a line counts as its document does. Raises KeyError."""
    return _homes()[table]


@cache
def _homes() -> dict[str, str]:
    return {name: key for key, (_word, names) in reversed(processes().items()) for name in names}


# ---------------------------------------------------------------- the papers

def seeds(info: dict[str, Any]) -> tuple[str, ...]:
    """Where the two papers draw it: their names, none when it was added."""
    seed = info.get("seed")
    return () if not seed else (seed,) if isinstance(seed, str) else tuple(seed)


# ---------------------------------------------------------------- relations

@dataclass(frozen=True)
class Relation:
    """A foreign key: `child.column` names one row of `parent`."""

    parent: str
    child: str
    column: str
    required: bool
    single: bool
    ondelete: str

    @property
    def how_many(self) -> str:
        """How many children a parent may have, in words."""
        return gettext("none or one") if self.single else gettext("none to many")

    @property
    def on_delete(self) -> str:
        """What happens to the children when the parent is deleted, in words."""
        return gettext("they go with it") if self.ondelete == "CASCADE" else gettext("refused")


def relations(names: Iterable[str] | None = None) -> list[Relation]:
    """The relations between the named tables, or all."""
    wanted = set(tables() if names is None else names)
    return [relation for relation in _relations() if relation.parent in wanted and relation.child in wanted]


@cache
def _relations() -> tuple[Relation, ...]:
    result = []
    for table in tables().values():
        keys = sorted(table.foreign_key_constraints, key=lambda key: (len(key.columns), str(key.name)))
        plain = {key.referred_table.name for key in keys if len(key.columns) == 1}
        for key in keys:
            columns, parent = list(key.columns), key.referred_table.name
            if len(columns) > 1 and parent in plain:
                continue  # the same line twice: the composite key only narrows the plain one
            named = next((column for column in columns if column.name == f"{parent}_id"), columns[0])
            result.append(Relation(parent, table.name, named.name, not named.nullable,
                                   len(columns) == 1 and _is_unique(named), key.ondelete or ""))
    return tuple(result)


def _is_unique(column: sa.Column[Any]) -> bool:
    table = column.table
    sets = [set(rule.columns) for rule in table.constraints
            if isinstance(rule, sa.UniqueConstraint | sa.PrimaryKeyConstraint)]
    sets += [set(index.columns) for index in table.indexes if index.unique]
    return bool(column.unique) or {column} in sets


# ---------------------------------------------------------------- tables and columns in words

def about(table: str) -> str:
    """What the code says about the table: the first paragraph of its class, in English."""
    model = next((mapper.class_ for mapper in db.Model.registry.mappers if mapper.local_table.name == table),
                 None)
    return " ".join((inspect.getdoc(model) or "").split("\n\n")[0].split()) if model else ""


def in_both(name: str, *, table: bool = False) -> tuple[str, str]:
    """The label in Indonesian and in English."""
    both = []
    for code in ("id", "en"):
        with force_locale(code):
            both.append(words.table_word(name) if table else words.label(name))
    return both[0], both[1]


def kind(column: sa.Column[Any]) -> str:
    """The type of a column in words."""
    type_ = column.type
    if isinstance(type_, ExactDecimal):
        return ngettext("exact number, %(num)s decimal", "exact number, %(num)s decimals", type_.scale)
    if isinstance(type_, UtcDateTime):
        return gettext("instant, kept in UTC")
    if isinstance(type_, sa.Enum):
        return gettext("one word of a list")
    if isinstance(type_, sa.Text):
        return gettext("long text")
    if isinstance(type_, sa.String):
        return gettext("text, up to %(length)s characters",
                       length=type_.length) if type_.length else gettext("text")
    if isinstance(type_, sa.Boolean):
        return gettext("yes or no")
    if isinstance(type_, sa.Integer):
        return gettext("whole number")
    if isinstance(type_, sa.Date):
        return gettext("day")
    if isinstance(type_, sa.Time):
        return gettext("time of day")
    if isinstance(type_, sa.LargeBinary):
        return gettext("bytes")
    return gettext("structure (JSON)") if isinstance(type_, sa.JSON) else type_.__class__.__name__.lower()


def short_kind(column: sa.Column[Any]) -> str:
    """The type in one word, for the diagram."""
    type_ = column.type
    pairs = ((ExactDecimal, "numeric"), (UtcDateTime, "timestamp"), (sa.Date, "date"), (sa.Time, "time"),
             (sa.Boolean, "bool"), (sa.Numeric, "numeric"), (sa.Integer, "int"), (sa.String, "text"),
             (sa.JSON, "json"))
    return next((word for cls, word in pairs if isinstance(type_, cls)), "bytes")


def rules(column: sa.Column[Any]) -> list[str]:
    """What holds for a column, in sentences."""
    table, said = column.table.name, []
    if column.primary_key and len(column.table.primary_key.columns) == 1 and not column.foreign_keys:
        said.append(gettext("The key: given by the database and never used again.")
                    if isinstance(column.type, sa.Integer) else gettext("The key: no two rows share it."))
    elif column.primary_key:
        said.append(gettext("Part of the key."))
    targets = [relation.parent for relation in _relations()
               if relation.child == table and relation.column == column.name]
    said += [gettext("Names one row of %(table)s.", table=target) for target in targets]
    if not column.primary_key:
        said.append(gettext("May be empty.") if column.nullable else gettext("Required."))
    if not column.primary_key and _is_unique(column):
        said.append(gettext("No two rows share it."))
    return said + _rules_by_name(column.name, is_document=table in WORKFLOWS)


def _rules_by_name(name: str, *, is_document: bool) -> list[str]:
    """What holds for the columns that many tables have."""
    said = []
    if name == "state" and is_document:
        said.append(gettext("Only the workflow moves it."))
    if name == "number" and is_document:
        said.append(gettext("Given when the document leaves draft, without a gap in its year."))
    if name == "version":
        said.append(gettext("Goes up by one at every save; a save of an older version is refused."))
    if name == "created_by_id":
        said.append(gettext("Who made a document does not approve it."))
    if name.startswith("nik"):
        said.append(gettext("Kept encrypted."))
    return said


def values(column: sa.Column[Any]) -> list[tuple[str, str]]:
    """The words that the column accepts, each with its label; empty when it is no list."""
    if not isinstance(column.type, sa.Enum):
        return []
    return [(value, words.state_word(value)) for value in column.type.enums]


@dataclass(frozen=True)
class Rule:
    """A named constraint: what it says in words, its name and, where there is one, its condition."""

    icon: str
    text: str
    name: str
    condition: str = ""


def table_rules(table: sa.Table) -> list[Rule]:
    """What the database itself refuses, whatever program asks."""
    result = []
    for rule in sorted(table.constraints, key=lambda entry: str(entry.name)):
        columns = ", ".join(column.name for column in getattr(rule, "columns", ()))
        if isinstance(rule, sa.UniqueConstraint):
            result.append(Rule("shield", gettext("No two rows have the same %(columns)s.", columns=columns),
                               str(rule.name)))
        elif isinstance(rule, sa.ForeignKeyConstraint):
            target = rule.referred_table.name
            text = gettext("A row of %(table)s takes its rows here along when it is deleted.", table=target) \
                if rule.ondelete == "CASCADE" else gettext(
                    "A row of %(table)s that is used here cannot be deleted.", table=target)
            result.append(Rule("link", text, str(rule.name)))
        elif isinstance(rule, sa.CheckConstraint):
            text = gettext("Any other word is refused.") if str(rule.name).endswith("_known") else gettext(
                "Refused unless this holds:")
            result.append(Rule("ban", text, str(rule.name), _condition(rule)))
    for index in sorted(table.indexes, key=lambda entry: str(entry.name)):
        if index.unique:
            columns = ", ".join(str(expression)
                                for expression in index.expressions).replace(f"{table.name}.", "")
            result.append(Rule("shield", gettext("No two rows have the same %(columns)s.", columns=columns),
                               str(index.name)))
    return result


def _condition(rule: sa.CheckConstraint) -> str:
    compiled = rule.sqltext.compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True})
    return str(compiled).replace(f"{rule.table.name}.", "")


# ---------------------------------------------------------------- how many rows

#: Counting stops here: a page about structure must not read a million rows.
COUNTED_TO = 10_000


def row_counts(names: Iterable[str]) -> dict[str, int]:
    """Rows by table, counted up to one more than `COUNTED_TO`; one statement."""
    names = list(names)
    counts = []
    for name in names:
        some = sa.select(sa.literal(1).label("one")).select_from(tables()[name]).limit(COUNTED_TO
                                                                                       + 1).subquery()
        counts.append(sa.select(sa.func.count()).select_from(some).scalar_subquery().label(f"n{len(counts)}"))
    return dict(zip(names, db.session.execute(sa.select(*counts)).one(), strict=True)) if names else {}
