"""The list page: search, filters, tabs by state, order, pages by key, capped counts. A fixed number of
statements."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import g, request
from flask_babel import format_decimal, gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload, lazyload

from backoffice.panel import lookups, named_filters, parsing
from backoffice.panel.columns import Column, columns_of, key_of
from backoffice.panel.inbox import first_rows, for_person, frame_columns, keep_frame
from models import clock
from models.base import db
from models.documents import Document
from models.operations.people import panel_choices
from models.people import User
from models.stock import StockBatch, StockMove
from portal.web import search_sealing, words

#: Counting stops here: a list says "1,000+" rather than read a million rows.
MOST_COUNTED = 1000
SIZES = (20, 50, 100)


@dataclass
class Chip:
    """A filter in force, with the address of the same list without it."""

    label: str
    value: str
    without: str


#: The day from which on a search is of everything.
EVER = date(1970, 1, 1)


@dataclass
class ListQuery:
    """What the address asks of a list. Whatever it does not understand it leaves out."""

    view: Any
    words: str = ""
    #: Whether the words came as `sealed` makes them; `is_lost` when another session had sealed them.
    is_sealed: bool = False
    is_lost: bool = False
    only: str = ""
    criteria: dict[str, sa.ColumnElement[bool]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    #: The column by which rows are counted and summed instead of shown.
    group: str = ""
    sort: str = ""
    descending: bool = False
    after: Any = None
    before: Any = None
    start: int = 1
    size: int = SIZES[0]

    @functools.cached_property
    def matching(self) -> sa.ColumnElement[bool]:
        """The criterion of the search words, worked out once for rows and counts."""
        criterion = searched(self.view.model, self.words, self.view.column_list, self.view.searched_too())
        exact = lookups.exactly(self.view.model, self.words, is_sealed=self.is_sealed)
        if criterion is None:
            return sa.true()
        return criterion if exact is None else criterion | exact

    @functools.cached_property
    def shape(self) -> tuple[str, str] | None:
        """What narrows the list, where that is one of few things, so that statements of it may be kept; else
        None."""
        state = self.values.get("state")
        lasts = not self.only or named_filters.of(self.view.table)[self.only].is_lasting
        if self.words or not lasts or self.criteria.keys() - {"state", "only"} \
                or not isinstance(state, Enum | None):
            return None
        return str(state or ""), self.only

    @functools.cached_property
    def search(self) -> str | None:
        """The search words as this list's addresses carry them."""
        return (search_sealing.seal(self.words) if self.view.is_private else self.words) or None

    def url(self, **changes: Any) -> str:
        """The address of this list with some arguments changed (None takes one away); pages begin anew."""
        keep = {"search": self.search, "only": self.only or None,
                **{name: self._raw(value) for name, value in self.values.items()},
                "group": self.group or None, "sort": self.sort or None,
                "desc": "1" if self.descending and self.sort else None,
                "page_size": self.size if self.size != SIZES[0] else None}
        keep.update(changes)
        query = urlencode({name: value for name, value in keep.items() if value not in (None, "")})
        return f"{self.view.url}/?{query}" if query else self.whole()

    def whole(self) -> str:
        """The address of the list with nothing asked of it, also where it opens with a saved filter."""
        return f"{self.view.url}/?all=1" if self.view.default_query() else f"{self.view.url}/"

    @staticmethod
    def _raw(value: Any) -> str:
        return str(getattr(value, "value", getattr(value, "id", getattr(value, "code", value))))

    def chips(self) -> list[Chip]:
        shown = []
        if self.only:
            shown.append(Chip(gettext("Only"), str(named_filters.of(self.view.table)[self.only].label),
                              self.url(only=None)))
        for name, value in self.values.items():
            if name == "state" or value == EVER:
                continue
            every = columns_of(self.view.model)
            column = every[next(base for end in ("_from", "_to", "")
                                if (base := name.removesuffix(end)) in every)]
            text = self.view.written(column, value) if not isinstance(value, date) else self.view.day(value)
            if name.endswith("_from") and name != column.name:
                text = gettext("from %(day)s", day=text)
            elif name.endswith("_to") and name != column.name:
                text = gettext("until %(day)s", day=text)
            without = EVER if self.view.search_days and self.words else None
            shown.append(Chip(words.label(column.column), text, self.url(**{name: without})))
        return shown


