"""The exercises: one TOML file each, in a folder by chapter (docs/exercises.md); loading, judging, pages."""

from __future__ import annotations

from portal.learn.exercises import check, pages

__all__ = ["check", "pages"]
