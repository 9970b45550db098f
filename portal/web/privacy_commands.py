"""`flask breach-list` and `flask records-past-keeping`: whom a leak concerns, and which records are past
their years. Both write a CSV that its owner alone reads."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from models import clock
from models.activity import Activity
from models.base import one_transaction
from models.errors import Refused
from models.operations.clinic import breaches
from models.operations.core import activity
from portal.web.commands import FILE, command
from portal.web.export import safe

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
HEADS = ("medical_record_number", "name", "birth_date", "email", "phone", "guardian", "state", "first_read",
         "last_read", "tables", "read_by", "whole_list")


def _instant(typed: datetime) -> datetime:
    """As typed on the hospital's clock."""
    return typed.replace(tzinfo=clock.zone()).astimezone(UTC)


def _write(target: Path, heads: Iterable[str], rows: Iterable[list[Any]]) -> None:
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Refused("%(file)s is there already; name another file.", file=target) from error
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(heads)
        writer.writerows([safe(cell) for cell in row] for row in rows)


@click.command("breach-list")
@click.option("--since", type=MOMENT, required=True, help="From when on, on the hospital's clock.")
@click.option("--until", type=MOMENT, help="Until when; now without it.")
@click.option("--account", "accounts", multiple=True, metavar="EMAIL", help="Only what this account read.")
@click.option("--token", "tokens", multiple=True, metavar="NAME",
              help="Only what came through this API token.")
@click.option("--address", "addresses", multiple=True, metavar="ADDRESS",
              help="Only from this network address.")
@click.option("-o", "--output", "target", type=FILE, required=True)
@command
def breach_list(since: datetime, until: datetime | None, accounts: tuple[str, ...], tokens: tuple[str, ...],
                addresses: tuple[str, ...], target: Path) -> None:
    """List the persons whose data were read or taken away, with how to reach them, by the access log."""
    what = breaches.Suspicion(_instant(since), _instant(until) if until else clock.now(), accounts, tokens,
                              addresses)
    with one_transaction():
        found = breaches.affected(what)
        _write(target, HEADS, map(_line, found))
        activity.record(Activity.EXPORTED, properties={"list": "breach-list"})
    click.echo(f"{len(found)} persons in {target}. UU 27/2022 asks that they and the authority are told in "
               "writing within three times 24 hours.")


def _line(entry: breaches.Affected) -> list[Any]:
    patient = entry.patient
    email, phone = breaches.contact_of(patient)
    return [patient.medical_record_number or "", patient.name, patient.birth_date.isoformat(), email, phone,
            patient.guardian.name if patient.guardian is not None else "", str(patient.state.value),
            clock.local(entry.first).isoformat(timespec="seconds"),
            clock.local(entry.last).isoformat(timespec="seconds"), " ".join(sorted(entry.tables)),
            " ".join(sorted(entry.readers)), "yes" if entry.in_lists else "no"]


@click.command("records-past-keeping")
@click.option("-o", "--output", "target", type=FILE, required=True)
@command
def records_past_keeping(target: Path) -> None:
    """List the records whose last visit is more than 25 years ago; nothing is changed."""
    with one_transaction():
        found = breaches.past_keeping(clock.today())
        _write(target, ("medical_record_number", "name", "birth_date", "last_visit"),
               ([patient.medical_record_number or "", patient.name, patient.birth_date.isoformat(),
                 day.isoformat()] for patient, day in found))
        activity.record(Activity.EXPORTED, properties={"list": "records-past-keeping"})
    click.echo(f"{len(found)} records in {target}")
