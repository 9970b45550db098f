"""`/learn/own-document`: a learner designs a document type; it grows in the practice hospital."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from models.errors import Refused
from portal.learn.boxes import process, settings, store
from portal.learn.own_document import declaration, forms, growing, kept, rules
from portal.learn.own_document.definition import MOST_TYPES, OwnType, read, workflow_of, written
from portal.learn.pages import Part, add_part, bp
from portal.learn.processes.words import rules_of, who_of
from portal.learn.processes.workflow_drawing import draw
from portal.web import words
from portal.web.locale import refusal_text

OWN = add_part(Part(
    "learn.own_document", _l("Own document"), "file-text",
    _l("Design a document of your own: fields, states, steps. It grows a table, pages, buttons, an inbox and "
       "a paper in your practice hospital."),
    _l("Design a document"), order=85))
EXAMPLES = Path(__file__).parent / "examples"
#: Empty rows that a form has for more.
SPARE = {"fields": 2, "states": 1, "steps": 2}


@cache
def examples() -> dict[str, OwnType]:
    """Types to begin with, by name."""
    found = [read(tomllib.loads(path.read_text(encoding="utf-8")))
             for path in sorted(EXAMPLES.glob("*.toml"))]
    return {own.name: own for own in found}


@bp.get("/own-document")
def own_document() -> Any:
    """The learner's types and the form of one: of `name`, of an example, or an empty one."""
    name, example = request.args.get("name", ""), request.args.get("example", "")
    own = kept.find(current_user.id, name) if name else None
    if (name and own is None) or (example and example not in examples()):
        abort(404)
    begun = own or examples().get(example)
    form = forms.TypeForm(data=forms.filled(begun) if begun is not None else None)
    _add_rows(form)
    return _page(form, own)


@bp.post("/own-document")
def save_own_document() -> Any:
    """Keep the type and grow it; 303 to it. With flaws: 422, each at its field, what was typed kept."""
    former = request.form.get("former", "")
    own = kept.find(current_user.id, former) if former else None
    if former and own is None:
        abort(404)
    form = forms.TypeForm()
    if request.form.get("more"):
        _add_rows(form)
        return _page(form, own)
    if not settings.is_on():
        return _page(form, own), 422
    typed = form.typed()
    others = tuple(other for other in kept.types_of(current_user.id) if other.name != former)
    flaws = rules.flaws(typed, others) if form.validate() else [("name", rules.BAD_NAME, {})]
    try:
        if flaws:
            form.blame(flaws)
            _add_rows(form)
            return _page(form, own), 422
        saved = kept.save(current_user.id, typed, former)
    except Refused as refusal:
        form.name.errors = [refusal_text(refusal)]
        _add_rows(form)
        return _page(form, own), 422
    box = store.box_of(current_user)
    if box is not None:
        growing.grow(saved, box)
    flash(gettext("Kept. It stands in your practice hospital now."), "success")
    return redirect(url_for("learn.own_document", name=saved.name), 303)


@bp.post("/own-document/delete")
def delete_own_document() -> Any:
    """Forget a type."""
    if kept.find(current_user.id, request.form.get("name", "")) is None:
        abort(404)
    kept.delete(current_user.id, request.form["name"])
    flash(gettext("Deleted."), "success")
    return redirect(url_for("learn.own_document"), 303)


@bp.get("/own-document/<name>.json")
def own_document_file(name: str) -> Any:
    """The type as a file."""
    own = kept.find(current_user.id, name)
    if own is None:
        abort(404)
    return Response(written(own), mimetype="application/json",
                    headers={"Content-Disposition": f'attachment; filename="{own.name}.json"'})


def _add_rows(form: forms.TypeForm) -> None:
    """Empty rows at the end of each part, up to its most."""
    for name, spare in SPARE.items():
        rows = form[name]
        empty = 0
        for row in reversed(rows.entries):
            if any(field.data for field in row.form if field.short_name in ("name", "sources", "target")):
                break
            empty += 1
        for _ in range(max(0, min(spare - empty, rows.max_entries - len(rows.entries)))):
            rows.append_entry()


def _page(form: forms.TypeForm, own: OwnType | None) -> str:
    box = store.box_of(current_user) if settings.is_on() else None
    if box is not None:
        process.ensure(current_app)
    return render_template(
        "learn/own_document.html", section="own_document", form=form, own=own, box=box, examples=examples(),
        types=kept.types_of(current_user.id), most=MOST_TYPES, is_on=settings.is_on(),
        **(_grown(own) if own is not None else {}))


def _grown(own: OwnType) -> dict[str, Any]:
    """What became of a type: its workflow drawn, its SQL, its Python."""
    workflow = workflow_of(own)
    return {"workflow": workflow, "sketch": draw(workflow), "rules_of": rules_of, "who_of": who_of,
            "step_word": words.step_word,
            "sql": ";\n\n".join(growing.statements(own)) + ";", "python": declaration.model_file(own),
            "rights": declaration.rights_row(own), "rows": declaration.specification(own)}
