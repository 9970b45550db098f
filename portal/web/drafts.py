"""`/drafts`: what a person types in a form of panel or portal (static/drafts.js), kept for that person alone.

A form is known by its address, or says it: ``data-form="letter" data-about="consultation:12"``. What is kept
is given back when the page comes again, and forgotten once the form was taken: its answer is no refusal.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, jsonify, request
from flask_login import current_user

from models.base import one_transaction
from models.errors import Refused
from models.operations.people import form_drafts
from portal.web import locale

bp = Blueprint("drafts", __name__)
#: What the script puts before the names of fields, of boxes to tick, and of the words of what was looked up;
#: and the version of the record that was on the page.
FIELDS = ("f-", "c-", "t-", "v-")
#: Records of one page.
MOST_ABOUTS = 40


@bp.route("/drafts", methods=("GET", "POST"))
def drafts() -> Any:
    """GET gives back what was kept about the records of ``?about=``, POST keeps one form. 401 for who is not
    signed in, 404 for a record that is not the person's to see."""
    if not current_user.is_authenticated:
        return jsonify({}), 401
    person = current_user._get_current_object()
    if request.method == "GET":
        return _given_back(person)
    about = request.form.get("about", "")
    fields = {name: text for name, text in request.form.items() if name.startswith(FIELDS)}
    try:
        if form_drafts.NAME.fullmatch(about) and not form_drafts.is_open_to(person, about):
            abort(404)
        with one_transaction():
            form_drafts.keep(person, request.form.get("form", ""), about, fields)
    except Refused as refusal:
        return jsonify({}), refusal.status
    return "", 204


def _given_back(person: Any) -> Any:
    wanted = [about for about in dict.fromkeys(request.args.getlist("about"))
              if form_drafts.NAME.fullmatch(about)][:MOST_ABOUTS]
    mine = [about for about in wanted if form_drafts.is_open_to(person, about)]
    if wanted and not mine:
        abort(404)
    answer = jsonify([{"about": kept.about, "form": kept.form, "fields": kept.fields,
                       "said": locale.moment(kept.saved_at), "at": int(kept.saved_at.timestamp() * 1000)}
                      for kept in form_drafts.drafts_of(person, mine)])
    answer.headers["Cache-Control"] = "no-store"
    return answer


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
