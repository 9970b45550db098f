"""Runs the tests of a mutant: in a fork of a process that has everything loaded, or in one of its own.

A plugin of pytest. It collects the tests and runs them once unchanged, noting which statements they come by.
Then for each mutant a fork puts the changed functions in the place of the old ones and runs the tests that
come by it, on a copy of the database, until one fails. What stands in a table or a declaration shows at
import alone: such a mutant gets a process of its own, `tests.mutations.broken`.
"""

from __future__ import annotations

import builtins
import gc
import marshal
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NoReturn

import pytest
import sqlalchemy as sa

from models.base import db, prepare_engine
from models.operations.core.bulk import Bulk
from tests.mutations.mutants import ROOT, Mutant, compiled, module_of
from tests.mutations.probes import PROBE, probed
from tests.mutations.targets import LEFT_OUT, TARGETS

PASSED, FAILED, TOO_LONG, NOT_PLACED = range(4)
#: What `tests.mutations.broken` ends with when the module cannot be imported.
NO_START = 70
#: What ended a mutant; nothing when it survived.
ENDS = {PASSED: "", FAILED: "a test", TOO_LONG: "the time limit", -signal.SIGALRM: "the time limit",
        NOT_PLACED: "NOT RUN", NO_START: "the start of the application"}

#: The application, its database's template and where databases are, once the first test was run.
PARTS: dict[str, Any] = {}


@pytest.fixture(scope="session", autouse=True)
def _parts(_application: Any, template: str, database_server: Any) -> None:
    PARTS.update(app=_application, template=template, server=database_server)


@dataclass(frozen=True)
class Running:
    """A mutant whose tests run, in a database of its own."""

    mutant: Mutant
    tests: int
    url: str
    began: float


@dataclass(frozen=True)
class Result:
    """What became of a mutant: what ended it (of `ENDS`), how many tests there were for it."""

    mutant: Mutant
    by: str
    tests: int
    seconds: float


class Runner:
    """The plugin: runs the mutants that are `wanted`, and tells each result. `limit`: seconds for each."""

    def __init__(self, wanted: list[Mutant], limit: int, at_once: int,
                 tell: Callable[[Result], None]) -> None:
        self.wanted, self.limit, self.at_once, self.tell = wanted, limit, at_once, tell
        self.failed: set[str] = set()
        self.probes: dict[str, dict[int, int]] = {}
        self.met: dict[tuple[str, int], set[str]] = {}
        self.took: dict[str, float] = {}

    # ---------------------------------------------------------------- hooks of pytest

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not any(item.get_closest_marker(name) for name in LEFT_OUT)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for path in sorted({mutant.path for mutant in self.wanted}):
            code, self.probes[path] = probed(path)
            put_in_place(path, code)
        for item in session.items:
            self._once_unchanged(item)
        for name in sorted(self.failed):
            print(f"left out, because it fails without any change: {name}")
        self._all({item.nodeid: item for item in session.items})
        return True

    # ---------------------------------------------------------------- unchanged

    def _once_unchanged(self, item: pytest.Item) -> None:
        """Run a test and note the lines of the targets that it comes by, those that build a statement too."""
        for path in self.probes:
            for thing in vars(sys.modules[module_of(path)]).values():
                if isinstance(thing, Bulk):
                    thing._built.clear()
        met: set[tuple[str, int]] = set()
        setattr(builtins, PROBE, met.add)
        began = time.monotonic()
        run(item)
        self.took[item.nodeid] = time.monotonic() - began
        for place in met:
            self.met.setdefault(place, set()).add(item.nodeid)

    def _tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that come by the statement that it changes, quickest first; all where it has no probe."""
        places = self.probes[mutant.path]
        found = {place for line in range(mutant.line, mutant.last_line + 1) if (place := places.get(line))}
        met = {*self.took} if not found else set().union(
            *(self.met.get((mutant.path, place), ()) for place in found))
        return sorted(met - self.failed, key=self.took.__getitem__)

    # ---------------------------------------------------------------- changed

    def _all(self, items: dict[str, pytest.Item]) -> None:
        running: dict[int, Running] = {}
        for mutant in self.wanted:
            if len(running) >= self.at_once:
                self._reap(running)
            tests = [items[name] for name in self._tests_of(mutant)]
            url = PARTS["server"].copy(PARTS["template"])
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                self._child(mutant, tests, url)
            running[child] = Running(mutant, len(tests), url, time.monotonic())
        while running:
            self._reap(running)

    def _reap(self, running: dict[int, Running]) -> None:
        child, status = os.wait()
        done = running.pop(child)
        PARTS["server"].drop(done.url)
        code = os.waitstatus_to_exitcode(status)
        result = Result(done.mutant, ENDS.get(code, f"the end of its process ({code})"), done.tests,
                        time.monotonic() - done.began)
        self.tell(result)

    def _child(self, mutant: Mutant, tests: list[pytest.Item], url: str) -> NoReturn:
        code = NOT_PLACED
        try:
            signal.alarm(0 if mutant.at_import else self.limit)
            nowhere = os.open(os.environ.get("RAWAT_MUTANT_LOG", os.devnull),
                              os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            code = self._in_a_process(mutant) if mutant.at_import else self._in_a_fork(mutant, tests, url)
        except Exception:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)

    def _in_a_fork(self, mutant: Mutant, tests: list[pytest.Item], url: str) -> int:
        self._own_database(url)
        if not put_in_place(mutant.path, compiled(mutant)):
            return NOT_PLACED
        self.failed = set()
        for item in tests:
            run(item)
            if self.failed:
                return FAILED
        return PASSED

    def _own_database(self, url: str) -> None:
        """The parent's connections stay unused: a fork may not share them."""
        app = PARTS["app"]
        own = sa.create_engine(url, **app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}))
        prepare_engine(own)
        db._app_engines[app][None] = own

    def _in_a_process(self, mutant: Mutant) -> int:
        with tempfile.NamedTemporaryFile(prefix="rawat-mutant-") as file:
            file.write(marshal.dumps(compiled(mutant)))
            file.flush()
            try:
                done = subprocess.run(
                    [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider",
                     "-p", "tests.mutations.broken", *there(TARGETS[mutant.path])],
                    env={**os.environ, "RAWAT_MUTANT": f"{module_of(mutant.path)}:{file.name}"}, cwd=ROOT,
                    timeout=self.limit, check=False)
            except subprocess.TimeoutExpired:
                return TOO_LONG
        return {0: PASSED, 1: FAILED, NO_START: NO_START}.get(done.returncode, NOT_PLACED)


def run(item: pytest.Item) -> None:
    """Run one test; what belongs to the whole run stays for the next one."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=item.session)


def there(tests: tuple[str, ...]) -> list[str]:
    """Those of these tests whose file is there."""
    return [test for test in tests if Path(ROOT / test.partition("::")[0]).exists()]


def put_in_place(path: str, module: CodeType) -> int:
    """Give every living function of a file its code in `module`, wherever it is bound; how many changed."""
    file = str(ROOT / path)
    codes: dict[tuple[str, int], list[CodeType]] = {}
    for code in _codes(module):
        codes.setdefault((code.co_qualname, code.co_firstlineno), []).append(code)
    changed = 0
    for thing in gc.get_objects():
        if isinstance(thing, Bulk):
            thing._built.clear()  # its statement is built again, by the changed functions
        elif isinstance(thing, FunctionType) and thing.__code__.co_filename == file:
            code = thing.__code__
            (new,) = codes.get((code.co_qualname, code.co_firstlineno), [code])
            changed += new != code
            thing.__code__ = new
    return changed


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
