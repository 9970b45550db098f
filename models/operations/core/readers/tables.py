"""Reads a list, CSV or XLSX, into headings and rows. Runs alone, see the package."""

from __future__ import annotations

import csv
import io
import posixpath
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NoReturn
from xml.parsers import expat

WORKBOOK = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
#: Hidden rows that are named.
MOST_NAMED = 10
_STEP = 1 << 16


class No(Exception):
    """What is wrong with the file, as a word that `models.operations.core.list_files` knows the sentence
    of."""

    def __init__(self, word: str, **params: Any) -> None:
        super().__init__(word)
        self.word, self.params = word, params


def read(content: bytes, ask: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """`heads`, `rows` ([number, cells]), `sheets` and `sheet` of the file. Raises `No`."""
    if not content.strip():
        raise No("empty")
    if content.startswith(OLD_WORKBOOK):
        raise No("old")
    if content.startswith(WORKBOOK):
        sheets, sheet, grid = _workbook(content, ask)
        result = _listed(grid, ask)
    else:
        sheets, sheet = [], ""
        result = _listed(_text(content), ask, is_text=True)
    return {**result, "sheets": sheets, "sheet": sheet}, b""


def _listed(grid: Iterable[list[Any]], ask: dict[str, Any], is_text: bool = False) -> dict[str, Any]:
    numbered = ((number, [_cell(value) for value in row]) for number, row in enumerate(grid, 1))
    filled = [(number, row) for number, row in numbered if any(value is not None for value in row)]
    if not filled:
        raise No("empty")
    heads = [str(head).strip() if head is not None else "" for head in filled[0][1]]
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > ask["most_columns"]:
        raise No("columns")
    twice = sorted({head for head in heads if head and heads.count(head) > 1})
    if twice:
        raise No("twice", head=twice[0][:60])
    if len(filled) - 1 > ask["most_rows"]:
        raise No("rows")
    if is_text:  # a workbook's cells stand where they are seen; here `12,5` without quotes moves all after it
        for number, row in filled[1:]:
            if any(value is not None for value in row[len(heads):]):
                raise No("beyond", row=number)
    rows = [[number, [_plain(value) for head, value in zip(heads, row, strict=False) if head]]
            for number, row in filled[1:]]
    return {"heads": [head for head in heads if head], "rows": rows}


def _cell(value: Any) -> Any:
    """An empty cell is None; a spreadsheet's numbers are exact to the fifteen digits that it keeps."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float):
        # neither is no number: said as such
        return Decimal(f"{value:.15g}") if abs(value) < 1e15 else str(value)
    return value


def _plain(value: Any) -> Any:
    """A cell in JSON; what JSON has no word for is a pair of its kind and its text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return ["number", str(value)]
    if isinstance(value, datetime):
        return ["moment", value.isoformat()]
    if isinstance(value, date):
        return ["day", value.isoformat()]
    if isinstance(value, time):
        return ["time", value.isoformat()]
    if isinstance(value, timedelta):
        return ["span", value.total_seconds()]
    return str(value)


# ---------------------------------------------------------------- text

def _text(content: bytes) -> list[list[Any]]:
    text = _decoded(content)
    if "\x00" in text:
        raise No("list")
    # only line feeds and carriage returns end a line: other marks of Unicode that do are letters of a cell
    end = min((place for mark in "\r\n" if (place := text.find(mark)) >= 0), default=len(text))
    first = text[:end].strip().strip('"').lower()
    mark, head = "", text[:end]
    is_told = first.startswith("sep=") and len(first) == 5
    if is_told:
        mark, text = first[4], text[end:].removeprefix("\r").removeprefix("\n")
    mark = mark or max(",;\t", key=lambda entry: (head.count(entry), entry == ","))
    try:
        grid = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=False)]
    except csv.Error:
        raise No("list") from None
    # the number of a row is the one that a spreadsheet shows: after a line "sep=;" all stand one lower
    return [[], *grid] if is_told else grid


def _decoded(content: bytes) -> str:
    """The text: UTF-8 or UTF-16 with or without a mark, else as Windows writes it in the West."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    elif content[1:400:2].count(0) > content[:400:2].count(0) + 20:
        encodings = ("utf-16-le",)
    elif content[:400:2].count(0) > content[1:400:2].count(0) + 20:
        encodings = ("utf-16-be",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise No("encoding")


# ---------------------------------------------------------------- workbooks

def _workbook(content: bytes, ask: dict[str, Any]) -> tuple[list[str], str, list[list[Any]]]:
    """The visible sheets that hold something, the one to read, its cells."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _weigh(packed, ask["most_unpacked"])
            parts = _Parts(packed)
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            shown = [entry.name for entry in book.sheets_metadata
                     if entry.visible == SheetVisibleEnum.Visible and entry.typ == SheetTypeEnum.WorkSheet]
            if not set(shown) <= set(parts.of) or len(set(shown)) != len(shown):
                raise No("workbook")
            unseen = {name: _Sheet(packed, parts.of[name], ask).unseen for name in shown}
            filled, last, grid = [], "", []
            for entry in shown:
                held = _grid(book, entry)
                if _holds(held) and not _is_beside(held, ask["beside"]):
                    filled.append(entry)
                    last, grid = entry, held  # one at a time: memory is short
            name = _chosen(filled, ask["sheet"])
            if name != last:
                grid = _grid(book, name)
    except (No, MemoryError):
        raise
    # a reader of another language answers garbage with whatever it likes, panics included
    except BaseException:
        raise No("workbook") from None
    _refuse_unseen(grid, unseen[name])
    return filled, name, grid


