"""How a medicine is taken, as data and in the words of the label (signa): "3 × sehari 1 tablet sesudah makan,
selama 5 hari"; and how much of it that makes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from models.errors import N_, Refused
from models.items import UnitConversion
from models.line_quantities import plain
from models.prescriptions import Meal

#: The label speaks the patient's language, whoever writes it: so these words are data of the paper, not of a
#: page.
_WORDS: dict[str, dict[str, str]] = {
    "id": {"times": "{times} × sehari", "hours": "tiap {hours} jam", "weekly": "seminggu sekali",
           "needed": "bila perlu", "most": "paling banyak {most} × sehari", "days": "selama {days} hari",
           "before_meal": "sebelum makan", "after_meal": "sesudah makan", "with_meal": "bersama makan",
           "morning": "pagi hari", "bedtime": "sebelum tidur"},
    "en": {"times": "{times} × a day", "hours": "every {hours} hours", "weekly": "once a week",
           "needed": "if needed", "most": "at most {most} × a day", "days": "for {days} days",
           "before_meal": "before meals", "after_meal": "after meals", "with_meal": "with meals",
           "morning": "in the morning", "bedtime": "at bedtime"},
}
_PARTS = {Decimal("0.5"): "½", Decimal("0.25"): "¼", Decimal("0.75"): "¾"}
WEEK = 168


@dataclass(frozen=True)
class Dose:
    """`quantity` of `unit` (tablet, ml), so many times a day or every so many hours. With `is_if_needed`
    neither must be said."""

    quantity: Decimal
    unit: str
    times_a_day: int | None = None
    every_hours: int | None = None
    meal: Meal | None = None
    is_if_needed: bool = False
    most_a_day: int | None = None

    @property
    def amount(self) -> str:
        """"1 tablet", "½ tablet", "7,5 ml"."""
        whole = int(self.quantity)
        part = _PARTS.get(self.quantity - whole)
        number = f"{whole or ''}{part}" if part else plain(self.quantity)
        return f"{number} {self.unit}"

    def rhythm(self, language: str) -> str:
        """"3 × sehari", "tiap 8 jam", "bila perlu, paling banyak 3 × sehari"."""
        words = _WORDS.get(language, _WORDS["en"])
        said = []
        if self.times_a_day:
            said.append(words["times"].format(times=self.times_a_day))
        elif self.every_hours:
            said.append(words["weekly"] if self.every_hours == WEEK
                        else words["hours"].format(hours=self.every_hours))
        if self.is_if_needed:
            said.append(words["needed"])
        if self.is_if_needed and self.most_a_day:
            said.append(words["most"].format(most=self.most_a_day))
        return ", ".join(said)

    def signa(self, language: str, days: int | None = None, more: str = "") -> str:
        """The words of the label."""
        words = _WORDS.get(language, _WORDS["en"])
        first, *conditions = self.rhythm(language).split(", ")
        text = f"{first} {self.amount}"
        if self.meal:
            text = f"{text} {words[self.meal]}"
        said = [text, *conditions, *([words["days"].format(days=days)] if days else [])]
        return ", ".join([*said, more] if more else said)

    def check(self) -> None:
        """Raises `Refused` at the field to blame."""
        if self.quantity <= 0 or self.quantity > 1000:
            raise Refused(N_("A dose is more than nothing and at most 1,000."), field="dose_quantity")
        if not self.unit.strip() or len(self.unit) > 40:
            raise Refused(N_("Write of what the dose is, for example tablet or ml."), field="dose_unit")
        if not (self.times_a_day or self.every_hours or self.is_if_needed):
            raise Refused(N_("Say how often it is taken."), field="rhythm")
        for field, value, most in (("rhythm", self.times_a_day, 24), ("rhythm", self.every_hours, WEEK),
                                   ("most_a_day", self.most_a_day, 24)):
            if value is not None and not 1 <= value <= most:
                raise Refused(N_("Between 1 and %(most)s."), field=field, most=most)

    def total(self, days: int | None) -> Decimal | None:
        """How much that makes, in the unit of the dose; None when the days or the rhythm say nothing."""
        if not days:
            return None
        times = self.most_a_day if self.is_if_needed and self.most_a_day else self.times_a_day
        if times is None and self.every_hours is None:
            return None
        whole = self.quantity * days
        total = whole * times if times else whole * 24 / (self.every_hours or 24)
        return total.quantize(Decimal("0.001"), ROUND_UP)


def proposed(dose: Dose, days: int | None, unit: UnitConversion) -> Decimal | None:
    """How many of `unit` the course takes, rounded up to what can be given out; None when it cannot be said
    from the dose (spoons of a bottle)."""
    total = dose.total(days)
    item = unit.item
    counted = next((each for each in item.units if each.unit_name.lower() == dose.unit.strip().lower()), None)
    if total is None or counted is None:
        return None
    step = Decimal(1).scaleb(-item.precision) if unit.factor == 1 else Decimal(1)
    return (total * counted.factor / unit.factor).quantize(step, ROUND_UP)
