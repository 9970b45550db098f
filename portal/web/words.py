"""Words for tables, columns, states, roles and steps, read off their names and translated by the catalogue.

The English word is the humanised name, so a new table or state has one at once; `all_msgids` lists every such
word for the extractor and for the test that none lacks its Indonesian.
"""

from __future__ import annotations

import functools
import operator
import re
from datetime import date
from enum import Enum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from models.base import db
from models.documents import WORKFLOWS, Area
from models.journal import Posting
from models.operations.clinic import icd
from models.rights import PAGES
from models.roles import Role
from portal.web.locale import day, is_indonesian, said

#: What doctors speak, by ISO 639 code.
LANGUAGES = {"id": _l("Indonesian"), "en": _l("English"), "jv": _l("Javanese"), "su": _l("Sundanese"),
             "zh": _l("Chinese"), "ar": _l("Arabic"), "ban": _l("Balinese"), "min": _l("Minangkabau"),
             "bug": _l("Buginese"), "mad": _l("Madurese"), "bjn": _l("Banjar"), "nl": _l("Dutch"),
             "ja": _l("Japanese"), "ko": _l("Korean"), "de": _l("German"), "fr": _l("French")}
#: Where the humanised name is not what people say.
SPECIAL = {
    "id": "No.",
    "is_bonus": "Bonus",
    "on": "Date",
    "first": "First medicine",
    "second": "Second medicine",
    "parent_id": "Part of",
    "source_name": "Given by, or programme",
    "nik": "NIK",
    "created_by_id": "Made by",
    "height_cm": "Height (cm)",
    "weight_kg": "Weight (kg)",
    "price_per_m2": "Price per m²",
    "qr_code": "QR code",
    "bmn_code": "State asset code (BMN)",
    "nup": "Registration number (NUP)",
    "aspak_name": "Name in ASPAK",
    "serial_is_shared": "The same serial number is meant",
    "npwp": "Tax number (NPWP)",
    "str_number": "STR number",
    "sip_number": "SIP number",
    "email": "E-mail",
    "dob": "Birth date",
    "credit_vat": "Credit VAT",
    "paper_total": "Total on the supplier's paper",
    "freight_amount": "Freight",
    "rounding_amount": "Rounding",
    "last_sql": "Last statement",
    "unconfirm": "Take the confirmation back",
    "wants_mail": "Told by e-mail",
    "wants_whatsapp": "Told by WhatsApp",
    "wants_sms": "Told by SMS",
}
#: Steps whose name alone does not say what they do.
STEPS = {"recall": "Take it back", "hand_over": "Hand over for inspection", "waive": "Waive the inspection",
         "reverse_payment": "Take the payment back", "sell": "Award the lots", "settle": "The money came",
         "default": "The buyer did not pay", "find": "It was found", "take_back": "Back into use",
         "report_lost": "Report it lost", "order": "Order the work",
         "finish_unapproved": "Finish above the approved cost", "withdraw": "Withdraw",
         "grant": "Give the role"}
#: Values of enumerations that are codes.
VALUES = {"id": "Indonesian", "en": "English", "blu": "BLU", "apbn": "APBN", "apbd": "APBD", "bpjs": "BPJS",
          "whatsapp": "WhatsApp", "sms": "SMS", "ordered": "Work ordered",
          "libur_nasional": "National holiday", "cuti_bersama": "Joint leave"}
PLURALS = {"activity_log": "Activity log", "outbox": "Outbox", "land": "Land", "maintenance": "Maintenance",
           "stocktake": "Stocktakes", "shelf": "Shelves", "spoilage": "Spoilage", "cleaning": "Cleaning",
           "diagnosis": "Diagnoses", "exercise_progress": "Exercise progress",
           "case_progress": "Case progress"}


#: Names whose English word means something else in another place, by what they are the name of. The catalogue
#: keeps these words apart by it: a state that is "Open" is no button.
CONTEXTS = {"state": frozenset({"open", "cleaning"}), "step": frozenset({"no_show"}),
            "account": frozenset({"payables"}), "column": frozenset({"missing"})}
#: What values are the names of, by their enumeration, where it is no state.
KINDS = {Posting: "account"}

#: What is written in capitals wherever it stands.
_SHORT = re.compile(r"\b(api|nik|sip|str|url|vat)\b")


@functools.lru_cache(4096)
def human(name: str) -> str:
    """`needs_cleaning` is "Needs cleaning"; the ending `_id` of a reference falls away."""
    if name in SPECIAL:
        return SPECIAL[name]
    text = re.sub(r"_id$", "", name).replace("_", " ").strip()
    text = _SHORT.sub(lambda found: found[0].upper(), text)
    return text[:1].upper() + text[1:]


