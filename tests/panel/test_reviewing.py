"""Reviewing one by one: "1 of 3", the next one by itself, what others decided meanwhile is passed over."""

from __future__ import annotations

import re
from typing import Any

import pytest

from models.base import db
from models.operations.core.approvals import perform
from models.roles import Role
from models.store_requests import StoreRequest
from tests.panel.test_inbox import author, key, now, submitted  # noqa: F401 (a fixture)
from tests.support import factories as make

REVIEW = "/admin/inbox/review"


@pytest.fixture
def english(client: Any) -> Any:
    client.set_cookie("language", "en")
    return client


def shown(page: Any) -> str:
    """Which paper of how many, from the page's head."""
    found = re.search(r"(\d+ of \d+)", page.text)
    return found[1] if found else ""


def form_address(page: Any) -> str:
    found = re.search(r'action="(/admin/inbox/review[^"]*)"', page.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def link(page: Any, name: str) -> str:
    found = re.search(rf'href="([^"]*)" data-key="{name}"', page.text)
    return found[1].replace("&amp;", "&") if found else ""


def test_after_an_answer_comes_the_next_until_none_is_left(
        english: Any, sign_in: Any, author: Any) -> None:  # noqa: F811
    papers = submitted(author, 3)
    sign_in(english, Role.STORE_HEAD)
    page = english.get(REVIEW)
    answers: list[tuple[StoreRequest, dict[str, str]]] = [
        (papers[0], {"answer": "yes"}), (papers[1], {"answer": "no", "reason": "Stok cukup"}),
        (papers[2], {"answer": "yes"})]
    for number, (paper, answer) in enumerate(answers, 1):
        assert (shown(page), paper.number in page.text) == (f"{number} of 3", True)
        page = english.post(form_address(page), follow_redirects=True,
                            data={**answer, "answer": f"{answer['answer']}:{key(paper)}"})
    assert "Nothing waits for you" in page.text
    assert [now(paper).state.value for paper in papers] == ["approved", "rejected", "approved"]


def test_skipping_goes_on_and_back_and_says_what_still_waits(
        english: Any, sign_in: Any, author: Any) -> None:  # noqa: F811
    submitted(author, 2)
    sign_in(english, Role.STORE_HEAD)
    first = english.get(REVIEW)
    assert link(first, "k") == "", "nothing stands before the first"
    second = english.get(link(first, "j"))
    assert shown(second) == "2 of 2"
    assert shown(english.get(link(second, "k"))) == "1 of 2"
    assert "2 papers that you skipped still wait" in english.get(link(second, "j")).text


def test_what_another_decided_meanwhile_is_passed_over_with_a_sentence(
        english: Any, sign_in: Any, author: Any) -> None:  # noqa: F811
    one, two, three = submitted(author, 3)
    sign_in(english, Role.STORE_HEAD)
    page = english.get(REVIEW)
    seen, at = key(one), form_address(page)
    perform(one, "approve", by=make.make_user(Role.STORE_HEAD))
    db.session.flush()
    answer = english.post(at, data={"answer": f"yes:{seen}"})
    assert answer.status_code == 303
    after = english.get(answer.headers["Location"])
    assert (one.number in after.text, two.number in after.text, shown(after)) == (True, True, "1 of 2")
    page = english.get(at)
    assert "decided meanwhile" in page.text
    assert two.number in page.text
    two.note = "lebih mendesak"
    stale = key(two)
    db.session.flush()
    answer = english.post(form_address(page), data={"answer": f"yes:{stale}"})
    assert answer.status_code == 303
    assert three.number in english.get(answer.headers["Location"]).text
    assert now(two).state.value == "submitted"


def test_a_rejection_without_a_reason_stays_at_the_paper(
        english: Any, sign_in: Any, author: Any) -> None:  # noqa: F811
    paper, = submitted(author)
    sign_in(english, Role.STORE_HEAD)
    answer = english.post(form_address(english.get(REVIEW)), data={"answer": f"no:{key(paper)}"})
    assert (answer.status_code, shown(answer)) == (422, "1 of 1")
    assert now(paper).state.value == "submitted"


def test_no_address_and_no_answer_is_an_error_of_ours(
        english: Any, sign_in: Any, author: Any) -> None:  # noqa: F811
    """Also what is not the person's stays as it is."""
    paper, = submitted(author)
    sign_in(english, Role.STORE_STAFF)
    for query in ("?place=-1&answered=x", "?place=99999999999&at=%00", "?at=store_request:1&place=%C2%B2"):
        assert english.get(REVIEW + query).status_code == 200
    assert english.post(REVIEW, data={"answer": f"yes:{key(paper)}"}).status_code in (403, 404)
    assert english.post(REVIEW, data={"answer": "perhaps"}).status_code == 404
    assert now(paper).state.value == "submitted"
