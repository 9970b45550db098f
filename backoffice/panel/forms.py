"""Forms made from metadata: fields by column, references that look up, lines inline. All of them check
CSRF."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_admin.form import BaseForm
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, Form, validators
from wtforms.fields import BooleanField, HiddenField
from wtforms.fields.core import UnboundField

from backoffice.panel import fields, lookups
from backoffice.panel.columns import Column, columns_of, form_columns, rules_of
from portal.web import words

#: Lines that one document may have; more is a mistake or an attack.
MOST_LINES = 500
#: Empty rows at the foot of the lines, for people without script.
SPARE_LINES = 2
#: What a line of an item says besides: how much, which a scanned code raises, or in which unit.
OF_AN_ITEM = ("quantity", "received_quantity", "unit")


class StaffForm(FlaskForm, BaseForm):
    """A form of the panel: CSRF-checked, knows its record (`_obj`), carries the version that the person
    saw."""

    version = HiddenField()

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        self._obj = obj
        super().__init__(*args, obj=obj, **kwargs)

    @property
    def typed(self) -> list[Field]:
        """The fields that a person fills in."""
        return [field for field in self
                if field.type not in {"HiddenField", "CSRFTokenField", "LinesField"}]

    @property
    def line_fields(self) -> list[LinesField]:
        return [field for field in self if isinstance(field, LinesField)]


class Label:
    """A word that is looked up in the reader's language each time it is shown."""

    def __init__(self, name: Any, plural: bool = True) -> None:
        self.name, self.plural = name, plural

    def __str__(self) -> str:
        if isinstance(self.name, str):
            return words.table_word(self.name, self.plural)
        return words.label(self.name)

    __html__ = __str__


class Sign:
    """More than zero, or at least zero, as the table's own check asks."""

    def __init__(self, rule: str) -> None:
        self.rule = rule

    def __call__(self, _form: Form, field: Field) -> None:
        if field.data is None:
            return
        if self.rule == "positive" and field.data <= 0:
            raise validators.ValidationError(gettext("Must be more than 0, for example 6."))
        if self.rule == "not_negative" and field.data < 0:
            raise validators.ValidationError(gettext("Must be 0 or more."))


def has_default(column: sa.Column[Any]) -> bool:
    return column.default is not None or column.server_default is not None


#: Fields of kinds that need no more than label, checks and first value.
PLAIN = {"bool": BooleanField, "date": fields.DayField, "moment": fields.MomentField,
         "number": fields.WholeField, "time": fields.ClockField}
EXACT = frozenset({"money", "quantity", "percent", "factor", "area", "measure"})


def field_for(model: Any, column: Column, *, loader: str = "", optional: bool = False) -> UnboundField[Any]:
    """The form field of one column, with the checks that its table makes."""
    may_be_empty = optional or column.is_optional
    common: dict[str, Any] = {"label": Label(column.column), **_first_value(column),
                              "validators": _checks(model, column, may_be_empty)}
    if column.kind == "reference":
        return _reference(model, column, loader, common)
    if column.kind == "enum":
        enum = column.column.type.enum_class
        return fields.EnumField(enum=enum, optional=may_be_empty, word=words.state_word, **common)
    if column.kind in EXACT:
        return fields.ExactField(exact=column.column.type, **common)
    if column.column.info.get("as_on_boxes"):
        return fields.ExpiryField(**common)
    if column.kind in PLAIN:
        return PLAIN[column.kind](**common)
    longest = fields.limits(column.column)
    if longest:
        common["validators"].append(
            validators.Length(max=longest, message=lazy_gettext("At most %(max)d characters.")))
    return (fields.LongTextField if column.kind == "long" else fields.TextField)(**common)


def _checks(model: Any, column: Column, may_be_empty: bool) -> list[Any]:
    """Whether it must be filled in, and the sign that the table asks for."""
    checks: list[Any] = []
    if may_be_empty or column.kind == "bool":
        checks.append(validators.Optional())
    elif not has_default(column.column) or column.kind in {"enum", "date"}:
        checks.append(validators.InputRequired(fields.REQUIRED))
    rule = rules_of(model.__table__).get(column.column.name)
    if rule and column.is_number:
        checks.append(Sign(rule))
    return checks


