"""README.md and docs/ are true: what they tell to type runs, or is named below with the reason why not.
Paths, links and diagrams are those of the repository."""

from __future__ import annotations

import itertools
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from flask import Flask

from models import database_roles
from models.base import db
from tests.core.test_architecture import BELOW, HEIGHTS
from tests.core.test_recipes import RECIPES
from tests.support import recipes

pytestmark = pytest.mark.once

ROOT = recipes.ROOT
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in recipes.tracked()
         if re.fullmatch(r"(README|CHANGES|docs/[\w-]+)\.md", name)}
#: Commands of fenced blocks that no test runs, and why.
NOT_RUN = {
    "git clone <this repository> rawat && cd rawat": "needs the network; recipes work in what a clone holds",
    "make run": "loads the demo hospital, which takes minutes; tests/setup/test_demo.py loads it",
    "python -m pip install -r requirements.txt": "needs the network",
    "make test": "is the suite itself",
    "flask --app app sandbox build": "loads a demo hospital, which takes minutes; tests/learn/test_boxes.py "
                                     "makes the template of an embedded one",
    "make faults": "takes an hour; tests/faults/test_faults.py runs the short ones",
    "make fuzz": "takes ten minutes; tests/grids/test_fuzz.py runs a round",
    "make lint": "is ruff and mypy over everything, beside the suite",
    "pytest tests/core/test_migrations.py tests/core/test_triggers.py": "is a part of the suite",
}
#: Runs until it is stopped.
SERVE = "python app.py"
#: Pages and sections whose blocks another test runs, one by one.
ELSEWHERE = {"docs/api.md": "tests/web/test_api_docs.py"}
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
#: The first words of a path of the repository.
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"instance"}
#: Paths that are no files of the repository: recipes make them.
MADE = {"migrations/versions/NNNN_what_changes.py"}


def shell_blocks() -> list[tuple[str, recipes.Block]]:
    """Page and block of everything to be typed, the recipes' own left out."""
    found = []
    for page, text in PAGES.items():
        for heading, of in RECIPES.items():
            if of == page:
                text = text.replace(recipes.section(page, heading), "")
        found += [(page, block) for block in recipes.blocks(text) if page not in ELSEWHERE]
    return found


def commands() -> list[str]:
    """Each once; of the comment beside it, the command that it names."""
    lines = [command for _page, block in shell_blocks() if block.is_shell for command in block.commands]
    split = [re.split(r"\s+# ", line, maxsplit=1) for line in lines]
    return list(dict.fromkeys(part for parts in split for part in (
        parts[0], *(comment for comment in parts[1:] if comment.startswith("python ")))))


def inline() -> list[str]:
    """What stands in backticks in the running text."""
    return [part for text in PAGES.values() for part in re.findall(r"`([^`\n]+)`", FENCED.sub("", text))]


# ---------------------------------------------------------------- what is typed

def runs() -> list[str]:
    """The commands that `test_what_is_typed_runs` runs, in the order of the pages."""
    return [command for command in commands() if command not in NOT_RUN]


def test_the_list_of_what_is_not_run_has_no_more_than_it_needs() -> None:
    assert set(NOT_RUN) - set(commands()) == set()
    assert len(runs()) >= 8


def test_every_python_block_belongs_to_a_recipe() -> None:
    """tests/core/test_recipes.py pastes those; an example elsewhere would be run by nobody."""
    assert [(page, block.text) for page, block in shell_blocks() if block.language == "python"] == []


SECRETS = {name: secrets.token_hex(24) for name in ("SECRET_KEY", "NIK_KEY", "NIK_INDEX_KEY")}


def cheap(command: str, copy: recipes.Copy) -> str:
    """The command with values for what the page leaves open, on the copy's own database, which is SQLite."""
    command = command.replace("NNNN", copy.next_revision())
    command = re.sub(r"(DATABASE_URL)=\S+", rf"\1=sqlite:///{copy.database}", command)
    for name, secret in SECRETS.items():
        command = re.sub(rf"\b{name}=…", f"{name}={secret}", command)
    command = command.replace('"…"', '"Bagus"').replace("--email …", "--email bagus@rs.example.org")
    if " user create " in command:
        command = f"printf 'only for this test\\nonly for this test\\n' | {command}"
    assert "…" not in command, command
    return command


