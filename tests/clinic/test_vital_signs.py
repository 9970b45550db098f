"""Measurements over time: who enters them, what cannot be, what is asked about, how they are corrected, and
how a child grows by the tables of the WHO."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.activity import ActivityLog
from models.base import db
from models.clinic import Patient, Relation, Sex
from models.consultations import Consultation, ConsultationState, MessageSide
from models.errors import NotAllowed, Refused
from models.operations.clinic import growth, vital_signs
from models.operations.clinic.growth import Indicator
from models.roles import Role
from models.vital_signs import VitalKind, VitalSign
from tests.support import factories as make

K = VitalKind


@pytest.fixture(autouse=True)
def english(client: Any) -> None:
    client.set_cookie("language", "en")


@pytest.fixture
def visit(session: Any) -> Consultation:
    visit = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000901",
                                   approved_at=clock.now(), started_at=clock.now())
    db.session.commit()
    return visit


def form(**fields: str) -> dict[str, str]:
    return {"kind": "pulse", "value": "80", "second_value": "", "measured_at": "", **fields}


# ---------------------------------------------------------------- entering

def test_patient_and_doctor_enter_and_both_see_it(client: Any, sign_in: Any, visit: Consultation) -> None:
    sign_in(client, visit.patient.user)
    answer = client.post("/portal/measurements",
                         data=form(kind="blood_pressure", value="128", second_value="84"))
    assert answer.status_code == 303
    sign_in(client, visit.doctor.user)
    room = f"/admin/consultation/{visit.id}"
    assert client.post(f"{room}/measure", data=form(kind="temperature", value="37,8")).status_code == 303
    page = client.get(f"{room}/record").text
    assert "128/84" in page
    assert "<svg" in page
    sign_in(client, visit.patient.user)
    mine = client.get("/portal/measurements").text
    assert "37.8" in mine
    assert "128/84" in client.get("/portal/record").text
    signs = vital_signs.of(visit.patient)
    assert [(sign.side, sign.unit) for sign in signs] == [(MessageSide.DOCTOR, "°C"),
                                                          (MessageSide.PATIENT, "mmHg")]


@pytest.mark.parametrize(("kind", "value", "second", "field"), [
    ("pulse", "700", "", "value"), ("pulse", "19", "", "value"), ("temperature", "98.6", "", "value"),
    ("temperature", "24,9", "", "value"), ("oxygen_saturation", "101", "", "value"),
    ("weight", "0", "", "value"), ("weight", "401", "", "value"), ("height", "1,7", "", "value"),
    ("blood_pressure", "120", "", "second_value"), ("blood_pressure", "80", "120", "second_value"),
    ("blood_sugar", "5,6", "", "value"), ("pulse", "eighty", "", "value"), ("weight", "70,25", "", "value"),
    ("pulse", "NaN", "", "value"), ("pulse", "1e400", "", "value"), ("shoe_size", "42", "", "kind")])
def test_what_cannot_be_is_refused_at_its_field(client: Any, sign_in: Any, visit: Consultation, kind: str,
                                                value: str, second: str, field: str) -> None:
    sign_in(client, visit.patient.user)
    answer = client.post("/portal/measurements", data=form(kind=kind, value=value, second_value=second))
    assert answer.status_code == 422
    at = answer.text.index(f'id="{field}"')
    assert 'aria-invalid="true"' in answer.text[at:answer.text.index(">", at)]
    assert vital_signs.of(visit.patient) == []


def test_a_rare_figure_is_asked_about_and_taken_when_confirmed(client: Any, sign_in: Any,
                                                               visit: Consultation) -> None:
    sign_in(client, visit.patient.user)
    answer = client.post("/portal/measurements", data=form(kind="temperature", value="41,5"))
    assert answer.status_code == 422
    assert 'name="confirmed"' in answer.text
    assert "119" in answer.text
    assert client.post("/portal/measurements",
                       data=form(kind="temperature", value="41,5", confirmed="1")).status_code == 303
    [sign] = vital_signs.of(visit.patient)
    assert sign.is_confirmed
    assert not vital_signs.enter(visit.patient, K.PULSE, "70", by=visit.patient.user, confirmed=True
                                 ).is_confirmed


@pytest.mark.parametrize("change", [
    {"value": Decimal(500)}, {"value": Decimal(10)}, {"unit": "/hour"}, {"kind": K.BLOOD_PRESSURE},
    {"second_value": Decimal(60)}, {"kind": K.BLOOD_PRESSURE, "unit": "mmHg", "value": Decimal(90),
                                    "second_value": Decimal(95)}])
def test_the_database_refuses_what_cannot_be(visit: Consultation, change: dict[str, Any]) -> None:
    row = {"patient_id": visit.patient_id, "kind": K.PULSE, "value": Decimal(80), "unit": "/min",
           "measured_at": clock.now(), "side": MessageSide.PATIENT, "entered_by_id": visit.patient.user_id}
    db.session.add(VitalSign(**{**row, **change}))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
    db.session.add(VitalSign(**row))
    db.session.flush()


def test_not_in_the_future_nor_before_birth(visit: Consultation) -> None:
    by = visit.patient.user
    for at in (clock.now() + timedelta(hours=1), clock.now() - timedelta(days=200 * 365)):
        with pytest.raises(Refused) as told:
            vital_signs.enter(visit.patient, K.PULSE, "80", by=by, measured_at=at)
        assert told.value.field == "measured_at"


def test_a_correction_is_a_new_version(visit: Consultation) -> None:
    by = visit.patient.user
    wrong = vital_signs.enter(visit.patient, K.WEIGHT, "46", by=by)
    right = vital_signs.enter(visit.patient, K.WEIGHT, "64", by=by, replaces=wrong)
    assert [sign.id for sign in vital_signs.of(visit.patient)] == [right.id]
    assert wrong.value == Decimal("46.0")
    assert visit.patient.weight_kg == Decimal("64.0")
    with pytest.raises(Refused, match="corrected already"):
        vital_signs.enter(visit.patient, K.WEIGHT, "65", by=by, replaces=wrong)
    with pytest.raises(Refused, match="other side"):
        vital_signs.enter(visit.patient, K.WEIGHT, "65", by=visit.doctor.user, replaces=right)
    vital_signs.take_back(right, by=by)
    assert vital_signs.of(visit.patient) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(VitalSign)) == 3


def test_the_profile_follows_the_newest_measured_not_the_last_typed(visit: Consultation) -> None:
    by, now = visit.patient.user, clock.now()
    vital_signs.enter(visit.patient, K.HEIGHT, "162", by=by, measured_at=now)
    vital_signs.enter(visit.patient, K.HEIGHT, "150", by=by, measured_at=now - timedelta(days=400))
    assert visit.patient.height_cm == Decimal("162.0")


def test_nobody_else_enters_or_reads(client: Any, sign_in: Any, visit: Consultation) -> None:
    sign = vital_signs.enter(visit.patient, K.PULSE, "80", by=visit.patient.user)
    db.session.commit()
    stranger = make.make_patient()
    with pytest.raises(NotAllowed):
        vital_signs.enter(visit.patient, K.PULSE, "80", by=stranger.user)
    sign_in(client, stranger.user)
    assert client.get(f"/portal/measurements?patient={visit.patient_id}").status_code == 404
    assert client.get(f"/portal/measurements/{sign.id}").status_code == 404
    assert client.get(f"/portal/record?patient={visit.patient_id}").status_code == 404
    for person in (make.make_doctor().user, make.make_user(Role.ADMIN)):
        sign_in(client, person)
        assert client.get(f"/admin/consultation/{visit.id}/record").status_code == 404
        assert client.post(f"/admin/consultation/{visit.id}/measure", data=form()).status_code == 404


def test_the_room_of_a_cancelled_consultation_opens_no_history(client: Any, sign_in: Any,
                                                               session: Any) -> None:
    visit = make.make_consultation(state=ConsultationState.CANCELLED, number="KON/2026/000902",
                                   approved_at=clock.now())
    db.session.commit()
    sign_in(client, visit.doctor.user)
    assert client.get(f"/admin/consultation/{visit.id}/record").status_code == 404


def test_figures_are_masked_in_the_log(visit: Consultation) -> None:
    vital_signs.enter(visit.patient, K.BLOOD_SUGAR, "137", by=visit.patient.user)
    db.session.commit()
    [row] = db.session.scalars(sa.select(ActivityLog).where(ActivityLog.table_name == "vital_sign")).all()
    assert "137" not in str(row.properties)


# ---------------------------------------------------------------- growth

#: From the WHO's own simplified field tables (2006, 2007): measure at -3, -2, -1, 0, 1, 2, 3 SD.
PUBLISHED = [
    (Indicator.WEIGHT_FOR_AGE, Sex.MALE, 0, (2.1, 2.5, 2.9, 3.3, 3.9, 4.4, 5.0)),
    (Indicator.WEIGHT_FOR_AGE, Sex.FEMALE, 12, (6.3, 7.0, 7.9, 8.9, 10.1, 11.5, 13.1)),
    (Indicator.WEIGHT_FOR_AGE, Sex.MALE, 60, (12.4, 14.1, 16.0, 18.3, 21.0, 24.2, 27.9)),
    (Indicator.HEIGHT_FOR_AGE, Sex.MALE, 24, (78.7, 81.7, 84.8, 87.8, 90.9, 93.9, 97.0)),
    (Indicator.HEIGHT_FOR_AGE, Sex.FEMALE, 36, (83.6, 87.4, 91.2, 95.1, 98.9, 102.7, 106.5)),
    (Indicator.WEIGHT_FOR_HEIGHT, Sex.FEMALE, 65.0, (5.6, 6.1, 6.6, 7.2, 7.9, 8.7, 9.7)),
    (Indicator.WEIGHT_FOR_LENGTH, Sex.MALE, 50.0, (2.6, 2.8, 3.0, 3.3, 3.6, 4.0, 4.4)),
]


@pytest.mark.parametrize(("indicator", "sex", "at", "values"), PUBLISHED)
def test_the_lines_are_those_that_the_who_published(indicator: Indicator, sex: Sex, at: float,
                                                    values: tuple[float, ...]) -> None:
    lms = growth.lms_at(indicator, sex, at)
    assert lms is not None
    for z, value in zip(growth.LINES, values, strict=True):
        assert abs(lms.value(z) - value) <= 0.051, (z, lms.value(z))


def test_z_scores_by_hand() -> None:
    """(X/M)^L - 1 over L*S: a boy of 0 months with 2.5 kg, L 0.3487, M 3.3464, S 0.14602."""
    by_hand = ((2.5 / 3.3464) ** 0.3487 - 1) / (0.3487 * 0.14602)
    found = growth.z_score(Indicator.WEIGHT_FOR_AGE, Sex.MALE, 0, 2.5)
    assert found == pytest.approx(by_hand)
    assert found == pytest.approx(-1.9, abs=0.1)


def test_the_median_is_zero_and_extremes_are_stretched() -> None:
    assert growth.z_score(Indicator.WEIGHT_FOR_AGE, Sex.FEMALE, 12, 8.9481) == pytest.approx(0, abs=1e-9)
    lms = growth.lms_at(Indicator.WEIGHT_FOR_AGE, Sex.FEMALE, 12)
    step = lms.value(3) - lms.value(2)
    assert growth.z_score(Indicator.WEIGHT_FOR_AGE, Sex.FEMALE, 12, lms.value(3) + step) == pytest.approx(4)
    assert growth.z_score(Indicator.WEIGHT_FOR_AGE, Sex.FEMALE, 121, 30) is None  # no table beyond ten years
    assert growth.z_score(Indicator.HEIGHT_FOR_AGE, Sex.MALE, 228, 176.5432) == pytest.approx(0, abs=1e-4)


def test_at_two_years_a_child_stands_up() -> None:
    lying = growth.lms_at(Indicator.HEIGHT_FOR_AGE, Sex.MALE, 24)
    standing = growth.lms_at(Indicator.HEIGHT_FOR_AGE, Sex.MALE, 24.001)
    assert lying.m == pytest.approx(87.8161)
    assert standing.m == pytest.approx(87.1161, abs=0.001)


def test_a_child_is_drawn_into_its_charts(client: Any, sign_in: Any, session: Any) -> None:
    guardian = make.make_patient()
    born = clock.today() - timedelta(days=548)  # 18 months
    child = make.make_patient(guardian=guardian, relation=Relation.CHILD, birth_date=born, sex=Sex.MALE)
    for days, weight, height in ((180, "7,9", "67,6"), (365, "9,6", "75,7"), (540, "10,2", "81")):
        at = clock.day_bounds(born + timedelta(days=days))[0] + timedelta(hours=9)
        vital_signs.enter(child, K.WEIGHT, weight, by=guardian.user, measured_at=at)
        vital_signs.enter(child, K.HEIGHT, height, by=guardian.user, measured_at=at)
    db.session.commit()
    sign_in(client, guardian.user)
    page = client.get(f"/portal/measurements?patient={child.id}").text
    for words in ("Weight for age", "Length or height for age", "Weight for length", "BMI for age"):
        assert words in page, words
    assert "Weight for height<" not in page  # that one is for children who stand
    assert "WHO Child Growth Standards 2006" in page
    assert page.count('class="z z3"') >= 8
    adult = client.get("/portal/measurements").text
    assert "Weight for age" not in adult
    assert isinstance(db.session.get(Patient, child.id), Patient)


def test_names_of_z_scores() -> None:
    assert growth.meaning(Indicator.HEIGHT_FOR_AGE, -2.0) == "normal height"
    assert growth.meaning(Indicator.HEIGHT_FOR_AGE, -2.01) == "stunted"
    assert growth.meaning(Indicator.HEIGHT_FOR_AGE, -3.01) == "severely stunted"
    assert growth.meaning(Indicator.WEIGHT_FOR_HEIGHT, -2.5) == "wasted"
    assert growth.meaning(Indicator.WEIGHT_FOR_AGE, -2.5) == "underweight"
    assert growth.meaning(Indicator.WEIGHT_FOR_LENGTH, 0.3) == "well nourished"
    assert growth.months_between(date(2025, 1, 1), date(2026, 1, 1)) == pytest.approx(365 / 30.4375)
