"""What the seals of the activity log prove: that no row was changed, taken out, put in or moved, that nothing
was cut from the end, and that one row stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import clock
from models.activity import ActivityLog, LogSeal
from models.base import db
from models.errors import N_, Refused
from models.operations.core import merkle, sealing
from models.operations.core.activity import SHOWN, canonical, digest, plain, rest_hash, row_hash
from models.operations.core.sealing import GENESIS, ids_of, is_signed, leaf_of, signed_text

_LOG, _SEAL = ActivityLog.__table__, LogSeal.__table__
#: A row that is older and not sealed yet is told by `flask verify`.
SEALED_WITHIN = timedelta(minutes=1)
FORMAT = "rawat-log-proof/1"


@dataclass(frozen=True)
class Broken:
    """The first place where log and seals are not what was written. `row_id` is the id of the row at
    fault."""

    row_id: int
    reason: str
    table: str = "activity_log"

    def __str__(self) -> str:
        return f"{self.table} row {self.row_id}: {self.reason}"


# ---------------------------------------------------------------- the whole log

def verify_log(session: Session | None = None, head: Mapping[str, Any] | None = None) -> Broken | None:
    """None when every sealed row of the log is as it was sealed, else the first that was changed, taken out,
    put in or moved.

    Rows that wait to be sealed are proven by their own hash alone (`waiting`). An end that was cut together
    with its seals can be seen only from outside: give a `head` that was exported earlier.
    """
    connection = (session or db.session()).connection()
    with (connection.execute(sa.select(_LOG).order_by(_LOG.c.id)
                             .execution_options(yield_per=2000)) as rows,
          connection.execute(sa.select(_SEAL).order_by(_SEAL.c.id)
                             .execution_options(yield_per=200)) as seals):
        return _Walk(rows.mappings(), head).through(seals.mappings())


class _Walk:
    """Goes along the rows by id while it goes from seal to seal. What a seal leaves out may be in a later
    one: it is kept until then."""

    def __init__(self, rows: Any, head: Mapping[str, Any] | None) -> None:
        self.rows = iter(rows)
        self.head = head
        self.aside: dict[int, bytes] = {}
        self.next: tuple[int, bytes] | None = None
        self.broken: Broken | None = None
        self.chained = (0, GENESIS)

    def through(self, seals: Any) -> Broken | None:
        last: Mapping[Any, Any] | None = None
        found = False
        for seal in seals:
            wrong = _seal_broken(seal, last) or self._sealed(seal, last["last_id"] if last else 0)
            if wrong is not None:
                return wrong
            if self.head is not None and seal["id"] == self.head["seal"]:
                found = True
                if seal["hash"] != self.head["hash"]:
                    return Broken(seal["id"], N_("not the seal that was exported"), "log_seal")
            last = seal
        return self._end(last, found)

    def _end(self, last: Mapping[Any, Any] | None, found: bool) -> Broken | None:
        top = last["last_id"] if last else 0
        open_ids = [range(first, until + 1) for first, until, *_ in last["waiting"]] if last else []
        for row_id in self.aside:
            if not any(row_id in part for part in open_ids):
                return Broken(row_id, N_("put in: no seal holds it"))
        while self._take(None) is not None:
            pass
        if self.broken is not None:
            return self.broken
        if self.head is not None and self.head["seal"] and not found:
            return Broken(top + 1, N_("missing, with all that follow up to the exported head"))
        if last is None:
            return None
        if last["public_key"] != sealing.public_key():
            return Broken(last["id"], N_("signed with another key than this installation's"), "log_seal")
        return _signature_broken(last)

    def _take(self, until: int | None) -> tuple[int, bytes] | None:
        """The next row up to this id: its id and leaf; None when there is none. What is wrong about the row
        itself is noted."""
        if self.next is None:
            row = next(self.rows, None)
            if row is None:
                return None
            self._look(row)
            self.next = (row["id"], leaf_of(row["id"], row["hash"]))
        if until is not None and self.next[0] > until:
            return None
        taken, self.next = self.next, None
        return taken

    def _look(self, row: Mapping[Any, Any]) -> None:
        if self.broken is not None:
            return
        if row["salt"] is None:  # written before there were seals
            row_id, before = self.chained
            if row["id"] != row_id + 1:
                self.broken = Broken(row_id + 1, N_("missing"))
            elif row["previous_hash"] != before:
                self.broken = Broken(row["id"], N_("does not follow the row before it"))
            self.chained = (row["id"], row["hash"])
        if self.broken is None and row["hash"] != row_hash(row):
            self.broken = Broken(row["id"], N_("changed after it was written"))

    def _sealed(self, seal: Mapping[Any, Any], top: int) -> Broken | None:
        leaves = seal["leaves"]
        for place, row_id in enumerate(ids_of(seal["rows"])):
            leaf = self._leaf_of(row_id, top)
            if self.broken is not None and self.broken.row_id <= row_id:
                return self.broken
            if leaf is None:
                return Broken(row_id, N_("missing"))
            if leaf != leaves[32 * place:32 * place + 32]:
                return Broken(row_id, N_("not the row that was sealed here"))
        while (taken := self._take(seal["last_id"])) is not None:
            self.aside[taken[0]] = taken[1]
        return None

    def _leaf_of(self, row_id: int, top: int) -> bytes | None:
        while row_id > top and (taken := self._take(row_id)) is not None:
            if taken[0] == row_id:
                return taken[1]
            self.aside[taken[0]] = taken[1]
        return self.aside.pop(row_id, None)


def _seal_broken(seal: Mapping[Any, Any], last: Mapping[Any, Any] | None) -> Broken | None:
    """What is wrong about a seal itself, after the one before it."""
    number = seal["id"]
    expected = last["id"] + 1 if last else 1

    def broken(reason: str, row_id: int = number) -> Broken:
        return Broken(row_id, reason, "log_seal")

    if number != expected:
        return broken(N_("missing"), expected)
    if seal["previous_hash"] != (last["hash"] if last else GENESIS):
        return broken(N_("does not follow the row before it"))
    leaves = [seal["leaves"][place:place + 32] for place in range(0, len(seal["leaves"]), 32)]
    if digest(signed_text(seal)) != seal["hash"] or len(leaves) != seal["size"] \
            or merkle.root(leaves).hex() != seal["root"] or not _lists(seal):
        return broken(N_("changed after it was written"))
    # what is chained stands behind the next signature: one by each key is enough
    if last is not None and last["public_key"] != seal["public_key"]:
        return _signature_broken(last)
    return None


def _lists(seal: Mapping[Any, Any]) -> bool:
    """Whether the seal names as many rows as it has leaves."""
    if not re.fullmatch(r"\d{1,18}(-\d{1,18})?(,\d{1,18}(-\d{1,18})?)*", seal["rows"]):
        return False
    named = 0
    for part in seal["rows"].split(","):
        first, _dash, until = part.partition("-")
        named += int(until or first) - int(first) + 1
    return bool(named == seal["size"])


def _signature_broken(seal: Mapping[Any, Any]) -> Broken | None:
    if is_signed(signed_text(seal), seal["signature"], seal["public_key"]):
        return None
    return Broken(seal["id"], N_("its signature is not right"), "log_seal")


def checked_head(made: Any) -> Mapping[str, Any]:
    """The exported head as `verify_log` takes it. Raises `Refused` when it is none of this hospital's."""
    if not isinstance(made, dict) or made.get("format") != "rawat-log-head/1":
        raise Refused(N_("This file is no head of the log: make one with flask log export-head."))
    signed = {name: value for name, value in made.items() if name != "signature"}
    key = str(made.get("public_key"))
    if not is_signed(canonical(plain(signed)), str(made.get("signature")), key):
        raise Refused(N_("The head of the log was changed after it was exported: its signature is not "
                         "right."))
    if key != sealing.public_key() and db.session.scalar(
            sa.select(_SEAL.c.id).where(_SEAL.c.public_key == key).limit(1)) is None:
        raise Refused(N_("The head of the log was signed with a key that this hospital never had."))
    return made


