"""Configuration from the environment, and the refusals to start with an unsafe one."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from models.operations.core.files import MOST_BYTES, MOST_FILES
from models.operations.people import push

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("SECRET_KEY", "NIK_KEY", "NIK_INDEX_KEY")
#: The private half of the key (P-256, 32 bytes in base64url) by which push services know us; without it none
#: is asked.
PUSH_KEY = "PUSH_KEY"
#: How many such keys there are.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: Values that a copied example or an earlier demo may have left behind.
DEFAULT_SECRETS = frozenset({"", "dev", "secret", "changeme", "change-me", "…", "...", "demo"})
#: Sign-in with other providers; each shows its button only when its variables are set.
PROVIDERS = ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "FACEBOOK_CLIENT_ID", "FACEBOOK_CLIENT_SECRET",
             "OIDC_DISCOVERY_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME")
#: A form with all files of a request for a consultation, each of at most 10 MB; every file is looked at by
#: itself.
MAX_FORM = MOST_FILES * MOST_BYTES + 64 * 1024


class Unsafe(SystemExit):
    """The installation may not start; the message is one line that says why."""


def read(given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The application's configuration: `given` first, then the environment, then defaults.

    Raises `Unsafe` for a production start with a missing, default or short secret.
    """
    given = dict(given or {})
    environment = str(given.get("RAWAT_ENV") or os.environ.get("RAWAT_ENV") or "demo")
    if environment not in ("demo", "production"):
        raise Unsafe(f"Rawat does not start: RAWAT_ENV is '{environment}'; it must be demo or production.")
    instance = Path(os.environ.get("RAWAT_INSTANCE") or ROOT / "instance")
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{instance / 'rawat.sqlite3'}"
    config: dict[str, Any] = {
        "RAWAT_ENV": environment,
        "INSTANCE": instance,
        "SQLALCHEMY_DATABASE_URI": url.replace("postgresql://", "postgresql+psycopg://", 1),
        **{name: (os.environ.get(name) or "").replace("postgresql://", "postgresql+psycopg://", 1)
           for name in ("READ_DATABASE_URL", "LISTEN_DATABASE_URL")},
        # As which role the database is asked for a patient who is signed in; "": as for everybody.
        "DATABASE_PATIENT_ROLE": os.environ.get("DATABASE_PATIENT_ROLE") or "",
        "HOSPITAL_TZ": os.environ.get("HOSPITAL_TZ") or "Asia/Jakarta",
        "CLOCK_AHEAD": _ahead(environment),
        # The demo prints what it would send; in production a channel without an address keeps its messages
        # waiting.
        **{name: os.environ.get(name) or ("console:" if environment == "demo" else "")
           for name in ("MAIL_URL", "WHATSAPP_URL", "SMS_URL")},
        "MAIL_FROM": os.environ.get("MAIL_FROM") or "rawat@localhost",
        "REDIS_URL": os.environ.get("REDIS_URL") or "",
        "LONG_POLL": _switch("LONG_POLL"),
        # Staff set up a second factor before anything else; demo accounts never.
        "SECOND_FACTOR": _one_of("SECOND_FACTOR", ("staff", "off"),
                                 "staff" if environment == "production" else "off"),
        # Large approvals, files with many rows, and changes of rights ask again who it is.
        "STEP_UP": _one_of("STEP_UP", ("on", "off"), "on" if environment == "production" else "off"),
        "TURN_SECRET": os.environ.get("TURN_SECRET") or "",
        "SQL_LAB": _switch("SQL_LAB"),
        "METRICS_TOKEN": os.environ.get("METRICS_TOKEN") or "",
        "LOG_FORMAT": _one_of("LOG_FORMAT", ("json", "text"),
                              "json" if environment == "production" else "text"),
        "PROCESSES": _count("PROCESSES", 1, least=1),
        "SLOW_QUERY_MS": _count("SLOW_QUERY_MS", 1000, least=0),
        "PUSH_HOSTS": _push_hosts(),
        "PUBLIC_URL": (os.environ.get("PUBLIC_URL") or "").rstrip("/"),
        **{name: os.environ.get(name) or "" for name in PROVIDERS},
        "TRUSTED_HOSTS": _hosts(environment),
        "MAX_CONTENT_LENGTH": MAX_FORM,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 5_000,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "id",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        **_secrets(environment, instance, given),
        **given,
    }
    _check_push_key(str(config[PUSH_KEY]))
    uri = config["SQLALCHEMY_DATABASE_URI"]
    # What was written stays out of error messages, and so out of log lines: it may be a patient's.
    pool = {} if str(uri).startswith("sqlite") else _pool()
    config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"hide_parameters": True, **pool})
    if environment == "production":
        # The cookie's prefix makes the browser refuse it without TLS and from a sister host.
        config.setdefault("SESSION_COOKIE_SECURE", True)
        config.setdefault("SESSION_COOKIE_NAME", "__Host-rawat")
    else:
        config.setdefault("SESSION_COOKIE_NAME", "rawat")
    return config


#: Names of this machine, by which it is asked from itself: a proxy beside it, a check that it lives.
OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")


