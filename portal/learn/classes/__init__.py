"""Classes: the teacher's pages, a class's progress and marks, own exercises, and the students' way in."""

from __future__ import annotations

from portal.learn.classes import joining, own, pages, results

__all__ = ["joining", "own", "pages", "results"]
