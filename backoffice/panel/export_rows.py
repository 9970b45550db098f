"""The rows of an exported list as a file: exactly its columns, never whole records.

PostgreSQL writes the text of every cell itself and sends the file (COPY). SQLite, and a list with a column
that Python has to finish, send light rows. Both ways give the same file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from backoffice.panel import rendering
from backoffice.panel.columns import Column, key_of
from models import clock
from models.base import ExactDecimal, UtcDateTime
from portal.web import export, replica, workbook

_CHUNK = 64 * 1024
#: Types whose values the database may write as text; anything else goes through Python.
_PLAIN_TYPES = (sa.String, sa.Integer, sa.Boolean, sa.Date, sa.Time, ExactDecimal, UtcDateTime)
_NUMBERS = frozenset({"money", "quantity", "number", "percent", "factor", "area", "measure"})
_TEXTS = frozenset({"text", "long", "reference", "time"})


@dataclass(frozen=True)
class ExportColumn:
    """One column of the file: its value in SQL, how it is written, and what Python still does with it."""

    name: str
    kind: str
    value: sa.ColumnElement[Any]
    finish: Callable[[Any], Any] | None = None

    @property
    def is_plain(self) -> bool:
        return self.finish is None and isinstance(self.value.type, _PLAIN_TYPES)


def column_of(model: Any, column: Column) -> tuple[ExportColumn, Any]:
    """How a column of a table is exported, and the alias to join for it: a reference is the text of its
    record."""
    if column.relation is None:
        return ExportColumn(column.name, column.kind, getattr(model, column.name)), None
    target = column.target
    row = aliased(target)
    key = getattr(row, key_of(target).key)
    text = target.text_sql(row) if target.has_text() else "#" + sa.cast(key, sa.String)
    text = sa.case((key.is_not(None), text))
    return ExportColumn(column.name, "reference", text), getattr(model, column.relation.key).of_type(row)


def selected(statement: sa.Select[Any], columns: Iterable[ExportColumn],
             joins: Iterable[Any]) -> sa.Select[Any]:
    """`statement` with these columns alone."""
    statement = statement.with_only_columns(*(column.value.label(column.name) for column in columns))
    for join in joins:
        statement = statement.outerjoin(join)
    return statement


def written(statement: sa.Select[Any], columns: list[ExportColumn], heads: list[str],
            export_type: str) -> Iterator[bytes]:
    """The file in pieces; `statement` is what `selected` made, in its order. Nothing is read before the
    first piece is asked for: the session of the request may be gone by then."""
    session = replica.session()
    by_copy = session.get_bind().dialect.name == "postgresql" and all(column.is_plain for column in columns)
    if export_type == "csv":
        if by_copy:
            yield from _csv_by_copy(session, statement, columns, heads)
        else:
            yield from export.as_csv(heads, _light_rows(session, statement, columns))
    elif by_copy:
        yield from workbook.stream([("", heads, _cells_by_copy(session, statement, columns))])
    else:
        yield from export.as_xlsx(heads, _light_rows(session, statement, columns))


# ---------------------------------------------------------------- light rows

def _light_rows(session: Session, statement: sa.Select[Any],
                columns: list[ExportColumn]) -> Iterator[list[Any]]:
    finishing = [(place, column.finish) for place, column in enumerate(columns) if column.finish is not None]
    plain = [(place, _PYTHON[column.kind]) for place, column in enumerate(columns) if column.kind in _PYTHON]
    for row in session.execute(statement.execution_options(yield_per=2000)):
        cells = list(row)
        for place, finish in finishing:
            cells[place] = finish(row)
        for place, write in plain:
            if cells[place] is not None:
                cells[place] = write(cells[place])
        yield cells


#: What a value becomes for a spreadsheet, where it is not what it is.
_PYTHON: dict[str, Callable[[Any], Any]] = dict.fromkeys(("enum", "moment", "time", "json"), rendering.plain)


# ---------------------------------------------------------------- by the database

def _literal(text: str) -> sa.ColumnElement[str]:
    """A text that stands in the statement itself: COPY takes no parameters."""
    quoted = text.replace("'", "''")
    return sa.literal_column(f"'{quoted}'", sa.Text)


def _text_sql(column: ExportColumn) -> sa.ColumnElement[Any]:
    """The cell as text, as `export.as_csv` writes it; NULL for nothing."""
    value = column.value
    if column.kind in _TEXTS:
        return _safe_sql(sa.cast(value, sa.Text))
    if column.kind == "moment":
        return sa.func.to_char(_local(value), _literal("YYYY-MM-DD HH24:MI:SS"))
    if column.kind == "bool":
        return sa.case((value, _literal("True")), (sa.not_(value), _literal("False")))
    return sa.cast(_number_sql(value), sa.Text)


def _number_sql(value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Without needless zeros."""
    return sa.func.trim_scale(value, type_=sa.Text) if isinstance(value.type, ExactDecimal) else value


