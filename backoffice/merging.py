"""Patients who are in the house twice: the list of likely pairs, two records side by side, and making one of them."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_login import current_user

from backoffice.views import done
from models.base import one_transaction
from models.clinic import Patient
from models.errors import Refused
from models.operations import allergies, merging
from models.rights import may, may_see

#: What stands side by side, in this order.
COMPARED = ("medical_record_number", "name", "nik", "birth_date", "sex", "phone", "address", "blood_type", "allergies",
            "payer", "payer_number", "guardian", "user", "registered_at", "state")


def counted(text: str | None) -> str:
    """How many things a text names, for who may not read what they are."""
    number = len(allergies.entries(text))
    return ngettext("%(num)d entry", "%(num)d entries", number) if number else "–"


class MergePages:
    """Mixed into the view of patients; for whoever may change them."""

    def beside(self: Any) -> tuple[tuple[str, Any, str], ...]:
        """Pages beside the list, for whoever may change patients."""
        return (("/admin/patient/duplicates", gettext("Likely duplicates"), "users"),) \
            if may(current_user, "edit", "patient") else ()

    def extra(self: Any, record: Patient) -> dict[str, Any]:
        can = may(current_user, "edit", "patient") and record.state in merging.LIVE
        return {"likenesses": merging.like(record) if can else []}

    @expose("/duplicates")
    def duplicates_view(self: Any) -> Any:
        """Pairs that are likely one person."""
        self.must("edit")
        return self.render("backoffice/duplicates.html", view=self, pairs=merging.pairs())

    @expose("/<id>/merge", methods=("GET", "POST"))
    def merge_view(self: Any, id: str) -> Any:
        """GET shows both side by side, POST merges this one into the other: ``with=<id>``."""
        gone = self.one_or_404(id)
        self.must("edit")
        kept = self.one_or_404(request.values.get("with", ""))
        if gone.id == kept.id:
            abort(404)
        if request.method == "GET":
            for each in (gone, kept):
                self.note_reading(each.id)
            return self.merge_page(self.one_or_404(id), self.one_or_404(str(kept.id)))
        try:
            with one_transaction():
                merging.merge(self.one_or_404(id), self.one_or_404(str(kept.id)),
                              by=current_user._get_current_object())
        except Refused as refusal:
            return self.merge_page(self.one_or_404(id), self.one_or_404(str(kept.id)), refusal), refusal.status
        return done(gettext("Both records are one now: %(number)s.", number=kept.medical_record_number),
                    self.details_url(kept))

    def merge_page(self: Any, gone: Patient, kept: Patient, refusal: Refused | None = None) -> Any:
        from backoffice.views import told
        rows = []
        for name in COMPARED:
            shown = may_see(current_user, "patient", name)
            cells = [self.cell(each, name) if shown else counted(getattr(each, name)) for each in (gone, kept)]
            rows.append((self.label(name), *cells, str(cells[0]) != str(cells[1])))
        return self.render("backoffice/merge.html", view=self, gone=gone, kept=kept, rows=rows, refusal=refusal,
                           told=told, can_turn=gone.state == "active")
