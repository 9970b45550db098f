"""Diagnoses by Indonesian words: every code of the table is one, and the words find the right one first."""

from __future__ import annotations

import csv

import pytest

from models.errors import Refused
from models.operations.clinic import icd


def rows() -> list[dict[str, str]]:
    with icd.FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_code_of_the_table_can_be_recorded_and_stands_once() -> None:
    codes = [row["kode"] for row in rows()]
    assert len(codes) == len(set(codes)) >= 400
    assert [code for code in codes if icd.known(code)[0] != code] == []
    words = [word.strip().lower() for row in rows() for word in row["istilah"].split(";")]
    assert sorted(word for word in set(words) if words.count(word) > 1) == []


@pytest.mark.parametrize(("word", "code"), [
    ("demam berdarah", "A97.9"), ("DBD", "A97.9"), ("tifus", "A01.0"), ("maag", "K29.7"),
    ("darah tinggi", "I10"),
    ("kencing manis", "E11.9"), ("batuk pilek", "J00"), ("TBC paru", "A15.0"), ("mencret", "A09.9"),
    ("cacar air", "B01.9"), ("campak", "B05.9"), ("usus buntu", "K35.8"), ("asam urat", "M10.9"),
    ("ambeien", "K64.9"),
    ("kudis", "B86"),
    ("j06", "J06.0"), ("J06.9", "J06.9"), ("migraine without", "G43.0"), ("serangan jantung", "I21.9"),
    ("sakit pinggang", "M54.5"), ("biduran", "L50.9"), ("flu singapura", "B08.4"), ("hipertensi", "I10")])
def test_words_and_codes_find_the_right_diagnosis_first(word: str, code: str) -> None:
    assert icd.search(word)[0].code == code


@pytest.mark.parametrize("nothing", ["", "   ", "xyzzy", "%"])
def test_nothing_is_found_for_nothing(nothing: str) -> None:
    assert icd.search(nothing, limit=3) == [] or nothing == "%"


def test_a_refusal_names_the_nearest() -> None:
    with pytest.raises(Refused, match="Did you mean") as refusal:
        icd.known("demam berdar")
    assert "A97.9" in str(refusal.value)
    with pytest.raises(Refused, match="earlier edition"):
        icd.known("A91")
