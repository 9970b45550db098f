"""Rules that the database itself keeps, on SQLite and PostgreSQL alike: ledgers only grow, posted is final.

An account's sessions and tokens end with its password, and nobody is booked twice. Beside them what only
PostgreSQL has: indexes that find a part of a document's number or of an item's name.

The rules are the data of `models.finality`, `models.intervals` and `models.delegation_rules`;
`statements(dialect)` writes them as SQL.
The migrations hold frozen copies of that SQL, and a test compares both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from models import delegation_rules, intervals, spelling
from models.base import db
from models.finality import APPEND_ONLY, Lines, lines, papers

#: Beside documents' numbers, what people look for by a part of it, in tables that grow.
LOOKED_UP = (("item", "barcode"), ("item", "code"), ("item", "name"), ("item", "also_called"),
             ("stock_batch", "number"), ("asset", "tag"), ("asset", "name"), ("letter", "number"),
             ("patient", "medical_record_number"), ("patient", "name"), ("patient", "phone"),
             ("store_request", "purpose"), ("fault_report", "code"))
#: What is looked for as it sounds.
SOUNDS = (("item", "name"), ("item", "also_called"))

# ---------------------------------------------------------------- SQL

#: What PostgreSQL's triggers and search need. Refusals are integrity errors (23514), as SQLite's
#: RAISE(ABORT) is.
FUNCTIONS = (
    # Finds parts of words by an index; a trusted extension, the database's owner may make it.
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    # Compares keys and intervals in one index, so that nobody is booked twice; trusted as well.
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23514', TABLE = TG_TABLE_NAME;
END $$
""",
    # Arguments of both: message, parent table, key column, open states (arrays as text), and where lines hang
    # on lines, the table between and its key of the parent. FOR SHARE: a line cannot slip in while another
    # transaction moves the document on. Once for a statement, so that 100,000 lines of a depreciation run ask
    # once.
    """
CREATE FUNCTION refuse_line_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong boolean;
  keys text := format('SELECT %I FROM fresh', TG_ARGV[2]);
BEGIN
  IF TG_NARGS > 4 THEN
    keys := format('SELECT %I FROM %I WHERE id IN (%s)', TG_ARGV[5], TG_ARGV[4], keys);
  END IF;
  EXECUTE format('SELECT bool_or(state <> ALL ($1)) FROM (SELECT state FROM %I WHERE id IN (%s) FOR SHARE) AS stand',
                 TG_ARGV[1], keys) INTO wrong USING TG_ARGV[3]::text[];
  IF wrong THEN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23514', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$
""",  # noqa: E501 (the migrations have this text)
    # Further arguments: final states, late columns; the table between and its key come last.
    """
CREATE FUNCTION refuse_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  image jsonb;
  stand text;
  parent text := '$1';
  late text[] := TG_ARGV[5]::text[];
  images jsonb[] := ARRAY[to_jsonb(OLD)];
BEGIN
  IF TG_NARGS > 6 THEN
    parent := format('(SELECT %I FROM %I WHERE id = $1)', TG_ARGV[7], TG_ARGV[6]);
  END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) -> TG_ARGV[2] IS DISTINCT FROM images[1] -> TG_ARGV[2] THEN
    images := images || to_jsonb(NEW);
  END IF;
  FOREACH image IN ARRAY images
  LOOP
    EXECUTE format('SELECT state FROM %I WHERE id = %s FOR SHARE', TG_ARGV[1], parent)
      INTO stand USING (image ->> TG_ARGV[2])::bigint;
    CONTINUE WHEN stand IS NULL OR stand = ANY (TG_ARGV[3]::text[]);
    CONTINUE WHEN TG_OP = 'UPDATE' AND to_jsonb(OLD) - late = to_jsonb(NEW) - late
      AND (to_jsonb(OLD) = to_jsonb(NEW) OR stand <> ALL (TG_ARGV[4]::text[]));
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23514', TABLE = TG_TABLE_NAME;
  END LOOP;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$
""",
    """
CREATE FUNCTION end_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE user_session SET ended_at = CURRENT_TIMESTAMP WHERE user_id = NEW.id AND ended_at IS NULL;
  UPDATE api_token SET revoked_at = CURRENT_TIMESTAMP WHERE user_id = NEW.id AND revoked_at IS NULL;
  RETURN NULL;
END $$
""",
    delegation_rules.FUNCTION,
)

#: Another password, and an account that is closed or opened, ends every session and token of it, whoever
#: writes it.
ENDS_ACCESS = ("password_hash", "status")


