"""The report of what went to units as urgent, without an approval of the delivery."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from models import clock
from models.documents import DocumentEvent
from models.errors import N_
from models.items import Item
from models.operations.core.report_kit import (
    ITEM,
    STORE,
    UNIT,
    Column,
    ParameterValues,
    Report,
    Statement,
    declare,
    minutes,
    period,
    quantity,
    where,
)
from models.operations.ledger.availability import given_base
from models.organisation import WorkUnit
from models.people import User
from models.roles import Role
from models.stock import Store
from models.store_requests import DeliveryRequest, DeliveryRequestLine, StoreRequest

WENT = "submit_urgent"


def _at(transition: str) -> sa.ScalarSelect[datetime]:
    """When the delivery took the step."""
    return (sa.select(sa.func.min(DocumentEvent.occurred_at)).where(
        DocumentEvent.document_type == "delivery_request", DocumentEvent.document_id == DeliveryRequest.id,
        DocumentEvent.transition == transition).correlate(DeliveryRequest).scalar_subquery())


def urgent_deliveries(values: ParameterValues) -> Statement:
    """Lines of deliveries that went the short way, newest first."""
    went, line = DocumentEvent, DeliveryRequestLine
    rows = (sa.select(DeliveryRequest.id, DeliveryRequest.number,
                      StoreRequest.id.label("request_id"), StoreRequest.number.label("request"),
                      WorkUnit.name.label("work_unit"), Store.name.label("store"), User.name.label("person"),
                      went.occurred_at.label("went_at"), DeliveryRequest.state,
                      Item.id.label("item_id"), (Item.code + " " + Item.name).label("item"), Item.base_unit,
                      quantity(given_base()).label("quantity"),
                      minutes(went.occurred_at, _at("deliver")).label("minutes"))
            .join(went, sa.and_(went.document_type == "delivery_request",
                                went.document_id == DeliveryRequest.id, went.transition == WENT))
            .join(StoreRequest, StoreRequest.id == DeliveryRequest.store_request_id)
            .join(line, line.delivery_request_id == DeliveryRequest.id).join(Item, Item.id == line.item_id)
            .join(WorkUnit, WorkUnit.id == StoreRequest.work_unit_id)
            .join(Store, Store.id == DeliveryRequest.store_id).join(User, User.id == went.user_id)
            .where(*where(values, store=DeliveryRequest.store_id, work_unit=StoreRequest.work_unit_id,
                           item=line.item_id)))
    if values.get("from"):
        rows = rows.where(went.occurred_at >= clock.day_bounds(values["from"])[0])
    if values.get("to"):
        rows = rows.where(went.occurred_at < clock.day_bounds(values["to"])[1])
    return rows.order_by(went.occurred_at.desc(), DeliveryRequest.id.desc(), line.id)


declare(Report(
    "urgent_deliveries", N_("Urgent deliveries"), "inventory", urgent_deliveries,
    roles=frozenset({Role.ADMIN, Role.FACILITIES_HEAD, Role.STORE_HEAD, Role.STORE_STAFF, Role.DIRECTOR}),
    about=N_("What went to units without an approval of the delivery, because the request was urgent."),
    icon="alert-triangle",
    columns=(Column("number", N_("Delivery"), "code", links=("=delivery_request", "id")),
             Column("request", N_("Store request"), "code", links=("=store_request", "request_id")),
             Column("work_unit", N_("Work unit"), unless="work_unit"),
             Column("item", N_("Item"), links=("@stock_card", "item_id")),
             Column("quantity", N_("Quantity"), "quantity"), Column("base_unit", N_("Unit")),
             Column("store", N_("Store"), unless="store"), Column("person", N_("By")),
             Column("went_at", N_("At"), "date", lambda row: clock.local(clock.aware(row.went_at)).date()),
             Column("minutes", N_("Minutes until it left"), "minutes"),
             Column("state", N_("State"), "word")),
    parameters=(*period(30), STORE, UNIT, ITEM)))
