"""A learner's own type in the panel of a practice hospital: list, form, page, steps and paper, at the
addresses that a declared type has."""

from __future__ import annotations

from datetime import date
from typing import Any, NoReturn

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request
from flask_babel import gettext
from flask_login import current_user

from models.base import db, one_transaction
from models.documents import DocumentNumber
from models.errors import Refused
from models.people import User
from models.rights import model_of
from portal.learn.boxes import Box, server, settings
from portal.learn.own_document import forms, kept, papers
from portal.learn.own_document.definition import Kind, OwnField, OwnType, workflow_of
from portal.learn.own_document.growing import grow
from portal.learn.pages import bp as lessons
from portal.web import letterhead, links, locale, pdf, print, words
from portal.web.locale import refusal_text
from portal.web.more_types import NAME, MoreTypes
from portal.web.signin import unauthorized

bp = Blueprint("own_document", __name__, url_prefix="/admin")
LARGEST = 2**63 - 1


# ---------------------------------------------------------------- which type, and who

def _types() -> tuple[OwnType, ...]:
    """The types of the learner whose hospital is asked."""
    if "own_types" not in g:
        box = server.asked_box()
        g.own_types = kept.types_of(box.owner_id) if box is not None else ()
    return g.own_types


def _grow_all(box: Box) -> None:
    for own in kept.types_of(box.owner_id):
        grow(own, box)


def _asked(name: str) -> OwnType:
    """The type of an address, for somebody who may see it: 404 for an unknown one, 403 for another role."""
    own = next((own for own in _types() if own.name == name), None)
    if not current_user.is_authenticated:
        abort(unauthorized())
    if own is None:
        abort(404)
    if not papers.may_read(own, current_user):
        abort(403)
    return own


def _found(own: OwnType, key: int) -> papers.Paper:
    return (papers.find(own, key) if 0 < key <= LARGEST else None) or _missing()


def _missing() -> NoReturn:
    abort(404)


def _by_query(own: OwnType) -> papers.Paper:
    typed = request.args.get("id", "")
    return _found(own, int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0)


# ---------------------------------------------------------------- pages

@bp.get("/<name>/")
def index(name: str) -> str:
    """The documents, the newest first, by state."""
    own = _asked(name)
    state = request.args.get("state", "")
    state = state if state in own.states else ""
    return render_template("learn/own/list.html", own=own, rows=papers.newest(own, state), state=state,
                           counts=papers.counts(own), may_make=papers.may_make(own, current_user),
                           shown=_shown_values(own))


@bp.route("/<name>/new/", methods=("GET", "POST"))
def new(name: str) -> Any:
    own = _asked(name)
    if not papers.may_make(own, current_user):
        abort(403)
    return _write(own, None)


@bp.route("/<name>/edit/", methods=("GET", "POST"))
def edit(name: str) -> Any:
    own = _asked(name)
    paper = _by_query(own)
    if not papers.may_change(paper, current_user):
        abort(403)
    return _write(own, paper)


def _write(own: OwnType, paper: papers.Paper | None) -> Any:
    """The form; what was typed is kept when something is wrong."""
    form = forms.form_of(own)(data=forms.given(own, paper.values) if paper is not None else None)
    forms.offer(form, own)
    if request.method == "GET" or not form.validate():
        return _form(own, paper, form, 200 if request.method == "GET" else 422)
    try:
        with one_transaction():
            values = forms.values_of(form, own)
            if paper is None:
                key = papers.make(own, values, by=current_user).id
            else:
                papers.change(paper, values, _version())
                key = paper.id
    except Refused as refusal:
        return _form(own, paper, form, refusal.status, refusal_text(refusal))
    flash(gettext("Saved."), "success")
    return redirect(f"/admin/{own.name}/details/?id={key}", 303)


def _version() -> int | None:
    """The version that the person looked at."""
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _form(own: OwnType, paper: papers.Paper | None, form: Any, status: int, refused: str = "") -> Any:
    return render_template("learn/own/form.html", own=own, paper=paper, form=form, refused=refused,
                           version=request.form.get("version") or (paper.version if paper else "")), status


@bp.get("/<name>/details/")
def details(name: str) -> Any:
    own = _asked(name)
    return _details(own, _by_query(own))


def _details(own: OwnType, paper: papers.Paper, refused: str = "", status: int = 200) -> Any:
    workflow = workflow_of(own)
    return render_template(
        "learn/own/details.html", own=own, paper=paper, refused=refused,
        steps=workflow.open_to(paper, current_user), waiting=workflow.waiting_on(paper.state),
        may_change=papers.may_change(paper, current_user), shown=_shown_values(own),
        author=db.session.get(User, paper.created_by_id)), status


