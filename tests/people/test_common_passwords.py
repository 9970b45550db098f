"""What is tried first is no password: common and leaked ones, the own name, what people here choose."""

from __future__ import annotations

from typing import Any

import pytest

from models.roles import Role
from portal.web import passwords
from portal.web.passwords import MIN_PATIENT, MIN_STAFF

TRIED_FIRST = "tried first"


@pytest.mark.parametrize("password", [
    "aaaaaaaaaaaaaaa", "password1234567", "123456789012345", "qwertyuiopasdfg", "Rahasia12345678",
    "bismillahbismillah", "sayangsayangsayang", "rumahsakit12345", "P@ssw0rd1234567", "abcabcabcabcabc"])
def test_staff_do_not_take_what_is_tried_first(password: str) -> None:
    refusal = passwords.problem(password, MIN_STAFF)
    assert refusal is not None
    assert TRIED_FIRST in refusal.message


@pytest.mark.parametrize("password", ["password", "12345678", "indonesia", "sayang123", "bismillah1",
                                      "qwerty123", "jakarta1", "rahasia99"])
def test_patients_do_not_take_what_is_tried_first(password: str) -> None:
    refusal = passwords.problem(password, MIN_PATIENT)
    assert refusal is not None
    assert TRIED_FIRST in refusal.message


@pytest.mark.parametrize(("password", "least"), [
    ("kucing loncat pagi", MIN_STAFF), ("merah putih biru langit", MIN_STAFF),
    ("bersama-kita-bisa", MIN_STAFF), ("correct horse battery staple", MIN_STAFF),
    ("melati putih 12", MIN_PATIENT), ("teh tawar 7", MIN_PATIENT)])
def test_words_that_do_not_belong_together_are_taken(password: str, least: int) -> None:
    assert passwords.problem(password, least) is None


def test_what_others_know_of_the_person_does_not_count() -> None:
    """The same letters are good for somebody else."""
    assert passwords.problem("sulistyowati77", MIN_PATIENT) is None
    assert passwords.problem("sulistyowati77", MIN_PATIENT, "sulistyowati@example.org", "Rini Sulistyowati")


def test_the_longest_password_costs_no_more_than_a_short_one() -> None:
    """Only its first letters are looked at; what is bad there is refused whatever follows."""
    looked = passwords.LOOKED_AT
    assert passwords.problem("kucing loncat pagi di atas meja makan baru" + "x" * 150, MIN_STAFF) is None
    assert passwords.problem("a" * looked + "kucing loncat pagi", MIN_STAFF) is not None


def test_the_own_page_refuses_it_at_its_field(client: Any, session: Any, sign_in: Any) -> None:
    user = sign_in(client, Role.STORE_STAFF)
    user.password_hash = passwords.hashed("kucing loncat pagi")
    session.commit()
    sign_in(client, user)
    answer = client.post("/account/password/change", data={
        "current": "kucing loncat pagi", "password": "password1234567", "repeated": "password1234567"})
    assert answer.status_code == 422
    assert "paling dahulu dicoba" in answer.text
    session.refresh(user)
    assert passwords.verified("kucing loncat pagi", user.password_hash)


def test_the_command_refuses_it_too(app: Any) -> None:
    answer = app.test_cli_runner().invoke(args=[
        "user", "create", "--name", "Sari", "--email", "sari@example.org", "--role", "admin", "--password",
        "password1234567"])
    assert answer.exit_code != 0
    assert TRIED_FIRST in answer.output
