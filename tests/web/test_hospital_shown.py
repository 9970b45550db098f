"""The hospital shows its name and logo; an error page keeps the frame and says what to do."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from models.organisation import Setting
from models.roles import Role
from portal.web import request_id
from tests.setup.test_settings_page import form_of

NAME = "RSUD Tirta Husada"


@pytest.fixture
def named(session):
    session.add(Setting(key="hospital.name", value=NAME))
    session.commit()


def picture(size=(900, 500), kind="PNG"):
    out = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, "teal").save(out, kind)
    return out.getvalue()


def upload(client, content, name="logo.png"):
    page = client.get("/admin/settings/hospital").text
    form = form_of(page)
    return client.post("/admin/settings/hospital", content_type="multipart/form-data",
                       data={**form, "hospital-logo": (io.BytesIO(content), name)})


@pytest.mark.parametrize("address", ["/login", "/register", "/portal/doctors", "/portal/facilities"])
def test_who_comes_to_the_door_reads_whose_it_is(client, named, address):
    page = client.get(address).text
    assert NAME in page
    assert '<meta name="theme-color"' in page
    assert '<link rel="icon" href="/logo">' in page


def test_without_a_logo_the_sign_of_the_product_is_given(client):
    answer = client.get("/logo")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


def test_a_logo_is_drawn_anew_small_and_fetched_once(client, sign_in, named):
    sign_in(client, Role.ADMIN)
    assert upload(client, picture()).status_code == 303
    client.post("/logout")
    answer = client.get("/logo")
    with Image.open(io.BytesIO(answer.data)) as drawn:
        assert (drawn.format, max(drawn.size)) == ("JPEG", 256)
    assert "public" in answer.headers["Cache-Control"]
    assert client.get("/logo", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert 'src="/logo?v=' in client.get("/login").text


def test_what_is_no_picture_is_refused_at_the_field_and_the_old_one_stays(client, sign_in, named):
    sign_in(client, Role.ADMIN)
    assert upload(client, picture()).status_code == 303
    before = client.get("/logo").data
    answer = upload(client, b"%PDF-1.4 no picture", "logo.pdf")
    assert answer.status_code == 422
    assert 'href="#hospital-logo"' in answer.text
    assert client.get("/logo").data == before


def test_every_answer_has_an_id_of_its_own_that_no_client_chooses(client):
    ids = [client.get("/login", headers={request_id.HEADER: "chosen"}).headers[request_id.HEADER]
           for _each in range(2)]
    assert len({*ids, "chosen"}) == 3
    assert all(re.fullmatch(f"[{request_id.ALPHABET}]{{{request_id.LENGTH}}}", each) for each in ids)


def test_staff_keep_menu_and_search_where_nothing_is(client, sign_in, named):
    sign_in(client, Role.STORE_STAFF)
    for address in ("/admin/no_such_page/", "/no-such-page"):
        answer = client.get(address, headers={"Referer": "http://localhost/admin/item/?q=kasa"})
        assert answer.status_code == 404
        assert 'id="menu"' in answer.text
        assert 'id="search-again"' in answer.text
        assert 'href="/admin/item/?q=kasa"' in answer.text


def test_a_patient_keeps_the_frame_of_the_portal(client, sign_in, named):
    sign_in(client, Role.PATIENT)
    answer = client.get("/portal/no-such-page")
    assert answer.status_code == 404
    assert 'class="nav"' in answer.text
    assert NAME in answer.text


def test_the_way_back_never_leads_to_another_site(client):
    answer = client.get("/nowhere", headers={"Referer": "https://evil.example/admin/"})
    assert "evil.example" not in answer.text


def test_a_failure_says_the_number_to_report(app, client, sign_in, named, monkeypatch):
    sign_in(client, Role.ADMIN)
    from portal.web import logo

    def breaks(_key):
        raise ZeroDivisionError

    monkeypatch.setattr(logo, "logo_of", breaks)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/logo")
    assert answer.status_code == 500
    assert answer.headers[request_id.HEADER] in answer.text
    assert 'id="menu"' in answer.text


def test_a_forged_code_is_answered_in_words(client, named):
    client.post("/language/en")
    answer = client.get("/verify/none-of-ours", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert ("This code belongs to no paper of this hospital" in answer.text
            or "Kode ini bukan milik dokumen mana pun" in answer.text)
