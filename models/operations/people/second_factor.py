"""The second factor of an account: an authenticator app (RFC 6238), passkeys (`passkeys`) and recovery codes.

A code is taken once. Who lost app and passkeys uses a recovery code; without one another administrator takes
the factor off, or the operator (`flask user reset-factor`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

import pyotp
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.exc import IntegrityError

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.operations.core import step_up
from models.operations.people.credentials import end_access
from models.operations.people.mail import post
from models.operations.people.notices import holders
from models.people import User
from models.roles import Role
from models.second_factor import Authenticator, Passkey, RecoveryCode

#: Seconds of a code, and how many codes before and after now are taken: clocks of telephones differ.
STEP, DRIFT = 30, 1
CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_cipher: list[AESGCM] = []


def configure(config: Mapping[str, Any]) -> None:
    """Take the key under which secrets are kept, made from `NIK_KEY`."""
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"rawat second factor")
    _cipher[:] = [AESGCM(key.derive(str(config["NIK_KEY"]).encode()))]


def sealed(secret: str, owner: str) -> str:
    """`secret` as a table keeps it; it opens for the same `owner` alone."""
    nonce = secrets.token_bytes(12)
    kept = _cipher[0].encrypt(nonce, secret.encode(), owner.encode())
    return base64.b64encode(nonce + kept).decode()


def opened(kept: str, owner: str) -> str:
    """The secret; raises `InvalidTag` after `NIK_KEY` was changed, or for another owner."""
    raw = base64.b64decode(kept)
    return _cipher[0].decrypt(raw[:12], raw[12:], owner.encode()).decode()


def _secret_of(row: Authenticator) -> str:
    return opened(row.secret, str(row.user_id))


def step_now() -> int:
    """Telephones show the real time, also where the demo's clock runs ahead."""
    return int((clock.now() - clock.ahead()).timestamp()) // STEP


def has_app(user: User) -> bool:
    """Whether codes of an authenticator app count; one that was only begun does not."""
    row = _row(user)
    return row is not None and row.confirmed_at is not None


def _row(user: User) -> Authenticator | None:
    return db.session.scalar(sa.select(Authenticator).where(Authenticator.user_id == user.id))


# ---------------------------------------------------------------- setting it up

def begin(user: User) -> str:
    """The secret that the app is to keep; the same until it is confirmed. Flushes.

    Raises `Refused` where there is an app already.
    """
    if has_app(user):
        raise Refused(N_("Your authenticator app is set up already."))
    row = _row(user)
    if row is None:
        try:
            with db.session.begin_nested():
                row = Authenticator(user_id=user.id, secret=sealed(pyotp.random_base32(), str(user.id)))
                db.session.add(row)
        except IntegrityError:  # two pages opened at once: one key for both
            row = _row(user)
            assert row is not None
    try:
        return _secret_of(row)
    except InvalidTag:
        secret = pyotp.random_base32()
        row.secret = sealed(secret, str(user.id))
        db.session.flush()
        return secret


def confirm(user: User, code: str, *, keep: str | None = None) -> list[str]:
    """From now on the app is asked for: the recovery codes, which nobody can read again; none where there are
    some from a passkey. Flushes.

    With the first factor all sessions but `keep`, and tokens, end. Raises `Refused` for a wrong code.
    """
    begin(user)
    if not _is_code(user, code):
        raise Refused(N_("This code is not right. Type the six digits that the app shows now."), field="code")
    row = _row(user)
    assert row is not None
    row.confirmed_at = clock.now()
    post(user, "factor_on")
    return added(user, keep=keep)


def added(user: User, *, keep: str | None = None) -> list[str]:
    """What follows from a new app or passkey: with the first all sessions but `keep`, and tokens, end, and
    there are recovery codes. Flushes."""
    if user.factor_since is not None:
        return []
    end_access(user, keep=keep)
    user.factor_since = clock.now()
    return new_codes(user)