def statements(dialect: str, tables: Iterable[str] | None = None) -> list[str]:
    """The CREATE statements of all rules for `dialect` (``sqlite`` or ``postgresql``), for `tables` or
    all."""
    wanted = None if tables is None else set(tables)
    made = ([*_sqlite(), *intervals.sqlite(), *delegation_rules.sqlite()] if dialect == "sqlite"
            else [*_postgresql(), *intervals.postgresql(), *delegation_rules.postgresql()])
    chosen = [sql for table, sql in made if wanted is None or table in wanted]
    if dialect == "postgresql" and chosen:
        functions = FUNCTIONS if wanted is None else tuple(
            sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") for sql in FUNCTIONS)
        chosen = [*functions, *chosen]
    return [sql.strip() for sql in chosen]


def missing(connection: sa.Connection) -> list[str]:
    """Names of triggers and constraints that the rules ask for and the database lacks, or has switched
    off."""
    dialect = connection.dialect.name
    wanted = {sql.split()[2] for sql in statements(dialect) if sql.startswith("CREATE TRIGGER")}
    there = connection.scalars(sa.text(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'" if dialect == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' "
             "UNION ALL SELECT conname FROM pg_constraint WHERE contype = 'x'"))
    if dialect == "postgresql":
        wanted |= {rule.name for rule in intervals.APART} | {rule.name for rule in intervals.DAYS_APART}
    return sorted(wanted - set(there))


def _list(words: Iterable[str]) -> str:
    """The words in SQL; of none a word that no state is, for PostgreSQL knows no empty list."""
    return ", ".join(f"'{word}'" for word in words) or "''"


def _differs(columns: Iterable[str], distinct: str) -> str:
    return " OR ".join(f'OLD."{column}" {distinct} NEW."{column}"' for column in columns) or "0 = 1"


def _append_only(table: str) -> str:
    return f"append-only: {table}"


def _is_final(table: str) -> str:
    return f"posted is final: {table}"


def _keys(table: str) -> list[list[str]]:
    """The primary key and the unique keys of a table, each by column names."""
    known = db.metadata.tables[table]
    unique = [constraint.columns for constraint in known.constraints
              if isinstance(constraint, sa.UniqueConstraint)]
    return sorted([column.name for column in columns] for columns in [known.primary_key.columns, *unique])


def _sqlite() -> Iterator[tuple[str, str]]:
    def trigger(table: str, does: str, what: str, when: str, message: str) -> tuple[str, str]:
        condition = f"\nWHEN {when}" if when else ""
        return table, (f"CREATE TRIGGER {table}_{does} BEFORE {what} ON \"{table}\"{condition}\n"
                       f"BEGIN SELECT RAISE(ABORT, '{message}'); END")

    for table in APPEND_ONLY:
        message = _append_only(table)
        same = " OR ".join("(" + " AND ".join(f'"{name}" = NEW."{name}"' for name in key) + ")"
                           for key in _keys(table))
        yield trigger(table, "keeps_update", "UPDATE", "", message)
        yield trigger(table, "keeps_delete", "DELETE", "", message)
        yield trigger(table, "keeps_replace", "INSERT", f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})',
                      message)
    for paper in papers():
        message, final = _is_final(paper.table), f"OLD.state IN ({_list(paper.final)})"
        still = [name for name in paper.columns if name not in paper.late]
        yield trigger(paper.table, "final_update", "UPDATE",
                      f"({final} AND ({_differs(still, 'IS NOT')}))\n"
                      "  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)", message)
        yield trigger(paper.table, "final_delete", "DELETE", f"{final} OR OLD.number IS NOT NULL", message)
    for rule in lines():
        message = _is_final(rule.table)

        def stand(row: str, test: str, rule: Lines = rule) -> str:
            own = f'{row}."{rule.key}"'
            if rule.via:
                own = f'(SELECT "{rule.via[1]}" FROM "{rule.via[0]}" WHERE id = {own})'
            return f'(SELECT state FROM "{rule.parent}" WHERE id = {own}) {test}'

        closed = f"NOT IN ({_list(rule.open)})"
        still = [name for name in rule.columns if name not in rule.late]
        late = (
            f"\n  OR ({stand('OLD', f'IN ({_list(rule.final)})')}\n  AND ({_differs(rule.late, 'IS NOT')}))"
            if rule.late
            else ""
        )
        yield trigger(rule.table, "final_insert", "INSERT", stand("NEW", closed), message)
        yield trigger(rule.table, "final_update", "UPDATE",
                      f"(({stand('OLD', closed)} OR {stand('NEW', closed)})\n"
                      f"  AND ({_differs(still, 'IS NOT')})){late}", message)
        yield trigger(rule.table, "final_delete", "DELETE", stand("OLD", closed), message)

    ended = "".join(
        f"  UPDATE {table} SET {column} = CURRENT_TIMESTAMP WHERE user_id = NEW.id AND {column} IS NULL;\n"
        for table, column in (("user_session", "ended_at"), ("api_token", "revoked_at"))
    )
    yield "user", ('CREATE TRIGGER user_ends_access AFTER UPDATE ON "user"\n'
                   f"WHEN {_differs(ENDS_ACCESS, 'IS NOT')}\nBEGIN\n{ended}END")


