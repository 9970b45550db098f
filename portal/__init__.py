"""The portal of patients, the students' pages, and the ground that every page stands on."""

from __future__ import annotations

from flask import Flask

from portal import (
    account,
    account_delegations,
    account_factor,
    allergies,
    api,
    asking,
    consultations,
    dependants,
    directory,
    facilities,
    files,
    home,
    learn,
    notices,
    now,
    pages,
    papers,
    profile,
    push,
    record,
    registration,
    social,
    vitals,
    web,
    words,
)

for room in (home, profile, dependants, record, directory, facilities, asking, consultations, papers, files,
             notices, vitals, now, allergies):
    room.add_to(pages.bp)


def init_app(app: Flask) -> None:
    """Register the site's ground first, then the pages on it."""
    web.init_app(app)
    api.init_app(app)
    app.register_blueprint(learn.bp)
    words.init_app(app)
    registration.init_app(app)
    # its pages are there before the blueprint is registered
    assert account_factor.bp is account_delegations.bp is account.bp
    account.init_app(app)
    social.init_app(app)
    push.init_app(app)
    app.register_blueprint(pages.bp)
