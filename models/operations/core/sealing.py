"""The sealer: what is committed to the activity log is sealed about once a second, by one at a time.

Writers take no lock. A seal is the signed root of a Merkle tree over rows of the log, chained to the seal
before (`models.activity.LogSeal`). A row whose transaction commits late, below rows that are sealed already,
comes into a later seal: numbers that a transaction may still bring are kept until all transactions that ran
when they were missed have ended. Until it is sealed, at most some seconds, a row is proven by its own hash
alone.
"""

from __future__ import annotations

import json
import logging
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models import clock
from models.activity import ActivityLog, LogSeal
from models.base import db, hospital, one_transaction
from models.errors import Conflict
from models.operations.core import merkle
from models.operations.core.activity import ON_WRITTEN, canonical, digest, plain

#: The hash before the first seal, and of old rows before the first row.
GENESIS = "0" * 64
#: Rows of one seal; what is more goes into the next.
MOST_ROWS = 5_000
#: Seconds between two looks of one process at what is to be sealed.
PAUSE_SECONDS = 1.0
#: … after one that failed: the database is away.
AGAIN_SECONDS = 10.0
#: PostgreSQL's advisory lock of the one who seals.
LOCK = 7_281_901
log = logging.getLogger(__name__)
_LOG, _SEAL = ActivityLog.__table__, LogSeal.__table__
_key: Ed25519PrivateKey | None = None


# ---------------------------------------------------------------- signing

def configure(keys: Mapping[str, Any]) -> None:
    """Take the key from which seals are signed: it follows from `SECRET_KEY`."""
    global _key
    derived = HKDF(SHA256(), 32, None, b"rawat log seal").derive(str(keys["SECRET_KEY"]).encode())
    _key = Ed25519PrivateKey.from_private_bytes(derived)


def _own() -> Ed25519PrivateKey:
    if _key is None:
        raise RuntimeError("models.operations.core.sealing.configure() was not called")
    return _key


def public_key() -> str:
    """The key (hex) by which anybody can check this hospital's signatures."""
    return _own().public_key().public_bytes_raw().hex()


def sign(text: str) -> str:
    return _own().sign(text.encode()).hex()


def is_signed(text: str, signature: str, key: str) -> bool:
    """Whether the Ed25519 `signature` (hex) of the text was made with the private part of `key` (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


_SIGNED = ("id", "previous_hash", "root", "rows", "sealed_at", "size")


def signed_text(seal: Mapping[str, Any]) -> str:
    """What a seal's `hash` and `signature` are made of."""
    return canonical({name: plain(seal[name]) for name in _SIGNED})


# ---------------------------------------------------------------- ids as ranges

def as_ranges(ids: Iterable[int]) -> list[list[int]]:
    """First and last of each run of rising ids."""
    found: list[list[int]] = []
    for each in ids:
        if found and each == found[-1][1] + 1:
            found[-1][1] = each
        else:
            found.append([each, each])
    return found


def written(ids: Iterable[int]) -> str:
    """Rising ids as text: ``1-40,42``."""
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in as_ranges(ids))


def ids_of(rows: str) -> Iterator[int]:
    """The ids of such a text. Raises ValueError."""
    for part in rows.split(","):
        first, _dash, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def leaf_of(row_id: int, row_hash: str) -> bytes:
    """The leaf of a row: its id and its hash."""
    return merkle.leaf(f"{row_id}:{row_hash}".encode())


# ---------------------------------------------------------------- sealing

