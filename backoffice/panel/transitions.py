"""Moving documents: buttons on the page, ticked rows in the list, the page of one record with its history."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request, send_file
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from backoffice.panel import history, lists, lookups, step_lines
from backoffice.panel.actions import RowActions
from backoffice.panel.backdating import kept_for_the_head
from backoffice.panel.columns import columns_of
from backoffice.panel.forms import make_form
from backoffice.panel.line_tables import LineTables
from backoffice.panel.views import done, message_of
from models.activity import Activity
from models.base import db, one_transaction
from models.documents import Attachment, Comment, Document, known_histories
from models.errors import N_, NeedsHead, NotAllowed, PeriodClosed, Refused, WrongState
from models.operations.core import activity, amendments, files
from models.operations.core.approvals import perform
from models.operations.ledger import backdating
from models.operations.stores import own_stores
from models.rights import RIGHTS, may
from models.stand_ins import Giver
from models.workflow import Transition
from portal.web import sent_once, words
from portal.web.pdf import answer

#: Steps whose button is never the page's primary one.
ASIDE_BUTTONS = history.ASIDE | {"close"}
#: Where a step that was taken from a page of several records returns to.
RETURNS = {"inbox": "/admin/inbox/", "rooms": "/admin/rooms/", "other_rooms": "/admin/rooms/?kind=other",
           "housekeeping": "/admin/housekeeping/", "faults": "/admin/fault_report/work/"}


class TransitionPages(RowActions, LineTables):
    """Details, transitions, bulk and comments of a view. Mixed into `StaffView`."""

    #: Whether files are kept with a record that has no workflow.
    keeps_files = False
    #: The page that asks before a step.
    step_template = "backoffice/panel/step.html"

    # ------------------------------------------------------------ one record

    def details_options(self) -> list[Any]:
        options = list(lists.eager(self.model, self.column_details_list))
        for name in self.lines:
            options.append(selectinload(getattr(self.model, name)).options(*self.line_options(name)))
        if issubclass(self.model, Document):
            before, afterwards = history.relatives(self.model)
            options += [joinedload(getattr(self.model, name)) for name in before
                        if name not in self.column_details_list]
            options += [selectinload(getattr(self.model, name)) for name in afterwards
                        if sa.inspect(self.model).relationships[name].uselist]
            options.append(joinedload(self.model.created_by).lazyload("*"))
        return options

    @expose("/details/")
    def details_view(self) -> Any:
        self.note_reading(request.args.get("id", ""), opened=True)
        return self.details_page(self.one_or_404(request.args.get("id", ""), *self.details_options()))

    def note_reading(self, id: Any, opened: bool = False) -> None:
        """Write down that the person reads a patient's record, before the page is made; `opened`: its own
        page."""
        if not RIGHTS[self.table].clinical:
            return
        seen = self.one_or_404(id)
        key = seen.id  # read before the transaction begins, which forgets what is known of it
        with one_transaction():
            activity.record(Activity.READ, table_name=self.table, changed_id=key)
            if opened:
                self.on_reading(seen)

    def on_reading(self, record: Any) -> None:
        """What follows from a person reading a clinical record, in the transaction that logs it."""

    def details_page(self, record: Any, refusal: Refused | None = None) -> Any:
        has_flow = hasattr(record, "workflow")
        happened = history.timeline(record) if has_flow or self.keeps_files else []
        if "files" in self.hidden_in(record):
            happened = [entry for entry in happened if entry.kind != "file"]
        if has_flow and current_user.givers:
            known_histories([record])
        buttons = self.buttons(record) if has_flow else []
        chain = self.chain(record) if isinstance(record, Document) else ([], [])
        editable = self.can_edit and may(current_user, "edit", self.table) and (
            not isinstance(record, Document) or record.state == record.workflow.initial
            or amendments.is_amendable(record))
        deletable = self.can_delete and may(current_user, "delete", self.table) and (
            not isinstance(record, Document) or (editable and not record.number))
        return self.render(
            self.details_template, view=self, record=record, happened=happened, buttons=buttons, chain=chain,
            steps=history.steps(record, happened) if has_flow else [], refusal=refusal, message_of=message_of,
            waiting=history.waits_for(record) if has_flow else (), editable=editable,
            giver=self.giver_of(record, buttons),
            deletable=deletable, makes=self.open_makes(record),
            tables=[self.line_table(record, n) for n in self.lines],
            extra=self.extra(record))

    def other_steps(self, record: Any) -> list[tuple[str, Any, str]]:
        """Address, words and icon of pages beside the steps of the workflow."""
        return []

    def extra(self, record: Any) -> dict[str, Any]:
        """What a view adds to the page of one record."""
        return {}

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        """Pages of a view's own that the record's page leads to: address, word, icon."""
        return []

    def refused(self, record: Any, refusal: Refused) -> Any:
        """The record's page with the reason on top."""
        key = record.id
        db.session.rollback()
        fresh = self.one_or_404(key, *self.details_options())
        return self.details_page(fresh, refusal), refusal.status

    def buttons(self, record: Any) -> list[Transition]:
        """The steps that this person can take now; the first that says yes is the page's primary button."""
        steps = own_stores.open_steps(record, record.workflow.open_to(record, current_user), by=current_user)
        return sorted(steps,
                      key=lambda step: (not step.is_refusal, step.name not in ASIDE_BUTTONS))

    def giver_of(self, record: Any, buttons: list[Transition]) -> Giver | None:
        """In whose name the person would take one of the steps; None where all are the own."""
        people = (next(step.open_as(record, current_user), None) for step in buttons)
        return next((person for person in people if isinstance(person, Giver)), None) \
            if current_user.givers else None

    def asks_first(self, step: Transition, record: Any) -> bool:
        """Whether the step opens a page that asks (a reason, a price) before it is taken. What may be left as
        it is of the lines alone is no question: `other_steps` leads to its page."""
        return (bool(step.asks) or bool(step.line_asks and not step.may_skip)
                or step.wants_reason(record, current_user))

    def chain(self, record: Any) -> tuple[list[Any], list[Any]]:
        """The documents before and after this one, that the person may read."""
        before, afterwards = history.relatives(self.model)
        earlier = [value for name in before if (value := getattr(record, name)) is not None
                   and may(current_user, "read", value.__tablename__)]
        later = []
        for name in afterwards:
            value = getattr(record, name)
            rows = value if isinstance(value, list) else [value] if value is not None else []
            later += [row for row in rows if may(current_user, "read", row.__tablename__)]
        return earlier, later[:8]

    def open_makes(self, record: Any) -> list[Any]:
        return [make for make in self.makes if current_user.has_role(*make.roles) and make.when(record)]

    # ------------------------------------------------------------ transitions

    def first_transition(self) -> Transition | None:
        """The step that takes a new document on its way (submit, post, start)."""
        workflow = getattr(self.model, "workflow", None)
        if workflow is None or not issubclass(self.model, Document):
            return None
        return next((step for step in workflow if workflow.initial in step.sources and not step.is_refusal
                     and not (step.asks or step.line_asks) and current_user.has_role(*step.roles)), None)

    def first_step(self) -> str:
        step = self.first_transition()
        return step.name if step is not None else ""

    @expose("/<id>/<step>", methods=("GET", "POST"))
    def step_view(self, id: str, step: str) -> Any:
        """POST takes the step `step`; GET asks what it needs first."""
        workflow = getattr(self.model, "workflow", None)
        make = next((make for make in self.makes if make.name == step), None)
        record = self.one_or_404(id)
        if make is not None and request.method == "POST":
            return self._make(record, make)
        if workflow is None or step not in workflow.names:
            abort(404)
        return self._step(record, record, step)

    @expose("/<id>/<collection>/<line>/<step>", methods=("GET", "POST"))
    def line_step_view(self, id: str, collection: str, line: str, step: str) -> Any:
        """The same for one line with steps of its own: `collection` names the lines, `line` is its id."""
        record = self.one_or_404(id)
        target = self.line_model(collection)
        key = lookups.identity(target, line) if target is not None else None
        moved = next((row for row in getattr(record, collection) if row.id == key),
                     None) if key is not None else None
        if moved is None or step not in moved.workflow.names:
            abort(404)
        return self._step(record, moved, step)

    def line_model(self, collection: str) -> Any:
        """The class of the lines of that name, when they have steps of their own."""
        target = (
            sa.inspect(self.model).relationships[collection].mapper.class_
            if collection in self.lines
            else None
        )
        return target if hasattr(target, "workflow") else None

    def _step(self, record: Any, moved: Any, name: str) -> Any:
        """A step of `moved`: the record itself or one of its lines."""
        transition = moved.workflow.step(name, moved.state) or next(row for row in moved.workflow
                                                                    if row.name == name)
        form = self.step_form(transition, moved)
        if request.method == "GET":
            self.note_reading(record.id)
            if transition not in moved.workflow.open_to(moved, current_user):
                return redirect(self.details_url(record), 303)
            return self.step_page(record, moved, transition, form)
        return self._take(record, moved, transition, form)

    def _take(self, record: Any, moved: Any, transition: Transition, form: Any) -> Any:
        version = request.form.get("version", "")
        lines = step_lines.line_forms(transition, moved)
        given: dict[str, Any] = {}
        try:
            seen = int(version) if version.isdigit() and len(version) < 10 else -1
            if transition.asks or transition.line_asks:
                moved.workflow.require(moved, transition.name, current_user, request.form.get("reason", ""),
                                       seen)
                if not all((form.validate(), step_lines.all_valid(lines))):
                    return self.step_page(record, moved, transition, form, lines=lines), 422
                given = {field.short_name: field.data for field in form.typed}
            with one_transaction():
                sent_once.claim()
                perform(moved, transition.name, by=current_user, reason=request.form.get("reason", "")[:2000],
                        given=given, given_lines=step_lines.typed_values(lines), version=seen)
        except Refused as refusal:
            if isinstance(refusal, NotAllowed):
                db.session.rollback()
                abort(403)
            if isinstance(refusal, NeedsHead) and refusal.field is None and moved is record:
                return self.ask_for_the_date(record)
            # the day that was asked for is to blame
            if isinstance(refusal, PeriodClosed) and refusal.field is None:
                refusal.field = next((name for name, value in given.items() if isinstance(value, date)), None)
            if refusal.field == "reason" or (
                    refusal.field and refusal.field in (*transition.asks, *transition.line_asks)):
                db.session.rollback()
                return self.step_page(self.one_or_404(record.id), moved, transition, form, refusal,
                                      lines), refusal.status
            return self.refused(record, refusal)
        address = RETURNS.get(request.form.get("next", "")) or self.details_url(record)
        for more in self.after_step(moved, transition):
            flash(more, "warning")
        return done(self.said(record, moved, transition), address)

    def said(self, record: Any, moved: Any, transition: Transition) -> str:
        """The message that the step was taken."""
        called = self.name_of(record) if moved is record else str(moved)
        return gettext("%(what)s: %(state)s.", what=called, state=words.state_word(moved.state))

    def ask_for_the_date(self, record: Any) -> Any:
        """The step needs the head of store for the document's date: it waits for that person now."""
        db.session.rollback()
        try:
            with one_transaction():
                backdating.ask(self.one_or_404(record.id), by=current_user._get_current_object(),
                               reason=request.form.get("reason", "")[:1900])
        except Refused as refusal:
            return self.refused(record, refusal)
        return kept_for_the_head(self.name_of(record), self.details_url(record))

    def after_step(self, moved: Any, transition: Transition) -> list[str]:
        """What a person is told beside that a step was taken."""
        return []

    def step_form(self, transition: Transition, moved: Any) -> Any:
        names = tuple(name for name in transition.asks if name in columns_of(type(moved)))
        return make_form(type(moved), names,
                         loader="" if isinstance(moved, self.model) else "lines-")(obj=moved)

    def step_address(self, record: Any, moved: Any, step: Transition) -> str:
        """Where the step of the record, or of one of its lines, is asked and taken."""
        place = ""
        if moved is not record:
            collection = next(name for name in self.lines if self.line_model(name) is type(moved))
            place = f"/{collection}/{moved.id}"
        return f"{self.url}/{self.key(record)}{place}/{step.name}"

    def step_page(self, record: Any, moved: Any, transition: Transition, form: Any,
                  refusal: Refused | None = None, lines: Any = None) -> Any:
        if lines is None:
            lines = step_lines.line_forms(transition, moved, self.line_proposals(moved, transition))
        step_lines.mark(form, refusal)
        step_lines.mark_lines(lines, refusal)
        says = self.lines_say(moved, transition) if lines else {}
        return self.render(self.step_template, view=self, lines=lines, says=says, record=record,
                           moved=moved,
                           step=transition, form=form, refusal=refusal, message_of=message_of,
                           reason=request.form.get("reason", ""),
                           called=self.name_of(record) if moved is record else str(moved), returns=RETURNS,
                           back=request.values.get("next", ""),
                           action=self.step_address(record, moved, transition),
                           wants_reason=transition.wants_reason(moved, current_user),
                           **self.step_facts(moved, transition))

    def step_facts(self, moved: Any, step: Transition) -> dict[str, Any]:
        """What a view's own page of a step shows beside its fields."""
        return {}

    def line_proposals(self, record: Any, step: Transition) -> dict[int, dict[str, Any]]:
        """What stands in the fields of each line before a person types, by its id."""
        return {}

    def lines_say(self, record: Any, step: Transition) -> dict[int, str]:
        """What stands beside each line that a step asks something of, by its id."""
        return {}

    def _make(self, record: Any, make: Any) -> Any:
        if not current_user.has_role(*make.roles):
            abort(403)
        try:
            if not make.when(record):
                raise WrongState(
                    N_("This step is not open: the document already moved on. Look at it again.")
                )
            with one_transaction():
                made = make.operation(record, by=current_user)
        except Refused as refusal:
            return self.refused(record, refusal)
        left_out = getattr(made, "left_out", ())
        if left_out:
            flash(gettext("Not taken over, because no longer used: %(items)s.", items=", ".join(left_out)),
                  "error")
        return done(gettext("%(what)s was made.", what=words.table_word(made.__tablename__, False)),
                    f"/admin/{made.__tablename__}/{make.opens}/?id={made.id}")

    # ------------------------------------------------------------ paper, files, comments

    @property
    def prints(self) -> bool:
        """Whether the person may have the document on paper: lines that they do not see are not printed
        either."""
        return self.is_document and not any(name.startswith("lines.") for name in self.hidden)

    @expose("/<id>/print")
    def print_view(self, id: str) -> Any:
        """The document's printed form as PDF."""
        self.note_reading(id)
        record = self.one_or_404(id, *self.details_options())
        if not isinstance(record, Document):
            abort(404)
        if not self.prints:
            abort(403)
        # pulls in the layout engine: only when somebody prints
        from portal.web.print import document_pdf, file_name
        paper = document_pdf(record, hides=self.hidden_in(record))
        if not isinstance(paper, bytes):
            return paper
        return answer(paper, file_name(record))

    def _must_see_files(self, record: Any) -> None:
        if "files" in self.hidden_in(record):
            abort(404)

    @expose("/<id>/file")
    def file_view(self, id: str) -> Any:
        """A file of this document; whoever may see the document may read its files. Never shown inline."""
        record = self.one_or_404(id)
        self._must_see_files(record)
        key = request.args.get("file", "")
        file = db.session.scalars(sa.select(Attachment).where(
            Attachment.id == int(key), Attachment.document_type == self.table,
            Attachment.document_id == record.id)
        ).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
        if file is None:
            abort(404)
        if RIGHTS[self.table].clinical:
            with one_transaction():
                activity.record(Activity.READ, table_name="attachment", changed_id=file.id,
                                properties={self.table: record.id})
        return send_file(io.BytesIO(file.content), mimetype="application/octet-stream", as_attachment=True,
                         download_name=file.file_name, max_age=0)

    @expose("/<id>/files", methods=("POST",))
    def upload_view(self, id: str) -> Any:
        """Keep a file with this record; whoever may see the record may add one."""
        if not hasattr(self.model, "workflow") and not self.keeps_files:
            abort(404)
        record = self.one_or_404(id)
        self._must_see_files(record)
        upload = request.files.get("file")
        try:
            if upload is None or not upload.filename:
                raise Refused(N_("Choose a file first: a photo (JPG, PNG) or a PDF."), field="file")
            with upload.stream as stream:
                content = stream.read(files.MOST_BYTES + 1)
            file = files.checked(content, upload.filename)
            with one_transaction():
                record = self.one_or_404(id)  # it may have moved on while the file was read
                files.attach(file, document_type=self.table, document_id=record.id, by=current_user)
        except Refused as refusal:
            return self.refused(record, refusal)
        return done(gettext("The file was added."), self.details_url(record) + "#h-att")

    @expose("/<id>/comment", methods=("POST",))
    def comment_view(self, id: str) -> Any:
        if not hasattr(self.model, "workflow"):
            abort(404)
        record = self.one_or_404(id)
        body = request.form.get("comment", "").replace("\x00", "").strip()[:4000]
        if not body:
            return self.refused(record, Refused(N_("Write the comment first."), field="comment"))
        with one_transaction() as session:
            session.add(Comment(document_type=self.table, document_id=record.id, user_id=current_user.id,
                                body=body))
        return done(gettext("Your comment was added."), self.details_url(record) + "#h-talk")
