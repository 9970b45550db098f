"""The common ground of every page: sign-in, language, headers, errors, PDF answers, commands."""

from __future__ import annotations

from flask import Flask

from portal.web import (
    asset_qr_page,
    commands,
    compress,
    conversation_page,
    errors,
    form_parts,
    headers,
    health,
    locale,
    macros,
    signin,
    verify,
)


def init_app(app: Flask) -> None:
    app.request_class = form_parts.NamedRequest
    compress.init_app(app)  # first registered, last to see an answer
    conversation_page.init_app(app)
    locale.init_app(app)
    headers.init_app(app)
    signin.init_app(app)
    errors.init_app(app)
    macros.init_app(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(verify.bp)
    app.register_blueprint(asset_qr_page.bp)
    commands.init_app(app)
    share_limits(app)


def share_limits(app: Flask) -> None:
    """Several processes count tries together; one that cannot ask Redis at once counts for itself."""
    if app.config.get("REDIS_URL"):
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
        app.extensions["rawat_redis"] = redis.Redis.from_url(
            app.config["REDIS_URL"], socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0))
