"""The pages about the data model: the entity diagram and the dictionary."""

from __future__ import annotations

from typing import Any

from flask import (
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import lazy_gettext as _l
from jinja2_fragments.flask import render_block

from models.documents import WORKFLOWS
from portal.learn import catalogue, dictionary_files, drawing, examples, finding, meanings, shown_on
from portal.learn.pages import Part, add_part, bp, is_training
from portal.web.htmx import wants_fragment

DIAGRAM = add_part(Part(
    "learn.diagram", _l("Data model"), "db",
    _l("The tables of a process and the lines between them, as a drawing and as a table."),
    _l("Open the data model"), order=10))
DICTIONARY = add_part(Part(
    "learn.dictionary", _l("Dictionary"), "book",
    _l("Each table and column: what it means, what it is called in both languages, which rules hold, "
       "examples, and where the papers draw it."),
    _l("Open the dictionary"), order=20))


def _counts(names: Any) -> dict[str, int]:
    """Rows by table on synthetic data; none of a live hospital's."""
    return catalogue.row_counts(names) if is_training() else {}


def _asked_process() -> tuple[str, tuple[str, ...]]:
    """The process of the address and its tables. An unknown one is 404."""
    key = request.args.get("process", catalogue.WHOLE)
    try:
        return key, catalogue.in_view(key)
    except KeyError:
        abort(404)


def _view() -> tuple[str, tuple[str, ...], str]:
    """Process, its tables and the chosen table of the address; without a process, that of the table."""
    wanted = request.args.get("table", "")
    key = request.args.get("process") or (
        catalogue.home_of(wanted) if wanted in catalogue.tables() else "requests")
    try:
        names = catalogue.in_view(key)
    except KeyError:
        abort(404)
    chosen = wanted if wanted in names else next((name for name in names if name in WORKFLOWS), names[0])
    return key, names, chosen


@bp.get("/diagram")
def diagram() -> Any:
    """The entity diagram of a process or of the whole, and the same as a table. `find` leads to the table
    that answers best."""
    found = _found_table(request.args.get("find", "")[:100])
    if found:
        in_this = request.args.get("process", "")
        key = in_this if in_this == catalogue.WHOLE else catalogue.home_of(found)
        return redirect(url_for("learn.diagram", process=key, table=found))
    key, names, chosen = _view()
    processes = catalogue.processes()
    return render_template(
        "learn/diagram.html", key=key, whole=catalogue.WHOLE, names=names, chosen=chosen,
        processes=processes, catalogue=catalogue, title=processes[key][0] if key != catalogue.WHOLE else None,
        diagram=drawing.draw(key), not_found=request.args.get("find", "")[:100],
        relations=catalogue.relations(names), counts=_counts(names), total=len(catalogue.tables()),
        table=catalogue.tables()[chosen], all_relations=catalogue.relations(),
        meaning=meanings.of_table(chosen), rows_address=shown_on.address(chosen))


def _found_table(query: str) -> str:
    """The table that answers best; none for an empty query or one that nothing answers."""
    answers = finding.search(query) if query.strip() else {}
    return next((entry.table for entries in answers.values() for entry in entries), "")


@bp.get("/diagram.svg")
def diagram_svg() -> Response:
    """The drawing alone, to keep or to print."""
    key, names, chosen = _view()
    answer = make_response(render_template("learn/diagram.svg", key=key, chosen=chosen,
                                           diagram=drawing.draw(key),
                                           counts=_counts(names)))
    answer.headers["Content-Type"] = "image/svg+xml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="rawat-{key}.svg"'
    return answer


@bp.get("/dictionary")
def dictionary() -> str:
    """Every table by process, filtered by what was typed; htmx gets the list alone."""
    query = request.args.get("q", "")[:100]
    context = {"query": query, "found": finding.search(query), "processes": catalogue.processes(),
               "current": "", "catalogue": catalogue, "meanings": meanings, "whole": catalogue.WHOLE}
    if wants_fragment():
        return render_block("learn/dictionary.html", "list", **context)
    return render_template("learn/dictionary.html", **context)


@bp.get("/dictionary.csv")
def dictionary_csv() -> Response:
    """Every column of a process, or of the whole, as a table for a spreadsheet."""
    key, _names = _asked_process()
    return _file(dictionary_files.as_csv(key), "text/csv; charset=utf-8", f"{_file_name(key)}.csv")


@bp.get("/dictionary.pdf")
def dictionary_pdf() -> Response:
    """The dictionary of a process, or of the whole, to print."""
    key, _names = _asked_process()
    return _file(dictionary_files.as_pdf(key), "application/pdf", f"{_file_name(key)}.pdf")


def _file_name(key: str) -> str:
    return "rawat-dictionary" if key == catalogue.WHOLE else f"rawat-dictionary-{key}"


def _file(content: Any, media: str, name: str) -> Response:
    answer = Response(stream_with_context(content), content_type=media)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/dictionary/<table>")
def table(table: str) -> str:
    """One table: its columns with meaning, rules, examples and places, what the database refuses, its
    relations and workflow."""
    result = catalogue.tables().get(table)
    if result is None:
        abort(404)
    model = WORKFLOWS.get(table)
    relations = catalogue.relations()
    return render_template(
        "learn/table.html", table=result, catalogue=catalogue, counts=_counts([table]), query="",
        current=table, meanings=meanings, examples=examples.of(table), is_example=examples.is_shown,
        places=shown_on.places(table), rows_address=shown_on.address(table),
        found=finding.search(""), processes=catalogue.processes(),
        workflow=model.workflow if model else None,
        pointed=[relation for relation in relations if relation.parent == table],
        pointing=[relation for relation in relations if relation.child == table])
