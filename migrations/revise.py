"""Write a revision from the models: ``python -m migrations.revise 0002 "What changes"``.

It compares what the revisions before say with what the models declare, and writes tables, columns,
constraints, indexes and triggers both ways, for both databases. What happens to the rows is written by hand,
in
``<revision>_rows.<dialect>.sql`` (up) and ``<revision>_rows_back.<dialect>.sql`` (down) beside it: new
columns may still be empty there, and no check stands in the way. Writing the newest revision anew keeps those
files.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from alembic.autogenerate import render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateIndexOp, CreateTableOp, UpgradeOps
from mako.template import Template

from migrations import rendering
from models import triggers
from models.base import db

FOLDER = Path(__file__).parent
VERSIONS = FOLDER / "versions"
BLOCK = re.compile(r"^ +op\.create_table\('(\w+)',\n(.*?)^ +\)\n", re.DOTALL | re.MULTILINE)
INDEX = re.compile(r"^ +op\.create_index\((?:op\.f\()?'(\w+)'\)?, '(\w+)', .*\)$", re.MULTILINE)
NAMED = re.compile(r"name=(?:op\.f\()?'(\w+)'")


@dataclass
class Table:
    """A table as a migration writes it: column and constraint lines, other words, and its indexes by name."""

    columns: dict[str, str] = field(default_factory=dict)
    constraints: dict[str, str] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)
    indexes: dict[str, str] = field(default_factory=dict)
    text: str = ""


def read(script: str) -> dict[str, Table]:
    """The tables that the code of a migration makes, in its order."""
    found: dict[str, Table] = {}
    for name, body in BLOCK.findall(script):
        lines = [line.strip() for line in body.strip().splitlines()]
        table = found[name] = Table(text="\n    ".join([f"op.create_table('{name}',", *lines, ")"]))
        for line in (line.rstrip(",") for line in lines):
            if column := re.match(r"sa\.Column\('(\w+)'", line):
                table.columns[column[1]] = line
            elif named := NAMED.search(line):
                table.constraints[named[1]] = line
            else:
                table.options.append(line)
    for match in INDEX.finditer(script):
        if match[2] in found:
            found[match[2]].indexes[match[1]] = match[0].strip()
    return found


def declared() -> dict[str, Table]:
    """The tables that the models declare."""
    # Not by comparing with an empty database: on SQLite that leaves out indexes on expressions.
    ops = [made for table in db.metadata.sorted_tables
           for made in (CreateTableOp.from_table(table), *(CreateIndexOp.from_index(index) for index in
                                                           sorted(table.indexes,
                                                                  key=lambda index: str(index.name))))]
    for op in ops:
        if isinstance(op, CreateTableOp):
            op.info = {}
    context = MigrationContext.configure(dialect_name="postgresql", opts=rendering.OPTIONS)
    return read("    " + render_python_code(UpgradeOps(ops), render_item=rendering.render_item,
                                            migration_context=context) + "\n")


def before(revision: str) -> tuple[dict[str, Table], str]:
    """The tables after all revisions before `revision`, and the full name of the last of those."""
    tables: dict[str, Table] = {}
    last = ""
    for script in sorted(VERSIONS.glob("*.py")):
        if script.name.split("_")[0] >= revision:
            break
        text = script.read_text(encoding="utf-8")
        upgrade = text.split("def upgrade()")[1].split("def downgrade()")[0]
        for gone in re.findall(r"^    op\.drop_table\('(\w+)'\)", upgrade, re.MULTILINE):
            tables.pop(gone, None)
        tables |= read(upgrade)
        last = re.search(r"^revision = '(\w+)'", text, re.MULTILINE)[1]  # type: ignore[index]
    return tables, last


def steps(old: dict[str, Table], new: dict[str, Table], rules: tuple[str, str], rows: str) -> str:
    """The statements from `old` to `new`; `rules` are the revisions whose triggers stand before and after."""
    changed = [name for name in new if name in old and _differs(old[name], new[name])]
    made, gone = [name for name in new if name not in old], [name for name in reversed(list(old))
                                                             if name not in new]
    code = [f"drop_rules('{rules[0]}', '{rules[1]}')"]
    keys = [_constraint(name, line) for name in changed for line in _new_keys(old[name], new[name])]
    if keys:
        code += ["if on_postgresql():", *map(_indented, keys)]
    for name in made:
        code += [new[name].text, *new[name].indexes.values()]
    for name in changed:
        was, now = old[name], new[name]
        fresh = {key: f"op.add_column('{name}', {_nullable(line)})" for key, line in now.columns.items()
                 if key not in was.columns}
        code += [fresh[key] for key in _written(now) if key in fresh]
        # SQLite adds no column that it works out itself to a table that is there; it builds the table anew below
        worked_out = [_indented(line) for key, line in fresh.items() if key not in _written(now)]
        code += ["if on_postgresql():", *worked_out] if worked_out else []
        code += [_dropped(name, key) for key, line in was.indexes.items() if now.indexes.get(key) != line]
    strict = [line for name in changed for line in _loosened(name, old[name], new[name])]
    if strict:
        code += ["if on_postgresql():", *map(_indented, strict)]
    code.append(f"run_rows('{rows}')")
    tightened = [line for name in changed for line in _tightened(name, old[name], new[name])]
    if tightened:
        code += ["if on_postgresql():", *map(_indented, tightened)]
    for name in changed:
        indexes = [key for key, line in old[name].indexes.items() if new[name].indexes.get(key) == line]
        code += ["if not on_postgresql():", f"    set_aside('{name}', {indexes!r})",
                 _indented(new[name].text), *map(_indented, new[name].indexes.values()),
                 f"    take_back('{name}', {_written(new[name])!r})"]
    for name in gone:
        code += [_dropped(name, key) for key in old[name].indexes] + [f"op.drop_table('{name}')"]
    code.append(f"make_rules('{rules[1]}', '{rules[0]}')")
    return "\n    ".join(code)


def _written(table: Table) -> list[str]:
    """Columns that are copied; the database works the others out."""
    return [key for key, line in table.columns.items() if "sa.Computed(" not in line]


def _differs(was: Table, now: Table) -> bool:
    return any(getattr(was, part) != getattr(now, part)
               for part in ("columns", "constraints", "indexes", "options"))


def _indented(code: str) -> str:
    return "    " + code.replace("\n", "\n    ")


def _nullable(column: str) -> str:
    return column if "server_default" in column else column.replace("nullable=False", "nullable=True")


def _dropped(table: str, index: str) -> str:
    return f"op.drop_index('{index}', table_name='{table}')"


def _new_keys(was: Table, now: Table) -> list[str]:
    """Unique constraints that hold for any rows, because the id is in them: a new table may refer to them."""
    return [line for key, line in now.constraints.items()
            if key not in was.constraints and line.startswith("sa.UniqueConstraint('id', ")]


def _loosened(name: str, was: Table, now: Table) -> list[str]:
    """What PostgreSQL lets go before the rows change: constraints that differ."""
    return [f"drop_constraint('{name}', '{key}')" for key, line in was.constraints.items()
            if now.constraints.get(key) != line]


def _tightened(name: str, was: Table, now: Table) -> list[str]:
    """What PostgreSQL asks for again once the rows are right."""
    lines = []
    for key, line in now.columns.items():
        if key not in was.columns and _nullable(line) != line:
            lines.append(f"op.alter_column('{name}', '{key}', nullable=False)")
        elif key in was.columns and was.columns[key] != line:
            kind = re.match(r"sa\.Column\('\w+', (.+?), (?:server_default|nullable|autoincrement)", line)
            assert kind is not None, line
            lines.append(f"op.alter_column('{name}', '{key}', type_={kind[1]}, nullable={'nullable=True' in line})")
    gone = [key for key in was.columns if key not in now.columns]
    gone.sort(key=_written(was).__contains__)  # what is worked out from others goes before them
    lines += [f"op.drop_column('{name}', '{key}')" for key in gone]
    for key, line in now.constraints.items():
        if was.constraints.get(key) != line and line not in _new_keys(was, now):
            lines.append(_constraint(name, line))
    lines += [line for key, line in now.indexes.items() if was.indexes.get(key) != line]
    return lines


def _constraint(table: str, line: str) -> str:
    """A constraint of a table's declaration, as it is added to a table that stands."""
    call = ast.parse(line, mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    words = {word.arg: ast.unparse(word.value) for word in call.keywords}
    name, given = words.pop("name"), [ast.unparse(argument) for argument in call.args]
    rest = "".join(f", {key}={value}" for key, value in words.items())
    if call.func.attr == "CheckConstraint":
        return f"op.create_check_constraint({name}, '{table}', {given[0]}{rest})"
    if call.func.attr == "UniqueConstraint":
        return f"op.create_unique_constraint({name}, '{table}', [{', '.join(given)}]{rest})"
    if call.func.attr == "ForeignKeyConstraint":
        columns = [column.split(".") for column in ast.literal_eval(given[1])]
        return (f"op.create_foreign_key({name}, '{table}', '{columns[0][0]}', {given[0]}, "
                f"{[column for _table, column in columns]!r}{rest})")
    raise ValueError(f"write this change of {table} by hand: {line}")


def main(revision: str, message: str) -> None:
    old, previous = before(revision)
    new = declared()
    name = f"{revision}_{re.sub(r'[^a-z]+', '_', message.lower()).strip('_')[:40]}"
    former = previous.split("_")[0]
    up, down = steps(old, new, (former, revision), "rows"), steps(new, old, (revision, former), "rows_back")
    digest = hashlib.sha256(up.encode())
    for dialect in ("sqlite", "postgresql"):
        rules = "\n\n".join(triggers.statements(dialect)) + "\n"
        (VERSIONS / f"{revision}_triggers.{dialect}.sql").write_text(rules, encoding="utf-8", newline="\n")
        digest.update(rules.encode())
        for rows in ("rows", "rows_back"):
            file = VERSIONS / f"{revision}_{rows}.{dialect}.sql"
            file.touch()
            digest.update(file.read_bytes())
    template = (FOLDER / "script.py.mako").read_text(encoding="utf-8")
    text = Template(template).render_unicode(  # noqa: S702 (Python, not HTML)
        message=message, up_revision=f"{revision}_{digest.hexdigest()[:12]}", down_revision=previous or None,
        branch_labels=None, depends_on=None, comma=lambda value: value or "", upgrades=up, downgrades=down)
    for former in VERSIONS.glob(f"{revision}_*.py"):
        former.unlink()
    (VERSIONS / f"{name}.py").write_text(text, encoding="utf-8", newline="\n")
    changed = [table for table in new if table in old and _differs(old[table], new[table])]
    print(f"{name}.py: changed {', '.join(changed) or '-'}; new {', '.join(sorted(new.keys() - old.keys())) or '-'}; "
          f"gone {', '.join(sorted(old.keys() - new.keys())) or '-'}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
