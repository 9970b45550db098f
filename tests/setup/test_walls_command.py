"""`flask db walls`: what the owner builds, looks at, and is told."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app import prepare
from models import database_roles
from models.base import db
from portal.web.config import Unsafe
from tests.support.databases import FOR_PATIENTS, SERVES, PostgreSQL


def run(app: Any, *arguments: str) -> tuple[int, str]:
    db.session.commit()
    done = app.test_cli_runner().invoke(args=["db", "walls", *arguments])
    return done.exit_code, done.output


def test_a_database_without_roles_is_left_as_it_is(app: Any, session: Any) -> None:
    if session.connection().dialect.name == "postgresql":
        pytest.skip("PostgreSQL has roles")
    assert run(app) == (0, "This database knows no roles; nothing was done.\n")


@pytest.fixture
def with_roles(app: Any, session: Any, database_server: Any, request: pytest.FixtureRequest) -> None:
    if not isinstance(database_server, PostgreSQL):
        pytest.skip("SQLite knows no roles")
    request.getfixturevalue("_walled")  # makes the two roles, in another database
    app.config["DATABASE_PATIENT_ROLE"] = FOR_PATIENTS


@pytest.mark.commits
@pytest.mark.usefixtures("with_roles")
def test_walls_are_missed_built_and_built_again(app: Any, session: Any) -> None:
    code, said = run(app, "--check", SERVES, FOR_PATIENTS)
    assert code == 1
    assert f"WRONG consultation has no row-level security for {FOR_PATIENTS}" in said
    for _ in range(2):
        code, said = run(app, SERVES)
        assert (code, "statements: rawat_test_app serves" in said) == (0, True), said
        assert "tables give a patient the own rows only" in said
    assert run(app, "--check", SERVES)[0] == 0


@pytest.mark.commits
@pytest.mark.usefixtures("with_roles")
def test_the_owner_is_no_role_to_serve(app: Any, session: Any) -> None:
    code, said = run(app)
    assert code == 1
    assert "No wall holds" in said


@pytest.mark.commits
@pytest.mark.usefixtures("with_roles")
def test_production_without_its_walls_does_not_start(app: Any, session: Any) -> None:
    app.config["RAWAT_ENV"] = "production"
    database_roles.configure("nobody_like_this")
    with pytest.raises(Unsafe, match="there is no role nobody_like_this; run `flask db walls` first"):
        prepare(app)
    database_roles.configure("")


@pytest.mark.commits
@pytest.mark.usefixtures("with_roles")
def test_a_backup_of_the_owner_s_brings_the_walls_back(app: Any, session: Any, tmp_path: Any) -> None:
    run(app, SERVES)
    file = tmp_path / "hospital.backup"
    assert app.test_cli_runner().invoke(args=["backup", str(file)]).exit_code == 0
    with db.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE letter DISABLE ROW LEVEL SECURITY"))
    db.session.remove()
    done = app.test_cli_runner().invoke(args=["restore", str(file), "--yes"])
    assert done.exit_code == 0, done.output
    assert run(app, "--check", SERVES)[0] == 0