def new_codes(user: User) -> list[str]:
    """Ten new recovery codes; those before open nothing any more. Flushes."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    made = ["-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
            for _ in range(CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(code)) for code in made)
    db.session.flush()
    return made


def codes_left(user: User) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode).where(
        RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))) or 0


# ---------------------------------------------------------------- proving it

def _hash(code: str) -> str:
    return hashlib.sha256("".join(filter(str.isalnum, code.lower())).encode()).hexdigest()


def _is_code(user: User, code: str) -> bool:
    """Whether the app shows it now; it is used up then: of two at once one gets it."""
    row, digits = _row(user), "".join(code.split())
    if row is None or len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return False
    try:
        app, now = pyotp.HOTP(_secret_of(row)), step_now()
    except InvalidTag:  # recovery codes and the reset still lead in
        return False
    fits = next((step for step in range(now - DRIFT, now + DRIFT + 1)
                 if hmac.compare_digest(app.at(step), digits)), None)
    if fits is None:
        return False
    return _took(sa.update(Authenticator).where(
        Authenticator.id == row.id, Authenticator.last_step < fits).values(last_step=fits))


def _took(statement: Any) -> bool:
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return bool(result.rowcount == 1)


def is_right(user: User, code: str) -> bool:
    """Whether `code` is what the app shows, or a recovery code; either is taken once. Flushes."""
    if user.factor_since is None:
        return False
    if has_app(user) and _is_code(user, code):
        return True
    if not _took(sa.update(RecoveryCode).where(
            RecoveryCode.user_id == user.id, RecoveryCode.code_hash == _hash(code[:80]),
            RecoveryCode.used_at.is_(None)).values(used_at=clock.now())):
        return False
    post(user, "recovery_code_used", left=codes_left(user))
    return True


# ---------------------------------------------------------------- taking it off

def take_off(user: User, *, keep: str | None = None) -> None:
    """Nothing is asked for any more, neither app nor passkey: all sessions but `keep`, and tokens, end; the
    owner is told. Flushes."""
    for model in (Authenticator, RecoveryCode, Passkey):
        db.session.execute(sa.delete(model).where(model.user_id == user.id)
                           .execution_options(synchronize_session=False))
    user.factor_since = None
    end_access(user, keep=keep)
    post(user, "factor_off")
    db.session.flush()


def take_app_off(user: User, *, keep: str | None = None) -> None:
    """The same of the app alone: passkeys and recovery codes stay where there is a passkey. Flushes.

    Raises `Refused` where there is no app.
    """
    if not has_app(user):
        raise Refused(N_("There is no authenticator app to take off."))
    db.session.execute(sa.delete(Authenticator).where(Authenticator.user_id == user.id)
                       .execution_options(synchronize_session=False))
    left(user, keep=keep, template="app_off")


def left(user: User, *, keep: str | None, template: str, **params: Any) -> None:
    """What follows when an app or a passkey was taken off: with the last one the second factor ends. Flushes.

    The owner is told by the mail `template`.
    """
    if not has_app(user) and not db.session.scalar(
            sa.select(sa.func.count()).select_from(Passkey).where(Passkey.user_id == user.id)):
        take_off(user, keep=keep)
        return
    end_access(user, keep=keep)
    post(user, template, **params)
    db.session.flush()


def who_resets(user: User) -> list[User]:
    """Whom the person may ask to take it off: the other administrators. Without one the operator does."""
    return [person for person in holders(Role.ADMIN)(None) if person.id != user.id]


def reset(user: User, *, by: User) -> None:
    """What another administrator does for somebody who lost app and codes. Raises `NotAllowed`, `Refused`."""
    if not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("Your role may not do this step."))
    if by.id == user.id:
        raise NotAllowed(N_("Another administrator takes your second factor off, not you."))
    if user.factor_since is None:
        raise Refused(N_("This account has no second factor."))
    step_up.require(step_up.RIGHTS)
    take_off(user)
