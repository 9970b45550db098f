"""Where the learners' hospitals ("boxes") are served, how many there may be and how long one lasts.

The variables `SANDBOX_PORT`, `SANDBOX_URL`, `SANDBOX_HOURS`, `SANDBOX_MOST` and `SANDBOX_MOST_MB` are
described in docs/deploy.md.

`RAWAT_SANDBOX_SERVER` is set by the server for the process that it starts for the boxes; nobody else sets it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
from pathlib import Path
from typing import Any

from flask import current_app

from models.base import hospital
from portal.learn.boxes.pool import BoxPool
from portal.web.config import Unsafe

#: Names in the application's configuration.
PORT, URL, HOURS, MOST, MOST_MB, SERVER = (
    "SANDBOX_PORT", "SANDBOX_URL", "SANDBOX_HOURS", "SANDBOX_MOST", "SANDBOX_MOST_MB", "SANDBOX_SERVER")
#: Bytes of a form with its files in a box; a hospital takes more.
MOST_UPLOAD = 4 * 1024 * 1024
#: Pages of 4 kB that a box may grow to: 64 MB. SQLite then refuses the row, and the page says so.
MOST_PAGES = 16_384
#: Pages of 4 kB of the write-ahead log after which it is folded into the file.
LOG_PAGES = 200


def configure(settings: dict[str, Any]) -> None:
    """Complete the application's configuration: of the house, or of the process that serves the boxes.

    Raises `Unsafe` for a value that is no number.
    """
    settings[SERVER] = bool(settings.get(SERVER) or os.environ.get("RAWAT_SANDBOX_SERVER"))
    url = str(settings.get(URL) or os.environ.get(URL) or "").rstrip("/")
    settings[URL] = url
    for name, default in ((HOURS, 24), (MOST, 100), (MOST_MB, 2048)):
        settings[name] = _number(name, str(settings.get(name) or os.environ.get(name) or default))
    settings[PORT] = _port(str(settings.get(PORT) or os.environ.get(PORT) or ""), settings["RAWAT_ENV"], url)
    if settings[SERVER]:
        _alone(settings)


def _number(name: str, typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and 0 < len(typed) < 7):
        raise Unsafe(f"Rawat does not start: {name} is '{typed}'; it must be a whole number.")
    return int(typed)


def _port(typed: str, environment: str, url: str) -> int:
    """The boxes' port, 0 for none: a hospital has boxes only where its training host is named."""
    if typed == "off" or (environment == "production" and not (url and typed)):
        return 0
    if typed:
        return _number(PORT, typed)
    house = os.environ.get("PORT") or "5000"
    return int(house) + 1 if house.isascii() and house.isdigit() else 0


def _alone(settings: dict[str, Any]) -> None:
    """The process of the boxes reaches nothing but their files: no mail, no other database, no shared
    limits."""
    settings.update({
        # never opened: `_open_asked` does. A name, because without one all requests share one connection
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{Path(settings['INSTANCE']).absolute() / 'none'}",
        "READ_DATABASE_URL": "", "LISTEN_DATABASE_URL": "", "TRUSTED_HOSTS": None, "REDIS_URL": "",
        "DATABASE_PATIENT_ROLE": "",
        "PUBLIC_URL": "", "MAIL_URL": "", "WHATSAPP_URL": "",
        "SMS_URL": "",
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, "poolclass": BoxPool,
                                      "creator": _open_asked},
        "LONG_POLL": False, "MAX_CONTENT_LENGTH": MOST_UPLOAD, "SESSION_COOKIE_NAME": "rawat_box_session"})


def _open_asked() -> sqlite3.Connection:
    """A connection to the box that this request asks. Raises `sqlite3.OperationalError` where it asks none
    or the file is gone."""
    name = hospital()
    if not name:
        raise sqlite3.OperationalError("no box is asked")
    return sqlite3.connect(f"{(folder() / name).with_suffix('.sqlite3').as_uri()}?mode=rw", uri=True,
                           check_same_thread=False)


def tame(connection: Any, _record: Any) -> None:
    """A box's connection, after `prepare_engine` saw it: little memory, bounded size, no wait for the disk
    (a box that a power cut spoils is made anew)."""
    for pragma in ("cache_size=-2000", "synchronous=OFF", f"max_page_count={MOST_PAGES}",
                   f"wal_autocheckpoint={LOG_PAGES}"):
        connection.execute(f"PRAGMA {pragma}")


def folder() -> Path:
    """Where template and boxes lie."""
    instance = Path(current_app.config["INSTANCE"]).absolute()
    return instance if serves_boxes() else instance / "boxes"


def serves_boxes() -> bool:
    """Whether this process is the one of the boxes."""
    return bool(current_app.config[SERVER])


def is_on() -> bool:
    """Whether learners can have a box here."""
    return serves_boxes() or bool(current_app.config[PORT])


def secrets_of_boxes() -> dict[str, str]:
    """The secrets of the boxes' process: it opens no session of the house, and reads a NIK only of people
    whom a program made."""
    config = current_app.config
    if serves_boxes():
        return {name: str(config[name]) for name in ("SECRET_KEY", "NIK_KEY", "NIK_INDEX_KEY")}
    made = {"SECRET_KEY": _derived("session"), "NIK_KEY": _derived("nik"), "NIK_INDEX_KEY": _derived("index")}
    if config["RAWAT_ENV"] == "demo":  # the template is made from this database
        made |= {name: str(config[name]) for name in ("NIK_KEY", "NIK_INDEX_KEY")}
    return made


def _derived(purpose: str) -> str:
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), f"boxes:{purpose}".encode(),
                    hashlib.sha256).hexdigest()
