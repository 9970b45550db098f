"""People whom a guardian represents: added with the guardian's consent, looked at one by one, handed over of
age."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import NotFound, TooManyRequests

from models.accounts import TicketKind
from models.base import one_transaction
from models.clinic import ConsentKind, Patient, PatientState, Relation, Sex
from models.errors import N_, Refused
from models.operations.clinic import dependants, patients
from models.operations.people import accounts, nik
from models.people import Language
from portal import access, account, registration
from portal.forms import DependantForm, HandOverForm, SwitchForm, TakeOverForm, takes
from portal.web import locale, passwords
from portal.web import words as site_words
from portal.web.links import public_url, safe_next
from portal.web.locale import refusal_text
from portal.web.signin import sign_in


@access.patients_only
@takes(SwitchForm)
def switch(form: SwitchForm) -> Any:
    """Look at one person's consultations, or at everybody's."""
    wanted = form.patient.data
    if wanted is None:
        session.pop(access.SHOWN, None)
    else:
        session[access.SHOWN] = access.person_or_404(wanted).id
    return redirect(safe_next(form.next.data or None) or url_for("portal.home"), 303)


# ---------------------------------------------------------------- adding

def _page(form: DependantForm | None = None, status: int = 200, doubt: bool = False) -> Any:
    labels = registration.labels() | {"relation": site_words.label("relation"), "nik": gettext("NIK")}
    return render_template("portal/dependant.html", typed=form.typed if form else {},
                           errors=form.problems if form else {},
                           labels=labels,
                           sexes=list(Sex), relations=list(Relation), versions=patients.CONSENTS,
                           doubt=doubt), status


def _guardian() -> Patient:
    """The own registration, which must be open."""
    result = access.patient_or_404()
    if result.state not in (PatientState.PENDING, PatientState.ACTIVE):
        raise Refused(N_("Your own registration must be open before you can add a dependant."))
    return result


@access.patients_only
def new() -> Any:
    _guardian()
    return _page()


@access.patients_only
@takes(DependantForm)
def add(form: DependantForm) -> Any:
    guardian, values = _guardian(), form.person
    doubt = False
    if form.validate():
        twice = next((entry for entry in access.people()[1:] if entry.state == PatientState.PENDING and (
            entry.name, entry.birth_date, entry.sex) == (values["name"], values["birth_date"],
                                                         values["sex"])),
                     None)
        if twice is not None:  # the answer was lost on the way, or the button was pressed twice
            return redirect(url_for("portal.person", patient_id=twice.id), 303)
        account.count_nik(str(form.nik.data or ""))
        try:
            with one_transaction():
                patient = patients.register_dependant(
                    guardian, by=current_user, relation=form.relation.data, consents=list(ConsentKind),
                    number=form.nik.data or None, nik_confirmed=form.nik_confirmed.data, **form.person)
            flash(gettext("%(name)s was added. Our staff checks the data; meanwhile you can complete the "
                          "profile.",
                          name=patient.name))
            return redirect(url_for("portal.person", patient_id=patient.id), 303)
        except Refused as refusal:
            doubt = isinstance(refusal, nik.NikDoubt)
            form.blame(refusal)
    return _page(form, 422, doubt)


# ---------------------------------------------------------------- handing over

def _dependant(patient_id: int) -> Patient:
    result = access.person_or_404(patient_id)
    if result.guardian is None:
        raise NotFound
    return result


@access.patients_only
def hand_over(patient_id: int) -> Any:
    return render_template("portal/hand_over.html", patient=_dependant(patient_id), typed={}, errors={})


@access.patients_only
@takes(HandOverForm)
def hand_over_post(patient_id: int, form: HandOverForm) -> Any:
    patient, email = _dependant(patient_id), str(form.email.data or "")
    wait = account.mails.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)
    try:
        if public_url() is None:
            raise Refused(N_("Mail with links is not set up here. Please ask the hospital."))
        with one_transaction():
            dependants.ask_hand_over(patient, email, by=current_user)
    except Refused as refusal:
        patient = _dependant(patient_id)
        form.blame(refusal)
        return render_template("portal/hand_over.html", patient=patient, typed=form.typed,
                               errors=form.problems), refusal.status
    flash(gettext("We sent a mail to %(address)s. The profile changes hands when the link in it is opened.",
                  address=email))
    return redirect(url_for("portal.person", patient_id=patient_id), 303)


def _take_page(token: str, form: TakeOverForm | None = None, status: int = 200) -> Any:
    result = accounts.found_ticket(token, TicketKind.HAND_OVER)
    return render_template("portal/take_over.html", token=token, email=result.to_address,
                           errors=form.problems if form else {}, typed=form.typed if form else {},
                           least=passwords.MIN_PATIENT, labels=registration.labels(),
                           versions=patients.CONSENTS), status


def _stale(refusal: Refused) -> Any:
    return render_template("portal/account_ticket.html", ticket=None,
                           error=refusal_text(refusal)), refusal.status


def _counted(token: str) -> str:
    wait = account.tickets.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)
    return token


def take() -> Any:
    """For the future owner, who has no account yet: password and consents."""
    try:
        return _take_page(_counted(request.args.get("ticket", "")))
    except Refused as refusal:
        return _stale(refusal)


@takes(TakeOverForm)
def take_post(form: TakeOverForm) -> Any:
    try:
        token = _counted(str(form.ticket.data or request.args.get("ticket", "")))
        result = accounts.found_ticket(token, TicketKind.HAND_OVER)
        form.validate()
        wrong = account.password_problem(str(form.password.data or ""), str(form.repeated.data or ""),
                                         passwords.MIN_PATIENT, result.to_address)
        if wrong:
            form.blame_at(*wrong)
        given = [kind for kind in ConsentKind if form[f"consent_{kind.value}"].data]
        for kind in set(ConsentKind) - set(given):
            form.blame_at(f"consent_{kind.value}", gettext("Please agree to the text before you register."))
        if form.problems:
            return _take_page(token, form, 422)
        stored = passwords.hashed(str(form.password.data))
        with one_transaction():
            patient = dependants.hand_over(token, stored, given, language=Language(locale.choose()))
            assert patient.user is not None
            sign_in(patient.user)
    except Refused as refusal:
        return _stale(refusal)
    flash(gettext("The profile is yours now."))
    return redirect("/portal/", 303)


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/people/switch", "switch", switch, methods=("POST",))
    bp.add_url_rule("/people/new", "dependant_new", new)
    bp.add_url_rule("/people/new", "dependant_add", add, methods=("POST",))
    bp.add_url_rule("/people/<int:patient_id>/hand-over", "hand_over", hand_over)
    bp.add_url_rule("/people/<int:patient_id>/hand-over", "hand_over_post", hand_over_post, methods=("POST",))


account.bp.add_url_rule("/profile", "take", take)
account.bp.add_url_rule("/profile", "take_post", take_post, methods=("POST",))
