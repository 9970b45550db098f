"""The rows of a list, written in Python: a page of cells by template macros is most of a list's time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from backoffice.panel.rendering import BLANK, icon

#: Values of these kinds are written anew in each row; every other value once a page.
NOT_REPEATED = frozenset({"json", "binary", "other"})

#: Titles that are codes, which do not break at the end of a line.
NUMBERS = frozenset({"number", "tag", "code", "medical_record_number", "key", "location"})


def body(view: Any, records: list[Any], bulk: Any) -> Markup:
    """The `<tr>` of each record: the tick box when steps can be taken in bulk, the title as a link, the
    cells."""
    title = escape(view.column_list[0])
    words = "" if view.column_list[0] in NUMBERS else " is-words"
    made = view.cells_of(records)
    heads = [(f'<td role="cell" data-label="{escape(label)}" class="{escape(classes)}',
              made.get(name) or _cell(view, name)) for name, label, classes in view.heads()]
    begin = "has-sel" if bulk else ""
    pieces: list[str] = []
    for record in records:
        marks = f'{" is-muted" if view.is_muted(record) else ""}{" is-late" if view.is_late(record) else ""}'
        pieces.append(f'<tr role="row" class="{begin}{marks}">\n')
        if bulk:
            called = escape(gettext("Tick %(what)s", what=view.name_of(record)))
            pieces.append(
                '<td role="cell" class="col-sel"><input type="checkbox" name="rowid" '
                'form="action_form" '
                f'class="action-checkbox" value="{escape(view.key(record))}" aria-label="{called}"></td>\n'
            )
        pieces.append(f'<td role="cell" class="is-title{words} col-{title}"><a class="code strong" '
                      f'href="{escape(view.details_url(record))}">{escape(view.heading(record))}</a></td>\n')
        for start, write in heads:
            value = write(record)
            pieces.append(f'{start}{" is-blank" if value is BLANK else ""}">{value}</td>')
        pieces.append("\n</tr>\n")
    return Markup("".join(pieces))  # noqa: S704 (every part is escaped or the view's own markup)


def _cell(view: Any, name: str) -> Callable[[Any], Markup]:
    """What writes the cells of one column. Lists repeat stores, states and days: each is written once a
    page."""
    column = view.every.get(name)
    if view.late is not None and name == view.late[0]:
        return lambda record: late(view.cell(record, name)) if view.is_late(record) else view.cell(record,
                                                                                                   name)
    if column is None or hasattr(view, f"cell_{name}") or column.kind in NOT_REPEATED:
        return lambda record: _markup(view.cell(record, name))
    known: dict[Any, Markup] = {}

    def write(record: Any) -> Markup:
        value = getattr(record, name)
        text = known.get(value)
        if text is None:
            text = known[value] = _markup(view.cell(record, name))
        return text

    return write


def late(day: Any) -> Markup:
    """A day that passed, marked for the eye and said to the ear."""
    return Markup('<span class="rw-badge is-overdue">{}{}<span class="sr-only"> {}</span></span>').format(
        icon("clock-exclamation"), day, gettext("late"))


def _markup(value: Any) -> Markup:
    """Escaped unless it is markup already; `BLANK` stays itself."""
    return value if isinstance(value, Markup) else escape(value)
