"""Send what waits in the outbox: each mail once, retried when the server refuses it."""

from __future__ import annotations

import smtplib
import sys
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale

from models import clock
from models.base import one_transaction
from models.outbox import Outbox

ATTEMPTS = 8


def composed(mail: Outbox, sender: str) -> EmailMessage:
    """The mail in its reader's language; the template's first line is the subject."""
    with force_locale(mail.language.value):
        # Not render_template: the context of pages asks for a request, and a job has none.
        text = current_app.jinja_env.get_template(f"mail/{mail.template}.txt").render(**_revived(mail.params))
    subject, _, body = text.lstrip().partition("\n")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to_address, subject.strip()
    message.set_content(body.lstrip())
    return message


def _revived(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with their instants, which JSON keeps as text."""
    return {name: datetime.fromisoformat(value) if name.endswith(("_at", "_to")) and value else value
            for name, value in params.items()}


def send_waiting(url: str, limit: int = 200) -> tuple[int, int]:
    """Send up to `limit` waiting mails by the SMTP server of `url`; returns how many were sent and how many failed.

    Without a server they are printed. Each mail is locked, sent and marked in a transaction of its own, so that two
    runs at once do not send one twice.
    """
    sent = failed = 0
    tried: list[int] = []
    for _ in range(limit):
        with one_transaction() as session:
            mail = session.scalar(
                sa.select(Outbox).where(~Outbox.sent, Outbox.attempts < ATTEMPTS, Outbox.id.not_in(tried))
                .order_by(Outbox.id).limit(1).with_for_update(skip_locked=True))
            if mail is None:
                break
            tried.append(mail.id)
            mail.attempts += 1
            try:
                _deliver(composed(mail, "rawat@localhost"), url)
            except (OSError, smtplib.SMTPException) as error:
                mail.last_error = type(error).__name__
                failed += 1
            else:
                mail.sent, mail.sent_at = True, clock.now()
                sent += 1
    return sent, failed


def _deliver(message: EmailMessage, url: str) -> None:
    if not url:
        sys.stdout.write(f"{message}\n")
        return
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname or "localhost", parts.port or 0, timeout=20) as server:
        if parts.scheme == "smtp+tls":
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
