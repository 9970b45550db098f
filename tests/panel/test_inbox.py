"""The inbox is where people decide: one row, or all that are ticked, each paper for itself."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_login import login_user

from backoffice.panel import inbox
from models.base import db
from models.documents import DocumentEvent
from models.operations.core.approvals import perform
from models.roles import Role
from models.store_requests import StoreRequest
from tests.support import factories as make

INBOX = "/admin/inbox/"


@pytest.fixture
def author(session: Any) -> Any:
    return make.make_user(Role.UNIT_USER)


def submitted(author: Any, many: int = 1) -> list[StoreRequest]:
    papers = [make.make_store_request((make.make_item(), 3), created_by=author) for _ in range(many)]
    for paper in papers:
        perform(paper, "submit", by=author)
    return papers


def key(paper: Any, version: int | None = None) -> str:
    return f"{paper.__tablename__}:{paper.id}:{paper.version if version is None else version}"


def now(paper: Any) -> StoreRequest:
    db.session.expire_all()
    return db.session.get_one(StoreRequest, paper.id)


def test_ten_are_approved_by_one_press(client: Any, sign_in: Any, author: Any) -> None:
    papers = submitted(author, 10)
    head = sign_in(client, Role.STORE_HEAD)
    answer = client.post(INBOX, data={"answer": "yes", "row": [key(paper) for paper in papers]})
    assert (answer.status_code, answer.headers["Location"]) == (303, INBOX)
    assert {now(paper).state.value for paper in papers} == {"approved"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DocumentEvent).where(
        DocumentEvent.transition == "approve", DocumentEvent.user_id == head.id)) == 10
    page = client.get(INBOX).text
    assert papers[0].number in page, "the sentence names what was done"
    assert key(now(papers[0])) not in page


def test_no_needs_a_reason_and_the_author_reads_it(client: Any, sign_in: Any, author: Any) -> None:
    papers = submitted(author, 2)
    sign_in(client, Role.STORE_HEAD)
    rows = [key(paper) for paper in papers]
    answer = client.post(INBOX, data={"answer": "no", "row": rows, "reason": "  "})
    assert answer.status_code == 422
    assert answer.text.count("checked") == 2, "what was ticked stays ticked"
    assert {now(paper).state.value for paper in papers} == {"submitted"}
    assert client.post(INBOX, data={"answer": "no", "row": rows, "reason": "Stok cukup"}).status_code == 303
    assert {now(paper).state.value for paper in papers} == {"rejected"}
    assert db.session.scalars(sa.select(DocumentEvent.note).where(
        DocumentEvent.document_id == papers[0].id, DocumentEvent.document_type == "store_request",
        DocumentEvent.transition == "reject")).one() == "Stok cukup"


def test_what_is_refused_leaves_the_others_done_and_says_why(client: Any, sign_in: Any, author: Any) -> None:
    """Changed meanwhile, decided meanwhile, gone, not the person's: three reasons, one approved."""
    fine, changed, decided = submitted(author, 3)
    draft = make.make_store_request(created_by=author)
    seen = [key(paper) for paper in (fine, changed, decided, draft)]
    changed.note, draft.note = "lebih mendesak", "x"
    db.session.flush()
    perform(decided, "approve", by=make.make_user(Role.STORE_HEAD))
    db.session.flush()
    client.set_cookie("language", "en")
    sign_in(client, Role.STORE_HEAD)
    answer = client.post(INBOX, data={"answer": "yes", "row": [*seen, "store_request:999999:1"]},
                         follow_redirects=True)
    assert [now(paper).state.value for paper in (fine, changed, decided, draft)] == [
        "approved", "submitted", "approved", "draft"]
    assert "1 document done" in answer.text
    assert fine.number in answer.text
    assert answer.text.count("Somebody else changed this record meanwhile") >= 2
    assert f"{changed.number}: " in answer.text
    assert "One ticked row is gone, or not yours" in answer.text


@pytest.mark.parametrize(("role", "status"), [(Role.UNIT_USER, 403), (Role.PAYABLES, 404),
                                              (Role.STORE_STAFF, 403)])
def test_one_paper_of_another_role_is_answered_as_on_its_page(
        client: Any, sign_in: Any, author: Any, role: Role, status: int) -> None:
    [paper] = submitted(author)
    sign_in(client, author if role == Role.UNIT_USER else role)
    answer = client.post(INBOX, data={"one": f"yes:{key(paper)}"})
    assert answer.status_code == status
    assert now(paper).state == "submitted"


