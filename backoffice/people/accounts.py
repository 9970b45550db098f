"""Accounts of people: who they are and which roles they hold."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.orm import selectinload
from wtforms import SelectField, SelectMultipleField

from backoffice.panel import lookups
from backoffice.panel.base import MasterView
from backoffice.panel.forms import StaffForm, make_form
from backoffice.panel.views import done
from models.api import ApiToken
from models.base import db, one_transaction
from models.errors import N_, Refused
from models.operations.core import step_up
from models.operations.people import account_office, accounts, credentials, passkeys, push, second_factor
from models.organisation import CodeList, Setting
from models.people import User, UserSession
from models.push_subscriptions import PushSubscription
from models.rights import may
from models.roles import Role
from models.settings import SETTINGS, checked, is_usable
from portal.web import words
from portal.web.links import public_url
from portal.web.locale import is_indonesian

#: What opens an account or is told of it, and is ended one by one: by the name in the form.
ENDS: dict[str, tuple[Any, Any]] = {
    "session": (UserSession, credentials.end_sessions), "token": (ApiToken, credentials.end_tokens),
    "push": (PushSubscription, push.end)}


class RolesField(SelectMultipleField):
    """Ticked roles."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, coerce=str,
                         choices=lambda: [(role.value, words.role_word(role)) for role in Role], **kwargs)


class UserForm(StaffForm):
    @property
    def given_roles(self) -> set[Role]:
        return {Role(value) for value in self.roles_held.data or ()}


class UserView(MasterView):
    model = User
    searches_people = True
    column_list = ("name", "email", "roles", "work_unit", "language", "status")
    form_columns = ("name", "email", "phone", "work_unit", "language", "status")
    column_details_list = ("email", "roles", "phone", "work_unit", "language", "status",
                           "email_confirmed_at", "created_at")
    column_filters = ("status", "work_unit", "language")
    column_default_sort = ("name", False)
    details_template = "backoffice/people/user.html"

    def form_class(self) -> type[StaffForm]:
        base = make_form(self.model, self.form_columns, base=UserForm)
        return type("UserForm", (base,), {"roles_held": RolesField(lazy_gettext("Roles"))})

    def filled(self, record: Any = None) -> StaffForm:
        form = super().filled(record)
        if request.method == "GET" and record is not None:
            form.roles_held.data = [role.value for role in record.roles]
        if record is None:
            form.email.description = gettext("A link with which the owner chooses a password goes here.")
        elif record.id == current_user.id:
            form.roles_held.description = gettext(
                "This is your own account: another administrator changes its roles, work unit and status.")
        return form

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        record.change = account_office.review(record, form.given_roles, by=current_user)

    def after_save(self, record: Any, is_new: bool) -> None:
        account_office.follow(record, record.change, by=current_user, invite=public_url() is not None)

    # ------------------------------------------------------------ what opens an account

    def extra(self, record: Any) -> dict[str, Any]:
        """Where the account is signed in, and its tokens: never the secrets themselves."""
        sessions, pushed = credentials.sessions_and_devices(record)
        return {
            "may_edit": may(current_user, "edit", self.table), "is_own": record.id == current_user.id,
            "sessions": sessions, "pushed": pushed, "tokens": credentials.tokens_of(record),
            "identities": [accounts.provider_name(entry.issuer)
                           for entry in credentials.identities_of(record)],
            "expires_at": credentials.expires_at, "held_until": accounts.held_until(record, current_user),
            "keys": passkeys.of_account(record), "in_use": credentials.is_in_use(record),
            "mail_works": public_url() is not None}

    @expose("/<id>/password_link", methods=("POST",))
    def password_link_view(self, id: str) -> Any:
        """Mail the owner a link that sets a new password; nobody else sees it."""
        record = self.one_or_404(id)
        self.must("edit")
        try:
            if public_url() is None:
                raise Refused(N_("Mail with links is not set up here: the setting PUBLIC_URL is missing."))
            with one_transaction():
                account_office.send_reset(record, by=current_user)
        except Refused as refusal:
            return self.refused(record, refusal)
        return done(gettext("A link went to %(address)s.", address=record.email), self.details_url(record))

    @expose("/<id>/factor/reset", methods=("POST",))
    def reset_factor_view(self, id: str) -> Any:
        """Take the second factor off for somebody who lost it; the owner is told, everybody is out."""
        record = self.one_or_404(id)
        self.must("edit")
        try:
            with one_transaction():
                second_factor.reset(record, by=current_user)
        except Refused as refusal:
            return self.refused(record, refusal)
        return done(gettext("The second factor was taken off."), self.details_url(record))

    @expose("/<id>/access/end", methods=("POST",))
    def end_access_view(self, id: str) -> Any:
        """End one session (`session`), token (`token`) or notified device (`push`) of the account, or all of
        them."""
        record = self.one_or_404(id)
        self.must("edit")
        chosen = next((name for name in ENDS if request.form.get(name)), None)
        with one_transaction():
            if chosen:
                model, end = ENDS[chosen]
                key = lookups.identity(model, request.form[chosen])
                if key is None or not end(record, only=key):
                    abort(404)
            else:
                credentials.end_access(record)
                push.end(record)
        return done(gettext("It was ended."), self.details_url(record))

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(), selectinload(User.user_roles)]

    def label(self, name: str) -> str:
        return gettext("Roles") if name == "roles" else super().label(name)

    def cell_roles(self, record: Any) -> Markup:
        return escape(", ".join(str(words.role_word(role)) for role in sorted(record.roles)) or "–")


