"""`/admin/reports/`: every report of the kit by area, one page for any of them, and its exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, abort, jsonify, request, stream_with_context
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape

from backoffice.panel import charts, lists, lookups, parsing, rendering
from backoffice.panel.columns import mapped_tables
from backoffice.panel.inbox import frame_columns, keep_frame
from backoffice.panel.menu import AREAS
from backoffice.panel.pages import Page
from backoffice.panel.report_sums import summed
from backoffice.panel.shortages import TEMPLATE, ShortagePages
from backoffice.panel.views import message_of
from models import clock, connections
from models.base import db
from models.errors import N_, Refused
from models.operations.core.report_kit import REPORTS, Column, Parameter, ParameterValues, Report
from models.people import User
from models.purchasing import BUYERS
from models.rights import may
from models.stock import Store
from portal.web import export, locale, replica, report_pdf, search_sealing, words

SIZE = 50
#: Pages are counted off; who needs what lies further takes the file.
MOST_PAGES = 400
#: Kinds of parameters that are no record of a table.
PLAIN_KINDS = {"date", "choice", "text"}
#: Columns of text are wider on paper than numbers.
WEIGHTS = {"text": 2.0, "code": 1.4, "word": 1.3, "money": 1.3}


@dataclass
class Question:
    """What the address asks of a report."""

    report: Report
    values: ParameterValues
    #: Chosen records by parameter, for the form.
    records: dict[str, Any]
    page: int
    #: Labels of days that the address writes as no day of our time, for example of the year 13468.
    no_days: list[str] = field(default_factory=list)

    @property
    def refusal(self) -> Refused | None:
        """What is wrong with the address; the page then shows the days that it has by default."""
        return Refused(N_("%(names)s: write a day between 1900 and 2200, for example 2026-11-29."),
                       names=", ".join(gettext(name) for name in self.no_days)) if self.no_days else None

    @property
    def is_complete(self) -> bool:
        return all(self.values.get(parameter.name) for parameter in self.report.parameters
                   if parameter.required)

    def raw(self, parameter: Parameter) -> str:
        value = self.values.get(parameter.name)
        return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)

    def url(self, part: str = "", **changes: Any) -> str:
        keep: dict[str, Any] = {parameter.name: self.raw(parameter) for parameter in self.report.parameters}
        keep.update(changes)
        query = urlencode({name: value for name, value in keep.items() if value not in (None, "")})
        return f"/admin/reports/{self.report.key}/{part}" + (f"?{query}" if query else "")

    def facts(self) -> str:
        """What was asked, in words, for the head of a printed report."""
        parts = []
        for parameter in self.report.parameters:
            value = self.values.get(parameter.name)
            if value in (None, ""):
                continue
            text = (str(self.records[parameter.name]) if parameter.name in self.records else locale.day(value)
                    if isinstance(value, date) else dict(parameter.choices).get(value) or str(value))
            parts.append(f"{gettext(parameter.label)}: {gettext(text) if parameter.choices else text}")
        return " · ".join(parts)


def question(report: Report) -> Question:
    """Read the request's address; what it does not understand it leaves at its default. Days that are none
    it names."""
    requested: ParameterValues = {}
    no_days: list[str] = []
    records: dict[str, Any] = {}
    for parameter in report.parameters:
        text = request.args.get(parameter.name, "").strip().replace("\x00", "")[:80]
        value: Any = None
        if parameter.kind == "date":
            value = parsing.day(text)
            if text and value is None:
                no_days.append(parameter.label)
        elif parameter.kind == "choice":
            value = text if text in dict(parameter.choices) else None
        elif parameter.kind == "text":
            value = text or None
        elif text:
            record = lookups.find(mapped_tables()[parameter.kind], text)
            if record is not None:
                records[parameter.name], value = record, record.id
        if value is None and parameter.default is not None and (not text or parameter.kind in {"date",
                                                                                               "choice"}):
            value = parameter.default()
        requested[parameter.name] = value
    return Question(report, requested, records, parsing.number(request.args.get("page", ""), 1, MOST_PAGES),
                    no_days)


def written(column: Column, row: Any) -> str:
    """A cell as text in the reader's language."""
    if column.veil is not None and column.is_veiled(row):
        return gettext(column.veil.instead) if column.veil.instead else ""
    value = column.of(row)
    if value is None or value == "":
        return ""
    if column.kind == "quantity":
        return locale.quantity(value)
    if column.kind == "money":
        return locale.rupiah(value)
    if column.kind == "percent":
        return locale.percent(value)
    if column.kind == "date":
        return locale.day(value)
    if column.kind == "month":
        return month(value)
    if column.kind == "number":
        return locale.quantity(Decimal(value))
    if column.kind == "minutes":
        return span(value)
    return str(words.state_word(value)) if column.kind == "word" else str(value)


