"""The last row of a printed report: what its amounts make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from models.operations.core.report_kit import Column
from portal.web import locale, report_pdf


def summed(columns: Sequence[Column], rows: Iterable[Any],
           written: Callable[[Column, Any], str]) -> Iterator[list[str]]:
    """The rows as `written` reads them, and below more than one of them the sums of the amounts; what is
    veiled in a row has no sum."""
    sums = {place: Decimal(0) for place, column in enumerate(columns) if column.is_summed}
    count = 0
    for row in rows:
        count += 1
        for place in list(sums):
            if columns[place].is_veiled(row):
                del sums[place]
            else:
                sums[place] += columns[place].of(row) or 0
        yield [written(column, row) for column in columns]
    if count > 1 and sums:
        cells = [locale.rupiah(sums[place]) if columns[place].kind == "money" and place in sums
                 else locale.quantity(sums[place]) if place in sums else "" for place in range(len(columns))]
        yield report_pdf.Total([cells[0] or gettext("Total"), *cells[1:]])
