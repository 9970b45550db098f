"""Stores and purchasing whole

Revision ID: 0005_29bbc03618bd
Revises: 0004_802b76a12fe4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0005_29bbc03618bd'
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
    op.create_table('batch_correction',
    sa.Column('id', KEY, nullable=False),
    sa.Column('batch_id', KEY, nullable=False),
    sa.Column('number_before', sa.String(length=40), nullable=False),
    sa.Column('number_after', sa.String(length=40), nullable=False),
    sa.Column('expires_before', sa.Date(), nullable=True),
    sa.Column('expires_after', sa.Date(), nullable=True),
    sa.Column('joined_to_id', KEY, nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('occurred_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_batch_correction_batch_id')),
    sa.ForeignKeyConstraint(['joined_to_id'], ['stock_batch.id'], name=op.f('fk_batch_correction_joined_to_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_batch_correction_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch_correction')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_batch_correction_batch_id'), 'batch_correction', ['batch_id'], unique=False)
    op.create_index(op.f('ix_batch_correction_joined_to_id'), 'batch_correction', ['joined_to_id'], unique=False)
    op.create_index(op.f('ix_batch_correction_user_id'), 'batch_correction', ['user_id'], unique=False)
    op.add_column('stock_batch', sa.Column('same_as_id', KEY, nullable=True))
    if on_postgresql():
        op.add_column('stock_batch', sa.Column('number_key', sa.String(length=64), sa.Computed("CASE WHEN same_as_id IS NULL THEN lower(replace(number, ' ', '')) END", persisted=True), nullable=True))
    if on_postgresql():
        drop_constraint('stock_batch', 'uq_stock_batch_item_id_number')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_stock_batch_same_as_another'), 'stock_batch', 'same_as_id <> id')
        op.create_foreign_key(op.f('fk_stock_batch_same_as_id'), 'stock_batch', 'stock_batch', ['same_as_id'], ['id'])
        op.create_unique_constraint(op.f('uq_stock_batch_item_id_number_key'), 'stock_batch', ['item_id', 'number_key'])
        op.create_index(op.f('ix_stock_batch_same_as_id'), 'stock_batch', ['same_as_id'], unique=False)
    if not on_postgresql():
        set_aside('stock_batch', ['ix_stock_batch_expires_on'])
        op.create_table('stock_batch',
        sa.Column('id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('expires_on', sa.Date(), nullable=True),
        sa.Column('same_as_id', KEY, nullable=True),
        sa.Column('number_key', sa.String(length=64), sa.Computed("CASE WHEN same_as_id IS NULL THEN lower(replace(number, ' ', '')) END", persisted=True), nullable=True),
        sa.CheckConstraint("number <> '' OR expires_on IS NULL", name=op.f('ck_stock_batch_no_batch_never_expires')),
        sa.CheckConstraint('same_as_id <> id', name=op.f('ck_stock_batch_same_as_another')),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_batch_item_id')),
        sa.ForeignKeyConstraint(['same_as_id'], ['stock_batch.id'], name=op.f('fk_stock_batch_same_as_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_batch')),
        sa.UniqueConstraint('item_id', 'id', name=op.f('uq_stock_batch_item_id_id')),
        sa.UniqueConstraint('item_id', 'number_key', name=op.f('uq_stock_batch_item_id_number_key')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stock_batch_expires_on'), 'stock_batch', ['expires_on'], unique=False)
        op.create_index(op.f('ix_stock_batch_same_as_id'), 'stock_batch', ['same_as_id'], unique=False)
        take_back('stock_batch', ['id', 'item_id', 'number', 'expires_on', 'same_as_id'])
    make_rules('0005', '0004')


def downgrade() -> None:
    drop_rules('0005', '0004')
    op.drop_index('ix_stock_batch_same_as_id', table_name='stock_batch')
    if on_postgresql():
        drop_constraint('stock_batch', 'ck_stock_batch_same_as_another')
        drop_constraint('stock_batch', 'fk_stock_batch_same_as_id')
        drop_constraint('stock_batch', 'uq_stock_batch_item_id_number_key')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('stock_batch', 'number_key')
        op.drop_column('stock_batch', 'same_as_id')
        op.create_unique_constraint(op.f('uq_stock_batch_item_id_number'), 'stock_batch', ['item_id', 'number'])
    if not on_postgresql():
        set_aside('stock_batch', ['ix_stock_batch_expires_on'])
        op.create_table('stock_batch',
        sa.Column('id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('expires_on', sa.Date(), nullable=True),
        sa.CheckConstraint("number <> '' OR expires_on IS NULL", name=op.f('ck_stock_batch_no_batch_never_expires')),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_batch_item_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_batch')),
        sa.UniqueConstraint('item_id', 'id', name=op.f('uq_stock_batch_item_id_id')),
        sa.UniqueConstraint('item_id', 'number', name=op.f('uq_stock_batch_item_id_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stock_batch_expires_on'), 'stock_batch', ['expires_on'], unique=False)
        take_back('stock_batch', ['id', 'item_id', 'number', 'expires_on'])
    op.drop_index('ix_batch_correction_batch_id', table_name='batch_correction')
    op.drop_index('ix_batch_correction_joined_to_id', table_name='batch_correction')
    op.drop_index('ix_batch_correction_user_id', table_name='batch_correction')
    op.drop_table('batch_correction')
    make_rules('0004', '0005')
