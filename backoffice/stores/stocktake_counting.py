"""The pages of a stocktake: choosing its items, counting them one by one on a phone, sheets out and back
in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, abort, g, redirect, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user

from backoffice.panel import lookups
from backoffice.panel.reports import may_report
from backoffice.panel.views import done, message_of
from backoffice.stores import count_sheet
from models import clock
from models.base import db, one_transaction
from models.errors import N_, Refused
from models.expiry_dates import read_expiry
from models.items import Item, ItemCategory, UnitConversion
from models.operations.core import list_files
from models.operations.core.approvals import perform
from models.operations.stores import count_moments, scans, stocktake_counting
from models.stock import StoreItem, same_number
from models.stocktakes import COUNTERS, Stocktake, StocktakeLine, StocktakeState
from portal.web import export, phone_app, sent_once
from portal.web.locale import parse_decimal, quantity

#: Open lines that the count page lists below; who wants another scans it or types its name.
SHOWN = 60


def _number(text: str) -> Decimal | None:
    try:
        return parse_decimal(text[:30])
    except ValueError:
        raise Refused(N_("Write a number, for example 12.5."), field="quantity") from None


def _day(text: str) -> date | None:
    return read_expiry(text) if text.strip() else None


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _box(line: StocktakeLine, unit: UnitConversion) -> str:
    """The name of the field of a line's figure in one unit, on the list of lines."""
    return f"q{line.id}-{unit.id}"


