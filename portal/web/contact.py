"""How the hospital is reached: what every page and mail says that tells somebody to contact it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, g

from models.base import db
from models.settings import DEFAULTS, setting_of

KEYS = ("hospital.phone", "hospital.address", "hospital.hours", "hospital.name", "hospital.logo")


@dataclass(frozen=True)
class Contact:
    """As the settings say it; each may be empty."""

    phone: str = ""
    address: str = ""
    hours: str = ""
    name: str = DEFAULTS["hospital.name"]
    #: The id of its picture, or "".
    logo: str = ""

    @property
    def link(self) -> str:
        """``tel:+62321555123``, which a telephone dials."""
        digits = re.sub(r"[^0-9]", "", self.phone)
        if self.phone.startswith("+"):
            return f"tel:+{digits}"
        return f"tel:+62{digits[1:]}" if digits.startswith("0") else f"tel:{digits}"


@functools.cache
def columns() -> tuple[sa.ColumnElement[str], ...]:
    """For a statement that reads them among other things: give its values to `keep`."""
    return tuple(setting_of(key) for key in KEYS)


@functools.cache
def _alone() -> sa.Select[Any]:
    """Made once: every page of the portal and every refusal reads it."""
    return sa.select(*columns())


def keep(*values: str) -> None:
    """What `columns` read, for the rest of the request."""
    g.hospital_contact = Contact(*values)


def contact() -> Contact:
    """The hospital's telephone, address and hours; one statement a request."""
    if "hospital_contact" not in g:
        keep(*db.session.execute(_alone()).one())
    result: Contact = g.hospital_contact
    return result


def hospital() -> Contact:
    """The same for the head of any page, also of one that must not ask the database."""
    return Contact() if g.get("database_away") or g.get("stands_alone") else contact()


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(hospital_contact=contact, hospital=hospital)
