"""What a document type must keep to: the database's rules for names, and the house's for workflows, so that
no document waits for ever and nobody decides on the own paper."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

from flask_wtf import FlaskForm

from models.base import db
from models.documents import Document, document_types
from models.errors import N_
from portal.learn.own_document.definition import ALWAYS, PLAYED, Kind, OwnStep, OwnType

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
PREFIX = re.compile(r"[A-Z]{2,5}")
#: What every document has, and what stands behind its form.
RESERVED = frozenset(ALWAYS) | frozenset(dir(FlaskForm)) | frozenset(dir(Document)) | {
    "lines", "csrf_token", "metadata", "registry"}

#: The place in the form ("steps-2-target") and a message with its values.
Flaw = tuple[str, str, dict[str, object]]

BAD_NAME = N_("Use small letters and digits, words joined by _, at most 40 characters: vehicle_request.")


def flaws(own: OwnType, others: tuple[OwnType, ...] = ()) -> list[Flaw]:
    """All that is wrong, each at its place in the form; empty for a type that can be grown. `others` are the
    learner's other types."""
    return [*_facts(own, others), *_fields(own), *_states(own), *_steps(own), *_ways(own)]


def _is_name(text: str) -> bool:
    return bool(NAME.fullmatch(text)) and len(text) <= 40 and not keyword.iskeyword(text)


def _facts(own: OwnType, others: tuple[OwnType, ...]) -> Iterator[Flaw]:
    if not _is_name(own.name) or len(own.name) < 3:
        yield "name", BAD_NAME, {}
    elif own.name in db.metadata.tables or own.name in {other.name for other in others}:
        yield "name", N_("There is a table with this name already. Choose another one."), {}
    if not PREFIX.fullmatch(own.prefix):
        yield "prefix", N_("Use two to five capital letters: VR."), {}
    elif own.prefix in {model.prefix for model in document_types().values()} | {
            other.prefix for other in others}:
        yield "prefix", N_("Another document has this prefix; numbers could not be told apart."), {}


def _fields(own: OwnType) -> Iterator[Flaw]:
    seen: set[str] = set()
    if not own.fields:
        yield "fields-0-name", N_("Write at least one field: what does the paper say?"), {}
    for place, field in enumerate(own.fields):
        at = f"fields-{place}-name"
        if not _is_name(field.name):
            yield at, BAD_NAME, {}
        elif field.name in RESERVED or field.column in RESERVED:
            yield at, N_("Every document has this already. Choose another name."), {}
        elif field.column in seen:
            yield at, N_("Two fields have this name."), {}
        seen.add(field.column)
        if field.kind == Kind.CHOICE and (len(set(field.choices)) < 2
                                          or not all(map(_is_name, field.choices))):
            yield (f"fields-{place}-choices",
                   N_("Write two or more values with a comma between them: low, high."), {})


def _states(own: OwnType) -> Iterator[Flaw]:
    if len(own.states) < 2:
        yield "states-0-name", N_("Write at least two states: where it begins and where it ends."), {}
    for place, state in enumerate(own.states):
        if not _is_name(state) or len(state) > 32:
            yield f"states-{place}-name", BAD_NAME, {}
        elif state in own.states[:place]:
            yield f"states-{place}-name", N_("Two states have this name."), {}


def _steps(own: OwnType) -> Iterator[Flaw]:
    seen: set[tuple[str, str]] = set()
    for place, step in enumerate(own.steps):
        leaves = {(step.name, source) for source in step.sources}
        if seen & leaves:
            yield (f"steps-{place}-name",
                   N_("This step leaves the same state twice. Join the two, or rename one."), {})
        seen |= leaves
        for name, message, given in (*_arrow(own, step), *_who(own, step)):
            yield f"steps-{place}-{name}", message, given


def _arrow(own: OwnType, step: OwnStep) -> Iterator[Flaw]:
    """What is wrong with where a step begins and leads."""
    if not _is_name(step.name):
        yield "name", BAD_NAME, {}
    if not step.sources or not set(step.sources) <= set(own.states):
        yield "sources", N_("Write states from above, with a comma between them: %(states)s."), {
            "states": ", ".join(own.states)}
    if step.target not in own.states:
        yield "target", N_("Write a state from above: %(states)s."), {"states": ", ".join(own.states)}
    elif step.target in step.sources:
        yield "target", N_("A step leads to another state than the one it leaves."), {}


def _who(own: OwnType, step: OwnStep) -> Iterator[Flaw]:
    """What is wrong with who takes a step, and with the number that it gives."""
    if not step.roles or not set(step.roles) <= {role.value for role in PLAYED}:
        yield "role", N_("Choose the role that takes this step."), {}
    if step.name.startswith("approve") and not step.not_own:
        yield "not_own", N_("Nobody approves the own document: tick “not the author”."), {}
    if step.not_own and step.own_document:
        yield "own_document", N_("Nobody is both: the author, and not the author."), {}
    if step.numbers and own.states and set(step.sources) != {own.initial}:
        yield "numbers", N_("The number is given when a document leaves its first state."), {}


def _ways(own: OwnType) -> Iterator[Flaw]:
    """Every state can be reached, and from each an end; the number is given on the way."""
    if not own.states or any(True for _flaw in (*_states(own), *_steps(own))):
        return  # first things first
    if not own.steps:
        yield "steps-0-name", N_("Write at least one step that leads from state to state."), {}
        return
    reached = _closure({own.initial}, [(source, step.target) for step in own.steps
                                       for source in step.sources])
    ending = _closure(set(own.ends), [(step.target, source) for step in own.steps
                                      for source in step.sources])
    for place, state in enumerate(own.states):
        if state not in reached:
            yield f"states-{place}-name", N_("No way leads here from “%(first)s”."), {"first": own.initial}
        elif state not in ending:
            yield (f"states-{place}-name",
                   N_("From here a document never comes to an end. Add a step that leads out."), {})
    if not any(step.numbers for step in own.steps):
        yield "steps-0-numbers", N_("Tick the step with which a document gets its number."), {}


def _closure(begun: set[str], arrows: list[tuple[str, str]]) -> set[str]:
    reached, grown = set(begun), True
    while grown:
        more = {target for source, target in arrows if source in reached} - reached
        reached |= more
        grown = bool(more)
    return reached
