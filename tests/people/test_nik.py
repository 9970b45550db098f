"""The NIK: what counts as one, how it is kept, and that nobody reads it off the database."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.clinic import Patient, Sex
from models.errors import Refused
from models.operations.core.log_proofs import verify_log
from models.operations.people import nik
from models.operations.people.nik import NikDoubt
from tests.support.factories import make_patient, unique

#: A woman born on 17 May 1990, registered in Jakarta; and a man of the same day.
WOMAN, MAN = "3171015705900001", "3171011705900001"


@pytest.fixture(autouse=True)
def _keys():
    before = nik._keys
    nik.configure({"NIK_KEY": "11" * 32, "NIK_INDEX_KEY": "22" * 32})
    yield
    nik._keys = before


def test_a_kept_number_is_encrypted_found_again_and_shown_masked(session):
    patient = make_patient(birth_date=date(1990, 5, 17), sex=Sex.FEMALE)
    nik.keep(patient, "3171 0157 0590 0001")
    session.flush()
    assert WOMAN not in patient.nik + patient.nik_index
    assert nik.of(patient) == WOMAN
    assert nik.masked_of(patient) == "************0001"
    assert nik.find(WOMAN) is patient
    assert nik.find(MAN) is None
    nik.keep(patient, None)
    assert (patient.nik, patient.nik_index, nik.masked_of(patient)) == (None, None, "")


def test_the_same_number_is_another_text_each_time_but_one_index():
    assert nik.encrypt(WOMAN) != nik.encrypt(WOMAN)
    assert nik.index(WOMAN) == nik.index(WOMAN) != nik.index(MAN)


@pytest.mark.parametrize("text", ["", "123", "3171015705900", "31710157059000011", "9971015705900001",
                                  "3171013202900001", "317101570590000x"])
def test_what_cannot_be_a_nik_is_refused_at_its_field(text):
    with pytest.raises(Refused) as error:
        nik.check(text)
    assert error.value.field == "nik"


def test_a_mismatch_is_a_doubt_that_can_be_confirmed(session):
    patient = make_patient(birth_date=date(1990, 5, 17), sex=Sex.FEMALE)
    with pytest.raises(NikDoubt, match="sex"):
        nik.keep(patient, MAN)
    nik.keep(patient, MAN, confirmed=True)
    assert nik.of(patient) == MAN


@pytest.mark.parametrize(("number", "born", "sex", "count"), [
    (WOMAN, date(1990, 5, 17), Sex.FEMALE, 0), (MAN, date(1990, 5, 17), Sex.MALE, 0),
    ("3171014112000001", date(2000, 12, 1), Sex.FEMALE, 0),
    ("3171012902000001", date(2000, 2, 29), Sex.MALE, 0),
    (WOMAN, date(1990, 5, 18), Sex.MALE, 2)])
def test_doubts(number, born, sex, count):
    assert len(nik.doubts(nik.check(number), born, sex)) == count


def test_nobody_elses_number(session):
    """The office is told whose it is; a patient is not: the number is kept without its index until somebody
    looked."""
    first, second = (make_patient(birth_date=date(1990, 5, 17)) for _ in range(2))
    assert nik.keep(first, WOMAN) is True
    session.flush()
    with pytest.raises(Refused, match="Another record has this NIK"):
        nik.keep(second, WOMAN, told=True)
    assert nik.keep(second, WOMAN) is False
    assert (second.nik_index, nik.decrypt(second.nik)) == (None, WOMAN)


def test_a_changed_text_or_another_key_opens_nothing():
    kept = nik.encrypt(WOMAN)
    with pytest.raises(ValueError, match="decrypted"):
        nik.decrypt(kept[:-6] + ("AAAA==" if not kept.endswith("AAAA==") else "BBBB=="))
    nik.configure({"NIK_KEY": "33" * 32, "NIK_INDEX_KEY": "22" * 32})
    with pytest.raises(ValueError, match="decrypted"):
        nik.decrypt(kept)


@pytest.mark.parametrize("keys", [{"NIK_KEY": "11" * 32, "NIK_INDEX_KEY": "11" * 32},
                                  {"NIK_KEY": "short", "NIK_INDEX_KEY": "22" * 32}])
def test_equal_and_short_keys_are_refused(keys):
    with pytest.raises(ValueError, match="NIK_"):
        nik.configure(keys)


@pytest.mark.commits
def test_the_number_is_nowhere_in_the_database_in_plain_text(session):
    patient = make_patient(birth_date=date(1990, 5, 17), sex=Sex.FEMALE, name=unique("Canary"))
    nik.keep(patient, WOMAN)
    session.commit()
    nik.keep(patient, "3171015705900002")
    session.commit()
    engine = session.get_bind()
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        raw = b"".join(each.read_bytes() for each in path.parent.glob(path.name + "*"))
        assert patient.name.encode() in raw
    else:
        tables = sa.inspect(engine).get_table_names()
        raw = "\n".join(str(row) for table in tables for row in session.execute(
            sa.text(f'SELECT t::text FROM "{table}" t'))).encode()
        assert patient.name.encode() in raw
    for number in (WOMAN, "3171015705900002"):
        assert number.encode() not in raw
    assert verify_log() is None
    assert session.scalar(sa.select(sa.func.count()).select_from(Patient)) == 1
