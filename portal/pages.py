"""The blueprint of the portal, and what each of its pages is given."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g
from flask_login import current_user

from models import rights
from models.base import BigId, db
from models.operations.clinic import conversations
from models.operations.people import notices
from portal.web import contact

bp = Blueprint("portal", __name__, url_prefix="/portal")


def counts() -> tuple[int, int]:
    """Unread messages and unread notices of the person: one statement, once a request."""
    if "portal_counts" not in g:
        g.portal_counts = (0, 0)
        if is_patient():
            messages, rings, *reached = db.session.execute(_counting(), {"me": current_user.id}).one()
            g.portal_counts = messages, rings
            contact.keep(*reached)
    return g.portal_counts


@cache
def _counting() -> sa.Select[Any]:
    return sa.select(conversations.unread_sum(), notices.unread(sa.bindparam("me", type_=BigId)),
                     *contact.columns())


def _unread() -> int:
    return counts()[0]


def _rings() -> int:
    return counts()[1]


def is_patient() -> bool:
    return current_user.is_authenticated and rights.may_open(current_user, "portal")


@bp.app_context_processor
def _given() -> dict[str, Any]:
    return {"portal_unread": _unread, "portal_rings": _rings, "is_patient": is_patient}
