"""The office corrects who a patient is: name, birth date, sex and NIK, with a reason that stays in history.

Both versions stand in the activity log, the NIK masked; the person is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from models.base import db
from models.clinic import Patient, PatientState
from models.errors import N_, NotAllowed, Refused
from models.operations.clinic.patients import put_profile
from models.operations.core.approvals import remark
from models.operations.people import nik
from models.operations.people.notices import ASK, Declared, declare, tell, the_account
from models.outbox import Channel
from models.people import User
from models.roles import Role

#: What is corrected with a reason; the rest of the record is changed by its form.
IDENTITY = ("name", "birth_date", "sex")
CORRECTED = "correct_identity"

declare(Declared(
    "identity_corrected", the_account, N_("Your identity data was corrected"),
    (N_("The hospital corrected the name, birth date, sex or NIK of %(patient)s. Look at the profile."), ASK),
    lambda patient: {"patient": patient.name}, "/portal/profile", channels=(Channel.MAIL,), always=True,
    icon="user-check"))


def correct(patient: Patient, values: Mapping[str, Any], *, by: User, reason: str, number: str | None = None,
            confirmed: bool = False, takes_nik_off: bool = False) -> bool:
    """Write those of `IDENTITY` that `values` holds, and the NIK `number`; whether anything changed. Flushes.

    A NIK that does not fit birth date or sex raises `nik.NikDoubt` unless `confirmed`, also one that stood
    there before. Raises `NotAllowed`, or `Refused` at a field.
    """
    if not by.has_role(Role.ADMIN) or by.id in patient.owner_ids:
        raise NotAllowed(N_("Your role may not do this step."))
    if patient.state == PatientState.CLOSED:
        raise Refused(N_("This registration is closed; its record is kept as it is."))
    if not 3 <= len(reason.strip()) <= 1000:
        raise Refused(N_("Please write why, for example what stands on the identity card."), field="reason")
    before = [getattr(patient, name) for name in IDENTITY]
    old_number = nik.of(patient)
    with db.session.no_autoflush:
        put_profile(patient, {name: values[name] for name in IDENTITY if name in values})
        _correct_nik(patient, number, confirmed, takes_nik_off)
    if before == [getattr(patient, name) for name in IDENTITY] and old_number == nik.of(patient):
        return False
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise Refused(N_("Another record got this NIK at the same moment. Look at it again."),
                      field="nik") from error
    remark(patient, CORRECTED, by=by, note=reason)
    tell("identity_corrected", patient)
    return True


def _correct_nik(patient: Patient, number: str | None, confirmed: bool, takes_off: bool) -> None:
    if takes_off:
        nik.keep(patient, None)
    elif number:
        nik.keep(patient, number, confirmed=confirmed, told=True)
    elif patient.nik and not confirmed:
        doubts = nik.doubts(nik.of(patient) or "", patient.birth_date, patient.sex)
        if doubts:
            raise nik.NikDoubt(doubts[0], field="nik")
