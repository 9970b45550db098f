"""The page of a batch: where it lies, who got goods of it, what was put right; correcting and joining."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user

from backoffice.panel import lookups
from backoffice.panel.base import LedgerView
from backoffice.panel.reports import may_report
from backoffice.panel.views import done, message_of
from backoffice.stores.labels import LabelPages
from models import clock
from models.base import db, one_transaction
from models.errors import Refused
from models.expiry_dates import read_expiry
from models.operations.stores import batch_corrections
from models.rights import may
from models.stock import BatchCorrection, StockBalance, StockBatch, batch_key


class StockBatchView(LabelPages, LedgerView):
    model = StockBatch
    column_list = ("number", "item", "expires_on")
    details_template = "backoffice/stores/batch.html"

    def links(self, record: StockBatch) -> list[tuple[str, str, str]]:
        if not record.number:
            return []
        own = f"{self.url}/{record.id}"
        result = [self.label_link(record)]
        if may_report("recall"):
            result.append((f"/admin/reports/recall/?{urlencode({'batch': record.number})}",
                           gettext("Recall list of a batch"), "flag"))
        if current_user.has_role(batch_corrections.CORRECTOR) and record.same_as_id is None:
            result.insert(0, (f"{own}/correct", gettext("Correct number or expiry"), "edit"))
        return result

    def extra(self, record: StockBatch) -> dict[str, Any]:
        held = db.session.scalars(sa.select(StockBalance).where(
            StockBalance.batch_id == record.id, StockBalance.quantity > 0).order_by(StockBalance.store_id)
            .options(sa.orm.joinedload(StockBalance.store)))
        return {"held": list(held), "given": _given(record), "today": clock.today(),
                "corrections": batch_corrections.corrections(record)}

    @expose("/<id>/correct", methods=("GET", "POST"))
    def correct_view(self, id: str) -> Any:
        """Number and expiry as they stand on the box, with a reason."""
        return self._put_right(id, lambda record, form: batch_corrections.correct(
            record, form.get("number", ""), _day(form.get("expires_on", "")), reason=form.get("reason", ""),
            by=current_user, at=_seen(form)))

    @expose("/<id>/join", methods=("GET", "POST"))
    def join_view(self, id: str) -> Any:
        """Another row of the same item turned out to be this batch."""
        return self._put_right(id, lambda record, form: batch_corrections.join(
            record, self._named(record, form.get("into", "")), reason=form.get("reason", ""),
            by=current_user, at=_seen(form)))

    @staticmethod
    def _named(record: StockBatch, text: str) -> StockBatch | None:
        """The batch that somebody chose, or wrote by its number."""
        key = lookups.identity(StockBatch, text) if text.strip() else None
        found = db.session.get(StockBatch, key) if key is not None else None
        if found is not None and found.item_id == record.item_id:
            return found
        return db.session.scalars(sa.select(StockBatch).where(
            StockBatch.item_id == record.item_id, StockBatch.number_key == batch_key(text.strip()))).first()

    def _put_right(self, id: str, act: Any) -> Any:
        record = self.one_or_404(id)
        if not current_user.has_role(batch_corrections.CORRECTOR):
            abort(403)
        refusal = None
        if request.method == "POST":
            try:
                with one_transaction():
                    made = act(self.one_or_404(id), request.form)
                goes = made.joined_to if made.joined_to_id is not None else made.batch
                return done(gettext("The batch was corrected; who has goods of it was told."),
                            self.details_url(goes))
            except Refused as refused:
                db.session.rollback()
                refusal, record = refused, self.one_or_404(id)
        others = list(db.session.scalars(sa.select(StockBatch).where(
            StockBatch.item_id == record.item_id, StockBatch.id != record.id, StockBatch.number != "",
            StockBatch.same_as_id.is_(None)).order_by(StockBatch.number).limit(200)))
        page = self.render("backoffice/stores/batch_correct.html", view=self, record=record, refusal=refusal,
                           message_of=message_of, others=others, seen=batch_corrections.seen(record),
                           given=_given(record))
        return page, refusal.status if refusal is not None else 200


def _given(record: StockBatch) -> list[Any]:
    """What was given out, as far as the person reads such papers."""
    return [row for row in batch_corrections.given_out(record)
            if may(current_user, "read", row.document_type)]


def _day(text: str) -> date | None:
    return read_expiry(text) if text.strip() else None


def _seen(form: Any) -> int | None:
    text = form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class BatchCorrectionView(LedgerView):
    model = BatchCorrection
    column_list = ("occurred_at", "batch", "number_before", "number_after", "expires_before", "expires_after",
                   "user")
