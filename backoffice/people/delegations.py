"""Roles given to others for a time: who gave or took one sees it, an administrator all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup, escape
from wtforms import SelectField, validators

from backoffice.panel.base import DocumentView
from backoffice.panel.fields import REQUIRED, EnumField
from backoffice.panel.forms import StaffForm, make_form
from models.delegations import GIVEN_BY_HOLDER, NEVER_GIVEN, Delegation, giver_or_admin
from models.errors import NotAllowed
from models.operations.people import delegations
from models.people import User
from models.roles import STAFF_ROLES, Role
from portal.web import words


def _person() -> Any:
    return current_user._get_current_object()


class PersonField(SelectField):
    """One of the people that `people` gives; by id, as `data` the account."""

    def __init__(self, label: Any = None, validators: Any = None, *, people: Any, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=[], coerce=str, **kwargs)
        self.people = people
        self._known: list[User] | None = None

    @property
    def known(self) -> list[User]:
        if self._known is None:
            self._known = list(self.people())
        return self._known

    def process_data(self, value: Any) -> None:
        self.data = value

    def process_formdata(self, values: list[str]) -> None:
        text = values[0].strip() if values else ""
        self.data = next((each for each in self.known if str(each.id) == text), None)
        if text and self.data is None:
            raise ValueError(gettext("Choose one of the list."))

    def iter_choices(self) -> Any:
        chosen = self.data.id if isinstance(self.data, User) else None
        yield "", gettext("choose…"), chosen is None, {}
        for each in self.known:
            yield str(each.id), each.name, each.id == chosen, {}

    def pre_validate(self, form: Any) -> None:
        """What was sent has been checked while it was read."""


class GivenRoleField(EnumField):
    """One of the roles that the person can give."""

    def iter_choices(self) -> Any:
        yield from (choice for choice in super().iter_choices() if choice[0] in set(_given()))


def _given() -> Iterable[Role]:
    if current_user.has_role(Role.ADMIN):
        return STAFF_ROLES - set(NEVER_GIVEN)
    return set(GIVEN_BY_HOLDER) & current_user.roles


class DelegationView(DocumentView):
    model = Delegation
    lines = ()
    column_list = ("number", "giver", "role", "taker", "starts_on", "ends_on", "state", "reason")
    column_details_list = ("giver", "role", "taker", "starts_on", "ends_on", "reason")
    column_filters = ("state", "role", "starts_on")
    form_columns = ("starts_on", "ends_on", "reason")

    def form_class(self) -> type[StaffForm]:
        needed = [validators.InputRequired(REQUIRED)]
        # made first, so that they are shown first
        people = {"giver": PersonField(lazy_gettext("Giver"), needed,
                                       people=lambda: delegations.givers(by=_person())),
                  "taker": PersonField(lazy_gettext("Taker"), needed,
                                       people=lambda: delegations.takers(None, by=_person())),
                  "role": GivenRoleField(lazy_gettext("Role"), needed, enum=Role, optional=False,
                                         word=words.role_word)}
        return type("DelegationForm", (make_form(self.model, self.form_columns),), people)

    def filled(self, record: Any = None) -> StaffForm:
        """An administrator says whose role it is; everybody else gives the own."""
        form = super().filled(record)
        if not current_user.has_role(Role.ADMIN):
            del form["giver"]
        return form

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        if "giver" not in form:
            if not is_new and record.giver_id != current_user.id:
                raise NotAllowed(giver_or_admin.refusal)
            record.giver = _person()
        delegations.prepare(record, by=_person())

    def cell_role(self, record: Any) -> Markup:
        return escape(words.role_word(record.role))
