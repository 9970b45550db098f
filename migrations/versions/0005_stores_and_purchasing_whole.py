"""Stores and purchasing whole

Revision ID: 0005_04cf9446b6db
Revises: 0004_802b76a12fe4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0005_04cf9446b6db'
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
    sa.CheckConstraint("state IN ('draft', 'sent', 'done', 'cancelled')", name=op.f('ck_quotation_request_state_known')),
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
    op.add_column('list_import', sa.Column('decimal_mark', sa.String(length=1), nullable=True))
    op.add_column('list_import', sa.Column('answers', sa.JSON(), server_default='{}', nullable=False))
    op.add_column('list_import', sa.Column('written', sa.JSON(), server_default='[]', nullable=False))
    op.add_column('store_request_line', sa.Column('granted_quantity', exact(14, 3), nullable=True))
    op.add_column('delivery_request_line', sa.Column('delivered_quantity', exact(14, 3), nullable=True))
    op.add_column('delivery_request_line', sa.Column('arrived_quantity', exact(14, 3), nullable=True))
    op.add_column('delivery_request_line', sa.Column('missing', sa.String(32), nullable=True))
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
        op.create_check_constraint(op.f('ck_store_request_line_granted_is_asked_for'), 'store_request_line', 'granted_quantity >= 0 AND granted_quantity <= quantity')
        op.create_check_constraint(op.f('ck_delivery_request_line_missing_known'), 'delivery_request_line', "missing IN ('still_in_store', 'lost')")
        op.create_check_constraint(op.f('ck_delivery_request_line_arrived_is_delivered'), 'delivery_request_line', 'arrived_quantity >= 0 AND arrived_quantity <= delivered_quantity')
        op.create_check_constraint(op.f('ck_delivery_request_line_delivered_is_approved'), 'delivery_request_line', 'delivered_quantity >= 0 AND delivered_quantity <= quantity * factor')
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
    make_rules('0005', '0004')


def downgrade() -> None:
    drop_rules('0005', '0004')
    if on_postgresql():
        drop_constraint('list_import', 'ck_list_import_applied_by_somebody')
        drop_constraint('list_import', 'ck_list_import_applied_when')
        drop_constraint('list_import', 'ck_list_import_only_applied_is_reversed')
        drop_constraint('store_request_line', 'ck_store_request_line_granted_is_asked_for')
        drop_constraint('delivery_request_line', 'ck_delivery_request_line_missing_known')
        drop_constraint('delivery_request_line', 'ck_delivery_request_line_arrived_is_delivered')
        drop_constraint('delivery_request_line', 'ck_delivery_request_line_delivered_is_approved')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('item', 'also_called')
        op.alter_column('list_import', 'kind', type_=sa.String(32), nullable=False)
        op.alter_column('list_import', 'uploaded_by_id', type_=KEY, nullable=False)
        op.drop_column('list_import', 'decimal_mark')
        op.drop_column('list_import', 'answers')
        op.drop_column('list_import', 'written')
        op.create_check_constraint(op.f('ck_list_import_kind_known'), 'list_import', "kind IN ('item', 'item_category', 'unit_conversion', 'supplier', 'work_unit', 'store', 'shelf', 'opening_stock')")
        op.create_check_constraint(op.f('ck_list_import_only_applied_stock_is_reversed'), 'list_import', "reversed_at IS NULL OR (applied_at IS NOT NULL AND kind = 'opening_stock')")
        op.create_check_constraint(op.f('ck_list_import_applied_by_somebody'), 'list_import', '(applied_at IS NULL) = (applied_by_id IS NULL)')
        op.drop_column('store_request_line', 'granted_quantity')
        op.drop_column('delivery_request_line', 'delivered_quantity')
        op.drop_column('delivery_request_line', 'arrived_quantity')
        op.drop_column('delivery_request_line', 'missing')
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
    make_rules('0004', '0005')
