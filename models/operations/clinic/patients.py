"""Patients: registration, the administrator's decision, the profile, and closing the account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.base import db
from models.clinic import (
    OF_AGE,
    Consent,
    ConsentKind,
    ConsentWay,
    Patient,
    PatientState,
    Payer,
    Relation,
    Sex,
    years_between,
)
from models.documents import NumberCounter
from models.errors import N_, NotAllowed, Refused
from models.operations.core.approvals import after, effect, opened
from models.operations.core.locking import insert_once
from models.operations.people import credentials, nik
from models.operations.people.contacts import clean_email, clean_phone
from models.operations.people.notices import Declared, declare, holders, tell
from models.outbox import Channel
from models.people import AccountStatus, Language, User, UserRole
from models.roles import Role

#: Both are asked for at sign-up; the version names the text that was shown.
CONSENTS: dict[ConsentKind, str] = {ConsentKind.PRIVACY: "2026-1", ConsentKind.TELEMEDICINE: "2026-1"}
#: Digits of a BPJS Kesehatan card.
BPJS_DIGITS = 13
#: Profiles that one account keeps for others.
MOST_DEPENDANTS = 10
#: What a patient may write in the own profile. The rest is the hospital's, or a workflow's.
PROFILE = ("name", "birth_date", "sex", "height_cm", "weight_kg", "address", "region_code", "phone",
           "marital_status", "blood_type", "allergies", "payer", "payer_name", "payer_number")
_MEASURES = {"height_cm": (Decimal(20), Decimal(280)), "weight_kg": (Decimal("0.3"), Decimal(650))}


@dataclass(frozen=True)
class Agreed:
    """Who agreed to both texts, how and when, where the office writes it down."""

    way: ConsentWay
    said_by: str
    at: datetime


def register(*, name: str, email: str, password_hash: str | None, birth_date: date, sex: Sex,
             consents: Iterable[ConsentKind], language: Language = Language.ID, number: str | None = None,
             nik_confirmed: bool = False, **profile: Any) -> Patient:
    """Make an account and a pending registration, with the consents given, and thank by mail. Flushes.

    `number` is the NIK, if told; `profile` further fields of `PROFILE`. Raises `Refused` with the field to
    blame.
    """
    address = clean_email(email)
    if db.session.scalar(sa.select(User.id).where(sa.func.lower(User.email) == address)) is not None:
        raise _email_taken()
    account = User(name=_name(name), email=address, language=language)
    credentials.set_password(account, password_hash)
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError as error:
        raise _email_taken() from error
    return register_account(account, name=name, birth_date=birth_date, sex=sex, consents=consents,
                            number=number,
                            nik_confirmed=nik_confirmed, **profile)


def _email_taken() -> Refused:
    return Refused(N_("There is already an account with this e-mail address. Sign in, or use another "
                      "address."),
                   field="email")


def register_account(account: User, *, birth_date: date, sex: Sex, consents: Iterable[ConsentKind],
                     name: str | None = None, number: str | None = None, nik_confirmed: bool = False,
                     **profile: Any) -> Patient:
    """The same for a person who has an account already (signed in with Google, Facebook, or as staff)."""
    if db.session.scalar(sa.select(Patient.id).where(Patient.user_id == account.id)) is not None:
        raise Refused(N_("This account already has a patient registration."))
    if Role.PATIENT not in account.roles:
        account.user_roles.append(UserRole(role=Role.PATIENT))
    patient = _make(account, {"user_id": account.id, "name": name or account.name, "birth_date": birth_date,
                              "sex": sex}, consents, number, nik_confirmed, profile)
    account.phone = account.phone or patient.phone
    tell("registration_received", account)
    return patient


def register_dependant(guardian: Patient, *, by: User, name: str, birth_date: date, sex: Sex,
                       consents: Iterable[ConsentKind], relation: Relation = Relation.CHILD,
                       number: str | None = None, nik_confirmed: bool = False, **profile: Any) -> Patient:
    """A profile that `guardian` keeps for a child or another person; the guardian consents for that
    person."""
    if guardian.user_id != by.id:
        raise NotAllowed(N_("Only the guardian can add a dependant."))
    if guardian.state not in (PatientState.PENDING, PatientState.ACTIVE):
        raise Refused(N_("Your own registration must be open before you can add a dependant."))
    if guardian.guardian_id is not None:
        raise Refused(N_("Only a person with an account can be a guardian."))
    held = db.session.scalar(sa.select(sa.func.count()).where(
        Patient.guardian_id == guardian.id, Patient.state != PatientState.CLOSED)) or 0
    if held >= MOST_DEPENDANTS:
        raise Refused(N_("You represent %(most)s people already. Please ask the hospital to add more."),
                      most=MOST_DEPENDANTS)
    if relation == Relation.CHILD and years_between(birth_date, clock.today()) >= OF_AGE:
        raise Refused(N_("A child that is %(years)s years or older registers alone. Choose another relation "
                         "if the "
                         "person cannot decide."), field="birth_date", years=OF_AGE)
    fields = {"guardian_id": guardian.id, "relation": relation, "name": name, "birth_date": birth_date,
              "sex": sex}
    return _make(by, fields, consents, number, nik_confirmed, profile)


def register_for(*, by: User, agreed: Agreed, name: str, birth_date: date, sex: Sex,
                 guardian: Patient | None = None, relation: Relation | None = None,
                 number: str | None = None, nik_confirmed: bool = False, **profile: Any) -> Patient:
    """The office registers who walks in or calls: pending, without an account, consents as they were given.

    Raises `NotAllowed`, or `Refused` at a field; another record's NIK is named, for the office reads both.
    """
    if not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("Your role may not do this step."))
    if agreed.at > clock.now():
        raise Refused(N_("This has not happened yet."), field="consent_at")
    if guardian is not None:
        require_guardian(guardian)
        relation = relation or Relation.OTHER_PERSON
    fields = {"guardian_id": guardian.id if guardian else None, "relation": relation if guardian else None,
              "name": name, "birth_date": birth_date, "sex": sex, "registered_by_id": by.id}
    return _make(by, fields, list(ConsentKind), number, nik_confirmed, profile, agreed)


def _make(by: User, fields: dict[str, Any], consents: Iterable[ConsentKind], number: str | None,
          confirmed: bool, profile: Mapping[str, Any], agreed: Agreed | None = None) -> Patient:
    given = set(consents)
    if missing := [kind for kind in CONSENTS if kind not in given]:
        raise Refused(N_("Please agree to the text before you register."), field=f"consent_{missing[0]}")
    patient = Patient(**fields)
    with db.session.no_autoflush:
        put_profile(patient, {**{key: fields[key] for key in ("name", "birth_date", "sex")}, **profile})
        is_alone = nik.keep(patient, number, confirmed=confirmed, told=agreed is not None)
    try:
        with db.session.begin_nested():
            db.session.add(patient)
    except IntegrityError as error:  # the same NIK was registered at the same moment
        if patient.nik_index is None:
            raise
        nik.release(patient)
        is_alone = False
        db.session.add(patient)
        del error
    agree(patient, by, agreed)
    opened(patient, by=by)
    if not is_alone:
        tell("nik_in_question", patient)
    return patient


def agree(patient: Patient, by: User, agreed: Agreed | None = None) -> None:
    """Keep that both texts, as they are now, were agreed to; `by` writes it down, for `agreed` or itself."""
    for kind, text_version in CONSENTS.items():
        consent = Consent(patient_id=patient.id, kind=kind, text_version=text_version, language=by.language,
                          given_by_id=by.id)
        if agreed is not None:
            consent.way, consent.said_by, consent.given_at = agreed.way, _name(agreed.said_by), agreed.at
        db.session.add(consent)


declare(Declared(
    "nik_in_question", holders(Role.ADMIN), N_("One NIK in two records: %(patient)s"),
    (N_("The NIK of %(patient)s stands in another record too. Compare both: they may be one person, or one "
        "NIK is "
        "wrong."),), lambda patient: {"patient": patient.name}, "/admin/patient/details/?id={id}",
    channels=(Channel.MAIL,), icon="users"))


# ---------------------------------------------------------------- the profile

def update_profile(patient: Patient, values: Mapping[str, Any], *, by: User, number: str | None = None,
                   nik_confirmed: bool = False) -> None:
    """Write fields of `PROFILE`, and the NIK if `number` is given.

    A NIK that is there already is changed by an administrator only. Raises `NotAllowed` or `Refused` at a
    field.
    """
    is_admin = by.has_role(Role.ADMIN)
    if by.id not in patient.owner_ids and not is_admin:
        raise NotAllowed(N_("This is somebody else's profile."))
    if patient.state == PatientState.CLOSED:
        raise Refused(N_("This registration is closed; its record is kept as it is."))
    put_profile(patient, values)
    if "phone" in values:
        follow_phone(patient)
    if number:
        if patient.nik is not None and not is_admin:
            if nik.check(number) != nik.of(patient):
                raise Refused(N_("Your NIK is already recorded. Ask the hospital to correct it."),
                              field="nik")
        else:
            _keep_nik(patient, number, nik_confirmed, is_admin)
    db.session.flush()


def follow_phone(patient: Patient) -> None:
    """The account is told by the telephone number of the record."""
    if patient.user is not None:
        patient.user.phone = patient.phone


def tidy(patient: Patient) -> None:
    """Bring what a form wrote into the form in which it is kept. Raises `Refused` at the field."""
    for field in ("phone", "height_cm", "weight_kg"):
        setattr(patient, field, _clean(field, getattr(patient, field)))
    check_payer(patient)
    follow_phone(patient)


def _keep_nik(patient: Patient, number: str, confirmed: bool, is_admin: bool) -> None:
    db.session.flush()
    try:
        with db.session.begin_nested():
            is_alone = nik.keep(patient, number, confirmed=confirmed, told=is_admin)
    except IntegrityError:  # the same number was written at the same moment: it is found now
        is_alone = nik.keep(patient, number, confirmed=confirmed, told=is_admin)
    if not is_alone:
        tell("nik_in_question", patient)


def put_profile(patient: Patient, values: Mapping[str, Any]) -> None:
    """Write fields of `PROFILE` in the form in which they are kept. Raises `Refused` at the field."""
    for field, value in values.items():
        if field not in PROFILE:
            raise Refused(N_("%(what)s cannot be changed here."), field=field, what=field)
        setattr(patient, field, _clean(field, value))
    check_payer(patient)


def check_payer(patient: Patient) -> None:
    """A BPJS card has 13 digits; a policy number needs the company's name. What is empty can be filled in
    later."""
    if not patient.payer_number:
        return
    if patient.payer == Payer.BPJS:
        number = re.sub(r"[\s.-]", "", patient.payer_number)
        if not (number.isascii() and number.isdecimal() and len(number) == BPJS_DIGITS):
            raise Refused(N_("A BPJS card number has %(digits)s digits. It stands on the card and in the "
                             "app Mobile "
                             "JKN."), field="payer_number", digits=BPJS_DIGITS)
        patient.payer_number = number
    elif patient.payer == Payer.INSURANCE and not patient.payer_name:
        raise Refused(N_("Please write the name of the insurance company too."), field="payer_name")


def _clean(field: str, value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip() or None
    if field == "name":
        return _name(value)
    if field == "phone":
        return clean_phone(value)
    if field in ("birth_date", "sex", "payer") and value is None:
        raise Refused(N_("Please fill in this field."), field=field)
    if field == "birth_date" and not date(1900, 1, 1) <= value <= clock.today():
        raise Refused(N_("The birth date lies in the future or too far back."), field=field)
    if field in _MEASURES and value is not None:
        return _measure(field, value)
    return value


def _name(value: str | None) -> str:
    text = " ".join((value or "").split())
    if not 1 < len(text) <= 200:
        raise Refused(N_("Please write the full name, 2 to 200 letters."), field="name")
    return text


def _measure(field: str, value: Any) -> Decimal:
    low, high = _MEASURES[field]
    try:
        number = Decimal(str(value))
        if low <= number <= high and number == number.quantize(Decimal("0.1")):
            return number
    except InvalidOperation:
        pass
    raise Refused(N_("Please write a number from %(low)s to %(high)s with at most one decimal."),
                  field=field, low=low,
                  high=high)


# ---------------------------------------------------------------- decisions

def next_record_number() -> str:
    """The next gapless medical record number. Its counter stays locked until commit."""
    key = {"prefix": "RM", "year": 0}
    bump = (sa.update(NumberCounter).filter_by(**key).values(last=NumberCounter.last + 1)
            .returning(NumberCounter.last).execution_options(synchronize_session=False))
    last = db.session.scalar(bump)
    if last is None:
        db.session.execute(insert_once(NumberCounter).values(**key, last=0))
        last = db.session.scalar(bump)
    return f"{last:08d}"


def next_record_numbers(count: int) -> list[str]:
    """Many at once."""
    if not count:
        return []
    last = int(next_record_number())
    if count > 1:
        db.session.execute(sa.update(NumberCounter).filter_by(prefix="RM", year=0).values(
            last=last + count - 1).execution_options(synchronize_session=False))
    return [f"{number:08d}" for number in range(last, last + count)]


@effect(Patient, "approve")
def _approve(patient: Patient, *, by: User, reason: str) -> None:
    if patient.guardian is not None and patient.guardian.state != PatientState.ACTIVE:
        raise Refused(N_("Approve the guardian's registration first."))
    give_number(patient, reason)


@effect(Patient, "reinstate")
def _reinstate(patient: Patient, *, by: User, reason: str) -> None:
    reached_by_somebody(patient)
    give_number(patient, reason)


@after(Patient, "approve", "reinstate", "readmit")
def _hold_nik(patient: Patient, *, by: User, reason: str) -> None:
    """A registration that was rejected, or whose NIK another record holds, gets its number only if it is
    free."""
    nik.claim(patient)


def give_number(patient: Patient, reason: str) -> None:
    patient.decided_reason = reason.strip() or None
    if patient.medical_record_number is None:
        patient.medical_record_number = next_record_number()


def reached_by_somebody(patient: Patient) -> None:
    """Raises `Refused` at the field guardian unless an account of its own or an active guardian reaches the
    record."""
    guardian = patient.guardian
    if guardian is None and patient.user_id is None and patient.registered_by_id is not None:
        return  # the office registered the person and calls
    if patient.user_id is not None:
        if guardian is not None:
            raise Refused(
                N_("This person has an account of their own and needs no guardian. Leave it empty."),
                field="guardian",
            )
        return
    if guardian is None or guardian.state != PatientState.ACTIVE:
        raise Refused(N_("The guardian's registration is not active. Name another guardian, or approve that "
                         "one "
                         "first."), field="guardian")
    if guardian.id == patient.id:
        raise Refused(N_("Only a person with an account can be a guardian."), field="guardian")
    require_guardian(guardian)
    if patient.relation is None:
        patient.relation = Relation.OTHER_PERSON


def require_guardian(guardian: Patient) -> None:
    """Raises `Refused` at the field guardian unless the person can sign in for somebody else."""
    if guardian.guardian_id is not None or guardian.user_id is None:
        raise Refused(N_("Only a person with an account can be a guardian."), field="guardian")


@effect(Patient, "reject", "suspend")
def _keep_reason(patient: Patient, *, by: User, reason: str) -> None:
    patient.decided_reason = reason.strip()


@effect(Patient, "reject")
def _free_nik(patient: Patient, *, by: User, reason: str) -> None:
    """Who was rejected may register anew, and so may whoever the NIK belongs to."""
    nik.release(patient)


@effect(Patient, "close")
def _close_account(patient: Patient, *, by: User, reason: str) -> None:
    """Withdraw the consents and close the account; the record stays."""
    if any(dependant.state in (PatientState.PENDING, PatientState.ACTIVE)
           for dependant in patient.dependants):
        raise Refused(N_("Close the dependants' profiles first; nobody could reach them otherwise."))
    if not patient.is_merging:  # who is merged was told so
        tell("registration_closed", patient)
    for consent in patient.consents:
        consent.withdrawn_at = consent.withdrawn_at or clock.now()
    account = patient.user
    if account is not None and account.roles == {Role.PATIENT}:
        account.status = AccountStatus.INACTIVE