@functools.lru_cache(1024)
def plural(table: str) -> str:
    """The English plural of a table's name."""
    if table in PLURALS:
        return PLURALS[table]
    text = human(table)
    if text.endswith("y") and text[-2] not in "aeiou":
        return text[:-1] + "ies"
    return text + ("es" if text.endswith(("s", "x", "ch", "sh")) else "s")


def _context(kind: str, name: str) -> str:
    """The context of a name's word, empty where the word means the same everywhere."""
    return kind if name in CONTEXTS[kind] else ""


def label(thing: Any) -> str:
    """The word of a column, a table, or a name of one."""
    if isinstance(thing, sa.Table):
        return said(human(thing.name))
    name = thing if isinstance(thing, str) else thing.name
    return said(human(name), _context("column", name))


def table_word(table: str, plural_form: bool = False) -> str:
    """What people call the records of a table."""
    return said(plural(table) if plural_form else human(table))


def state_word(state: Any) -> str:
    """The word of a state or of any other enum value."""
    value = str(getattr(state, "value", state))
    return said(value_word(value), _context(KINDS.get(type(state), "state"), value))


def value_word(value: str) -> str:
    """The English word of an enumeration's value."""
    return VALUES.get(value) or human(value)


def called(record: Any) -> str:
    """What a record is called: its own text, or, where a value of an enumeration or a day is part of it,
    these in the reader's words."""
    names = record.called_by or record.text_columns
    values = [operator.attrgetter(name)(record) for name in names]
    if not any(isinstance(value, (Enum, date)) for value in values):
        return str(record)
    return " · ".join(map(_said, values))


def _said(value: Any) -> str:
    if isinstance(value, Enum):
        return state_word(value)
    return day(value) if isinstance(value, date) else str(value)


def role_word(role: Role | str) -> str:
    return said(human(str(getattr(role, "value", role))))


def step_word(name: str) -> str:
    """The word on a transition's button: an act, e.g. "Approve payment"."""
    return said(STEPS.get(name) or human(name), _context("step", name))


#: Titles that stand before a name without a point, or with one that people leave out.
TITLES = frozenset({"dr", "drg", "prof", "ns", "apt", "ir", "h", "hj", "drs", "dra", "kh", "tn", "ny", "sdr",
                    "an", "by", "bd", "mr", "mrs", "ms", "bpk", "ibu"})


def diagnosis_word(diagnosis: Any) -> str:
    """A diagnosis as its reader says it: the usual Indonesian word before the WHO's English name, and the
    code."""
    term = icd.term(diagnosis.code) if is_indonesian() else ""
    if term:
        return f"{term[:1].upper()}{term[1:]} ({diagnosis.name}, {diagnosis.code})"
    return f"{diagnosis.name} ({diagnosis.code})"


def initials(name: str) -> str:
    """Two letters for the circle beside a name: of the first and the last word; titles before and degrees
    after it do not count."""
    parts = [part for part in name.split(",")[0].split() if part[0].isalpha()]
    real = [part for part in parts if not part.endswith(".") and part.lower() not in TITLES] or parts
    letters = [part[0] for part in (real[:1] + real[-1:] if len(real) > 1 else real)]
    return "".join(letters).upper() or "–"


def all_msgids() -> list[str]:
    """Every English word that is made from a name, sorted."""
    words: set[str] = set()
    for table in db.metadata.tables.values():
        words.update((human(table.name), plural(table.name)))
        for column in table.columns:
            words.add(human(column.name))
            if isinstance(column.type, sa.Enum):
                words.update(value_word(value) for value in column.type.enums)
    for model in WORKFLOWS.values():
        words.update(STEPS.get(name) or human(name) for name in model.workflow.names)
        words.update(human(state.value) for state in model.workflow.states)
    words.update(human(role.value) for role in Role)
    words.update(human(page) for page in PAGES)
    words.update(human(area) for area in Area)
    return sorted(words)


def all_in_context() -> list[tuple[str, str]]:
    """Context and English word of every name that has one, sorted."""
    return sorted((kind, value_word(name)) for kind, names in CONTEXTS.items() for name in names)


def languages_word(codes: str) -> str:
    """`id,su` as people say it."""
    return ", ".join(str(LANGUAGES.get(code.strip(), code.strip())) for code in codes.split(",")
                     if code.strip())