def _grid(book: Any, name: str) -> list[list[Any]]:
    grid: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return grid


def _holds(grid: list[list[Any]]) -> bool:
    return any(_cell(value) is not None for row in grid for value in row)


def _is_beside(grid: list[list[Any]], beside: str) -> bool:
    """Whether it is the sheet of a template that shows what may be written on the other one."""
    return next((_cell(value) for row in grid for value in row if _cell(value) is not None), None) == beside


def _chosen(filled: list[str], sheet: str | None) -> str:
    """The sheet to read: the one that was asked for, else the only one."""
    if not filled:
        raise No("empty")
    if sheet is None and len(filled) > 1:
        raise No("which", sheets=filled)
    if sheet is not None and sheet not in filled:
        raise No("no_sheet", sheets=filled)
    return filled[0] if sheet is None else sheet


def _refuse_unseen(grid: list[list[Any]], unseen: set[int]) -> None:
    """What nobody saw is not brought."""
    hidden = [number for number in sorted(unseen) if number <= len(grid)
              and any(_cell(value) is not None for value in grid[number - 1])]
    if hidden:
        raise No("hidden", rows=hidden[:MOST_NAMED], more=len(hidden) > MOST_NAMED)


def _weigh(packed: zipfile.ZipFile, most: int) -> None:
    """Refuse what unpacks to too much, says another size than it has, or names a part twice."""
    parts = packed.infolist()
    if sum(part.file_size for part in parts) > most or len(parts) > 2000:
        raise No("large")
    if len({part.filename.lower() for part in parts}) != len(parts):
        raise No("workbook")
    unpacked = 0
    for part in parts:
        with packed.open(part) as stream:  # the directory may lie about the size: count what comes
            while chunk := stream.read(_STEP):
                unpacked += len(chunk)
                if unpacked > most:
                    raise No("large")


def _parse(packed: zipfile.ZipFile, name: str, begin: Any) -> None:
    """Call `begin(name, attributes)` for each element of a part, its prefix left out. No document type, only
    UTF-8."""
    def refuse(*_: Any) -> NoReturn:
        raise No("workbook")

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
            refuse()

    def element(tag: str, attributes: dict[str, str]) -> None:
        begin(tag.rpartition(":")[2] if ":" in tag else tag, attributes)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.XmlDeclHandler = declared
    parser.StartElementHandler = element
    with packed.open(name) as stream:
        first = stream.read(_STEP)
        if b"\0" in first[:4] or first[:2] in (b"\xff\xfe", b"\xfe\xff"):
            refuse()
        while first:
            parser.Parse(first, False)
            first = stream.read(_STEP)
        parser.Parse(b"", True)


class _Parts:
    """`of`: the part of each worksheet by its name. Raises `No` for sheets that lie where no worksheets
    lie."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        names = {part.filename.lower(): part.filename for part in packed.infolist()}
        for needed in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            if needed not in names:
                raise No("workbook")
        self._targets: dict[str, str] = {}
        self._sheets: list[tuple[str, str]] = []
        _parse(packed, names["xl/_rels/workbook.xml.rels"], self._relation)
        _parse(packed, names["xl/workbook.xml"], self._sheet)
        self.of: dict[str, str] = {}
        for name, relation in self._sheets:
            target = self._targets.get(relation)
            if target is None:  # a chart, a dialogue
                continue
            if target.lower() not in names or name in self.of:
                raise No("workbook")
            self.of[name] = names[target.lower()]

    def _relation(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            place = target[1:] if target.startswith("/") else f"xl/{target}"
            if not place.lower().startswith("xl/worksheets/") or posixpath.normpath(place) != place:
                raise No("workbook")
            self._targets[attributes.get("Id", "")] = place

    def _sheet(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            self._sheets.append((attributes.get("name", ""), relation))


class _Sheet:
    """Looks over the places of a sheet's cells: one far out makes a reader reserve room for all before it.

    `unseen` holds the numbers of hidden rows.
    """

    def __init__(self, packed: zipfile.ZipFile, part: str, ask: dict[str, Any]) -> None:
        self.unseen: set[int] = set()
        self._row, self._column, self._number = 0, 0, "0"
        self._most_rows, most = ask["most_sheet_rows"], 4 * ask["most_columns"]
        self._columns = {_letters(column): column for column in range(1, most + 1)}
        self._most_columns = most
        _parse(packed, part, self._element)

    def _element(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cell(attributes.get("r"))
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column, self._number = 0, str(self._row)
            if not 0 < self._row <= self._most_rows:
                raise No("far")
            if attributes.get("hidden") in ("1", "true") or _is_flat(attributes.get("ht")):
                self.unseen.add(self._row)

    def _cell(self, place: str | None) -> None:
        if place is None:
            self._column += 1
        else:
            letters = place.rstrip("0123456789")
            number = place[len(letters):]
            self._column = self._columns.get(letters, self._most_columns + 1)
            if number != self._number and not 0 < int(number) <= self._most_rows:
                raise No("far")
        if self._column > self._most_columns:
            raise No("far")


def _letters(column: int) -> str:
    """The name of a column: A, …, Z, AA, …"""
    name = ""
    while column:
        column, place = divmod(column - 1, 26)
        name = chr(65 + place) + name
    return name


def _is_flat(height: str | None) -> bool:
    try:
        return height is not None and float(height) == 0
    except ValueError:
        return False
