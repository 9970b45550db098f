"""What is typed to find a patient is in no address, log line or referrer, and still finds: by name,
telephone, e-mail, medical record number, and by the whole NIK."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import unquote

import pytest

from models.base import db
from models.clinic import Patient, Sex
from models.operations.people import nik
from models.roles import Role
from portal.web import search_sealing
from tests.support import factories as make

NIK = "3171015705900001"
TYPED = ("Zubaidah", "zubaidah canaria", "0812 9988 7766", "+6281299887766", "99887766", "zuba@example.org",
         "00991122", NIK, "3171 0157 0590 0001")
#: Lists in which patients are found by what is theirs.
PRIVATE = ("patient", "consultation", "clinical_note", "prescription", "letter", "stay", "user", "outbox",
           "activity_log")


@pytest.fixture
def patient(session: Any) -> Patient:
    made = make.make_patient(name="Zubaidah Canaria", birth_date=make.date(1990, 5, 17), sex=Sex.FEMALE,
                             medical_record_number="00991122", phone="+6281299887766",
                             user=make.make_user(Role.PATIENT, email="zuba@example.org"))
    nik.keep(made, NIK)
    make.make_patient(name="Orang Lain")
    db.session.commit()
    return made


def post(client: Any, path: str, **form: str) -> str:
    answer = client.post(path, data=form)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def tells(text: str, typed: str) -> bool:
    return any(word.lower() in unquote(text).lower() for word in typed.split())


@pytest.mark.parametrize("typed", TYPED)
def test_a_patient_is_found_without_being_named_in_the_address(
        client: Any, sign_in: Any, patient: Patient, typed: str) -> None:
    sign_in(client, Role.ADMIN)
    for path, field in (("/admin/patient/find", "search"), ("/admin/search", "q")):
        address = post(client, path, **{field: typed})
        assert not tells(address, typed)
        page = client.get(address).text
        assert "Orang Lain" not in page
        assert f"/admin/patient/details/?id={patient.id}" in page
        links = re.findall(r'(?:href|src|action)="([^"]*)"', page)
        assert not [link for link in links if tells(html.unescape(link), typed)]


@pytest.mark.parametrize("table", PRIVATE)
def test_lists_of_people_post_their_search(client: Any, sign_in: Any, patient: Patient, table: str) -> None:
    sign_in(client, make.make_user(Role.ADMIN, Role.DOCTOR, Role.STORE_STAFF, Role.FRONT_OFFICE))
    page = client.get(f"/admin/{table}/").text
    form = re.search(r'<form class="rw-search"([^>]*)>(?:(?!</form>).)*?name="search"', page)
    assert form is not None
    assert f'action="/admin/{table}/find"' in form[1]
    assert 'method="post"' in form[1]


def test_lists_of_things_keep_an_address_that_can_be_passed_on(client: Any, sign_in: Any) -> None:
    make.make_item(name="Kasa steril")
    sign_in(client, Role.ADMIN)
    page = client.get("/admin/item/?search=kasa").text
    assert "Kasa steril" in page
    assert 'action="/admin/item/"' in page
    assert post(client, "/admin/item/find", search="kasa") == "/admin/item/?search=kasa"


def test_filters_order_and_pages_go_on_sealed(client: Any, sign_in: Any, patient: Patient) -> None:
    sign_in(client, Role.ADMIN)
    address = post(client, "/admin/patient/find", search="Zubaidah", sex="female")
    assert "sex=female" in address
    page = client.get(address).text
    for link in re.findall(r'href="(/admin/patient/\?[^"]*sort=name[^"]*)"', page):
        assert "search=~" in unquote(link)
        assert "Zubaidah Canaria" in client.get(html.unescape(link)).text
    # who types the address finds too, but it goes on sealed
    plain = client.get("/admin/patient/?search=Zubaidah").text
    assert "Zubaidah Canaria" in plain
    assert not [link for link in re.findall(r'href="([^"]*)"', plain)
                if tells(html.unescape(link), "Zubaidah")]


def test_another_session_cannot_open_it(app: Any, client: Any, sign_in: Any, patient: Patient) -> None:
    sign_in(client, Role.ADMIN)
    address = post(client, "/admin/patient/find", search="Zubaidah")
    client.set_cookie("language", "en")
    assert "Please type it again" not in client.get(address).text
    other = app.test_client()
    other.set_cookie("language", "en")
    sign_in(other, Role.ADMIN)
    page = other.get(address).text
    assert "Zubaidah</b>" not in page
    assert "Please type it again" in page
    assert other.get(post(client, "/admin/search", q="Zubaidah")).status_code == 200


@pytest.mark.parametrize("token", ["~", "~!!", "~AAAA", "~" + "A" * 5000, "~é"])
def test_a_made_up_token_finds_nothing_and_breaks_nothing(client: Any, sign_in: Any, token: str) -> None:
    sign_in(client, Role.ADMIN)
    assert client.get("/admin/patient/", query_string={"search": token}).status_code == 200
    assert client.get("/admin/search", query_string={"q": token}).status_code == 200


def test_a_nik_in_an_address_is_not_looked_for(client: Any, sign_in: Any, patient: Patient) -> None:
    sign_in(client, Role.ADMIN)
    assert "Zubaidah" not in client.get(f"/admin/search?q={NIK}").text
    assert "Zubaidah" not in client.get(f"/admin/patient/?search={NIK}").text


def test_who_may_not_read_patients_finds_none_by_nik(client: Any, sign_in: Any, patient: Patient) -> None:
    sign_in(client, Role.STORE_STAFF)
    assert "Zubaidah" not in client.get(post(client, "/admin/search", q=NIK)).text
    doctor = make.make_doctor()
    client.post("/logout")
    sign_in(client, doctor.user)  # a doctor who never treated her
    assert "Zubaidah" not in client.get(post(client, "/admin/search", q=NIK)).text


def test_choice_lists_take_what_is_typed_from_a_header(client: Any, sign_in: Any, patient: Patient) -> None:
    sign_in(client, Role.ADMIN)
    found = client.get("/admin/patient/ajax/lookup/?name=guardian",
                       headers={search_sealing.QUERY: "Zubaidah%20can"}).json
    assert [each["id"] for each in found] == [patient.id]


def test_the_length_of_a_token_says_little(client: Any, sign_in: Any, app: Any) -> None:
    sign_in(client, Role.ADMIN)
    lengths = {len(post(client, "/admin/patient/find", search="a" * size)) for size in (1, 9, 20, 40)}
    assert len(lengths) == 1
