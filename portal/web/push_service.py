"""A browser's push service: it is asked to wake a device, and is told nothing else.

The sign has no payload (RFC 8030); a token that our key signed says who asks (VAPID, RFC 8292). `PUSH_KEY` is
the key; without it there is no push.
"""

from __future__ import annotations

import base64
import functools
import http.client
import ipaddress
import socket
import time
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from portal.web.channels import Undelivered
from portal.web.config import PUSH_KEY

TIMEOUT = 10
#: Seconds that a service keeps a sign for a device that is off, and that a token lasts: a day at most.
KEPT, TOKEN_LASTS = 24 * 3600, 12 * 3600
#: A sign that still waits is replaced by the next one of the same topic.
TOPIC = "news"


class Gone(Undelivered):
    """The device is told there no more: its subscription ended."""


def _coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@functools.cache
def _pair(private: str) -> tuple[str, str]:
    """The point of the public key, x and y, in base64url."""
    from cryptography.hazmat.primitives.asymmetric import ec
    number = int.from_bytes(base64.urlsafe_b64decode(private[:43] + "="))
    point = ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers()
    return _coded(point.x.to_bytes(32)), _coded(point.y.to_bytes(32))


def public_key() -> str:
    """What browsers are given: the uncompressed point in base64url; "" where push is off."""
    private = current_app.config[PUSH_KEY]
    if not private:
        return ""
    x, y = (base64.urlsafe_b64decode(part + "=") for part in _pair(private))
    return _coded(b"\4" + x + y)


def _owner() -> str:
    """Whom a push service may turn to."""
    url = str(current_app.config["PUBLIC_URL"])
    return url if url.startswith("https://") else f"mailto:{parseaddr(current_app.config['MAIL_FROM'])[1]}"


def authorization(endpoint: str) -> str:
    """The header that says who asks, for this service alone and for hours."""
    from joserfc import jwt  # only where signs are sent
    from joserfc.jwk import ECKey
    private = current_app.config[PUSH_KEY]
    x, y = _pair(private)
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y, "d": private[:43]})
    parts = urlsplit(endpoint)
    # not the demo's clock: the service has its own
    said = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + TOKEN_LASTS, "sub": _owner()}
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, said, key, algorithms=["ES256"])
    return f"vapid t={token}, k={public_key()}"


def wake(endpoint: str) -> None:
    """Send the empty sign. Raises `Gone` where the device ended it, `Undelivered` where it was not taken."""
    parts = urlsplit(endpoint)
    try:
        asked = line(parts.hostname or "")
        try:
            asked.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), b"", {
                "Authorization": authorization(endpoint), "TTL": str(KEPT), "Topic": TOPIC,
                "Urgency": "normal", "Content-Length": "0"})
            status = asked.getresponse().status
        finally:
            asked.close()
    except (OSError, http.client.HTTPException) as error:
        raise Undelivered(type(error).__name__) from error
    if status in (404, 410):
        raise Gone(f"HTTP {status}", again=False)
    if not 200 <= status < 300:
        raise Undelivered(f"HTTP {status}")


def line(host: str) -> http.client.HTTPConnection:
    """A connection to the service, made when it is first used."""
    made = http.client.HTTPSConnection(host, 443, timeout=TIMEOUT)
    made._create_connection = _outside  # type: ignore[attr-defined]
    return made


def _outside(address: tuple[str, int], timeout: Any = TIMEOUT, _source: Any = None) -> socket.socket:
    """A connection to the open net alone, whatever a name leads to. Raises OSError."""
    found = [entry[4] for entry in socket.getaddrinfo(*address, type=socket.SOCK_STREAM)]
    if not found or not all(ipaddress.ip_address(str(place[0]).split("%")[0]).is_global for place in found):
        raise OSError(f"{address[0]} leads inside")
    failed: OSError | None = None
    for place in found:
        try:
            return socket.create_connection((str(place[0]), address[1]), timeout)
        except OSError as error:
            failed = error
    assert failed is not None
    raise failed
