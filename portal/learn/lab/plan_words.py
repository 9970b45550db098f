"""The plan of a statement in words: which table is read how, what is sorted, what is kept on the way."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask_babel import gettext, ngettext

from portal.learn.lab import statement
from portal.learn.lab.engine import TABLES, PlanNode

#: Words that may follow a table's name and are not its second name.
_NO_ALIAS = frozenset((
    "on", "using", "where", "join", "inner", "left", "right", "full", "cross", "natural", "outer", "group",
    "order", "having", "limit", "union", "except", "intersect", "window", "indexed", "not"))


@dataclass(frozen=True)
class Step:
    """A step in words: what is done, with which table or index, why, and whether every row of a large table
    is read for want of an index."""

    words: str
    name: str
    reason: str
    is_costly: bool
    children: tuple[Step, ...]


@dataclass(frozen=True)
class _Known:
    """What the words need: second names of tables, rows of each table, whether rows are filtered at all."""

    aliases: dict[str, str]
    rows: dict[str, int]
    filters: bool

    def table(self, name: str) -> str:
        return self.aliases.get(name.lower(), name)

    def many(self, name: str) -> int | None:
        return self.rows.get(self.table(name).lower())


def steps(plan: tuple[PlanNode, ...], sql: str, file: Path) -> tuple[Step, ...]:
    """The plan of `sql` on `file` in words."""
    kinds = {text.lower() for kind, text, _at in statement.parts(sql) if kind == "word"}
    known = _Known(aliases(sql), row_counts(file), bool(kinds & {"where", "join", "on", "using"}))
    return tuple(_step(node, known) for node in plan)


@lru_cache(maxsize=4)
def row_counts(file: Path) -> dict[str, int]:
    """Rows of each table of a file of the lab, which never changes."""
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in TABLES}


def aliases(sql: str) -> dict[str, str]:
    """Second names of tables, as in `FROM item i` or `JOIN item AS i`."""
    words = [text.strip('"[]`') for kind, text, _at in statement.parts(sql)
             if kind in ("word", "name", "other")]
    found: dict[str, str] = {}
    for at, word in enumerate(words):
        if at == 0 or words[at - 1].lower() not in ("from", "join", ","):
            continue
        rest = words[at + 1:at + 3]
        if rest and rest[0].lower() == "as":
            rest = rest[1:]
        if rest and rest[0].isidentifier() and rest[0].lower() not in _NO_ALIAS:
            found[rest[0].lower()] = word
    return found


def _step(node: PlanNode, known: _Known) -> Step:
    children = tuple(_step(child, known) for child in node.children)
    for pattern, tell in _DETAILS:
        match = re.fullmatch(pattern, node.detail)
        if match is not None:
            words, name, reason, costly = tell(match, known)
            return Step(words, name, reason, costly, children)
    return Step(node.detail, "", "", False, children)


Told = tuple[str, str, str, bool]


def _shown(name: str, known: _Known) -> str:
    """The table's name, with the second name that the statement gives it."""
    table = known.table(name)
    return table if table == name else f"{table} {name}"


def _every(match: re.Match[str], known: _Known) -> Told:
    """A table without an index: all rows are looked at."""
    name = match["name"]
    many = known.many(name)
    if many is None:
        return gettext("Reads every row of the result in between"), name, "", False
    words = ngettext("Reads its only row", "Reads all %(num)s rows", many)
    reason = gettext("No index serves what is asked of this table.") if known.filters else gettext(
        "Nothing narrows the rows down.")
    return words, _shown(name, known), reason, known.filters and many >= 100


def _every_by_index(match: re.Match[str], known: _Known) -> Told:
    name, many = match["name"], known.many(match["name"])
    words = ngettext("Reads its only row", "Reads all %(num)s rows", many) if many is not None else gettext(
        "Reads every row of the result in between")
    reason = gettext("It reads only the index %(index)s, which holds every column that is needed.",
                     index=match["index"]) if match["covering"] else gettext(
        "It goes along the index %(index)s, so the rows come in its order.", index=match["index"])
    return words, _shown(name, known), reason, False


def _found(match: re.Match[str], known: _Known) -> Told:
    name, how, terms = match["name"], match["how"] or "", (match["terms"] or "").replace("?", "…")
    if "PRIMARY KEY" in how:
        reason = gettext("By its key (%(terms)s): one step, however large the table is.",
                         terms=terms.replace("rowid", "id"))
        return gettext("Finds the row"), _shown(name, known), reason, False
    if "AUTOMATIC" in how:
        reason = gettext("No index serves %(terms)s, so SQLite builds one for this query and throws it "
                         "away.", terms=terms)
        return gettext("Finds rows by an index made on the spot"), _shown(name, known), reason, True
    index = how.split("INDEX ")[-1].strip()
    if not index:
        return gettext("Takes the first or last row"), _shown(name, known), gettext(
            "The key is sorted, so the smallest and the largest are at its ends."), False
    reason = gettext("By the index %(index)s (%(terms)s).", index=index, terms=terms)
    if "COVERING" in how:
        reason += " " + gettext("The index alone is enough; the table is not read.")
    return gettext("Finds rows by an index"), _shown(name, known), reason, False


