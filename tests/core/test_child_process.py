"""Files are read in a process of its own: each of its limits, and what is told when it ends badly."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from models.base import db, one_transaction
from models.errors import Refused
from models.operations.core import child_process, files, list_files
from models.operations.core.child_process import MB, Limits
from tests.support import factories as make
from tests.support import hostile

pytestmark = pytest.mark.once


READER = "class No(Exception):\n    pass\n\n\ndef read(content, ask):\n"


@pytest.fixture
def reader(tmp_path: Path) -> Any:
    """`reader("return 1, b''")`: a reader that does this."""
    def made(body: str) -> Path:
        path = tmp_path / "reader.py"
        path.write_text(READER + "".join(f"    {line}\n" for line in body.splitlines()))
        return path
    return made


def ask(path: Path, limits: Limits | None = None, content: bytes = b"abc", **given: Any) -> Any:
    return child_process.read(path, content, given, name="daftar.xlsx", field="file", limits=limits)


def test_the_answer_and_its_bytes_come_back(reader: Any) -> None:
    assert ask(reader("return [len(content), ask['more']], content * 2"), more="ä") == ([3, "ä"], b"abcabc")


def test_what_the_reader_refuses_is_a_word(reader: Any) -> None:
    path = reader("error = No('far')\nerror.word, error.params = 'far', {'row': 3}\nraise error")
    with pytest.raises(child_process.No) as told:
        ask(path)
    assert (told.value.word, told.value.params) == ("far", {"row": 3})


HUGE = "holds too much"
LONG = "takes too long"
BROKEN = "cannot be read"


@pytest.mark.parametrize(("body", "sentence"), [
    ("held = bytearray(2 ** 40)", HUGE),
    ("held = []\nwhile True:\n    held.append(bytearray(2 ** 20))", HUGE),
    ("import os\nos.abort()", BROKEN),
    ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", BROKEN),
    ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", BROKEN),
    ("raise ValueError('broken')", BROKEN),
    ("raise BaseException('a panic of another language')", BROKEN),
    ("raise SystemExit(0)", BROKEN),
    ("import os\nos._exit(0)", BROKEN),
    ("return object(), b''", BROKEN),
    ("import os\nos.write(1, b'no JSON\\n')\nos._exit(0)", BROKEN),
    ("import os\nos.write(1, b'[' * 100_000)\nos._exit(0)", BROKEN),
    ("import os\nos.write(1, b'{\"no\": 1}\\n')\nos._exit(0)", BROKEN),
    ("import os\nos.write(1, b'7\\n')\nos._exit(0)", BROKEN),
    ("def deep():\n    deep()\ndeep()", BROKEN),
])
def test_however_the_reader_ends_it_is_told_at_the_file(reader: Any, body: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence) as told:
        ask(reader(body), Limits(memory=256 * MB))
    assert (told.value.field, told.value.status, told.value.params["name"]) == ("file", 422, "daftar.xlsx")


def test_an_answer_that_is_too_large_is_not_taken(reader: Any) -> None:
    whole = Limits(answer=MB)
    assert len(ask(reader("return 1, b'a' * 900_000"), whole)[1]) == 900_000
    with pytest.raises(Refused, match=HUGE):
        ask(reader("return 1, b'a' * 2_000_000"), whole)
    with pytest.raises(Refused, match=HUGE):  # it never ends by itself
        ask(reader("import os\nwhile True:\n    os.write(1, b'a' * 65536)"), whole)


def test_who_computes_too_long_is_ended(reader: Any) -> None:
    with pytest.raises(Refused, match=LONG):
        ask(reader("while True:\n    pass"), Limits(processor=1, wall=30))


@pytest.mark.parametrize("body", [
    "import time\ntime.sleep(600)",
    "import os, time\nos.close(1)\nos.close(2)\ntime.sleep(600)",  # the answer is over, the process is not
    "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True:\n    signal.pause()",
])
def test_who_waits_too_long_is_ended(reader: Any, body: str) -> None:
    started = time.monotonic()
    with pytest.raises(Refused, match=LONG):
        ask(reader(body), Limits(wall=0.5))
    assert time.monotonic() - started < 10


def test_the_reader_writes_no_file_and_opens_few(reader: Any, tmp_path: Path) -> None:
    target = tmp_path / "written"
    assert ask(reader(f"""
try:
    with open({str(target)!r}, "wb") as file:
        file.write(b"a")
except OSError as error:
    return error.strerror, b""
return "written", b""
"""))[0] == os.strerror(27)  # the file may not grow
    assert not target.exists() or target.stat().st_size == 0
    assert ask(reader("""
held = []
try:
    while True:
        held.append(open("/dev/null"))
except OSError:
    return len(held), b""
