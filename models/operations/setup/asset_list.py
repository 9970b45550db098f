"""The register of assets from a list: each with what it lost before, entered by set; known again by its
tag."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from models.asset_register import Asset, BookKind, Ownership
from models.errors import N_, Refused
from models.journal import Posting
from models.operations.assets import entry, openings
from models.operations.ledger import journal
from models.operations.setup import import_undo
from models.operations.setup.master_lists import Draft, MasterList

#: Columns of an asset that say what it came with.
OPENINGS = tuple(name for names in openings.ATTRIBUTES.values() for name in names)
#: Their headings; they are no columns of the table, whose words the extractor finds.
WORDS = (N_("Hospital accumulated"), N_("Hospital until"), N_("Tax accumulated"), N_("Tax until"),
         N_("State accumulated"), N_("State until"))


class AssetList(MasterList):
    """New assets enter with their books; those that are known change as on their form."""

    _proposals: openings.Proposals | None = None

    def _loading(self) -> sa.Select[Any]:
        return super()._loading().options(selectinload(Asset.books))

    def _check(self, draft: Draft) -> None:
        super()._check(draft)
        if draft.is_new:
            self._check_new(draft)
        elif draft.values.keys() & {*OPENINGS} and draft.record.ownership != Ownership.OWNED:
            draft.wrong.append(Refused(N_("This asset is not ours; it has no books."), field="ownership"))
        places = [name for name in ("building", "room", "ward", "inpatient_room") if draft.values.get(name)]
        if len(places) > 1:
            draft.wrong.append(Refused(N_("Name one place: a building, a room, a ward or an inpatient room."),
                                       field=places[1]))

    def _check_new(self, draft: Draft) -> None:
        """What it came with: asked for where the runs of a book have counted its months already."""
        values = draft.values
        if draft.wrong:
            return
        if self._proposals is None:
            self._proposals = openings.Proposals()
        ownership = values.get("ownership") or Ownership.OWNED
        proposals = self._proposals.of(values["asset_type"], values["acquisition_cost"],
                                       values["acquired_on"], ownership)
        known = {name for proposal in proposals for name in openings.ATTRIBUTES[proposal.book]}
        draft.wrong += [Refused(N_("this book takes no opening: the asset is not depreciated in it, or its "
                                   "first period is still to be run"), field=name)
                        for name in OPENINGS if values.get(name) is not None and name not in known]
        trial = _Trial(values)
        draft.wrong += openings.check(trial, proposals)  # type: ignore[arg-type]
        values |= {name: getattr(trial, name) for name in known if getattr(trial, name) is not None}

    def _put_all(self, drafts: list[Draft]) -> None:
        new = [draft for draft in drafts if draft.is_new]
        if new:
            standard = journal.accounts((Posting.ASSET,))[Posting.ASSET]
            for draft in new:
                draft.record = Asset(**draft.values)
                if (draft.record.ownership or Ownership.OWNED) == Ownership.OWNED:
                    draft.record.account_id = draft.record.asset_type.account_id or standard
                self.session.add(draft.record)
            self.session.flush()
            assert self.by is not None
            openings.enter_many([draft.record for draft in new], by=self.by)
        for draft in drafts:
            if not draft.is_new:
                self._change(draft)

    def _change(self, draft: Draft) -> None:
        """As its form changes it: what stands in the books stays, but for openings before the first run."""
        assert self.by is not None
        for name, value in draft.values.items():
            setattr(draft.record, name, value)
        entry.check_change(draft.record)
        self.session.flush()
        openings.enter(draft.record, by=self.by)


class _Trial:
    """A row as `openings.check` reads an asset."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__ |= {**dict.fromkeys(OPENINGS), **values}


class AssetUndo(import_undo.Undo):
    """What a list entered leaves register and journal again; its tags are free then."""

    passed_over = frozenset({"asset_book"})

    def do(self) -> None:
        for planned, record in self.changed:
            for name, value in planned["before"].items():
                if name not in OPENINGS or value is not None:
                    setattr(record, name, self._typed(name, value))
            self.session.flush()
            openings.enter(record, by=self.by)
        openings.withdraw([record for _row, record in self.made.values()], by=self.by, reason=self.reason)


def totals(plan: Mapping[str, Any]) -> dict[str, Decimal]:
    """What the new rows of a plan bring: assets, things, and rupiah of cost and of each book's openings."""
    new = [row["values"] for row in plan["rows"] if row["word"] == "new"]
    amounts = ("acquisition_cost", *(openings.ATTRIBUTES[book][0] for book in BookKind))
    def total(name: str, lacking: int) -> Decimal:
        return sum((Decimal(str(row.get(name) or lacking)) for row in new), Decimal(0))

    return {"assets": Decimal(len(new)), "quantity": total("quantity", 1),
            **{name: total(name, 0) for name in amounts}}
