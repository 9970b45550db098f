"""Requests of htmx: the one place where their headers are read, by way of Flask-HTMX."""

from __future__ import annotations

from typing import Any

from flask_htmx import HTMX, make_response

_htmx = HTMX()

#: The header by which the answers of one address differ.
VARY = "HX-Request"


def wants_fragment() -> bool:
    """Whether the answer is put into a page that is open: a part is enough. A boosted link wants the whole
    page."""
    return bool(_htmx) and not _htmx.boosted


def page_url() -> str | None:
    """The address of the page that sent the request, None when it was not htmx."""
    return _htmx.current_url


def at_address(body: str, address: str) -> Any:
    """A part of a page that has an address of its own: the browser shows that one from now on; an empty one
    changes nothing."""
    return make_response(body, push_url=address) if address else make_response(body)


def beside(body: str) -> Any:
    """Parts that say themselves where they go (`hx-swap-oob`); what the request aimed at stays as it is."""
    return make_response(body, reswap="none")


def sent_to(address: str, status: int = 200) -> Any:
    """The answer that makes the browser leave the page for `address`; htmx follows a redirect by itself and
    would put the other page into this one."""
    return make_response("", status, redirect=address)
