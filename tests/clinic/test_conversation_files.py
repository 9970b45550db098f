"""Pictures and voice notes of a conversation: seen and played in place, by its two people alone, and cleaned
of what was hidden in them."""

from __future__ import annotations

import io
from typing import Any

import pillow_heif
import pytest
import sqlalchemy as sa
from PIL import Image

from models import clock
from models.activity import Activity, ActivityLog
from models.base import db
from models.clinic import Patient
from models.consultations import Consultation, ConsultationMessage, ConsultationState
from models.documents import Attachment
from models.operations.core import files
from models.roles import Role
from tests.support import factories as make

#: The first bytes of what browsers record, as their containers are written.
WEBM = (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08"
        b"\x42\x82\x84webm\x42\x87\x81\x04" + b"\x86\x86A_OPUS" + b"\x00" * 400)
OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x00" * 400
MP4 = b"\x00\x00\x00\x1cftypM4A \x00\x00\x00\x00" + b"\x00" * 40 + b"hdlr\x00\x00\x00\x00soun" + b"\x00" * 400
FILM = WEBM.replace(b"A_OPUS", b"A_OPUS V_VP8")


def photo(kind: str = "JPEG", size: tuple[int, int] = (1600, 800), **more: Any) -> bytes:
    """A picture whose left half is white, with a place hidden in it."""
    picture = Image.new("RGB", size, "black")
    picture.paste("white", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "S"
    for tag, value in more.pop("exif", {}).items():
        exif[tag] = value
    out = io.BytesIO()
    picture.save(out, kind, exif=exif, **more)
    return out.getvalue()


@pytest.fixture(autouse=True)
def english(client: Any) -> None:
    client.set_cookie("language", "en")


@pytest.fixture
def visit(session: Any) -> Consultation:
    visit = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000701",
                                   approved_at=clock.now(), started_at=clock.now())
    db.session.commit()
    return visit


def send(client: Any, visit: Consultation, content: bytes, name: str, mark: str = "m", **more: str) -> Any:
    fields = {"client_id": mark, "body": "", **more}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
             for field, value in fields.items()]
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return client.post(f"/portal/consultations/{visit.id}/messages",
                       data=b"".join((*parts, head, content, b"\r\n--x--\r\n")),
                       content_type="multipart/form-data; boundary=x")


def kept() -> Attachment:
    return db.session.scalars(sa.select(Attachment).order_by(Attachment.id.desc())).first()


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "b.png"), ("WEBP", "c.webp")])
def test_a_photo_is_cleaned_and_seen_by_both(client: Any, sign_in: Any, visit: Consultation, kind: str,
                                             name: str) -> None:
    sign_in(client, visit.patient.user)
    assert send(client, visit, photo(kind), name).status_code == 303
    file = kept()
    assert b"Secret Camera" not in file.content
    assert file.media_type == ("image/png" if kind == "PNG" else "image/jpeg")
    assert file.file_name.endswith(".png" if kind == "PNG" else ".jpg")
    small = f"/portal/files/{file.id}/small"
    for person, page in ((visit.patient.user, f"/portal/consultations/{visit.id}"),
                         (visit.doctor.user, f"/admin/consultation/details/?id={visit.id}")):
        sign_in(client, person)
        assert small in client.get(page).text
        shown = client.get(small)
        assert shown.mimetype == "image/jpeg"
        assert "attachment" not in shown.headers.get("Content-Disposition", "")
        assert max(Image.open(io.BytesIO(shown.data)).size) <= files.SMALL
        whole = client.get(f"/portal/files/{file.id}/whole")
        assert Image.open(io.BytesIO(whole.data)).size == (1600, 800)
        assert whole.headers["X-Content-Type-Options"] == "nosniff"
        assert whole.headers["Cache-Control"] == "no-store"


def test_the_small_picture_stands_upright(client: Any, sign_in: Any, visit: Consultation) -> None:
    """Held upright, a telephone writes the picture lying and says so: turned by a quarter."""
    sign_in(client, visit.patient.user)
    send(client, visit, photo(exif={274: 6}), "a.jpg")
    shown = Image.open(io.BytesIO(client.get(f"/portal/files/{kept().id}/small").data))
    assert shown.size == (450, 900)
    assert shown.getpixel((225, 100))[0] > 200  # what was left is on top
    assert shown.getpixel((225, 800))[0] < 50


def test_what_shows_through_is_white(session: Any) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "WEBP", lossless=True)
    file = files.checked(out.getvalue(), "sticker.webp")
    assert Image.open(io.BytesIO(file.content)).getpixel((20, 20)) == (255, 255, 255)


