"""The patient's rights over the own record: see who read it, take it along, close the account."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from models import clock
from models.activity import Activity
from models.base import db, one_transaction
from models.clinic import Patient, PatientState
from models.consultations import Consultation, ConsultationState
from models.documents import Attachment
from models.errors import Refused
from models.operations.clinic import patient_record
from models.operations.core import activity, log_proofs
from models.operations.core.approvals import perform
from models.operations.people import erasure
from models.operations.people.notices import tell
from models.roles import Role
from portal import access, account, directory
from portal.forms import DownloadForm, takes
from portal.record_forms import EndForm
from portal.web import words as site_words
from portal.web.signin import end_session
from portal.web.throttle import Throttle

#: Downloads of one account: each gathers everything.
downloads = Throttle("record-download", limit=5, window=timedelta(hours=1))


# ---------------------------------------------------------------- who read it

def _roles(user: Any) -> str:
    return ", ".join(site_words.role_word(role) for role in sorted(user.roles - {Role.PATIENT}))


@access.patients_only
def readers() -> Any:
    """Who of the hospital opened the record: name, role, from when to when, and what."""
    people = access.people()
    wanted = directory.number(request.args.get("patient"), 2**63 - 1)
    patient = access.person_or_404(wanted) if wanted is not None else people[0]
    changes = request.args.get("all") == "1"
    before = directory.number(request.args.get("before"), 2**63 - 1)
    visits, older = patient_record.visits(patient, changes=changes, before=before)
    return render_template("portal/readers.html", patient=patient, people=people, visits=visits,
                           changes=changes, older=older, before=before, roles=_roles, today=clock.today(),
                           doors={"back_office": gettext("at the hospital's desk"),
                                  "portal": gettext("in the portal"),
                                  "api": gettext("by another system"), "command": gettext("by the system")})


@access.patients_only
def proof(row_id: int) -> Any:
    """The proof that an entry of the page of readers stands in the activity log, as a file; somebody else's
    is not there."""
    row = next((row for patient in access.people()
                for row in patient_record.lookers(patient, changes=True, only=row_id)), None)
    if row is None:
        abort(404)
    proven = log_proofs.proof_of(db.session(), row)
    if proven is None:
        flash(gettext("This entry is being sealed. Try again in a minute."))
        return redirect(url_for("portal.readers"), 303)
    return Response(json.dumps(proven, indent=1) + "\n", mimetype="application/json", headers={
        "Content-Disposition": f'attachment; filename="rawat-log-{row_id}.json"',
        "Cache-Control": "no-store"})


# ---------------------------------------------------------------- taking it along

class _Sink(io.RawIOBase):
    """Where the archive is written to: what was written is taken away at once, so nothing piles up."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        result, self.parts = b"".join(self.parts), []
        return result


def archive(patient: Patient) -> Iterator[bytes]:
    """The ZIP, part by part: the data, a page for people, and each file as it was kept, one in memory at a
    time.

    The words are made at once; the files are read while the answer goes out, after the request's session has
    ended.
    """
    consultations, files = patient_record.consultations_of(patient), patient_record.files_of(patient)
    data = patient_record.gathered(patient, consultations, files)
    numbers = {consultation.id: consultation.number or str(consultation.id) for consultation in consultations}
    page = render_template("print/record.html", patient=patient, consultations=consultations, data=data,
                           files=files, path_of=lambda file: patient_record.path_of(file, numbers),
                           issued=patient_record.issued,
                           now=clock.now())
    texts = {"record.json": json.dumps(data, ensure_ascii=False, indent=2), "record.html": page}
    places = [(file.id, patient_record.path_of(file, numbers), clock.local(file.uploaded_at).timetuple()[:6])
              for file in files]
    return _parts(current_app._get_current_object(), texts, places)  # type: ignore[attr-defined]


