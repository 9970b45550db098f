"""A script in every text column, and the pages that show it: it must be read as text, never run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from backoffice.panel.columns import mapped_tables
from models.base import db
from models.roles import Role
from tests.grids.test_routes import address, rules
from tests.support import factories as make
from tests.support import grid

#: Closes whatever it stands in; every way that it could run says so in `document.title`.
RUN = "document.title='canary'"
CANARY = f"'\"></textarea></script><script>{RUN}</script><img src=x onerror=\"{RUN}\">"
#: As it stands in a page that forgot to escape it.
RAW = re.compile(r"<script>document\.title|<img src=x onerror")
#: Shorter, where a column holds less.
SHORT = "\"><script src=//c></script>"
#: What no person types: hashes, keys, what is encrypted.
NOT_TYPED = re.compile(r"^nik|hash|_index$|signature|sha256|digest|public_key|salt|token|secret|factor")
#: Pages that end the session of whoever looks.
NOT_OPENED = re.compile(r"/(logout|static|admin/static|language|theme|metrics|account/done)")


def fill() -> dict[str, Any]:
    """A row of each table with the script in each text column that takes it; its key by table."""
    make.make_chart()
    rows = {table: grid.row_of(mapped_tables()[table]) for table in grid.tables() if table != "activity_log"}
    for record in rows.values():
        for name in _text_columns(type(record)):
            _write(record, name)
    db.session.commit()
    db.session.expire_all()
    return {table: record.id for table, record in rows.items() if hasattr(record, "id")}


def _text_columns(model: Any) -> Iterator[str]:
    for column in model.__table__.columns:
        kind = column.type
        if isinstance(kind, sa.String) and not isinstance(kind, sa.Enum) and not column.foreign_keys \
                and not column.primary_key and column.computed is None and not NOT_TYPED.search(column.name):
            yield column.name


def _write(record: Any, name: str) -> None:
    """What a check, a key or a trigger refuses stays as it was."""
    table = type(record).__table__
    room = getattr(table.c[name].type, "length", None) or 1000
    for text in (CANARY, SHORT):
        if len(text) > room:
            continue
        try:
            with db.session.begin_nested():
                key = next(iter(table.primary_key.columns))
                db.session.execute(table.update().where(
                    key == sa.inspect(record).identity[0]).values({name: text}))
            return
        except sa.exc.DBAPIError:
            continue


def filled() -> int:
    """How many columns hold the script now."""
    count = 0
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum):
                count += bool(db.session.scalar(sa.select(sa.func.count()).select_from(table).where(
                    column.in_((CANARY, SHORT)))))
    return count


def pages(app: Any, keys: dict[str, Any]) -> list[str]:
    """The address of each page of the URL map, with rows that are there."""
    found = set()
    for rule in rules(app):
        if "GET" not in (rule.methods or set()) or NOT_OPENED.match(rule.rule):
            continue
        table = rule.rule.split("/")[2] if rule.rule.startswith("/admin/") else ""
        key = str(keys.get(table, 1))
        where = re.sub("999999", key, address(rule))
        found.add(where)
        if where.endswith(("/details/", "/edit/")):
            found.add(f"{where}?id={key}")
    return sorted(found)


def everybody() -> Any:
    return make.make_user(*Role, name=CANARY[:200])
