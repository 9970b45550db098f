"""A patient takes along the proof of an entry of the own record; anybody checks it; heads are exported and
compared."""

from __future__ import annotations

import io
import json
import stat
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import actor, clock
from models.activity import Activity, ActivityLog
from models.operations.core import activity, sealing
from models.organisation import Setting
from models.outbox import Outbox
from models.roles import Role
from portal.web import log_heads
from tests.support import factories
from tests.support.tampering import tamper


@pytest.fixture
def read(session: Any, client: Any, sign_in: Any) -> ActivityLog:
    """A doctor opened the record of the patient who is signed in; the log is sealed."""
    patient, doctor = factories.make_patient(), factories.make_user(Role.DOCTOR, name="dr. Rini")
    with actor.acting(doctor.id, "back_office", "192.0.2.7"):
        activity.record(Activity.READ, table_name="patient", changed_id=patient.id)
        session.commit()
    sealing.seal(session)
    session.commit()
    sign_in(client, patient.user)
    return session.scalars(sa.select(ActivityLog).where(ActivityLog.activity == Activity.READ)).one()


def proof_of(client: Any, row: ActivityLog) -> dict[str, Any]:
    address = f"/portal/record/readers/{row.id}/proof"
    assert address in client.get("/portal/record/readers").text
    answer = client.get(address)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="rawat-log-{row.id}.json"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert "192.0.2.7" not in answer.text  # where the doctor sat is nobody's business
    return json.loads(answer.data)


def test_a_patient_takes_a_proof_along_and_anybody_checks_it(app, client, read):
    proof = proof_of(client, read)
    visitor = app.test_client()
    assert 'name="proof"' in visitor.get("/verify").text
    answer = visitor.post("/verify", data={"proof": json.dumps(proof)})
    assert answer.status_code == 200
    assert f"row {read.id} " in answer.text or f"baris {read.id} " in answer.text
    file = visitor.post("/verify", data={"file": (io.BytesIO(json.dumps(proof).encode()), "proof.json")})
    assert file.status_code == 200
    proof["entry"]["user_id"] += 1
    changed = visitor.post("/verify", data={"proof": json.dumps(proof)})
    assert changed.status_code == 422
    assert str(proof["entry"]["user_id"]) in changed.text  # what was typed is kept


@pytest.mark.parametrize("text", ["", "x", "[" * 100_000, "{}", '{"leaf": 1, "seal": 2}', "9" * 300_000])
def test_what_is_no_proof_is_refused_with_a_sentence(client, text):
    answer = client.post("/verify", data={"proof": text})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_proof_of_a_row_that_is_gone_says_that_the_log_lost_it(client, session, read):
    proof = proof_of(client, read)
    tamper(session, "DELETE FROM activity_log WHERE id = :id", id=read.id)
    answer = client.post("/verify", data={"proof": json.dumps(proof)})
    assert answer.status_code == 422
    assert "genuine" in answer.text or "asli" in answer.text


def test_somebody_elses_entry_is_not_there(client, sign_in, session, read):
    proof = f"/portal/record/readers/{read.id}/proof"
    other = factories.make_patient()
    session.commit()
    sign_in(client, other.user)
    nobodys = client.get("/portal/record/readers/999999999/proof")
    assert (client.get(proof).status_code, nobodys.status_code) == (404, 404)


def test_a_guardian_takes_the_proof_of_a_childs_record(client, sign_in, session):
    guardian = factories.make_patient()
    child = factories.make_patient(guardian=guardian, user=None)
    doctor = factories.make_user(Role.DOCTOR)
    with actor.acting(doctor.id, "back_office"):
        activity.record(Activity.READ, table_name="patient", changed_id=child.id)
        session.commit()
    row = session.scalars(sa.select(ActivityLog).where(ActivityLog.activity == Activity.READ)).one()
    sign_in(client, guardian.user)
    waits = client.get(f"/portal/record/readers/{row.id}/proof")
    assert waits.status_code == 303  # not sealed yet: told, no error
    sealing.seal(session)
    session.commit()
    assert client.get(f"/portal/record/readers/{row.id}/proof").json["leaf"]["id"] == row.id


# ---------------------------------------------------------------- heads

@pytest.mark.commits
def test_verify_holds_the_log_against_a_head_that_was_exported(app, session, tmp_path):
    factories.make_chart()
    session.commit()
    run = app.test_cli_runner().invoke
    head = tmp_path / "head.json"
    done = run(args=["log", "export-head", str(head)])
    assert (done.exit_code, stat.S_IMODE(head.stat().st_mode)) == (0, 0o600)
    assert "ok    activity log: it goes on from the head" in run(
        args=["verify", "--log-head", str(head)]).output
    tamper(session, "DELETE FROM activity_log")
    tamper(session, "DELETE FROM log_seal", table="log_seal")
    session.commit()
    found = run(args=["verify", "--log-head", str(head)])
    assert found.exit_code == 1
    assert "activity_log row 1: missing" in found.output
    head.write_text(head.read_text().replace('"last_id": ', '"last_id": 1'))
    refused = run(args=["verify", "--log-head", str(head)])
    assert (refused.exit_code, "signature" in refused.output) == (1, True)


@pytest.mark.commits
def test_verify_tells_what_waits_too_long_and_run_jobs_seals_it(app, session):
    factories.make_specialization()
    session.commit()
    session.remove()
    clock.freeze(clock.now() + timedelta(minutes=5))
    run = app.test_cli_runner().invoke
    late = run(args=["verify"])
    assert "waits activity log: not sealed for more than a minute: 1 (activity_log row 1)" in late.output
    assert "rows sealed" in run(args=["run-jobs"]).output
    assert "waits" not in run(args=["verify"]).output


def test_the_head_goes_out_once_a_day_by_mail_and_as_a_file(app, session, tmp_path):
    app.config["INSTANCE"] = tmp_path
    assert log_heads.send_head() == ""  # nobody asked for it
    session.add_all([Setting(key="log.recipients", value="auditor@example.org"),
                     Setting(key="log.head_file", value="yes")])
    session.commit()
    assert log_heads.send_head().startswith("seal ")
    session.flush()
    message = session.scalars(sa.select(Outbox)).one()
    assert (message.to_address, message.template) == ("auditor@example.org", "log_head")
    file = tmp_path / "log-heads" / f"{clock.today().isoformat()}.json"
    assert log_heads.read(file)["seal"] == 1
    assert message.params["head"] == file.read_text()
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