def test_what_is_typed_runs(tmp_path: Path) -> None:
    """A production on SQLite, in a fresh copy: revision, schema, reference data, the first account; then it
    serves."""
    copy = recipes.Copy(tmp_path / "copy")
    # a revision first: what the database is migrated to is the newest
    ordered = sorted(runs(), key=lambda command: "migrations.revise" not in command)
    assert ordered.pop(ordered.index(SERVE)) == SERVE
    copy.shell("\n".join([*(cheap(command, copy) for command in ordered), "env -0 > instance/environment"]))
    lines = (copy.folder / "instance" / "environment").read_text(encoding="utf-8").split("\0")
    environment = dict(line.split("=", 1) for line in lines if line)
    assert environment["RAWAT_ENV"] == "production"
    assert serves(copy, {**environment, "PORT": "0", "PYTHONUNBUFFERED": "1"})
    copy.remove()


def serves(copy: recipes.Copy, environment: dict[str, str]) -> bool:
    """Whether the server says that it is ready; it is stopped then."""
    with subprocess.Popen([sys.executable, *SERVE.split()[1:]], cwd=copy.folder, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            return any("Rawat is ready" in line for line in server.stdout or ())
        finally:
            server.terminate()


@pytest.mark.parametrize("target", sorted({word for text in [*commands(), *inline()]
                                           for word in re.findall(r"\bmake ([a-z-]+)", text)}))
def test_make_has_the_target(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE)


def test_modules_and_commands_in_the_text_are_there(app: Flask) -> None:
    """`python -m …` names a module, `flask …` a command with those options."""
    wrong = []
    for text in [*commands(), *inline()]:
        if module := re.search(r"\bpython -m ([\w.]+)", text):
            path = ROOT / module[1].replace(".", "/")
            if module[1] not in {"pip", "pytest"} and not (path.is_dir() or path.with_suffix(".py").exists()):
                wrong.append(text)
        if said := re.search(r"(?:^|\s)flask(?: --app app)? (.+)$", text):
            words = shlex.split(said[1].replace("…", "x").partition(" #")[0])
            if not knows(app.cli, words):
                wrong.append(text)
    assert wrong == []


def knows(group: click.Group, words: list[str]) -> bool:
    """Whether these words name a command and options that it has."""
    command: click.Command = group
    context = click.Context(group)
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words.pop(0))
        if found is None:
            return False
        command = found
    options = {option for parameter in command.params for option in parameter.opts}
    return {word for word in words if word.startswith("--")} <= options


def test_the_walls_that_the_page_tells_of_are_those_that_are_built() -> None:
    """Whose roles it makes are the ones that the command asks for; what is left out is said by name."""
    deploy, told = PAGES["docs/deploy.md"], PAGES["docs/security.md"]
    assert set(re.findall(r"CREATE ROLE (\w+)", deploy)) == {"rawat_owner", "rawat_app", "rawat_patient"}
    assert re.search(r"GRANT rawat_patient TO rawat_app", deploy)
    for name in (*database_roles.COUNTED, *database_roles.OF_EVERYBODY, *database_roles.OWN_CHANGES):
        assert f"`{name}`" in told, name
    hanging = len(database_roles.towards_patients())
    assert f"{hanging} tables from `consent` to `dispensing`" in " ".join(told.split())


# ---------------------------------------------------------------- paths and links

def test_paths_in_the_text_exist() -> None:
    wrong = []
    for page, text in PAGES.items():
        for part in re.findall(r"`([^`\n]+)`", FENCED.sub("", text)):
            for word in part.split():
                path = word.rstrip(":,.").partition(":")[0]
                if "/" in path and path.split("/")[0] in FOLDERS and path not in MADE | new_files() \
                        and not (ROOT / path).exists():
                    wrong.append(f"{page}: {path}")
                if re.fullmatch(r"[a-z_]+\.(py|md|csv|html)", path) and path not in names():
                    wrong.append(f"{page}: {path}")
    assert wrong == []


