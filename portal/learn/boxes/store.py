"""The boxes on the disk: one SQLite file for each learner, copied from the template, thrown away in time.

A box is made under a new key each time; a record (`<owner>.json`) says which is the owner's now. So what was
opened on the box before (a session, a link, a connection) never meets the new one.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import current_app, has_request_context, request
from itsdangerous import BadSignature, URLSafeSerializer

from models import clock
from models.errors import N_, Refused
from models.operations.core.jobs import job
from models.people import User
from models.roles import Role
from portal.learn.boxes import settings

#: What stays free on the disk, bytes.
SPARE = 300 * 1024 * 1024
#: Seconds after which a file that no record names is taken away.
ORPHAN = 60
#: Files that SQLite lays beside a database.
BESIDE = ("", "-wal", "-shm", "-journal")
ENTER = "/box/enter"


@dataclass(frozen=True)
class Box:
    """A learner's own hospital.

    `key` names it among all boxes, `owner_id` is the learner's account in the house, `house` the address of
    the lessons (``http://host:port``), `until` the instant (aware, UTC) at which it is thrown away.
    """

    key: str
    owner_id: int
    house: str
    made_at: datetime

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return settings.folder() / f"{self.key}.sqlite3"

    @property
    def until(self) -> datetime:
        return self.made_at + timedelta(hours=current_app.config[settings.HOURS])

    @property
    def left(self) -> timedelta:
        """How long it lasts still; never below nothing."""
        return max(self.until - clock.now(), timedelta())

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(_size(Path(f"{self.path}{ending}")) for ending in BESIDE)

    def read_only(self) -> sqlite3.Connection:
        """A connection that can change nothing, for a SELECT that looks at what the learner did. The caller
        closes it (`contextlib.closing`). Amounts are scaled integers here, see `models.base.ExactDecimal`.
        Raises `sqlite3.OperationalError` when the box is gone."""
        connection = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)
        connection.execute("PRAGMA query_only=ON")
        return connection

    def address(self, path: str, role: Role | str | None = None) -> str:
        """The link that opens `path` ("/admin/store_request/") in this box, signed in as the demo account of
        `role` where one is given, else as whoever is signed in there. Whoever has the link may enter: show it
        to the owner only."""
        parameters = {"ticket": sign(self.key, "enter"), "next": path}
        if role is not None:
            parameters["role"] = str(role)
        return f"{_origin(self.house)}{ENTER}?{urlencode(parameters)}"


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _origin(house: str) -> str:
    """Where browsers reach the boxes: as `SANDBOX_URL` says, else at another port of the same host."""
    if current_app.config[settings.URL]:
        return str(current_app.config[settings.URL])
    parts = urlsplit(request.host_url if has_request_context() and not settings.serves_boxes() else house)
    host = parts.hostname or "127.0.0.1"
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme or 'http'}://{host}:{current_app.config[settings.PORT]}"


# ---------------------------------------------------------------- signed keys

def sign(key: str, purpose: str) -> str:
    """A box's key as a link or a cookie carries it."""
    return str(_signer(purpose).dumps(key))


def signed_box(text: str, purpose: str) -> Box | None:
    """The living box of a signed key; None for a forged, other or outlived one."""
    try:
        key = _signer(purpose).loads(text)
    except BadSignature:
        return None
    owner = str(key).partition("-")[0]
    box = _read(settings.folder() / f"{owner}.json") if owner.isdigit() else None
    return box if box is not None and box.key == key and is_alive(box) else None


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secrets_of_boxes()["SECRET_KEY"], salt=f"box:{purpose}")


# ---------------------------------------------------------------- finding and making

def box_of(user: User) -> Box | None:
    """The living box of an account of the house, None when there is none (never made, or its time is
    over)."""
    box = _read(settings.folder() / f"{user.id}.json")
    return box if box is not None and is_alive(box) else None


def is_alive(box: Box) -> bool:
    return clock.now() < box.until and box.path.exists()


