"""Files of documents in the panel: kept by content, given to those who may read the document."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image, PngImagePlugin

from models.activity import ActivityLog
from models.base import db
from models.documents import Attachment
from models.operations.core import files
from models.roles import Role
from tests.support import factories as make

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
SECRET = b"here-I-live"


def picture(kind: str) -> bytes:
    """A small picture with something hidden in it."""
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("place", SECRET.decode())
    more: dict[str, Any] = {"pnginfo": info} if kind == "PNG" else {"comment": SECRET}
    Image.new("RGB", (8, 4), "teal").save(out, kind, **more)
    return out.getvalue() + SECRET


@pytest.fixture
def request_(session: Any) -> Any:
    return make.make_store_request((make.make_item(), 1), created_by=make.make_user(Role.UNIT_USER))


def upload(client: Any, record: Any, content: bytes, name: str) -> Any:
    return client.post(f"/admin/{record.__tablename__}/{record.id}/files",
                       data={"file": (io.BytesIO(content), name)})


def kept() -> list[Attachment]:
    return list(db.session.scalars(sa.select(Attachment).order_by(Attachment.id)))


def test_a_file_is_kept_logged_and_given_back(client: Any, sign_in: Any, request_: Any) -> None:
    sign_in(client, request_.created_by)
    assert upload(client, request_, PDF, "../../quote.pdf").status_code == 303
    assert "1 KB" in client.get(f"/admin/store_request/details/?id={request_.id}").text
    [file] = kept()
    assert (file.file_name, file.media_type, file.size) == ("quote.pdf", "application/pdf", len(PDF))
    page = client.get(f"/admin/store_request/details/?id={request_.id}").text
    assert f"/admin/store_request/{request_.id}/file?file={file.id}" in page
    answer = client.get(f"/admin/store_request/{request_.id}/file?file={file.id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    logged = db.session.scalars(sa.select(ActivityLog).where(ActivityLog.table_name == "attachment")).all()
    assert [row.changed_id for row in logged] == [str(file.id)]


@pytest.mark.parametrize(("kind", "name", "ending"), [("PNG", "a.png", ".png"), ("JPEG", "a.jpeg", ".jpeg"),
                                                      ("PNG", "a.exe", ".png"), ("JPEG", "a.pdf", ".jpg")])
def test_pictures_are_drawn_anew(client: Any, sign_in: Any, request_: Any, kind: str, name: str,
                                 ending: str) -> None:
    sign_in(client, request_.created_by)
    content = picture(kind)
    assert SECRET in content
    assert upload(client, request_, content, name).status_code == 303
    [file] = kept()
    assert SECRET not in file.content
    assert file.file_name.endswith(ending)
    assert Image.open(io.BytesIO(file.content)).size == (8, 4)


@pytest.mark.parametrize(("content", "name"), [
    (b"", "empty.pdf"), (b"<svg onload=alert(1)>", "a.svg"), (b"<svg onload=alert(1)>", "a.png"),
    (b"a,b\n1,2", "a.csv"),
    (b"PK\x03\x04 a workbook", "a.xlsx"), (b"GIF89a%PDF-1.4", "a.pdf"),
    (b"\x89PNG\r\n\x1a\n cut off", "a.png"),
    (b"\xff\xd8\xff\xe0 no picture", "a.jpg"), (b"MZ program", "a.pdf")])
def test_what_may_not_be_kept_is_told(client: Any, sign_in: Any, request_: Any, content: bytes,
                                      name: str) -> None:
    sign_in(client, request_.created_by)
    answer = upload(client, request_, content, name)
    assert answer.status_code == 422
    assert 'id="h-att"' in answer.text
    assert "alert-danger" in answer.text
    assert kept() == []


def test_no_file_chosen(client: Any, sign_in: Any, request_: Any) -> None:
    sign_in(client, request_.created_by)
    assert upload(client, request_, b"", "").status_code == 422
    assert client.post(f"/admin/store_request/{request_.id}/files", data={}).status_code == 422


def photo(width: int, height: int, **options: Any) -> bytes:
    """A photo as a camera writes it: one scan of all colours."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "JPEG", **options)
    return out.getvalue()


