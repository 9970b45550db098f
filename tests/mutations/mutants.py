"""What can be broken in a module: one small change of its syntax tree at a time, in a fixed order.

A mutant is named by its file, the function that it stands in and what it makes of what, never by a line, so a
list of names outlives changes of other lines.
"""

from __future__ import annotations

import ast
import copy
import importlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[2]

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
#: Functions and methods that become another of the same shape.
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
METHODS = {"is_": "is_not", "is_not": "is_", "in_": "not_in", "not_in": "in_"}
#: Calls of which each argument is a condition.
CONDITIONS = frozenset({"where", "and_", "or_"})
#: Scopes of `models.scopes`: each becomes `every`.
SCOPES = frozenset({"own_unit", "between_units", "own_store", "own_doctor", "own_consultations", "given_out",
                    "released", "treated_patients"})
#: Calls that are left alone: messages, and locks, which only the tests of races on PostgreSQL can see.
LEFT_ALONE = frozenset({"N_", "execution_options", "with_for_update"})
#: What says nothing that a rule depends on: annotations, texts, imports, assertions for the type checker.
PASSED_OVER = (ast.arg, ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Global)
#: Functions that have done their work when the module is imported.
CALLED_AT_IMPORT = frozenset({("Workflow", "__init__"), ("TableRights", "__post_init__"), ("_rights",),
                              ("_document",), ("_with_unit",), ("_binder",)})
KEPT_DECORATORS = frozenset({"dataclass", "property", "staticmethod", "classmethod", "cache"})


@dataclass(frozen=True)
class Mutant:
    """One change. `at_import`: it stands in a table or a declaration and not in a function, so it shows only
    when the module is imported anew; so does what is called then."""

    path: str
    name: str
    line: int
    last_line: int
    at_import: bool


@dataclass(frozen=True)
class _Place:
    """Where a node hangs: the field of its parent, and what is around it."""

    parent: ast.AST
    field: str
    index: int | None
    inside: tuple[str, ...]
    at_import: bool

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def module_of(path: str) -> str:
    """The dotted name of a file of the tree."""
    return path.removesuffix(".py").replace("/", ".")


def mutants(path: str) -> list[Mutant]:
    """Every change of one file."""
    return [mutant for mutant, _tree in _each(path)]


def compiled(mutant: Mutant) -> CodeType:
    """The code of the module with the change; line numbers stay."""
    for found, tree in _each(mutant.path):
        if found.name == mutant.name:
            return compile(ast.fix_missing_locations(tree), str(ROOT / mutant.path), "exec")
    raise LookupError(mutant.name)


def _each(path: str) -> Iterator[tuple[Mutant, ast.Module]]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    module = importlib.import_module(module_of(path))
    names: Counter[str] = Counter()
    for node, place in _places(tree):
        for changed in _changes(node, place, vars(module)):
            placed = node if hasattr(node, "lineno") else place.parent
            lines = getattr(placed, "lineno", 0), getattr(placed, "end_lineno", 0)
            for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
                if hasattr(node, name):
                    setattr(changed, name, getattr(node, name))
            before, after = _words(node, changed, place)
            name = f"{path} | {'.'.join(place.inside)} | {before} => {after}"
            names[name] += 1
            if names[name] > 1:
                name += f" (number {names[name]})"
            place.put(changed)
            yield Mutant(path, name, *lines, place.at_import), tree
            place.put(node)


def _words(node: ast.AST, changed: ast.AST, place: _Place) -> tuple[str, str]:
    """Before and after as text: of the node, or of what it hangs in where that alone says little."""
    if isinstance(node, ast.Dict) and isinstance(changed, ast.Dict):
        gone = next((key for key in node.keys if key not in changed.keys), None)  # None: a `**` of several
        return f"row {ast.unparse(gone) if gone is not None else '**'}", "nothing"
    around = place.parent
    if not isinstance(around, ast.expr | ast.keyword | ast.comprehension) or isinstance(around, ast.Dict) or (
            len(ast.unparse(around)) > 160) or isinstance(node, ast.Tuple):
        return _short(node), _short(changed)
    before = _short(around)
    place.put(changed)
    after = _short(around)
    place.put(node)
    return before, after


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 360 else f"{text[:177]} … {text[-177:]}"


# ---------------------------------------------------------------- where

def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, _Place]]:
    yield from _below(tree, (), True)


