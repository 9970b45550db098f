"""The smallest valid record of each kind; a test states only what matters to it.

Every function adds the record to `db.session`, flushes, and returns it. Fields are given by name.
"""

from __future__ import annotations

import itertools
from typing import Any

from models.base import db
from models.organisation import WorkUnit
from models.people import User, UserRole
from models.roles import Role

_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """A code that no other record of this run has: `unique("WU")` is WU-0001, WU-0002 …"""
    return f"{prefix}-{next(_numbers):04d}"


def saved(record: Any) -> Any:
    """`record`, added and flushed."""
    db.session.add(record)
    db.session.flush()
    return record


# ---------------------------------------------------------------- people and organisation


def make_work_unit(**fields: Any) -> WorkUnit:
    code = fields.pop("code", None) or unique("WU")
    return saved(WorkUnit(code=code, name=fields.pop("name", f"Unit {code}"), **fields))


def make_user(*roles: Role, **fields: Any) -> User:
    """An active account with `roles`. A unit user gets a new work unit unless one is given."""
    code = unique("user")
    if Role.UNIT_USER in roles and not {"work_unit", "work_unit_id"} & fields.keys():
        fields["work_unit"] = make_work_unit()
    fields.setdefault("name", f"Person {code}")
    fields.setdefault("email", f"{code}@example.org")
    return saved(User(user_roles=[UserRole(role=role) for role in roles], **fields))
