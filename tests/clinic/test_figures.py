"""The four figures of the clinic on every home that has to do with patients, each a link to its rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import clock
from models.base import db
from models.roles import Role
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user

FOUR = ("Doctors available", "Consultations done", "Patients registered", "Consultations today")


@pytest.fixture
def house(session: Any) -> Any:
    doctor = make_doctor(name="dr. Sari")
    make_doctor(status="inactive")
    for days in (1, 2, 3):
        make_consultation(doctor=doctor, state="completed", approved_at=clock.now(),
                          starts_at=clock.now() - timedelta(days=days))
    make_consultation(state="approved", starts_at=clock.day_bounds(clock.today())[0] + timedelta(hours=9))
    make_patient(state="pending", medical_record_number=None)
    db.session.commit()
    return doctor


def figures(page: str) -> dict[str, tuple[str, str]]:
    """Number and address by word."""
    import re
    found = re.findall(r'<(a|div) class="rw-tile"(?: href="([^"]*)")?>\s*<span class="rw-tile-label">([^<]*)'
                       r'</span>\s*<span class="rw-tile-num">([^<]*)</span>', page)
    return {word: (number, address) for _tag, address, word, number in found}


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.FRONT_OFFICE, Role.ADMIN])
def test_all_four_are_counted_for_the_whole_house(
        client: Any, sign_in: Any, house: Any, role: Role) -> None:
    sign_in(client, role)
    client.set_cookie("language", "en")
    page = client.get("/admin/home/").text
    four = figures(page)
    assert {word: four[word][0] for word in FOUR} == dict(zip(FOUR, ("2", "3", "4", "1"), strict=True))
    for word, (_number, address) in four.items():
        if address:
            assert client.get(address.replace("&amp;", "&")).status_code == 200, word
    assert 'name="q"' in page  # the search box


def test_a_director_is_led_to_the_report_and_no_patient(client: Any, sign_in: Any, house: Any) -> None:
    sign_in(client, Role.DIRECTOR)
    client.set_cookie("language", "en")
    four = figures(client.get("/admin/home/").text)
    assert four["Doctors available"][1] == "/admin/doctor/?only=available"
    assert four["Patients registered"][1] == "/admin/reports/daily_performance/"


def test_a_doctor_sees_the_own_ones_at_the_desk(client: Any, sign_in: Any, house: Any) -> None:
    sign_in(client, house.user)
    client.set_cookie("language", "en")
    page = client.get("/admin/desk/").text
    four = figures(page)
    assert [four[word][0] for word in FOUR] == ["2", "3", "3", "0"]
    for _number, address in four.values():
        assert client.get(address.replace("&amp;", "&")).status_code == 200
    assert 'name="q"' in page


def test_a_store_has_no_patients(client: Any, sign_in: Any, house: Any) -> None:
    sign_in(client, make_user(Role.STORE_STAFF))
    client.set_cookie("language", "en")
    assert "Patients registered" not in client.get("/admin/home/").text
