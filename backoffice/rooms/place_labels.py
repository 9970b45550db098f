"""Sheets of labels of rooms and beds, so that whoever stands there can report what is broken."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, request
from flask_admin import expose
from flask_admin.actions import action
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import joinedload

from backoffice.panel import inbox
from backoffice.panel.actions import MOST_TICKED
from backoffice.panel.parsing import number
from models.base import db
from models.beds import Bed
from models.places import InpatientRoom, Room
from portal.web import asset_label_sheets
from portal.web.fault_page import address_of_place, place_words
from portal.web.pdf import answer

MOST_LABELS = 2000


def _label(place: Any) -> asset_label_sheets.Label:
    name, _dot, where = place_words(place).partition(" · ")
    tag = str(place) if isinstance(place, Bed | InpatientRoom) else place.code
    return asset_label_sheets.Label(tag, gettext("Something broken? Scan me."), f"{name}, {where}",
                                    address_of_place(place))


class PlaceLabels:
    """Mixed into the views of rooms, inpatient rooms and beds."""

    @action("labels", lazy_gettext("Print labels"))
    def labels_action(self, ids: list[str]) -> Any:
        """To the page that prints sheets of labels of the ticked places."""
        chosen = [id for id in ids if id.isascii() and id.isdigit()][:MOST_TICKED]
        return redirect(f"{self.url}/labels/?ids={','.join(chosen)}", 303)  # type: ignore[attr-defined]

    def _chosen(self) -> list[Any]:
        """The places that the address names, all that have a code where it names none."""
        model: Any = self.model  # type: ignore[attr-defined]
        ids = [int(id) for id in request.args.get("ids", "").split(",")
               if id.isascii() and id.isdigit() and len(id) < 18][:MOST_TICKED]
        options = {InpatientRoom: (joinedload(InpatientRoom.ward),), Room: (joinedload(Room.building),),
                   Bed: (joinedload(Bed.inpatient_room).joinedload(InpatientRoom.ward),)}[model]
        statement = self.scoped().where(model.qr_code.is_not(None))  # type: ignore[attr-defined]
        if "ids" in request.args:
            statement = statement.where(model.id.in_(ids) if ids else sa.false())
        return list(db.session.scalars(statement.options(*options).order_by(model.id)
                                       .limit(MOST_LABELS)).unique())

    @expose("/labels/")
    def labels_view(self) -> Any:
        """Which sheet, how often."""
        places = self._chosen()
        return self.render("backoffice/rooms/place_labels.html", view=self,  # type: ignore[attr-defined]
                           places=places, ids=request.args.get("ids"), in_words=place_words,
                           sheets=asset_label_sheets.SHEETS)

    @expose("/labels/pdf")
    def labels_pdf_view(self) -> Any:
        sheet = asset_label_sheets.SHEETS.get(request.args.get("sheet", ""),
                                              next(iter(asset_label_sheets.SHEETS.values())))
        copies = max(number(request.args.get("copies", ""), 1, 20), 1)
        skip = min(number(request.args.get("skip", ""), 0, 64), sheet.count - 1)
        owner = inbox.hospital_name()
        wanted = [_label(place) for place in self._chosen()]
        paper = asset_label_sheets.labels_pdf(wanted, sheet, owner=owner, copies=copies, skip=skip)
        return answer(paper, f"label-{self.table}.pdf")  # type: ignore[attr-defined]
