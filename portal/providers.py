"""Sign-in providers: Google, Facebook and any other with OpenID Connect, each a row of data and a few
variables.

The code flow with PKCE, state and nonce is Authlib's. What comes back is an `Identity`: issuer and subject,
and an address that counts only when the provider vouches for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from models.errors import N_, Refused
from models.operations.people.accounts import DEMO_ISSUERS, Identity

#: Seconds that we wait for a provider.
PATIENCE = 8
_OPENID = {"scope": "openid email profile", "code_challenge_method": "S256", "default_timeout": PATIENCE}
_FACEBOOK = "https://www.facebook.com"


@dataclass(frozen=True)
class Provider:
    """`key` names the variables (`GOOGLE_CLIENT_ID`) and the address (`/login/google`)."""

    key: str
    word: Any
    needs: tuple[str, ...]
    settings: Callable[[Mapping[str, Any]], dict[str, Any]]
    #: Where who it is comes from: the signed token of OpenID Connect, or an address to ask.
    profile: str | None = None
    issuer: str | None = None


PROVIDERS = {entry.key: entry for entry in (
    Provider("google", _l("Google"), ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"), lambda config: {
        "server_metadata_url": config.get("GOOGLE_DISCOVERY_URL")
        or "https://accounts.google.com/.well-known/openid-configuration", "client_kwargs": _OPENID}),
    # Facebook has no address that tells its endpoints; its e-mail is never vouched for, so it never links.
    Provider("facebook", _l("Facebook"), ("FACEBOOK_CLIENT_ID", "FACEBOOK_CLIENT_SECRET"), lambda config: {
        "authorize_url": f"{config.get('FACEBOOK_URL') or _FACEBOOK}/v23.0/dialog/oauth",
        "access_token_url": f"{config.get('FACEBOOK_GRAPH_URL') or 'https://graph.facebook.com'}/v23.0/oauth/access_token",
        "api_base_url": f"{config.get('FACEBOOK_GRAPH_URL') or 'https://graph.facebook.com'}/v23.0/",
        "client_kwargs": {"scope": "email public_profile", "code_challenge_method": "S256",
                          "token_endpoint_auth_method": "client_secret_post", "default_timeout": PATIENCE}},
        profile="me?fields=id,name,email", issuer=_FACEBOOK),
    Provider("oidc", _l("another account"), ("OIDC_DISCOVERY_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"),
             lambda config: {"server_metadata_url": config["OIDC_DISCOVERY_URL"], "client_kwargs": _OPENID}),
)}


def offered() -> list[tuple[str, str]]:
    """Key and word of each provider whose variables are set, for the buttons; in the demonstration of its
    stand-in, too."""
    config = current_app.config
    return [(entry.key,
             str(config.get("OIDC_NAME") or entry.word) if entry.key == "oidc" else str(entry.word))
            for entry in PROVIDERS.values() if _is_set(entry) or is_demonstrated(entry.key)]


def _is_set(provider: Provider) -> bool:
    return all(current_app.config.get(name) for name in provider.needs)


def is_demonstrated(key: str) -> bool:
    """Whether a page of our own stands in for the provider: in the demonstration, without keys."""
    return (key in DEMO_ISSUERS and current_app.config["RAWAT_ENV"] == "demo"
            and not _is_set(PROVIDERS[key]))


def word(key: str) -> str:
    return dict(offered()).get(key, key)


def _client(key: str) -> Any:
    """Authlib's client; made when first used, and anew when the variables were changed."""
    from authlib.integrations.flask_client import OAuth  # slow to import: only who signs in this way pays

    provider, config = PROVIDERS[key], current_app.config
    stored = current_app.extensions.setdefault("rawat_providers", {})
    given = tuple(config.get(name) for name in (*provider.needs, "FACEBOOK_URL", "GOOGLE_DISCOVERY_URL"))
    if key not in stored or stored[key][0] != given:
        registry = OAuth(current_app)
        client = registry.register(key, client_id=config[provider.needs[-2]],
                                   client_secret=config[provider.needs[-1]],
                                   **provider.settings(config))
        stored[key] = (given, client)
    return stored[key][1]


def is_offered(key: str) -> bool:
    return any(key == entry for entry, _ in offered())


def _down(key: str) -> Refused:
    return Refused(N_("%(provider)s does not answer at the moment. Try again in a few minutes, or sign in "
                      "with your "
                      "password."), provider=word(key))


def start(key: str) -> Response:
    """To the provider's page. Raises `Refused` when it does not answer."""
    from authlib.common.errors import AuthlibBaseError
    from requests import RequestException

    path = url_for("social.back", provider=key)
    back = f"{current_app.config.get('PUBLIC_URL') or request.url_root.rstrip('/')}{path}"
    try:
        return _client(key).authorize_redirect(back)
    except (RequestException, RuntimeError, ValueError, KeyError, AuthlibBaseError) as error:
        current_app.logger.warning("sign-in provider %s: %s", key, type(error).__name__)
        raise _down(key) from error


def finish(key: str) -> Identity:
    """Who came back from the provider. Raises `Refused` with a sentence for whatever went wrong."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    provider, client = PROVIDERS[key], _client(key)
    if request.args.get("error") == "access_denied" or (request.args.get("error")
                                                        and not request.args.get("code")):
        raise Refused(N_("You did not allow %(provider)s to tell us who you are. Nothing was done."),
                      provider=word(key))
    try:
        token = client.authorize_access_token()
        if provider.profile is None:
            return _of_openid(client, token)
        answer = client.get(provider.profile, token=token)
        answer.raise_for_status()
        return _of_profile(provider, answer.json())
    except RequestException as error:
        current_app.logger.warning("sign-in provider %s: %s", key, type(error).__name__)
        raise _down(key) from error
    except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError, RuntimeError) as error:
        # A wrong state or nonce, a code that was used or is too old, a token that is not for us: start anew.
        current_app.logger.warning("sign-in provider %s: %s", key, type(error).__name__)
        raise Refused(N_("The sign-in with %(provider)s could not be completed. Please start it again."),
                      provider=word(key)) from error


def _of_openid(client: Any, token: Mapping[str, Any]) -> Identity:
    claims = token["userinfo"]  # checked: signature, issuer, audience, nonce, expiry
    if claims.get("email") is None and client.load_server_metadata().get("userinfo_endpoint"):
        more = client.userinfo(token=token)
        if more.get("sub") == claims["sub"]:
            claims = {**more, **claims}
    return _identity(str(claims["iss"]), claims["sub"], claims.get("email"), claims.get("email_verified"),
                     claims.get("name"))


def _of_profile(provider: Provider, answer: Mapping[str, Any]) -> Identity:
    assert provider.issuer is not None
    return _identity(provider.issuer, answer["id"], answer.get("email"), False, answer.get("name"))


def _identity(issuer: str, subject: Any, email: Any, verified: Any, name: Any) -> Identity:
    if not subject or len(str(subject)) > 255 or len(issuer) > 200 or not urlsplit(issuer).hostname:
        raise ValueError("subject")
    address = str(email).strip().lower()[:254] if email and "@" in str(email) else None
    return Identity(issuer, str(subject), address, address is not None and verified in (True, "true"),
                    " ".join(str(name or "").split())[:200])


def init_app(app: Flask) -> None:
    app.context_processor(lambda: {"providers": offered})
