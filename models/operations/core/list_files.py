"""Lists that people bring: the rows of a CSV or XLSX file, whatever is wrong with the file said in a
sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from models.errors import N_, Refused
from models.operations.core import child_process

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 60
#: A workbook of `MOST_BYTES` unpacks to a few times its size; more is a bomb.
MOST_UNPACKED = 80 * 1024 * 1024
#: The furthest cell that is looked at: a reader makes room for everything before it.
MOST_SHEET_ROWS = 20_000
#: What stands first on the sheet of a template that shows the codes to choose from; it is never read.
CODES_SHEET = "Kode yang dapat dipilih · Codes to choose from"
#: Sheets that a sentence names.
MOST_NAMED = 10
LIMITS = child_process.Limits()

#: What is said of a file, by the word of `readers/tables.py`.
SAID = {
    "empty": N_("%(name)s is empty; its first row names the columns."),
    "old": N_("%(name)s is an old or locked workbook. Save it as XLSX without a password."),
    "columns": N_("%(name)s has more than %(most)s columns."),
    "twice": N_("The column “%(head)s” stands there twice."),
    "rows": N_("%(name)s has more than %(most)s rows. Split it."),
    "beyond": N_(
        'Row %(row)s has more cells than there are columns. Put a number with a comma in quotes: "12,5".'
    ),
    "encoding": N_("The letters of %(name)s cannot be read; save it as “CSV UTF-8”."),
    "list": N_("%(name)s is no list that can be read. Bring a CSV or XLSX file."),
    "workbook": N_("%(name)s is no workbook that can be read."),
    "large": N_("%(name)s unpacks to far more than its size. Save the list alone as a new workbook."),
    "far": N_("%(name)s has cells far outside its list. Copy the list alone into a new workbook."),
    "hidden": N_(
        "Hidden rows hold something: %(rows)s. Show them or delete them, then bring the file again."
    ),
    "which": N_("%(name)s has several sheets: %(sheets)s. Choose the one to read, or save it alone."),
    "no_sheet": N_("%(name)s has no such sheet. Choose one of these: %(sheets)s."),
}
#: Cells that JSON has no word for.
_CELLS: dict[str, Callable[[Any], Any]] = {
    "number": Decimal, "day": date.fromisoformat, "moment": datetime.fromisoformat,
    "time": time.fromisoformat, "span": lambda seconds: timedelta(seconds=seconds)}


class WhichSheet(Refused):
    """Several visible sheets hold something, or not the one that was asked for: `sheets` names those that
    do."""

    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file by its number there, as heading → cell; empty cells are None."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list. `sheets` are the visible sheets of its workbook that hold something, `sheet` is the one that
    was read; both are empty for text."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    sheets: tuple[str, ...] = ()
    sheet: str = ""


def read(content: bytes, name: str, sheet: str | None = None) -> Listed:
    """The rows of a file called `name`, headings first; of a workbook with several visible sheets those of
    `sheet`.

    Raises `WhichSheet` (field `sheet`) when that has to be said, `Refused` (field `file`) for whatever cannot
    be read. The file is read in a process of its own, outside of any transaction: see `child_process.read`.
    """
    if len(content) > MOST_BYTES:
        raise Refused(N_("The file is larger than %(most)s MB. Split it."), field="file",
                      most=MOST_BYTES // 1024 // 1024)
    try:
        result, _ = child_process.read(child_process.TABLES, content, {
            "sheet": sheet, "beside": CODES_SHEET, "most_unpacked": MOST_UNPACKED,
            "most_sheet_rows": MOST_SHEET_ROWS, "most_rows": MOST_ROWS, "most_columns": MOST_COLUMNS},
            name=name, field="file", limits=LIMITS)
        return _listed(result)
    except child_process.No as no:
        raise _refusal(no, {"name": name, "most": MOST_ROWS if no.word == "rows" else MOST_COLUMNS}) from None
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise Refused(SAID["workbook"], field="file", name=name) from error


def _listed(found: Any) -> Listed:
    heads, sheets = tuple(map(str, found["heads"])), tuple(map(str, found["sheets"]))
    rows = tuple(Row(int(number), {head: _cell(value) for head, value in zip(heads, cells, strict=False)})
                 for number, cells in found["rows"])
    return Listed(heads, rows, sheets, str(found["sheet"]))


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        kind, text = value
        return _CELLS[kind](text)
    return value


def _refusal(no: child_process.No, given: dict[str, Any]) -> Refused:
    """What the reader's word means. A reader that went wrong may say anything."""
    params = no.params | given
    if no.word == "hidden":
        params["rows"] = ", ".join(map(str, no.params.get("rows", ()))) + (" …" if no.params.get("more")
                                                                           else "")
    if no.word in ("which", "no_sheet"):
        sheets = tuple(map(str, no.params.get("sheets", ())))
        more = " …" if len(sheets) > MOST_NAMED else ""
        refusal = WhichSheet(SAID[no.word], field="sheet",
                             **params | {"sheets": ", ".join(sheet[:40]
                                                             for sheet in sheets[:MOST_NAMED]) + more})
        refusal.sheets = sheets
        return refusal
    try:
        refused = Refused(SAID[no.word], field="file", **params)
        str(refused)
    except (KeyError, TypeError, ValueError):
        return Refused(SAID["workbook"], field="file", **given)
    return refused


# ---------------------------------------------------------------- cells

def number(cell: Any, mark: str | None = None) -> Decimal:
    """A quantity or an amount as people write it, `1250,5` or `1.250,5`; ValueError for anything else.

    `mark` is what stands before the decimals, where the person said so. Without it a lone separator before
    exactly three digits could be either: it is refused, not guessed.
    """
    if isinstance(cell, bool):
        raise ValueError(cell)
    if isinstance(cell, int | Decimal):
        return Decimal(cell)
    text = re.sub(r"[\s\u00a0]|^Rp\.?", "", str(cell).strip())
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{3})*,?[0-9]*|-?[0-9]{1,15}(,[0-9]{3})*\.?[0-9]*", text):
        raise ValueError(cell)
    is_open = re.fullmatch(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}", text) is not None
    if is_open and mark is None:
        raise ValueError(cell)
    decimal = max(",.", key=text.rfind) if ("," in text or "." in text) else ""
    if decimal and (text.count(decimal) > 1 or (is_open and decimal != mark)):  # 1.250.000
        decimal = ""
    whole, _, part = text.partition(decimal) if decimal else (text, "", "")
    return Decimal(re.sub("[.,]", "", whole) + (f".{part}" if part else ""))


def day(cell: Any) -> date:
    """A day as a spreadsheet's date, `2026-11-30` or `30/11/2026`; ValueError for anything else."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    local = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text)
    return date(int(local[3]), int(local[2]), int(local[1])) if local else date.fromisoformat(text)
