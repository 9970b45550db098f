"""Where a fault finds its database: an SQLite file, or a PostgreSQL server made for it and thrown away.

The machine's own server is never touched. PostgreSQL does not run as root, so root hands its server to an
account without rights.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support import databases
from tests.support.servers import LONG, free_port


class Left(Exception):
    """This machine does not allow the fault; the text says why."""


class Embedded:
    """SQLite in a folder."""

    name = "SQLite"

    def __init__(self, folder: Path, **_environment: str) -> None:
        self.folder = folder
        self.kept = databases.SQLite(folder)

    def end(self) -> None:
        """Nothing runs."""


class Cluster:
    """A PostgreSQL server in a folder of its own, on a free port of this machine only."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, **environment: str) -> None:
        self.programs = programs()
        self.folder, self.data, self.port = folder, folder / "cluster", free_port()
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment}
        self.owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = _account()
            self.owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.data.mkdir()
        if self.owner:
            os.chown(self.data, self.owner["user"], self.owner["group"])
            _may_pass(folder)
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
                  "--no-sync")
        self.start()
        self.kept = databases.PostgreSQL(f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres")

    def start(self) -> None:
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": self.data,
                    "max_wal_size": "64MB", "min_wal_size": "32MB", "shared_buffers": "64MB"}
        options = " ".join([f"-p {self.port}", *(f"-c {name}={value}" for name, value in settings.items())])
        self._run("pg_ctl", "start", "--wait", f"--log={self.data / 'words.txt'}", f"--options={options}")

    def stop(self, how: str = "fast") -> None:
        """`fast`: an orderly end, and whoever is connected is sent away; `immediate`: as if the power
        failed."""
        self._run("pg_ctl", "stop", "--wait", f"--mode={how}")

    def end(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop("immediate")

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile() as told:
            done = subprocess.run([self.programs / program, f"--pgdata={self.data}", *arguments], cwd="/",
                                  env=self.environment, stdout=told, stderr=told, check=False,
                                  timeout=LONG * 3, **self.owner)
            if done.returncode:
                told.seek(0)
                sys.stderr.write(told.read().decode(errors="replace"))
                done.check_returncode()


def programs() -> Path:
    """The folder of the newest PostgreSQL that is installed here. Raises `Left`."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    if not found:
        raise Left("no PostgreSQL is installed here (initdb)")
    return max(found, key=lambda folder: [int(part) if part.isdigit() else 0 for part in folder.parts])


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Left("root may not run PostgreSQL, and there is no account postgres or nobody")


def _may_pass(folder: Path) -> None:
    """The server's account may go through the folders of a temporary path to its own."""
    for step in (folder, *folder.parents):
        if step.stat().st_uid == os.geteuid() and step.is_relative_to(tempfile.gettempdir()) \
                and step != Path(tempfile.gettempdir()):
            step.chmod(step.stat().st_mode | 0o011)


KINDS: dict[str, Any] = {"sqlite": Embedded, "postgresql": Cluster}


@contextlib.contextmanager
def place(kind: str, megabytes: int = 0, **environment: str) -> Iterator[Any]:
    """A place of that kind in a temporary folder, gone at the end; `megabytes`: on a disk of that size,
    `Left` where nobody may mount one."""
    folder = Path(tempfile.mkdtemp(prefix="rawat-faults-"))
    try:
        with _disk(folder, megabytes):
            made = KINDS[kind](folder, **environment)
            try:
                yield made
            finally:
                made.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _disk(folder: Path, megabytes: int) -> Iterator[None]:
    if not megabytes:
        yield
        return
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", folder],
                             capture_output=True, check=False)
    if mounted.returncode:
        raise Left("a small disk cannot be mounted here (needs root)")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], capture_output=True, check=False)