# ---------------------------------------------------------------- what waits

@dataclass(frozen=True)
class Waiting:
    """Rows that are not sealed, older than they should be: how many, and the first."""

    rows: int
    first_id: int

    def __str__(self) -> str:
        return f"{self.rows} (activity_log row {self.first_id})"


def waiting(session: Session) -> Waiting | None:
    """Rows that are not sealed although they are older than a minute, or from the future; None: none."""
    last = session.execute(sa.select(_SEAL.c["last_id", "waiting"]).order_by(_SEAL.c.id.desc())
                           .limit(1)).first()
    top, late = last or (0, [])
    now = clock.now()
    count, first = session.execute(sa.select(sa.func.count(), sa.func.min(_LOG.c.id)).where(
        sa.or_(_LOG.c.id > top, *(_LOG.c.id.between(low, high) for low, high, *_ in late)),
        sa.or_(_LOG.c.occurred_at < now - SEALED_WITHIN, _LOG.c.occurred_at > now + SEALED_WITHIN))).one()
    return Waiting(count, first) if count else None


# ---------------------------------------------------------------- one row

def _seal_of(session: Session, row_id: int) -> tuple[Mapping[Any, Any], int] | None:
    """The seal that holds a row, and the row's place in it."""
    with session.connection().execute(
            sa.select(_SEAL).where(_SEAL.c.last_id >= row_id).order_by(_SEAL.c.id)
            .execution_options(yield_per=20)) as seals:
        for seal in seals.mappings():
            for place, each in enumerate(ids_of(seal["rows"])):
                if each == row_id:
                    return seal, place
    return None


