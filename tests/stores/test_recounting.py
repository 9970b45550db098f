"""What people see of moves while a store is counted: on the count page, on sheets, where the head decides, on
paper."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa

from backoffice.panel import inbox
from models import clock
from models.base import db
from models.operations.core.approvals import opened, perform
from models.operations.people import notices
from models.operations.stores import stocktake_counting
from models.outbox import Notice
from models.roles import Role
from models.stocktakes import Stocktake, StocktakeLine
from tests.stores.test_count_moments import move
from tests.support import factories as make

NOON = datetime(2026, 11, 17, 12, tzinfo=clock.zone())


@pytest.fixture
def keeper(session: Any) -> Any:
    make.make_chart()
    return make.make_user(Role.STORE_STAFF)


@pytest.fixture
def item(session: Any) -> Any:
    return make.make_item(name="Kasa steril", barcode="2991234567897", price_hint=Decimal(1500))


@pytest.fixture
def count(session: Any, keeper: Any, item: Any) -> Stocktake:
    """Two goods; the gauze was counted, then forty went."""
    store, other = make.make_store(), make.make_item(name="Plester")
    move(store, item, 73_211)
    move(store, other, 9)
    count = make.saved(Stocktake(created_by=keeper, store=store))
    opened(count, by=keeper)
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=keeper)
    perform(count, "start", by=keeper)
    line = of(count, item)
    stocktake_counting.count(count, line.id, Decimal(73_200), seen=None, by=keeper)
    move(store, item, -40)
    session.refresh(count)
    return count


def of(count: Stocktake, item: Any, batch: str = "") -> StocktakeLine:
    return next(line for line in count.lines if line.item_id == item.id and line.batch.number == batch)


def handed_in(count: Stocktake, keeper: Any) -> Stocktake:
    for line in count.lines:
        if line.counted_quantity is None:
            stocktake_counting.count(count, line.id, Decimal(9), seen=None, by=keeper)
    perform(count, "submit", by=keeper)
    return count


def test_who_counts_sees_what_moved_since_and_not_what_is_expected(
        client: Any, sign_in: Any, count: Stocktake, keeper: Any, item: Any) -> None:
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    for address in (f"{own}/count", f"{own}/count?line={of(count, item).id}",
                    f"/admin/stocktake/details/?id={count.id}"):
        page = client.get(address).text
        assert "−40" in page, address
        assert not re.search(r"73\W?211|73\W?171", page), address


def test_who_decides_sees_it_on_the_page_the_print_and_in_the_report(
        client: Any, sign_in: Any, count: Stocktake, keeper: Any, item: Any) -> None:
    handed_in(count, keeper)
    sign_in(client, Role.FACILITIES_HEAD)
    page = client.get(f"/admin/stocktake/details/?id={count.id}").text
    assert "Sesudahnya" in page
    assert "−40" in page
    assert "−11" in page
    text = (
        pypdf.PdfReader(io.BytesIO(client.get(f"/admin/stocktake/{count.id}/print").data))
        .pages[0]
        .extract_text()
    )
    assert "−40" in text or "-40" in text
    report = client.get("/admin/reports/stocktake_variance/", query_string={"document": count.number}).text
    assert "−40" in report
    again = client.get(f"/admin/stocktake/{count.id}/recount").text
    assert "−40 sejak dihitung" in again
    assert "tanpa centang" in again


def test_the_head_sends_chosen_lines_back_with_a_reason(
        client: Any, sign_in: Any, count: Stocktake, keeper: Any, item: Any) -> None:
    line = of(handed_in(count, keeper), item)
    sign_in(client, Role.FACILITIES_HEAD)
    own = f"/admin/stocktake/{count.id}/recount"
    form = {"version": count.version, f"lines-{line.id}-count_again": "y"}
    silent = client.post(own, data=form)
    assert silent.status_code == 422
    assert re.search(rf'name="lines-{line.id}-count_again"[^>]*checked', silent.text)  # the tick stays
    assert client.post(own, data=form | {"reason": "Lihat rak belakang"}).status_code == 303
    assert count.state == "counting"
    assert [each.counted_quantity is None for each in count.lines] == [each is line for each in count.lines]
    assert any("Lihat rak belakang" in str(notice.params) for notice in _notices(keeper))
    sign_in(client, keeper)
    page = client.get(f"/admin/stocktake/{count.id}/count").text
    assert f'name="line" value="{line.id}"' in page
    assert "dihitung ulang" in page


def _notices(person: Any) -> list[Notice]:
    return list(db.session.scalars(sa.select(Notice).filter_by(user_id=person.id)))


def test_a_refused_approval_names_the_lines(client: Any, sign_in: Any, count: Stocktake, keeper: Any,
                                            item: Any
                                            ) -> None:
    line = of(count, item)
    stocktake_counting.count(count, line.id, Decimal(1), seen=line.counted_quantity, by=keeper)
    handed_in(count, keeper)
    move(count.store, item, -73_100)
    sign_in(client, Role.FACILITIES_HEAD)
    answer = client.post(f"/admin/stocktake/{count.id}/approve", data={"version": count.version})
    assert answer.status_code == 422
    assert "Kasa steril" in answer.text.partition('role="alert"')[2][:600]
    assert "Plester" not in answer.text.partition('role="alert"')[2][:600]


def test_the_turn_is_of_whoever_may_decide(client: Any, sign_in: Any, count: Stocktake, keeper: Any) -> None:
    head, director = make.make_user(Role.FACILITIES_HEAD), make.make_user(Role.DIRECTOR)
    both = make.make_user(Role.FACILITIES_HEAD, Role.STORE_STAFF)
    ours = handed_in(count, keeper)
    theirs = make.saved(Stocktake(created_by=both, store=make.make_store()))
    theirs.lines.append(StocktakeLine(item=make.make_item(), unit=None))
    theirs.lines[0].unit = make.unit_of(theirs.lines[0].item)
    opened(theirs, by=both)
    perform(theirs, "start", by=both)
    stocktake_counting.count(theirs, theirs.lines[0].id, Decimal(3), seen=None, by=both)
    perform(theirs, "submit", by=keeper)

    def waits(person: Any) -> set[int]:
        return {row.id for row in inbox.waiting(person, tables=("stocktake",))}

    def told(person: Any) -> set[int]:
        return {notice.record_id for notice in _notices(person) if notice.waits and notice.read_at is None}

    wanted = {head.id: {ours.id, theirs.id}, both.id: {ours.id}, director.id: {theirs.id}, keeper.id: set()}
    people = (head, both, director, keeper)
    assert {person.id: waits(person) for person in people} == wanted
    assert {person.id: told(person) for person in people} == wanted
    assert {person.id: {paper.id for paper in (ours, theirs) for step in paper.workflow.open_to(paper, person)
                        if step.name == "approve"} for person in people} == wanted
    assert notices.turn(Stocktake, ours.state)  # the inbox and the bell speak of the same steps
    sign_in(client, director)
    assert client.post(f"/admin/stocktake/{theirs.id}/approve",
                       data={"version": theirs.version}).status_code == 303
    assert client.post(f"/admin/stocktake/{ours.id}/approve",
                       data={"version": ours.version}).status_code == 422


# ---------------------------------------------------------------- sheets


@pytest.fixture
def at_noon(keeper: Any) -> Any:
    """Counting began at ten; thirty went at eleven; it is noon."""
    clock.freeze(NOON - timedelta(hours=3))
    store, item = make.make_store(), make.make_item()
    move(store, item, 100)
    count = make.saved(Stocktake(created_by=keeper, store=store))
    opened(count, by=keeper)
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=keeper)
    clock.freeze(NOON - timedelta(hours=2))
    perform(count, "start", by=keeper)
    clock.freeze(NOON - timedelta(hours=1))
    move(store, item, -30)
    clock.freeze(NOON)
    yield count
    clock.freeze(None)


@pytest.mark.parametrize(("at", "expected"), [
    ("2026-11-17T10:30", 100), ("2026-11-17T11:30", 70), ("", 70), ("2026-11-17T12:00", 70),
    ("2026-11-17T10:00", 100)])
def test_a_sheet_is_held_at_the_hour_at_which_it_was_counted(
        client: Any, sign_in: Any, at_noon: Stocktake, keeper: Any, at: str, expected: int) -> None:
    sign_in(client, keeper)
    line = at_noon.lines[0]
    text = f"Line,Counted\n{line.id},68\n".encode()
    answer = client.post(f"/admin/stocktake/{at_noon.id}/sheet",
                         data={"file": (io.BytesIO(text), "a.csv"), "at": at})
    assert answer.status_code == 303
    assert (line.system_quantity, line.counted_quantity) == (expected, 68)
    before = line.counted_at
    clock.freeze(NOON + timedelta(minutes=10))
    again = client.post(f"/admin/stocktake/{at_noon.id}/sheet", data={"file": (io.BytesIO(text), "a.csv")})
    # figures that stand there already are left alone
    assert (again.status_code, line.counted_at) == (303, before)


@pytest.mark.parametrize("at", ["2026-11-17T09:59", "2026-11-17T12:01", "2030-01-01T00:00",
                                "0001-01-01T00:00", "noon", "2026-13-45T99:99", "\x00"])
def test_a_wrong_hour_is_told_at_its_field(client: Any, sign_in: Any, at_noon: Stocktake, keeper: Any, at: str
                                           ) -> None:
    sign_in(client, keeper)
    text = f"Line,Counted\n{at_noon.lines[0].id},68\n".encode()
    answer = client.post(f"/admin/stocktake/{at_noon.id}/sheet",
                         data={"file": (io.BytesIO(text), "a.csv"), "at": at})
    assert answer.status_code == 422
    assert 'id="e-at"' in answer.text
    assert at_noon.lines[0].counted_quantity is None


def test_an_older_sheet_does_not_write_over_a_later_count(client: Any, sign_in: Any, at_noon: Stocktake,
                                                          keeper: Any
                                                          ) -> None:
    sign_in(client, keeper)
    line = at_noon.lines[0]
    stocktake_counting.count(at_noon, line.id, Decimal(70), seen=None, by=keeper)
    own, text = f"/admin/stocktake/{at_noon.id}/sheet", f"Line,Counted\n{line.id},99\n".encode()
    form = {"at": "2026-11-17T10:30"}
    assert client.post(own, data=form | {"file": (io.BytesIO(text), "a.csv")}).status_code == 422
    assert line.counted_quantity == 70
    assert client.post(own, data=form | {"file": (io.BytesIO(text), "a.csv"),
                                         "replace": "1"}).status_code == 303
    assert (line.counted_quantity, line.system_quantity) == (99, 100)


# ---------------------------------------------------------------- what the list does not name


def test_found_goods_come_with_batch_expiry_and_figure(client: Any, sign_in: Any, count: Stocktake,
                                                       keeper: Any
                                                       ) -> None:
    sign_in(client, keeper)
    own, drug = f"/admin/stocktake/{count.id}", make.make_item(batch_tracked=True, price_hint=Decimal(2000))
    page = client.get(f"{own}/count?code={drug.code}").text
    assert 'name="expires_on"' in page
    form = {"code": drug.code, "batch": "K-7", "expires_on": "", "quantity": "12"}
    bare = client.post(f"{own}/found", data=form)
    assert bare.status_code == 422
    assert 'value="K-7"' in bare.text  # nothing typed is lost
    assert 'value="12"' in bare.text
    for wrong in ({"expires_on": "kapan"}, {"expires_on": "2028-01-31", "quantity": "-1"},
                  {"expires_on": "2028-01-31", "quantity": "banyak"}, {"batch": "", "expires_on": ""}):
        assert client.post(f"{own}/found", data=form | wrong).status_code == 422, wrong
    saved = client.post(f"{own}/found", data=form | {"expires_on": "2028-01-31"})
    assert saved.location.endswith(f"after={of(count, drug, 'K-7').id}")
    line = of(count, drug, "K-7")
    assert (line.counted_quantity, line.system_quantity, line.last_move_id) == (12, 0, None)
    again = client.post(f"{own}/found", data=form | {"expires_on": "2028-01-31", "quantity": "13"})
    assert again.status_code == 409
    other = client.post(f"{own}/found", data=form | {"expires_on": "2029-01-31"})
    assert other.status_code == 422
    handed_in(count, keeper)
    perform(count, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    assert drug.stock_on_hand == 12


def test_another_batch_of_a_thing_on_the_list(client: Any, sign_in: Any, count: Stocktake, keeper: Any,
                                              item: Any
                                              ) -> None:
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    page = client.get(f"{own}/count?line={of(count, item).id}").text
    assert f"count?other=1&amp;code={item.code}" in page
    assert f"{own}/found" in client.get(f"{own}/count?other=1&code={item.code}").text
    client.post(f"{own}/found", data={"code": item.code, "batch": "B-9", "quantity": "4"})
    assert of(count, item, "B-9").counted_quantity == 4
    assert of(count, item).counted_quantity == 73_200
