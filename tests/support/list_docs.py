"""`docs/lists.md` as the code says it: `python -m tests.support.list_docs` writes it anew."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_babel import force_locale

from models.operations.setup import list_layouts
from portal.web import list_heads, words

FILE = Path(__file__).resolve().parents[2] / "docs" / "lists.md"
HEAD = """\
# Lists that can be brought in

Every list of master data is brought on `/admin/imports/` (*Import lists*), in the order of *First steps*
(`/admin/first_steps/`). The page gives a template of each as XLSX, with a second sheet of the codes that
may be chosen, and as CSV. A list is looked through first: the page says what is new, what changes and what
is wrong, each with row, column and reason; then all of it is written or nothing. It is taken back as a
whole while nothing hangs on its rows. Headings may be in either language, or the names in the first column
of the tables below; an empty cell leaves a value as it is, `(kosong)` or `(empty)` empties it. A record is
known again by the columns marked **key**. At the command line: `flask import TABLE FILE`.

People:

- **Accounts** have no password: each owner gets an invitation by mail, good for seven days, and chooses
  one. Roles stand in one cell with commas between. Of a known account the list changes name, telephone,
  work unit and language; roles and status change on its own page, where owner and administrators are told.
- **Doctors** are known by their STR; the account is named by its address. Their hours are a list of their
  own.
- **Patients** are registered as at the office's desk: both consents, with way and day; a NIK that another
  record has is refused; who looks like somebody who is there (two of name, birth date and telephone) must
  be said to be another person. With *Identity checked* the registration is approved at once and gets the
  next record number. The file is kept encrypted. Taken back, the registrations are rejected and hold no
  NIK.
"""


def text() -> str:
    return HEAD + "".join(_table(kind) for kind in list_layouts.kinds())


def _table(kind: str) -> str:
    layout = list_layouts.layout(kind)
    with force_locale("en"):
        roles = ", ".join(sorted(str(words.role_word(role)) for role in list_layouts.importers(kind)))
        title, english = list_heads.title(kind), [list_heads.heading(kind, name) for name in layout.names]
    with force_locale("id"):
        indonesian = [list_heads.heading(kind, name) for name in layout.names]
    rows = [f"| `{name}` | {one} | {two} | {_needed(layout, name)} | {layout.example.get(name, '')} |"
            for name, one, two in zip(layout.names, english, indonesian, strict=True)]
    return "\n".join((f"\n## {title} (`{kind}`)\n", f"Brought by: {roles}.\n",
                      "| name | English | Indonesian | | for example |", "| --- | --- | --- | --- | --- |",
                      *rows, ""))


def _needed(layout: list_layouts.Layout, name: str) -> str:
    return "key" if name in layout.keys else "needed" if name in layout.required else ""


def write(app: Flask) -> None:
    with app.test_request_context():
        FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    from app import create_app
    write(create_app())
