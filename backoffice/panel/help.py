"""`/admin/help/`: the user guide (`docs/user-guide/`), as much of it as concerns the person's roles."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import abort, request, send_file
from flask_admin import expose
from flask_login import current_user
from markupsafe import Markup, escape

from backoffice.panel.pages import Page
from portal.web.locale import is_indonesian

ROOT = Path(__file__).parents[2] / "docs"
GUIDE, PICTURES = ROOT / "user-guide", ROOT / "screenshots"
PICTURE = re.compile(r"!\[(.*?)\]\(\.\./\.\./screenshots/([\w/-]+\.webp)\)")


@dataclass(frozen=True)
class Chapter:
    name: str
    title: str
    body: Markup


@functools.cache
def contents() -> dict[str, dict[str, Any]]:
    """`roles` gives the chapters of each role in order, `pages` the chapter of each page of the panel."""
    return tomllib.loads((GUIDE / "roles.toml").read_text(encoding="utf-8"))


def chapters_of(roles: Any) -> list[str]:
    """The chapters of these roles, each once, in the order of the first role that has it."""
    return list(dict.fromkeys(name for role in sorted(roles) for name in contents()["roles"].get(role, ())))


@functools.cache
def chapter(name: str, language: str) -> Chapter:
    """A chapter as a page shows it."""
    text = (GUIDE / language / f"{name}.md").read_text(encoding="utf-8")
    title, _, body = text.removeprefix("# ").partition("\n")
    return Chapter(name, title.strip(), shown(body))


def shown(text: str) -> Markup:
    """The little of Markdown that the guide uses: steps, words of the screen, keys, pictures, paragraphs."""
    parts: list[Markup] = []
    for block in re.split(r"\n{2,}", text.strip()):
        picture = PICTURE.fullmatch(block)
        if picture:
            parts.append(Markup('<img src="/admin/help/picture/{}" alt="{}" loading="lazy">').format(
                picture[2], picture[1]))
        elif re.match(r"\d+\. ", block):
            steps = re.split(r"\n?^\d+\. ", block, flags=re.MULTILINE)[1:]
            parts.append(Markup("<ol>{}</ol>").format(
                Markup("").join(Markup("<li>{}</li>").format(_line(step)) for step in steps)))
        else:
            parts.append(Markup("<p>{}</p>").format(_line(block)))
    return Markup("").join(parts)


def _line(text: str) -> Markup:
    parts = re.split(r"(\*\*.+?\*\*|`.+?`)", " ".join(text.split()))
    return Markup("").join(
        Markup("<b>{}</b>").format(part[2:-2]) if part.startswith("**") else
        Markup("<kbd>{}</kbd>").format(part[1:-1]) if part.startswith("`") else escape(part)
        for part in parts)


def address(path: str) -> str:
    """The guide at the chapter that explains the page of this path, where the person's roles have it."""
    parts = path.split("/")
    name = contents()["pages"].get(parts[2] if len(parts) > 2 and parts[1] == "admin" else "", "")
    return f"/admin/help/#{name}" if name in chapters_of(current_user.roles) else "/admin/help/"


class HelpView(Page):
    """The chapters of the person's roles on one page, in the language of the screen."""

    page = "dashboard"

    @expose("/")
    def index(self) -> Any:
        language = "id" if is_indonesian() else "en"
        return self.render("backoffice/panel/help.html", chapters=[
            chapter(name, language) for name in chapters_of(current_user.roles)])

    @expose("/picture/<path:file>")
    def picture(self, file: str) -> Any:
        """A picture of the guide; 404 for a name that no chapter has."""
        kept = {path.relative_to(PICTURES).as_posix() for path in PICTURES.glob("*/*.webp")}
        if file not in kept or request.method != "GET":
            abort(404)
        return send_file(PICTURES / file, mimetype="image/webp", max_age=86400)
