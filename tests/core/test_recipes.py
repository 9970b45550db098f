"""The recipes of README.md and docs/contributing.md, followed to the letter in a copy of the repository: what
they say is all that is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support import recipes

pytestmark = pytest.mark.once

RECIPES = {"Add a document type": "README.md", "Add a field": "docs/contributing.md",
           "Add a role": "docs/contributing.md", "Add a report": "docs/contributing.md"}
#: Tests of the copy that hold declarations against the specification, migrations against models, and the
#: catalogue against the messages; those that ask much more than that are left out.
JUDGES = tuple(f"tests/{name}.py" for name in (
    "core/test_workflows", "core/test_rights_specification", "core/test_migrations", "core/test_words",
    "web/test_translations", "learn/test_meanings", "grids/test_routes"))
LEFT_OUT = ("a_report_opens", "check_finds_no", "up_down_up", "rows_of_the_first", "merged_or_closed",
            "failed_upgrade", "without_a_sign_in", "another_roles_pages", "rows_that_are_not",
            "nothing_changes_without", "unknown_methods")


def example() -> str:
    """The Python file of README's recipe."""
    [block] = [block for block in recipes.blocks(recipes.section("README.md", "Add a document type"))
               if block.text.startswith('"""')]
    return block.text


def table() -> str:
    return re.search(r'__tablename__ = "(\w+)"', example())[1]  # type: ignore[index]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[recipes.Copy]:
    """A copy in which every recipe was followed."""
    made = recipes.Copy(tmp_path_factory.mktemp("recipes"))
    for heading, page in RECIPES.items():
        made.follow(recipes.section(page, heading))
    made.finish()
    yield made
    made.remove()


def test_the_names_of_the_recipe_are_not_taken() -> None:
    """Whoever follows it meets nothing that is there already."""
    taken = {name for name in recipes.tracked() if name.endswith((".py", ".csv", ".html"))
             and re.search(rf"\b{table()}\b", (recipes.ROOT / name).read_text(encoding="utf-8"))}
    assert taken == set()


def test_every_recipe_is_followed() -> None:
    """A section of recipes that no test knows would be a promise."""
    texts = [(recipes.ROOT / page).read_text(encoding="utf-8") for page in sorted(set(RECIPES.values()))]
    headings = re.findall(r"^###? (Add an? .*)$", "\n".join(texts), re.MULTILINE)
    assert sorted(headings) == sorted(RECIPES)


def test_the_new_things_are_in_the_panel(copy: recipes.Copy) -> None:
    """List, form, page and file for whom the rights name; every step by who may, with number, inbox, paper
    and history; the field in its form; the role's page; the report for those who read it."""
    said = copy.python("-m", "tests.support.first_document", table(),
                       'unit_user=/admin/store_request/new/=name="deliver_to"',
                       "auditor=/admin/activity_log/=Auditor", "auditor=/admin/user/=<table",
                       "store_head=/admin/reports/requests_by_unit/=Permintaan menurut unit",
                       "unit_user=/admin/reports/requests_by_unit/=Permintaan menurut unit").splitlines()
    assert said[0] == "pages store_head unit_user"
    assert {line.split(" by ")[0] for line in said if " by " in line and " is " in line} == {
        "submit", "approve", "reject", "reopen", "cancel"}
    assert said[-6:] == [
        "print and history", "unit_user /admin/store_request/new/ 200 True",
        "auditor /admin/activity_log/ 200 True", "auditor /admin/user/ 403 False",
        "store_head /admin/reports/requests_by_unit/ 200 True",
        "unit_user /admin/reports/requests_by_unit/ 403 False"]


def test_the_tests_that_judge_declarations_pass(copy: recipes.Copy) -> None:
    said = copy.python("-m", "pytest", "-v", "-n", "0", "-p", "no:cacheprovider", *JUDGES,
                       "-k", " and ".join(f"not {word}" for word in LEFT_OUT))
    passed = [line for line in said.splitlines() if line.partition("[")[0].strip() and " PASSED " in line]
    assert len([line for line in passed if table() in line]) >= 10
    assert {name for name in JUDGES if not any(line.startswith(name) for line in passed)} == set()


def test_the_style_of_what_is_pasted_is_the_houses(copy: recipes.Copy) -> None:
    edited = {recipes.place(block)[0] for heading, page in RECIPES.items()
              for block in recipes.blocks(recipes.section(page, heading)) if not block.is_shell}
    copy.python("-m", "ruff", "check", "--no-cache", *sorted(name for name in edited if name.endswith(".py")))
