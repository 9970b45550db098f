"""Answers travel compressed: pages as they are made, static files once for each version of the file.

What is random in a page's size hides what an attacker could learn from its length when secrets and typed text
share it (BREACH): up to a hundred bytes of file name in the gzip header, as in "Heal the BREACH".
"""

from __future__ import annotations

import gzip
import secrets
import struct
import threading
import zlib

from flask import Flask, Response, request

TEXT = ("text/", "application/json", "application/javascript", "application/problem+json",
        "application/manifest+json", "image/svg+xml")
#: Smaller answers travel as they are.
LEAST = 700
#: Of pages; a static file is packed once, as tightly as it goes.
LEVEL = 5
MOST_PADDING = 100
MOST_KEPT = 200

_kept: dict[str, bytes] = {}
_lock = threading.Lock()


def _packed(body: bytes) -> bytes:
    name = secrets.token_hex(MOST_PADDING // 2)[:secrets.randbelow(MOST_PADDING) + 1].encode()
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return (b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff" + name + b"\x00" + packer.compress(body)
            + packer.flush()
            + struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF))


def _static(response: Response) -> bytes | None:
    """The file packed, kept by its path and mark; None where packing gains nothing."""
    key = f"{request.path} {response.headers.get('ETag', '')}"
    packed = _kept.get(key)
    if packed is None:
        response.direct_passthrough = False
        body = response.get_data()
        packed = gzip.compress(body, 9, mtime=0)
        packed = packed if len(packed) < len(body) else b""
        with _lock:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = packed
    return packed or None


def _compress(response: Response) -> Response:
    if not response.mimetype.startswith(TEXT):
        return response
    response.vary.add("Accept-Encoding")
    is_file = response.direct_passthrough
    if (response.status_code not in (200, 404, 409, 422) or response.headers.get("Content-Encoding")
            or request.method == "HEAD" or "Content-Range" in response.headers
            or not request.accept_encodings.quality("gzip") or (is_file and request.endpoint != "static")
            or (response.is_streamed and not is_file)):
        return response
    packed = _static(response) if is_file else None
    if packed is None:
        if is_file or (response.content_length or 0) < LEAST:
            return response
        packed = _packed(response.get_data())
    whole = response.response
    response.direct_passthrough = False
    response.set_data(packed)
    if hasattr(whole, "close"):
        whole.close()
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    mark, _weak = response.get_etag()
    if mark:
        response.set_etag(mark, weak=True)
    return response


def init_app(app: Flask) -> None:
    app.after_request(_compress)
