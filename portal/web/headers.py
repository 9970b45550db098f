"""Headers of every answer: a strict content policy, no sniffing, no framing, nothing private kept in
caches."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from portal.web import htmx


def nonce() -> str:
    """This answer's nonce, made when first asked for: an answer refused early needs one too."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def policy() -> str:
    script = f"'self' 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'self'"
    return "; ".join((
        "default-src 'none'", f"script-src {script}", "style-src 'self'", "img-src 'self' data:",
        "media-src 'self' blob:" if g.get("uses_microphone") else "media-src 'none'",  # voice notes
        "font-src 'self'", "connect-src 'self'", "manifest-src 'self'", "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'", "base-uri 'none'"))


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    camera = "(self)" if g.get("uses_camera") else "()"  # set by the pages that read barcodes, and the call
    microphone = "(self)" if g.get("uses_microphone") else "()"  # set by conversation and call
    headers.setdefault("Permissions-Policy",
                       f"camera={camera}, geolocation=(), microphone={microphone}, payment=(), usb=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=3600"
        return response
    response.vary.update(("Cookie", htmx.VARY))
    if "Cache-Control" not in headers:
        person = g.get("_login_user")  # whoever was loaded; an answer for which nobody was is nobody's
        signed_in = person is not None and person.is_authenticated
        headers["Cache-Control"] = "no-store" if signed_in or request.method != "GET" else "private, no-cache"
    return response


def init_app(app: Flask) -> None:
    app.after_request(_harden)
    app.jinja_env.globals["csp_nonce"] = nonce
