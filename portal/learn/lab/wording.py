"""What the engine says, in words for a person: which limit stopped a statement, and what is wrong with it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

from flask_babel import gettext

from portal.learn.lab import paper, schema, statement
from portal.learn.lab.engine import TABLES, Problem, Result

Said = Callable[[re.Match[str], str], str]


def said(result: Result, sql: str) -> str:
    """The sentence about a result that is not complete; empty when it is."""
    if result.stopped and (result.stopped != "right" or result.problem is None):
        return _stopped(result)
    if result.problem is None:
        return ""
    return _refused(result.problem) if result.stopped == "right" else _wrong(result.problem, sql)


def _stopped(result: Result) -> str:
    """Which limit ended it or cut it off."""
    if result.stopped == "time":
        return gettext("Stopped after one second: this query is too much work. Does every JOIN have its ON, "
                       "and every recursive query an end?")
    if result.stopped == "memory":
        return gettext("Stopped: this query wants more than 32 MB of memory. Filter or group earlier, so "
                       "that fewer rows are kept.")
    if result.stopped == "rows":
        return gettext("Only the first %(num)s rows are shown. Ask for fewer by WHERE, GROUP BY or LIMIT.",
                       num=len(result.rows))
    if result.stopped == "bytes":
        return gettext("Only the first %(num)s rows are shown: they hold a lot of text. Choose fewer "
                       "columns.", num=len(result.rows))
    if result.stopped == "size":
        return gettext("The query, or a value in it, is larger than the lab allows (%(said)s).",
                       said=result.problem.said if result.problem else "")
    if result.stopped == "busy":
        return gettext("The lab is answering others right now. Wait a moment and run your query again.")
    return gettext("This query did not stop in time and was ended.")


def _refused(problem: Problem) -> str:
    if re.fullmatch(r"sqlite_\w+", problem.refused) or problem.refused not in TABLES:
        return gettext("Not allowed in the lab: %(name)s. Here you only read the tables of the schema with "
                       "SELECT, and use SQLite's common functions.", name=problem.refused or problem.said)
    return gettext("The lab is for reading: %(name)s can be asked with SELECT and not be changed.",
                   name=problem.refused)


# ---------------------------------------------------------------- what is wrong with the statement

def _close(name: str, known: Iterable[str]) -> str:
    """A sentence that names what may have been meant; empty when nothing is close."""
    near = difflib.get_close_matches(name.lower(), list(known), n=3, cutoff=0.6)
    return " " + gettext("Did you mean %(names)s?", names=", ".join(near)) if near else ""


def _no_table(match: re.Match[str], _sql: str) -> str:
    return gettext("There is no table %(name)s.", name=match[1]) + _close(match[1].split(".")[-1], TABLES)


def _no_column(match: re.Match[str], sql: str) -> str:
    name = match[1].split(".")[-1]
    known = columns_of(tables_in(sql) or TABLES)
    text = gettext("There is no column %(name)s in the tables of this query.", name=match[1])
    return text + (_close(name, known) or (
        " " + gettext("Texts stand in 'single' quotes.") if f'"{name}"' in sql else ""))


def _near(match: re.Match[str], _sql: str) -> str:
    return gettext("SQLite does not understand the query at %(word)s. Is a comma, a bracket or a word "
                   "missing before it, or one too many?", word=match[1])


def _fixed(text: Callable[[], str]) -> Said:
    """A sentence that needs nothing of the message."""
    return lambda _match, _sql: text()


def _named(text: Callable[[str], str]) -> Said:
    """A sentence with the name that the message holds."""
    return lambda match, _sql: text(match[1])


_MESSAGES: tuple[tuple[str, Said], ...] = (
    (r'near "(.*)": syntax error', _near),
    (r"incomplete input", _fixed(lambda: gettext(
        "The query ends too early: a bracket is open, or something is missing at its end."))),
    (r"no such table: (\S+)", _no_table),
    (r"no such column: (.+)", _no_column),
    (r"no such function: (\S+)", _named(lambda name: gettext(
        "SQLite has no function %(name)s.", name=name))),
    (r"ambiguous column name: (\S+)", _named(lambda name: gettext(
        "Several tables have a column %(name)s. Write the table's name before it, as in t.%(name)s.",
        name=name))),
    (r'unrecognized token: "(.*)"?', _named(lambda name: gettext(
        "SQLite cannot read %(name)s. Is a quote missing?", name=name.rstrip('"')))),
    (r"misuse of aggregate:? (?:function )?(\w+)", _named(lambda name: gettext(
        "%(name)s counts over rows and cannot stand here. Conditions on groups stand in HAVING, not in "
        "WHERE.", name=name))),
    (r"misuse of (?:aliased )?window function (\w+)", _named(lambda name: gettext(
        "The window function %(name)s is calculated after WHERE and GROUP BY. Put it into a subquery to "
        "filter by it.", name=name))),
    (r"wrong number of arguments to function (\w+)", _named(lambda name: gettext(
        "The function %(name)s takes another number of arguments.", name=name))),
    (r"a GROUP BY clause is required before HAVING", _fixed(lambda: gettext(
        "HAVING is about groups: it needs a GROUP BY before it."))),
    (r"SELECTs to the left and right", _fixed(lambda: gettext(
        "Both sides of a UNION, EXCEPT or INTERSECT must have the same number of columns."))),
    (r"sub-select returns (\d+) columns", _named(lambda name: gettext(
        "This subquery gives %(num)s columns; here it may give one.", num=name))),
    (r"1st ORDER BY term|ORDER BY term (?:out of range|does not match)", _fixed(lambda: gettext(
        "ORDER BY of a UNION sorts by a column of the result, named or numbered."))),
    (r"You can only execute one statement", _fixed(lambda: gettext(
        "Run one query at a time: something stands after the semicolon."))),
    (r"supply a value for binding parameter :(\w+)", _named(lambda name: gettext(
        "The parameter :%(name)s has no value.", name=name))),
    (r"[Bb]inding", _fixed(lambda: gettext(
        "Give parameters a name, as in :from, instead of a question mark."))),
    (r"circular reference: (\w+)", _named(lambda name: gettext(
        "%(name)s refers to itself. A recursive query begins WITH RECURSIVE.", name=name))),
)


def _wrong(problem: Problem, sql: str) -> str:
    """SQLite's message as a sentence; its own words where none is known."""
    for pattern, text in _MESSAGES:
        match = re.search(pattern, problem.said)
        if match is not None:
            return text(match, sql)
    return gettext("SQLite says: %(said)s.", said=problem.said)


def tables_in(sql: str) -> tuple[str, ...]:
    """The lab's tables that a statement names, each once."""
    words = (text.strip('"[]`').lower() for kind, text, _at in statement.parts(sql)
             if kind in ("word", "name"))
    return tuple(dict.fromkeys(word for word in words if word in TABLES))


def columns_of(tables: Iterable[str]) -> list[str]:
    """Names of all columns of these tables."""
    names: dict[str, None] = {}
    for table in tables:
        names.update(dict.fromkeys(
            schema.TABLES[table].split() if table in schema.TABLES else paper.columns(table)))
    return list(names)
