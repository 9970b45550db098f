"""What every test may ask for: `app`, `session`, `client`, `user`, `sign_in`.

Each test runs inside one outer transaction that is rolled back: commits of the code under test are
savepoints. (The ledger and the log refuse deletions, so cleaning up by deleting would not work.) A test
marked `commits` gets a throw-away copy of the migrated database instead, for threads and real commits.
"""

from __future__ import annotations

import gc
import hashlib
import os
import secrets
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from xdist.scheduler import LoadScopeScheduling

from models import actor, clock, connections, database_roles
from models.base import ask_hospital, db, prepare_engine, will_write
from models.operations.core import checks
from models.people import User, UserSession
from models.roles import Role
from tests.support import databases, days, factories
from tests.support.applications import Client, make_app

#: How far the suite's clock runs before the computer's: the same in every worker and in every server of a
#: test.
AHEAD = days.stand()

# ---------------------------------------------------------------- workers, and one template for all of them


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """The whole suite runs on all cores; a named file or `-n`, `--pdb` runs as said."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    if whole and getattr(config.option, "numprocesses", 0) is None and not config.getoption("usepdb"):
        config.option.numprocesses = "auto"
        config.option.dist = "load"


#: Tests that share something slow, a server with its browser or a copy of the repository: one worker runs all
#: of them. (The mark `xdist_group` does nothing under pytest 9.2: pytest-xdist 3.8 writes it where the new
#: pytest does not look.)
TOGETHER = ("tests/browser/", "tests/core/test_recipes.py")


class Scheduling(LoadScopeScheduling):
    """Each test by itself to whoever is free, but for those of `TOGETHER`; these begin first."""

    def _split_scope(self, nodeid: str) -> str:
        return next((start for start in TOGETHER if nodeid.startswith(start)), nodeid)


def pytest_collection_finish() -> None:
    """What was imported stays until the end: the garbage collector need not walk it for each test (a tenth of
    the suite's time). The server does the same."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    return Scheduling(config, log) if config.option.dist == "load" else None


def _make_template(config: pytest.Config, folder: Path) -> tuple[str | None, str]:
    place = databases.server(folder)
    try:
        url = databases.migrated(place)
    except Exception:
        return None, traceback.format_exc()
    config.add_cleanup(lambda: place.drop(url))
    return url, ""


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    config = node.config
    if not hasattr(config, "rawat_template"):
        config.rawat_template = _make_template(config, config._tmp_path_factory.getbasetemp() / "template")
    node.workerinput["rawat_template"] = config.rawat_template


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> databases.SQLite | databases.PostgreSQL:
    return databases.server(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the migrated, empty database; copy it, never write to it."""
    given = getattr(request.config, "workerinput", {}).get("rawat_template")
    url, error = given or _make_template(request.config, tmp_path_factory.mktemp("template"))
    if url is None:
        pytest.fail(f"the template database could not be made:\n{error}", pytrace=False)
    return url


# ---------------------------------------------------------------- the application and its session


@pytest.fixture(scope="session")
def _application(template: str, database_server: Any) -> Iterator[Flask]:
    url = database_server.copy(template)
    app = make_app(url)
    yield app
    with app.app_context():
        db.engine.dispose()
    database_server.drop(url)


#: Tests that run as the application's role of production where there are roles, with all walls up: whatever
#: patients do, and the chain of approvals.
SERVED = ("tests/portal/", "tests/clinic/", "tests/people/", "tests/core/test_approvals.py",
          "tests/core/test_database_roles.py")


@pytest.fixture(scope="session")
def _walled(_application: Flask, template: str, database_server: Any) -> Iterator[tuple[str, sa.Engine]]:
    """The URL of a database with its walls up, and its engine as the application's role."""
    url = database_server.walled(template)
    engine = _opened(_application, url)
    yield url, engine
    engine.dispose()
    database_server.drop(url)


def _opened(app: Flask, url: str) -> sa.Engine:
    engine = sa.create_engine(url, **app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}))
    prepare_engine(engine)
    database_roles.wall(engine)
    return engine


def _acts(_session: Any, _transaction: Any, connection: sa.Connection) -> None:
    """Transactions of a test are savepoints of one: each says who acts, as its BEGIN would."""
    words = database_roles.transaction_words().decode().lstrip("; ") or "SET LOCAL ROLE NONE"
    connection.connection.cursor().execute(words)


@pytest.fixture(autouse=True)
def _as_new() -> Iterator[None]:
    """Nobody acts, nothing is written, one hospital is asked, the suite's clock runs: whatever the test
    before set."""
    yield
    actor.set_actor(None)
    ask_hospital("")
    database_roles.act_for(None)
    will_write(False)
    connections.asks_only(False)
    clock.freeze(None)
    clock.run_ahead(AHEAD)