def _first_value(column: Column) -> dict[str, Any]:
    """What stands in the field of a new record."""
    default = column.column.default
    if default is not None and default.is_scalar:
        return {"default": default.arg}
    if default is not None and default.is_callable and column.kind in {"date", "moment"}:
        return {"default": lambda: default.arg(None)}
    return {}


def _reference(model: Any, column: Column, loader: str, common: dict[str, Any]) -> UnboundField[Any]:
    if column.target is lookups.UnitConversion and "item" in columns_of(model):
        return fields.UnitField(model=column.target, loader=loader + column.name,
                                **common | {"validators": [validators.Optional()]})
    return fields.ReferenceField(model=column.target, loader=loader + column.name, **common)


def make_form(model: Any, names: tuple[str, ...], *, lines: dict[str, tuple[str, ...]] | None = None,
              optional: frozenset[str] = frozenset(), base: type[StaffForm] = StaffForm,
              loader: str = "") -> type[StaffForm]:
    """A form class of the named columns of `model`; `lines` gives for each collection the columns of a line.

    `loader` stands before the names of references in the address that looks them up (``lines-`` for a line's
    form).
    """
    every = columns_of(model)
    body: dict[str, Any] = {name: field_for(model, every[name], loader=loader, optional=name in optional)
                            for name in names}
    for collection, line_names in (lines or {}).items():
        target = sa.inspect(model).relationships[collection].mapper.class_
        body[collection] = LinesField(Label(target.__tablename__), model=target, line_form=make_line_form(
            target, line_names, f"{collection}-"))
    return type(f"{model.__name__}Form", (base,), body)


def make_line_form(model: Any, names: tuple[str, ...], loader: str) -> type[Form]:
    every = columns_of(model)
    body: dict[str, Any] = {"id": HiddenField()}
    body.update({name: field_for(model, every[name], loader=loader) for name in names})
    return type(f"{model.__name__}LineForm", (LineForm,), body)


def line_columns(model: Any, parent: Any) -> tuple[str, ...]:
    """What a person types in a line: item first, then how many, then of what unit, then the rest."""
    every = columns_of(model)
    names = [name for name in form_columns(model)
             if every[name].target is None or not issubclass(parent, every[name].target)]
    first = ("item", "asset_model", "asset", "quantity", "unit")
    return tuple(sorted(names, key=lambda name: first.index(name) if name in first else len(first)))


class LineForm(Form):
    """One line of a document. `record` is the existing line, if any; `removed` says that it is to go;
    `written` is the line that was filled from it."""

    record: Any = None
    written: Any = None
    removed = False
    #: What is known of the line already, said under its first field.
    says = ""
    number = 0

    @property
    def typed(self) -> list[Field]:
        return [field for field in self if field.name and not isinstance(field, HiddenField)]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed (a spare row); what a field holds by itself is not typed."""
        return all(not any(str(value).strip() for value in (field.raw_data or ()))
                   or (field.default is not None and field.data == field.default)
                   for field in self.typed if not isinstance(field, (BooleanField, fields.EnumField)))

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        unit = getattr(self, "unit", None)
        if isinstance(unit, fields.UnitField):
            item = self._fields.get("item")
            try:
                unit.check_item(item.data if item is not None else None)
            except validators.StopValidation as stop:
                unit.errors = [*unit.errors, str(stop)]
                fine = False
            fine = fine and self._fits(unit)
        return fine

    def _fits(self, unit: fields.UnitField) -> bool:
        """Whether the quantities come out to the item's own steps; a conversion is never rounded."""
        from models.errors import Refused
        from portal.web.locale import refusal_text
        for field in self.typed:
            if isinstance(field, fields.ExactField) and field.exact.scale == 3 and isinstance(field.data,
                                                                                              Decimal) \
                    and unit.data is not None and not field.errors:
                try:
                    unit.data.item.in_base(field.data, unit.data.factor)
                except Refused as refusal:
                    field.errors = [refusal_text(refusal)]
                    return False
        return True


