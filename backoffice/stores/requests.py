"""Store requests and their deliveries: what is there, what was granted, what left, what arrived."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context, request
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup, escape
from sqlalchemy.orm import joinedload, selectinload

from backoffice.panel import drafts_from
from backoffice.panel.base import DocumentView, Make
from backoffice.panel.rendering import icon, shown
from backoffice.stores.by_shelf import ByShelf
from backoffice.stores.stock_hint import StockHint
from backoffice.stores.stores import meter
from models.base import db
from models.operations.ledger import availability
from models.operations.purchasing import from_requests
from models.operations.stores import requests, stores
from models.purchasing import BUYERS
from models.roles import Role
from models.settings import setting
from models.stock import StockMove
from models.store_requests import DeliveryRequest, DeliveryState, StoreRequest, StoreRequestState
from models.workflow import Transition
from portal.web.locale import quantity

#: Tabs of the list in which urgent requests stand first.
URGENT_FIRST = ("submitted", "approved")


def urgent_badge() -> Markup:
    """The sign of what goes before the others."""
    return Markup('<span class="rw-badge is-overdue">{}{}</span>').format(
        icon("alert-triangle"), gettext("urgent"))


def _has(step: str, buttons: list[Transition]) -> bool:
    return any(button.name == step for button in buttons)


def _short_words(short: dict[int, tuple[Decimal, Decimal]], lines: list[Any]) -> str:
    """Each item of which there is not enough: wanted and there."""
    items = {line.item_id: line.item for line in lines}
    return "; ".join(gettext("%(item)s: %(wanted)s wanted, %(there)s %(unit)s there", item=items[key].name,
                             wanted=quantity(wanted), there=quantity(there), unit=items[key].base_unit)
                     for key, (wanted, there) in short.items())


ASK_TO_BUY = Make("make_purchase", lazy_gettext("Ask to buy what is missing"), BUYERS,
                  from_requests.make_purchase_request, from_requests.can_ask, is_aside=True,
                  icon="shopping-cart")


class StoreRequestView(StockHint, DocumentView):
    model = StoreRequest
    column_list = ("number", "requested_on", "work_unit", "state", "urgency", "needed_on", "store",
                   "created_by")
    late = ("needed_on", ("submitted", "approved"))
    form_columns = ("work_unit", "store", "needed_on", "urgency", "purpose", "note")
    makes = (Make("make_delivery", lazy_gettext("Make the delivery"), (Role.STORE_STAFF,),
                  stores.make_delivery,
                  lambda request: request.state == StoreRequestState.APPROVED), ASK_TO_BUY,
             *drafts_from.makes(StoreRequest))
    beside_new = drafts_from.BESIDE_NEW

    waits_for_stock = True

    @property
    def column_default_sort(self) -> tuple[str | None, bool]:  # type: ignore[override]
        """Urgent ones first among those that somebody still has to decide or deliver."""
        query = request.args if has_request_context() else {}
        is_to_do = query.get("only") == "open" or query.get("state") in URGENT_FIRST
        return ("urgency", True) if is_to_do else (None, True)

    def cell_urgency(self, record: StoreRequest) -> Markup:
        return urgent_badge() if record.is_urgent else escape(shown(self.every["urgency"], record.urgency))

    def details_options(self) -> list[Any]:
        return [*super().details_options(),
                selectinload(StoreRequest.deliveries).selectinload(DeliveryRequest.lines)]

    def other_steps(self, record: Any) -> list[tuple[str, Any, str]]:
        result = super().other_steps(record)
        if _has("approve", self.buttons(record)):
            result.append((f"{self.url}/{record.id}/approve", lazy_gettext("Grant less"), "pencil"))
        return result

    def line_proposals(self, record: Any, step: Transition) -> dict[int, dict[str, Any]]:
        return {line.id: {"granted_quantity": line.quantity} for line in record.lines}

    def lines_say(self, record: Any, step: Transition) -> dict[int, str]:
        """What was asked for, and what of it nobody else waits for."""
        there = availability.available(record.store_id, {line.item_id for line in record.lines}, but=record)
        return {line.id: gettext("Asked for: %(quantity)s %(unit)s · available: %(there)s %(base)s",
                                 quantity=quantity(line.quantity), unit=line.unit.unit_name,
                                 there=quantity(there[line.item_id].available), base=line.item.base_unit)
                for line in record.lines}

    def after_step(self, moved: Any, transition: Transition) -> list[str]:
        """What the store does not have of it, while that can still be changed."""
        if transition.name not in ("submit", "approve"):
            return []
        short = requests.missing(moved)
        return [gettext("Not all of it is there: %(items)s. The rest is delivered when goods come in.",
                        items=_short_words(short, moved.lines))] if short else []

    def line_extras(self, record: Any, collection: str) -> list[tuple[str, Any]]:
        """What the store has for each item while that matters, and how much the unit was given so far, in the
        unit of measure that it asked in."""
        extras: list[tuple[str, Any]] = []
        if record.state in (StoreRequestState.SUBMITTED, StoreRequestState.APPROVED):
            there = availability.available(record.store_id, {line.item_id for line in record.lines},
                                           but=record)
            extras.append((gettext("Available"), lambda line: f"{quantity(there[line.item_id].available)} "
                                                              f"{line.item.base_unit}"))
        if record.state not in (StoreRequestState.APPROVED, StoreRequestState.DONE):
            return extras
        left = dict(record.delivered_by_item)
        given: dict[int, Decimal] = {}
        for line in record.lines:
            given[line.id] = min(left.get(line.item_id, Decimal(0)), line.granted)
            left[line.item_id] = left.get(line.item_id, Decimal(0)) - given[line.id]
        return [*extras, (gettext("Delivered"), lambda line: meter(given[line.id], line.granted))]


class DeliveryRequestView(StockHint, ByShelf, DocumentView):
    model = DeliveryRequest
    takes_expired = False
    column_list = ("number", "delivered_on", "store_request", "store", "created_by", "state")
    form_columns = ("store_request", "store", "delivered_on", "account", "note")
    details_template = "backoffice/stores/moves.html"
    makes = (ASK_TO_BUY,)

    def cell_store_request(self, record: DeliveryRequest) -> Markup:
        written = shown(self.every["store_request"], record.store_request)
        return written + Markup(" ") + urgent_badge() if record.is_urgent else written

    def buttons(self, record: Any) -> list[Transition]:
        """Without the short way where the hospital does not want it."""
        result = super().buttons(record)
        if _has("submit_urgent", result) and setting("delivery_request.urgent") != "yes":
            return [step for step in result if step.name != "submit_urgent"]
        return result

    def asks_first(self, step: Transition, record: Any) -> bool:
        """What the store cannot give whole is looked at first."""
        return super().asks_first(step, record) or (step.name == "deliver" and self._is_short(record))

    @staticmethod
    def _is_short(record: DeliveryRequest) -> bool:
        """Whether the store cannot give all of it; asked once for a page."""
        known: dict[int, bool] = g.setdefault("short_deliveries", {})
        if record.id not in known:
            known[record.id] = bool(requests.short_of(record))
        return known[record.id]

    def other_steps(self, record: Any) -> list[tuple[str, Any, str]]:
        result = super().other_steps(record)
        if _has("deliver", self.buttons(record)) and not self._is_short(record):
            result.append((f"{self.url}/{record.id}/deliver", lazy_gettext("Deliver part"), "pencil"))
        return result

    def line_proposals(self, record: Any, step: Transition) -> dict[int, dict[str, Any]]:
        if step.name != "deliver":
            return {line.id: {"arrived_quantity": line.delivered} for line in record.lines}
        left = {item_id: stock.usable for item_id, stock in self._there(record).items()}
        result = {}
        for line in record.lines:
            result[line.id] = {"delivered_quantity": min(line.base_quantity, left[line.item_id])}
            left[line.item_id] -= result[line.id]["delivered_quantity"]
        return result

    def lines_say(self, record: Any, step: Transition) -> dict[int, str]:
        """What was approved and lies there, or what left the store."""
        if step.name != "deliver":
            return {line.id: gettext("Left the store: %(quantity)s %(unit)s",
                                     quantity=quantity(line.delivered), unit=line.item.base_unit)
                    for line in record.lines}
        there = self._there(record)
        return {line.id: gettext("Approved: %(quantity)s %(unit)s · in the store, not expired: %(there)s",
                                 quantity=quantity(line.base_quantity), unit=line.item.base_unit,
                                 there=quantity(there[line.item_id].usable))
                for line in record.lines}

    @staticmethod
    def _there(record: DeliveryRequest) -> dict[int, availability.Available]:
        return availability.available(record.store_id, {line.item_id for line in record.lines},
                                      but=record.store_request)

    def after_step(self, moved: Any, transition: Transition) -> list[str]:
        """What did not leave, what the store cannot give, and whom it was taken from."""
        if transition.name in ("submit", "submit_urgent", "approve"):
            short = requests.short_of(moved)
            return [gettext("Not all of it is there: %(items)s. Deliver what is there, or ask to buy the "
                            "rest.", items=_short_words(short, moved.lines))] if short else []
        if transition.name != "deliver":
            return []
        said = []
        rest = {line.item_id: (line.base_quantity, line.delivered) for line in moved.lines
                if line.delivered < line.base_quantity}
        if rest:
            said.append(gettext("Less left the store than was approved: %(items)s. The rest is open again on "
                                "%(request)s.", items=_short_words(rest, moved.lines),
                                request=str(moved.store_request)))
        taken = requests.taken_from_others(moved)
        if taken:
            said.append(gettext("Other approved requests wait for more than is left of: %(items)s.",
                                items=", ".join(line.item.name for line in moved.lines
                                                if line.item_id in taken)))
        return said

    def line_extras(self, record: Any, collection: str) -> list[tuple[str, Any]]:
        """What lies there for it, until it leaves."""
        if record.state not in (DeliveryState.DRAFT, DeliveryState.SUBMITTED, DeliveryState.APPROVED):
            return []
        there = self._there(record)
        return [(gettext("In the store"), lambda line: f"{quantity(there[line.item_id].usable)} "
                                                       f"{line.item.base_unit}"),
                (gettext("For others"), lambda line: f"{quantity(there[line.item_id].reserved)} "
                                                     f"{line.item.base_unit}")]

    def extra(self, record: Any) -> dict[str, Any]:
        """The batches that left the store, once they did."""
        if record.state not in (DeliveryState.DELIVERED, DeliveryState.DONE, DeliveryState.REVERSED):
            return {"moves": []}
        return {"moves": list(db.session.scalars(
            sa.select(StockMove).where(StockMove.document_type == self.table,
                                       StockMove.document_id == record.id)
            .options(joinedload(StockMove.item), joinedload(StockMove.batch)).order_by(StockMove.id)))}
