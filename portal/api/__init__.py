"""`/api/v1`: JSON for other systems, beginning with the front office's module: beds, rooms, who comes and
goes.

The same operations and rights as the screens. Each call is declared once (`call`); routes and the OpenAPI
document are read off the declarations.
"""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.api import calls, rooms, sessions  # noqa: F401  (declare their calls)
from portal.api.document import DOCUMENT


def init_app(app: Flask) -> None:
    """Register every declared call. Tokens, never cookies, say who asks, so there is nothing to forge."""
    bp = Blueprint("api", __name__, url_prefix="/api/v1")
    calls.add_to(bp, DOCUMENT)
    app.extensions["csrf"].exempt(bp)
    app.register_blueprint(bp)
