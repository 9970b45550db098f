"""Second walls on PostgreSQL: as the application's role nothing that only grows is changed and no rule is
lifted; while a patient is signed in other people's rows are not there, whatever a query forgets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from models import clock, database_roles, finality
from models.base import db, one_transaction
from models.clinic import Patient
from models.consultations import Consultation, ConsultationMessage, ConsultationState
from models.documents import Attachment
from models.duty import WalkIn
from models.errors import Refused
from models.operations.clinic import conversations, duty, slots
from models.operations.people import nik
from models.people import User, UserSession
from models.roles import Role
from portal import directory
from tests.support import factories
from tests.support.databases import FOR_PATIENTS, SERVES

OWN = database_roles.own_rows()


@pytest.fixture(autouse=True)
def _with_roles(session: Any) -> None:
    if session.connection().dialect.name != "postgresql":
        pytest.skip("SQLite knows no roles")


@contextmanager
def for_patient(user: User | None) -> Iterator[None]:
    """What a request of this person's does to the transactions of its thread."""
    database_roles.act_for(user)
    db.session.commit()
    db.session.expire_all()
    try:
        yield
        db.session.commit()
    finally:
        database_roles.act_for(None)
        db.session.rollback()
        db.session.expire_all()


@contextmanager
def refused(session: Any, words: str = "permission denied") -> Iterator[None]:
    with pytest.raises(sa.exc.ProgrammingError, match=words), session.begin_nested():
        yield


def do(session: Any, sql: str) -> None:
    session.execute(sa.text(sql))


# ---------------------------------------------------------------- the application's role

POSTED = sorted({*finality.APPEND_ONLY, *(rule.table for rule in (*finality.papers(), *finality.lines()))})


def test_these_tests_run_as_the_application_s_role(session: Any) -> None:
    assert session.scalar(sa.text("SELECT current_user")) == SERVES
    assert session.scalar(sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = "
                                  "current_user")) is False


@pytest.mark.parametrize("table", finality.APPEND_ONLY)
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE",
                                 "SELECT 1 FROM {} FOR UPDATE"])
def test_what_only_grows_is_not_changed(session: Any, table: str, sql: str) -> None:
    with refused(session):
        do(session, sql.format(f'"{table}"'))


@pytest.mark.parametrize("table", POSTED)
def test_no_rule_of_a_posted_table_is_lifted(session: Any, table: str) -> None:
    for sql in ("TRUNCATE {}", "ALTER TABLE {} DISABLE TRIGGER USER", "DROP TABLE {}",
                "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
                "CREATE TRIGGER mine BEFORE INSERT ON {} EXECUTE FUNCTION refuse_change('x')"):
        with refused(session, "permission denied|must be owner"):
            do(session, sql.format(f'"{table}"'))


@pytest.mark.parametrize("sql", [
    "SET session_replication_role = replica", "DROP FUNCTION refuse_change() CASCADE",
    "CREATE TABLE mine (id int)", "SET SESSION AUTHORIZATION postgres", "SET ROLE postgres",
    "UPDATE alembic_version SET version_num = 'x'", "ALTER ROLE CURRENT_USER BYPASSRLS",
    "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT pg_read_file('/etc/passwd')"])
def test_nothing_lets_it_out_of_its_role(session: Any, sql: str) -> None:
    with refused(session, "permission denied|must be owner|must be superuser|must have|to COPY"):
        do(session, sql)


def test_a_wall_that_was_taken_down_is_named(session: Any, request: pytest.FixtureRequest) -> None:
    url, _engine = request.getfixturevalue("_walled")
    owner = sa.create_engine(request.getfixturevalue("database_server")._named(sa.make_url(url).database))
    with owner.connect() as connection:
        assert database_roles.lacking(connection, SERVES, FOR_PATIENTS) == []
        connection.execute(sa.text(f"GRANT UPDATE ON stock_move TO {SERVES}"))
        connection.execute(sa.text(f"GRANT SELECT ON journal_line TO {FOR_PATIENTS}"))
        connection.execute(sa.text("ALTER TABLE letter DISABLE ROW LEVEL SECURITY"))
        connection.execute(sa.text("DROP POLICY own ON consent"))
        assert database_roles.lacking(connection, SERVES, FOR_PATIENTS) == [
            f"{SERVES} may UPDATE stock_move", f"{FOR_PATIENTS} may read journal_line",
            f"consent has no row-level security for {FOR_PATIENTS}",
            f"letter has no row-level security for {FOR_PATIENTS}"]
        connection.rollback()
    owner.dispose()


