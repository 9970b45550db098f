"""A learner's types on the disk, beside the practice hospital: they stay when that is made anew."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import replace
from pathlib import Path

from models.errors import N_, Refused
from portal.learn.boxes import settings
from portal.learn.own_document.definition import MOST_TYPES, OwnType, read, written

#: By file: when it was changed (nanoseconds), and what it says.
_read: dict[Path, tuple[int, tuple[OwnType, ...]]] = {}
MOST_READ = 500


def _file(owner_id: int) -> Path:
    return settings.folder() / f"{owner_id}.types"


def types_of(owner_id: int) -> tuple[OwnType, ...]:
    """The learner's types, in the order in which they were made; remembered until the file changes."""
    file = _file(owner_id)
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return ()
    if file not in _read or _read[file][0] != changed:
        if len(_read) >= MOST_READ:
            _read.clear()
        _read[file] = changed, _types(file)
    return _read[file][1]


def _types(file: Path) -> tuple[OwnType, ...]:
    try:
        return tuple(read(row) for row in json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):  # a file of another release
        return ()


def find(owner_id: int, name: str) -> OwnType | None:
    """The learner's type of that name."""
    return next((own for own in types_of(owner_id) if own.name == name), None)


def save(owner_id: int, own: OwnType, former: str = "") -> OwnType:
    """Keep a type, in the place of the one called `former` where it is given. A changed one has the next
    revision. Raises `Refused` when there are too many."""
    types = list(types_of(owner_id))
    place = next((place for place, each in enumerate(types) if each.name == former), None)
    if place is None:
        if len(types) >= MOST_TYPES:
            raise Refused(N_("You have %(most)s document types, which is all that there is room for. Delete "
                             "one first."), field="name", most=MOST_TYPES)
        types.append(own)
    else:
        before = types[place]
        own = replace(own, revision=before.revision if own == before else before.revision + 1)
        types[place] = own
    _write(owner_id, types)
    return own


def delete(owner_id: int, name: str) -> None:
    """Forget a type; its table and its documents stay in the practice hospital until that is made anew."""
    _write(owner_id, [own for own in types_of(owner_id) if own.name != name])


def _write(owner_id: int, types: list[OwnType]) -> None:
    file = _file(owner_id)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_suffix(f".{secrets.token_hex(4)}")
    part.write_text("[" + ",\n ".join(map(written, types)) + "]", encoding="utf-8")
    part.chmod(0o600)
    os.replace(part, file)
