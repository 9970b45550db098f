"""Patients who are in the house twice: the list of likely pairs, two records side by side, and making one of
them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import abort, flash, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext, ngettext
from flask_login import current_user

from backoffice.clinic.office import around
from backoffice.panel.views import done, message_of
from models.base import one_transaction
from models.clinic import Patient, PatientState
from models.errors import NotAllowed, Refused
from models.merges import PatientMerge
from models.operations.clinic import allergies, merge_conflicts, merge_undo, merging
from models.rights import may, may_see
from portal.web import words

#: What stands side by side, in this order.
COMPARED = ("medical_record_number", "name", "nik", "birth_date", "sex", "phone", "address", "region",
            "blood_type", "allergies", "payer", "payer_name", "payer_number", "guardian", "user",
            "registered_at", "state")

PAPER_WORDS = {"consultations": lazy_gettext("Consultations"), "stays": lazy_gettext("Stays in the hospital"),
               "dependants": lazy_gettext("Profiles that this person keeps"), "files": lazy_gettext("Files")}


def counted(text: str | None) -> str:
    """How many things a text names, for who may not read what they are."""
    number = len(allergies.entries(text))
    return ngettext("%(num)d entry", "%(num)d entries", number) if number else "–"


class MergePages:
    """Mixed into the view of patients; for whoever may change them."""

    def extra(self: Any, record: Patient) -> dict[str, Any]:
        can = may(current_user, "edit", "patient")
        return {"likenesses": merging.like(record) if can and record.merged_into_id is None else [],
                **around(record), "merges": merge_undo.of(record) if can else [],
                "can_take_back": can and record.merged_into_id is not None}

    @expose("/duplicates")
    def duplicates_view(self: Any) -> Any:
        """Pairs that are likely one person."""
        self.must("edit")
        return self.render("backoffice/clinic/duplicates.html", view=self, pairs=merging.pairs())

    @expose("/<id>/merge", methods=("GET", "POST"))
    def merge_view(self: Any, id: str) -> Any:
        """GET shows both side by side, POST merges this one into the other: ``with=<id>``."""
        gone = self.one_or_404(id)
        self.must("edit")
        stored = self.one_or_404(request.values.get("with", ""))
        if gone.id == stored.id:
            abort(404)
        if request.method == "GET":
            for entry in (gone, stored):
                self.note_reading(entry.id)
            return self.merge_page(self.one_or_404(id), self.one_or_404(str(stored.id)))
        try:
            with one_transaction():
                merging.merge(self.one_or_404(id), self.one_or_404(str(stored.id)),
                              by=current_user._get_current_object(),
                              held_twice=bool(request.form.get("held_twice")),
                              take=[group for group in merging.TOGETHER if request.form.get(group) == "gone"])
        except Refused as refusal:
            return self.merge_page(self.one_or_404(id), self.one_or_404(str(stored.id)),
                                   refusal), refusal.status
        return done(gettext("Both records are one now: %(number)s.", number=stored.medical_record_number),
                    self.details_url(stored))

    def merge_page(self: Any, gone: Patient, kept: Patient, refusal: Refused | None = None) -> Any:
        choices = merging.choices(gone, kept)
        counts = merging.papers(gone, kept)
        rows = []
        for name in COMPARED:
            shown = may_see(current_user, "patient", name)
            cells = [self.cell(entry, name) if shown else counted(getattr(entry, name))
                     for entry in (gone, kept)]
            differs = str(cells[0]) != str(cells[1])
            rows.append({"name": name, "word": self.label(name), "cells": cells, "differs": differs,
                         "choice": name if name in choices else ""})
        return self.render("backoffice/clinic/merge.html", view=self, gone=gone, kept=kept, rows=rows,
                           refusal=refusal, papers=[(PAPER_WORDS[name], [entry[name] for entry in counts])
                                                    for name in counts[0]],
                           readmits=[entry for entry in (gone, kept) if entry.state == PatientState.CLOSED
                                     and entry.merged_into_id is None],
                           approves=kept.state == PatientState.PENDING,
                           message_of=message_of, can_turn=gone.state == PatientState.ACTIVE,
                           joined=joined(gone, kept),
                           choices=choices,
                           chosen=request.form,
                           twice=[pair for pair in merge_conflicts.overlapping(kept, gone)
                                  if merge_conflicts.was_held(pair)])

    # ------------------------------------------------------------ taking a merge back

    @expose("/<id>/unmerge", methods=("GET", "POST"))
    def unmerge_view(self: Any, id: str) -> Any:
        """GET says what goes back, POST takes the merge of this record back: ``reason``."""
        gone = self.one_or_404(id)
        self.must("edit")
        if request.method == "GET":
            self.note_reading(gone.id)
            return self.unmerge_page(self.one_or_404(id))
        try:
            with one_transaction():
                result = merge_undo.take_back(self.one_or_404(id), by=current_user._get_current_object(),
                                              reason=request.form.get("reason", "")[:2000].replace("\0", ""))
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            return self.unmerge_page(self.one_or_404(id), refusal), refusal.status
        if result.left:
            flash(gettext("Changed since the merge and left as it is: %(names)s.",
                          names=", ".join(self.label(name) for name in result.left)), "warning")
        return done(gettext("The merge was taken back: both have their own record again."),
                    self.details_url(gone))

    def unmerge_page(self: Any, gone: Patient, refusal: Refused | None = None) -> Any:
        merge: PatientMerge | None = None
        try:
            merge = merge_undo.required(gone)
        except Refused as closed:
            refusal = refusal or closed
        return self.render(
            "backoffice/clinic/unmerge.html", view=self, gone=gone, merge=merge, refusal=refusal,
            message_of=message_of,
            moved=moved_rows(merge) if merge else [], reason=request.form.get("reason", ""),
            values=[self.label(name) for name in changed_names(merge)] if merge else [],
            left=[self.label(name) for name in merge_undo.left_alone(merge)] if merge else [])


def joined(gone: Patient, kept: Patient) -> tuple[int, int]:
    """How many allergies each record names; what they are is not said here."""
    return len(allergies.entries(kept.allergies)), len(allergies.entries(gone.allergies))


def moved_rows(merge: PatientMerge) -> list[tuple[str, int]]:
    """The word of each table and how many of its rows go back."""
    counts = Counter(move.table_name for move in merge.moves
                     if move.after == merge.kept_id and move.before == merge.gone_id)
    return [(words.table_word(name), number) for name, number in sorted(counts.items())]


def changed_names(merge: PatientMerge) -> list[str]:
    """Columns of the record that stayed which become what they were."""
    left = merge_undo.left_alone(merge)
    return [move.column_name for move in merge.moves
            if move.table_name == "patient" and move.row_id == merge.kept_id
            and move.column_name not in (*left, "nik_index")]
