"""A closed patient comes back: the same record, consents given anew, the account opened by a mail to its
owner."""

from __future__ import annotations

from models import clock
from models.accounts import TicketKind
from models.base import db
from models.clinic import ConsentWay, Patient
from models.errors import N_, Refused
from models.operations.clinic.patients import Agreed, agree, give_number, reached_by_somebody
from models.operations.core.approvals import after, effect
from models.operations.people import account_office, accounts, credentials, erasure
from models.operations.people.notices import Declared, declare, tell, the_account
from models.outbox import Channel
from models.people import AccountStatus, User
from models.roles import Role

declare(Declared(
    "registration_readmitted", the_account, N_("You are a patient here again"),
    (N_("The registration of %(patient)s is open again under the same medical record number, "
        "%(medical_record_number)s. The consents were given again. If you did not ask for it, contact the "
        "hospital."),),
    lambda patient: {"patient": patient.name, "medical_record_number": patient.medical_record_number or ""},
    "/portal/", channels=(Channel.MAIL,), always=True, icon="user-check"))


@effect(Patient, "readmit")
def _readmit(patient: Patient, *, by: User, reason: str) -> None:
    """Raises `Refused` at the field of what was not checked, agreed to, or named."""
    if not patient.identity_checked:
        raise Refused(N_("Compare the person with the identity card first, then tick this."),
                      field="identity_checked")
    if not patient.consents_given:
        raise Refused(N_("Without both consents nobody may treat this person here. Tick this once they were "
                         "given."),
                      field="consents_given")
    reached_by_somebody(patient)
    give_number(patient, reason)
    who = patient.guardian.name if patient.guardian is not None else patient.name
    agree(patient, by, Agreed(ConsentWay.ORAL, who, clock.now()))
    db.session.flush()
    db.session.expire(patient, ["consents"])
    if patient.user is not None and patient.user.status != AccountStatus.ACTIVE:
        open_by_mail(patient.user, by=by)


@after(Patient, "readmit")
def _tell(patient: Patient, *, by: User, reason: str) -> None:
    patient.identity_checked = patient.consents_given = False
    tell("registration_readmitted", patient)


def open_by_mail(user: User, *, by: User) -> None:
    """Open a patient's account: nothing that opened it before does; its owner gets a link that sets a
    password.

    Raises `Refused` for an account that serves more than a patient, and while nothing may be mailed to its
    address.
    """
    if user.roles != {Role.PATIENT}:
        raise Refused(N_("The account %(account)s is closed for its other roles too. Open it on its own "
                         "page first."),
                      account=user.email)
    if erasure.is_erased(user):
        raise Refused(N_("The sign-in of this account was erased. Write the person's e-mail address on the "
                         "account's own page first."))
    until = accounts.held_until(user, by)
    if until is not None:
        raise Refused(N_("You changed the address of this account. A link goes there from %(until)s, or "
                         "earlier when "
                         "another administrator sends it."), until=until)
    user.status = AccountStatus.ACTIVE
    credentials.unlink_all(user)
    credentials.set_password(user, None, told=False)
    accounts.issue(user, TicketKind.RESET_PASSWORD, template="account_readmitted",
                   life=account_office.INVITATION_LIFE)
