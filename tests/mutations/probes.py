"""Probes in the statements of a module: which test comes by which of them. Far quicker than tracing."""

from __future__ import annotations

import ast
from types import CodeType

from tests.mutations.mutants import ROOT

#: The name, among the built-in ones, of what a probe calls with (path, first line of its statement).
PROBE = "_mutation_probe"


def probed(path: str) -> tuple[CodeType, dict[int, int]]:
    """The module with a probe before each statement of its functions, and where the probe of each line is."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    places: dict[int, int] = {}
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for node in ast.walk(function):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list) and not getattr(node, f"_{name}_probed", False):
                    setattr(node, f"_{name}_probed", True)
                    block[:] = [each for statement in block for each in _with_probe(statement, path, places)]
    return compile(ast.fix_missing_locations(tree), str(ROOT / path), "exec"), places


def _with_probe(statement: ast.stmt, path: str, places: dict[int, int]) -> list[ast.stmt]:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return [statement]  # a docstring stays the first
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    for line in range(first, max(first, body[0].lineno - 1) + 1 if body else last + 1):
        places[line] = first
    probe = ast.parse(f"{PROBE}(({path!r}, {first}))").body[0]
    for node in ast.walk(probe):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = first
    return [probe, statement]
