"""Stores and purchasing whole

Revision ID: 0005_b72987f5cb8b
Revises: 0004_802b76a12fe4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0005_b72987f5cb8b'
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
    op.add_column('goods_receipt', sa.Column('source', sa.String(32), nullable=True))
    op.add_column('goods_receipt', sa.Column('source_name', sa.String(length=200), nullable=True))
    op.add_column('goods_receipt_line', sa.Column('is_bonus', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('goods_receipt_line', sa.Column('net_value', exact(18, 2), nullable=True))
    if on_postgresql():
        drop_constraint('goods_receipt', 'ck_goods_receipt_state_known')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
    run_rows('rows')
    if on_postgresql():
        op.alter_column('goods_receipt', 'purchase_order_id', type_=KEY, nullable=True)
        op.alter_column('goods_receipt', 'supplier_id', type_=KEY, nullable=True)
        op.create_check_constraint(op.f('ck_goods_receipt_source_known'), 'goods_receipt', "source IN ('donation', 'programme', 'emergency')")
        op.create_check_constraint(op.f('ck_goods_receipt_state_known'), 'goods_receipt', "state IN ('draft', 'submitted', 'posted', 'rejected', 'reversed', 'cancelled')")
        op.create_check_constraint(op.f('ck_goods_receipt_given_by_no_supplier'), 'goods_receipt', "supplier_id IS NULL OR source IS NULL OR source = 'emergency'")
        op.create_check_constraint(op.f('ck_goods_receipt_order_or_source'), 'goods_receipt', '(source IS NULL) = (purchase_order_id IS NOT NULL)')
        op.create_check_constraint(op.f('ck_goods_receipt_order_has_supplier'), 'goods_receipt', 'supplier_id IS NOT NULL OR source IS NOT NULL')
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.alter_column('goods_receipt_line', 'purchase_order_line_id', type_=KEY, nullable=True)
        op.create_check_constraint(op.f('ck_goods_receipt_line_bonus_is_free'), 'goods_receipt_line', 'NOT is_bonus OR (purchase_order_line_id IS NULL AND unit_price = 0)')
        op.create_check_constraint(op.f('ck_goods_receipt_line_net_value_not_negative'), 'goods_receipt_line', 'net_value >= 0')
    if not on_postgresql():
        set_aside('goods_receipt', ['ix_goods_receipt_account_id', 'ix_goods_receipt_created_by_id', 'ix_goods_receipt_purchase_order_id', 'ix_goods_receipt_state', 'ix_goods_receipt_state_received_on', 'ix_goods_receipt_store_id', 'ix_goods_receipt_supplier_id', 'ix_goods_receipt_supplier_return_id'])
        op.create_table('goods_receipt',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('purchase_order_id', KEY, nullable=True),
        sa.Column('source', sa.String(32), nullable=True),
        sa.Column('source_name', sa.String(length=200), nullable=True),
        sa.Column('supplier_return_id', KEY, nullable=True),
        sa.Column('supplier_id', KEY, nullable=True),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('ordered_on', sa.Date(), nullable=True),
        sa.Column('received_on', sa.Date(), nullable=False),
        sa.Column('delivery_order_number', sa.String(length=60), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("source IN ('donation', 'programme', 'emergency')", name=op.f('ck_goods_receipt_source_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'posted', 'rejected', 'reversed', 'cancelled')", name=op.f('ck_goods_receipt_state_known')),
        sa.CheckConstraint("supplier_id IS NULL OR source IS NULL OR source = 'emergency'", name=op.f('ck_goods_receipt_given_by_no_supplier')),
        sa.CheckConstraint('(source IS NULL) = (purchase_order_id IS NOT NULL)', name=op.f('ck_goods_receipt_order_or_source')),
        sa.CheckConstraint('supplier_id IS NOT NULL OR source IS NOT NULL', name=op.f('ck_goods_receipt_order_has_supplier')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_goods_receipt_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_goods_receipt_created_by_id')),
        sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], name=op.f('fk_goods_receipt_purchase_order_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_goods_receipt_store_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_goods_receipt_supplier_id')),
        sa.ForeignKeyConstraint(['supplier_return_id'], ['supplier_return.id'], name=op.f('fk_goods_receipt_supplier_return_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_goods_receipt')),
        sa.UniqueConstraint('number', name=op.f('uq_goods_receipt_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_goods_receipt_account_id'), 'goods_receipt', ['account_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_created_by_id'), 'goods_receipt', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_purchase_order_id'), 'goods_receipt', ['purchase_order_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_state'), 'goods_receipt', ['state'], unique=False)
        op.create_index('ix_goods_receipt_state_received_on', 'goods_receipt', ['state', 'received_on'], unique=False)
        op.create_index(op.f('ix_goods_receipt_store_id'), 'goods_receipt', ['store_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_supplier_id'), 'goods_receipt', ['supplier_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_supplier_return_id'), 'goods_receipt', ['supplier_return_id'], unique=False)
        take_back('goods_receipt', ['id', 'created_by_id', 'account_id', 'purchase_order_id', 'source', 'source_name', 'supplier_return_id', 'supplier_id', 'store_id', 'ordered_on', 'received_on', 'delivery_order_number', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('journal_line', ['ix_journal_line_account_id', 'ix_journal_line_entry_id', 'ix_journal_line_purpose'])
        op.create_table('journal_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('entry_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('purpose', sa.String(32), nullable=False),
        sa.Column('debit', exact(18, 2), nullable=False),
        sa.Column('credit', exact(18, 2), nullable=False),
        sa.CheckConstraint("purpose IN ('inventory', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')", name=op.f('ck_journal_line_purpose_known')),
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
        set_aside('goods_receipt_line', ['ix_goods_receipt_line_batch_id', 'ix_goods_receipt_line_goods_receipt_id', 'ix_goods_receipt_line_item_id', 'ix_goods_receipt_line_origin_line_id', 'ix_goods_receipt_line_purchase_order_line_id', 'ix_goods_receipt_line_unit_id'])
        op.create_table('goods_receipt_line',
        sa.Column('discount', exact(5, 2), nullable=False),
        sa.Column('id', KEY, nullable=False),
        sa.Column('goods_receipt_id', KEY, nullable=False),
        sa.Column('purchase_order_line_id', KEY, nullable=True),
        sa.Column('origin_line_id', KEY, nullable=True),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('unit_price', exact(18, 2), nullable=False),
        sa.Column('is_bonus', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('ordered_quantity', exact(14, 3), nullable=True),
        sa.Column('received_quantity', exact(14, 3), nullable=False),
        sa.Column('rejected_quantity', exact(14, 3), nullable=True),
        sa.Column('rejection_reason', sa.String(length=200), nullable=True),
        sa.Column('outstanding_quantity', exact(14, 3), nullable=True),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('batch_number', sa.String(length=40), nullable=True),
        sa.Column('expires_on', sa.Date(), nullable=True),
        sa.Column('batch_id', KEY, nullable=True),
        sa.Column('net_value', exact(18, 2), nullable=True),
        sa.CheckConstraint('NOT is_bonus OR (purchase_order_line_id IS NULL AND unit_price = 0)', name=op.f('ck_goods_receipt_line_bonus_is_free')),
        sa.CheckConstraint('factor > 0', name=op.f('ck_goods_receipt_line_factor_positive')),
        sa.CheckConstraint('net_value >= 0', name=op.f('ck_goods_receipt_line_net_value_not_negative')),
        sa.CheckConstraint('ordered_quantity >= 0', name=op.f('ck_goods_receipt_line_ordered_quantity_not_negative')),
        sa.CheckConstraint('received_quantity > 0', name=op.f('ck_goods_receipt_line_received_quantity_positive')),
        sa.CheckConstraint('rejected_quantity >= 0', name=op.f('ck_goods_receipt_line_rejected_quantity_not_negative')),
        sa.CheckConstraint('unit_price >= 0', name=op.f('ck_goods_receipt_line_unit_price_not_negative')),
        sa.CheckConstraint(by_dialect(sqlite='discount >= 0 AND discount <= 10000', postgresql='discount >= 0.00 AND discount <= 100.00'), name=op.f('ck_goods_receipt_line_discount_is_percent')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_goods_receipt_line_batch_id')),
        sa.ForeignKeyConstraint(['goods_receipt_id'], ['goods_receipt.id'], name=op.f('fk_goods_receipt_line_goods_receipt_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_goods_receipt_line_item_id')),
        sa.ForeignKeyConstraint(['origin_line_id'], ['goods_receipt_line.id'], name=op.f('fk_goods_receipt_line_origin_line_id')),
        sa.ForeignKeyConstraint(['purchase_order_line_id'], ['purchase_order_line.id'], name=op.f('fk_goods_receipt_line_purchase_order_line_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_goods_receipt_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_goods_receipt_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_goods_receipt_line_batch_id'), 'goods_receipt_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_goods_receipt_id'), 'goods_receipt_line', ['goods_receipt_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_item_id'), 'goods_receipt_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_origin_line_id'), 'goods_receipt_line', ['origin_line_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_purchase_order_line_id'), 'goods_receipt_line', ['purchase_order_line_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_unit_id'), 'goods_receipt_line', ['unit_id'], unique=False)
        take_back('goods_receipt_line', ['discount', 'id', 'goods_receipt_id', 'purchase_order_line_id', 'origin_line_id', 'item_id', 'unit_id', 'unit_price', 'is_bonus', 'ordered_quantity', 'received_quantity', 'rejected_quantity', 'rejection_reason', 'outstanding_quantity', 'factor', 'batch_number', 'expires_on', 'batch_id', 'net_value'])
    make_rules('0005', '0004')


def downgrade() -> None:
    drop_rules('0005', '0004')
    if on_postgresql():
        drop_constraint('goods_receipt', 'ck_goods_receipt_source_known')
        drop_constraint('goods_receipt', 'ck_goods_receipt_state_known')
        drop_constraint('goods_receipt', 'ck_goods_receipt_given_by_no_supplier')
        drop_constraint('goods_receipt', 'ck_goods_receipt_order_or_source')
        drop_constraint('goods_receipt', 'ck_goods_receipt_order_has_supplier')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
        drop_constraint('goods_receipt_line', 'ck_goods_receipt_line_bonus_is_free')
        drop_constraint('goods_receipt_line', 'ck_goods_receipt_line_net_value_not_negative')
    run_rows('rows_back')
    if on_postgresql():
        op.alter_column('goods_receipt', 'purchase_order_id', type_=KEY, nullable=False)
        op.alter_column('goods_receipt', 'supplier_id', type_=KEY, nullable=False)
        op.drop_column('goods_receipt', 'source')
        op.drop_column('goods_receipt', 'source_name')
        op.create_check_constraint(op.f('ck_goods_receipt_state_known'), 'goods_receipt', "state IN ('draft', 'posted', 'reversed', 'cancelled')")
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'price_variance', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.alter_column('goods_receipt_line', 'purchase_order_line_id', type_=KEY, nullable=False)
        op.drop_column('goods_receipt_line', 'is_bonus')
        op.drop_column('goods_receipt_line', 'net_value')
    if not on_postgresql():
        set_aside('goods_receipt', ['ix_goods_receipt_account_id', 'ix_goods_receipt_created_by_id', 'ix_goods_receipt_purchase_order_id', 'ix_goods_receipt_state', 'ix_goods_receipt_state_received_on', 'ix_goods_receipt_store_id', 'ix_goods_receipt_supplier_id', 'ix_goods_receipt_supplier_return_id'])
        op.create_table('goods_receipt',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('purchase_order_id', KEY, nullable=False),
        sa.Column('supplier_return_id', KEY, nullable=True),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('ordered_on', sa.Date(), nullable=True),
        sa.Column('received_on', sa.Date(), nullable=False),
        sa.Column('delivery_order_number', sa.String(length=60), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'posted', 'reversed', 'cancelled')", name=op.f('ck_goods_receipt_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_goods_receipt_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_goods_receipt_created_by_id')),
        sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], name=op.f('fk_goods_receipt_purchase_order_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_goods_receipt_store_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_goods_receipt_supplier_id')),
        sa.ForeignKeyConstraint(['supplier_return_id'], ['supplier_return.id'], name=op.f('fk_goods_receipt_supplier_return_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_goods_receipt')),
        sa.UniqueConstraint('number', name=op.f('uq_goods_receipt_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_goods_receipt_account_id'), 'goods_receipt', ['account_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_created_by_id'), 'goods_receipt', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_purchase_order_id'), 'goods_receipt', ['purchase_order_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_state'), 'goods_receipt', ['state'], unique=False)
        op.create_index('ix_goods_receipt_state_received_on', 'goods_receipt', ['state', 'received_on'], unique=False)
        op.create_index(op.f('ix_goods_receipt_store_id'), 'goods_receipt', ['store_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_supplier_id'), 'goods_receipt', ['supplier_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_supplier_return_id'), 'goods_receipt', ['supplier_return_id'], unique=False)
        take_back('goods_receipt', ['id', 'created_by_id', 'account_id', 'purchase_order_id', 'supplier_return_id', 'supplier_id', 'store_id', 'ordered_on', 'received_on', 'delivery_order_number', 'state', 'number', 'created_at', 'note', 'version'])
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
        set_aside('goods_receipt_line', ['ix_goods_receipt_line_batch_id', 'ix_goods_receipt_line_goods_receipt_id', 'ix_goods_receipt_line_item_id', 'ix_goods_receipt_line_origin_line_id', 'ix_goods_receipt_line_purchase_order_line_id', 'ix_goods_receipt_line_unit_id'])
        op.create_table('goods_receipt_line',
        sa.Column('discount', exact(5, 2), nullable=False),
        sa.Column('id', KEY, nullable=False),
        sa.Column('goods_receipt_id', KEY, nullable=False),
        sa.Column('purchase_order_line_id', KEY, nullable=False),
        sa.Column('origin_line_id', KEY, nullable=True),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('unit_price', exact(18, 2), nullable=False),
        sa.Column('ordered_quantity', exact(14, 3), nullable=True),
        sa.Column('received_quantity', exact(14, 3), nullable=False),
        sa.Column('rejected_quantity', exact(14, 3), nullable=True),
        sa.Column('rejection_reason', sa.String(length=200), nullable=True),
        sa.Column('outstanding_quantity', exact(14, 3), nullable=True),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('batch_number', sa.String(length=40), nullable=True),
        sa.Column('expires_on', sa.Date(), nullable=True),
        sa.Column('batch_id', KEY, nullable=True),
        sa.CheckConstraint('factor > 0', name=op.f('ck_goods_receipt_line_factor_positive')),
        sa.CheckConstraint('ordered_quantity >= 0', name=op.f('ck_goods_receipt_line_ordered_quantity_not_negative')),
        sa.CheckConstraint('received_quantity > 0', name=op.f('ck_goods_receipt_line_received_quantity_positive')),
        sa.CheckConstraint('rejected_quantity >= 0', name=op.f('ck_goods_receipt_line_rejected_quantity_not_negative')),
        sa.CheckConstraint('unit_price >= 0', name=op.f('ck_goods_receipt_line_unit_price_not_negative')),
        sa.CheckConstraint(by_dialect(sqlite='discount >= 0 AND discount <= 10000', postgresql='discount >= 0.00 AND discount <= 100.00'), name=op.f('ck_goods_receipt_line_discount_is_percent')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_goods_receipt_line_batch_id')),
        sa.ForeignKeyConstraint(['goods_receipt_id'], ['goods_receipt.id'], name=op.f('fk_goods_receipt_line_goods_receipt_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_goods_receipt_line_item_id')),
        sa.ForeignKeyConstraint(['origin_line_id'], ['goods_receipt_line.id'], name=op.f('fk_goods_receipt_line_origin_line_id')),
        sa.ForeignKeyConstraint(['purchase_order_line_id'], ['purchase_order_line.id'], name=op.f('fk_goods_receipt_line_purchase_order_line_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_goods_receipt_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_goods_receipt_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_goods_receipt_line_batch_id'), 'goods_receipt_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_goods_receipt_id'), 'goods_receipt_line', ['goods_receipt_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_item_id'), 'goods_receipt_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_origin_line_id'), 'goods_receipt_line', ['origin_line_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_purchase_order_line_id'), 'goods_receipt_line', ['purchase_order_line_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_line_unit_id'), 'goods_receipt_line', ['unit_id'], unique=False)
        take_back('goods_receipt_line', ['discount', 'id', 'goods_receipt_id', 'purchase_order_line_id', 'origin_line_id', 'item_id', 'unit_id', 'unit_price', 'ordered_quantity', 'received_quantity', 'rejected_quantity', 'rejection_reason', 'outstanding_quantity', 'factor', 'batch_number', 'expires_on', 'batch_id'])
    make_rules('0004', '0005')
