"""The doctor's side of the conversation: what is new, sending, typing. Mixed into the consultation's view."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload

from backoffice.panel import lookups
from backoffice.panel.views import message_of
from models.base import db, one_transaction, will_write
from models.consultations import Consultation, ConsultationMessage, MessageSide
from models.documents import Attachment
from models.errors import NotAllowed, Refused
from models.operations.clinic import conversation_news, conversations
from models.operations.clinic.conversation_news import BOARD
from models.operations.core import files
from portal.web import call_page, conversation_page
from portal.web.htmx import wants_fragment

ME = MessageSide.DOCTOR


class TalkPages:
    """News, message and typing of a consultation's room."""

    @expose("/<id>/news")
    def news_view(self, id: str) -> Any:
        """What happened since the room was opened: 204 when nothing did."""
        key, seen = lookups.identity(Consultation, id), conversation_page.Seen.of(request.args)
        number = conversation_page.number(key or 0, ME)
        glance = (
            conversation_page.glance(key, ME) if key is not None and current_user.has_role("doctor") else None
        )
        if glance is not None:
            conversation_page.mark_looked(glance, seen, ME)
            if glance.is_seen(seen) and not BOARD.is_typing(glance.id, conversation_page.other(ME)):
                return conversation_page.answer("", number)
            if glance.version == seen.version:
                return conversation_page.answer(conversation_page.news(glance, seen, ME, number), number)
        record = self._own_or_404(id)
        return conversation_page.answer(self._news(record, seen, number), number)

    @staticmethod
    def _with_people() -> tuple[Any, ...]:
        return joinedload(Consultation.doctor).lazyload("*"), joinedload(Consultation.patient)

    def _own_or_404(self, id: str) -> Any:
        record = self.one_or_404(id, *self._with_people())
        return record if self.is_own(record) else abort(404)

    def _news(self, record: Any, seen: conversation_page.Seen, number: int) -> str:
        changed = "" if record.version == seen.version else self.render(
            "backoffice/clinic/room_changed.html", view=self, record=record)
        return conversation_page.news(record, seen, ME, number) + changed

    @expose("/<id>/typing", methods=("POST",))
    def typing_view(self, id: str) -> Any:
        """The doctor is typing: told to the patient's page, kept nowhere."""
        record = self._own_or_404(id)
        if conversations.can_write(record):
            conversation_news.typing(record.id, ME)
            db.session.commit()
        return "", 204

    @expose("/<id>/call")
    def call_view(self, id: str) -> Any:
        """The video call, by the doctor alone."""
        self._own_or_404(id)
        self.note_reading(id)
        record = self._own_or_404(id)
        return call_page.page(record, ME, self.details_url(record))

    @expose("/<id>/call/news")
    def call_news_view(self, id: str) -> Any:
        return call_page.news(self._own_or_404(id), ME)

    @expose("/<id>/call/signal", methods=("POST",))
    def call_signal_view(self, id: str) -> Any:
        return call_page.send(self._own_or_404(id), ME)

    @expose("/<id>/message", methods=("POST",))
    def message_view(self, id: str) -> Any:
        """Write a message, once for each `client_id`, however often it is sent."""
        form, upload = request.form, request.files.get("file")
        mark = (form.get("client_id") or form.get("key") or secrets.token_urlsafe(12))[:65]

        def look(record: Any) -> files.Checked | None:
            if upload is None or not upload.filename or not takes_file(record, mark):
                return None
            return conversation_page.brought(form.get("voice_seconds", ""), upload)

        def act(record: Any, file: files.Checked | None) -> None:
            body = form.get("body", "").replace("\0", "")
            conversations.send_message(record, body, by=current_user, client_id=mark,
                                       page=form.get("page", ""),
                                       attachment=kept_once(file, record, mark))

        if not wants_fragment():
            return self._write(id, act, gettext("Your message was sent."), "#h-chat", look)
        record = self.one_or_404(id, *self._with_people())
        given = {"view": self, "record": record, "client_id": mark, "error": "", "body": form.get("body", "")}
        try:
            file = look(record)
            with one_transaction():
                act(self._own_or_404(id) if file is not None else record, file)
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            given |= {"record": self._own_or_404(id), "error": message_of(refusal)}
            return self.render("backoffice/clinic/composer.html", **given), refusal.status
        will_write(False)  # what follows only reads: it waits for no lock
        number = BOARD.number(record.id, ME)
        given |= {"client_id": secrets.token_urlsafe(12), "body": ""}
        return self.render("backoffice/clinic/composer.html", **given) + self._news(
            record, conversation_page.Seen.of(form), number
        )


def takes_file(record: Consultation, mark: str) -> bool:
    """Whether a message with this mark is still to come, so that its file has to be read."""
    known = db.session.scalar(sa.select(ConsultationMessage.id).where(
        ConsultationMessage.author_id == current_user.id, ConsultationMessage.client_id == mark))
    if known is not None or not conversations.can_write(record):
        return False
    conversations.side_of(record, current_user)
    return True


def kept_once(file: files.Checked | None, record: Consultation, mark: str) -> Attachment | None:
    """The file of a message as an attachment, unless that message is there already."""
    if file is None or not takes_file(record, mark):
        return None
    return files.attach(file, document_type="consultation", document_id=record.id, by=current_user)
