"""Files that people attach: what they are, their content says, never their name. One check for panel and
portal."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import Attachment
from models.errors import N_, Refused
from models.operations.core import child_process
from models.operations.core.jobs import each_day, job
from models.people import User

MOST_BYTES = 10 * 1024 * 1024
#: Files that a patient may give with one request for a consultation.
MOST_FILES = 5
#: A picture of more points than this is a mistake or an attack; no telephone makes it.
MOST_POINTS = 250_000_000
#: What is decoded at once: every point costs three bytes of memory, twice while the picture is turned
#: upright.
WHOLE_POINTS = 50_000_000
#: A picture on a page.
SMALL = 900
#: The hospital's sign on pages and papers: a few kilobytes.
LOGO = 256
#: A voice note: three minutes as any browser records them.
MOST_VOICE_SECONDS = 180
MOST_VOICE_BYTES = 4 * 1024 * 1024
VOICES = frozenset({"audio/webm", "audio/ogg", "audio/mp4"})
#: A file that waits for its request for a consultation to be sent; `document_id` is then its owner's.
DRAFT = "consultation_draft"
#: How long it waits: nobody reads it, and nobody else may keep it.
DRAFT_TIME = timedelta(days=2)
PDF = "application/pdf"
KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png", ".png"), (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
         (b"%PDF-", PDF, ".pdf"))
#: Photos that are kept as JPEG: what telephones write today beside it.
HEIC, WEBP = "image/heic", "image/webp"
BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
#: What a page may show in place; everything else is given out as a download.
PICTURES = frozenset({"image/jpeg", "image/png"})
#: `WHOLE_POINTS` of four colours, twice, and what the interpreter needs; measured by the largest that is
#: taken.
LIMITS = child_process.Limits(memory=768 * child_process.MB, processor=15, wall=25,
                              answer=32 * child_process.MB)
#: What is said of a picture, by the word of `readers/pictures.py`.
SAID = {
    "points": N_("The picture %(name)s has too many points. Make it smaller first."),
    "broken": N_("The picture %(name)s cannot be opened. Save it anew and try again."),
}


class TooLarge(Refused):
    """The file is over `MOST_BYTES`."""

    status = 413


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: its content as it will be given out, its cleaned name, what it is."""

    content: bytes
    name: str
    media_type: str
    #: A picture as pages show it, at most `SMALL` points wide or high.
    small: bytes | None = None


def checked(content: bytes, name: str, *, field: str | None = "file") -> Checked:
    """The file as it may be kept. Pictures are drawn anew: what was hidden in them, places included, is gone.

    Takes a while for a large picture and ends the transaction before: call it outside of `one_transaction`,
    and look again afterwards whether the file may be kept. Raises `Refused` at `field` for an empty file,
    another kind, or a picture that cannot be read; `TooLarge` over 10 MB.
    """
    name = clean_name(name)
    _may_be_read(content, name, field)
    kind, ending = kind_of(content)
    if not kind:
        raise Refused(N_("The file %(name)s is no photo (JPG, PNG, WebP, HEIC) and no PDF."), field=field,
                      name=name)
    if kind == PDF:  # nothing here opens a PDF: it is given out as a download only
        return Checked(content, _with_ending(name, ending), PDF)
    written = "PNG" if kind == "image/png" else "JPEG"
    content, small = _drawn_anew(content, kind.removeprefix("image/").upper(), name, field, SMALL, written)
    return Checked(content, _with_ending(name, ending), f"image/{written.lower()}", small)


def checked_logo(content: bytes, name: str, *, field: str | None = "file") -> Checked:
    """A logo as it may be kept: a picture, drawn anew on white, at most `LOGO` points wide or high. Outside
    of `one_transaction`. Raises as `checked`."""
    name = clean_name(name)
    _may_be_read(content, name, field)
    kind, _ending = kind_of(content)
    if not kind.startswith("image/"):
        raise Refused(N_("The file %(name)s is no picture (PNG, JPG, WebP)."), field=field, name=name)
    _whole, small = _drawn_anew(content, kind.removeprefix("image/").upper(), name, field, LOGO, "JPEG")
    return Checked(small, _with_ending(name, ".jpg"), "image/jpeg")


def _may_be_read(content: bytes, name: str, field: str | None) -> None:
    if not content:
        raise Refused(N_("The file %(name)s is empty."), field=field, name=name)
    if len(content) > MOST_BYTES:
        if kind_of(content)[0].startswith("image/"):
            raise TooLarge(N_("The photo %(name)s is larger than 10 MB. Choose a smaller size in the camera, "
                              "or send a screenshot of it."), field=field, name=name)
        raise TooLarge(N_("The file %(name)s is larger than 10 MB. Try a photo instead."), field=field,
                       name=name)


