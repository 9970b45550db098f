"""`flask sandbox …`: the template of the boxes, and what is thrown away."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal.learn.boxes import store, template
from portal.web.commands import command, on_any_database

group = AppGroup("sandbox", help="Practice hospitals of learners.")


@group.command("build")
@command
def build() -> None:
    """Make the template that learners' hospitals are copied from; minutes where no embedded demo is at
    hand."""
    made = template.build()
    click.echo(f"{made}: {made.stat().st_size / 1_000_000:.1f} MB")


@group.command("clean")
@on_any_database
def clean() -> None:
    """Throw away practice hospitals whose time is over."""
    click.echo(f"{store.clean_up()} thrown away")
