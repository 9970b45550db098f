"""Stores and purchasing whole

Revision ID: 0005_34af03442177
Revises: 0004_802b76a12fe4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0005_34af03442177'
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
    op.create_table('item_substitute',
    sa.Column('id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('substitute_id', KEY, nullable=False),
    sa.Column('factor', exact(14, 6), nullable=False),
    sa.Column('approved_by_id', KEY, nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('factor > 0', name=op.f('ck_item_substitute_factor_positive')),
    sa.CheckConstraint('item_id <> substitute_id', name=op.f('ck_item_substitute_substitute_is_another_item')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_item_substitute_valid_to_not_before_valid_from')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['user.id'], name=op.f('fk_item_substitute_approved_by_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_substitute_item_id')),
    sa.ForeignKeyConstraint(['substitute_id'], ['item.id'], name=op.f('fk_item_substitute_substitute_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_substitute')),
    sa.UniqueConstraint('item_id', 'substitute_id', name=op.f('uq_item_substitute_item_id_substitute_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_item_substitute_approved_by_id'), 'item_substitute', ['approved_by_id'], unique=False)
    op.create_index(op.f('ix_item_substitute_substitute_id'), 'item_substitute', ['substitute_id'], unique=False)
    op.create_table('quotation_request',
    sa.Column('id', KEY, nullable=False),
    sa.Column('created_by_id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('answer_by', sa.Date(), nullable=True),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("state IN ('draft', 'asked', 'done', 'cancelled')", name=op.f('ck_quotation_request_state_known')),
    sa.CheckConstraint('answer_by >= asked_on', name=op.f('ck_quotation_request_answer_after_asked')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_quotation_request_created_by_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_quotation_request_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quotation_request')),
    sa.UniqueConstraint('number', name=op.f('uq_quotation_request_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_quotation_request_created_by_id'), 'quotation_request', ['created_by_id'], unique=False)
    op.create_index(op.f('ix_quotation_request_state'), 'quotation_request', ['state'], unique=False)
    op.create_index('ix_quotation_request_state_asked_on', 'quotation_request', ['state', 'asked_on'], unique=False)
    op.create_index(op.f('ix_quotation_request_store_id'), 'quotation_request', ['store_id'], unique=False)
    op.create_table('stock_level',
    sa.Column('id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('minimum', exact(14, 3), nullable=False),
    sa.Column('maximum', exact(14, 3), nullable=True),
    sa.Column('reorder_quantity', exact(14, 3), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('maximum >= minimum', name=op.f('ck_stock_level_maximum_not_below_minimum')),
    sa.CheckConstraint('minimum >= 0', name=op.f('ck_stock_level_minimum_not_negative')),
    sa.CheckConstraint('reorder_quantity > 0', name=op.f('ck_stock_level_reorder_quantity_positive')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_level_item_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stock_level_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_level')),
    sa.UniqueConstraint('store_id', 'item_id', name=op.f('uq_stock_level_store_id_item_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_stock_level_item_id'), 'stock_level', ['item_id'], unique=False)
    op.create_table('supplier_price',
    sa.Column('id', KEY, nullable=False),
    sa.Column('supplier_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('contract_number', sa.String(length=40), nullable=True),
    sa.Column('minimum_quantity', exact(14, 3), nullable=False),
    sa.Column('unit_price', exact(18, 2), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('discount', exact(5, 2), nullable=False),
    sa.CheckConstraint("kind <> 'contract' OR contract_number IS NOT NULL", name=op.f('ck_supplier_price_contract_has_a_number')),
    sa.CheckConstraint("kind <> 'contract' OR valid_to IS NOT NULL", name=op.f('ck_supplier_price_contract_has_an_end')),
    sa.CheckConstraint("kind IN ('contract', 'price_list')", name=op.f('ck_supplier_price_kind_known')),
    sa.CheckConstraint('minimum_quantity > 0', name=op.f('ck_supplier_price_minimum_quantity_positive')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_supplier_price_unit_price_not_negative')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_supplier_price_valid_to_not_before_valid_from')),
    sa.CheckConstraint(by_dialect(sqlite='discount >= 0 AND discount <= 10000', postgresql='discount >= 0.00 AND discount <= 100.00'), name=op.f('ck_supplier_price_discount_is_percent')),
    sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_supplier_price_item_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_price_supplier_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_supplier_price_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_price')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_supplier_price_contract_number'), 'supplier_price', ['contract_number'], unique=False)
    op.create_index('ix_supplier_price_item_id_supplier_id', 'supplier_price', ['item_id', 'supplier_id'], unique=False)
    op.create_index(op.f('ix_supplier_price_supplier_id'), 'supplier_price', ['supplier_id'], unique=False)
    op.create_index(op.f('ix_supplier_price_unit_id'), 'supplier_price', ['unit_id'], unique=False)
    op.create_index(op.f('ix_supplier_price_valid_to'), 'supplier_price', ['valid_to'], unique=False)
    op.create_table('quotation',
    sa.Column('id', KEY, nullable=False),
    sa.Column('quotation_request_id', KEY, nullable=False),
    sa.Column('supplier_id', KEY, nullable=False),
    sa.Column('supplier_number', sa.String(length=60), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('purchase_order_id', KEY, nullable=True),
    sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], name=op.f('fk_quotation_purchase_order_id')),
    sa.ForeignKeyConstraint(['quotation_request_id'], ['quotation_request.id'], name=op.f('fk_quotation_quotation_request_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_quotation_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quotation')),
    sa.UniqueConstraint('quotation_request_id', 'supplier_id', name=op.f('uq_quotation_quotation_request_id_supplier_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_quotation_purchase_order_id'), 'quotation', ['purchase_order_id'], unique=False)
    op.create_index(op.f('ix_quotation_supplier_id'), 'quotation', ['supplier_id'], unique=False)
    op.create_table('quotation_request_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('quotation_request_id', KEY, nullable=False),
    sa.Column('purchase_request_line_id', KEY, nullable=True),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('factor', exact(14, 6), nullable=False),
    sa.CheckConstraint('factor > 0', name=op.f('ck_quotation_request_line_factor_positive')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_quotation_request_line_quantity_positive')),
    sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_quotation_request_line_item_id')),
    sa.ForeignKeyConstraint(['purchase_request_line_id'], ['purchase_request_line.id'], name=op.f('fk_quotation_request_line_purchase_request_line_id')),
    sa.ForeignKeyConstraint(['quotation_request_id'], ['quotation_request.id'], name=op.f('fk_quotation_request_line_quotation_request_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_quotation_request_line_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quotation_request_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_quotation_request_line_item_id'), 'quotation_request_line', ['item_id'], unique=False)
    op.create_index(op.f('ix_quotation_request_line_purchase_request_line_id'), 'quotation_request_line', ['purchase_request_line_id'], unique=False)
    op.create_index(op.f('ix_quotation_request_line_quotation_request_id'), 'quotation_request_line', ['quotation_request_id'], unique=False)
    op.create_index(op.f('ix_quotation_request_line_unit_id'), 'quotation_request_line', ['unit_id'], unique=False)
    op.create_table('quotation_price',
    sa.Column('id', KEY, nullable=False),
    sa.Column('quotation_id', KEY, nullable=False),
    sa.Column('quotation_request_line_id', KEY, nullable=False),
    sa.Column('cannot', sa.Boolean(), nullable=False),
    sa.Column('unit_price', exact(18, 2), nullable=True),
    sa.Column('delivery_days', sa.Integer(), nullable=True),
    sa.Column('is_chosen', sa.Boolean(), nullable=False),
    sa.Column('choice_reason', sa.String(length=300), nullable=True),
    sa.Column('discount', exact(5, 2), nullable=False),
    sa.CheckConstraint('NOT (cannot AND is_chosen)', name=op.f('ck_quotation_price_chosen_has_a_price')),
    sa.CheckConstraint('cannot = (unit_price IS NULL)', name=op.f('ck_quotation_price_a_price_or_cannot')),
    sa.CheckConstraint('delivery_days >= 0', name=op.f('ck_quotation_price_delivery_days_not_negative')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_quotation_price_unit_price_not_negative')),
    sa.CheckConstraint(by_dialect(sqlite='discount >= 0 AND discount <= 10000', postgresql='discount >= 0.00 AND discount <= 100.00'), name=op.f('ck_quotation_price_discount_is_percent')),
    sa.ForeignKeyConstraint(['quotation_id'], ['quotation.id'], name=op.f('fk_quotation_price_quotation_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['quotation_request_line_id'], ['quotation_request_line.id'], name=op.f('fk_quotation_price_quotation_request_line_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quotation_price')),
    sa.UniqueConstraint('quotation_id', 'quotation_request_line_id', name=op.f('uq_quotation_price_quotation_id_quotation_request_line_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_quotation_price_quotation_request_line_id'), 'quotation_price', ['quotation_request_line_id'], unique=False)
    op.create_index('uq_quotation_price_chosen', 'quotation_price', ['quotation_request_line_id'], unique=True, postgresql_where=sa.text('is_chosen'), sqlite_where=sa.text('is_chosen'))
    op.add_column('item', sa.Column('also_called', sa.String(length=200), nullable=True))
    op.add_column('stock_batch', sa.Column('same_as_id', KEY, nullable=True))
    if on_postgresql():
        op.add_column('stock_batch', sa.Column('number_key', sa.String(length=64), sa.Computed("CASE WHEN same_as_id IS NULL THEN lower(replace(number, ' ', '')) END", persisted=True), nullable=True))
    op.add_column('asset_procurement', sa.Column('needs_director', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('list_import', sa.Column('decimal_mark', sa.String(length=1), nullable=True))
    op.add_column('list_import', sa.Column('answers', sa.JSON(), server_default='{}', nullable=False))
    op.add_column('list_import', sa.Column('written', sa.JSON(), server_default='[]', nullable=False))
    op.add_column('purchase_order', sa.Column('needs_director', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('stock_transfer', sa.Column('received_on', sa.Date(), nullable=True))
    op.add_column('supplier_return', sa.Column('goods_lost', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('goods_receipt', sa.Column('source', sa.String(32), nullable=True))
    op.add_column('goods_receipt', sa.Column('source_name', sa.String(length=200), nullable=True))
    op.add_column('stock_transfer_line', sa.Column('arrived_quantity', exact(14, 3), nullable=True))
    op.add_column('stock_transfer_line', sa.Column('is_lost', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('stock_transfer_line', sa.Column('moved_quantity', exact(14, 3), nullable=True))
    op.add_column('store_request_line', sa.Column('granted_quantity', exact(14, 3), nullable=True))
    op.add_column('supplier_invoice', sa.Column('freight_amount', exact(18, 2), server_default='0', nullable=False))
    op.add_column('supplier_invoice', sa.Column('rounding_amount', exact(18, 2), server_default='0', nullable=False))
    op.add_column('supplier_invoice', sa.Column('paper_total', exact(18, 2), nullable=True))
    op.add_column('delivery_request_line', sa.Column('delivered_quantity', exact(14, 3), nullable=True))
    op.add_column('delivery_request_line', sa.Column('arrived_quantity', exact(14, 3), nullable=True))
    op.add_column('delivery_request_line', sa.Column('missing', sa.String(32), nullable=True))
    op.add_column('spoilage_line', sa.Column('moved_quantity', exact(14, 3), nullable=True))
    op.add_column('goods_receipt_line', sa.Column('is_bonus', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('goods_receipt_line', sa.Column('net_value', exact(18, 2), nullable=True))
    op.add_column('supplier_invoice_line', sa.Column('discount', exact(5, 2), server_default='0', nullable=False))
    op.add_column('supplier_invoice_line', sa.Column('amount', exact(18, 2), nullable=True))
    op.add_column('supplier_invoice_line', sa.Column('cleared_amount', exact(18, 2), nullable=True))
    op.add_column('supplier_return_line', sa.Column('moved_quantity', exact(14, 3), nullable=True))
    if on_postgresql():
        drop_constraint('stock_batch', 'uq_stock_batch_item_id_number')
        drop_constraint('list_import', 'ck_list_import_kind_known')
        drop_constraint('list_import', 'ck_list_import_only_applied_stock_is_reversed')
        drop_constraint('list_import', 'ck_list_import_applied_by_somebody')
        drop_constraint('shelf', 'uq_shelf_store_id_item_id')
        drop_constraint('spoilage', 'ck_spoilage_state_known')
        drop_constraint('stock_move', 'ck_stock_move_kind_known')
        drop_constraint('stock_move', 'posted_once')
        drop_constraint('stock_transfer', 'ck_stock_transfer_state_known')
        drop_constraint('supplier_return', 'ck_supplier_return_resolution_known')
        drop_constraint('unit_return', 'ck_unit_return_state_known')
        drop_constraint('goods_receipt', 'ck_goods_receipt_state_known')
        drop_constraint('supplier_invoice', 'ck_supplier_invoice_state_known')
        drop_constraint('supplier_invoice', 'uq_supplier_invoice_supplier_id_supplier_number')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_stock_batch_same_as_another'), 'stock_batch', 'same_as_id <> id')
        op.create_foreign_key(op.f('fk_stock_batch_same_as_id'), 'stock_batch', 'stock_batch', ['same_as_id'], ['id'])
        op.create_unique_constraint(op.f('uq_stock_batch_item_id_number_key'), 'stock_batch', ['item_id', 'number_key'])
        op.create_index(op.f('ix_stock_batch_same_as_id'), 'stock_batch', ['same_as_id'], unique=False)
        op.alter_column('list_import', 'kind', type_=sa.String(length=63), nullable=False)
        op.alter_column('list_import', 'uploaded_by_id', type_=KEY, nullable=True)
        op.create_check_constraint(op.f('ck_list_import_applied_by_somebody'), 'list_import', 'applied_at IS NULL OR applied_by_id IS NOT NULL OR uploaded_by_id IS NULL')
        op.create_check_constraint(op.f('ck_list_import_applied_when'), 'list_import', 'applied_by_id IS NULL OR applied_at IS NOT NULL')
        op.create_check_constraint(op.f('ck_list_import_only_applied_is_reversed'), 'list_import', 'reversed_at IS NULL OR applied_at IS NOT NULL')
        op.create_unique_constraint(op.f('uq_shelf_store_id_item_id_location'), 'shelf', ['store_id', 'item_id', 'location'])
        op.create_check_constraint(op.f('ck_spoilage_state_known'), 'spoilage', "state IN ('draft', 'submitted', 'posted', 'reversed', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_stock_move_kind_known'), 'stock_move', "kind IN ('receipt', 'delivery', 'supplier_return', 'unit_return', 'spoilage', 'stocktake', 'transfer_out', 'transfer_in', 'came_back', 'dispensing', 'maintenance', 'opening', 'reversal')")
        op.create_index('uq_stock_move_posted_once', 'stock_move', ['document_type', 'document_id', 'line_id', 'batch_id', 'kind'], unique=True, sqlite_where=sa.text("kind NOT IN ('reversal', 'came_back')"), postgresql_where=sa.text("kind NOT IN ('reversal', 'came_back')"))
        op.create_check_constraint(op.f('ck_stock_transfer_state_known'), 'stock_transfer', "state IN ('draft', 'submitted', 'sent', 'posted', 'reversed', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_supplier_return_resolution_known'), 'supplier_return', "resolution IN ('replaced', 'credited', 'refused')")
        op.create_check_constraint(op.f('ck_unit_return_state_known'), 'unit_return', "state IN ('draft', 'submitted', 'accepted', 'reversed', 'rejected', 'cancelled')")
        op.alter_column('goods_receipt', 'purchase_order_id', type_=KEY, nullable=True)
        op.alter_column('goods_receipt', 'supplier_id', type_=KEY, nullable=True)
        op.create_check_constraint(op.f('ck_goods_receipt_source_known'), 'goods_receipt', "source IN ('donation', 'programme', 'emergency')")
        op.create_check_constraint(op.f('ck_goods_receipt_state_known'), 'goods_receipt', "state IN ('draft', 'submitted', 'posted', 'rejected', 'reversed', 'cancelled')")
        op.create_check_constraint(op.f('ck_goods_receipt_given_by_no_supplier'), 'goods_receipt', "supplier_id IS NULL OR source IS NULL OR source = 'emergency'")
        op.create_check_constraint(op.f('ck_goods_receipt_order_or_source'), 'goods_receipt', '(source IS NULL) = (purchase_order_id IS NOT NULL)')
        op.create_check_constraint(op.f('ck_goods_receipt_order_has_supplier'), 'goods_receipt', 'supplier_id IS NOT NULL OR source IS NOT NULL')
        op.create_check_constraint(op.f('ck_stock_transfer_line_arrived_is_moved'), 'stock_transfer_line', 'arrived_quantity >= 0 AND arrived_quantity <= moved_quantity')
        op.create_check_constraint(op.f('ck_stock_transfer_line_moved_is_approved'), 'stock_transfer_line', 'moved_quantity >= 0 AND moved_quantity <= quantity * factor')
        op.create_check_constraint(op.f('ck_store_request_line_granted_is_asked_for'), 'store_request_line', 'granted_quantity >= 0 AND granted_quantity <= quantity')
        op.alter_column('supplier_invoice', 'purchase_order_id', type_=KEY, nullable=True)
        op.create_check_constraint(op.f('ck_supplier_invoice_state_known'), 'supplier_invoice', "state IN ('draft', 'submitted', 'approved', 'paid', 'reversed', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_supplier_invoice_freight_amount_not_negative'), 'supplier_invoice', 'freight_amount >= 0')
        op.create_check_constraint(op.f('ck_supplier_invoice_paper_total_not_negative'), 'supplier_invoice', 'paper_total >= 0')
        op.create_index('uq_supplier_invoice_supplier_id_supplier_number', 'supplier_invoice', ['supplier_id', 'supplier_number'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        op.create_check_constraint(op.f('ck_delivery_request_line_missing_known'), 'delivery_request_line', "missing IN ('still_in_store', 'lost')")
        op.create_check_constraint(op.f('ck_delivery_request_line_arrived_is_delivered'), 'delivery_request_line', 'arrived_quantity >= 0 AND arrived_quantity <= delivered_quantity')
        op.create_check_constraint(op.f('ck_delivery_request_line_delivered_is_approved'), 'delivery_request_line', 'delivered_quantity >= 0 AND delivered_quantity <= quantity * factor')
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.create_check_constraint(op.f('ck_spoilage_line_moved_is_approved'), 'spoilage_line', 'moved_quantity >= 0 AND moved_quantity <= quantity * factor')
        op.alter_column('goods_receipt_line', 'purchase_order_line_id', type_=KEY, nullable=True)
        op.create_check_constraint(op.f('ck_goods_receipt_line_bonus_is_free'), 'goods_receipt_line', 'NOT is_bonus OR (purchase_order_line_id IS NULL AND unit_price = 0)')
        op.create_check_constraint(op.f('ck_goods_receipt_line_net_value_not_negative'), 'goods_receipt_line', 'net_value >= 0')
        op.create_check_constraint(op.f('ck_supplier_invoice_line_amount_not_negative'), 'supplier_invoice_line', 'amount >= 0')
        op.create_check_constraint(op.f('ck_supplier_invoice_line_discount_is_percent'), 'supplier_invoice_line', by_dialect(sqlite='discount >= 0 AND discount <= 10000', postgresql='discount >= 0.00 AND discount <= 100.00'))
        op.create_check_constraint(op.f('ck_supplier_return_line_moved_is_approved'), 'supplier_return_line', 'moved_quantity >= 0 AND moved_quantity <= quantity * factor')
    if not on_postgresql():
        set_aside('item', ['ix_item_bmn_code', 'ix_item_category_id', 'ix_item_name'])
        op.create_table('item',
        sa.Column('id', KEY, nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('category_id', KEY, nullable=False),
        sa.Column('base_unit', sa.String(length=40), nullable=False),
        sa.Column('precision', sa.Integer(), nullable=False),
        sa.Column('barcode', sa.String(length=64), nullable=True),
        sa.Column('batch_tracked', sa.Boolean(), nullable=False),
        sa.Column('controlled', sa.Boolean(), nullable=False),
        sa.Column('stock_on_hand', exact(14, 3), nullable=False),
        sa.Column('minimum_stock', exact(14, 3), nullable=False),
        sa.Column('last_received_on', sa.Date(), nullable=True),
        sa.Column('last_issued_on', sa.Date(), nullable=True),
        sa.Column('status', sa.String(32), nullable=False),
        sa.Column('bmn_code', sa.String(length=40), nullable=True),
        sa.Column('price_hint', exact(18, 2), nullable=True),
        sa.Column('description', sa.Text(), nullable=True),
        sa.Column('also_called', sa.String(length=200), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_item_status_known')),
        sa.CheckConstraint('minimum_stock >= 0', name=op.f('ck_item_minimum_stock_not_negative')),
        sa.CheckConstraint('precision >= 0 AND precision <= 3', name=op.f('ck_item_precision_of_quantity')),
        sa.CheckConstraint('price_hint >= 0', name=op.f('ck_item_price_hint_not_negative')),
        sa.CheckConstraint('stock_on_hand >= 0', name=op.f('ck_item_stock_on_hand_not_negative')),
        sa.ForeignKeyConstraint(['category_id'], ['item_category.id'], name=op.f('fk_item_category_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_item')),
        sa.UniqueConstraint('barcode', name=op.f('uq_item_barcode')),
        sa.UniqueConstraint('code', name=op.f('uq_item_code')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_item_bmn_code'), 'item', ['bmn_code'], unique=False)
        op.create_index(op.f('ix_item_category_id'), 'item', ['category_id'], unique=False)
        op.create_index(op.f('ix_item_name'), 'item', ['name'], unique=False)
        take_back('item', ['id', 'code', 'name', 'category_id', 'base_unit', 'precision', 'barcode', 'batch_tracked', 'controlled', 'stock_on_hand', 'minimum_stock', 'last_received_on', 'last_issued_on', 'status', 'bmn_code', 'price_hint', 'description', 'also_called', 'version'])
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
    if not on_postgresql():
        set_aside('asset_procurement', ['ix_asset_procurement_created_by_id', 'ix_asset_procurement_state', 'ix_asset_procurement_state_procured_on', 'ix_asset_procurement_vendor_id'])
        op.create_table('asset_procurement',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('procured_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('vendor_id', KEY, nullable=False),
        sa.Column('expected_on', sa.Date(), nullable=True),
        sa.Column('tax_percent', exact(5, 2), nullable=False),
        sa.Column('funding_source', sa.String(32), nullable=False),
        sa.Column('needs_director', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("funding_source IN ('apbn', 'apbd', 'blu', 'grant', 'loan', 'other')", name=op.f('ck_asset_procurement_funding_source_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'limit_approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_asset_procurement_state_known')),
        sa.CheckConstraint('expected_on >= procured_on', name=op.f('ck_asset_procurement_expected_after_procured')),
        sa.CheckConstraint(by_dialect(sqlite='tax_percent >= 0 AND tax_percent <= 10000', postgresql='tax_percent >= 0.00 AND tax_percent <= 100.00'), name=op.f('ck_asset_procurement_tax_percent_in_range')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_procurement_created_by_id')),
        sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_asset_procurement_vendor_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_procurement')),
        sa.UniqueConstraint('id', 'vendor_id', name=op.f('uq_asset_procurement_id_vendor_id')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_procurement_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_procurement_created_by_id'), 'asset_procurement', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_procurement_state'), 'asset_procurement', ['state'], unique=False)
        op.create_index('ix_asset_procurement_state_procured_on', 'asset_procurement', ['state', 'procured_on'], unique=False)
        op.create_index(op.f('ix_asset_procurement_vendor_id'), 'asset_procurement', ['vendor_id'], unique=False)
        take_back('asset_procurement', ['id', 'created_by_id', 'procured_on', 'state', 'vendor_id', 'expected_on', 'tax_percent', 'funding_source', 'needs_director', 'number', 'created_at', 'note', 'version'])
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
    if not on_postgresql():
        set_aside('purchase_order', ['ix_purchase_order_created_by_id', 'ix_purchase_order_state', 'ix_purchase_order_state_ordered_on', 'ix_purchase_order_store_id', 'ix_purchase_order_supplier_id'])
        op.create_table('purchase_order',
        sa.Column('vat_percent', exact(5, 2), nullable=False),
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('ordered_on', sa.Date(), nullable=False),
        sa.Column('expected_on', sa.Date(), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('payment_terms', sa.String(length=200), nullable=True),
        sa.Column('needs_director', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'limit_approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_purchase_order_state_known')),
        sa.CheckConstraint('expected_on >= ordered_on', name=op.f('ck_purchase_order_expected_after_ordered')),
        sa.CheckConstraint(by_dialect(sqlite='vat_percent >= 0 AND vat_percent <= 10000', postgresql='vat_percent >= 0.00 AND vat_percent <= 100.00'), name=op.f('ck_purchase_order_vat_percent_is_percent')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_purchase_order_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_purchase_order_store_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_purchase_order_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_order')),
        sa.UniqueConstraint('number', name=op.f('uq_purchase_order_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_purchase_order_created_by_id'), 'purchase_order', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_purchase_order_state'), 'purchase_order', ['state'], unique=False)
        op.create_index('ix_purchase_order_state_ordered_on', 'purchase_order', ['state', 'ordered_on'], unique=False)
        op.create_index(op.f('ix_purchase_order_store_id'), 'purchase_order', ['store_id'], unique=False)
        op.create_index(op.f('ix_purchase_order_supplier_id'), 'purchase_order', ['supplier_id'], unique=False)
        take_back('purchase_order', ['vat_percent', 'id', 'created_by_id', 'supplier_id', 'store_id', 'ordered_on', 'expected_on', 'state', 'payment_terms', 'needs_director', 'number', 'created_at', 'note', 'version'])
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
        set_aside('store_request_line', ['ix_store_request_line_item_id', 'ix_store_request_line_store_request_id', 'ix_store_request_line_unit_id'])
        op.create_table('store_request_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('store_request_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('granted_quantity', exact(14, 3), nullable=True),
        sa.CheckConstraint('factor > 0', name=op.f('ck_store_request_line_factor_positive')),
        sa.CheckConstraint('granted_quantity >= 0 AND granted_quantity <= quantity', name=op.f('ck_store_request_line_granted_is_asked_for')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_store_request_line_quantity_positive')),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_store_request_line_item_id')),
        sa.ForeignKeyConstraint(['store_request_id'], ['store_request.id'], name=op.f('fk_store_request_line_store_request_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_store_request_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_store_request_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_store_request_line_item_id'), 'store_request_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_store_request_line_store_request_id'), 'store_request_line', ['store_request_id'], unique=False)
        op.create_index(op.f('ix_store_request_line_unit_id'), 'store_request_line', ['unit_id'], unique=False)
        take_back('store_request_line', ['id', 'store_request_id', 'item_id', 'unit_id', 'quantity', 'factor', 'granted_quantity'])
    if not on_postgresql():
        set_aside('supplier_invoice', ['ix_supplier_invoice_created_by_id', 'ix_supplier_invoice_purchase_order_id', 'ix_supplier_invoice_state', 'ix_supplier_invoice_state_invoiced_on', 'ix_supplier_invoice_supplier_id'])
        op.create_table('supplier_invoice',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('purchase_order_id', KEY, nullable=True),
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
        set_aside('delivery_request_line', ['ix_delivery_request_line_delivery_request_id', 'ix_delivery_request_line_item_id', 'ix_delivery_request_line_unit_id'])
        op.create_table('delivery_request_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('delivery_request_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('delivered_quantity', exact(14, 3), nullable=True),
        sa.Column('arrived_quantity', exact(14, 3), nullable=True),
        sa.Column('missing', sa.String(32), nullable=True),
        sa.CheckConstraint("missing IN ('still_in_store', 'lost')", name=op.f('ck_delivery_request_line_missing_known')),
        sa.CheckConstraint('arrived_quantity >= 0 AND arrived_quantity <= delivered_quantity', name=op.f('ck_delivery_request_line_arrived_is_delivered')),
        sa.CheckConstraint('delivered_quantity >= 0 AND delivered_quantity <= quantity * factor', name=op.f('ck_delivery_request_line_delivered_is_approved')),
        sa.CheckConstraint('factor > 0', name=op.f('ck_delivery_request_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_delivery_request_line_quantity_positive')),
        sa.ForeignKeyConstraint(['delivery_request_id'], ['delivery_request.id'], name=op.f('fk_delivery_request_line_delivery_request_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_delivery_request_line_item_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_delivery_request_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_request_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_delivery_request_line_delivery_request_id'), 'delivery_request_line', ['delivery_request_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_line_item_id'), 'delivery_request_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_line_unit_id'), 'delivery_request_line', ['unit_id'], unique=False)
        take_back('delivery_request_line', ['id', 'delivery_request_id', 'item_id', 'unit_id', 'quantity', 'factor', 'delivered_quantity', 'arrived_quantity', 'missing'])
    if not on_postgresql():
        set_aside('journal_line', ['ix_journal_line_account_id', 'ix_journal_line_entry_id', 'ix_journal_line_purpose'])
        op.create_table('journal_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('entry_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('purpose', sa.String(32), nullable=False),
        sa.Column('debit', exact(18, 2), nullable=False),
        sa.Column('credit', exact(18, 2), nullable=False),
        sa.CheckConstraint("purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')", name=op.f('ck_journal_line_purpose_known')),
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
    op.drop_index('ix_stock_batch_same_as_id', table_name='stock_batch')
    op.drop_index('uq_stock_move_posted_once', table_name='stock_move')
    op.drop_index('uq_supplier_invoice_supplier_id_supplier_number', table_name='supplier_invoice')
    if on_postgresql():
        drop_constraint('stock_batch', 'ck_stock_batch_same_as_another')
        drop_constraint('stock_batch', 'fk_stock_batch_same_as_id')
        drop_constraint('stock_batch', 'uq_stock_batch_item_id_number_key')
        drop_constraint('list_import', 'ck_list_import_applied_by_somebody')
        drop_constraint('list_import', 'ck_list_import_applied_when')
        drop_constraint('list_import', 'ck_list_import_only_applied_is_reversed')
        drop_constraint('shelf', 'uq_shelf_store_id_item_id_location')
        drop_constraint('spoilage', 'ck_spoilage_state_known')
        drop_constraint('stock_move', 'ck_stock_move_kind_known')
        drop_constraint('stock_transfer', 'ck_stock_transfer_state_known')
        drop_constraint('supplier_return', 'ck_supplier_return_resolution_known')
        drop_constraint('unit_return', 'ck_unit_return_state_known')
        drop_constraint('goods_receipt', 'ck_goods_receipt_source_known')
        drop_constraint('goods_receipt', 'ck_goods_receipt_state_known')
        drop_constraint('goods_receipt', 'ck_goods_receipt_given_by_no_supplier')
        drop_constraint('goods_receipt', 'ck_goods_receipt_order_or_source')
        drop_constraint('goods_receipt', 'ck_goods_receipt_order_has_supplier')
        drop_constraint('stock_transfer_line', 'ck_stock_transfer_line_arrived_is_moved')
        drop_constraint('stock_transfer_line', 'ck_stock_transfer_line_moved_is_approved')
        drop_constraint('store_request_line', 'ck_store_request_line_granted_is_asked_for')
        drop_constraint('supplier_invoice', 'ck_supplier_invoice_state_known')
        drop_constraint('supplier_invoice', 'ck_supplier_invoice_freight_amount_not_negative')
        drop_constraint('supplier_invoice', 'ck_supplier_invoice_paper_total_not_negative')
        drop_constraint('delivery_request_line', 'ck_delivery_request_line_missing_known')
        drop_constraint('delivery_request_line', 'ck_delivery_request_line_arrived_is_delivered')
        drop_constraint('delivery_request_line', 'ck_delivery_request_line_delivered_is_approved')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
        drop_constraint('spoilage_line', 'ck_spoilage_line_moved_is_approved')
        drop_constraint('goods_receipt_line', 'ck_goods_receipt_line_bonus_is_free')
        drop_constraint('goods_receipt_line', 'ck_goods_receipt_line_net_value_not_negative')
        drop_constraint('supplier_invoice_line', 'ck_supplier_invoice_line_amount_not_negative')
        drop_constraint('supplier_invoice_line', 'ck_supplier_invoice_line_discount_is_percent')
        drop_constraint('supplier_return_line', 'ck_supplier_return_line_moved_is_approved')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('item', 'also_called')
        op.drop_column('stock_batch', 'number_key')
        op.drop_column('stock_batch', 'same_as_id')
        op.create_unique_constraint(op.f('uq_stock_batch_item_id_number'), 'stock_batch', ['item_id', 'number'])
        op.drop_column('asset_procurement', 'needs_director')
        op.alter_column('list_import', 'kind', type_=sa.String(32), nullable=False)
        op.alter_column('list_import', 'uploaded_by_id', type_=KEY, nullable=False)
        op.drop_column('list_import', 'decimal_mark')
        op.drop_column('list_import', 'answers')
        op.drop_column('list_import', 'written')
        op.create_check_constraint(op.f('ck_list_import_kind_known'), 'list_import', "kind IN ('item', 'item_category', 'unit_conversion', 'supplier', 'work_unit', 'store', 'shelf', 'opening_stock')")
        op.create_check_constraint(op.f('ck_list_import_only_applied_stock_is_reversed'), 'list_import', "reversed_at IS NULL OR (applied_at IS NOT NULL AND kind = 'opening_stock')")
        op.create_check_constraint(op.f('ck_list_import_applied_by_somebody'), 'list_import', '(applied_at IS NULL) = (applied_by_id IS NULL)')
        op.drop_column('purchase_order', 'needs_director')
        op.create_unique_constraint(op.f('uq_shelf_store_id_item_id'), 'shelf', ['store_id', 'item_id'])
        op.create_check_constraint(op.f('ck_spoilage_state_known'), 'spoilage', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_stock_move_kind_known'), 'stock_move', "kind IN ('receipt', 'delivery', 'supplier_return', 'unit_return', 'spoilage', 'stocktake', 'transfer_out', 'transfer_in', 'dispensing', 'maintenance', 'opening', 'reversal')")
        op.create_unique_constraint('posted_once', 'stock_move', ['document_type', 'document_id', 'line_id', 'batch_id', 'kind'])
        op.drop_column('stock_transfer', 'received_on')
        op.create_check_constraint(op.f('ck_stock_transfer_state_known'), 'stock_transfer', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')")
        op.drop_column('supplier_return', 'goods_lost')
        op.create_check_constraint(op.f('ck_supplier_return_resolution_known'), 'supplier_return', "resolution IN ('replaced', 'credited')")
        op.create_check_constraint(op.f('ck_unit_return_state_known'), 'unit_return', "state IN ('draft', 'submitted', 'accepted', 'rejected', 'cancelled')")
        op.alter_column('goods_receipt', 'purchase_order_id', type_=KEY, nullable=False)
        op.alter_column('goods_receipt', 'supplier_id', type_=KEY, nullable=False)
        op.drop_column('goods_receipt', 'source')
        op.drop_column('goods_receipt', 'source_name')
        op.create_check_constraint(op.f('ck_goods_receipt_state_known'), 'goods_receipt', "state IN ('draft', 'posted', 'reversed', 'cancelled')")
        op.drop_column('stock_transfer_line', 'arrived_quantity')
        op.drop_column('stock_transfer_line', 'is_lost')
        op.drop_column('stock_transfer_line', 'moved_quantity')
        op.drop_column('store_request_line', 'granted_quantity')
        op.alter_column('supplier_invoice', 'purchase_order_id', type_=KEY, nullable=False)
        op.drop_column('supplier_invoice', 'freight_amount')
        op.drop_column('supplier_invoice', 'rounding_amount')
        op.drop_column('supplier_invoice', 'paper_total')
        op.create_check_constraint(op.f('ck_supplier_invoice_state_known'), 'supplier_invoice', "state IN ('draft', 'submitted', 'approved', 'paid', 'rejected', 'cancelled')")
        op.create_unique_constraint(op.f('uq_supplier_invoice_supplier_id_supplier_number'), 'supplier_invoice', ['supplier_id', 'supplier_number'])
        op.drop_column('delivery_request_line', 'delivered_quantity')
        op.drop_column('delivery_request_line', 'arrived_quantity')
        op.drop_column('delivery_request_line', 'missing')
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'price_variance', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.drop_column('spoilage_line', 'moved_quantity')
        op.alter_column('goods_receipt_line', 'purchase_order_line_id', type_=KEY, nullable=False)
        op.drop_column('goods_receipt_line', 'is_bonus')
        op.drop_column('goods_receipt_line', 'net_value')
        op.drop_column('supplier_invoice_line', 'discount')
        op.drop_column('supplier_invoice_line', 'amount')
        op.drop_column('supplier_invoice_line', 'cleared_amount')
        op.drop_column('supplier_return_line', 'moved_quantity')
    if not on_postgresql():
        set_aside('item', ['ix_item_bmn_code', 'ix_item_category_id', 'ix_item_name'])
        op.create_table('item',
        sa.Column('id', KEY, nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('category_id', KEY, nullable=False),
        sa.Column('base_unit', sa.String(length=40), nullable=False),
        sa.Column('precision', sa.Integer(), nullable=False),
        sa.Column('barcode', sa.String(length=64), nullable=True),
        sa.Column('batch_tracked', sa.Boolean(), nullable=False),
        sa.Column('controlled', sa.Boolean(), nullable=False),
        sa.Column('stock_on_hand', exact(14, 3), nullable=False),
        sa.Column('minimum_stock', exact(14, 3), nullable=False),
        sa.Column('last_received_on', sa.Date(), nullable=True),
        sa.Column('last_issued_on', sa.Date(), nullable=True),
        sa.Column('status', sa.String(32), nullable=False),
        sa.Column('bmn_code', sa.String(length=40), nullable=True),
        sa.Column('price_hint', exact(18, 2), nullable=True),
        sa.Column('description', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_item_status_known')),
        sa.CheckConstraint('minimum_stock >= 0', name=op.f('ck_item_minimum_stock_not_negative')),
        sa.CheckConstraint('precision >= 0 AND precision <= 3', name=op.f('ck_item_precision_of_quantity')),
        sa.CheckConstraint('price_hint >= 0', name=op.f('ck_item_price_hint_not_negative')),
        sa.CheckConstraint('stock_on_hand >= 0', name=op.f('ck_item_stock_on_hand_not_negative')),
        sa.ForeignKeyConstraint(['category_id'], ['item_category.id'], name=op.f('fk_item_category_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_item')),
        sa.UniqueConstraint('barcode', name=op.f('uq_item_barcode')),
        sa.UniqueConstraint('code', name=op.f('uq_item_code')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_item_bmn_code'), 'item', ['bmn_code'], unique=False)
        op.create_index(op.f('ix_item_category_id'), 'item', ['category_id'], unique=False)
        op.create_index(op.f('ix_item_name'), 'item', ['name'], unique=False)
        take_back('item', ['id', 'code', 'name', 'category_id', 'base_unit', 'precision', 'barcode', 'batch_tracked', 'controlled', 'stock_on_hand', 'minimum_stock', 'last_received_on', 'last_issued_on', 'status', 'bmn_code', 'price_hint', 'description', 'version'])
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
    if not on_postgresql():
        set_aside('asset_procurement', ['ix_asset_procurement_created_by_id', 'ix_asset_procurement_state', 'ix_asset_procurement_state_procured_on', 'ix_asset_procurement_vendor_id'])
        op.create_table('asset_procurement',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('procured_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('vendor_id', KEY, nullable=False),
        sa.Column('expected_on', sa.Date(), nullable=True),
        sa.Column('tax_percent', exact(5, 2), nullable=False),
        sa.Column('funding_source', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("funding_source IN ('apbn', 'apbd', 'blu', 'grant', 'loan', 'other')", name=op.f('ck_asset_procurement_funding_source_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'limit_approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_asset_procurement_state_known')),
        sa.CheckConstraint('expected_on >= procured_on', name=op.f('ck_asset_procurement_expected_after_procured')),
        sa.CheckConstraint(by_dialect(sqlite='tax_percent >= 0 AND tax_percent <= 10000', postgresql='tax_percent >= 0.00 AND tax_percent <= 100.00'), name=op.f('ck_asset_procurement_tax_percent_in_range')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_procurement_created_by_id')),
        sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_asset_procurement_vendor_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_procurement')),
        sa.UniqueConstraint('id', 'vendor_id', name=op.f('uq_asset_procurement_id_vendor_id')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_procurement_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_procurement_created_by_id'), 'asset_procurement', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_procurement_state'), 'asset_procurement', ['state'], unique=False)
        op.create_index('ix_asset_procurement_state_procured_on', 'asset_procurement', ['state', 'procured_on'], unique=False)
        op.create_index(op.f('ix_asset_procurement_vendor_id'), 'asset_procurement', ['vendor_id'], unique=False)
        take_back('asset_procurement', ['id', 'created_by_id', 'procured_on', 'state', 'vendor_id', 'expected_on', 'tax_percent', 'funding_source', 'number', 'created_at', 'note', 'version'])
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
    if not on_postgresql():
        set_aside('purchase_order', ['ix_purchase_order_created_by_id', 'ix_purchase_order_state', 'ix_purchase_order_state_ordered_on', 'ix_purchase_order_store_id', 'ix_purchase_order_supplier_id'])
        op.create_table('purchase_order',
        sa.Column('vat_percent', exact(5, 2), nullable=False),
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('ordered_on', sa.Date(), nullable=False),
        sa.Column('expected_on', sa.Date(), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('payment_terms', sa.String(length=200), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'limit_approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_purchase_order_state_known')),
        sa.CheckConstraint('expected_on >= ordered_on', name=op.f('ck_purchase_order_expected_after_ordered')),
        sa.CheckConstraint(by_dialect(sqlite='vat_percent >= 0 AND vat_percent <= 10000', postgresql='vat_percent >= 0.00 AND vat_percent <= 100.00'), name=op.f('ck_purchase_order_vat_percent_is_percent')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_purchase_order_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_purchase_order_store_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_purchase_order_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_order')),
        sa.UniqueConstraint('number', name=op.f('uq_purchase_order_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_purchase_order_created_by_id'), 'purchase_order', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_purchase_order_state'), 'purchase_order', ['state'], unique=False)
        op.create_index('ix_purchase_order_state_ordered_on', 'purchase_order', ['state', 'ordered_on'], unique=False)
        op.create_index(op.f('ix_purchase_order_store_id'), 'purchase_order', ['store_id'], unique=False)
        op.create_index(op.f('ix_purchase_order_supplier_id'), 'purchase_order', ['supplier_id'], unique=False)
        take_back('purchase_order', ['vat_percent', 'id', 'created_by_id', 'supplier_id', 'store_id', 'ordered_on', 'expected_on', 'state', 'payment_terms', 'number', 'created_at', 'note', 'version'])
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
        set_aside('store_request_line', ['ix_store_request_line_item_id', 'ix_store_request_line_store_request_id', 'ix_store_request_line_unit_id'])
        op.create_table('store_request_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('store_request_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.CheckConstraint('factor > 0', name=op.f('ck_store_request_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_store_request_line_quantity_positive')),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_store_request_line_item_id')),
        sa.ForeignKeyConstraint(['store_request_id'], ['store_request.id'], name=op.f('fk_store_request_line_store_request_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_store_request_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_store_request_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_store_request_line_item_id'), 'store_request_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_store_request_line_store_request_id'), 'store_request_line', ['store_request_id'], unique=False)
        op.create_index(op.f('ix_store_request_line_unit_id'), 'store_request_line', ['unit_id'], unique=False)
        take_back('store_request_line', ['id', 'store_request_id', 'item_id', 'unit_id', 'quantity', 'factor'])
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
        set_aside('delivery_request_line', ['ix_delivery_request_line_delivery_request_id', 'ix_delivery_request_line_item_id', 'ix_delivery_request_line_unit_id'])
        op.create_table('delivery_request_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('delivery_request_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.CheckConstraint('factor > 0', name=op.f('ck_delivery_request_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_delivery_request_line_quantity_positive')),
        sa.ForeignKeyConstraint(['delivery_request_id'], ['delivery_request.id'], name=op.f('fk_delivery_request_line_delivery_request_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_delivery_request_line_item_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_delivery_request_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_request_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_delivery_request_line_delivery_request_id'), 'delivery_request_line', ['delivery_request_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_line_item_id'), 'delivery_request_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_line_unit_id'), 'delivery_request_line', ['unit_id'], unique=False)
        take_back('delivery_request_line', ['id', 'delivery_request_id', 'item_id', 'unit_id', 'quantity', 'factor'])
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
    op.drop_index('ix_quotation_price_quotation_request_line_id', table_name='quotation_price')
    op.drop_index('uq_quotation_price_chosen', table_name='quotation_price')
    op.drop_table('quotation_price')
    op.drop_index('ix_quotation_request_line_item_id', table_name='quotation_request_line')
    op.drop_index('ix_quotation_request_line_purchase_request_line_id', table_name='quotation_request_line')
    op.drop_index('ix_quotation_request_line_quotation_request_id', table_name='quotation_request_line')
    op.drop_index('ix_quotation_request_line_unit_id', table_name='quotation_request_line')
    op.drop_table('quotation_request_line')
    op.drop_index('ix_quotation_purchase_order_id', table_name='quotation')
    op.drop_index('ix_quotation_supplier_id', table_name='quotation')
    op.drop_table('quotation')
    op.drop_index('ix_supplier_price_contract_number', table_name='supplier_price')
    op.drop_index('ix_supplier_price_item_id_supplier_id', table_name='supplier_price')
    op.drop_index('ix_supplier_price_supplier_id', table_name='supplier_price')
    op.drop_index('ix_supplier_price_unit_id', table_name='supplier_price')
    op.drop_index('ix_supplier_price_valid_to', table_name='supplier_price')
    op.drop_table('supplier_price')
    op.drop_index('ix_stock_level_item_id', table_name='stock_level')
    op.drop_table('stock_level')
    op.drop_index('ix_quotation_request_created_by_id', table_name='quotation_request')
    op.drop_index('ix_quotation_request_state', table_name='quotation_request')
    op.drop_index('ix_quotation_request_state_asked_on', table_name='quotation_request')
    op.drop_index('ix_quotation_request_store_id', table_name='quotation_request')
    op.drop_table('quotation_request')
    op.drop_index('ix_item_substitute_approved_by_id', table_name='item_substitute')
    op.drop_index('ix_item_substitute_substitute_id', table_name='item_substitute')
    op.drop_table('item_substitute')
    op.drop_index('ix_batch_correction_batch_id', table_name='batch_correction')
    op.drop_index('ix_batch_correction_joined_to_id', table_name='batch_correction')
    op.drop_index('ix_batch_correction_user_id', table_name='batch_correction')
    op.drop_table('batch_correction')
    make_rules('0004', '0005')
