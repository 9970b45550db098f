"""What stands on every paper of the hospital: its head, place and date, and who printed it when."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import sqlalchemy as sa
from babel.dates import format_date
from flask import has_request_context
from flask_babel import gettext
from flask_login import current_user

from models import clock
from models.base import db
from models.documents import Attachment
from models.organisation import Setting
from models.settings import SETTINGS, worth
from portal.web import locale

#: What the settings say of the hospital, by the letterhead's own names.
KEYS = {name: f"hospital.{name}" for name in ("name", "address", "phone", "city", "logo")}


@dataclass(frozen=True)
class Letterhead:
    """As the settings say it; each but the name may be empty. `logo` is a picture's data address."""

    name: str
    address: str = ""
    phone: str = ""
    city: str = ""
    logo: str = ""

    @property
    def reached(self) -> str:
        """Address and telephone in one line."""
        phone = gettext("Telephone %(phone)s", phone=self.phone) if self.phone else ""
        return " · ".join(part for part in (self.address, phone) if part)

    def place_and_date(self, day: object) -> str:
        """"Bandung, 28 November 2026"; the date alone while no city is set."""
        written = format_date(day, "d MMMM y", locale="id" if locale.is_indonesian() else "en")
        return f"{self.city}, {written}" if self.city else written


def letterhead() -> Letterhead:
    """The hospital's head as it is now. Two statements at most."""
    kept = dict(map(tuple, db.session.execute(
        sa.select(Setting.key, Setting.value).where(Setting.key.in_(KEYS.values())))))
    said = {name: worth(key, kept.get(key, SETTINGS[key].default)) for name, key in KEYS.items()}
    picture = logo_of(said.pop("logo"))
    if picture is not None:
        code = base64.b64encode(picture.content).decode()
        return Letterhead(**said, logo=f"data:{picture.media_type};base64,{code}")
    return Letterhead(**said)


def logo_of(key: str) -> Attachment | None:
    """The picture that the setting names; none where it names none."""
    if not key:
        return None
    return db.session.scalar(sa.select(Attachment).where(
        Attachment.id == int(key), Attachment.document_type == Setting.__tablename__))


def printed() -> str:
    """Who printed the paper and when, for its foot; a paper that a job makes names nobody."""
    now = locale.moment(clock.now())
    if has_request_context() and current_user.is_authenticated:
        return gettext("Printed by %(name)s, %(moment)s", name=current_user.name, moment=now)
    return gettext("Printed %(moment)s", moment=now)
