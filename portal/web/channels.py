"""Ways out of the house: what every back end of mail, WhatsApp and SMS does, and the ones there are.

A back end takes a `Message` and returns, or raises `Undelivered`. Which one serves a channel, its address
says:
`MAIL_URL`, `WHATSAPP_URL`, `SMS_URL`.

| address | does |
| --- | --- |
| `console:` | prints the message (the demo's) |
| `smtp://user:password@host:port`, `smtps://`, `smtp+tls://` | sends mail |
| `https://:token@gateway/path` | posts JSON (`to`, `text`, `channel`); the key is its `Idempotency-Key` |
"""

from __future__ import annotations

import http.client
import json
import smtplib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from models.outbox import Channel

TIMEOUT = 20


@dataclass(frozen=True)
class Enclosed:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What goes out. `key` is the same whenever this message is tried: gateways and mail readers know it by
    that."""

    key: str
    channel: Channel
    to: str
    subject: str
    text: str
    sender: str
    enclosed: Enclosed | None = None


class Undelivered(Exception):
    """It did not go. `again`: another attempt may help. `unsure`: it may have arrived all the same."""

    def __init__(self, why: str, *, again: bool = True, unsure: bool = False) -> None:
        super().__init__(why)
        self.again = again and not unsure
        self.unsure = unsure


Sender = Callable[[Message, str], None]


def console(message: Message, _url: str) -> None:
    """Print it."""
    text = f"{as_mail(message)}" if message.channel == Channel.MAIL else f"{message.to}: {message.text}"
    sys.stdout.write(f"[{message.channel}] {text}\n")


def as_mail(message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = message.sender, message.to, message.subject
    mail["Message-ID"] = f"<{message.key}@{message.sender.rpartition('@')[2].strip('>') or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    if message.enclosed is not None:
        kind, _, sub = message.enclosed.media_type.partition("/")
        mail.add_attachment(message.enclosed.content, maintype=kind, subtype=sub,
                            filename=message.enclosed.name)
    return mail


class _Noting:
    """Notes that the text of a mail went over the line: from there on an error leaves us unsure."""

    said = False

    def data(self, msg: Any) -> Any:
        self.said = True
        answer = super().data(msg)  # type: ignore[misc]
        self.said = False  # it answered: whatever it says now is certain
        return answer


class _Plain(_Noting, smtplib.SMTP):
    pass


class _Secure(_Noting, smtplib.SMTP_SSL):
    pass


def smtp(message: Message, url: str) -> None:
    """Send a mail by the SMTP server of `url`."""
    parts = urlsplit(url)
    kind = _Secure if parts.scheme == "smtps" else _Plain
    server: Any = None
    try:
        server = kind(parts.hostname or "localhost", parts.port or 0, timeout=TIMEOUT)
        if parts.scheme == "smtp+tls":
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(as_mail(message))
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise Undelivered(f"refused {codes}", again=not all(code >= 500 for code in codes)) from error
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"{type(error).__name__} {error.smtp_code}", again=error.smtp_code < 500) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(type(error).__name__, unsure=bool(server is not None and server.said)) from error
    finally:
        if server is not None:
            server.close()  # not quit(): the mail is taken, a late complaint changes nothing


def webhook(message: Message, url: str) -> None:
    """Post the message to a gateway that speaks HTTPS; 2xx is taken, 4xx is no, anything else is later."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "localhost", parts.port, timeout=TIMEOUT)
    body = json.dumps({"to": message.to, "text": message.text, "channel": message.channel})
    heads = {"Content-Type": "application/json", "Idempotency-Key": message.key}
    if parts.password:
        heads["Authorization"] = f"Bearer {unquote(parts.password)}"
    requested = False
    try:
        line.connect()
        requested = True
        line.request("POST", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, heads)
        status = line.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        # The gateway knows the key, so asking again sends nothing twice.
        raise Undelivered(type(error).__name__ if not requested
                          else f"no answer: {type(error).__name__}") from error
    finally:
        line.close()
    if not 200 <= status < 300:
        raise Undelivered(f"HTTP {status}", again=status in (408, 409, 425, 429) or status >= 500)


SENDERS: dict[str, Sender] = {"console": console, "smtp": smtp, "smtps": smtp, "smtp+tls": smtp,
                              "http": webhook, "https": webhook}


def sender_of(url: str) -> Sender:
    """The back end that serves an address. Raises KeyError for one that none knows."""
    return SENDERS[urlsplit(url).scheme]
