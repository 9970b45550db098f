"""Accounts of people: who they are and which roles they hold."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup, escape
from sqlalchemy.orm import selectinload
from wtforms import SelectMultipleField, StringField

from backoffice.base import MasterView
from backoffice.forms import StaffForm, make_form
from models.errors import N_, Refused
from models.organisation import CodeList, Setting
from models.people import User, UserRole
from models.roles import Role
from portal.site import words
from portal.site.locale import is_indonesian
from portal.site.passwords import hashed

#: What a staff password needs at least.
SHORTEST = 15


class RolesField(SelectMultipleField):
    """Ticked roles."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, coerce=str,
                         choices=lambda: [(role.value, words.role_word(role)) for role in Role], **kwargs)


class SecretField(StringField):
    """A password: never shown again."""


class UserForm(StaffForm):
    @property
    def given_roles(self) -> set[Role]:
        return {Role(value) for value in self.roles_held.data or ()}


class UserView(MasterView):
    model = User
    searches_people = True
    icon = "users"
    listed = ("name", "email", "roles", "work_unit", "language", "status")
    asks = ("name", "email", "phone", "work_unit", "language", "status")
    facts = ("email", "roles", "phone", "work_unit", "language", "status", "created_at")
    default_order = ("name", False)

    def form_class(self) -> type[StaffForm]:
        base = make_form(self.model, self.asks, base=UserForm)
        return type("UserForm", (base,), {
            "roles_held": RolesField(lazy_gettext("Roles")),
            "new_password": SecretField(lazy_gettext("New password"), description=lazy_gettext(
                "At least 15 characters; leave empty to keep the old one."))})

    def filled(self, record: Any = None) -> StaffForm:
        form = super().filled(record)
        if request.method == "GET" and record is not None:
            form.roles_held.data = [role.value for role in record.roles]
        return form

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        wanted = form.given_roles
        for row in list(record.user_roles):
            if row.role not in wanted:
                record.user_roles.remove(row)
        held = {row.role for row in record.user_roles}
        record.user_roles.extend(UserRole(role=role) for role in sorted(wanted - held))
        password = form.new_password.data or ""
        if password:
            if len(password) < SHORTEST:
                raise Refused(N_("Choose at least 15 characters."), field="new_password")
            record.password_hash = hashed(password)

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(), selectinload(User.user_roles)]

    def label(self, name: str) -> str:
        return gettext("Roles") if name == "roles" else super().label(name)

    def cell_roles(self, record: Any) -> Markup:
        return escape(", ".join(str(words.role_word(role)) for role in sorted(record.roles)) or "–")


class SettingView(MasterView):
    model = Setting
    icon = "settings"
    listed = ("key", "value")


class CodeListView(MasterView):
    """Civil codes, named in the reader's language."""

    model = CodeList
    icon = "list"
    listed = ("name", "list", "code")

    def heading(self, record: Any) -> str:
        return record.name if is_indonesian() or not record.name_en else record.name_en
