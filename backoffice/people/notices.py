"""`/admin/notices/`: what the bell says, and by which channels the person wants to be told."""

from __future__ import annotations

from typing import Any

from flask import abort, jsonify, redirect, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from jinja2 import TemplateNotFound
from markupsafe import Markup, escape

from backoffice.panel import inbox, lookups, rendering
from backoffice.panel.base import LedgerView
from backoffice.panel.pages import Page
from backoffice.panel.views import done
from models.base import one_transaction
from models.errors import Refused
from models.operations.people import mail, notices
from models.outbox import DeliveryStatus, Notice, Outbox
from portal.web import links
from portal.web import notices as said


class NoticesView(Page):
    """The own notices, newest first; nobody else's are there."""

    page = "notices"

    @expose("/")
    def index(self) -> Any:
        shown = said.page_of(current_user, request.args)
        return self.render("backoffice/people/notices.html", shown=shown, said=said, channels=said.offered())

    @expose("/counts")
    def counts(self) -> Any:
        """What waits and what is unread, for pages that are open (static/counts.js)."""
        answer = jsonify(inbox=inbox.inbox_count(), bell=inbox.bell_count(), talk=inbox.talk_count())
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/read", methods=("POST",))
    def read(self) -> Any:
        """Mark everything as read."""
        with one_transaction():
            notices.mark_read(current_user)
        return done(gettext("All notices are marked as read."), "/admin/notices/")

    @expose("/<id>/open", methods=("POST",))
    def open_one(self, id: str) -> Any:
        """Mark one as read and go to what it is about."""
        key = lookups.identity(Notice, id)
        with one_transaction():
            address = notices.opened(current_user, key) if key is not None else None
            if key is not None and address is not None:
                notices.mark_read(current_user, said.alike(current_user, key))
        if address is None:
            abort(404)
        return redirect(address or "/admin/notices/", 303)

    @expose("/channels", methods=("POST",))
    def channels(self) -> Any:
        with one_transaction():
            said.choose_channels(current_user._get_current_object(), request.form)
        return done(gettext("Your choice was saved."), "/admin/notices/")


class OutboxView(LedgerView):
    """What goes out by mail and telephone: what waits, what went, what a person must look at."""

    model = Outbox
    searches_people = True
    column_list = ("template", "to_address", "status", "channel", "created_at", "last_error")
    column_details_list = ("user", "to_address", "channel", "language", "status", "attempts", "created_at",
                           "next_attempt_at", "sent_at", "last_error", "attachment", "words")
    column_filters = ("status", "channel", "user", "created_at")
    column_default_sort = (None, True)
    details_template = "backoffice/people/outbox.html"

    def heading(self, record: Any) -> str:
        return said.subject(record)

    name_of = heading

    def label(self, name: str) -> str:
        return {"template": gettext("Subject"), "words": gettext("Text")}.get(name) or super().label(name)

    def cell_template(self, record: Any) -> Markup:
        return escape(said.subject(record))

    def cell_words(self, record: Any) -> Markup:
        """The message as its reader sees it."""
        try:
            text = said.words_of(record).body
        except TemplateNotFound:  # a text of an earlier release
            return rendering.BLANK
        return Markup('<div class="rw-letter" lang="{}">{}</div>').format(record.language, text)

    def extra(self, record: Any) -> dict[str, Any]:
        return {"can_retry": record.status == DeliveryStatus.FAILED,
                "is_masked": "link_ticket" in record.params,
                "is_demo": links.is_demo()}

    @expose("/<id>/retry", methods=("POST",))
    def retry_view(self, id: str) -> Any:
        record = self.one_or_404(id)
        try:
            with one_transaction():
                mail.retry(record, by=current_user)
        except Refused as refusal:
            return self.refused(self.one_or_404(id), refusal)
        return done(gettext("The message goes out with the next run."), self.details_url(record))
