"""The rooms and what may know of what: read off the source, so that a new file is held to it at once."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.once


ROOT = Path(__file__).parents[2]

#: Top-level names that may stand beside the rooms.
PACKAGES = {"backoffice", "models", "portal"}
FOLDERS = PACKAGES | {".ci", "docs", "migrations", "static", "templates", "tests", "translations"}

#: From top to bottom: a module may import rooms of its own height (its own room only) and below.
HEIGHTS = {"app": 5, "backoffice": 4, "portal": 4, "portal.web": 3, "models.operations": 2, "models": 1}

#: Where a bulk statement may write a column `state` that belongs to no workflow: the summary of a room's
#: beds.
SUMMARIES = {"models/operations/rooms/rooms.py"}

#: Lines of code in one file, of at most 110 columns each (ruff).
LONGEST = 430

#: Columns of a template's line.
WIDEST = 110


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository, those not yet committed included, ignored ones not."""
    if not (ROOT / ".git").exists():  # an unpacked archive
        top = [path for path in ROOT.iterdir() if path.name in FOLDERS]
        return tuple(path for folder in top for path in folder.rglob("*")
                     if path.is_file() and "__pycache__" not in path.parts) + tuple(ROOT.glob("*.py"))
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True,
                           capture_output=True, text=True).stdout.split("\0")
    return tuple(ROOT / name for name in names if name and (ROOT / name).is_file())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module(path: Path) -> str:
    return named(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def sources() -> list[Path]:
    """The application's own Python files."""
    return [path for path in tracked()
            if path.suffix == ".py" and (named(path).split("/")[0] in PACKAGES | {"app.py"})]


def templates() -> list[Path]:
    return [path for path in tracked()
            if named(path).startswith("templates/") and path.suffix in {".html", ".txt"}]


def room(name: str) -> str | None:
    """The room that module `name` belongs to, None when it is not ours."""
    for candidate in ("portal.web", "models.operations", "backoffice", "portal", "models", "app"):
        if name == candidate or name.startswith(candidate + "."):
            return candidate
    return None


def imports(path: Path) -> list[tuple[int, str]]:
    """Line and full name of everything that the file imports, imports inside of functions and for types
    included."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            here = module(path).split(".")
            if path.name == "__init__.py":
                here.append("")
            base = ".".join(here[:-node.level]) if node.level else ""
            start = ".".join(part for part in (base, node.module or "") if part)
            found += [(node.lineno, f"{start}.{alias.name}") for alias in node.names]
    return found


def test_imports_point_down() -> None:
    wrong = []
    for path in sources():
        mine = room(module(path))
        for line, name in imports(path):
            theirs = room(name)
            if mine and theirs and theirs != mine and HEIGHTS[theirs] >= HEIGHTS[mine]:
                wrong.append(f"{named(path)}:{line}: {mine} imports {name}")
    assert not wrong, "\n".join(wrong)


#: What an area may import: itself, and these. The same for the verbs and the panel, whose `core` is `panel`.
BELOW = {
    "core": set(),
    "people": {"core"},
    "ledger": {"people", "core"},
    "stores": {"ledger", "people", "core"},
    "purchasing": {"stores", "ledger", "people", "core"},
    "assets": {"ledger", "people", "core"},
    "rooms": {"ledger", "people", "core"},
    "clinic": {"ledger", "people", "core"},
    "learning": {"core", "people", "ledger", "stores", "purchasing", "assets", "rooms", "clinic"},
    "setup": {"core", "people", "ledger", "stores", "purchasing", "assets", "rooms", "clinic", "learning"},
}


def area(name: str) -> tuple[str, str] | None:
    """Package and area of a module that lies in one."""
    match = re.match(r"(models\.operations|backoffice)\.(\w+)", name)
    word = match[2].replace("panel", "core") if match else ""
    return (match[1], word) if match and word in BELOW else None


def test_areas_import_only_what_lies_below_them() -> None:
    wrong = []
    for path in sources():
        mine = area(module(path))
        for line, name in imports(path):
            theirs = area(name)
            if mine and theirs and mine[0] == theirs[0] and theirs[1] not in BELOW[mine[1]] | {mine[1]}:
                wrong.append(f"{named(path)}:{line}: {mine[1]} imports {name}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("folder", "core"), [
    ("models/operations", "core"), ("backoffice", "panel"), ("templates/backoffice", "panel"),
    ("tests", "core")])
def test_folders_have_the_words_of_the_areas(folder: str, core: str) -> None:
    areas = {core if name == "core" else name for name in BELOW}
    there = {named(path).removeprefix(folder + "/").split("/")[0] for path in tracked()
             if named(path).startswith(folder + "/") and "/" in named(path).removeprefix(folder + "/")}
    # the pages of learning are the portal's, and the tests of both lie in tests/learn
    assert areas - ({"learning"} if folder.startswith("t") else set()) <= there
    beside = {"tests": {"panel", "portal", "learn", "web", "grids", "browser", "benchmarks", "mutations",
                        "faults", "support", "data"}}
    assert there - areas <= beside.get(folder, set())
    if not folder.startswith("t"):
        files = {path.name for path in tracked() if path.parent == ROOT / folder}
        assert files == {"models/operations": {"__init__.py"},
                         "backoffice": {"__init__.py", "registry.py"}}[folder]
        for name in areas:
            head = (ast.get_docstring(tree(ROOT / folder / name / "__init__.py")) or "").lower()
            assert "import" in head, f"{folder}/{name}/__init__.py says what may be imported"


def test_models_know_no_request() -> None:
    web = re.compile(r"^(flask(_login|_wtf|_admin|_babel|_limiter|_htmx)?)(\.|$)")
    wrong = [f"{named(path)}:{line}: {name}" for path in sources() if named(path).startswith("models/")
             for line, name in imports(path) if web.match(name)]
    assert not wrong, "who acts arrives as `by=`, words as messages of Refused:\n" + "\n".join(wrong)


def moves_state(call: ast.Call) -> bool:
    """Whether this is `setattr(…, "state", …)` or `update(…).values(state=…)`."""
    if isinstance(call.func, ast.Name):
        return call.func.id == "setattr" and any(isinstance(part, ast.Constant) and part.value == "state"
                                                 for part in call.args[1:2])
    return (isinstance(call.func, ast.Attribute) and call.func.attr == "values"
            and "insert" not in ast.unparse(call.func) and any(word.arg == "state" for word in call.keywords))


def test_state_has_one_door() -> None:
    wrong = []
    for path in sources():
        if named(path) == "models/operations/core/approvals.py":
            continue
        for node in ast.walk(tree(path)):
            targets = (node.targets if isinstance(node, ast.Assign)
                       else [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value
                       else [])
            wrong += [f"{named(path)}:{node.lineno}" for target in targets for part in ast.walk(target)
                      if isinstance(part, ast.Attribute) and part.attr == "state"]
            if isinstance(node, ast.Call) and moves_state(node) and named(path) not in SUMMARIES:
                wrong.append(f"{named(path)}:{node.lineno}")
    assert not wrong, "only approvals.perform moves a state:\n" + "\n".join(wrong)


def test_private_names_stay_in_their_file() -> None:
    private = re.compile(r"_[^_]")
    wrong = []
    for path in sources():
        ours = {}
        for line, name in imports(path):
            whose, _, what = name.rpartition(".")
            if room(name) and private.match(what):
                wrong.append(f"{named(path)}:{line}: {name}")
            ours[what] = whose if room(name) else ""
        wrong += [f"{named(path)}:{node.lineno}: {ast.unparse(node)}" for node in ast.walk(tree(path))
                  if isinstance(node, ast.Attribute) and private.match(node.attr)
                  and isinstance(node.value, ast.Name) and ours.get(node.value.id)
                  and node.value.id.islower()]
    assert not wrong, "give them a public name:\n" + "\n".join(wrong)


def is_word(node: ast.expr) -> bool:
    """Whether this is a text, or a row of some."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(is_word(part) for part in node.elts)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_state(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "state"


def test_states_are_compared_with_members_of_their_enum() -> None:
    """A state that is renamed must not leave a comparison behind that is never true."""
    wrong = []
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                found = any(map(is_state, sides)) and any(map(is_word, sides))
            else:
                found = (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                         and node.func.attr in ("in_", "not_in") and is_state(node.func.value)
                         and any(map(is_word, node.args)))
            if found:
                wrong.append(f"{named(path)}:{node.lineno}: {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)


def test_one_file_knows_the_headers_of_htmx() -> None:
    header = re.compile(r"HX-[\w-]+", re.I)
    wrong = [f"{named(path)}:{node.lineno}: {node.value}" for path in sources()
             if named(path) != "portal/web/htmx.py" for node in ast.walk(tree(path))
             if isinstance(node, ast.Constant) and isinstance(node.value, str)
             and header.fullmatch(node.value)]
    wrong += [named(path) for path in templates() if "request.headers" in path.read_text(encoding="utf-8")]
    assert not wrong, "ask portal/web/htmx.py:\n" + "\n".join(wrong)


def test_one_file_uses_the_inside_of_waitress() -> None:
    """Where another version of it has to be looked at."""
    inside = re.compile(r"waitress\.\w+\.\w")
    wrong = [f"{named(path)}:{line}: {name}" for path in sources() for line, name in imports(path)
             if inside.match(name)]
    wrong += [named(path) for path in sources() if "_dispatcher=" in path.read_text(encoding="utf-8")]
    assert {place.split(":")[0] for place in wrong} == {"portal/web/long_poll.py"}, "\n".join(wrong)


def test_files_are_short() -> None:
    wrong = [f"{named(path)}: {lines}" for path in sources()
             if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST]
    assert not wrong, f"longer than {LONGEST} lines, split by noun:\n" + "\n".join(wrong)


def test_lines_of_templates_are_short() -> None:
    drawn = [path for path in tracked() if named(path).startswith("templates/") and path.suffix == ".svg"]
    wrong = [f"{named(path)}:{number}: {len(line)}" for path in templates() + drawn
             for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
             if len(line) > WIDEST]
    assert not wrong, f"longer than {WIDEST} columns, one element a line:\n" + "\n".join(wrong)


def test_lint_looks_at_templates() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.M)
    assert lint is not None
    assert re.search(r"\$\(BIN\)/djlint\b.*--lint templates$", lint[1],
                     re.M), "make lint checks templates/ with djlint"


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    wrong = [f"{named(path)}:{number}" for path in sources()
             for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
             if marks.search(line)]
    assert not wrong, "\n".join(wrong)


def test_no_other_top_level_package() -> None:
    assert {named(path).split("/")[0] for path in tracked() if "/" in named(path)} <= FOLDERS
    assert {named(path) for path in tracked()
            if "/" not in named(path) and path.suffix == ".py"} <= {"app.py"}


@pytest.mark.parametrize(("what", "pattern"), [
    ("an inline handler", r"<[^>]*\son[a-z]+\s*="),
    ("hx-on", r"\bhx-on\b"),
    ("javascript:", r"javascript:"),
    ("a script inside the page", r"<script(?![^>]*(\bsrc=|type=[\"']application/(ld\+)?json))[^>]*>"),
    ("a file of another host", r"<(?:script|link|img|iframe|use)\b[^>]*(?:src|href)=[\"'](?:https?:)?//"),
])
def test_templates_obey_the_strict_policy(what: str, pattern: str) -> None:
    wrong = []
    for path in templates():
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
        wrong += [f"{named(path)}: {match.group(0)[:80]}" for match in re.finditer(pattern, text, re.I)]
    assert not wrong, f"{what}:\n" + "\n".join(wrong)


def test_pages_carry_no_styles() -> None:
    """Printed forms and mail stand alone and may; pages may not, the policy would drop them."""
    alone = ("templates/print/", "templates/mail/")
    wrong = [f"{named(path)}: {match.group(0)[:80]}" for path in templates()
             if not named(path).startswith(alone)
             for match in re.finditer(r"<style\b|<[a-z][^>]*\sstyle\s*=", path.read_text(encoding="utf-8"),
                                      re.I)]
    assert not wrong, "\n".join(wrong)


def test_a_clone_stands_alone() -> None:
    """Nothing refers to folders beside the repository or to the machine it was written on."""
    outside = re.compile("|".join((r"\.\./shared", "shared/" + "design", "/" + r"work/(main|shared|\.)",
                                   "/" + r"tmp/\w", "/" + r"home/\w", "/" + r"root/\w", r"C:\\Users")))
    wrong = []
    for path in tracked():
        if named(path).startswith(("static/vendor/", "tests/browser/vendor/")):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{named(path)}:{number}: {line.strip()[:100]}"
                  for number, line in enumerate(text.splitlines(), 1)
                  if outside.search(line)]
    assert not wrong, "\n".join(wrong)


