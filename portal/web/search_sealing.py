"""What a person types into a search, as an address may carry it: sealed, so that neither the address bar nor
a log line nor a referrer tells the name of a patient. Only the same session of the same person can open it
again."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import unquote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app, request

from portal.web.signin import token_hash

#: What a sealed text begins with; nothing that is typed is taken for one by accident.
MARK = "~"
#: Sealed texts are as long as the next multiple of this, so that their length says little.
STEP = 48
MOST = 100
QUERY = "X-Query"


def _cipher() -> AESGCM:
    key: AESGCM | None = current_app.extensions.get("rawat_sealed")
    if key is None:
        derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"rawat search").derive(
            current_app.config["SECRET_KEY"].encode())
        key = current_app.extensions["rawat_sealed"] = AESGCM(derived)
    return key


def seal(text: str) -> str:
    """The text for an address; empty for nothing."""
    raw = text[:MOST].encode()
    if not raw:
        return ""
    padded = raw.ljust(-(-len(raw) // STEP) * STEP, b"\0")
    nonce = secrets.token_bytes(12)
    sealed = nonce + _cipher().encrypt(nonce, padded, (token_hash() or "").encode())
    return MARK + base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def is_sealed(text: str) -> bool:
    return text.startswith(MARK)


def opened(text: str) -> str | None:
    """What was typed, whether it came sealed or plain; None for what another session sealed."""
    if not is_sealed(text):
        return text.replace("\0", "").strip()[:MOST]
    body = text[len(MARK):]
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return _cipher().decrypt(raw[:12], raw[12:], (token_hash() or "").encode()).rstrip(b"\0").decode()
    except (InvalidTag, ValueError):
        return None


def query() -> str:
    """What was typed into a choice list: the script sends it as a header, which no log line holds; else the
    address."""
    return (unquote(request.headers[QUERY]) if QUERY in request.headers
            else request.args.get("query", ""))[:MOST]
