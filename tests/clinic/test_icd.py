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


#: What patients say, and the beginnings of the codes that fit it.
LAY = """
kencing batu: N20
tekanan darah rendah: I95
telat haid: N91
kulit kering: L85
jantung berdebar: R00
gatal selangkangan: B35
batuk berdahak: R05 J
sakit kepala sebelah: G43
sakit kepala: R51
pusing: R42
pusing berputar: R42 H81
vertigo: R42 H81
masuk angin: J00 J06 R J11
panas dalam: K12 J02 R K
sariawan: K12
sakit gigi: K04 K08
gigi berlubang: K02
gusi bengkak: K04 K05
mata merah: H10 H11
belekan: H10
bintitan: H00
rabun jauh: H52
katarak: H26 H25
telinga berdenging: H93
congek: H66
mimisan: R04
pilek: J00
hidung tersumbat: R09 J34 J
sakit tenggorokan: J02 R07
amandel: J35 J03
sesak napas: R06
asma: J45
nyeri dada: R07
mual muntah: R11
muntah: R11
diare: A09
susah buang air besar: K59
sembelit: K59
wasir: K64
perut kembung: R14
nyeri ulu hati: R10
asam lambung: K21
cacingan: B82 B77
panu: B36
kurap: B35
kutu air: B35
jerawat: L70
ketombe: L21
bisul: L02
eksim: L30 L20
cacar ular: B02
herpes: B00 B02
gondongan: B26
kesemutan: R20
asam urat: M10
encok: M10 M79 M25 M
nyeri lutut: M25
pegal linu: M79
keseleo: T14 S93 T
salah urat: T14 S M
sakit pinggang: M54
leher kaku: M43 M54 R29
susah tidur: G47 F51
cemas: F41
anyang-anyangan: R30 N
sering kencing: R35
kencing sakit: N39 R30
keputihan: N89 N76
nyeri haid: N94
hamil muda: Z O
mual hamil: O21
gatal-gatal: L29
biduran: L50
alergi makanan: T78
digigit anjing: W54 T14 Z
digigit ular: T63
luka bakar: T30
demam: R50
anemia: D64 D50
kurang darah: D64 D50
gula darah tinggi: R73 E11
kolesterol: E78
gondok: E04
stroke: I64
lemas: R53
berat badan turun: R63
tidak nafsu makan: R63
bau mulut: R19
rambut rontok: L65
mata minus: H52
kelilipan: T15
ngompol: R32 N39 F98
sunat: Z41 N47
step: R56
kejang demam: R56
"""


@pytest.mark.parametrize("line", LAY.strip().splitlines())
def test_what_patients_say_finds_a_code_that_fits(line: str) -> None:
    word, _, codes = line.partition(": ")
    found = icd.search(word, limit=1)
    assert found, "nothing found"
    assert found[0].code.startswith(tuple(codes.split())), found[0].text


@pytest.mark.parametrize("nothing", ["", "   ", "xyzzy", "%"])
def test_nothing_is_found_for_nothing(nothing: str) -> None:
    assert icd.search(nothing, limit=3) == [] or nothing == "%"


def test_a_refusal_names_the_nearest() -> None:
    with pytest.raises(Refused, match="Did you mean") as refusal:
        icd.known("demam berdar")
    assert "A97.9" in str(refusal.value)
    with pytest.raises(Refused, match="earlier edition"):
        icd.known("A91")
