"""The recipes of README and docs, followed to the letter in a copy of the repository.

A recipe is a section of a Markdown file. Each fenced block in it is an edit or a list of commands; the words
before an edit say where its text goes: ``New file `path`:``, ``At the end of `path`:``, ``In `path`, below
`line`:`` or ``in `path`, instead of `line`:``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHELL = {"", "sh", "bash"}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"(?:New file `(?P<new>[^`]+)`|At the end of\s+`(?P<end>[^`]+)`"
                   r"|[Ii]n\s+`(?P<path>[^`]+)`,\s+(?P<how>below|instead\s+of)\s+`(?P<line>[^`]+)`):\s*\Z")
#: What decides about databases and secrets, or tells a test how to run: the copy has its own.
OWN = {"DATABASE_URL", "MIGRATION_DATABASE_URL", "TEST_DATABASE_URL", "SECRET_KEY", "NIK_KEY",
       "NIK_INDEX_KEY", "HOST", "PORT"}

#: Slow, and the same for one change or for several.
AT_THE_END = ("make translate", "make migrate")


@dataclass(frozen=True)
class Block:
    """A fenced block: the language after its fence, its text, and the words since the block before."""

    language: str
    text: str
    before: str

    @property
    def is_shell(self) -> bool:
        return self.language in SHELL

    @property
    def commands(self) -> list[str]:
        """One for each line, those that go on put together, comments left out."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def blocks(text: str) -> list[Block]:
    found, last = [], 0
    for match in FENCE.finditer(text):
        found.append(Block(match[1], match[2], text[last:match.start()]))
        last = match.end()
    return found


def place(block: Block) -> tuple[str, str, str]:
    """Where the text of a block goes: path, how (new, end, below, instead), line. Raises AssertionError."""
    said = PLACE.search(block.before)
    assert said is not None, f"nothing says where this goes:\n{block.before[-200:]}\n{block.text}"
    how = "new" if said["new"] else "end" if said["end"] else said["how"].split()[0]
    return said["new"] or said["end"] or said["path"], how, said["line"] or ""


def section(page: str, heading: str) -> str:
    """What stands under `heading`, up to the next heading of its level or above. Raises ValueError."""
    text = (ROOT / page).read_text(encoding="utf-8")
    match = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^\1 |^# |\Z)", text, re.MULTILINE | re.DOTALL)
    if match is None:
        raise ValueError(f"{page} has no section {heading}")
    return match[2]


def tracked() -> list[str]:
    """Paths of the repository's files, those not yet committed included."""
    if not (ROOT / ".git").exists():  # an unpacked archive
        left_out = {".venv", "instance", "__pycache__", ".git"}
        return [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*")
                if path.is_file() and not left_out & set(path.relative_to(ROOT).parts)]
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True,
                         capture_output=True, text=True).stdout
    return [name for name in out.split("\0") if name and (ROOT / name).is_file()]


class Copy:
    """A copy of the repository's files with a database of its own; the interpreter is the one that runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waiting: set[str] = set()
        for name in tracked():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
        self.database = folder / "instance" / "copy.sqlite3"
        self.database.parent.mkdir()
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in OWN and not name.startswith(("PYTEST", "RAWAT_"))}
        self.environment |= {"DATABASE_URL": f"sqlite:///{self.database}", "PYTHONPATH": "",
                             "PYTHONDONTWRITEBYTECODE": "1",
                             "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=self.folder, env=self.environment, check=False, capture_output=True,
                              text=True, encoding="utf-8", stdin=subprocess.DEVNULL)

    def python(self, *words: str) -> str:
        """What ``python …`` prints. Raises AssertionError with its errors when it ends in one."""
        return self._done(self.run(sys.executable, *words), " ".join(words))

    def shell(self, command: str) -> str:
        """The same of a command as a page prints it; `NNNN` is the next free number of a revision. What make
        would install is there."""
        command = command.replace("NNNN", self.next_revision())
        if command.startswith("make "):
            command += f" BIN='{Path(sys.executable).parent}' READY="
        return self._done(self.run("sh", "-ec", command), command)

    @staticmethod
    def _done(ran: subprocess.CompletedProcess[str], what: str) -> str:
        assert ran.returncode == 0, f"{what}\n{ran.stdout[-6000:]}\n{ran.stderr[-6000:]}"
        return ran.stdout

    def next_revision(self) -> str:
        scripts = (self.folder / "migrations" / "versions").glob("*.py")
        return f"{max(int(script.name.split('_')[0]) for script in scripts) + 1:04d}"

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def edit(self, block: Block) -> str:
        """Put the text of `block` where the sentence before it says; the path that it went to."""
        name, how, line = place(block)
        path = self.folder / name
        assert path.exists() == (how != "new"), f"{name} is there: {path.exists()}"
        text = block.text
        if how == "end":
            old = path.read_text(encoding="utf-8").rstrip()
            text = f"{old}\n{'' if name.endswith('.csv') else chr(10)}{text}"
        elif how != "new":
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            at = [number for number, each in enumerate(lines) if each.rstrip("\n") == line]
            assert len(at) == 1, f"{name} has {len(at)} times the line {line}"
            lines[at[0] + (how == "below"):at[0] + 1] = [text]
            text = "".join(lines)
        path.write_text(text, encoding="utf-8")
        return name

    def follow(self, text: str) -> list[str]:
        """Do what the section says, in its order; the paths that were edited. What every recipe ends with
        waits for `finish`."""
        edited = []
        for block in blocks(text):
            if not block.is_shell:
                edited.append(self.edit(block))
                continue
            for command in block.commands:
                if command in AT_THE_END:
                    self.waiting.add(command)
                else:
                    self.shell(command)
        return edited

    def finish(self) -> None:
        """The commands that every recipe ends with, once for all."""
        for command in AT_THE_END:
            if command in self.waiting:
                self.shell(command)
        self.waiting.clear()
