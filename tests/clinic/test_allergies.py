"""Allergies as patients and doctors write them: brands, abbreviations and slips of the pen are met, food and
weather are not; groups and what is like them; chosen rows beside the free text."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models.base import db
from models.errors import NotAllowed, Refused
from models.medicines import DrugInteraction, MedicineName, Substance
from models.operations.clinic import allergies, medicine_names, merge_undo, merging
from models.operations.core import jobs
from models.organisation import Status
from models.patient_allergies import AllergyKind, AllergySeverity
from models.roles import Role
from tests.support import factories as make

#: As it is said, and a medicine of the stores that must not pass without a word.
MET = [line.split(" > ") for line in """
Ponstan > Asam mefenamat kapsul 500 mg
Panadol > Parasetamol tablet 500 mg
amoxicilin > Amoksisilin kapsul 500 mg
amoksilin > Amoksisilin kapsul 500 mg
amoksisillin > Amoksisilin kapsul 500 mg
CTM > Klorfeniramin tablet 4 mg
PCT > Parasetamol tablet 500 mg
paracetomol > Parasetamol tablet 500 mg
Sanmol > Parasetamol sirup 120 mg/5 ml
kotrimoksazol > Kotrimoksazol tablet 480 mg
Bactrim > Kotrimoksazol tablet 480 mg
sulfa > Kotrimoksazol tablet 480 mg
penisilin > Amoksisilin kapsul 500 mg
pinisilin > Ampisilin injeksi 1 g
penicillin V > Amoksisilin kapsul 500 mg
Amoxan > Amoksisilin kapsul 500 mg
Augmentin > Amoksisilin kapsul 500 mg
Cefat > Sefadroksil kapsul 500 mg
cefixim > Sefiksim kapsul 100 mg
cefriaxone > Seftriakson injeksi 1 g
Ciproxin > Siprofloksasin tablet 500 mg
cipro > Levofloksasin tablet 500 mg
Zithromax > Azitromisin tablet 500 mg
erytromycin > Eritromisin kapsul 500 mg
Flagyl > Metronidazol tablet 500 mg
antalgin > Metamizol tablet 500 mg
Novalgin > Metamizol injeksi
Voltaren > Natrium diklofenak tablet 50 mg
cataflam > Kalium diklofenak tablet 50 mg
Aspilet > Asam asetilsalisilat tablet 80 mg
asetosal > Asam asetilsalisilat tablet 80 mg
aspirin > Ibuprofen tablet 400 mg
ibuproven > Ibuprofen tablet 400 mg
Proris > Ibuprofen sirup
mefenamat > Asam mefenamat kapsul 500 mg
alergi obat antinyeri > Ketorolak injeksi 30 mg
OAINS > Piroksikam kapsul 20 mg
Tegretol > Karbamazepin tablet 200 mg
dilantin > Fenitoin kapsul 100 mg
lidocain > Lidokain injeksi 2%
bius > Lidokain injeksi 2%
captopril > Kaptopril tablet 25 mg
Lipitor > Simvastatin tablet 20 mg
Toradol > Ketorolak injeksi 30 mg
gatal bila minum Ponstan, sesak kena udang > Asam mefenamat kapsul 500 mg
Bodrex dan Oskadon > Parasetamol tablet 500 mg
""".strip().splitlines()]
#: Nothing of this names a medicine.
NOT_MET = """udang; kacang tanah; susu sapi; putih telur; debu rumah; udara dingin; seafood; ikan tongkol;
kepiting; bulu kucing; serbuk sari; lateks; plester; deterjen; nikel; cokelat; stroberi; gandum; jamur;
sengatan lebah; tidak ada; sinar matahari; parfum; MSG; durian; nanas; melon; ibu saya asma; terasi; santan;
minyak kayu putih; bedak; alpukat; bawang putih; cat rambut; salmon; obat nyamuk bakar; tidak ada alergi obat
""".replace("\n", " ").split("; ")
COMMON = ("Parasetamol tablet 500 mg", "Amoksisilin kapsul 500 mg", "Ibuprofen tablet 400 mg",
          "Natrium bikarbonat tablet 500 mg", "Amlodipin tablet 5 mg", "Omeprazol kapsul 20 mg",
          "Antasida tablet", "Salbutamol inhaler", "Zinc tablet 20 mg", "Oralit serbuk")


@pytest.mark.parametrize(("said", "medicine"), MET)
def test_what_patients_write_is_met(session: Any, said: str, medicine: str) -> None:
    assert allergies.warning(said, medicine) is not None


@pytest.mark.parametrize("said", NOT_MET)
def test_food_and_weather_warn_of_no_medicine(session: Any, said: str) -> None:
    assert [name for name in COMMON if allergies.warning(said, name)] == []


@pytest.mark.parametrize(("said", "medicine", "group", "is_caution"), [
    ("penisilin", "Seftriakson injeksi 1 g", "betalaktam", True),
    ("amoksisilin", "Sefadroksil kapsul 500 mg", "betalaktam", True),
    ("Cefat", "Amoksisilin kapsul 500 mg", "betalaktam", True),
    ("sefiksim", "Seftriakson injeksi 1 g", "sefalosporin", False),
    ("Ponstan", "Ibuprofen tablet 400 mg", "nsaid", False),
    ("Bactrim", "Furosemid tablet 40 mg", "sulfonamid bukan antibiotik", True),
    ("kaptopril", "Lisinopril tablet 5 mg", "penghambat ace", False)])
def test_a_group_warns_and_one_that_is_like_it_cautions(session: Any, said: str, medicine: str, group: str,
                                                        is_caution: bool) -> None:
    met = allergies.warning(said, medicine)
    assert met is not None
    assert (met.group, met.is_caution) == (group, is_caution)


def test_what_is_met_itself_goes_before_a_caution(session: Any) -> None:
    met = allergies.warning("penisilin, seftriakson", "Seftriakson injeksi 1 g")
    assert met is not None
    assert (met.said, met.is_caution) == ("seftriakson", False)


# ---------------------------------------------------------------- chosen rows

def test_a_brand_is_kept_with_its_substance_and_is_met(session: Any) -> None:
    patient = make.make_patient()
    row = allergies.note(patient, "Ponstan", by=patient.user, reaction="biduran",
                         severity=AllergySeverity.MODERATE)
    assert (row.kind, row.said, row.names) == (AllergyKind.SUBSTANCE, "Ponstan", "asam mefenamat")
    met = allergies.meets(patient, "Asam mefenamat kapsul 500 mg")
    assert str(met) == "Ponstan: biduran"
    assert patient.allergy_words == "Ponstan (asam mefenamat): biduran"
    patient.allergies = "Udang"  # the free text stays beside it, and is held against medicines too
    assert patient.allergy_words == "Ponstan (asam mefenamat): biduran; Udang"
    patient.allergies = "Panadol"
    assert allergies.meets(patient, "Parasetamol tablet 500 mg") is not None


def test_a_group_and_food_can_be_chosen(session: Any) -> None:
    patient = make.make_patient()
    assert allergies.note(patient, "golongan sulfa", by=patient.user).kind == AllergyKind.GROUP
    assert allergies.note(patient, "Udang", by=patient.user).kind == AllergyKind.OTHER
    assert allergies.meets(patient, "Kotrimoksazol tablet 480 mg") is not None
    assert allergies.meets(patient, "Parasetamol tablet 500 mg") is None


def test_the_same_allergy_is_not_noted_twice_and_a_blank_one_not_at_all(session: Any) -> None:
    patient = make.make_patient()
    allergies.note(patient, "Ponstan", by=patient.user)
    for again in ("asam mefenamat", " ponstan "):
        with pytest.raises(Refused, match="already") as refusal:
            allergies.note(patient, again, by=patient.user)
        assert refusal.value.field == "said"
    with pytest.raises(Refused, match="allergic to"):
        allergies.note(patient, "   ", by=patient.user)


def test_an_allergy_ends_with_a_reason_and_warns_no_more(session: Any) -> None:
    patient, doctor = make.make_patient(), make.make_doctor()
    row = allergies.note(patient, "CTM", by=doctor.user)
    assert row.noted_by_id == doctor.user_id
    with pytest.raises(Refused, match="does not hold") as refusal:
        allergies.end(row, by=doctor.user, reason=" ")
    assert refusal.value.field == "end_reason"
    allergies.end(row, by=doctor.user, reason="Uji provokasi negatif")
    assert allergies.meets(patient, "Klorfeniramin tablet 4 mg") is None
    assert patient.allergy_words == ""
    with pytest.raises(Refused, match="ended already"):
        allergies.end(row, by=doctor.user, reason="Lagi")
    allergies.note(patient, "CTM", by=patient.user)  # it may come back
    assert len(patient.living_allergies) == 1


def test_only_the_person_and_doctors_write_allergies(session: Any) -> None:
    patient = make.make_patient()
    for other in (make.make_patient().user, make.make_user(Role.ADMIN), make.make_user(Role.STORE_STAFF)):
        with pytest.raises(NotAllowed):
            allergies.note(patient, "CTM", by=other)
    child = make.make_patient(guardian=patient)
    allergies.note(child, "CTM", by=patient.user)


@pytest.mark.parametrize(("typed", "offered"), [
    ("ponst", "asam mefenamat"), ("amoksis", "amoksisilin"), ("penis", "penisilin"),
    ("panadol", "parasetamol")])
def test_what_is_typed_finds_what_can_be_chosen(session: Any, typed: str, offered: str) -> None:
    found = allergies.choices(typed)
    assert offered in [choice.names for choice in found]
    assert found[-1].kind == AllergyKind.OTHER  # the words as they stand can always be kept
    assert allergies.chosen(str(found[0])).names == found[0].names


# ---------------------------------------------------------------- merging

def test_merging_joins_chosen_allergies_and_taking_it_back_parts_them(session: Any) -> None:
    kept, gone = make.make_patient(name="Ani"), make.make_patient(name="Ani")
    allergies.note(gone, "Amoksisilin", by=gone.user, reaction="syok")
    allergies.note(kept, "Udang", by=kept.user)
    admin = make.make_user(Role.ADMIN)
    merging.merge(gone, kept, by=admin)
    db.session.expire_all()
    assert [row.said for row in kept.living_allergies] == ["Amoksisilin", "Udang"]
    met = allergies.meets(kept, "Amoksisilin kapsul 500 mg")
    assert met is not None
    merge_undo.take_back(gone, by=admin, reason="Dua orang")
    db.session.expire_all()
    assert [row.said for row in gone.living_allergies] == ["Amoksisilin"]
    assert [row.said for row in kept.living_allergies] == ["Udang"]


# ---------------------------------------------------------------- the lists behind it

def test_an_empty_list_is_filled_once_by_the_job_and_can_be_replaced(session: Any) -> None:
    assert session.scalar(sa.select(sa.func.count(MedicineName.id))) == 0
    assert allergies.warning("Ponstan", "Asam mefenamat kapsul") is not None  # the release's list stands in
    told = jobs.run(jobs.JOBS["medicine_names"])
    assert "medicine_name" in (told or "")
    for model, least in ((Substance, 290), (MedicineName, 1500), (DrugInteraction, 400)):
        assert session.scalar(sa.select(sa.func.count(model.id))) >= least
    assert jobs.run(jobs.JOBS["medicine_names"]) == ""
    ponstan = session.scalar(sa.select(MedicineName).where(MedicineName.name == "Ponstan"))
    ponstan.status = Status.INACTIVE
    session.add(MedicineName(name="Xanomed", substances="ibuprofen"))
    session.flush()
    assert allergies.warning("Ponstan", "Asam mefenamat kapsul") is None
    assert allergies.warning("Xanomed", "Ibuprofen tablet 400 mg") is not None


def test_every_interaction_names_what_is_known(session: Any) -> None:
    known = medicine_names.knowledge()
    names = {each.name for each in known.substances.values()} | {
        name for each in known.substances.values() for name in each.classes}
    assert [pair for pair in known.effects if not set(pair) <= names] == []