@pytest.fixture
def app(_application: Flask, template: str, database_server: Any,
        request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a database that is as new: everything that the test writes is undone after it."""
    config = dict(_application.config)
    isolate = _own_database if request.node.get_closest_marker("commits") else _outer_transaction
    engine = None
    if isinstance(database_server, databases.PostgreSQL) and request.node.nodeid.startswith(SERVED) \
            and not request.node.get_closest_marker("owner"):
        template, engine = request.getfixturevalue("_walled")
        database_roles.configure(databases.FOR_PATIENTS)
    for _ in isolate(_application, template, database_server, engine):
        with _application.app_context():
            _never_forgets(db.session())
            yield _application
            db.session.remove()
    database_roles.configure("")
    _application.config.clear()
    _application.config.update(config)


def _never_forgets(session: sa.orm.Session) -> None:
    """The test's own session holds what it saw until it is told to look again, where the garbage collector
    would decide: a test that reads what somebody else changed meanwhile, and does not look again, fails each
    time."""
    seen: list[object] = []
    for event in ("loaded_as_persistent", "pending_to_persistent", "detached_to_persistent"):
        sa.event.listen(session, event, lambda _session, instance: seen.append(instance))


def _outer_transaction(app: Flask, _template: str, _server: Any, walled: sa.Engine | None) -> Iterator[None]:
    engines = db._app_engines[app]
    engine = engines[None]
    with (walled or engine).connect() as connection:
        outer = connection.begin()
        if walled is not None:
            sa.event.listen(db.session, "after_begin", _acts)
        # sessions bind to this connection, whichever application context they live in
        engines[None] = connection
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            if walled is not None:
                sa.event.remove(db.session, "after_begin", _acts)
            db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")
            engines[None] = engine
            outer.rollback()


def _own_database(app: Flask, template: str, server: Any, walled: sa.Engine | None) -> Iterator[None]:
    engines = db._app_engines[app]
    engine = engines[None]
    if walled is not None:
        walled.dispose()  # a template is copied only while nobody is connected
    url = server.copy(template)
    own = _opened(app, url if walled is None else server.served(url))
    engines[None] = own
    try:
        yield
    finally:
        engines[None] = engine
        own.dispose()
        server.drop(url)


@pytest.fixture
def session(app: Flask) -> Any:
    """`db.session` in an application context."""
    return db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that has not signed in."""
    return app.test_client()


@pytest.fixture
def empty(database_server: Any) -> Iterator[Flask]:
    """An application on a new database without any table."""
    yield from _on(database_server.new(), database_server)


@pytest.fixture
def newest(template: str, database_server: Any) -> Iterator[Flask]:
    """An application on an empty database of the newest revision, as `flask db upgrade` makes it."""
    yield from _on(database_server.copy(template), database_server)


def _on(url: str, database_server: Any) -> Iterator[Flask]:
    app = make_app(url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    database_server.drop(url)


# ---------------------------------------------------------------- people


@pytest.fixture
def user(session: Any) -> Callable[..., User]:
    """`user(Role.STORE_HEAD, …)`: a new active account with these roles; fields by name."""
    return factories.make_user


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Client, Role | User], User]:
    """`sign_in(client, Role.STORE_HEAD)` or `sign_in(client, somebody)`: the browser is that person's from
    here on."""

    def sign_in(client: Client, who: Role | User) -> User:
        person = who if isinstance(who, User) else factories.make_user(who)
        token = secrets.token_urlsafe(32)
        factories.saved(UserSession(token_hash=hashlib.sha256(token.encode()).hexdigest(), user_id=person.id))
        with client.session_transaction() as cookie:
            cookie["sid"] = token
        return person

    return sign_in


@pytest.fixture
def cast(request: pytest.FixtureRequest, session: Any) -> Iterator[Any]:
    """Who plays in the tests of this file: its `Cast`. Whatever they did, the books agree after it."""
    yield request.module.Cast()
    session.flush()
    assert [name for name, check in checks.CHECKS if check(session) is not None] == []


@pytest.fixture
def csrf(app: Flask) -> None:
    """Turns the CSRF check on, as in production; most tests leave it off and post plainly."""
    app.config["WTF_CSRF_ENABLED"] = True


def pytest_report_header() -> str:
    database = "PostgreSQL" if os.environ.get("TEST_DATABASE_URL") else "SQLite"
    return f"database: {database}; clock: {clock.local(clock.now()):%A %d %B %Y %H.%M} {clock.zone().key}"
