"""A workbook (XLSX) that streams: each row leaves as soon as it is written, nothing is kept.

Only what lists need: one table a sheet with a bold head that stays, of numbers, texts, days, moments, yes
and no.
Workbooks that people fill in (templates with choices) are made by xlsxwriter.
Source of the format: ECMA-376, part 1, SpreadsheetML.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

_CHUNK = 64 * 1024
#: Rows of a sheet, its head among them.
MOST_ROWS = 1_048_576
#: Letters of a cell.
MOST_LETTERS = 32_000
#: Days are counted from here; spreadsheets believe in a 29 February 1900, so earlier days are text.
FIRST_DAY, EPOCH = date(1900, 3, 1), date(1899, 12, 30)
#: Letters that XML cannot hold.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: What spreadsheets would read as a letter by its number.
NUMBERED_LETTER = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
#: A lone carriage return would be read as a line's end.
LINE_ENDS = {"\r": "&#13;"}
#: Styles of cells, by their place in `styles.xml`.
BOLD, DAY, MOMENT = 1, 2, 3

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf numFmtId="165" applyNumberFormat="1"/></cellXfs></styleSheet>')
_SHEET = (f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
          'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
          '<sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/><sheetData>')


class _Pipe:
    """What the archive writes, until somebody takes it."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        taken = b"".join(self.pieces)
        self.pieces.clear()
        self.size = 0
        return taken


def stream(sheets: Iterable[tuple[str, list[str], Iterable[str]]]) -> Iterator[bytes]:
    """The bytes of a workbook, in pieces. A sheet is its name, the heads of its columns, and its rows, each
    the XML of its cells (`cell`). Rows beyond what a sheet holds are left out."""
    pipe, names = _Pipe(), []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:  # type: ignore[arg-type]
        for name, heads, rows in sheets:
            names.append(sheet_name(name) or f"Sheet{len(names) + 1}")
            with archive.open(f"xl/worksheets/sheet{len(names)}.xml", "w", force_zip64=True) as sheet:
                head = "".join(_text(text, f' s="{BOLD}"') for text in heads)
                sheet.write(f"{_SHEET}<row>{head}</row>".encode())
                yield pipe.take()
                waiting: list[str] = []
                for number, row in enumerate(rows, 2):
                    if number > MOST_ROWS:
                        break
                    waiting.append(row)
                    if len(waiting) == 500:
                        sheet.write(_rows(waiting))
                        waiting.clear()
                        if pipe.size > _CHUNK:
                            yield pipe.take()
                sheet.write(_rows(waiting) + b"</sheetData></worksheet>")
            yield pipe.take()
        for path, text in _frame(names):
            archive.writestr(path, text)
    yield pipe.take()


def _rows(rows: list[str]) -> bytes:
    return f"<row>{'</row><row>'.join(rows)}</row>".encode() if rows else b""


def cell(value: Any) -> str:
    """The XML of one cell: a number, text, a day, a moment, yes or no; nothing for None."""
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, Decimal):
        return f"<c><v>{value:f}</v></c>"
    if isinstance(value, date):
        return _day(value)
    return _text(str(value))


def _day(value: date) -> str:
    is_moment = isinstance(value, datetime)
    day = value.date() if isinstance(value, datetime) else value
    if day < FIRST_DAY:
        return _text(value.isoformat(" ", "seconds") if isinstance(value, datetime) else value.isoformat())
    number: float = (day - EPOCH).days
    if isinstance(value, datetime):
        number = round(number + (value.hour * 3600 + value.minute * 60 + value.second) / 86_400, 8)
    return f'<c s="{MOMENT if is_moment else DAY}"><v>{number}</v></c>'


def _text(text: str, style: str = "") -> str:
    if not text:
        return "<c/>"
    text = NUMBERED_LETTER.sub("_x005F_", FORBIDDEN.sub("", text[:MOST_LETTERS]))
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{escape(text, LINE_ENDS)}</t></is></c>'


def sheet_name(name: str) -> str:
    """A name that a sheet may have."""
    return "".join(" " if letter in "[]:*?/\\" else letter for letter in name)[:31].strip("' ")


def _frame(names: list[str]) -> Iterator[tuple[str, str]]:
    """The parts of the archive beside its sheets: path, text."""
    numbers = range(1, len(names) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles"),
             *((f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers)]
    yield "[Content_Types].xml", (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="{path}" ContentType="{kind}.{what}+xml"/>' for path, what in parts)
        + "</Types>")
    yield "_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    yield "xl/_rels/workbook.xml.rels", _relations([
        *((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers),
        (f"rId{len(names) + 1}", "styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES
    yield "xl/workbook.xml", (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{number}" r:id="rId{number}"/>'
                  for number, name in enumerate(names, 1))
        + "</sheets></workbook>")


def _relations(rows: list[tuple[str, str, str]]) -> str:
    return (f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
            + "".join(f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
                      for key, kind, target in rows) + "</Relationships>")
