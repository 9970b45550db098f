"""Profiles that a guardian keeps: handed over to an account of their own, by a mail to its future owner.

The record stays one: number, consultations and files go along, the guardian reads them no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from models import clock
from models.accounts import AccountTicket, TicketKind
from models.base import db
from models.clinic import OF_AGE, Consent, ConsentKind, Patient, PatientState
from models.errors import N_, NotAllowed, Refused
from models.operations.clinic.patients import CONSENTS
from models.operations.core.jobs import each_day, job
from models.operations.people import accounts, credentials
from models.operations.people.contacts import clean_email
from models.operations.people.notices import Declared, declare, tell
from models.outbox import Channel
from models.people import Language, User, UserRole
from models.roles import Role

declare(Declared(
    "profile_handed_over", lambda guardian: [guardian], N_("A profile was handed over"),
    (N_("A profile that you kept now belongs to that person's own account. You no longer see it."),),
    address="/portal/profile", channels=(Channel.MAIL,), always=True, icon="user-check"))
declare(Declared(
    "dependant_of_age", lambda patient: [patient.guardian.user], N_("A profile can be handed over"),
    (N_("A child whose profile you keep is of age now. Open the profile and hand it over, so that the "
        "person can ask "
        "for consultations alone."),),
    address="/portal/people/{id}", channels=(Channel.MAIL,), icon="user-check"))


def ask_hand_over(patient: Patient, email: str, *, by: User) -> AccountTicket | None:
    """Mail a link to the future owner of the profile; None when the address has an account already (it is
    told).

    Raises `Refused` at the field email, or `NotAllowed`.
    """
    if patient.guardian is None or patient.guardian.user_id != by.id:
        raise NotAllowed(N_("Only the guardian can hand a profile over."))
    if patient.state not in (PatientState.PENDING, PatientState.ACTIVE):
        raise Refused(N_("This registration is closed; its record is kept as it is."))
    address = clean_email(email)
    if address == by.email.lower():
        raise Refused(N_("This is your own address. The person needs one of their own."), field="email")
    if not accounts.may_send(by, TicketKind.HAND_OVER):
        raise Refused(N_("A mail was sent already. Wait a little and look into your spam folder too."),
                      field="email")
    known = accounts.account_with(address)
    if known is not None:
        tell("registration_repeated", known)
        return None
    return accounts.issue(by, TicketKind.HAND_OVER, template="profile_hand_over", address=address,
                          patient_id=patient.id)


def hand_over(token: str, password_hash: str, consents: Iterable[ConsentKind], *,
              language: Language) -> Patient:
    """Make the account of the profile's owner, who consents alone from here on. Flushes."""
    ticket = accounts.use(token, TicketKind.HAND_OVER)
    patient = db.session.get(Patient, ticket.patient_id)
    guardian = patient.guardian.user if patient is not None and patient.guardian is not None else None
    if patient is None or not _may_be_given(patient, ticket.user):
        raise Refused(N_("This link was used already or is too old. Ask for a new one."))
    if set(consents) != set(CONSENTS):
        raise Refused(N_("Please agree to the text before you register."), field="consent_privacy")
    if accounts.account_with(ticket.to_address) is not None:
        raise Refused(N_("There is already an account with this e-mail address. Sign in, or use another "
                         "address."))
    account = User(name=patient.name, email=ticket.to_address, language=language,
                   email_confirmed_at=clock.now(),
                   phone=patient.phone, user_roles=[UserRole(role=Role.PATIENT)])
    credentials.set_password(account, password_hash)
    db.session.add(account)
    db.session.flush()
    for consent in patient.consents:
        # given by the guardian; the owner's follow
        consent.withdrawn_at = consent.withdrawn_at or clock.now()
    patient.user_id, patient.guardian_id = account.id, None
    for kind, version in CONSENTS.items():
        db.session.add(Consent(patient_id=patient.id, kind=kind, text_version=version, language=language,
                               given_by_id=account.id))
    if guardian is not None:
        tell("profile_handed_over", guardian)
    db.session.flush()
    return patient


def _may_be_given(patient: Patient, giver: User) -> bool:
    """Whether the giver of the ticket still keeps the profile: the guardian, or the office where nobody
    does."""
    if patient.guardian is not None:
        return patient.guardian.user_id == giver.id
    return patient.user_id is None and giver.has_role(Role.ADMIN)


def invite(patient: Patient, email: str, *, by: User, identity_checked: bool) -> AccountTicket:
    """Mail a link by which somebody whom the office registered gets an account of their own.

    Raises `NotAllowed`, or `Refused` at the field to blame.
    """
    if not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("Your role may not do this step."))
    if patient.state not in (PatientState.PENDING, PatientState.ACTIVE):
        raise Refused(N_("This registration is closed; its record is kept as it is."))
    if patient.user_id is not None:
        raise Refused(N_("This person has an account already: %(account)s."),
                      account=patient.user.email if patient.user else "")
    if patient.guardian_id is not None:
        raise Refused(N_("%(guardian)s keeps this profile and hands it over in the portal."),
                      guardian=patient.guardian.name if patient.guardian else "")
    if not identity_checked:
        raise Refused(N_("Compare the person with the identity card first, then tick this."),
                      field="identity_checked")
    address = clean_email(email)
    known = accounts.account_with(address)
    if known is not None:
        raise Refused(N_("%(name)s has an account with this address already. If it is the same person, "
                         "compare both records and merge them."), field="email", name=known.name)
    return accounts.issue(by, TicketKind.HAND_OVER, template="account_take_over", address=address,
                          patient_id=patient.id, patient=patient.name)


@job("dependants_of_age", due=each_day(hour=8))
def tell_of_age() -> str:
    """Tell guardians, once for each child, that it is of age."""
    today = clock.today()
    last = date(today.year - OF_AGE, 12, 31)
    notified = 0
    for patient in db.session.scalars(sa.select(Patient).where(
            Patient.guardian_id.is_not(None), Patient.state == PatientState.ACTIVE,
            Patient.birth_date <= last)):
        if patient.outgrew_guardian(today):
            notified += tell("dependant_of_age", patient, key=f"of-age:{patient.id}")
    return f"{notified} told" if notified else ""