"""))[0] < 32


def test_the_reader_holds_no_secret_and_no_open_file(reader: Any, monkeypatch: pytest.MonkeyPatch,
                                                     tmp_path: Path
                                                     ) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    with (tmp_path / "open").open("wb") as file:
        os.set_inheritable(file.fileno(), True)
        names, handles = ask(reader("import os\nreturn [sorted(os.environ), os.listdir('/proc/self/fd')], "
                                    "b''"))[0]
    assert "SECRET_KEY" not in names
    assert len(handles) <= 4  # in, out, trouble, and the listing itself


def test_the_child_knows_nothing_of_the_application(reader: Any) -> None:
    loaded = ask(reader("import sys\nreturn sorted(sys.modules), b''"))[0]
    assert [name for name in loaded if name.split(".")[0] in ("models", "flask", "sqlalchemy", "app")] == []


# ---------------------------------------------------------------- how many

@pytest.fixture
def held(reader: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One reader, and it stays at work until `held.set()`."""
    free, begun = threading.Event(), threading.Event()

    def run(*_: Any) -> tuple[bytes, str]:
        begun.set()
        free.wait(30)
        return b'{"yes": 1}\n', ""

    monkeypatch.setattr(child_process, "_run", run)
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(ask(Path("x"))))
    monkeypatch.setattr(child_process, "READERS", child_process.Readers(most=1, waiting=1, seconds=30))
    thread.start()
    assert begun.wait(30)
    free.found = found  # type: ignore[attr-defined]
    yield free
    free.set()
    thread.join(30)


def test_who_finds_all_readers_busy_waits_a_little_then_is_told(held: Any) -> None:
    child_process.READERS.seconds = 0.05
    with pytest.raises(child_process.Busy, match="Many files") as told:
        ask(Path("x"))
    assert (told.value.field, told.value.status) == ("file", 422)
    held.set()


def test_few_wait_so_that_threads_stay_free(held: Any) -> None:
    found: list[Any] = []
    waits = threading.Thread(target=lambda: found.append(ask(Path("x"))))
    waits.start()
    deadline = time.monotonic() + 30
    while child_process.READERS._waiting == 0 and time.monotonic() < deadline:
        os.sched_yield()
    with pytest.raises(child_process.Busy):  # at once, although a place may become free within 30 seconds
        ask(Path("x"))
    held.set()
    waits.join(30)
    assert found == [(1, b"")]
    assert ask(Path("x")) == (1, b"")  # a place that was taken is given back


@pytest.mark.parametrize(("threads", "most", "waiting"),
                         [(1, 1, 0), (3, 1, 0), (4, 2, 0), (8, 2, 2), (64, 2, 4)])
def test_readers_take_at_most_half_of_the_threads(threads: int, most: int, waiting: int) -> None:
    readers = child_process.Readers()
    readers.leave_free(threads)
    assert (readers.most, readers.waiting) == (most, waiting)
    assert threads < 4 or most + waiting <= threads / 2


def test_a_place_is_given_back_however_the_reading_ends(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "READERS", child_process.Readers(most=1, waiting=0))
    path = reader("import os\nos.abort()")
    for _ in range(3):
        with pytest.raises(Refused, match=BROKEN):
            ask(path)
    monkeypatch.setattr(child_process, "CHILD", child_process.CHILD.with_name("nothing.py"))
    for _ in range(2):
        with pytest.raises(Refused, match=BROKEN):
            ask(path)


def test_a_process_that_cannot_be_started_is_told(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nothing/there")
    with pytest.raises(Refused, match=BROKEN):
        ask(reader("return 1, b''"))


# ---------------------------------------------------------------- the database meanwhile

def test_nothing_is_read_inside_a_transaction(session: Any) -> None:
    with pytest.raises(RuntimeError, match="before one_transaction"), one_transaction():
        files.checked(hostile.picture(), "a.jpg")
    make.make_user().name = "Changed"
    with pytest.raises(RuntimeError, match="before anything is changed"):
        list_files.read(b"a\n1\n", "a.csv")
    session.rollback()


@pytest.mark.commits
def test_no_lock_is_held_while_a_file_is_read(app: Any, session: Any,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever uploads was looked up with the lock of writers; another writes while the file is read."""
    from models.base import will_write
    from models.people import User
    key = make.make_user(name="Before").id
    session.commit()
    will_write()
    assert session.get_one(User, key).name == "Before"
    real = child_process._run

    def run(*given: Any) -> Any:
        def other() -> None:
            with app.app_context():
                db.session.get_one(User, key).name = "After"
                db.session.commit()
                db.session.remove()
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
        return real(*given)

    monkeypatch.setattr(child_process, "_run", run)
    assert len(list_files.read(b"a,b\n1,2\n", "a.csv").rows) == 1
    assert session.get_one(User, key).name == "After"  # what was read before is read anew


# ---------------------------------------------------------------- the material, and what the readers cost

@pytest.mark.parametrize("name", hostile.killing())
def test_the_killing_workbook_ends_whoever_reads_it_without_a_guard(name: str) -> None:
    code = ("import io, sys; from python_calamine import CalamineWorkbook as Book; "
            "Book.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0).to_python()")
    ended = subprocess.run([sys.executable, "-c", code], input=hostile.killing()[name], capture_output=True,
                           check=False)
    assert ended.returncode != 0


@pytest.mark.parametrize("work", [lambda: list_files.read(b"a\n1\n", "a.csv"),
                                  lambda: files.checked(hostile.picture(), "a.jpg")],
                         ids=["table", "picture"])
def test_readers_start_at_once(work: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A reader that imported the application, or what it is built on, would take a second and more."""
    told = tmp_path / "imported"

    def child(command: list[str], **given: Any) -> Any:
        with told.open("wb") as imported:
            return opened([command[0], "-X", "importtime", *command[1:]], **given | {"stderr": imported})

    opened = subprocess.Popen
    monkeypatch.setattr(child_process.subprocess, "Popen", child)
    work()
    packages = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.read_text().splitlines()}
    assert "json" in packages  # it was asked
    assert packages.isdisjoint({"app", "models", "portal", "backoffice", "flask", "sqlalchemy", "werkzeug"})
