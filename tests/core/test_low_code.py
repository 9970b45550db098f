"""The README's promise: a document type in ten lines, and the panel, numbers, inbox, print and rights are
there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[1]


def test_a_document_type_in_ten_lines(tmp_path: Path) -> None:
    script = (HERE / "data" / "ten_lines.py").read_text(encoding="utf-8")
    lines = script[script.index("class LoanRequest"):script.index("assert models")].strip().splitlines()
    readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
    shown = [line.strip() for line in lines if not line.strip().startswith("area, posts")]
    assert all(line in readme for line in shown)
    ran = subprocess.run([sys.executable, "-m", "tests.data.ten_lines", str(tmp_path / "loans.sqlite3")],
                         cwd=HERE.parent, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split("\n")[:-1] == [
        "list 200", "submitted 303", "inbox True", "print b'%PDF-'", "own 403", "approved 303",
        "stranger 403", "history True"]
