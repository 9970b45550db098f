"""Patients from a list: registered by the office with both consents, by the rules that the office has at its
desk.

A number that another record holds is refused, and who looks like somebody who is there must be said to be
another person. The list itself is kept sealed, and what is shown of it has the NIK masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa

from models import clock
from models.clinic import Consent, ConsentKind, ConsentWay, Patient, PatientState
from models.errors import N_, Refused
from models.operations.clinic import finding, merging, patients
from models.operations.core import bulk
from models.operations.core.approvals import made_together, taken_back_together
from models.operations.people import nik
from models.operations.people.contacts import clean_phone
from models.operations.setup import import_undo, list_cells
from models.operations.setup.import_plan import Outcome
from models.operations.setup.list_references import chunks
from models.operations.setup.master_lists import Draft, MasterList

#: Columns that are written into the consents, or say how the row is meant; not the record's own.
BESIDE = frozenset({"consent_way", "consent_by", "consent_on", "identity_checked", "nik_confirmed",
                    "is_another_person"})
#: Those that become the record as they are.
OWN = ("name", "birth_date", "sex", "address", "phone", "marital_status", "blood_type", "payer", "payer_name",
       "payer_number")
WORDS = (N_("NIK"), N_("Payer number"), N_("Consent way"), N_("Consent by"),
         N_("Consent on"), N_("Identity checked"), N_("NIK confirmed"), N_("Is another person"))


class PatientList(MasterList):
    """New records only: one that is there is corrected on its own page, with a reason."""

    # ------------------------------------------------------------ who is there already

    def _know(self) -> None:
        for draft in self.drafts:
            for name in self.layout.keys:
                try:
                    self._key(draft, name)
                except Refused as refusal:
                    draft.wrong.append(refusal)
        known = self._by_numbers()
        for draft in self.drafts:
            draft.record = next((record for number in _numbers(draft)
                                 if (record := known.get(number)) is not None and _is_meant(draft, record)),
                                None)

    def _by_numbers(self) -> dict[tuple[str, str], Patient]:
        wanted: dict[str, set[Any]] = {"id": set(), "medical_record_number": set(), "nik_index": set()}
        for draft in self.drafts:
            for name, text in _numbers(draft):
                wanted[name].add(int(text) if name == "id" else text)
        result = {}
        for name, values in wanted.items():
            column = getattr(Patient, name)
            for some in chunks(sorted(values)):
                for record in self.session.scalars(self._loading().where(column.in_(some))):
                    result[name, str(getattr(record, name))] = record
        return result

    def _standing(self, record: Any, name: str) -> Any:
        return nik.of(record) if name == "nik" else getattr(record, name)

    # ------------------------------------------------------------ what a row says

    def _read(self, draft: Draft, outcome: Outcome) -> None:
        if draft.record is None:
            super()._read(draft, outcome)
            return
        for name in self.layout.columns:
            column, cell = self._cell(draft, name)
            if name in BESIDE or list_cells.is_empty(cell) or self._stands(draft, name, column, cell):
                continue
            try:
                if self._filled(draft, name, column, cell) != self._standing(draft.record, name):
                    raise Refused(N_("This patient is there already: correct it on the page of the patient."))
            except Refused as refusal:
                refusal.field = name
                draft.wrong.append(refusal)

    def _value(self, draft: Draft, name: str, column: str, cell: Any) -> Any:
        value = super()._value(draft, name, column, cell)
        if name == "nik":
            return nik.check(value)
        return clean_phone(value) if name == "phone" else value

    def _check(self, draft: Draft) -> None:
        super()._check(draft)
        if not draft.is_new or draft.wrong:
            return
        values = draft.values
        try:
            trial = Patient()
            patients.put_profile(trial, {name: values.get(name) for name in OWN if name != "payer"
                                         or values.get(name) is not None})
            if "region" in values:
                trial.region_code = values["region"].code
            values["trial"] = trial
            if values["consent_way"] == ConsentWay.PORTAL:
                raise Refused(N_("Only the patient agrees in the portal: write on_paper or orally."),
                              field="consent_way")
            if values["consent_on"] > clock.today():
                raise Refused(N_("This has not happened yet."), field="consent_on")
            doubts = nik.doubts(values["nik"], values["birth_date"], values["sex"]) \
                if values.get("nik") and not values.get("nik_confirmed") else []
            if doubts:
                raise Refused(doubts[0], field="nik")
        except Refused as refusal:
            draft.wrong.append(refusal)

    # ------------------------------------------------------------ whose double it may be

    def _only_once(self) -> None:
        new = [draft for draft in self.drafts if draft.is_new and not draft.wrong]
        self._refuse_held([draft for draft in new if draft.values.get("nik")])
        self._refuse_doubles([draft for draft in new if not draft.values.get("is_another_person")])

    def _refuse_held(self, drafts: list[Draft]) -> None:
        """A NIK is one record's alone."""
        owners = self._owners("nik_index", {nik.index(draft.values["nik"]) for draft in drafts})
        seen: dict[Any, int] = {}
        for draft in drafts:
            holder = owners.get(nik.index(draft.values["nik"]))
            if holder is None:
                self._refuse_twice(draft, seen, draft.values["nik"], "nik")
                continue
            draft.wrong.append(Refused(
                N_("Another record has this NIK: %(record)s. Merge the two, or correct one of them."),
                field="nik", record=holder.medical_record_number or holder.name))

    def _refuse_doubles(self, drafts: list[Draft]) -> None:
        """Two of name, birth date and telephone are those of a record, or of a row before."""
        trials = [draft.values["trial"] for draft in drafts]
        alike = merging.alike(trials)
        rows: dict[Any, int] = {}
        for draft, trial in zip(drafts, trials, strict=True):
            found = next((alike[key] for key in merging.likenesses_of(trial) if key in alike), None)
            earlier = next((rows[key] for key in merging.likenesses_of(trial) if key in rows), None)
            if found is not None:
                draft.wrong.append(Refused(
                    N_("There may be a record of this person already: %(record)s. If it is somebody else, "
                       "write yes here."), field="is_another_person", record=found))
            elif earlier is not None:
                draft.wrong.append(Refused(
                    N_("This may be the person of row %(row)s. If it is somebody else, write yes here."),
                    field="is_another_person", row=earlier))
            rows |= dict.fromkeys(merging.likenesses_of(trial), draft.number)

    # ------------------------------------------------------------ written

    def _says(self, draft: Draft) -> dict[str, Any]:
        said = {name: getattr(draft.record, name) if name in OWN else draft.values.get(name)
                for name in self.layout.names}
        return said | {"nik": nik.masked(said["nik"]) or None}

    def _put_all(self, drafts: list[Draft]) -> None:
        """All are registered; whom the office compared with the identity card is approved at once."""
        by = self.by
        assert by is not None
        new = [draft for draft in drafts if draft.is_new]
        for draft in new:
            draft.record = Patient(**{name: getattr(draft.values["trial"], name)
                                      for name in (*OWN, "region_code")}, registered_by_id=by.id)
            if number := draft.values.get("nik"):
                draft.record.nik, draft.record.nik_index = nik.encrypt(number), nik.index(number)
        checked = [draft.record for draft in new if draft.values.get("identity_checked")]
        for record, number in zip(checked, patients.next_record_numbers(len(checked)), strict=True):
            record.medical_record_number = number
        if new:
            made_together([(draft.record, ["approve"] if draft.values.get("identity_checked") else [])
                           for draft in new], by=by)
            bulk.insert_all(Consent, [row for draft in new for row in self._consents(draft)])

    def _consents(self, draft: Draft) -> Iterable[dict[str, Any]]:
        values, by = draft.values, self.by
        assert by is not None
        given = datetime.combine(values["consent_on"], time(0), clock.zone())
        for kind in ConsentKind:
            yield {"patient_id": draft.record.id, "kind": kind, "text_version": patients.CONSENTS[kind],
                   "language": by.language, "given_by_id": by.id, "given_at": given,
                   "way": values["consent_way"], "said_by": values.get("consent_by") or draft.record.name}


