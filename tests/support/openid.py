"""A local OpenID Connect provider: discovery, authorize, token with a signed id_token, keys, userinfo.

It serves real HTTP on a free port, so that the code under test makes the real redirect and the real exchange.
What it says and how it misbehaves is set on the object.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlencode
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from joserfc import jwt
from joserfc.jwk import RSAKey


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


class Provider:
    """`claims` is who signs in there; `code_lives` seconds; `wrong` turns one check after another against
    us."""

    client_id, client_secret = "rawat", "the-secret-of-rawat"

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "248289761001", "email": "siti@example.org",
                                       "email_verified": True, "name": "Siti Aminah"}
        self.code_lives, self.denies, self.wrong = 60, False, ""
        self.codes: dict[str, dict[str, Any]] = {}
        self.paths: list[str] = []
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.server: WSGIServer = make_server("127.0.0.1", 0, self, handler_class=_Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.discovery = f"{self.url}/.well-known/openid-configuration"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        self.paths.append(path)
        query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        length = int(environ.get("CONTENT_LENGTH") or 0)
        form = {name: values[0]
                for name, values in parse_qs(environ["wsgi.input"].read(length).decode()).items()}
        if path == "/authorize":
            start("302 Found", [("Location", self.authorize(query))])
            return [b""]
        answers = {"/.well-known/openid-configuration": self.metadata, "/keys": self.keys,
                   "/userinfo": lambda: self.claims, "/v23.0/me": self.me}
        status, body = self.token(form, environ) if path in ("/token", "/v23.0/oauth/access_token") \
            else (200, answers[path]())
        start(f"{status} {'OK' if status == 200 else 'Bad Request'}", [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    def metadata(self) -> dict[str, Any]:
        return {"issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "id_token_signing_alg_values_supported": ["RS256"]}

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def me(self) -> dict[str, Any]:
        return {"id": self.claims["sub"], "name": self.claims.get("name"), "email": self.claims.get("email")}

    def authorize(self, query: dict[str, str]) -> str:
        """What the person's browser is sent to after signing in there."""
        back = query["redirect_uri"]
        if self.denies:
            return f"{back}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        assert query["code_challenge_method"] == "S256"
        assert query["client_id"] == self.client_id
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**query, "until": time.time() + self.code_lives}
        return f"{back}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], environ: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        basic = environ.get("HTTP_AUTHORIZATION", "")
        given = base64.b64decode(basic[6:]).decode() if basic.startswith("Basic ") else \
            f"{form.get('client_id')}:{form.get('client_secret')}"
        issued = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if given != f"{self.client_id}:{self.client_secret}":
            return 400, {"error": "invalid_client"}
        if (
            issued is None
            or time.time() >= issued["until"]
            or proof.decode().rstrip("=") != issued["code_challenge"]
            or form.get("redirect_uri") != issued["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300}
        if "openid" in issued.get("scope", ""):
            answer["id_token"] = self.id_token(issued.get("nonce", ""))
        return 200, answer

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": self.client_id, "iat": now, "exp": now + 300, "nonce": nonce,
                  **self.claims}
        claims |= {"nonce": {"nonce": "another"}, "audience": {"aud": "somebody-else"},
                   "issuer": {"iss": "https://elsewhere.example"},
                   "expiry": {"iat": now - 9000, "exp": now - 8000}}.get(self.wrong, {})
        key = self.other_key if self.wrong == "signature" else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
