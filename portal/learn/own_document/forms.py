"""Forms of a learner's type: the one in which it is designed, and the one in which its documents are
written."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from models.base import ExactDecimal, db
from models.rights import model_of
from portal.learn.own_document.definition import (
    MOST_FIELDS,
    MOST_STATES,
    MOST_STEPS,
    PLAYED,
    TICKED,
    WORDS,
    Kind,
    OwnField,
    OwnStep,
    OwnType,
)
from portal.web import words
from portal.web.locale import parse_decimal, quantity

NOTHING = SelectChoice("", "–")
#: How many records a reference offers.
MOST_OFFERED = 1000


def _names(text: str | None) -> tuple[str, ...]:
    """The names in a text with commas."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


# ---------------------------------------------------------------- designing

class FieldRow(Form):
    name = StringField(_l("Name"))
    kind = SelectField(_l("Kind of value"),
                       choices=[SelectChoice(kind.value, word) for kind, word in WORDS.items()])
    is_required = BooleanField(_l("must be filled in"))
    choices = StringField(_l("Choices"))


class StateRow(Form):
    name = StringField(_l("Name"))


class StepRow(Form):
    name = StringField(_l("Name"))
    sources = StringField(_l("From"))
    target = StringField(_l("To"))
    role = SelectField(_l("Role"), choices=[], validate_choice=False)
    other_role = SelectField(_l("or the role"), choices=[], validate_choice=False)
    not_own = BooleanField(_l("not the author"))
    own_document = BooleanField(_l("the author only"))
    needs_reason = BooleanField(_l("asks for a reason"))
    numbers = BooleanField(_l("gives the number"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [SelectChoice(role.value, words.role_word(role)) for role in PLAYED]
        self.role.choices = self.other_role.choices = [NOTHING, *roles]


class TypeForm(FlaskForm):
    """Facts, fields, states and steps. Rows that are empty fall away."""

    name = StringField(_l("Name"))
    prefix = StringField(_l("Prefix of its numbers"))
    fields = FieldList(FormField(FieldRow), max_entries=MOST_FIELDS)
    states = FieldList(FormField(StateRow), max_entries=MOST_STATES)
    steps = FieldList(FormField(StepRow), max_entries=MOST_STEPS)

    def typed(self) -> OwnType:
        """What is written; `places` says which row of the form each part came from."""
        fields = [row.form for row in self.fields if _is_written(row.form, "name")]
        steps = [row.form for row in self.steps if _is_written(row.form, "name", "sources", "target")]
        self.places = {name: [place for place, row in enumerate(rows) if _is_written(row.form, *asked)]
                       for name, rows, asked in (("fields", self.fields, ("name",)),
                                                 ("states", self.states, ("name",)),
                                                 ("steps", self.steps, ("name", "sources", "target")))}
        return OwnType(
            (self.name.data or "").strip(), (self.prefix.data or "").strip(),
            tuple(OwnField(row.name.data.strip(), _kind(row.kind.data), row.is_required.data,
                           _names(row.choices.data)) for row in fields),
            tuple(row.form.name.data.strip() for row in self.states if _is_written(row.form, "name")),
            tuple(OwnStep(row.name.data.strip(), _names(row.sources.data), row.target.data.strip(),
                          tuple(dict.fromkeys(role for role in (row.role.data, row.other_role.data) if role)),
                          *(getattr(row, name).data for name in TICKED)) for row in steps))

    def blame(self, flaws: list[tuple[str, str, dict[str, object]]]) -> None:
        """Put each flaw at its field."""
        for at, message, given in flaws:
            field = self._at(at)
            text = gettext(message)
            field.errors = [*field.errors, text % given if given else text]

    def _at(self, at: str) -> Field:
        head, *rest = at.split("-")
        if not rest:
            return self[head]
        rows, place = self[head], int(rest[0])
        real = self.places.get(head, [])
        row = real[place] if place < len(real) else place
        while len(rows.entries) <= row:
            rows.append_entry()
        return rows.entries[row].form[rest[1]]

    @property
    def wrong(self) -> list[Field]:
        """The fields with errors, in the order of the page."""
        rows = [field for entries in (self.fields, self.states, self.steps) for row in entries
                for field in row.form]
        return [field for field in (self.name, self.prefix, *rows) if field.errors]


def _is_written(row: Any, *names: str) -> bool:
    return any((row[name].data or "").strip() for name in names)


def _kind(text: str | None) -> Kind:
    return Kind(text) if text in set(Kind) else Kind.TEXT


def filled(own: OwnType) -> dict[str, Any]:
    """A type as the data of `TypeForm`."""
    return {"name": own.name, "prefix": own.prefix,
            "fields": [{"name": row.name, "kind": row.kind.value, "is_required": row.is_required,
                        "choices": ", ".join(row.choices)} for row in own.fields],
            "states": [{"name": state} for state in own.states],
            "steps": [{"name": row.name, "sources": ", ".join(row.sources), "target": row.target,
                       "role": row.roles[0] if row.roles else "",
                       "other_role": row.roles[1] if len(row.roles) > 1 else "",
                       **{name: getattr(row, name) for name in TICKED}} for row in own.steps]}


# ---------------------------------------------------------------- writing its documents

class AmountField(StringField):
    """An exact number as people type it: 1.250,5 or 1250.5."""

    def __init__(self, *args: Any, kind: ExactDecimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw = valuelist[0] if valuelist else ""
        try:
            number = parse_decimal(self.raw)
            self.data = None if number is None else self.kind.exact(number)
        except ValueError as error:
            self.data = None
            raise ValueError(gettext("Write a number with at most %(scale)s decimals.",
                                     scale=self.kind.scale)) from error

    def _value(self) -> str:
        if self.errors or self.process_errors:
            return self.raw
        return quantity(self.data) if isinstance(self.data, Decimal) else ""


@lru_cache(256)
def form_of(own: OwnType) -> type[FlaskForm]:
    """The form in which a document of the type is written; its fields are called as the type says."""
    return type(f"Form_{own.name}", (FlaskForm,), {field.name: _control(field) for field in own.fields})


def _control(field: OwnField) -> Any:
    label = words.human(field.name)
    asked: list[Any] = [InputRequired(_l("Fill this in."))] if field.is_required else [Optional()]
    match field.kind:
        case Kind.TEXT:
            return StringField(label, [*asked, Length(max=200)])
        case Kind.LONG_TEXT:
            return TextAreaField(label, [*asked, Length(max=4000)])
        case Kind.WHOLE_NUMBER:
            return IntegerField(label, [*asked, NumberRange(-2_000_000_000, 2_000_000_000)])
        case Kind.QUANTITY:
            return AmountField(label, asked, kind=ExactDecimal(14, 3))
        case Kind.MONEY:
            return AmountField(label, asked, kind=ExactDecimal(18, 2))
        case Kind.DAY:
            return DateField(label, asked)
        case Kind.YES_NO:
            return BooleanField(label)
        case Kind.CHOICE:
            return SelectField(label, asked, choices=[
                NOTHING, *(SelectChoice(value, words.human(value)) for value in field.choices)])
    return SelectField(label, asked, choices=[])


def offer(form: FlaskForm, own: OwnType) -> None:
    """Give each reference of the form its records."""
    for field in own.fields:
        if field.kind.target:
            model = model_of(field.kind.target)
            rows = db.session.execute(sa.select(model.id, model.name).order_by(model.name, model.id)
                                      .limit(MOST_OFFERED))
            form[field.name].choices = [
                NOTHING, *(SelectChoice(str(key), name) for key, name in rows)]


def values_of(form: FlaskForm, own: OwnType) -> dict[str, Any]:
    """What was written, by column."""
    return {field.column: _plain(field, form[field.name].data) for field in own.fields}


def _plain(field: OwnField, data: Any) -> Any:
    if field.kind == Kind.YES_NO:
        return bool(data)
    if data in (None, ""):
        return None
    return int(data) if field.kind.target else data


def given(own: OwnType, values: dict[str, Any]) -> dict[str, Any]:
    """A document's values as the data of its form."""
    return {field.name: str(values[field.column] or "") if field.kind.target else values[field.column]
            for field in own.fields}
