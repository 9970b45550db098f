"""A few statements to begin with."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Example:
    """What it shows, its SQL, and values of its parameters."""

    word: Any
    sql: str
    values: dict[str, str] = field(default_factory=dict)


def _example(word: Any, sql: str, **values: str) -> Example:
    return Example(word, dedent(sql).strip(), values)


EXAMPLES = (
    _example(_l("Items that run short"), """
        SELECT name, stock_on_hand, minimum_stock
        FROM item
        WHERE stock_on_hand < minimum_stock
        ORDER BY name"""),
    _example(_l("Requests of each work unit"), """
        SELECT w.name AS unit, count(*) AS requests
        FROM store_request r
        JOIN work_unit w ON w.id = r.work_unit_id
        GROUP BY w.id, w.name
        ORDER BY requests DESC, unit"""),
    _example(_l("What each unit used between two days"), """
        SELECT w.name AS unit, round(sum(-m.value)) AS used
        FROM stock_move m
        JOIN delivery_request d ON d.id = m.document_id
        JOIN store_request r ON r.id = d.store_request_id
        JOIN work_unit w ON w.id = r.work_unit_id
        WHERE m.document_type = 'delivery_request'
          AND m.moved_on >= :first_day AND m.moved_on < :day_after
        GROUP BY w.id, w.name
        ORDER BY used DESC""", first_day="2026-06-01", day_after="2026-07-01"),
    _example(_l("Stock card with a running balance"), """
        SELECT moved_on, kind, quantity,
               sum(quantity) OVER (ORDER BY moved_on, id) AS balance
        FROM stock_move
        WHERE item_id = :item
        ORDER BY moved_on, id""", item="3"),
    _example(_l("Parts of things, and parts of parts"), """
        WITH RECURSIVE tree (id, depth) AS (
          SELECT id, 0 FROM asset WHERE parent_id IS NULL
          UNION ALL
          SELECT a.id, t.depth + 1 FROM asset a JOIN tree t ON a.parent_id = t.id
        )
        SELECT depth, count(*) AS things
        FROM tree
        GROUP BY depth"""),
)
