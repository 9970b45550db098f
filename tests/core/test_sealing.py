"""The log's seals: rows are sealed once, late ones later; whatever is changed is found and named; one row can
be proven."""

from __future__ import annotations

import copy
import hashlib
from datetime import timedelta
from functools import partial
from itertools import pairwise
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from models import clock
from models.activity import ActivityLog, LogSeal
from models.base import db, one_transaction
from models.clinic import Specialization
from models.errors import Refused
from models.operations.core import merkle, sealing
from models.operations.core.activity import ON_WRITTEN, row_hash
from models.operations.core.log_proofs import check_proof, checked_head, proof_of, verify_log, waiting
from tests.support.factories import make_specialization
from tests.support.races import at_once
from tests.support.tampering import tamper

#: Columns of the log that a copy of a row takes over.
NAMES = [column.name for column in ActivityLog.__table__.columns if column.name != "id"]


def filled(session, *sizes: int) -> list[ActivityLog]:
    """Rows of the log, sealed in batches of these sizes."""
    for size in sizes:
        for _ in range(size):
            make_specialization()
            session.commit()
        sealing.seal(session)
        session.commit()
    return list(session.scalars(sa.select(ActivityLog).order_by(ActivityLog.id)))


def seals(session) -> list[LogSeal]:
    return list(session.scalars(sa.select(LogSeal).order_by(LogSeal.id)))


# ---------------------------------------------------------------- the tree

def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:half]) + mth(leaves[half:])).digest()