def _hour(text: str) -> datetime | None:
    """An hour on the hospital's wall clock; None for none, or for this very minute."""
    if not text.strip() or text.strip()[:16] == clock.local(clock.now()).strftime("%Y-%m-%dT%H:%M"):
        return None
    try:
        return datetime.fromisoformat(text.strip()[:16]).replace(tzinfo=clock.zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(N_("Write a date and a time."), field="at") from None


def moved_words(since: count_moments.Since | None) -> str:
    """`−40` or `+12`: what moved of a line since it was counted; nothing for nothing."""
    if since is None:
        return ""
    return f"+{quantity(since.quantity)}" if since.quantity > 0 else quantity(since.quantity)


class CountingPages:
    """Mixed into the view of stocktakes."""

    url: str
    one_or_404: Any
    details_url: Any
    render: Any

    def links(self, record: Stocktake) -> list[tuple[str, str, str]]:
        if record.state in (StocktakeState.SUBMITTED,
                            StocktakeState.POSTED) and may_report("stocktake_variance"):
            return [(f"/admin/reports/stocktake_variance/?{urlencode({'document': record.number})}",
                     gettext("Variances"), "report-analytics")]
        if not current_user.has_role(*COUNTERS):
            return []
        own = f"{self.url}/{record.id}"
        if record.state == StocktakeState.DRAFT:
            return [(f"{own}/choose", gettext("Choose the items"), "list-check")]
        if record.state == StocktakeState.COUNTING:
            return [(f"{own}/sheet", gettext("Count sheets"), "file-spreadsheet"),
                    (f"{own}/count", gettext("Count now"), "barcode")]
        return []

    def _mine(self, id: str) -> Stocktake:
        record = self.one_or_404(id)
        if not current_user.has_role(*COUNTERS):
            abort(403)
        return record

    # ------------------------------------------------------------ which items

    @expose("/<id>/choose", methods=("GET", "POST"))
    def choose_view(self, id: str) -> Any:
        """Put all items of the store, or of some categories, on the draft."""
        record = self._mine(id)
        if record.state != StocktakeState.DRAFT and request.method == "GET":
            return redirect(self.details_url(record), 303)
        refusal, chosen = None, stocktake_counting.Choice()
        if request.method == "POST":
            categories = frozenset(int(key) for key in request.form.getlist("category")
                                   if lookups.identity(ItemCategory, key) is not None)
            chosen = stocktake_counting.Choice(categories, request.form.get("which") != "all")
            try:
                with one_transaction():
                    added = stocktake_counting.choose(record, chosen, by=current_user)
                return done(gettext("%(number)s items were put on the list.", number=added),
                            self.details_url(record))
            except Refused as refused:
                db.session.rollback()
                refusal, record = refused, self.one_or_404(id)
        page = self.render("backoffice/stores/count_choose.html", view=self, record=record, refusal=refusal,
                           message_of=message_of,
                           chosen=chosen, categories=self._categories(record))
        return page, refusal.status if refusal is not None else 200

    def _categories(self, record: Stocktake) -> list[Any]:
        """The categories that lie in the store, each with its items and how many of them have stock."""
        return list(db.session.execute(
            sa.select(ItemCategory.id, ItemCategory.name, sa.func.count().label("items"),
                      sa.func.sum(sa.case((StoreItem.quantity > 0, 1), else_=0)).label("stocked"))
            .join(Item, Item.category_id == ItemCategory.id).join(StoreItem, StoreItem.item_id == Item.id)
            .where(StoreItem.store_id == record.store_id).group_by(ItemCategory.id, ItemCategory.name)
            .order_by(ItemCategory.name)))

    # ------------------------------------------------------------ one line after the other

    @expose("/<id>/count", methods=("GET", "POST"))
    def count_view(self, id: str) -> Any:
        """Scan or pick, write the quantity, next. Each figure is saved by itself; others may count at the
        same time."""
        record = self._mine(id)
        if request.method == "POST":
            return self._counted(record)
        if record.state != StocktakeState.COUNTING:
            return redirect(self.details_url(record), 303)
        return self._count_page(record)

    def _counted(self, record: Stocktake) -> Any:
        form = request.form
        if "line" not in form:
            return self._several_counted(record)
        key = lookups.identity(StocktakeLine, form.get("line", ""))
        if key is None:
            abort(404)
        line = db.session.get(StocktakeLine, key)
        if line is None or line.stocktake_id != record.id:
            abort(404)
        try:
            units = {unit.id: unit for unit in line.item.units}
            parts = [(units[unit_id], value) for unit_id in units
                     if (value := _number(form.get(f"q{unit_id}", ""))) is not None]
            if not parts:
                raise Refused(N_("Write what you counted, 0 where nothing is there."), field="quantity")
            quantity = stocktake_counting.together(line.item, parts)
            seen = _number(form.get("seen", ""))
            with one_transaction():
                sent_once.claim()
                line = stocktake_counting.count(record, key, quantity, seen=seen, by=current_user,
                                                note=form.get("note", ""), drawn=_key(form.get("drawn", "")))
        except Refused as refusal:
            db.session.rollback()
            return self._count_page(self.one_or_404(str(record.id)), refusal, key), refusal.status
        # scanned while the quantity stood there: saved, then looked up
        code = form.get("code", "").strip()[:120]
        onward = {"after": line.id} | ({"code": code} if code else {})
        return redirect(f"{self.url}/{record.id}/count?{urlencode(onward)}", 303)

    def _several_counted(self, record: Stocktake) -> Any:
        """The list of open lines with its figures: all of them are saved, or none and every wrong one is
        told."""
        form = request.form
        lines = [line for line in stocktake_counting.ordered(record, {}, with_units=True)
                 if any(form.get(_box(line, unit), "").strip() for unit in line.item.units)]
        try:
            figures = self._figures(lines)
            if not figures and not form.get("hand_in"):
                raise Refused(N_("Write what you counted, 0 where nothing is there."), field="quantity")
            with one_transaction():
                sent_once.claim()
                number = stocktake_counting.count_lines(record, figures, by=current_user)
                if form.get("hand_in"):
                    perform(record, "submit", by=current_user)
        except Refused as refusal:
            db.session.rollback()
            return self._count_page(self.one_or_404(str(record.id)), refusal, is_list=True), refusal.status
        said = gettext("%(number)s lines were counted.", number=number)
        if form.get("hand_in"):
            return done(f"{said} {gettext('The stocktake was handed in.')}", self.details_url(record))
        code = form.get("code", "").strip()[:120]  # scanned while figures stood there: saved, then looked up
        return done(said, f"{self.url}/{record.id}/count" + (f"?{urlencode({'code': code})}" if code else ""))

    @staticmethod
    def _figures(lines: list[StocktakeLine]) -> dict[int, stocktake_counting.Figure]:
        """What was typed, by line. Raises `BadLines` that names every figure that is no number."""
        result: dict[int, stocktake_counting.Figure] = {}
        bad: dict[int, Refused] = {}
        for line in lines:
            try:
                parts = [(unit, value) for unit in line.item.units
                         if (value := _number(request.form.get(_box(line, unit), ""))) is not None]
                result[line.id] = stocktake_counting.Figure(
                    stocktake_counting.fitting(line.item, stocktake_counting.together(line.item, parts)),
                    _number(request.form.get(f"seen-{line.id}", "")),
                    _key(request.form.get(f"drawn-{line.id}", "")))
            except Refused as refusal:
                bad[line.id] = refusal
        if bad:
            raise stocktake_counting.BadLines(bad)
        return result

    @expose("/<id>/found", methods=("POST",))
    def found_view(self, id: str) -> Any:
        """Something lies in the store that the list does not name: put it on the list."""
        record, form = self._mine(id), request.form
        try:
            with one_transaction():
                sent_once.claim()
                what = scans.find(form.get("code", ""))
                typed = (form.get("batch", "").strip()[:40], _day(form.get("expires_on", "")))
                made = stocktake_counting.add_found_item(record, what.item, by=current_user,
                                                         batch=typed[0] or what.scan.batch or "",
                                                         expires_on=typed[1] or what.scan.expires_on,
                                                         quantity=_number(form.get("quantity", "")))
        except Refused as refusal:
            db.session.rollback()
            return self._count_page(self.one_or_404(id), refusal), refusal.status
        onward = "line" if made[0].counted_quantity is None else "after"
        return redirect(f"{self.url}/{record.id}/count?{onward}={made[0].id}", 303)

    def _count_page(self, record: Stocktake, refusal: Refused | None = None, key: int | None = None, *,
                    is_list: bool = False) -> Any:
        """`key` is the line that a refused figure was for; `is_list`: the list of figures was refused."""
        g.uses_camera = True
        phone_app.keep_on_phone()
        places = stocktake_counting.places_of(record)
        lines = stocktake_counting.ordered(record, places, with_units=True)
        is_found = refusal is not None and key is None and not is_list
        text = (request.form if is_found else request.args).get("code", "").strip()[:120]
        now, several, missing = None, [], None
        if key is not None or request.args.get("line"):
            wanted = key if key is not None else lookups.identity(StocktakeLine, request.args["line"])
            now = next((line for line in lines if line.id == wanted), None)
        elif text and (is_found or request.args.get("other")):
            missing, refusal = self._missing(text, refusal)
        elif text:
            now, several, missing, refusal = self._looked_up(lines, text)
        open_lines = [line for line in lines if line.counted_quantity is None]
        if not (text or key or is_list or request.args.get("line")) \
                and (request.args.get("after") or len(open_lines) == 1):
            now = self._next(lines, lookups.identity(StocktakeLine, request.args.get("after", "")))
        typed = [line for line in lines if line.counted_quantity is not None and is_list
                 and any(request.form.get(_box(line, unit)) for unit in line.item.units)]
        shown = [*typed, *open_lines[:SHOWN]]
        before = next((line for line in lines if str(line.id) == request.args.get("after")), None)
        since = count_moments.since(record)
        return self.render(
            "backoffice/stores/count.html", view=self, record=record, lines=lines, now=now, several=several,
            missing=missing,
            text=text, refusal=refusal, message_of=message_of,
            open_lines=self._by_shelf(shown, places),
            bad=getattr(refusal, "lines", {}),
            drawn=count_moments.last_moves(record, [*shown, now] if now is not None else shown),
            since_start=count_moments.since_the_start(record), places=places, box=_box,
            left=len(open_lines), shown=len(shown), before=before, since=since,
            moved_words=moved_words, moved=[line for line in lines if line.id in since][:SHOWN],
            counted=len(lines) - len(open_lines), people=self._people(lines))

    @staticmethod
    def _missing(text: str, refusal: Refused | None) -> tuple[Any, Refused | None]:
        """What is to be put on the list beside what is named there; what was typed of it stays when it is
        refused."""
        try:
            return scans.find(text), refusal
        except Refused as unknown:
            return None, refusal or unknown

    def _looked_up(self, lines: list[StocktakeLine], text: str) -> tuple[Any, list[Any], Any, Refused | None]:
        """What a code or a name means on this list: the line, or several, or an item that is not on it."""
        try:
            what = scans.find(text)
        except Refused as refusal:
            words = text.lower().split()
            named = [line for line in lines if all(word in f"{line.item}".lower() for word in words)]
            return (named[0], [], None, None) if len(named) == 1 else (None, named[:SHOWN], None,
                                                                       None if named else refusal)
        mine = [line for line in lines if line.item_id == what.item.id]
        if what.scan.batch:
            batch = [line for line in mine
                     if line.batch is not None and same_number(line.batch.number, what.scan.batch)]
            return (batch[0], [], None, None) if batch else (None, mine, what, None)
        if len(mine) == 1:
            return mine[0], [], None, None
        return None, mine, None if mine else what, None

    @staticmethod
    def _next(lines: list[StocktakeLine], after: int | None) -> StocktakeLine | None:
        """The first line still open, beginning behind the one just counted."""
        place = next((number + 1 for number, line in enumerate(lines) if line.id == after), 0)
        return next((line for line in [*lines[place:], *lines[:place]] if line.counted_quantity is None),
                    None)

    @staticmethod
    def _by_shelf(lines: list[StocktakeLine],
                  places: Mapping[int, str]) -> list[tuple[str | None, list[Any]]]:
        """Lines under their shelf; one part without a head where nobody wrote a shelf."""
        parts = [(place, list(mine))
                 for place, mine in groupby(lines, key=lambda line: places.get(line.item_id))]
        return [("", mine) if not places else (place, mine) for place, mine in parts]

    @staticmethod
    def _people(lines: list[StocktakeLine]) -> list[tuple[str, int]]:
        """Who counted how many lines."""
        result: dict[str, int] = {}
        for line in lines:
            if line.counted_by is not None and line.counted_quantity is not None:
                result[line.counted_by.name] = result.get(line.counted_by.name, 0) + 1
        return sorted(result.items())

    @staticmethod
    def units_of(line: StocktakeLine) -> list[UnitConversion]:
        """The units to count in, the largest first."""
        return sorted(line.item.units, key=lambda unit: (-unit.factor, unit.id))

    # ------------------------------------------------------------ sheets

    @expose("/<id>/sheet", methods=("GET", "POST"))
    def sheet_view(self, id: str) -> Any:
        """The sheets: printed to count by hand, as a workbook to fill in, and the filled-in one back."""
        record = self._mine(id)
        if record.state != StocktakeState.COUNTING and request.method == "GET":
            return redirect(self.details_url(record), 303)
        refusal, sheets = None, ()
        if request.method == "POST":
            upload = request.files.get("file")
            try:
                if upload is None or not upload.filename:
                    raise Refused(N_("Choose the filled-in sheet first: XLSX or CSV."), field="file")
                with upload.stream as stream:
                    listed = self._listed(stream.read(list_files.MOST_BYTES + 1), upload.filename[:100])
                at = _hour(request.form.get("at", ""))
                with one_transaction():
                    record = self._mine(id)  # it may have moved on while the file was read
                    number = stocktake_counting.bring(record, listed, count_sheet.known_heads(),
                                                      by=current_user, at=at,
                                                      replace=bool(request.form.get("replace")))
                return done(gettext("%(number)s lines were counted from the sheet.", number=number),
                            f"{self.url}/{record.id}/count")
            except Refused as refused:
                db.session.rollback()
                refusal, record = refused, self.one_or_404(id)
                sheets = refused.sheets if isinstance(refused, list_files.WhichSheet) else ()
        page = self.render("backoffice/stores/count_sheets.html", view=self, record=record, refusal=refusal,
                           message_of=message_of,
                           sheets=sheets,
                           began=clock.local(count_moments.began(record)), latest=clock.local(clock.now()),
                           bad=getattr(refusal, "rows", ()), categories=count_sheet.categories(record))
        return page, refusal.status if refusal is not None else 200

    @staticmethod
    def _listed(content: bytes, name: str) -> list_files.Listed:
        """The filled-in sheet: the chosen one, else the one that was written here."""
        try:
            return list_files.read(content, name, request.form.get("sheet") or None)
        except list_files.WhichSheet as several:
            own = count_sheet.own_sheet(several.sheets)
            if own is None or request.form.get("sheet"):
                raise
            return list_files.read(content, name, own)

    @expose("/<id>/sheet.<kind>")
    def sheet_file(self, id: str, kind: str) -> Any:
        """The blind sheet as `pdf`, `xlsx` or `csv`; ``?category=`` takes one category."""
        record = self._mine(id)
        if kind not in {"pdf", "xlsx", "csv"}:
            abort(404)
        category = lookups.identity(ItemCategory, request.args.get("category", ""))
        places = stocktake_counting.places_of(record)
        lines = [line for line in stocktake_counting.ordered(record, places)
                 if category in (None, line.item.category_id)]
        name = (record.number or f"OPN-{record.id}").replace("/", "-")
        if kind == "pdf":
            body: Any = count_sheet.as_pdf(record, lines, places)
            media = "application/pdf"
        else:
            heads = [gettext(head) for head in stocktake_counting.SHEET]
            moved = stocktake_counting.moved(record)
            # read before the answer goes out
            rows = [stocktake_counting.sheet_row(line, places, moved) for line in lines]
            body, media = ((export.as_csv(heads, rows), "text/csv; charset=utf-8") if kind == "csv" else (
                export.as_xlsx(heads, rows, gettext("Count sheet")),
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
        answer = Response(body, mimetype=media)
        answer.headers["Content-Disposition"] = \
            f'attachment; filename="{name}-{clock.today().isoformat()}.{kind}"'
        return answer
