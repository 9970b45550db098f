"""The first start of the demo: while its year is played behind the server one can sign in and look, nothing
can be changed, every page says how far it is; a year that was cut off is played anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from models.base import db, one_transaction
from models.operations.setup import demo
from models.outbox import JobRun
from models.people import User
from models.roles import Role
from models.store_requests import StoreRequest
from portal.web import config, filling, passwords
from tests.support import factories as make
from tests.web.test_api import key_of

pytestmark = pytest.mark.once

SENTENCE = "nothing can be changed until it is over"


@pytest.fixture
def under_way(app: Any, session: Any, client: Any) -> JobRun:
    client.set_cookie("language", "en")
    app.extensions[filling.KEY] = True
    yield make.saved(JobRun(job=filling.JOB, due=filling.DUE, result=filling.said(0.4, date(2026, 3, 6))))
    app.extensions[filling.KEY] = False


def test_every_page_says_how_far_the_year_is(client: Any, sign_in: Any, under_way: JobRun) -> None:
    assert "It is 6 Mar 2026 there" in client.get("/login").text
    sign_in(client, Role.STORE_HEAD)
    page = client.get("/admin/item/").text
    assert 'id="filling"' in page
    assert '<progress max="100" value="40"' in page
    assert page.index("<body") < page.index('id="filling"') < page.index("<main")
    assert 'id="filling"' not in client.get("/admin/item/", headers={"HX-Request": "true"}).text
    waits = client.get("/readyz")
    assert (waits.status_code, waits.text) == (503, "the demo hospital is being filled: 40 %\n")


def test_nothing_can_be_changed_until_it_is_over(client: Any, sign_in: Any, under_way: JobRun) -> None:
    sign_in(client, Role.UNIT_USER)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(StoreRequest))
    answer = client.post("/admin/store_request/new/", data={})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert SENTENCE in answer.text
    assert "<h1>Not yet</h1>" in answer.text
    called = client.post("/api/v1/store-requests", json={}, headers=key_of(Role.UNIT_USER))
    assert called.status_code == 503
    assert SENTENCE in called.json["detail"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StoreRequest)) == before


def test_what_was_typed_meanwhile_is_offered_again(client: Any, sign_in: Any, under_way: JobRun) -> None:
    sign_in(client, Role.UNIT_USER)
    typed = {"form": "new", "about": "store_request", "f-purpose": "Untuk jaga malam"}
    assert client.post("/drafts", data=typed).status_code == 204
    sent = {"purpose": "Untuk jaga malam", "_draft": "new|store_request"}
    assert client.post("/admin/store_request/new/", data=sent).status_code == 503
    [kept] = client.get("/drafts?about=store_request").json
    assert kept["fields"] == {"f-purpose": "Untuk jaga malam"}


def test_one_signs_in_and_out_meanwhile(client: Any, under_way: JobRun) -> None:
    make.make_user(Role.STORE_HEAD, email="ani@rs.test", password_hash=passwords.hashed("melati di taman 12"))
    entered = client.post("/login", data={"email": "ani@rs.test", "password": "melati di taman 12"})
    assert entered.status_code in (302, 303)
    assert client.get("/admin/home/").status_code == 200
    assert client.post("/logout").status_code in (302, 303)


def test_once_it_is_over_all_is_as_ever(app: Any, client: Any, sign_in: Any, under_way: JobRun) -> None:
    under_way.result = filling.READY
    db.session.commit()
    sign_in(client, Role.UNIT_USER)
    assert 'id="filling"' not in client.get("/admin/item/").text
    assert client.post("/admin/store_request/new/", data={}).status_code == 422
    assert client.get("/readyz").status_code == 200
    assert app.extensions[filling.KEY] is False  # nothing is asked any more


def silent() -> str:
    return json.dumps(json.loads(filling.said(0.4)) | {"at": time.time() - filling.SILENT_SECONDS - 1})


def test_a_filling_that_was_cut_off_is_told(client: Any, under_way: JobRun) -> None:
    under_way.result = silent()
    db.session.commit()
    assert "Stop Rawat and start it again" in client.get("/login").text


def test_a_filling_whose_process_is_gone_is_begun_anew_at_once(client: Any, under_way: JobRun) -> None:
    """Whoever stops the first start and starts again waits for nothing; elsewhere nobody can look."""
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True,
                          text=True, check=True)
    told = json.loads(filling.said(0.4)) | {"process": int(gone.stdout)}
    assert filling.is_silent(told)
    assert not filling.is_silent(told | {"host": "another"})
    assert not filling.is_silent(json.loads(filling.said(0.4)))


def test_two_starts_do_not_fill_one_database(app: Any, under_way: JobRun) -> None:
    with pytest.raises(config.Unsafe, match="another process fills"):
        filling.was_cut_off()


@pytest.mark.commits
def test_the_next_start_after_a_cut_begins_anew(app: Any, session: Any,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    from app import prepare
    make.make_user()
    session.add(JobRun(job=filling.JOB, due=filling.DUE, result=silent()))
    session.commit()
    stood: list[int] = []
    monkeypatch.setattr(filling, "load", lambda *_a, **_k: stood.append(
        db.session.scalar(sa.select(sa.func.count()).select_from(User))))
    prepare(app, behind=True)
    assert stood == [0]


@pytest.mark.commits
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system copies no process")
@pytest.mark.parametrize("ends_well", [True, False])
def test_a_copy_of_the_process_plays_and_tells(app: Any, session: Any, monkeypatch: pytest.MonkeyPatch,
                                               ends_well: bool) -> None:
    class World:
        tell: Any = None

    def play(world: Any, part: Any) -> None:
        with part():
            make.make_user(name=f"made by {os.getpid()}")
        world.tell("year", 0.5, date(2026, 3, 6))
        assert ends_well

    with one_transaction():
        make.make_user()
    monkeypatch.setattr(demo, "found", lambda *_a, **_k: World())
    monkeypatch.setattr(demo, "play", play)
    ended: list[int] = []
    monkeypatch.setattr(filling, "_wait", lambda _app, child: ended.append(os.waitpid(child, 0)[1]))
    filling.load(app, None, behind=True)
    assert app.extensions[filling.KEY]
    while not ended:
        pass
    app.extensions[filling.KEY] = False
    told = filling.standing()
    if ends_well:
        assert (told, ended) == (None, [0])
    else:
        assert (told["done"], told["day"]) == (0.425, "2026-03-06")
        assert os.waitstatus_to_exitcode(ended[0]) == 1
    name = session.scalars(sa.select(User.name).where(User.name.like("made by %"))).one()
    assert name != f"made by {os.getpid()}"
