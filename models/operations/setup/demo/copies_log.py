"""The activity log of the copies: what was written of the originals, of the copy, with salt and hash of its
own. The sealer seals it like any other row."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.activity import Activity, ActivityLog
from models.operations.core.activity import canonical, plain, row_hash
from models.operations.setup.demo.copies_chosen import AGAIN, MOST, WHOLE
from models.operations.setup.demo.copies_written import DAYS, Writer

_LOG = ActivityLog.__table__
_COLUMNS = ("rank", "n", "copy_age", "copy_place", "copy_piece", "about", "about_n", "user_id", "access",
            "table_name", "changed_id", "activity", "properties", "occurred_at", "address", "head", "seconds",
            "rest", "tail")
#: A row and its hash as `models.operations.core.activity.row_hash` makes it; a test holds both together.
_WRITTEN = """
INSERT INTO activity_log (id, user_id, access, table_name, changed_id, activity, properties, occurred_at,
                          address, salt, hash)
SELECT id, user_id, access, table_name, changed, activity, properties, at, address, salt,
       encode(sha256(convert_to(head || coalesce('"' || changed || '"', 'null') || ',"occurred_at"\\:"'
         || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24\\:MI\\:') || seconds || '","rest"\\:"'
         || encode(sha256(convert_to(rest || salt || '"}', 'UTF8')), 'hex') || tail, 'UTF8')), 'hex')
FROM (SELECT q.*, q.rank + q.k * q.n AS id, q.occurred_at - q.shift * INTERVAL '1 minute' AS at,
             CASE WHEN about IS NULL THEN changed_id ELSE CAST(about + q.k * about_n AS text) END AS changed,
             replace(CAST(gen_random_uuid() AS text), '-', '') AS salt
      FROM (SELECT r.*, t.k, {shift} AS shift FROM copy_turn t CROSS JOIN ready_log r
            LEFT JOIN copy_visit v ON v.piece = r.copy_piece AND v.k = t.k
            WHERE t.k >= :first AND t.k < :until) q OFFSET 0) w
"""


def write(writer: Writer) -> None:
    """The rows of every turn."""
    rows = list(_chosen(writer))
    if not rows:
        return
    if not writer.on_postgresql:
        _one_by_one(writer, rows)
        return
    writer.run("CREATE TEMPORARY TABLE ready_log (rank bigint, n bigint, copy_age bigint, "
               "copy_place bigint, copy_piece bigint, about bigint, about_n bigint, user_id bigint, "
               "access text, table_name text, changed_id text, activity text, properties json, "
               "occurred_at timestamptz, address text, head text, seconds text, rest text, tail text)")
    writer.fill("ready_log", _COLUMNS, ([*row[:7], *_texts(row[7])] for row in rows))
    writer.run("ANALYZE ready_log")
    sql = _WRITTEN.replace("{shift}", writer.shift("r", "t", "v"))
    step = max(1, -(-writer.turns // 40))
    for first in range(0, writer.turns, step):
        writer.run(sql, first=first, until=first + step)


def _chosen(writer: Writer) -> Iterator[tuple[Any, ...]]:
    """Place, number of all, age, place and piece of its subject, its copy (place, number of all), the row."""
    found: list[tuple[Any, ...]] = []
    oldest = writer.first_age
    for row in writer.world.session.execute(sa.select(_LOG).order_by(_LOG.c.id)).mappings():
        table = writer.picks.get(row["table_name"] or "")
        if table is None and row["activity"] != Activity.INSERTED:
            age = (writer.world.today - clock.local(row["occurred_at"]).date()).days
            found.append((age, (oldest - age) * WHOLE // (oldest + 1), -1, None, None, row))
        elif table is not None:
            picks = [table.get(_number(row["changed_id"]) - again * AGAIN) for again in range(MOST)]
            found += [(pick.age, pick.place, writer.pieces[pick.piece], pick.rank, len(table), row)
                      for pick in picks if pick is not None]
    for rank, row in enumerate(found, start=1):
        yield rank, len(found), *row


def _number(changed_id: str | None) -> int:
    return int(changed_id) if changed_id is not None and changed_id.isdigit() else 0


def _texts(row: Any) -> list[Any]:
    """The columns of a row, and what its hash is made of but for key, time and salt."""
    head = canonical({"access": plain(row["access"]), "activity": plain(row["activity"])})[:-1]
    at = row["occurred_at"].astimezone(UTC)
    rest = canonical({"address": row["address"], "properties": plain(row["properties"])})[:-1]
    tail = canonical({"table_name": row["table_name"], "user_id": row["user_id"]})[1:]
    return [row["user_id"], plain(row["access"]), row["table_name"], row["changed_id"],
            plain(row["activity"]), json.dumps(row["properties"]), at.isoformat(), row["address"],
            f'{head},"changed_id":', at.isoformat()[17:], f'{rest},"salt":"', f'",{tail}']


def _one_by_one(writer: Writer, rows: list[tuple[Any, ...]]) -> None:
    """Without SHA-256 in the database: hashed here, a turn in one statement."""

    back = {(piece, turn): minutes for piece, turn, minutes in writer.run(
        "SELECT piece, k, minutes FROM copy_visit")}
    for turn in range(writer.turns):
        made = []
        for rank, n, age, place, piece, about, about_n, row in rows:
            weeks = 0 if age is None else (writer.first_age + DAYS - DAYS * (
                turn * WHOLE + place) // (writer.turns * WHOLE) - age + 6) // 7
            minutes = back.get((piece, turn), weeks * 10_080)
            copy = {**row, "id": rank + turn * n, "salt": secrets.token_hex(16), "previous_hash": None,
                    "changed_id": row["changed_id"] if about is None else str(about + turn * about_n),
                    "occurred_at": row["occurred_at"] - timedelta(minutes=minutes)}
            made.append(copy | {"hash": row_hash(copy)})
        writer.connection.execute(sa.insert(_LOG), made)