def test_names_in_files_and_tables_are_there() -> None:
    """`path.py: name` is defined there, `table.column` is a column."""
    wrong = []
    for part in inline():
        if said := re.fullmatch(r"(\w[\w/]*\.py): (\w+)", part):
            source = (ROOT / said[1]).read_text(encoding="utf-8")
            if not re.search(rf"^\s*(def|class) {said[2]}\b|^{said[2]}\b", source, re.MULTILINE):
                wrong.append(part)
        table, _, column = part.partition(".")
        if table in db.metadata.tables and re.fullmatch(r"\w+", column) \
                and column not in db.metadata.tables[table].columns:
            wrong.append(part)
    assert wrong == []


def test_variables_of_the_tables_are_read_somewhere() -> None:
    sources = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in recipes.tracked()
                        if re.match(r"(app|(portal|models|migrations)/.*)\.py$", name))
    tables = PAGES["docs/deploy.md"] + PAGES["docs/notices.md"]
    cells = re.findall(r"^\| (`[A-Z].*?) \|", tables, re.MULTILINE)
    variables = [name for cell in cells for name in re.findall(r"`([A-Z][A-Z_]+)", cell)]
    assert len(variables) > 15
    assert [name for name in variables if not re.search(rf"\b{name}\b", sources)] == []


def new_files() -> set[str]:
    blocks = [block for heading, page in RECIPES.items()
              for block in recipes.blocks(recipes.section(page, heading)) if not block.is_shell]
    return {name for name, how, _line in map(recipes.place, blocks) if how == "new"}


def names() -> set[str]:
    return {name.rpartition("/")[2] for name in recipes.tracked()}


def anchors(text: str) -> set[str]:
    """What GitHub calls the headings of a page."""
    heads = re.findall(r"^#+ (.*)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_links_lead_somewhere() -> None:
    wrong = []
    for page, text in PAGES.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", text)):
            path, _, anchor = target.partition("#")
            if re.match(r"https?:", target):
                continue
            there = (ROOT / page).parent / path if path else ROOT / page
            if not there.exists() or (anchor and anchor not in anchors(there.read_text(encoding="utf-8"))):
                wrong.append(f"{page}: {target}")
    assert wrong == []


# ---------------------------------------------------------------- the drawings of docs/architecture.md

def arrows(drawing: str) -> dict[str, set[str]]:
    """What each box leads to in one or more arrows."""
    direct: dict[str, set[str]] = {}
    for line in drawing.splitlines()[1:]:
        line = re.sub(r'\["[^"]*"\]', "", line)
        ends = [set(part.replace("&", " ").split()) for part in line.split("-->")]
        for box in {box for end in ends for box in end}:
            direct.setdefault(box, set())
        for start, end in itertools.pairwise(ends):
            for box in start:
                direct[box] |= end
    reached = {box: set(ends) for box, ends in direct.items()}
    for _ in reached:
        for box, ends in reached.items():
            reached[box] = ends.union(*(reached[end] for end in ends))
    return reached


def drawings() -> list[dict[str, set[str]]]:
    return [arrows(block.text) for block in recipes.blocks(PAGES["docs/architecture.md"])
            if block.language == "mermaid"]


def test_the_rooms_are_drawn_as_the_imports_are_held() -> None:
    rooms = {name.rpartition(".")[2]: height for name, height in HEIGHTS.items()}
    assert drawings()[0] == {room: {other for other, below in rooms.items() if below < height}
                             for room, height in rooms.items()}


def test_the_areas_are_drawn_as_the_imports_are_held() -> None:
    assert drawings()[1] == BELOW


def test_every_area_has_a_row() -> None:
    part = PAGES["docs/architecture.md"].split("\n## Areas\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) == set(BELOW)


def test_rooms_of_the_table_are_there_and_complete() -> None:
    part = PAGES["docs/architecture.md"].split("\n## Rooms\n")[1].split("\n## ")[0]
    heads = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
    named = {name for head in heads for name in re.findall(r"`([^`]+)/`", head)}
    assert {name.split("/")[0] for name in named} >= {
        name.split("/")[0] for name in recipes.tracked() if "/" in name} - {"docs", ".ci"}
    assert all((ROOT / name).is_dir() for name in named)


def test_the_readme_leads_to_every_page() -> None:
    linked = re.findall(r"\]\(([^)#\s]+)", PAGES["README.md"])
    assert [page for page in PAGES if page != "README.md" and page not in linked] == []
