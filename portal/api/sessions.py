"""Sign-in of another system: a token for an account, and its end."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import g, request

from models import actor, clock
from models.activity import Activity
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.operations.core import activity
from models.operations.people import second_factor
from models.operations.people.mail import post
from models.people import User
from portal.api.calls import body_values, call
from portal.api.fields import text
from portal.web import passwords, tokens
from portal.web.guessing import password_guesses
from portal.web.second_step import code_guesses, is_missing
from portal.web.signin import keep_strong


@call("POST", "/tokens", N_("A token for an account: ninety days, shown once."), status=201, is_open=True,
      body={"email": text(N_("The account's e-mail."), 254, needed=True),
            "password": text(N_("Its password."), needed=True, is_trimmed=False),
            "code": text(N_("The code of the authenticator app, where the account has one."), 80),
            "name": text(N_("What the token is for."), 120)})
def make_token() -> dict[str, Any]:
    email, password = (body_values()["email"] or "").lower(), body_values()["password"] or ""
    if not email or not password:
        raise Refused(N_("Send e-mail and password."), field="email" if not email else "password")
    user = db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == email))
    attempt = password_guesses.begin(email, user)
    if not passwords.verified(password,
                              user.password_hash if user else None) or user is None or not user.is_active:
        activity.record(Activity.LOGIN_FAILED, table_name="user", changed_id=user.id if user else None)
        db.session.commit()
        raise Refused(N_("E-mail or password is not right. Check both and try again."), field="password")
    if user.factor_since is not None:
        code = code_guesses.begin(str(user.id), user)
        if not second_factor.is_right(user, body_values()["code"] or ""):
            activity.record(Activity.LOGIN_FAILED, table_name="user", changed_id=user.id)
            db.session.commit()
            raise Refused(N_("Send the code of the authenticator app, each once."), field="code")
        code.right()
    elif is_missing(user):
        raise NotAllowed(N_("Staff sign in with a second factor. Set it up once, then go on."))
    attempt.right()
    actor.set_actor(user.id, actor.Door.API, request.remote_addr)
    keep_strong(user, password)
    made, row = tokens.issue(user, body_values()["name"] or "API")
    post(user, "new_token", token=row.name, place=request.remote_addr or "", made_at=row.created_at)
    activity.record(Activity.LOGGED_IN, table_name="user", changed_id=user.id, user_id=user.id)
    return {"token": made, "expires_at": row.expires_at.isoformat(), "roles": sorted(user.roles)}


@call("DELETE", "/tokens/current", N_("End the token that this request carries."), status=204)
def end_token() -> None:
    g.api_token.revoked_at = clock.now()
    activity.record(Activity.LOGGED_OUT, table_name="user", changed_id=g.api_token.user_id)