def test_every_requirement_is_pinned() -> None:
    lines = [line.strip() for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()]
    pinned = re.compile(r"^[\w.-]+==[\w.]+(;.*)?$")
    assert [line for line in lines if line and not line.startswith("#") and not pinned.match(line)] == []


def test_icons_used_exist() -> None:
    known = set(re.findall(r'<symbol id="i-([^"]+)"',
                           (ROOT / "static/icons.svg").read_text(encoding="utf-8")))
    wrong = []
    for path in templates() + sources():
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py" and "icon" not in text:
            continue
        used = re.findall(r"\bicon\(\s*[\"']([\w-]+)[\"']", text)
        wrong += [f"{named(path)}: {name}" for name in used if name not in known]
    assert not wrong, "add them to static/vendor.sh and run `make vendor`:\n" + "\n".join(wrong)


def test_the_sprite_holds_no_icon_that_nothing_names() -> None:
    """Every page's first visit loads it whole; a name counts wherever it stands as a word of its own."""
    sprite = re.findall(r'<symbol id="i-([^"]+)"', (ROOT / "static/icons.svg").read_text(encoding="utf-8"))
    script = (ROOT / "static/vendor.sh").read_text(encoding="utf-8")
    block = re.findall(r"^icons=\((.*?)^\)", script, re.M | re.S)[0]
    listed = [entry.split("=")[0] for line in block.splitlines()
              if not line.strip().startswith("#") for entry in line.split()]
    assert sorted(sprite) == sorted(listed)
    named_somewhere: set[str] = set()
    for path in [*templates(), *sources(), *(ROOT / "static").glob("*.js"),
                 *(ROOT / "templates").rglob("*.svg")]:
        text = path.read_text(encoding="utf-8")
        named_somewhere.update(re.findall(r"[\"']([a-z0-9-]+)[\"']", text), re.findall(r"#i-([\w-]+)", text))
    assert set(sprite) <= named_somewhere, "take the others out of static/vendor.sh and the sprite"


def test_what_is_recorded_of_a_reading_takes_the_lock_first() -> None:
    """A transaction that read and then writes loses on SQLite to whoever wrote between (a doctor met 409 at a
    photo); `one_transaction` begins anew. Sign-ins are sent, and their transaction writes from the start."""
    sent = {"portal/web/signin.py", "portal/api/sessions.py"}
    wrong = [f"{named(path)}: {node.name}" for path in sources()
             if named(path).startswith(("portal/", "backoffice/")) and named(path) not in sent
             for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)
             and "activity.record(" in (code := ast.unparse(node)) and "session.commit()" in code
             and "one_transaction()" not in code]
    assert wrong == []
