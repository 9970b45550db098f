"""Parts of pages that are rendered once and kept: templates with named slots for what changes.

A part is a function of what it is made of: its template sees those values, its slots and the words of
`PURE`, neither the request nor the person. The values are therefore the whole key of what is kept, and a
page can show nothing of another person or request: a new language, logo, right or choice is another key.
What differs from request to request (tokens, counts, rows, names of people) goes into slots. A slot is
written as it comes, `{{ name }}` or `{{ name[key] }}`, and nothing depends on it: tests/panel/test_kept.py
reads each template and fails otherwise.
"""

from __future__ import annotations

import re
import secrets
import threading
from dataclasses import dataclass
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from backoffice.panel import named_filters, rendering
from portal.web import locale, words

#: What a part's template may use besides, the same for everybody who reads one language: given to it, and
#: of the words that all templates have.
PURE: dict[str, Any] = {"icon": rendering.icon, "presets_of": named_filters.of,
                        "step_word": words.step_word}
PURE_OF_ALL = frozenset({"_", "state_word", "role_word"})
#: Of a view, what it declares.
PURE_OF_VIEWS = frozenset({"url", "table", "title", "one", "is_private", "label", "column", "column_list",
                           "column_filters", "column_sortable_list", "numbers"})
#: About 10 KB each; those used last are at the end.
MOST_KEPT = 600
#: Tests compare pages with and without.
KEEPS = True


@dataclass(frozen=True)
class Part:
    """A template under `templates/backoffice/panel/`, the names of what it is made of (words, numbers,
    truths, states, a list's view, and tuples of them), and of its slots."""

    template: str
    made_of: tuple[str, ...]
    slots: tuple[str, ...]


#: A slot: its name, and its key where the slot is one of several.
Slot = tuple[str, str | None]
#: Texts and slots in turn, beginning and ending with a text.
Pieces = tuple[tuple[str, ...], tuple[Slot, ...]]

PARTS: list[Part] = []
_kept: dict[tuple[Any, ...], Pieces] = {}
_gate = threading.Lock()
#: Nobody who types into Rawat can know it, so no text is taken for a slot.
_MARK = secrets.token_hex(16)
_SLOT = re.compile(f"{_MARK}-([0-9]+)-")


def part(template: str, made_of: str, slots: str) -> Part:
    """Declare a part; names are separated by spaces."""
    result = Part(f"backoffice/panel/{template}", tuple(made_of.split()), tuple(slots.split()))
    PARTS.append(result)
    return result


def written(part: Part, slots: dict[str, Any], **made_of: Any) -> Markup:
    """The part's HTML. `slots` gives each slot its text, escaped unless it is `Markup`, or a mapping of
    texts."""
    template = current_app.jinja_env.get_template(part.template)
    if not KEEPS:
        return Markup(template.render(PURE, **made_of, **slots))  # noqa: S704 (a template's output)
    several = tuple(tuple(slots[name]) for name in part.slots if type(slots[name]) is dict)
    key = (template, locale.language(), several, *(made_of[name] for name in part.made_of))
    with _gate:
        pieces = _kept.pop(key, None)
        if pieces is not None:
            _kept[key] = pieces
    if pieces is None:
        pieces = _rendered(template, slots, made_of)
        with _gate:
            _kept[key] = pieces
            while len(_kept) > MOST_KEPT:
                del _kept[next(iter(_kept))]
    texts, places = pieces
    whole = [texts[0]]
    for (name, of), text in zip(places, texts[1:], strict=True):
        value = slots[name]
        whole += (escape(value if of is None else value[of]), text)
    return Markup("".join(whole))  # noqa: S704 (a template's output and escaped slots)


def _rendered(template: Any, slots: dict[str, Any], made_of: dict[str, Any]) -> Pieces:
    places: list[Slot] = []

    def mark(name: str, of: str | None = None) -> Markup:
        places.append((name, of))
        return Markup(f"{_MARK}-{len(places) - 1}-")  # noqa: S704 (letters and digits)

    marks = {name: {of: mark(name, of) for of in value} if type(value) is dict else mark(name)
             for name, value in slots.items()}
    found = _SLOT.split(template.render(PURE, **made_of, **marks))
    return tuple(found[::2]), tuple(places[int(number)] for number in found[1::2])
