"""`/drafts`: what a person types in a form with ``data-draft`` (static/drafts.js), kept for that person
alone.

One attribute makes a form one of these: ``data-draft="letter" data-about="consultation:12"``. What is kept is
given back when the page comes again, and forgotten once the form was taken: its answer is no refusal.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, jsonify, request
from flask_login import current_user

from models.base import one_transaction
from models.errors import Refused
from models.operations.people import form_drafts

bp = Blueprint("drafts", __name__)
#: What the script puts before the names of fields, and of the words of what was looked up.
FIELDS = ("f-", "t-")


@bp.route("/drafts", methods=("GET", "POST"))
def drafts() -> Any:
    """GET gives back what was kept about a record, POST keeps one form of it. 401 for who is not signed
    in."""
    if not current_user.is_authenticated:
        return jsonify({}), 401
    person = current_user._get_current_object()
    if request.method == "GET":
        answer = jsonify(form_drafts.kept_of(person, request.args.get("about", "")[:60]))
        answer.headers["Cache-Control"] = "no-store"
        return answer
    fields = {name: text for name, text in request.form.items() if name.startswith(FIELDS)}
    try:
        with one_transaction():
            form_drafts.keep(person, request.form.get("form", ""), request.form.get("about", ""), fields)
    except Refused as refusal:
        return jsonify({}), refusal.status
    return "", 204


def _forget(answer: Any) -> Any:
    """A form that was taken leaves no draft."""
    mark = request.form.get("_draft", "") if request.method == "POST" and answer.status_code < 400 else ""
    if mark and current_user.is_authenticated:
        form, _, about = mark.partition("|")
        with one_transaction():
            form_drafts.forget(current_user._get_current_object(), form[:60], about[:60])
    return answer


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.after_request(_forget)
