"""Form fields that read what people here write: decimal commas, Rupiah, local times, references by id or
code."""

from __future__ import annotations

import re
from datetime import UTC, time
from decimal import InvalidOperation
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext, lazy_gettext
from wtforms import fields, widgets
from wtforms.validators import StopValidation

from backoffice.panel import lookups
from models import clock
from models.errors import Refused
from models.expiry_dates import read_expiry
from portal.web.locale import is_indonesian, parse_decimal, refusal_text

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class ExactField(fields.Field):
    """A decimal of the column's own scale; the comma is accepted, digits are never rounded away."""

    widget = widgets.TextInput()

    def __init__(self, label: Any = None, validators: Any = None, *, exact: Any, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.exact = exact

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        text = format(self.data, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace(".", ",") if is_indonesian() else text

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        if values and values[0].strip():
            try:
                number = parse_decimal(values[0])
            except ValueError:
                raise ValueError(gettext("Write a number, for example 12.5.")) from None
            try:
                self.data = self.exact.exact(number)
            except (ValueError, InvalidOperation):
                raise ValueError(gettext("Write at most %(scale)s decimals and %(digits)s digits before "
                                         "them.",
                                         scale=self.exact.scale,
                                         digits=self.exact.precision - self.exact.scale)) from None


class TextField(fields.StringField):
    """One line of text, trimmed; empty becomes nothing."""

    def process_formdata(self, values: list[str]) -> None:
        if values:
            text = values[0].strip()
            if _CONTROL.search(text):
                self.data = None
                raise ValueError(gettext("This text holds characters that cannot be kept."))
            self.data = text or None


class LongTextField(TextField):
    widget = widgets.TextArea()


class WholeField(fields.IntegerField):
    """A whole number that the database can keep."""

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        if values and values[0].strip():
            text = values[0].strip()
            if not re.fullmatch(r"-?[0-9]{1,10}", text) or abs(int(text)) > 2**31 - 1:
                raise ValueError(gettext("Write a whole number, for example 12."))
            self.data = int(text)


class DayField(fields.DateField):
    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"], **kwargs)

    def process_formdata(self, values: list[str]) -> None:
        if not values or not values[0].strip():
            self.data = None
            return
        try:
            super().process_formdata([values[0].strip()])
        except ValueError:
            raise ValueError(gettext("Write a date, for example %(example)s.",
                                     example=clock.today().strftime("%d/%m/%Y"))) from None


class ExpiryField(fields.Field):
    """The expiry of a batch, typed as it stands on the box; a month and a year mean the month's last day."""

    widget = widgets.TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%d/%m/%Y") if self.data else ""

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        if values and values[0].strip():
            try:
                self.data = read_expiry(values[0])
            except Refused as refusal:
                raise ValueError(refusal_text(refusal)) from None


class MomentField(fields.DateTimeLocalField):
    """An instant, typed on the hospital's wall clock, kept in UTC."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
                         **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return clock.local(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        if not values or not values[0].strip():
            return
        try:
            super().process_formdata([values[0].strip()])
        except ValueError:
            raise ValueError(gettext("Write a date and a time.")) from None
        if self.data is not None:
            self.data = self.data.replace(tzinfo=clock.zone()).astimezone(UTC)


class EnumField(fields.SelectField):
    """One of an enumeration's members; anything else is a message, not an error."""

    def __init__(self, label: Any = None, validators: Any = None, *, enum: Any, optional: bool, word: Any,
                 **kwargs: Any) -> None:
        choices = ([("", "–")] if optional else []) + [(member.value, word(member)) for member in enum]
        super().__init__(label, validators, choices=lambda: list(choices), coerce=str, **kwargs)
        self.enum = enum

    def process_data(self, value: Any) -> None:
        self.data = value

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        if values and values[0]:
            try:
                self.data = self.enum(values[0])
            except ValueError:
                raise ValueError(gettext("Choose one of the list.")) from None

    def iter_choices(self) -> Any:
        for value, label in self.choices:
            yield value, label, value == (self.data.value if self.data else ""), {}

    def pre_validate(self, form: Any) -> None:
        """What was sent has been checked while it was read."""


class ReferenceField(fields.Field):
    """One record of another table, by id, or by code where a person types without script.

    The page holds only the chosen record; others are looked up (`ajax/lookup/`). Rows outside the person's
    scope do not exist here.
    """

    widget = None

    def __init__(self, label: Any = None, validators: Any = None, *, model: Any, loader: str,
                 **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.model = model
        self.loader = loader

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        text = next((value.strip() for value in values if value.strip()), "")
        self.raw_data = [text]
        if text:
            self.data = lookups.find(self.model, text)
            if self.data is None:
                raise ValueError(gettext("Choose one of the list."))


class UnitField(ReferenceField):
    """A unit of measure of the line's own item; left empty it is the item's base unit (factor 1)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options: list[Any] = []

    def check_item(self, item: Any) -> None:
        """Raises StopValidation unless the unit is one of `item`'s; fills in the base unit for none."""
        if item is None:
            return
        if self.data is None and not self.errors:
            self.data = lookups.base_unit(item.id)
        if self.data is not None and self.data.item_id != item.id:
            raise StopValidation(gettext("Choose a unit of measure of this item."))


def limits(column: sa.Column[Any]) -> int | None:
    """The most characters that a text column keeps."""
    return getattr(column.type, "length", None)


REQUIRED = lazy_gettext("Please fill this in.")


class ClockField(fields.TimeField):
    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%H:%M", "%H:%M:%S"], **kwargs)

    def process_formdata(self, values: list[str]) -> None:
        self.data = None
        if not values or not values[0].strip():
            return
        try:
            self.data = time.fromisoformat(values[0].strip()[:5])
        except ValueError:
            raise ValueError(gettext("Write a time, for example 08:30.")) from None