def test_nobody_decides_on_the_own_paper_here_either(client: Any, sign_in: Any) -> None:
    both = make.make_user(Role.UNIT_USER, Role.STORE_HEAD)
    [paper] = submitted(both)
    sign_in(client, both)
    answer = client.post(INBOX, data={"one": f"yes:{key(paper)}"})
    assert answer.status_code == 422
    assert "another" in answer.text or "orang lain" in answer.text
    assert now(paper).state == "submitted"


@pytest.mark.parametrize("data", [
    {"answer": "yes"}, {"answer": "no", "reason": "x"}, {"answer": "yes", "row": ["a:b:c"]},
    {"answer": "yes", "row": ["", ":", "store_request", "store_request:1", "bed:1:1", "x" * 5000,
                              "a:1:\x00"]},
    {"one": "yes:store_request:²:1"}, {"one": "maybe:store_request:1:1"}, {}, {"answer": "approve"},
])
def test_nonsense_changes_nothing(client: Any, sign_in: Any, author: Any, data: Any) -> None:
    [paper] = submitted(author)
    sign_in(client, Role.STORE_HEAD)
    assert client.post(INBOX, data=data).status_code in (404, 409, 422)
    assert now(paper).state == "submitted"


def test_an_old_version_is_a_conflict(client: Any, sign_in: Any, author: Any) -> None:
    [paper] = submitted(author)
    sign_in(client, Role.STORE_HEAD)
    for version in ("", "-1", str(paper.version - 1), str(paper.version + 1), "9" * 40):
        answer = client.post(INBOX, data={"one": f"yes:store_request:{paper.id}:{version}"})
        assert answer.status_code == 409, version
    assert now(paper).state == "submitted"


def test_only_rows_that_can_be_answered_have_a_tick(client: Any, sign_in: Any, author: Any) -> None:
    """Approve and reject are a yes and a no; to deliver asks no question, so its row is opened."""
    [request] = submitted(author)
    keeper = make.make_user(Role.STORE_STAFF)
    sign_in(client, Role.STORE_HEAD)
    page = client.get(INBOX).text
    assert f'value="{key(request)}"' in page
    assert f'value="yes:{key(request)}"' in page
    assert request.lines[0].item.name in page, "a row says what it is about"
    assert request.work_unit.name in page
    sign_in(client, keeper)
    assert f'value="{key(request)}"' not in client.get(INBOX).text


def test_a_supplier_s_order_waits_for_the_director_only_above_the_limit(client: Any, sign_in: Any) -> None:
    """Seed 002: the director is the third approval of purchases over the limit (50 million, VAT included)
    and of no other; what stands below it neither waits for nor rings him."""
    chief, payables = make.make_user(Role.FACILITIES_HEAD), make.make_user(Role.PAYABLES)
    director = make.make_user(Role.DIRECTOR)
    below, above = (make.make_purchase_order((make.make_item(), 1, price)) for price in
                    (45_045_045, 45_045_046))  # 11 % of VAT: 50.000.000 and 50.000.001 rupiah, to the sen
    for order in (below, above):
        perform(order, "submit", by=order.created_by)
        perform(order, "approve", by=chief)
        perform(order, "approve_payment", by=payables)
    db.session.flush()
    sign_in(client, director)
    page = client.get(INBOX).text
    assert below.number not in page
    assert above.number in page
    assert client.post(INBOX, data={"one": f"yes:{key(below)}"}).status_code == 422
    sign_in(client, below.created_by)
    assert below.number in client.get(INBOX).text, "it waits for its buyer, who sends it"


@pytest.mark.parametrize("table", ["purchase_order", "asset_procurement"])
def test_nobody_types_whether_the_director_is_asked(
        client: Any, sign_in: Any, session: Any, table: str) -> None:
    sign_in(client, Role.FACILITIES_STAFF)
    assert 'name="needs_director"' not in client.get(f"/admin/{table}/new/").text


def test_kept_statements_are_bounded_and_those_used_last_stay(
        app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement is made once while it is used; what nobody used for long goes first."""
    monkeypatch.setattr(inbox, "_statements", {})
    monkeypatch.setattr(inbox, "MOST_KEPT", 3)
    person, made = make.make_user(Role.STORE_HEAD), []

    def kept(name: str) -> str:
        return str(inbox.for_person((name,), lambda: made.append(name) or name))

    with app.test_request_context("/"):
        login_user(person)
        for name in "abcada":  # b is the one not used for longest when d comes
            assert kept(name) == name
        assert made == list("abcd")
        kept("b")
        assert made == list("abcdb")