def test_a_picture_kept_before_gets_its_small_one_when_asked_for(client: Any, sign_in: Any,
                                                                 visit: Consultation) -> None:
    sign_in(client, visit.patient.user)
    send(client, visit, photo(), "a.jpg")
    key = kept().id
    db.session.execute(sa.update(Attachment).values(small=None))
    db.session.commit()
    assert client.get(f"/portal/files/{key}/small").status_code == 200
    db.session.expire_all()
    assert db.session.get(Attachment, key).small is not None


@pytest.mark.parametrize("kind", ["small", "whole", "listen"])
def test_nobody_else_sees_or_hears_it(client: Any, sign_in: Any, visit: Consultation, kind: str) -> None:
    sign_in(client, visit.patient.user)
    send(client, visit, photo(), "a.jpg")
    address = f"/portal/files/{kept().id}/{kind}"
    for person in (make.make_patient().user, make.make_doctor().user, make.make_user(Role.ADMIN)):
        sign_in(client, person)
        assert client.get(address).status_code == 404


def test_a_doctor_who_looks_or_listens_is_in_the_log(client: Any, sign_in: Any, visit: Consultation) -> None:
    sign_in(client, visit.patient.user)
    send(client, visit, photo(), "a.jpg")
    send(client, visit, WEBM, "voice", mark="v", voice_seconds="7")
    note, picture = (row.id for row in db.session.scalars(
        sa.select(Attachment).order_by(Attachment.id.desc())))
    read = sa.select(ActivityLog.changed_id).where(ActivityLog.activity == Activity.READ,
                                                   ActivityLog.table_name == "attachment").order_by(
                                                       ActivityLog.id)
    client.get(f"/portal/files/{picture}/whole")
    assert db.session.scalars(read).all() == []  # the patient's own
    sign_in(client, visit.doctor.user)
    client.get(f"/portal/files/{picture}/whole")
    client.get(f"/portal/files/{note}/listen", headers={"Range": "bytes=0-"})
    client.get(f"/portal/files/{note}/listen", headers={"Range": "bytes=100-"})  # the player goes on
    assert db.session.scalars(read).all() == [str(picture), str(note)]


def test_a_photo_of_the_request_is_seen_in_the_room(client: Any, sign_in: Any, visit: Consultation) -> None:
    files.attach(files.checked(photo(), "leg.jpg"), document_type="consultation", document_id=visit.id,
                 by=visit.patient.user)
    db.session.commit()
    for person, page in ((visit.patient.user, f"/portal/consultations/{visit.id}"),
                         (visit.doctor.user, f"/admin/consultation/details/?id={visit.id}")):
        sign_in(client, person)
        assert f'src="/portal/files/{kept().id}/small"' in client.get(page).text
    sign_in(client, Role.ADMIN)
    assert f"/files/{kept().id}" not in client.get(f"/admin/consultation/details/?id={visit.id}").text


def test_a_photo_over_the_limit_is_told_what_to_do(client: Any, sign_in: Any, visit: Consultation) -> None:
    sign_in(client, visit.patient.user)
    answer = send(client, visit, photo() + b"\0" * files.MOST_BYTES, "large.jpg")
    assert answer.status_code == 413
    assert "Choose a smaller size in the camera" in answer.text


