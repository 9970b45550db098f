"""Files that people attach: what they are, their content says, never their name. One check for panel and portal."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import Attachment
from models.errors import N_, Refused
from models.operations.jobs import each_day, job
from models.people import User

MOST_BYTES = 10 * 1024 * 1024
#: Files that a patient may give with one request for a consultation.
MOST_FILES = 5
#: A picture of more points than this is a mistake or an attack; no telephone makes it.
MOST_POINTS = 250_000_000
#: What is decoded at once: every point costs three bytes of memory, twice while the picture is turned upright.
WHOLE_POINTS = 50_000_000
#: A file that waits for its request for a consultation to be sent; `document_id` is then its owner's.
DRAFT = "consultation_draft"
#: How long it waits: nobody reads it, and nobody else may keep it.
DRAFT_TIME = timedelta(days=2)
KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png", ".png"), (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
         (b"%PDF-", "application/pdf", ".pdf"))


class TooLarge(Refused):
    """The file is over `MOST_BYTES`."""

    status = 413


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: its content as it will be given out, its cleaned name, what it is."""

    content: bytes
    name: str
    media_type: str


def checked(content: bytes, name: str, *, field: str = "file") -> Checked:
    """The file as it may be kept. Pictures are drawn anew: what was hidden in them, places included, is gone.

    Raises `Refused` at `field` for an empty file, another kind, or a broken picture; `TooLarge` over 10 MB.
    """
    name = clean_name(name)
    if not content:
        raise Refused(N_("The file %(name)s is empty."), field=field, name=name)
    if len(content) > MOST_BYTES:
        raise TooLarge(N_("The file %(name)s is larger than 10 MB. Try a photo instead."), field=field, name=name)
    media_type, ending = next(((kind, end) for start, kind, end in KINDS if content.startswith(start)), ("", ""))
    if not media_type:
        raise Refused(N_("The file %(name)s is no photo (JPG, PNG) and no PDF."), field=field, name=name)
    if PurePosixPath(name).suffix.lower() not in {ending, ".jpeg" if ending == ".jpg" else ending}:
        name += ending
    if media_type != "application/pdf":
        content = _drawn_anew(content, "PNG" if media_type == "image/png" else "JPEG", name, field)
    return Checked(content, name, media_type)


def kept(content: bytes, name: str, *, document_type: str, document_id: int, by: User,
         field: str = "file") -> Attachment:
    """The file as an attachment of a document. Flushes, never commits. Raises as `checked` does."""
    file = checked(content, name, field=field)
    attachment = Attachment(
        document_type=document_type, document_id=document_id, file_name=file.name, size=len(file.content),
        media_type=file.media_type, sha256=hashlib.sha256(file.content).hexdigest(), content=file.content,
        user_id=by.id)
    db.session.add(attachment)
    db.session.flush()
    return attachment


@job("abandoned_files", due=each_day())
def forget_abandoned() -> str:
    """Delete the files of requests for a consultation that were begun and never sent."""
    old = db.session.scalars(sa.select(Attachment).where(
        Attachment.document_type == DRAFT, Attachment.uploaded_at < clock.now() - DRAFT_TIME)).all()
    for each in old:
        db.session.delete(each)
    return f"{len(old)} forgotten" if old else ""


def clean_name(name: str) -> str:
    """The last part of a file's name, of printable letters."""
    plain = "".join(each for each in name.replace("\\", "/").split("/")[-1] if each.isprintable() and each not in '"<>')
    return plain.strip(" .")[-120:] or "file"


def _drawn_anew(content: bytes, kind: str, name: str, field: str) -> bytes:
    """The first picture of the file and nothing else, upright; a larger one than fits in memory at a smaller scale."""
    from PIL import ImageOps  # slow to import: only when somebody uploads
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    try:
        # The readers themselves: `Image.open` has a limit of its own, below what a telephone makes today.
        with (JpegImageFile if kind == "JPEG" else PngImageFile)(io.BytesIO(content)) as picture:
            points = picture.width * picture.height
            scale = next((each for each in (1, 2, 4, 8) if points <= WHOLE_POINTS * each ** 2), 0)
            if points > MOST_POINTS or (scale != 1 and not _is_streamed(picture, content)):
                raise Refused(N_("The picture %(name)s has too many points. Make it smaller first."),
                              field=field, name=name)
            if scale > 1:
                picture.draft(None, (picture.width // scale, picture.height // scale))
            upright = ImageOps.exif_transpose(picture)
            if kind == "JPEG" and upright.mode not in {"L", "RGB"}:
                upright = upright.convert("RGB")
            upright.info.clear()
            out = io.BytesIO()
            upright.save(out, kind, **({"quality": 90} if kind == "JPEG" else {}))
    except Refused:
        raise
    except Exception as error:  # Pillow answers garbage with errors of many kinds; all of them mean: no picture
        raise Refused(N_("The picture %(name)s cannot be opened. Save it anew and try again."),
                      field=field, name=name) from error
    return out.getvalue()


def _is_streamed(picture: Any, content: bytes) -> bool:
    """Whether a smaller scale costs less memory: only a JPEG whose one scan holds all colours, as cameras write it.

    In any other the decoder keeps the whole picture, whatever scale is asked for. The reader stands behind the header
    of the first scan: mark, length and number of colours, then two bytes each and three more.
    """
    if picture.format != "JPEG" or "progression" in picture.info:
        return False
    header = content[:picture.fp.tell()][-(2 * picture.layers + 8):]
    return header[:2] == b"\xff\xda" and header[4] == picture.layers
