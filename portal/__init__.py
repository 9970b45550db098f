"""The portal of patients, the students' pages, and the ground that every page stands on."""

from __future__ import annotations

from flask import Flask

from portal import (
    asking,
    consultations,
    directory,
    facilities,
    files,
    home,
    learn,
    pages,
    profile,
    registration,
    site,
    words,
)

for room in (home, profile, directory, facilities, asking, consultations, files):
    room.add_to(pages.bp)


def init_app(app: Flask) -> None:
    """Register the site's ground first, then the pages on it."""
    site.init_app(app)
    app.register_blueprint(learn.bp)
    words.init_app(app)
    registration.init_app(app)
    app.register_blueprint(pages.bp)
