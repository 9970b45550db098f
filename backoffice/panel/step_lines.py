"""What a step asks of each line of a document: a small form per line on the page of the step."""

from __future__ import annotations

from typing import Any

from flask import request

from backoffice.panel.forms import LineForm, make_line_form
from backoffice.panel.views import message_of
from models.errors import Refused
from models.workflow import Transition


def line_forms(step: Transition, record: Any, proposed: dict[int, dict[str, Any]] | None = None
               ) -> list[tuple[Any, LineForm]]:
    """Each line with its form, filled with what was typed, or with what is proposed or the line has."""
    if not step.line_asks or not record.lines:
        return []
    kind: type[Any] = make_line_form(type(record.lines[0]), step.line_asks, "lines-")
    typed = request.form if request.method == "POST" else None
    forms = [(line, kind(formdata=typed, obj=line, prefix=f"lines-{line.id}-")) for line in record.lines]
    for line, form in forms if typed is None and proposed else ():
        for name, value in proposed.get(line.id, {}).items():
            if name in form and form[name].data is None:
                form[name].data = value
    return forms


def all_valid(forms: list[tuple[Any, LineForm]]) -> bool:
    """Whether every line's form is valid; each is looked at, so that all messages show at once."""
    answers = [form.validate() for _line, form in forms]
    return all(answers)


def typed_values(forms: list[tuple[Any, LineForm]]) -> dict[int, dict[str, Any]]:
    """What was typed, by line id."""
    return {line.id: {field.short_name: field.data for field in form.typed} for line, form in forms}


def mark(form: Any, refusal: Refused | None) -> None:
    """Say the refusal at the field that it blames, too."""
    for field in form.typed if refusal is not None else ():
        if field.short_name == refusal.field:
            field.errors = [*field.errors, message_of(refusal)]


def mark_lines(forms: list[tuple[Any, LineForm]], refusal: Refused | None) -> None:
    """The same at the line that it blames."""
    for line, form in forms if refusal is not None and refusal.line is not None else ():
        if line is refusal.line:
            mark(form, refusal)
