"""`/admin/imports/`: lists of master data and first stock from CSV or XLSX, looked at first, applied
whole, taken back whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, redirect, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_login import current_user

from backoffice.panel import lookups, parsing
from backoffice.panel.base import LedgerView
from backoffice.panel.pages import Page
from backoffice.panel.views import done, message_of
from backoffice.setup import import_preview
from models import clock
from models.base import db, one_transaction
from models.errors import N_, Conflict, Refused
from models.imports import OPENING_STOCK, ListImport
from models.operations.core import list_files
from models.operations.setup import import_undo, imports, list_layouts
from portal.web import export, list_heads, locale, words
from portal.web.list_heads import heading, title

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: How numbers are written, by the mark before the decimals.
MARKS = {"": N_("Ask where it could be either"), ",": "1.250,5", ".": "1,250.5"}


def mine() -> list[str]:
    """The lists that this person may bring."""
    return [kind for kind in list_layouts.kinds()
            if current_user.has_role(*list_layouts.importers(kind))]


class ListImportView(LedgerView):
    """What was brought, as a table."""

    model = ListImport
    column_list = ("file_name", "kind", "uploaded_by", "uploaded_at", "new_rows", "changed_rows",
                   "applied_at")

    def cell_kind(self, record: Any) -> Any:
        return title(record.kind)


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
                           latest=latest, layout=list_layouts.layout, refusal=refusal, message_of=message_of,
                           today=clock.today(), marks=MARKS, chosen=request.values.get("kind", ""))
        return page, refusal.status if refusal is not None else 200

    def _bring(self) -> Any:
        kind = next((kind for kind in mine() if kind == request.form.get("kind")), None)
        if kind is None:
            raise Refused(N_("Choose what the list holds."), field="kind")
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            raise Refused(N_("Choose the file first: XLSX or CSV."), field="file")
        on = None
        if kind == OPENING_STOCK:
            on = parsing.day(request.form.get("posted_on", "").strip())
            if on is None:
                raise Refused(N_("Write the day of the first stock."), field="posted_on")
        name = upload.filename.replace("\x00", "")[-100:]
        with upload.stream as stream:
            content = stream.read(list_files.MOST_BYTES + 1)
        found = list_heads.read(kind, content, name)
        mark = request.form.get("decimal_mark", "")
        with one_transaction() as session:
            brought = imports.bring(session, kind, content, name, found,
                                    by=current_user._get_current_object(), posted_on=on,
                                    mark=mark if mark in MARKS and mark else None)
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
        number = request.args.get("page", "1")
        preview = import_preview.Preview(brought, before, query=request.args.get("q", "")[:100],
                                         page=int(number[:6]) if number[:6].isdecimal() else 1)
        findings = [self._finding(brought.kind, found) for found in brought.findings]
        page = self.render("backoffice/setup/import.html", brought=brought, title=title(brought.kind),
                           refusal=refusal, message_of=message_of, preview=preview,
                           wrong=[found for found in findings if found["is_wrong"]],
                           ignored=[found for found in findings if not found["is_wrong"]],
                           most=import_preview.SHOWN,
                           earlier=imports.earlier(db.session, brought) if not brought.applied_at else None,
                           obstacles=[self._obstacle(brought.kind, entry)
                                      for entry in getattr(refusal, "obstacles", ())])
        return page, refusal.status if refusal is not None else 200

    @expose("/<id>/look", methods=("POST",))
    def look(self, id: str) -> Any:
        """Read the kept file again: another sheet of it, or with the codes that are meant."""
        brought = self._one(id)
        answers = None
        if "codes" in request.form and brought.plan is not None:
            answers = dict(brought.answers or {}) | {
                f"{ask['row']}:{ask['column']}": ask["known"] if said == "known" else ask["cell"]
                for ask in brought.plan["asks"]
                if (said := request.form.get(f"code-{ask['row']}-{ask['column']}",
                                             request.form.get("codes_all", ""))) in {"known", "cell"}}
        try:
            self._look(brought, request.form.get("sheet") or brought.sheet, answers)
        except Refused as refusal:
            db.session.rollback()
            return self._page(self._one(id), refusal)
        return redirect(f"/admin/imports/{brought.id}", 303)

    @staticmethod
    def _look(brought: ListImport, sheet: str | None, answers: Mapping[str, str] | None = None) -> None:
        found = list_heads.read(brought.kind, imports.content_of(brought), brought.file_name, sheet)
        with one_transaction() as session:
            imports.look(session, session.get_one(ListImport, brought.id), found,
                         by=current_user._get_current_object(), answers=answers)

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
        answer.headers["Content-Disposition"] = f'attachment; filename="{brought.kind}-{brought.id}.csv"'
        return answer

    @staticmethod
    def _finding(kind: str, found: list[Any]) -> dict[str, Any]:
        """A kept finding in the reader's language."""
        row, word, column, message, params = found
        names = {*list_layouts.layout(kind).names, *list_layouts.layout(kind).kept}
        label = heading(kind, column) if column in names else ""
        shown = {key: heading(kind, value) if key == "name" and value in names else
                 gettext(value) if key == "expected" else value for key, value in params.items()}
        return {"row": row, "is_wrong": word == "wrong", "column": label,
                "text": locale.refusal_text(Refused(message, **shown))}

    @staticmethod
    def _obstacle(kind: str, entry: import_undo.Obstacle) -> dict[str, Any]:
        """What stands in the way of taking a list back, in the reader's language."""
        if entry.table:
            text = gettext("named by: %(table)s", table=words.table_word(entry.table, True))
        elif entry.column:
            text = gettext("%(column)s: the list wrote %(before)s, now it is %(now)s",
                           column=heading(kind, entry.column),
                           before=import_preview.shown(kind, entry.column, entry.before) or "–",
                           now=import_preview.shown(kind, entry.column, entry.now) or "–")
        else:
            text = gettext("is gone") if entry.is_gone else gettext("was changed")
        return {"row": entry.row, "name": entry.name, "text": text}

    @expose("/<id>/apply", methods=("POST",))
    def apply(self, id: str) -> Any:
        brought = self._one(id)
        before = brought.plan if request.form.get("digest") == brought.digest else None
        try:
            rows: tuple[list_files.Row, ...] = ()
            if brought.applied_at is None and not brought.wants_sheet:
                rows = list_heads.read(brought.kind, imports.content_of(brought), brought.file_name,
                                       brought.sheet).rows or ()
            with one_transaction() as session:
                outcome = imports.apply(session, session.get_one(ListImport, brought.id), rows,
                                        by=current_user._get_current_object(),
                                        seen=request.form.get("digest", ""),
                                        codes_are_right=bool(request.form.get("codes_are_right")))
        except Conflict as refusal:
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
        """Take the list back as a whole."""
        brought = self._one(id)
        try:
            with one_transaction() as session:
                imports.undo(session, session.get_one(ListImport, brought.id),
                             by=current_user._get_current_object(),
                             reason=request.form.get("reason", "")[:500])
        except Refused as refusal:
            db.session.rollback()
            return self._page(self._one(id), refusal)
        if brought.kind == OPENING_STOCK:
            return done(gettext("The first stock was taken back. Correct the list and bring it again."),
                        f"/admin/imports/{id}")
        return done(ngettext("The list was taken back: %(num)s row stands as before.",
                             "The list was taken back: %(num)s rows stand as before.",
                             brought.new_rows + brought.changed_rows), f"/admin/imports/{id}")

    @expose("/template/<kind>.<export_type>")
    def template(self, kind: str, export_type: str) -> Any:
        """An empty list with the right headings and one row that shows how it is filled in."""
        if kind not in mine() or export_type not in {"xlsx", "csv"}:
            abort(404)
        heads, rows, codes = list_heads.template(db.session, kind, current_user)
        if export_type == "csv":
            answer = Response(export.as_csv(heads, rows), mimetype="text/csv; charset=utf-8")
        else:
            answer = Response(export.as_xlsx(heads, rows, title(kind), [
                (gettext("Codes"), [list_files.CODES_SHEET], codes)]), mimetype=XLSX)
        answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.{export_type}"'
        return answer
