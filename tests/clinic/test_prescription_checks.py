"""What harms together is said before it is given: on one prescription, beside one that runs, and again at
issue; the reason is kept for who dispenses. Dose and rhythm are data, the label is written from them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import clock
from models.base import db
from models.consultations import Consultation, ConsultationState
from models.errors import Refused
from models.items import Item
from models.medicines import Severity
from models.operations.clinic import allergies, prescribing, prescription_checks
from models.operations.clinic.prescription_checks import About
from models.operations.clinic.prescriptions import Medicine, add_line, give_reason, prescribe, search
from models.operations.clinic.signa import WEEK, Dose, proposed
from models.operations.core.approvals import perform
from models.people import Language
from models.prescriptions import Meal, PrescriptionState
from models.roles import Role
from tests.support import factories as make


@pytest.fixture
def visit(session: Any) -> Consultation:
    make.make_chart()
    return make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000901")


def medicine(name: str, **fields: Any) -> Item:
    item = make.make_item(name=name, units={"strip": "10"}, **fields)
    item.category.is_medicine = True
    db.session.flush()
    return item


def take(item: Item, quantity: str | int | None = 10, **fields: Any) -> Medicine:
    if "taken" not in fields:
        fields = {"dose": "1 tablet", "frequency": "3 x sehari"} | fields
    return Medicine(make.unit_of(item, fields.pop("unit", None)),
                    None if quantity is None else Decimal(quantity), **fields)


# ---------------------------------------------------------------- together

@pytest.mark.parametrize(("first", "second", "severity"), [
    ("Warfarin tablet 2 mg", "Asam mefenamat kapsul 500 mg", Severity.MAJOR),
    ("Warfarin tablet 2 mg", "Metronidazol tablet 500 mg", Severity.MAJOR),
    ("Simvastatin tablet 20 mg", "Eritromisin kapsul 500 mg", Severity.CONTRAINDICATED),
    ("Warfarin tablet 2 mg", "Mikonazol gel oral", Severity.CONTRAINDICATED)])
def test_what_harms_together_wants_a_reason_that_stays(visit: Consultation, first: str, second: str,
                                                       severity: Severity) -> None:
    by = visit.doctor.user
    add_line(visit, take(medicine(first)), by=by)
    with pytest.raises(Refused, match="together") as refusal:
        add_line(visit, take(medicine(second)), by=by)
    assert refusal.value.field == "interaction_reason"
    line = add_line(visit, take(medicine(second), interaction_reason="INR dipantau tiap minggu"), by=by)
    [found] = prescription_checks.of(line)
    assert (found.about, found.severity, found.other) == (About.INTERACTION, severity, first)
    assert line.interaction_reason == "INR dipantau tiap minggu"


def test_what_is_lesser_is_said_and_needs_no_reason(visit: Consultation) -> None:
    by = visit.doctor.user
    add_line(visit, take(medicine("Loratadin tablet 10 mg")), by=by)
    line = add_line(visit, take(medicine("Setirizin tablet 10 mg"), interaction_reason="tidak perlu"), by=by)
    assert [(each.about, each.other) for each in prescription_checks.of(line)] == [
        (About.SAME_CLASS, "Loratadin tablet 10 mg")]
    assert line.interaction_reason is None  # nothing to say it for
    add_line(visit, take(medicine("Vitamin C tablet 50 mg")), by=by)
    plain = add_line(visit, take(medicine("Vitamin B kompleks tablet")), by=by)
    assert prescription_checks.of(plain) == []


def test_the_same_substance_twice_is_met_through_brands_and_forms(visit: Consultation) -> None:
    by = visit.doctor.user
    add_line(visit, take(medicine("Parasetamol tablet 500 mg")), by=by)
    with pytest.raises(Refused, match="same substance: parasetamol"):
        add_line(visit, take(medicine("Panadol sirup")), by=by)


def test_another_prescription_that_runs_counts_and_one_that_ran_out_does_not(visit: Consultation) -> None:
    other = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000902",
                                   patient=visit.patient,
                                   starts_at=visit.starts_at + timedelta(days=2))
    warfarin = prescribe(other, [take(medicine("Warfarin tablet 2 mg"), duration_days=20)],
                         by=other.doctor.user)
    perform(warfarin, "issue", by=other.doctor.user)
    with pytest.raises(Refused, match="Warfarin"):
        add_line(visit, take(medicine("Ibuprofen tablet 400 mg")), by=visit.doctor.user)
    again = add_line(visit, take(medicine("Warfarin tablet 5 mg")), by=visit.doctor.user)
    [found] = prescription_checks.of(again)  # the same course going on is said, not refused
    assert (found.about, found.severity, found.elsewhere) == (About.TWICE, Severity.MODERATE, warfarin.number)
    warfarin.prescribed_on = clock.today() - timedelta(days=21)
    db.session.flush()
    assert prescription_checks.elsewhere(visit.patient_id) == []


def test_everything_is_looked_at_again_when_it_is_issued(visit: Consultation) -> None:
    by = visit.doctor.user
    line = add_line(visit, take(medicine("Amoksisilin kapsul 500 mg")), by=by)
    allergies.note(visit.patient, "Augmentin", by=visit.patient.user)
    [draft] = visit.prescriptions
    with pytest.raises(Refused, match="allergic to Augmentin") as refusal:
        perform(draft, "issue", by=by)
    assert (refusal.value.field, refusal.value.line) == ("allergy_reason", line)
    give_reason(line, by=by, allergy_reason="Uji kulit negatif")
    perform(draft, "issue", by=by)
    assert draft.state == PrescriptionState.ISSUED
    assert [each.about for each in prescription_checks.of(line)] == [About.ALLERGY]


def test_a_cross_allergy_is_a_caution_without_a_reason(visit: Consultation) -> None:
    visit.patient.allergies = "penisilin"
    line = add_line(visit, take(medicine("Sefiksim kapsul 100 mg")), by=visit.doctor.user)
    assert [each.about for each in prescription_checks.of(line)] == [About.CAUTION]
    assert line.allergy_reason is None


def test_a_medicine_is_found_by_its_brand(session: Any) -> None:
    item = medicine("Asam mefenamat kapsul 500 mg")
    medicine("Parasetamol tablet 500 mg")
    assert [found.item.id for found in search("ponstan")] == [item.id]
    patient = make.make_patient(allergies="Ponstan")
    assert search("mefenamat", patient=patient)[0].warning is not None


# ---------------------------------------------------------------- dose and rhythm

@pytest.mark.parametrize(("dose", "days", "indonesian", "english"), [
    (Dose(Decimal(1), "tablet", 3, meal=Meal.AFTER), 5, "3 × sehari 1 tablet sesudah makan, selama 5 hari",
     "3 × a day 1 tablet after meals, for 5 days"),
    (Dose(Decimal("0.5"), "tablet", 2, meal=Meal.BEFORE), None, "2 × sehari ½ tablet sebelum makan",
     "2 × a day ½ tablet before meals"),
    (Dose(Decimal("7.5"), "ml", every_hours=8), 3, "tiap 8 jam 7½ ml, selama 3 hari",
     "every 8 hours 7½ ml, for 3 days"),
    (Dose(Decimal(1), "tablet", is_if_needed=True, most_a_day=3), None,
     "bila perlu 1 tablet, paling banyak 3 × sehari", "if needed 1 tablet, at most 3 × a day"),
    (Dose(Decimal(3), "tablet", every_hours=WEEK), 28, "seminggu sekali 3 tablet, selama 28 hari",
     "once a week 3 tablet, for 28 days")])
def test_the_label_says_it_in_the_patients_language(dose: Dose, days: int | None, indonesian: str,
                                                    english: str) -> None:
    assert dose.signa("id", days) == indonesian
    assert dose.signa("en", days) == english


@pytest.mark.parametrize(("dose", "days", "quantity"), [
    (Dose(Decimal(1), "tablet", 3), 5, 15), (Dose(Decimal("0.5"), "tablet", 3), 5, 8),
    (Dose(Decimal(1), "tablet", every_hours=8), 3, 9), (Dose(Decimal(1), "tablet", every_hours=WEEK), 28, 4),
    (Dose(Decimal(1), "Tablet", is_if_needed=True, most_a_day=3), 3, 9),
    (Dose(Decimal(1), "sendok takar", 3), 5, None), (Dose(Decimal(1), "tablet", 3), None, None),
    (Dose(Decimal(1), "tablet", is_if_needed=True), 5, None)])
def test_the_quantity_follows_from_the_dose(session: Any, dose: Dose, days: int | None,
                                            quantity: int | None) -> None:
    item = medicine("Parasetamol tablet 500 mg")
    assert proposed(dose, days, make.unit_of(item)) == quantity
    if quantity == 15:
        assert proposed(dose, days, make.unit_of(item, "strip")) == 2  # whole strips


def test_a_line_keeps_the_dose_as_data_and_the_label_as_words(visit: Consultation) -> None:
    visit.patient.user.language = Language.EN
    line = add_line(visit, take(medicine("Amlodipin tablet 5 mg"), None, duration_days=30,
                                directions="recheck",
                                taken=Dose(Decimal(1), "tablet", 1, meal=Meal.MORNING)),
                    by=visit.doctor.user)
    assert (line.quantity, line.times_a_day, line.meal) == (30, 1, Meal.MORNING)
    assert line.directions == "1 × a day 1 tablet in the morning, for 30 days, recheck"
    with pytest.raises(Refused) as refusal:
        add_line(visit, take(medicine("OBH sirup"), None, duration_days=5,
                             taken=Dose(Decimal(1), "sendok", 3)), by=visit.doctor.user)
    assert refusal.value.field == "quantity"
    with pytest.raises(Refused) as refusal:
        add_line(visit, take(medicine("CTM tablet"), taken=Dose(Decimal(1), "tablet")), by=visit.doctor.user)
    assert refusal.value.field == "rhythm"


# ---------------------------------------------------------------- less typing

def test_templates_and_the_last_one_put_lines_in_and_check_them_again(visit: Consultation) -> None:
    by, doctor = visit.doctor.user, visit.doctor
    dose = Dose(Decimal(1), "tablet", 3, meal=Meal.AFTER)
    items = [medicine("Parasetamol tablet 500 mg"), medicine("Amoksisilin kapsul 500 mg")]
    first = prescribe(visit, [take(item, None, duration_days=5, taken=dose, directions="habiskan")
                              for item in items], by=by)
    with pytest.raises(Refused, match="Issue the prescription first"):
        prescribing.keep(first, "ISPA", by=by)
    perform(first, "issue", by=by)
    template = prescribing.keep(first, " ISPA ", by=by)
    with pytest.raises(Refused, match="of that name"):
        prescribing.keep(first, "ispa", by=by)
    assert {line.item_id for line in prescribing.often(doctor.id)} == {item.id for item in items}
    next_visit = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000903",
                                        doctor=doctor, patient=make.make_patient(allergies="amoxicilin"),
                                        starts_at=visit.starts_at + timedelta(hours=1))
    result = prescribing.put(next_visit, prescribing.lines_of(template.prescription_id), by=by)
    assert [line.item_id for line in result.added] == [items[0].id]
    assert result.added[0].directions == "3 × sehari 1 tablet sesudah makan, selama 5 hari, habiskan"
    [(left_out, why)] = result.left_out
    assert (left_out, why.field) == ("Amoksisilin kapsul 500 mg", "allergy_reason")
    assert prescribing.last_of(next_visit) is None
    third = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000904",
                                   doctor=doctor, patient=visit.patient,
                                   starts_at=visit.starts_at + timedelta(days=9))
    assert prescribing.last_of(third) is first
    assert prescribing.templates(make.make_doctor().id) == []


def test_the_store_sees_warning_and_reason(client: Any, sign_in: Any, visit: Consultation) -> None:
    by = visit.doctor.user
    prescription = prescribe(visit, [
        take(medicine("Warfarin tablet 2 mg")),
        take(medicine("Ibuprofen tablet 400 mg"), interaction_reason="Hanya tiga hari")], by=by)
    perform(prescription, "issue", by=by)
    db.session.commit()
    sign_in(client, Role.STORE_STAFF)
    page = client.get(f"/admin/prescription/details/?id={prescription.id}").text
    for seen in ("Hanya tiga hari", "risiko perdarahan naik", "Warfarin tablet 2 mg"):
        assert seen in page
