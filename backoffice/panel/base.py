"""The base views of the panel. A view of the hospital is a declaration on top of one of these::

    class StoreRequestView(DocumentView):
        model = StoreRequest
        column_list = ("number", "requested_on", "work_unit", "store", "state")

All behaviour is here: scope, versions, CSRF, lists by key, exports, lines, transitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Response, abort, flash, g, jsonify, redirect, request, stream_with_context
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import selectinload

from backoffice.panel import export_rows, group_sums, lists, lookups, saving
from backoffice.panel.backdating import DatePages, kept_for_the_head
from backoffice.panel.bulk_edit import BulkEdit
from backoffice.panel.columns import HIDDEN, columns_of, key_of
from backoffice.panel.forms import StaffForm, line_columns, make_form
from backoffice.panel.pasting import Pasting
from backoffice.panel.transitions import TransitionPages
from backoffice.panel.views import TableView, done, message_of
from models import clock
from models.base import db
from models.documents import Document
from models.errors import Conflict, Refused
from models.operations.core import amendments
from models.operations.ledger import backdating
from models.operations.setup import list_layouts
from models.rights import is_bound_to_unit, may
from models.roles import Role
from models.workflow import has_lines
from portal.web import export, search_sealing


@dataclass(frozen=True)
class Make:
    """A next document made from this one: address part, words, roles, operation, and when it is offered."""

    name: str
    label: Any
    roles: tuple[Role, ...]
    operation: Callable[..., Any]
    when: Callable[[Any], bool]
    #: The page of the new document that opens: its details, or its form.
    opens: str = "details"
    #: Never the page's primary button.
    is_aside: bool = False
    icon: str = "plus"


class StaffView(BulkEdit, Pasting, TransitionPages, TableView):
    """Lists, forms, details, export and look-ups of one table."""

    #: Collections written inline, e.g. ``("lines",)``; columns of a line by collection where they differ.
    lines: tuple[str, ...] = ()
    #: Columns that are asked when the record is made, and stand from then on.
    asks_once: tuple[str, ...] = ()
    line_form_columns: ClassVar[dict[str, tuple[str, ...]]] = {}
    #: Collections that the system writes: shown, never typed.
    written_lines: tuple[str, ...] = ()
    #: References of a new record that the address may name: ``new/?asset=12``.
    prefills: tuple[str, ...] = ()
    #: Documents that can be made from one of these.
    makes: tuple[Make, ...] = ()
    #: Other ways to make one, beside the button for an empty form: address, words, icon.
    beside_new: tuple[tuple[str, Any, str], ...] = ()
    #: Fields of the form that stand above its lines, and those of a line that are asked seldom: folded.
    above_lines: tuple[str, ...] = ()
    aside_fields: tuple[str, ...] = ()
    #: Where the form's script asks what is known of a line's item (its stock, its prices); nowhere by
    #: default.
    stock_address = ""

    # ------------------------------------------------------------ list

    @expose("/")
    def index_view(self) -> Any:
        if not request.args and self.default_query():
            return redirect(f"{self.url}/?{self.default_query()}")
        requested = lists.list_query(self)
        scoped = self.scoped()
        groups = group_sums.read(self, requested, scoped) if requested.group else None
        page = lists.Page([], 1, None, None) if groups else lists.read_page(
            self, requested, lists.narrowed(self, requested, scoped).options(*self.eager_for_list()))
        total, tabs = lists.counts(self, requested, scoped)
        return self.render(
            self.list_template, view=self, query=requested, page=page, groups=groups,
            total=total, capped=lists.capped,
            tabs=tabs,
            bulk=self.bulk_steps(), can_create=self.can_make_new())

    def beside(self) -> tuple[tuple[str, Any, str], ...]:
        """Buttons of the list beside the one for an empty form: address, words, icon."""
        if not self.can_make_new():
            return ()
        if not current_user.has_role(*list_layouts.importers(self.table)):
            return self.beside_new
        return (*self.beside_new, (f"/admin/imports/?kind={self.table}", gettext("Import"), "file-import"))

    def can_make_new(self) -> bool:
        return self.can_create and may(current_user, "create", self.table)

    # ------------------------------------------------------------ forms

    def scaffold_form(self) -> type[StaffForm]:
        return self.form_class()

    def form_class(self) -> type[StaffForm]:
        return make_form(self.model, self.form_columns,
                         lines={name: self.typed_in(name) for name in self.typed_lines})

    def typed_in(self, collection: str) -> tuple[str, ...]:
        """The columns of a line that the form asks."""
        target = sa.inspect(self.model).relationships[collection].mapper.class_
        return self.line_form_columns.get(collection) or line_columns(target, self.model)

    @property
    def typed_lines(self) -> tuple[str, ...]:
        return tuple(name for name in self.lines if name not in self.written_lines)

    def get_create_form(self) -> type[StaffForm]:
        return self.form_class()

    get_edit_form = get_create_form

    def form_of(self, record: Any) -> type[StaffForm]:
        """The form of a record, or of a new one; a view of several kinds has one for each."""
        return self._edit_form_class if record is not None else self._create_form_class

    def filled(self, record: Any = None) -> StaffForm:
        """The form with what was typed, or with the record. A person bound to a unit cannot choose
        another."""
        form = self.form_of(record)(obj=record)
        for name in (self.hidden | set(self.asks_once if record is not None else ())) & set(form._fields):
            del form[name]
        if request.method == "GET":
            form.version.data = str(getattr(record, "version", "")) if record is not None else ""
        elif request.method == "POST":
            form.version.data = request.form.get("version", "")
        if record is None and request.method == "GET":
            for name in self.prefills:
                form[name].data = lookups.find(self.every[name].target,
                                               request.args.get(name, "")) or form[name].data
            self._remember(form)
        unit = form._fields.get("work_unit")
        if unit is not None and is_bound_to_unit(current_user, self.table):
            unit.data, unit.process_errors, unit.validators = current_user.work_unit, [], []
            unit.fixed = gettext("Your account belongs to this work unit, so its papers are made for it.")
            if unit.data is None:
                unit.process_errors = [gettext("Your account has no work unit. Ask the administrator.")]
        return form

    def _remember(self, form: StaffForm) -> None:
        """The store of the person's last document of this type stands on the next one."""
        field = form._fields.get("store")
        if field is None or field.data is not None or not issubclass(self.model, Document):
            return
        model = self.model
        last = sa.select(model.store_id).where(model.created_by_id == current_user.id).order_by(
            model.id.desc()).limit(1).scalar_subquery()
        store = self.every["store"].target
        field.data = db.session.scalars(lookups.within(
            sa.select(store).where(store.id == last, store.status != "inactive"),
            lookups.choosable(store))).first()

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        if not self.can_make_new():
            abort(403)
        form = self.filled()
        if request.method == "POST":
            return self.save(form)
        return self.form_page(form)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        options = [selectinload(getattr(self.model, name)).options(*self.line_options(name))
                   for name in self.lines]
        if request.method == "GET":
            self.note_reading(request.args.get("id", ""))
        record = self.one_or_404(request.args.get("id", ""), *lists.eager(self.model, self.form_columns),
                                 *options)
        if not self.can_edit:
            abort(403)
        self.must("edit")
        try:
            # a stale version is told first (409), then that the document has left draft (422)
            if request.method == "GET" or not _is_stale(record):
                saving.may_change(self, record)
        except Refused as refusal:
            return self.refused(record, refusal)
        form = self.filled(record)
        if request.method == "POST":
            if _is_stale(record):
                form.validate()
                return self.form_page(form, record, refusal=Conflict(saving.CHANGED)), 409
            return self.save(form, record)
        return self.form_page(form, record)

    def save(self, form: StaffForm, record: Any = None) -> Any:
        """Validate and write; 303 to the record, or the form again with messages (422) or the conflict
        (409)."""
        was_approved = record is not None and amendments.is_amendable(record)
        step = self.first_step() if "_submit" in request.form or was_approved else ""
        fine = form.validate()
        if step and has_lines in self.first_transition().conditions:
            for lines in form.line_fields:
                if not lines.errors and not lines.kept:
                    lines.errors, fine = [gettext(has_lines.refusal)], False
        if not fine:
            return self.form_page(form, record), 422
        key = str(record.id) if record is not None and hasattr(record, "id") else None
        try:
            saved = saving.save(self, form, record, step=step, reason=request.form.get("reason", "")[:1900])
        except Refused as refusal:
            if key is not None:
                record = self.read_one(key)
            return self.form_page(form, record, refusal=refusal), refusal.status
        return self._said(saved, step, was_approved)

    def _said(self, saved: Any, step: str, was_approved: bool) -> Any:
        """What a form that was written answers: to the record, with what became of it."""
        name, address = str(saved), self.details_url(saved)
        if was_approved:
            return done(gettext("The amounts of %(what)s changed, so it has to be approved again from the "
                                "start.", what=name) if not amendments.is_amendable(saved) else
                        gettext("%(what)s was saved.", what=name), address)
        if step and backdating.is_asked(saved):
            return kept_for_the_head(name, address)
        if step:
            for more in self.after_step(saved, self.first_transition()):
                flash(more, "warning")
            return done(gettext("%(what)s was submitted.", what=name), address)
        return done(gettext("%(what)s was saved.", what=name), address)

    def form_page(self, form: StaffForm, record: Any = None, refusal: Refused | None = None) -> Any:
        if refusal is not None and refusal.line is not None:
            for lines in form.line_fields:
                lines.blame(refusal, message_of(refusal))
        elif refusal is not None and refusal.field in form._fields:
            field = form._fields[refusal.field]
            field.errors = [*field.errors, message_of(refusal)]
        self._choices(form)
        g.uses_camera = any(lines.has_items for lines in form.line_fields)
        template = self.edit_template if record is not None else self.create_template
        return self.render(template, view=self, form=form, record=record, refusal=refusal,
                           conflict=isinstance(refusal, Conflict), message_of=message_of,
                           amends=record is not None and amendments.is_amendable(record),
                           first_step=self.first_transition())

    def _choices(self, form: StaffForm) -> None:
        """The units of measure of the items on the page, in one statement."""
        every = (form, *(entry for lines in form.line_fields for entry in lines.entries))
        entries = [entry for entry in every
                   if "unit" in entry._fields and hasattr(entry["unit"], "options")]
        items = {entry: entry["item"].data.id for entry in entries
                 if "item" in entry._fields and entry["item"].data is not None}
        units = lookups.units_of(items.values())
        for entry, item_id in items.items():
            entry["unit"].options = units[item_id]

    def line_options(self, collection: str) -> list[Any]:
        target = sa.inspect(self.model).relationships[collection].mapper.class_
        return lists.eager(target, [name for name, column in columns_of(target).items()
                                    if column.target is not self.model])

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> Any:
        record = self.one_or_404(request.form.get("id", "") or request.args.get("id", ""))
        if not self.can_delete:
            abort(403)
        self.must("delete")
        called = self.name_of(record)
        try:
            saving.delete(self, record, request.form.get("version"))
        except Refused as refusal:
            return self.refused(self.one_or_404(request.form.get("id", "") or request.args.get("id", "")),
                                refusal)
        return done(gettext("%(what)s was deleted.", what=called), self.back_address())

    @expose("/find", methods=("POST",))
    def find_view(self) -> Any:
        """The search form of lists whose words no address may carry in clear: to the list, with the words
        sealed."""
        requested = lists.list_query(self, request.form)
        self.on_search(requested.words)
        return redirect(requested.url(), 303)

    # ------------------------------------------------------------ look-ups

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> Any:
        """Choices for a reference of this view's forms: ``name=item&query=…`` or
        ``name=lines-unit&item=<id>``."""
        if not (may(current_user, "create", self.table) or may(current_user, "edit", self.table)
                or request.args.get("name", "") in self.seen(self.column_filters)):
            abort(403)
        column = self._reference(request.args.get("name", ""))
        if column is None:
            abort(404)
        if column.target is lookups.UnitConversion and "item" in request.args:
            item = lookups.identity(column.target, request.args["item"])
            units = lookups.units_of([item])[item] if item is not None else []
            usual = self.usual_units(request.args["name"].partition("-")[0], [item]).get(item) if units \
                else None
            return jsonify([{"id": unit.id, "text": lookups.unit_text(unit), "usual": unit.id == usual}
                            for unit in units])
        limit, text = request.args.get("limit", ""), search_sealing.query()
        result = lookups.search(column.target, text,
                                limit=int(limit) if limit.isdigit() and len(limit) < 4 else lookups.MOST)
        if request.args.get("name", "") == "work_unit" and is_bound_to_unit(current_user, self.table):
            result = [unit for unit in result if unit.id == current_user.work_unit_id]
        return jsonify([{"id": getattr(row, key_of(column.target).key), "text": lookups.text_of(row),
                         "exact": lookups.is_exact(row, text)} for row in result])

    def _reference(self, name: str) -> Any:
        for collection in self.lines:
            if name.startswith(f"{collection}-"):
                target = sa.inspect(self.model).relationships[collection].mapper.class_
                column = columns_of(target).get(name.removeprefix(f"{collection}-"))
                return column if column is not None and column.relation is not None else None
        column = self.every.get(name)
        return column if column is not None and column.relation is not None else None

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> Any:
        """Cells are not edited in lists: every change passes the form's checks."""
        abort(404)

    # ------------------------------------------------------------ export

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Any:
        if export_type not in {"csv", "xlsx"}:
            abort(404)
        self.must("export")
        requested = lists.list_query(self)
        names = self.seen(name for name in self.every if name in self.column_export_list)
        if request.args.get("columns") == "shown":
            names = tuple(name for name in self.shown_columns() if name in names) or names
        statement = lists.narrowed(self, requested, self.scoped()).order_by(key_of(self.model))
        export.note(self.table, format=export_type)
        heads = [str(self.label(name)) for name in names]
        body = export_rows.written(*self.export_columns(statement, names), heads, export_type)
        media = "text/csv; charset=utf-8" if export_type == "csv" else export.XLSX
        answer = Response(stream_with_context(body), mimetype=media)
        answer.headers["Content-Disposition"] = \
            f'attachment; filename="{self.table}-{clock.today().isoformat()}.{export_type}"'
        return answer

    def export_columns(self, statement: sa.Select[Any], names: Iterable[str]
                       ) -> tuple[sa.Select[Any], list[export_rows.ExportColumn]]:
        """The statement of an exported file and its columns; a view writes some of them otherwise."""
        columns, joins = [], []
        for name in names:
            column, join = export_rows.column_of(self.model, self.every[name])
            columns.append(self.export_column(column))
            joins += [join] if join is not None else []
        return export_rows.selected(statement, columns, joins), columns

    def export_column(self, column: export_rows.ExportColumn) -> export_rows.ExportColumn:
        """One column of the exported file; views replace its value in SQL, or have Python finish it."""
        return column

    @property
    def column_export_list(self) -> frozenset[str]:
        return frozenset(name for name, column in self.every.items()
                         if name not in HIDDEN and column.kind not in {"binary", "json", "other"})


class MasterView(StaffView):
    """Master data: people make and change it in forms."""


class DocumentView(DatePages, StaffView):
    """A numbered document with lines: written in draft, moved by its workflow."""

    model: type[Document]
    lines = ("lines",)


class LedgerView(StaffView):
    """Rows that the system writes: read only, for everybody."""

    can_create = can_edit = can_delete = False


def _is_stale(record: Any) -> bool:
    """Whether the posted form was filled in from another version of the record."""
    return hasattr(record, "version") and str(record.version) != request.form.get("version", "")