@bp.post("/<name>/<int:key>/<step>")
def take(name: str, key: int, step: str) -> Any:
    """A step of the workflow; 303 back to the document, refused with its page and the reason."""
    own = _asked(name)
    paper = _found(own, key)
    try:
        with one_transaction():
            papers.take(paper, step, by=current_user, reason=request.form.get("reason", ""),
                        version=_version())
    except Refused as refusal:
        db.session.rollback()
        return _details(own, _found(own, key), refusal_text(refusal), refusal.status)
    moved = _found(own, key)
    flash(gettext("%(what)s: %(state)s.", what=moved.title, state=words.state_word(moved.state)), "success")
    return redirect(f"/admin/{own.name}/details/?id={key}", 303)


@bp.get("/<name>/<int:key>/print")
def print_paper(name: str, key: int) -> Any:
    """The paper as PDF, by the template that every document has."""
    own = _asked(name)
    paper = _found(own, key)
    shown = _shown_values(own)
    facts = [(words.label(field.name), shown(paper, field)) for field in own.fields]
    author, head = db.session.get(User, paper.created_by_id), letterhead.letterhead()
    content = pdf.rendered("print/document.html", paper=print.Paper(
        title=words.table_word(own.name), head=head, number=paper.number or "",
        place_and_date=head.place_and_date(paper.made_on), state=words.state_word(paper.state),
        facts=[(gettext("Made by"), author.name if author is not None else ""), *facts],
        approvals=[(words.step_word(event.transition), event.user.name, locale.moment(event.occurred_at),
                    event.note or "") for event in paper.events],
        qr=_qr(paper), note=paper.note or "", printed=letterhead.printed()))
    return pdf.answer(content, f"{paper.number or own.name}.pdf")


def _qr(paper: papers.Paper) -> str:
    code = db.session.query(DocumentNumber.verify_code).filter_by(
        document_type=paper.own.table, document_id=paper.id).scalar()
    address = links.printed_address(f"/verify/{code}") if code else ""
    return pdf.qr_data_uri(address) if address else ""


# ---------------------------------------------------------------- values in words

def _shown_values(own: OwnType) -> Any:
    """A function that says a paper's value; a reference's name costs one statement a table."""
    names: dict[str, dict[int, str]] = {}

    def shown(paper: papers.Paper, field: OwnField) -> str:
        value = paper.values[field.column]
        if value is None:
            return "–"
        if field.kind.target:
            known = names.setdefault(field.kind.target, {})
            if value not in known:
                record = db.session.get(model_of(field.kind.target), value)
                known[value] = str(record) if record is not None else str(value)
            return known[value]
        return _said(field.kind, value)
    return shown


def _said(kind: Kind, value: Any) -> str:
    if kind == Kind.YES_NO:
        return gettext("Yes") if value else gettext("No")
    if kind == Kind.MONEY:
        return locale.rupiah(value)
    if kind in (Kind.QUANTITY, Kind.WHOLE_NUMBER):
        return locale.quantity(value)
    if kind == Kind.DAY:
        return locale.day(value)
    return words.state_word(value) if kind == Kind.CHOICE else str(value)


# ---------------------------------------------------------------- in the frame of the panel

def _entries() -> list[tuple[str, str, str]]:
    return [(f"/admin/{own.name}/", words.table_word(own.name, True), "file-text") for own in _types()
            if papers.may_read(own, current_user)]


def _waiting(user: User) -> list[Any]:
    parts = (papers.waiting(own, user) for own in _types())
    return [part for part in parts if part is not None]


def _stand(table: str, key: int) -> tuple[date, Any] | None:
    own = next((own for own in _types() if own.table == table), None)
    paper = papers.find(own, key) if own is not None else None
    return (paper.made_on, paper.state) if paper is not None else None


def _prefix(name: str) -> str:
    return next((own.prefix for own in _types() if own.name == name), name[:3].upper())


def init_app(app: Flask) -> None:
    """Serve the types of the hospital that is asked."""
    app.register_blueprint(bp)
    if _grow_all not in server.WHEN_ASKED:
        server.WHEN_ASKED.append(_grow_all)
    app.extensions[NAME] = MoreTypes(_entries, _waiting, _types, _prefix, _stand)


@lessons.record
def _init(state: Any) -> None:
    if state.app.config[settings.SERVER]:
        init_app(state.app)
