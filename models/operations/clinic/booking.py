"""The office books a consultation for somebody who calls or stands at the desk."""

from __future__ import annotations

from datetime import datetime

from models.clinic import Doctor, Patient, Payer
from models.consultations import Consultation, ConsultationState, Triage
from models.errors import N_, NotAllowed
from models.operations.clinic import consultations
from models.operations.core.approvals import by_system
from models.operations.people.notices import ASK, Declared, declare, holders, planned, tell, the_patient
from models.people import User
from models.roles import Role

declare(Declared(
    "consultation_booked", the_patient, N_("A consultation was booked for you"),
    (N_("The hospital booked a consultation of %(patient)s with %(doctor)s at %(when)s."),
     N_("You see on its page whether it is approved. If you did not ask for it, cancel it there."), ASK),
    planned, "/portal/consultations/{id}", icon="calendar"))


def book_for(patient: Patient, doctor: Doctor, starts_at: datetime, complaint: str, *, by: User,
             payer: Payer | None = None, triage: Triage = Triage.ROUTINE) -> Consultation:
    """Ask for the doctor's slot in the patient's name; `by` stays who booked it. Flushes.

    Another administrator approves it, as a request of a patient; where there is no other, the booking is the
    decision. Raises what `consultations.request` raises.
    """
    if not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("Your role may not do this step."))
    result = consultations.request(patient, doctor, starts_at, complaint, by=by, payer=payer, triage=triage)
    if by.id not in patient.owner_ids:
        tell("consultation_booked", result)
    others = [person for person in holders(Role.ADMIN)(result)
              if person.id != by.id and person.id not in patient.owner_ids]
    if result.state == ConsultationState.REQUESTED and not others:
        by_system(result, "approve", by=by)
    return result
