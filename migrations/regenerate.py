"""Write revision 0001 anew from the models: ``python -m migrations.regenerate``. Only until the first release."""

from __future__ import annotations

import hashlib
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateIndexOp, CreateTableOp, DowngradeOps, UpgradeOps
from mako.template import Template

from migrations import rendering
from models import triggers
from models.base import db

FOLDER = Path(__file__).parent
REVISION = "0001"


def main() -> None:
    # Not by comparing with an empty database: on SQLite that leaves out indexes on expressions.
    ops = [made for table in db.metadata.sorted_tables
           for made in (CreateTableOp.from_table(table),
                        *(CreateIndexOp.from_index(index) for index in sorted(table.indexes, key=_name)))]
    for op in ops:
        if isinstance(op, CreateTableOp):
            op.info = {}
    context = MigrationContext.configure(dialect_name="postgresql", opts=rendering.OPTIONS)
    upgrades, downgrades = (
        render_python_code(steps, render_item=rendering.render_item, migration_context=context)
        for steps in (UpgradeOps(ops), DowngradeOps([op.reverse() for op in reversed(ops)])))
    versions = FOLDER / "versions"
    digest = hashlib.sha256(upgrades.encode())
    for dialect in ("sqlite", "postgresql"):
        rules = "\n\n".join(triggers.statements(dialect)) + "\n"
        digest.update(rules.encode())
        (versions / f"{REVISION}_triggers.{dialect}.sql").write_text(rules, encoding="utf-8", newline="\n")
    template = (FOLDER / "script.py.mako").read_text(encoding="utf-8")
    text = Template(template).render_unicode(  # noqa: S702 (Python, not HTML)
        message="The whole hospital: every table, and the rules that the database keeps.",
        # A database of another state of the source has another revision, and is told apart.
        up_revision=f"{REVISION}_{digest.hexdigest()[:12]}", down_revision=None, branch_labels=None, depends_on=None, comma=str,
        upgrades=_own(upgrades) + '\n    run("triggers")',
        downgrades=_own(downgrades) + '\n    if op.get_context().dialect.name == "postgresql":'
        '\n        op.execute("DROP FUNCTION refuse_change(), refuse_line_insert(), refuse_line_change(), activity_head(), '
        'end_access()")')
    (versions / f"{REVISION}_initial.py").write_text(text, encoding="utf-8", newline="\n")


def _name(index: sa.Index) -> str:
    return str(index.name)


def _own(code: str) -> str:
    """Alembic's code without the comments around it."""
    return "\n".join(line for line in code.splitlines() if "commands auto generated" not in line
                     and "end Alembic commands" not in line).strip()


if __name__ == "__main__":
    main()
