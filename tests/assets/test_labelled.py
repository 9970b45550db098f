"""What the QR code on a thing opens, to whom; the sheets of labels that carry it."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pypdf
import pytest
import sqlalchemy as sa
from PIL import Image

from models import clock
from models.asset_history import Calibration, CalibrationResult, MaintenanceSchedule, ScheduleKind
from models.asset_register import AssetState
from models.documents import Attachment
from models.maintenance import Maintenance
from models.operations.assets import receipts
from models.operations.core import files
from models.operations.core.approvals import perform
from models.organisation import Setting
from models.roles import Role
from portal.web import asset_label_sheets
from tests.assets.test_asset_receipts import Cast
from tests.support import factories as make


@pytest.fixture
def asset(session):
    unit = make.make_work_unit(name="Radiologi")
    return make.make_asset(name="CT scanner 64 slice", brand="Siemens", serial_number="CT-77", work_unit=unit,
                           room=make.make_room(name="Ruang CT Scan"),
                           employee=make.make_employee(name="Sari Dewi"),
                           warranty_until=clock.today() + timedelta(days=30))


def page(client, asset):
    return client.get(f"/asset/{asset.qr_code}")


def picture(colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), colour).save(out, "JPEG")
    return out.getvalue()


# ---------------------------------------------------------------- strangers

def test_a_stranger_reads_whose_it_is_and_nothing_else(client, session, asset):
    make.saved(Setting(key="hospital.name", value="RSUD Tirta Husada"))
    make.saved(Setting(key="hospital.phone", value="(021) 777-0123"))
    answer = page(client, asset)
    assert answer.status_code == 200
    assert "RSUD Tirta Husada" in answer.text
    assert "(021) 777-0123" in answer.text
    for secret in (asset.tag, asset.name, "Siemens", "CT-77", "Radiologi", "Sari Dewi", "Ruang CT Scan"):
        assert secret not in answer.text


@pytest.mark.parametrize("role", [Role.PATIENT, Role.STUDENT, Role.DOCTOR, Role.UNIT_USER])
def test_who_does_not_see_the_register_is_a_stranger(client, session, sign_in, asset, role):
    sign_in(client, role)  # a unit user of another unit
    assert asset.name not in page(client, asset).text
    assert client.get(f"/asset/{asset.qr_code}/photo").status_code == 404
    assert client.post(f"/asset/{asset.qr_code}/fault", data={"fault": "x"}).status_code == 404
    assert session.scalar(sa.select(sa.func.count()).select_from(Maintenance)) == 0


def test_an_unknown_code_is_nobodys(client, session, asset):
    assert client.get("/asset/no-such-code").status_code == 404
    assert client.get("/asset/" + "x" * 500).status_code == 404


# ---------------------------------------------------------------- staff

def test_its_people_read_what_it_is_and_what_is_due(client, session, sign_in, asset):
    make.saved(MaintenanceSchedule(asset=asset, kind=ScheduleKind.PREVENTIVE, name="Servis", every_months=3,
                                   next_due_on=clock.today() + timedelta(days=11)))
    make.saved(Calibration(asset=asset, calibrated_on=clock.today(),
                           valid_until=clock.today() + timedelta(days=365),
                           result=CalibrationResult.FIT))
    sign_in(client, make.make_user(Role.UNIT_USER, work_unit=asset.work_unit))
    text = page(client, asset).text
    for word in (asset.tag, asset.name, "Siemens", "CT-77", "Radiologi", "Sari Dewi", "Ruang CT Scan"):
        assert word in text
    assert str((clock.today() + timedelta(days=11)).day) in text


def test_a_fault_becomes_a_draft_of_the_persons_unit_with_its_photo(client, session, sign_in, asset):
    nurse = sign_in(client, make.make_user(Role.UNIT_USER, work_unit=asset.work_unit))
    answer = client.post(f"/asset/{asset.qr_code}/fault", data={
        "fault": "Layar gelap", "photo": (io.BytesIO(picture()), "rusak.jpg")})
    order = session.scalars(sa.select(Maintenance)).one()
    assert (answer.status_code, answer.location) == (303, f"/admin/maintenance/details/?id={order.id}")
    assert (order.state, order.work_unit_id, order.created_by_id) == ("draft", asset.work_unit_id, nurse.id)
    assert [(line.asset_id, line.fault) for line in order.lines] == [(asset.id, "Layar gelap")]
    assert session.scalars(sa.select(Attachment).filter_by(document_type="maintenance",
                                                           document_id=order.id)).one()
    perform(order, "submit", by=nurse)
    assert order.number in page(client, asset).text


def test_what_is_wrong_with_the_report_is_said_and_nothing_is_written(client, session, sign_in, asset):
    sign_in(client, make.make_user(Role.UNIT_USER, work_unit=asset.work_unit))
    address = f"/asset/{asset.qr_code}/fault"
    assert client.post(address, data={"fault": "  "}).status_code == 422
    answer = client.post(address, data={"fault": "Layar gelap", "photo": (io.BytesIO(b"MZ"), "virus.exe")})
    assert answer.status_code == 422
    assert "Layar gelap" in answer.text
    asset.state = AssetState.RETIRED
    session.flush()
    assert client.post(address, data={"fault": "Layar gelap"}).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(Maintenance)) == 0


def test_facilities_report_in_the_name_of_the_unit_that_keeps_it(client, session, sign_in, asset):
    sign_in(client, Role.FACILITIES_STAFF)
    address = f"/asset/{asset.qr_code}/fault"
    assert client.post(address, data={"fault": "Bocor"}).status_code == 303
    assert session.scalars(sa.select(Maintenance)).one().work_unit_id == asset.work_unit_id
    asset.work_unit = None
    session.flush()
    assert client.post(address, data={"fault": "Bocor"}).status_code == 422


def test_who_reads_but_makes_no_requests_reports_nothing(client, session, sign_in, asset):
    sign_in(client, Role.RECEIVABLES)
    assert "fault" not in page(client, asset).text
    assert client.post(f"/asset/{asset.qr_code}/fault", data={"fault": "x"}).status_code == 403


def test_the_newest_photo_is_shown_small(client, session, sign_in, asset):
    staff = sign_in(client, Role.FACILITIES_STAFF)
    assert client.get(f"/asset/{asset.qr_code}/photo").status_code == 404
    files.attach(files.checked(picture(), "a.jpg"), document_type="asset", document_id=asset.id, by=staff)
    files.attach(files.checked(picture("blue"), "b.jpg"), document_type="asset", document_id=asset.id,
                 by=staff)
    assert f"/asset/{asset.qr_code}/photo" in page(client, asset).text
    answer = client.get(f"/asset/{asset.qr_code}/photo")
    with Image.open(io.BytesIO(answer.data)) as image:
        assert (image.format, max(image.size)) == ("JPEG", 900)
        assert image.getpixel((5, 5))[2] > 200


# ---------------------------------------------------------------- labels

def texts(content):
    return [each.extract_text() for each in pypdf.PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize("key", asset_label_sheets.SHEETS)
def test_every_sheet_lies_on_the_paper_and_holds_its_labels(key):
    sheet = asset_label_sheets.SHEETS[key]
    assert sheet.left + (sheet.columns - 1) * sheet.across + sheet.width <= 210
    assert sheet.top + (sheet.rows - 1) * sheet.down + sheet.height <= 297
    assert sheet.across >= sheet.width
    assert sheet.down >= sheet.height
    each = asset_label_sheets.Label("AST-2026-000123",
                                    "Kursi tunggu empat dudukan dengan sandaran lengan yang panjang sekali",
                                    "Instalasi Rawat Jalan dan Poliklinik",
                                    "https://rs.example/asset/abcdefghijklmnop")
    pages = texts(asset_label_sheets.labels_pdf([each] * (sheet.count + 1), sheet, owner="RSUD Tirta Husada"))
    assert [page.count("AST-2026-000123") for page in pages] == [sheet.count, 1]
    pages = texts(asset_label_sheets.labels_pdf([each], sheet, owner="RSUD", copies=3, skip=sheet.count - 1))
    assert [page.count("AST-2026-000123") for page in pages] == [1, 2]


def test_labels_of_ticked_rows_and_of_a_receipt(client, session, sign_in):
    cast = Cast()
    receipt = cast.received(cast.sent((make.make_asset_model(name="Kursi tunggu"), 3, 100)))
    other = make.make_asset(name="Lampu operasi")
    sign_in(client, cast.buyer)
    answer = client.post("/admin/asset/action/", data={"action": "labels", "rowid": [str(other.id), "x"]})
    assert (answer.status_code, answer.location) == (303, f"/admin/asset/labels/?ids={other.id}")
    assert other.tag in client.get(answer.location).text
    details = client.get(f"/admin/asset_receipt/details/?id={receipt.id}").text
    assert f"/admin/asset/labels/?receipt={receipt.id}" in details
    answer = client.get(f"/admin/asset/labels/pdf?receipt={receipt.id}&sheet=5x13&copies=2")
    assert answer.mimetype == "application/pdf"
    (text,) = texts(answer.data)
    assert text.count("Kursi tunggu") == 6
    assert other.tag not in text


@pytest.mark.parametrize("query", ["", "ids=", "ids=x,1e9,-1", "receipt=999999", "ids=" + "9" * 40])
def test_nothing_chosen_is_said(client, session, sign_in, query):
    sign_in(client, Role.FACILITIES_STAFF)
    assert client.get(f"/admin/asset/labels/?{query}").status_code == 200
    assert client.get(f"/admin/asset/labels/pdf?{query}&copies=zz&skip=-4&sheet=none").status_code == 200


def test_another_units_assets_get_no_label(client, session, sign_in, asset):
    sign_in(client, Role.UNIT_USER)
    assert asset.tag not in client.get(f"/admin/asset/labels/?ids={asset.id}").text
    assert asset.tag not in "".join(texts(client.get(f"/admin/asset/labels/pdf?ids={asset.id}").data))


def test_withdrawn_assets_get_no_label(client, session, sign_in):
    cast = Cast()
    receipt = cast.received(cast.sent((make.make_asset_model(), 1, Decimal(100))))
    perform(receipt, "reverse", by=cast.head, reason="wrong crate")
    sign_in(client, cast.buyer)
    assert receipts.received(receipt.asset_procurement) == {}
    assert "AST-" not in client.get(f"/admin/asset/labels/?receipt={receipt.id}").text
