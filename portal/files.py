"""Files of consultations: looked at before they are kept, given only to those whose consultation it is."""

from __future__ import annotations

import io
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, send_file, session
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from models.activity import Activity
from models.base import db, one_transaction
from models.consultations import Consultation
from models.documents import Attachment
from models.operations.core import activity, files, owned
from portal import access

DRAFT = files.DRAFT
kept = files.attach
#: Of the session: for whom the drafts were chosen.
DRAFTS_OF = "drafts_of"


def checked(upload: FileStorage, *, field: str = "file") -> files.Checked:
    """The upload as it may be kept; outside of `one_transaction`. Raises `Refused` at `field`."""
    return files.checked(upload.stream.read(files.MOST_BYTES + 1), upload.filename or "", field=field)


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


@access.signed_in
def download(attachment_id: int) -> Any:
    """A file of one of the person's consultations, as patient or as its doctor, always as a download.

    A doctor's reading is recorded.
    """
    result = owned.own_attachment(current_user, attachment_id) if attachment_id < 2**63 else None
    if result is None:
        raise NotFound
    as_patient = db.session.scalar(sa.select(Consultation.id).where(
        Consultation.id == result.document_id, Consultation.patient_id.in_(access.own_people())))
    if as_patient is None:
        activity.record(Activity.READ, table_name="attachment", changed_id=result.id,
                        properties={"consultation": result.document_id})
        db.session.commit()
    return send_file(io.BytesIO(result.content), mimetype=result.media_type, as_attachment=True,
                     download_name=result.file_name, etag=False, max_age=0)


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/files/<int:attachment_id>", "file", download)
