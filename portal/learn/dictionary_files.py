"""The dictionary to keep or to print: a process or all of it, in the reader's language, as CSV and as PDF."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from flask_babel import gettext, ngettext

from models import clock
from portal.learn import catalogue, meanings
from portal.web import export, locale, report_pdf, words

#: Relative widths of the columns of the PDF.
NAME, TYPE, MEANING, RULES, PAPERS = 1.5, 1.2, 3.0, 3.0, 1.5


def _meaning(meaning: meanings.Meaning | None) -> str:
    return str(meaning) if meaning else ""


def _type(column: sa.Column) -> str:
    return catalogue.kind(column)


def title(process: str) -> str:
    """What the file is called inside: the dictionary of a process, or the whole."""
    if process == catalogue.WHOLE:
        return gettext("Dictionary of the whole data model")
    return gettext("Dictionary: %(process)s", process=str(catalogue.processes()[process][0]))


def as_csv(process: str) -> Iterator[bytes]:
    """A row for each column, its table's facts repeated. Raises KeyError for an unknown process."""
    names = catalogue.in_view(process)
    heads = [gettext("Process"), gettext("Table"), gettext("Label of the table"),
             gettext("Meaning of the table"), gettext("Column"), gettext("Label"), gettext("Type"),
             gettext("Meaning"), gettext("Rules"), gettext("One of"), gettext("In the papers"), "FHIR R4"]
    return export.as_csv(heads, (row for name in names for row in _rows(name)))


def _rows(name: str) -> Iterator[list[str]]:
    table = catalogue.tables()[name]
    process = str(catalogue.processes()[catalogue.home_of(name)][0])
    start = [process, name, words.table_word(name), _meaning(meanings.of_table(name))]
    for column in table.columns:
        yield [*start, column.name, words.label(column.name), _type(column),
               _meaning(meanings.of_column(name, column.name)), " ".join(catalogue.rules(column)),
               ", ".join(f"{value} ({word})" for value, word in catalogue.values(column)),
               ", ".join(catalogue.seeds(column.info)), meanings.fhir_path(name, column.name)]


def as_pdf(process: str) -> Iterator[bytes]:
    """A list of the tables, then a table for each. Raises KeyError for an unknown process."""
    names = catalogue.in_view(process)
    columns = sum(len(catalogue.tables()[name].columns) for name in names)
    facts = " · ".join((
        locale.day(clock.today(), "long"), ngettext("%(num)s table", "%(num)s tables", len(names)),
        ngettext("%(num)s column", "%(num)s columns", columns)))
    heads = [(gettext("Table"), False, 1.4), (gettext("Label"), False, 1.6), (gettext("Meaning"), False, 5.0),
             (gettext("In the papers"), False, 1.5)]
    rows = ([name, words.table_word(name), _meaning(meanings.of_table(name)),
             ", ".join(catalogue.seeds(catalogue.tables()[name].info))] for name in names)
    return report_pdf.as_pdf(
        title(process), facts, heads, rows, "", heading=gettext("Tables"),
        more=((f"{name} · {words.table_word(name)}", _heads(), _lines(name)) for name in names))


def _heads() -> list[tuple[str, bool, float]]:
    return [(gettext("Column"), False, NAME), (gettext("Type"), False, TYPE),
            (gettext("Meaning"), False, MEANING), (gettext("Rules"), False, RULES),
            (gettext("In the papers"), False, PAPERS)]


def _lines(name: str) -> Iterator[list[str]]:
    for column in catalogue.tables()[name].columns:
        yield [f"{column.name} · {words.label(column.name)}", _type(column),
               _meaning(meanings.of_column(name, column.name)), " ".join(catalogue.rules(column)),
               ", ".join(catalogue.seeds(column.info))]