def test_a_photo_in_apples_format_becomes_a_jpeg(client: Any, sign_in: Any, visit: Consultation) -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (1200, 800), "teal")).save(out, quality=60)
    sign_in(client, visit.patient.user)
    assert send(client, visit, out.getvalue(), "IMG_1.HEIC").status_code == 303
    file = kept()
    assert (file.media_type, file.file_name) == ("image/jpeg", "IMG_1.jpg")
    shown = Image.open(io.BytesIO(client.get(f"/portal/files/{file.id}/whole").data))
    assert shown.size == (1200, 800)
    red, green, blue = shown.convert("RGB").getpixel((600, 400))
    assert max(red, abs(green - 128), abs(blue - 128)) < 20
    half = out.getvalue()[:len(out.getvalue()) // 2]  # the line was lost
    answer = send(client, visit, half, "IMG_2.HEIC", mark="n")
    assert answer.status_code == 422
    assert "cannot be opened" in answer.text


# ---------------------------------------------------------------- voice notes

@pytest.mark.parametrize(("content", "kind"), [
    (WEBM + files.CLUSTER + b"..V_.." * 40, "audio/webm"), (MP4 + b"..vide.." * 40, "audio/mp4"),
    (FILM + files.CLUSTER, ""), (MP4 + b"hdlr" + b"\x00" * 8 + b"vide", "")])
def test_what_sounds_say_by_chance_makes_no_film_of_them(content: bytes, kind: str) -> None:
    """One voice note in sixteen was refused: two bytes of sound read like the name of a film's codec."""
    assert files.voice_kind(content)[0] == kind


@pytest.mark.parametrize(("content", "media_type"), [(WEBM, "audio/webm"), (OGG, "audio/ogg"),
                                                     (MP4, "audio/mp4")])
def test_a_voice_note_is_played_in_place(client: Any, sign_in: Any, visit: Consultation, content: bytes,
                                         media_type: str) -> None:
    sign_in(client, visit.patient.user)
    assert send(client, visit, content, "voice", voice_seconds="34").status_code == 303
    file = kept()
    assert file.media_type == media_type
    page = client.get(f"/portal/consultations/{visit.id}")
    assert f'src="/portal/files/{file.id}/listen"' in page.text
    assert "0:34" in page.text
    assert "microphone=(self)" in page.headers["Permissions-Policy"]
    assert "media-src 'self' blob:" in page.headers["Content-Security-Policy"]
    answer = client.get(f"/portal/files/{file.id}/listen", headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.data, answer.mimetype) == (206, content[10:20], media_type)
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    assert client.get(f"/portal/files/{file.id}/small").status_code == 404


@pytest.mark.parametrize(("content", "seconds", "said"), [
    (FILM, "5", "no voice note"), (b"ID3 an old recording", "5", "no voice note"),
    (b"<svg onload=alert(1)>", "5", "no voice note"), (photo(), "5", "no voice note"),
    (WEBM, "999", "three minutes"), (WEBM + b"\0" * files.MOST_VOICE_BYTES, "60", "three minutes"),
    (b"", "3", "Nothing was recorded")])
def test_what_is_no_voice_note_is_told(client: Any, sign_in: Any, visit: Consultation, content: bytes,
                                       seconds: str, said: str) -> None:
    sign_in(client, visit.patient.user)
    answer = send(client, visit, content, "voice", voice_seconds=seconds)
    assert answer.status_code in (413, 422)
    assert said in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ConsultationMessage)) == 0


def test_a_recording_is_no_file_of_a_request(client: Any, sign_in: Any, visit: Consultation) -> None:
    sign_in(client, visit.patient.user)
    assert send(client, visit, WEBM, "music.webm").status_code == 422  # by the recorder alone


def test_only_pages_with_a_conversation_may_use_the_microphone(client: Any, sign_in: Any,
                                                               visit: Consultation) -> None:
    sign_in(client, visit.patient.user)
    for path in ("/portal/", "/portal/profile", "/portal/consultations"):
        assert "microphone=()" in client.get(path).headers["Permissions-Policy"], path
    sign_in(client, visit.doctor.user)
    room = client.get(f"/admin/consultation/details/?id={visit.id}")
    assert "microphone=(self)" in room.headers["Permissions-Policy"]
    assert isinstance(visit.patient, Patient)


# ---------------------------------------------------------------- read marks

def test_a_page_in_the_background_reads_nothing(client: Any, sign_in: Any, visit: Consultation) -> None:
    """A tab that nobody looks at fetches the message; it counts as read once somebody does."""
    from models.operations.clinic.conversations import send_message, unread_total
    message = send_message(visit, "Sudah minum obatnya?", by=visit.doctor.user, client_id="q")
    db.session.commit()
    patient = visit.patient.user
    sign_in(client, patient)
    news = f"/portal/consultations/{visit.id}/news?have={visit.version}.0&open=1"
    assert "Sudah minum" in client.get(f"{news}&after=0&looked=0").text
    assert unread_total(patient) == 1
    client.get(f"{news}&after={message.id}&looked=0")  # asks on, still in the background
    assert unread_total(patient) == 1
    client.get(f"{news}&after={message.id}&looked={message.id}")  # somebody is back
    assert unread_total(patient) == 0


def test_nobody_marks_anothers_messages(client: Any, sign_in: Any, visit: Consultation) -> None:
    from models.operations.clinic.conversations import send_message, unread_total
    message = send_message(visit, "Sudah minum obatnya?", by=visit.doctor.user, client_id="q")
    db.session.commit()
    sign_in(client, make.make_patient().user)
    assert client.get(f"/portal/consultations/{visit.id}/news?after=0&looked={message.id}").status_code == 404
    assert unread_total(visit.patient.user) == 1
