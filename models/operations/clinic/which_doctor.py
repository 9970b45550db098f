"""Which doctor a complaint belongs to, in words of patients; a general practitioner whenever it is not
plain.

A list of words, not a diagnosis: it saves the patient from choosing among specialisations, and whoever wants
another doctor chooses one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Doctor, Patient, Specialization
from models.errors import N_
from models.organisation import Status

GENERAL = "dr"
CHILD = "SpA"
#: Age under which a child's doctor is named, in years.
CHILD_UNTIL = 18
#: Beginnings of words that patients write, Indonesian and English, by the short form of the title without
#: its points.
WORDS: dict[str, tuple[str, ...]] = {
    "SpM": ("mata", "penglihatan", "rabun", "belekan", "eye", "eyes", "vision", "sight"),
    "SpTHTBKL": ("telinga", "kuping", "hidung", "sinus", "amandel", "tenggorok", "ear", "ears", "nose",
                 "tonsil", "throat"),
    "SpDVE": ("kulit", "gatal", "ruam", "jerawat", "panu", "kurap", "eksim", "bisul", "ketombe", "skin",
              "rash", "itch", "acne"),
    "SpJP": ("jantung", "berdebar", "dada", "heart", "palpitation", "chest"),
    "SpP": ("sesak", "asma", "paru", "bengek", "asthma", "lung", "breathless", "wheez"),
    "SpN": ("kesemutan", "vertigo", "migrain", "kejang", "ayan", "epilepsi", "stroke", "lumpuh", "numb",
            "migraine", "seizure"),
    "SpOG": ("hamil", "kehamilan", "haid", "menstruasi", "keputihan", "kandungan", "pregnan", "period",
             "vagina"),
    "SpKJ": ("cemas", "depresi", "insomnia", "panik", "halusinasi", "bunuh", "anxiety", "depress", "panic"),
    "SpU": ("kencing", "prostat", "ginjal", "urine", "urin", "prostate", "kidney"),
    "SpOT": ("tulang", "sendi", "keseleo", "patah", "lutut", "bone", "joint", "sprain", "knee"),
    "SpB": ("benjolan", "hernia", "wasir", "ambeien", "usus", "lump", "haemorrhoid"),
    "SpPD": ("diabetes", "kencing manis", "darah tinggi", "hipertensi", "kolesterol", "asam urat", "maag",
             "tiroid", "diabetic", "hypertension", "cholesterol", "gout"),
    "drg": ("gigi", "gusi", "geraham", "tooth", "teeth", "gum"),
}


@dataclass(frozen=True)
class Suggestion:
    """The specialisation to look at first, and why, in a sentence of English (`N_`)."""

    specialization: Specialization
    why: str
    is_general: bool


def plain(code: str) -> str:
    """A title's short form without points: "Sp.JP" and "SpJP" are one."""
    return code.replace(".", "").replace(" ", "")


def is_general(specialization: Specialization) -> bool:
    """Whether it is the general practitioner's."""
    return plain(specialization.code) == GENERAL


def codes(complaint: str) -> list[str]:
    """The short forms whose words the complaint has; longer words go before the shorter in them."""
    text = complaint.casefold()
    found = []
    for word, code in sorted(((word, code) for code, words in WORDS.items() for word in words),
                             key=lambda pair: -len(pair[0])):
        if re.search(rf"\b{word}", text):
            text = re.sub(rf"\b{word}", " ", text)
            if code not in found:
                found.append(code)
    return found


def suggested(complaint: str, patient: Patient) -> Suggestion | None:
    """Where somebody with this complaint goes first; None where the hospital has no such doctor. One
    statement."""
    offered = {plain(row.code): row for row in db.session.scalars(
        sa.select(Specialization).where(Specialization.status == Status.ACTIVE, Specialization.id.in_(
            sa.select(Doctor.specialization_id).where(Doctor.status == Status.ACTIVE))))}
    found = codes(complaint)
    if patient.age_on(clock.today()) < CHILD_UNTIL and CHILD in offered and found not in (["drg"], ["SpM"]):
        return Suggestion(offered[CHILD], N_("Children are seen by a doctor for children first."), False)
    if len(found) == 1 and found[0] in offered:
        return Suggestion(offered[found[0]], N_("This fits what you wrote."), False)
    if GENERAL in offered:
        return Suggestion(offered[GENERAL], N_("A general practitioner looks first and sends you on where it "
                                               "is needed."), True)
    if "SpPD" in offered:
        return Suggestion(offered["SpPD"], N_("Not sure? A doctor of internal medicine looks first and sends "
                                              "you on where it is needed."), True)
    return None
