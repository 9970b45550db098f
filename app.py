"""Rawat: `create_app` puts the rooms together; `python app.py` serves the hospital."""

from __future__ import annotations

import contextlib
import gc
import os
import runpy
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # The rooms take seconds to import: a first start answers before that. By its path, for the same reason.
    _page = runpy.run_path(str(Path(__file__).with_name("portal") / "web" / "opening_page.py"))
    OPENING = None
    if _page["is_wanted"](os.environ, Path(__file__).parent):
        with contextlib.suppress(OSError):  # a port that is taken is told by the start itself
            OPENING = _page["Opening"](os.environ.get("HOST") or "127.0.0.1",
                                       int(os.environ.get("PORT") or 5000))

# Hundreds of thousands of objects are made while the rooms load, and hardly one is thrown away: to look for
# garbage in between took a third of the start.
gc.disable()

import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade
from flask_wtf.csrf import CSRFProtect

import backoffice
import models  # noqa: F401  (every table)
import portal
from models import clock, database_roles
from models.base import db, prepare_engine
from models.operations.clinic import conversation_news
from models.operations.core import child_process, sealing
from models.operations.people import accounts, nik, second_factor
from models.people import User
from models.roles import Role
from portal.learn import boxes
from portal.web import config as site_config
from portal.web import filling, logs, processes, replica, schema

gc.enable()
gc.freeze()  # what is loaded now stays: no later look for garbage walks through it

csrf = CSRFProtect()
migrate = Migrate(compare_type=True, render_as_batch=False)


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application; `config` overrides environment and defaults. Raises `SystemExit` when it may not
    start."""
    settings = site_config.read(config)
    boxes.configure(settings)
    app = Flask(__name__, instance_path=str(settings["INSTANCE"]))
    app.config.update(settings)
    clock.set_zone(app.config["HOSPITAL_TZ"])
    clock.run_ahead(app.config["CLOCK_AHEAD"])
    nik.configure(app.config)
    accounts.configure(app.config)
    sealing.configure(app.config)
    second_factor.configure(app.config)
    on_postgresql = str(app.config["SQLALCHEMY_DATABASE_URI"]).startswith("postgresql")
    database_roles.configure(app.config["DATABASE_PATIENT_ROLE"] if on_postgresql else "")
    db.init_app(app)
    migrate.init_app(app, db, directory=str(site_config.ROOT / "migrations"))
    with app.app_context():
        prepare_engine(db.engine)
        database_roles.wall(db.engine)
        if most := app.config["SLOW_QUERY_MS"]:
            logs.watch_statements(db.engine, most / 1000)
    replica.configure(app)
    csrf.init_app(app)
    portal.init_app(app)
    backoffice.init_app(app)
    return app


def prepare(app: Flask, tell: Callable[..., None] | None = None, *, behind: bool = False) -> None:
    """Bring the database up to date; load the demo hospital into an empty one; refuse demo accounts in
    production. `tell` hears how far the loading is: part, share of it, day that it has reached. `behind`: a
    copy of the process plays the hospital's year, where there can be one; this one goes on."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            os.makedirs(app.config["INSTANCE"], exist_ok=True)
        stands = schema.standing()
        if app.config["RAWAT_ENV"] == "production":
            _require_production(stands)
            return
        if stands == schema.FOREIGN:
            raise site_config.Unsafe(f"Rawat does not start: {schema.ADVICE[stands]}")
        if stands != schema.CURRENT:
            print("Preparing the database …", flush=True)
            if tell is not None:
                tell("tables")
            upgrade(directory=app.extensions["migrate"].directory)
        _require_demo(app, tell, behind)
        db.session.remove()


def _require_production(stands: str) -> None:
    """Raise `Unsafe` where the database is not what production serves."""
    if stands != schema.CURRENT:
        raise site_config.Unsafe(f"Rawat does not start: {schema.ADVICE[stands]}")
    if lacks := database_roles.lacking_here():
        raise site_config.Unsafe(f"Rawat does not start: {lacks[0]}; run `flask db walls` first.")
    if db.session.scalar(sa.select(User.id).where(User.is_demo).limit(1)):
        raise site_config.Unsafe("Rawat does not start: demo accounts are in this database; "
                                 "production needs one without them.")