def list_query(view: Any, args: Any = None) -> ListQuery:
    """Read the request's address, or what a search form sent."""
    posted, args = args is not None, request.args if args is None else args
    typed = search_sealing.opened(args.get("search", ""))
    result = ListQuery(view, words=typed or "", is_lost=typed is None,
                       is_sealed=posted or search_sealing.is_sealed(args.get("search", "")))
    every = columns_of(view.model)
    for name in view.seen(view.column_filters):
        column = every[name]
        if column.kind in {"date", "moment"}:
            for end in ("from", "to"):
                day = parsing.day(args.get(f"{name}_{end}", "")) or _usual_day(view, args, name, end)
                if day is not None:
                    result.values[f"{name}_{end}"] = day
                    result.criteria[f"{name}_{end}"] = _until(getattr(view.model, name), day, end,
                                                              column.kind)
            continue
        value = _value(column, args.get(name, "").strip())
        if value is not None:
            result.values[name] = value
            wanted = getattr(value, key_of(column.target).key) if column.relation is not None else value
            result.criteria[name] = attribute_of(view.model, column) == wanted
    if args.get("only") in named_filters.of(view.table):
        result.only = args["only"]
        result.criteria["only"] = named_filters.of(view.table)[result.only].criterion(view.model)
    if args.get("sort") in view.seen(view.column_sortable_list):
        result.sort = args["sort"]
        result.descending = args.get("desc") == "1"
    if args.get("group") in view.groupable:
        result.group = args["group"]
    result.after = lookups.identity(view.model, args.get("after", ""))
    result.before = None if result.after is not None else lookups.identity(view.model, args.get("before", ""))
    result.start = parsing.number(args.get("start", ""), 1, 10**9)
    result.size = parsing.number(args.get("page_size", ""), SIZES[0], SIZES[-1])
    if result.size not in SIZES:
        result.size = SIZES[0]
    return result


def _usual_day(view: Any, args: Any, name: str, end: str) -> date | None:
    """The first day of a search that names none, where the table is too long to be searched whole."""
    if view.search_days is None or not args.get("search") or args.get(f"{name}_to"):
        return None
    column, days = view.search_days
    return clock.today() - timedelta(days=days) if (name, end) == (column, "from") else None


def _until(attribute: Any, day: date, end: str, kind: str) -> sa.ColumnElement[bool]:
    """From the beginning of a day, or until its end, on the hospital's calendar."""
    if kind == "moment":
        first, following = clock.day_bounds(day)
        return attribute >= first if end == "from" else attribute < following
    return attribute >= day if end == "from" else attribute <= day


def attribute_of(model: Any, column: Column) -> Any:
    """The attribute that holds a column's value: of a reference, its key."""
    return getattr(model, sa.inspect(model).get_property_by_column(column.column).key)


def _value(column: Column, text: str) -> Any:
    if not text:
        return None
    if column.kind == "enum":
        try:
            return column.column.type.enum_class(text)
        except ValueError:
            return None
    if column.kind == "bool":
        return {"1": True, "0": False}.get(text)
    if column.kind == "text":
        return text.replace("\x00", "")[:200] or None
    if column.relation is not None:
        key = lookups.identity(column.target, text)
        if key is None:
            return None
        return db.session.scalars(lookups.within(
            sa.select(column.target).where(key_of(column.target) == key),
            lookups.choosable(column.target))).first()
    return None


