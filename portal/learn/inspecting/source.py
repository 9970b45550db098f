"""The hospital's own source, shown in a practice hospital: where something is, and a file with its lines."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markupsafe import Markup
from werkzeug.exceptions import NotFound

from portal.learn.source_text import highlighted
from portal.web.config import ROOT

#: What of the repository is shown, and in which grammar.
FOLDERS = ("models", "portal", "backoffice", "templates", "migrations")
GRAMMARS = {".py": "py", ".html": "html+jinja", ".txt": "text", ".sql": "sql"}


def place_of(view: Callable[..., Any]) -> tuple[str, str, int] | None:
    """Name, file and line of a function of this repository behind its decorators; None for a library's."""
    function = inspect.unwrap(view)
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None or not str(code.co_filename).startswith(str(ROOT)):
        return None
    file = Path(code.co_filename).relative_to(ROOT)
    if file.parts[0] not in FOLDERS and file.name != "app.py":
        return None
    return str(getattr(function, "__qualname__", code.co_name)), file.as_posix(), code.co_firstlineno


def shown_source(name: str) -> list[Markup]:
    """The coloured lines of a file of the repository. Raises `NotFound` for anything else."""
    path = (ROOT / name).resolve()
    if (not path.is_relative_to(ROOT) or path.suffix not in GRAMMARS or not path.is_file()
            or path.relative_to(ROOT).parts[0] not in (*FOLDERS, "app.py")):
        raise NotFound
    text = highlighted(path.read_text(encoding="utf-8"), GRAMMARS[path.suffix])
    return [Markup(line) for line in str(text).rstrip("\n").split("\n")]  # noqa: S704 (escaped there)
