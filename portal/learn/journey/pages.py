"""The pages of journeys. They show rows, so they are there on synthetic data only: 404 in a live hospital."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort, render_template, url_for

from models.activity import Activity
from models.base import db
from models.documents import WORKFLOWS, DocumentEvent, document_types
from models.operations.core.activity import UNLOGGED
from portal.learn.journey import kin
from portal.learn.journey.log_rows import is_record
from portal.learn.journey.steps import MOST_STEPS, not_taken, steps_of
from portal.learn.pages import bp, is_training
from portal.learn.processes.words import event_word, rules_of, who_of
from portal.web import words
from portal.web.macros import look_of

#: The largest key of a table.
LARGEST = 2 ** 63 - 1
#: The list looks through so many of the newest events.
NEWEST_EVENTS = 20_000
#: How an entry of the log is said, and its colour.
OPERATIONS = {Activity.INSERTED: ("INSERT", "green"), Activity.UPDATED: ("UPDATE", "blue"),
              Activity.DELETED: ("DELETE", "red")}


@dataclass(frozen=True)
class Example:
    """The record of a type that made the most steps."""

    label: kin.Label
    steps: int


def _training_only() -> None:
    if not is_training():
        abort(404)


@bp.get("/journey")
def journeys() -> str:
    """One good example of each type: the longest journey."""
    _training_only()
    newest = (sa.select(DocumentEvent.document_type, DocumentEvent.document_id)
              .order_by(DocumentEvent.id.desc()).limit(NEWEST_EVENTS).subquery())
    steps = sa.func.count().label("steps")
    made = (sa.select(newest.c.document_type, newest.c.document_id, steps)
            .where(newest.c.document_type.in_(WORKFLOWS))
            .group_by(newest.c.document_type, newest.c.document_id).subquery())
    place = sa.func.row_number().over(partition_by=made.c.document_type,
                                      order_by=(made.c.steps.desc(), made.c.document_id.desc()))
    ranked = sa.select(made, place.label("place")).subquery()
    rows = db.session.execute(sa.select(ranked).where(ranked.c.place == 1)).all()
    found = kin.labels((row.document_type, row.document_id) for row in rows)
    counted = {(row.document_type, row.document_id): row.steps for row in rows}
    order = {name: number for number, name in enumerate((*document_types(), *WORKFLOWS))}
    examples = sorted((Example(label, counted[key]) for key, label in found.items()),
                      key=lambda example: order[example.label.table])
    return render_template("learn/journeys.html", examples=examples)


@bp.get("/journey/<table>/<int:record>")
def journey(table: str, record: int) -> str:
    """All steps of one record, with what each wrote, and where it came from and led to."""
    _training_only()
    if table not in WORKFLOWS or not 0 < record <= LARGEST:
        abort(404)
    own = kin.labels([(table, record)]).get((table, record))
    if own is None:
        abort(404)
    steps, related = steps_of(table, record), kin.kin(table, record)
    keys = {(name, key) for _way, name, key in related} | {key[:2] for step in steps for key in step.together}
    labels = kin.labels(keys)
    return render_template(
        "learn/journey.html", table=table, own=own, steps=steps, labels=labels, most=MOST_STEPS,
        ways={way: [labels[name, key] for entry, name, key in related
                    if entry == way and (name, key) in labels] for way in ("from", "to")},
        quiet=is_record(table), missed=not_taken(table, steps), rules_of=rules_of, who_of=who_of,
        step_word=words.step_word, event_word=event_word, address_of=_address, operations=OPERATIONS,
        look_of=look_of, unlogged=sorted({"stock_balance", "store_item"} & UNLOGGED))


def _address(table: str, record: int) -> str:
    return url_for("learn.journey", table=table, record=record)
