"""Which steps ask for a fresh proof of who takes them: decisions on more money than the setting says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models.settings import setting
from models.workflow import Condition


def amount_of(document: Any) -> Decimal:
    """Rupiah that the document's approvals decide on: the largest that its class names; zero for none."""
    return max((getattr(document, name) or Decimal(0) for name in document.decides_on), default=Decimal(0))


#: As `step_up` of a transition: it refuses nothing, it asks.
above_step_up_limit = Condition(
    "above_step_up_limit",
    lambda document, _user: amount_of(document) > setting("security.step_up_limit"), "")
