"""Files that people attach: what they are, their content says, never their name. One check for panel and portal."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import PurePosixPath

from models.base import db
from models.documents import Attachment
from models.errors import N_, Refused
from models.people import User

MOST_BYTES = 10 * 1024 * 1024
#: A picture of more points than this is a mistake or an attack; no telephone makes it.
MOST_POINTS = 50_000_000
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


def clean_name(name: str) -> str:
    """The last part of a file's name, of printable letters."""
    plain = "".join(each for each in name.replace("\\", "/").split("/")[-1] if each.isprintable() and each not in '"<>')
    return plain.strip(" .")[-120:] or "file"


def _drawn_anew(content: bytes, kind: str, name: str, field: str) -> bytes:
    """The first picture of the file and nothing else, upright."""
    from PIL import Image, ImageOps  # slow to import: only when somebody uploads
    try:
        with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
            if picture.width * picture.height > MOST_POINTS:
                raise Refused(N_("The picture %(name)s has too many points. Make it smaller first."),
                              field=field, name=name)
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
