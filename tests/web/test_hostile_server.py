"""A real server, and files that mean harm at each of its doors: it is the same process after, and answers
meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import re
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter

from models.base import db
from models.documents import Comment
from models.items import ItemCategory
from models.roles import Role
from tests.support import factories as make
from tests.support import hostile
from tests.support.doors import DOORS
from tests.support.servers import LONG, Browser, browser, start

pytestmark = [pytest.mark.once, pytest.mark.commits,
              pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")]


@pytest.fixture
def hospital(app: Any, session: Any) -> dict[str, Any]:
    """Somebody at every door."""
    make.make_chart()
    stands = [(door, door.stand()) for door in DOORS]
    nurse = make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit())
    request = make.make_store_request((make.make_item(), 1), created_by=nurse, work_unit=nurse.work_unit)
    staff = make.make_user(Role.FACILITIES_STAFF)
    session.commit()
    return {"stands": stands, "staff": staff, "nurse": nurse, "request": request.id}


def ask(port: int, method: str, address: str, body: bytes = b"", headers: dict[str, str] | None = None
        ) -> tuple[int, str]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LONG)) as connection:
        connection.request(method, address, body, headers or {})
        with connection.getresponse() as answer:
            return answer.status, answer.read().decode()


@pytest.fixture
def server(hospital: Any, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    db.session.commit()
    process, port = start(db.engine.url.render_as_string(hide_password=False), tmp_path, workers=8)
    try:
        deadline = time.monotonic() + LONG * 4
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if ask(port, "GET", "/healthz")[0] == 200:
                    break
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        assert process.poll() is None, (tmp_path / f"{port}.txt").read_text()
        yield process, port
    finally:
        process.terminate()
        process.wait(timeout=30)


def post(who: Browser, address: str, given: dict[str, Any], *file: Any) -> tuple[int, str]:
    """Send a form, with a file as (field, name, content)."""
    mark, body = secrets.token_hex(8), b""
    for name, value in {"csrf_token": who.token, **given}.items():
        body += f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    if file:
        field, name, content = file
        body += (
            f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
            + content
            + b"\r\n"
        )
    return ask(who.port, "POST", address, body + f"--{mark}--\r\n".encode(), {
        "Cookie": who.cookie, "Content-Type": f"multipart/form-data; boundary={mark}"})


def get(who: Browser, address: str) -> int:
    return ask(who.port, "GET", address, b"", {"Cookie": who.cookie})[0]


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except (OSError, ValueError, IndexError):
            continue
    return found


def test_no_file_ends_or_blocks_the_server(app: Any, session: Any, hospital: Any, server: Any) -> None:
    """One server, because it takes longer to start than all of this."""
    others_read_and_write_while_a_file_is_read(app, session, hospital, *server)
    no_file_ends_it(app, hospital, *server)


def most_memory(pid: int) -> int:
    """The most that the process ever held, in MB."""
    [line] = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(line) // 1024


def no_file_ends_it(app: Any, hospital: Any, process: Any, port: int) -> None:
    """At every door of `tests/support/doors.py`; the server holds no more than the files themselves."""
    bad = {"xlsx": [*hostile.killing().values(), hostile.tables()["a sheet at another place"]],
           "jpg": [hostile.pictures()["JPEG that says 65,500 points square"], hostile.picture()[:300]]}
    tried, before = 0, most_memory(process.pid)
    for door, stand in hospital["stands"]:
        who = browser(app, db.session.merge(stand.user), port, "")
        for name, contents in bad.items():
            for content in contents:
                status, text = post(who, stand.address, stand.given, door.input, f"jahat.{name}", content)
                assert status == 422, (door.name, name, status, text[:500])
                tried += 1
        assert get(who, "/healthz") == 200
        assert process.poll() is None
    assert tried == len(hospital["stands"]) * 5 == len(DOORS) * 5
    assert most_memory(process.pid) - before < 200
    ordinary = hostile.workbook(hostile.sheet(hostile.LIST))
    staff = browser(app, db.session.merge(hospital["staff"]), port, "")
    assert post(staff, "/admin/imports/", {"kind": "item_category"}, "file", "daftar.xlsx",
                ordinary)[0] == 303
    talk = next(stand for door, stand in hospital["stands"] if door.name == "a patient's message")
    patient = browser(app, db.session.merge(talk.user), port, "")
    assert post(patient, talk.address, {"client_id": "c"}, "file", "foto.jpg", hostile.picture())[0] == 303


def large() -> bytes:
    """A workbook that takes some seconds to read."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["code", "name", *(f"c{each}" for each in range(40))])
        for row in range(1, 7000):
            page.write_row(row, 0, [f"K{row}", "Nama", *range(40)])
    return out.getvalue()


def others_read_and_write_while_a_file_is_read(app: Any, session: Any, hospital: Any, process: Any, port: int
                                               ) -> None:
    """The reader is stopped in the middle of its work, as one that hangs; then it is killed from outside."""
    staff, nurse = (browser(app, db.session.merge(hospital[name]), port, "") for name in ("staff", "nurse"))
    found: list[tuple[int, str]] = []
    upload = threading.Thread(target=lambda: found.append(
        post(staff, "/admin/imports/", {"kind": "item_category"}, "file", "besar.xlsx", large())))
    upload.start()
    deadline, readers = time.monotonic() + LONG, []
    while not readers and time.monotonic() < deadline:
        readers = children(process.pid)
    for reader in readers:
        os.kill(reader, signal.SIGSTOP)
    assert len(readers) == 1
    assert get(nurse, "/healthz") == 200
    assert get(nurse, f"/admin/store_request/details/?id={hospital['request']}") == 200
    assert post(nurse, f"/admin/store_request/{hospital['request']}/comment",
                {"comment": "Selagi dibaca"})[0] == 303
    assert post(nurse, f"/admin/store_request/{hospital['request']}/files", {}, "file", "foto.jpg",
                hostile.picture())[0] == 303  # another reader beside the one that hangs
    assert found == []
    session.rollback()
    assert session.scalar(sa.select(Comment.body)) == "Selagi dibaca"
    os.kill(readers[0], signal.SIGKILL)
    upload.join(LONG)
    assert found[0][0] == 422
    assert "besar.xlsx" in found[0][1]
    assert process.poll() is None
    assert session.scalar(sa.select(sa.func.count()).select_from(ItemCategory).where(ItemCategory.code
                                                                                     == "K1")) == 0