def _sorted(match: re.Match[str], _known: _Known) -> Told:
    what = match["what"]
    words = {"ORDER BY": gettext("Sorts the rows"), "GROUP BY": gettext("Sorts the rows into groups"),
             "DISTINCT": gettext("Keeps each row once")}.get(what)
    if words is None:
        words = gettext("Calculates %(name)s over different values", name=what.split("(")[0].lower())
    return words, "", gettext("No index has this order: the rows go into a temporary sorted tree (B-tree) "
                              "first."), False


def _named(text: Callable[[], str], reason: Callable[[], str] = lambda: "") -> Callable[..., Told]:
    """A step whose words do not depend on anything; its name is what the detail names."""
    return lambda match, _known: (text(), match.groupdict().get("name") or "", reason(), False)


_DETAILS: tuple[tuple[str, Callable[..., Told]], ...] = (
    (r"SCAN (?P<num>\d+ )?CONSTANT ROWS?", _named(lambda: gettext("Takes values that stand in the query"))),
    (r"SCAN (?P<name>\S+) USING (?P<covering>COVERING )?INDEX (?P<index>\S+).*", _every_by_index),
    (r"SCAN (?P<name>\(?[^ )]+\)?)(?: LEFT-JOIN| VIRTUAL TABLE.*)?", _every),
    (r"SEARCH (?P<name>\S+)(?: USING (?P<how>[^(]*?))?(?: \((?P<terms>.*)\))?(?: LEFT-JOIN)?", _found),
    (r"USE TEMP B-TREE FOR (?:RIGHT PART OF |LAST (?:\d+ )?TERMS? OF )?(?P<what>.*)", _sorted),
    (r"BLOOM FILTER ON (?P<name>\S+) .*", _named(
        lambda: gettext("Rules rows out in advance"),
        lambda: gettext("A small filter in memory says which rows cannot have a partner."))),
    (r"CORRELATED (?:SCALAR|LIST) SUBQUERY (?P<num>\d+)", _named(
        lambda: gettext("Subquery, once for every row outside"),
        lambda: gettext("It uses a column of the query around it."))),
    (r"(?:SCALAR|LIST) SUBQUERY (?P<num>\d+)", _named(
        lambda: gettext("Subquery, calculated once"))),
    (r"REUSE (?:SCALAR|LIST) SUBQUERY (?P<num>\d+)", _named(
        lambda: gettext("Takes the result of a subquery again"))),
    (r"(?:USING INDEX|USING ROWID SEARCH ON TABLE) (?P<name>\S+) FOR IN-OPERATOR", _named(
        lambda: gettext("Looks into an index for IN"))),
    (r"MATERIALIZE (?P<name>.+)", _named(
        lambda: gettext("Calculates it once and keeps the rows"),
        lambda: gettext("A subquery or WITH that is used like a table."))),
    (r"CO-ROUTINE (?P<name>.+)", _named(
        lambda: gettext("Gives its rows one after the other"),
        lambda: gettext("A subquery or WITH whose rows are used as they come."))),
    (r"SETUP", _named(lambda: gettext("The first rows of the recursion"))),
    (r"RECURSIVE STEP", _named(lambda: gettext("From each row the next ones, until there are none"))),
    (r"MULTI-INDEX OR", _named(lambda: gettext("Several indexes, one for each side of OR"))),
    (r"INDEX (?P<num>\d+)", _named(lambda: gettext("One side of OR"))),
    (r"COMPOUND QUERY", _named(lambda: gettext("Puts the results of several queries together"))),
    (r"LEFT-MOST SUBQUERY", _named(lambda: gettext("The first query"))),
    (r"UNION ALL", _named(lambda: gettext("The next query, all of its rows"))),
    (r"UNION USING TEMP B-TREE", _named(lambda: gettext("The next query, each row once"))),
    (r"EXCEPT USING TEMP B-TREE", _named(lambda: gettext("The next query, whose rows are taken away"))),
    (r"INTERSECT USING TEMP B-TREE", _named(
        lambda: gettext("The next query, of which only common rows stay"))),
    (r"MERGE \((?P<name>.*)\)", _named(lambda: gettext("Merges two sorted results"))),
    (r"LEFT", _named(lambda: gettext("The first query"))),
    (r"RIGHT", _named(lambda: gettext("The second query"))),
)
