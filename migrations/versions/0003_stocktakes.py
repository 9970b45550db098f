"""stocktakes

Revision ID: 0003_07668a65dfba
Revises: 0002_733759f6372d
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0003_07668a65dfba'
down_revision = '0002_733759f6372d'
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
    drop_rules('0002', '0003')
    op.add_column('stocktake', sa.Column('posted_on', sa.Date(), nullable=True))
    op.add_column('stocktake_line', sa.Column('counted_at', MOMENT, nullable=True))
    op.add_column('stocktake_line', sa.Column('count_again', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_stocktake_posted_has_day'), 'stocktake', "state <> 'posted' OR posted_on IS NOT NULL")
        op.create_check_constraint(op.f('ck_stocktake_line_counted_against_ledger'), 'stocktake_line', '(counted_quantity IS NULL) = (system_quantity IS NULL) AND (counted_quantity IS NULL) = (counted_at IS NULL)')
        op.create_check_constraint(op.f('ck_stocktake_line_last_move_of_count'), 'stocktake_line', 'last_move_id IS NULL OR counted_quantity IS NOT NULL')
    if not on_postgresql():
        set_aside('stocktake', ['ix_stocktake_created_by_id', 'ix_stocktake_state', 'ix_stocktake_state_counted_on', 'ix_stocktake_store_id'])
        op.create_table('stocktake',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('counted_on', sa.Date(), nullable=False),
        sa.Column('posted_on', sa.Date(), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state <> 'posted' OR posted_on IS NOT NULL", name=op.f('ck_stocktake_posted_has_day')),
        sa.CheckConstraint("state IN ('draft', 'counting', 'submitted', 'posted', 'cancelled')", name=op.f('ck_stocktake_state_known')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_stocktake_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stocktake_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stocktake')),
        sa.UniqueConstraint('number', name=op.f('uq_stocktake_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stocktake_created_by_id'), 'stocktake', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_stocktake_state'), 'stocktake', ['state'], unique=False)
        op.create_index('ix_stocktake_state_counted_on', 'stocktake', ['state', 'counted_on'], unique=False)
        op.create_index(op.f('ix_stocktake_store_id'), 'stocktake', ['store_id'], unique=False)
        take_back('stocktake', ['id', 'created_by_id', 'store_id', 'counted_on', 'posted_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stocktake_line', ['ix_stocktake_line_batch_id', 'ix_stocktake_line_counted_by_id', 'ix_stocktake_line_item_id', 'ix_stocktake_line_last_move_id', 'ix_stocktake_line_unit_id'])
        op.create_table('stocktake_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('stocktake_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=True),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('system_quantity', exact(14, 3), nullable=True),
        sa.Column('counted_quantity', exact(14, 3), nullable=True),
        sa.Column('variance', exact(14, 3), sa.Computed('counted_quantity - system_quantity', persisted=True), nullable=True),
        sa.Column('last_move_id', KEY, nullable=True),
        sa.Column('counted_at', MOMENT, nullable=True),
        sa.Column('counted_by_id', KEY, nullable=True),
        sa.Column('count_again', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.CheckConstraint('(counted_quantity IS NULL) = (system_quantity IS NULL) AND (counted_quantity IS NULL) = (counted_at IS NULL)', name=op.f('ck_stocktake_line_counted_against_ledger')),
        sa.CheckConstraint('counted_quantity >= 0', name=op.f('ck_stocktake_line_counted_quantity_not_negative')),
        sa.CheckConstraint('last_move_id IS NULL OR counted_quantity IS NOT NULL', name=op.f('ck_stocktake_line_last_move_of_count')),
        sa.CheckConstraint('system_quantity >= 0', name=op.f('ck_stocktake_line_system_quantity_not_negative')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_stocktake_line_batch_id')),
        sa.ForeignKeyConstraint(['counted_by_id'], ['user.id'], name=op.f('fk_stocktake_line_counted_by_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stocktake_line_item_id')),
        sa.ForeignKeyConstraint(['last_move_id'], ['stock_move.id'], name=op.f('fk_stocktake_line_last_move_id')),
        sa.ForeignKeyConstraint(['stocktake_id'], ['stocktake.id'], name=op.f('fk_stocktake_line_stocktake_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_stocktake_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stocktake_line')),
        sa.UniqueConstraint('stocktake_id', 'item_id', 'batch_id', name=op.f('uq_stocktake_line_stocktake_id_item_id_batch_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stocktake_line_batch_id'), 'stocktake_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_counted_by_id'), 'stocktake_line', ['counted_by_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_item_id'), 'stocktake_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_last_move_id'), 'stocktake_line', ['last_move_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_unit_id'), 'stocktake_line', ['unit_id'], unique=False)
        take_back('stocktake_line', ['id', 'stocktake_id', 'item_id', 'batch_id', 'unit_id', 'system_quantity', 'counted_quantity', 'last_move_id', 'counted_at', 'counted_by_id', 'count_again', 'note'])
    make_rules('0003', '0002')


def downgrade() -> None:
    drop_rules('0003', '0002')
    if on_postgresql():
        drop_constraint('stocktake', 'ck_stocktake_posted_has_day')
        drop_constraint('stocktake_line', 'ck_stocktake_line_counted_against_ledger')
        drop_constraint('stocktake_line', 'ck_stocktake_line_last_move_of_count')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('stocktake', 'posted_on')
        op.drop_column('stocktake_line', 'counted_at')
        op.drop_column('stocktake_line', 'count_again')
    if not on_postgresql():
        set_aside('stocktake', ['ix_stocktake_created_by_id', 'ix_stocktake_state', 'ix_stocktake_state_counted_on', 'ix_stocktake_store_id'])
        op.create_table('stocktake',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('counted_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'counting', 'submitted', 'posted', 'cancelled')", name=op.f('ck_stocktake_state_known')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_stocktake_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stocktake_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stocktake')),
        sa.UniqueConstraint('number', name=op.f('uq_stocktake_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stocktake_created_by_id'), 'stocktake', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_stocktake_state'), 'stocktake', ['state'], unique=False)
        op.create_index('ix_stocktake_state_counted_on', 'stocktake', ['state', 'counted_on'], unique=False)
        op.create_index(op.f('ix_stocktake_store_id'), 'stocktake', ['store_id'], unique=False)
        take_back('stocktake', ['id', 'created_by_id', 'store_id', 'counted_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stocktake_line', ['ix_stocktake_line_batch_id', 'ix_stocktake_line_counted_by_id', 'ix_stocktake_line_item_id', 'ix_stocktake_line_last_move_id', 'ix_stocktake_line_unit_id'])
        op.create_table('stocktake_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('stocktake_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=True),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('system_quantity', exact(14, 3), nullable=True),
        sa.Column('counted_quantity', exact(14, 3), nullable=True),
        sa.Column('variance', exact(14, 3), sa.Computed('counted_quantity - system_quantity', persisted=True), nullable=True),
        sa.Column('last_move_id', KEY, nullable=True),
        sa.Column('counted_by_id', KEY, nullable=True),
        sa.Column('note', sa.Text(), nullable=True),
        sa.CheckConstraint('counted_quantity >= 0', name=op.f('ck_stocktake_line_counted_quantity_not_negative')),
        sa.CheckConstraint('system_quantity >= 0', name=op.f('ck_stocktake_line_system_quantity_not_negative')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_stocktake_line_batch_id')),
        sa.ForeignKeyConstraint(['counted_by_id'], ['user.id'], name=op.f('fk_stocktake_line_counted_by_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stocktake_line_item_id')),
        sa.ForeignKeyConstraint(['last_move_id'], ['stock_move.id'], name=op.f('fk_stocktake_line_last_move_id')),
        sa.ForeignKeyConstraint(['stocktake_id'], ['stocktake.id'], name=op.f('fk_stocktake_line_stocktake_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_stocktake_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stocktake_line')),
        sa.UniqueConstraint('stocktake_id', 'item_id', 'batch_id', name=op.f('uq_stocktake_line_stocktake_id_item_id_batch_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stocktake_line_batch_id'), 'stocktake_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_counted_by_id'), 'stocktake_line', ['counted_by_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_item_id'), 'stocktake_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_last_move_id'), 'stocktake_line', ['last_move_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_unit_id'), 'stocktake_line', ['unit_id'], unique=False)
        take_back('stocktake_line', ['id', 'stocktake_id', 'item_id', 'batch_id', 'unit_id', 'system_quantity', 'counted_quantity', 'last_move_id', 'counted_by_id', 'note'])
    make_rules('0002', '0003')
