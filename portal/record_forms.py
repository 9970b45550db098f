"""The forms of the person's own record: allergies and measurements."""

from __future__ import annotations

from flask_babel import gettext

from models.patient_allergies import AllergySeverity
from models.vital_signs import VitalKind
from portal.forms import Choice, CloseForm, Key, Line, PortalForm, Text, Tick


class EndForm(CloseForm):
    """Closing, and whether the sign-in is to be erased with it."""

    erase = Tick()


class AllergyForm(PortalForm):
    """A new allergy; or, where `allergy` names one, why it does not hold any more."""

    blames = "said"
    allergy = Key()
    end_reason = Text(most=300)
    said = Text(most=300)
    reaction = Text(most=300)
    severity = Choice(AllergySeverity, needed=False)


class VitalForm(PortalForm):
    """A measurement, or the right figure in the place of a wrong one; `go` is "remove" for one that never
    was."""

    blames = "value"
    patient = Key()
    kind = Choice(VitalKind, needed=False, says=lambda: gettext("Choose what was measured."))
    value = Line(most=20)
    second_value = Line(most=20)
    measured_at = Line(most=40)
    confirmed = Tick()
    go = Line(most=20)
