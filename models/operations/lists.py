"""Lists that people bring: the rows of a CSV or XLSX file, whatever is wrong with the file said in a sentence."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from models.errors import N_, Refused

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 60
#: A workbook of `MOST_BYTES` unpacks to a few times its size; more is a bomb.
MOST_UNPACKED = 80 * 1024 * 1024
#: The furthest cell that is looked at: a reader makes room for everything before it.
MOST_SHEET_ROWS = 20_000
_PLACE = re.compile(rb'<(?:[a-z]+:)?(?:c|row)\b[^>]*?\br="([A-Z]{0,7})([0-9]{1,12})"')
_WORKBOOK = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file by its number there, as heading → cell; empty cells are None."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """What a file holds. `sheets` are the visible sheets of a workbook with something in them, `sheet` the read one."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    sheets: tuple[str, ...] = ()
    sheet: str = ""


class WhichSheet(Refused):
    """Several visible sheets hold something: `sheets` names them."""

    def __init__(self, sheets: tuple[str, ...]) -> None:
        super().__init__(N_("The workbook has several sheets: %(sheets)s. Choose the one to read."), field="sheet",
                         sheets=", ".join(sheets))
        self.sheets = sheets


def read(content: bytes, name: str, sheet: str | None = None) -> Listed:
    """The rows of a file called `name`, headings first. Raises `WhichSheet`, or `Refused` for whatever cannot be
    read. Hidden sheets are never read."""
    if len(content) > MOST_BYTES:
        raise Refused(N_("The file is larger than %(most)s MB. Split it."), field="file",
                      most=MOST_BYTES // 1024 // 1024)
    if not content.strip():
        raise Refused(N_("%(name)s is empty; its first row names the columns."), field="file", name=name)
    if content.startswith(_OLD_WORKBOOK):
        raise Refused(N_("%(name)s is an old or locked workbook. Save it as XLSX without a password."), field="file",
                      name=name)
    if not content.startswith(_WORKBOOK):
        return _listed(_text(content, name), name)
    grid, sheets, chosen = _workbook(content, name, sheet)
    return replace(_listed(grid, name), sheets=sheets, sheet=chosen)


def _listed(grid: Iterable[list[Any]], name: str) -> Listed:
    numbered = ((number, [_cell(value) for value in row]) for number, row in enumerate(grid, 1))
    filled = [(number, row) for number, row in numbered if any(value is not None for value in row)]
    if not filled:
        raise Refused(N_("%(name)s is empty; its first row names the columns."), field="file", name=name)
    heads = [str(head).strip() if head is not None else "" for head in filled[0][1]]
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > MOST_COLUMNS:
        raise Refused(N_("%(name)s has more than %(most)s columns."), field="file", name=name, most=MOST_COLUMNS)
    twice = sorted({head for head in heads if head and heads.count(head) > 1})
    if twice:
        raise Refused(N_("The column “%(name)s” stands there twice."), field="file", name=twice[0])
    if len(filled) - 1 > MOST_ROWS:
        raise Refused(N_("%(name)s has more than %(most)s rows. Split it."), field="file", name=name, most=MOST_ROWS)
    rows = tuple(Row(number, {head: value for head, value in zip(heads, row, strict=False) if head})
                 for number, row in filled[1:])
    return Listed(tuple(head for head in heads if head), rows)


def _cell(value: Any) -> Any:
    """An empty cell is None; a spreadsheet's numbers are exact to the fifteen digits that it keeps."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float):
        return Decimal(f"{value:.15g}") if abs(value) < 1e15 else str(value)  # neither is no number: said as such
    return value


def _text(content: bytes, name: str) -> list[list[Any]]:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(N_("%(name)s is not UTF-8; save it as “CSV UTF-8”."), field="file", name=name) from error
    if "\x00" in text:
        raise Refused(N_("%(name)s is no list that can be read. Bring a CSV or XLSX file."), field="file", name=name)
    lines = text.splitlines(keepends=True)
    first = lines[0].strip().strip('"').lower() if lines else ""
    mark = ""
    if first.startswith("sep=") and len(first) == 5:
        mark, lines = first[4], lines[1:]
    head = lines[0] if lines else ""
    mark = mark or max(",;\t", key=lambda each: (head.count(each), each == ","))
    try:
        grid = [list(row) for row in csv.reader(lines, delimiter=mark, strict=False)]
    except csv.Error as error:
        raise Refused(N_("%(name)s is no list that can be read. Bring a CSV or XLSX file."), field="file",
                      name=name) from error
    # the number of a row is the one that a spreadsheet shows: after a line "sep=;" all stand one lower
    return [[], *grid] if first.startswith("sep=") else grid


def _workbook(content: bytes, name: str, sheet: str | None) -> tuple[list[list[Any]], tuple[str, ...], str]:
    """The cells of the one sheet, the visible sheets that hold something, the one that was read."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    unreadable = Refused(N_("%(name)s is no workbook that can be read."), field="file", name=name)
    too_large = Refused(N_("%(name)s unpacks to far more than its size. Save the list alone as a new workbook."),
                        field="file", name=name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if sum(part.file_size for part in parts) > MOST_UNPACKED or len(parts) > 2000:
                raise too_large
            if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
                raise unreadable
            unpacked = 0
            for part in parts:
                if not part.filename.lower().startswith("xl/worksheets/") or part.is_dir():
                    continue
                with packed.open(part) as stream:  # the directory may lie about the size: count what comes
                    cells = stream.read(MOST_UNPACKED - unpacked + 1)
                unpacked += len(cells)
                if unpacked > MOST_UNPACKED:
                    raise too_large
                _check_places(cells, name)
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError) as error:
        raise unreadable from error
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
        grids: dict[str, list[list[Any]]] = {each: book.get_sheet_by_name(each).to_python(skip_empty_area=False)
                                             for each in visible}
    except (CalamineError, ValueError, OSError, IndexError) as error:
        raise unreadable from error
    sheets = tuple(each for each, grid in grids.items() if any(_cell(cell) is not None for row in grid for cell in row))
    if not sheets:
        raise Refused(N_("%(name)s has nothing in its visible sheets; hidden sheets are not read."), field="file",
                      name=name)
    if sheet is None and len(sheets) > 1:
        raise WhichSheet(sheets)
    if sheet is not None and sheet not in sheets:
        raise Refused(N_("There is no visible sheet “%(sheet)s” with something in it."), field="sheet",
                      sheet=sheet[:60])
    chosen = sheet if sheet is not None else sheets[0]
    return grids[chosen], sheets, chosen


def _check_places(sheet: bytes, name: str) -> None:
    """A cell far out makes a reader reserve room for all before it."""
    for place in _PLACE.finditer(sheet):
        letters, row = place[1], int(place[2])
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if row > MOST_SHEET_ROWS or column > 4 * MOST_COLUMNS:
            raise Refused(N_("%(name)s has cells far outside its list. Copy the list alone into a new workbook."),
                          field="file", name=name)


# ---------------------------------------------------------------- cells

def number(cell: Any) -> Decimal:
    """A quantity or an amount as people write it, `1250,5` or `1.250,5`; ValueError for anything else.

    A lone separator before exactly three digits could be either: it is refused, not guessed.
    """
    if isinstance(cell, bool):
        raise ValueError(cell)
    if isinstance(cell, int | Decimal):
        return Decimal(cell)
    text = re.sub(r"[\s\u00a0]|^Rp\.?", "", str(cell).strip())
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{3})*,?[0-9]*|-?[0-9]{1,15}(,[0-9]{3})*\.?[0-9]*", text):
        raise ValueError(cell)
    if re.fullmatch(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}", text):
        raise ValueError(cell)
    decimal = max(",.", key=text.rfind) if ("," in text or "." in text) else ""
    if decimal and text.count(decimal) > 1:  # 1.250.000
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
