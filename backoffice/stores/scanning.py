"""`/admin/scan/`: a phone's camera, or a scanner, finds an item; forms ask here what a code stands for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import g, jsonify, request
from flask_admin import expose
from flask_login import current_user

from backoffice.panel import lookups
from backoffice.panel.pages import Page
from backoffice.panel.views import message_of
from models import barcodes
from models.base import db
from models.errors import Refused
from models.operations.ledger import availability
from models.operations.stores import scans
from models.rights import may, scope
from models.stock import Shelf, Store, StoreItem
from portal.web import phone_app


def answer(found: scans.ScannedItem) -> dict[str, Any]:
    """What a form's script fills in. Quantities are the item's base units."""
    scan = found.scan
    return {
        "id": found.item.id, "text": str(found.item), "code": scan.shown, "base_unit": found.item.base_unit,
        "unit": found.unit.id if found.unit is not None else None,
        "batch": scan.batch, "batch_id": found.batch.id if found.batch is not None else None,
        "expires_on": scan.expires_on.isoformat() if scan.expires_on is not None else None,
        "count": str(scan.count) if scan.count is not None else None}


class ScanView(Page):
    """The page of the camera, and the look-up of a code."""

    page = "scan"

    @expose("/")
    def index(self) -> Any:
        """The camera; a code in the address (``?code=``) shows its item, for people without script too."""
        g.uses_camera = True
        phone_app.keep_on_phone()
        text = request.args.get("code", "").strip()
        result, refusal, held = None, None, []
        shelf = barcodes.read(text).shelf if text else None
        on_shelf = self._on_shelf(shelf) if shelf else []
        if text and not on_shelf:
            try:
                result = scans.find(text)
            except Refused as refused:
                refusal = refused
            if result is not None and may(current_user, "read", "store_item"):
                held = availability.store_by_store(result.item.id)
        page = self.render("backoffice/stores/scan.html", text=text, found=result, refusal=refusal,
                           message_of=message_of, held=held, shelf=shelf if on_shelf else None,
                           on_shelf=on_shelf, may_read_batch=may(current_user, "read", "stock_batch"))
        return page, 404 if refusal is not None else 200

    @staticmethod
    def _on_shelf(shelf: str) -> list[tuple[Shelf, Any]]:
        """What lies on a shelf, as its label names it; quantities for who reads stock."""
        store, _, location = shelf.partition(":")
        if not may(current_user, "read", "shelf"):
            return []
        reads_stock = may(current_user, "read", "store_item")
        held = sa.and_(StoreItem.store_id == Shelf.store_id, StoreItem.item_id == Shelf.item_id)
        rows = db.session.execute(
            lookups.within(sa.select(Shelf, StoreItem.quantity), scope(current_user, "shelf"))
            .join(Store, Store.id == Shelf.store_id).outerjoin(StoreItem, held)
            .where(sa.func.lower(Store.code) == store.lower(),
                   sa.func.lower(Shelf.location) == location.lower())
            .options(sa.orm.joinedload(Shelf.item)).order_by(Shelf.id).limit(100))
        return [(place, quantity if reads_stock else None) for place, quantity in rows]

    @expose("/find")
    def find(self) -> Any:
        """What the code in ``?code=`` stands for, as JSON; 404 with a sentence where it stands for
        nothing."""
        try:
            return jsonify(answer(scans.find(request.args.get("code", ""))))
        except Refused as refusal:
            return jsonify({"message": message_of(refusal)}), 404
