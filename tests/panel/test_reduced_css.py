"""The panel's first visit is light: of Tabler only what its pages use, and nothing less than that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from backoffice.panel import reduced_css
from models.roles import Role
from tests.portal.test_weight import ASKS, loaded
from tests.support.factories import make_user

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
MOST = 90 * 1024
ATTRIBUTE = re.compile(r"\bclass=(?:\"([^\"]*)\"|'([^']*)')|className = \"([^\"]*)\""
                       r"|classList\.\w+\(\"([\w-]+)\"")


def selectors_of(css: str) -> set[str]:
    """Every selector of the sheet, those within conditions too."""
    result: set[str] = set()
    for head, body in reduced_css.blocks(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        if body is not None:
            result |= selectors_of(body) if head.startswith("@") else set(reduced_css.selectors(head))
    return result


def written() -> set[str]:
    """The classes that templates and scripts of the panel name, read another way than the script reads."""
    folders = [*(ROOT / "templates/backoffice").rglob("*.html"), *(ROOT / "templates/site").glob("*.html"),
               *(ROOT / "static").glob("*.js")]
    return {name for path in folders for parts in ATTRIBUTE.findall(path.read_text(encoding="utf-8"))
            for name in re.findall(r"[A-Za-z][\w-]*", " ".join(parts))}


@pytest.mark.parametrize(("made", "vendored", "idle"), reduced_css.SHEETS)
def test_the_sheet_is_the_one_that_the_script_makes(made: Path, vendored: Path,
                                                    idle: tuple[str, ...]) -> None:
    """After a change of templates: `make styles`."""
    assert made.read_text(encoding="utf-8") == reduced_css.reduced(vendored, idle)


def test_every_class_of_tabler_that_pages_use_is_kept() -> None:
    made, vendored, _idle = reduced_css.SHEETS[0]
    used, filled = written(), vendored.read_text(encoding="utf-8")
    wanted = {each for each in selectors_of(filled)
              if each.strip() and reduced_css.classes(each) and reduced_css.classes(each) <= used
              and not re.search(r"\[data-(?:bs|vc)", each)}  # Bootstrap's attributes, which no page has
    assert len(wanted) > 60
    # of `.chat` there are variables alone, for bubbles that no page has
    assert wanted - selectors_of(made.read_text(encoding="utf-8")) <= {".chat"}


def test_of_tom_select_the_plugins_alone_are_gone() -> None:
    """Its script names classes that no page of ours does; no plugin of it is loaded."""
    made, vendored, _idle = reduced_css.SHEETS[1]
    gone = selectors_of(vendored.read_text(encoding="utf-8")) - selectors_of(made.read_text(encoding="utf-8"))
    assert len([each for each in gone if "plugin-" in each]) > 20
    assert [each for each in gone if "plugin-" not in each and "dropdown-header" not in each] == []


def test_what_nothing_uses_is_gone_and_what_holds_no_class_stays() -> None:
    css = ("@charset \"UTF-8\";:root{--a:1;--b:var(--a);--c:2}body{color:red}.used,.idle{top:0}"
           ".idle:not(.used){top:1px}.used:not(.idle){top:2px}"
           "@media (min-width:1px){.idle{top:0}.btn-x{top:var(--b)}}"
           "[data-idle] .used{top:0}[data-mark=a] .used:not([data-idle]){top:3px}"
           "@keyframes k{0%{top:0}}@keyframes m{0%{top:0}}.used{animation:m 1s}")
    kept = reduced_css.without_idle_names(reduced_css.pruned(css, {"used", "data-mark"}, ("btn-",)), [])
    assert kept == ("@charset \"UTF-8\";:root{--a:1;--b:var(--a);}body{color:red}.used{top:0}"
                    ".used:not(.idle){top:2px}@media (min-width:1px){.btn-x{top:var(--b)}}"
                    "[data-mark=a] .used:not([data-idle]){top:3px}"
                    "@keyframes m{0%{top:0}}.used{animation:m 1s}")


@pytest.mark.parametrize("address", [
    "/admin/home/", "/admin/inbox/", "/admin/store_request/", "/admin/notices/", "/admin/rooms/",
    "/admin/item/", "/admin/help/", "/admin/store_request/new/"])
def test_a_first_visit_of_the_panel_is_light(client: Any, sign_in: Any, address: str) -> None:
    sign_in(client, Role.UNIT_USER if address.endswith("/new/") else Role.FACILITIES_HEAD)
    weights = loaded(client, client.get(address, headers=ASKS))
    assert sum(weights.values()) <= MOST, sorted(weights.items(), key=lambda each: -each[1])
    assert "/static/vendor/tabler/tabler.min.css" not in weights


def test_every_page_without_a_record_is_light_for_who_has_every_role(app: Any, client: Any,
                                                                     sign_in: Any) -> None:
    """Nobody's menu is longer. Read off the URL map, so a page that comes later is held to it too."""
    sign_in(client, make_user(*Role))
    heavy, seen = {}, 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or "<" in rule.rule or not rule.rule.startswith("/admin/") \
                or "export" in rule.rule:
            continue
        page = client.get(rule.rule, headers=ASKS)
        if page.status_code != 200 or not page.mimetype.startswith("text/html"):
            continue
        seen += 1
        weights = loaded(client, page)
        if sum(weights.values()) > MOST:
            heavy[rule.rule] = sorted(weights.items(), key=lambda each: -each[1])
    assert heavy == {}
    assert seen > 200
