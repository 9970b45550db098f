"""Passkeys (WebAuthn): a key that a device or a security key keeps, and signs challenges with.

What counts as a right answer: the challenge that this browser was given, once and for a short time; made at
the hospital's own address; signed by a key of the account; with a counter that went on. Who has none of these
keys any more is helped like somebody without the app (`second_factor`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import IntegrityError

from models import clock
from models.base import db
from models.errors import N_, Refused
from models.operations.people import second_factor
from models.operations.people.mail import post
from models.people import User
from models.second_factor import Passkey

#: Passkeys of one account, letters of an answer, and seconds in which a challenge is answered.
MOST, LONGEST_ANSWER, LIFE = 10, 20_000, 300


@dataclass(frozen=True)
class Party:
    """Who asks: the host that keys are made for, the address of its pages, and what the device calls it."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True)
class Challenge:
    """What is to be signed; `made` in microseconds since 1970 by the server's clock."""

    text: str
    made: int

    @classmethod
    def new(cls) -> Challenge:
        return cls(_text(secrets.token_bytes(32)), time.time_ns() // 1000)

    @property
    def is_fresh(self) -> bool:
        return 0 <= time.time_ns() // 1000 - self.made <= LIFE * 1_000_000


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hash(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def of_account(user: User) -> list[Passkey]:
    """The person's passkeys, the oldest first."""
    return list(db.session.scalars(sa.select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)))


def has_any(user: User) -> bool:
    return db.session.scalar(sa.select(Passkey.id).where(Passkey.user_id == user.id).limit(1)) is not None


# ---------------------------------------------------------------- what of it is kept sealed

def _owner(user_id: int, credential_hash: str) -> str:
    return f"passkey:{user_id}:{credential_hash}"


def _kept(row: Passkey) -> dict[str, Any] | None:
    """Credential id, public key and handle; None after `NIK_KEY` was changed, or of a row that was forged."""
    try:
        owner = _owner(row.user_id, row.credential_hash)
        return dict(json.loads(second_factor.opened(row.key_secret, owner)))
    except (InvalidTag, ValueError):
        return None


def _all_kept(user: User) -> list[dict[str, Any]]:
    return [kept for row in of_account(user) if (kept := _kept(row)) is not None]


# ---------------------------------------------------------------- what the browser is asked

def _named(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "public-key", "id": each["id"], "transports": each["transports"]} for each in kept]


def making(user: User, party: Party, challenge: Challenge, *, is_sign_in: bool) -> dict[str, Any]:
    """Options of `navigator.credentials.create`, bytes in base64url.

    A key that opens the account alone is kept by the device and asks for PIN, finger or face each time.
    """
    kept = _all_kept(user)
    handle = kept[0]["handle"] if kept else _text(secrets.token_bytes(32))
    return {
        "rp": {"id": party.host, "name": party.name},
        "user": {"id": handle, "name": user.email, "displayName": user.name},
        "challenge": challenge.text, "timeout": LIFE * 1000, "attestation": "none",
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-8, -7, -257)],
        "excludeCredentials": _named(kept),
        "authenticatorSelection": {
            "residentKey": "required" if is_sign_in else "preferred",
            "userVerification": "required" if is_sign_in else "preferred"}}


def asking(party: Party, challenge: Challenge, user: User | None) -> dict[str, Any]:
    """Options of `navigator.credentials.get`: for the keys of `user`; without one for whatever key the device
    has for us."""
    return {
        "rpId": party.host, "challenge": challenge.text, "timeout": LIFE * 1000,
        "allowCredentials": _named(_all_kept(user)) if user is not None else [],
        "userVerification": "preferred" if user is not None else "required"}


# ---------------------------------------------------------------- a new one

def check_name(user: User, name: str) -> str:
    """The name of a new passkey. Raises `Refused` at the field, and where there are too many."""
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Refused(N_("Give the passkey a name of at most 60 letters, such as “Office laptop”."),
                      field="name")
    rows = of_account(user)
    if any(row.name.lower() == name.lower() for row in rows):
        raise Refused(N_("You have a passkey of this name. Give it another one."), field="name")
    if len(rows) >= MOST:
        raise Refused(N_("An account has at most %(most)s passkeys. Remove one first."), field="name",
                      most=MOST)
    return name


def too_late() -> Refused:
    """What is said of an answer that cannot be taken."""
    return Refused(N_("The device's answer was not right, or came too late. Please try again."), field="name")


