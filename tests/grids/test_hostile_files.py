"""Files that mean harm, at every door: a sentence at the file, nothing is kept, and the server goes on."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import time
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import undefer

from models import clock
from models.consultations import Consultation, ConsultationMessage, ConsultationState
from models.documents import Attachment
from models.errors import Refused
from models.imports import ListImport
from models.items import ItemCategory
from models.maintenance import Maintenance
from models.operations.core import child_process, files, list_files
from models.operations.core.approvals import opened, perform
from models.operations.stores import stocktake_counting
from models.roles import Role
from models.stocktakes import Stocktake
from tests.support import factories as make
from tests.support import hostile

pytestmark = pytest.mark.once


TABLES, PICTURES = hostile.tables(), hostile.pictures()
#: Those that are tried at doors whose reader is the same: how each of them fails is another.
FEW = ("single quotes", "a sheet elsewhere", "bomb")


def assert_told(answer: Any, name: str, *status: int) -> None:
    """The answer says what is wrong with the file of this name, and is no page of errors."""
    assert answer.status_code in (status or (422,)), (answer.status_code, answer.text[:300])
    text = unescape(answer.text)
    alerts = re.findall(r'<(?:div|p)[^>]* (?:role="alert"|class="err")[^>]*>(.*?)</(?:div|p)>', text, re.S)
    assert any(name.split(".")[0] in each for each in alerts), (alerts, text[:300])


def answers(client: Any) -> None:
    assert client.get("/healthz").status_code == 200


# ---------------------------------------------------------------- lists

def bring(client: Any, content: bytes, kind: str = "item_category") -> Any:
    return client.post("/admin/imports/", data={
        "kind": kind, "posted_on": clock.today().isoformat(), "file": (io.BytesIO(content), "daftar.xlsx")})


@pytest.mark.parametrize("name", TABLES)
def test_lists_that_are_brought(client: Any, sign_in: Any, session: Any, name: str) -> None:
    sign_in(client, Role.FACILITIES_STAFF)
    before = session.scalar(sa.select(sa.func.count()).select_from(ItemCategory))
    answer = bring(client, TABLES[name])
    assert_told(answer, "daftar.xlsx")
    assert re.search(r'<input class="form-control is-invalid" id="file"', answer.text)
    assert '<option value="item_category" selected' in answer.text  # what was chosen stays
    assert session.scalar(sa.select(sa.func.count()).select_from(ListImport)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(ItemCategory)) == before
    answers(client)


@pytest.mark.parametrize("name", FEW)
def test_first_stock(client: Any, sign_in: Any, session: Any, name: str) -> None:
    make.make_chart()
    sign_in(client, Role.STORE_HEAD)
    assert_told(bring(client, TABLES[name], "opening_stock"), "daftar.xlsx")
    answers(client)


@pytest.mark.parametrize("name", FEW)
def test_a_list_that_was_kept_is_applied(client: Any, sign_in: Any, session: Any, name: str) -> None:
    staff = sign_in(client, Role.FACILITIES_STAFF)
    content = TABLES[name]
    old = make.saved(ListImport(kind="item_category", file_name="daftar.xlsx", content=content,
                                sha256=hashlib.sha256(content).hexdigest(), new_rows=1,
                                uploaded_by_id=staff.id))
    assert_told(client.post(f"/admin/imports/{old.id}/apply"), "daftar.xlsx")
    assert session.get_one(ListImport, old.id).applied_at is None
    answers(client)


@pytest.mark.parametrize("name", FEW)
def test_a_sheet_that_was_counted(client: Any, sign_in: Any, session: Any, name: str) -> None:
    keeper, store, item = make.make_user(Role.STORE_STAFF), make.make_store(), make.make_item()
    make.stock_up(store, item, 10, 100)
    count = make.saved(Stocktake(created_by=keeper, store=store))
    opened(count, by=keeper)
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=keeper)
    perform(count, "start", by=keeper)
    sign_in(client, keeper)
    answer = client.post(f"/admin/stocktake/{count.id}/sheet",
                         data={"file": (io.BytesIO(TABLES[name]), "daftar.xlsx")})
    assert_told(answer, "daftar.xlsx")
    answers(client)


@pytest.mark.parametrize("name", FEW)
def test_the_command(app: Any, session: Any, tmp_path: Path, name: str) -> None:
    file = tmp_path / "daftar.xlsx"
    file.write_bytes(TABLES[name])
    session.commit()
    answer = app.test_cli_runner().invoke(args=["import", "item_category", str(file)])
    assert answer.exit_code == 1
    assert answer.output.startswith("daftar.xlsx")
    assert len(answer.output.splitlines()) == 1


def test_a_dimension_that_is_a_lie_harms_nobody() -> None:
    huge = hostile.sheet(hostile.LIST).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    for ref in ("A1:XFD1048576", "XFD1048576:A1", "", "A0:B0", "A1:ZZZZZZ99999999999"):
        with contextlib.suppress(Refused):
            read = list_files.read(hostile.workbook(huge.replace("A1:XFD1048576", ref)), "daftar.xlsx")
            assert [row.cells for row in read.rows] == [{"code": "herbal", "name": "Herbal"}]


def test_many_sheets_as_large_as_may_be_end_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_files, "LIMITS", child_process.Limits(processor=1))
    far = hostile.sheet(hostile.LIST
                        + '<row r="20000"><c r="IF20000" t="inlineStr"><is><t>a</t></is></c></row>')
    with pytest.raises(Refused, match="takes too long"):
        list_files.read(hostile.workbook(*[far] * 40), "daftar.xlsx")


# ---------------------------------------------------------------- which sheet, and what nobody saw

A, B = hostile.sheet(hostile.LIST), hostile.sheet(hostile.cells(["code", "name"], ["jamu", "Jamu"]))
EMPTY = hostile.sheet("")


def codes(listed: list_files.Listed) -> list[Any]:
    return [row.cells["code"] for row in listed.rows]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_never_read(state: str) -> None:
    read = list_files.read(hostile.workbook(A, B, EMPTY, states=(state, "", "")), "daftar.xlsx")
    assert (codes(read), read.sheet, read.sheets) == (["jamu"], "Lembar2", ("Lembar2",))
    with pytest.raises(list_files.WhichSheet, match="no such sheet"):
        list_files.read(hostile.workbook(A, B, states=(state, "")), "daftar.xlsx", "Lembar1")
    with pytest.raises(Refused, match="is empty"):
        list_files.read(hostile.workbook(A, states=(state,)), "daftar.xlsx")
    with pytest.raises(Refused, match="is empty"):
        list_files.read(hostile.workbook(EMPTY, A, states=("", state)), "daftar.xlsx")


def test_of_several_sheets_the_person_says_which() -> None:
    book = hostile.workbook(A, EMPTY, B, names=("Lama", "Kosong", "Obat & alat".replace("&", "&amp;")))
    with pytest.raises(list_files.WhichSheet) as told:
        list_files.read(book, "daftar.xlsx")
    assert (told.value.field, told.value.sheets) == ("sheet", ("Lama", "Obat & alat"))
    assert "Lama, Obat & alat" in str(told.value)
    for name, found in (("Lama", ["herbal"]), ("Obat & alat", ["jamu"])):
        read = list_files.read(book, "daftar.xlsx", name)
        assert (codes(read), read.sheet, read.sheets) == (found, name, ("Lama", "Obat & alat"))
    for name in ("Kosong", "", "lama"):
        with pytest.raises(list_files.WhichSheet) as told:
            list_files.read(book, "daftar.xlsx", name)
        assert told.value.sheets == ("Lama", "Obat & alat")


def test_the_command_is_told_which_sheet(app: Any, session: Any, tmp_path: Path) -> None:
    file = tmp_path / "daftar.xlsx"
    file.write_bytes(hostile.workbook(A, B))
    session.commit()
    run = app.test_cli_runner().invoke
    assert "Lembar1, Lembar2" in run(args=["import", "item_category", str(file)]).output
    done = run(args=["import", "item_category", str(file), "--sheet", "Lembar2", "--yes"])
    assert done.exit_code == 0, done.output
    assert session.scalar(sa.select(ItemCategory.name).where(ItemCategory.code == "jamu")) == "Jamu"


@pytest.mark.parametrize("how", ['hidden="1"', 'hidden="true"', 'ht="0" customHeight="1"'])
def test_rows_that_nobody_saw_are_named(how: str) -> None:
    rows = [["code", "name"], ["a", "A"], ["b", "B"], ["c", "C"]]
    with pytest.raises(Refused, match=r"Hidden rows hold something: 2, 4\.") as told:
        list_files.read(hostile.workbook(hostile.sheet(hostile.cells(*rows, r2=how, r4=how))), "daftar.xlsx")
    assert told.value.field == "file"
    rows[1] = rows[3] = ["", " "]
    assert codes(list_files.read(hostile.workbook(hostile.sheet(hostile.cells(*rows, r2=how, r4=how))),
                                 "a.xlsx")) == ["b"]


def test_many_hidden_rows_are_named_up_to_ten() -> None:
    rows = [["code", "name"], *([str(each), "x"] for each in range(30))]
    hidden = {f"r{number}": 'hidden="1"' for number in range(5, 30)}
    with pytest.raises(Refused, match=r": 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 …\."):
        list_files.read(hostile.workbook(hostile.sheet(hostile.cells(*rows, **hidden))), "daftar.xlsx")


def test_hidden_rows_of_another_sheet_do_not_matter() -> None:
    other = hostile.sheet(hostile.cells(["x"], ["y"], r2='hidden="1"'))
    assert codes(list_files.read(hostile.workbook(A, other), "daftar.xlsx", "Lembar1")) == ["herbal"]


@pytest.mark.parametrize("text",
                         ["code,amount,name\na,12,5,A\n", "code;name\na;A;;more\n", "code,name\n\na,b,c\n"])
def test_a_cell_beyond_the_headings_is_refused_with_its_row(text: str) -> None:
    """`12,5` without quotes moved every later value one column on."""
    row = 1 + next(place for place, line in enumerate(text.splitlines()) if place and line)
    with pytest.raises(Refused, match=f"Row {row} has more cells") as told:
        list_files.read(text.encode(), "daftar.csv")
    assert told.value.field == "file"


def test_empty_cells_beyond_the_headings_are_nothing() -> None:
    assert codes(list_files.read(b'code;name;;\na;"12,5";; \n', "daftar.csv")) == ["a"]


def test_cells_keep_their_kinds() -> None:
    import xlsxwriter
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        day, moment = (
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        )
        page = book.add_worksheet()
        page.write_row(0, 0, ["text", "number", "small", "yes", "day", "moment", "none"])
        page.write_row(1, 0, ["0099", 1250, 0.1, True])
        at = clock.local(clock.now()).replace(tzinfo=None, second=0, microsecond=0)
        page.write_datetime(1, 4, at.replace(hour=0, minute=0), day)
        page.write_datetime(1, 5, at, moment)
    cells = list_files.read(out.getvalue(), "daftar.xlsx").rows[0].cells
    assert {name: (type(value).__name__, str(value)) for name, value in cells.items()} == {
        "text": ("str", "0099"), "number": ("Decimal", "1250"), "small": ("Decimal", "0.1"),
        "yes": ("bool", "True"),
        "day": ("date", str(at.date())), "moment": ("datetime", str(at)), "none": ("NoneType", "None")}


# ---------------------------------------------------------------- pictures

@pytest.fixture
def talk(session: Any) -> Consultation:
    return make.make_consultation(state=ConsultationState.IN_PROGRESS, approved_at=clock.now(),
                                  started_at=clock.now())


@pytest.mark.parametrize("name", PICTURES)
def test_files_of_a_document(client: Any, sign_in: Any, session: Any, name: str) -> None:
    request = make.make_store_request((make.make_item(), 1), created_by=make.make_user(Role.UNIT_USER))
    sign_in(client, request.created_by)
    answer = client.post(f"/admin/store_request/{request.id}/files",
                         data={"file": (io.BytesIO(PICTURES[name]), "gambar.jpg")})
    assert_told(answer, "gambar.jpg")
    assert session.scalar(sa.select(sa.func.count(Attachment.id))) == 0
    answers(client)


#: One that the reader refuses, one that only the first bytes show.
TWO = ("text that unpacks to 70 MB", "SVG")


@pytest.mark.parametrize("name", TWO)
@pytest.mark.parametrize("as_block", [False, True])
@pytest.mark.parametrize("side", ["patient", "doctor"])
def test_files_of_a_message(client: Any, sign_in: Any, session: Any, talk: Any, name: str, side: str,
                            as_block: bool
                            ) -> None:
    sign_in(client, getattr(talk, side).user)
    address = f"/portal/consultations/{talk.id}/messages" if side == "patient" \
        else f"/admin/consultation/{talk.id}/message"
    answer = client.post(address, data={"client_id": "one", "body": "Lihat ini",
                                        "file": (io.BytesIO(PICTURES[name]), "gambar.jpg")},
                         headers={"HX-Request": "true"} if as_block else {})
    assert_told(answer, "gambar.jpg")
    assert as_block is False or "Lihat ini" in answer.text
    assert session.scalar(sa.select(sa.func.count(ConsultationMessage.id))) == 0
    assert session.scalar(sa.select(sa.func.count(Attachment.id))) == 0
    answers(client)


@pytest.mark.parametrize("name", TWO)
@pytest.mark.parametrize("step", ["files", ""])
def test_files_of_a_request(client: Any, sign_in: Any, session: Any, name: str, step: str) -> None:
    patient, doctor = make.make_patient(), make.make_doctor()
    sign_in(client, patient.user)
    tomorrow = clock.day_bounds(clock.today() + timedelta(days=1))[0] + timedelta(hours=9)
    answer = client.post("/portal/consultations/new", data={
        "patient": str(patient.id), "doctor": str(doctor.id), "starts_at": tomorrow.isoformat(), "step": step,
        "complaint": "Demam sejak kemarin", "consent": "1", "consent_record": "1",
        "files": (io.BytesIO(PICTURES[name]), "gambar.jpg")})
    assert_told(answer, "gambar.jpg")
    assert 'id="files-err"' in answer.text
    assert "Demam sejak kemarin" in answer.text
    assert session.scalar(sa.select(sa.func.count(Consultation.id))) == 0
    assert session.scalar(sa.select(sa.func.count(Attachment.id))) == 0
    answers(client)


@pytest.mark.parametrize("name", TWO)
def test_the_photo_of_a_fault(client: Any, sign_in: Any, session: Any, name: str) -> None:
    asset = make.make_asset(work_unit=make.make_work_unit())
    sign_in(client, make.make_user(Role.UNIT_USER, work_unit=asset.work_unit))
    answer = client.post(f"/asset/{asset.qr_code}/fault",
                         data={"fault": "Layar gelap", "photo": (io.BytesIO(PICTURES[name]), "gambar.jpg")})
    assert_told(answer, "gambar.jpg")
    assert "Layar gelap" in answer.text
    assert session.scalar(sa.select(sa.func.count(Maintenance.id))) == 0
    answers(client)


def photo_of(asset: Any, content: bytes, media_type: str = "image/jpeg") -> Attachment:
    return make.saved(Attachment(
        document_type="asset", document_id=asset.id, file_name="gambar.jpg", media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), content=content, user_id=make.make_user().id))


@pytest.mark.parametrize("name", ["JPEG that says 65,500 points square", "truncated JPEG", "text"])
def test_a_picture_that_was_kept_before_and_means_harm(client: Any, sign_in: Any, session: Any,
                                                       name: str) -> None:
    asset = make.make_asset()
    photo_of(asset, PICTURES[name])
    sign_in(client, Role.FACILITIES_STAFF)
    assert client.get(f"/asset/{asset.qr_code}/photo").status_code == 422
    assert client.get(f"/asset/{asset.qr_code}").status_code == 200
    answers(client)


def test_a_small_picture_is_drawn_once(client: Any, sign_in: Any, session: Any,
                                       monkeypatch: pytest.MonkeyPatch
                                       ) -> None:
    asset = make.make_asset()
    photo_of(asset, hostile.picture(size=(1800, 1200)))
    sign_in(client, Role.FACILITIES_STAFF)
    first = client.get(f"/asset/{asset.qr_code}/photo")
    assert Image.open(io.BytesIO(first.data)).size == (900, 600)
    monkeypatch.setattr(child_process, "CHILD", Path("nothing"))  # nothing can be read from here on
    assert client.get(f"/asset/{asset.qr_code}/photo").data == first.data
    [kept] = session.scalars(sa.select(Attachment).options(undefer(Attachment.small)))
    assert kept.small == first.data


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    out = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(out, "PNG", save_all=True, append_images=[
        Image.new("RGB", (9, 9), (each, 0, 0)) for each in range(200)])
    assert getattr(Image.open(io.BytesIO(out.getvalue())), "n_frames", 1) > 100
    kept = Image.open(io.BytesIO(files.checked(out.getvalue(), "gambar.png").content))
    assert getattr(kept, "n_frames", 1) == 1


def test_the_largest_pictures_that_are_taken_fit_into_the_limits() -> None:
    """All points that are decoded at once, of four colours, and turned."""
    exif = Image.Exif()
    exif[274] = 6
    side = int(files.WHOLE_POINTS ** 0.5)
    started = time.monotonic()
    for content in (hostile.picture("PNG", (side, side), exif=exif, compress_level=1),
                    hostile.picture("JPEG", (side, side), exif=exif),
                    hostile.picture("JPEG", (15_000, 12_000), exif=exif, quality=1)):
        assert files.checked(content, "gambar").content
    assert time.monotonic() - started < 60


def test_a_pdf_is_known_by_its_first_bytes_and_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "CHILD", Path("nothing"))
    assert files.checked(b"%PDF-1.7 \xff\x00 rubbish", "a.pdf").media_type == "application/pdf"
    with pytest.raises(Refused):
        files.checked(b" %PDF-1.7", "a.pdf")


def test_an_answer_that_is_no_picture_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever took the reader over says what they like."""
    for answer in (b'{"yes": {"sizes": [5, 0]}}\n<svg>', b'{"yes": {"sizes": ["x"]}}\n', b'{"yes": 7}\n',
                   b'{"yes": null}\n', b'{"no": "far", "with": {}}\n'):
        monkeypatch.setattr(child_process, "_run", lambda *_, said=answer: (said, ""))
        with pytest.raises(Refused):
            files.checked(hostile.picture(), "gambar.jpg")
        with pytest.raises(Refused):
            list_files.read(b"a\n1\n", "daftar.csv")
    for word in ('"x"', '"which"', '"beyond"', '"hidden"', "7"):
        said = f'{{"no": {word}, "with": {{}}}}\n'.encode()
        monkeypatch.setattr(child_process, "_run", lambda *_, said=said: (said, ""))
        with pytest.raises(Refused) as told:
            list_files.read(b"a\n1\n", "daftar.csv")
        assert str(told.value)
