"""What the office does for patients on pages of their own: registering who walks in or calls, correcting who
somebody is, an account for who has none, an address that was mistyped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from wtforms import validators
from wtforms.fields import BooleanField

from backoffice.panel import fields, lookups, step_lines
from backoffice.panel.forms import StaffForm, make_form
from backoffice.panel.views import done, message_of
from models import clock
from models.base import db, one_transaction
from models.clinic import Consent, ConsentWay, Patient, PatientState, Relation
from models.consultations import Consultation
from models.errors import N_, NotAllowed, Refused
from models.operations.clinic import dependants, identity, merging, patients
from models.operations.core.approvals import perform
from models.operations.people import account_office, accounts, nik
from models.prescriptions import Letter, Prescription
from models.rights import may, scope
from models.roles import Role
from portal.web import words
from portal.web.links import public_url

#: Consultations, prescriptions and letters that the page of a patient shows of each.
SHOWN = 10
CARD = lazy_gettext("16 digits, on the identity card. Kept encrypted.")


class ConsentWayField(fields.EnumField):
    """On paper or orally: nobody ticks the portal's boxes for somebody else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "EnumField"  # the macro of fields draws it so
        self.choices = [(way.value, words.state_word(way)) for way in ConsentWay if way != ConsentWay.PORTAL]


class IdentityForm(StaffForm):
    """Beside name, birth date and sex."""

    nik = fields.TextField(lazy_gettext("NIK"),
                           description=lazy_gettext("Leave it empty to keep the number."))
    nik_confirmed = BooleanField(lazy_gettext("The NIK is right though it does not fit birth date or sex"))
    takes_nik_off = BooleanField(lazy_gettext("The NIK belongs to somebody else: take it off this record"))
    reason = fields.LongTextField(lazy_gettext("Reason"), [validators.InputRequired(fields.REQUIRED)],
                                  description=lazy_gettext("It stays in the history of the record."))


class RegisterForm(StaffForm):
    """Beside the columns of the patient."""

    nik = fields.TextField(lazy_gettext("NIK"), description=CARD)
    nik_confirmed = BooleanField(lazy_gettext("The NIK is right though it does not fit birth date or sex"))
    consent_way = ConsentWayField(lazy_gettext("How both consents were given"), enum=ConsentWay,
                                  optional=False, word=words.state_word)
    consent_by = fields.TextField(
        lazy_gettext("Who gave them"),
        description=lazy_gettext("Empty: the patient. For a child or somebody who cannot decide: who decides "
                                 "for the patient, by name."))
    consent_at = fields.MomentField(lazy_gettext("When they were given"), default=clock.now)
    consents_given = BooleanField(
        lazy_gettext("Both consents were given"), [validators.InputRequired(fields.REQUIRED)],
        description=lazy_gettext("To keep the health data, and to consult at a distance."))
    identity_checked = BooleanField(
        lazy_gettext("I compared the person with the identity card"),
        description=lazy_gettext("Ticked, the registration is approved at once. Else it waits for a "
                                 "decision."))
    other_person = BooleanField(lazy_gettext("I looked at the records above: this is another person"))


class AccountForm(StaffForm):
    email = fields.TextField(lazy_gettext("E-mail address"), [validators.InputRequired(fields.REQUIRED)])
    identity_checked = BooleanField(lazy_gettext("I compared the person with the identity card"))


class AddressForm(StaffForm):
    email = fields.TextField(
        lazy_gettext("E-mail address"), [validators.InputRequired(fields.REQUIRED)],
        description=lazy_gettext("Unchanged, the link that confirms it is sent once more."))


REGISTERED = ("name", "birth_date", "sex", "phone", "address", "region", "guardian", "relation", "payer",
              "payer_name", "payer_number")
#: The order of the form: who it is, where, who pays, the consents.
IN_ORDER = ("name", "birth_date", "sex", "nik", "nik_confirmed", "phone", "address", "region", "guardian",
            "relation", "payer", "payer_name", "payer_number", "consent_way", "consent_by", "consent_at",
            "consents_given", "identity_checked", "other_person")
