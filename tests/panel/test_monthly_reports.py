"""The director's monthly pack: of a closed month, released by the head of facilities, in one PDF."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import Refused
from models.journal import Period
from models.monthly_reports import MonthlyPack
from models.operations.core.approvals import perform
from models.operations.core.report_kit import PACK, REPORTS
from models.operations.ledger import journal
from models.operations.people import notices
from models.outbox import Outbox
from models.roles import Role
from portal.web.outbox_job import composed
from tests.support import factories as make


@pytest.fixture
def closed(session: Any) -> Period:
    clock.freeze(datetime(2026, 11, 4, 9, 0, tzinfo=clock.zone()))
    return journal.close_period(2026, 10, by=make.make_user(Role.PAYABLES))


def packed(period: Period, *steps: str) -> MonthlyPack:
    staff, head = make.make_user(Role.FACILITIES_STAFF), make.make_user(Role.FACILITIES_HEAD)
    pack = make.saved(MonthlyPack(created_by=staff, period=period, foreword="Bor naik dari Agustus."))
    for step in steps:
        perform(pack, step, by=head if step == "approve" else staff)
    return pack


def text_of(answer: Any) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)


def test_an_open_month_is_not_packed(session: Any) -> None:
    open_month = make.saved(Period(year=2026, month=9))
    with pytest.raises(Refused, match="still open"):
        packed(open_month, "submit")


def test_the_director_reads_what_was_released_and_nothing_before(
        client: Any, sign_in: Any, closed: Period) -> None:
    pack = packed(closed, "submit")
    sign_in(client, Role.DIRECTOR)
    assert client.get(f"/admin/monthly_pack/{pack.id}/pack.pdf").status_code == 404
    perform(pack, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    answer = client.get(f"/admin/monthly_pack/{pack.id}/pack.pdf")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer)
    assert "Okt 2026" in text
    assert "Bor naik dari Agustus." in text
    assert pack.number in text
    assert "telemedisin" in text.lower()
    sign_in(client, Role.FACILITIES_HEAD)
    assert "telemedisin" not in text_of(client.get(f"/admin/monthly_pack/{pack.id}/pack.pdf")).lower()
    sign_in(client, Role.STORE_HEAD)
    assert client.get(f"/admin/monthly_pack/{pack.id}/pack.pdf").status_code in (403, 404)


def test_it_tells_of_its_month_only(client: Any, sign_in: Any, session: Any) -> None:
    unit, store, item = make.make_work_unit(name="Bangsal Kenanga"), make.make_store(), make.make_item()
    clock.freeze(datetime(2026, 9, 2, 9, 0, tzinfo=clock.zone()))
    make.stock_up(store, item, 10, 12_345)
    payables = make.make_user(Role.PAYABLES)
    clock.freeze(datetime(2026, 11, 4, 9, 0, tzinfo=clock.zone()))
    august, september = (journal.close_period(2026, month, by=payables) for month in (8, 9))
    sign_in(client, Role.FACILITIES_HEAD)
    before, after = (
        text_of(client.get(f"/admin/monthly_pack/{packed(period, 'submit', 'approve').id}/pack.pdf"))
        for period in (august, september)
    )
    assert "12.345" in after
    assert "12.345" not in before
    assert unit.name not in before


def test_the_director_is_told_of_release_withdrawal_and_replacement_with_the_pdf(
        client: Any, sign_in: Any, closed: Period) -> None:
    """Every notice leads to something that the director may read, also after the pack was withdrawn."""
    director, head = sign_in(client, Role.DIRECTOR), make.make_user(Role.FACILITIES_HEAD, name="Ratna Dewi")
    first = packed(closed, "submit")
    perform(first, "approve", by=head)
    [told] = notices.latest(director)
    pdf = f"/admin/monthly_pack/{first.id}/pack.pdf"
    assert (told.event, told.address) == ("pack_released", pdf)
    assert client.post(f"/admin/notices/{told.id}/open").location == pdf
    [mail] = db.session.scalars(sa.select(Outbox).where(Outbox.template == "pack_released"))
    assert pdf in composed(mail, "rs@example.org").text
    perform(first, "withdraw", by=head, reason="Angka BOR salah")
    db.session.expire_all()
    _gone, told = notices.latest(director)
    assert (told.address, told.read_at is not None) == ("/admin/monthly_pack/", True)
    page = client.get("/admin/notices/").text
    assert "Angka BOR salah" in page
    assert "Ratna Dewi" in page
    second = packed(closed, "submit")
    perform(second, "approve", by=head)
    newest = notices.latest(director)[0]
    assert (newest.event, newest.address) == ("pack_replaced", f"/admin/monthly_pack/{second.id}/pack.pdf")
    page = client.get("/admin/notices/").text
    assert first.number in page
    assert second.number in page
    for notice in notices.latest(director):
        assert client.get(notice.address).status_code == 200, notice.event


def test_one_month_has_one_pack(session: Any, closed: Period) -> None:
    packed(closed, "submit")
    with pytest.raises(Exception, match=r"(?i)unique|uq_monthly_pack"):
        packed(closed)
    session.rollback()


def test_each_report_of_the_pack_can_be_asked_for_a_month() -> None:
    for key, most in PACK:
        report = REPORTS[key]
        assert {"from", "to", "as_of"} & {each.name for each in report.parameters}, key
        assert most or report.summary, key
        assert not any(each.required for each in report.parameters), key
