"""The translation catalogue: gather every message of code, templates and names, keep it, compile it.

`flask translations` gathers and compiles; messages without Indonesian stay empty and `missing()` names them,
which a test holds against.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from portal.web import words
from portal.web.config import ROOT

PO = ROOT / "translations" / "id" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
ROOMS = ("backoffice", "models", "portal", "templates")
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "NN_": (1, 2),
                            "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2),
                            "pgettext": ((1, "c"), 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
#: Flask-Admin's and WTForms' own sentences that pages of ours show; they ship no Indonesian.
OTHERS = (
    "This field is required.", "Not a valid choice.", "Not a valid date value.", "Not a valid integer value.",
    "Not a valid decimal value.", "Invalid email address.", "Invalid Choice: could not coerce.",
    "Not a valid datetime value.", "Not a valid time value.", "Invalid input.", "Already exists.",
    "Field must be equal to %(other_name)s.",
)


def _extracted() -> Iterator[tuple[str, str | None, Any]]:
    for room in ROOMS:
        for name, _line, message, _comments, context in extract_from_dir(
                str(ROOT / room), METHODS, {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}},
                KEYWORDS):
            yield f"{room}/{name}", context, message


def gathered() -> Catalog:
    """Every message that a page can show, as a template catalogue."""
    catalogue = Catalog(project="Rawat", charset="utf-8")
    for name, context, message in _extracted():
        catalogue.add(message, locations=[(name, 1)], context=context)
    for message in (*words.all_msgids(), *OTHERS):
        catalogue.add(message, locations=[("names", 1)])
    return catalogue


def stored_catalogue() -> Catalog:
    """The catalogue as it stands in the repository."""
    if not PO.exists():
        return Catalog(locale="id", charset="utf-8")
    return read_po(io.BytesIO(PO.read_bytes()), locale="id", charset="utf-8")


def missing() -> list[str]:
    """Messages without an Indonesian text, or with an uncertain one, sorted."""
    known = stored_catalogue()
    result = []
    for message in gathered():
        if not message.id:
            continue
        own = known.get(message.id, message.context)
        texts = own.string if own is not None else ""
        complete = all(texts) if isinstance(texts, tuple | list) else bool(texts)
        if own is None or not complete or own.fuzzy:
            result.append(message.id if isinstance(message.id, str) else message.id[0])
    return sorted(result)


def compiled(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def update(more: dict[str, str] | None = None) -> list[str]:
    """Gather, take in `more` translations, write catalogue and compiled file; returns what is still
    missing."""
    known, texts = stored_catalogue(), more or {}
    catalogue = Catalog(locale="id", project="Rawat", charset="utf-8", fuzzy=False)
    for message in gathered():
        if not message.id:
            continue
        english = message.id[0] if message.pluralizable else message.id
        old = known.get(english, message.context)
        text = texts.get(english) or (old.string if old is not None else "")
        text = text[0] if isinstance(text, tuple | list) else text
        # Indonesian has one form for one and for many.
        catalogue.add(message.id, (text,) * catalogue.num_plurals if message.pluralizable else text,
                      context=message.context)
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as out:
        write_po(out, catalogue, sort_output=True, no_location=True, omit_header=False, width=118)
    MO.write_bytes(compiled(stored_catalogue()))
    return missing()


def is_compiled() -> bool:
    """Whether the compiled file is of the catalogue beside it."""
    return MO.exists() and MO.read_bytes() == compiled(stored_catalogue())


