"""Accounts from a list: each owner is invited by mail and chooses a password; nobody makes one up."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from models.accounts import AccountTicket
from models.errors import N_, Refused
from models.operations.people import account_office, accounts
from models.operations.people.contacts import clean_email, clean_phone
from models.operations.setup import import_undo, list_cells
from models.operations.setup.import_plan import Outcome
from models.operations.setup.list_references import chunks
from models.operations.setup.master_lists import Draft, MasterList
from models.outbox import DeliveryStatus, Outbox
from models.people import User, UserRole
from models.roles import Role

#: What of a known account its own page changes: there its owner and the other administrators are told.
FIXED = frozenset({"roles", "status"})
WORDS = (N_("Roles"),)


class UserList(MasterList):
    """New accounts with their roles; of known ones name, telephone, work unit and language."""

    def apply(self, outcome: Outcome) -> None:
        super().apply(outcome)
        if outcome.new and not accounts.links_work():
            outcome.refused(1, Refused(N_("Mail with links is not set up here: the setting PUBLIC_URL is "
                                          "missing.")))

    def _know(self) -> None:
        for draft in self.drafts:
            cell = draft.row.cells.get("email")
            try:
                if list_cells.is_empty(cell) or list_cells.clears(cell):
                    raise Refused(N_("%(name)s is empty"), field="email", name="email")
                draft.keys["email"] = clean_email(str(cell))
            except Refused as refusal:
                draft.wrong.append(refusal)
        found = {}
        for some in chunks({draft.keys["email"] for draft in self.drafts if draft.keys}):
            for user in self.session.scalars(self._loading().where(sa.func.lower(User.email).in_(some))):
                found[user.email.lower()] = user
        for draft in self.drafts:
            draft.record = found.get(draft.keys.get("email"))

    def _standing(self, record: Any, name: str) -> Any:
        return ", ".join(sorted(record.roles)) if name == "roles" else super()._standing(record, name)

    def _says(self, draft: Draft) -> dict[str, Any]:
        return {name: self._standing(draft.record, name) for name in self.layout.names}

    def _value(self, draft: Draft, name: str, column: str, cell: Any) -> Any:
        value = super()._value(draft, name, column, cell)
        if name == "phone":
            return clean_phone(value)
        return roles_in(value) if name == "roles" else value

    def _check(self, draft: Draft) -> None:
        super()._check(draft)
        if draft.is_new:
            return
        draft.wrong += [Refused(N_("This account is there already: change this on its own page."), field=name)
                        for name in sorted(FIXED & draft.values.keys())]
        if "work_unit" in draft.values and self.by is not None and draft.record.id == self.by.id:
            draft.wrong.append(Refused(N_("Another administrator changes your work unit, not you: it says "
                                          "what you may see."), field="work_unit"))

    def _put(self, draft: Draft) -> None:
        if draft.is_new:
            values = {name: value for name, value in draft.values.items() if name != "roles"}
            draft.record = User(**values, user_roles=[
                UserRole(role=Role(word)) for word in draft.values["roles"].split(", ")])
            self.session.add(draft.record)
        else:
            super()._put(draft)

    def _follow(self, drafts: list[Draft]) -> None:
        new = [draft.record for draft in drafts if draft.is_new]
        if new and self.brought is not None:
            account_office.follow_list(new, self.brought, by=self.by)


def roles_in(text: str) -> str:
    """The roles of a cell, in order. Raises `Refused` at the column."""
    words = sorted({word.strip().lower() for word in re.split(r"[,;\n]", text) if word.strip()})
    unknown = [word for word in words if word not in {*Role}]
    if unknown:
        raise Refused(N_("there is no role “%(role)s”"), field="roles", role=unknown[0][:60])
    if Role.PATIENT in words:
        raise Refused(N_("A patient gets an account on the page of the patient."), field="roles")
    return ", ".join(words)


class UserUndo(import_undo.Undo):
    """Accounts that nobody has opened yet; their invitations lead nowhere then."""

    passed_over = frozenset({"account_ticket", "outbox"})

    def _standing(self, record: Any, name: str) -> Any:
        return ", ".join(sorted(record.roles)) if name == "roles" else super()._standing(record, name)

    def do(self) -> None:
        for some in chunks(self.made):
            self.session.execute(sa.delete(AccountTicket).where(AccountTicket.user_id.in_(some)))
            self.session.execute(sa.delete(Outbox).where(
                Outbox.user_id.in_(some), Outbox.status == DeliveryStatus.WAITING))
            self.session.execute(sa.update(Outbox).where(Outbox.user_id.in_(some)).values(user_id=None))
        super().do()
