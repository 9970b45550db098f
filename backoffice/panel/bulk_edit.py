"""One field changed on all ticked rows: with the checks, rights, versions and log rows of single edits; all
rows or none."""

from __future__ import annotations

import functools
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.fields import BooleanField, SelectMultipleField

from backoffice.panel import saving
from backoffice.panel.actions import MOST_TICKED
from backoffice.panel.columns import key_of
from backoffice.panel.fields import EnumField, ReferenceField
from backoffice.panel.forms import StaffForm
from backoffice.panel.views import done, message_of
from models.base import one_transaction
from models.documents import Document
from models.errors import N_, Refused
from models.rights import is_bound_to_unit, may


class _NotAll(Exception):
    pass


class BulkEdit:
    """The page `/change/` of a list. Mixed into `StaffView`; a view that makes its own form, or saves it
    itself, is edited one record at a time."""

    def bulk_fields(self) -> list[str]:
        """Fields that this person may change on several rows: those of the form, but what is unique."""
        from backoffice.panel.base import StaffView
        kind = type(self)
        own_way = any(getattr(kind, name) is not getattr(StaffView, name)
                      for name in ("filled", "save", "form_of", "form_class", "edit_view"))
        if own_way or not self.can_edit or not may(current_user, "edit", self.table):
            return []
        unique = _unique(self.model.__table__)
        bound = {"work_unit"} if is_bound_to_unit(current_user, self.table) else set()
        left_out = {*self.asks_once, *self.hidden, *bound, "unit"}
        return [name for name in self.form_columns
                if name not in left_out and name in self.every and self.every[name].column.name not in unique]

    @expose("/change/", methods=("POST",))
    def change_view(self) -> Any:
        """Asks which field (`field`) and what for; with `save` it changes all rows, or tells of each that
        cannot be."""
        self.must("edit")
        if not self.can_edit:
            abort(403)
        ids = list(dict.fromkeys(request.form.getlist("rowid")))[:MOST_TICKED]
        names, name = self.bulk_fields(), request.form.get("field", "")
        name = name if name in names else ""
        found = [(key, self.read_one(key)) for key in ids]
        records = [record for _key, record in found if record is not None]
        problems = [gettext("One ticked row is gone, or not yours.") for _key, record in found
                    if record is None]
        if not ids:
            problems = [gettext("Tick at least one row first.")]
        saves = name and records and not problems and "save" in request.form
        if saves and not (problems := self._change_all(records, name)):
            return done(ngettext("%(num)d row changed.", "%(num)d rows changed.", len(records)),
                        self.back_address())
        field = self._asked(name) if name else None
        answer = self.render("backoffice/panel/change.html", view=self, names=names, field=field,
                             records=records, problems=problems, back=self.back_address())
        return answer, 422 if problems else 200

    def _asked(self, name: str) -> Field:
        """The field as the page asks for it, with what was typed."""
        form = self.form_of(None)(formdata=request.form if "save" in request.form else None)
        return form[name]

    def _change_all(self, records: list[Any], name: str) -> list[str]:
        """Change all rows. What cannot be is told by row, and then nothing was changed."""
        problems: list[str] = []
        try:
            with one_transaction():
                for record in records:
                    called, seen = self.name_of(record), request.form.get(f"version-{self.key(record)}", "")
                    try:
                        trouble = self._change_one(record, name, seen)
                    except Refused as refusal:
                        trouble = message_of(refusal)
                    if trouble:
                        problems.append(f"{called}: {trouble}")
                if problems:
                    raise _NotAll
        except _NotAll:
            for place, record in enumerate(records):
                records[place] = self.read_one(getattr(record, key_of(self.model).key))
        except Refused as refusal:
            problems.append(message_of(refusal))
        return problems

    def _change_one(self, record: Any, name: str, seen: str) -> str:
        """What the form says against it, "" for nothing. Raises `Refused`."""
        if isinstance(record, Document) and record.state != record.workflow.initial:
            raise Refused(N_("Only a draft can be changed. Reject or reverse the document instead."))
        form = self._form_with(record, name)
        form.version.data = seen
        if not form.validate():
            return "; ".join(
                str(message) if field.short_name == name else f"{field.label.text}: {message}"
                for field in form.typed for message in field.errors
            ) or gettext("This may not be changed here.")
        for field in form.typed:  # nothing but the one is written anew, not even rounded
            if field.short_name != name:
                field.data = getattr(record, field.short_name)
        saving.change(self, form, record)
        return ""

    def _form_with(self, record: Any, name: str) -> StaffForm:
        """The record's form as a browser would send it with this one field changed."""
        kind = self.form_of(record)
        before = kind(formdata=None, obj=record)
        sent: MultiDict[str, str] = MultiDict()
        for field in before.typed:
            sent.setlist(field.name, _sent(field))
        sent.setlist(name, request.form.getlist(name))
        form = kind(formdata=sent, obj=record, meta={"csrf": False})
        for gone in [*self.hidden, *self.asks_once, *(lines.short_name for lines in form.line_fields)]:
            if gone in form._fields:
                del form[gone]
        return form


@functools.cache
def _unique(table: sa.Table) -> frozenset[str]:
    """Columns of which no two rows have the same value."""
    keys = [*(each for each in table.constraints if isinstance(each, sa.UniqueConstraint)),
            *(index for index in table.indexes if index.unique)]
    return frozenset(column.name for key in keys for column in key.columns if len(key.columns) == 1)


def _sent(field: Field) -> list[str]:
    """What a browser sends of a field as it stands."""
    if isinstance(field, BooleanField):
        return ["y"] if field.data else []
    if isinstance(field, SelectMultipleField):
        return [str(value) for value in field.data or ()]
    if field.data is None:
        return [""]
    if isinstance(field, ReferenceField):
        return [str(getattr(field.data, key_of(type(field.data)).key))]
    if isinstance(field, EnumField):
        return [str(getattr(field.data, "value", field.data))]
    return [str(field._value())]