#: What of it goes into the record as it is.
PROFILE = ("phone", "address", "payer", "payer_name", "payer_number")


def register_form() -> StaffForm:
    return make_form(Patient, REGISTERED, base=RegisterForm, optional=frozenset({"relation"}))()


class OfficePages:
    """Mixed into the view of patients; for whoever may change them."""

    def beside(self: Any) -> tuple[tuple[str, Any, str], ...]:
        """Pages beside the list, for whoever may change patients."""
        if not may(current_user, "edit", "patient"):
            return ()
        return (("/admin/imports/?kind=patient", gettext("Import"), "file-import"),
                ("/admin/patient/duplicates", gettext("Likely duplicates"), "users"),
                ("/admin/patient/register", gettext("Register a patient"), "user-plus"))

    def links(self: Any, record: Patient) -> list[tuple[str, str, str]]:
        if not may(current_user, "edit", "patient") or record.state == PatientState.CLOSED:
            return []
        result = [(f"{self.url}/{record.id}/identity", gettext("Correct identity"), "id")]
        if record.state == PatientState.ACTIVE:
            result.insert(0, (f"/admin/consultation/book?patient={record.id}", gettext("Book a time"),
                              "calendar"))
        if record.user_id is None and record.guardian_id is None:
            result.append((f"{self.url}/{record.id}/account", gettext("Give an account"), "user-check"))
        return result

    def office_page(self: Any, form: StaffForm, *, heading: str, submit: str, back: str, lead: str = "",
                    refusal: Refused | None = None, order: tuple[str, ...] = (), **more: Any) -> Any:
        """One form on a page; the answer to a refusal is the same page with what was typed."""
        step_lines.mark(form, refusal)
        typed = [form[name] for name in order if name in form] if order else form.typed
        context = {"record": None, "likenesses": [], "again": False} | more
        return self.render("backoffice/clinic/office_form.html", view=self, form=form, typed=typed,
                           heading=heading, submit=submit, back=back, lead=lead, refusal=refusal,
                           message_of=message_of, **context)

    def _taken(self: Any, form: StaffForm, page: Callable[..., Any], act: Callable[[], Any]) -> Any:
        """Do what a valid form says; the page again when it is refused. `act` answers."""
        if not form.validate():
            return page(form), 422
        try:
            with one_transaction():
                return act()
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            db.session.rollback()
            return page(form, refusal), refusal.status

    # ------------------------------------------------------------ registering

    @expose("/register", methods=("GET", "POST"))
    def register_view(self: Any) -> Any:
        """The office registers who walks in or calls; a likely double is shown before it is made."""
        self.must("edit")
        form = register_form()
        if request.method == "GET":
            del form["nik_confirmed"]
            del form["other_person"]
            return self._register_page(form)
        return self._taken(form, self._register_page, lambda: self._register(form))

    def _register_page(self: Any, form: StaffForm, refusal: Refused | None = None) -> Any:
        if "nik_confirmed" in form and not isinstance(refusal, nik.NikDoubt) \
                and not form["nik_confirmed"].data:
            del form["nik_confirmed"]
        likenesses = getattr(refusal, "likenesses", ())
        if "other_person" in form and not likenesses and not form["other_person"].data:
            del form["other_person"]
        return self.office_page(
            form, heading=gettext("Register a patient"), submit=gettext("Register"), back=f"{self.url}/",
            lead=gettext("For people who walk in or call. An e-mail address is not needed: an account can be "
                         "given later."),
            refusal=refusal, order=IN_ORDER, likenesses=likenesses, again=True)

    def _register(self: Any, form: StaffForm) -> Any:
        office = current_user._get_current_object()
        given = {name: form[name].data for name in PROFILE}
        if form["region"].data is not None:
            given["region_code"] = form["region"].data.code
        _refuse_a_double(form)
        agreed = patients.Agreed(form["consent_way"].data, form["consent_by"].data or form["name"].data,
                                 form["consent_at"].data)
        patient = patients.register_for(
            by=office, agreed=agreed, name=form["name"].data, birth_date=form["birth_date"].data,
            sex=form["sex"].data, guardian=form["guardian"].data, relation=form["relation"].data,
            number=form["nik"].data, nik_confirmed=form["nik_confirmed"].data, **given)
        if form["identity_checked"].data:
            perform(patient, "approve", by=office)
        number = patient.medical_record_number or gettext("(no number yet)")
        return done(gettext("%(name)s was registered: %(number)s.", name=patient.name, number=number),
                    f"{self.url}/register" if "_next" in request.form else self.details_url(patient))

    # ------------------------------------------------------------ correcting

    @expose("/<id>/identity", methods=("GET", "POST"))
    def identity_view(self: Any, id: str) -> Any:
        """Name, birth date, sex and NIK are corrected with a reason."""
        self.must("edit")
        if request.method == "GET":
            self.note_reading(id)
        record = self.one_or_404(id)
        form = make_form(Patient, identity.IDENTITY, base=IdentityForm)(obj=record)
        if "nik" not in request.form:  # the record's own text is encrypted
            form["nik"].data = None

        def page(form: StaffForm, refusal: Refused | None = None) -> Any:
            fresh = self.one_or_404(id)
            if not isinstance(refusal, nik.NikDoubt) and not form["nik_confirmed"].data:
                del form["nik_confirmed"]
            if not fresh.nik:
                del form["takes_nik_off"]
            lead = gettext("NIK now: %(nik)s.", nik=nik.masked_of(fresh)) if fresh.nik else ""
            return self.office_page(form, heading=gettext("Correct identity"), submit=gettext("Correct"),
                                    back=self.details_url(fresh), record=fresh, lead=lead, refusal=refusal)

        if request.method == "GET":
            return page(form)
        return self._taken(form, page, lambda: self._correct(self.one_or_404(id), form))

    def _correct(self: Any, record: Patient, form: StaffForm) -> Any:
        changed = identity.correct(
            record, {name: form[name].data for name in identity.IDENTITY},
            by=current_user._get_current_object(), reason=form["reason"].data or "",
            number=form["nik"].data, confirmed=form["nik_confirmed"].data,
            takes_nik_off="takes_nik_off" in form and form["takes_nik_off"].data)
        return done(gettext("The identity was corrected.") if changed else gettext("Nothing was different."),
                    self.details_url(record))

    # ------------------------------------------------------------ accounts

    @expose("/<id>/account", methods=("GET", "POST"))
    def account_view(self: Any, id: str) -> Any:
        """A link by mail, with which who was registered by the office gets an account."""
        self.must("edit")
        self.note_reading(id)
        form = AccountForm()

        def page(form: StaffForm, refusal: Refused | None = None) -> Any:
            fresh = self.one_or_404(id)
            lead = gettext("%(name)s gets a link by mail, chooses a password and reads both consents. It is "
                           "good for seven days.", name=fresh.name)
            return self.office_page(form, heading=gettext("Give an account"), submit=gettext("Send the link"),
                                    back=self.details_url(fresh), record=fresh, lead=lead, refusal=refusal)

        if request.method == "GET":
            return page(form)
        return self._taken(form, page, lambda: self._give_account(self.one_or_404(id), form))

    def _give_account(self: Any, record: Patient, form: StaffForm) -> Any:
        _need_mail()
        dependants.invite(record, form["email"].data, by=current_user._get_current_object(),
                          identity_checked=form["identity_checked"].data)
        return done(gettext("We sent a link to %(address)s.", address=form["email"].data),
                    self.details_url(record))

    @expose("/<id>/address", methods=("GET", "POST"))
    def address_view(self: Any, id: str) -> Any:
        """The e-mail address of the account, corrected, and the link that confirms it sent again."""
        self.must("edit")
        record = self.one_or_404(id)
        if record.user is None or not may(current_user, "edit", "user"):
            abort(404)
        self.note_reading(id)
        record = self.one_or_404(id)
        form = AddressForm(obj=record.user)

        def page(form: StaffForm, refusal: Refused | None = None) -> Any:
            fresh = self.one_or_404(id)
            return self.office_page(
                form, heading=gettext("Correct the e-mail address"), submit=gettext("Save and send"),
                back=self.details_url(fresh), record=fresh, refusal=refusal,
                lead=gettext("Ask the person for the address and read it back letter by letter."))

        if request.method == "GET":
            return page(form)
        return self._taken(form, page, lambda: self._set_address(self.one_or_404(id), form))

    def _set_address(self: Any, record: Patient, form: StaffForm) -> Any:
        user, by = record.user, current_user._get_current_object()
        if user.roles != {Role.PATIENT}:
            raise NotAllowed(N_("This account has other roles too: its address is changed on its own page."))
        wanted = (form["email"].data or "").strip()
        if wanted.lower() != user.email.lower():
            if accounts.account_with(wanted) is not None:
                raise Refused(N_("Another account has this address."), field="email")
            user.email = wanted
            account_office.follow(user, account_office.review(user, user.roles, by=by), by=by)
        if public_url() is not None and user.email_confirmed_at is None:
            accounts.ask_confirmation(user)
        flash(gettext("The address is %(address)s now.", address=user.email))
        return done(gettext("A mail with a link that confirms it is on its way."), self.details_url(record))


