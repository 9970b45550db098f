"""Prescriptions: the doctor's own, and the queue of what the stores still have to give out. No clinical notes
here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.orm import joinedload, lazyload, selectinload

from backoffice.panel.base import DocumentView
from backoffice.panel.rendering import BLANK
from models import clock
from models.base import db
from models.clinic import Doctor
from models.consultations import Consultation
from models.operations.clinic import prescriptions
from models.people import User
from models.prescriptions import Prescription, PrescriptionLine, PrescriptionState
from models.rights import may
from models.roles import Role
from models.stock import StockMove, Store
from portal.web.locale import quantity


def patient_text(prescription: Prescription) -> str:
    """Name and record number, as the label and the queue say them."""
    patient = prescription.patient
    return (
        f"{patient.name} · {patient.medical_record_number}" if patient.medical_record_number else patient.name
    )


class PrescriptionView(DocumentView):
    model = Prescription
    can_create = can_edit = can_delete = False
    column_list = ("number", "prescribed_on", "patient", "doctor", "store", "state")
    column_details_list = ("patient", "birth", "allergies", "doctor", "prescribed_on", "store",
                           "dispensed_at",
                           "received_by", "note")
    column_filters = ("state", "store", "prescribed_on")
    line_form_columns = {"lines": ("item", "quantity", "unit", "directions", "duration_days",
                                   "allergy_reason")}
    details_template = "backoffice/clinic/prescription.html"

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(), *self._people()]

    def _people(self) -> list[Any]:
        visit = joinedload(Prescription.consultation)
        return [visit.joinedload(Consultation.patient),
                visit.joinedload(Consultation.doctor).joinedload(Doctor.user).options(
                    joinedload(User.work_unit), lazyload(User.user_roles)),
                visit.joinedload(Consultation.specialization)]

    def details_options(self) -> list[Any]:
        return [joinedload(Prescription.store), joinedload(Prescription.created_by).lazyload("*"),
                *self._people(), selectinload(Prescription.lines).options(
                    joinedload(PrescriptionLine.item), joinedload(PrescriptionLine.unit))]

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
        return Markup('<strong class="text-danger">{}</strong>').format(record.patient.allergies) \
            if record.patient.allergies else BLANK

    # ------------------------------------------------------------ one prescription

    def chain(self, record: Any) -> tuple[list[Any], list[Any]]:
        return [], []

    def extra(self, record: Any) -> dict[str, Any]:
        """For who dispenses: what each store has of each line; afterwards the batches that left."""
        if "lines.item" in self.hidden:
            return {"moves": [], "stores": [], "controlled": []}
        controlled = [line.item.name for line in record.lines if line.item.controlled]
        if record.state == PrescriptionState.DISPENSED:
            moves = db.session.scalars(
                sa.select(StockMove).where(StockMove.document_type == self.table,
                                           StockMove.document_id == record.id)
                .options(joinedload(StockMove.item), joinedload(StockMove.batch)).order_by(StockMove.id))
            return {"moves": list(moves), "stores": [], "controlled": controlled}
        stores = self._stores(record) if record.state == PrescriptionState.ISSUED \
            and current_user.has_role(Role.STORE_STAFF) else []
        return {"moves": [], "stores": stores, "controlled": controlled}

    def _stores(self, record: Any) -> list[tuple[Store, dict[int, Decimal], bool]]:
        """Stores that have something of it, with base units by item, those that have all of it first."""
        there = prescriptions.available(line.item_id for line in record.lines)
        keys = {store_id for by_store in there.values() for store_id in by_store}
        needed: dict[int, Decimal] = {}
        for line in record.lines:
            needed[line.item_id] = needed.get(line.item_id, Decimal(0)) + line.base_quantity
        result = []
        for store in db.session.scalars(sa.select(Store).where(Store.id.in_(keys)).order_by(Store.name)):
            held = {item_id: by_store.get(store.id, Decimal(0)) for item_id, by_store in there.items()}
            result.append((store, held, all(held[item_id] >= wanted for item_id, wanted in needed.items())))
        return sorted(result, key=lambda row: not row[2])
