"""The pages about the data model: the entity diagram and the dictionary."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, render_template, request
from flask.wrappers import Response
from flask_babel import lazy_gettext as _l
from jinja2_fragments.flask import render_block

from models.documents import WORKFLOWS
from portal.learn import catalogue, drawing
from portal.learn.pages import Part, add_part, bp, is_training
from portal.web.htmx import wants_fragment

DIAGRAM = add_part(Part(
    "learn.diagram", _l("Data model"), "db",
    _l("The tables of a process and the lines between them, as a drawing and as a table."),
    _l("Open the data model"), order=10))
DICTIONARY = add_part(Part(
    "learn.dictionary", _l("Dictionary"), "book",
    _l("Each table and column: what it is called in both languages, what type it has, which rules "
       "hold and where the papers draw it."),
    _l("Open the dictionary"), order=20))


def _counts(names: Any) -> dict[str, int]:
    """Rows by table on synthetic data; none of a live hospital's."""
    return catalogue.row_counts(names) if is_training() else {}


def _view() -> tuple[str, tuple[str, ...], str]:
    """Process, its tables and the chosen table of the address. An unknown process is 404."""
    key = request.args.get("process", "requests")
    try:
        names = catalogue.in_view(key)
    except KeyError:
        abort(404)
    chosen = request.args.get("table", "")
    if chosen not in names:
        chosen = next((name for name in names if name in WORKFLOWS), names[0])
    return key, names, chosen


@bp.get("/diagram")
def diagram() -> str:
    """The entity diagram of a process or of the whole, and the same as a table."""
    key, names, chosen = _view()
    processes = catalogue.processes()
    return render_template(
        "learn/diagram.html", key=key, whole=catalogue.WHOLE, names=names, chosen=chosen,
        processes=processes, catalogue=catalogue, title=processes[key][0] if key != catalogue.WHOLE else None,
        diagram=drawing.draw(names),
        relations=catalogue.relations(names), counts=_counts(names), total=len(catalogue.tables()),
        table=catalogue.tables()[chosen], all_relations=catalogue.relations())


@bp.get("/diagram.svg")
def diagram_svg() -> Response:
    """The drawing alone, to keep or to print."""
    key, names, chosen = _view()
    answer = make_response(render_template("learn/diagram.svg", key=key, chosen=chosen,
                                           diagram=drawing.draw(names),
                                           counts=_counts(names)))
    answer.headers["Content-Type"] = "image/svg+xml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="rawat-{key}.svg"'
    return answer


@bp.get("/dictionary")
def dictionary() -> str:
    """Every table by process, filtered by what was typed; htmx gets the list alone."""
    query = request.args.get("q", "")[:100]
    context = {"query": query, "found": catalogue.search(query), "processes": catalogue.processes(),
               "current": "", "catalogue": catalogue}
    if wants_fragment():
        return render_block("learn/dictionary.html", "list", **context)
    return render_template("learn/dictionary.html", **context)


@bp.get("/dictionary/<table>")
def table(table: str) -> str:
    """One table: its columns with type, labels and rules, what the database refuses, its relations and
    workflow."""
    result = catalogue.tables().get(table)
    if result is None:
        abort(404)
    model = WORKFLOWS.get(table)
    relations = catalogue.relations()
    return render_template(
        "learn/table.html", table=result, catalogue=catalogue, counts=_counts([table]), query="",
        current=table,
        found=catalogue.search(""), processes=catalogue.processes(),
        workflow=model.workflow if model else None,
        pointed=[relation for relation in relations if relation.parent == table],
        pointing=[relation for relation in relations if relation.child == table])
