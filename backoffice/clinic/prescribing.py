"""The prescribing part of the consultation room: allergies, medicines with their checks, templates."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, jsonify, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload

from backoffice.panel import lookups
from backoffice.panel.views import message_of
from models.base import db
from models.consultations import Consultation
from models.errors import N_, Refused
from models.items import Item, ItemCategory, UnitConversion
from models.operations.clinic import allergies, prescribing, prescription_checks, prescriptions
from models.operations.clinic.signa import WEEK, Dose
from models.operations.core.approvals import perform
from models.patient_allergies import AllergySeverity, PatientAllergy
from models.prescriptions import Meal, Prescription, PrescriptionLine, PrescriptionTemplate
from portal.web.locale import parse_decimal, quantity

#: How often: the value of the choice, times a day, every so many hours, the words.
RHYTHMS: tuple[tuple[str, int | None, int | None, str], ...] = (
    ("d1", 1, None, N_("once a day")), ("d2", 2, None, N_("twice a day")),
    ("d3", 3, None, N_("3 times a day")), ("d4", 4, None, N_("4 times a day")),
    ("d5", 5, None, N_("5 times a day")), ("h4", None, 4, N_("every 4 hours")),
    ("h6", None, 6, N_("every 6 hours")), ("h8", None, 8, N_("every 8 hours")),
    ("h12", None, 12, N_("every 12 hours")), ("h48", None, 48, N_("every other day")),
    ("w1", None, WEEK, N_("once a week")), ("n", None, None, N_("only if needed")))
_BY_RHYTHM = {key: (times, hours) for key, times, hours, _words in RHYTHMS}
MEALS: tuple[tuple[Meal, str], ...] = (
    (Meal.AFTER, N_("after meals")), (Meal.BEFORE, N_("before meals")), (Meal.WITH, N_("with meals")),
    (Meal.MORNING, N_("in the morning")), (Meal.BEDTIME, N_("at bedtime")))


class PrescribingPages:
    """What the room of a consultation does with allergies and prescriptions. A mix-in of its view."""

    def prescribing(self, record: Any) -> dict[str, Any]:
        """What the page shows of them, in a fixed number of statements."""
        draft, typed = prescriptions.draft_of(record), request.args.get("obat", "").strip()
        return {
            "draft_rx": draft, "stock": self._stock(draft), "rhythms": RHYTHMS, "meals": MEALS,
            "severities": list(AllergySeverity), "checks": prescription_checks.of,
            "last_rx": prescribing.last_of(record), "often": prescribing.often(record.doctor_id),
            "templates": prescribing.templates(record.doctor_id),
            "rx_hits": prescriptions.search(typed[:80], patient=record.patient) if typed else []}

    def _stock(self, draft: Prescription | None) -> dict[int, Decimal]:
        """Base units that can be given out today, of the items on the draft."""
        if draft is None or not draft.lines:
            return {}
        return {item_id: sum(stores.values(), Decimal(0))
                for item_id, stores in prescriptions.available(line.item_id for line in draft.lines).items()}

    # ------------------------------------------------------------ look-ups

    @expose("/medicines")
    def medicines_view(self: Any) -> Any:
        """Medicines with their stock, and the allergy that they meet: ``?of=<consultation>&query=amoks``."""
        query = self._searching()
        record = self.read_one(request.args.get("of", ""), joinedload(Consultation.patient))
        return jsonify([{"id": entry.item.id, "text": medicine_text(entry)} for entry in prescriptions.search(
            query, patient=record.patient if record is not None else None)])

    @expose("/units")
    def units_view(self: Any) -> Any:
        self._searching()
        key = lookups.identity(Item, request.args.get("item", ""))
        units = lookups.units_of([key])[key] if key is not None else []
        return jsonify([{"id": unit.id, "text": lookups.unit_text(unit)} for unit in units])

    @expose("/allergens")
    def allergens_view(self: Any) -> Any:
        """What can be chosen as an allergy: substances, groups, brands with what is in them."""
        return jsonify([{"id": str(choice), "text": str(choice)}
                        for choice in allergies.choices(self._searching())])

    # ------------------------------------------------------------ allergies

    @expose("/<id>/allergy", methods=("POST",))
    def allergy_view(self: Any, id: str) -> Any:
        form, kinds = request.form, {entry.value: entry for entry in AllergySeverity}

        def act(record: Any) -> None:
            said = next((entry for entry in form.getlist("said") if entry.strip()), "")
            allergies.note(record.patient, said.replace("\0", "")[:300], by=current_user,
                           reaction=form.get("reaction", "").replace("\0", "")[:300],
                           severity=kinds.get(form.get("severity", ""), AllergySeverity.UNKNOWN))
        return self._write(id, _own(act), gettext("The allergy was noted."), "#h-allergies")

    @expose("/<id>/end_allergy", methods=("POST",))
    def end_allergy_view(self: Any, id: str) -> Any:
        def act(record: Any) -> None:
            allergies.end(_part(record.patient.living_allergies, "allergy", PatientAllergy),
                          by=current_user, reason=request.form.get("end_reason", "").replace("\0", "")[:2000])
        return self._write(id, _own(act), gettext("The allergy was ended; it stays in the record."),
                           "#h-allergies")

    # ------------------------------------------------------------ the draft

    @expose("/<id>/medicine", methods=("POST",))
    def medicine_view(self: Any, id: str) -> Any:
        def act(record: Any) -> None:
            prescriptions.add_line(record, _medicine(), by=current_user)
        return self._write(id, act, gettext("The medicine is on the prescription."), "#h-prescription")

    @expose("/<id>/remove_line", methods=("POST",))
    def remove_line_view(self: Any, id: str) -> Any:
        def act(record: Any) -> None:
            prescriptions.remove_line(_draft_line(record), by=current_user)
        return self._write(id, act, gettext("The medicine was taken off."), "#h-prescription")

    @expose("/<id>/why", methods=("POST",))
    def why_view(self: Any, id: str) -> Any:
        """Why a medicine of the draft is given all the same."""
        def act(record: Any) -> None:
            prescriptions.give_reason(_draft_line(record), by=current_user, **_reasons())
        return self._write(id, act, gettext("The reason stands at the medicine."), "#h-prescription")

    @expose("/<id>/put", methods=("POST",))
    def put_view(self: Any, id: str) -> Any:
        """Put lines on the draft: of a template, of the last prescription, or one that is written often."""
        left: list[tuple[str, Refused]] = []

        def act(record: Any) -> None:
            prescriptions.require_own(record, current_user)
            result = prescribing.put(record, _chosen(record), by=current_user)
            left.extend(result.left_out)
            if not result.added and result.left_out:
                raise result.left_out[0][1]
        answer = self._write(id, act, gettext("The medicines are on the prescription. Look them over, then "
                                              "issue it."), "#h-prescription")
        if getattr(answer, "status_code", 200) == 303:
            for name, refusal in left:
                flash(gettext("Left out: %(item)s. %(why)s", item=name, why=message_of(refusal)), "warning")
        return answer

    @expose("/<id>/keep", methods=("POST",))
    def keep_view(self: Any, id: str) -> Any:
        def act(record: Any) -> None:
            prescribing.keep(_part(record.prescriptions, "prescription", Prescription),
                             request.form.get("template_name", "").replace("\0", "")[:300], by=current_user)
        return self._write(id, act, gettext("The template was kept."), "#h-prescription")

    @expose("/<id>/forget", methods=("POST",))
    def forget_view(self: Any, id: str) -> Any:
        def act(record: Any) -> None:
            prescriptions.require_own(record, current_user)
            db.session.delete(_part(prescribing.templates(record.doctor_id), "template",
                                    PrescriptionTemplate))
        return self._write(id, act, gettext("The template was deleted."), "#h-prescription")

    # ------------------------------------------------------------ its steps

    def _paper_step(self: Any, id: str, step: str, message: str) -> Any:
        def act(record: Any) -> None:
            prescription = _part(record.prescriptions, "prescription", Prescription)
            version = request.form.get("version", "")
            perform(prescription, step, by=current_user, reason=request.form.get("reason", "")[:2000],
                    version=int(version) if version.isdigit() and len(version) < 10 else -1)
        return self._write(id, act, message, "#h-prescription")

    @expose("/<id>/issue", methods=("POST",))
    def issue_view(self: Any, id: str) -> Any:
        return self._paper_step(id, "issue", gettext("The prescription was issued; the store sees it now."))

    @expose("/<id>/revoke", methods=("POST",))
    def revoke_view(self: Any, id: str) -> Any:
        return self._paper_step(id, "cancel", gettext("The prescription was cancelled."))


def medicine_text(found: prescriptions.AvailableMedicine) -> str:
    """Name, what can be given of it, and the allergy it meets: a line of the search box."""
    stock = gettext("%(quantity)s %(unit)s in stock", quantity=quantity(found.available),
                    unit=found.item.base_unit) \
        if found.available else gettext("out of stock")
    text = f"{found.item.name} · {stock}"
    if found.warning is None:
        return text
    word = gettext("Caution: %(what)s", what=found.warning) if found.warning.is_caution \
        else gettext("ALLERGY: %(what)s", what=found.warning)
    return f"{text} · {word}"


def _own(act: Callable[[Any], None]) -> Callable[[Any], None]:
    """Only in the doctor's own consultation, begun or not."""
    def checked(record: Any) -> None:
        if record.doctor.user_id != current_user.id:
            abort(403)
        act(record)
    return checked


