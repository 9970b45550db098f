"""Where the database stands beside `migrations/`: what health, start and commands ask before they go on."""

from __future__ import annotations

from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from models.base import db

EMPTY, CURRENT, BEHIND, FOREIGN = "empty", "current", "behind", "foreign"
#: What to do about each, for the one who runs the command.
ADVICE = {
    EMPTY: "the database is empty; run `flask db upgrade` first.",
    BEHIND: "the database is of an older version; run `flask db upgrade` first.",
    FOREIGN: "no migration leads from this database to this version (before the first release the schema is "
             "written "
             "anew): name another DATABASE_URL, or delete the demo's file and start again.",
}


def standing() -> str:
    """`EMPTY`, `CURRENT`, `BEHIND` or `FOREIGN`. Raises `sqlalchemy.exc.DBAPIError` when the database is
    away.

    Ends the session's transaction: asked before any work begins.
    """
    script: Any = ScriptDirectory(current_app.extensions["migrate"].directory)
    try:
        stands = set(MigrationContext.configure(db.session.connection()).get_current_heads())
    finally:
        db.session.rollback()
    if stands == set(script.get_heads()):
        return CURRENT
    if not stands:
        return EMPTY
    return BEHIND if stands <= {revision.revision for revision in script.walk_revisions()} else FOREIGN