@pytest.mark.parametrize(("serves", "patients", "words"), [
    ("postgres", FOR_PATIENTS, "No wall holds"), (SERVES, "nobody_like_this", "There is no role"),
    (FOR_PATIENTS, SERVES, "may not act as")])
def test_walls_for_roles_that_they_do_not_hold_are_refused(
        session: Any, request: pytest.FixtureRequest, serves: str, patients: str, words: str) -> None:
    url, _engine = request.getfixturevalue("_walled")
    owner = sa.create_engine(request.getfixturevalue("database_server")._named(sa.make_url(url).database))
    with owner.connect() as connection, pytest.raises(Refused, match=words):
        database_roles.build(connection, serves, patients)
    owner.dispose()


# ---------------------------------------------------------------- a patient's

@pytest.fixture
def two(session: Any) -> tuple[Consultation, Consultation]:
    """Two patients' consultations, each with a message and a file."""
    made = []
    for name in ("Melati", "Kenanga"):
        consultation = factories.make_consultation(patient=factories.make_patient(name=name),
                                                   state=ConsultationState.APPROVED, approved_at=clock.now())
        conversations.send_message(consultation, f"from {name}", by=consultation.patient.user,
                                   client_id=name)
        session.add(Attachment(document_type="consultation", document_id=consultation.id, size=1,
                               file_name=f"{name}.pdf", media_type="application/pdf", sha256="0" * 64,
                               content=b"x", user_id=consultation.patient.user_id))
        made.append(consultation)
    session.commit()
    return made[0], made[1]


@pytest.mark.parametrize("table", sorted(OWN))
def test_every_table_of_patients_and_accounts_is_kept_by_rows(session: Any, table: str) -> None:
    """Nobody owns anything: a query without any filter gives nothing of the rows of others."""
    own = factories.make_patient()
    factories.make_consultation()
    with for_patient(own.user):
        assert session.scalar(sa.text("SELECT current_user")) == FOR_PATIENTS
        quals = session.scalar(sa.text(
            "SELECT count(*) FROM pg_policy WHERE polrelid = CAST(:t AS regclass) AND polname = 'own'"),
            {"t": f'"{table}"'})
        assert quals == 1
        plan = "\n".join(session.scalars(sa.text(f'EXPLAIN SELECT * FROM "{table}"')))
        assert any(word in plan for word in ("InitPlan", "rawat.person", "SubPlan")), plan


def test_a_query_without_a_filter_gives_the_own_rows_only(session: Any, two: Any) -> None:
    mine, _other = two
    mine_id, user = mine.id, mine.patient.user
    with for_patient(user):
        assert session.scalars(sa.select(Patient.name)).all() == ["Melati"]
        assert session.scalars(sa.select(Consultation.id)).all() == [mine_id]
        assert session.scalars(sa.select(ConsultationMessage.body)).all() == ["from Melati"]
        assert session.scalars(sa.select(Attachment.file_name)).all() == ["Melati.pdf"]
    assert len(session.scalars(sa.select(Patient.name)).all()) == 2


def test_a_guardian_sees_the_dependants_too_and_what_was_merged_into_them(session: Any) -> None:
    guardian = factories.make_patient(name="Guardian")
    child = factories.make_patient(name="Child", guardian=guardian)
    factories.make_patient(name="Double", state="closed", merged_into=child)
    factories.make_patient(name="Stranger")
    consultation = factories.make_consultation(patient=child)
    key, user = consultation.id, guardian.user
    with for_patient(user):
        assert sorted(session.scalars(sa.select(Patient.name))) == ["Child", "Double", "Guardian"]
        assert session.scalars(sa.select(Consultation.id)).all() == [key]


