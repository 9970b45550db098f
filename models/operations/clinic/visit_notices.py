"""What patient and doctor are told of a consultation beside its decisions: messages, papers, and who holds it
now. Never what was written."""

from __future__ import annotations

from typing import Any

from models.base import db
from models.consultations import Consultation, ConsultationState, MessageSide, VisitKind
from models.errors import N_
from models.operations.core.approvals import after
from models.operations.people import gathered_notices
from models.operations.people.notices import (
    PANEL,
    PORTAL,
    Audience,
    Declared,
    declare,
    planned,
    tell,
    the_doctor,
    the_doctor_who_knew,
    the_patient,
)
from models.prescriptions import Letter

#: The notice of new messages, by the side that reads it.
MESSAGES = {MessageSide.PATIENT: "message_of_doctor", MessageSide.DOCTOR: "message_of_patient"}


def _at_its_time(audience: Audience) -> Audience:
    """The same people of an appointment; who is seen now by the doctor on duty needs no word that it is
    planned."""
    return lambda consultation: audience(
        consultation) if consultation.kind == VisitKind.APPOINTMENT else []


declare(Declared(
    "consultation_approved", _at_its_time(the_patient), N_("Your consultation was approved"),
    (N_("Consultation %(number)s with %(doctor)s on %(when)s was approved."),
     N_("Open it in the portal at that time to talk with the doctor.")), planned, PORTAL,
    on=(Consultation, ("approve",)), icon="calendar-event", encloses=True))
declare(Declared(
    "consultation_planned", _at_its_time(the_doctor), N_("A consultation is planned"),
    (N_("Consultation %(number)s on %(when)s was approved. You find it among your consultations."),),
    planned, PANEL,
    on=(Consultation, ("approve",)), icon="calendar-event"))
declare(Declared(
    "message_of_doctor", the_patient, N_("%(doctor)s wrote to you"),
    (N_("Consultation %(number)s, unread messages: %(count)s."), N_("Read and answer them in the portal.")),
    planned, f"{PORTAL}#new", icon="message"))
declare(Declared(
    "message_of_patient", the_doctor_who_knew, N_("The patient of consultation %(number)s wrote to you"),
    (N_("Consultation %(number)s, unread messages: %(count)s."),), planned, f"{PANEL}#h-chat",
    icon="message"))
declare(Declared(
    "consultation_reassigned", the_patient, N_("Another doctor takes your consultation"),
    (N_("Consultation %(number)s is now with %(doctor)s, on %(when)s. What you wrote stays with it."),),
    planned, PORTAL, icon="user-check"))
declare(Declared(
    "consultation_handed_over", lambda _record: (), N_("A consultation was given to another doctor"),
    (N_("Consultation %(number)s is now with %(doctor)s. What you typed and did not sign stays with you."),),
    planned, "/admin/desk/", icon="user-check"))
declare(Declared(
    "consultation_back", the_patient, N_("Your consultation is planned again"),
    (N_("Consultation %(number)s with %(doctor)s on %(when)s stands again."),), planned, PORTAL,
    on=(Consultation, ("undo_no_show",)), icon="calendar-event", encloses=True))
declare(Declared(
    "consultation_missed", the_patient, N_("You were not met at your consultation"),
    (N_("The doctor waited for you in consultation %(number)s on %(when)s. If this is not so, or you could "
        "not come, tell the hospital within a day, or ask for another time in the portal."),), planned,
    PORTAL, on=(Consultation, ("no_show",)), icon="circle-x"))


def _of_letter(letter: Letter) -> dict[str, Any]:
    return {"number": letter.own_number, "doctor": letter.consultation.doctor.name}


def _its_patient(letter: Letter) -> list[Any]:
    return the_patient(letter.consultation)


declare(Declared(
    "letter_given", _its_patient, N_("A letter is there for you"),
    (N_("%(doctor)s wrote letter %(number)s. It stands in the portal under Prescriptions and letters."),),
    _of_letter, "/portal/papers", icon="file-text"))
declare(Declared(
    "letter_withdrawn", _its_patient, N_("A letter was withdrawn"),
    (N_("Letter %(number)s is not valid any more. Please do not use it; the reason stands in the portal."),),
    _of_letter, "/portal/papers", on=(Letter, ("withdraw",)), icon="circle-x"))
declare(Declared(
    "letter_replaced", _its_patient, N_("A letter was replaced"),
    (N_("Letter %(number)s is not valid any more. The new one stands in the portal; please use that one."),),
    _of_letter, "/portal/papers", on=(Letter, ("replace",)), icon="file-text"))


@after(Letter, "create")
def _given(letter: Letter, *, by: object, reason: str) -> None:
    """While the consultation goes on the patient does not see it: then its end tells of it."""
    if letter.consultation.state == ConsultationState.COMPLETED and letter.replaces_id is None:
        tell("letter_given", letter)


def new_message(consultation: Consultation, side: MessageSide, unread: int) -> None:
    """The other side of `side` has `unread` messages now: one notice until they are read."""
    reader = MessageSide.PATIENT if side == MessageSide.DOCTOR else MessageSide.DOCTOR
    gathered_notices.tell(MESSAGES[reader], consultation, count=unread)


def messages_read(consultation_id: int, side: MessageSide) -> None:
    """`side` has read what there is."""
    gathered_notices.read(MESSAGES[side], "consultation", consultation_id)
    db.session.flush()
