"""How models are written down in a migration: plain SQLAlchemy types and literals, nothing imported from the
models, so that a migration stays what it is when the code moves on.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.dialects import postgresql, sqlite

import models  # noqa: F401  (declares every table)
from models.base import BigId, ExactDecimal, UtcDateTime, db


def render_item(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Alembic's hook. Types get the short names that `script.py.mako` defines; checks get both dialects'
    words."""
    if kind == "type":
        return _type(thing)
    if kind == "check":
        return _check(thing)
    return False


def _type(kind: Any) -> str | Literal[False]:
    if isinstance(kind, ExactDecimal):
        return f"exact({kind.precision}, {kind.scale})"
    if isinstance(kind, UtcDateTime):
        return "MOMENT"
    if isinstance(kind, sa.Enum):
        return f"sa.String({kind.length})"
    if kind is BigId or (isinstance(kind, sa.BigInteger) and "sqlite" in kind._variant_mapping):
        return "KEY"
    return False


def _check(constraint: sa.CheckConstraint) -> str:
    words = {}
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        words[dialect.name] = str(constraint.sqltext.compile(
            dialect=dialect,
            compile_kwargs={"literal_binds": True, "include_table": False})).replace("%%", "%")
    name = f"op.f({str(constraint.name)!r})"
    if words["sqlite"] == words["postgresql"]:
        return f"sa.CheckConstraint({words['sqlite']!r}, name={name})"
    return f"sa.CheckConstraint(by_dialect(sqlite={words['sqlite']!r}, postgresql={words['postgresql']!r}), name={name})"


def include_object(_thing: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """Alembic's hook. The indexes that `models.triggers` writes are none of the metadata's."""
    return not (kind == "index" and reflected and (name or "").endswith(("_part", "_sound")))


OPTIONS: dict[str, Any] = {"target_metadata": db.metadata, "render_item": render_item, "compare_type": True,
                           "include_object": include_object}