def seal(session: Session, most: int = MOST_ROWS) -> int:
    """Seal at most so many committed rows; how many. Wants a transaction of its own: `one_transaction`. Who
    else seals waits until it ends."""
    connection = session.connection()
    on_postgresql = connection.dialect.name == "postgresql"
    oldest = 0
    if on_postgresql:  # on SQLite BEGIN IMMEDIATE is the lock
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        # before the rows are read: what had ended by now is seen by the statement that reads them
        oldest = connection.scalar(sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    last = connection.execute(sa.select(_SEAL.c["id", "hash", "last_id", "waiting"])
                              .order_by(_SEAL.c.id.desc()).limit(1)).first()
    number, previous, top, waiting = last or (0, GENESIS, 0, [])
    rows = connection.execute(_unsealed(top, waiting).order_by(_LOG.c.id).limit(most)).all()
    if not rows:
        return 0
    own = _own_number(connection) if on_postgresql else 0
    made = _made(number + 1, previous, rows)
    connection.execute(sa.insert(_SEAL).values(
        **made, last_id=max(top, rows[-1].id), waiting=_still_out(top, waiting, rows, oldest, own)))
    return len(rows)


def _unsealed(top: int, waiting: list[list[int]]) -> sa.Select[Any]:
    late = [_LOG.c.id.between(first, last) for first, last, *_ in waiting]
    return sa.select(_LOG.c["id", "hash"]).where(sa.or_(_LOG.c.id > top, *late))


def _own_number(connection: sa.Connection) -> int:
    """The number of this transaction, higher than of any that gave a row its id before."""
    return int(connection.scalar(sa.text("SELECT pg_current_xact_id()::text::bigint")) or 0)


def _still_out(top: int, waiting: list[list[int]], rows: Any, oldest: int, own: int) -> list[list[int]]:
    """Ids that were not seen and may still come. `oldest` is the lowest number of a transaction that runs,
    `own` this one's; both are 0 where one writes at a time, and nothing comes late."""
    if not own:
        return []
    seen = [row.id for row in rows]
    # a number from the future is another server's: this database was restored here, and nobody holds it
    out = [[*part, until] for first, last, until in waiting if oldest < until <= own
           for part in _between(first, last, seen)]
    return out + [[*part, own] for part in _between(top + 1, seen[-1], seen)]


def _between(first: int, last: int, seen: list[int]) -> Iterator[tuple[int, int]]:
    """What is left of the ids `first` to `last` without the rising ones that were seen."""
    for each in seen[bisect_left(seen, first):bisect_right(seen, last)]:
        if each > first:
            yield first, each - 1
        first = each + 1
    if first <= last:
        yield first, last


def _made(number: int, previous: str, rows: Any) -> dict[str, Any]:
    leaves = [leaf_of(row.id, row.hash) for row in rows]
    made: dict[str, Any] = {
        "id": number, "previous_hash": previous, "root": merkle.root(leaves).hex(), "size": len(rows),
        "rows": written(row.id for row in rows), "sealed_at": clock.now()}
    text = signed_text(made)
    return {**made, "leaves": b"".join(leaves), "hash": digest(text), "public_key": public_key(),
            "signature": sign(text)}


def seal_all() -> int:
    """Seal everything that is committed, each seal in a transaction of its own; how many rows."""
    total = 0
    while True:
        with one_transaction() as session:
            count = seal(session)
        total += count
        if count < MOST_ROWS:
            return total


# ---------------------------------------------------------------- heads

def head(session: Session) -> dict[str, Any]:
    """The last seal, signed with the time: kept outside of the database, it shows later whether the log lost
    its end."""
    last = session.execute(sa.select(_SEAL.c["id", "hash", "last_id"]).order_by(_SEAL.c.id.desc())
                           .limit(1)).first()
    made = {"format": "rawat-log-head/1", "seal": last.id if last else 0,
            "hash": last.hash if last else GENESIS, "last_id": last.last_id if last else 0,
            "at": clock.now().isoformat(), "public_key": public_key()}
    return {**made, "signature": sign(canonical(made))}


def head_text(made: Mapping[str, Any]) -> str:
    """The head as a file."""
    return json.dumps(made, indent=1) + "\n"


# ---------------------------------------------------------------- about once a second

_SEALS = "log_is_to_be_sealed"
_wanted = threading.Event()


def _note(session: Session) -> None:
    session.info[_SEALS] = True


@event.listens_for(db.session, "after_commit")
def _wake(session: Session) -> None:
    if session.info.pop(_SEALS, False) and not hospital():
        _wanted.set()


ON_WRITTEN.append(_note)


def start(app: Any) -> None:
    """Seal in a thread of this process what it and others write, at most once in `PAUSE_SECONDS`, as long as
    it lives. Nothing is asked while nothing is written; what a process that died left behind is sealed with
    the next row, or by `flask run-jobs`."""
    def run() -> None:
        pause = threading.Event()
        while True:
            _wanted.wait()
            _wanted.clear()
            pause.wait(PAUSE_SECONDS if _sealed(app) else AGAIN_SECONDS)

    _wanted.set()
    threading.Thread(target=run, name="sealer", daemon=True).start()


def _sealed(app: Any) -> bool:
    """Seal what there is; False, and wanted again, when the database refuses or is away."""
    try:
        with app.app_context():
            seal_all()
    except (SQLAlchemyError, Conflict) as problem:
        log.warning("the log was not sealed: %s", str(problem).partition("\n")[0])
        _wanted.set()
        return False
    return True
