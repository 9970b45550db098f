"""`flask …` commands: what an operator types. Each prints what it did; a refusal is one line and exit 1."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from models import actor
from models.base import db, one_transaction
from models.errors import Refused
from models.operations.people import account_office, credentials, second_factor
from models.people import User
from models.roles import STAFF_ROLES, Role
from portal.web import data_commands, log_heads, passwords, schema
from portal.web.database_away import first_line, is_away

user_group = AppGroup("user", help="Accounts of the hospital.")
log_group = AppGroup("log", help="The activity log.")
reference_group = AppGroup("reference", help="Real reference data: accounts, items, regions, holidays …")

FILE = click.Path(path_type=Path, dir_okay=False)
HERE = click.Path(path_type=Path, dir_okay=False, exists=True)


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run as the command line, on a database of this version; a refusal is one line and exit 1."""
    return _command(function, needs=schema.CURRENT)


def on_any_database(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same for what has to work before, or without, the tables of this version."""
    return _command(function, needs=None)


def _command(function: Callable[..., Any], needs: str | None) -> Callable[..., Any]:
    @wraps(function)
    @with_appcontext
    def run(*args: Any, **kwargs: Any) -> Any:
        actor.set_actor(None, actor.Door.COMMAND)
        try:
            if needs and (stands := schema.standing()) != needs:
                click.echo(f"Nothing was done: {schema.ADVICE[stands]}", err=True)
                sys.exit(1)
            return function(*args, **kwargs)
        except Refused as refusal:
            click.echo(str(refusal), err=True)
            sys.exit(1)
        except SQLAlchemyError as error:
            if not is_away(error):
                raise
            click.echo(f"The database does not answer: {first_line(error)}", err=True)
            sys.exit(1)
        finally:
            db.session.remove()
    return run


def _person(email: str) -> User:
    user = db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))
    if user is None:
        raise Refused("There is no account %(email)s.", email=email)
    return user


@user_group.command("create")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]))
@click.password_option()
@command
def create_user(name: str, email: str, roles: tuple[str, ...], password: str) -> None:
    """Make an account, e.g. the first administrator."""
    from email_validator import EmailNotValidError, validate_email
    try:
        email = validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Refused("%(email)s is no e-mail address.", email=email) from error
    least = passwords.MIN_STAFF if set(map(Role, roles)) & STAFF_ROLES else passwords.MIN_PATIENT
    weak = passwords.problem(password, least, email, name)
    if weak is not None:
        raise weak
    with one_transaction() as session:
        if session.scalar(sa.select(User.id).where(sa.func.lower(User.email) == email.lower())):
            raise Refused("There is an account %(email)s already.", email=email)
        user = User(name=name, email=email)
        credentials.set_password(user, passwords.hashed(password))
        change = account_office.review(user, map(Role, roles), by=None)
        session.add(user)
        account_office.follow(user, change, by=None)
    click.echo(f"{email} can sign in{': ' + ', '.join(roles) if roles else ''}.")


@user_group.command("reset-factor")
@click.argument("email")
@command
def reset_factor(email: str) -> None:
    """Take an account's second factor off, when telephone and codes are lost."""
    with one_transaction():
        user = _person(email)
        if user.factor_since is None:
            raise Refused("%(email)s has no second factor.", email=email)
        second_factor.take_off(user)
    click.echo(f"{email}: signed out everywhere; the password alone opens the account.")


@user_group.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@command
def grant(email: str, role: str) -> None:
    """Give an account a role."""
    with one_transaction():
        user = _person(email)
        if not user.has_role(Role(role)):
            account_office.grant(user, Role(role))
    click.echo(f"{email}: {', '.join(sorted(user.roles))}")


@click.command("verify")
@click.option("--rebuild-balances", is_flag=True, help="Rebuild balances from the ledger first.")
@click.option("--log-head", type=HERE, help="A head of the log that was exported: finds an end that was cut.")
@command
def verify(rebuild_balances: bool, log_head: Path | None) -> None:
    """Prove every invariant; exit 0 and one ok line per check, else exit 1 and the first bad row. What waits
    to be sealed longer than it should, and roles that hang on one person, are told as well."""
    from models.operations.core import checks, log_proofs
    head = log_heads.read(log_head) if log_head is not None else None
    if rebuild_balances:
        with one_transaction() as session:
            checks.rebuild_balances(session)
        click.echo("balances rebuilt from the ledger")
    wrong = 0
    for name, bad in checks.verify(db.session):
        wrong += bad is not None
        click.echo(f"ok    {name}" if bad is None else f"WRONG {name}: {bad}")
    if head is not None:
        bad = log_proofs.verify_log(db.session(), head)
        wrong += bad is not None
        name = f"activity log: it goes on from the head of {head['at'][:16]}, row {head['last_id']}"
        click.echo(f"ok    {name}" if bad is None else f"WRONG {name}: {bad}")
    for name, finding in checks.warnings(db.session):
        click.echo(f"warns {name}: {finding}")
    if (late := log_proofs.waiting(db.session())) is not None:
        click.echo(f"waits activity log: not sealed for more than a minute: {late}; flask run-jobs seals")
    if wrong:
        sys.exit(1)


@log_group.command("export-head")
@click.argument("target", type=FILE, metavar="FILE")
@command
def export_head(target: Path) -> None:
    """Write the signed root of the activity log; flask verify --log-head FILE holds the log against it."""
    log_heads.export(target)


@click.command("demo")
@click.option("--scale", default=1, show_default=True, type=click.IntRange(1, 1000))
@click.option("--seed", default=2026, show_default=True)
@command
def demo(scale: int, seed: int) -> None:
    """Load the demo hospital into an empty database."""
    from models.operations.core import sealing
    from models.operations.setup import demo as hospital
    if current_app.config["RAWAT_ENV"] == "production":
        raise Refused("This is a production installation; the demo hospital is not loaded into it.")
    if db.session.scalar(sa.select(User.id).limit(1)):
        raise Refused("The database is not empty; the demo hospital is loaded into an empty one.")
    db.session.commit()
    hospital.load(db.session, scale=scale, seed=seed, progress=lambda text: click.echo(text, err=True))
    sealing.seal_all()
    click.echo("The demo hospital is loaded.")


@reference_group.command("load")
@click.option("--with-items", is_flag=True, help="The catalogue of usual items too, with made-up prices.")
@command
def load_reference(with_items: bool) -> None:
    """Load the reference data; what is there already stays as it is."""
    from models.operations.setup import reference
    with one_transaction() as session:
        counts = reference.load(session, items=with_items)
    for name, count in counts.items():
        click.echo(f"{name}: {count}")


@click.command("run-jobs")
@command
def run_jobs() -> None:
    """Do what falls due, then send the messages that wait. Run it every few minutes; two at once do no
    harm."""
    from models.operations.core import jobs, sealing
    from portal.web import outbox_job, push_job
    wrong = []
    for one in jobs.JOBS.values():
        try:
            with one_transaction():
                done = jobs.run(one)
        except Exception as error:  # one job that fails does not keep the others from running
            if is_away(error):
                raise
            current_app.logger.exception("job %s", one.name)
            wrong.append(one.name)
            done = f"failed: {type(error).__name__}"
        if done:
            click.echo(f"{one.name}: {done}")
    if sealed := sealing.seal_all():
        click.echo(f"log: {sealed} rows sealed")
    notified = outbox_job.send_waiting(outbox_job.addresses())
    click.echo(", ".join(f"{notified[word]} {word}"
                         for word in ("sent", "postponed", "failed", "interrupted")))
    if woken := push_job.send_news():
        click.echo("devices: " + ", ".join(f"{number} {word}" for word, number in sorted(woken.items())))
    if wrong:
        sys.exit(1)


@click.command("translations")
@on_any_database
def translations() -> None:
    """Gather the messages, compile the catalogue, name what lacks its Indonesian; exit 1 if something
    does."""
    from portal.web import message_catalogue
    lacking = message_catalogue.update()
    for message in lacking:
        click.echo(message)
    click.echo(f"{len(lacking)} messages lack their Indonesian.")
    sys.exit(1 if lacking else 0)


@click.command("export")
@click.argument("table")
@click.option("--format", "kind", type=click.Choice(sorted(data_commands.WRITERS)), default="csv",
              show_default=True)
@click.option("-o", "--output", "target", type=FILE, required=True)
@command
def export(table: str, kind: str, target: Path) -> None:
    """Write a whole table to a file; secrets and NIK stay out."""
    data_commands.export(table, kind, target)


@click.command("import")
@click.argument("table")
@click.argument("source", type=HERE, metavar="FILE")
@click.option("--sheet", help="The sheet to read, when a workbook has several.")
@click.option("--yes", "sure", is_flag=True, help="Do not ask before the rows are written.")
@click.option("--codes-are-right", is_flag=True, help="Codes that may have lost zeros in front are meant so.")
@click.option("--by", metavar="ADDRESS", help="The account that brings it; first stock needs one.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day of the first stock.")
@click.option("--decimals", "mark", type=click.Choice([",", "."]), help="What stands before the decimals.")
@command
def import_(table: str, source: Path, sheet: str | None, sure: bool, codes_are_right: bool, by: str | None,
            on: datetime | None, mark: str | None) -> None:
    """Bring master data or opening_stock from CSV or XLSX: all rows or none, each bad row named."""
    data_commands.import_(table, source, sheet, sure=sure, codes_are_right=codes_are_right, by=by,
                          on=on.date() if on is not None else None, mark=mark)


@click.command("backup")
@click.argument("target", type=FILE, metavar="FILE")
@on_any_database
def backup(target: Path) -> None:
    """Write a consistent copy of the database while the hospital works."""
    data_commands.save(target)


@click.command("restore")
@click.argument("source", type=HERE, metavar="FILE")
@click.confirmation_option(prompt="This replaces the whole database. Is the server stopped?")
@on_any_database
def restore(source: Path) -> None:
    """Check a backup, then put it in the place of the database."""
    data_commands.restore(source)


def init_app(app: Flask) -> None:
    app.cli.add_command(user_group)
    app.cli.add_command(reference_group)
    app.cli.add_command(log_group)
    from portal.web import owner  # noqa: F401  (its command joins the group of Flask-Migrate)
    from portal.web.paper_commands import papers
    from portal.web.privacy_commands import breach_list, records_past_keeping

    for entry in (papers, breach_list, records_past_keeping, verify, demo, run_jobs, translations, export,
                  import_, backup, restore):
        app.cli.add_command(entry)
