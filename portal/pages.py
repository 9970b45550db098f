"""The blueprint of the portal, and what each of its pages is given."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g
from flask_login import current_user

from models import rights
from models.operations import conversations

bp = Blueprint("portal", __name__, url_prefix="/portal")


def _unread() -> int:
    """Unread messages of the person, asked for once a request."""
    if "portal_unread" not in g:
        g.portal_unread = conversations.unread_total(current_user) if is_patient() else 0
    return g.portal_unread


def is_patient() -> bool:
    return current_user.is_authenticated and rights.may_open(current_user, "portal")


@bp.app_context_processor
def _given() -> dict[str, Any]:
    return {"portal_unread": _unread, "is_patient": is_patient}
