"""One template for a page and for its parts: htmx gets the block it asked for, everybody else the whole
page."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import make_response, render_template, request
from flask.wrappers import Response
from jinja2_fragments.flask import render_block

from portal.web.htmx import wants_fragment


def page_or_block(template: str, block: str, status: int = 200, **context: Any) -> Response:
    """The page, or only its `block` for htmx."""
    if wants_fragment():
        return make_response(render_block(template, block, **context), status)
    return make_response(render_template(template, **context), status)


def live_block(template: str, block: str, **context: Any) -> Response:
    """The block if it is not what the browser shows already, else 204.

    The block carries `?have={{ have }}` in its own `hx-get`: the mark of its content, made here.
    """
    content = render_block(template, block, have="", **context)
    mark = mark_of(content)
    if request.args.get("have") == mark:
        return make_response("", 204)
    answer = make_response(render_block(template, block, have=mark, **context))
    answer.set_etag(mark)
    return answer


def mark_of(content: str) -> str:
    """A short mark of some content, the same for the same content."""
    return hashlib.sha256(content.encode()).hexdigest()[:16]
