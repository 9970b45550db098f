"""Inventory rounds: a room's assets seen one by one with a phone, and what that says about the register."""

from __future__ import annotations

from typing import Any

from flask import abort, g, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from backoffice.panel.base import DocumentView
from backoffice.panel.views import message_of
from models.base import db, one_transaction
from models.errors import Refused
from models.inventory_rounds import InventoryResult, InventoryRound, InventoryRoundLine, InventoryRoundState
from models.operations.assets import inventory_rounds
from models.places import PhysicalCondition
from models.rights import may
from portal.web import phone_app, sent_once

#: How the lines stand on the counting page: what is still to be found first.
ORDER = (InventoryResult.EXPECTED, InventoryResult.MISSING, InventoryResult.MISPLACED, InventoryResult.FOUND)


class InventoryRoundView(DocumentView):
    model = InventoryRound
    column_list = ("number", "counted_on", "room", "inpatient_room", "state")
    form_columns = ("room", "inpatient_room", "counted_on", "note")
    written_lines = ("lines",)
    line_form_columns = {"lines": ("asset", "result", "condition", "seen_at", "seen_by")}

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        return [(f"{self.url}/{record.id}/look", gettext("Scan the room"), "qrcode")]

    def _read(self, id: str) -> InventoryRound:
        return self.one_or_404(id, joinedload(InventoryRound.room), joinedload(InventoryRound.inpatient_room),
                               selectinload(InventoryRound.lines).options(joinedload(InventoryRoundLine.asset),
                                                                          joinedload(InventoryRoundLine.seen_by)))

    def _page(self, record: InventoryRound, refusal: Refused | None = None, seen: Any = None) -> Any:
        lines = sorted(record.lines,
                       key=lambda line: (ORDER.index(line.result), line.asset.name, line.asset.tag))
        g.uses_camera = True
        return self.render(
            "backoffice/assets/inventory_look.html", view=self, record=record, lines=lines, refusal=refusal,
            message_of=message_of,
            seen=seen, conditions=list(PhysicalCondition),
            code=request.form.get("code", "") if refusal else "",
            found=sum(line.result == InventoryResult.FOUND for line in lines),
            expected=sum(line.result != InventoryResult.MISPLACED for line in lines),
            counting=record.state == InventoryRoundState.COUNTING and may(current_user, "edit", self.table))

    @expose("/<id>/look")
    def look(self, id: str) -> Any:
        """The phone's page: a field for the label, and what the room should hold."""
        phone_app.keep_on_phone()
        return self._page(self._read(id))

    @expose("/<id>/empty", methods=("POST",))
    def empty(self, id: str) -> Any:
        """Say that nothing stands in the room, or take that back; the page again."""
        record = self._read(id)
        if not may(current_user, "edit", self.table):
            abort(403)
        try:
            with one_transaction():
                inventory_rounds.say_empty(record, request.form.get("empty") == "y")
        except Refused as refusal:
            db.session.rollback()
            return self._page(self._read(id), refusal), refusal.status
        return self._page(self._read(id))

    @expose("/<id>/see", methods=("POST",))
    def see(self, id: str) -> Any:
        """Note one label as seen; the page again, ready for the next."""
        record = self._read(id)
        if not may(current_user, "edit", self.table):
            abort(403)
        chosen = request.form.get("condition", "")
        try:
            with one_transaction():
                sent_once.claim()
                line = inventory_rounds.see(
                    record, request.form.get("code", "")[:400], by=current_user._get_current_object(),
                    condition=PhysicalCondition(chosen) if chosen in set(PhysicalCondition) else None)
                key = line.id
        except Refused as refusal:
            db.session.rollback()
            return self._page(self._read(id), refusal), refusal.status
        fresh = self._read(id)
        return self._page(fresh, seen=next(line for line in fresh.lines if line.id == key))