def _part(rows: Any, name: str, model: Any) -> Any:
    """The row of the record that the form names; 404 for any other."""
    key = lookups.identity(model, request.form.get(name, ""))
    result = next((row for row in rows if row.id == key), None)
    return result if result is not None else abort(404)


def _draft_line(record: Any) -> PrescriptionLine:
    draft = prescriptions.draft_of(record)
    return _part(draft.lines if draft else [], "line", PrescriptionLine)


def _chosen(record: Any) -> list[PrescriptionLine]:
    """The lines that the form names: 404 for what is not this doctor's."""
    if request.form.get("template"):
        template = _part(prescribing.templates(record.doctor_id), "template", PrescriptionTemplate)
        return prescribing.lines_of(template.prescription_id)
    if request.form.get("line"):
        return [_part(prescribing.often(record.doctor_id), "line", PrescriptionLine)]
    last = prescribing.last_of(record)
    return list(last.lines) if last is not None else abort(404)


def _reasons() -> dict[str, str]:
    return {name: request.form.get(name, "").replace("\0", "")
            for name in ("allergy_reason", "interaction_reason")}


def _item(form: Any) -> Item:
    typed = next((entry.strip() for entry in form.getlist("rx-item") if entry.strip()), "")[:100]
    key = lookups.identity(Item, typed)
    item = db.session.get(Item, key, options=[joinedload(Item.category)]) if key is not None else None
    if item is None and typed:
        item = db.session.scalar(sa.select(Item).join(ItemCategory).where(
            ItemCategory.is_medicine, sa.or_(sa.func.lower(Item.code) == typed.lower(),
                                             sa.func.lower(Item.name) == typed.lower())).limit(1))
    if item is None:
        raise Refused(N_("Choose a medicine of the stores."), field="item")
    return item


