"""What holds patients' data on the disk is its owner's alone, whatever the umask says."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.base import prepare_engine
from portal.web import config

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir() if each.is_file()}


@pytest.mark.once
def test_a_new_database_is_private_from_its_first_byte_on(tmp_path: Path,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody mends its mode afterwards: it is made so."""
    monkeypatch.setattr(os, "chmod", lambda *_arguments: pytest.fail("too late"))
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    prepare_engine(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE patient (id INTEGER)"))
        assert modes(tmp_path) == dict.fromkeys(("new.sqlite3", "new.sqlite3-wal", "new.sqlite3-shm"), 0o600)
    engine.dispose()


@pytest.mark.commits
@pytest.mark.parametrize("arguments", [
    ("backup", "{}"), ("export", "user", "-o", "{}"), ("breach-list", "--since", "2026-01-01", "-o", "{}"),
    ("records-past-keeping", "-o", "{}")], ids=lambda arguments: arguments[0])
def test_what_a_command_writes_is_private(app: Any, session: Any, tmp_path: Path,
                                          arguments: tuple[str, ...]) -> None:
    target = tmp_path / "file"
    done = app.test_cli_runner().invoke(args=[each.format(target) for each in arguments])
    assert (done.exit_code, modes(tmp_path)) == (0, {"file": 0o600}), done.output


@pytest.mark.once
def test_the_demo_s_secrets_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in config.SECRETS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAWAT_INSTANCE", str(tmp_path))
    config.read()
    assert modes(tmp_path) == {"secrets.json": 0o600}
