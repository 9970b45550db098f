"""The OpenAPI 3.1 document, read off the declared calls."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from models.errors import N_
from portal.api.body import MEDIA_TYPE
from portal.api.calls import CALLS, KEY, MOST_KEY, Call
from portal.api.fields import Field

_PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def document() -> dict[str, Any]:
    """The document of the declared calls, in the reader's language."""
    paths: dict[str, dict[str, Any]] = {}
    for made in CALLS:
        path, parameters = _path(made)
        paths.setdefault(path, {})[made.method.lower()] = _entry(made, parameters)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rawat", "version": "1", "description": gettext(
            "Parameters and fields that are not named here, that come twice or hold another kind of value "
            "are refused "
            "with 422; nothing that is sent is passed over.")},
        "servers": [{"url": "/api/v1"}], "security": [{"token": []}], "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": {"type": "object", "required": ["type", "title", "status", "detail"],
                                    "properties": {
                "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                "detail": {"type": "string"}, "field": {"type": "string", "description": gettext(
                    "The parameter, field or header that is to blame, where one is.")}}}}}}


def _path(made: Call) -> tuple[str, list[dict[str, Any]]]:
    """The path as OpenAPI writes it, and its parameters."""
    path, parameters = made.path, []
    while "<" in path:
        name = path[path.index(":") + 1:path.index(">")]
        path = path[:path.index("<")] + "{" + name + "}" + path[path.index(">") + 1:]
        parameters.append({"name": name, "in": "path", "required": True,
                           "schema": {"type": "integer", "minimum": 0}})
    return path, parameters


def _entry(made: Call, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    for name, field in made.query.items():
        parameters.append({"name": name, "in": "query", "required": field.needed,
                           "description": gettext(field.says),
                           "schema": field.schema(is_query=True)})
    if made.method != "GET" and not made.is_open:
        parameters.append({"name": KEY, "in": "header", "schema": {"type": "string", "minLength": 1,
                                                                   "maxLength": MOST_KEY},
                           "description": gettext("The same key again is answered again and done once.")})
    entry: dict[str, Any] = {"summary": gettext(made.summary), "operationId": made.view.__name__,
                             "parameters": parameters, "responses": _answers(made)}
    if made.is_open:
        entry["security"] = []
    if made.body:
        entry["requestBody"] = {"required": any(field.needed for field in made.body.values()),
                                "content": {MEDIA_TYPE: {"schema": _body(made.body)}}}
    return entry


def _body(declared: dict[str, Field]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object", "additionalProperties": False,
        "properties": {name: {**field.schema(is_query=False), "description": gettext(field.says)}
                       for name, field in declared.items()}}
    if needed := [name for name, field in declared.items() if field.needed]:
        schema["required"] = needed
    return schema


def _answers(made: Call) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "OK"}
    if made.status != 204:
        done["content"] = {MEDIA_TYPE: {"schema": {"type": "object"}}}
    refusals = {"400": gettext("The body is no JSON that can be read."),
                "413": gettext("The body is too large."),
                "415": gettext("The body is not application/json."),
                "422": gettext("The rules say no, or a parameter or field is not known or holds a wrong "
                               "value; the "
                               "detail says why."),
                "503": gettext("The database is away; come back after the seconds of Retry-After.")}
    if made.is_open:
        refusals["429"] = gettext("Too many tries; come back after the seconds of Retry-After.")
    else:
        refusals |= {"401": gettext("No token, or an old one."), "403": gettext("Not for this role.")}
    if made.row is not None:
        refusals["404"] = gettext("Not there, or not yours.")
    if made.method != "GET":
        refusals["409"] = gettext("Somebody was faster.")
    answers = {str(made.status): done, **{status: {"description": said, **_PROBLEM}
                                          for status, said in refusals.items()}}
    if made.method == "GET":
        answers["304"] = {"description": gettext("Nothing new since the ETag that was sent.")}
    return dict(sorted(answers.items()))


DOCUMENT = Call("GET", "/openapi.json", N_("This document."), document, is_open=True)
