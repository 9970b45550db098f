"""What comes with Rawat and can be given to a class to do."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from models.learning import TaskKind
from models.operations.learning import subjects
from models.operations.learning.subjects import Subject
from portal.learn.exercises import files


def exercises() -> Iterator[Subject]:
    """The exercises of `/learn/exercises`, under their chapters."""
    for chapter, found in files.by_chapter():
        for each in found:
            yield Subject(TaskKind.EXERCISE, each.key, each.title["id"], each.title["en"],
                          url_for("learn.exercise", key=each.key), group=chapter.word)


subjects.offer(TaskKind.EXERCISE, exercises)
