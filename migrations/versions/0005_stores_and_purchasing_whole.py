"""Stores and purchasing whole

Revision ID: 0005_cfe06d2625e4
Revises: 0004_802b76a12fe4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0005_cfe06d2625e4'
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
    op.add_column('supplier_invoice', sa.Column('freight_amount', exact(18, 2), server_default='0', nullable=False))
    op.add_column('supplier_invoice', sa.Column('rounding_amount', exact(18, 2), server_default='0', nullable=False))
    op.add_column('supplier_invoice', sa.Column('paper_total', exact(18, 2), nullable=True))
    op.add_column('supplier_invoice_line', sa.Column('discount', exact(5, 2), server_default='0', nullable=False))
    op.add_column('supplier_invoice_line', sa.Column('amount', exact(18, 2), nullable=True))
    op.add_column('supplier_invoice_line', sa.Column('cleared_amount', exact(18, 2), nullable=True))
    if on_postgresql():
        drop_constraint('supplier_invoice', 'ck_supplier_invoice_state_known')
        drop_constraint('supplier_invoice', 'uq_supplier_invoice_supplier_id_supplier_number')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_supplier_invoice_state_known'), 'supplier_invoice', "state IN ('draft', 'submitted', 'approved', 'paid', 'reversed', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_supplier_invoice_freight_amount_not_negative'), 'supplier_invoice', 'freight_amount >= 0')
        op.create_check_constraint(op.f('ck_supplier_invoice_paper_total_not_negative'), 'supplier_invoice', 'paper_total >= 0')
        op.create_index('uq_supplier_invoice_supplier_id_supplier_number', 'supplier_invoice', ['supplier_id', 'supplier_number'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.create_check_constraint(op.f('ck_supplier_invoice_line_amount_not_negative'), 'supplier_invoice_line', 'amount >= 0')
        op.create_check_constraint(op.f('ck_supplier_invoice_line_discount_is_percent'), 'supplier_invoice_line', by_dialect(sqlite='discount >= 0 AND discount <= 10000', postgresql='discount >= 0.00 AND discount <= 100.00'))
    if not on_postgresql():
        set_aside('supplier_invoice', ['ix_supplier_invoice_created_by_id', 'ix_supplier_invoice_purchase_order_id', 'ix_supplier_invoice_state', 'ix_supplier_invoice_state_invoiced_on', 'ix_supplier_invoice_supplier_id'])
        op.create_table('supplier_invoice',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('purchase_order_id', KEY, nullable=False),
        sa.Column('supplier_number', sa.String(length=60), nullable=False),
        sa.Column('tax_invoice_number', sa.String(length=30), nullable=True),
        sa.Column('invoiced_on', sa.Date(), nullable=False),
        sa.Column('due_on', sa.Date(), nullable=True),
        sa.Column('vat_amount', exact(18, 2), nullable=False),
        sa.Column('freight_amount', exact(18, 2), server_default='0', nullable=False),
        sa.Column('rounding_amount', exact(18, 2), server_default='0', nullable=False),
        sa.Column('paper_total', exact(18, 2), nullable=True),
        sa.Column('paid_on', sa.Date(), nullable=True),
        sa.Column('payment_reference', sa.String(length=100), nullable=True),
        sa.Column('set_off_amount', exact(18, 2), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'paid', 'reversed', 'rejected', 'cancelled')", name=op.f('ck_supplier_invoice_state_known')),
        sa.CheckConstraint('due_on >= invoiced_on', name=op.f('ck_supplier_invoice_due_after_invoiced')),
        sa.CheckConstraint('freight_amount >= 0', name=op.f('ck_supplier_invoice_freight_amount_not_negative')),
        sa.CheckConstraint('paper_total >= 0', name=op.f('ck_supplier_invoice_paper_total_not_negative')),
        sa.CheckConstraint('set_off_amount >= 0', name=op.f('ck_supplier_invoice_set_off_amount_not_negative')),
        sa.CheckConstraint('vat_amount >= 0', name=op.f('ck_supplier_invoice_vat_amount_not_negative')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_supplier_invoice_created_by_id')),
        sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], name=op.f('fk_supplier_invoice_purchase_order_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_invoice_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_invoice')),
        sa.UniqueConstraint('number', name=op.f('uq_supplier_invoice_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_invoice_created_by_id'), 'supplier_invoice', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_purchase_order_id'), 'supplier_invoice', ['purchase_order_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_state'), 'supplier_invoice', ['state'], unique=False)
        op.create_index('ix_supplier_invoice_state_invoiced_on', 'supplier_invoice', ['state', 'invoiced_on'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_supplier_id'), 'supplier_invoice', ['supplier_id'], unique=False)
        op.create_index('uq_supplier_invoice_supplier_id_supplier_number', 'supplier_invoice', ['supplier_id', 'supplier_number'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        take_back('supplier_invoice', ['id', 'created_by_id', 'supplier_id', 'purchase_order_id', 'supplier_number', 'tax_invoice_number', 'invoiced_on', 'due_on', 'vat_amount', 'freight_amount', 'rounding_amount', 'paper_total', 'paid_on', 'payment_reference', 'set_off_amount', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('journal_line', ['ix_journal_line_account_id', 'ix_journal_line_entry_id', 'ix_journal_line_purpose'])
        op.create_table('journal_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('entry_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('purpose', sa.String(32), nullable=False),
        sa.Column('debit', exact(18, 2), nullable=False),
        sa.Column('credit', exact(18, 2), nullable=False),
        sa.CheckConstraint("purpose IN ('inventory', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')", name=op.f('ck_journal_line_purpose_known')),
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
        set_aside('supplier_invoice_line', ['ix_supplier_invoice_line_goods_receipt_line_id', 'ix_supplier_invoice_line_item_id', 'ix_supplier_invoice_line_supplier_invoice_id', 'ix_supplier_invoice_line_unit_id'])
        op.create_table('supplier_invoice_line',
        sa.Column('discount', exact(5, 2), server_default='0', nullable=False),
        sa.Column('id', KEY, nullable=False),
        sa.Column('supplier_invoice_id', KEY, nullable=False),
        sa.Column('goods_receipt_line_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('unit_price', exact(18, 2), nullable=False),
        sa.Column('amount', exact(18, 2), nullable=True),
        sa.Column('cleared_amount', exact(18, 2), nullable=True),
        sa.CheckConstraint('amount >= 0', name=op.f('ck_supplier_invoice_line_amount_not_negative')),
        sa.CheckConstraint('factor > 0', name=op.f('ck_supplier_invoice_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_supplier_invoice_line_quantity_positive')),
        sa.CheckConstraint('unit_price >= 0', name=op.f('ck_supplier_invoice_line_unit_price_not_negative')),
        sa.CheckConstraint(by_dialect(sqlite='discount >= 0 AND discount <= 10000', postgresql='discount >= 0.00 AND discount <= 100.00'), name=op.f('ck_supplier_invoice_line_discount_is_percent')),
        sa.ForeignKeyConstraint(['goods_receipt_line_id'], ['goods_receipt_line.id'], name=op.f('fk_supplier_invoice_line_goods_receipt_line_id')),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_supplier_invoice_line_item_id')),
        sa.ForeignKeyConstraint(['supplier_invoice_id'], ['supplier_invoice.id'], name=op.f('fk_supplier_invoice_line_supplier_invoice_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_supplier_invoice_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_invoice_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_invoice_line_goods_receipt_line_id'), 'supplier_invoice_line', ['goods_receipt_line_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_line_item_id'), 'supplier_invoice_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_line_supplier_invoice_id'), 'supplier_invoice_line', ['supplier_invoice_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_line_unit_id'), 'supplier_invoice_line', ['unit_id'], unique=False)
        take_back('supplier_invoice_line', ['discount', 'id', 'supplier_invoice_id', 'goods_receipt_line_id', 'item_id', 'unit_id', 'quantity', 'factor', 'unit_price', 'amount', 'cleared_amount'])
    make_rules('0005', '0004')


def downgrade() -> None:
    drop_rules('0005', '0004')
    op.drop_index('uq_supplier_invoice_supplier_id_supplier_number', table_name='supplier_invoice')
    if on_postgresql():
        drop_constraint('supplier_invoice', 'ck_supplier_invoice_state_known')
        drop_constraint('supplier_invoice', 'ck_supplier_invoice_freight_amount_not_negative')
        drop_constraint('supplier_invoice', 'ck_supplier_invoice_paper_total_not_negative')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
        drop_constraint('supplier_invoice_line', 'ck_supplier_invoice_line_amount_not_negative')
        drop_constraint('supplier_invoice_line', 'ck_supplier_invoice_line_discount_is_percent')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('supplier_invoice', 'freight_amount')
        op.drop_column('supplier_invoice', 'rounding_amount')
        op.drop_column('supplier_invoice', 'paper_total')
        op.create_check_constraint(op.f('ck_supplier_invoice_state_known'), 'supplier_invoice', "state IN ('draft', 'submitted', 'approved', 'paid', 'rejected', 'cancelled')")
        op.create_unique_constraint(op.f('uq_supplier_invoice_supplier_id_supplier_number'), 'supplier_invoice', ['supplier_id', 'supplier_number'])
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'price_variance', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.drop_column('supplier_invoice_line', 'discount')
        op.drop_column('supplier_invoice_line', 'amount')
        op.drop_column('supplier_invoice_line', 'cleared_amount')
    if not on_postgresql():
        set_aside('supplier_invoice', ['ix_supplier_invoice_created_by_id', 'ix_supplier_invoice_purchase_order_id', 'ix_supplier_invoice_state', 'ix_supplier_invoice_state_invoiced_on', 'ix_supplier_invoice_supplier_id'])
        op.create_table('supplier_invoice',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('purchase_order_id', KEY, nullable=False),
        sa.Column('supplier_number', sa.String(length=60), nullable=False),
        sa.Column('tax_invoice_number', sa.String(length=30), nullable=True),
        sa.Column('invoiced_on', sa.Date(), nullable=False),
        sa.Column('due_on', sa.Date(), nullable=True),
        sa.Column('vat_amount', exact(18, 2), nullable=False),
        sa.Column('paid_on', sa.Date(), nullable=True),
        sa.Column('payment_reference', sa.String(length=100), nullable=True),
        sa.Column('set_off_amount', exact(18, 2), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'paid', 'rejected', 'cancelled')", name=op.f('ck_supplier_invoice_state_known')),
        sa.CheckConstraint('due_on >= invoiced_on', name=op.f('ck_supplier_invoice_due_after_invoiced')),
        sa.CheckConstraint('set_off_amount >= 0', name=op.f('ck_supplier_invoice_set_off_amount_not_negative')),
        sa.CheckConstraint('vat_amount >= 0', name=op.f('ck_supplier_invoice_vat_amount_not_negative')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_supplier_invoice_created_by_id')),
        sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], name=op.f('fk_supplier_invoice_purchase_order_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_invoice_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_invoice')),
        sa.UniqueConstraint('number', name=op.f('uq_supplier_invoice_number')),
        sa.UniqueConstraint('supplier_id', 'supplier_number', name=op.f('uq_supplier_invoice_supplier_id_supplier_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_invoice_created_by_id'), 'supplier_invoice', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_purchase_order_id'), 'supplier_invoice', ['purchase_order_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_state'), 'supplier_invoice', ['state'], unique=False)
        op.create_index('ix_supplier_invoice_state_invoiced_on', 'supplier_invoice', ['state', 'invoiced_on'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_supplier_id'), 'supplier_invoice', ['supplier_id'], unique=False)
        take_back('supplier_invoice', ['id', 'created_by_id', 'supplier_id', 'purchase_order_id', 'supplier_number', 'tax_invoice_number', 'invoiced_on', 'due_on', 'vat_amount', 'paid_on', 'payment_reference', 'set_off_amount', 'state', 'number', 'created_at', 'note', 'version'])
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
        set_aside('supplier_invoice_line', ['ix_supplier_invoice_line_goods_receipt_line_id', 'ix_supplier_invoice_line_item_id', 'ix_supplier_invoice_line_supplier_invoice_id', 'ix_supplier_invoice_line_unit_id'])
        op.create_table('supplier_invoice_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('supplier_invoice_id', KEY, nullable=False),
        sa.Column('goods_receipt_line_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('unit_price', exact(18, 2), nullable=False),
        sa.CheckConstraint('factor > 0', name=op.f('ck_supplier_invoice_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_supplier_invoice_line_quantity_positive')),
        sa.CheckConstraint('unit_price >= 0', name=op.f('ck_supplier_invoice_line_unit_price_not_negative')),
        sa.ForeignKeyConstraint(['goods_receipt_line_id'], ['goods_receipt_line.id'], name=op.f('fk_supplier_invoice_line_goods_receipt_line_id')),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_supplier_invoice_line_item_id')),
        sa.ForeignKeyConstraint(['supplier_invoice_id'], ['supplier_invoice.id'], name=op.f('fk_supplier_invoice_line_supplier_invoice_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_supplier_invoice_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_invoice_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_invoice_line_goods_receipt_line_id'), 'supplier_invoice_line', ['goods_receipt_line_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_line_item_id'), 'supplier_invoice_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_line_supplier_invoice_id'), 'supplier_invoice_line', ['supplier_invoice_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_line_unit_id'), 'supplier_invoice_line', ['unit_id'], unique=False)
        take_back('supplier_invoice_line', ['id', 'supplier_invoice_id', 'goods_receipt_line_id', 'item_id', 'unit_id', 'quantity', 'factor', 'unit_price'])
    make_rules('0004', '0005')
