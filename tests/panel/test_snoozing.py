"""A paper that a person puts off leaves the own inbox only, and comes back by itself on the morning of its
day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from backoffice.panel.inbox import waiting
from models import clock
from models.operations.core.approvals import perform
from models.operations.people import snoozing
from models.operations.people.waiting_papers import remind
from models.outbox import Notice
from models.roles import Role
from tests.support import factories as make

INBOX = "/admin/inbox/"


@pytest.fixture
def paper(session: Any) -> Any:
    author = make.make_user(Role.UNIT_USER)
    result = make.make_store_request((make.make_item(), 3), created_by=author)
    perform(result, "submit", by=author)
    return result


def at(day: Any, hour: int) -> None:
    clock.freeze(datetime(day.year, day.month, day.day, hour, 1, tzinfo=clock.zone()))


def keys(user: Any, **which: bool) -> list[int]:
    return [row.id for row in waiting(user, **which)]


def test_it_comes_back_at_six_on_the_day(client: Any, sign_in: Any, paper: Any) -> None:
    head = sign_in(client, Role.STORE_HEAD)
    day = clock.today()
    answer = client.post(INBOX, data={"row": f"store_request:{paper.id}:", "until": "tomorrow"})
    assert answer.status_code == 303
    assert keys(head) == []
    assert keys(head, later=True) == [paper.id]
    tomorrow = day + timedelta(days=1)
    at(tomorrow, 5)  # whoever works by night still has it put off
    assert keys(head) == []
    at(tomorrow, 6)
    assert keys(head) == [paper.id]
    assert keys(head, later=True) == []


def test_others_and_the_reminder_see_it_as_before(
        client: Any, sign_in: Any, session: Any, paper: Any) -> None:
    other = make.make_user(Role.STORE_HEAD)
    head = sign_in(client, Role.STORE_HEAD)
    client.post(INBOX, data={"row": f"store_request:{paper.id}:", "until": "monday"})
    assert keys(other) == [paper.id]
    clock.freeze(clock.now() + timedelta(days=8))
    remind()
    told = {notice.user_id for notice in session.query(Notice).filter_by(event="paper_stands_still")}
    assert told == {head.id, other.id}


def test_the_count_of_the_menu_follows(client: Any, sign_in: Any, paper: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    assert '<span class="rw-count is-hot">1</span>' in client.get("/admin/store_request/").text
    client.post(INBOX, data={"row": f"store_request:{paper.id}:", "until": "tomorrow"})
    assert '<span class="rw-count is-hot">1</span>' not in client.get("/admin/store_request/").text
    page = client.get(f"{INBOX}?type=later").text
    assert paper.number in page
    client.post(INBOX, data={"back": f"store_request:{paper.id}:"})
    assert paper.number in client.get(INBOX).text


def test_the_next_monday_is_never_today(session: Any) -> None:
    for days in range(7):
        clock.freeze(clock.now() + timedelta(days=days))
        day = snoozing.day_of("monday")
        assert day.weekday() == 0
        assert 1 <= (day - clock.today()).days <= 7


@pytest.mark.parametrize("until", ["", "x", "2026-13-45", "0001-01-01", "9999-12-31", "today", "\x00"])
def test_a_day_that_is_none_is_asked_again(client: Any, sign_in: Any, paper: Any, until: str) -> None:
    head = sign_in(client, Role.STORE_HEAD)
    answer = client.post(INBOX, data={"row": f"store_request:{paper.id}:", "until": until})
    assert answer.status_code == 422
    assert keys(head) == [paper.id]


def test_today_is_not_later(client: Any, sign_in: Any, paper: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    for day, status in ((0, 422), (1, 303), (92, 303), (93, 422)):
        until = (clock.today() + timedelta(days=day)).isoformat()
        assert client.post(INBOX, data={"row": f"store_request:{paper.id}:",
                                        "until": "", "day": until}).status_code == status, day


@pytest.mark.parametrize("row", ["", "store_request:", "store_request:999999:", "bed:1:", "user:1:", "x:y:z"])
def test_what_is_not_there_is_not_put_off(client: Any, sign_in: Any, row: str) -> None:
    sign_in(client, Role.STORE_HEAD)
    assert client.post(INBOX, data={"row": row, "until": "tomorrow"}).status_code == 404


def test_another_unit_s_paper_is_not_found(client: Any, sign_in: Any, paper: Any) -> None:
    sign_in(client, make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit()))
    assert client.post(INBOX, data={"row": f"store_request:{paper.id}:",
                                    "until": "tomorrow"}).status_code == 404


def test_a_script_gets_the_counts_and_no_row(client: Any, sign_in: Any, paper: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    answer = client.post(INBOX, data={"row": f"store_request:{paper.id}:", "until": "tomorrow"},
                         headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<li" not in answer.text
    assert 'id="inbox-tabs"' in answer.text
    assert paper.number in answer.text


def test_a_script_s_rejection_without_a_reason_keeps_the_row(client: Any, sign_in: Any, paper: Any) -> None:
    client.post("/language/en")
    sign_in(client, Role.STORE_HEAD)
    key = f"store_request:{paper.id}:{paper.version}"
    answer = client.post(INBOX, data={"one": f"no:{key}", "reason": " "}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Please write the reason" in answer.text
    assert f'value="no:{key}"' in answer.text
    done = client.post(INBOX, data={"one": f"no:{key}", "reason": "Too many."},
                       headers={"HX-Request": "true"})
    assert (done.status_code, "<li" in done.text) == (200, False)
