"""The hospital's logo for everybody: pages, the tab of the browser. Without one, the product's own sign."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, current_app, send_file

from models.settings import setting
from portal.web.letterhead import logo_of

bp = Blueprint("logo", __name__)


@bp.get("/logo")
def logo() -> Any:
    """The picture with its mark (ETag), so that a browser fetches it once."""
    picture = logo_of(setting("hospital.logo"))
    if picture is None:
        answer = current_app.send_static_file("sign.svg")
    else:
        answer = send_file(io.BytesIO(picture.content), mimetype=picture.media_type, conditional=True,
                           etag=picture.sha256)
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer
