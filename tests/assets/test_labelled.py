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
from models.fault_reports import FaultReport
from models.operations.assets import receipts
from models.operations.core import files
from models.operations.core.approvals import perform
from models.organisation import Setting
from models.roles import Role
from portal.web import asset_label_sheets, fault_page
from portal.web.throttle import Throttle
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


def test_an_unknown_code_is_nobodys(client, session, asset):
    assert client.get("/asset/no-such-code").status_code == 404
    assert client.get("/asset/" + "x" * 500).status_code == 404


# ---------------------------------------------------------------- staff

def test_its_people_read_what_it_is_and_what_is_due(client, session, sign_in, asset):
    make.saved(MaintenanceSchedule(asset=asset, kind=ScheduleKind.PREVENTIVE, name="Servis", every_months=3,
                                   next_due_on=clock.today() + timedelta(days=11)))
    make.saved(Calibration(asset=asset, calibrated_on=clock.today(),
                           valid_until=clock.today() + timedelta(days=365),
                           result=CalibrationResult.FIT, certificate_number="KAL-1"))
    sign_in(client, make.make_user(Role.UNIT_USER, work_unit=asset.work_unit))
    text = page(client, asset).text
    for word in (asset.tag, asset.name, "Siemens", "CT-77", "Radiologi", "Sari Dewi", "Ruang CT Scan"):
        assert word in text
    assert str((clock.today() + timedelta(days=11)).day) in text


def test_a_fault_is_reported_with_its_photo(client, session, sign_in, asset):
    nurse = sign_in(client, make.make_user(Role.UNIT_USER, work_unit=asset.work_unit))
    answer = client.post(f"/asset/{asset.qr_code}/fault", data={
        "fault": "Layar gelap", "priority": "urgent", "photo": (io.BytesIO(picture()), "rusak.jpg")})
    report = session.scalars(sa.select(FaultReport)).one()
    assert (answer.status_code, answer.location) == (303, f"/admin/fault_report/details/?id={report.id}")
    assert (report.state, report.asset_id, report.created_by_id, report.fault, report.priority) == (
        "reported", asset.id, nurse.id, "Layar gelap", "urgent")
    assert session.scalars(sa.select(Attachment).filter_by(document_type="fault_report",
                                                           document_id=report.id)).one()
    assert report.number in page(client, asset).text
    assert client.get(answer.location).status_code == 200


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
    assert session.scalar(sa.select(sa.func.count()).select_from(FaultReport)) == 0


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.RECEIVABLES, Role.UNIT_USER])
def test_anybody_on_the_staff_reports_what_they_scan(client, session, sign_in, asset, role):
    sign_in(client, role)
    assert client.post(f"/asset/{asset.qr_code}/fault", data={"fault": "Bocor"}).status_code == 303
    assert session.scalars(sa.select(FaultReport)).one().asset_id == asset.id


# ---------------------------------------------------------------- guests

GUEST = {"fault": "AC menetes", "name": "Ibu Ani", "phone": "0812 3456 7890"}


def test_a_guest_reports_a_room_and_reads_how_it_goes_on(client, session):
    room = make.make_inpatient_room()
    opened = client.get(f"/place/{room.qr_code}")
    assert opened.status_code == 200
    assert room.ward.name in opened.text
    answer = client.post(f"/place/{room.qr_code}/fault", data=GUEST)
    report = session.scalars(sa.select(FaultReport)).one()
    assert (answer.status_code, answer.location) == (303, f"/fault/{report.code}")
    assert (report.inpatient_room_id, report.reporter_name) == (room.id, "Ibu Ani")
    progress = client.get(answer.location).text
    assert report.number in progress
    assert "again" not in progress
    perform(report, "close", by=make.make_user(Role.FACILITIES_STAFF), given={"result": "Freon diisi"})
    assert "Freon diisi" in client.get(answer.location).text
    assert client.post(f"/fault/{report.code}/again", data={"reason": " "}).status_code == 422
    assert client.post(f"/fault/{report.code}/again", data={"reason": "Masih"}).status_code == 303
    assert report.state == "reported"
    assert client.get("/fault/no-such-code").status_code == 404


@pytest.mark.parametrize("kind", ["room", "bed", "asset"])
def test_a_guest_reports_whatever_carries_a_label(client, session, asset, kind):
    thing = {"room": make.make_room, "bed": make.make_bed, "asset": lambda: asset}[kind]()
    where = "asset" if kind == "asset" else "place"
    assert client.post(f"/{where}/{thing.qr_code}/fault", data=GUEST).status_code == 303
    assert getattr(session.scalars(sa.select(FaultReport)).one(), f"{kind}_id") == thing.id


@pytest.mark.parametrize("left_out", ["fault", "name", "phone"])
def test_a_guest_leaves_nothing_out(client, session, left_out):
    room = make.make_room()
    answer = client.post(f"/place/{room.qr_code}/fault", data={**GUEST, left_out: " "})
    assert answer.status_code == 422
    assert f'id="{left_out}-err"' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(FaultReport)) == 0


def test_guests_of_one_address_are_limited(app, client, session, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    room = make.make_room()
    monkeypatch.setattr(fault_page, "tries", Throttle("fault-test", limit=2, window=timedelta(minutes=10)))
    codes = [client.post(f"/place/{room.qr_code}/fault", data=GUEST).status_code for _ in range(3)]
    assert codes == [303, 303, 429]


def test_an_unknown_place_is_nobodys(client, session):
    assert client.get("/place/no-such-code").status_code == 404
    assert client.post("/place/no-such-code/fault", data=GUEST).status_code == 404


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


# ---------------------------------------------------------------- labels of places

@pytest.mark.parametrize("kind", ["room", "inpatient_room", "bed"])
def test_places_get_labels_that_lead_to_their_page(client, session, sign_in, kind):
    place = {"room": make.make_room, "inpatient_room": make.make_inpatient_room, "bed": make.make_bed}[kind]()
    sign_in(client, Role.FACILITIES_STAFF)
    answer = client.post(f"/admin/{kind}/action/", data={"action": "labels", "rowid": [str(place.id)]})
    assert (answer.status_code, answer.location) == (303, f"/admin/{kind}/labels/?ids={place.id}")
    assert client.get(answer.location).status_code == 200
    paper = client.get(f"/admin/{kind}/labels/pdf?ids={place.id}")
    assert paper.mimetype == "application/pdf"
    assert "Pindai saya" in "".join(texts(paper.data)) or "Scan me" in "".join(texts(paper.data))
    assert client.get(f"/admin/{kind}/labels/?ids=x").status_code == 200
