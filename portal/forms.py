"""The forms of the portal: one base, which reads what was sent, keeps what was typed and says what is wrong
at its field. The macros of `templates/portal/form.html` draw it.

A view takes its form by `takes`; a test asks that no view reads what was sent by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, StringField, ValidationError
from wtforms.utils import unset_value

from models import clock
from models.clinic import BloodType, MaritalStatus, Payer, Relation, Sex
from models.errors import Refused
from models.operations.clinic import triage
from models.operations.people.contacts import clean_email
from portal.web import locale, passwords
from portal.web.locale import refusal_text

LARGEST = 2**63 - 1


class PortalForm(FlaskForm):
    """A form of the portal.

    `problems` says at which field is what, in the order of the form; `typed` is what stands in the fields.
    """

    #: The field to which a refusal belongs that names none of the form's.
    blames: ClassVar[str] = ""
    #: The fields that stand at the foot of the page, whatever class declares them.
    last: ClassVar[frozenset[str]] = frozenset({"consent_privacy", "consent_telemedicine"})

    @property
    def problems(self) -> dict[str, str]:
        names = sorted(self._fields, key=lambda name: name in self.last)
        return {name: str(self._fields[name].errors[0]) for name in names if self._fields[name].errors}

    @property
    def typed(self) -> MultiDict[str, str]:
        """What was sent, field by field; passwords are typed again."""
        return MultiDict({name: str(field.raw_data[0]) for name, field in self._fields.items()
                          if field.raw_data and not isinstance(field, Secret)})

    def was_sent(self, name: str) -> bool:
        """Whether the browser sent the field at all: one that it did not send stays as it is."""
        return bool(self._fields[name].raw_data)

    def blame(self, refusal: Refused) -> None:
        """Say the refusal at the field that it names."""
        name = refusal.field if refusal.field in self._fields else self.blames
        self.blame_at(name or next(iter(self._fields)), refusal_text(refusal))

    def blame_at(self, name: str, text: str) -> None:
        field = self._fields[name]
        field.errors = [*field.errors, text]


class Pressed(PortalForm):
    """A button alone: what it does stands in the address."""


def takes(form_class: type[PortalForm]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give the view what was sent as ``form=``; a test reads `form_class` off every view that takes one."""
    def given(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def filled(*args: Any, **kwargs: Any) -> Any:
            return view(*args, form=form_class(formdata=request.form), **kwargs)
        filled.form_class = form_class  # type: ignore[attr-defined]
        return filled
    return given


def presses(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view of a button: nothing is sent but the press."""
    view.form_class = Pressed  # type: ignore[attr-defined]
    return view


# ---------------------------------------------------------------- fields

class Text(StringField):
    """A text without what cannot be kept, cut at `most` letters where they are given; "" for nothing."""

    def __init__(self, *args: Any, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    def process_formdata(self, values: list[str]) -> None:
        self.data = values[0].replace("\0", "")[:self.most] if values else ""


class Line(Text):
    """One line: blanks at the ends and doubled ones do not count."""

    def process_formdata(self, values: list[str]) -> None:
        super().process_formdata(values)
        self.data = " ".join(self.data.split())


class Secret(Text):
    """A password: never shown again, not trimmed."""


class Tick(BooleanField):
    """A box; whatever is sent ticks it, nothing leaves it."""

    def process_formdata(self, values: list[str]) -> None:
        self.data = any(values)


class Key(Text):
    """The id of a row; None for what is none."""

    def process_formdata(self, values: list[str]) -> None:
        text = values[0].strip() if values else ""
        fine = text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= LARGEST
        self.data = int(text) if fine else None


class Choice(Text):
    """One member of an enumeration; `needed` where nothing is no answer."""

    def __init__(self, enum: Any, *, needed: bool = True, says: Callable[[], str] | None = None,
                 **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.enum, self.needed = enum, needed
        self.says = says or (lambda: gettext("Please choose one of the list."))

    def process_data(self, value: Any) -> None:
        self.data = None

    def process_formdata(self, values: list[str]) -> None:
        text = values[0] if values else ""
        self.data = self.enum(text) if text in set(self.enum) else None
        if self.data is None and (text or self.needed):
            raise ValueError(self.says())

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        if formdata is not None and self.name not in formdata and self.needed:
            self.process_errors = [self.says()]


class Day(Text):
    """A day as a browser sends it: 2026-11-29."""

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        if not values:
            return
        try:
            self.data = date.fromisoformat(values[0].strip())
        except ValueError:
            raise ValueError(gettext("Please choose the day you were born.")) from None


class Number(Text):
    """A decimal as people write it: 158 or 56,5."""

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        try:
            self.data = locale.parse_decimal(values[0]) if values else None
        except ValueError:
            raise ValueError(gettext("Please write a number, like 158 or 56.5.")) from None


# ---------------------------------------------------------------- people

class PersonForm(PortalForm):
    """Who somebody is, and both consents: whoever registers, by whatever way."""

    blames = "name"
    name = Line()
    birth_date = Day()
    sex = Choice(Sex, says=lambda: gettext("Please choose one of the two, as on the identity card."))
    consent_privacy = Tick()
    consent_telemedicine = Tick()

    def validate_name(self, field: Field) -> None:
        if not 2 <= len(field.data or "") <= 200:
            raise ValidationError(gettext("Please write the full name, 2 to 200 letters."))

    def validate_birth_date(self, field: Field) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(gettext("Please choose the day you were born."))
        if field.data is not None and not date(1900, 1, 1) <= field.data <= clock.today():
            raise ValidationError(gettext("This date has not come yet or lies too far back. Choose a day "
                                          "until today."))

    def validate_consent_privacy(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(gettext("Tick this consent, so that we may keep your medical record."))

    def validate_consent_telemedicine(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(gettext("Tick this consent, so that you can consult a doctor here."))

    @property
    def person(self) -> dict[str, Any]:
        return {"name": self.name.data, "birth_date": self.birth_date.data, "sex": self.sex.data}


class EmailForm(PersonForm):
    """For somebody whose address another provider says, or who writes it."""

    email = Line(most=254)

    def validate_email(self, field: Field) -> None:
        try:
            field.data = clean_email(field.data or "")
        except Refused as refusal:
            raise ValidationError(refusal_text(refusal)) from refusal


class RegisterForm(EmailForm):
    password = Secret()

    def validate_password(self, field: Field) -> None:
        wrong = _too_weak(field.data or "", self.email.data or "", self.name.data or "")
        if wrong:
            raise ValidationError(wrong)


def _too_weak(password: str, *guessed: str) -> str:
    """What is wrong with a patient's password; nothing when it is good."""
    least = passwords.MIN_PATIENT
    if len(password) < least:
        return gettext("The password needs at least %(least)s letters. Add %(more)s.", least=least,
                       more=least - len(password))
    if len(password) > passwords.MAX:
        return gettext("The password has at most %(most)s letters.", most=passwords.MAX)
    if password.lower() in [entry.lower() for entry in guessed]:
        return gettext("A password that is your name or address is easily guessed. Choose another.")
    return ""


class DependantForm(PersonForm):
    relation = Choice(Relation)
    nik = Line(most=40)
    nik_confirmed = Tick()


#: The most letters of the profile's texts.
MOST = {"payer_name": 200, "payer_number": 40, "address": 1000, "allergies": 2000}


class ProfileText(Text):
    """A text of the profile, refused rather than cut where it is too long."""

    def pre_validate(self, form: Any) -> None:
        most = MOST.get(self.name, 200)
        if len(self.data or "") > most:
            raise ValidationError(gettext("Please write at most %(most)s letters.", most=most))


class ProfileForm(PortalForm):
    """Part of the profile or all of it; what was not sent stays as it is."""

    blames = "name"
    name = ProfileText()
    nik = Line(most=40)
    nik_confirmed = Tick()
    birth_date = Day()
    sex = Choice(Sex, needed=False)
    marital_status = Choice(MaritalStatus, needed=False)
    phone = ProfileText()
    address = ProfileText()
    province = Line()
    regency = Line()
    district = Line()
    village = Line()
    region_code = Line()
    height_cm = Number()
    weight_kg = Number()
    blood_type = Choice(BloodType, needed=False)
    allergies = ProfileText()
    payer = Choice(Payer, needed=False)
    payer_name = ProfileText()
    payer_number = ProfileText()
    go = Line()

    def sent_values(self, names: Iterable[str]) -> dict[str, Any]:
        """Those of `names` that were sent."""
        return {name: self._fields[name].data for name in names if self.was_sent(name)}


# ---------------------------------------------------------------- accounts

class PasswordedForm(PortalForm):
    """What only the owner may do: the present password with it."""

    current = Secret()


class ChangeEmailForm(PasswordedForm):
    blames = "email"
    email = Line(most=254)


class ChangePasswordForm(PasswordedForm):
    password = Secret()
    repeated = Secret()


class ForgottenForm(PortalForm):
    email = Line(most=254)


class TicketForm(PortalForm):
    ticket = Text(most=200)


class NewPasswordForm(TicketForm):
    password = Secret()
    repeated = Secret()


class TakeOverForm(NewPasswordForm):
    consent_privacy = Tick()
    consent_telemedicine = Tick()


class HandOverForm(PortalForm):
    blames = "email"
    email = Line(most=254)


class LinkForm(PortalForm):
    how = Line()
    password = Secret()


class DemoPersonForm(PortalForm):
    who = Line(most=40)


class SwitchForm(PortalForm):
    patient = Key()
    next = Text(most=500)


class ChannelsForm(PortalForm):
    mail = Tick()
    whatsapp = Tick()
    sms = Tick()


class DownloadForm(PasswordedForm):
    patient = Key()


class CloseForm(PasswordedForm):
    blames = "sure"
    sure = Tick()


# ---------------------------------------------------------------- consultations

class ReasonForm(PortalForm):
    blames = "reason"
    reason = Text(most=1000)
    version = Key()


class MoveForm(ReasonForm):
    blames = "starts_at"
    starts_at = Line(most=60)
    moved_to = Line(most=60)


class RatingForm(PortalForm):
    blames = "rating"
    rating = Key()
    score = Key()
    comment = Text(most=2000)


class MessageForm(PortalForm):
    body = Text()
    client_id = Text(most=65)
    page = Text(most=200)
    have = Text(most=40)
    after = Text(most=20)
    open = Text(most=1)
    looked = Text(most=20)
    voice_seconds = Text(most=6)


class AskForm(PortalForm):
    """All steps of asking for a consultation; `Asking` checks them, as far as they were shown."""

    patient = Text(most=20)
    complaint = Text()
    specialization = Text(most=20)
    doctor = Text(most=20)
    starts_at = Text(most=60)
    pick = Text(most=90)
    payer = Text(most=20)
    severity_shown = Text(most=1)
    danger_ok_complaint = Text(most=1)
    danger_ok_files = Text(most=1)
    consent = Text(most=1)
    consent_record = Text(most=1)
    step = Text(most=20)
    go = Text(most=20)
    week = Text(most=20)
    remove = Text(most=20)
    shown = Text(most=1)
    q = Text(most=100)
    day = Text(most=20)
    language = Text(most=10)


for _question in triage.QUESTIONS:
    if not hasattr(AskForm, _question.key):
        setattr(AskForm, _question.key, Text(most=40))
