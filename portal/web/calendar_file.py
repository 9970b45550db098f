"""A consultation as a file for calendars (iCalendar, RFC 5545): the same entry however often it moves.

A consultation that was moved goes on as a new request that is linked to the old one; its calendar entry keeps
the UID of the first and counts SEQUENCE up with every step. Nothing clinical is in it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale, gettext

from models import clock
from models.base import db
from models.consultations import Consultation, ConsultationState
from models.documents import DocumentEvent
from models.settings import setting

C = ConsultationState
MEDIA_TYPE = "text/calendar"
#: States of which there is an entry: what is asked for and not approved yet is none.
CONFIRMED = (C.APPROVED, C.IN_PROGRESS, C.COMPLETED)
#: Minutes before the start at which the calendar reminds.
REMIND = 30


def _line(name: str, value: str) -> str:
    """A content line, folded after 73 octets as the format wants it, never inside of a letter."""
    parts, part = [], ""
    for letter in f"{name}:{value}":
        if len((part + letter).encode()) > 73:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])


def _text(value: str) -> str:
    plain = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _chain(consultation: Consultation) -> list[int]:
    """The consultation and those that it was moved from, newest first."""
    ids, before = [consultation.id], consultation.rescheduled_from_id
    while before is not None and before not in ids:
        ids.append(before)
        before = db.session.scalar(sa.select(Consultation.rescheduled_from_id).where(
            Consultation.id == before))
    return ids


def uid_and_sequence(consultation: Consultation) -> tuple[str, int]:
    """The entry's name, that of the first request of the chain, and how many steps it took so far."""
    ids = _chain(consultation)
    steps = db.session.scalar(sa.select(sa.func.count()).select_from(DocumentEvent).where(
        DocumentEvent.document_type == "consultation", DocumentEvent.document_id.in_(ids))) or 0
    host = urlsplit(current_app.config.get("PUBLIC_URL") or "").hostname or "rawat.invalid"
    return f"consultation-{ids[-1]}@{host}", steps


def of(consultation: Consultation) -> str:
    """The calendar file: an entry that is confirmed, or the word that it is off. In the language of the
    moment."""
    uid, sequence = uid_and_sequence(consultation)
    on = consultation.state in CONFIRMED
    sender = current_app.config.get("MAIL_FROM") or "rawat@localhost"
    sender = sender.rpartition("<")[2].rstrip("> ")
    public = (current_app.config.get("PUBLIC_URL") or "").rstrip("/")
    address = f"{public}/portal/consultations/{consultation.id}"
    account = consultation.patient.user or (consultation.patient.guardian.user
                                            if consultation.patient.guardian else None)
    title = gettext("Consultation with %(doctor)s", doctor=consultation.doctor.name)
    words = [gettext("Open the consultation in the portal at that time: %(address)s", address=address),
             gettext("Not for emergencies. Call 119.")]
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Rawat//Telemedicine//ID", "CALSCALE:GREGORIAN",
        f"METHOD:{'REQUEST' if on else 'CANCEL'}", "BEGIN:VEVENT", _line("UID", uid),
        f"SEQUENCE:{sequence}", f"DTSTAMP:{_instant(clock.now())}",
        f"DTSTART:{_instant(consultation.starts_at)}", f"DTEND:{_instant(consultation.ends_at)}",
        _line("SUMMARY", _text(title)), _line("DESCRIPTION", _text("\n".join(words))),
        _line("ORGANIZER;CN=" + _quoted(setting("hospital.name") or "Rawat"), f"mailto:{sender}"),
        *([_line("ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE", f"mailto:{account.email}")]
          if account is not None and account.email else []),
        *([_line("URL", address)] if public else []),
        f"STATUS:{'CONFIRMED' if on else 'CANCELLED'}", "CLASS:PRIVATE", "TRANSP:OPAQUE",
        *(["BEGIN:VALARM", "ACTION:DISPLAY", _line("DESCRIPTION", _text(title)),
           f"TRIGGER:-PT{REMIND}M", "END:VALARM"] if on else []),
        "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def _quoted(name: str) -> str:
    plain = "".join(letter for letter in name if letter not in '";:,' and letter.isprintable())
    return f'"{plain}"'


def file_name(consultation: Consultation) -> str:
    return f"{(consultation.number or 'consultation').replace('/', '-')}.ics"


def enclosed(consultation: Consultation, language: str) -> tuple[str, str, bytes]:
    """Name, media type and content for a mail in `language`."""
    with force_locale(language):
        return file_name(consultation), MEDIA_TYPE, of(consultation).encode()


def content_type(text: str) -> dict[str, Any]:
    """Headers of the download."""
    return {"Content-Type": f"{MEDIA_TYPE}; charset=utf-8; method="
                            f"{'CANCEL' if 'METHOD:CANCEL' in text else 'REQUEST'}"}
