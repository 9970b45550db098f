"""The body of a request: one JSON object in UTF-8, or none. Anything else is refused, never passed over."""

from __future__ import annotations

import json
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from models.errors import N_, Refused
from portal.api.fields import called

MEDIA_TYPE = "application/json"
#: Bytes that a body may have; no call asks for more than a few fields.
MOST_BYTES = 1024 * 1024


class NotJson(Refused):
    """What stands in the body cannot be read."""

    status = 400


class TooLarge(Refused):
    """More than any call asks for."""

    status = 413


class WrongType(Refused):
    """The body is of a type or coding that no call reads."""

    status = 415
    headers = {"Accept": MEDIA_TYPE}


class WrongCoding(WrongType):
    headers = {"Accept-Encoding": "identity"}


def content() -> bytes:
    """The bytes that were sent, whatever their type. Raises `TooLarge`."""
    request.max_content_length = MOST_BYTES
    try:
        return request.get_data(cache=True, parse_form_data=False)
    except RequestEntityTooLarge:
        raise TooLarge(N_("The body is too large: at most 1 MB.")) from None


def sent() -> dict[str, Any]:
    """The JSON object of the request, empty when no body came. Raises `TooLarge`, `WrongType`, `NotJson` or
    `Refused`."""
    raw = content()
    if not raw:
        return {}
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise WrongCoding(N_("Send the body as it is, without Content-Encoding."))
    charset = request.mimetype_params.get("charset", "utf-8").lower().replace("_", "-")
    if request.mimetype != MEDIA_TYPE or charset not in ("utf-8", "utf8"):
        raise WrongType(N_("Send the body as JSON, with the header Content-Type: application/json."))
    try:
        # A byte order mark says nothing in UTF-8; some systems send one all the same.
        body = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_without_twins,
                          parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotJson(N_("The body is no JSON that can be read.")) from None
    if not isinstance(body, dict):
        raise NotJson(N_("The body is a JSON object: names and values in braces."))
    return body


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _value in pairs]
        twice = called(next(name for place, name in enumerate(names) if name in names[:place]))
        raise Refused(N_("“%(called)s” is there more than once. Send it once."), field=twice, called=twice)
    return made


def _no_number(text: str) -> Any:
    raise ValueError(text)