def register(user: User, answer: str, party: Party, challenge: Challenge, *, name: str, handle: str,
             is_sign_in: bool, keep: str | None = None) -> list[str]:
    """Keep the key that the device made; gives recovery codes where it is the first factor. Flushes.

    With the first factor all sessions but `keep`, and tokens, end; the owner is told. Raises `Refused`.
    """
    from webauthn import verify_registration_response  # slow to import; only who uses it pays
    if not challenge.is_fresh or len(answer) > LONGEST_ANSWER:
        raise too_late()
    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=_bytes(challenge.text), expected_rp_id=party.host,
            expected_origin=party.origin, require_user_verification=is_sign_in)
        transports = [str(each) for each in json.loads(answer)["response"].get("transports") or ()][:8]
    except Exception as error:  # whatever a forged answer breaks
        raise too_late() from error
    credential_hash = _hash(made.credential_id)
    kept = {"id": _text(made.credential_id), "key": _text(made.credential_public_key), "handle": handle,
            "transports": [each for each in transports if each.isascii() and len(each) < 20]}
    row = Passkey(user_id=user.id, name=check_name(user, name), credential_hash=credential_hash,
                  sign_count=made.sign_count, is_sign_in=is_sign_in,
                  key_secret=second_factor.sealed(json.dumps(kept), _owner(user.id, credential_hash)))
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        raise Refused(N_("This passkey is kept already."), field="name") from None
    post(user, "passkey_added", passkey=row.name)
    return second_factor.added(user, keep=keep)


# ---------------------------------------------------------------- proving it

def used(answer: str, party: Party, challenge: Challenge, *, user: User | None) -> Passkey | None:
    """The passkey that signed the challenge, or None. Each challenge is taken once. Flushes.

    With `user` it is one of that account. Without it the key says whose it is: it has to be one that opens
    the account alone, and the device has to have asked for PIN, finger or face.
    """
    from webauthn import verify_authentication_response
    if not challenge.is_fresh or len(answer) > LONGEST_ANSWER:
        return None
    try:
        sent = json.loads(answer)
        row = _found(_bytes(sent["rawId"]), user)
        kept = _kept(row) if row is not None else None
        if row is None or kept is None or not _is_handle(sent["response"].get("userHandle"), kept, user):
            return None
        seen = verify_authentication_response(
            credential=sent, expected_challenge=_bytes(challenge.text), expected_rp_id=party.host,
            expected_origin=party.origin, credential_public_key=_bytes(kept["key"]),
            credential_current_sign_count=0,  # `_take` compares it, at the moment when it is written
            require_user_verification=user is None)
    except Exception:  # whatever a forged answer breaks
        return None
    return row if _take(row, challenge, seen.new_sign_count) else None


def _found(credential_id: bytes, user: User | None) -> Passkey | None:
    row = db.session.scalar(sa.select(Passkey).where(Passkey.credential_hash == _hash(credential_id)))
    if row is None or (row.user_id != user.id if user is not None else not row.is_sign_in):
        return None
    return row


def _is_handle(handle: str | None, kept: dict[str, Any], user: User | None) -> bool:
    """Whether the account that the device names is the key's; without a sign-in before it, it has to name
    one."""
    if not handle:
        return user is not None
    return secrets.compare_digest(_bytes(handle), _bytes(kept["handle"]))


def _take(row: Passkey, challenge: Challenge, count: int) -> bool:
    """Use the challenge up and write the counter: of two at once one gets it. A counter that did not go on
    means that somebody has a copy of the key; the owner is told."""
    went_on = sa.or_(Passkey.sign_count < count, sa.and_(Passkey.sign_count == 0, sa.literal(count) == 0))
    result: Any = db.session.execute(sa.update(Passkey).where(
        Passkey.id == row.id, Passkey.last_challenge < challenge.made, went_on)
        .values(sign_count=count, last_challenge=challenge.made, last_used_at=clock.now())
        .execution_options(synchronize_session=False))
    if result.rowcount == 1:
        return True
    db.session.refresh(row)
    if row.last_challenge < challenge.made:
        post(db.session.get_one(User, row.user_id), "passkey_copied", passkey=row.name)
    return False


# ---------------------------------------------------------------- taking one off

def remove(user: User, passkey_id: int, *, keep: str | None = None) -> bool:
    """Take one off; False where it is not the person's. With the last factor the second factor ends. Flushes.

    All sessions but `keep`, and tokens, end; the owner is told.
    """
    row = db.session.scalar(sa.select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id))
    if row is None:
        return False
    name = row.name
    db.session.delete(row)
    db.session.flush()
    second_factor.left(user, keep=keep, template="passkey_removed", passkey=name)
    return True
