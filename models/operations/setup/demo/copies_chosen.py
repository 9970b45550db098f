"""Which rows of the played hospital are copied: whole pieces of its history that have ended.

Rows that name each other make one piece (a request with its delivery, moves, entries, events and notices). A
piece in which something is still open is not copied; neither is one that names what has no copy.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.operations.setup.demo import copies_rules as rules

Node = tuple[str, int]
#: Parts of a whole, for places in whole numbers.
WHOLE = 1_000_000
#: The key of a row's second copy in the same turn lies so far below the row's own, and so on; how many at
#: most.
AGAIN, MOST = 10 ** 12, 4


@dataclass
class Row:
    """A row that may be copied: what it names (column, node, must it), and the day of it."""

    names: list[tuple[str, Node, bool]] = field(default_factory=list)
    about: Node | None = None
    day: date | None = None


@dataclass
class Pick:
    """A row that is copied: its place among the picked of its table, from 1; how many days ago it and its
    piece began; the place of the piece among all, in millionths; and its piece."""

    rank: int
    own_age: int
    age: int | None
    place: int
    piece: Node


def links(table: sa.Table) -> Iterator[tuple[str, str, bool]]:
    """Column, table and whether a copy must have it, of each key of a table that grows."""
    for column in table.columns:
        named = {key.column.table.name for key in column.foreign_keys if key.column.name == "id"}
        for target in named & set(rules.TABLES):
            yield column.name, target, (table.name, column.name) not in rules.LOOSE


def binds(table: str, target: str) -> bool:
    """Whether a row and what it names are one piece."""
    return target not in rules.SHARED or (table, target) in rules.PARTS


def chosen(session: Any, today: date) -> dict[str, dict[int, Pick]]:
    """The picked rows by table and id."""
    rows, open_ = _read(session)
    root = _pieces(rows)
    lost = _lost(rows, root, {root(node) for node in open_ if node in rows})
    return _ranked(rows, root, lost, today)


def _read(session: Any) -> tuple[dict[Node, Row], set[Node]]:
    """All rows that may be looked at, and those that are still open."""
    rows: dict[Node, Row] = {}
    open_: set[Node] = set()
    for name in rules.TABLES:
        table = db.metadata.tables[name]
        keys, about = list(links(table)), rules.ABOUT.get(name)
        days = [column for column in table.columns if isinstance(column.type, sa.Date)
                or "DateTime" in type(column.type).__name__ if (name, column.name) not in rules.STILL][:1]
        fits = _fits(table)
        columns = [table.c.id, fits.label("fits"), *(table.c[key] for key, _, _ in keys),
                   *(table.c[column] for column in about or ()), *days]
        for record in session.execute(sa.select(*columns)):
            seen = record._mapping
            if not seen["fits"] and name in rules.ASIDE:
                continue
            row = rows[name, seen["id"]] = Row()
            if not seen["fits"]:
                open_.add((name, seen["id"]))
            row.names = [(key, (target, seen[key]), must) for key, target, must in keys
                         if seen[key] is not None]
            if about and seen[about[0]] is not None:
                row.about = (str(seen[about[0]]), int(seen[about[1]] or 0))
            if days and (when := seen[days[0].name]) is not None:
                row.day = clock.local(when).date() if isinstance(when, datetime) else when
    return rows, open_


def _fits(table: sa.Table) -> Any:
    """Whether a row has ended, in SQL."""
    parts: list[Any] = [sa.true()]
    if table.name in rules.ENDED:
        parts.append(sa.cast(table.c.state, sa.String).in_(rules.ENDED[table.name]))
    if table.name in rules.ONLY:
        parts.append(sa.text(rules.ONLY[table.name].replace("t.", f"{table.name}.")))
    return sa.case((sa.and_(*parts), 1), else_=0)


def _pieces(rows: dict[Node, Row]) -> Any:
    """A function that gives the first row of the piece of a row."""
    above: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        while (higher := above.get(node, node)) != node:
            above[node] = above.get(higher, higher)
            node = higher
        return node

    for node, row in rows.items():
        together = [other for _key, other, _must in row.names if binds(node[0], other[0])]
        if row.about is not None and row.about[0] in rules.TABLES:
            together.append(row.about)
        for other in together:
            if other in rows and (one := root(node)) != (two := root(other)):
                above[max(one, two)] = min(one, two)
    return root


def _lost(rows: dict[Node, Row], root: Any, lost: set[Node]) -> set[Node]:
    """Pieces and single rows that are not copied: what is open, and what names such."""
    bare = {node for node, row in rows.items() if _without_subject(node[0], row, rows)}
    lost = lost | bare
    more = True
    while more:
        more = False
        for node, row in rows.items():
            if node in lost or root(node) in lost:
                continue
            if any(must and other[0] not in rules.FIXED and (other not in rows or other in lost
                                                             or root(other) in lost)
                   for _key, other, must in row.names):
                lost.add(node if node[0] in rules.LEAVES else root(node))
                more = True
    return lost


def _without_subject(name: str, row: Row, rows: dict[Node, Row]) -> bool:
    """Whether it is about a record that does not grow, or that was left aside; a notice may be."""
    if name not in rules.ABOUT or row.about is None:
        return False
    if row.about[0] not in rules.TABLES:
        return name not in ("notice", "outbox")
    return row.about not in rows


def _often(rows: dict[Node, Row], pieces: dict[Node, list[Node]]) -> dict[str, int]:
    """How often a piece with a row of these tables is copied in a turn: where much is still open, what has
    ended stands for it."""
    every, picked = Counter(node[0] for node in rows), Counter(
        node[0] for nodes in pieces.values() for node in nodes)
    return {name: min(MOST, max(1, round(every[name] / picked[name])))
            for name in rules.LEADING if picked[name]}


def _ranked(rows: dict[Node, Row], root: Any, lost: set[Node], today: date) -> dict[str, dict[int, Pick]]:
    pieces: dict[Node, list[Node]] = defaultdict(list)
    for node in rows:
        if node not in lost and (piece := root(node)) not in lost:
            pieces[piece].append(node)
    began = {piece: min((day for node in nodes if (day := rows[node].day)), default=today)
             for piece, nodes in pieces.items()}
    order = sorted(pieces, key=lambda piece: (began[piece], piece))
    picks: dict[str, dict[int, Pick]] = {name: {} for name in rules.TABLES}
    often = _often(rows, pieces)
    for index, piece in enumerate(order):
        nodes = pieces[piece]
        still = any(node[0] in rules.OF_TODAY for node in nodes)
        times = max((often[node[0]] for node in nodes if node[0] in often), default=1)
        for again in range(times):
            place = (index * WHOLE // len(order) + again * WHOLE // times) % WHOLE
            for name, key in nodes:
                day = rows[name, key].day or began[piece]
                picks[name][key - again * AGAIN] = Pick(
                    0, (today - day).days, None if still else (today - began[piece]).days, place,
                    (piece[0], piece[1] - again * AGAIN))
    for table in picks.values():
        for rank, key in enumerate(sorted(table), start=1):
            table[key].rank = rank
    return picks
