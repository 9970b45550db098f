"""Starting: what is made by itself in the demo, and what keeps an unsafe production from starting."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, prepare_engine
from models.people import User
from portal.web import config
from tests.support.factories import make_user

GOOD = {"RAWAT_ENV": "production", "SECRET_KEY": "s" * 40, "NIK_KEY": "n" * 40, "NIK_INDEX_KEY": "i" * 40}


@pytest.fixture(autouse=True)
def _bare(monkeypatch, tmp_path):
    for name in (*config.SECRETS, "PUSH_KEY", "RAWAT_ENV", "DATABASE_URL", "RAWAT_CLOCK_AHEAD_DAYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAWAT_INSTANCE", str(tmp_path / "instance"))


def test_demo_secrets_are_made_once_and_are_its_owners_only(tmp_path):
    first, second = config.read(), config.read()
    names = (*config.SECRETS, "PUSH_KEY")
    made = {name: first[name] for name in names}
    assert made == {name: second[name] for name in names}
    assert len(set(made.values())) == 4
    assert min(map(len, made.values())) >= 32
    file = tmp_path / "instance" / "secrets.json"
    assert json.loads(file.read_text()) == made
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_database_file_is_its_owners_alone(tmp_path):
    file = tmp_path / "rawat.sqlite3"
    file.touch(mode=0o644)
    engine = sa.create_engine(f"sqlite:///{file}")
    prepare_engine(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE patient (id INTEGER)"))
        assert {each.name: each.stat().st_mode & 0o077 for each in tmp_path.iterdir()} == dict.fromkeys(
            ("rawat.sqlite3", "rawat.sqlite3-wal", "rawat.sqlite3-shm"), 0)
    engine.dispose()


@pytest.mark.parametrize("name", config.SECRETS)
@pytest.mark.parametrize("value", ["", "changeme", "short", "secret"])
def test_production_without_real_secrets_refuses_in_one_line(monkeypatch, name, value):
    for key, good in {**GOOD, name: value}.items():
        monkeypatch.setenv(key, good)
    with pytest.raises(config.Unsafe) as refusal:
        config.read()
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_production_wants_three_different_secrets(monkeypatch):
    with pytest.raises(config.Unsafe, match="must differ"):
        config.read({**GOOD, "NIK_KEY": GOOD["SECRET_KEY"]})


def test_production_cookies_are_for_tls_and_this_host_only():
    read = config.read(GOOD)
    assert read["SESSION_COOKIE_SECURE"]
    assert read["SESSION_COOKIE_HTTPONLY"]
    assert read["SESSION_COOKIE_NAME"].startswith("__Host-")


def test_another_environment_is_refused():
    with pytest.raises(config.Unsafe, match="demo or production"):
        config.read({"RAWAT_ENV": "staging"})


@pytest.mark.parametrize("name", ["LONG_POLL", "SQL_LAB"])
def test_requests_for_news_wait_and_the_lab_is_open_unless_told_otherwise(monkeypatch, name):
    monkeypatch.delenv(name, raising=False)
    assert config.read()[name]
    for typed, is_on in (("on", True), ("off", False)):
        monkeypatch.setenv(name, typed)
        assert config.read()[name] is is_on
    monkeypatch.setenv(name, "perhaps")
    with pytest.raises(config.Unsafe, match="on or off"):
        config.read()


@pytest.mark.parametrize(("environment", "typed", "hosts"), [
    ("demo", {}, None), ("demo", {"PUBLIC_URL": "https://rs.example.org"}, None), ("production", {}, None),
    ("production", {"PUBLIC_URL": "https://rs.example.org:8443/"}, ["rs.example.org"]),
    ("production", {"PUBLIC_URL": "https://rs.example.org", "TRUSTED_HOSTS": "a.example.org, .b.example.org"},
     ["a.example.org", ".b.example.org"]),
    ("demo", {"TRUSTED_HOSTS": "demo.example.org"}, ["demo.example.org"])])
def test_the_hosts_that_are_served(monkeypatch, environment, typed, hosts):
    for name in ("PUBLIC_URL", "TRUSTED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in typed.items():
        monkeypatch.setenv(name, value)
    read = config.read({**GOOD, "RAWAT_ENV": environment})["TRUSTED_HOSTS"]
    assert read == (None if hosts is None else [*hosts, *config.OWN_NAMES])


def test_how_many_connections_a_process_keeps_and_whether_plans_are_kept(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://rawat@db/rawat")
    names = ("DATABASE_POOL_SIZE", "DATABASE_POOL_OVERFLOW", "DATABASE_PREPARE_THRESHOLD")
    for typed, wanted in ((("", "", ""), (8, 8, 5)), (("20", "0", "0"), (20, 0, 0)),
                          (("1", "4", "off"), (1, 4, None))):
        for name, value in zip(names, typed, strict=True):
            monkeypatch.setenv(name, value)
        options = config.read()["SQLALCHEMY_ENGINE_OPTIONS"]
        assert (options["pool_size"], options["max_overflow"],
                options["connect_args"]["prepare_threshold"]) == wanted
    for name in names:
        for wrong in ("many", "-1", "1.5", "99999", *(["0"] if name == names[0] else [])):
            with monkeypatch.context() as once:
                once.setenv(name, wrong)
                with pytest.raises(config.Unsafe, match=name):
                    config.read()


def test_the_clock_runs_ahead_in_the_demo_alone(monkeypatch):
    assert config.read()["CLOCK_AHEAD"] == timedelta()
    for typed, hours in (("12", 288), ("0.5", 12), ("-1", -24)):
        monkeypatch.setenv("RAWAT_CLOCK_AHEAD_DAYS", typed)
        assert config.read()["CLOCK_AHEAD"] == timedelta(hours=hours)
    with pytest.raises(config.Unsafe, match="real dates"):
        config.read(GOOD)
    for typed in ("1e3", "soon", "99999", "nan", "--1"):
        monkeypatch.setenv("RAWAT_CLOCK_AHEAD_DAYS", typed)
        with pytest.raises(config.Unsafe, match="no number of days"):
            config.read()


def test_days_are_those_of_the_clock_that_runs_ahead():
    before = clock.now()
    clock.run_ahead(clock.ahead() + timedelta(days=40))
    assert (clock.now() - before).days == 40


def test_the_database_is_chosen_by_one_variable(monkeypatch, tmp_path):
    assert config.read()["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'instance' / 'rawat.sqlite3'}"
    monkeypatch.setenv("DATABASE_URL", "postgresql://rs@db/rawat")
    read = config.read()
    assert read["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://rs@db/rawat"
    assert read["SQLALCHEMY_ENGINE_OPTIONS"]["pool_use_lifo"]  # few connections hold the plans


def test_production_with_demo_accounts_refuses(app, session):
    from app import prepare
    app.config["RAWAT_ENV"] = "production"
    prepare(app)
    make_user(is_demo=True)
    session.commit()
    with pytest.raises(config.Unsafe, match="demo accounts"):
        prepare(app)


@pytest.mark.commits
def test_the_demo_is_loaded_into_an_empty_database_only(app, session, monkeypatch):
    from app import prepare
    from models.operations.setup import demo
    loaded = []
    monkeypatch.setattr(demo, "load", lambda *_a, **_k: loaded.append(1))
    assert session.query(User).count() == 0
    prepare(app)
    assert loaded == [1]
    make_user()
    session.commit()
    prepare(app)
    assert loaded == [1]
    assert db.session is not None
    assert os.path.isdir(app.config["INSTANCE"]) or db.engine.dialect.name != "sqlite"


@pytest.mark.commits
@pytest.mark.parametrize(("revision", "word"),
                         [("0001_ffffffffffff", "no migration leads"), (None, "flask db upgrade")])
def test_a_database_of_another_version_is_told_in_one_line(app, session, revision, word):
    from app import prepare
    session.execute(sa.text("DELETE FROM alembic_version"))
    if revision:
        session.execute(sa.text("INSERT INTO alembic_version VALUES (:it)"), {"it": revision})
    session.commit()
    told = app.test_cli_runner().invoke(args=["verify"])
    assert told.exit_code == 1
    assert word in told.output
    assert len(told.output.splitlines()) == 1
    assert app.test_client().get("/readyz").status_code == 503
    app.config["RAWAT_ENV"] = "production"
    with pytest.raises(config.Unsafe, match=word):
        prepare(app)
    app.config["RAWAT_ENV"] = "demo"
    if revision:  # an empty one is filled instead
        with pytest.raises(config.Unsafe, match=word):
            prepare(app)