def searched(model: Any, text: str, listed: Iterable[str],
             too: Iterable[Any] = ()) -> sa.ColumnElement[bool] | None:
    """Rows with every word of `text` in one of their own texts, in an expression of `too`, or in the name of
    a reference that the list shows."""
    own = lookups.searched_columns(model)
    every = columns_of(model)
    references = [every[name] for name in listed if name in every and every[name].relation is not None
                  and lookups.searched_columns(every[name].target) and every[name].target is not User]
    too = (*too, *lookups.beside(model))
    typed = text.replace("\x00", "").split()[:6]
    named = {(word, reference.name): _keys_with_word(reference.target, word) for word in typed
             for reference in references}
    few = _small_sets(named)
    criteria = []
    for word in typed:
        pattern = lookups.like(word)
        either: list[Any] = [getattr(model, name).ilike(pattern, escape="/") for name in own]
        either += [expression.ilike(pattern, escape="/") for expression in too]
        either += lookups.spelt(model, word)
        if _may_name_a_batch(model, word):
            either.append(model.id.in_(_papers_of_batch(model, pattern)))
        for reference in references:
            keys = few.get((word, reference.name))
            local = attribute_of(model, reference)
            either.append(local.in_(named[word, reference.name]) if keys is None else
                          local.in_(keys) if keys else sa.false())
        if either:
            criteria.append(sa.or_(*either))
    return sa.and_(*criteria) if criteria else None


def _may_name_a_batch(model: Any, word: str) -> bool:
    """Papers that move stock are found by their batches; what is on a prescription stays on it."""
    return (issubclass(model, Document) and model.posts.is_stock and model.__tablename__ != "prescription"
            and len(word) >= 3 and any(character.isdigit() for character in word))


def _papers_of_batch(model: Any, pattern: str) -> sa.Select[Any]:
    batches = sa.select(StockBatch.id).where(StockBatch.number.ilike(pattern, escape="/"))
    return sa.select(StockMove.document_id).where(StockMove.document_type == model.__tablename__,
                                                  StockMove.batch_id.in_(batches))


def eager(model: Any, names: Iterable[str]) -> tuple[Any, ...]:
    """Loader options for exactly the references among `names`, one join each."""
    return _eager(model, tuple(names))


#: A word that names more records than this stays a subquery.
FEW = 200


def _keys_with_word(target: Any, word: str) -> sa.Select[Any]:
    """Keys of the records of `target` with `word` in one of their texts."""
    pattern = lookups.like(word)
    return sa.select(key_of(target)).where(
        sa.or_(*(getattr(target, name).ilike(pattern, escape="/")
                 for name in lookups.searched_columns(target)), *lookups.spelt(target, word)))


def _small_sets(named: dict[tuple[str, str], sa.Select[Any]]) -> dict[tuple[str, str], list[Any]]:
    """Those of `named` that find few keys, with the keys: known ids let the database use the indexes of the
    list's table, where a subquery makes it read every row. One statement for all."""
    if not named:
        return {}
    places = list(named)
    parts = []
    for place, statement in enumerate(named.values()):
        head = statement.limit(FEW + 1).subquery()
        parts.append(sa.select(sa.literal(place), sa.cast(head.c[0], sa.String)))
    rows = (
        db.session.execute(sa.union_all(*parts)).all()
        if len(parts) > 1
        else db.session.execute(parts[0]).all()
    )
    result: dict[tuple[str, str], list[Any]] = {pair: [] for pair in places}
    for place, key in rows:
        result[places[place]].append(key)
    return {pair: [_typed(named[pair], key) for key in keys] for pair, keys in result.items()
            if len(keys) <= FEW}


def _typed(statement: sa.Select[Any], key: str) -> Any:
    return int(key) if isinstance(statement.selected_columns[0].type, sa.Integer) else key


