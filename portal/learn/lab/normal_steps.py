"""The store request on paper in four steps, from no normal form to the third: what each asks, where its
tables stand in the lab's files, which anomalies it has, and which dependencies hold."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import Any

from flask_babel import lazy_gettext as _l

ANOMALY, DEPENDENCY, PROOF = "anomaly", "dependency", "proof"


@dataclass(frozen=True)
class Demo:
    """A statement to run and to change: what it is about, and what is to be seen in its rows. A `dependency`
    holds, and a `proof` succeeds, when no row comes out."""

    key: str
    kind: str
    word: Any
    see: Any
    sql: str


@dataclass(frozen=True)
class Step:
    """A step: its name, what it asks, what is still wrong, its tables with their keys, its demonstrations."""

    name: Any
    short: str
    asks: Any
    wrong: Any
    tables: dict[str, str]
    demos: tuple[Demo, ...]


def _demo(key: str, kind: str, word: Any, see: Any, sql: str) -> Demo:
    return Demo(key, kind, word, see, dedent(sql).strip())


def _dependency(key: str, table: str, left: str, right: str, see: Any) -> Demo:
    """left → right: for each value of `left` there is one of `right`. Several columns of `left` by comma."""
    compared = right.split(", ")
    many = "\n    OR ".join(f"count(DISTINCT {name}) > 1" for name in compared)
    counts = ",\n       ".join(f"count(DISTINCT {name}) AS different_{name}" for name in compared)
    return _demo(key, DEPENDENCY, f"{left} → {right}", see,
                 f"SELECT {left},\n       {counts}\nFROM {table}\nGROUP BY {left}\nHAVING {many}")


INSERT, UPDATE, DELETE = _l("Insert anomaly"), _l("Update anomaly"), _l("Delete anomaly")

UNNORMALISED = Step(
    _l("Unnormalised form"), "UNF",
    _l("The form as it lies on the desk: one row a request, and all goods of it in one cell."),
    _l("A cell holds a list. SQL can search in it as in a text, but neither count, add up nor join what is "
       "inside."),
    {"paper_0": "request_no"}, (
        _demo("sum", ANOMALY, _l("A simple question has no answer"),
              _l("How many boxes of gloves were asked for? The numbers stand inside of a text; whoever wants "
                 "them has to read it."),
              """
              SELECT request_no, goods
              FROM paper_0
              WHERE goods LIKE '%ALK-07%'"""),
        _demo("update", ANOMALY, UPDATE,
              _l("The gloves get a new name. Every text that holds the old one has to be rewritten; one that "
                 "is forgotten contradicts the others."),
              """
              SELECT request_no, goods AS before,
                     replace(goods, 'Sarung tangan M', 'Sarung tangan nitril M') AS after
              FROM paper_0
              WHERE goods LIKE '%Sarung tangan M%'"""),
        _demo("search", ANOMALY, _l("A search finds too much"),
              _l("Who asked for item ATK-1? Nobody: there is none. The text of ATK-11 answers all the same."),
              """
              SELECT request_no, goods
              FROM paper_0
              WHERE goods LIKE '%ATK-1%'"""),
    ))

FIRST = Step(
    _l("First normal form"), "1NF",
    _l("Each cell holds one value, and each row is found by a key: here request_no together with item_code."),
    _l("Some columns depend on a part of the key alone: the name of an item on item_code, the day and the "
       "unit on request_no. So they are repeated in many rows."),
    {"paper_1": "request_no, item_code"}, (
        _demo("insert", ANOMALY, INSERT,
              _l("The store has a new item that nobody has asked for. It cannot be written down: request_no "
                 "is a part of the key and must not be empty."),
              """
              WITH new_row (request_no, item_code, item_name) AS (
                VALUES (NULL, 'ALK-12', 'Kasa steril')
              )
              SELECT *,
                     request_no IS NULL OR item_code IS NULL AS key_is_incomplete
              FROM new_row"""),
        _demo("update", ANOMALY, UPDATE,
              _l("The name of ALK-07 is changed in one of its rows and forgotten in the other. Now one item "
                 "has two names."),
              """
              WITH after AS (
                SELECT request_no, item_code,
                       CASE WHEN request_no = 'SR-101' AND item_code = 'ALK-07'
                            THEN 'Sarung tangan nitril M'
                            ELSE item_name END AS item_name
                FROM paper_1
              )
              SELECT item_code, group_concat(DISTINCT item_name) AS names
              FROM after
              GROUP BY item_code
              HAVING count(DISTINCT item_name) > 1"""),
        _demo("delete", ANOMALY, DELETE,
              _l("The line of ATK-11 is taken off the only request that has it. With it goes what the "
                 "hospital knew of the item."),
              """
              WITH after AS (
                SELECT * FROM paper_1
                WHERE NOT (request_no = 'SR-104' AND item_code = 'ATK-11')
              )
              SELECT item_code, item_name FROM paper_1
              EXCEPT
              SELECT item_code, item_name FROM after"""),
        _dependency("whole", "paper_1", "request_no, item_code", "quantity",
                    _l("The quantity depends on the whole key. This is how it should be.")),
        _dependency("item", "paper_1", "item_code", "item_name, measure",
                    _l("A part of the key decides the name and the unit of measure: a partial dependency.")),
        _dependency("request", "paper_1", "request_no", "requested_on, unit_code, store_code",
                    _l("The other part of the key decides day, unit and store: partial, too.")),
        _dependency("none", "paper_1", "request_no", "item_code",
                    _l("A request has several items, so request_no alone is no key.")),
    ))

SECOND = Step(
    _l("Second normal form"), "2NF",
    _l("First normal form, and every column depends on the whole key: what belongs to the request, to the "
       "item and to the line stand in tables of their own."),
    _l("In the table of requests some columns depend on the key by way of another one: request_no decides "
       "unit_code, and unit_code decides unit_name. That is a transitive dependency."),
    {"paper_2_request": "request_no", "paper_2_item": "item_code", "paper_2_line": "request_no, item_code"}, (
        _demo("insert", ANOMALY, INSERT,
              _l("A new unit, Radiology, has not asked for anything yet. A row of paper_2_request needs a "
                 "request_no, so the unit has no place."),
              """
              WITH new_row (request_no, unit_code, unit_name) AS (
                VALUES (NULL, 'RAD', 'Radiologi')
              )
              SELECT *, request_no IS NULL AS key_is_incomplete
              FROM new_row"""),
        _demo("update", ANOMALY, UPDATE,
              _l("The pharmacy's store gets another keeper, and only one request is corrected. Who keeps it "
                 "now?"),
              """
              WITH after AS (
                SELECT request_no, store_code,
                       CASE WHEN request_no = 'SR-105' THEN 'Rina Astuti'
                            ELSE keeper END AS keeper
                FROM paper_2_request
              )
              SELECT store_code, group_concat(DISTINCT keeper) AS keepers
              FROM after
              GROUP BY store_code
              HAVING count(DISTINCT keeper) > 1"""),
        _demo("delete", ANOMALY, DELETE,
              _l("SR-104 is deleted. It was the only request of the laboratory, so the laboratory is gone as "
                 "well."),
              """
              WITH after AS (
                SELECT * FROM paper_2_request WHERE request_no <> 'SR-104'
              )
              SELECT unit_code, unit_name FROM paper_2_request
              EXCEPT
              SELECT unit_code, unit_name FROM after"""),
        _dependency("key", "paper_2_request", "request_no", "unit_code, store_code",
                    _l("The key decides unit and store.")),
        _dependency("unit", "paper_2_request", "unit_code", "unit_name",
                    _l("unit_code is no key here and decides a column all the same: a transitive "
                       "dependency.")),
        _dependency("store", "paper_2_request", "store_code", "store_name, keeper",
                    _l("The same with the store: it decides its name and its keeper.")),
        _dependency("chance", "paper_2_request", "keeper", "store_code",
                    _l("No row contradicts it, but that is chance: tomorrow one person may keep two stores. "
                       "Rows can disprove a dependency; only the rules of the hospital can prove one.")),
    ))

THIRD = Step(
    _l("Third normal form"), "3NF",
    _l("Second normal form, and no column depends on another one that is no key: units and stores get tables "
       "of their own, and the request keeps their codes."),
    _l("Each fact stands once. The same three changes now do no harm, and nothing was lost on the way."),
    {"paper_3_unit": "unit_code", "paper_3_store": "store_code", "paper_3_item": "item_code",
     "paper_3_request": "request_no", "paper_3_line": "request_no, item_code"}, (
        _demo("insert", PROOF, _l("The new unit has a place"),
              _l("Radiology is a row of paper_3_unit with its whole key; no request is needed. No row below "
                 "means: nothing is incomplete."),
              """
              WITH new_row (unit_code, unit_name) AS (
                VALUES ('RAD', 'Radiologi')
              )
              SELECT * FROM new_row
              WHERE unit_code IS NULL
                 OR unit_code IN (SELECT unit_code FROM paper_3_unit)"""),
        _demo("update", PROOF, _l("The new keeper stands in one place"),
              _l("One row of paper_3_store changes, and every request shows the new keeper. No store has "
                 "two."),
              """
              WITH store_after AS (
                SELECT store_code,
                       CASE store_code WHEN 'GF' THEN 'Rina Astuti'
                            ELSE keeper END AS keeper
                FROM paper_3_store
              )
              SELECT s.store_code, group_concat(DISTINCT s.keeper) AS keepers
              FROM paper_3_request r
              JOIN store_after s ON s.store_code = r.store_code
              GROUP BY s.store_code
              HAVING count(DISTINCT s.keeper) > 1"""),
        _demo("delete", PROOF, _l("The laboratory stays"),
              _l("SR-104 is deleted, and no unit is lost."),
              """
              WITH request_after AS (
                SELECT * FROM paper_3_request WHERE request_no <> 'SR-104'
              )
              SELECT unit_code FROM paper_3_request
              EXCEPT
              SELECT u.unit_code
              FROM paper_3_unit u
              LEFT JOIN request_after r ON r.unit_code = u.unit_code"""),
        _demo("lossless", PROOF, _l("Nothing was lost"),
              _l("Joined again, the five tables give the rows of first normal form: no row of paper_1 is "
                 "missing."),
              """
              SELECT request_no, item_code, requested_on, unit_name,
                     store_name, keeper, item_name, quantity
              FROM paper_1
              EXCEPT
              SELECT r.request_no, l.item_code, r.requested_on, u.unit_name,
                     s.store_name, s.keeper, i.item_name, l.quantity
              FROM paper_3_request r
              JOIN paper_3_unit u ON u.unit_code = r.unit_code
              JOIN paper_3_store s ON s.store_code = r.store_code
              JOIN paper_3_line l ON l.request_no = r.request_no
              JOIN paper_3_item i ON i.item_code = l.item_code"""),
        _dependency("unit", "paper_3_unit", "unit_code", "unit_name",
                    _l("It still holds. But here unit_code is the key, so the fact stands once.")),
    ))

STEPS = (UNNORMALISED, FIRST, SECOND, THIRD)
#: Where the data model keeps what the paper form holds.
IN_THE_MODEL = ("store_request", "store_request_line", "item", "work_unit", "store")
