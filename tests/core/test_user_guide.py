"""The user guide is true: each word of a screen that it quotes stands in the catalogue of its language, each
role has its chapters in both, pictures and links exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from backoffice.panel import help
from backoffice.panel.columns import mapped_tables
from models.roles import Role

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "user-guide"
CONTENTS = tomllib.loads((GUIDE / "roles.toml").read_text(encoding="utf-8"))
CHAPTERS = sorted({name for names in CONTENTS["roles"].values() for name in names})
#: Who has pages of their own to read: docs/teaching.md.
ELSEWHERE = {Role.STUDENT, Role.TEACHER}


def words() -> dict[str, set[str]]:
    """Every message of the screens, by language."""
    with (ROOT / "translations/id/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="id")
    result: dict[str, set[str]] = {"en": set(), "id": set()}
    for message in catalogue:
        for language, text in (("en", message.id), ("id", message.string)):
            result[language] |= {text} if isinstance(text, str) else set(text)
    return result


def text_of(chapter: str, language: str) -> str:
    return (GUIDE / language / f"{chapter}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "id"])
def test_each_word_of_a_screen_is_in_the_catalogue(language: str) -> None:
    known, quoted = words()[language], 0
    for chapter in CHAPTERS:
        for word in re.findall(r"\*\*(.+?)\*\*", text_of(chapter, language)):
            quoted += 1
            assert word in known, (chapter, word)
    assert quoted > 60


def test_each_role_has_chapters() -> None:
    assert set(CONTENTS["roles"]) == {role.value for role in set(Role) - ELSEWHERE}


def test_there_is_no_chapter_that_nobody_reads() -> None:
    for language in ("en", "id"):
        assert {path.stem for path in (GUIDE / language).glob("*.md")} == set(CHAPTERS)


def test_both_languages_have_the_same_steps_and_pictures() -> None:
    for chapter in CHAPTERS:
        english, indonesian = (text_of(chapter, language) for language in ("en", "id"))
        for pattern in (r"^\d+\. ", r"\*\*.+?\*\*", r"screenshots/[\w/-]+\.webp"):
            found = [re.findall(pattern, text, re.MULTILINE) for text in (english, indonesian)]
            assert len(found[0]) == len(found[1]), (chapter, pattern)


def test_each_chapter_shows_the_same_pictures_in_its_own_language() -> None:
    for chapter in CHAPTERS:
        shown = {language: re.findall(r"screenshots/(\w+)/([\w-]+)\.webp", text_of(chapter, language))
                 for language in ("en", "id")}
        assert all(spoken == language for language in shown for spoken, _name in shown[language])
        assert [name for _spoken, name in shown["en"]] == [name for _spoken, name in shown["id"]]


def test_the_table_of_contents_is_the_one_of_the_pages() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", (GUIDE / "README.md").read_text(encoding="utf-8"),
                      re.MULTILINE)
    assert {role: re.findall(r"\(en/(\w+)\.md\)", english) for role, english, _ in rows} == CONTENTS["roles"]
    assert all(re.findall(r"\(id/(\w+)\.md\)", other) == CONTENTS["roles"][role] for role, _, other in rows)


def test_each_page_of_the_contents_exists(app: Any) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for page, chapter in CONTENTS["pages"].items():
        assert page in mapped_tables() or f"/admin/{page}/" in rules or page == "reports", page
        assert chapter in CHAPTERS


@pytest.mark.parametrize(("role", "path", "chapter"), [
    (Role.UNIT_USER, "/admin/store_request/", "asking"), (Role.DOCTOR, "/admin/desk/", "desk"),
    (Role.STORE_HEAD, "/admin/inbox/", "inbox"), (Role.HOUSEKEEPING, "/admin/housekeeping/", "cleaning")])
def test_the_question_mark_opens_the_chapter_of_the_page(
        client: Any, sign_in: Any, role: Role, path: str, chapter: str) -> None:
    sign_in(client, role)
    page = client.get(path, follow_redirects=True).text
    assert f'href="/admin/help/#{chapter}"' in page
    guide = client.get("/admin/help/").text
    assert f'id="{chapter}"' in guide
    assert [name for name in CHAPTERS if f'id="{name}"' in guide] == sorted(CONTENTS["roles"][role.value])


def test_pictures_are_shown_and_nothing_else(client: Any, sign_in: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    assert client.get("/admin/help/picture/en/inbox-1366.webp").mimetype == "image/webp"
    for name in ("x.png", "..%2Fdeploy.md", "deploy.md"):
        assert client.get(f"/admin/help/picture/{name}").status_code == 404


def test_what_is_written_is_shown_as_text() -> None:
    assert str(help.shown("1. a **B** <c>\n2. `d`\n\ne")) == (
        "<ol><li>a <b>B</b> &lt;c&gt;</li><li><kbd>d</kbd></li></ol><p>e</p>")
