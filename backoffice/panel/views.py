"""What every view of the panel shares: rights, scope, ids, names, and how it plugs into Flask-Admin."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request
from flask_admin.contrib.sqla import ModelView
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup

from backoffice.panel import lists, lookups, rendering
from backoffice.panel.choices import ListChoices
from backoffice.panel.columns import (
    Column,
    columns_of,
    fact_columns,
    filter_columns,
    form_columns,
    grows,
    is_key,
    key_of,
    list_columns,
    title_of,
)
from models import clock, sorted_by
from models.base import db
from models.documents import Document
from models.errors import Refused
from models.rights import RIGHTS, hidden, may, scope
from portal.web import locale, words
from portal.web.locale import refusal_text


class TableView(ListChoices, ModelView):
    """A view of one table. Subclasses declare; what they leave out is read off the metadata.

    Flask-Admin's own attributes, with its meaning: `column_list`, `column_details_list`, `column_filters`,
    `column_default_sort` (attribute, descending; (None, True) is newest key first), `column_sortable_list`
    and `column_export_list` (read off the columns), `form_columns`, `can_create`, `can_edit`,
    `can_delete` (the rights decide for whom), `list_template`, `create_template`, `edit_template`,
    `details_template`, and `@action` for ticked rows.

    What this panel adds:

    - `numbers`: computed columns that stand at the right;
    - `lines`, `written_lines`, `line_form_columns`: collections shown and typed on the record's page;
    - `asks_once`: form columns that are asked when the record is made; `prefills`: those that the address may
      name;
    - `above_lines`, `aside_fields`: fields that stand above the lines, and those of a line that are folded;
    - `stock_address`, `takes_expired`, `waits_for_stock`: where the form's script asks what a store has, and
      what it is told; `closing_address`: the page that closes months;
    - `step_template`: the page that asks what a step needs;
    - `makes`: documents that can be made from one of these; `beside_new`: other ways to make one;
    - `puts_away`: the step that brings goods in, and the attribute of the store whose shelves are told then;
    - `late`: the column whose day may not pass, and in which states; `searches_people`: people are searched
      for by name here; `search_days`: the day column, and how many days a search looks back that names none;
    - `keeps_files`: files are kept with records that have no workflow;
    - `cell_<name>(record)` computes a column, `cells_of(records)` one of a whole page.
    """

    model: Any = None
    column_list: tuple[str, ...] = ()
    column_details_list: tuple[str, ...] = ()
    form_columns: tuple[str, ...] = ()
    column_filters: tuple[str, ...] = ()
    #: Computed columns that are numbers, and stand at the right.
    numbers: tuple[str, ...] = ()
    column_default_sort: tuple[str | None, bool] | None = None  # type: ignore[assignment]
    list_template = "backoffice/panel/list.html"
    create_template = edit_template = "backoffice/panel/form.html"
    details_template = "backoffice/panel/details.html"
    can_view_details = True
    named_filter_urls = True

    def __init__(self) -> None:
        model = self.model
        self.table: str = model.__tablename__
        self.every = columns_of(model)
        self.column_list = tuple(name for name in self.column_list or list_columns(model)
                                 if hasattr(model, name) or hasattr(self, f"cell_{name}"))
        self.column_details_list = self.column_details_list or fact_columns(model)
        left_out = self.form_excluded_columns or ()
        self.form_columns = self.form_columns or tuple(
            name for name in form_columns(model) if name not in left_out)
        self.column_filters = self.column_filters or filter_columns(model)
        led = sorted_by.led(model.__table__) if grows(model) else None
        self.column_sortable_list = frozenset(
            name for name in self.offered_columns if name in self.every and self.every[name].relation is None
            and (led is None or self.every[name].column.name in led))
        if self.column_default_sort is None:
            title = title_of(model)
            by_title = ((hasattr(model, "code") or title in {"code", "key", "name"})
                        and self.every[title].relation is None and not is_key(self.every[title]))
            self.column_default_sort = (title, False) if by_title else (None, True)
        workflow = getattr(model, "workflow", None)
        self.tabs = tuple(workflow.states) if workflow is not None else ()
        super().__init__(model, db, name=self.table, endpoint=self.table, url=f"/admin/{self.table}")

    # ------------------------------------------------------------ Flask-Admin's own plumbing

    def _refresh_cache(self) -> None:
        """Our pages read the metadata themselves; of Flask-Admin's scaffolding the forms and look-ups are
        used."""
        self._list_columns = [(name, name) for name in self.column_list]
        self._form_ajax_refs = {}
        self._filters = []
        self.column_labels = {}
        self._create_form_class = self.get_create_form()
        self._edit_form_class = self.get_edit_form()
        self._action_form_class = self.get_action_form()

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated) and may(current_user, "read", self.table)

    def inaccessible_callback(self, name: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            from flask import current_app
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        abort(403)

    def must(self, action: str) -> None:
        """Answer 403 unless the person may do `action` with this table."""
        if not may(current_user, action, self.table):
            abort(403)

    @property
    def hidden(self) -> frozenset[str]:
        """The attributes that this person does not see of these rows."""
        user = current_user._get_current_object()
        held = (getattr(user, "id", None), getattr(user, "roles", ()), getattr(user, "givers", ()))
        return frozenset(rendering.once_a_request("hidden", (self.table, held),
                                                  lambda _key: hidden(user, self.table)))

    def hidden_in(self, record: Any) -> frozenset[str]:
        """The same of one row."""
        return self.hidden

    def seen(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that this person sees."""
        out = self.hidden
        return tuple(name for name in names if name not in out)

    # ------------------------------------------------------------ rows

    def scoped(self) -> sa.Select[Any]:
        """The rows that this person sees; every page and every look-up begins here."""
        return lookups.within(sa.select(self.model), scope(current_user, self.table))

    def get_query(self) -> Any:
        return self._criterion(self.session.query(self.model))

    def get_count_query(self) -> Any:
        return self._criterion(self.session.query(sa.func.count()).select_from(self.model))

    def _criterion(self, query: Any) -> Any:
        criterion = scope(current_user, self.table)
        return query if criterion is None else query.filter(criterion)

    def get_one(self, id: Any) -> Any:
        """The row of that id, or None when there is none or it is not the person's to see."""
        return self.read_one(id)

    def read_one(self, id: Any, *options: Any) -> Any:
        key = lookups.identity(self.model, str(id))
        if key is None:
            return None
        return db.session.scalars(self.scoped().where(key_of(self.model)
                                                      == key).options(*options)).unique().first()

    def one_or_404(self, id: Any, *options: Any) -> Any:
        record = self.read_one(id, *options)
        if record is None:
            abort(404)
        return record

    # ------------------------------------------------------------ words

    @property
    def title(self) -> str:
        return words.table_word(self.table, True)

    @property
    def one(self) -> str:
        return words.table_word(self.table, False)

    def label(self, name: str) -> str:
        column = self.every.get(name)
        return (
            words.label(column.column) if column is not None else gettext(name.replace("_", " ").capitalize())
        )

    def name_of(self, record: Any) -> str:
        """What the record is called in headings and links."""
        if self.every.get("number") is not None and "number" in self.column_list:
            return record.number or gettext("(not numbered yet)")
        return words.called(record) if record.has_text() else f"{self.one} {self.key(record)}"

    def title_of(self, record: Any) -> str:
        """What its own page is headed: a draft says what it is a draft of."""
        called = self.name_of(record)
        return called if getattr(record, "number", called) else f"{self.one} {called}"

    def heads(self) -> list[tuple[str, str, str]]:
        """Name, label and classes of each list column after the first."""
        result = []
        for name in self.shown_columns()[1:]:
            column = self.every.get(name)
            kind = column.kind if column is not None else ""
            number = column.is_number if column is not None else name in self.numbers
            style = "num" if number else "nowrap" if kind in {"date", "moment"} else \
                "is-clip" if kind in {"reference", "text", "long", "json"} else ""
            result.append((name, str(self.label(name)), style))
        return result

    def column(self, name: str) -> Column | None:
        return self.every.get(name)

    def cell(self, record: Any, name: str) -> Markup:
        """The value of one cell; a view adds `cell_<name>` for what is computed."""
        special = getattr(self, f"cell_{name}", None)
        if special is not None:
            return special(record)
        column = self.every.get(name)
        value = getattr(record, name)
        return rendering.shown(column, value) if column is not None else Markup.escape(value)

    @staticmethod
    def written(column: Column, value: Any) -> str:
        return rendering.written(column, value)

    @staticmethod
    def day(value: Any) -> str:
        return locale.day(value)

    def heading(self, record: Any) -> str:
        """What the first column of the list says."""
        title = self.column_list[0]
        if title == "number":
            return self.name_of(record)
        value = getattr(record, title)
        column = self.every.get(title)
        return (rendering.written(column, value) if column is not None
                else str(value)) or f"#{self.key(record)}"

    def key(self, record: Any) -> Any:
        return getattr(record, key_of(self.model).key)

    @property
    def is_document(self) -> bool:
        return issubclass(self.model, Document)

    def is_muted(self, record: Any) -> bool:
        """Whether a row is history: cancelled, retired, inactive."""
        state = getattr(record, "state", None) or getattr(record, "status", None)
        return rendering.kind_of_state(state) == "cancelled" or str(getattr(state, "value",
                                                                            state)) == "inactive"

    # ------------------------------------------------------------ addresses

    def details_url(self, record: Any) -> str:
        return f"{self.url}/details/?id={self.key(record)}"

    def edit_url(self, record: Any) -> str:
        return f"{self.url}/edit/?id={self.key(record)}"

    # ------------------------------------------------------------ hooks of subclasses

    #: The column whose day may not pass while the record is in one of these states: such rows are marked
    #: late.
    late: tuple[str, tuple[str, ...]] | None = None

    def is_late(self, record: Any) -> bool:
        if self.late is None:
            return False
        day = getattr(record, self.late[0])
        return day is not None and record.state in self.late[1] and day < clock.today()

    def cells_of(self, records: list[Any]) -> dict[str, Callable[[Any], Markup]]:
        """What writes the cells of columns that are worked out for all rows of a page at once, by column."""
        return {}

    #: Whether people are searched for by name here, though the table is not clinical.
    searches_people = False
    search_days: tuple[str, int] | None = None

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        """Fill in what the form does not ask. Raises `Refused`."""

    def after_save(self, record: Any, is_new: bool) -> None:
        """What follows from saving a form, in the same transaction. Raises `Refused`."""

    @functools.cached_property
    def is_private(self) -> bool:
        """Whether words typed into the list's search stay out of addresses: it is patients who are looked
        for."""
        targets = {self.every[name].target for name in self.column_list if name in self.every}
        return self.searches_people or any(
            RIGHTS[table].clinical
            for table in (self.table, *(target.__tablename__ for target in targets if target))
            if table in RIGHTS)

    def on_search(self, typed: str) -> None:
        """What follows from words that were typed into the list's search."""

    def searched_too(self) -> tuple[Any, ...]:
        """Expressions that the list's search box looks through beside the columns of text."""
        return ()

    def eager_for_list(self) -> list[Any]:
        return lists.eager(self.model, self.shown_columns())


def message_of(refusal: Refused) -> str:
    """The refusal in the reader's language."""
    return refusal_text(refusal)


def done(message: str, address: str, kind: str = "success") -> Any:
    """The answer to a successful POST: a message and 303."""
    flash(message, kind)
    return redirect(address, 303)


def unless_known(text: str, of: str = "") -> Any:
    """A part of a page that asks again and again: 204 while it is as the script's ETag names it, else `text`.

    `of` is what the tag is made of, where the text itself differs each time (it holds tokens).
    """
    tag = etag(of or text)
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    # compressed on its way, it was weakened
    known = request.headers.get("If-None-Match", "").removeprefix("W/")
    return ("", 204, headers) if known == tag else (text, 200, headers)


def etag(text: str) -> str:
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
