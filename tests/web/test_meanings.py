"""One English word is one message, so it has one Indonesian: a word that is a button here and a heading
there, a state here and a table there, needs a context (`pgettext`) unless it means the same."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
import sqlalchemy as sa

import models  # noqa: F401  (declares every workflow)
from models.base import db
from models.documents import WORKFLOWS
from models.journal import Posting
from models.roles import Role
from portal.web import message_catalogue, words

pytestmark = pytest.mark.once

TEMPLATES = Path(__file__).parents[2] / "templates"
SAID = re.compile(r"(?<![a-z])_\(\s*['\"]([^'\"]+)['\"]")
#: Looked at: the Indonesian is right as a button and as a heading.
SAME = {"Dispense", "Doctor", "Keyboard shortcuts", "Next", "Patient", "Scan with the camera", "Search",
        "Sign in", "Take it back", "Take off", "Take the merge back"}
#: Looked at: a column that says yes or counts where the state says the same of a record.
SAME_AS_STATE = {"Needs inspection", "Waiting"}


def said_in(*tags: str) -> set[str]:
    """The messages inside of these elements, anywhere in the templates."""
    element = re.compile(rf"<({'|'.join(tags)})\b[^>]*>(.*?)</\1>", re.DOTALL)
    return {message for page in TEMPLATES.rglob("*.html")
            for _tag, inside in element.findall(page.read_text(encoding="utf-8"))
            for message in SAID.findall(inside)}


def named(kind: str, names: set[str]) -> set[str]:
    """The English words of names, those that have a context of their own left out."""
    return {words.value_word(name) for name in names - words.CONTEXTS.get(kind, frozenset())}


def tables() -> set[str]:
    return {word for name in db.metadata.tables for word in (words.human(name), words.plural(name))}


def columns() -> set[str]:
    return named("column", {column.name for table in db.metadata.tables.values() for column in table.columns})


def states() -> set[str]:
    return named("state", {state.value for model in WORKFLOWS.values() for state in model.workflow.states})


def steps() -> set[str]:
    names = {name for model in WORKFLOWS.values() for name in model.workflow.names}
    return {words.STEPS.get(name) or words.human(name) for name in names - words.CONTEXTS["step"]}


def test_a_button_is_no_heading_unless_it_means_the_same() -> None:
    acts = said_in("button") | steps()
    things = said_in("th", "dt", "h1", "h2", "h3", "legend", "label") | states() | tables() | columns()
    assert (acts & things) - SAME == set()


def test_a_state_is_no_table_and_no_column() -> None:
    assert states() & tables() == set()
    assert (states() & columns()) - SAME_AS_STATE == set()


def test_an_account_of_the_books_is_no_role() -> None:
    purposes = {purpose.value for purpose in Posting} - words.CONTEXTS["account"]
    assert {words.value_word(name) for name in purposes} & {words.human(role.value) for role in Role} == set()


def test_what_was_looked_at_is_still_there() -> None:
    """An exception that nothing needs any more is taken out."""
    acts = said_in("button") | steps()
    things = said_in("th", "dt", "h1", "h2", "h3", "legend", "label") | states() | tables() | columns()
    assert {*SAME} == SAME & acts & things
    assert {*SAME_AS_STATE} == SAME_AS_STATE & states() & columns()


def texts() -> list[tuple[str, str]]:
    """English and Indonesian of each message of one sentence or more."""
    result = []
    for message in message_catalogue.stored_catalogue():
        english = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else message.string[0]
        if len(english) > 40:
            result.append((english, text))
    return result


def test_no_translation_holds_another_one() -> None:
    """What joining two versions of the catalogue line by line leaves behind: a text twice, or that of its
    neighbour."""
    begins = defaultdict(set)
    for english, text in texts():
        begins[text[:40]].add(english)
        begins[english[:40]].add(english)
    wrong = [english for english, text in texts()
             if any(text[at:at + 40] in begins for at in range(1, len(text) - 39)
                    if text[at - 1] in ".?!”:")]
    assert wrong == []


def test_no_two_sentences_have_one_translation() -> None:
    same = defaultdict(set)
    for english, text in texts():
        same[text].add(english)
    assert [group for group in same.values() if len(group) > 1 and not alike(group)] == []


def alike(group: set[str]) -> bool:
    """Whether the sentences share most of their words: the same thing said in two ways."""
    sets = [set(re.findall(r"\w+", english.lower())) for english in group]
    shared, every = set.intersection(*sets), set.union(*sets)
    return len(shared) >= len(every) * 0.4


def test_an_enumeration_that_is_no_state_has_a_kind_in_the_contexts() -> None:
    assert set(words.KINDS.values()) <= set(words.CONTEXTS)
    assert all(isinstance(kind, type) and issubclass(kind, str) for kind in words.KINDS)
    known = {value for table in db.metadata.tables.values() for column in table.columns
             if isinstance(column.type, sa.Enum) for value in column.type.enums}
    names = {column.name for table in db.metadata.tables.values() for column in table.columns}
    acts = {name for model in WORKFLOWS.values() for name in model.workflow.names}
    assert words.CONTEXTS["state"] | words.CONTEXTS["account"] <= known
    assert words.CONTEXTS["column"] <= names
    assert words.CONTEXTS["step"] <= acts