def _below(parent: ast.AST, inside: tuple[str, ...], at_import: bool) -> Iterator[tuple[ast.AST, _Place]]:
    for field, value in ast.iter_fields(parent):
        if field in {"annotation", "returns", "ops", "op", "ctx", "targets", "target"}:
            continue
        within, late = inside, at_import
        if isinstance(parent, ast.FunctionDef) and field == "body":
            within = (*inside, parent.name)
            late = within in CALLED_AT_IMPORT
        elif isinstance(parent, ast.Lambda) and field == "body":
            late = False
        elif isinstance(parent, ast.ClassDef):
            within = (*inside, parent.name)
        elif isinstance(parent, ast.Assign | ast.AnnAssign) and at_import:
            within = (*inside, ast.unparse(parent.targets[0] if isinstance(parent, ast.Assign)
                                           else parent.target))
        for index, node in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(node, ast.AST) or _is_passed_over(node, parent, field):
                continue
            under = within
            if isinstance(parent, ast.Dict) and field == "values" and late:
                key = parent.keys[index or 0]
                under = (*within, ast.unparse(key).strip("'\"")) if key is not None else within
            yield node, _Place(parent, field, index, under, late)
            yield from _below(node, under, late)


def _is_passed_over(node: ast.AST, parent: ast.AST, field: str) -> bool:
    if isinstance(node, PASSED_OVER):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # docstrings
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"__all__", "__slots__"}:
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Call) and _called(node) in LEFT_ALONE:
        return True
    if field == "decorator_list" and _called(node) in KEPT_DECORATORS:
        return True
    return isinstance(parent, ast.Raise) or (isinstance(parent, ast.Subscript) and field == "slice"
                                             and isinstance(node, ast.Tuple | ast.Constant))


# ---------------------------------------------------------------- what

def _changes(node: ast.AST, place: _Place, names: dict[str, object]) -> Iterator[ast.AST]:
    if place.field == "decorator_list":
        yield ast.parse("lambda function: function", mode="eval").body
    elif isinstance(node, ast.stmt):
        yield from _of_statement(node)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.Attribute | ast.Name):
        yield from _of_name(node, place, names)
    elif isinstance(node, ast.Tuple | ast.Set | ast.List | ast.Dict):
        if place.at_import and place.field != "targets":
            yield from _with_one_less(node)
    elif isinstance(node, ast.expr | ast.comprehension):
        yield from _of_expression(node)


def _of_statement(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)) or (
            isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute | ast.Subscript)):
        yield ast.Pass()
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        yield _but(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
    if isinstance(node, ast.If):
        for answer in (True, False):
            yield _but(node, test=ast.Constant(answer))


def _of_constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        if node.value:
            yield ast.Constant(node.value - 1)


def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    called = _called(node)
    if isinstance(node.func, ast.Name) and called in FUNCTIONS:
        yield _but(node, func=_but(node.func, id=FUNCTIONS[called]))
    if isinstance(node.func, ast.Attribute) and called in METHODS:
        yield _but(node, func=_but(node.func, attr=METHODS[called]))
    if called in CONDITIONS:
        if len(node.args) > 1:
            for index in range(len(node.args)):
                yield _but(node, args=node.args[:index] + node.args[index + 1:])
        elif called == "where" and isinstance(node.func, ast.Attribute):
            yield copy.copy(node.func.value)
    if called in {"order_by", "limit"} and isinstance(node.func, ast.Attribute):
        yield copy.copy(node.func.value)


def _of_name(node: ast.Attribute | ast.Name, place: _Place, names: dict[str, object]) -> Iterator[ast.AST]:
    if isinstance(node, ast.Name):
        if node.id in SCOPES and place.at_import:
            yield ast.Name("every", ast.Load())
        return
    kind = names.get(node.value.id) if isinstance(node.value, ast.Name) else None
    if isinstance(kind, type) and issubclass(kind, Enum):
        members = list(kind.__members__)
        if node.attr in members:
            yield _but(node, attr=members[(members.index(node.attr) + 1) % len(members)])


def _with_one_less(node: ast.AST) -> Iterator[ast.AST]:
    """A table with each of its rows left out."""
    if isinstance(node, ast.Dict):
        for index in range(len(node.keys)):
            yield _but(node, keys=node.keys[:index] + node.keys[index + 1:],
                       values=node.values[:index] + node.values[index + 1:])
    elif isinstance(node, ast.Tuple | ast.Set | ast.List) and len(node.elts) > 1:
        for index in range(len(node.elts)):
            yield _but(node, elts=node.elts[:index] + node.elts[index + 1:])


def _of_expression(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            yield _but(node, ops=[*node.ops[:index], COMPARED[type(op)](), *node.ops[index + 1:]])
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield _but(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
    elif isinstance(node, ast.BoolOp):
        yield _but(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for index in range(len(node.values)):
            rest = node.values[:index] + node.values[index + 1:]
            yield _but(node, values=rest) if len(rest) > 1 else copy.copy(rest[0])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield copy.copy(node.operand)
    elif isinstance(node, ast.IfExp):
        yield copy.copy(node.body)
        yield copy.copy(node.orelse)
    elif isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            yield _but(node, ifs=node.ifs[:index] + node.ifs[index + 1:])


def _but(node: ast.AST, **fields: object) -> ast.AST:
    """A copy with other fields."""
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
