"""How far a class is: students and tasks as a matrix, one task in detail, where it stumbles, marks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, render_template
from flask_babel import gettext

from models import clock
from models.learning import ClassTask, LearningClass
from models.operations.learning import marks
from portal.learn.classes import common
from portal.learn.classes.pages import task_or_404
from portal.learn.pages import bp
from portal.web import export
from portal.web.locale import said

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/classes/<int:class_id>/progress")
@common.for_classes
def class_progress(class_id: int) -> Any:
    """Students down, tasks across; below it, the exercises where the class stumbles."""
    group = common.class_or_404(class_id)
    found = common.subjects_of(group)
    matrix = marks.matrix(group, found)
    return render_template("learn/classes/progress.html", section="class_list", group=group, matrix=matrix,
                           stumbles=marks.stumbles(matrix), found=found, common=common, today=clock.today())


@bp.get("/classes/<int:class_id>/tasks/<int:task_id>")
@common.for_classes
def class_task(class_id: int, task_id: int) -> Any:
    """One task: each student's steps of a case, or tries, hints and last statement of an exercise."""
    group = common.class_or_404(class_id)
    task = task_or_404(group, task_id)
    found = common.subjects_of(group)
    return render_template("learn/classes/task.html", section="class_list", group=group, task=task,
                           found=found, matrix=marks.matrix(group, found), common=common, today=clock.today(),
                           subject=found.get((task.kind, task.key)))


# ---------------------------------------------------------------- the file

def _local(at: datetime | None) -> datetime | None:
    """An instant on the hospital's wall clock, as a spreadsheet keeps it."""
    return clock.local(at).replace(tzinfo=None) if at is not None else None


def _head(found: Any, task: ClassTask) -> str:
    return f"{common.title(found, task.kind, task.key)} ({said(common.WORDS[task.kind])})"


def mark_rows(matrix: marks.Matrix) -> Iterator[list[Any]]:
    """One row a student: who, how much is done, the mark, and of each task 0 to 100 for what was in time."""
    for member in matrix.members:
        stands = [matrix.stand(member.student_id, task) for task in matrix.tasks]
        yield [member.student.name, member.student.email, _local(member.joined_at), len(matrix.tasks),
               matrix.complete(member.student_id), matrix.mark(member.student_id),
               *(round(100 * stand.in_time / stand.of) if stand.of else 0 for stand in stands)]


def stand_rows(matrix: marks.Matrix, found: Any) -> Iterator[list[Any]]:
    """One row for each student and task."""
    for member in matrix.members:
        for task in matrix.tasks:
            stand = matrix.stand(member.student_id, task)
            yield [member.student.name, member.student.email, common.title(found, task.kind, task.key),
                   said(common.WORDS[task.kind]), task.opens_on, task.due_on, stand.done, stand.of,
                   stand.in_time, stand.tries, stand.hints, _local(stand.complete_at)]


def _marks_file(group: LearningClass) -> Iterator[bytes]:
    found = common.subjects_of(group)
    matrix = marks.matrix(group, found)
    heads = [gettext("Name"), gettext("E-mail"), gettext("Joined at"), gettext("Tasks"), gettext("Done"),
             gettext("Mark (0 to 100)"), *(_head(found, task) for task in matrix.tasks)]
    stand_heads = [gettext("Name"), gettext("E-mail"), gettext("Task"), gettext("Kind"), gettext("First day"),
                   gettext("Last day"), gettext("Steps done"), gettext("Steps"), gettext("In time"),
                   gettext("Tries"), gettext("Hints used"), gettext("Complete at")]
    return export.as_xlsx(heads, mark_rows(matrix), gettext("Marks"),
                          more=[(gettext("Tasks"), stand_heads, stand_rows(matrix, found))])


@bp.get("/classes/<int:class_id>/marks.xlsx")
@common.for_classes
def class_marks(class_id: int) -> Response:
    """The marks as a workbook: a row a student, and on a second sheet a row for each student and task."""
    group = common.class_or_404(class_id)
    export.note("learning_class", group.id, format="xlsx")
    content = b"".join(_marks_file(group))
    answer = Response(content, mimetype=XLSX)
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="marks-{group.id}-{clock.today().isoformat()}.xlsx"')
    return answer
