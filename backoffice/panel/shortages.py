"""The report of shortages as a form: rows are ticked, quantities written, and purchase requests drafted of
those rows alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user

from backoffice.panel import lookups
from backoffice.panel.views import done, message_of
from models.base import one_transaction
from models.errors import N_, Refused
from models.items import Item, UnitConversion
from models.operations.core.report_kit import Report
from models.operations.purchasing import shortages
from models.operations.purchasing.shortages import Key, Wanted
from models.operations.stores import substitutes
from models.purchasing import BUYERS
from models.stock import Store
from portal.web import locale

TEMPLATE = "backoffice/purchasing/shortages.html"
MOST = Decimal(10) ** 11
STEP = Decimal("0.001")


def key_of(row: Any) -> str:
    """How the form names a row: item and store."""
    return f"{row.item_id}-{row.store_id}"


def read_key(text: str) -> Key | None:
    """Item and store of a ticked row; None for anything else."""
    item, dash, store = text.partition("-")
    found = lookups.identity(Item, item), lookups.identity(Store, store)
    return (found[0], found[1]) if dash and None not in found else None


class ShortagePages:
    """Mixed into the view of the reports."""

    one: Any
    shown_page: Any
    asked: Any

    def shortage_rows(self, rows: list[Any], refusal: Refused | None) -> dict[str, Any]:
        """What the form shows beside the columns: proposals, what was typed, what is wrong, and
        substitutes."""
        typed = request.form
        proposed = shortages.proposals(rows)
        ticked = set(typed.getlist("item"))
        lines = {}
        for row in rows:
            key, proposal = key_of(row), proposed[row.item_id, row.store_id]
            # what was written counts in the unit that was proposed then
            kept = typed.get(f"unit-{key}") == str(proposal.unit_id)
            lines[key] = {
                "proposal": proposal,
                "quantity": typed.get(f"quantity-{key}", "")[:30] if kept
                else locale.quantity(proposal.quantity),
                "ticked": key in ticked,
                "error": message_of(refusal) if refusal is not None and refusal.field == f"quantity-{key}"
                else ""}
        return {"key_of": key_of, "lines": lines,
                "substitutes": substitutes.suggestions({row.item_id for row in rows})}

    @expose("/shortages/requests", methods=("POST",))
    def make_requests(self) -> Any:
        """Draft the purchase requests for the ticked rows (`item` is ``<item>-<store>``, or an item's id for
        each of its rows), in the written quantities. Without the form's `chosen`, for all that the page
        shows."""
        report: Report = self.one("shortages")
        if not current_user.has_role(*BUYERS):
            abort(403)
        try:
            chosen, ids = self._chosen()
            with one_transaction():
                asked = self.asked(report)
                made = shortages.make_purchase_requests(
                    by=current_user._get_current_object(), store_id=asked.values["store"],
                    supplier_id=asked.values["supplier"], item_ids=ids, chosen=chosen)
        except Refused as refusal:
            return self.shown_page(report, refusal), refusal.status
        return done(gettext("Purchase requests drafted: %(number)s. Check and submit them.",
                            number=str(len(made))), "/admin/purchase_request/?state=draft")

    @staticmethod
    def _chosen() -> tuple[dict[Key, Wanted | None] | None, set[int] | None]:
        """The ticked rows with what was written for them, or item ids. Raises `Refused` at a row's
        quantity."""
        ticked = request.form.getlist("item")
        keys = {text: key for text in ticked if (key := read_key(text)) is not None}
        if keys:
            return {key: _wanted(text) for text, key in keys.items()}, None
        ids = {int(text) for text in ticked if lookups.identity(Item, text) is not None}
        if not ids and "chosen" in request.form:
            raise Refused(N_("Tick at least one line first."))
        return None, ids or None


def _wanted(key: str) -> Wanted | None:
    """What was written for a row; None leaves the proposal. Raises `Refused`."""
    text, unit = request.form.get(f"quantity-{key}", "").strip(), request.form.get(f"unit-{key}", "")
    unit_id = lookups.identity(UnitConversion, unit)
    if not text or unit_id is None:
        return None
    field = f"quantity-{key}"
    try:
        amount = locale.parse_decimal(text[:30])
    except ValueError:
        raise Refused(N_("Write a number, for example 12.5."), field=field) from None
    if amount is None or not 0 < amount < MOST:
        raise Refused(N_("Must be more than 0, for example 6."), field=field)
    if amount != amount.quantize(STEP):
        raise Refused(N_("At most %(places)s decimals."), places=3, field=field)
    return Wanted(unit_id, amount)
