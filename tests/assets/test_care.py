"""Pages of keeping assets: runs with their preview, books, spare parts, certificates, the calendar, the
reports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_history import Calibration, MaintenanceSchedule
from models.asset_register import Asset, AssetBook, AssetType
from models.depreciation import DepreciationRun, DepreciationRunLine
from models.documents import Attachment
from models.maintenance import MaintenancePart
from models.operations.assets import books
from models.operations.core.approvals import opened, perform
from models.organisation import WorkUnit
from models.roles import Role
from tests.support import factories as make
from tests.support.specified_rights import report_readers

CARE = ("depreciation_schedule", "depreciation_lines", "maintenance_cost", "downtime", "calibration_due")


@pytest.fixture(autouse=True)
def in_april(session: Any) -> None:
    clock.freeze(datetime(2026, 4, 20, 5, tzinfo=UTC))
    make.make_chart()


def asset_of(unit: WorkUnit | None = None, months: int | None = None, **fields: Any) -> Asset:
    kind = AssetType(code=make.unique("T"), name=make.unique("Type"), useful_life=60,
                     calibration_months=months)
    asset = make.saved(Asset(tag=make.unique("AST"), name=make.unique("Pump"), asset_type=kind,
                             acquisition_cost=Decimal(6000),
                             acquired_on=fields.pop("acquired_on", date(2026, 1, 5)),
                             work_unit=unit or make.make_work_unit(), room=make.make_room(), **fields))
    perform(asset, "put_into_use", by=make.make_user(Role.FACILITIES_STAFF))
    return asset


def draft() -> DepreciationRun:
    staff = make.make_user(Role.FACILITIES_STAFF)
    run = make.saved(DepreciationRun(created_by=staff, period_start=date(2026, 1, 1),
                                     period_end=date(2026, 1, 31)))
    opened(run, by=staff)
    return run


# ---------------------------------------------------------------- runs

def test_a_run_is_made_previewed_and_submitted(client: Any, sign_in: Any, session: Any) -> None:
    asset = asset_of()
    sign_in(client, Role.FACILITIES_STAFF)
    # the last month that is over
    assert 'value="2026-03-01"' in client.get("/admin/depreciation_run/new/").text
    answer = client.post("/admin/depreciation_run/new/", data={
        "book": "hospital", "period_start": "2026-03-17"})
    assert answer.status_code == 303
    run = session.scalars(sa.select(DepreciationRun)).one()
    assert (run.period_start, run.period_end) == (date(2026, 3, 1), date(2026, 3, 31))
    page = f"/admin/depreciation_run/details/?id={run.id}"
    assert f'action="/admin/depreciation_run/{run.id}/compute"' in client.get(page).text
    fragment = client.post(f"/admin/depreciation_run/{run.id}/compute", headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert asset.asset_type.name in fragment.text
    assert "hx-trigger" not in fragment.text  # all is computed: it asks for no more
    assert client.post(f"/admin/depreciation_run/{run.id}/compute", data={"after": "0"}).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(DepreciationRunLine)) == 1
    assert client.post(f"/admin/depreciation_run/{run.id}/submit",
                       data={"version": run.version}).status_code == 303
    assert (run.total, run.run_on) == (300, date(2026, 3, 31))
    assert [(line.periods, line.caught_up) for line in run.lines] == [(3, 200)]
    assert all("menyusulkan periode sebelumnya" in each for each in (client.get(page).text, fragment.text))
    assert "compute" not in client.get(page).text
    assert client.post(f"/admin/depreciation_run/{run.id}/compute").status_code == 422


def test_a_long_run_asks_for_its_next_chunk(client: Any, sign_in: Any, session: Any,
                                            monkeypatch: Any) -> None:
    from models.operations.assets import depreciation
    monkeypatch.setattr(depreciation.compute_next, "__defaults__", (None,))
    monkeypatch.setattr(depreciation.compute, "__defaults__", (0, 2))
    for _number in range(3):
        asset_of()
    run = draft()
    sign_in(client, Role.FACILITIES_STAFF)
    address, script = f"/admin/depreciation_run/{run.id}/compute", {"HX-Request": "true"}
    first = client.post(address, headers=script).text
    assert 'hx-trigger="load, submit"' in first
    after = session.scalar(sa.select(sa.func.max(DepreciationRunLine.asset_book_id)))
    assert f'name="after" value="{after}"' in first
    assert "hx-trigger" not in client.post(address, data={"after": str(after)}, headers=script).text
    assert session.scalar(sa.select(sa.func.count()).select_from(DepreciationRunLine)) == 3


@pytest.mark.parametrize("role", [Role.FACILITIES_HEAD, Role.RECEIVABLES])
def test_only_staff_computes(client: Any, sign_in: Any, role: Role) -> None:
    run = draft()
    sign_in(client, role)
    assert client.post(f"/admin/depreciation_run/{run.id}/compute").status_code == 403


# ---------------------------------------------------------------- books

def book_of(asset: Asset) -> AssetBook:
    return next(book for book in asset.books if book.book == "hospital")


def test_a_book_shows_what_comes_and_its_life_is_changed(client: Any, sign_in: Any, session: Any) -> None:
    book = book_of(asset_of())
    sign_in(client, Role.FACILITIES_STAFF)
    page = f"/admin/asset_book/details/?id={book.id}"
    assert "2030" in client.get(page).text
    form = f"/admin/asset_book/{book.id}/life"
    assert form in client.get(page).text
    assert client.get(form).status_code == 200
    wrong = client.post(form, data={"useful_life": "", "residual_value": "0", "reason": "Overhauled"})
    assert wrong.status_code == 422
    assert "Overhauled" in wrong.text
    assert client.post(form, data={"useful_life": "24", "residual_value": "7000",
                                   "reason": "x"}).status_code == 422
    done = client.post(form, data={"useful_life": "24", "residual_value": "600", "reason": "Overhauled"})
    assert done.status_code == 303
    session.refresh(book)
    assert (book.useful_life, book.residual_value) == (24, 600)
    sign_in(client, Role.FACILITIES_HEAD)
    assert client.get(form).status_code == 403
    assert form not in client.get(page).text


def test_an_opening_is_entered(client: Any, sign_in: Any, session: Any) -> None:
    book = book_of(asset_of(acquired_on=date(2024, 1, 5)))
    sign_in(client, Role.FACILITIES_STAFF)
    form = f"/admin/asset_book/{book.id}/opening"
    assert client.post(form, data={"accumulated": "9000", "anchored_on": "2026-03-31"}).status_code == 422
    assert client.post(form, data={"accumulated": "1500", "anchored_on": "2026-03-31"}).status_code == 303
    session.refresh(book)
    assert (book.accumulated, book.opening_accumulated, book.anchored_on) == (1500, 1500, date(2026, 3, 31))
    assert books.schedule_of(book)[0].period_start == date(2026, 4, 1)


# ---------------------------------------------------------------- parts and certificates

def test_parts_are_written_on_the_order(client: Any, sign_in: Any, session: Any) -> None:
    order = make.make_started_maintenance()
    perform(order.lines[0], "start", by=make.make_user(Role.FACILITIES_STAFF))
    item, store = make.make_item(), make.make_store()
    sign_in(client, Role.FACILITIES_STAFF)
    page = f"/admin/maintenance/details/?id={order.id}"
    link = f"/admin/maintenance_part/new/?maintenance_line={order.lines[0].id}"
    assert link in client.get(page).text
    assert f'value="{order.lines[0].id}" selected' in client.get(link).text
    done = client.post("/admin/maintenance_part/new/", data={
        "maintenance_line": str(order.lines[0].id), "item": str(item.id), "quantity": "2",
        "store": str(store.id)})
    assert done.status_code == 303
    assert done.location == f"/admin/maintenance/details/?id={order.id}#h-parts"
    assert item.name in client.get(page).text
    part = session.scalars(sa.select(MaintenancePart)).one()
    assert client.post("/admin/maintenance_part/delete/", data={"id": part.id}).status_code == 303
    waiting = make.make_maintenance()
    refused = client.post("/admin/maintenance_part/new/", data={
        "maintenance_line": str(waiting.lines[0].id), "item": str(item.id), "quantity": "2",
        "store": str(store.id)})
    assert refused.status_code == 422
    assert 'value="2"' in refused.text


def test_a_certificate_is_entered_from_its_order_with_its_scan(client: Any, sign_in: Any,
                                                               session: Any) -> None:
    asset = asset_of(months=12, acquired_on=date(2024, 1, 5))
    order = make.make_maintenance(asset, kind="calibration")
    order.state = "in_progress"
    make.saved(order)
    line = order.lines[0]
    sign_in(client, Role.FACILITIES_STAFF)
    link = f"/admin/calibration/new/?asset={asset.id}&amp;maintenance_line={line.id}"
    assert link in client.get(f"/admin/maintenance/details/?id={order.id}").text
    fields = {"asset": str(asset.id), "maintenance_line": str(line.id), "calibrated_on": "2026-04-18",
              "valid_until": "2027-04-17", "result": "fit", "certificate_number": "KAL.2026.1"}
    for change, name in (({"asset": str(asset_of().id)}, "maintenance_line"),
                         ({"valid_until": "2026-04-18"}, "valid_until")):
        wrong = client.post("/admin/calibration/new/", data=fields | change)
        assert (wrong.status_code, f'id="e-{name}"' in wrong.text) == (422, True)
    assert client.post("/admin/calibration/new/", data=fields).status_code == 303
    paper = session.scalars(sa.select(Calibration)).one()
    session.refresh(asset)
    assert asset.is_fit_on(date(2027, 4, 17))
    page = client.get(f"/admin/calibration/details/?id={paper.id}").text
    assert f'action="/admin/calibration/{paper.id}/files"' in page
    import io
    sent = client.post(f"/admin/calibration/{paper.id}/files", data={
        "file": (io.BytesIO(b"%PDF-1.7 scan"), "sertifikat.pdf")})
    assert sent.status_code == 303
    file = session.scalars(sa.select(Attachment)).one()
    assert "sertifikat.pdf" in client.get(f"/admin/calibration/details/?id={paper.id}").text
    assert client.get(f"/admin/calibration/{paper.id}/file?file={file.id}").data == b"%PDF-1.7 scan"


# ---------------------------------------------------------------- the calendar

def schedule_of(asset: Asset, due: date) -> MaintenanceSchedule:
    return make.saved(MaintenanceSchedule(asset=asset, name=make.unique("Service"), every_months=6,
                                          next_due_on=due))


def test_the_calendar_shows_a_month(client: Any, sign_in: Any) -> None:
    asset = asset_of()
    due, late, later = (schedule_of(asset, day)
                        for day in (date(2026, 4, 28), date(2026, 3, 2), date(2026, 5, 3)))
    sign_in(client, Role.FACILITIES_STAFF)
    page = client.get("/admin/care/").text
    assert due.name in page
    assert late.name in page
    assert later.name not in page
    assert later.name in client.get("/admin/care/?month=2026-05").text
    assert due.name not in client.get("/admin/care/?kind=calibration").text
    for nonsense in ("2026-13", "9999-99", "x", "1000-01", "2026-0٣"):
        assert due.name in client.get(f"/admin/care/?month={nonsense}").text


def test_a_unit_sees_its_own_work(client: Any, sign_in: Any) -> None:
    unit = make.make_work_unit()
    mine, other = schedule_of(asset_of(unit), date(2026, 4, 28)), schedule_of(asset_of(), date(2026, 4, 28))
    sign_in(client, make.make_user(Role.UNIT_USER, work_unit=unit))
    page = client.get("/admin/care/").text
    assert mine.name in page
    assert other.name not in page


@pytest.mark.parametrize("path", ["/admin/care/", *(f"/admin/reports/{key}/" for key in CARE)])
def test_statements_do_not_grow_with_the_rows(client: Any, sign_in: Any, session: Any, path: str) -> None:
    def measure() -> int:
        seen = 0

        def count(*_: Any) -> None:
            nonlocal seen
            seen += 1
        bind = session.get_bind()
        sa.event.listen(bind, "before_cursor_execute", count)
        assert client.get(path).status_code == 200
        sa.event.remove(bind, "before_cursor_execute", count)
        return seen

    def more() -> None:
        for _number in range(3):
            asset = asset_of(months=12, acquired_on=date(2024, 1, 5))
            schedule_of(asset, date(2026, 4, 28))
            done_order(asset)
    more()
    sign_in(client, Role.FACILITIES_HEAD)
    measure()
    first = measure()
    more()
    measure()
    assert measure() == first


# ---------------------------------------------------------------- reports

def done_order(asset: Asset, cost: int = 250, hours: int = 3, **fields: Any) -> Any:
    order = make.make_maintenance(asset, kind="preventive", **fields)
    order.state, order.started_at = "in_progress", clock.now() - timedelta(hours=hours)
    make.saved(order)
    staff = make.make_user(Role.FACILITIES_STAFF)
    perform(order.lines[0], "start", by=staff)
    perform(order.lines[0], "finish", by=staff, given={"result": "x", "cost": Decimal(cost)})
    perform(order, "approve_cost", by=make.make_user(Role.PAYABLES))
    perform(order, "finish", by=staff)
    return order


def csv(client: Any, key: str, query: str = "") -> list[list[str]]:
    answer = client.get(f"/admin/reports/{key}/csv/{query}")
    assert answer.status_code == 200
    return [line.split(",") for line in answer.text.lstrip("\ufeff").splitlines()[1:]]


@pytest.mark.parametrize("key", CARE)
def test_each_report_opens_for_its_roles_and_answers_as_files(client: Any, sign_in: Any, key: str) -> None:
    asset_of(months=12)
    for role in Role:
        sign_in(client, role)
        status = client.get(f"/admin/reports/{key}/").status_code
        assert (status == 200) == (role in report_readers(key)), role
    sign_in(client, Role.FACILITIES_HEAD)
    for kind in ("csv", "xlsx", "pdf"):
        assert client.get(f"/admin/reports/{key}/{kind}/").status_code == 200


def test_the_schedule_in_advance_is_what_the_runs_take(client: Any, sign_in: Any, session: Any) -> None:
    """Two assets at 100 a month; January's run left out makes up for nothing yet: each month 200, of one
    asset 100."""
    asset = asset_of()
    asset_of()
    run = draft()
    perform(run, "submit", by=run.created_by)
    perform(run, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    session.expire_all()
    sign_in(client, Role.DIRECTOR)
    rows = csv(client, "depreciation_schedule")
    assert rows[0] == ["2026-02-28", "2", "200", "11600"]
    assert len(rows) == 24
    one = csv(client, "depreciation_schedule", f"?asset={asset.id}")
    assert (one[0], one[-1], len(one)) == (["2026-02-28", "100", "5800"], ["2030-12-31", "100", "0"], 59)
    assert len(csv(client, "depreciation_lines", f"?run={run.id}")) == 2
    assert len(csv(client, "depreciation_lines", f"?asset={asset.id}")) == 1


def test_maintenance_cost_by_asset_unit_and_vendor(client: Any, sign_in: Any) -> None:
    asset, vendor = asset_of(), make.make_vendor()
    done_order(asset, 250, vendor=vendor)
    done_order(asset, 50)
    done_order(asset_of(), 1000)
    sign_in(client, Role.FACILITIES_HEAD)
    assert [row[1:] for row in csv(client, "maintenance_cost")] == [
        ["1", "1000", "0", "1000"], ["2", "300", "0", "300"]]
    assert csv(client, "maintenance_cost", "?by=vendor") == [["", "2", "1050", "0", "1050"],
                                                             [vendor.name, "1", "250", "0", "250"]]
    assert len(csv(client, "maintenance_cost", f"?by=work_unit&asset={asset.id}")) == 2
    assert csv(client, "maintenance_cost", "?to=2026-04-01") == []


def test_downtime_and_calibrations(client: Any, sign_in: Any) -> None:
    asset = asset_of(months=12, acquired_on=date(2025, 4, 1))  # overdue since the first of April
    asset_of(months=12)
    done_order(asset, hours=5)
    done_order(asset, hours=3)
    sign_in(client, Role.FACILITIES_HEAD)
    (row,) = csv(client, "downtime")
    assert row[3:] == ["2", "8", "5", "0"]
    (due,) = csv(client, "calibration_due")
    assert (due[0], due[5:7]) == (asset.tag, ["2026-03-31", "-20"])
    assert len(csv(client, "calibration_due", "?to=2027-12-31")) == 2
