"""Doctors from a list, known again by their registration (STR); an account is named by its address."""

from __future__ import annotations

import re
from typing import Any

from models.errors import N_, Refused
from models.operations.people import account_office
from models.operations.people.contacts import clean_phone
from models.operations.setup.master_lists import Draft, MasterList


class DoctorList(MasterList):
    """Doctors; their hours are a list of their own."""

    def _value(self, draft: Draft, name: str, column: str, cell: Any) -> Any:
        value = super()._value(draft, name, column, cell)
        if name == "phone":
            return clean_phone(value)
        return languages_in(value) if name == "languages" else value

    def _check(self, draft: Draft) -> None:
        super()._check(draft)
        if "user" not in draft.values:
            return
        if not draft.is_new:
            draft.wrong.append(Refused(N_("This doctor is there already: change the account on the doctor's "
                                          "page."), field="user"))
        elif self.by is not None and draft.values["user"] is not None \
                and draft.values["user"].id == self.by.id:
            draft.wrong.append(Refused(N_("Another administrator links your account, not you."),
                                       field="user"))

    def _only_once(self) -> None:
        super()._only_once()
        wanted = [draft for draft in self.drafts if draft.is_new and draft.values.get("user") is not None]
        taken = self._owners("user_id", {draft.values["user"].id for draft in wanted})
        seen: dict[Any, int] = {}
        for draft in wanted:
            account = draft.values["user"]
            if account.id in taken:
                draft.wrong.append(Refused(N_("“%(value)s” belongs to %(other)s already"), field="user",
                                           value=account.email, other=str(taken[account.id])))
            else:
                self._refuse_twice(draft, seen, account.id, "user")

    def _follow(self, drafts: list[Draft]) -> None:
        new = [draft.record for draft in drafts if draft.is_new]
        if self.brought is not None:
            account_office.tell_links(new, self.brought, by=self.by)


def languages_in(text: str) -> str:
    """Codes of two or three letters, divided by commas. Raises `Refused` at the column."""
    codes = [code.strip().lower() for code in re.split(r"[,;]", text) if code.strip()]
    if not all(re.fullmatch(r"[a-z]{2,3}", code) for code in codes):
        raise Refused(N_("Write codes of languages with commas between them, for example id,en."),
                      field="languages")
    return ",".join(dict.fromkeys(codes))

