"""What the owner of the tables does on PostgreSQL: walls, backup, restore. The owner signs in by
`MIGRATION_DATABASE_URL`; where it is not set, the application's own role is taken."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

import click
import sqlalchemy as sa
from flask import current_app
from flask_migrate.cli import db as db_group

from models import database_roles
from models.base import db, prepare_engine
from models.errors import Refused
from portal.web.commands import command


@contextlib.contextmanager
def owner() -> Iterator[sa.Engine]:
    """The database as its owner reaches it."""
    url = os.environ.get("MIGRATION_DATABASE_URL")
    if not url or current_app.testing:
        yield db.engine
        return
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=sa.NullPool)
    prepare_engine(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def roles(app: str | None, patients: str | None) -> tuple[str, str]:
    """The two roles: as named, else those of the configuration. Raises `Refused`."""
    patients = patients or str(current_app.config["DATABASE_PATIENT_ROLE"])
    app = app or db.engine.url.username
    if not app or not patients:
        raise Refused("Name both roles: flask db walls APP PATIENTS, or set DATABASE_URL and "
                      "DATABASE_PATIENT_ROLE.")
    return app, patients


@db_group.command("walls")
@click.argument("app", required=False)
@click.argument("patients", required=False)
@click.option("--check", "only_look", is_flag=True,
              help="Change nothing; say what lacks; exit 1 if something does.")
@command
def walls(app: str | None, patients: str | None, only_look: bool) -> None:
    """Keep the application's role from changing ledger, journal and log, and a patient's from others' rows.

    APP is the role that serves, PATIENTS the one as which it acts for a patient; without them those of
    DATABASE_URL and DATABASE_PATIENT_ROLE. Run it as the owner after each flask db upgrade.
    """
    if db.engine.dialect.name != "postgresql":
        click.echo("This database knows no roles; nothing was done.")
        return
    names = roles(app, patients)
    with owner() as engine, engine.begin() as connection:
        if not only_look:
            click.echo(f"{database_roles.build(connection, *names)} statements: {names[0]} serves, "
                       f"{names[1]} is asked for patients.")
        lacking = database_roles.lacking(connection, *names)
    for line in lacking:
        click.echo(f"WRONG {line}")
    if lacking:
        sys.exit(1)
    click.echo(f"ok    {len(database_roles.own_rows())} tables give a patient the own rows only, "
               f"{len(database_roles.APPEND_ONLY)} only grow, {len(database_roles.closed())} are closed to "
               "patients")