def _parts(app: Flask, texts: dict[str, str], places: list[tuple[int, str, Any]]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as out:  # type: ignore[arg-type]
        for name, text in texts.items():
            out.writestr(name, text)
        yield sink.taken()
        for file_id, path, at in places:
            with app.app_context():
                content = db.session.scalar(sa.select(Attachment.content).where(Attachment.id == file_id))
            out.writestr(zipfile.ZipInfo(path, at), content or b"", zipfile.ZIP_STORED)
            yield sink.taken()
    yield sink.taken()


def _download_page(error: str = "", status: int = 200, chosen: int | None = None) -> Any:
    return render_template("portal/download.html", people=access.people(), chosen=chosen,
                           errors={"current": error} if error else {}), status


@access.patients_only
def download() -> Any:
    return _download_page(chosen=directory.number(request.args.get("patient"), 2**63 - 1))


@access.patients_only
@takes(DownloadForm)
def download_post(form: DownloadForm) -> Any:
    """Everything of one record as a ZIP; noted in the log, and the person is told."""
    wanted = form.patient.data
    patient = access.person_or_404(wanted)
    wrong = account.known_password(form)
    if wrong:
        return _download_page(wrong, 422, chosen=wanted)
    wait = downloads.take(str(current_user.id))
    if wait:
        raise TooManyRequests(retry_after=wait)
    with one_transaction():
        activity.record(Activity.EXPORTED, table_name="patient", changed_id=patient.id,
                        properties={"format": "zip"})
        tell("record_downloaded", current_user._get_current_object())
    patient = access.person_or_404(wanted)
    name = f"rawat-{clock.today().isoformat()}.zip"
    return Response(archive(patient), mimetype="application/zip", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})


# ---------------------------------------------------------------- closing

def _closing_page(patient: Patient, form: EndForm | None = None, status: int = 200) -> Any:
    upcoming = db.session.scalars(sa.select(Consultation).where(
        Consultation.patient_id == patient.id,
        Consultation.state.in_((ConsultationState.REQUESTED, ConsultationState.APPROVED,
                                ConsultationState.IN_PROGRESS)))
        .options(sa.orm.joinedload(Consultation.doctor)).order_by(Consultation.starts_at)).all()
    open_ones = [entry for entry in access.people()[1:]
                 if entry.state in (PatientState.PENDING, PatientState.ACTIVE)]
    mine = patient.user_id == current_user.id
    return render_template("portal/close.html", patient=patient, mine=mine, upcoming=upcoming,
                           errors=form.problems if form else {}, typed=form.typed if form else {},
                           dependants=open_ones if mine else [],
                           only_patient=current_user.roles == {Role.PATIENT}), \
        status


@access.patients_only
def close(patient_id: int | None = None) -> Any:
    """Says what happens and asks."""
    return _closing_page(access.person_or_404(patient_id))


@access.patients_only
@takes(EndForm)
def close_post(form: EndForm, patient_id: int | None = None) -> Any:
    patient = access.person_or_404(patient_id)
    mine = patient.user_id == current_user.id
    if wrong := account.known_password(form):
        form.blame_at("current", wrong)
    if not form.sure.data:
        form.blame_at("sure", gettext("Tick that you want this."))
    if form.problems:
        return _closing_page(patient, form, 422)
    erases = bool(form.erase.data) and mine and current_user.roles == {Role.PATIENT}
    person = current_user._get_current_object()
    try:
        with one_transaction():
            if erases:
                tell("account_erased", person)
                erasure.unlink(person)
            perform(patient, "close", by=person, reason=gettext("Closed by the patient"))
            if erases:
                erasure.erase(person)
    except Refused as refusal:
        form.blame(refusal)
        return _closing_page(access.person_or_404(patient_id), form, refusal.status)
    if not mine:
        flash(gettext("The profile of %(name)s is closed.", name=patient.name))
        return redirect(url_for("portal.profile"), 303)
    if not current_user.is_active:
        with one_transaction():
            end_session()
    if erases:
        flash(gettext("Your account is erased and your consents are withdrawn. The record stays with the "
                      "hospital for 25 years after the last visit, as the law asks."))
    else:
        flash(gettext("Your account is closed and your consents are withdrawn. The record stays with the "
                      "hospital."))
    return redirect(url_for("own_account.done"), 303)


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/record/readers", "readers", readers)
    bp.add_url_rule("/record/readers/<int:row_id>/proof", "reading_proof", proof)
    bp.add_url_rule("/record/download", "record_download", download)
    bp.add_url_rule("/record/download", "record_download_post", download_post, methods=("POST",))
    for rule, name in (("/close", "close"), ("/people/<int:patient_id>/close", "close_person")):
        bp.add_url_rule(rule, name, close)
        bp.add_url_rule(rule, f"{name}_post", close_post, methods=("POST",))
