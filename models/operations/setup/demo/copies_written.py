"""The copies, written by the database itself: one INSERT … SELECT a table for many turns.

Lines are written before the documents that they belong to, as these stand in the end: no rule is switched
off. On PostgreSQL foreign keys and the indexes that only speed up reading are taken off before and made anew
after it, which looks at every row once; on SQLite foreign keys are looked at when the transaction ends.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.documents import WORKFLOWS
from models.operations.setup.demo import copies_rules as rules
from models.operations.setup.demo.copies_chosen import AGAIN, MOST, WHOLE, Pick, binds, links
from models.operations.setup.demo.world import World

#: Days over which the copies lie, and how long ago the last of them begins at least: before the played year.
DAYS, BEFORE = 1_095, 378
#: Tables in which a key, its turn and its number are kept while the copies are made.
_HELPERS = (
    ("copy_pick (name text, id bigint, rank bigint, n bigint, age bigint, own_age bigint, place bigint, "
     "piece bigint)"),
    "copy_turn (k bigint)", "copy_visit (piece bigint, k bigint, minutes bigint)",
    "copy_given (type text, rank bigint, k bigint, prefix text, year bigint, sequence bigint, number text)",
)


class Writer:
    """Writes `turns` copies of the picked rows."""

    def __init__(self, world: World, picks: dict[str, dict[int, Pick]], turns: int) -> None:
        self.world, self.picks, self.turns = world, picks, turns
        self.connection = world.session.connection()
        self.on_postgresql = self.connection.dialect.name == "postgresql"
        self.pieces = {piece: number for number, piece in enumerate(sorted(
            {pick.piece for table in picks.values() for pick in table.values()}))}
        ages = [pick.age for table in picks.values() for pick in table.values() if pick.age is not None]
        self.first_age = max(BEFORE, max(ages, default=0) + 7)

    def run(self, sql: str, **given: Any) -> Any:
        return self.connection.execute(sa.text(sql), given)

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Rows into a table: by COPY where there is one."""
        names = ", ".join(columns)
        if not self.on_postgresql:
            marks = ", ".join("?" for _ in columns)
            self.connection.connection.cursor().executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))
            return
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        copy = f"COPY {table} ({names}) FROM STDIN (FORMAT csv)"
        with self.connection.connection.cursor().copy(copy) as to:
            to.write(text.getvalue())

    # ------------------------------------------------------------ in front of it

    def prepare(self, visits: Iterable[tuple[int, int, int]]) -> None:
        """Picks, turns, the times of visits (piece, turn, minutes back), and what is copied."""
        for helper in _HELPERS:
            self.run(f"CREATE TEMPORARY TABLE {helper}")
        self.fill("copy_pick", ("name", "id", "rank", "n", "age", "own_age", "place", "piece"), (
            (name, key, pick.rank, len(table), pick.age, pick.own_age, pick.place, self.pieces[pick.piece])
            for name, table in self.picks.items() for key, pick in table.items()))
        self.fill("copy_turn", ("k",), ((turn,) for turn in range(self.turns)))
        self.fill("copy_visit", ("piece", "k", "minutes"), visits)
        for name, columns in (("pick", "name, id"), ("visit", "piece, k")):
            self.run(f"CREATE INDEX copy_{name}_by ON copy_{name} ({columns})")
        self._counted("copy_pick", "copy_turn", "copy_visit")
        for name in rules.TABLES:
            self.run(f'CREATE TEMPORARY TABLE seed_{name} AS SELECT t.* FROM "{name}" t '
                     f"JOIN copy_pick p ON p.name = '{name}' AND p.id = t.id")
            for again in range(1, MOST):
                if any(key < 0 and -key // AGAIN == again - 1 for key in self.picks[name]):
                    self._once_more(name, again * AGAIN)

    def _once_more(self, name: str, below: int) -> None:
        """The same rows under keys of their own, and all that belongs to their piece."""
        own = {"id", *(column for column, target, _must in links(db.metadata.tables[name])
                       if binds(name, target)), *rules.ABOUT.get(name, ())[1:],
               *(("line_id",) if name == "stock_move" else ())}
        columns = ", ".join(f't."{column.name}" - {below}' if column.name in own else f't."{column.name}"'
                            for column in db.metadata.tables[name].columns)
        names = ", ".join(f'"{column.name}"' for column in db.metadata.tables[name].columns)
        self.run(f'INSERT INTO seed_{name} ({names}) SELECT {columns} FROM "{name}" t '
                 f"JOIN copy_pick p ON p.name = '{name}' AND p.id = t.id - {below}")

    def more(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        """Rows that are copied and were never there themselves."""
        if rows:
            table = db.metadata.tables[name]
            seed = sa.Table(f"seed_{name}", sa.MetaData(), *(
                sa.Column(column.name, column.type) for column in table.columns))
            usual: dict[str, Any] = dict.fromkeys(seed.c.keys())
            usual |= {column.name: column.default.arg for column in table.columns
                      if isinstance(column.default, sa.ColumnDefault) and column.default.is_scalar}
            self.connection.execute(sa.insert(seed), [usual | row for row in rows])

    def ready(self) -> None:
        """With the places of all that a row names, and every number that will be given."""
        for name in rules.TABLES:
            joins, more = [], []
            for column, target, condition in _named(name):
                joins.append(f"LEFT JOIN copy_pick f_{column} ON f_{column}.name = {target} "
                             f"AND f_{column}.id = {condition}")
                more.append(f"f_{column}.rank AS r_{column}, f_{column}.n AS n_{column}")
            self.run(f"CREATE TEMPORARY TABLE ready_{name} AS SELECT t.*, p.rank AS copy_rank, "
                     f"p.n AS copy_n, p.age AS copy_age, p.place AS copy_place, p.piece AS copy_piece"
                     f"{''.join(', ' + part for part in more)} FROM seed_{name} t JOIN copy_pick p "
                     f"ON p.name = '{name}' AND p.id = t.id {' '.join(joins)} ORDER BY p.rank")
            self.run(f"DROP TABLE seed_{name}")
        self._counted(*(f"ready_{name}" for name in rules.TABLES))
        self._give_numbers()

    def _counted(self, *tables: str) -> None:
        for table in tables if self.on_postgresql else ():
            self.run(f"ANALYZE {table}")

    def shift(self, row: str, turn: str, visit: str) -> str:
        """Minutes that a row of a piece lies before its original, in SQL: whole weeks, but for visits."""
        back = (f"({self.first_age + DAYS} - {DAYS} * ({turn}.k * {WHOLE} + {row}.copy_place) "
                f"/ {self.turns * WHOLE} - {row}.copy_age + 6) / 7 * 10080")
        return f"CASE WHEN {row}.copy_age IS NULL THEN 0 ELSE coalesce({visit}.minutes, {back}) END"

    def _give_numbers(self) -> None:
        """Numbers follow the day of their document; in a year that was played they go on after the last."""
        shift = self.shift("d", "t", "v")
        today = self.world.today.isoformat()
        year = (f"CAST(extract(year FROM DATE '{today}' - CAST(p.own_age + ({shift}) / 1440 AS integer)) "
                "AS bigint)" if self.on_postgresql else
                f"CAST(strftime('%Y', date('{today}', '-' || (p.own_age + ({shift}) / 1440) || ' days')) "
                "AS integer)")
        padded = "lpad(CAST({0} AS text), {1}, '0')" if self.on_postgresql else "printf('%0{1}d', {0})"
        self.run(
            "INSERT INTO copy_given SELECT type, rank, k, prefix, year, sequence, "
            f"CASE WHEN prefix = 'RM' THEN {padded.format('sequence', 8)} "
            f"ELSE prefix || '/' || year || '/' || {padded.format('sequence', 6)} END FROM ("
            "SELECT x.*, coalesce(c.last, 0) + row_number() OVER "
            "(PARTITION BY x.prefix, x.year ORDER BY k, place, rank) AS sequence FROM ("
            f"SELECT d.document_type AS type, p.rank, t.k, d.prefix, {year} AS year, d.copy_place AS place "
            "FROM ready_document_number d JOIN copy_pick p ON p.name = d.document_type "
            "AND p.rank = d.r_document_id CROSS JOIN copy_turn t "
            "LEFT JOIN copy_visit v ON v.piece = d.copy_piece AND v.k = t.k UNION ALL "
            "SELECT 'patient', d.copy_rank, t.k, 'RM', 0, d.copy_place FROM ready_patient d "
            "CROSS JOIN copy_turn t WHERE d.medical_record_number IS NOT NULL UNION ALL "
            "SELECT 'asset', d.copy_rank, t.k, substr(d.bmn_code, 1, 8), "
            "CAST(substr(d.bmn_code, 9, 2) AS integer), d.copy_place FROM ready_asset d "
            "CROSS JOIN copy_turn t WHERE d.nup IS NOT NULL) x "
            "LEFT JOIN number_counter c ON c.prefix = x.prefix AND c.year = x.year) y")
        self.run("CREATE INDEX copy_given_by ON copy_given (type, rank, k)")
        self._counted("copy_given")
        self.run("INSERT INTO number_counter (prefix, year, last) SELECT prefix, year, max(sequence) "
                 "FROM copy_given WHERE true GROUP BY prefix, year "
                 "ON CONFLICT (prefix, year) DO UPDATE SET last = excluded.last")

    # ------------------------------------------------------------ written

    def write(self) -> None:
        """All copies, some turns at a time, so that neighbours in time are neighbours on the disk."""
        statements = [self._statement(name) for name in reversed(rules.TABLES) if self.picks[name]]
        step = max(1, -(-self.turns // 40))
        for first in range(0, self.turns, step):
            for sql in statements:
                self.run(sql, first=first, until=first + step)
            if self.turns > 40:
                self.world.progress(f"years before: {min(first + step, self.turns)} of {self.turns}")

    def _statement(self, name: str) -> str:
        table = db.metadata.tables[name]
        columns = [column for column in table.columns if column.computed is None]
        given = name in ("patient", "asset") or name in _numbered()
        values = ", ".join(self._value(table, column) for column in columns)
        names = ", ".join(f'"{column.name}"' for column in columns)
        about = "q.copy_rank" if name != "document_number" else "q.r_document_id"
        type_ = f"'{name}'" if name != "document_number" else "q.document_type"
        number = (f" LEFT JOIN copy_given g ON g.type = {type_} AND g.rank = {about} AND g.k = q.k"
                  if given or name == "document_number" else "")
        return (f'INSERT INTO "{name}" ({names}) SELECT {values} FROM (SELECT r.*, t.k, '
                f"{self.shift('r', 't', 'v')} AS shift FROM copy_turn t CROSS JOIN ready_{name} r "
                "LEFT JOIN copy_visit v ON v.piece = r.copy_piece AND v.k = t.k "
                f"WHERE t.k >= :first AND t.k < :until) q{number}")

    def _value(self, table: sa.Table, column: sa.Column[Any]) -> str:
        """What a copy has in a column, in SQL."""
        name, own = table.name, f'q."{column.name}"'
        key = "(q.copy_rank + q.k * q.copy_n)"
        if column.name == "id":
            return key
        if (name, column.name) in rules.INSTEAD:
            random = ("substr(replace(CAST(gen_random_uuid() AS text), '-', ''), 1, 16)" if self.on_postgresql
                      else "lower(hex(randomblob(8)))")
            return rules.INSTEAD[name, column.name].format(
                c=own, id=key, k="(q.k + 1)", random=random, clerk=self.world.users["front_office"].id,
                false="false" if self.on_postgresql else "0")
        if (name in _numbered() and column.name == "number") or (
                name == "document_number" and column.name in ("prefix", "year", "sequence", "number")):
            return f"g.{column.name}"
        if (name, column.name) == ("journal_entry", "period_id"):
            on = self.earlier(table.c.posted_on, 'q."posted_on"')
            year, month = ((f"extract({part} FROM {on})" for part in ("year", "month"))
                           if self.on_postgresql else
                           (f"CAST(strftime('{part}', {on}) AS integer)" for part in ("%Y", "%m")))
            return f"(SELECT id FROM period WHERE year = {year} AND month = {month})"
        if (name, column.name) in rules.GIVEN:
            return rules.GIVEN[name, column.name]
        if column.name in {each for each, _target, _condition in _named(name)}:
            fresh = f"(q.r_{column.name} + q.k * q.n_{column.name})"
            return f"coalesce({fresh}, {own})" if _stays(name, column) else fresh
        if (name, column.name) == ("notice", "address"):
            return ("CASE WHEN q.r_record_id IS NOT NULL AND q.address LIKE '%=' || q.record_id THEN "
                    "substr(q.address, 1, length(q.address) - length(CAST(q.record_id AS text))) || "
                    "(q.r_record_id + q.k * q.n_record_id) ELSE q.address END")
        return self.earlier(column, own) if (name, column.name) not in rules.STILL else own

    def earlier(self, column: sa.Column[Any], own: str) -> str:
        """A day or an instant, so much earlier as the piece of its row; anything else as it is."""
        if (column.table.name, column.name) == ("notice", "read_at"):
            own = "coalesce(q.read_at, q.created_at)"
        if isinstance(column.type, sa.Date):
            return (f"({own} - CAST(q.shift / 1440 AS integer))" if self.on_postgresql
                    else f"date({own}, '-' || (q.shift / 1440) || ' days')")
        if "DateTime" in type(column.type).__name__:
            return (f"({own} - q.shift * INTERVAL '1 minute')" if self.on_postgresql else
                    f"(strftime('%Y-%m-%d %H\\:%M\\:%f', {own}, '-' || q.shift || ' minutes') || '000')")
        return own

    # ------------------------------------------------------------ around it

    @contextmanager
    def bare(self, *more: str) -> Iterator[None]:
        """Without foreign keys and without the indexes that prove nothing, on the tables that grow."""
        if not self.on_postgresql:
            self.run("PRAGMA defer_foreign_keys = ON")
            yield
            return
        tables = {"tables": [f'public."{name}"' for name in (*rules.TABLES, *more)]}
        keys = self.run("SELECT CAST(conrelid::regclass AS text), conname, pg_get_constraintdef(oid) "
                        "FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY "
                        "(CAST(CAST(:tables AS text[]) AS regclass[])) ORDER BY 1, 2", **tables).all()
        indexes = self.run("SELECT CAST(indexrelid::regclass AS text), pg_get_indexdef(indexrelid) "
                           "FROM pg_index WHERE NOT indisunique AND NOT indisexclusion AND indrelid = ANY "
                           "(CAST(CAST(:tables AS text[]) AS regclass[])) ORDER BY 1", **tables).all()
        for table, name, _rule in keys:
            self._exec(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _made in indexes:
            self._exec(f"DROP INDEX {name}")
        yield
        self.world.progress("years before: indexes and foreign keys")
        self._exec("SET LOCAL maintenance_work_mem = '512MB'")
        for _name, made in indexes:
            self._exec(made)
        for name in {table for table, _name, _rule in keys}:
            self._exec(f"ANALYZE {name}")
        for table, name, rule in keys:
            self._exec(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {rule}')

    def clear(self) -> None:
        """Take away what was only kept for the copies."""
        for helper in _HELPERS:
            self.run(f"DROP TABLE {helper.split()[0]}")
        for name in rules.TABLES:
            self.run(f"DROP TABLE ready_{name}")
        if self.on_postgresql:
            self.run("DROP TABLE IF EXISTS ready_log")

    def _exec(self, sql: str) -> None:
        self.connection.exec_driver_sql(sql)

    def day(self, age: int) -> Any:
        return self.world.today - timedelta(days=age)


def _named(name: str) -> Iterator[tuple[str, str, str]]:
    """Column, the name of the table that it names (SQL), and the key in it (SQL)."""
    for column, target, _must in links(db.metadata.tables[name]):
        yield column, f"'{target}'", f't."{column}"'
    if name in rules.ABOUT:
        kind, key = rules.ABOUT[name]
        yield key, f"t.{kind}", f"t.{key}"
    if name == "stock_move":
        named = " ".join(f"WHEN '{kind}' THEN '{line}'" for kind, line in rules.LINES.items())
        yield "line_id", f"CASE t.document_type {named} ELSE t.document_type || '_line' END", "t.line_id"


def _stays(name: str, column: sa.Column[Any]) -> bool:
    """Whether it names the original where no copy is made."""
    return (name in rules.ABOUT and column.name == rules.ABOUT[name][1]) or any(
        key.column.table.name in rules.FIXED for key in column.foreign_keys)


def _numbered() -> set[str]:
    """Tables whose records have a number of `document_number`."""
    return {name for name, model in WORKFLOWS.items()
            if hasattr(model, "number") and hasattr(model, "prefix")}
