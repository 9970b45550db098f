"""Files of consultations: looked at before they are kept, given only to those whose consultation it is."""

from __future__ import annotations

import io
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, request, send_file, session
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from models.activity import Activity
from models.base import db, one_transaction
from models.consultations import Consultation
from models.documents import Attachment
from models.errors import Refused
from models.operations.core import activity, files, owned
from portal import access

DRAFT = files.DRAFT
kept = files.attach
#: Of the session: for whom the drafts were chosen.
DRAFTS_OF = "drafts_of"


def checked(upload: FileStorage, *, field: str = "file") -> files.Checked:
    """The upload as it may be kept; outside of `one_transaction`. Raises `Refused` at `field`."""
    with upload.stream as stream:
        content = stream.read(files.MOST_BYTES + 1)
    return files.checked(content, upload.filename or "", field=field)


def drafts() -> list[Attachment]:
    """Files of the person that wait for their request to be sent."""
    return list(db.session.scalars(sa.select(Attachment).where(
        Attachment.document_type == DRAFT, Attachment.document_id == current_user.id,
        Attachment.user_id == current_user.id).order_by(Attachment.id)))


def keep_drafts_of(patient_id: int) -> None:
    """What was chosen for another person, or before the last sign-in, does not go along with this one's
    request."""
    if session.get(DRAFTS_OF) == patient_id:
        return
    if left := drafts():
        with one_transaction():
            for entry in left:
                db.session.delete(entry)
    session[DRAFTS_OF] = patient_id


def _own(attachment_id: int) -> Attachment:
    """The file of one of the person's consultations, as patient or as its doctor; a doctor's reading is
    recorded. 404 for any other."""
    result = owned.own_attachment(current_user, attachment_id) if attachment_id < 2**63 else None
    if result is None:
        raise NotFound
    as_patient = db.session.scalar(sa.select(Consultation.id).where(
        Consultation.id == result.document_id, Consultation.patient_id.in_(access.own_people())))
    begins = request.range is None or request.range.ranges[0][0] == 0  # what is played comes in parts
    if as_patient is None and begins:
        key, visit = result.id, result.document_id
        # a reading that becomes a writing loses to whoever wrote meanwhile: the lock comes first
        with one_transaction():
            activity.record(Activity.READ, table_name="attachment", changed_id=key,
                            properties={"consultation": visit})
    return result


@access.signed_in
def download(attachment_id: int) -> Any:
    """The file, as a download."""
    result = _own(attachment_id)
    return send_file(io.BytesIO(result.content), mimetype=result.media_type, as_attachment=True,
                     download_name=result.file_name, etag=False, max_age=0)


@access.signed_in
def show(attachment_id: int, size: str) -> Any:
    """A picture in its place: ``small`` as the conversation shows it, ``whole`` to look at closely."""
    result = _own(attachment_id)
    if result.media_type not in files.PICTURES:
        raise NotFound
    if size == "whole":
        return _in_place(result.content, result.media_type)
    key, small = result.id, result.small
    if small is None:  # kept before pictures were made small at once
        try:
            small = files.small_of(result)
        except Refused:
            raise NotFound from None
        with one_transaction() as session:  # no deed of the reader
            session.execute(sa.update(Attachment.__table__).where(Attachment.id == key).values(small=small))
    return _in_place(small, "image/jpeg")


@access.signed_in
def listen(attachment_id: int) -> Any:
    """A voice note, in the parts that the player asks for."""
    result = _own(attachment_id)
    if result.media_type not in files.VOICES:
        raise NotFound
    return _in_place(result.content, result.media_type)


def _in_place(content: bytes, media_type: str) -> Any:
    """Shown or played where it stands, and kept in no cache: whoever sits at this screen next sees none."""
    made = send_file(io.BytesIO(content), mimetype=media_type, etag=False, conditional=True)
    made.headers["Cache-Control"] = "no-store"
    return made


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/files/<int:attachment_id>", "file", download)
    bp.add_url_rule("/files/<int:attachment_id>/<any(small, whole):size>", "picture", show)
    bp.add_url_rule("/files/<int:attachment_id>/listen", "voice", listen)
