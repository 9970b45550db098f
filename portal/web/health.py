"""Is the process alive, is it ready, and a few counts for the monitoring."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, request

from models.base import db
from portal.web import schema

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Any:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def readyz() -> Any:
    """200 when the database answers and stands at the newest migration, else 503."""
    try:
        stands = schema.standing()
    except sa.exc.DBAPIError:
        return Response("database away\n", 503, mimetype="text/plain", headers={"Retry-After": "5"})
    if stands != schema.CURRENT:
        return Response("migrations missing\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@bp.get("/metrics")
def metrics() -> Any:
    """Rows that wait, in Prometheus' text format; from this machine or with `METRICS_TOKEN` only."""
    token = current_app.config.get("METRICS_TOKEN")
    if request.remote_addr not in ("127.0.0.1", "::1") and not (
            token and request.headers.get("Authorization") == f"Bearer {token}"):
        abort(404)
    from models.outbox import DeliveryStatus, Outbox
    counts = dict(db.session.execute(
        sa.select(Outbox.status,
                  sa.func.count()).where(Outbox.status != DeliveryStatus.SENT).group_by(Outbox.status)
    ).all())
    lines = ["# HELP rawat_outbox_waiting Messages that wait to be sent.",
             "# TYPE rawat_outbox_waiting gauge",
             f"rawat_outbox_waiting {counts.get(DeliveryStatus.WAITING, 0)}",
             "# HELP rawat_outbox_failed Messages that a person must look at.",
             "# TYPE rawat_outbox_failed gauge",
             f"rawat_outbox_failed {counts.get(DeliveryStatus.FAILED, 0)}", ""]
    return Response("\n".join(lines), mimetype="text/plain; version=0.0.4")
