"""`/admin/first_steps/`: what a new hospital still lacks, each row with the page that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_login import current_user

from backoffice.panel import choices
from backoffice.panel.pages import HOME_CARDS, Page
from backoffice.panel.views import done
from models.base import one_transaction
from models.errors import Refused
from models.operations.people import panel_choices
from models.operations.setup import first_steps, reference
from models.operations.setup.first_steps import Found
from models.panel_choices import ChoiceKind
from models.rights import may
from models.roles import Role
from models.settings import SETTINGS
from portal.web import words
from portal.web.locale import refusal_text

#: What a person folds away to have it no more on the home page.
ABOUT = "first_steps"


@dataclass(frozen=True)
class Row:
    """A step as the page shows it. `by` names who does it where the reader may not."""

    key: str
    word: str
    about: str
    lacking: str
    is_done: bool
    is_optional: bool
    address: str
    list_address: str
    by: str


def row_of(found: Found) -> Row:
    step = found.step
    is_mine = current_user.has_role(*step.roles)
    word = gettext(step.label) if step.label else words.table_word(step.table, True)
    address = step.address or (f"/admin/{step.table}/" if step.table and may(current_user, "read", step.table)
                               else "/admin/list_import/" if step.kind else "")
    return Row(step.key, str(word), gettext(step.about) if step.about else "",
               ", ".join(str(_lacking_word(name)) for name in found.lacking), found.is_done, step.is_optional,
               address, f"/admin/imports/?kind={step.kind}" if step.kind and is_mine else "",
               "" if is_mine else ", ".join(str(words.role_word(role)) for role in sorted(step.roles)))


def _lacking_word(name: str) -> Any:
    return gettext(SETTINGS[name].label) if name in SETTINGS else words.role_word(name)


def is_put_away() -> bool:
    return choices.mine().folds.get(ABOUT, False)


def on_home() -> tuple[str, list[Row]] | None:
    """The card of what is missing, for the administrator's home; None when nothing is, or it was put
    away."""
    if not current_user.has_role(Role.ADMIN) or is_put_away():
        return None
    found = first_steps.look()
    if first_steps.is_over(found):
        return None
    return "backoffice/setup/first_steps_card.html", [row_of(each) for each in found]


HOME_CARDS.append(on_home)


class FirstStepsView(Page):
    """The whole list, with what is done."""

    page = "first_steps"

    @expose("/")
    def index(self, refusal: Refused | None = None) -> Any:
        found = first_steps.look()
        rows = [row_of(each) for each in found]
        return self.render("backoffice/setup/first_steps.html", rows=rows, is_over=first_steps.is_over(found),
                           is_put_away=is_put_away(), catalogue=reference.catalogue_size(),
                           refusal=refusal_text(refusal) if refusal else "")

    @expose("/away", methods=("POST",))
    def away(self) -> Any:
        """Take the list off the own home page."""
        with one_transaction():
            panel_choices.choose(current_user._get_current_object(), ChoiceKind.FOLDED, ABOUT, "1")
        return done(gettext("The first steps are put away. They stay under Administration."), "/admin/home/")

    @expose("/back", methods=("POST",))
    def back(self) -> Any:
        """Show it there again."""
        with one_transaction():
            panel_choices.forget(current_user._get_current_object(), ChoiceKind.FOLDED, ABOUT)
        return redirect("/admin/home/", 303)

    @expose("/catalogue", methods=("POST",))
    def catalogue(self) -> Any:
        """Take the catalogue's items; codes that are there stay as they are."""
        try:
            with one_transaction() as session:
                count = reference.load_items(session, by=current_user._get_current_object())
        except Refused as refusal:
            return self.index(refusal), refusal.status
        return done(ngettext("%(num)s item of the catalogue was added.",
                             "%(num)s items of the catalogue were added.", count), "/admin/item/")
