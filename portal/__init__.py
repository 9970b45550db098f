"""The portal of patients, the students' pages, and the ground that every page stands on."""

from __future__ import annotations

from flask import Flask

from portal import site


def init_app(app: Flask) -> None:
    """Register the site's ground first, then the pages on it."""
    site.init_app(app)
