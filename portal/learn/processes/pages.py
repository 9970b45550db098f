"""The pages about processes: the papers' data flow diagrams with today's counts, and each workflow."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from models import rights
from models.documents import WORKFLOWS, document_types
from portal.learn import catalogue
from portal.learn.pages import Part, add_part, bp, is_training
from portal.learn.processes import context, flows, level0, workflow_drawing
from portal.learn.processes.words import rules_of, who_of
from portal.web import words

PROCESSES = add_part(Part(
    "learn.processes", _l("Processes"), "route",
    _l("Who gives what to whom: the papers' data flow diagrams, and each document's way from draft to done."),
    _l("Open the processes"), order=30))
#: The context diagram: the system as one process, with all who stand outside.
CONTEXT = "context"


def address_of(table: str) -> str:
    """Where the reader sees what is done with `table`: its list in the panel, or else the dictionary."""
    if rights.may(current_user, "read", table):
        return f"/admin/{table}/"
    return url_for("learn.table", table=table)


@dataclass(frozen=True)
class Carried:
    """A line of the table that says the same as the drawing."""

    arrow: flows.Arrow
    part: flows.Part
    said: str


def _rows_word(count: int) -> str:
    if count > catalogue.COUNTED_TO:
        return gettext("more than %(number)s rows", number=catalogue.COUNTED_TO)
    return ngettext("%(num)s row", "%(num)s rows", count)


@bp.get("/processes")
def processes() -> str:
    """The context diagram, or one part of it as a data flow diagram, each with the same as a list."""
    key = request.args.get("part", CONTEXT)
    if key != CONTEXT and key not in flows.BY_KEY:
        abort(404)
    part = flows.BY_KEY.get(key)
    shown = [part] if part is not None else list(flows.PARTS)
    tables = [table for entry in shown for table in flows.workflows_of(entry)]
    counts = flows.state_counts(tables) if is_training() else {}
    carried = [Carried(arrow, entry, level0.said(arrow, counts.get(arrow.table, {})))
               for entry in shown for arrow in flows.arrows_of(entry)]
    stores = flows.stores_of(part) if part is not None else []
    rows = catalogue.row_counts(stores) if is_training() else {}
    row_words = {name: _rows_word(count) for name, count in rows.items()}
    return render_template(
        "learn/processes.html", part=part, parts_of_papers=flows.PARTS, carried=carried, stores=stores,
        rows=row_words, workflows={entry: flows.workflows_of(entry) for entry in shown},
        drawing=level0.draw(part, counts, row_words) if part is not None else context.draw(),
        who_word=flows.who_word, outsiders=flows.OUTSIDERS, address_of=address_of, catalogue=catalogue,
        prefixes={name: model.prefix for name, model in document_types().items()}, WORKFLOWS=WORKFLOWS)


@bp.get("/processes/<table>")
def process(table: str) -> str:
    """One workflow: its states and steps as a drawing and as a table."""
    model = WORKFLOWS.get(table)
    if model is None:
        abort(404)
    counts = flows.state_counts([table])[table] if is_training() else None
    return render_template(
        "learn/process.html", table=table, workflow=model.workflow, part=flows.part_of(table),
        sketch=workflow_drawing.draw(model.workflow, counts), counts=counts,
        final=workflow_drawing.final_states(model.workflow), rules_of=rules_of, who_of=who_of,
        step_word=words.step_word, address=address_of(table), is_document=table in document_types(),
        cap=catalogue.COUNTED_TO)
