"""Pages outside of the panel say nothing in English to an Indonesian; the panel's are read while its links
are followed (tests/panel/test_links.py)."""

from __future__ import annotations

from typing import Any

import pytest

from models.roles import Role
from tests.grids.test_routes import rules, who
from tests.support import factories as make
from tests.support import raw_words

pytestmark = pytest.mark.once

EYES = (Role.PATIENT, Role.STUDENT, Role.TEACHER)
#: Pages of the laboratory whose subject is names and values.
NAMES = {"/learn/sql", "/learn/normal-forms", "/learn/own-document", "/learn/classes/exercises/new"}


@pytest.mark.parametrize("role", EYES)
def test_no_english_and_no_raw_value(app: Any, client: Any, sign_in: Any, role: Role) -> None:
    person = make.make_user(role)
    if role is Role.PATIENT:
        make.make_patient(user=person)
    sign_in(client, person)
    reader = raw_words.Reader(shows_names=role is not Role.PATIENT)
    wrong: dict[str, str] = {}
    opened = 0
    for rule in rules(app):
        roles = who(rule.rule)
        if "GET" not in (rule.methods or set()) or "<" in rule.rule or rule.rule.startswith("/admin/") \
                or rule.rule in NAMES or (roles is not None and role not in roles):
            continue
        answer = client.get(rule.rule)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            opened += 1
            for text in reader.left_in(answer.text):
                wrong.setdefault(text, rule.rule)
    assert wrong == {}
    assert opened > 15