def span(value: Any) -> str:
    """Minutes as people say them: `12 min`, `3 h 05 min`, `2 d 4 h`."""
    whole = round(float(value))
    if whole < 60:
        return gettext("%(minutes)s min", minutes=whole)
    if whole < 48 * 60:
        return gettext("%(hours)s h %(minutes)s min", hours=whole // 60, minutes=f"{whole % 60:02d}")
    return gettext("%(days)s d %(hours)s h", days=whole // 1440, hours=whole % 1440 // 60)


def month(value: int) -> str:
    """`Nov 2026` for 202611."""
    return locale.day(date(value // 100, value % 100, 1)).partition(" ")[2]


def plain(column: Column, row: Any) -> Any:
    """A cell for a spreadsheet: numbers and days stay what they are."""
    if column.is_veiled(row):
        return written(column, row)
    value = column.of(row)
    if column.kind == "month" and value is not None:
        return f"{value // 100:04d}-{value % 100:02d}"
    if column.kind == "minutes":
        return None if value is None else round(float(value), 1)
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return written(column, row) if column.kind == "word" else rendering.plain(value)


def shown(column: Column, row: Any) -> Markup:
    """A cell of the page: documents and items are links for who may follow them."""
    text = written(column, row)
    if not text:
        return rendering.BLANK
    if column.links is not None and not column.is_veiled(row):
        name, key = column.links
        if name.startswith("@"):
            if not may_report(name[1:]):
                return escape(text)
            return Markup('<a href="/admin/reports/{}/?item={}">{}</a>').format(name[1:], getattr(row, key),
                                                                                text)
        table = name[1:] if name.startswith("=") else str(getattr(row, name))
        record = getattr(row, key)
        if record is not None and rendering.once_a_request("may_read", table,
                                                  lambda entry: may(current_user, "read", entry)):
            return Markup('<a href="/admin/{}/details/?id={}">{}</a>').format(table, record, text)
    return escape(text)


def may_report(key: str) -> bool:
    """Whether the person reads the report of that key."""
    return current_user.has_role(*REPORTS[key].roles)


def said(asking: Question) -> str:
    """What the report says of what was asked."""
    if asking.report.said is None or not asking.is_complete:
        return ""
    return " ".join(gettext(text, **{name: locale.day(value) if isinstance(value, date) else value
                                     for name, value in facts.items()})
                    for text, facts in asking.report.said(asking.values))


def _note(asking: Question) -> list[tuple[str, list[str], list[list[Any]]]]:
    """The same as a sheet of its own."""
    text = said(asking)
    return [(gettext("Note"), [gettext("Note")], [[text]])] if text else []


def reader() -> User:
    """Who reads the report."""
    user: User = current_user._get_current_object()
    return user


def run(statement: sa.Select[Any]) -> Any:
    return replica.session().execute(statement)


class ReportsView(ShortagePages, Page):
    """The pages of the kit."""

    page = "reports"
    asked = staticmethod(question)

    def one(self, key: str) -> Report:
        report = REPORTS.get(key)
        if report is None:
            abort(404)
        if not may_report(key):
            abort(403)
        return report

    @expose("/")
    def index(self) -> Any:
        mine = sorted((report for report in REPORTS.values() if current_user.has_role(*report.roles)),
                      key=lambda report: gettext(report.title))
        areas = [(word, [report for report in mine if report.area == area]) for area, word in AREAS.items()]
        return self.render("backoffice/panel/reports.html",
                           areas=[(word, entry) for word, entry in areas if entry])

    @expose("/lookup/")
    def lookup(self) -> Any:
        """Choices for a parameter that names a record: ``name=item&query=…``."""
        kind = request.args.get("name", "")
        requested = {parameter.kind for report in REPORTS.values() if current_user.has_role(*report.roles)
                     for parameter in report.parameters} - PLAIN_KINDS
        if kind not in requested:
            abort(404)
        return jsonify([{"id": row.id, "text": lookups.text_of(row)}
                        for row in lookups.search(mapped_tables()[kind], search_sealing.query())])

    @expose("/<key>/")
    def report(self, key: str) -> Any:
        report = self.one(key)
        refusal = question(report).refusal
        return self.shown_page(report, refusal), 422 if refusal is not None else 200

    def shown_page(self, report: Report, refusal: Refused | None = None) -> Any:
        asking = question(report)
        rows: list[Any] = []
        total, head, points = 0, None, []
        if asking.is_complete:
            connections.of_one_moment()  # rows, their number and the sums agree
            statement = report.select(asking.values)
            rows = list(run(statement.limit(SIZE + 1).offset((asking.page - 1) * SIZE)))
            counted = db.session.execute(sa.select(lists.count_up_to(statement).label("every"),
                                                   *frame_columns())) \
                .one()._mapping
            keep_frame(counted)
            total = counted["every"]
            head = run(report.summary(asking.values)).first() if report.summary is not None else None
            points = chart_points(report, asking.values, head)
        more = len(rows) > SIZE and asking.page < MOST_PAGES
        columns = report.shown(asking.values, reader())
        can_make = current_user.has_role(*BUYERS)
        is_form = report.key == "shortages" and can_make
        more_of_it = self.shortage_rows(rows[:SIZE], refusal) if is_form else {}
        return self.render(
            TEMPLATE if is_form else "backoffice/panel/report.html", report=report,
            asking=asking, columns=columns, rows=rows[:SIZE],
            total=total, first=(asking.page - 1) * SIZE + 1, more=more, head=head, points=points,
            capped=lists.capped,
            cell=shown, cell_text=written, stores=self.stores(report), refusal=refusal, message_of=message_of,
            sections=sections(report, asking.values) if asking.is_complete else [],
            chart_data=chart_data(report, points, head), can_make=can_make, says=said(asking), **more_of_it)

    def stores(self, report: Report) -> list[Any]:
        """Every store, few as they are, for the form."""
        if not any(parameter.kind == "store" for parameter in report.parameters):
            return []
        return list(db.session.scalars(sa.select(Store).order_by(Store.name).limit(200)))

    @expose("/<key>/<export_type>/")
    def export(self, key: str, export_type: str) -> Any:
        report = self.one(key)
        if export_type not in {"csv", "xlsx", "pdf"}:
            abort(404)
        asking = question(report)
        if asking.refusal is not None or not asking.is_complete:
            return self.shown_page(report, asking.refusal), 422
        columns = report.shown(asking.values, reader())
        export.note("reports", report=key, format=export_type)
        statement = report.select(asking.values)

        def rows(cell: Callable[[Column, Any], Any]) -> Iterator[list[Any]]:
            for row in run(statement.execution_options(yield_per=1000)):
                yield [cell(column, row) for column in columns]

        heads = [gettext(column.label) for column in columns]
        if export_type == "csv":
            body, media = export.as_csv(heads, rows(plain)), "text/csv; charset=utf-8"
        elif export_type == "xlsx":
            body = export.as_xlsx(heads, rows(plain), gettext(report.heading) if report.heading else "", [
                (gettext(section.title), [gettext(column.label) for column in section.columns],
                 [[plain(column, row) for column in section.columns]
                  for row in run(section.select(asking.values))])
                for section in report.sections] + _note(asking))
            media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        else:
            body = as_pdf(report, asking, reader())
            media = "application/pdf"
        answer = Response(stream_with_context(body), mimetype=media)
        answer.headers["Content-Disposition"] = \
            f'attachment; filename="{key}-{clock.today().isoformat()}.{export_type}"'
        answer.headers["Cache-Control"] = "no-store"
        return answer


# ---------------------------------------------------------------- paper

def widths(columns: Sequence[Column]) -> list[tuple[str, bool, float]]:
    """The heads of the columns for `report_pdf`."""
    return [(gettext(column.label), column.is_number,
             3.0 if column.name == "item" else WEIGHTS.get(column.kind, 1.0))
            for column in columns]


def as_pdf(report: Report, asking: Question, reader: User | None = None) -> Iterator[bytes]:
    """The report on paper: its numbers, its table, its further tables. Asks for no request, so a job can make
    it, for nobody: what only some see it does not say."""
    columns = report.shown(asking.values, reader)
    head = (
        run(report.summary(asking.values)).first() if report.summary is not None and report.sections else None
    )

    def rows() -> Iterator[list[str]]:
        """Asked when the first one is written: a cursor does not outlive what is done before that."""
        found = run(report.select(asking.values).execution_options(yield_per=1000))
        yield from summed(columns, found, written)

    return report_pdf.as_pdf(
        gettext(report.title), " · ".join(part for part in (asking.facts(), said(asking)) if part),
        widths(columns), rows(),
        gettext("There are more rows. Take the CSV or narrow the report."),
        [gettext(office) for office in report.signatures],
        lead=[(gettext(tile.label), written(tile, head) or "–") for tile in report.tiles] if head is not None
        else (),
        heading=gettext(report.heading) if report.heading else "",
        more=[(gettext(section.title), widths(section.columns),
               list(summed(section.columns, run(section.select(asking.values)), written)))
              for section in report.sections])


def sections(report: Report, values: ParameterValues) -> list[dict[str, Any]]:
    """The further tables of the page, each with its chart."""
    result = []
    for section in report.sections:
        rows = list(run(section.select(values)))
        chart: Any = ""
        if section.bars is not None and any(getattr(row, section.bars[1]) for row in rows):
            name = next(column for column in section.columns if column.name == section.bars[0])
            chart = charts.bars([(written(name, row), int(getattr(row, section.bars[1]))) for row in rows],
                                gettext(section.title))
        result.append({"section": section, "rows": rows, "chart": chart})
    return result


# ---------------------------------------------------------------- charts

def chart_points(report: Report, values: ParameterValues, head: Any) -> list[tuple[str, Decimal, str]]:
    """(x, y, how x is read) for the chart, the opening balance first and the last day last."""
    if report.chart is None:
        return []
    result = list(run(report.chart.select(values)))
    if report.chart.kind == "bars":
        return [(str(row.x), row.y, month(row.x)) for row in result]
    points = [(row.x, row.y) for row in result]
    start, end = values.get("from"), min(values.get("to") or clock.today(), clock.today())
    if start and head is not None and (not points or points[0][0] > start):
        points.insert(0, (start, head.opening))
    if points and points[-1][0] < end:
        points.append((end, points[-1][1]))
    return [(day.isoformat(), value, locale.day(day)) for day, value in points]


def chart_data(report: Report, points: list[tuple[str, Decimal, str]], head: Any) -> dict[str, str]:
    """The data attributes of the chart's canvas; empty where there is too little to draw."""
    if report.chart is None or len(points) < 2:
        return {}
    kind = report.chart.kind
    said = [f"{text}: {locale.rupiah(value) if report.chart.money else locale.quantity(value)}"
            for _x, value, text in (points[0], points[-1])]
    data = {"kind": kind, "label": gettext(report.chart.label),
            "values": "|".join(f"{y:f}" for _x, y, _t in points),
            "summary": "; ".join(said)}
    if kind == "bars":
        data["names"] = "|".join(text for _x, _y, text in points)
        data["money"] = "1"
        return data
    data["dates"] = "|".join(x for x, _y, _t in points)
    data["unit"] = str(head.base_unit) if head is not None else ""
    if head is not None and head.minimum_stock > 0:
        data["minimum"] = f"{head.minimum_stock:f}"
        data["minimum-text"] = f"{gettext('Minimum')} {locale.quantity(head.minimum_stock)} {head.base_unit}"
    return data


__all__ = ["ReportsView", "question", "written"]
