"""Stores and purchasing whole

Revision ID: 0005_00e94c99e9bb
Revises: 0004_802b76a12fe4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0005_00e94c99e9bb'
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
    op.add_column('stock_transfer', sa.Column('received_on', sa.Date(), nullable=True))
    op.add_column('supplier_return', sa.Column('goods_lost', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('stock_transfer_line', sa.Column('arrived_quantity', exact(14, 3), nullable=True))
    op.add_column('stock_transfer_line', sa.Column('is_lost', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('stock_transfer_line', sa.Column('moved_quantity', exact(14, 3), nullable=True))
    op.add_column('spoilage_line', sa.Column('moved_quantity', exact(14, 3), nullable=True))
    op.add_column('supplier_return_line', sa.Column('moved_quantity', exact(14, 3), nullable=True))
    if on_postgresql():
        drop_constraint('shelf', 'uq_shelf_store_id_item_id')
        drop_constraint('spoilage', 'ck_spoilage_state_known')
        drop_constraint('stock_move', 'ck_stock_move_kind_known')
        drop_constraint('stock_move', 'posted_once')
        drop_constraint('stock_transfer', 'ck_stock_transfer_state_known')
        drop_constraint('supplier_return', 'ck_supplier_return_resolution_known')
        drop_constraint('unit_return', 'ck_unit_return_state_known')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
    run_rows('rows')
    if on_postgresql():
        op.create_unique_constraint(op.f('uq_shelf_store_id_item_id_location'), 'shelf', ['store_id', 'item_id', 'location'])
        op.create_check_constraint(op.f('ck_spoilage_state_known'), 'spoilage', "state IN ('draft', 'submitted', 'posted', 'reversed', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_stock_move_kind_known'), 'stock_move', "kind IN ('receipt', 'delivery', 'supplier_return', 'unit_return', 'spoilage', 'stocktake', 'transfer_out', 'transfer_in', 'came_back', 'dispensing', 'maintenance', 'opening', 'reversal')")
        op.create_index('uq_stock_move_posted_once', 'stock_move', ['document_type', 'document_id', 'line_id', 'batch_id', 'kind'], unique=True, sqlite_where=sa.text("kind NOT IN ('reversal', 'came_back')"), postgresql_where=sa.text("kind NOT IN ('reversal', 'came_back')"))
        op.create_check_constraint(op.f('ck_stock_transfer_state_known'), 'stock_transfer', "state IN ('draft', 'submitted', 'sent', 'posted', 'reversed', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_supplier_return_resolution_known'), 'supplier_return', "resolution IN ('replaced', 'credited', 'refused')")
        op.create_check_constraint(op.f('ck_unit_return_state_known'), 'unit_return', "state IN ('draft', 'submitted', 'accepted', 'reversed', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_stock_transfer_line_arrived_is_moved'), 'stock_transfer_line', 'arrived_quantity >= 0 AND arrived_quantity <= moved_quantity')
        op.create_check_constraint(op.f('ck_stock_transfer_line_moved_is_approved'), 'stock_transfer_line', 'moved_quantity >= 0 AND moved_quantity <= quantity * factor')
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'price_variance', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.create_check_constraint(op.f('ck_spoilage_line_moved_is_approved'), 'spoilage_line', 'moved_quantity >= 0 AND moved_quantity <= quantity * factor')
        op.create_check_constraint(op.f('ck_supplier_return_line_moved_is_approved'), 'supplier_return_line', 'moved_quantity >= 0 AND moved_quantity <= quantity * factor')
    if not on_postgresql():
        set_aside('shelf', ['ix_shelf_item_id'])
        op.create_table('shelf',
        sa.Column('id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('location', sa.String(length=20), nullable=False),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("location = trim(location) AND location <> ''", name=op.f('ck_shelf_location_is_written')),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_shelf_item_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_shelf_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_shelf')),
        sa.UniqueConstraint('store_id', 'item_id', 'location', name=op.f('uq_shelf_store_id_item_id_location')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_shelf_item_id'), 'shelf', ['item_id'], unique=False)
        take_back('shelf', ['id', 'store_id', 'item_id', 'location', 'version'])
    if not on_postgresql():
        set_aside('spoilage', ['ix_spoilage_account_id', 'ix_spoilage_created_by_id', 'ix_spoilage_state', 'ix_spoilage_state_spoiled_on', 'ix_spoilage_store_id'])
        op.create_table('spoilage',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('spoiled_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'posted', 'reversed', 'rejected', 'cancelled')", name=op.f('ck_spoilage_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_spoilage_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_spoilage_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_spoilage_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_spoilage')),
        sa.UniqueConstraint('number', name=op.f('uq_spoilage_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_spoilage_account_id'), 'spoilage', ['account_id'], unique=False)
        op.create_index(op.f('ix_spoilage_created_by_id'), 'spoilage', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_spoilage_state'), 'spoilage', ['state'], unique=False)
        op.create_index('ix_spoilage_state_spoiled_on', 'spoilage', ['state', 'spoiled_on'], unique=False)
        op.create_index(op.f('ix_spoilage_store_id'), 'spoilage', ['store_id'], unique=False)
        take_back('spoilage', ['id', 'created_by_id', 'account_id', 'store_id', 'spoiled_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stock_move', ['ix_stock_move_batch_id', 'ix_stock_move_card', 'ix_stock_move_item', 'ix_stock_move_moved_on', 'ix_stock_move_user_id'])
        op.create_table('stock_move',
        sa.Column('id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('unit_cost', exact(18, 6), nullable=False),
        sa.Column('value', exact(18, 2), nullable=False),
        sa.Column('document_type', sa.String(length=40), nullable=False),
        sa.Column('document_id', KEY, nullable=False),
        sa.Column('line_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.Column('moved_on', sa.Date(), nullable=False),
        sa.Column('reverses_id', KEY, nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f('ck_stock_move_reversal_names_move')),
        sa.CheckConstraint("kind IN ('receipt', 'delivery', 'supplier_return', 'unit_return', 'spoilage', 'stocktake', 'transfer_out', 'transfer_in', 'came_back', 'dispensing', 'maintenance', 'opening', 'reversal')", name=op.f('ck_stock_move_kind_known')),
        sa.CheckConstraint('(quantity > 0 AND value >= 0) OR (quantity < 0 AND value <= 0)', name=op.f('ck_stock_move_value_has_same_sign')),
        sa.CheckConstraint('quantity <> 0', name=op.f('ck_stock_move_quantity_moves')),
        sa.CheckConstraint('unit_cost >= 0', name=op.f('ck_stock_move_unit_cost_not_negative')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_stock_move_batch_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_move_item_id')),
        sa.ForeignKeyConstraint(['reverses_id'], ['stock_move.id'], name=op.f('fk_stock_move_reverses_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stock_move_store_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_stock_move_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_move')),
        sa.UniqueConstraint('reverses_id', name=op.f('uq_stock_move_reverses_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stock_move_batch_id'), 'stock_move', ['batch_id'], unique=False)
        op.create_index('ix_stock_move_card', 'stock_move', ['store_id', 'item_id', 'moved_on', 'id'], unique=False)
        op.create_index('ix_stock_move_item', 'stock_move', ['item_id', 'id'], unique=False)
        op.create_index('ix_stock_move_moved_on', 'stock_move', ['moved_on', 'id'], unique=False)
        op.create_index(op.f('ix_stock_move_user_id'), 'stock_move', ['user_id'], unique=False)
        op.create_index('uq_stock_move_posted_once', 'stock_move', ['document_type', 'document_id', 'line_id', 'batch_id', 'kind'], unique=True, sqlite_where=sa.text("kind NOT IN ('reversal', 'came_back')"), postgresql_where=sa.text("kind NOT IN ('reversal', 'came_back')"))
        take_back('stock_move', ['id', 'store_id', 'item_id', 'batch_id', 'quantity', 'unit_cost', 'value', 'document_type', 'document_id', 'line_id', 'kind', 'user_id', 'occurred_at', 'moved_on', 'reverses_id', 'reason'])
    if not on_postgresql():
        set_aside('stock_transfer', ['ix_stock_transfer_created_by_id', 'ix_stock_transfer_state', 'ix_stock_transfer_state_transferred_on', 'ix_stock_transfer_store_id', 'ix_stock_transfer_to_store_id'])
        op.create_table('stock_transfer',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('to_store_id', KEY, nullable=False),
        sa.Column('transferred_on', sa.Date(), nullable=False),
        sa.Column('received_on', sa.Date(), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'sent', 'posted', 'reversed', 'rejected', 'cancelled')", name=op.f('ck_stock_transfer_state_known')),
        sa.CheckConstraint('store_id <> to_store_id', name=op.f('ck_stock_transfer_two_stores')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_stock_transfer_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stock_transfer_store_id')),
        sa.ForeignKeyConstraint(['to_store_id'], ['store.id'], name=op.f('fk_stock_transfer_to_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_transfer')),
        sa.UniqueConstraint('number', name=op.f('uq_stock_transfer_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stock_transfer_created_by_id'), 'stock_transfer', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_state'), 'stock_transfer', ['state'], unique=False)
        op.create_index('ix_stock_transfer_state_transferred_on', 'stock_transfer', ['state', 'transferred_on'], unique=False)
        op.create_index(op.f('ix_stock_transfer_store_id'), 'stock_transfer', ['store_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_to_store_id'), 'stock_transfer', ['to_store_id'], unique=False)
        take_back('stock_transfer', ['id', 'created_by_id', 'store_id', 'to_store_id', 'transferred_on', 'received_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('supplier_return', ['ix_supplier_return_account_id', 'ix_supplier_return_created_by_id', 'ix_supplier_return_state', 'ix_supplier_return_state_returned_on', 'ix_supplier_return_store_id', 'ix_supplier_return_supplier_id'])
        op.create_table('supplier_return',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('returned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('resolution', sa.String(32), nullable=True),
        sa.Column('supplier_reference', sa.String(length=100), nullable=True),
        sa.Column('goods_lost', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('credit_net', exact(18, 2), nullable=True),
        sa.Column('credit_vat', exact(18, 2), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("resolution IN ('replaced', 'credited', 'refused')", name=op.f('ck_supplier_return_resolution_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_supplier_return_state_known')),
        sa.CheckConstraint('(credit_net IS NULL) = (credit_vat IS NULL)', name=op.f('ck_supplier_return_credit_has_net_and_vat')),
        sa.CheckConstraint('credit_net >= 0', name=op.f('ck_supplier_return_credit_net_not_negative')),
        sa.CheckConstraint('credit_vat >= 0', name=op.f('ck_supplier_return_credit_vat_not_negative')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_supplier_return_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_supplier_return_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_supplier_return_store_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_return_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_return')),
        sa.UniqueConstraint('number', name=op.f('uq_supplier_return_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_return_account_id'), 'supplier_return', ['account_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_created_by_id'), 'supplier_return', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_state'), 'supplier_return', ['state'], unique=False)
        op.create_index('ix_supplier_return_state_returned_on', 'supplier_return', ['state', 'returned_on'], unique=False)
        op.create_index(op.f('ix_supplier_return_store_id'), 'supplier_return', ['store_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_supplier_id'), 'supplier_return', ['supplier_id'], unique=False)
        take_back('supplier_return', ['id', 'created_by_id', 'account_id', 'supplier_id', 'store_id', 'returned_on', 'state', 'resolution', 'supplier_reference', 'goods_lost', 'credit_net', 'credit_vat', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('unit_return', ['ix_unit_return_account_id', 'ix_unit_return_created_by_id', 'ix_unit_return_state', 'ix_unit_return_state_returned_on', 'ix_unit_return_store_id', 'ix_unit_return_work_unit_id'])
        op.create_table('unit_return',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('work_unit_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('returned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'accepted', 'reversed', 'rejected', 'cancelled')", name=op.f('ck_unit_return_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_unit_return_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_unit_return_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_unit_return_store_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_unit_return_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_return')),
        sa.UniqueConstraint('number', name=op.f('uq_unit_return_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_unit_return_account_id'), 'unit_return', ['account_id'], unique=False)
        op.create_index(op.f('ix_unit_return_created_by_id'), 'unit_return', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_unit_return_state'), 'unit_return', ['state'], unique=False)
        op.create_index('ix_unit_return_state_returned_on', 'unit_return', ['state', 'returned_on'], unique=False)
        op.create_index(op.f('ix_unit_return_store_id'), 'unit_return', ['store_id'], unique=False)
        op.create_index(op.f('ix_unit_return_work_unit_id'), 'unit_return', ['work_unit_id'], unique=False)
        take_back('unit_return', ['id', 'created_by_id', 'work_unit_id', 'account_id', 'store_id', 'returned_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stock_transfer_line', ['ix_stock_transfer_line_batch_id', 'ix_stock_transfer_line_item_id', 'ix_stock_transfer_line_stock_transfer_id', 'ix_stock_transfer_line_unit_id'])
        op.create_table('stock_transfer_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('stock_transfer_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=True),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('arrived_quantity', exact(14, 3), nullable=True),
        sa.Column('is_lost', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('moved_quantity', exact(14, 3), nullable=True),
        sa.CheckConstraint('arrived_quantity >= 0 AND arrived_quantity <= moved_quantity', name=op.f('ck_stock_transfer_line_arrived_is_moved')),
        sa.CheckConstraint('factor > 0', name=op.f('ck_stock_transfer_line_factor_positive')),
        sa.CheckConstraint('moved_quantity >= 0 AND moved_quantity <= quantity * factor', name=op.f('ck_stock_transfer_line_moved_is_approved')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_stock_transfer_line_quantity_positive')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_stock_transfer_line_batch_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_transfer_line_item_id')),
        sa.ForeignKeyConstraint(['stock_transfer_id'], ['stock_transfer.id'], name=op.f('fk_stock_transfer_line_stock_transfer_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_stock_transfer_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_transfer_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stock_transfer_line_batch_id'), 'stock_transfer_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_line_item_id'), 'stock_transfer_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_line_stock_transfer_id'), 'stock_transfer_line', ['stock_transfer_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_line_unit_id'), 'stock_transfer_line', ['unit_id'], unique=False)
        take_back('stock_transfer_line', ['id', 'stock_transfer_id', 'item_id', 'unit_id', 'batch_id', 'quantity', 'factor', 'arrived_quantity', 'is_lost', 'moved_quantity'])
    if not on_postgresql():
        set_aside('journal_line', ['ix_journal_line_account_id', 'ix_journal_line_entry_id', 'ix_journal_line_purpose'])
        op.create_table('journal_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('entry_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('purpose', sa.String(32), nullable=False),
        sa.Column('debit', exact(18, 2), nullable=False),
        sa.Column('credit', exact(18, 2), nullable=False),
        sa.CheckConstraint("purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'price_variance', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')", name=op.f('ck_journal_line_purpose_known')),
        sa.CheckConstraint('(debit = 0) <> (credit = 0)', name=op.f('ck_journal_line_one_sided')),
        sa.CheckConstraint('debit >= 0 AND credit >= 0', name=op.f('ck_journal_line_sides_not_negative')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_journal_line_account_id')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'], name=op.f('fk_journal_line_entry_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_journal_line_account_id'), 'journal_line', ['account_id'], unique=False)
        op.create_index(op.f('ix_journal_line_entry_id'), 'journal_line', ['entry_id'], unique=False)
        op.create_index(op.f('ix_journal_line_purpose'), 'journal_line', ['purpose'], unique=False)
        take_back('journal_line', ['id', 'entry_id', 'account_id', 'purpose', 'debit', 'credit'])
    if not on_postgresql():
        set_aside('spoilage_line', ['ix_spoilage_line_batch_id', 'ix_spoilage_line_goods_receipt_id', 'ix_spoilage_line_item_id', 'ix_spoilage_line_spoilage_id', 'ix_spoilage_line_unit_id'])
        op.create_table('spoilage_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('spoilage_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('goods_receipt_id', KEY, nullable=True),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=True),
        sa.Column('unit_cost', exact(18, 6), nullable=True),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('cause', sa.Text(), nullable=True),
        sa.Column('moved_quantity', exact(14, 3), nullable=True),
        sa.CheckConstraint('factor > 0', name=op.f('ck_spoilage_line_factor_positive')),
        sa.CheckConstraint('moved_quantity >= 0 AND moved_quantity <= quantity * factor', name=op.f('ck_spoilage_line_moved_is_approved')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_spoilage_line_quantity_positive')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_spoilage_line_batch_id')),
        sa.ForeignKeyConstraint(['goods_receipt_id'], ['goods_receipt.id'], name=op.f('fk_spoilage_line_goods_receipt_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_spoilage_line_item_id')),
        sa.ForeignKeyConstraint(['spoilage_id'], ['spoilage.id'], name=op.f('fk_spoilage_line_spoilage_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_spoilage_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_spoilage_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_spoilage_line_batch_id'), 'spoilage_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_spoilage_line_goods_receipt_id'), 'spoilage_line', ['goods_receipt_id'], unique=False)
        op.create_index(op.f('ix_spoilage_line_item_id'), 'spoilage_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_spoilage_line_spoilage_id'), 'spoilage_line', ['spoilage_id'], unique=False)
        op.create_index(op.f('ix_spoilage_line_unit_id'), 'spoilage_line', ['unit_id'], unique=False)
        take_back('spoilage_line', ['id', 'spoilage_id', 'item_id', 'goods_receipt_id', 'unit_id', 'batch_id', 'unit_cost', 'quantity', 'factor', 'cause', 'moved_quantity'])
    if not on_postgresql():
        set_aside('supplier_return_line', ['ix_supplier_return_line_goods_receipt_id', 'ix_supplier_return_line_goods_receipt_line_id', 'ix_supplier_return_line_item_id', 'ix_supplier_return_line_supplier_return_id', 'ix_supplier_return_line_unit_id'])
        op.create_table('supplier_return_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('supplier_return_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('goods_receipt_id', KEY, nullable=False),
        sa.Column('goods_receipt_line_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('credited_quantity', exact(14, 3), nullable=True),
        sa.Column('moved_quantity', exact(14, 3), nullable=True),
        sa.CheckConstraint('credited_quantity >= 0 AND credited_quantity <= quantity * factor', name=op.f('ck_supplier_return_line_credited_is_returned')),
        sa.CheckConstraint('factor > 0', name=op.f('ck_supplier_return_line_factor_positive')),
        sa.CheckConstraint('moved_quantity >= 0 AND moved_quantity <= quantity * factor', name=op.f('ck_supplier_return_line_moved_is_approved')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_supplier_return_line_quantity_positive')),
        sa.ForeignKeyConstraint(['goods_receipt_id'], ['goods_receipt.id'], name=op.f('fk_supplier_return_line_goods_receipt_id')),
        sa.ForeignKeyConstraint(['goods_receipt_line_id'], ['goods_receipt_line.id'], name=op.f('fk_supplier_return_line_goods_receipt_line_id')),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_supplier_return_line_item_id')),
        sa.ForeignKeyConstraint(['supplier_return_id'], ['supplier_return.id'], name=op.f('fk_supplier_return_line_supplier_return_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_supplier_return_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_return_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_return_line_goods_receipt_id'), 'supplier_return_line', ['goods_receipt_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_line_goods_receipt_line_id'), 'supplier_return_line', ['goods_receipt_line_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_line_item_id'), 'supplier_return_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_line_supplier_return_id'), 'supplier_return_line', ['supplier_return_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_line_unit_id'), 'supplier_return_line', ['unit_id'], unique=False)
        take_back('supplier_return_line', ['id', 'supplier_return_id', 'item_id', 'goods_receipt_id', 'goods_receipt_line_id', 'unit_id', 'quantity', 'factor', 'reason', 'credited_quantity', 'moved_quantity'])
    make_rules('0005', '0004')


def downgrade() -> None:
    drop_rules('0005', '0004')
    op.drop_index('uq_stock_move_posted_once', table_name='stock_move')
    if on_postgresql():
        drop_constraint('shelf', 'uq_shelf_store_id_item_id_location')
        drop_constraint('spoilage', 'ck_spoilage_state_known')
        drop_constraint('stock_move', 'ck_stock_move_kind_known')
        drop_constraint('stock_transfer', 'ck_stock_transfer_state_known')
        drop_constraint('supplier_return', 'ck_supplier_return_resolution_known')
        drop_constraint('unit_return', 'ck_unit_return_state_known')
        drop_constraint('stock_transfer_line', 'ck_stock_transfer_line_arrived_is_moved')
        drop_constraint('stock_transfer_line', 'ck_stock_transfer_line_moved_is_approved')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
        drop_constraint('spoilage_line', 'ck_spoilage_line_moved_is_approved')
        drop_constraint('supplier_return_line', 'ck_supplier_return_line_moved_is_approved')
    run_rows('rows_back')
    if on_postgresql():
        op.create_unique_constraint(op.f('uq_shelf_store_id_item_id'), 'shelf', ['store_id', 'item_id'])
        op.create_check_constraint(op.f('ck_spoilage_state_known'), 'spoilage', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_stock_move_kind_known'), 'stock_move', "kind IN ('receipt', 'delivery', 'supplier_return', 'unit_return', 'spoilage', 'stocktake', 'transfer_out', 'transfer_in', 'dispensing', 'maintenance', 'opening', 'reversal')")
        op.create_unique_constraint('posted_once', 'stock_move', ['document_type', 'document_id', 'line_id', 'batch_id', 'kind'])
        op.drop_column('stock_transfer', 'received_on')
        op.create_check_constraint(op.f('ck_stock_transfer_state_known'), 'stock_transfer', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')")
        op.drop_column('supplier_return', 'goods_lost')
        op.create_check_constraint(op.f('ck_supplier_return_resolution_known'), 'supplier_return', "resolution IN ('replaced', 'credited')")
        op.create_check_constraint(op.f('ck_unit_return_state_known'), 'unit_return', "state IN ('draft', 'submitted', 'accepted', 'rejected', 'cancelled')")
        op.drop_column('stock_transfer_line', 'arrived_quantity')
        op.drop_column('stock_transfer_line', 'is_lost')
        op.drop_column('stock_transfer_line', 'moved_quantity')
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'price_variance', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.drop_column('spoilage_line', 'moved_quantity')
        op.drop_column('supplier_return_line', 'moved_quantity')
    if not on_postgresql():
        set_aside('shelf', ['ix_shelf_item_id'])
        op.create_table('shelf',
        sa.Column('id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('location', sa.String(length=20), nullable=False),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("location = trim(location) AND location <> ''", name=op.f('ck_shelf_location_is_written')),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_shelf_item_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_shelf_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_shelf')),
        sa.UniqueConstraint('store_id', 'item_id', name=op.f('uq_shelf_store_id_item_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_shelf_item_id'), 'shelf', ['item_id'], unique=False)
        take_back('shelf', ['id', 'store_id', 'item_id', 'location', 'version'])
    if not on_postgresql():
        set_aside('spoilage', ['ix_spoilage_account_id', 'ix_spoilage_created_by_id', 'ix_spoilage_state', 'ix_spoilage_state_spoiled_on', 'ix_spoilage_store_id'])
        op.create_table('spoilage',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('spoiled_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')", name=op.f('ck_spoilage_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_spoilage_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_spoilage_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_spoilage_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_spoilage')),
        sa.UniqueConstraint('number', name=op.f('uq_spoilage_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_spoilage_account_id'), 'spoilage', ['account_id'], unique=False)
        op.create_index(op.f('ix_spoilage_created_by_id'), 'spoilage', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_spoilage_state'), 'spoilage', ['state'], unique=False)
        op.create_index('ix_spoilage_state_spoiled_on', 'spoilage', ['state', 'spoiled_on'], unique=False)
        op.create_index(op.f('ix_spoilage_store_id'), 'spoilage', ['store_id'], unique=False)
        take_back('spoilage', ['id', 'created_by_id', 'account_id', 'store_id', 'spoiled_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stock_move', ['ix_stock_move_batch_id', 'ix_stock_move_card', 'ix_stock_move_item', 'ix_stock_move_moved_on', 'ix_stock_move_user_id'])
        op.create_table('stock_move',
        sa.Column('id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('unit_cost', exact(18, 6), nullable=False),
        sa.Column('value', exact(18, 2), nullable=False),
        sa.Column('document_type', sa.String(length=40), nullable=False),
        sa.Column('document_id', KEY, nullable=False),
        sa.Column('line_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.Column('moved_on', sa.Date(), nullable=False),
        sa.Column('reverses_id', KEY, nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f('ck_stock_move_reversal_names_move')),
        sa.CheckConstraint("kind IN ('receipt', 'delivery', 'supplier_return', 'unit_return', 'spoilage', 'stocktake', 'transfer_out', 'transfer_in', 'dispensing', 'maintenance', 'opening', 'reversal')", name=op.f('ck_stock_move_kind_known')),
        sa.CheckConstraint('(quantity > 0 AND value >= 0) OR (quantity < 0 AND value <= 0)', name=op.f('ck_stock_move_value_has_same_sign')),
        sa.CheckConstraint('quantity <> 0', name=op.f('ck_stock_move_quantity_moves')),
        sa.CheckConstraint('unit_cost >= 0', name=op.f('ck_stock_move_unit_cost_not_negative')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_stock_move_batch_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_move_item_id')),
        sa.ForeignKeyConstraint(['reverses_id'], ['stock_move.id'], name=op.f('fk_stock_move_reverses_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stock_move_store_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_stock_move_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_move')),
        sa.UniqueConstraint('document_type', 'document_id', 'line_id', 'batch_id', 'kind', name='posted_once'),
        sa.UniqueConstraint('reverses_id', name=op.f('uq_stock_move_reverses_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stock_move_batch_id'), 'stock_move', ['batch_id'], unique=False)
        op.create_index('ix_stock_move_card', 'stock_move', ['store_id', 'item_id', 'moved_on', 'id'], unique=False)
        op.create_index('ix_stock_move_item', 'stock_move', ['item_id', 'id'], unique=False)
        op.create_index('ix_stock_move_moved_on', 'stock_move', ['moved_on', 'id'], unique=False)
        op.create_index(op.f('ix_stock_move_user_id'), 'stock_move', ['user_id'], unique=False)
        take_back('stock_move', ['id', 'store_id', 'item_id', 'batch_id', 'quantity', 'unit_cost', 'value', 'document_type', 'document_id', 'line_id', 'kind', 'user_id', 'occurred_at', 'moved_on', 'reverses_id', 'reason'])
    if not on_postgresql():
        set_aside('stock_transfer', ['ix_stock_transfer_created_by_id', 'ix_stock_transfer_state', 'ix_stock_transfer_state_transferred_on', 'ix_stock_transfer_store_id', 'ix_stock_transfer_to_store_id'])
        op.create_table('stock_transfer',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('to_store_id', KEY, nullable=False),
        sa.Column('transferred_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')", name=op.f('ck_stock_transfer_state_known')),
        sa.CheckConstraint('store_id <> to_store_id', name=op.f('ck_stock_transfer_two_stores')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_stock_transfer_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stock_transfer_store_id')),
        sa.ForeignKeyConstraint(['to_store_id'], ['store.id'], name=op.f('fk_stock_transfer_to_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_transfer')),
        sa.UniqueConstraint('number', name=op.f('uq_stock_transfer_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stock_transfer_created_by_id'), 'stock_transfer', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_state'), 'stock_transfer', ['state'], unique=False)
        op.create_index('ix_stock_transfer_state_transferred_on', 'stock_transfer', ['state', 'transferred_on'], unique=False)
        op.create_index(op.f('ix_stock_transfer_store_id'), 'stock_transfer', ['store_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_to_store_id'), 'stock_transfer', ['to_store_id'], unique=False)
        take_back('stock_transfer', ['id', 'created_by_id', 'store_id', 'to_store_id', 'transferred_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('supplier_return', ['ix_supplier_return_account_id', 'ix_supplier_return_created_by_id', 'ix_supplier_return_state', 'ix_supplier_return_state_returned_on', 'ix_supplier_return_store_id', 'ix_supplier_return_supplier_id'])
        op.create_table('supplier_return',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('returned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('resolution', sa.String(32), nullable=True),
        sa.Column('supplier_reference', sa.String(length=100), nullable=True),
        sa.Column('credit_net', exact(18, 2), nullable=True),
        sa.Column('credit_vat', exact(18, 2), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("resolution IN ('replaced', 'credited')", name=op.f('ck_supplier_return_resolution_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_supplier_return_state_known')),
        sa.CheckConstraint('(credit_net IS NULL) = (credit_vat IS NULL)', name=op.f('ck_supplier_return_credit_has_net_and_vat')),
        sa.CheckConstraint('credit_net >= 0', name=op.f('ck_supplier_return_credit_net_not_negative')),
        sa.CheckConstraint('credit_vat >= 0', name=op.f('ck_supplier_return_credit_vat_not_negative')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_supplier_return_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_supplier_return_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_supplier_return_store_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_return_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_return')),
        sa.UniqueConstraint('number', name=op.f('uq_supplier_return_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_return_account_id'), 'supplier_return', ['account_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_created_by_id'), 'supplier_return', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_state'), 'supplier_return', ['state'], unique=False)
        op.create_index('ix_supplier_return_state_returned_on', 'supplier_return', ['state', 'returned_on'], unique=False)
        op.create_index(op.f('ix_supplier_return_store_id'), 'supplier_return', ['store_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_supplier_id'), 'supplier_return', ['supplier_id'], unique=False)
        take_back('supplier_return', ['id', 'created_by_id', 'account_id', 'supplier_id', 'store_id', 'returned_on', 'state', 'resolution', 'supplier_reference', 'credit_net', 'credit_vat', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('unit_return', ['ix_unit_return_account_id', 'ix_unit_return_created_by_id', 'ix_unit_return_state', 'ix_unit_return_state_returned_on', 'ix_unit_return_store_id', 'ix_unit_return_work_unit_id'])
        op.create_table('unit_return',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('work_unit_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('returned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'accepted', 'rejected', 'cancelled')", name=op.f('ck_unit_return_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_unit_return_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_unit_return_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_unit_return_store_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_unit_return_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_return')),
        sa.UniqueConstraint('number', name=op.f('uq_unit_return_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_unit_return_account_id'), 'unit_return', ['account_id'], unique=False)
        op.create_index(op.f('ix_unit_return_created_by_id'), 'unit_return', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_unit_return_state'), 'unit_return', ['state'], unique=False)
        op.create_index('ix_unit_return_state_returned_on', 'unit_return', ['state', 'returned_on'], unique=False)
        op.create_index(op.f('ix_unit_return_store_id'), 'unit_return', ['store_id'], unique=False)
        op.create_index(op.f('ix_unit_return_work_unit_id'), 'unit_return', ['work_unit_id'], unique=False)
        take_back('unit_return', ['id', 'created_by_id', 'work_unit_id', 'account_id', 'store_id', 'returned_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stock_transfer_line', ['ix_stock_transfer_line_batch_id', 'ix_stock_transfer_line_item_id', 'ix_stock_transfer_line_stock_transfer_id', 'ix_stock_transfer_line_unit_id'])
        op.create_table('stock_transfer_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('stock_transfer_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=True),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.CheckConstraint('factor > 0', name=op.f('ck_stock_transfer_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_stock_transfer_line_quantity_positive')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_stock_transfer_line_batch_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_transfer_line_item_id')),
        sa.ForeignKeyConstraint(['stock_transfer_id'], ['stock_transfer.id'], name=op.f('fk_stock_transfer_line_stock_transfer_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_stock_transfer_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_transfer_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stock_transfer_line_batch_id'), 'stock_transfer_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_line_item_id'), 'stock_transfer_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_line_stock_transfer_id'), 'stock_transfer_line', ['stock_transfer_id'], unique=False)
        op.create_index(op.f('ix_stock_transfer_line_unit_id'), 'stock_transfer_line', ['unit_id'], unique=False)
        take_back('stock_transfer_line', ['id', 'stock_transfer_id', 'item_id', 'unit_id', 'batch_id', 'quantity', 'factor'])
    if not on_postgresql():
        set_aside('journal_line', ['ix_journal_line_account_id', 'ix_journal_line_entry_id', 'ix_journal_line_purpose'])
        op.create_table('journal_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('entry_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('purpose', sa.String(32), nullable=False),
        sa.Column('debit', exact(18, 2), nullable=False),
        sa.Column('credit', exact(18, 2), nullable=False),
        sa.CheckConstraint("purpose IN ('inventory', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'price_variance', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')", name=op.f('ck_journal_line_purpose_known')),
        sa.CheckConstraint('(debit = 0) <> (credit = 0)', name=op.f('ck_journal_line_one_sided')),
        sa.CheckConstraint('debit >= 0 AND credit >= 0', name=op.f('ck_journal_line_sides_not_negative')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_journal_line_account_id')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'], name=op.f('fk_journal_line_entry_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_journal_line_account_id'), 'journal_line', ['account_id'], unique=False)
        op.create_index(op.f('ix_journal_line_entry_id'), 'journal_line', ['entry_id'], unique=False)
        op.create_index(op.f('ix_journal_line_purpose'), 'journal_line', ['purpose'], unique=False)
        take_back('journal_line', ['id', 'entry_id', 'account_id', 'purpose', 'debit', 'credit'])
    if not on_postgresql():
        set_aside('spoilage_line', ['ix_spoilage_line_batch_id', 'ix_spoilage_line_goods_receipt_id', 'ix_spoilage_line_item_id', 'ix_spoilage_line_spoilage_id', 'ix_spoilage_line_unit_id'])
        op.create_table('spoilage_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('spoilage_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('goods_receipt_id', KEY, nullable=True),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=True),
        sa.Column('unit_cost', exact(18, 6), nullable=True),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('cause', sa.Text(), nullable=True),
        sa.CheckConstraint('factor > 0', name=op.f('ck_spoilage_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_spoilage_line_quantity_positive')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_spoilage_line_batch_id')),
        sa.ForeignKeyConstraint(['goods_receipt_id'], ['goods_receipt.id'], name=op.f('fk_spoilage_line_goods_receipt_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_spoilage_line_item_id')),
        sa.ForeignKeyConstraint(['spoilage_id'], ['spoilage.id'], name=op.f('fk_spoilage_line_spoilage_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_spoilage_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_spoilage_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_spoilage_line_batch_id'), 'spoilage_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_spoilage_line_goods_receipt_id'), 'spoilage_line', ['goods_receipt_id'], unique=False)
        op.create_index(op.f('ix_spoilage_line_item_id'), 'spoilage_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_spoilage_line_spoilage_id'), 'spoilage_line', ['spoilage_id'], unique=False)
        op.create_index(op.f('ix_spoilage_line_unit_id'), 'spoilage_line', ['unit_id'], unique=False)
        take_back('spoilage_line', ['id', 'spoilage_id', 'item_id', 'goods_receipt_id', 'unit_id', 'batch_id', 'unit_cost', 'quantity', 'factor', 'cause'])
    if not on_postgresql():
        set_aside('supplier_return_line', ['ix_supplier_return_line_goods_receipt_id', 'ix_supplier_return_line_goods_receipt_line_id', 'ix_supplier_return_line_item_id', 'ix_supplier_return_line_supplier_return_id', 'ix_supplier_return_line_unit_id'])
        op.create_table('supplier_return_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('supplier_return_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('goods_receipt_id', KEY, nullable=False),
        sa.Column('goods_receipt_line_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('credited_quantity', exact(14, 3), nullable=True),
        sa.CheckConstraint('credited_quantity >= 0 AND credited_quantity <= quantity * factor', name=op.f('ck_supplier_return_line_credited_is_returned')),
        sa.CheckConstraint('factor > 0', name=op.f('ck_supplier_return_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_supplier_return_line_quantity_positive')),
        sa.ForeignKeyConstraint(['goods_receipt_id'], ['goods_receipt.id'], name=op.f('fk_supplier_return_line_goods_receipt_id')),
        sa.ForeignKeyConstraint(['goods_receipt_line_id'], ['goods_receipt_line.id'], name=op.f('fk_supplier_return_line_goods_receipt_line_id')),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_supplier_return_line_item_id')),
        sa.ForeignKeyConstraint(['supplier_return_id'], ['supplier_return.id'], name=op.f('fk_supplier_return_line_supplier_return_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_supplier_return_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_return_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_return_line_goods_receipt_id'), 'supplier_return_line', ['goods_receipt_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_line_goods_receipt_line_id'), 'supplier_return_line', ['goods_receipt_line_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_line_item_id'), 'supplier_return_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_line_supplier_return_id'), 'supplier_return_line', ['supplier_return_id'], unique=False)
        op.create_index(op.f('ix_supplier_return_line_unit_id'), 'supplier_return_line', ['unit_id'], unique=False)
        take_back('supplier_return_line', ['id', 'supplier_return_id', 'item_id', 'goods_receipt_id', 'goods_receipt_line_id', 'unit_id', 'quantity', 'factor', 'reason', 'credited_quantity'])
    make_rules('0004', '0005')
