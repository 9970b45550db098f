"""A device that keeps a passkey, in Python: it makes a key and signs challenges as a browser would send them,
and lies on request."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

#: Bits of what the device says: somebody was there, was looked at, a key goes along.
THERE, LOOKED_AT, WITH_KEY = 1, 4, 64


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Device:
    """One key of one device. `count` is the counter that it will say next; None says 0 each time."""

    def __init__(self, host: str = "localhost", origin: str = "http://localhost", *, count: int | None = 1,
                 looks: bool = True) -> None:
        self.host, self.origin, self.count, self.looks = host, origin, count, looks
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.handle = ""

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin,
                           "crossOrigin": False}).encode()

    def _said(self, flags: int) -> bytes:
        flags |= LOOKED_AT if self.looks else 0
        count = self.count or 0
        if self.count is not None:
            self.count += 1
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def make(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.create`."""
        self.handle = options["user"]["id"]
        point = self.key.public_key().public_numbers()
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"),
                              -3: point.y.to_bytes(32, "big")})
        said = self._said(THERE | WITH_KEY) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        return self._answer({
            "clientDataJSON": text(self._client("webauthn.create", options["challenge"])),
            "attestationObject": text(encode_cbor({"fmt": "none", "attStmt": {}, "authData": said})),
            "transports": ["internal"]})

    def sign(self, options: dict[str, Any], *, flags: int = THERE, **instead: str) -> str:
        """The answer to `navigator.credentials.get`; `instead` replaces parts of it."""
        said = self._said(flags)
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"authenticatorData": text(said), "clientDataJSON": text(client),
                             "signature": text(signature), "userHandle": self.handle, **instead})

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key",
                           "response": response, "clientExtensionResults": {}})
