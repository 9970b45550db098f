"""One answer of a passkey opens once, whoever sends it twice at the same moment."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from models.base import one_transaction
from models.operations.people import passkeys
from models.operations.people.passkeys import Challenge
from models.roles import Role
from tests.people.test_passkeys import HERE
from tests.support.factories import make_user
from tests.support.passkeys import Device
from tests.support.races import at_once


@pytest.mark.commits
def test_of_two_answers_to_one_challenge_at_once_one_counts(app: Flask, session: Any) -> None:
    nurse = make_user(Role.UNIT_USER)
    key, made = Device(), Challenge.new()
    options = passkeys.making(nurse, HERE, made, is_sign_in=True)
    with one_transaction():
        passkeys.register(nurse, key.make(options), HERE, made, name="Phone", handle=options["user"]["id"],
                          is_sign_in=True)
    challenge = Challenge.new()
    answer = key.sign(passkeys.asking(HERE, challenge, None))

    def use() -> bool:
        with one_transaction():
            return passkeys.used(answer, HERE, challenge, user=None) is not None

    assert sorted(map(str, at_once(app, [use] * 6))).count("True") == 1