class AccountLinks:
    """Mixed into views of people who may have an account (`user`): whose it is changes for everybody to
    see."""

    def before_save(self: Any, form: Any, record: Any, is_new: bool) -> None:
        super().before_save(form, record, is_new)
        record.former_account = account_office.check_link(record, by=current_user)

    def after_save(self: Any, record: Any, is_new: bool) -> None:
        super().after_save(record, is_new)
        account_office.tell_link(record, record.former_account, by=current_user)


class SettingView(MasterView):
    """One value at a time: its key is chosen, its text is checked by `models.settings`, wherever it comes
    from."""

    model = Setting
    column_list = ("key", "meaning", "value")
    column_details_list = ("key", "meaning", "value", "accepted")

    def form_class(self) -> type[StaffForm]:
        # The key is made first, so that it is shown first.
        key = SelectField(lazy_gettext("Key"), choices=lambda: [
            (key, gettext(declared.label)) for key, declared in SETTINGS.items()])
        return type("SettingForm", (make_form(self.model, ("value",)),), {"key": key})

    def filled(self, record: Any = None) -> StaffForm:
        form = super().filled(record)
        declared = SETTINGS.get(form.key.data or "")
        if declared is not None:
            form.value.description = " ".join(filter(None, (
                gettext(declared.kind.says), declared.help and gettext(declared.help),
                declared.default and gettext("Without a value of its own: %(value)s",
                                             value=declared.default))))
        return form

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        was = db.session.get(Setting, record.id).key if record.id else ""
        record.key = form.key.data
        record.value = checked(record.key, record.value)
        step_up.require_for_settings((was, record.key))

    def label(self, name: str) -> str:
        return {"meaning": gettext("Meaning"),
                "accepted": gettext("What is accepted")}.get(name) or super().label(name)

    def cell_meaning(self, record: Any) -> Markup:
        return escape(gettext(SETTINGS[record.key].label)) if record.key in SETTINGS else self._wrong(record)

    def cell_accepted(self, record: Any) -> Markup:
        return (
            escape(gettext(SETTINGS[record.key].kind.says)) if record.key in SETTINGS else self._wrong(record)
        )

    def cell_value(self, record: Any) -> Markup:
        mark = "" if is_usable(db.session, record) else Markup("<br>") + self._wrong(record)
        return escape(record.value) + mark

    @staticmethod
    def _wrong(_record: Any) -> Markup:
        return Markup('<strong class="text-danger">{}</strong>').format(gettext("This cannot be used. "
                                                                                "Correct it."))


class CodeListView(MasterView):
    """Civil codes, named in the reader's language."""

    model = CodeList
    column_list = ("name", "list", "code")

    def heading(self, record: Any) -> str:
        return record.name if is_indonesian() or not record.name_en else record.name_en
