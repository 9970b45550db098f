"""The signed root of the activity log, out of the database: `flask log export-head`, and once a day by mail
and as a file beside the database, as the settings say."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app

from models import clock
from models.base import db
from models.errors import N_, Refused
from models.operations.core import log_proofs, sealing
from models.operations.core.jobs import each_day, job
from models.operations.people.mail import post_to
from models.people import AccountStatus, Language, User
from models.settings import setting

#: Days of files that are kept.
MOST_FILES = 400


def written(made: Any, target: Path) -> None:
    """The head into a file that its owner alone reads; never half."""
    part = target.with_name(target.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(sealing.head_text(made))
    part.replace(target)


def export(target: Path) -> None:
    """Seal what is committed and write the head."""
    sealing.seal_all()
    made = sealing.head(db.session())
    written(made, target)
    click.echo(f"The log up to row {made['last_id']} (seal {made['seal']}) in {target}. "
               "Keep it where the database's owner cannot write.")


def read(source: Path) -> Any:
    """The head of a file. Raises `Refused`."""
    try:
        made = json.loads(source.read_text(encoding="utf-8")[:10_000])
    except (ValueError, OSError, RecursionError) as problem:
        raise Refused(
            N_("This file is no head of the log: make one with flask log export-head.")) from problem
    return log_proofs.checked_head(made)


@job("log_head", due=each_day())
def send_head() -> str:
    """Once a day, where the settings name somebody or want the file."""
    recipients, is_kept = setting("log.recipients"), setting("log.head_file") == "yes"
    if not recipients and not is_kept:
        return ""
    sealing.seal(db.session())
    made, day = sealing.head(db.session()), clock.today().isoformat()
    if is_kept:
        folder = Path(current_app.config["INSTANCE"]) / "log-heads"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        written(made, folder / f"{day}.json")
        for old in sorted(folder.glob("*.json"))[:-MOST_FILES]:
            old.unlink(missing_ok=True)
    known = dict(db.session.execute(sa.select(sa.func.lower(User.email), User.language).where(
        sa.func.lower(User.email).in_([each.lower() for each in recipients]),
        User.status == AccountStatus.ACTIVE)).all())
    for address in sorted(set(recipients)):
        post_to(address, "log_head", language=known.get(address.lower(), Language.ID), day=day,
                head=sealing.head_text(made), last=made["last_id"])
    return f"seal {made['seal']}"
