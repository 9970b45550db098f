"""Teachers' own exercises as exercises: read from the text that is kept, checked as the files are, done on
the same page."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from flask_babel import lazy_gettext as _l

from models.base import between_transactions
from models.errors import N_, Refused
from models.learning import OWN
from models.operations.learning import own_exercises
from models.people import User
from portal.learn.exercises import check, files

CHAPTER = files.Chapter("own", _l("Own exercises"), "pencil")


@lru_cache(512)
def read(key: str, body: str) -> files.Exercise:
    """The exercise that a text says, with this key. Raises `files.BadFile`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / CHAPTER.key / f"{key}.toml"
        path.parent.mkdir()
        path.write_text(body, encoding="utf-8", newline="\n")
        return files.read(path)


def checked(key: str, body: str, *, runs: bool) -> files.Exercise:
    """The exercise of a text; with `runs`, its solution and its wrong answers are tried on both files of the
    lab. Raises `Refused` at the field."""
    own_exercises.content_of(body)
    try:
        exercise = read(key, body.replace("\r\n", "\n"))
    except files.BadFile as error:
        raise Refused(N_("The exercise cannot be used yet: %(why)s"), field="body",
                      why=str(error).partition(": ")[2]) from None
    if runs:
        between_transactions()  # queries take seconds
        found = list(check.flaws(exercise))
        if found:
            raise Refused(N_("The exercise cannot be published yet: %(why)s"), field="body",
                          why="; ".join(found)[:500])
    return exercise


def readable(key: str, user: User) -> files.Exercise | None:
    """The own exercise of that key, if the person may do it."""
    kept = own_exercises.readable(key, user) if key.startswith(OWN) and len(key) <= 40 else None
    if kept is None:
        return None
    try:
        return read(kept.key, kept.body)
    except files.BadFile:  # a rule of the format is newer than the text
        return None