def test_others_rows_are_neither_written_nor_made(session: Any, two: Any) -> None:
    mine, other = two
    other_id, other_person, user = other.id, other.patient_id, mine.patient.user
    body = sa.select(ConsultationMessage.body).where(ConsultationMessage.consultation_id == other_id)
    with for_patient(user):
        for sql in (f"UPDATE consultation SET complaint = 'x' WHERE id = {other_id}",
                    f"DELETE FROM consultation_message WHERE consultation_id = {other_id}",
                    f"UPDATE patient SET name = 'x' WHERE id = {other_person}",
                    f'UPDATE "user" SET name = \'x\' WHERE id <> {user.id}'):
            assert session.execute(sa.text(sql)).rowcount == 0, sql
        with refused(session, "row-level security"):
            do(session, "INSERT INTO vital_sign SELECT * FROM jsonb_populate_record(NULL::vital_sign, "
                        f"'{{\"id\": 999999, \"patient_id\": {other_person}}}')")
    assert session.scalar(body) == "from Kenanga"


@pytest.mark.parametrize("table", sorted(database_roles.closed()))
def test_money_goods_and_what_the_house_keeps_are_closed_to_patients(session: Any, table: str) -> None:
    with for_patient(factories.make_patient().user), refused(session):
        do(session, f'SELECT 1 FROM "{table}" LIMIT 1')


@pytest.mark.parametrize("table", finality.APPEND_ONLY)
def test_a_patient_s_role_changes_nothing_that_only_grows(session: Any, table: str) -> None:
    with for_patient(factories.make_patient().user):
        for sql in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"):
            with refused(session):
                do(session, sql.format(f'"{table}"'))


def test_of_others_a_patient_gets_taken_times_stars_and_places_in_the_line(session: Any, two: Any) -> None:
    mine, other = two
    other.rating, other.state = 4, ConsultationState.COMPLETED
    doctor_id, user = other.doctor_id, mine.patient.user
    held = factories.make_consultation(state=ConsultationState.APPROVED, approved_at=clock.now())
    arrived = [factories.saved(WalkIn(patient_id=patient.id, created_by_id=patient.user_id, answers="{}",
                                      complaint="A cough for three days"))
               for patient in (held.patient, mine.patient)]
    second, held_id = arrived[1].id, held.id
    time = (held.starts_at, held.ends_at, held.doctor_id)
    with for_patient(user):
        assert directory.ratings([doctor_id]) == {doctor_id: (4, 1)}
        taken = slots.booked(time[0], time[1], doctors=[time[2]])
        assert [row.consultation_id for row in taken] == [held_id]
        assert duty.place_of(session.scalars(sa.select(WalkIn)).one()).number == 2
        assert session.scalars(sa.select(WalkIn.id)).all() == [second]
        seen = session.execute(sa.text("SELECT * FROM everybodys_consultation")).keys()
        assert not {"complaint", "reason", "number", "rating_comment"} & set(seen)


def test_a_nik_that_somebody_holds_is_held_for_a_patient_too(session: Any) -> None:
    nik.configure({"NIK_KEY": "11" * 32, "NIK_INDEX_KEY": "22" * 32})
    holder, own = factories.make_patient(), factories.make_patient()
    nik.keep(holder, "3273055705900001", confirmed=True)
    key, user = own.id, own.user
    with for_patient(user):
        mine = session.get_one(Patient, key)
        assert nik.keep(mine, "3273055705900001", confirmed=True) is False
        assert mine.nik_index is None


def test_who_is_patient_and_staff_acts_as_staff(session: Any) -> None:
    doctor = factories.make_user(Role.DOCTOR, Role.PATIENT)
    with for_patient(doctor):
        assert session.scalar(sa.text("SELECT current_user")) == SERVES


# ---------------------------------------------------------------- in requests

