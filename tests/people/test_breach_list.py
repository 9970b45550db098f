"""`flask breach-list`: whose data were read, by the access log; `flask records-past-keeping`."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models import actor, clock
from models.activity import Activity
from models.api import ApiToken
from models.base import db
from models.consultations import ConsultationState
from models.documents import Attachment
from models.operations.clinic import conversations
from models.operations.core import activity
from models.people import User
from models.roles import Role
from tests.support import factories


@pytest.fixture
def read(session: Any) -> Callable[..., None]:
    """`read(user, "patient", 5, door="api")`: the row of the log that such a reading writes."""
    def read(user: Any, table: str, key: int | None, *, door: str = "back_office", address: str = "10.0.0.9",
             does: Activity = Activity.READ) -> None:
        with actor.acting(user.id, door, address):
            activity.record(does, table_name=table, changed_id=key)
        db.session.commit()
    return read


@pytest.fixture
def listed(app: Any, session: Any, tmp_path: Path) -> Iterator[Callable[..., list[dict[str, str]]]]:
    """`listed("--account", …)`: the rows of the file that the command writes, since yesterday."""
    file, before = tmp_path / "leak.csv", os.umask(0o022)
    since = f"{clock.local(clock.now() - timedelta(days=1)):%Y-%m-%d}"

    def listed(*arguments: str) -> list[dict[str, str]]:
        file.unlink(missing_ok=True)
        db.session.commit()
        done = app.test_cli_runner().invoke(
            args=["breach-list", "--since", since, *arguments, "-o", str(file)])
        assert done.exit_code == 0, done.output
        assert file.stat().st_mode & 0o777 == 0o600
        with file.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    yield listed
    os.umask(before)


def names(rows: list[dict[str, str]]) -> list[str]:
    return [row["name"] for row in rows]


def test_whoever_was_read_stands_there_with_contact(read: Any, listed: Any) -> None:
    admin, doctor = factories.make_user(Role.ADMIN), factories.make_user(Role.DOCTOR)
    melati = factories.make_patient(name="Melati", phone="+6281234500004")
    factories.make_patient(name="Kenanga")
    visit = factories.make_consultation(patient=melati)
    read(admin, "patient", melati.id)
    read(doctor, "consultation", visit.id)
    (row,) = listed()
    assert (row["name"], row["email"], row["phone"], row["medical_record_number"]) == (
        "Melati", melati.user.email, "081234500004", melati.medical_record_number)
    assert (row["tables"], row["read_by"], row["whole_list"]) == (
        "consultation patient", " ".join(sorted([admin.email, doctor.email])), "no")


def test_what_hangs_on_a_visit_and_its_files_lead_to_the_person(read: Any, listed: Any, session: Any) -> None:
    visit = factories.make_consultation(
        patient=factories.make_patient(name="Melati"), state=ConsultationState.APPROVED,
        approved_at=clock.now())
    admin = factories.make_user(Role.ADMIN)
    other = factories.make_consultation(patient=factories.make_patient(name="Kenanga"))
    file = factories.saved(Attachment(document_type="consultation", document_id=other.id, file_name="x.pdf",
                                      media_type="application/pdf", sha256="0" * 64, content=b"x", size=1,
                                      user_id=other.patient.user_id))
    photo = factories.saved(Attachment(document_type="doctor", document_id=visit.id, size=1,
                                       file_name="x.png", media_type="image/png", sha256="0" * 64,
                                       content=b"x", user_id=admin.id))
    file_id, photo_id = file.id, photo.id
    message = conversations.send_message(visit, "an old question", by=visit.patient.user, client_id="one")
    db.session.flush()
    message_id, admin_id = message.id, admin.id
    for table, key, seen in (("attachment", photo_id, []), ("attachment", file_id, ["Kenanga"]),
                             ("consultation_message", message_id, ["Kenanga", "Melati"])):
        read(db.session.get_one(User, admin_id), table, key)
        assert sorted(names(listed())) == seen


def test_accounts_tokens_addresses_and_times_narrow_it(read: Any, listed: Any, session: Any) -> None:
    thief, clerk = factories.make_user(Role.ADMIN), factories.make_user(Role.ADMIN)
    people = {name: factories.make_patient(name=name) for name in ("A", "B", "C")}
    factories.saved(ApiToken(user_id=clerk.id, name="old tablet", token_hash="2" * 64,
                             expires_at=clock.now() + timedelta(days=9)))
    read(thief, "patient", people["A"].id)
    read(clerk, "patient", people["B"].id, address="10.0.0.7")
    read(clerk, "patient", people["C"].id, door="api")
    assert names(listed()) == ["A", "B", "C"]
    assert names(listed("--account", thief.email.upper())) == ["A"]
    assert names(listed("--token", "old tablet")) == ["C"]
    assert names(listed("--address", "10.0.0.7")) == ["B"]
    assert names(listed("--account", thief.email, "--address", "10.0.0.7")) == ["A", "B"]
    assert listed("--until", f"{clock.local(clock.now() - timedelta(hours=2)):%Y-%m-%dT%H:%M}") == []


def test_a_list_that_was_taken_away_concerns_everybody_of_then(read: Any, listed: Any) -> None:
    factories.make_patient(name="Before", registered_at=clock.now() - timedelta(days=3))
    read(factories.make_user(Role.ADMIN), "patient", None, does=Activity.EXPORTED)
    factories.make_patient(name="After", registered_at=clock.now() + timedelta(hours=1))
    assert [(row["name"], row["whole_list"]) for row in listed()] == [("Before", "yes")]


def test_a_child_is_reached_by_the_guardian(read: Any, listed: Any) -> None:
    guardian = factories.make_patient(name="Guardian", phone="+6281234500009")
    child = factories.make_patient(name="Child", guardian=guardian)
    read(factories.make_user(Role.ADMIN), "patient", child.id)
    (row,) = listed()
    assert (row["guardian"], row["email"], row["phone"]) == ("Guardian", guardian.user.email,
                                                             "081234500009")


def test_what_is_not_there_is_refused_and_no_file_is_replaced(app: Any, session: Any, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    done = run(args=["breach-list", "--since", "2026-01-01", "--account", "nobody@rs.test", "-o",
                     str(tmp_path / "x.csv")])
    assert (done.exit_code, "nobody@rs.test" in done.output) == (1, True)
    kept = tmp_path / "kept.csv"
    kept.write_text("mine", encoding="utf-8")
    assert run(args=["breach-list", "--since", "2026-01-01", "-o", str(kept)]).exit_code == 1
    assert kept.read_text(encoding="utf-8") == "mine"


def test_records_whose_years_are_over_are_listed_and_stay(app: Any, session: Any, tmp_path: Path) -> None:
    """25 years and a day after the last visit, and not one day earlier."""
    clock.freeze(datetime(2052, 3, 11, 3, tzinfo=clock.zone()))
    last = {"Over": datetime(2027, 3, 10, 9, tzinfo=clock.zone()),
            "Not yet": datetime(2027, 3, 11, 9, tzinfo=clock.zone())}
    for name, at in last.items():
        patient = factories.make_patient(name=name, registered_at=at - timedelta(days=400))
        factories.make_consultation(patient=patient, starts_at=at, state=ConsultationState.COMPLETED)
    never = datetime(2020, 1, 1, tzinfo=clock.zone())
    factories.make_patient(name="Never came", registered_at=never)
    db.session.commit()
    file = tmp_path / "over.csv"
    done = app.test_cli_runner().invoke(args=["records-past-keeping", "-o", str(file)])
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert [(row["name"], row["last_visit"]) for row in rows] == [("Over", "2027-03-10"),
                                                                 ("Never came", "2020-01-01")]
