"""Is the process alive, is it ready, and a few counts for the monitoring."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, abort, current_app, request

from models.base import db

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Any:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def readyz() -> Any:
    """200 when the database answers and stands at the newest migration, else 503."""
    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    try:
        with db.engine.connect() as connection:
            current = set(MigrationContext.configure(connection).get_current_heads())
    except sa.exc.DBAPIError:
        return Response("database away\n", 503, mimetype="text/plain", headers={"Retry-After": "5"})
    if current != set(script.get_heads()):
        return Response("migrations missing\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@bp.get("/metrics")
def metrics() -> Any:
    """Rows that wait, in Prometheus' text format; from this machine or with `METRICS_TOKEN` only."""
    token = current_app.config.get("METRICS_TOKEN")
    if request.remote_addr not in ("127.0.0.1", "::1") and not (
            token and request.headers.get("Authorization") == f"Bearer {token}"):
        abort(404)
    from models.outbox import Outbox
    waiting = db.session.scalar(sa.select(sa.func.count()).select_from(Outbox).where(~Outbox.sent))
    lines = ["# HELP rawat_outbox_waiting Mails that wait to be sent.", "# TYPE rawat_outbox_waiting gauge",
             f"rawat_outbox_waiting {waiting}", ""]
    return Response("\n".join(lines), mimetype="text/plain; version=0.0.4")