def _late(rule: Lines) -> tuple[str, ...]:
    """Late columns, and what the database works out: a trigger before an update sees those empty."""
    worked_out = (column.name for column in db.metadata.tables[rule.table].columns
                  if column.computed is not None)
    return (*rule.late, *worked_out) if rule.late else ()


def _postgresql() -> Iterator[tuple[str, str]]:
    def trigger(table: str, does: str, what: str, when: str, call: str, each: str = "ROW") -> tuple[str, str]:
        condition = f"\nWHEN ({when})" if when else ""
        return table, (
            f'CREATE TRIGGER {table}_{does} BEFORE {what} ON "{table}" FOR EACH {each}{condition}\n'
            f"EXECUTE FUNCTION {call}"
        )

    def refuse(message: str) -> str:
        return f"refuse_change('{message}')"

    for table in APPEND_ONLY:
        call = refuse(_append_only(table))
        yield trigger(table, "keeps_update", "UPDATE OR DELETE", "", call)
        yield trigger(table, "keeps_truncate", "TRUNCATE", "", call, "STATEMENT")
    for paper in papers():
        call, final = refuse(_is_final(paper.table)), f"OLD.state IN ({_list(paper.final)})"
        still = [name for name in paper.columns if name not in paper.late]
        yield trigger(paper.table, "final_update", "UPDATE",
                      f"({final} AND ({_differs(still, 'IS DISTINCT FROM')}))\n"
                      "  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number)", call)
        yield trigger(paper.table, "final_delete", "DELETE", f"{final} OR OLD.number IS NOT NULL", call)
        yield trigger(paper.table, "final_truncate", "TRUNCATE", "", call, "STATEMENT")
    for table, column in (*((paper.table, "number") for paper in papers()), *LOOKED_UP):
        yield table, f'CREATE INDEX ix_{table}_{column}_part ON "{table}" USING gin ({column} gin_trgm_ops)'
    for table, column in SOUNDS:
        yield table, (f'CREATE INDEX ix_{table}_{column}_sound ON "{table}"\n'
                      f"USING gin (({spelling.folded_sql(sa.column(column))}) gin_trgm_ops)")
    for rule in lines():
        states, final, late = ("'{" + ",".join(words) + "}'"
                               for words in (rule.open, rule.final, _late(rule)))
        about = f"'{_is_final(rule.table)}', '{rule.parent}', '{rule.key}', {states}"
        via = "".join(f", '{word}'" for word in rule.via)
        yield rule.table, (f'CREATE TRIGGER {rule.table}_final_insert AFTER INSERT ON "{rule.table}"\n'
                           f"REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT\n"
                           f"EXECUTE FUNCTION refuse_line_insert({about}{via})")
        yield trigger(rule.table, "final_change", "UPDATE OR DELETE", "",
                      f"refuse_line_change({about}, {final}, {late}{via})")
        yield trigger(rule.table, "final_truncate", "TRUNCATE", "", refuse(_is_final(rule.table)),
                      "STATEMENT")
    yield "user", ('CREATE TRIGGER user_ends_access AFTER UPDATE ON "user" FOR EACH ROW\n'
                   f"WHEN ({_differs(ENDS_ACCESS, 'IS DISTINCT FROM')})\nEXECUTE FUNCTION end_access()")


@event.listens_for(db.metadata, "after_create")
def _create(_metadata: sa.MetaData, connection: sa.Connection, tables: Iterable[sa.Table],
            **_kw: Any) -> None:
    """`create_all` makes the rules too, for the tables that it made."""
    for sql in statements(connection.dialect.name, [table.name for table in tables]):
        connection.execute(sa.DDL(sql.replace("%", "%%")))  # type: ignore[no-untyped-call]
