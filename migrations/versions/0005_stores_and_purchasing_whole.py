"""Stores and purchasing whole

Revision ID: 0005_e3e4abf576a6
Revises: 0004_802b76a12fe4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0005_e3e4abf576a6'
down_revision = '0004_802b76a12fe4'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.DateTime(), "sqlite")


def exact(precision: int, scale: int) -> sa.types.TypeEngine:
    """An exact decimal; SQLite keeps it as a whole number, scaled."""
    return sa.Numeric(precision, scale).with_variant(sa.BigInteger(), "sqlite")


def by_dialect(**words: str) -> str:
    """The words for the database that is being migrated."""
    return words[op.get_context().dialect.name]


def on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def statements(part: str) -> list[str]:
    """The statements of ``<part>.<dialect>.sql`` beside this file; empty lines part them."""
    script = Path(__file__).with_name(f"{part}.{op.get_context().dialect.name}.sql")
    return [statement.strip() for statement in script.read_text(encoding="utf-8").split("\n\n") if statement.strip()]


def execute(statement: str) -> None:
    op.execute(sa.DDL(statement.replace("%", "%%")))


def drop_rules(revision: str, following: str) -> None:
    """Lift every trigger of `revision`, and what else it has and `following` has not."""
    kept = set(statements(f"{following}_triggers"))
    for statement in reversed(statements(f"{revision}_triggers")):
        words = statement.replace("(", " (").split()
        if words[1] == "TRIGGER":
            on = f" ON {words[words.index('ON') + 1]}" if on_postgresql() else ""
            execute(f"DROP TRIGGER {words[2]}{on}")
        elif statement not in kept and words[1] in ("FUNCTION", "INDEX"):
            execute(f"DROP {words[1]} {words[2]}")
        elif statement not in kept and words[:2] == ["ALTER", "TABLE"]:  # ALTER TABLE t ADD CONSTRAINT name …
            execute(f"ALTER TABLE {words[2]} DROP CONSTRAINT {words[5]}")


def make_rules(revision: str, former: str) -> None:
    """Every trigger of `revision`, and what else it has and `former` had not."""
    there = set(statements(f"{former}_triggers"))
    for statement in statements(f"{revision}_triggers"):
        if statement.split()[1] == "TRIGGER" or statement not in there:
            execute(statement)


def run_rows(part: str) -> None:
    """Bring the rows over, past the checks that stand on SQLite until the tables are built anew."""
    if not on_postgresql():
        op.execute("PRAGMA ignore_check_constraints = ON")
    for statement in statements(f"{revision.partition('_')[0]}_{part}"):
        execute(statement)
    if not on_postgresql():
        op.execute("PRAGMA ignore_check_constraints = OFF")


def drop_constraint(table: str, name: str) -> None:
    """On PostgreSQL, with what a table that goes too still hangs on it."""
    op.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT {name} CASCADE')


def set_aside(table: str, indexes: list[str]) -> None:
    """On SQLite a changed table is built anew: its rows wait under another name, nothing that points at it follows."""
    op.execute("PRAGMA legacy_alter_table = ON")
    for index in indexes:
        op.execute(f"DROP INDEX {index}")
    op.execute(f'ALTER TABLE "{table}" RENAME TO "former_{table}"')
    op.execute("PRAGMA legacy_alter_table = OFF")


def take_back(table: str, columns: list[str]) -> None:
    """The rows into the table as it is now; ids that were given are not given again."""
    names = ", ".join(f'"{column}"' for column in columns)
    op.execute(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM "former_{table}"')
    op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{table}' AND EXISTS "
               f"(SELECT 1 FROM sqlite_sequence WHERE name = 'former_{table}')")
    op.execute(f"UPDATE sqlite_sequence SET name = '{table}' WHERE name = 'former_{table}'")
    op.execute(f'DROP TABLE "former_{table}"')


def upgrade() -> None:
    drop_rules('0004', '0005')
    op.add_column('list_import', sa.Column('decimal_mark', sa.String(length=1), nullable=True))
    op.add_column('list_import', sa.Column('answers', sa.JSON(), server_default='{}', nullable=False))
    op.add_column('list_import', sa.Column('written', sa.JSON(), server_default='[]', nullable=False))
    if on_postgresql():
        drop_constraint('list_import', 'ck_list_import_kind_known')
        drop_constraint('list_import', 'ck_list_import_only_applied_stock_is_reversed')
        drop_constraint('list_import', 'ck_list_import_applied_by_somebody')
    run_rows('rows')
    if on_postgresql():
        op.alter_column('list_import', 'kind', type_=sa.String(length=63), nullable=False)
        op.alter_column('list_import', 'uploaded_by_id', type_=KEY, nullable=True)
        op.create_check_constraint(op.f('ck_list_import_applied_by_somebody'), 'list_import', 'applied_at IS NULL OR applied_by_id IS NOT NULL OR uploaded_by_id IS NULL')
        op.create_check_constraint(op.f('ck_list_import_applied_when'), 'list_import', 'applied_by_id IS NULL OR applied_at IS NOT NULL')
        op.create_check_constraint(op.f('ck_list_import_only_applied_is_reversed'), 'list_import', 'reversed_at IS NULL OR applied_at IS NOT NULL')
    if not on_postgresql():
        set_aside('list_import', ['ix_list_import_applied_by_id', 'ix_list_import_reversed_by_id', 'ix_list_import_uploaded_by_id'])
        op.create_table('list_import',
        sa.Column('id', KEY, nullable=False),
        sa.Column('kind', sa.String(length=63), nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('sheet', sa.Text(), nullable=True),
        sa.Column('sheets', sa.JSON(), server_default='[]', nullable=False),
        sa.Column('posted_on', sa.Date(), nullable=True),
        sa.Column('new_rows', sa.Integer(), nullable=False),
        sa.Column('changed_rows', sa.Integer(), nullable=False),
        sa.Column('same_rows', sa.Integer(), nullable=False),
        sa.Column('wrong_rows', sa.Integer(), nullable=False),
        sa.Column('decimal_mark', sa.String(length=1), nullable=True),
        sa.Column('answers', sa.JSON(), server_default='{}', nullable=False),
        sa.Column('findings', sa.JSON(), nullable=False),
        sa.Column('plan', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('digest', sa.String(length=64), server_default='', nullable=False),
        sa.Column('written', sa.JSON(), server_default='[]', nullable=False),
        sa.Column('uploaded_by_id', KEY, nullable=True),
        sa.Column('uploaded_at', MOMENT, nullable=False),
        sa.Column('applied_by_id', KEY, nullable=True),
        sa.Column('applied_at', MOMENT, nullable=True),
        sa.Column('reversed_by_id', KEY, nullable=True),
        sa.Column('reversed_at', MOMENT, nullable=True),
        sa.Column('reversal_reason', sa.String(length=500), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("applied_at IS NULL OR digest <> ''", name=op.f('ck_list_import_applied_as_previewed')),
        sa.CheckConstraint("kind <> 'opening_stock' OR posted_on IS NOT NULL", name=op.f('ck_list_import_opening_stock_has_a_day')),
        sa.CheckConstraint('(reversed_at IS NULL) = (reversed_by_id IS NULL)', name=op.f('ck_list_import_reversed_by_somebody')),
        sa.CheckConstraint('applied_at IS NULL OR applied_by_id IS NOT NULL OR uploaded_by_id IS NULL', name=op.f('ck_list_import_applied_by_somebody')),
        sa.CheckConstraint('applied_at IS NULL OR wrong_rows = 0', name=op.f('ck_list_import_applied_without_wrong_rows')),
        sa.CheckConstraint('applied_by_id IS NULL OR applied_at IS NOT NULL', name=op.f('ck_list_import_applied_when')),
        sa.CheckConstraint('reversed_at IS NULL OR applied_at IS NOT NULL', name=op.f('ck_list_import_only_applied_is_reversed')),
        sa.ForeignKeyConstraint(['applied_by_id'], ['user.id'], name=op.f('fk_list_import_applied_by_id')),
        sa.ForeignKeyConstraint(['reversed_by_id'], ['user.id'], name=op.f('fk_list_import_reversed_by_id')),
        sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk_list_import_uploaded_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_list_import')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_list_import_applied_by_id'), 'list_import', ['applied_by_id'], unique=False)
        op.create_index(op.f('ix_list_import_reversed_by_id'), 'list_import', ['reversed_by_id'], unique=False)
        op.create_index(op.f('ix_list_import_uploaded_by_id'), 'list_import', ['uploaded_by_id'], unique=False)
        take_back('list_import', ['id', 'kind', 'file_name', 'content', 'sha256', 'sheet', 'sheets', 'posted_on', 'new_rows', 'changed_rows', 'same_rows', 'wrong_rows', 'decimal_mark', 'answers', 'findings', 'plan', 'digest', 'written', 'uploaded_by_id', 'uploaded_at', 'applied_by_id', 'applied_at', 'reversed_by_id', 'reversed_at', 'reversal_reason', 'version'])
    make_rules('0005', '0004')


def downgrade() -> None:
    drop_rules('0005', '0004')
    if on_postgresql():
        drop_constraint('list_import', 'ck_list_import_applied_by_somebody')
        drop_constraint('list_import', 'ck_list_import_applied_when')
        drop_constraint('list_import', 'ck_list_import_only_applied_is_reversed')
    run_rows('rows_back')
    if on_postgresql():
        op.alter_column('list_import', 'kind', type_=sa.String(32), nullable=False)
        op.alter_column('list_import', 'uploaded_by_id', type_=KEY, nullable=False)
        op.drop_column('list_import', 'decimal_mark')
        op.drop_column('list_import', 'answers')
        op.drop_column('list_import', 'written')
        op.create_check_constraint(op.f('ck_list_import_kind_known'), 'list_import', "kind IN ('item', 'item_category', 'unit_conversion', 'supplier', 'work_unit', 'store', 'shelf', 'opening_stock')")
        op.create_check_constraint(op.f('ck_list_import_only_applied_stock_is_reversed'), 'list_import', "reversed_at IS NULL OR (applied_at IS NOT NULL AND kind = 'opening_stock')")
        op.create_check_constraint(op.f('ck_list_import_applied_by_somebody'), 'list_import', '(applied_at IS NULL) = (applied_by_id IS NULL)')
    if not on_postgresql():
        set_aside('list_import', ['ix_list_import_applied_by_id', 'ix_list_import_reversed_by_id', 'ix_list_import_uploaded_by_id'])
        op.create_table('list_import',
        sa.Column('id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('sheet', sa.Text(), nullable=True),
        sa.Column('sheets', sa.JSON(), server_default='[]', nullable=False),
        sa.Column('posted_on', sa.Date(), nullable=True),
        sa.Column('new_rows', sa.Integer(), nullable=False),
        sa.Column('changed_rows', sa.Integer(), nullable=False),
        sa.Column('same_rows', sa.Integer(), nullable=False),
        sa.Column('wrong_rows', sa.Integer(), nullable=False),
        sa.Column('findings', sa.JSON(), nullable=False),
        sa.Column('plan', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('digest', sa.String(length=64), server_default='', nullable=False),
        sa.Column('uploaded_by_id', KEY, nullable=False),
        sa.Column('uploaded_at', MOMENT, nullable=False),
        sa.Column('applied_by_id', KEY, nullable=True),
        sa.Column('applied_at', MOMENT, nullable=True),
        sa.Column('reversed_by_id', KEY, nullable=True),
        sa.Column('reversed_at', MOMENT, nullable=True),
        sa.Column('reversal_reason', sa.String(length=500), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("applied_at IS NULL OR digest <> ''", name=op.f('ck_list_import_applied_as_previewed')),
        sa.CheckConstraint("kind <> 'opening_stock' OR posted_on IS NOT NULL", name=op.f('ck_list_import_opening_stock_has_a_day')),
        sa.CheckConstraint("kind IN ('item', 'item_category', 'unit_conversion', 'supplier', 'work_unit', 'store', 'shelf', 'opening_stock')", name=op.f('ck_list_import_kind_known')),
        sa.CheckConstraint("reversed_at IS NULL OR (applied_at IS NOT NULL AND kind = 'opening_stock')", name=op.f('ck_list_import_only_applied_stock_is_reversed')),
        sa.CheckConstraint('(applied_at IS NULL) = (applied_by_id IS NULL)', name=op.f('ck_list_import_applied_by_somebody')),
        sa.CheckConstraint('(reversed_at IS NULL) = (reversed_by_id IS NULL)', name=op.f('ck_list_import_reversed_by_somebody')),
        sa.CheckConstraint('applied_at IS NULL OR wrong_rows = 0', name=op.f('ck_list_import_applied_without_wrong_rows')),
        sa.ForeignKeyConstraint(['applied_by_id'], ['user.id'], name=op.f('fk_list_import_applied_by_id')),
        sa.ForeignKeyConstraint(['reversed_by_id'], ['user.id'], name=op.f('fk_list_import_reversed_by_id')),
        sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk_list_import_uploaded_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_list_import')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_list_import_applied_by_id'), 'list_import', ['applied_by_id'], unique=False)
        op.create_index(op.f('ix_list_import_reversed_by_id'), 'list_import', ['reversed_by_id'], unique=False)
        op.create_index(op.f('ix_list_import_uploaded_by_id'), 'list_import', ['uploaded_by_id'], unique=False)
        take_back('list_import', ['id', 'kind', 'file_name', 'content', 'sha256', 'sheet', 'sheets', 'posted_on', 'new_rows', 'changed_rows', 'same_rows', 'wrong_rows', 'findings', 'plan', 'digest', 'uploaded_by_id', 'uploaded_at', 'applied_by_id', 'applied_at', 'reversed_by_id', 'reversed_at', 'reversal_reason', 'version'])
    make_rules('0004', '0005')
