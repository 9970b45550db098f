"""Requests for quotation: what suppliers answered, side by side, and the choice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, abort, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from backoffice.panel import parsing
from backoffice.panel.base import DocumentView, Make
from backoffice.panel.views import done, message_of
from models.base import db, one_transaction
from models.errors import N_, NotAllowed, Refused
from models.operations.purchasing import quotations
from models.operations.purchasing.quotations import Answer
from models.quotations import Q, Quotation, QuotationRequest
from models.roles import Role
from portal.web import locale, report_pdf

SEN, HUNDRED = Decimal("0.01"), Decimal(100)
MOST = Decimal(10) ** 15


def _decimal(field: str, most: Decimal) -> Decimal | None:
    """A number of the form; None for an empty field. Raises `Refused` at it."""
    try:
        value = locale.parse_decimal(request.form.get(field, "")[:30])
    except ValueError:
        raise Refused(N_("Write a number, for example 12.5."), field=field) from None
    if value is not None and not 0 <= value <= most:
        raise Refused(N_("Must be 0 or more.") if value < 0 else N_("The number is too large."), field=field)
    if value is not None and value != value.quantize(SEN):
        raise Refused(N_("At most %(places)s decimals."), places=2, field=field)
    return value


def _days(field: str) -> int | None:
    text = request.form.get(field, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise Refused(N_("Write whole days, for example 7."), field=field)
    return int(text)


def _day(field: str) -> date | None:
    text = request.form.get(field, "").strip()
    value = parsing.day(text) if text else None
    if text and value is None:
        raise Refused(N_("Write a date, for example %(example)s."), field=field, example="2026-12-31")
    return value


def _answers(asked: QuotationRequest, quotation: Quotation) -> dict[int, Answer | None]:
    """What was written for one supplier, by line id. Raises `Refused`."""
    result: dict[int, Answer | None] = {}
    for line in asked.lines:
        key = f"{quotation.id}-{line.id}"
        price = _decimal(f"price-{key}", MOST)
        if request.form.get(f"cannot-{key}"):
            result[line.id] = Answer(cannot=True)
        elif price is None:
            result[line.id] = None
        else:
            result[line.id] = Answer(price, _decimal(f"discount-{key}", HUNDRED) or Decimal(0),
                                     _days(f"days-{key}"))
    return result


class QuotationRequestView(DocumentView):
    model = QuotationRequest
    lines = ("lines", "quotations")
    column_list = ("number", "asked_on", "store", "answer_by", "created_by", "state")
    late = ("answer_by", ("asked",))
    form_columns = ("store", "asked_on", "answer_by", "note")
    line_form_columns = {"lines": ("item", "quantity", "unit", "purchase_request_line"),
                         "quotations": ("supplier",)}
    beside_new = (("/admin/purchase_order/open_lines", lazy_gettext("Ask from requests"), "shopping-cart"),)
    makes = (Make("make_orders", lazy_gettext("Draft the orders"), (Role.FACILITIES_STAFF,),
                  lambda asked, *, by: quotations.make_orders(asked, by=by)[0],
                  lambda asked: asked.state == Q.DONE and not asked.living_orders
                  and any(line.chosen for line in asked.lines), icon="file-invoice"),)

    def links(self, record: QuotationRequest) -> list[tuple[str, str, str]]:
        if record.state == Q.ASKED:
            writes = current_user.has_role(Role.FACILITIES_STAFF)
            return [(f"{self.url}/{record.id}/compare",
                     gettext("Answers and choice") if writes else gettext("Compare"), "list-details")]
        if record.state == Q.DONE:
            return [(f"{self.url}/{record.id}/compare", gettext("Compare"), "list-details")]
        return []

    # ------------------------------------------------------------ the comparison

    @expose("/<id>/compare", methods=("GET", "POST"))
    def compare_view(self, id: str) -> Any:
        """Lines by suppliers; POST keeps what was answered and chosen (`save`), or closes with it
        (`decide`)."""
        record = self.one_or_404(id)
        if request.method == "GET":
            return self._compare_page(record.id)
        if not current_user.has_role(Role.FACILITIES_STAFF):
            abort(403)
        try:
            made = self._write(record)
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            db.session.rollback()
            return self._compare_page(int(id), refusal), refusal.status
        if made is None:
            return done(gettext("The answers were saved."), f"{self.url}/{id}/compare")
        if not made:
            return done(gettext("%(what)s was closed without an order.", what=str(record)),
                        self.details_url(record))
        if len(made) == 1:
            return done(gettext("The order was drafted. Check the prices, then submit it."),
                        f"/admin/purchase_order/details/?id={made[0].id}")
        return done(gettext("Orders drafted: %(number)s. Check and submit them.", number=str(len(made))),
                    "/admin/purchase_order/?state=draft")

    def _write(self, record: QuotationRequest) -> list[Any] | None:
        """Everything of the form in one transaction: the orders that were drafted, None where it was only
        saved."""
        by, typed = current_user._get_current_object(), request.form
        with one_transaction():
            asked = quotations.loaded(record.id)
            for quotation in asked.quotations:
                quotations.write_answers(
                    quotation, _answers(asked, quotation), by=by,
                    supplier_number=typed.get(f"number-{quotation.id}", "").strip()[:60],
                    valid_until=_day(f"until-{quotation.id}"))
            if typed.get("cheapest"):
                choices: dict[int, int | None] = dict(quotations.choose_cheapest(asked))
            else:
                choices = {line.id: int(text) if (text := typed.get(f"chosen-{line.id}", "")).isdigit()
                           and len(text) < 18 else None for line in asked.lines}
            quotations.choose(asked, choices, {line.id: typed.get(f"reason-{line.id}", "")
                                               for line in asked.lines}, by=by)
            if "decide" not in typed:
                return None
            version = parsing.number(typed.get("version", ""), 0, 10 ** 9) or None
            return quotations.decide(asked, by=by, reason=typed.get("reason", ""), version=version)

    def _compare_page(self, request_id: int, refusal: Refused | None = None) -> Any:
        asked = quotations.loaded(request_id)
        editable = asked.state == Q.ASKED and current_user.has_role(Role.FACILITIES_STAFF)
        typed = request.form if refusal is not None else None
        cells = {(price.quotation_id, price.quotation_request_line_id): price
                 for quotation in asked.quotations for price in quotation.prices}
        totals = {quotation.id: quotation.total for quotation in asked.quotations}
        return self.render("backoffice/purchasing/compare.html", view=self, record=asked, cells=cells,
                           editable=editable, typed=typed, refusal=refusal, message_of=message_of,
                           totals=totals,
                           lowest=min(filter(None, totals.values()), default=None))

    @expose("/<id>/comparison.pdf")
    def comparison_pdf(self, id: str) -> Any:
        """The comparison on paper, for the file of the order; what suppliers get shows no other's price."""
        asked = quotations.loaded(self.one_or_404(id).id)
        heads = [(gettext("Item"), False, 3.0), (gettext("Quantity"), True, 1.0),
                 *((quotation.supplier.name, True, 1.6) for quotation in asked.quotations),
                 (gettext("Chosen"), False, 2.0)]
        body = report_pdf.as_pdf(
            gettext("Comparison of quotations"),
            f"{asked} · {locale.day(asked.asked_on)} · {asked.store}", heads,
            iter(self._paper_rows(asked)), "", [gettext("Purchasing"), gettext("Head of facilities")])
        answer = Response(body, mimetype="application/pdf")
        answer.headers["Content-Disposition"] = 'attachment; filename="comparison.pdf"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @staticmethod
    def _paper_rows(asked: QuotationRequest) -> list[list[str]]:
        rows = []
        for line in asked.lines:
            by_quotation = {price.quotation_id: price for price in line.prices}
            cells = []
            for quotation in asked.quotations:
                price = by_quotation.get(quotation.id)
                cells.append("–" if price is None else gettext("cannot") if price.cannot
                             else locale.rupiah(price.net_amount))
            chosen = line.chosen
            said = "" if chosen is None else chosen.quotation.supplier.name + (
                f" ({chosen.choice_reason})" if chosen.choice_reason else "")
            amount = f"{locale.quantity(line.quantity)} {line.unit.unit_name}"
            rows.append([line.item.name, amount, *cells, said])
        totals = [locale.rupiah(quotation.total) if quotation.total is not None else "–"
                  for quotation in asked.quotations]
        return [*rows, [gettext("Total"), "", *totals, ""]]