def _hosts(environment: str) -> list[str] | None:
    """The hosts that requests may be for: those of `TRUSTED_HOSTS`, else in production the one of
    `PUBLIC_URL`, and the own machine; None: any."""
    named = [name.strip() for name in (os.environ.get("TRUSTED_HOSTS") or "").split(",") if name.strip()]
    if not named and environment == "production":
        host = urlsplit(os.environ.get("PUBLIC_URL") or "").hostname
        named = [host] if host else []
    return [*named, *OWN_NAMES] if named else None


def _pool() -> dict[str, Any]:
    """How many connections a process keeps, and whether statements are prepared: a pooler that gives each
    transaction another connection needs `DATABASE_PREPARE_THRESHOLD=off`."""
    threshold = os.environ.get("DATABASE_PREPARE_THRESHOLD") or "5"
    prepared = None if threshold == "off" else _count("DATABASE_PREPARE_THRESHOLD", 5, least=0)
    # the connection used last is used first: few of them hold the plans of what is asked most
    return {"pool_use_lifo": True, "pool_size": _count("DATABASE_POOL_SIZE", 8, least=1),
            "max_overflow": _count("DATABASE_POOL_OVERFLOW", 8, least=0),
            "connect_args": {"prepare_threshold": prepared}}


def _count(name: str, default: int, *, least: int) -> int:
    typed = os.environ.get(name) or str(default)
    if not (typed.isascii() and typed.isdigit() and len(typed) < 5 and int(typed) >= least):
        raise Unsafe(f"Rawat does not start: {name} is '{typed}'; it must be a whole number from {least} to "
                     "9999.")
    return int(typed)


def _switch(name: str) -> bool:
    """What is on unless it is switched off: that requests for news of a conversation wait on the server, and
    the students' SQL lab."""
    typed = os.environ.get(name) or "on"
    if typed not in ("on", "off"):
        raise Unsafe(f"Rawat does not start: {name} is '{typed}'; it must be on or off.")
    return typed == "on"


def _one_of(name: str, known: tuple[str, ...], default: str) -> str:
    typed = os.environ.get(name) or default
    if typed not in known:
        raise Unsafe(f"Rawat does not start: {name} is '{typed}'; it must be {' or '.join(known)}.")
    return typed


def _ahead(environment: str) -> timedelta:
    """How far the demo's clock runs ahead; a hospital's never does."""
    typed = os.environ.get("RAWAT_CLOCK_AHEAD_DAYS") or "0"
    if not re.fullmatch(r"-?[0-9]{1,4}(\.[0-9]{1,12})?", typed):
        raise Unsafe("Rawat does not start: RAWAT_CLOCK_AHEAD_DAYS is no number of days.")
    if environment == "production" and float(typed):
        raise Unsafe("Rawat does not start: RAWAT_CLOCK_AHEAD_DAYS is for the demo; documents carry real "
                     "dates.")
    return timedelta(days=float(typed))


def _push_hosts() -> tuple[str, ...]:
    """Push services beside those of the known browsers, from `PUSH_HOSTS`."""
    named = tuple(name.strip().lower() for name in (os.environ.get("PUSH_HOSTS") or "").split(",")
                  if name.strip())
    for name in named:
        if not push.is_outside(name):
            raise Unsafe(f"Rawat does not start: PUSH_HOSTS has '{name}'; it takes names of the open net.")
    return named


def _check_push_key(text: str) -> None:
    """Raises `Unsafe` for what is no key."""
    if not text:
        return
    whole = re.fullmatch(r"[\w-]{43}=?", text, re.ASCII)
    if not whole or not 0 < int.from_bytes(base64.urlsafe_b64decode(text[:43] + "=")) < _ORDER:
        raise Unsafe("Rawat does not start: PUSH_KEY must be 32 random bytes in base64url (43 characters).")


def _secrets(environment: str, instance: Path, given: Mapping[str, Any]) -> dict[str, str]:
    result = {name: str(given.get(name) or os.environ.get(name) or "") for name in SECRETS}
    push_key = {PUSH_KEY: str(given.get(PUSH_KEY) or os.environ.get(PUSH_KEY) or "")}
    if environment == "production":
        for name, value in result.items():
            if not value:
                raise Unsafe(f"Rawat does not start: {name} is not set.")
            if value.strip().lower() in DEFAULT_SECRETS or len(value) < 32:
                raise Unsafe(
                    f"Rawat does not start: {name} is a default or too short; use 32 random characters."
                )
        if len(set(result.values())) < len(result):
            raise Unsafe("Rawat does not start: SECRET_KEY, NIK_KEY and NIK_INDEX_KEY must differ.")
        return result | push_key
    if all(result.values()):
        return result | push_key
    stored = _kept_secrets(instance)
    return {name: value or stored[name] for name, value in (result | push_key).items()}


def _kept_secrets(instance: Path) -> dict[str, str]:
    """The demo's secrets, made once and readable by its owner only; one that a newer version needs is
    added."""
    file = instance / "secrets.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    lengths = {**dict.fromkeys(SECRETS, 48), PUSH_KEY: 32}
    if missing := {name: secrets.token_urlsafe(size) for name, size in lengths.items() if name not in kept}:
        instance.mkdir(parents=True, exist_ok=True)
        kept |= missing
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(json.dumps(kept))
    return kept
