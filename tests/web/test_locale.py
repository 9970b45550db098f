"""Numbers, money, days and words as each language writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal as D

import pytest

from models import clock
from models.errors import Refused
from models.people import Language
from models.roles import Role
from portal import words
from portal.web import amount_in_words, locale, message_catalogue
from tests.support.factories import make_user

pytestmark = pytest.mark.once


#: An instant, at twelve past nine by the hospital's clock.
NINE = datetime(2026, 11, 19, 9, 12, tzinfo=clock.zone()).astimezone(UTC)


@pytest.fixture(params=["id", "en"])
def speaking(request, app):
    with app.test_request_context(headers={"Cookie": f"language={request.param}"}):
        yield request.param


@pytest.mark.parametrize(("show", "value", "indonesian", "english"), [
    (locale.rupiah, D("1250000"), "Rp1.250.000", "Rp1,250,000"),
    (locale.rupiah, D("-1250.5"), "−Rp1.250,50", "−Rp1,250.50"),
    (locale.rupiah, None, "–", "–"),
    (locale.quantity, D("2.500"), "2,5", "2.5"),
    (locale.hour, time(13, 5), "13.05", "13:05"),
    (words.size, 5_452_595, "5,2 MB", "5.2 MB"),
    (words.size, 300_000, "293 KB", "293 KB"),
    (locale.quantity, D("1250.000"), "1.250", "1,250"),
    (locale.quantity, D("100"), "100", "100"),
    (locale.quantity, D("0E-3"), "0", "0"),
    (locale.percent, D("0.90"), "0,9%", "0.9%"),
    (locale.day, date(2026, 8, 7), "7 Agu 2026", "7 Aug 2026"),
    (locale.day, datetime(2026, 11, 19, 3, 0, tzinfo=clock.zone()).astimezone(UTC), "19 Nov 2026",
     "19 Nov 2026"),
    (locale.hour, NINE, "09.12", "09:12"),
    (locale.moment, NINE, "19 Nov 2026 pukul 09.12", "19 Nov 2026 at 09:12"),
])
def test_values_read_as_the_language_writes_them(speaking, show, value, indonesian, english):
    assert show(value) == (indonesian if speaking == "id" else english)


@pytest.mark.parametrize(("text", "indonesian", "english"), [
    ("1.250,5", "1250.5", "1250.5"), ("1,250.5", "1250.5", "1250.5"), ("2,5", "2.5", "2.5"),
    ("2.5", "2.5", "2.5"),
    ("1.250", "1250", "1.250"), ("1,250", "1.250", "1250"), ("Rp 1.250.000", "1250000", "1250000"),
    ("-3", "-3", "-3"),
    ("  ", None, None), (None, None, None),
])
def test_numbers_are_read_as_people_type_them(speaking, text, indonesian, english):
    expected = indonesian if speaking == "id" else english
    assert locale.parse_decimal(text) == (None if expected is None else D(expected))


@pytest.mark.parametrize("text",
                         ["abc", "1e5", "--3", "1.2.3,4,5", "NaN", "Infinity", ",", "1_000", "٣", "1.25,5",
                                  "12,34.5"])
def test_what_is_no_number_is_refused(speaking, text):
    with pytest.raises(ValueError, match=r".*"):
        locale.parse_decimal(text)


def test_a_refusal_is_told_in_the_readers_language_with_its_values(speaking):
    refusal = Refused("%(on)s: %(quantity)s left", on=date(2026, 11, 19), quantity=D("1250.500"))
    assert locale.refusal_text(refusal) == f"19 Nov 2026: {'1.250,5' if speaking == 'id' else '1,250.5'} left"


def test_indonesian_is_the_default_and_the_choice_is_kept(client, session, sign_in):
    assert '<html lang="id"' in client.get("/login").text
    person = sign_in(client, make_user(Role.ADMIN))
    answer = client.post("/language/en", data={"next": "/admin/inbox/"})
    assert (answer.status_code, answer.location) == (303, "/admin/inbox/")
    session.refresh(person)
    assert person.language == Language.EN
    assert '<html lang="en"' in client.get("/admin/inbox/").text
    assert client.post("/language/xx").status_code == 404


def test_the_theme_is_kept_in_a_cookie(client):
    client.post("/theme/dark")
    assert 'data-theme="dark"' in client.get("/login").text
    client.post("/theme/auto")
    assert "data-theme" not in client.get("/login").text


def test_every_message_has_its_indonesian(app):
    assert message_catalogue.missing() == []


def test_an_indonesian_message_keeps_its_places(app):
    for message in message_catalogue.stored_catalogue():
        if message.id and isinstance(message.string, str) and message.string:
            text = message.id if isinstance(message.id, str) else message.id[0]
            assert places(text) == places(message.string), text


def test_amounts_in_words():
    assert amount_in_words.in_words(D("1250000")) == "Satu juta dua ratus lima puluh ribu rupiah"
    assert amount_in_words.in_words(D("1111111.11")).startswith("Satu juta seratus sebelas ribu seratus "
                                                                "sebelas rupiah sebelas")
    assert amount_in_words.in_words(1_000_000_000_016) == "Satu triliun enam belas rupiah"
    assert amount_in_words.in_words(D("1016"), "en") == "One thousand sixteen rupiah"


def places(text):
    return sorted(set(re.findall(r"%\((\w+)\)", text)))
