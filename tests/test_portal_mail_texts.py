"""Every mail that an operation posts has a text, fills it, and tells nothing clinical."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.operations.approvals import perform
from models.operations.consultations import reschedule
from models.operations.slots import next_free
from models.outbox import Outbox
from models.people import Language
from models.roles import Role
from portal.site.mail import composed
from tests.factories import make_consultation, make_user

ROOT = Path(__file__).parents[1]


def posted() -> set[str]:
    """The templates that the operations name."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "models/operations").glob("*.py"))
    return set(re.findall(r'"((?:registration|consultation)_(?:received|approved|rejected|suspended|closed|planned|'
                          r'completed|cancelled|moved))"', sources))


def test_every_template_is_there_and_used():
    there = {path.stem for path in (ROOT / "templates/mail").glob("[!_]*.txt")}
    assert posted() <= there


@pytest.mark.parametrize("language", list(Language))
def test_the_mails_of_a_consultation_are_filled(app, session, language):
    consultation = make_consultation(complaint="canary")
    consultation.patient.user.language = language
    perform(consultation, "approve", by=make_user(Role.ADMIN))
    slot = next_free(consultation.doctor, after=consultation.ends_at)[0]
    reschedule(consultation, slot.starts_at, by=consultation.patient.user, reason="canary")
    mails = session.scalars(sa.select(Outbox).order_by(Outbox.id)).all()
    assert len(mails) == 4
    for mail in mails:
        message = composed(mail, "hospital@example.org")
        text = message.get_content()
        assert message["Subject"]
        assert mail.params["name"] in text
        assert not re.search(r"canary|%\(|T\d\d:\d\d:", text)
