"""Maintenance: what the steps of an order's lines ask of the technician."""

from __future__ import annotations

from models.errors import N_, Refused
from models.maintenance import MaintenanceLine
from models.operations.approvals import effect
from models.people import User


@effect(MaintenanceLine, "finish")
def _says_what_was_done(line: MaintenanceLine, *, by: User, reason: str) -> None:
    if not (line.result or "").strip():
        raise Refused(N_("Write first what was done and what it cost."), field="result")