def test_a_request_of_a_patient_is_asked_as_the_patient(client: Any, sign_in: Any, two: Any,
                                                        app: Any) -> None:
    """The page's own code is made to forget its filter: others' rows are not there all the same."""
    mine, _other = two
    seen = {}

    def _look() -> None:
        from flask_login import current_user
        if current_user.is_authenticated:
            seen[current_user.id] = (db.session.scalar(sa.text("SELECT current_user")),
                                     sorted(db.session.scalars(sa.select(Patient.name))))
    app.before_request_funcs[None].append(_look)  # the application has answered before: no decorator any more
    try:
        user, admin = mine.patient.user, factories.make_user(Role.ADMIN)
        sign_in(client, user)
        assert client.get("/portal/").status_code == 200
        boss = app.test_client()
        sign_in(boss, admin)
        assert boss.get("/admin/").status_code == 200
        assert client.get("/portal/consultations").status_code == 200
    finally:
        app.before_request_funcs[None].remove(_look)
    assert seen[user.id] == (FOR_PATIENTS, ["Melati"])
    assert seen[admin.id] == (SERVES, ["Kenanga", "Melati"])


@pytest.mark.commits
def test_it_begins_with_the_transaction_and_ends_with_it(session: Any) -> None:
    """On connections of the pool: who acts is said in the message of BEGIN, and gone with the commit; the
    same prepared statement gives each what is theirs."""
    with one_transaction():
        patient = factories.make_patient(name="Melati")
        factories.make_patient(name="Kenanga")
    user, names = patient.user, sa.select(Patient.name).order_by(Patient.name)
    assert isinstance(session.connection().connection.dbapi_connection, database_roles.WalledConnection)
    pid = session.scalar(sa.text("SELECT pg_backend_pid()"))
    session.connection().connection.dbapi_connection.prepare_threshold = 0
    for _ in range(4):
        with for_patient(user):
            assert session.scalars(names).all() == ["Melati"]
        assert session.scalars(names).all() == ["Kenanga", "Melati"]
        person = sa.text("SELECT current_user || current_setting('rawat.person', true)")
        assert session.scalar(person) == SERVES
        session.rollback()
    assert session.scalar(sa.text("SELECT pg_backend_pid()")) == pid


@pytest.mark.commits
def test_a_page_costs_no_statement_more(app: Any, session: Any, client: Any, sign_in: Any) -> None:
    """The same page, asked as a patient with the walls and as everybody without: as many statements. Who acts
    is said once, where the one transaction of the patient's page begins."""
    with one_transaction():
        patient = factories.make_patient()
        sign_in(client, patient.user)
    counts = {}
    for role in ("", FOR_PATIENTS):
        database_roles.configure(role)
        for path in ("/portal/", "/portal/consultations", "/portal/doctors", "/portal/profile"):
            client.get(path)
            counts[role, path] = _cost(client, path)
    for (role, path), cost in counts.items():
        assert cost == (counts["", path][0], 1 if role else 0), (role, path)


def _cost(client: Any, path: str) -> tuple[int, int]:
    statements, begun = [], []
    engine, start = db.engine, psycopg.Connection._get_tx_start_command

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    def begin(connection: Any) -> bytes:
        begun.append(connection)
        return start(connection)
    sa.event.listen(engine, "before_cursor_execute", note)
    psycopg.Connection._get_tx_start_command = begin  # type: ignore[method-assign]
    try:
        assert client.get(path).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
        psycopg.Connection._get_tx_start_command = start  # type: ignore[method-assign]
    return len(statements), len(begun)


def test_searches_of_the_house_keep_their_indexes(session: Any) -> None:
    """No criterion is asked of the house's rows, and none stands before what an index finds by a part."""
    do(session, "SET LOCAL enable_seqscan = off")
    plan = "\n".join(session.scalars(sa.text(
        "EXPLAIN SELECT id FROM consultation WHERE number LIKE '%000123%'")))
    assert "ix_consultation_number_part" in plan
    assert "own_patients" not in plan


def test_a_session_of_another_is_not_there(session: Any, sign_in: Any, client: Any) -> None:
    mine, other = factories.make_patient().user, factories.make_patient().user
    sign_in(client, other)
    with for_patient(mine):
        assert session.scalars(sa.select(UserSession)).all() == []
