"""Labels of items, batches and shelves, as sheets of A4; the scanner page reads what their codes say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user

from backoffice.panel import inbox, lookups
from models import barcodes
from models.base import db
from models.goods_receipts import GoodsReceipt
from models.items import Item
from models.rights import may, scope
from models.stock import StockBatch
from portal.web.asset_label_sheets import SHEETS, Label, labels_pdf
from portal.web.locale import day
from portal.web.pdf import answer

#: Labels of one printing, and copies of one label.
MOST, MOST_COPIES = 2000, 500


def label_of(record: Any) -> Label:
    """What stands on the label of an item, a batch or a shelf."""
    if isinstance(record, Item):
        return Label(record.code, record.name, record.base_unit,
                     barcodes.label_code(record.code, record.barcode))
    if isinstance(record, StockBatch):
        item = record.item
        words = [f"{gettext('Batch')} {record.number}"] if record.number else []
        words += [gettext("good through %(day)s", day=day(record.expires_on))] if record.expires_on else []
        return Label(item.code, item.name, " · ".join(words), barcodes.label_code(
            item.code, item.barcode, record.number, record.expires_on))
    return Label(record.location, str(record.item), str(record.store),
                 barcodes.shelf_code(record.store.code, record.location))


class LabelPages:
    """Mixed into the views of what has labels."""

    url: str
    model: Any
    table: str
    render: Any

    def label_link(self, record: Any) -> tuple[str, str, str]:
        return f"{self.url}/labels/?ids={record.id}", gettext("Print labels"), "printer"

    def _chosen(self) -> list[Any]:
        """What is to have labels: ``?ids=``, or what came with a receipt (``?receipt=``)."""
        if request.args.get("receipt"):
            return _of_receipt(request.args["receipt"])
        ids = [int(key) for key in request.args.get("ids", "").split(",")[:200]
               if key.isascii() and key.isdigit() and len(key) < 19]
        statement = lookups.within(sa.select(self.model), scope(current_user, self.table))
        found = {record.id: record for record in db.session.scalars(statement.where(self.model.id.in_(ids)))}
        return [found[key] for key in ids if key in found]

    @expose("/labels/")
    def labels_view(self) -> Any:
        """Which sheet, and how many of each."""
        return self.render("backoffice/stores/labels.html", view=self, sheets=SHEETS, most=MOST_COPIES,
                           labels=[(key_of(record), label_of(record)) for record in self._chosen()])

    @expose("/labels/pdf")
    def labels_pdf_view(self) -> Any:
        asked = request.args
        sheet = SHEETS.get(asked.get("sheet", ""), next(iter(SHEETS.values())))
        every = _number(asked.get("copies", ""), 1)
        wanted: list[Label] = []
        for record in self._chosen():
            wanted += [label_of(record)] * _number(asked.get(f"n-{key_of(record)}", ""), every)
        if not wanted:
            abort(404)
        paper = labels_pdf(wanted[:MOST], sheet, owner=inbox.hospital_name(),
                           skip=min(_number(asked.get("skip", ""), 0), sheet.count - 1))
        return answer(paper, "label.pdf")


def key_of(record: Any) -> str:
    """The name of a label's own number of copies in the form."""
    return f"{record.__tablename__}-{record.id}"


def _of_receipt(text: str) -> list[Any]:
    """The batches that a receipt brought, and the items of its lines without one, in their order."""
    key = lookups.identity(GoodsReceipt, text)
    if key is None or not may(current_user, "read", "goods_receipt"):
        return []
    receipt = db.session.scalars(lookups.within(sa.select(GoodsReceipt), scope(current_user, "goods_receipt"))
                                 .where(GoodsReceipt.id == key)).first()
    lines: Iterable[Any] = receipt.lines if receipt is not None else ()
    result = [line.batch if line.batch is not None and line.batch.number else line.item for line in lines]
    return list(dict.fromkeys(result))


def _number(text: str, default: int) -> int:
    return min(int(text), MOST_COPIES) if text.isascii() and text.isdigit() and len(text) < 6 else default
