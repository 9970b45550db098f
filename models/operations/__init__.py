"""The verbs of the hospital.

Importing any of them imports every module that binds something: effects of transitions, checks of `flask verify`,
listeners of the session. Otherwise a step could be made without its effect, only because nobody had imported it.
"""

from models.operations import (
    activity,
    checks,
    clinic_checks,
    clinical,
    consultations,
    counts,
    patients,
    receipts,
    stores,
)

__all__ = ["activity", "checks", "clinic_checks", "clinical", "consultations", "counts", "patients", "receipts",
           "stores"]
