"""Every form of the portal is a form class; what was typed stays, what is wrong stands at its field."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.consultations import Consultation
from models.operations.clinic import slots
from models.roles import Role
from portal.forms import PortalForm
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user

#: No form: what two browsers tell each other of a video call.
NO_FORM = {"portal.call_signal"}
PORTAL = ("portal", "own_account", "registration", "social")
ROOT = Path(__file__).resolve().parents[2]


def test_every_form_that_is_sent_has_its_class(app: Any) -> None:
    """A view that takes a POST names the form that it takes, a button alone too."""
    lacking = {rule.endpoint for rule in app.url_map.iter_rules()
               if "POST" in (rule.methods or ()) and rule.endpoint.partition(".")[0] in PORTAL
               and not issubclass(getattr(app.view_functions[rule.endpoint], "form_class", object),
                                  PortalForm)}
    assert lacking == NO_FORM


def test_no_view_of_the_portal_reads_what_was_sent_by_hand() -> None:
    reading = [path.name for path in (ROOT / "portal").glob("*.py")
               if path.name != "forms.py" and re.search(r"request\.(form|values)\b",
                                                        path.read_text(encoding="utf-8"))]
    assert reading == []


def test_errors_are_shown_in_one_way() -> None:
    """Templates of forms use the macros; only the live parts of a conversation say it by themselves."""
    live = {"form.html", "consultation.html"}
    own = [path.name for path in (ROOT / "templates/portal").glob("*.html") if path.name not in live
           and re.search(r'class="err"[^>]*>\{\{ ic\(.alert.\) \}\}\{\{ error \}\}',
                         path.read_text(encoding="utf-8"))]
    assert own == []


@pytest.fixture
def own(client: Any, sign_in: Any, session: Any) -> Any:
    known = make_user(Role.PATIENT, password_hash="$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$abc")
    client.patient = make_patient(name="Ani Lestari", user=known)
    session.commit()
    sign_in(client, client.patient.user)
    client.set_cookie("language", "en")
    return client


@pytest.mark.parametrize(("path", "form", "wrong", "kept"), [
    ("/portal/profile/edit", {"phone": "12", "address": "Jl. Kenanga 4"}, "phone", "Jl. Kenanga 4"),
    ("/portal/profile/edit", {"height_cm": "tinggi", "name": "Ani Baru"}, "height_cm", "Ani Baru"),
    ("/portal/people/new", {"name": "Anak Ani", "birth_date": "2020-01-01"}, "sex", "Anak Ani"),
    ("/portal/close", {"sure": "1", "current": "salah"}, "current", "checked"),
    ("/portal/record/download", {"current": "salah"}, "current", "")])
def test_what_is_wrong_stands_at_its_field_and_in_the_summary(
        own: Any, path: str, form: dict[str, str], wrong: str, kept: str) -> None:
    answer = own.post(path, data=form)
    assert answer.status_code == 422
    assert f'id="{wrong}-err"' in answer.text
    assert 'id="form-errors"' in answer.text
    assert f'href="#{wrong}"' in answer.text
    assert kept in answer.text


def test_cancelling_without_a_reason_says_so_at_the_field(own: Any, session: Any) -> None:
    made = make_consultation(patient=own.patient)
    session.commit()
    answer = own.post(f"/portal/consultations/{made.id}/cancel", data={"version": made.version})
    assert answer.status_code == 422
    assert 'id="reason-err"' in answer.text
    assert 'href="#reason"' in answer.text


# ---------------------------------------------------------------- asking survives a reload

def said(client: Any, **form: str) -> Any:
    return client.post("/portal/consultations/new", data=form)


def test_a_request_that_was_begun_is_there_after_a_reload_and_on_another_device(
        own: Any, app: Any, sign_in: Any, session: Any) -> None:
    doctor = make_doctor(name="dr. Sari")
    session.commit()
    said(own, step="complaint", complaint="Batuk tiga hari")
    assert "dr. Sari" in own.get("/portal/consultations/new").text  # the second step
    at = slots.next_free(doctor)[0].starts_at.isoformat()
    said(own, step="schedule", complaint="Batuk tiga hari", doctor=str(doctor.id), starts_at=at, shown="1")
    phone = app.test_client()
    sign_in(phone, own.patient.user)
    phone.set_cookie("language", "en")
    page = phone.get("/portal/consultations/new").text
    assert "step 3 of 4" in page
    assert 'value="Batuk tiga hari"' in page
    assert "Begin anew" in page
    sent = said(phone, step="consent", complaint="Batuk tiga hari", doctor=str(doctor.id), starts_at=at,
                consent="1", consent_record="1")
    assert sent.status_code == 303
    assert session.scalar(sa.select(Consultation.complaint)) == "Batuk tiga hari"
    assert "Batuk tiga hari" not in own.get("/portal/consultations/new").text


def test_who_begins_anew_finds_an_empty_form(own: Any) -> None:
    said(own, step="complaint", complaint="Batuk tiga hari")
    assert own.get("/portal/consultations/new?anew=1").status_code == 302
    assert "Batuk tiga hari" not in own.get("/portal/consultations/new").text


def test_nobody_finds_what_another_person_began(own: Any, app: Any, sign_in: Any, session: Any) -> None:
    said(own, step="complaint", complaint="Batuk tiga hari")
    other = make_patient()
    session.commit()
    visitor = app.test_client()
    sign_in(visitor, other.user)
    assert "Batuk tiga hari" not in visitor.get("/portal/consultations/new").text