def proof_of(session: Session, row: ActivityLog) -> dict[str, Any] | None:
    """That the row stands in the log: what it says without address and values, leaf, path, and the signed
    root. None while it is not sealed. Whoever has it can check it alone; `check_proof` also asks the log."""
    found = _seal_of(session, row.id)
    if found is None:
        return None
    seal, place = found
    leaves = [seal["leaves"][at:at + 32] for at in range(0, len(seal["leaves"]), 32)]
    values = {column.name: getattr(row, column.name) for column in _LOG.columns}
    entry = {} if row.salt is None else {
        "entry": {**{name: plain(values[name]) for name in SHOWN}, "rest": rest_hash(values)}}
    return {"format": FORMAT, **entry,
            "leaf": {"id": row.id, "row_hash": row.hash, "hash": leaves[place].hex(), "index": place},
            "path": [each.hex() for each in merkle.path(leaves, place)],
            "seal": {**{name: plain(seal[name]) for name in
                        ("id", "previous_hash", "root", "rows", "sealed_at", "size")},
                     "public_key": seal["public_key"], "signature": seal["signature"]}}


@dataclass(frozen=True)
class Proven:
    """What a proof shows: the row, when it was sealed, and what it says where the proof tells it."""

    row_id: int
    sealed_at: datetime
    entry: Mapping[str, Any]


def check_proof(session: Session, proof: Any) -> Proven:
    """Check a proof by itself and against the log. Raises `Refused` with what is wrong about it."""
    try:
        leaf, seal = proof["leaf"], proof["seal"]
        row_id, named, text = int(leaf["id"]), str(leaf["row_hash"]), signed_text(seal)
        beside = [bytes.fromhex(each) for each in _short(proof["path"])]
        root = merkle.root_by(leaf_of(row_id, named), int(leaf["index"]), int(seal["size"]), beside)
        entry = dict(proof.get("entry") or {})
        genuine = (root is not None and root.hex() == seal["root"]
                   and is_signed(text, str(seal["signature"]), str(seal["public_key"]))
                   and (not entry or digest(canonical(plain(entry))) == named))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as problem:
        raise Refused(N_("This is no proof of the log. Choose the file that you downloaded, or paste all of "
                         "its text.")) from problem
    kept = session.execute(sa.select(_SEAL.c["hash", "sealed_at"]).where(
        _SEAL.c.hash == digest(text), _SEAL.c.public_key == str(seal["public_key"]))).first() \
        if genuine else None
    if kept is None:
        raise Refused(N_("This proof is not right: it was changed, or another hospital issued it."))
    row = session.execute(sa.select(_LOG).where(_LOG.c.id == row_id)).first()
    if row is None or row.hash != named or row_hash(row._asdict()) != named:
        raise Refused(N_("This proof is genuine, but the log does not hold this entry any more as it was. "
                         "Keep the proof and tell the hospital's management."))
    return Proven(row_id, clock.aware(kept.sealed_at), entry)


def _short(path: Any) -> Iterator[str]:
    """The path's hashes; ValueError when it is longer than any can be."""
    if not isinstance(path, list) or len(path) > 64:
        raise ValueError("no path")
    yield from map(str, path)
