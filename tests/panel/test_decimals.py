"""Numbers are what they are: centimetres are no rupiah, on a page, in a list and in a file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.panel import rendering
from backoffice.panel.columns import columns_of, kind_of, mapped_tables
from models.base import ExactDecimal
from models.roles import Role
from tests.support import factories as make

#: What the words of a column's name say that it is; the rest is counted by its declared type alone.
MONEY = ("cost", "price", "amount", "value", "fee", "debit", "credit", "total", "paid", "proceeds")
#: What was measured: a blood pressure, a meter.
MEASURED = {("meter_reading", "value"), ("vital_sign", "value"), ("vital_sign", "second_value")}
DECIMALS = sorted((table, name) for table, model in mapped_tables().items()
                  for name, column in columns_of(model).items()
                  if isinstance(column.column.type, ExactDecimal))


@pytest.mark.parametrize(("table", "name"), DECIMALS, ids=lambda name: name)
def test_every_decimal_is_written_as_its_own_kind(app: Any, table: str, name: str) -> None:
    column = columns_of(mapped_tables()[table])[name]
    with app.test_request_context(headers={"Cookie": "language=id"}):
        text = rendering.written(column, Decimal("12.5"))
    kind = {2: "money",
            6: "money"}.get(column.column.type.scale) if column.column.type.precision == 18 else "other"
    if kind == "money":
        assert text.startswith("Rp"), (column.kind, text)
        return
    assert "Rp" not in text
    assert text.replace("\N{NO-BREAK SPACE}", "").rstrip("%").strip() == "12,5"
    assert ("%" in text) == (name.endswith("percent") or name == "discount")
    assert (table, name) in MEASURED or not name.endswith(MONEY), "an amount of money has the type Money"


def test_height_and_weight_are_no_money(client: Any, session: Any, sign_in: Any) -> None:
    patient = make.make_patient(height_cm=Decimal(158), weight_kg=Decimal("56.5"))
    sign_in(client, Role.ADMIN)
    for language, weight in (("id", "56,5"), ("en", "56.5")):
        client.set_cookie("language", language)
        page = client.get(f"/admin/patient/details/?id={patient.id}").text
        assert "Rp158" not in page
        assert "Rp56" not in page
        assert ">158<" in page
        assert weight in page


def test_a_decimal_of_no_known_kind_is_refused_when_it_is_declared() -> None:
    with pytest.raises(TypeError, match="say in DECIMALS"):
        kind_of(sa.Column("pressure", ExactDecimal(7, 4)))
