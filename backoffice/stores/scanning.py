"""`/admin/scan/`: a phone's camera, or a scanner, finds an item; forms ask here what a code stands for."""

from __future__ import annotations

from typing import Any

from flask import g, jsonify, request
from flask_admin import expose
from flask_login import current_user

from backoffice.panel.pages import Page
from backoffice.panel.views import message_of
from models.errors import Refused
from models.operations.ledger import availability
from models.operations.stores import scans
from models.rights import may


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
        text = request.args.get("code", "").strip()
        result, refusal, held = None, None, []
        if text:
            try:
                result = scans.find(text)
            except Refused as refused:
                refusal = refused
            if result is not None and may(current_user, "read", "store_item"):
                held = availability.store_by_store(result.item.id)
        page = self.render("backoffice/stores/scan.html", text=text, found=result, refusal=refusal,
                           message_of=message_of,
                           held=held)
        return page, 404 if refusal is not None else 200

    @expose("/find")
    def find(self) -> Any:
        """What the code in ``?code=`` stands for, as JSON; 404 with a sentence where it stands for
        nothing."""
        try:
            return jsonify(answer(scans.find(request.args.get("code", ""))))
        except Refused as refusal:
            return jsonify({"message": message_of(refusal)}), 404
