"""The database goes away under people who are signed in: they are told in their language, and nothing is half
done."""

from __future__ import annotations

import contextlib
import contextvars
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from models import database_roles
from models.base import db, prepare_engine
from models.items import ItemCategory
from models.roles import Role
from portal.web import tokens
from tests.support import factories as make

pytestmark = [pytest.mark.commits]


class Line:
    """What lies between the application and its PostgreSQL: a port of this machine that can be cut and
    mended."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.open: list[socket.socket] = []
        self.port = 0
        self.mend()

    def mend(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self) -> None:
        """Nobody listens any more, and every connection is gone."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self.listener.close()
        for each in self.open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self.open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self.target)
                self.open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def line(app: Flask) -> Iterator[Line]:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("an embedded database does not go away; TEST_DATABASE_URL names no server")
    engines = db._app_engines[app]
    mine = engines[None]
    cable = Line(mine.url.host or "127.0.0.1", mine.url.port or 5432)
    engines[None] = sa.create_engine(mine.url.set(host="127.0.0.1", port=cable.port), hide_parameters=True)
    prepare_engine(engines[None])
    database_roles.wall(engines[None])
    try:
        yield cable
    finally:
        db.session.remove()
        engines[None].dispose()
        engines[None] = mine
        cable.cut()


class Browser(FlaskClient):
    """Each request runs as in a thread of its own, and leaves the test's session alone."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **kwargs, buffered=True)


def browser(app: Flask, sign_in: Any, who: Any, language: str) -> FlaskClient:
    """Signed in, with a language of its own; it asks without looking at the test's session."""
    client = Browser(app, use_cookies=True)
    sign_in(client, who)
    client.set_cookie("language", language)
    return client


def test_who_is_signed_in_is_told_and_it_goes_on_by_itself(
        app: Flask, line: Line, sign_in: Any, caplog: pytest.LogCaptureFixture) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    staff = browser(app, sign_in, Role.ADMIN, "en")
    person = make.make_user(Role.PATIENT)
    make.make_patient(user=person)
    patient = browser(app, sign_in, person, "id")
    bearer = {"Authorization": f"Bearer {tokens.issue(make.make_user(Role.FRONT_OFFICE), 'test')[0]}"}
    db.session.commit()
    new = {"code": "KAT-9", "name": "Kategori baru"}
    reads = [(staff, "/admin/", {}), (staff, "/admin/store_request/", {}), (patient, "/portal/", {}),
             (patient, "/portal/consultations", {"HX-Request": "true"}), (staff, "/api/v1/rooms", bearer),
             (Browser(app), "/portal/doctors", {})]
    assert [client.get(path, headers=headers).status_code
            for client, path, headers in reads] == [200] * len(reads)
    db.session.remove()

    line.cut()
    caplog.clear()
    with caplog.at_level(logging.INFO):
        for number, (client, path, headers) in enumerate(reads, 1):
            answer = client.get(path, headers=headers)
            assert answer.status_code == 503, path
            assert int(answer.headers["Retry-After"]) > 0
            assert "Content-Security-Policy" in answer.headers
            assert "Internal Server Error" not in answer.text
            assert sum(record.levelno >= logging.WARNING for record in caplog.records) <= number, path
        refused = staff.post("/admin/item_category/new/", data=new)
    assert refused.status_code == 503
    assert not any(record.exc_info for record in caplog.records)
    english, indonesian = (client.get(path).text
                           for client, path in ((staff, "/admin/"), (patient, "/portal/")))
    assert '<html lang="en"' in english
    assert '<html lang="id"' in indonesian
    problem = staff.get("/api/v1/rooms", headers=bearer)
    assert problem.mimetype == "application/problem+json"
    assert problem.get_json()["status"] == 503

    line.mend()
    assert [client.get(path, headers=headers).status_code
            for client, path, headers in reads] == [200] * len(reads)
    count = sa.select(sa.func.count()).select_from(ItemCategory).where(ItemCategory.code == "KAT-9")
    assert db.session.scalar(count) == 0  # what was refused is not half done
    db.session.remove()
    assert staff.post("/admin/item_category/new/", data=new).status_code in (302, 303)
    assert db.session.scalar(count) == 1