def _require_demo(app: Flask, tell: Callable[..., None] | None, behind: bool) -> None:
    """Load the demo hospital into an empty database, or anew where that was cut off."""
    if filling.was_cut_off():
        print("The demo hospital was not filled to its end: it is loaded anew.", flush=True)
        db.session.remove()
        downgrade(directory=app.extensions["migrate"].directory, revision="base")
        upgrade(directory=app.extensions["migrate"].directory)
    if not db.session.scalar(sa.select(User.id).limit(1)):
        print("Loading the demo hospital; this takes a minute or two, once …", flush=True)
        filling.load(app, tell, behind=behind)


def make_server(app: Flask, *, threads: int, **where: Any) -> Any:
    """The WSGI server, listening: waitress, because it reads a request whole before a thread takes it, so
    slow clients wait for themselves only. `where` is its `host` and `port`, or `sockets` that are open."""
    if app.config["LONG_POLL"]:
        from portal.web.long_poll import create_server
    else:
        from waitress import create_server

    child_process.READERS.leave_free(threads)
    return create_server(app, threads=threads, ident="rawat", connection_limit=6000, backlog=2048,
                         asyncore_use_poll=True, channel_timeout=60,
                         # Over it the connection is closed; between the two Flask answers with a page that
                         # says why.
                         max_request_body_size=2 * app.config["MAX_CONTENT_LENGTH"],
                         clear_untrusted_proxy_headers=True, **_proxy(), **where)


def serve(opening: Any = None) -> None:
    """`python app.py`: prepare the database, then answer until stopped. `opening` is the page of a first
    start."""
    started = time.monotonic()
    app = create_app()
    if not app.config["SANDBOX_SERVER"]:
        prepare(app, opening.tell if opening is not None else None, behind=True)
    _more_sockets()
    processes.check(app)
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 5000)
    usual = max(8, 4 * (os.cpu_count() or 2)) if app.config["PROCESSES"] == 1 else processes.THREADS
    threads = int(os.environ.get("WORKERS") or usual)
    try:
        listening = (opening.end() if opening is not None
                     else socket.create_server((host, port), family=_family(host, port), backlog=2048))
    except OSError as problem:
        raise site_config.Unsafe(f"Rawat does not start: port {port}: {problem.strerror}.") from problem
    if app.config["SANDBOX_SERVER"]:
        print(f"Practice hospitals: http://{host}:{port}", flush=True)
    else:
        _greet(app, f"Rawat is ready after {time.monotonic() - started:.1f} s: http://{host}:{port}")
    gc.collect()
    # what is loaded now stays; walking through it held all threads for 0.2 s at every full collection
    gc.freeze()
    processes.serve(app, lambda place: _answer(app, listening, host, threads, place))


def _answer(app: Flask, listening: socket.socket, host: str, threads: int, place: int) -> None:
    """Answer until stopped, as the process number `place`."""
    with app.app_context():
        conversation_news.listen(sa.make_url(app.config["LISTEN_DATABASE_URL"] or db.engine.url))
    server = make_server(app, sockets=[listening], threads=threads)
    if app.config["SANDBOX_SERVER"]:
        boxes.end_with_parent()
    else:
        if place == 1:
            boxes.start(app, host)
        sealing.start(app)
    server.run()


def _family(host: str, port: int) -> socket.AddressFamily:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]


def _greet(app: Flask, ready: str) -> None:
    """What the terminal shows when the server answers; in the demo who can sign in."""
    print(ready, flush=True)
    if app.config["RAWAT_ENV"] == "demo":
        print("\nDemo accounts, password rawat-demo-2026:")
        for role in Role:
            print(f"  {role.value}@demo.rawat")
        from models.operations.setup.demo.people import SECOND
        print(f"  {'  '.join(f'{name}@demo.rawat' for name in SECOND)}\n\nStop with Ctrl+C.", flush=True)


def _more_sockets() -> None:
    """Every open conversation holds a socket: as many as the system allows."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 16_384 if hard == resource.RLIM_INFINITY else min(hard, 16_384)
        if soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _proxy() -> dict[str, Any]:
    """Believe the reverse proxy's headers only from the address that `TRUSTED_PROXY` names."""
    proxy = os.environ.get("TRUSTED_PROXY")
    if not proxy:
        return {}
    return {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto",
                                                              "x-forwarded-host"}}


if __name__ == "__main__":
    try:
        serve(OPENING)
    except site_config.Unsafe as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)