def _number(name: str) -> Decimal | None:
    """A number that was typed, None for nothing. Raises `Refused`."""
    text = request.form.get(name, "").strip()[:20]
    if not text:
        return None
    try:
        return parse_decimal(text)
    except ValueError:
        raise Refused(N_("Write the quantity as a number, for example 10."), field=name) from None


def _whole(name: str, sentence: str) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Refused(sentence, field=name)
    return int(text)


def _dose(item: Item) -> Dose | None:
    """Dose and rhythm as the form says them; None when only words were written."""
    form, amount, rhythm = request.form, _number("dose_quantity"), request.form.get("rhythm", "")
    if rhythm not in _BY_RHYTHM and amount is None:
        return None
    times, hours = _BY_RHYTHM.get(rhythm, (None, None))
    meals = {entry.value: entry for entry, _words in MEALS}
    return Dose(amount if amount is not None else Decimal(1),
                form.get("dose_unit", "").replace("\0", "").strip() or item.base_unit, times, hours,
                meals.get(form.get("meal", "")), rhythm == "n" or "is_if_needed" in form,
                _whole("most_a_day", N_("Write how often at most as a whole number, for example 3.")))


def _medicine() -> prescriptions.Medicine:
    """What the form says, as far as it can be read. Raises `Refused` at the field."""
    form, item = request.form, _item(request.form)
    unit_key = lookups.identity(UnitConversion, form.get("rx-unit", ""))
    unit = next((unit for unit in item.units if unit.id == unit_key), None) or \
        next(unit for unit in item.units if unit.factor == 1)
    days = _whole("duration_days", N_("Write the days as a whole number, for example 5."))
    texts = {name: form.get(name, "").replace("\0", "") for name in ("directions", "dose", "frequency")}
    return prescriptions.Medicine(unit, _number("quantity"), duration_days=days, taken=_dose(item), **texts,
                                  **_reasons())
