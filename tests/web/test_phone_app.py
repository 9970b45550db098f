"""The phone pages as an app: its card, its worker, whose pages a phone may keep, entries that are sent
twice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from models.base import db
from models.beds import BedState
from models.housekeeping import Cleaning, CleaningState
from models.roles import Role
from portal.web import phone_app
from tests.support import factories as make

STATIC = Path(phone_app.__file__).parents[2] / "static"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.once
def test_the_card_names_the_app_and_pictures_that_are_there(client: Any) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    card = answer.json
    assert (card["display"], card["start_url"], card["short_name"]) == ("standalone", "/admin/", "Rawat")
    assert {icon["sizes"] for icon in card["icons"]} >= {"192x192", "512x512"}
    for icon in card["icons"]:
        assert client.get(icon["src"]).data.startswith(b"\x89PNG")
    assert 'rel="manifest" href="/manifest.webmanifest"' in client.get("/login").text


@pytest.mark.once
def test_the_worker_is_asked_for_anew_and_keeps_what_the_phone_pages_are_made_of(
        client: Any, sign_in: Any) -> None:
    worker = client.get("/sw.js?language=id&v=1")
    assert (worker.status_code, worker.headers["Cache-Control"]) == (200, "no-cache")
    assert "worker-src 'self'" in worker.headers["Content-Security-Policy"]
    shell = client.get("/phone-shell").json
    assert all(client.get(path).status_code == 200 for path in shell)
    sign_in(client, Role.HOUSEKEEPING)
    for page in ("/admin/housekeeping/", "/admin/scan/"):
        made_of = re.findall(r'(?:src|href)="(/static/[^"?#]+\.(?:js|css))"', client.get(page).text)
        assert set(made_of) <= set(shell), page


@pytest.mark.once
@pytest.mark.parametrize(("language", "word"), [("id", "Tidak ada koneksi"), ("en", "No connection")])
def test_the_page_without_a_line_is_nobodys(client: Any, sign_in: Any, language: str, word: str) -> None:
    before = client.get(f"/offline/{language}").text
    assert word in before
    sign_in(client, Role.DOCTOR)
    assert client.get(f"/offline/{language}").text == before
    assert client.get("/offline/fr").status_code == 404


def test_only_phone_pages_may_be_kept_and_each_names_its_person(client: Any, sign_in: Any) -> None:
    seen = {}
    for person in (make.make_user(Role.HOUSEKEEPING), make.make_user(Role.HOUSEKEEPING)):
        sign_in(client, person)
        seen[person.id] = client.get("/admin/housekeeping/").headers[phone_app.MARK]
        assert f'data-person="{seen[person.id]}"' in client.get("/admin/scan/").text
        assert phone_app.MARK not in client.get("/admin/housekeeping/board").headers
        assert phone_app.MARK not in client.get("/admin/cleaning/").headers
    assert len(set(seen.values())) == 2
    everything = make.make_user(*(set(Role) - {Role.PATIENT}))
    sign_in(client, everything)
    for page in ("/admin/home/", "/admin/inbox/", "/admin/patient/", "/admin/consultation/", "/admin/desk/",
                 "/admin/prescription/", "/admin/stay/", "/admin/search", "/account/"):
        assert phone_app.MARK not in client.get(page).headers, page


def waiting() -> Cleaning:
    """A task that nobody took yet."""
    return make.saved(Cleaning(bed=make.make_bed(state=BedState.NEEDS_CLEANING)))


def _tried(client: Any, task: Cleaning, step: str, version: int, key: str = KEY, **more: str) -> Any:
    return client.post(f"/admin/cleaning/{task.id}/{step}",
                       data={"version": str(version), "next": "housekeeping", "_key": key} | more,
                       headers={"X-Kept": "1"})


def test_an_entry_that_is_sent_again_is_one_write(client: Any, sign_in: Any) -> None:
    cleaner = make.make_user(Role.HOUSEKEEPING)
    task = waiting()
    version = task.version
    db.session.commit()
    sign_in(client, cleaner)
    assert _tried(client, task, "start", version).status_code == 204
    db.session.expire_all()
    stands = (task.state, task.version, task.started_at)
    assert stands[0] == CleaningState.IN_PROGRESS
    assert _tried(client, task, "start", version).status_code == 204  # the answer to the first was lost
    db.session.expire_all()
    assert (task.state, task.version, task.started_at) == stands


def test_what_changed_meanwhile_is_refused_in_words_and_its_key_stays_free(client: Any, sign_in: Any) -> None:
    first, second = make.make_user(Role.HOUSEKEEPING), make.make_user(Role.HOUSEKEEPING)
    task = waiting()
    version = task.version
    db.session.commit()
    sign_in(client, first)
    _tried(client, task, "start", version)
    sign_in(client, second)
    refused = _tried(client, task, "start", version)
    assert refused.status_code == 409
    assert "alert-danger" in refused.text
    assert _tried(client, task, "start", version).status_code == 409  # not taken the first time, nor now


def test_one_key_names_one_entry(client: Any, sign_in: Any) -> None:
    cleaner = make.make_user(Role.HOUSEKEEPING)
    task, other = waiting(), waiting()
    version = task.version
    db.session.commit()
    sign_in(client, cleaner)
    _tried(client, task, "start", version)
    assert _tried(client, other, "start", version).status_code == 422
    db.session.expire_all()
    assert other.state == CleaningState.WAITING


def test_the_key_of_another_person_is_another_key(client: Any, sign_in: Any) -> None:
    first, second = make.make_user(Role.HOUSEKEEPING), make.make_user(Role.HOUSEKEEPING)
    task, other = waiting(), waiting()
    version = task.version
    db.session.commit()
    sign_in(client, first)
    assert _tried(client, task, "start", version).status_code == 204
    sign_in(client, second)
    assert _tried(client, other, "start", version).status_code == 204
