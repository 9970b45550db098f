"""Two tables of exercises that the data model does not have: what came to the hospital on paper and was typed
as it stood. `paper_request` is the form of a store request before it is normalised, `paper_bed` a list of new
beds."""

from __future__ import annotations

from portal.learn.lab.hospital.book import Book

Row = tuple[object, ...]

#: Table, and its columns in order; a column that `TYPES` does not name is text.
COLUMNS = {
    "paper_request": "request_no line_no requested_on unit_code unit_name store_code store_name keeper"
                     " item_code item_name measure quantity",
    "paper_bed": "line inpatient_room_id number state",
}
TYPES = {"line_no": "INTEGER", "line": "INTEGER", "inpatient_room_id": "INTEGER", "requested_on": "DATE",
         "quantity": "REAL"}
TABLES = tuple(COLUMNS)


def _statement(table: str) -> str:
    columns = ", ".join(f"{name} {TYPES.get(name, 'TEXT')}" for name in COLUMNS[table].split())
    return f"CREATE TABLE {table} ({columns})"


STATEMENTS = tuple(_statement(table) for table in TABLES)
KEEPERS = {"GF": "Yoga Pratama", "GU": "Eko Saputra"}
#: How many requests were copied.
REQUESTS = 25


def rows(book: Book) -> dict[str, list[Row]]:
    """The rows of both tables."""
    return {"paper_request": _requests(book), "paper_bed": _beds(book)}


def _requests(book: Book) -> list[Row]:
    """The first requests of June, one row per line; an item of every sixth request is on it twice. In the
    hidden file a keeper is not written once."""
    result: list[Row] = []
    june = [row for row in book.rows["store_request"] if row["requested_on"].month == 6][:REQUESTS]
    for place, request in enumerate(june):
        lines = [row for row in book.rows["store_request_line"] if row["store_request_id"] == request["id"]]
        if place % 6 == 0:
            lines = lines + lines[:1]
        unit = book.row("work_unit", request["work_unit_id"])
        store = book.row("store", request["store_id"])
        keeper = None if book.size.planted and place == 3 else KEEPERS[store["code"]]
        for number, line in enumerate(lines, 1):
            item = book.row("item", line["item_id"])
            result.append((f"{request['requested_on']:%m}-{place + 1:03d}", number, request["requested_on"],
                           unit["code"], unit["name"], store["code"], store["name"], keeper, item["code"],
                           item["name"], book.row("unit_conversion", line["unit_id"])["unit_name"],
                           line["quantity"]))
    return result


def _beds(book: Book) -> list[Row]:
    """Lines that a constraint refuses, and some that none does."""
    room, other = book.rows["inpatient_room"][0]["id"], book.rows["inpatient_room"][-1]["id"]
    far = len(book.rows["inpatient_room"]) + 40
    written: list[tuple[int | None, str | None, str | None]] = [
        (room, "7", "ready"), (room, "1", "ready"), (far, "1", "ready"), (other, None, "ready"),
        (other, "8", "broken"), (room, "7", "ready"), (other, "9", "needs_cleaning"),
        (other, "9", "occupied"), (far, None, "lost"), (room, "8", "out_of_service")]
    if book.size.planted:
        written += [(None, "3", "ready"), (other, "11", None), (None, None, None), (other, "12", "READY"),
                    (other, "12", "ready"), (None, "3", "ready")]
    return [(number, *entry) for number, entry in enumerate(written, 1)]
