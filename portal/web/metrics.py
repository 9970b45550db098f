"""Numbers for Prometheus: what this process answered, and what waits in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from models import clock
from models.base import db
from models.documents import document_types
from models.outbox import DeliveryStatus, JobRun, Outbox
from portal.web import database_away, logs

KEY = "rawat_metrics"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Upper bounds of the times, in seconds.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The numbers of one application; those of the database are read when they are asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        #: Which of several processes this is: each answers with its own numbers.
        self.process = "1"
        self.requests = Counter("rawat_requests", "Requests answered.",
                                ("process", "endpoint", "method", "status"), registry=self.registry)
        self.seconds = Histogram("rawat_request_seconds", "Time until the answer began.",
                                 ("process", "endpoint"), buckets=BUCKETS, registry=self.registry)
        self.pool = Gauge("rawat_database_connections", "Connections of this process's pool.",
                          ("process", "use"), registry=self.registry)
        self.up = Gauge("rawat_database_up", "Whether the database answers.", registry=self.registry)

    def note(self, response: Response) -> Response:
        endpoint = request.endpoint or "-"
        method = request.method if request.method in METHODS else "other"
        self.requests.labels(self.process, endpoint, method, str(response.status_code)).inc()
        self.seconds.labels(self.process, endpoint).observe(logs.seconds())
        return response

    def text(self) -> bytes:
        """All numbers in Prometheus' text format; those of the database only while it answers."""
        pool: Any = db.engine.engine.pool
        for use, count in (("used", "checkedout"), ("idle", "checkedin")):
            if hasattr(pool, count):
                self.pool.labels(self.process, use).set(getattr(pool, count)())
        waits = CollectorRegistry()
        try:
            for name, about, label, rows in of_database():
                gauge = Gauge(name, about, (label,) if label else (), registry=waits)
                for value, number in rows:
                    (gauge.labels(value) if label else gauge).set(number)
            self.up.set(1)
        except SQLAlchemyError as error:
            if not database_away.is_away(error):
                raise
            database_away.note(error)
            self.up.set(0)
            waits = CollectorRegistry()
        return generate_latest(self.registry) + generate_latest(waits)


Rows = list[tuple[str, float]]


def of_database() -> Iterator[tuple[str, str, str, Rows]]:
    """Name, meaning, label and numbers of each gauge that the database knows; the same in every process."""
    counts = dict(db.session.execute(
        sa.select(Outbox.status, sa.func.count()).where(Outbox.status != DeliveryStatus.SENT)
        .group_by(Outbox.status)).all())
    yield ("rawat_outbox_waiting", "Messages that wait to be sent.", "",
           [("", counts.get(DeliveryStatus.WAITING, 0))])
    yield ("rawat_outbox_failed", "Messages that a person must look at.", "",
           [("", counts.get(DeliveryStatus.FAILED, 0))])
    yield ("rawat_job_last_run_timestamp_seconds", "When a job last ran.", "job",
           [(name, clock.aware(ran_at).timestamp()) for name, ran_at in db.session.execute(
               sa.select(JobRun.job, sa.func.max(JobRun.ran_at)).group_by(JobRun.job))])
    yield ("rawat_papers_waiting", "Papers that wait for somebody's step.", "table", papers_waiting())


def papers_waiting() -> Rows:
    """How many papers of each table stand in a state that waits for a person."""
    counts = [sa.select(sa.literal(table).label("type"), sa.func.count()).select_from(model).where(
        model.state.in_([state for state in model.workflow.states if model.workflow.waiting_on(state)]))
        for table, model in document_types().items()]
    return [(table, number) for table, number in db.session.execute(sa.union_all(*counts))]


def text() -> bytes:
    return current_app.extensions[KEY].text()  # type: ignore[no-any-return]


def init_app(app: Flask) -> None:
    app.extensions[KEY] = metrics = Metrics()
    app.after_request(metrics.note)
