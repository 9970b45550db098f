"""Is the process alive, is it ready, and a few counts for the monitoring."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, request
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from portal.web import filling, schema
from portal.web import metrics as numbers

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Any:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def readyz() -> Any:
    """200 when the database answers and stands at the newest migration, and a demo's first year is over, else
    503."""
    try:
        stands = schema.standing()
    except sa.exc.DBAPIError:
        return Response("database away\n", 503, mimetype="text/plain", headers={"Retry-After": "5"})
    if stands != schema.CURRENT:
        return Response("migrations missing\n", 503, mimetype="text/plain")
    told = filling.under_way()
    if told is not None:
        return Response(f"the demo hospital is being filled: {told['done']:.0%}\n".replace("%", " %"), 503,
                        mimetype="text/plain", headers={"Retry-After": "2"})
    return Response("ready\n", mimetype="text/plain")


@bp.get("/metrics")
def metrics() -> Any:
    """What this process answered and what waits, in Prometheus' text format; from this machine or with
    `METRICS_TOKEN` only."""
    token = current_app.config["METRICS_TOKEN"]
    shown = request.headers.get("Authorization", "").encode()
    if request.remote_addr not in ("127.0.0.1", "::1") and not (
            token and secrets.compare_digest(shown, f"Bearer {token}".encode())):
        abort(404)
    return Response(numbers.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