def kind_of(content: bytes) -> tuple[str, str]:
    """What the content begins as, and the ending that its name gets; two empty texts for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP, ".jpg"
    if content[4:8] == b"ftyp" and content[8:12] in BRANDS:
        return HEIC, ".jpg"
    return next(((kind, end) for start, kind, end in KINDS if content.startswith(start)), ("", ""))


def _with_ending(name: str, ending: str) -> str:
    plain = PurePosixPath(name)
    if plain.suffix.lower() in {ending, ".jpeg" if ending == ".jpg" else ending}:
        return name
    return (plain.stem if plain.suffix.lower() in {".heic", ".heif", ".webp"} else name) + ending


#: What begins each piece of sound or picture of a WebM file; what an MP4 file says of each of its tracks.
CLUSTER = b"\x1f\x43\xb6\x75"
TRACKS = re.compile(rb"hdlr.{4,8}(soun|vide)", re.DOTALL)


def voice_kind(content: bytes) -> tuple[str, str]:
    """The container of a voice note and its ending, by its first bytes; two empty texts for anything else,
    moving pictures included."""
    # of a WebM file what stands before its first sound: in sound any two bytes come by chance
    head = content[:4096].partition(CLUSTER)[0]
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64] and b"A_OPUS" in head \
            and b"V_" not in head:
        return "audio/webm", ".webm"
    if head.startswith(b"OggS") and b"OpusHead" in head[:200]:
        return "audio/ogg", ".ogg"
    # the tracks may stand at the end: telephones write them so
    if head[4:8] == b"ftyp" and head[8:12] not in BRANDS and set(TRACKS.findall(content)) == {b"soun"}:
        return "audio/mp4", ".m4a"
    return "", ""


def checked_voice(content: bytes, seconds: int, *, field: str | None = "file") -> Checked:
    """A voice note as it may be kept: a container that browsers record in, of sound alone.

    `seconds` is what the recorder said; it goes into the name. Raises `Refused` at `field`."""
    if not content:
        raise Refused(N_("Nothing was recorded. Press the microphone and speak."), field=field)
    if len(content) > MOST_VOICE_BYTES or seconds > MOST_VOICE_SECONDS + 2:
        raise TooLarge(N_("A voice note has at most three minutes. Send two."), field=field)
    kind, ending = voice_kind(content)
    if not kind:
        raise Refused(N_("This is no voice note. Record it with the microphone of this page."), field=field)
    seconds = max(1, seconds)
    return Checked(content, f"voice-{seconds // 60}m{seconds % 60:02}s{ending}", kind)


def attach(file: Checked, *, document_type: str, document_id: int, by: User) -> Attachment:
    """The checked file as an attachment of a document. Flushes, never commits."""
    attachment = Attachment(
        document_type=document_type, document_id=document_id, file_name=file.name, size=len(file.content),
        media_type=file.media_type, sha256=hashlib.sha256(file.content).hexdigest(), content=file.content,
        small=file.small, user_id=by.id)
    db.session.add(attachment)
    db.session.flush()
    return attachment


def small_of(picture: Attachment) -> bytes:
    """The picture as JPEG, at most `SMALL` points wide or high: the one that is kept, else drawn now, for
    whoever asked to keep. Outside of `one_transaction`. Raises `Refused`."""
    if picture.small is not None:
        return picture.small
    kind = picture.media_type.removeprefix("image/").upper()
    if picture.media_type not in PICTURES or not picture.content:
        raise Refused(SAID["broken"], name=picture.file_name)
    return _drawn_anew(picture.content, kind, picture.file_name, None, SMALL, kind)[1]


@job("abandoned_files", due=each_day())
def forget_abandoned() -> str:
    """Delete the files of requests for a consultation that were begun and never sent."""
    old = db.session.scalars(sa.select(Attachment).where(
        Attachment.document_type == DRAFT, Attachment.uploaded_at < clock.now() - DRAFT_TIME)).all()
    for entry in old:
        db.session.delete(entry)
    return f"{len(old)} forgotten" if old else ""


def clean_name(name: str) -> str:
    """The last part of a file's name, of printable letters."""
    plain = "".join(entry for entry in name.replace("\\", "/").split("/")[-1]
                    if entry.isprintable() and entry not in '"<>')
    return plain.strip(" .")[-120:] or "file"


def _drawn_anew(content: bytes, kind: str, name: str, field: str | None, small: int,
                written: str) -> tuple[bytes, bytes]:
    """The picture of `kind` drawn anew as `written` (JPEG or PNG), and a small one as JPEG, at most `small`
    points wide or high; in a process of its own."""
    try:
        notified, body = child_process.read(child_process.PICTURES, content, {
            "kind": kind, "written": written, "small": small, "whole_points": WHOLE_POINTS,
            "most_points": MOST_POINTS}, name=name, field=field, limits=LIMITS)
        whole = body[:int(notified["sizes"][0])]
        tiny = body[len(whole):]
    except child_process.No as no:
        raise Refused(SAID.get(no.word, SAID["broken"]), field=field, name=name) from None
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise Refused(SAID["broken"], field=field, name=name) from error
    starts = {entry.removeprefix("image/").upper(): start for start, entry, _end in KINDS}
    if not whole.startswith(starts[written]) or (tiny and not tiny.startswith(starts["JPEG"])):
        raise Refused(SAID["broken"], field=field, name=name)
    return whole, tiny
