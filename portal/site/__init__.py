"""The common ground of every page: sign-in, language, headers, errors, PDF answers, commands."""

from __future__ import annotations

from flask import Flask

from portal.site import commands, compress, errors, headers, health, labelled, locale, macros, signin, talk, verify


def init_app(app: Flask) -> None:
    compress.init_app(app)  # first registered, last to see an answer
    talk.init_app(app)
    locale.init_app(app)
    headers.init_app(app)
    signin.init_app(app)
    errors.init_app(app)
    macros.init_app(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(verify.bp)
    app.register_blueprint(labelled.bp)
    commands.init_app(app)
    if app.config.get("REDIS_URL"):
        import redis
        app.extensions["rawat_redis"] = redis.Redis.from_url(
            app.config["REDIS_URL"], socket_connect_timeout=1, socket_timeout=1)
