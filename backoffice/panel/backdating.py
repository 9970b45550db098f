"""The pages on which the head of store allows or refuses the date of a document, with a reason."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from backoffice.panel import saving
from backoffice.panel.views import done
from models.base import db, one_transaction
from models.errors import NotAllowed, Refused
from models.operations.core.approvals import ALLOW_DATE, REFUSE_DATE
from models.operations.ledger import backdating
from models.roles import Role
from models.workflow import Transition

#: What the head of store does, what is said then, and the operation.
DECISIONS = {ALLOW_DATE: (lazy_gettext("The date is allowed."), backdating.allow),
             REFUSE_DATE: (lazy_gettext("The date is refused; who asked is told."), backdating.refuse)}


def kept_for_the_head(what: str, address: str) -> Any:
    """The answer to a step whose date needs the head of store."""
    return done(gettext("%(what)s is kept with its date and waits for the head of store, because its items "
                        "moved later. You are told when the date is allowed; then post it.", what=what),
                address, "warning")


class DatePages:
    """What a document that moves stock on a typed date has beside its steps."""

    def other_steps(self, record: Any) -> list[tuple[str, Any, str]]:
        """Address, words and icon of pages beside the steps of the workflow."""
        if not backdating.can_be_allowed(record, current_user):
            return []
        pages = [(f"{self.url}/{record.id}/{ALLOW_DATE}", lazy_gettext("Allow date"), "calendar-event")]
        if backdating.is_asked(record):
            pages.append((f"{self.url}/{record.id}/{REFUSE_DATE}", lazy_gettext("Refuse date"), "circle-x"))
        return pages

    @expose(f"/<id>/{ALLOW_DATE}", methods=("GET", "POST"))
    def allow_date_view(self, id: str) -> Any:
        """GET asks for the reason, POST allows the document's date before later movements of its items."""
        return self._decide_date(id, ALLOW_DATE)

    @expose(f"/<id>/{REFUSE_DATE}", methods=("GET", "POST"))
    def refuse_date_view(self, id: str) -> Any:
        """GET asks for the reason, POST refuses the date that somebody asked for."""
        return self._decide_date(id, REFUSE_DATE)

    def _decide_date(self, id: str, name: str) -> Any:
        record = self.one_or_404(id)
        if not record.may_be_backdated:
            abort(404)
        if not current_user.has_role(Role.STORE_HEAD):
            abort(403)
        said, operation = DECISIONS[name]
        step = Transition(name, (record.state,), record.state, Role.STORE_HEAD, needs_reason=True)
        if request.method == "GET":
            if not backdating.can_be_allowed(record, current_user):
                return redirect(self.details_url(record), 303)
            return self.step_page(record, record, step, self.step_form(step, record))
        try:
            with one_transaction():
                saving.check_version(record, request.form.get("version"))
                operation(record, by=current_user._get_current_object(),
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
        return done(str(said), self.details_url(record))
