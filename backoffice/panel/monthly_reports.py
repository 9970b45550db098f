"""The director's monthly pack: reports of a closed month in one PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import Response, stream_with_context
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy.orm import joinedload

from backoffice.panel.base import DocumentView
from backoffice.panel.reports import may_report, month, run, widths, written
from models.monthly_reports import MonthlyPack
from models.operations.core.report_kit import PACK, REPORTS, Column, ParameterValues, Report
from portal.web import export, report_pdf
from portal.web.locale import day
from portal.web.signatures import Signature, signatures

#: Fewer are read off the table.
LEAST_BARS = 3


class MonthlyPackView(DocumentView):
    model = MonthlyPack
    lines = ()
    column_list = ("number", "period", "prepared_on", "state", "created_by")
    form_columns = ("period", "prepared_on", "foreword")

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        return [(f"{self.url}/{record.id}/pack.pdf", gettext("The pack as PDF"), "file-type-pdf")]

    @expose("/<id>/pack.pdf")
    def pack(self, id: str) -> Any:
        """The whole pack, of the reports that the reader may open."""
        export.note(self.table, self.one_or_404(id).id, format="pdf")
        record = self.one_or_404(id, joinedload(MonthlyPack.period))
        answer = Response(stream_with_context(pack_pdf(record, [
            (REPORTS[key], most) for key, most in PACK if may_report(key)])),
            mimetype="application/pdf")
        answer.headers["Content-Disposition"] = f'attachment; filename="{self.table}-{record.period}.pdf"'
        answer.headers["Cache-Control"] = "no-store"
        return answer


def asked_of(report: Report, first: date, last: date) -> ParameterValues:
    """What the report is asked for a month."""
    given: ParameterValues = {"from": first, "to": last, "as_of": last}
    return {parameter.name: given.get(parameter.name,
                                      parameter.default() if parameter.default is not None else None)
            for parameter in report.parameters}


def pack_pdf(record: MonthlyPack, parts: Sequence[tuple[Report, int]]) -> Iterator[bytes]:
    """The numbers of every report on one table, then the reports' own, each cut at its number of rows."""
    first, last = record.first_day, record.last_day
    requested = [(report, most, asked_of(report, first, last)) for report, most in parts]
    return report_pdf.as_pdf(
        f"{gettext('Monthly pack')} {month(first.year * 100 + first.month)}",
        " · ".join(text for text in (record.number or gettext("Draft"),
                                     f"{day(first)} – {day(last)}") if text),
        [(gettext("Report"), False, 3.0), (gettext("Figure"), False, 3.0), (gettext("Value"), True, 2.0)],
        [[gettext(report.title), gettext(tile.label), written(tile, head) or "–"]
         for report, _most, question in requested if report.summary is not None
         for head in [run(report.summary(question)).first()] if head is not None for tile in report.tiles],
        "", [*signatures(record), Signature(gettext("Director"))], heading=gettext("The month in numbers"),
        more=(table for report, most, question in requested if most
              for table in _tables(report, most, question)),
        preface=record.foreword or "")


def _tables(report: Report, most: int, values: ParameterValues) -> Iterator[report_pdf.Table]:
    """The report's tables."""
    title = gettext(report.title)
    columns = report.shown(values)
    yield title, widths(columns), _rows(report, report.select(values), columns, most)
    for section in report.sections:
        yield (f"{title}: {gettext(section.title)}", widths(section.columns),
               _rows(report, section.select(values), section.columns, most))


def _is_empty_day(columns: Sequence[Column], row: Any) -> bool:
    """Whether nothing happened on the day of the row."""
    return columns[0].kind == "date" and not any(column.of(row) for column in columns if column.is_number)


def _chart(columns: Sequence[Column], rows: Sequence[Any]) -> report_pdf.Bars | None:
    """The table's amounts, else its counts, by the first column that tells at least three apart; quantities
    are of many units and make no sum."""
    number = next((column for kind in ("money", "number") for column in columns
                   if column.kind == kind and column.veil is None
                   and (kind != "money" or column.is_summed)), None)
    for column in columns:
        names = {written(column, row) for row in rows}
        if number is None or column.is_number or len(names) < LEAST_BARS:
            continue
        points: dict[str, float] = {}
        for row in rows:
            name = written(column, row)
            points[name] = points.get(name, 0.0) + float(number.of(row) or 0)
        if len(set(points.values())) > 1 and min(points.values()) >= 0:
            return report_pdf.Bars(points.items(), gettext(number.label))
        return None
    return None


def _rows(report: Report, statement: Any, columns: Sequence[Column],
          most: int) -> Iterator[list[str] | str | report_pdf.Bars]:
    rows = [row for row in run(statement.limit(most + 1)) if not _is_empty_day(columns, row)]
    if chart := _chart(columns, rows[:most]):
        yield chart
    for row in rows[:most]:
        yield [written(column, row) for column in columns]
    if not rows:
        yield gettext("Nothing in this month.")
    elif len(rows) > most:
        yield gettext("… more in the report")