def _local(value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.timezone(_literal(str(clock.zone())), value, type_=sa.DateTime)


def _safe_sql(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Text that a spreadsheet would run as a formula gets a quote in front, as `export.safe` does."""
    return sa.case((text.regexp_match(_literal(r"^'*[=+\-@\t\r\n]")), _literal("'").concat(text)), else_=text)


def _cell_sql(column: ExportColumn) -> sa.ColumnElement[Any]:
    """The XML of the cell, as `workbook.cell` writes it."""
    value, kind = column.value, column.kind
    if kind == "bool":
        return _around('<c t="b"><v>', sa.cast(value, sa.Integer), "</v></c>", value.is_(None))
    if kind in {"date", "moment"}:
        return _day_cell_sql(value, kind)
    if kind in _NUMBERS:
        return _around("<c><v>", _number_sql(value), "</v></c>", value.is_(None))
    text = sa.cast(value, sa.Text) if kind == "enum" else _safe_sql(sa.cast(value, sa.Text))
    return _text_cell_sql(text)


def _around(before: str, text: Any, after: str, is_empty: Any) -> sa.ColumnElement[Any]:
    return sa.case((is_empty, _literal("<c/>")),
                   else_=sa.func.concat(_literal(before), text, _literal(after)))


def _text_cell_sql(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    short = sa.func.left(text, workbook.MOST_LETTERS)
    # the two that few texts need are looked for before they are paid for
    written: sa.ColumnElement[Any] = short
    for pattern, word in (("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", ""),
                          (workbook.NUMBERED_LETTER.pattern, "_x005F_")):
        written = sa.func.regexp_replace(written, _literal(pattern), _literal(word), _literal("g"))
    for letter, word in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\\", "&#92;"), ("\n", "&#10;"),
                         ("\r", "&#13;"), ("\t", "&#9;")):
        written = sa.func.replace(written, _literal(letter), _literal(word))
    escaped = sa.case((short.regexp_match(_literal("[&<>_\\\\\x01-\x1f\ufffe\uffff]")), written), else_=short)
    return _around('<c t="inlineStr"><is><t xml:space="preserve">', escaped, "</t></is></c>",
                   sa.func.coalesce(text, _literal("")) == _literal(""))


def _day_cell_sql(value: sa.ColumnElement[Any], kind: str) -> sa.ColumnElement[Any]:
    local = sa.func.date_trunc(_literal("second"), _local(value)) if kind == "moment" else value
    days = sa.cast(local, sa.Date) - sa.cast(_literal(workbook.EPOCH.isoformat()), sa.Date)
    pattern, number, style = "YYYY-MM-DD", days, workbook.DAY
    if kind == "moment":
        pattern, style = "YYYY-MM-DD HH24:MI:SS", workbook.MOMENT
        seconds = sa.cast(sa.extract("epoch", sa.cast(local, sa.Time)), sa.Numeric)
        number = days + seconds / sa.literal_column("86400")
        number = sa.func.trim_scale(sa.func.round(number, sa.literal_column("8")))
    first = sa.cast(_literal(workbook.FIRST_DAY.isoformat()), sa.Date)
    return sa.case((value.is_(None), _literal("<c/>")),
                   (sa.cast(local, sa.Date) < first,
                    _text_cell_sql(sa.func.to_char(local, _literal(pattern)))),
                   else_=sa.func.concat(_literal(f'<c s="{style}"><v>'), number, _literal("</v></c>")))


def _csv_by_copy(session: Session, statement: sa.Select[Any], columns: list[ExportColumn],
                 heads: list[str]) -> Iterator[bytes]:
    texts = [sa.func.nullif(_text_sql(column), _literal("")) for column in columns]
    yield from export.as_csv(heads, ())
    waiting, size = [], 0
    for piece in _copied(session, statement.with_only_columns(*texts), "FORMAT csv"):
        waiting.append(bytes(piece))
        size += len(piece)
        if size > _CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _cells_by_copy(session: Session, statement: sa.Select[Any], columns: list[ExportColumn]) -> Iterator[str]:
    row = sa.func.concat(*map(_cell_sql, columns))
    statement = statement.with_only_columns(row).limit(sa.literal_column(str(workbook.MOST_ROWS - 1)))
    for piece in _copied(session, statement, "FORMAT text"):
        yield str(piece, "utf-8")[:-1]


def _copied(session: Session, statement: sa.Select[Any], how: str) -> Iterator[Any]:
    """What PostgreSQL sends for COPY, a row at a time."""
    connection = session.connection()
    compiled = statement.compile(dialect=connection.dialect)
    state = compiled.construct_expanded_state()
    values = {name: _bound(compiled.binds.get(name), state.processors.get(name), value, connection.dialect)
              for name, value in state.parameters.items()}
    driver = connection.connection.dbapi_connection
    assert driver is not None
    command = f"COPY ({state.statement}) TO STDOUT ({how})"
    with driver.cursor() as cursor, cursor.copy(command, values) as rows:
        yield from rows


def _bound(parameter: Any, processor: Any, value: Any, dialect: sa.Dialect) -> Any:
    """The value of a parameter as the driver gets it."""
    if processor is None and parameter is not None:
        processor = parameter.type.dialect_impl(dialect).bind_processor(dialect)
    return processor(value) if processor is not None else value
