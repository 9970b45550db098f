"""Wherever somebody is told to contact the hospital, its telephone stands as a link, and nothing is promised
where none is known."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from models.base import db
from models.errors import Refused
from models.organisation import Setting
from models.outbox import Channel, Outbox
from models.people import Language
from models.roles import Role
from portal.web import notices
from portal.web.contact import Contact
from tests.support.factories import make_consultation, make_patient, make_user

ROOT = Path(__file__).resolve().parents[2]
TOLD = re.compile(r"(contact|ask)\W+(the\W+)?hospital", re.IGNORECASE)


def given(**values: str) -> None:
    db.session.add_all(Setting(key=f"hospital.{name}", value=value) for name, value in values.items())
    db.session.commit()


@pytest.mark.parametrize(("phone", "link"), [
    ("(0321) 555-0123", "tel:+623215550123"), ("+62 321 5550123", "tel:+623215550123"),
    ("0812 3456 7890", "tel:+6281234567890"), ("1500 567", "tel:1500567")])
def test_a_number_is_dialled_as_it_is_meant(phone: str, link: str) -> None:
    assert Contact(phone=phone).link == link


@pytest.mark.parametrize("wrong", [
    "telepon saja", "12", "0321-555-0123 / 0124", "+", "1" * 40, "<b>0321</b>"])
def test_what_is_no_telephone_is_refused_by_the_setting(session: Any, wrong: str) -> None:
    with pytest.raises(Refused):
        given(phone=wrong)


def test_no_text_tells_people_to_call_without_a_number() -> None:
    """Neither a template nor a sentence of the code says "call the hospital": the number stands beside it."""
    catalogue = (ROOT / "translations/id/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    live = "\n".join(line for line in catalogue.splitlines() if not line.startswith("#~"))
    joined = re.sub(r'"\n"', "", live)
    naming = r"(?<!papers, mails and pages )"  # what they call it, not whom to call
    assert re.findall(rf'msgid "[^"]*{naming}[Cc]all the hospital[^"]*"', joined) == []


def test_every_template_that_says_so_has_the_number_on_its_page() -> None:
    """Mails end with it; pages of the portal have it in the layout's foot, where none is nearer."""
    lacking = []
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix not in (".html", ".txt") or "learn" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if TOLD.search(text) and not re.search(
                r'contact_line\(\)|include "mail/_end.txt"|extends "portal/layout.html"|backoffice', text):
            lacking.append(path.name)
    assert lacking == []


PAGES = ("/portal/", "/portal/profile", "/portal/profile/edit", "/portal/record/readers", "/account/",
         "/portal/doctors", "/portal/close")


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_the_portal_show_it(client: Any, sign_in: Any, session: Any, path: str) -> None:
    patient = make_patient()
    given(phone="(0321) 555-0123", address="Jl. Husada 1", hours="Senin–Sabtu 07.00–20.00")
    sign_in(client, patient.user)
    page = client.get(path).text
    assert '<a href="tel:+623215550123">(0321) 555-0123</a>' in page
    assert "Senin–Sabtu 07.00–20.00" in page


def test_nothing_is_promised_where_none_is_known(client: Any, sign_in: Any, session: Any) -> None:
    patient = make_patient()
    make_consultation(patient=patient)
    session.commit()
    sign_in(client, patient.user)
    for path in PAGES:
        assert re.findall(r'href="(tel:[^"]*)"', client.get(path).text) == ["tel:119"], path


@pytest.mark.parametrize("name", ["account_closed", "password_changed", "email_set", "notice"])
def test_mails_end_with_it(session: Any, name: str) -> None:
    user = make_user(Role.PATIENT, name="Ani")
    given(phone="(0321) 555-0123")
    name = "registration_closed" if name == "notice" else name
    mail = Outbox(user=user, to_address=user.email, template=name, language=Language.EN, channel=Channel.MAIL,
                  params={"name": "Ani", "new": "a@example.org", "patient": "Ani"})
    assert "The hospital: (0321) 555-0123" in notices.words_of(mail).body


def test_mails_say_no_number_where_none_is_known(session: Any) -> None:
    user = make_user(Role.PATIENT, name="Ani")
    mail = Outbox(user=user, to_address=user.email, template="account_closed", language=Language.EN,
                  params={"name": "Ani"})
    assert "The hospital:" not in notices.words_of(mail).body
