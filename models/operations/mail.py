"""Mail is written into the outbox, in the transaction of what it tells about; a job sends it afterwards."""

from __future__ import annotations

from typing import Any

from models.base import db
from models.operations.activity import plain
from models.outbox import Outbox
from models.people import AccountStatus, User


def post(to: User, template: str, **params: Any) -> Outbox | None:
    """Write the mail `template` to a person in that person's language; None when the account is closed.

    `params` fill the template and must hold nothing clinical: mail is read on any screen.
    """
    if to.status != AccountStatus.ACTIVE:
        return None
    mail = Outbox(user_id=to.id, to_address=to.email, template=template, language=to.language,
                  params=plain({"name": to.name, **params}))
    db.session.add(mail)
    return mail
