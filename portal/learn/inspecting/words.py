"""What was taken down, in words for students: statements in groups with their plans, warnings, rights."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext

from portal.learn.boxes.store import Box
from portal.learn.inspecting.record import Trace

#: From so many runs of one statement on the page asks row by row.
TOO_OFTEN = 4
MOST_GROUPS = 40
#: What a line of a plan begins with, and what it means.
PLAN = (
    (re.compile(r"SEARCH (\w+) USING INTEGER PRIMARY KEY"), "by_key"),
    (re.compile(r"SEARCH (\w+) USING (?:COVERING )?INDEX (\w+)"), "by_index"),
    (re.compile(r"SCAN (\w+) USING (?:COVERING )?INDEX (\w+)"), "along_index"),
    (re.compile(r"SCAN (\w+)"), "whole"),
    (re.compile(r"USE TEMP B-TREE FOR (.+)"), "sorts"),
)


@dataclass
class Group:
    """The runs of one SQL text: how often, how long together (seconds), its plan (depth, words), and what is
    wrong with it."""

    sql: str
    count: int
    seconds: float
    plan: list[tuple[int, str]]
    warning: str = ""


def groups(trace: Trace, box: Box) -> list[Group]:
    """The statements of a request by text, in the order of their first run."""
    found: dict[str, Group] = {}
    values: dict[str, Any] = {}
    for each in trace.statements:
        group = found.setdefault(each.sql, Group(each.sql, 0, 0.0, []))
        values.setdefault(each.sql, each.values)
        group.count += 1
        group.seconds += each.seconds
    result = list(found.values())[:MOST_GROUPS]
    with closing(box.read_only()) as connection:
        for group in result:
            group.plan = _plan(connection, group.sql, values[group.sql])
            if group.count >= TOO_OFTEN and group.sql.startswith("SELECT"):
                group.warning = gettext("Ran %(count)s times with other values. One statement for all rows "
                                        "would do (this is called N+1).", count=group.count)
    return result


def _plan(connection: sqlite3.Connection, sql: str, values: Any) -> list[tuple[int, str]]:
    if not sql.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
        return []
    try:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values or ()).fetchall()
    except sqlite3.Error:
        return []
    depth: dict[int, int] = {0: -1}
    result = []
    for key, parent, _unused, detail in rows:
        depth[key] = depth.get(parent, -1) + 1
        result.append((min(depth[key], 5), in_words(detail)))
    return result


def in_words(detail: str) -> str:
    """A line of a query plan in a sentence; as it is where no sentence is known."""
    for pattern, kind in PLAN:
        if match := pattern.match(detail):
            return _sentence(kind, *match.groups())
    return detail


def _sentence(kind: str, what: str, index: str = "") -> str:
    return {
        "by_key": lambda: gettext("%(table)s: one row by its key", table=what),
        "by_index": lambda: gettext("%(table)s: finds rows by the index %(index)s", table=what, index=index),
        "along_index": lambda: gettext("%(table)s: all rows along the index %(index)s", table=what,
                                       index=index),
        "whole": lambda: gettext("%(table)s: reads the whole table", table=what),
        "sorts": lambda: gettext("sorts in memory (%(what)s)", what=what),
    }[kind]()


def rights_in_words(trace: Trace) -> list[str]:
    """Each question that was asked of the rights, and its answer."""
    return [_right(question, about, answer) for (question, *about), answer in trace.rights.items()]


def _right(question: str, about: list[str], answer: Any) -> str:
    if question == "scope":
        return gettext("Which rows of %(table)s? %(rows)s", table=about[0], rows=_rows(answer))
    said = gettext("yes") if answer else gettext("no")
    if question == "may_open":
        return gettext("May this role open the page “%(page)s”? %(answer)s", page=about[0], answer=said)
    return gettext("May this role do “%(action)s” with %(table)s? %(answer)s", action=about[0],
                   table=about[1], answer=said)


def _rows(criterion: Any) -> str:
    if criterion is None:
        return gettext("all")
    if isinstance(criterion, sa.sql.elements.False_):
        return gettext("none")
    return gettext("only where %(criterion)s", criterion=" ".join(str(criterion).split())[:300])
