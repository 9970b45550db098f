"""Files that people attach: what they are, their content says, never their name. One check for panel and
portal."""

from __future__ import annotations

import hashlib
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
#: A file that waits for its request for a consultation to be sent; `document_id` is then its owner's.
DRAFT = "consultation_draft"
#: How long it waits: nobody reads it, and nobody else may keep it.
DRAFT_TIME = timedelta(days=2)
PDF = "application/pdf"
KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png", ".png"), (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
         (b"%PDF-", PDF, ".pdf"))
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


def checked(content: bytes, name: str, *, field: str | None = "file") -> Checked:
    """The file as it may be kept. Pictures are drawn anew: what was hidden in them, places included, is gone.

    Takes a while for a large picture and ends the transaction before: call it outside of `one_transaction`,
    and look again afterwards whether the file may be kept. Raises `Refused` at `field` for an empty file,
    another kind, or a picture that cannot be read; `TooLarge` over 10 MB.
    """
    name = clean_name(name)
    if not content:
        raise Refused(N_("The file %(name)s is empty."), field=field, name=name)
    if len(content) > MOST_BYTES:
        raise TooLarge(N_("The file %(name)s is larger than 10 MB. Try a photo instead."), field=field,
                       name=name)
    media_type, ending = next(((kind, end) for start, kind, end in KINDS if content.startswith(start)),
                              ("", ""))
    if not media_type:
        raise Refused(N_("The file %(name)s is no photo (JPG, PNG) and no PDF."), field=field, name=name)
    if PurePosixPath(name).suffix.lower() not in {ending, ".jpeg" if ending == ".jpg" else ending}:
        name += ending
    if media_type != PDF:  # nothing here opens a PDF: it is given out as a download only
        content, _ = _drawn_anew(content, "PNG" if media_type == "image/png" else "JPEG", name, field)
    return Checked(content, name, media_type)


def attach(file: Checked, *, document_type: str, document_id: int, by: User) -> Attachment:
    """The checked file as an attachment of a document. Flushes, never commits."""
    attachment = Attachment(
        document_type=document_type, document_id=document_id, file_name=file.name, size=len(file.content),
        media_type=file.media_type, sha256=hashlib.sha256(file.content).hexdigest(), content=file.content,
        user_id=by.id)
    db.session.add(attachment)
    db.session.flush()
    return attachment


def small_of(picture: Attachment) -> bytes:
    """The picture as JPEG, at most `SMALL` points wide or high: the one that is kept, else drawn now, for
    whoever asked to keep. Outside of `one_transaction`. Raises `Refused`."""
    if picture.small is not None:
        return picture.small
    kind = picture.media_type.removeprefix("image/").upper()
    if picture.media_type == PDF or not picture.content:
        raise Refused(SAID["broken"], name=picture.file_name)
    return _drawn_anew(picture.content, kind, picture.file_name, None, SMALL)[1]


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


def _drawn_anew(content: bytes, kind: str, name: str, field: str | None, small: int = 0) -> tuple[bytes,
                                                                                                  bytes]:
    """The picture drawn anew, and small when `small` says how many points it may have; in a process of its
    own."""
    try:
        notified, body = child_process.read(child_process.PICTURES, content, {
            "kind": kind, "small": small, "whole_points": WHOLE_POINTS, "most_points": MOST_POINTS},
            name=name, field=field, limits=LIMITS)
        whole = body[:int(notified["sizes"][0])]
        tiny = body[len(whole):]
    except child_process.No as no:
        raise Refused(SAID.get(no.word, SAID["broken"]), field=field, name=name) from None
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise Refused(SAID["broken"], field=field, name=name) from error
    starts = {entry.removeprefix("image/").upper(): start for start, entry, _end in KINDS}
    if not whole.startswith(starts[kind]) or (tiny and not tiny.startswith(starts["JPEG"])):
        raise Refused(SAID["broken"], field=field, name=name)
    return whole, tiny
