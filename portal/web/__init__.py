"""The common ground of every page: sign-in, language, headers, errors, PDF answers, commands."""

from __future__ import annotations

from flask import Flask

from portal.web import (
    asset_qr_page,
    commands,
    compress,
    contact,
    conversation_page,
    devices,
    drafts,
    errors,
    fault_page,
    filling,
    form_parts,
    headers,
    health,
    locale,
    logo,
    logs,
    macros,
    metrics,
    phone_app,
    proving,
    request_id,
    second_step,
    sent_once,
    signin,
    throttle,
    verify,
    vital_charts,
)


def init_app(app: Flask) -> None:
    app.request_class = form_parts.NamedRequest
    request_id.init_app(app)
    compress.init_app(app)  # first registered, last to see an answer
    logs.init_app(app)
    metrics.init_app(app)
    conversation_page.init_app(app)
    vital_charts.init_app(app)
    locale.init_app(app)
    filling.init_app(app)
    headers.init_app(app)
    devices.init_app(app)
    signin.init_app(app)
    second_step.init_app(app)
    proving.init_app(app)
    errors.init_app(app)
    macros.init_app(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(verify.bp)
    app.register_blueprint(logo.bp)
    app.register_blueprint(asset_qr_page.bp)
    app.register_blueprint(fault_page.bp)
    drafts.init_app(app)
    sent_once.init_app(app)
    phone_app.init_app(app)
    commands.init_app(app)
    throttle.init_app(app)
    contact.init_app(app)