@functools.cache
def _eager(model: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    every = columns_of(model)
    options = []
    for name in names:
        column = every.get(name)
        if column is not None and column.relation is not None:
            option = joinedload(getattr(model, column.relation.key))
            if column.target is User:
                option = option.options(lazyload(User.user_roles))
            else:
                for deeper in column.target.names_by:
                    option = option.options(joinedload(getattr(column.target, deeper)))
            options.append(option)
    return tuple(options)


@dataclass
class Page:
    rows: list[Any]
    first: int
    previous: str | None
    next: str | None


def read_page(view: Any, query: ListQuery, statement: sa.Select[Any]) -> Page:
    """One page of `statement` by key: as quick on the last page as on the first."""
    model, key = view.model, key_of(view.model)
    name, descending = (query.sort, query.descending) if query.sort else view.column_default_sort
    attribute = getattr(model, name) if name else None
    back = query.before is not None
    edge_key = query.before if back else query.after
    if edge_key is not None:
        edge: Any = (None,)
        if attribute is not None:
            edge = db.session.execute(sa.select(attribute).where(key == edge_key)).first()
        if edge is not None:
            statement = statement.where(_beyond(attribute, key, edge[0], edge_key, descending != back))
        else:
            edge_key, back = None, False
    ordering = []
    if attribute is not None:  # as indexes lie: the empty ones at the end, turned round at the head
        ordering.append(attribute.desc() if descending != back else attribute.asc())
        if columns_of(model)[name].column.nullable:
            ordering[0] = ordering[0].nulls_first() if descending != back else ordering[0].nulls_last()
    ordering.append(key.desc() if descending != back else key.asc())
    rows = list(db.session.scalars(statement.order_by(*ordering).limit(first_rows(query.size + 1))).unique())
    more = len(rows) > query.size
    rows = rows[:query.size]
    if back:
        rows.reverse()
    first = max(1, query.start) if edge_key is not None else 1
    key_name = key.key
    has_previous, has_next = (more, True) if back else (edge_key is not None, more)
    return Page(
        rows, first,
        query.url(before=getattr(rows[0], key_name), start=max(1, first - query.size))
        if rows and has_previous else None,
        query.url(after=getattr(rows[-1], key_name), start=first + len(rows)) if rows and has_next else None)


def _beyond(attribute: Any, key: Any, edge: Any, edge_key: Any, downwards: bool) -> sa.ColumnElement[bool]:
    """Rows that come after the edge row in the order (attribute, key): empty values last, or first when it
    goes downwards."""
    further = key < edge_key if downwards else key > edge_key
    if attribute is None:
        return further
    if edge is None:
        same = attribute.is_(None) & further
        return same | attribute.is_not(None) if downwards else same
    ahead = attribute < edge if downwards else attribute > edge
    beyond = ahead | ((attribute == edge) & further)
    return beyond if downwards else beyond | attribute.is_(None)


def count_up_to(statement: sa.Select[Any], most: int = MOST_COUNTED) -> Any:
    """A scalar subquery that counts `statement`'s rows, at most one more than `most`."""
    inner = statement.order_by(None).limit(first_rows(most + 1)).subquery()
    return sa.select(sa.func.count()).select_from(inner).scalar_subquery()


def counts(view: Any, query: ListQuery, scoped: sa.Select[Any]) -> tuple[int, dict[str, int]]:
    """How many rows the list has, and how many in each state; one statement, each number capped."""
    statement = for_person(("counts", view.table, *query.shape), lambda: _counting(view, query, scoped)) \
        if query.shape is not None else _counting(view, query, scoped)
    row = db.session.execute(statement).one()._mapping
    keep_frame(row)
    g.saved_filters = row["saved"]
    tabs = {state.value: row[f"state_{state.value}"] for state in view.tabs}
    if view.tabs:
        tabs[""] = row["any_state"]
    return row["every"], tabs


def _counting(view: Any, query: ListQuery, scoped: sa.Select[Any]) -> sa.Select[Any]:
    base = scoped.with_only_columns(key_of(view.model))
    wanted = [count_up_to(narrowed(view, query, base)).label("every")]
    if view.tabs:
        open_list = narrowed(view, query, base, without="state")
        wanted.append(count_up_to(open_list).label("any_state"))
        wanted += [count_up_to(open_list.where(view.model.state == state)).label(f"state_{state.value}")
                   for state in view.tabs]
    saved = panel_choices.told(current_user._get_current_object(), view.table).label("saved")
    return sa.select(*wanted, saved, *frame_columns())


def narrowed(view: Any, query: ListQuery, statement: sa.Select[Any], without: str = "") -> sa.Select[Any]:
    """`statement` with the search and the filters of the address."""
    for name, criterion in query.criteria.items():
        if name != without:
            statement = statement.where(criterion)
    if query.words:
        statement = statement.where(query.matching)
    return statement


def capped(number: int) -> str:
    """A count as people read it: 1,000+ beyond the cap."""
    if number < 1000:
        return str(number)
    return f"{format_decimal(MOST_COUNTED)}+" if number > MOST_COUNTED else format_decimal(number)
