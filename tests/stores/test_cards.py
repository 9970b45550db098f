"""The stock card of one batch, and the variance report of a count that waits for its decision."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from models import clock
from models.operations.core.approvals import opened, perform
from models.operations.stores import stocktake_counting
from models.organisation import CodeList
from models.roles import Role
from models.stocktakes import Stocktake
from tests.support import factories as make


def report(client: Any, key: str, **query: Any) -> list[dict[str, str]]:
    client.set_cookie("language", "en")
    text = client.get(f"/admin/reports/{key}/csv/", query_string=query).data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def ward(session: Any) -> dict[str, Any]:
    """Two batches that came in turns: A 10, B 100, A 5."""
    store, item = make.make_store(), make.make_item(name="Parasetamol")
    until = clock.today() + timedelta(days=300)
    for batch, quantity in (("A-1", 10), ("B-2", 100), ("A-1", 5)):
        make.stock_up(store, item, quantity, quantity * 10, batch, until)
    return {"store": store, "item": item}


def test_the_card_of_a_batch_runs_its_own_balance(client: Any, sign_in: Any, ward: Any) -> None:
    sign_in(client, Role.STORE_STAFF)
    whole = report(client, "stock_card", item=ward["item"].id)
    assert [row["Balance"] for row in whole] == ["115", "110", "10"]
    one = report(client, "stock_card", item=ward["item"].id, batch="a-1", store=ward["store"].id)
    assert [(row["Batch"], row["In"], row["Balance"]) for row in one] == [("A-1", "5", "15"),
                                                                          ("A-1", "10", "10")]
    assert one[0]["Value"] == ""  # batches keep quantity only
    page = client.get(f"/admin/reports/stock_card/?item={ward['item'].id}&batch=A-1").text
    assert ">15 <small>" in page
    assert report(client, "stock_card", item=ward["item"].id, batch="none") == []


def test_variances_are_seen_before_they_are_decided(client: Any, sign_in: Any, ward: Any,
                                                    session: Any) -> None:
    keeper, head = make.make_user(Role.STORE_STAFF), make.make_user(Role.FACILITIES_HEAD)
    count = make.saved(Stocktake(created_by=keeper, store=ward["store"]))
    opened(count, by=keeper)
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=keeper)
    perform(count, "start", by=keeper)
    session.refresh(count)
    make.write_counts(count, keeper, *(-3 if line.batch.number == "A-1" else 2 for line in count.lines))
    sign_in(client, head)
    assert report(client, "stocktake_variance", document=count.number) == []  # still blind
    perform(count, "submit", by=keeper)
    waiting = report(client, "stocktake_variance", document=count.number)
    assert sorted((row["Variance"], row["Value"]) for row in waiting) == [("-3", "-30"), ("2", "20")]
    assert (
        f"document={count.number.replace('/', '%2F')}"
        in client.get(f"/admin/stocktake/details/?id={count.id}").text
    )
    perform(count, "approve", by=head)
    posted = report(client, "stocktake_variance", document=count.number)
    assert sorted((row["Variance"], row["Value"]) for row in posted) == [("-3", "-30"), ("2", "20")]
    page = client.get("/admin/reports/stocktake_variance/", query_string={"document": count.number}).text
    for sum_ in ("Rp20", "Rp30", "−Rp10"):
        assert sum_ in page
    assert report(client, "stocktake_variance", document="OPN/1999/000001") == []


def test_civil_codes_are_named_in_the_readers_language(client: Any, sign_in: Any) -> None:
    make.saved(CodeList(list="jenis_kelamin", code="1", name="Laki-laki", name_en="Male"))
    sign_in(client, Role.ADMIN)
    page = client.get("/admin/code_list/").text
    assert "Laki-laki" in page
    assert "Male" not in page
    client.set_cookie("language", "en")
    assert "Male" in client.get("/admin/code_list/").text
