"""docs/words.md names every document, role and state as the pages do, in English and Indonesian."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import models  # noqa: F401  (declares every workflow)
from models.documents import WORKFLOWS, Document
from models.roles import Role
from portal.web import message_catalogue, words

pytestmark = pytest.mark.once

PAGE = (Path(__file__).parents[2] / "docs" / "words.md").read_text(encoding="utf-8")
DOCUMENTS = {table: model for table, model in sorted(WORKFLOWS.items()) if issubclass(model, Document)}


@cache
def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the table under a heading, by their first cell; twice the same is an error."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")]
             for line in part.splitlines() if line.startswith("| ")][2:]
    assert len({row[0].strip() for row in cells}) == len(cells)
    return {row[0].strip(): [cell.strip(" |") for cell in row[1:]] for row in cells}


CATALOGUE = message_catalogue.stored_catalogue()


@cache
def indonesian(english: str, context: str | None = None) -> str:
    text = CATALOGUE.get(english, context).string  # type: ignore[union-attr]
    return text if isinstance(text, str) else text[0]


@pytest.mark.parametrize("table", DOCUMENTS)
def test_every_document_stands_under_its_prefix(table: str) -> None:
    row = rows("Documents and their numbers").get(DOCUMENTS[table].prefix)
    assert row is not None, f"docs/words.md does not explain {DOCUMENTS[table].prefix} ({table})"
    assert row[:2] == [words.human(table), indonesian(words.human(table))]
    assert row[2]


def test_no_prefix_is_invented() -> None:
    assert set(rows("Documents and their numbers")) == {model.prefix for model in DOCUMENTS.values()}


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_role(role: str) -> None:
    assert rows("Roles").get(role, ["nothing"])[0] == indonesian(words.human(role))
    assert rows("Roles")[role][1]


def test_every_state() -> None:
    states = {state.value for model in WORKFLOWS.values() for state in model.workflow.states}
    assert {state: row[0] for state, row in rows("States").items()} == {
        state: indonesian(words.human(state), "state" if state in words.CONTEXTS["state"] else None)
        for state in states}


def test_the_hospitals_words_are_those_of_the_pages() -> None:
    assert {english: row[0] for english, row in rows("The hospital's words").items()} == {
        english: indonesian(english) for english in rows("The hospital's words")}


def test_words_of_two_meanings_are_listed() -> None:
    """With the Indonesian of both; where there is only one, no context is needed."""
    listed = [(english, *row[:3]) for english, row in rows("One word, two meanings").items()]
    wanted = [(str(message.id), str(message.context), str(message.string),
               indonesian(str(message.id)) if CATALOGUE.get(message.id) else "")
              for message in CATALOGUE if message.context]
    assert sorted(listed) == sorted(wanted)
    assert [english for english, _where, there, elsewhere in listed if there == elsewhere] == []


def test_where_the_codes_words_are_said_to_be_there_is_something() -> None:
    root = Path(__file__).parents[2]
    places = {word: re.findall(r"`([^`]+)`", row[1]) for word, row in rows("The code's words").items()}
    assert [word for word, paths in places.items() if not paths] == []
    assert [path for paths in places.values() for path in paths if not (root / path).exists()] == []