def _read(record: Path) -> Box | None:
    try:
        facts = json.loads(record.read_text(encoding="utf-8"))
        return Box(str(facts["key"]), int(facts["owner"]), str(facts["house"]),
                   datetime.fromtimestamp(facts["made"], UTC))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def every_box() -> list[Box]:
    """Each owner's box, those whose time is over included."""
    found = (_read(path) for path in settings.folder().glob("*.json"))
    return [box for box in found if box is not None]


def template() -> Path:
    """The file that boxes are copied from; made by `flask sandbox build`."""
    return settings.folder() / "template.sqlite3"


def require_template() -> Path:
    """The template. Raises `Refused` when nobody made it yet."""
    if not template().exists():
        raise Refused(N_("There is no template to copy from yet. An administrator makes it by "
                         "“flask sandbox build”."))
    return template()


def make(owner_id: int, house: str) -> Box:
    """A new box for the account `owner_id`; the one before is thrown away. Takes well under a second.

    `house` is the address of the lessons. Raises `Refused` when there is no template, or no room.
    """
    folder, source = settings.folder(), require_template()
    clean_up()
    before = _read(folder / f"{owner_id}.json")
    _refuse_without_room(source, before)
    box = Box(f"{owner_id}-{secrets.token_hex(8)}", owner_id, house, clock.now())
    try:
        part = box.path.with_suffix(".part")
        shutil.copyfile(source, part)
        part.chmod(0o600)
        part.replace(box.path)
        _write(folder / f"{owner_id}.json", {"key": box.key, "owner": owner_id, "house": house,
                                             "made": box.made_at.timestamp()})
    except OSError as error:
        raise Refused(N_("The hospital could not be made: %(why)s."), why=error.strerror) from error
    if before is not None:
        _remove(before.path)
    return box


def _write(record: Path, facts: dict[str, object]) -> None:
    part = record.with_suffix(f".{secrets.token_hex(4)}")
    part.write_text(json.dumps(facts), encoding="utf-8")
    os.replace(part, record)


def _refuse_without_room(source: Path, before: Box | None) -> None:
    """Raises `Refused` where one more would be too many: boxes, bytes of all, bytes of the disk."""
    config, others = current_app.config, [box for box in every_box() if box != before]
    if len(others) >= config[settings.MOST]:
        raise Refused(N_("There are %(most)s practice hospitals already, which is all that this machine "
                         "takes. Try again later."), most=config[settings.MOST])
    needed = _size(source)
    taken = sum(box.size for box in others)
    if taken + needed > config[settings.MOST_MB] * 1024 * 1024:
        raise Refused(N_("The practice hospitals fill the room that they have. Try again later."))
    if shutil.disk_usage(source.parent).free < needed + SPARE:
        raise Refused(N_("The disk is nearly full, so no practice hospital is made. Tell an administrator."))


# ---------------------------------------------------------------- throwing away

def throw_away(box: Box) -> None:
    """The box is gone; its links lead nowhere."""
    record = settings.folder() / f"{box.owner_id}.json"
    if _read(record) == box:
        record.unlink(missing_ok=True)
    _remove(box.path)


def _remove(path: Path) -> None:
    for ending in BESIDE:
        with suppress(OSError):  # Windows keeps open files; `clean_up` comes by again
            Path(f"{path}{ending}").unlink(missing_ok=True)


def clean_up() -> int:
    """Throw away what outlived its time, and files that no box names any more; says how many boxes went."""
    over = [box for box in every_box() if not is_alive(box)]
    for box in over:
        throw_away(box)
    known = {box.path for box in every_box()}
    for path in settings.folder().glob("*-*.*"):
        lies = path.with_name(path.name.split(".")[0] + ".sqlite3")
        if lies not in known and time.time() - _changed(path) > ORPHAN:
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return len(over)


def _changed(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return time.time()


@job("sandboxes")
def throw_away_old_ones() -> str:
    """Boxes whose time is over."""
    gone = clean_up() if settings.is_on() else 0
    return f"{gone} thrown away" if gone else ""
