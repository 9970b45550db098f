"""`/admin/imports/`: lists of master data and first stock from CSV or XLSX, looked at first, applied
whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, redirect, request
from flask_admin import expose
from flask_babel import force_locale, gettext
from flask_login import current_user

from backoffice.panel import lookups, parsing
from backoffice.panel.pages import Page
from backoffice.panel.views import done, message_of
from backoffice.setup import import_preview
from backoffice.setup.import_preview import heading
from models import clock
from models.base import db, one_transaction
from models.errors import N_, Refused
from models.imports import ImportKind, ListImport
from models.operations.core import list_files as files
from models.operations.setup import imports
from models.rights import model_of
from portal.web import export, locale, words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def mine() -> list[ImportKind]:
    """The lists that this person may bring."""
    return [kind for kind in ImportKind if current_user.has_role(*imports.importers(kind))]


def title(kind: ImportKind) -> str:
    return gettext("Opening stock") if kind is ImportKind.OPENING_STOCK else words.table_word(kind.value,
                                                                                              True)


def known_heads(kind: ImportKind) -> dict[str, str]:
    """What may stand in the first row: the heading in either language, or the column's own name."""
    names = imports.LAYOUTS[kind].names
    result = {name: name for name in names}
    for language in ("en", "id"):
        with force_locale(language):
            result |= {heading(kind, name).lower(): name for name in names}
    return result


def _chosen_words(kind: ImportKind) -> dict[str, dict[str, str]]:
    """For columns of a few words: what people write, in either language, and what is kept."""
    result: dict[str, dict[str, str]] = {}
    if kind is not ImportKind.OPENING_STOCK:
        for name in imports.LAYOUTS[kind].names:
            column = model_of(kind.value).__table__.columns.get(name)
            if column is not None and isinstance(column.type, sa.Enum) and column.type.enum_class:
                for language in ("en", "id"):
                    with force_locale(language):
                        result.setdefault(name, {}).update(
                            {str(words.state_word(member)).lower(): member.value
                             for member in column.type.enum_class})
    return result


def read(kind: ImportKind, content: bytes, name: str, sheet: str | None = None) -> files.Listed:
    """A file with its rows under the names of their columns. Raises `files.WhichSheet`, or `Refused` for
    headings that are not known."""
    listed = files.read(content, name, sheet)
    known, layout = known_heads(kind), imports.LAYOUTS[kind]
    heads = {head: known.get(head.lower().rstrip(" *")) for head in listed.heads}
    unknown = [head for head, column in heads.items() if column is None]
    if unknown:
        raise Refused(N_("There is no column “%(head)s” in this list. Take the headings of the template."),
                      field="file", head=unknown[0][:60])
    missing = [column for column in layout.names
               if column in layout.required and column not in heads.values()]
    if missing:
        raise Refused(N_("The column “%(head)s” is missing. Take the headings of the template."),
                      field="file",
                      head=heading(kind, missing[0]))
    chosen = _chosen_words(kind)

    def cells(row: files.Row) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for head, cell in row.cells.items():
            column = heads[head]
            if column is not None:
                result[column] = chosen.get(column, {}).get(str(cell).lower(),
                                                            cell) if cell is not None else None
        return result

    return replace(listed, rows=tuple(files.Row(row.number, cells(row)) for row in listed.rows))


def _found(kind: ImportKind, content: bytes, name: str, sheet: str | None = None) -> dict[str, Any]:
    """What `imports.look` takes of a file: no rows while its sheet is to be chosen."""
    try:
        listed = read(kind, content, name, sheet)
    except files.WhichSheet as several:
        if sheet is not None:
            raise
        return {"rows": None, "sheets": several.sheets}
    return {"rows": listed.rows, "sheet": listed.sheet or None, "sheets": listed.sheets}


