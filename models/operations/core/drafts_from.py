"""Beginning a document from an earlier one, or from a template of the unit: a new draft with the same lines.

Items that are no longer used stay behind and are named (`left_out` of the new draft); units of measure count
what they hold today.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.operations.core.approvals import opened
from models.organisation import Status
from models.people import User
from models.purchasing import PurchaseRequest, PurchaseRequestLine
from models.request_templates import RequestTemplate, RequestTemplateLine, TemplateFor
from models.rights import RIGHTS
from models.stocktakes import Stocktake, StocktakeLine, StockTransfer, StockTransferLine
from models.store_requests import StoreRequest, StoreRequestLine


@dataclass(frozen=True)
class Copied:
    """What a new draft takes over from the document, and from its lines."""

    line: type[Any]
    columns: tuple[str, ...]
    line_columns: tuple[str, ...]


COPIED: dict[type[Any], Copied] = {
    StoreRequest: Copied(StoreRequestLine, ("store_id", "urgency", "purpose"),
                         ("item_id", "unit_id", "quantity")),
    PurchaseRequest: Copied(PurchaseRequestLine, ("store_id",),
                            ("item_id", "unit_id", "quantity", "supplier_id", "estimated_price")),
    StockTransfer: Copied(StockTransferLine, ("store_id", "to_store_id"), ("item_id", "unit_id", "quantity")),
    Stocktake: Copied(StocktakeLine, ("store_id",), ("item_id", "unit_id")),
}
FROM_TEMPLATE: dict[TemplateFor, type[Any]] = {TemplateFor.STORE_REQUEST: StoreRequest,
                                               TemplateFor.PURCHASE_REQUEST: PurchaseRequest}


def copy(document: Any, *, by: User) -> Any:
    """A new draft of `by` with the lines of `document`. Raises `NotAllowed`, or `Refused` when no line can be
    taken."""
    copied = COPIED[type(document)]
    values = {name: getattr(document, name) for name in copied.columns}
    rows = [(line.item, {name: getattr(line, name) for name in copied.line_columns})
            for line in document.lines]
    return _begin(type(document), values, rows, by=by)


def from_template(template: RequestTemplate, *, by: User) -> Any:
    """A new draft of `by` with the lines of a template. Raises `NotAllowed` or `Refused`."""
    rows = [(line.item, {"item_id": line.item_id, "unit_id": line.unit_id, "quantity": line.quantity})
            for line in template.lines]
    return _begin(FROM_TEMPLATE[template.document_type], {"store_id": template.store_id}, rows, by=by)


def _begin(model: type[Any], values: dict[str, Any], rows: Iterable[tuple[Any, dict[str, Any]]], *,
           by: User) -> Any:
    if not by.has_role(*RIGHTS[model.__tablename__].create):
        raise NotAllowed(N_("Your role may not do this step."))
    if hasattr(model, "work_unit_id"):
        if by.work_unit_id is None:
            raise Refused(N_("Your account has no work unit. Ask the administrator."))
        values["work_unit_id"] = by.work_unit_id
    line_model = COPIED[model].line
    counted = hasattr(line_model, "counted_quantity")  # a stocktake has one line an item until it starts
    lines, left_out, seen = [], [], set()
    for item, row in rows:
        if item.status != Status.ACTIVE:
            left_out.append(item.name)
        elif not (counted and item.id in seen):
            lines.append(line_model(**row))
        seen.add(item.id)
    if not lines:
        raise Refused(N_("None of its items is used any more: there is nothing to begin with."))
    made = model(created_by_id=by.id, lines=lines, **values)
    db.session.add(made)
    opened(made, by=by)
    made.left_out = sorted(set(left_out))
    return made


def save_template(document: Any, *, by: User) -> RequestTemplate:
    """A template of `by`'s unit with the lines of a request. Raises `NotAllowed` or `Refused`."""
    kind = TemplateFor(document.__tablename__)
    if not by.has_role(*RIGHTS[kind.value].create):
        raise NotAllowed(N_("Your role may not do this step."))
    if by.work_unit_id is None:
        raise Refused(N_("Your account has no work unit. Ask the administrator."))
    if not document.lines:
        raise Refused(N_("There are no lines to keep as a template."))
    wished = (getattr(document, "purpose",
                      None) or document.number or f"{document.prefix} {document.id}")[:180]
    taken = set(db.session.scalars(sa.select(RequestTemplate.name).where(
        RequestTemplate.work_unit_id == by.work_unit_id, RequestTemplate.document_type == kind)))
    name = next(entry for entry in (wished, *(f"{wished} ({number})" for number in range(2, len(taken) + 3)))
                if entry not in taken)
    template = RequestTemplate(
        name=name, document_type=kind, work_unit_id=by.work_unit_id, store_id=document.store_id,
        created_by_id=by.id,
        lines=[RequestTemplateLine(item_id=line.item_id, unit_id=line.unit_id, quantity=line.quantity)
               for line in document.lines])
    db.session.add(template)
    db.session.flush()
    return template
