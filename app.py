"""Rawat: `create_app` puts the rooms together; `python app.py` serves the hospital."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate, upgrade
from flask_wtf.csrf import CSRFProtect

import backoffice
import models  # noqa: F401  (every table)
import portal
from models import clock
from models.base import db, prepare_engine
from models.operations import activity, nik  # noqa: F401  (activity listens to every session)
from models.people import User
from models.roles import Role
from portal.site import config as site_config

csrf = CSRFProtect()
migrate = Migrate(compare_type=True, render_as_batch=False)


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application; `config` overrides environment and defaults. Raises `SystemExit` when it may not start."""
    settings = site_config.read(config)
    app = Flask(__name__, instance_path=str(settings["INSTANCE"]))
    app.config.update(settings)
    clock.set_zone(app.config["HOSPITAL_TZ"])
    nik.configure(app.config)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(site_config.ROOT / "migrations"))
    with app.app_context():
        prepare_engine(db.engine)
    csrf.init_app(app)
    portal.init_app(app)
    backoffice.init_app(app)
    return app


def prepare(app: Flask) -> None:
    """Bring the database up to date; load the demo hospital into an empty one; refuse demo accounts in production."""
    with app.app_context():
        if app.config["RAWAT_ENV"] == "production":
            if not sa.inspect(db.engine).has_table("user"):
                raise site_config.Unsafe("Rawat does not start: the database is empty; run `flask db upgrade` first.")
            if db.session.scalar(sa.select(User.id).where(User.is_demo).limit(1)):
                raise site_config.Unsafe("Rawat does not start: demo accounts are in this database; "
                                         "production needs one without them.")
            return
        if db.engine.dialect.name == "sqlite":
            os.makedirs(app.config["INSTANCE"], exist_ok=True)
        if not _is_current(app):
            print("Preparing the database …", flush=True)
            upgrade(directory=app.extensions["migrate"].directory)
        if not db.session.scalar(sa.select(User.id).limit(1)):
            from models.operations import demo
            print("Loading the demo hospital; this takes a little while, once …", flush=True)
            demo.load(db.session)
        db.session.remove()


def _is_current(app: Flask) -> bool:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    heads = set(ScriptDirectory(app.extensions["migrate"].directory).get_heads())
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def make_server(app: Flask, *, host: str, port: int, threads: int) -> Any:
    """The WSGI server, listening: waitress, because it reads a request whole before a thread takes it, so slow
    clients wait for themselves only."""
    from waitress import create_server

    return create_server(app, host=host, port=port, threads=threads, ident="rawat", connection_limit=1000,
                         channel_timeout=60, max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
                         clear_untrusted_proxy_headers=True, **_proxy())


def serve() -> None:
    """`python app.py`: prepare the database, then answer until stopped."""
    started = time.monotonic()
    app = create_app()
    prepare(app)
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 5000)
    workers = int(os.environ.get("WORKERS") or max(8, 4 * (os.cpu_count() or 2)))
    server = make_server(app, host=host, port=port, threads=workers)
    print(f"Rawat is ready after {time.monotonic() - started:.1f} s: http://{host}:{port}")
    if app.config["RAWAT_ENV"] == "demo":
        print("\nDemo accounts, password rawat-demo-2026:")
        for role in Role:
            print(f"  {role.value}@demo.rawat")
        print("  patient2@demo.rawat  doctor2@demo.rawat  unit_user2@demo.rawat\n\nStop with Ctrl+C.", flush=True)
    server.run()


def _proxy() -> dict[str, Any]:
    """Believe the reverse proxy's headers only from the address that `TRUSTED_PROXY` names."""
    proxy = os.environ.get("TRUSTED_PROXY")
    if not proxy:
        return {}
    return {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto",
                                                              "x-forwarded-host"}}


if __name__ == "__main__":
    try:
        serve()
    except site_config.Unsafe as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)
