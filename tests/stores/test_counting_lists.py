"""Counting many lines with one save: all or none, nothing typed lost, what moves meanwhile is told; handed in
on the page itself."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdf
import pytest

from models import clock
from models.base import db
from models.operations.core.approvals import opened, perform
from models.operations.ledger import stock
from models.operations.stores import stocktake_counting
from models.roles import Role
from models.stocktakes import Stocktake
from tests.support import factories as make


@pytest.fixture
def keeper(session: Any) -> Any:
    return make.make_user(Role.STORE_STAFF)


@pytest.fixture
def count(session: Any, keeper: Any) -> Stocktake:
    """Twenty items of ten each; the first has a box of ten as well."""
    store = make.make_store()
    for place in range(20):
        item = make.make_item({"box": "10"} if place == 0 else None, name=f"Barang {place:02}")
        make.stock_up(store, item, 10, 100)
    return started(keeper, store)


def started(keeper: Any, store: Any) -> Stocktake:
    count = make.saved(Stocktake(created_by=keeper, store=store))
    opened(count, by=keeper)
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=keeper)
    perform(count, "start", by=keeper)
    db.session.refresh(count)
    return count


def figures(page: str, value: str = "10") -> dict[str, str]:
    """What the form of the list would send: its hidden fields, and `value` in every last unit of a line."""
    form = page[page.index("data-count-rows"):]
    hidden = dict(re.findall(r'name="((?:drawn|seen)-\d+)"\s+value="([^"]*)"', form))
    boxes = {name.split("-")[0]: name for name in re.findall(r'name="(q\d+-\d+)"', form)}
    return hidden | dict.fromkeys(boxes.values(), value)


def typed(page: str, value: str) -> list[str]:
    """The fields in which `value` still stands."""
    return re.findall(rf'name="(q\d+-\d+)"[^>]*value="{value}"', page)


def test_twenty_items_are_counted_and_handed_in_with_few_pages(client: Any, sign_in: Any, count: Stocktake,
                                                               keeper: Any) -> None:
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    loads = 1
    page = client.get(f"{own}/count")
    answer = client.post(f"{own}/count", data=figures(page.text))
    assert answer.status_code == 303
    loads += 1
    page = client.get(answer.location)
    assert f'action="{own}/submit"' in page.text  # handed in here, not on another page
    answer = client.post(f"{own}/submit", data={"version": count.version})
    assert answer.status_code == 303
    client.get(answer.location)
    loads += 1
    assert loads <= 6
    assert count.state == "submitted"
    assert {line.counted_quantity for line in count.lines} == {Decimal(10)}
    assert {line.variance for line in count.lines} == {Decimal(0)}


def test_one_save_hands_in_too_once_everything_is_there(client: Any, sign_in: Any, count: Stocktake,
                                                        keeper: Any) -> None:
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    data = figures(client.get(f"{own}/count").text)
    missing = next(name for name in data if name.startswith("q"))
    refused = client.post(f"{own}/count", data={**data, missing: "", "hand_in": "1"})
    assert refused.status_code == 422  # a line is open; nothing was saved, everything typed is still there
    assert len(typed(refused.text, "10")) == 19
    db.session.expire_all()
    assert all(line.counted_quantity is None for line in count.lines)
    assert client.post(f"{own}/count", data={**data, "hand_in": "1"}).status_code == 303
    assert count.state == "submitted"


def test_all_lines_or_none_and_each_wrong_one_is_told_at_its_field(client: Any, sign_in: Any,
                                                                   count: Stocktake, keeper: Any) -> None:
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    data = figures(client.get(f"{own}/count").text)
    wrong = [name for name in data if name.startswith("q")][:3]
    data |= dict(zip(wrong, ("banyak", "-1", "1,5"), strict=True))
    refused = client.post(f"{own}/count", data=data)
    assert refused.status_code == 422
    for name in wrong:
        line = name[1:].partition("-")[0]
        assert f'id="e-{line}"' in refused.text, name
        assert f'value="{data[name]}"' in refused.text
    db.session.expire_all()
    assert all(line.counted_quantity is None for line in count.lines)
    empty = client.post(f"{own}/count", data={})
    assert empty.status_code == 422
    box, tablet = (make.unit_of(count.lines[0].item, name) for name in ("box", None))
    line = count.lines[0]
    both = {f"q{line.id}-{box.id}": "1", f"q{line.id}-{tablet.id}": "4"}
    assert client.post(f"{own}/count", data=both).status_code == 303
    assert line.counted_quantity == 14


def test_what_moves_while_a_list_is_counted_is_told_before_it_is_saved(
        client: Any, sign_in: Any, count: Stocktake, keeper: Any) -> None:
    """Nobody knows whether it was counted before or after the delivery: the counter looks once more."""
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    data = figures(client.get(f"{own}/count").text)
    line = count.lines[3]
    paper = make.saved(Stocktake(store_id=count.store_id, created_by=keeper))
    stock.issue(paper, count.store_id, [stock.Outgoing(1, line.item_id, Decimal(4))],
                kind=stock.MoveKind.DELIVERY, on=clock.today(), by=keeper,
                against=stock.against(stock.Posting.EXPENSE, make.make_account().id))
    refused = client.post(f"{own}/count", data=data)
    assert refused.status_code == 422
    assert f'id="e-{line.id}"' in refused.text
    assert refused.text.count('class="invalid-feedback"') == 1
    db.session.expire_all()
    assert all(each.counted_quantity is None for each in count.lines)
    again = figures(refused.text)
    again[next(name for name in again if name.startswith(f"q{line.id}-"))] = "6"
    assert client.post(f"{own}/count", data=again).status_code == 303
    assert (line.counted_quantity, line.variance) == (6, 0)


def test_what_another_counted_meanwhile_is_shown_and_the_own_figure_kept(
        client: Any, sign_in: Any, count: Stocktake, keeper: Any) -> None:
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    data = figures(client.get(f"{own}/count").text, "9")
    line = count.lines[5]
    stocktake_counting.count(count, line.id, Decimal(7), seen=None, by=make.make_user(Role.FACILITIES_STAFF))
    refused = client.post(f"{own}/count", data=data)
    assert refused.status_code == 422
    assert f'id="e-{line.id}"' in refused.text
    assert len(typed(refused.text, "9")) == 20
    db.session.expire_all()
    assert line.counted_quantity == 7
    again = figures(refused.text, "9")
    assert client.post(f"{own}/count", data=again).status_code == 303
    assert line.counted_quantity == 9


def test_the_page_the_sheet_and_the_paper_say_what_moved_since_the_start(
        client: Any, sign_in: Any, count: Stocktake, keeper: Any) -> None:
    clock.freeze(clock.now() + timedelta(minutes=5))
    line = count.lines[2]
    paper = make.saved(Stocktake(store_id=count.store_id, created_by=keeper))
    stock.issue(paper, count.store_id, [stock.Outgoing(1, line.item_id, Decimal(3))],
                kind=stock.MoveKind.DELIVERY, on=clock.today(), by=keeper,
                against=stock.against(stock.Posting.EXPENSE, make.make_account().id))
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    assert re.search(r"[-−]3", client.get(f"{own}/count").text)
    written = client.get(f"{own}/sheet.pdf").data
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(written)).pages)
    assert len(re.findall(r"(?<!\w)-3(?!\d)", text)) == 1  # not the number of a store or an item
    rows = client.get(f"{own}/sheet.csv").text.splitlines()
    assert [row.rpartition(",")[2] for row in rows[1:] if row[-1] != ","] in (["-3"], ["-3.000"])
    sign_in(client, Role.FACILITIES_HEAD)
    assert re.search(r"[-−]3", client.get(f"/admin/stocktake/details/?id={count.id}").text)


def test_a_list_of_another_stocktake_or_after_its_end_changes_nothing(client: Any, sign_in: Any,
                                                                      count: Stocktake, keeper: Any) -> None:
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    data = figures(client.get(f"{own}/count").text)
    other = started(keeper, make_stocked())
    assert client.post(f"/admin/stocktake/{other.id}/count", data=data).status_code == 422
    perform(count, "cancel", by=keeper, reason="Salah gudang")
    assert client.post(f"{own}/count", data=data).status_code in (409, 422)
    db.session.expire_all()
    assert all(line.counted_quantity is None for line in [*count.lines, *other.lines])


def make_stocked() -> Any:
    store = make.make_store()
    make.stock_up(store, make.make_item(), 5, 50)
    return store