def test_photos_of_todays_telephones_are_taken_at_a_smaller_scale(session: Any) -> None:
    """50 megapixels are over what is decoded at once, and over Pillow's own limit for several telephones."""
    out = io.BytesIO()
    Image.new("L", (8192, 6144), 120).save(out, "JPEG")
    assert Image.open(io.BytesIO(files.checked(out.getvalue(), "a.jpg").content)).size == (4096, 3072)


def test_the_scale_is_the_largest_that_fits_and_the_picture_stands_upright(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "WHOLE_POINTS", 100 * 100)
    monkeypatch.setattr(files, "MOST_POINTS", 1000 * 1000)
    exif = Image.Exif()
    exif[274] = 6  # held upright: turned by a quarter
    for size, kept_size in (((100, 100), (100, 100)), ((200, 160), (80, 100)), ((640, 320), (40, 80))):
        content = photo(*size, exif=exif) if size != kept_size else photo(*size)
        assert Image.open(io.BytesIO(files.checked(content, "a.jpg").content)).size == kept_size, size
    with pytest.raises(files.Refused, match="too many points"):
        files.checked(photo(2000, 600), "a.jpg")


def test_a_large_picture_that_cannot_be_read_in_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A progressive JPEG, or one with a scan for each colour, is kept whole by the decoder at any scale."""
    monkeypatch.setattr(files, "WHOLE_POINTS", 100 * 100)
    whole = photo(160, 160)
    start = whole.index(b"\xff\xda")
    assert whole[start + 4] == 3  # colours of the first scan
    apart = whole[:start] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + whole[start + 14:]
    out = io.BytesIO()
    Image.new("RGB", (160, 160)).save(out, "PNG")
    for content, name in ((photo(160, 160, progressive=True), "a.jpg"), (apart, "b.jpg"),
                          (out.getvalue(), "c.png")):
        with pytest.raises(files.Refused, match="too many points"):
            files.checked(content, name)
    assert files.checked(whole, "a.jpg").media_type == "image/jpeg"


def test_a_bomb_is_not_unpacked(session: Any) -> None:
    out = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(out, "PNG")
    assert len(out.getvalue()) < 20_000
    with pytest.raises(files.Refused) as told:
        files.checked(out.getvalue(), "bomb.png")
    assert told.value.field == "file"


@pytest.mark.parametrize("extra", [1, 128 * 1024])
def test_over_ten_megabytes(client: Any, sign_in: Any, request_: Any, extra: int) -> None:
    sign_in(client, request_.created_by)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF
    body = head + b" " * (files.MOST_BYTES - len(PDF) + extra) + b"\r\n--x--\r\n"
    answer = client.post(f"/admin/store_request/{request_.id}/files", data=body,
                         content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert kept() == []


def test_only_readers_of_the_document(client: Any, sign_in: Any, request_: Any) -> None:
    for role, status in ((Role.UNIT_USER, 404), (Role.HOUSEKEEPING, 403), (Role.PATIENT, 403),
                         (Role.STORE_HEAD, 303)):
        sign_in(client, role)
        assert upload(client, request_, PDF, "a.pdf").status_code == status, role
    [file] = kept()
    sign_in(client, Role.UNIT_USER)
    assert client.get(f"/admin/store_request/{request_.id}/file?file={file.id}").status_code == 404
    other = make.make_store_request((make.make_item(), 1))
    sign_in(client, Role.STORE_HEAD)
    assert client.get(f"/admin/store_request/{other.id}/file?file={file.id}").status_code == 404


def test_what_has_no_history_has_no_files(client: Any, sign_in: Any) -> None:
    item = make.make_item()
    sign_in(client, Role.ADMIN)
    assert upload(client, item, PDF, "a.pdf").status_code == 404


def test_a_deleted_draft_takes_its_files_along(client: Any, sign_in: Any, request_: Any) -> None:
    sign_in(client, request_.created_by)
    upload(client, request_, PDF, "a.pdf")
    answer = client.post("/admin/store_request/delete/",
                         data={"id": request_.id, "version": request_.version})
    assert answer.status_code == 303
    assert kept() == []
