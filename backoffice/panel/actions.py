"""Ticked rows of a list: Flask-Admin's actions. Each step that several rows can take at once is one."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import abort, flash, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_login import current_user

from backoffice.panel.views import message_of
from models.base import one_transaction
from models.errors import Refused
from models.operations.core import step_up
from models.operations.core.approvals import perform
from models.workflow import Transition

#: Rows that one action takes.
MOST_TICKED = 100


class RowActions:
    """What is done with several rows of a list. Mixed into `StaffView`; views mark more with `@action`."""

    #: Flask-Admin's own: rows are deleted one at a time, on their page, which says what stands in the way.
    action_delete = None

    def init_actions(self) -> None:
        """Beside what views mark with `@action`, each step that several rows can take at once is one."""
        super().init_actions()  # type: ignore[misc]
        self.marked_actions = tuple(self._actions)
        workflow = getattr(self.model, "workflow", None)
        for name in workflow.names if workflow is not None else ():
            self._actions.append((name, name))
            self._actions_data[name] = (partial(self.take_for_rows, name), name, None)

    def is_action_allowed(self, name: str) -> bool:
        return (any(name == marked for marked, _text in self.marked_actions)
                or any(name == step.name for step in self.bulk_steps()))

    def open_actions(self) -> list[tuple[str, Any]]:
        """What the view marked as an action, and this person may do."""
        return [(name, word) for name, word in self.marked_actions if self.is_action_allowed(name)]

    def bulk_steps(self) -> list[Transition]:
        """The steps of this person's roles that can be taken for several rows at once."""
        workflow = getattr(self.model, "workflow", None)
        if workflow is None:
            return []
        result: dict[str, Transition] = {}
        for step in workflow:
            if step.roles and current_user.acts_in(*step.roles) and (
                    step.may_skip or not (step.asks or step.line_asks)):
                result.setdefault(step.name, step)
        return list(result.values())

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """What Flask-Admin does, and says with 403 and 404 that an action is not the person's, or none."""
        name = request.form.get("action", "")
        if not self.is_action_allowed(name):
            abort(403 if name in self._actions_data else 404)
        return self.handle_action()

    def take_for_rows(self, name: str, ids: list[str]) -> Any:
        """Take one step for each ticked row, each in a transaction of its own; the result is told per row."""
        ids = list(dict.fromkeys(ids))[:MOST_TICKED]
        if step_up.is_due():  # asked before the first, so that none is half of what was ticked
            records = filter(None, map(self.read_one, ids))
            step_up.require_for(((record, name) for record in records), by=current_user)
        fine = 0
        for id in ids:
            record = self.read_one(id)
            if record is None:
                flash(gettext("One ticked row is gone, or not yours."), "error")
                continue
            called = self.name_of(record)
            try:
                with one_transaction():
                    step = perform(record, name, by=current_user,
                                   reason=request.form.get("reason", "")[:2000])
                fine += 1
                for more in self.after_step(record, step):
                    flash(f"{called}: {more}", "warning")
            except Refused as refusal:
                flash(f"{called}: {message_of(refusal)}", "error")
        if fine:
            flash(ngettext("%(num)d row done.", "%(num)d rows done.", fine), "success")
        elif not ids:
            flash(gettext("Tick at least one row first."), "error")
        return self.back_to_list()
