"""Prescriptions: the doctor's own, and the queue of what the stores still have to give out. No clinical notes
here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.orm import joinedload, lazyload, selectinload

from backoffice.panel import lookups
from backoffice.panel.base import DocumentView
from backoffice.panel.rendering import BLANK
from backoffice.panel.views import done
from models import clock
from models.base import db, one_transaction
from models.clinic import Doctor, Patient
from models.consultations import Consultation
from models.errors import N_, NotAllowed, Refused
from models.operations.clinic import prescription_checks, prescriptions
from models.operations.core.approvals import perform
from models.people import User
from models.prescriptions import OPEN_TO_FETCH, Dispensing, Prescription, PrescriptionLine
from models.rights import may
from models.roles import Role
from models.stock import StockMove, Store
from portal.web import words
from portal.web.locale import parse_decimal, quantity


def patient_text(prescription: Prescription) -> str:
    """Name and record number, as the label and the queue say them."""
    patient = prescription.patient
    return (
        f"{patient.name} · {patient.medical_record_number}" if patient.medical_record_number else patient.name
    )


class PrescriptionView(DocumentView):
    model = Prescription
    can_create = can_edit = can_delete = False
    column_list = ("number", "prescribed_on", "valid_until", "patient", "doctor", "store", "state")
    column_details_list = ("patient", "birth", "allergies", "doctor", "prescribed_on", "valid_until", "store",
                           "dispensed_at", "received_by", "note")
    column_filters = ("state", "store", "prescribed_on")
    line_form_columns = {"lines": ("item", "quantity", "unit", "directions", "duration_days",
                                   "allergy_reason", "interaction_reason")}
    details_template = "backoffice/clinic/prescription.html"

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(), *self._people()]

    def _people(self) -> list[Any]:
        visit = joinedload(Prescription.consultation)
        return [visit.joinedload(Consultation.patient).selectinload(Patient.allergy_rows),
                visit.joinedload(Consultation.doctor).joinedload(Doctor.user).options(
                    joinedload(User.work_unit), lazyload(User.user_roles)),
                visit.joinedload(Consultation.specialization)]

    def details_options(self) -> list[Any]:
        return [joinedload(Prescription.store), joinedload(Prescription.created_by).lazyload("*"),
                *self._people(), selectinload(Prescription.lines).options(
                    joinedload(PrescriptionLine.item), joinedload(PrescriptionLine.unit),
                    selectinload(PrescriptionLine.dispensings).options(
                        joinedload(Dispensing.store), joinedload(Dispensing.given_by).lazyload("*")))]

    # ------------------------------------------------------------ words

    def label(self, name: str) -> str:
        if name == "birth":
            return gettext("Birth date, age and weight")
        return super().label(name) if name not in ("patient", "doctor", "allergies") else \
            {"patient": gettext("Patient"), "doctor": gettext("Doctor"),
             "allergies": gettext("Allergies")}[name]

    def cell_patient(self, record: Any) -> Markup:
        return escape(patient_text(record))

    def cell_doctor(self, record: Any) -> Markup:
        text = escape(record.doctor.name)
        if record.doctor.user_id == current_user.id and may(current_user, "read", "consultation"):
            return Markup('<a href="/admin/consultation/details/?id={}#h-prescription">{}</a>').format(
                record.consultation_id, text)
        return text

    def cell_birth(self, record: Any) -> Markup:
        patient = record.patient
        years = gettext("%(years)s years", years=patient.age_on(clock.today()))
        weight = f" · {quantity(patient.weight_kg)} kg" if patient.weight_kg else ""
        return escape(f"{self.day(patient.birth_date)} · {years}{weight}")

    def cell_allergies(self, record: Any) -> Markup:
        return Markup('<strong class="text-danger">{}</strong>').format(record.patient.allergy_words) \
            if record.patient.allergy_words else BLANK

    # ------------------------------------------------------------ one prescription

    def chain(self, record: Any) -> tuple[list[Any], list[Any]]:
        return [], []

    def extra(self, record: Any) -> dict[str, Any]:
        """For who dispenses: what was found wrong, what each store has of each line; then the batches that
        left and to whom they went."""
        if "lines.item" in self.hidden:
            return {"moves": [], "stores": [], "controlled": [], "given": [], "checks": []}
        controlled = [line.item.name for line in record.lines if line.item.controlled]
        given = [row for line in record.lines for row in line.dispensings]
        moves = list(db.session.scalars(
            sa.select(StockMove).where(StockMove.document_type == self.table,
                                       StockMove.document_id == record.id)
            .options(joinedload(StockMove.item), joinedload(StockMove.batch)).order_by(StockMove.id))) \
            if given else []
        is_open = record.state in OPEN_TO_FETCH and current_user.has_role(Role.STORE_STAFF)
        return {"moves": moves, "stores": self._stores(record) if is_open else [], "controlled": controlled,
                "given": sorted(given, key=lambda row: row.id), "is_open": is_open,
                "checks": [(line, found) for line in record.lines
                           if (found := prescription_checks.of(line)) or line.allergy_reason]}

    def _stores(self, record: Any) -> list[tuple[Store, dict[int, Decimal], bool]]:
        """Stores that have something of what is left, with base units by item, those that have all of it
        first."""
        needed: dict[int, Decimal] = {}
        for line in record.lines:
            if line.left_quantity > 0:
                needed[line.item_id] = needed.get(line.item_id, Decimal(0)) + line.left_quantity
        there = prescriptions.available(needed)
        keys = {store_id for by_store in there.values() for store_id in by_store}
        result = []
        for store in db.session.scalars(sa.select(Store).where(Store.id.in_(keys)).order_by(Store.name)):
            held = {item_id: by_store.get(store.id, Decimal(0)) for item_id, by_store in there.items()}
            result.append((store, held, all(held[item_id] >= wanted for item_id, wanted in needed.items())))
        return sorted(result, key=lambda row: not row[2])

    # ------------------------------------------------------------ a part of it

    @expose("/<id>/dispense_part", methods=("GET", "POST"))
    def dispense_part_view(self, id: str) -> Any:
        """Give out the quantities that were typed; when they are all that is left, it is given out whole."""
        record = self.one_or_404(id)
        if request.method == "GET":
            return redirect(self.details_url(record) + "#h-give", 303)
        version = request.form.get("version", "")
        seen = int(version) if version.isdigit() and len(version) < 10 else -1
        key = lookups.identity(Store, request.form.get("store", ""))
        given: dict[str, Any] = {"store": db.session.get(Store, key) if key is not None else None,
                                 "received_by": request.form.get("received_by", "")[:200]}
        try:
            typed = {line.id: {"giving": _typed(line)} for line in record.lines}
            is_whole = all((typed[line.id]["giving"] or 0) * line.factor == line.left_quantity
                           for line in record.lines)
            with one_transaction():
                if is_whole:
                    perform(record, "dispense", by=current_user, given=given, version=seen)
                else:
                    perform(record, "dispense_part", by=current_user, given=given, given_lines=typed,
                            version=seen)
        except NotAllowed:
            db.session.rollback()
            abort(403)
        except Refused as refusal:
            return self.refused(record, refusal)
        return done(gettext("%(what)s: %(state)s.", what=self.name_of(record),
                            state=words.state_word(record.state)), self.details_url(record))


def _typed(line: PrescriptionLine) -> Decimal | None:
    """The quantity that was typed for a line, None for nothing. Raises `Refused`."""
    text = request.form.get(f"lines-{line.id}-giving", "").strip()[:20]
    try:
        return parse_decimal(text) if text else None
    except ValueError:
        raise Refused(N_("Write the quantity as a number, for example 10."), field="giving") from None
