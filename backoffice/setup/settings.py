"""`/admin/settings/`: what the hospital may decide, in groups, each with its kind, default and who changed
it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_login import current_user

from backoffice.panel.pages import Page
from backoffice.panel.views import done, message_of
from models.base import db, one_transaction
from models.errors import Refused
from models.journal import Account
from models.operations.core import files, settings_office
from models.operations.core.settings_office import Changed, WrongSettings
from models.organisation import Setting, Status
from models.roles import Role
from models.setting_groups import GROUPS, Group, group_named
from models.settings import SETTINGS, is_usable
from portal.web import locale

#: Kinds whose value is a number that people read with its thousands apart.
NUMBERS = frozenset({"money", "percent", "number"})


@dataclass
class Field:
    """One setting on the page. `seen` is the text that stands for it, `text` what its control shows."""

    key: str
    seen: str
    text: str
    changed: Changed | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def kind(self) -> Any:
        return SETTINGS[self.key].kind

    @property
    def name(self) -> str:
        return self.key.replace(".", "-")

    @property
    def is_default(self) -> bool:
        return self.seen == SETTINGS[self.key].default

    @property
    def is_on(self) -> bool:
        return self.text == "yes"

    @property
    def default(self) -> str:
        return in_words(self.key, SETTINGS[self.key].default)


def in_words(key: str, text: str) -> str:
    """A value as a person reads it; a wrong one as it stands."""
    kind = SETTINGS[key].kind
    if kind.input == "switch":
        return gettext("yes") if text == "yes" else gettext("no")
    if kind.input == "choice":
        return next((gettext(word) for value, word in kind.choices if value == text), text)
    return shown(key, text)


def shown(key: str, text: str) -> str:
    """A value as its control shows it: numbers with their thousands apart."""
    kind = SETTINGS[key].kind
    if kind.input not in NUMBERS:
        return text
    try:
        return locale.quantity(kind.read(text))
    except ValueError:
        return text


LOGO = "hospital.logo"


def _logo(group: Group) -> files.Checked | None:
    """The picture that was chosen, drawn anew. Raises `WrongSettings` at its setting."""
    chosen = request.files.get(LOGO.replace(".", "-"))
    if LOGO not in group.keys or chosen is None or not chosen.filename \
            or not current_user.has_role(Role.ADMIN):
        return None
    try:
        return files.checked_logo(chosen.read(files.MOST_BYTES + 1), chosen.filename)
    except Refused as refusal:
        raise WrongSettings({LOGO: refusal}) from None


def _typed(group: Group) -> dict[str, str]:
    """What the form says of each setting of the group; what it does not name stays as it is."""
    names = {key.replace(".", "-"): key for key in group.keys}
    result: dict[str, str] = {}
    for name, key in names.items():
        if f"seen-{name}" not in request.form:
            continue
        text = request.form.get(name, "").replace("\r\n", "\n").replace("\x00", "")
        if SETTINGS[key].kind.input == "picture":  # changed by a file alone
            text = request.form.get(f"seen-{name}", "")
        is_switch = SETTINGS[key].kind.input == "switch"
        result[key] = ("yes" if text else "no") if is_switch else text.strip()
    reset = names.get(request.form.get("reset", ""))
    if reset is not None:
        result[reset] = SETTINGS[reset].default
    return result


def _fields(group: Group, typed: Mapping[str, str], refusal: WrongSettings | None) -> list[Field]:
    rows = settings_office.kept(group.keys)
    changes = settings_office.last_changes(rows)
    result = []
    for key in group.keys:
        seen = rows[key].value if key in rows else SETTINGS[key].default
        entry = Field(key, seen, typed.get(key, shown(key, seen)), changes.get(key))
        if refusal is not None and key in refusal.by_key:
            entry.errors.append(message_of(refusal.by_key[key]))
        elif key in rows and not is_usable(db.session, rows[key]):
            entry.errors.append(gettext("This cannot be used. Correct it."))
        result.append(entry)
    return result


class SettingsView(Page):
    """One group of settings on a page, saved together."""

    page = "settings"

    @expose("/", methods=("GET",))
    def index(self) -> Any:
        return self._page(GROUPS[0])

    @expose("/<chosen>", methods=("GET", "POST"))
    def group(self, chosen: str) -> Any:
        group = group_named(chosen)
        if group is None:
            abort(404)
        if request.method == "GET":
            return self._page(group)
        typed = _typed(group)
        seen = {key: request.form.get("seen-" + key.replace(".", "-"), "").replace("\r\n", "\n")
                for key in typed}
        typed = settings_office.touched(typed, seen)
        try:
            logo = _logo(group)
            with one_transaction():
                if logo is not None:
                    typed[LOGO] = settings_office.keep_logo(logo, by=current_user)
                changed = settings_office.write(typed, seen, by=current_user)
        except WrongSettings as refusal:
            return self._page(group, typed, refusal), refusal.status
        if not changed:
            return done(gettext("Nothing was changed."), f"/admin/settings/{chosen}", "info")
        return done(ngettext("%(num)d setting was saved.", "%(num)d settings were saved.", len(changed)),
                    f"/admin/settings/{chosen}")

    def _page(self, group: Group, typed: Mapping[str, str] | None = None,
              refusal: WrongSettings | None = None) -> str:
        fields = _fields(group, typed or {}, refusal)
        chart = db.session.execute(
            sa.select(Account.code, Account.name).where(Account.status == Status.ACTIVE)
            .order_by(Account.code)).all() if any(entry.kind.input == "account" for entry in fields) else []
        unknown = db.session.scalars(sa.select(Setting).where(Setting.key.not_in(list(SETTINGS)))
                                     .order_by(Setting.key)).all()
        return str(self.render("backoffice/setup/settings.html", group=group, groups=GROUPS, fields=fields,
                               declared=SETTINGS, chart=chart, names=dict(map(tuple, chart)),
                               unknown=unknown, is_refused=refusal is not None))
