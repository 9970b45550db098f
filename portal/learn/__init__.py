"""The students' pages: home, entity diagram and dictionary, read off the live metadata. They show structure
and how many rows there are, never a row."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, make_response, render_template, request, url_for
from flask.wrappers import Response
from flask_login import current_user
from jinja2_fragments.flask import render_block
from markupsafe import Markup

from models import rights
from models.documents import WORKFLOWS
from portal.learn import catalogue, drawing
from portal.web.htmx import wants_fragment
from portal.web.signin import unauthorized

bp = Blueprint("learn", __name__, url_prefix="/learn")


@bp.before_request
def _gate() -> Any:
    if not current_user.is_authenticated:
        return unauthorized()
    if not rights.may_open(current_user, "learn"):
        abort(403)
    return None


def _icon(name: str) -> Markup:
    """An icon of the sprite in the size of the portal's style."""
    return Markup('<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(
        url_for("static", filename="icons.svg"), name)


@bp.context_processor
def _given() -> dict[str, Any]:
    return {"ic": _icon, "is_training": current_app.config["RAWAT_ENV"] == "demo", "whole": catalogue.WHOLE}


def _counts(names: Any) -> dict[str, int]:
    """Rows by table on synthetic data; none of a live hospital's."""
    return catalogue.row_counts(names) if current_app.config["RAWAT_ENV"] == "demo" else {}


@bp.get("/")
def home() -> str:
    """The student's home: what there is to look at, and how large it is."""
    tables = catalogue.tables().values()
    from_papers = [name for table in tables for name in catalogue.seeds(table.info)]
    fields = [name for table in tables for column in table.columns for name in catalogue.seeds(column.info)]
    return render_template("learn/home.html", processes=catalogue.processes(), tables=len(tables),
                           columns=sum(len(table.columns) for table in tables), papers=len(set(from_papers)),
                           fields=len(set(fields)), workflows=len(WORKFLOWS))


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
        "learn/diagram.html", key=key, names=names, chosen=chosen, processes=processes, catalogue=catalogue,
        title=processes[key][0] if key != catalogue.WHOLE else None, diagram=drawing.draw(names),
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