def test_the_tree_is_that_of_the_rfc():
    """The roots that Certificate Transparency publishes for its test leaves."""
    entries = [bytes.fromhex(text) for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
    roots = {1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}
    for size, expected in roots.items():
        assert merkle.root([merkle.leaf(entry) for entry in entries[:size]]).hex() == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_every_leaf_has_a_path_that_leads_to_the_root_and_no_other_does(entries, data):
    leaves = [merkle.leaf(entry) for entry in entries]
    root = merkle.root(leaves)
    assert root == mth(entries)
    at = data.draw(st.integers(0, len(entries) - 1))
    path = merkle.path(leaves, at)
    assert merkle.root_by(leaves[at], at, len(leaves), path) == root
    assert merkle.root_by(merkle.leaf(b"another"), at, len(leaves), path) != root
    assert merkle.root_by(leaves[at], at, len(leaves), [*path, root]) is None
    assert merkle.root_by(leaves[at], len(leaves), len(leaves), path) is None


# ---------------------------------------------------------------- sealing

def test_what_is_committed_is_sealed_once_and_the_seals_are_chained(session):
    rows = filled(session, 3, 2)
    found = seals(session)
    assert [(seal.id, seal.size) for seal in found] == [(1, 3), (2, 2)]
    assert [each for seal in found for each in sealing.ids_of(seal.rows)] == [row.id for row in rows]
    assert all(after.previous_hash == before.hash for before, after in pairwise(found))
    assert sealing.seal(session) == 0
    assert verify_log() is None
    assert waiting(session) is None


def test_what_waits_longer_than_a_minute_is_told_and_not_taken_as_sealed(session):
    filled(session, 2)
    make_specialization()
    session.commit()
    row = session.scalar(sa.select(sa.func.max(ActivityLog.id)))
    assert (verify_log(), waiting(session)) == (None, None)
    clock.freeze(clock.now() + timedelta(minutes=2))
    assert (waiting(session).rows, waiting(session).first_id) == (1, row)
    sealing.seal(session)
    assert waiting(session) is None


def test_a_seal_takes_so_many_rows_and_the_next_one_the_rest(session):
    for _ in range(5):
        make_specialization()
    session.commit()
    assert [sealing.seal(session, most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert verify_log() is None


@pytest.mark.commits
def test_a_row_that_is_committed_late_is_sealed_in_a_later_seal(app, session):
    """Two connections: the first takes its id, the second its own and commits; the first commits after the
    seal."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    filled(session, 1)
    late = sa.orm.Session(db.engine)
    names = ", ".join(NAMES)
    late.execute(sa.text(f"INSERT INTO activity_log ({names}) SELECT {names} FROM "
                         "(SELECT pg_current_xact_id() OFFSET 0) AS own, activity_log WHERE id = 1"))
    late_id = late.scalar(sa.text("SELECT max(id) FROM activity_log"))
    filled(session, 2)
    first = seals(session)[-1]
    assert late_id < first.last_id
    assert late_id not in sealing.ids_of(first.rows)
    assert first.waiting[0][:2] == [late_id, late_id]
    filled(session, 1)  # it still runs: the number is kept
    assert seals(session)[-1].waiting[0][:2] == [late_id, late_id]
    late.commit()
    late.close()
    filled(session, 1)
    assert next(sealing.ids_of(seals(session)[-1].rows)) == late_id
    assert verify_log() is None
    filled(session, 1)
    assert seals(session)[-1].waiting == []


@pytest.mark.parametrize(("oldest", "waits"), [
    (49, [[2, 2, 50]]),  # whoever took the id may still run
    (50, []), (60, [])])
def test_an_id_waits_as_long_as_somebody_may_still_write_it(oldest, waits):
    row = SimpleNamespace(id=4)
    assert sealing._still_out(3, [[2, 2, 50]], [row], oldest, 70) == waits


@pytest.mark.commits
def test_an_id_that_was_given_back_is_given_up(app, session):
    """As soon as all have ended that ran then, in whatever database of the server."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite gives the id again")
    filled(session, 1)
    session.execute(sa.text("SELECT nextval('activity_log_id_seq')"))
    filled(session, 1)
    oldest = session.scalar(sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    session.commit()
    filled(session, 1)
    assert all(until > oldest for _first, _last, until in seals(session)[-1].waiting)
    assert verify_log() is None


@pytest.mark.commits
def test_many_writers_and_two_sealers_make_one_log(app):
    def write(number: int) -> None:
        for turn in range(5):
            with one_transaction() as session:
                session.add(Specialization(code=f"{number}-{turn}", name=f"{number}-{turn}"))

    def seal() -> None:
        for _ in range(4):
            sealing.seal_all()

    at_once(app, [*(partial(write, number) for number in range(6)), seal, seal], told=())
    sealing.seal_all()
    sealed = [each for seal in seals(db.session) for each in sealing.ids_of(seal.rows)]
    assert sorted(sealed) == list(db.session.scalars(sa.select(ActivityLog.id).order_by(ActivityLog.id)))
    assert len(sealed) == 30
    assert verify_log() is None


def test_who_writes_to_the_log_wakes_the_sealer_and_who_reads_does_not(session):
    assert sealing._note in ON_WRITTEN
    sealing._wanted.clear()
    session.scalar(sa.select(sa.func.count()).select_from(ActivityLog))
    session.commit()
    assert not sealing._wanted.is_set()
    make_specialization()
    session.commit()
    assert sealing._wanted.is_set()


# ---------------------------------------------------------------- found and named

@pytest.mark.parametrize(("statement", "bad"), [
    ("UPDATE activity_log SET user_id = NULL, changed_id = '99' WHERE id = :two", "two"),
    ("UPDATE activity_log SET properties = '{}' WHERE id = :three", "three"),
    ("UPDATE activity_log SET occurred_at = '2020-01-01 00:00:00' WHERE id = :one", "one"),
    ("UPDATE activity_log SET address = '192.0.2.1' WHERE id = :four", "four"),
    (f"UPDATE activity_log SET hash = '{'0' * 64}' WHERE id = :two", "two"),
    ("DELETE FROM activity_log WHERE id = :one", "one"),
    ("DELETE FROM activity_log WHERE id IN (:two, :three)", "two"),
    ("DELETE FROM activity_log WHERE id = :four", "four"),  # the end of the log, its seal still there
    ("UPDATE activity_log SET id = 900000 WHERE id = :two", "two"),
])
def test_a_sealed_row_that_was_changed_or_taken_out_is_named(session, statement, bad):
    ids = dict(zip(("one", "two", "three", "four"), (row.id for row in filled(session, 3, 1)), strict=True))
    tamper(session, statement, **{name: key for name, key in ids.items() if f":{name}" in statement})
    assert (verify_log().table, verify_log().row_id) == ("activity_log", ids[bad])


def test_a_row_that_was_changed_together_with_its_own_hash_is_named(session):
    rows = filled(session, 3)
    values = {column.name: getattr(rows[1], column.name) for column in ActivityLog.__table__.columns}
    tamper(session, "UPDATE activity_log SET changed_id = '77', hash = :hash WHERE id = :id",
           hash=row_hash(values | {"changed_id": "77"}), id=rows[1].id)
    assert str(verify_log()) == f"activity_log row {rows[1].id}: not the row that was sealed here"


def test_two_rows_that_changed_places_are_found(session):
    rows = filled(session, 3)
    for old, new in ((rows[1].id, 900_000), (rows[2].id, rows[1].id), (900_000, rows[2].id)):
        tamper(session, "UPDATE activity_log SET id = :new WHERE id = :old", old=old, new=new)
    assert verify_log().row_id == rows[1].id


def test_a_row_that_was_put_in_among_sealed_ones_is_named(session):
    """At an id that a transaction gave back."""
    rows = filled(session, 2)
    session.execute(sa.text(
        "SELECT setval('activity_log_id_seq', :id)" if db.engine.dialect.name == "postgresql"
        else "UPDATE sqlite_sequence SET seq = :id WHERE name = 'activity_log'"), {"id": rows[1].id + 5})
    filled(session, 1)
    tamper(session, "UPDATE log_seal SET waiting = '[]'", table="log_seal")
    session.expire_all()
    names = ", ".join(NAMES)
    tamper(session, f"INSERT INTO activity_log (id, {names}) SELECT id + 3, {names} FROM activity_log "
                    "WHERE id = :id", id=rows[1].id)
    assert str(verify_log()) == f"activity_log row {rows[1].id + 3}: put in: no seal holds it"


@pytest.mark.parametrize(("statement", "bad"), [
    ("UPDATE log_seal SET rows = '1-9' WHERE id = 1", 1),
    ("UPDATE log_seal SET sealed_at = '2020-01-01 00:00:00' WHERE id = 2", 2),
    (f"UPDATE log_seal SET root = '{'1' * 64}' WHERE id = 2", 2),
    (f"UPDATE log_seal SET signature = '{'0' * 128}' WHERE id = 3", 3),
    (f"UPDATE log_seal SET public_key = '{'0' * 64}' WHERE id = 3", 3),
    ("DELETE FROM log_seal WHERE id = 2", 2),
])
def test_a_seal_that_was_changed_or_taken_out_is_named(session, statement, bad):
    filled(session, 2, 2, 2)
    tamper(session, statement, table="log_seal")
    assert (verify_log().table, verify_log().row_id) == ("log_seal", bad)


def test_an_end_that_was_cut_with_its_seals_is_seen_from_an_exported_head(session):
    rows = filled(session, 2, 2)
    head = checked_head(sealing.head(session))
    assert verify_log(head=head) is None
    tamper(session, "DELETE FROM activity_log WHERE id >= :id", id=rows[2].id)
    tamper(session, "DELETE FROM log_seal WHERE id = 2", table="log_seal")
    session.expunge_all()
    assert verify_log() is None
    assert verify_log(head=head).row_id == rows[1].id + 1
    filled(session, 1)  # and whoever goes on from there writes other seals
    assert str(verify_log(head=head)) == "log_seal row 2: not the seal that was exported"


def test_a_head_that_was_changed_or_comes_from_elsewhere_is_refused(session):
    filled(session, 2)
    head = sealing.head(session)
    for wrong in ({**head, "seal": 0}, {**head, "signature": "0" * 128}, {**head, "format": "x"}, [], "x"):
        with pytest.raises(Refused):
            checked_head(wrong)
    own = sealing._key
    try:
        sealing.configure({"SECRET_KEY": "another hospital"})
        foreign = sealing.head(session)
    finally:
        sealing._key = own
    with pytest.raises(Refused, match="never had"):
        checked_head(foreign)


def test_seals_of_an_earlier_key_are_proven_by_the_next_one_of_todays(session):
    own = sealing._key
    try:
        sealing.configure({"SECRET_KEY": "the key of last year"})
        filled(session, 2)
    finally:
        sealing._key = own
    assert verify_log().reason == "signed with another key than this installation's"
    filled(session, 1)
    assert verify_log() is None


# ---------------------------------------------------------------- one row

def test_a_row_can_be_proven_and_the_proof_does_not_say_what_it_hides(session):
    rows = filled(session, 5, 3)
    make_specialization()
    session.commit()
    unsealed = session.scalars(sa.select(ActivityLog).order_by(ActivityLog.id.desc())).first()
    assert proof_of(session, unsealed) is None
    for row in rows:
        proof = proof_of(session, row)
        proven = check_proof(session, proof)
        assert (proven.row_id, proven.entry["changed_id"]) == (row.id, row.changed_id)
        assert not {"properties", "address", "salt"} & set(proof["entry"])


@pytest.mark.parametrize("change", [
    lambda proof: proof["leaf"].update(id=proof["leaf"]["id"] + 1),
    lambda proof: proof["leaf"].update(index=0),
    lambda proof: proof["path"].pop(),
    lambda proof: proof["seal"].update(sealed_at="2020-01-01T00:00:00+00:00"),
    lambda proof: proof["seal"].update(signature="0" * 128),
    lambda proof: proof["entry"].update(user_id=99),
])
def test_a_changed_proof_is_refused(session, change):
    proof = copy.deepcopy(proof_of(session, filled(session, 5)[2]))
    change(proof)
    with pytest.raises(Refused, match="This proof is not right"):
        check_proof(session, proof)


@pytest.mark.parametrize("text", [None, [], {}, "x", 7, {"leaf": [], "seal": {}, "path": []},
                                  {"leaf": {"id": "x"}, "seal": {}, "path": []}])
def test_what_is_no_proof_is_refused(session, text):
    with pytest.raises(Refused, match="This is no proof"):
        check_proof(session, text)


def test_a_proof_outlives_a_row_that_was_changed_or_deleted(session):
    rows = filled(session, 3)
    proofs = [proof_of(session, row) for row in rows]
    tamper(session, "UPDATE activity_log SET user_id = NULL, changed_id = '9' WHERE id = :id", id=rows[0].id)
    tamper(session, "DELETE FROM activity_log WHERE id = :id", id=rows[1].id)
    for proof in proofs[:2]:
        with pytest.raises(Refused, match="genuine, but the log does not hold"):
            check_proof(session, proof)
    assert check_proof(session, proofs[2]).row_id == rows[2].id
