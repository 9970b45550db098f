"""The first start takes a while: a page that tells what is being loaded and how far, until the server
answers.

Run as a file by itself (`python opening_page.py DESCRIPTOR`), in its own process and with the standard
library only, so that it is there before the application is imported and never waits for the loading. What it
knows comes as lines of JSON on its standard input; when that ends it ends, and the listening socket goes on
to the server: nobody who asks meanwhile is turned away.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any

#: How far each part has come when it begins, of the whole: measured on the demo hospital.
SHARES = {"import": 0.0, "tables": 0.03, "reference": 0.1, "masters": 0.15, "year": 0.22, "today": 0.86,
          "ready": 1.0}
#: Before this share nobody can say how long it takes.
FORETOLD = 0.3
ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "templates" / "opening.html"
#: What the page asks for besides itself.
FILES = {"/static/opening.css": "text/css; charset=utf-8",
         "/static/opening.js": "text/javascript; charset=utf-8"}
WORDS: dict[str, dict[str, str]] = {
    "id": {
        "title": "Rumah sakit demo sedang disiapkan",
        "lead": "Hanya pada kali pertama. Halaman ini membuka halaman masuk dengan sendirinya.",
        "import": "Membuka program", "tables": "Membuat tabel",
        "reference": "Memuat data acuan: akun, barang, wilayah",
        "masters": "Memuat orang, ruangan, dan gudang",
        "year": "Memainkan setahun kerja rumah sakit", "until": "sampai {day}",
        "today": "Menyiapkan pekerjaan hari ini", "ready": "Siap",
        "left": "Kira-kira {seconds} detik lagi", "other": "English"},
    "en": {
        "title": "The demo hospital is being prepared",
        "lead": "Only this first time. This page goes on to the sign-in by itself.",
        "import": "Opening the program", "tables": "Making the tables",
        "reference": "Loading reference data: accounts, items, regions",
        "masters": "Loading people, rooms and stores",
        "year": "Playing a year of the hospital's work", "until": "until {day}",
        "today": "Preparing what waits today", "ready": "Ready",
        "left": "About {seconds} seconds more", "other": "Bahasa Indonesia"},
}
MONTHS = {"id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
          "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")}


class Standing:
    """What is known of the loading: its part, how much of that part is done, and the day that it has
    reached."""

    def __init__(self) -> None:
        self.part, self.done, self.day, self.began = "import", 0.0, "", time.monotonic()

    def hear(self, line: str) -> None:
        said = json.loads(line)
        self.part, self.done, self.day = said["part"], float(said["done"]), said.get("day") or ""

    @property
    def share(self) -> float:
        """0 to 1, of the whole."""
        parts = list(SHARES)
        start = SHARES[self.part]
        end = SHARES[parts[min(parts.index(self.part) + 1, len(parts) - 1)]]
        return start + (end - start) * min(max(self.done, 0.0), 1.0)

    def told(self, language: str) -> dict[str, Any]:
        """In the reader's words: percent, what is done now, how long it takes still."""
        words, share = WORDS[language], self.share
        text = words[self.part]
        if self.day:
            day = date.fromisoformat(self.day)
            said = f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"
            text = f"{text} {words['until'].format(day=said)}"
        seconds = (time.monotonic() - self.began) * (1 - share) / share if FORETOLD < share < 1 else 0
        left = words["left"].format(seconds=max(5, 5 * round(seconds / 5))) if seconds else ""
        return {"percent": round(100 * share), "text": text, "left": left}


def language_of(path: str, accepts: str, cookie: str) -> str:
    """What the address asks for, else what was chosen before, else what the browser prefers, else
    Indonesian."""
    if asked := re.search(r"[?&]lang=(id|en)\b", path):
        return asked[1]
    if chosen := re.search(r"\blanguage=(id|en)\b", cookie):
        return chosen[1]
    return "en" if accepts.strip().lower().startswith("en") else "id"


def page(language: str, standing: Standing) -> str:
    words, told = WORDS[language], standing.told(language)
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        language=language, other_language="en" if language == "id" else "id", other=words["other"],
        title=words["title"], lead=words["lead"], **told)


def handler(standing: Standing) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            language = language_of(self.path, self.headers.get("Accept-Language", ""),
                                   self.headers.get("Cookie", ""))
            name = self.path.partition("?")[0]
            if name == "/opening.json":
                self._answer(200, "application/json", json.dumps(standing.told(language)))
            elif name in FILES:
                self._answer(200, FILES[name], (ROOT / name[1:]).read_text(encoding="utf-8"))
            else:
                self._answer(503, "text/html; charset=utf-8", page(language, standing))

        do_HEAD = do_POST = do_GET

        def _answer(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            policy = ("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
                      "frame-ancestors 'none'")
            for name, value in {
                    "Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store",
                    "Retry-After": "5", "X-Rawat-Opening": "1", "X-Content-Type-Options": "nosniff",
                    "Content-Security-Policy": policy}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

        def log_message(self, *_said: Any) -> None:
            """The terminal shows the loading itself."""

    return Handler


def run(listening: socket.socket, lines: Any) -> None:
    """Answer on the socket until `lines` end."""
    standing = Standing()
    server = ThreadingHTTPServer(("", 0), handler(standing), bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    for line in lines:
        standing.hear(line)
    server.shutdown()


# ---------------------------------------------------------------- the side of the application

class Opening:
    """The page in a process of its own, and the socket that goes on to the server."""

    def __init__(self, host: str, port: int) -> None:
        """Raises `OSError` where the port is taken."""
        self.socket = socket.create_server((host, port), backlog=2048)
        self._process = subprocess.Popen(  # noqa: S603  (this file, by this interpreter)
            [sys.executable, "-I", __file__, str(self.socket.fileno())], stdin=subprocess.PIPE, text=True,
            pass_fds=(self.socket.fileno(),))

    def tell(self, part: str, done: float = 0.0, day: date | None = None) -> None:
        """What is loaded now, and how much of that part is done (0 to 1)."""
        with contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"part": part, "done": done,
                                                  "day": day.isoformat() if day else ""}) + "\n")
            self._process.stdin.flush()

    def end(self) -> socket.socket:
        """Take the page away; the socket goes on listening."""
        self.tell("ready")
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
        return self.socket


def is_wanted(environ: Mapping[str, str], root: Path) -> bool:
    """Whether a demo hospital has to be made first: its database is a file that is not there yet."""
    url = environ.get("DATABASE_URL", "")
    if os.name != "posix" or (environ.get("RAWAT_ENV") or "demo") != "demo" \
            or environ.get("SANDBOX_SERVER") or (url and not url.startswith("sqlite:///")):
        return False
    file = Path(url.removeprefix("sqlite:///")) if url else \
        Path(environ.get("RAWAT_INSTANCE") or root / "instance") / "rawat.sqlite3"
    return not file.exists()


if __name__ == "__main__":
    run(socket.socket(fileno=int(sys.argv[1])), sys.stdin)