def _need_mail() -> None:
    if public_url() is None:
        raise Refused(N_("Mail with links is not set up here."))


class LikelyDouble(Refused):
    """There are records that may be the same person; the office looks at them first."""

    def __init__(self, likenesses: list[merging.Likeness]) -> None:
        super().__init__(N_("There may be a record of this person already. Look at it first."),
                         field="other_person")
        self.likenesses = likenesses


def _refuse_a_double(form: StaffForm) -> None:
    """Raises `LikelyDouble` unless the person said that it is somebody else."""
    if form["other_person"].data:
        return
    wanted = Patient(name=form["name"].data, birth_date=form["birth_date"].data, sex=form["sex"].data,
                     phone=patients.clean_phone(form["phone"].data))
    found = merging.like(wanted)
    if found:
        raise LikelyDouble(found)


def around(record: Patient) -> dict[str, Any]:
    """What belongs to a patient as far as the reader's rights go: visits, papers, family, consents."""
    result: dict[str, Any] = {"visits": [], "prescriptions": [], "letters": []}
    if may(current_user, "read", "consultation"):
        result["visits"] = list(db.session.scalars(lookups.within(
            sa.select(Consultation).where(Consultation.patient_id == record.id), scope(
                current_user, "consultation")).options(
            sa.orm.joinedload(Consultation.doctor).lazyload("*")).order_by(
            Consultation.starts_at.desc(), Consultation.id.desc()).limit(SHOWN + 1)))
    own = sa.select(Consultation.id).where(Consultation.patient_id == record.id)
    for name, model in (("prescriptions", Prescription), ("letters", Letter)):
        if may(current_user, "read", model.__tablename__):
            result[name] = list(db.session.scalars(lookups.within(
                sa.select(model).where(model.consultation_id.in_(own)),
                scope(current_user, model.__tablename__)).order_by(model.id.desc()).limit(SHOWN)))
    if may(current_user, "edit", "patient"):
        result["family"] = [(words.state_word(person.relation or Relation.OTHER_PERSON), person)
                            for person in record.dependants]
        result["consents"] = list(db.session.scalars(
            sa.select(Consent).where(Consent.patient_id == record.id)
            .options(sa.orm.joinedload(Consent.given_by).lazyload("*")).order_by(Consent.id)))
        result["account"] = record.user or (record.guardian.user if record.guardian else None)
    return result
