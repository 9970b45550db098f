"""The page on which the head of store allows the date of a document, with a reason."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from backoffice.panel import saving
from backoffice.panel.views import done, message_of
from models.base import db, one_transaction
from models.errors import NotAllowed, Refused
from models.operations.core.approvals import ALLOW_DATE
from models.operations.ledger import backdating
from models.roles import Role
from models.workflow import Transition


class DatePages:
    """What a document that moves stock on a typed date has beside its steps."""

    def other_steps(self, record: Any) -> list[tuple[str, Any, str]]:
        """Address, words and icon of pages beside the steps of the workflow."""
        if not backdating.can_be_allowed(record, current_user):
            return []
        return [(f"{self.url}/{record.id}/{ALLOW_DATE}", lazy_gettext("Allow date"), "calendar-event")]

    def date_asked(self, form: Any, record: Any, refusal: Refused) -> Any:
        """Keep the draft with the date that was typed, and put it before the heads of store."""
        if not self.model.may_be_backdated:
            return None
        try:
            saved = saving.save(self, form, record)
            with one_transaction():
                backdating.ask(saved, by=current_user._get_current_object(), reason=message_of(refusal))
        except Refused:
            return None
        flash(gettext("%(message)s The head of store is asked; until then this stays a draft.",
                      message=message_of(refusal)), "warning")
        return redirect(self.details_url(saved), 303)

    @expose(f"/<id>/{ALLOW_DATE}", methods=("GET", "POST"))
    def allow_date_view(self, id: str) -> Any:
        """GET asks for the reason, POST allows the document's date before later movements of its items."""
        record = self.one_or_404(id)
        if not record.may_be_backdated:
            abort(404)
        if not current_user.has_role(Role.STORE_HEAD):
            abort(403)
        step = Transition(ALLOW_DATE, (record.state,), record.state, Role.STORE_HEAD, needs_reason=True)
        if request.method == "GET":
            if not backdating.can_be_allowed(record, current_user):
                return redirect(self.details_url(record), 303)
            return self.step_page(record, record, step, self.step_form(step, record))
        try:
            with one_transaction():
                saving.check_version(record, request.form.get("version"))
                backdating.allow(record, by=current_user._get_current_object(),
                                 reason=request.form.get("reason", "")[:1900])
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            if refusal.field == "reason":
                db.session.rollback()
                page = self.step_page(self.one_or_404(id), record, step, self.step_form(step, record),
                                      refusal)
                return page, refusal.status
            return self.refused(record, refusal)
        return done(gettext("The date is allowed."), self.details_url(record))
