"""Deliveries that hung on an ended request, and requests that stayed done, before the fifth revision."""

from __future__ import annotations

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from models.base import db
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.stores import stores
from models.roles import Role
from models.store_requests import DeliveryRequest, StoreRequest
from tests.support import factories as make

FOURTH = "0004_802b76a12fe4"


def test_papers_that_nobody_could_move_can_be_moved_again(newest: Flask) -> None:
    make.make_chart()
    nurse, clerk = make.make_user(Role.UNIT_USER), make.make_user(Role.STORE_STAFF)
    store_head, head = make.make_user(Role.STORE_HEAD), make.make_user(Role.FACILITIES_HEAD)
    store, item = make.make_store(), make.make_item()
    make.stock_up(store, item, 100)

    def approved() -> DeliveryRequest:
        request = make.make_store_request((item, 10), created_by=nurse, store=store)
        perform(request, "submit", by=nurse)
        perform(request, "approve", by=store_head)
        delivery = stores.make_delivery(request, by=clerk)
        perform(delivery, "submit", by=clerk)
        perform(delivery, "approve", by=head)
        return delivery

    stranded, taken_back, whole = approved(), approved(), approved()
    for delivery in (taken_back, whole):
        perform(delivery, "deliver", by=clerk)
        perform(delivery, "acknowledge", by=nurse)
    perform(taken_back, "reverse", by=store_head, reason="wrong ward")
    keys = [(delivery.id, delivery.store_request_id) for delivery in (stranded, taken_back, whole)]
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=FOURTH)
    with db.engine.begin() as connection:  # as the earlier release left them
        for _delivery, request in keys[:2]:
            connection.execute(sa.text("UPDATE store_request SET state = 'done' WHERE id = :id"),
                               {"id": request})
            connection.execute(sa.text(
                "INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, "
                "user_id, note, occurred_at) VALUES ('store_request', :id, 'close', 'approved', 'done', "
                ":user, :note, '2026-01-05 08:00:00')"),
                {"id": request, "user": 1, "note": "not needed" if request == keys[0][1] else None})
    flask_migrate.upgrade()
    states = [(db.session.get_one(DeliveryRequest, delivery).state.value,
               db.session.get_one(StoreRequest, request).state.value) for delivery, request in keys]
    assert states == [("cancelled", "done"), ("reversed", "approved"), ("done", "done")]
    assert [name for name, row in checks.verify(db.session) if row is not None
            and name.startswith(("deliveries", "store requests", "documents: every state"))] == []
    db.session.remove()
