"""Messages are written into the outbox, in the transaction of what they tell about; a job sends them
afterwards."""

from __future__ import annotations

from typing import Any

from models import clock
from models.base import db
from models.documents import Attachment, Document
from models.errors import N_, NotAllowed, Refused
from models.operations.core.activity import plain
from models.outbox import Channel, DeliveryStatus, Outbox
from models.people import AccountStatus, Language, User
from models.roles import Role


def post(to: User, template: str, *, channel: Channel = Channel.MAIL, key: str | None = None,
         prints: Document | None = None, **params: Any) -> Outbox | None:
    """Write the message `template` to a person in that person's language; None when the account is closed.

    `params` fill the template and must hold nothing clinical: mail is read on any screen. The template is a
    notice of `models.operations.people.notices.NOTICES`, or a file of templates/mail/. A message by telephone
    needs a number: None without one.
    """
    address = to.email if channel == Channel.MAIL else to.phone
    if to.status != AccountStatus.ACTIVE or not address:
        return None
    return post_to(address, template, language=to.language, channel=channel, user=to, key=key, prints=prints,
                   **{"name": to.name, **params})


def post_to(address: str, template: str, *, language: Language = Language.ID, channel: Channel = Channel.MAIL,
            user: User | None = None, attachment: Attachment | None = None, key: str | None = None,
            prints: Document | None = None, **params: Any) -> Outbox:
    """The same to somebody without an account, e.g. a supplier.

    `attachment` goes with a mail; of `prints` the printed form does, as it stands when the mail leaves.
    """
    message = Outbox(user_id=user.id if user is not None else None, to_address=address, channel=channel,
                     template=template, language=language, params=plain(params),
                     attachment_id=attachment.id if attachment is not None else None,
                     document_type=prints.__tablename__ if prints is not None else None,
                     document_id=prints.id if prints is not None else None, **({"key": key} if key else {}))
    db.session.add(message)
    return message


def retry(message: Outbox, *, by: User) -> None:
    """Let a message that failed go out again, with the same key. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("Your role may not do this step."))
    if message.status != DeliveryStatus.FAILED:
        raise Refused(N_("Only a message that failed is sent again."))
    message.status, message.attempts, message.next_attempt_at = DeliveryStatus.WAITING, 0, clock.now()
    db.session.flush()