def _numbers(draft: Draft) -> list[tuple[str, str]]:
    """What may tell who is meant: the record's own key, its number, the NIK."""
    result = []
    cells = draft.row.cells
    record = cells.get("medical_record_number")
    if not list_cells.is_empty(record) and (
            number := finding.record_number_in(str(list_cells.whole(record)))):
        result.append(("medical_record_number", number))
    if not list_cells.is_empty(cells.get("nik")) and (number := finding.nik_in(str(cells["nik"]))):
        result.append(("nik_index", nik.index(number)))
    key = str(list_cells.whole(cells.get("id") or ""))
    if key.isdecimal() and len(key) < 16:
        result.append(("id", key))
    return result


def _is_meant(draft: Draft, record: Patient) -> bool:
    """Whether name and birth date are those of the record."""
    said = {name: str(value).strip().lower() for name, value in draft.keys.items()}
    return said == {"name": record.name.strip().lower(), "birth_date": str(record.birth_date)}


class PatientUndo(import_undo.Undo):
    """A registration is never deleted: it is rejected and holds no NIK; its record number stays."""

    passed_over = frozenset({"consent"})

    def look(self, row: int, word: str, key: int, version: int, along: int) -> None:
        planned = self.plan[row]
        self.plan = {**self.plan, row: {**planned, "values": {
            name: value for name, value in planned["values"].items()
            if name not in BESIDE}}}
        super().look(row, word, key, version, along)

    def _standing(self, record: Any, name: str) -> Any:
        return nik.masked_of(record) or None if name == "nik" else getattr(record, name)

    def do(self) -> None:
        records = [record for _row, record in self.made.values()]
        for record in records:
            nik.release(record)
            record.decided_reason = self.reason
        for some in chunks(record.id for record in records):
            self.session.execute(sa.update(Consent).where(Consent.patient_id.in_(some)).values(
                withdrawn_at=clock.now()).execution_options(synchronize_session=False))
        taken_back_together(records, PatientState.REJECTED, "reject", by=self.by, note=self.reason)


def totals(plan: Mapping[str, Any]) -> dict[str, int]:
    """How many are approved at once, and how many wait for a decision."""
    new = [row["values"] for row in plan["rows"] if row["word"] == "new"]
    approved = sum(bool(row.get("identity_checked")) for row in new)
    return {"approved": approved, "waiting": len(new) - approved}