class ImportsView(Page):
    """Choose a list, look at what it would do, apply it."""

    page = "imports"

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:
        refusal = None
        if request.method == "POST":
            try:
                return self._bring()
            except Refused as refused:
                db.session.rollback()
                refusal = refused
        latest = db.session.scalars(
            sa.select(ListImport).where(ListImport.kind.in_(mine())).order_by(ListImport.id.desc()).limit(10)
            .options(sa.orm.joinedload(ListImport.uploaded_by))).all()
        page = self.render("backoffice/setup/imports.html", kinds=mine(), title=title, heading=heading,
                           latest=latest,
                           layouts=imports.LAYOUTS, refusal=refusal, told=message_of, today=clock.today(),
                           chosen=request.values.get("kind", ""))
        return page, refusal.status if refusal is not None else 200

    def _bring(self) -> Any:
        kind = next((kind for kind in mine() if kind.value == request.form.get("kind")), None)
        if kind is None:
            raise Refused(N_("Choose what the list holds."), field="kind")
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            raise Refused(N_("Choose the file first: XLSX or CSV."), field="file")
        on = None
        if kind is ImportKind.OPENING_STOCK:
            on = parsing.day(request.form.get("posted_on", "").strip())
            if on is None:
                raise Refused(N_("Write the day of the first stock."), field="posted_on")
        name = upload.filename.replace("\x00", "")[-100:]
        with upload.stream as stream:
            content = stream.read(files.MOST_BYTES + 1)
        result = _found(kind, content, name)
        with one_transaction() as session:
            brought = imports.bring(session, kind, content, name, by=current_user._get_current_object(),
                                    posted_on=on,
                                    **result)
        if brought.wrong_rows or brought.wants_sheet:  # the page says so itself
            return redirect(f"/admin/imports/{brought.id}", 303)
        return done(gettext("The list was read. Nothing is changed yet: look at it, then apply it."),
                    f"/admin/imports/{brought.id}")

    def _one(self, id: str) -> ListImport:
        key = lookups.identity(ListImport, id)
        brought = db.session.get(ListImport, key) if key is not None else None
        if brought is None or brought.kind not in mine():
            abort(404)
        return brought

    @expose("/<id>")
    def preview(self, id: str) -> Any:
        """What the list changes, and what is wrong with it."""
        return self._page(self._one(id))

    def _page(self, brought: ListImport, refusal: Refused | None = None,
              before: Mapping[str, Any] | None = None) -> Any:
        page = self.render("backoffice/setup/import.html", brought=brought, title=title(brought.kind),
                           refusal=refusal,
                           told=message_of,
                           findings=[self._finding(brought.kind, finding) for finding in brought.findings],
                           preview=import_preview.Preview(brought, before), most=import_preview.SHOWN)
        return page, refusal.status if refusal is not None else 200

    @expose("/<id>/look", methods=("POST",))
    def look(self, id: str) -> Any:
        """Read the kept file again, another sheet of it where one is chosen."""
        brought = self._one(id)
        try:
            self._look(brought, request.form.get("sheet") or brought.sheet)
        except Refused as refusal:
            db.session.rollback()
            return self._page(self._one(id), refusal)
        return redirect(f"/admin/imports/{brought.id}", 303)

    @staticmethod
    def _look(brought: ListImport, sheet: str | None) -> None:
        result = _found(brought.kind, brought.content, brought.file_name, sheet)
        with one_transaction() as session:
            imports.look(session, session.get_one(ListImport, brought.id),
                         by=current_user._get_current_object(),
                         **result)

    def _looked_anew(self, id: str, refusal: Refused, before: Mapping[str, Any] | None) -> Any:
        """The page with what the list would do now, after it was not applied because that is something
        else."""
        brought = self._one(id)
        try:
            self._look(brought, brought.sheet)
        except Refused as later:  # applied meanwhile
            db.session.rollback()
            refusal = later
        return self._page(self._one(id), refusal, before)

    @expose("/<id>/rows.csv")
    def rows(self, id: str) -> Any:
        """All that the list writes, as a file."""
        brought = self._one(id)
        preview = import_preview.Preview(brought)
        answer = Response(export.as_csv(preview.heads(), list(preview.lines())),
                          mimetype="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = (
            f'attachment; filename="{brought.kind.value}-{brought.id}.csv"'
        )
        return answer

    @staticmethod
    def _finding(kind: ImportKind, found: list[Any]) -> dict[str, Any]:
        """A kept finding in the reader's language."""
        row, word, column, message, params = found
        names = imports.LAYOUTS[kind].names
        label = heading(kind, column) if column in names else ""
        shown = {key: heading(kind, value) if key == "name" and value in names else
                 gettext(value) if key == "expected" else value for key, value in params.items()}
        return {"row": row, "is_wrong": word == "wrong", "column": label,
                "text": locale.refusal_text(Refused(message, **shown))}

    @expose("/<id>/apply", methods=("POST",))
    def apply(self, id: str) -> Any:
        brought = self._one(id)
        before = brought.plan if request.form.get("digest") == brought.digest else None
        try:
            rows: tuple[files.Row, ...] = ()
            if brought.applied_at is None and not brought.wants_sheet:
                rows = read(brought.kind, brought.content, brought.file_name, brought.sheet).rows
            with one_transaction() as session:
                outcome = imports.apply(session, session.get_one(ListImport, brought.id), rows,
                                        by=current_user._get_current_object(),
                                        seen=request.form.get("digest", ""),
                                        codes_are_right=bool(request.form.get("codes_are_right")))
        except imports.Changed as refusal:
            db.session.rollback()
            return self._looked_anew(id, refusal, before)
        except Refused as refusal:
            db.session.rollback()
            return self._page(self._one(id), refusal)
        return done(gettext("The list was applied: %(new)s new, %(changed)s changed, %(same)s unchanged.",
                            new=outcome.new, changed=outcome.changed, same=outcome.same),
                    f"/admin/imports/{id}")

    @expose("/<id>/undo", methods=("POST",))
    def undo(self, id: str) -> Any:
        """Take first stock back."""
        brought = self._one(id)
        try:
            with one_transaction() as session:
                imports.undo(session, session.get_one(ListImport, brought.id),
                             by=current_user._get_current_object(),
                             reason=request.form.get("reason", "")[:500])
        except Refused as refusal:
            db.session.rollback()
            return self._page(self._one(id), refusal)
        return done(gettext("The first stock was taken back. Correct the list and bring it again."),
                    f"/admin/imports/{id}")

    @expose("/template/<kind>.<export_type>")
    def template(self, kind: str, export_type: str) -> Any:
        """An empty list with the right headings and one row that shows how it is filled in."""
        chosen = next((entry for entry in mine() if entry.value == kind), None)
        if chosen is None or export_type not in {"xlsx", "csv"}:
            abort(404)
        layout = imports.LAYOUTS[chosen]
        heads = [heading(chosen, name) + (" *" if name in layout.required else "") for name in layout.names]
        rows: Iterable[list[Any]] = [[layout.example.get(name, "") for name in layout.names]]
        answer = Response(export.as_csv(heads, rows) if export_type == "csv" else export.as_xlsx(heads, rows),
                          mimetype="text/csv; charset=utf-8" if export_type == "csv" else XLSX)
        answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.{export_type}"'
        return answer
