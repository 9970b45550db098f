"""The page of a video call and what its two browsers tell each other: the same for portal and panel."""

from __future__ import annotations

import json
import time
from typing import Any

from flask import abort, current_app, g, jsonify, render_template, request
from flask_babel import gettext
from flask_login import current_user

from models.base import db, one_transaction
from models.consultations import Consultation, MessageSide
from models.errors import NotAllowed, Refused
from models.operations.clinic import calls, conversations
from portal.web import conversation_page
from portal.web.locale import refusal_text


def page(consultation: Consultation, me: MessageSide, back: str) -> Any:
    """Camera and microphone are asked for here and nowhere else."""
    address = conversation_page.context(consultation, me)["talk_address"]
    is_open = calls.is_open(consultation)
    if is_open:
        g.uses_camera = g.uses_microphone = True
    return render_template(
        "site/call.html", consultation=consultation, me=me, back=back, open=is_open,
        address=f"{address}/call", after=calls.last_id(consultation.id), seq=conversation_page.number(
            consultation.id, me), servers=json.dumps(calls.servers(consultation,
                                                                   current_app.config["TURN_SECRET"])))


def news(consultation: Consultation, me: MessageSide) -> Any:
    """What the other browser said since: the page's question waits as that of a conversation."""
    number = conversation_page.number(consultation.id, me)
    after = request.args.get("after", "")
    after_id = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows = calls.signals_for(consultation.id, me, after_id)
    answer = jsonify({
        "open": calls.is_open(consultation), "seq": str(number), "after": rows[-1].id if rows else after_id,
        "signals": [{"kind": row.kind.value, "call": row.call, "body": row.body} for row in rows]})
    answer.headers["X-Seq"] = str(number)
    if not current_app.config["LONG_POLL"]:
        answer.headers["X-Ask-After"] = "1"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def send(consultation: Consultation, me: MessageSide) -> Any:
    """One signal to the other side; who comes to the call says so in the conversation, once in half an
    hour."""
    form = request.form
    try:
        with one_transaction():
            calls.signal(consultation, form.get("kind", ""), by=current_user, call=form.get("call", ""),
                         body=form.get("body", ""))
            if form.get("kind") == "join" and conversations.can_write(consultation):
                conversations.send_message(
                    consultation, gettext("I am in the video call. Press “Video call” to join."),
                    by=current_user, client_id=f"call-{consultation.id}-{int(time.time()) // 1800}")
    except NotAllowed:
        abort(403)
    except Refused as refusal:
        db.session.rollback()
        return jsonify({"text": refusal_text(refusal)}), refusal.status
    return "", 204