class LinesField(Field):
    """The lines of a document inline: ``lines-0-item``, ``lines-0-quantity`` … A ticked ``del-lines-0``
    removes one."""

    def __init__(self, label: Any = None, *, model: Any, line_form: type[Form], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.model = model
        self.line_form = line_form
        self.entries: list[LineForm] = []

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors = []
        self.object_data = self.data = data if isinstance(data, list) else []
        self.entries = []
        known = {str(line.id): line for line in self.data}
        if not formdata:
            for place, line in enumerate(self.data):
                self._add(place, None, line)
            return
        pattern = re.compile(rf"{re.escape(self.name)}-(\d{{1,4}})-")
        places = sorted({int(match[1]) for key in formdata if (match := pattern.match(key))})
        if len(places) > MOST_LINES:
            self.process_errors.append(gettext("A document has at most %(most)s lines.", most=MOST_LINES))
            places = places[:MOST_LINES]
        for place in places:
            row_id = formdata.get(f"{self.name}-{place}-id", "").strip()
            record = known.get(row_id)
            if row_id and record is None:
                self.process_errors.append(gettext("A line was removed meanwhile. Look at the document "
                                                   "again."))
                continue
            entry = self._add(place, formdata, record)
            entry.removed = bool(formdata.get(f"del-{self.name}-{place}"))

    def add_typed(self, place: int, values: Any) -> None:
        """A new line that is filled in already with the attributes of `values`."""
        entry = self.line_form(obj=values, prefix=f"{self.name}-{place}-")
        entry.number = place
        self.entries.append(entry)

    def _add(self, place: int, formdata: Any, record: Any) -> LineForm:
        entry = self.line_form(formdata=formdata, obj=record, prefix=f"{self.name}-{place}-")
        if record is not None:
            entry["id"].data = str(record.id)
        entry.record, entry.number = record, place
        self.entries.append(entry)
        return entry

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        self.errors = list(self.process_errors)
        fine = not self.errors
        for entry in self.kept:
            fine = entry.validate() and fine
        return fine

    @property
    def kept(self) -> list[LineForm]:
        """The entries that become lines: not removed, not blank."""
        return [entry for entry in self.entries
                if not entry.removed and (entry.record is not None or not entry.is_blank)]

    def populate_obj(self, obj: Any, name: str) -> None:
        collection = getattr(obj, name)
        for entry in self.entries:
            if entry.removed and entry.record is not None and entry.record in collection:
                collection.remove(entry.record)
        for entry in self.kept:
            line = entry.record if entry.record is not None else self.model()
            entry.written = line
            for field in entry.typed:
                column = columns_of(self.model)[field.short_name]
                if field.data is None and entry.record is None and has_default(column.column):
                    continue
                setattr(line, field.short_name, field.data)
            unit = getattr(entry, "unit", None)
            if unit is not None and unit.data is not None and hasattr(self.model, "factor"):
                line.factor = unit.data.factor
            if entry.record is None:
                collection.append(line)

    def blame(self, refusal: Any, message: str) -> None:
        """Say the refusal at the field of the line that it blames."""
        for entry in self.entries:
            if entry.written is not None and entry.written is refusal.line:
                field = entry._fields.get(refusal.field or "") or entry._fields.get("item")
                if field is not None:
                    field.errors = [*field.errors, message]

    def spare(self) -> list[LineForm]:
        """Empty rows after the typed ones, for people without script."""
        start = max((entry.number for entry in self.entries), default=-1) + 1
        return [self._blank(start + extra)
                for extra in range(SPARE_LINES if self.entries else SPARE_LINES + 1)]

    most = MOST_LINES

    @property
    def has_items(self) -> bool:
        """Whether a line is about goods: then a scanned code can fill it."""
        field = getattr(self.line_form, "item", None)
        return field is not None and any(hasattr(self.line_form, name) for name in OF_AN_ITEM)

    def pattern(self) -> LineForm:
        """The row that the script copies; ``__n__`` stands for its place."""
        return self._blank("__n__")

    def _blank(self, place: Any) -> LineForm:
        entry = self.line_form(prefix=f"{self.name}-{place}-")
        entry.number = place
        return entry
