"""Sealed log, second factor, lists as people like them

Revision ID: 0007_a5e1377dd5b4
Revises: 0006_7fb7f0e76b8a
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0007_a5e1377dd5b4'
down_revision = '0006_7fb7f0e76b8a'
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
    drop_rules('0006', '0007')
    op.create_table('log_seal',
    sa.Column('id', KEY, nullable=False),
    sa.Column('rows', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('leaves', sa.LargeBinary(), nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.Column('last_id', KEY, nullable=False),
    sa.Column('waiting', sa.JSON(), nullable=False),
    sa.Column('sealed_at', MOMENT, nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('public_key', sa.String(length=64), nullable=False),
    sa.Column('signature', sa.String(length=128), nullable=False),
    sa.CheckConstraint('length(root) = 64 AND length(hash) = 64 AND length(previous_hash) = 64', name=op.f('ck_log_seal_hash_length')),
    sa.CheckConstraint('size > 0', name=op.f('ck_log_seal_size_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_seal')),
    sa.UniqueConstraint('hash', name=op.f('uq_log_seal_hash')),
    sa.UniqueConstraint('previous_hash', name=op.f('uq_log_seal_previous_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_log_seal_last_id'), 'log_seal', ['last_id'], unique=False)
    op.create_table('secret_try',
    sa.Column('id', KEY, nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('tried_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_secret_try')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_secret_try_key_tried_at', 'secret_try', ['key', 'tried_at'], unique=False)
    op.create_index(op.f('ix_secret_try_tried_at'), 'secret_try', ['tried_at'], unique=False)
    op.create_table('authenticator',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('secret', sa.String(length=200), nullable=False),
    sa.Column('last_step', KEY, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('confirmed_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_authenticator_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authenticator')),
    sa.UniqueConstraint('user_id', name=op.f('uq_authenticator_user_id')),
    sqlite_autoincrement=True
    )
    op.create_table('panel_choice',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('about', sa.String(length=40), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('columns', 'favourite', 'folded')", name=op.f('ck_panel_choice_kind_known')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_panel_choice_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_panel_choice')),
    sa.UniqueConstraint('user_id', 'kind', 'about', name=op.f('uq_panel_choice_user_id_kind_about')),
    sqlite_autoincrement=True
    )
    op.create_table('recovery_code',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('used_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_recovery_code_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_recovery_code_code_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_recovery_code_user_id'), 'recovery_code', ['user_id'], unique=False)
    op.create_table('saved_filter',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('list_name', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.Text(), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('shared_with', sa.String(32), nullable=True),
    sa.CheckConstraint("shared_with IN ('admin', 'facilities_staff', 'store_staff', 'store_head', 'facilities_head', 'payables', 'receivables', 'unit_user', 'front_office', 'housekeeping', 'director', 'doctor', 'patient', 'student', 'teacher')", name=op.f('ck_saved_filter_shared_with_known')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_saved_filter_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_filter')),
    sa.UniqueConstraint('user_id', 'list_name', 'name', name=op.f('uq_saved_filter_user_id_list_name_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_saved_filter_list_name'), 'saved_filter', ['list_name'], unique=False)
    op.create_index('uq_saved_filter_default', 'saved_filter', ['user_id', 'list_name'], unique=True, sqlite_where=sa.text('is_default'), postgresql_where=sa.text('is_default'))
    op.add_column('user', sa.Column('factor_since', MOMENT, nullable=True))
    op.add_column('activity_log', sa.Column('salt', sa.String(length=32), nullable=True))
    if on_postgresql():
        drop_constraint('activity_log', 'uq_activity_log_hash')
        drop_constraint('activity_log', 'uq_activity_log_previous_hash')
    run_rows('rows')
    if on_postgresql():
        op.create_index(op.f('ix_stock_batch_number'), 'stock_batch', ['number'], unique=False)
        op.alter_column('activity_log', 'id', type_=KEY, nullable=False)
        op.alter_column('activity_log', 'previous_hash', type_=sa.String(length=64), nullable=True)
        op.create_check_constraint(op.f('ck_activity_log_salted'), 'activity_log', 'salt IS NOT NULL OR previous_hash IS NOT NULL')
        op.create_index(op.f('ix_asset_auction_auctioned_on'), 'asset_auction', ['auctioned_on'], unique=False)
        op.create_index(op.f('ix_asset_plan_planned_on'), 'asset_plan', ['planned_on'], unique=False)
        op.create_index(op.f('ix_asset_procurement_expected_on'), 'asset_procurement', ['expected_on'], unique=False)
        op.create_index(op.f('ix_asset_procurement_procured_on'), 'asset_procurement', ['procured_on'], unique=False)
        op.create_index(op.f('ix_asset_value_change_changed_on'), 'asset_value_change', ['changed_on'], unique=False)
        op.create_index(op.f('ix_depreciation_run_run_on'), 'depreciation_run', ['run_on'], unique=False)
        op.create_index(op.f('ix_purchase_order_expected_on'), 'purchase_order', ['expected_on'], unique=False)
        op.create_index(op.f('ix_purchase_order_ordered_on'), 'purchase_order', ['ordered_on'], unique=False)
        op.create_index(op.f('ix_purchase_request_needed_on'), 'purchase_request', ['needed_on'], unique=False)
        op.create_index(op.f('ix_purchase_request_requested_on'), 'purchase_request', ['requested_on'], unique=False)
        op.create_index(op.f('ix_quotation_request_asked_on'), 'quotation_request', ['asked_on'], unique=False)
        op.create_index(op.f('ix_spoilage_spoiled_on'), 'spoilage', ['spoiled_on'], unique=False)
        op.create_index(op.f('ix_stock_transfer_transferred_on'), 'stock_transfer', ['transferred_on'], unique=False)
        op.create_index(op.f('ix_stocktake_counted_on'), 'stocktake', ['counted_on'], unique=False)
        op.create_index(op.f('ix_store_request_needed_on'), 'store_request', ['needed_on'], unique=False)
        op.create_index(op.f('ix_store_request_requested_on'), 'store_request', ['requested_on'], unique=False)
        op.create_index(op.f('ix_supplier_refund_amount'), 'supplier_refund', ['amount'], unique=False)
        op.create_index(op.f('ix_supplier_refund_refunded_on'), 'supplier_refund', ['refunded_on'], unique=False)
        op.create_index(op.f('ix_supplier_return_returned_on'), 'supplier_return', ['returned_on'], unique=False)
        op.create_index(op.f('ix_unit_return_returned_on'), 'unit_return', ['returned_on'], unique=False)
        op.create_index(op.f('ix_asset_disposal_disposed_on'), 'asset_disposal', ['disposed_on'], unique=False)
        op.create_index(op.f('ix_asset_receipt_received_on'), 'asset_receipt', ['received_on'], unique=False)
        op.create_index(op.f('ix_delivery_request_delivered_on'), 'delivery_request', ['delivered_on'], unique=False)
        op.create_index(op.f('ix_goods_receipt_received_on'), 'goods_receipt', ['received_on'], unique=False)
        op.create_index(op.f('ix_monthly_pack_prepared_on'), 'monthly_pack', ['prepared_on'], unique=False)
        op.create_index(op.f('ix_outbox_created_at'), 'outbox', ['created_at'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_due_on'), 'supplier_invoice', ['due_on'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_invoiced_on'), 'supplier_invoice', ['invoiced_on'], unique=False)
        op.create_index(op.f('ix_consultation_requested_on'), 'consultation', ['requested_on'], unique=False)
        op.create_index(op.f('ix_inventory_round_counted_on'), 'inventory_round', ['counted_on'], unique=False)
        op.create_index(op.f('ix_cleaning_requested_at'), 'cleaning', ['requested_at'], unique=False)
        op.create_index(op.f('ix_prescription_prescribed_on'), 'prescription', ['prescribed_on'], unique=False)
        op.create_index(op.f('ix_prescription_valid_until'), 'prescription', ['valid_until'], unique=False)
        op.create_index(op.f('ix_stay_ended_at'), 'stay', ['ended_at'], unique=False)
        op.create_index(op.f('ix_walk_in_arrived_at'), 'walk_in', ['arrived_at'], unique=False)
        op.create_index(op.f('ix_asset_book_cost'), 'asset_book', ['cost'], unique=False)
        op.create_index(op.f('ix_asset_book_change_changed_on'), 'asset_book_change', ['changed_on'], unique=False)
        op.create_index(op.f('ix_maintenance_estimated_cost'), 'maintenance', ['estimated_cost'], unique=False)
        op.create_index(op.f('ix_maintenance_requested_on'), 'maintenance', ['requested_on'], unique=False)
        op.create_index(op.f('ix_fault_report_reported_at'), 'fault_report', ['reported_at'], unique=False)
        op.create_index(op.f('ix_fault_report_reported_on'), 'fault_report', ['reported_on'], unique=False)
    if not on_postgresql():
        set_aside('stock_batch', ['ix_stock_batch_same_as_id', 'ix_stock_batch_expires_on'])
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
        op.create_index(op.f('ix_stock_batch_number'), 'stock_batch', ['number'], unique=False)
        op.create_index(op.f('ix_stock_batch_same_as_id'), 'stock_batch', ['same_as_id'], unique=False)
        take_back('stock_batch', ['id', 'item_id', 'number', 'expires_on', 'same_as_id'])
    if not on_postgresql():
        set_aside('user', ['ix_user_work_unit_id', 'uq_user_email_lower'])
        op.create_table('user',
        sa.Column('id', KEY, nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('email', sa.String(length=254), nullable=False),
        sa.Column('password_hash', sa.String(length=255), nullable=True),
        sa.Column('phone', sa.String(length=32), nullable=True),
        sa.Column('work_unit_id', KEY, nullable=True),
        sa.Column('language', sa.String(32), nullable=False),
        sa.Column('status', sa.String(32), nullable=False),
        sa.Column('is_demo', sa.Boolean(), nullable=False),
        sa.Column('wants_mail', sa.Boolean(), nullable=False),
        sa.Column('wants_whatsapp', sa.Boolean(), nullable=False),
        sa.Column('wants_sms', sa.Boolean(), nullable=False),
        sa.Column('email_confirmed_at', MOMENT, nullable=True),
        sa.Column('email_set_at', MOMENT, nullable=True),
        sa.Column('email_set_by_id', KEY, nullable=True),
        sa.Column('factor_since', MOMENT, nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_user_language_known')),
        sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_user_status_known')),
        sa.ForeignKeyConstraint(['email_set_by_id'], ['user.id'], name=op.f('fk_user_email_set_by_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_user_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_user_work_unit_id'), 'user', ['work_unit_id'], unique=False)
        op.create_index('uq_user_email_lower', 'user', [sa.literal_column('lower(email)')], unique=True)
        take_back('user', ['id', 'name', 'email', 'password_hash', 'phone', 'work_unit_id', 'language', 'status', 'is_demo', 'wants_mail', 'wants_whatsapp', 'wants_sms', 'email_confirmed_at', 'email_set_at', 'email_set_by_id', 'factor_since', 'created_at', 'version'])
    if not on_postgresql():
        set_aside('activity_log', ['ix_activity_log_activity', 'ix_activity_log_occurred_at', 'ix_activity_log_row', 'ix_activity_log_user_id'])
        op.create_table('activity_log',
        sa.Column('id', KEY, nullable=False),
        sa.Column('user_id', KEY, nullable=True),
        sa.Column('access', sa.String(32), nullable=False),
        sa.Column('table_name', sa.String(length=63), nullable=True),
        sa.Column('changed_id', sa.String(length=80), nullable=True),
        sa.Column('activity', sa.String(32), nullable=False),
        sa.Column('properties', sa.JSON(), nullable=False),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.Column('address', sa.String(length=64), nullable=True),
        sa.Column('salt', sa.String(length=32), nullable=True),
        sa.Column('previous_hash', sa.String(length=64), nullable=True),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.CheckConstraint("access IN ('back_office', 'portal', 'api', 'command')", name=op.f('ck_activity_log_access_known')),
        sa.CheckConstraint("activity IN ('inserted', 'updated', 'deleted', 'read', 'exported', 'logged_in', 'logged_out', 'login_failed')", name=op.f('ck_activity_log_activity_known')),
        sa.CheckConstraint('length(hash) = 64', name=op.f('ck_activity_log_hash_length')),
        sa.CheckConstraint('salt IS NOT NULL OR previous_hash IS NOT NULL', name=op.f('ck_activity_log_salted')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_activity_log_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_log')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_activity_log_activity'), 'activity_log', ['activity'], unique=False)
        op.create_index(op.f('ix_activity_log_occurred_at'), 'activity_log', ['occurred_at'], unique=False)
        op.create_index('ix_activity_log_row', 'activity_log', ['table_name', 'changed_id'], unique=False)
        op.create_index(op.f('ix_activity_log_user_id'), 'activity_log', ['user_id'], unique=False)
        take_back('activity_log', ['id', 'user_id', 'access', 'table_name', 'changed_id', 'activity', 'properties', 'occurred_at', 'address', 'salt', 'previous_hash', 'hash'])
    if not on_postgresql():
        set_aside('asset_auction', ['ix_asset_auction_account_id', 'ix_asset_auction_created_by_id', 'ix_asset_auction_state', 'ix_asset_auction_state_auctioned_on'])
        op.create_table('asset_auction',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('auctioned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('appraiser', sa.String(length=200), nullable=True),
        sa.Column('appraised_on', sa.Date(), nullable=True),
        sa.Column('buyer_name', sa.String(length=200), nullable=True),
        sa.Column('buyer_identity', sa.String(length=40), nullable=True),
        sa.Column('minutes_number', sa.String(length=40), nullable=True),
        sa.Column('paid_on', sa.Date(), nullable=True),
        sa.Column('payment_reference', sa.String(length=40), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'receivables_approved', 'open', 'awarded', 'sold', 'failed', 'rejected', 'cancelled')", name=op.f('ck_asset_auction_state_known')),
        sa.CheckConstraint('(paid_on IS NULL) = (payment_reference IS NULL)', name=op.f('ck_asset_auction_payment_is_whole')),
        sa.CheckConstraint('round > 0', name=op.f('ck_asset_auction_round_positive')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_auction_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_auction_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_auction')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_auction_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_auction_account_id'), 'asset_auction', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_auctioned_on'), 'asset_auction', ['auctioned_on'], unique=False)
        op.create_index(op.f('ix_asset_auction_created_by_id'), 'asset_auction', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_state'), 'asset_auction', ['state'], unique=False)
        op.create_index('ix_asset_auction_state_auctioned_on', 'asset_auction', ['state', 'auctioned_on'], unique=False)
        take_back('asset_auction', ['id', 'created_by_id', 'account_id', 'auctioned_on', 'state', 'round', 'appraiser', 'appraised_on', 'buyer_name', 'buyer_identity', 'minutes_number', 'paid_on', 'payment_reference', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_plan', ['ix_asset_plan_created_by_id', 'ix_asset_plan_state', 'ix_asset_plan_state_planned_on', 'ix_asset_plan_work_unit_id'])
        op.create_table('asset_plan',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('planned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('work_unit_id', KEY, nullable=False),
        sa.Column('budget_year', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'done', 'rejected', 'cancelled')", name=op.f('ck_asset_plan_state_known')),
        sa.CheckConstraint('budget_year BETWEEN 2000 AND 2200', name=op.f('ck_asset_plan_budget_year_sane')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_plan_created_by_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_plan_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_plan')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_plan_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_plan_created_by_id'), 'asset_plan', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_plan_planned_on'), 'asset_plan', ['planned_on'], unique=False)
        op.create_index(op.f('ix_asset_plan_state'), 'asset_plan', ['state'], unique=False)
        op.create_index('ix_asset_plan_state_planned_on', 'asset_plan', ['state', 'planned_on'], unique=False)
        op.create_index(op.f('ix_asset_plan_work_unit_id'), 'asset_plan', ['work_unit_id'], unique=False)
        take_back('asset_plan', ['id', 'created_by_id', 'planned_on', 'state', 'work_unit_id', 'budget_year', 'number', 'created_at', 'note', 'version'])
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
        op.create_index(op.f('ix_asset_procurement_expected_on'), 'asset_procurement', ['expected_on'], unique=False)
        op.create_index(op.f('ix_asset_procurement_procured_on'), 'asset_procurement', ['procured_on'], unique=False)
        op.create_index(op.f('ix_asset_procurement_state'), 'asset_procurement', ['state'], unique=False)
        op.create_index('ix_asset_procurement_state_procured_on', 'asset_procurement', ['state', 'procured_on'], unique=False)
        op.create_index(op.f('ix_asset_procurement_vendor_id'), 'asset_procurement', ['vendor_id'], unique=False)
        take_back('asset_procurement', ['id', 'created_by_id', 'procured_on', 'state', 'vendor_id', 'expected_on', 'tax_percent', 'funding_source', 'needs_director', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_value_change', ['ix_asset_value_change_account_id', 'ix_asset_value_change_created_by_id', 'ix_asset_value_change_state', 'ix_asset_value_change_state_changed_on'])
        op.create_table('asset_value_change',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('changed_on', sa.Date(), nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind IN ('improvement', 'revaluation', 'impairment')", name=op.f('ck_asset_value_change_kind_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled', 'reversed')", name=op.f('ck_asset_value_change_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_value_change_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_value_change_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_value_change')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_value_change_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_value_change_account_id'), 'asset_value_change', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_value_change_changed_on'), 'asset_value_change', ['changed_on'], unique=False)
        op.create_index(op.f('ix_asset_value_change_created_by_id'), 'asset_value_change', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_value_change_state'), 'asset_value_change', ['state'], unique=False)
        op.create_index('ix_asset_value_change_state_changed_on', 'asset_value_change', ['state', 'changed_on'], unique=False)
        take_back('asset_value_change', ['id', 'created_by_id', 'kind', 'changed_on', 'account_id', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('depreciation_run', ['uq_depreciation_run_living_period', 'ix_depreciation_run_created_by_id', 'ix_depreciation_run_state', 'ix_depreciation_run_state_run_on'])
        op.create_table('depreciation_run',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('run_on', sa.Date(), nullable=False),
        sa.Column('book', sa.String(32), nullable=False),
        sa.Column('period_start', sa.Date(), nullable=False),
        sa.Column('period_end', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("book IN ('hospital', 'tax', 'state_property')", name=op.f('ck_depreciation_run_book_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled', 'reversed')", name=op.f('ck_depreciation_run_state_known')),
        sa.CheckConstraint('period_end >= period_start', name=op.f('ck_depreciation_run_period_not_empty')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_depreciation_run_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_depreciation_run')),
        sa.UniqueConstraint('number', name=op.f('uq_depreciation_run_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_depreciation_run_created_by_id'), 'depreciation_run', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_depreciation_run_run_on'), 'depreciation_run', ['run_on'], unique=False)
        op.create_index(op.f('ix_depreciation_run_state'), 'depreciation_run', ['state'], unique=False)
        op.create_index('ix_depreciation_run_state_run_on', 'depreciation_run', ['state', 'run_on'], unique=False)
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        take_back('depreciation_run', ['id', 'created_by_id', 'run_on', 'book', 'period_start', 'period_end', 'state', 'number', 'created_at', 'note', 'version'])
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
        op.create_index(op.f('ix_purchase_order_expected_on'), 'purchase_order', ['expected_on'], unique=False)
        op.create_index(op.f('ix_purchase_order_ordered_on'), 'purchase_order', ['ordered_on'], unique=False)
        op.create_index(op.f('ix_purchase_order_state'), 'purchase_order', ['state'], unique=False)
        op.create_index('ix_purchase_order_state_ordered_on', 'purchase_order', ['state', 'ordered_on'], unique=False)
        op.create_index(op.f('ix_purchase_order_store_id'), 'purchase_order', ['store_id'], unique=False)
        op.create_index(op.f('ix_purchase_order_supplier_id'), 'purchase_order', ['supplier_id'], unique=False)
        take_back('purchase_order', ['vat_percent', 'id', 'created_by_id', 'supplier_id', 'store_id', 'ordered_on', 'expected_on', 'state', 'payment_terms', 'needs_director', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('purchase_request', ['ix_purchase_request_approved_by_id', 'ix_purchase_request_created_by_id', 'ix_purchase_request_state', 'ix_purchase_request_state_requested_on', 'ix_purchase_request_store_id'])
        op.create_table('purchase_request',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('needed_on', sa.Date(), nullable=True),
        sa.Column('approved_by_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'done', 'rejected', 'cancelled')", name=op.f('ck_purchase_request_state_known')),
        sa.CheckConstraint('needed_on >= requested_on', name=op.f('ck_purchase_request_needed_after_requested')),
        sa.ForeignKeyConstraint(['approved_by_id'], ['user.id'], name=op.f('fk_purchase_request_approved_by_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_purchase_request_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_purchase_request_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_request')),
        sa.UniqueConstraint('number', name=op.f('uq_purchase_request_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_purchase_request_approved_by_id'), 'purchase_request', ['approved_by_id'], unique=False)
        op.create_index(op.f('ix_purchase_request_created_by_id'), 'purchase_request', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_purchase_request_needed_on'), 'purchase_request', ['needed_on'], unique=False)
        op.create_index(op.f('ix_purchase_request_requested_on'), 'purchase_request', ['requested_on'], unique=False)
        op.create_index(op.f('ix_purchase_request_state'), 'purchase_request', ['state'], unique=False)
        op.create_index('ix_purchase_request_state_requested_on', 'purchase_request', ['state', 'requested_on'], unique=False)
        op.create_index(op.f('ix_purchase_request_store_id'), 'purchase_request', ['store_id'], unique=False)
        take_back('purchase_request', ['id', 'created_by_id', 'store_id', 'requested_on', 'needed_on', 'approved_by_id', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('quotation_request', ['ix_quotation_request_created_by_id', 'ix_quotation_request_state', 'ix_quotation_request_state_asked_on', 'ix_quotation_request_store_id'])
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
        op.create_index(op.f('ix_quotation_request_asked_on'), 'quotation_request', ['asked_on'], unique=False)
        op.create_index(op.f('ix_quotation_request_created_by_id'), 'quotation_request', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_quotation_request_state'), 'quotation_request', ['state'], unique=False)
        op.create_index('ix_quotation_request_state_asked_on', 'quotation_request', ['state', 'asked_on'], unique=False)
        op.create_index(op.f('ix_quotation_request_store_id'), 'quotation_request', ['store_id'], unique=False)
        take_back('quotation_request', ['id', 'created_by_id', 'store_id', 'asked_on', 'answer_by', 'state', 'number', 'created_at', 'note', 'version'])
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
        op.create_index(op.f('ix_spoilage_spoiled_on'), 'spoilage', ['spoiled_on'], unique=False)
        op.create_index(op.f('ix_spoilage_state'), 'spoilage', ['state'], unique=False)
        op.create_index('ix_spoilage_state_spoiled_on', 'spoilage', ['state', 'spoiled_on'], unique=False)
        op.create_index(op.f('ix_spoilage_store_id'), 'spoilage', ['store_id'], unique=False)
        take_back('spoilage', ['id', 'created_by_id', 'account_id', 'store_id', 'spoiled_on', 'state', 'number', 'created_at', 'note', 'version'])
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
        op.create_index(op.f('ix_stock_transfer_transferred_on'), 'stock_transfer', ['transferred_on'], unique=False)
        take_back('stock_transfer', ['id', 'created_by_id', 'store_id', 'to_store_id', 'transferred_on', 'received_on', 'state', 'number', 'created_at', 'note', 'version'])
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
        op.create_index(op.f('ix_stocktake_counted_on'), 'stocktake', ['counted_on'], unique=False)
        op.create_index(op.f('ix_stocktake_created_by_id'), 'stocktake', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_stocktake_state'), 'stocktake', ['state'], unique=False)
        op.create_index('ix_stocktake_state_counted_on', 'stocktake', ['state', 'counted_on'], unique=False)
        op.create_index(op.f('ix_stocktake_store_id'), 'stocktake', ['store_id'], unique=False)
        take_back('stocktake', ['id', 'created_by_id', 'store_id', 'counted_on', 'posted_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('store_request', ['ix_store_request_created_by_id', 'ix_store_request_state', 'ix_store_request_state_requested_on', 'ix_store_request_store_id', 'ix_store_request_work_unit_id'])
        op.create_table('store_request',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('work_unit_id', KEY, nullable=False),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('needed_on', sa.Date(), nullable=True),
        sa.Column('purpose', sa.String(length=200), nullable=True),
        sa.Column('urgency', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'done', 'rejected', 'cancelled')", name=op.f('ck_store_request_state_known')),
        sa.CheckConstraint("urgency IN ('normal', 'urgent')", name=op.f('ck_store_request_urgency_known')),
        sa.CheckConstraint('needed_on >= requested_on', name=op.f('ck_store_request_needed_after_requested')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_store_request_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_store_request_store_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_store_request_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_store_request')),
        sa.UniqueConstraint('number', name=op.f('uq_store_request_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_store_request_created_by_id'), 'store_request', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_store_request_needed_on'), 'store_request', ['needed_on'], unique=False)
        op.create_index(op.f('ix_store_request_requested_on'), 'store_request', ['requested_on'], unique=False)
        op.create_index(op.f('ix_store_request_state'), 'store_request', ['state'], unique=False)
        op.create_index('ix_store_request_state_requested_on', 'store_request', ['state', 'requested_on'], unique=False)
        op.create_index(op.f('ix_store_request_store_id'), 'store_request', ['store_id'], unique=False)
        op.create_index(op.f('ix_store_request_work_unit_id'), 'store_request', ['work_unit_id'], unique=False)
        take_back('store_request', ['id', 'created_by_id', 'work_unit_id', 'requested_on', 'state', 'store_id', 'needed_on', 'purpose', 'urgency', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('supplier_refund', ['ix_supplier_refund_created_by_id', 'ix_supplier_refund_state', 'ix_supplier_refund_supplier_id_state'])
        op.create_table('supplier_refund',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('refunded_on', sa.Date(), nullable=False),
        sa.Column('payment_reference', sa.String(length=100), nullable=True),
        sa.Column('amount', exact(18, 2), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'posted', 'reversed', 'cancelled')", name=op.f('ck_supplier_refund_state_known')),
        sa.CheckConstraint("state NOT IN ('posted', 'reversed') OR payment_reference IS NOT NULL", name=op.f('ck_supplier_refund_payment_reference_when_posted')),
        sa.CheckConstraint('amount > 0', name=op.f('ck_supplier_refund_amount_positive')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_supplier_refund_created_by_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_refund_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_refund')),
        sa.UniqueConstraint('number', name=op.f('uq_supplier_refund_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_refund_amount'), 'supplier_refund', ['amount'], unique=False)
        op.create_index(op.f('ix_supplier_refund_created_by_id'), 'supplier_refund', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_supplier_refund_refunded_on'), 'supplier_refund', ['refunded_on'], unique=False)
        op.create_index(op.f('ix_supplier_refund_state'), 'supplier_refund', ['state'], unique=False)
        op.create_index('ix_supplier_refund_supplier_id_state', 'supplier_refund', ['supplier_id', 'state'], unique=False)
        take_back('supplier_refund', ['id', 'created_by_id', 'supplier_id', 'refunded_on', 'payment_reference', 'amount', 'state', 'number', 'created_at', 'note', 'version'])
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
        op.create_index(op.f('ix_supplier_return_returned_on'), 'supplier_return', ['returned_on'], unique=False)
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
        op.create_index(op.f('ix_unit_return_returned_on'), 'unit_return', ['returned_on'], unique=False)
        op.create_index(op.f('ix_unit_return_state'), 'unit_return', ['state'], unique=False)
        op.create_index('ix_unit_return_state_returned_on', 'unit_return', ['state', 'returned_on'], unique=False)
        op.create_index(op.f('ix_unit_return_store_id'), 'unit_return', ['store_id'], unique=False)
        op.create_index(op.f('ix_unit_return_work_unit_id'), 'unit_return', ['work_unit_id'], unique=False)
        take_back('unit_return', ['id', 'created_by_id', 'work_unit_id', 'account_id', 'store_id', 'returned_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_disposal', ['ix_asset_disposal_responsible_id', 'ix_asset_disposal_account_id', 'ix_asset_disposal_created_by_id', 'ix_asset_disposal_state', 'ix_asset_disposal_state_disposed_on'])
        op.create_table('asset_disposal',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('disposed_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('route', sa.String(32), nullable=False),
        sa.Column('responsible_id', KEY, nullable=True),
        sa.Column('responsible_name', sa.String(length=200), nullable=True),
        sa.Column('claim_amount', exact(18, 2), nullable=True),
        sa.Column('claim_decision', sa.String(length=40), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("route = 'lost' OR (responsible_id IS NULL AND responsible_name IS NULL AND claim_amount IS NULL AND claim_decision IS NULL)", name=op.f('ck_asset_disposal_claim_when_lost')),
        sa.CheckConstraint("route IN ('scrap', 'auction', 'grant', 'return_to_owner', 'lost')", name=op.f('ck_asset_disposal_route_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled', 'reversed')", name=op.f('ck_asset_disposal_state_known')),
        sa.CheckConstraint('claim_amount >= 0', name=op.f('ck_asset_disposal_claim_amount_not_negative')),
        sa.CheckConstraint('claim_amount IS NULL OR claim_amount = 0 OR claim_decision IS NOT NULL', name=op.f('ck_asset_disposal_claim_is_decided')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_disposal_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_disposal_created_by_id')),
        sa.ForeignKeyConstraint(['responsible_id'], ['employee.id'], name=op.f('fk_asset_disposal_responsible_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_disposal')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_disposal_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_disposal_account_id'), 'asset_disposal', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_created_by_id'), 'asset_disposal', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_disposed_on'), 'asset_disposal', ['disposed_on'], unique=False)
        op.create_index(op.f('ix_asset_disposal_responsible_id'), 'asset_disposal', ['responsible_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_state'), 'asset_disposal', ['state'], unique=False)
        op.create_index('ix_asset_disposal_state_disposed_on', 'asset_disposal', ['state', 'disposed_on'], unique=False)
        take_back('asset_disposal', ['id', 'created_by_id', 'account_id', 'disposed_on', 'state', 'route', 'responsible_id', 'responsible_name', 'claim_amount', 'claim_decision', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_receipt', ['ix_asset_receipt_account_id', 'ix_asset_receipt_asset_procurement_id', 'ix_asset_receipt_created_by_id', 'ix_asset_receipt_state', 'ix_asset_receipt_state_received_on'])
        op.create_table('asset_receipt',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('received_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('asset_procurement_id', KEY, nullable=False),
        sa.Column('delivery_order_number', sa.String(length=40), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'posted', 'reversed', 'cancelled')", name=op.f('ck_asset_receipt_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_receipt_account_id')),
        sa.ForeignKeyConstraint(['asset_procurement_id'], ['asset_procurement.id'], name=op.f('fk_asset_receipt_asset_procurement_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_receipt_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_receipt')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_receipt_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_receipt_account_id'), 'asset_receipt', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_receipt_asset_procurement_id'), 'asset_receipt', ['asset_procurement_id'], unique=False)
        op.create_index(op.f('ix_asset_receipt_created_by_id'), 'asset_receipt', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_receipt_received_on'), 'asset_receipt', ['received_on'], unique=False)
        op.create_index(op.f('ix_asset_receipt_state'), 'asset_receipt', ['state'], unique=False)
        op.create_index('ix_asset_receipt_state_received_on', 'asset_receipt', ['state', 'received_on'], unique=False)
        take_back('asset_receipt', ['id', 'created_by_id', 'account_id', 'received_on', 'state', 'asset_procurement_id', 'delivery_order_number', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('delivery_request', ['ix_delivery_request_account_id', 'ix_delivery_request_created_by_id', 'ix_delivery_request_state', 'ix_delivery_request_state_delivered_on', 'ix_delivery_request_store_id', 'ix_delivery_request_store_request_id'])
        op.create_table('delivery_request',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_request_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('delivered_on', sa.Date(), nullable=False),
        sa.Column('shortage_note', sa.Text(), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'delivered', 'done', 'rejected', 'reversed', 'cancelled')", name=op.f('ck_delivery_request_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_delivery_request_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_delivery_request_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_delivery_request_store_id')),
        sa.ForeignKeyConstraint(['store_request_id'], ['store_request.id'], name=op.f('fk_delivery_request_store_request_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_request')),
        sa.UniqueConstraint('number', name=op.f('uq_delivery_request_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_delivery_request_account_id'), 'delivery_request', ['account_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_created_by_id'), 'delivery_request', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_delivered_on'), 'delivery_request', ['delivered_on'], unique=False)
        op.create_index(op.f('ix_delivery_request_state'), 'delivery_request', ['state'], unique=False)
        op.create_index('ix_delivery_request_state_delivered_on', 'delivery_request', ['state', 'delivered_on'], unique=False)
        op.create_index(op.f('ix_delivery_request_store_id'), 'delivery_request', ['store_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_store_request_id'), 'delivery_request', ['store_request_id'], unique=False)
        take_back('delivery_request', ['id', 'created_by_id', 'store_request_id', 'account_id', 'state', 'store_id', 'delivered_on', 'shortage_note', 'number', 'created_at', 'note', 'version'])
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
        op.create_index(op.f('ix_goods_receipt_received_on'), 'goods_receipt', ['received_on'], unique=False)
        op.create_index(op.f('ix_goods_receipt_state'), 'goods_receipt', ['state'], unique=False)
        op.create_index('ix_goods_receipt_state_received_on', 'goods_receipt', ['state', 'received_on'], unique=False)
        op.create_index(op.f('ix_goods_receipt_store_id'), 'goods_receipt', ['store_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_supplier_id'), 'goods_receipt', ['supplier_id'], unique=False)
        op.create_index(op.f('ix_goods_receipt_supplier_return_id'), 'goods_receipt', ['supplier_return_id'], unique=False)
        take_back('goods_receipt', ['id', 'created_by_id', 'account_id', 'purchase_order_id', 'source', 'source_name', 'supplier_return_id', 'supplier_id', 'store_id', 'ordered_on', 'received_on', 'delivery_order_number', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('monthly_pack', ['uq_monthly_pack_period_id', 'ix_monthly_pack_created_by_id', 'ix_monthly_pack_state'])
        op.create_table('monthly_pack',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('period_id', KEY, nullable=False),
        sa.Column('prepared_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('foreword', sa.Text(), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'released', 'withdrawn', 'rejected', 'cancelled')", name=op.f('ck_monthly_pack_state_known')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_monthly_pack_created_by_id')),
        sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_monthly_pack_period_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_monthly_pack')),
        sa.UniqueConstraint('number', name=op.f('uq_monthly_pack_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_monthly_pack_created_by_id'), 'monthly_pack', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_monthly_pack_prepared_on'), 'monthly_pack', ['prepared_on'], unique=False)
        op.create_index(op.f('ix_monthly_pack_state'), 'monthly_pack', ['state'], unique=False)
        op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"))
        take_back('monthly_pack', ['id', 'created_by_id', 'period_id', 'prepared_on', 'state', 'foreword', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('outbox', ['ix_outbox_attachment_id', 'ix_outbox_document', 'ix_outbox_due', 'ix_outbox_user_id'])
        op.create_table('outbox',
        sa.Column('id', KEY, nullable=False),
        sa.Column('user_id', KEY, nullable=True),
        sa.Column('channel', sa.String(32), nullable=False),
        sa.Column('to_address', sa.String(length=254), nullable=False),
        sa.Column('template', sa.String(length=40), nullable=False),
        sa.Column('params', sa.JSON(), nullable=False),
        sa.Column('language', sa.String(32), nullable=False),
        sa.Column('attachment_id', KEY, nullable=True),
        sa.Column('document_type', sa.String(length=40), nullable=True),
        sa.Column('document_id', KEY, nullable=True),
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('status', sa.String(32), nullable=False),
        sa.Column('next_attempt_at', MOMENT, nullable=False),
        sa.Column('claimed_at', MOMENT, nullable=True),
        sa.Column('sent_at', MOMENT, nullable=True),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('mail', 'whatsapp', 'sms')", name=op.f('ck_outbox_channel_known')),
        sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_outbox_language_known')),
        sa.CheckConstraint("status <> 'sending' OR claimed_at IS NOT NULL", name=op.f('ck_outbox_claimed_when')),
        sa.CheckConstraint("status <> 'sent' OR sent_at IS NOT NULL", name=op.f('ck_outbox_sent_when')),
        sa.CheckConstraint("status IN ('waiting', 'sending', 'sent', 'failed')", name=op.f('ck_outbox_status_known')),
        sa.CheckConstraint('(document_type IS NULL) = (document_id IS NULL)', name=op.f('ck_outbox_whole_document')),
        sa.CheckConstraint('attempts >= 0', name=op.f('ck_outbox_attempts_not_negative')),
        sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_outbox_attachment_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_outbox_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
        sa.UniqueConstraint('key', name=op.f('uq_outbox_key')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_outbox_attachment_id'), 'outbox', ['attachment_id'], unique=False)
        op.create_index(op.f('ix_outbox_created_at'), 'outbox', ['created_at'], unique=False)
        op.create_index('ix_outbox_document', 'outbox', ['document_type', 'document_id'], unique=False)
        op.create_index('ix_outbox_due', 'outbox', ['status', 'next_attempt_at'], unique=False)
        op.create_index(op.f('ix_outbox_user_id'), 'outbox', ['user_id'], unique=False)
        take_back('outbox', ['id', 'user_id', 'channel', 'to_address', 'template', 'params', 'language', 'attachment_id', 'document_type', 'document_id', 'key', 'created_at', 'status', 'next_attempt_at', 'claimed_at', 'sent_at', 'attempts', 'last_error'])
    if not on_postgresql():
        set_aside('supplier_invoice', ['uq_supplier_invoice_supplier_id_supplier_number', 'ix_supplier_invoice_created_by_id', 'ix_supplier_invoice_purchase_order_id', 'ix_supplier_invoice_state', 'ix_supplier_invoice_state_invoiced_on', 'ix_supplier_invoice_supplier_id'])
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
        op.create_index(op.f('ix_supplier_invoice_due_on'), 'supplier_invoice', ['due_on'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_invoiced_on'), 'supplier_invoice', ['invoiced_on'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_purchase_order_id'), 'supplier_invoice', ['purchase_order_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_state'), 'supplier_invoice', ['state'], unique=False)
        op.create_index('ix_supplier_invoice_state_invoiced_on', 'supplier_invoice', ['state', 'invoiced_on'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_supplier_id'), 'supplier_invoice', ['supplier_id'], unique=False)
        op.create_index('uq_supplier_invoice_supplier_id_supplier_number', 'supplier_invoice', ['supplier_id', 'supplier_number'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        take_back('supplier_invoice', ['id', 'created_by_id', 'supplier_id', 'purchase_order_id', 'supplier_number', 'tax_invoice_number', 'invoiced_on', 'due_on', 'vat_amount', 'freight_amount', 'rounding_amount', 'paper_total', 'paid_on', 'payment_reference', 'set_off_amount', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('consultation', ['ix_consultation_created_by_id', 'ix_consultation_doctor_starts_at', 'ix_consultation_patient_starts_at', 'ix_consultation_specialization_id', 'ix_consultation_starts_at', 'ix_consultation_state', 'ix_consultation_state_starts_at'])
        op.create_table('consultation',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('patient_id', KEY, nullable=False),
        sa.Column('specialization_id', KEY, nullable=False),
        sa.Column('doctor_id', KEY, nullable=False),
        sa.Column('complaint', sa.Text(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('starts_at', MOMENT, nullable=False),
        sa.Column('slot_minutes', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(32), server_default='appointment', nullable=False),
        sa.Column('payer', sa.String(32), nullable=False),
        sa.Column('triage', sa.String(32), nullable=False),
        sa.Column('video_url', sa.String(length=500), nullable=True),
        sa.Column('decided_reason', sa.Text(), nullable=True),
        sa.Column('moved_to', MOMENT, nullable=True),
        sa.Column('moved_to_doctor_id', KEY, nullable=True),
        sa.Column('rescheduled_from_id', KEY, nullable=True),
        sa.Column('held_beside_id', KEY, nullable=True),
        sa.Column('approved_at', MOMENT, nullable=True),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('completed_at', MOMENT, nullable=True),
        sa.Column('rating', sa.Integer(), nullable=True),
        sa.Column('rating_comment', sa.Text(), nullable=True),
        sa.Column('rated_at', MOMENT, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("held_beside_id IS NULL OR (held_beside_id <> id AND state = 'completed')", name=op.f('ck_consultation_held_beside_another')),
        sa.CheckConstraint("kind IN ('appointment', 'now')", name=op.f('ck_consultation_kind_known')),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_consultation_payer_known')),
        sa.CheckConstraint("state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled', 'expired')", name=op.f('ck_consultation_state_known')),
        sa.CheckConstraint("triage IN ('routine', 'soon', 'urgent')", name=op.f('ck_consultation_triage_known')),
        sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_consultation_rating_known')),
        sa.CheckConstraint('slot_minutes BETWEEN 1 AND 1440', name=op.f('ck_consultation_slot_minutes_within_a_day')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_consultation_created_by_id')),
        sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_consultation_doctor_id')),
        sa.ForeignKeyConstraint(['held_beside_id'], ['consultation.id'], name=op.f('fk_consultation_held_beside_id')),
        sa.ForeignKeyConstraint(['moved_to_doctor_id'], ['doctor.id'], name=op.f('fk_consultation_moved_to_doctor_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consultation_patient_id')),
        sa.ForeignKeyConstraint(['rescheduled_from_id'], ['consultation.id'], name=op.f('fk_consultation_rescheduled_from_id')),
        sa.ForeignKeyConstraint(['specialization_id'], ['specialization.id'], name=op.f('fk_consultation_specialization_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation')),
        sa.UniqueConstraint('number', name=op.f('uq_consultation_number')),
        sa.UniqueConstraint('rescheduled_from_id', name=op.f('uq_consultation_rescheduled_from_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_consultation_created_by_id'), 'consultation', ['created_by_id'], unique=False)
        op.create_index('ix_consultation_doctor_starts_at', 'consultation', ['doctor_id', 'starts_at'], unique=False)
        op.create_index('ix_consultation_patient_starts_at', 'consultation', ['patient_id', 'starts_at'], unique=False)
        op.create_index(op.f('ix_consultation_requested_on'), 'consultation', ['requested_on'], unique=False)
        op.create_index(op.f('ix_consultation_specialization_id'), 'consultation', ['specialization_id'], unique=False)
        op.create_index(op.f('ix_consultation_starts_at'), 'consultation', ['starts_at'], unique=False)
        op.create_index(op.f('ix_consultation_state'), 'consultation', ['state'], unique=False)
        op.create_index('ix_consultation_state_starts_at', 'consultation', ['state', 'starts_at'], unique=False)
        take_back('consultation', ['id', 'created_by_id', 'requested_on', 'patient_id', 'specialization_id', 'doctor_id', 'complaint', 'state', 'starts_at', 'slot_minutes', 'kind', 'payer', 'triage', 'video_url', 'decided_reason', 'moved_to', 'moved_to_doctor_id', 'rescheduled_from_id', 'held_beside_id', 'approved_at', 'started_at', 'completed_at', 'rating', 'rating_comment', 'rated_at', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('inventory_round', ['ix_inventory_round_created_by_id', 'ix_inventory_round_inpatient_room_id', 'ix_inventory_round_room_id', 'ix_inventory_round_state', 'ix_inventory_round_state_counted_on'])
        op.create_table('inventory_round',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('room_id', KEY, nullable=True),
        sa.Column('inpatient_room_id', KEY, nullable=True),
        sa.Column('counted_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('found_empty', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'counting', 'submitted', 'posted', 'cancelled')", name=op.f('ck_inventory_round_state_known')),
        sa.CheckConstraint('(room_id IS NULL) <> (inpatient_room_id IS NULL)', name=op.f('ck_inventory_round_one_place')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_inventory_round_created_by_id')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_inventory_round_inpatient_room_id')),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_inventory_round_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_inventory_round')),
        sa.UniqueConstraint('number', name=op.f('uq_inventory_round_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_inventory_round_counted_on'), 'inventory_round', ['counted_on'], unique=False)
        op.create_index(op.f('ix_inventory_round_created_by_id'), 'inventory_round', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_inpatient_room_id'), 'inventory_round', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_room_id'), 'inventory_round', ['room_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_state'), 'inventory_round', ['state'], unique=False)
        op.create_index('ix_inventory_round_state_counted_on', 'inventory_round', ['state', 'counted_on'], unique=False)
        take_back('inventory_round', ['id', 'created_by_id', 'room_id', 'inpatient_room_id', 'counted_on', 'state', 'found_empty', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('cleaning', ['uq_cleaning_open_bed', 'uq_cleaning_open_room', 'ix_cleaning_bed_id', 'ix_cleaning_employee_id', 'ix_cleaning_inpatient_room_id', 'ix_cleaning_room_id', 'ix_cleaning_state', 'ix_cleaning_state_requested_at'])
        op.create_table('cleaning',
        sa.Column('id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('inpatient_room_id', KEY, nullable=True),
        sa.Column('room_id', KEY, nullable=True),
        sa.Column('bed_id', KEY, nullable=True),
        sa.Column('employee_id', KEY, nullable=True),
        sa.Column('requested_at', MOMENT, nullable=False),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('cleaned_at', MOMENT, nullable=True),
        sa.Column('inspected_at', MOMENT, nullable=True),
        sa.Column('cost', exact(18, 2), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('needs_inspection', sa.Boolean(), nullable=False),
        sa.Column('checklist', sa.Text(), nullable=True),
        sa.Column('checklist_done', sa.Boolean(), nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind IN ('routine', 'terminal', 'isolation')", name=op.f('ck_cleaning_kind_known')),
        sa.CheckConstraint("needs_inspection OR state NOT IN ('to_inspect', 'inspected')", name=op.f('ck_cleaning_inspected_if_asked')),
        sa.CheckConstraint("state IN ('waiting', 'in_progress', 'to_inspect', 'finished', 'inspected', 'cancelled')", name=op.f('ck_cleaning_state_known')),
        sa.CheckConstraint('(inpatient_room_id IS NULL) <> (room_id IS NULL)', name=op.f('ck_cleaning_one_place')),
        sa.CheckConstraint('bed_id IS NULL OR inpatient_room_id IS NOT NULL', name=op.f('ck_cleaning_bed_in_inpatient_room')),
        sa.CheckConstraint('cleaned_at >= started_at', name=op.f('ck_cleaning_cleaned_after_start')),
        sa.CheckConstraint('cost >= 0', name=op.f('ck_cleaning_cost_not_negative')),
        sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_cleaning_bed_id')),
        sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_cleaning_employee_id')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_cleaning_inpatient_room_id')),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_cleaning_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_cleaning')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_cleaning_bed_id'), 'cleaning', ['bed_id'], unique=False)
        op.create_index(op.f('ix_cleaning_employee_id'), 'cleaning', ['employee_id'], unique=False)
        op.create_index(op.f('ix_cleaning_inpatient_room_id'), 'cleaning', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_cleaning_requested_at'), 'cleaning', ['requested_at'], unique=False)
        op.create_index(op.f('ix_cleaning_room_id'), 'cleaning', ['room_id'], unique=False)
        op.create_index(op.f('ix_cleaning_state'), 'cleaning', ['state'], unique=False)
        op.create_index('ix_cleaning_state_requested_at', 'cleaning', ['state', 'requested_at'], unique=False)
        op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        take_back('cleaning', ['id', 'kind', 'inpatient_room_id', 'room_id', 'bed_id', 'employee_id', 'requested_at', 'started_at', 'cleaned_at', 'inspected_at', 'cost', 'state', 'needs_inspection', 'checklist', 'checklist_done', 'note', 'version'])
    if not on_postgresql():
        set_aside('prescription', ['ix_prescription_consultation_id', 'ix_prescription_created_by_id', 'ix_prescription_state', 'ix_prescription_store_id'])
        op.create_table('prescription',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('consultation_id', KEY, nullable=False),
        sa.Column('prescribed_on', sa.Date(), nullable=False),
        sa.Column('valid_until', sa.Date(), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('store_id', KEY, nullable=True),
        sa.Column('received_by', sa.String(length=200), nullable=True),
        sa.Column('dispensed_at', MOMENT, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'issued', 'partly_dispensed', 'dispensed', 'cancelled', 'expired')", name=op.f('ck_prescription_state_known')),
        sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_prescription_consultation_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_prescription_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_prescription_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_prescription')),
        sa.UniqueConstraint('number', name=op.f('uq_prescription_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_prescription_consultation_id'), 'prescription', ['consultation_id'], unique=False)
        op.create_index(op.f('ix_prescription_created_by_id'), 'prescription', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_prescription_prescribed_on'), 'prescription', ['prescribed_on'], unique=False)
        op.create_index(op.f('ix_prescription_state'), 'prescription', ['state'], unique=False)
        op.create_index(op.f('ix_prescription_store_id'), 'prescription', ['store_id'], unique=False)
        op.create_index(op.f('ix_prescription_valid_until'), 'prescription', ['valid_until'], unique=False)
        take_back('prescription', ['id', 'created_by_id', 'consultation_id', 'prescribed_on', 'valid_until', 'state', 'store_id', 'received_by', 'dispensed_at', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stay', ['uq_stay_open_patient', 'uq_stay_open_reference', 'ix_stay_bed_id', 'ix_stay_patient_id', 'ix_stay_started_at', 'uq_stay_open_bed'])
        op.create_table('stay',
        sa.Column('id', KEY, nullable=False),
        sa.Column('bed_id', KEY, nullable=False),
        sa.Column('patient_id', KEY, nullable=True),
        sa.Column('outside_reference', sa.String(length=200), nullable=True),
        sa.Column('started_at', MOMENT, nullable=False),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.Column('outcome', sa.String(32), nullable=True),
        sa.Column('voided_at', MOMENT, nullable=True),
        sa.Column('checked_in_by_id', KEY, nullable=False),
        sa.Column('checked_out_by_id', KEY, nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("outcome IN ('went_home', 'referred', 'own_wish', 'died')", name=op.f('ck_stay_outcome_known')),
        sa.CheckConstraint('ended_at >= started_at', name=op.f('ck_stay_ends_after_start')),
        sa.CheckConstraint('outcome IS NULL OR (ended_at IS NOT NULL AND voided_at IS NULL)', name=op.f('ck_stay_outcome_of_ended')),
        sa.CheckConstraint('patient_id IS NOT NULL OR outside_reference IS NOT NULL', name=op.f('ck_stay_somebody')),
        sa.CheckConstraint('voided_at IS NULL OR ended_at IS NOT NULL', name=op.f('ck_stay_voided_is_ended')),
        sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_stay_bed_id')),
        sa.ForeignKeyConstraint(['checked_in_by_id'], ['user.id'], name=op.f('fk_stay_checked_in_by_id')),
        sa.ForeignKeyConstraint(['checked_out_by_id'], ['user.id'], name=op.f('fk_stay_checked_out_by_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_stay_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stay')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stay_bed_id'), 'stay', ['bed_id'], unique=False)
        op.create_index(op.f('ix_stay_ended_at'), 'stay', ['ended_at'], unique=False)
        op.create_index(op.f('ix_stay_patient_id'), 'stay', ['patient_id'], unique=False)
        op.create_index('ix_stay_started_at', 'stay', ['started_at'], unique=False)
        op.create_index('uq_stay_open_bed', 'stay', ['bed_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        op.create_index('uq_stay_open_patient', 'stay', ['patient_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'))
        op.create_index('uq_stay_open_reference', 'stay', ['outside_reference'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'))
        take_back('stay', ['id', 'bed_id', 'patient_id', 'outside_reference', 'started_at', 'ended_at', 'outcome', 'voided_at', 'checked_in_by_id', 'checked_out_by_id', 'version'])
    if not on_postgresql():
        set_aside('walk_in', ['ix_walk_in_created_by_id', 'ix_walk_in_patient_id', 'ix_walk_in_state', 'uq_walk_in_patient_id_waiting'])
        op.create_table('walk_in',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('patient_id', KEY, nullable=False),
        sa.Column('complaint', sa.Text(), nullable=False),
        sa.Column('answers', sa.Text(), nullable=False),
        sa.Column('triage', sa.String(32), nullable=False),
        sa.Column('payer', sa.String(32), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('arrived_at', MOMENT, nullable=False),
        sa.Column('consultation_id', KEY, nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_walk_in_payer_known')),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'left', 'expired')", name=op.f('ck_walk_in_state_known')),
        sa.CheckConstraint("triage IN ('routine', 'soon', 'urgent')", name=op.f('ck_walk_in_triage_known')),
        sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_walk_in_consultation_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_walk_in_created_by_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_walk_in_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_walk_in')),
        sa.UniqueConstraint('consultation_id', name=op.f('uq_walk_in_consultation_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_walk_in_arrived_at'), 'walk_in', ['arrived_at'], unique=False)
        op.create_index(op.f('ix_walk_in_created_by_id'), 'walk_in', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_walk_in_patient_id'), 'walk_in', ['patient_id'], unique=False)
        op.create_index(op.f('ix_walk_in_state'), 'walk_in', ['state'], unique=False)
        op.create_index('uq_walk_in_patient_id_waiting', 'walk_in', ['patient_id'], unique=True, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
        take_back('walk_in', ['id', 'created_by_id', 'patient_id', 'complaint', 'answers', 'triage', 'payer', 'state', 'arrived_at', 'consultation_id', 'version'])
    if not on_postgresql():
        set_aside('asset_book', ['ix_asset_book_asset_id', 'ix_asset_book_book_id'])
        op.create_table('asset_book',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=False),
        sa.Column('book', sa.String(32), nullable=False),
        sa.Column('method', sa.String(32), nullable=False),
        sa.Column('useful_life', sa.Integer(), nullable=True),
        sa.Column('tax_group', sa.String(32), nullable=True),
        sa.Column('cost', exact(18, 2), nullable=False),
        sa.Column('residual_value', exact(18, 2), nullable=False),
        sa.Column('opening_accumulated', exact(18, 2), nullable=False),
        sa.Column('accumulated', exact(18, 2), nullable=False),
        sa.Column('starts_on', sa.Date(), nullable=False),
        sa.Column('anchored_on', sa.Date(), nullable=True),
        sa.Column('anchored_accumulated', exact(18, 2), server_default='0', nullable=False),
        sa.Column('depreciated_until', sa.Date(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("book IN ('hospital', 'tax', 'state_property')", name=op.f('ck_asset_book_book_known')),
        sa.CheckConstraint("method = 'none' OR useful_life IS NOT NULL", name=op.f('ck_asset_book_life_when_depreciated')),
        sa.CheckConstraint("method IN ('none', 'straight_line', 'declining_balance')", name=op.f('ck_asset_book_method_known')),
        sa.CheckConstraint("tax_group IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_tax_group_known')),
        sa.CheckConstraint('accumulated <= cost - residual_value', name=op.f('ck_asset_book_accumulated_fits')),
        sa.CheckConstraint('accumulated >= opening_accumulated', name=op.f('ck_asset_book_accumulated_grows')),
        sa.CheckConstraint('anchored_accumulated >= 0', name=op.f('ck_asset_book_anchored_accumulated_not_negative')),
        sa.CheckConstraint('cost >= 0', name=op.f('ck_asset_book_cost_not_negative')),
        sa.CheckConstraint('opening_accumulated >= 0', name=op.f('ck_asset_book_opening_accumulated_not_negative')),
        sa.CheckConstraint('residual_value <= cost', name=op.f('ck_asset_book_residual_value_fits')),
        sa.CheckConstraint('residual_value >= 0', name=op.f('ck_asset_book_residual_value_not_negative')),
        sa.CheckConstraint('useful_life > 0', name=op.f('ck_asset_book_useful_life_positive')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_book_asset_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_book')),
        sa.UniqueConstraint('asset_id', 'book', name=op.f('uq_asset_book_asset_id_book')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_book_asset_id'), 'asset_book', ['asset_id'], unique=False)
        op.create_index('ix_asset_book_book_id', 'asset_book', ['book', 'id'], unique=False)
        op.create_index(op.f('ix_asset_book_cost'), 'asset_book', ['cost'], unique=False)
        take_back('asset_book', ['id', 'asset_id', 'book', 'method', 'useful_life', 'tax_group', 'cost', 'residual_value', 'opening_accumulated', 'accumulated', 'starts_on', 'anchored_on', 'anchored_accumulated', 'depreciated_until', 'version'])
    if not on_postgresql():
        set_aside('asset_book_change', ['ix_asset_book_change_asset_book_id', 'ix_asset_book_change_document', 'ix_asset_book_change_user_id'])
        op.create_table('asset_book_change',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_book_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('changed_on', sa.Date(), nullable=False),
        sa.Column('amount', exact(18, 2), nullable=False),
        sa.Column('cost_change', exact(18, 2), nullable=False),
        sa.Column('useful_life_before', sa.Integer(), nullable=True),
        sa.Column('useful_life_after', sa.Integer(), nullable=True),
        sa.Column('tax_group_before', sa.String(32), nullable=True),
        sa.Column('tax_group_after', sa.String(32), nullable=True),
        sa.Column('residual_before', exact(18, 2), nullable=True),
        sa.Column('residual_after', exact(18, 2), nullable=True),
        sa.Column('document_type', sa.String(length=40), nullable=True),
        sa.Column('document_id', KEY, nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('opening', 'life', 'disposal', 'part', 'value', 'restored')", name=op.f('ck_asset_book_change_kind_known')),
        sa.CheckConstraint("tax_group_after IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_change_tax_group_after_known')),
        sa.CheckConstraint("tax_group_before IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_change_tax_group_before_known')),
        sa.ForeignKeyConstraint(['asset_book_id'], ['asset_book.id'], name=op.f('fk_asset_book_change_asset_book_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_asset_book_change_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_book_change')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_book_change_asset_book_id'), 'asset_book_change', ['asset_book_id'], unique=False)
        op.create_index(op.f('ix_asset_book_change_changed_on'), 'asset_book_change', ['changed_on'], unique=False)
        op.create_index('ix_asset_book_change_document', 'asset_book_change', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_asset_book_change_user_id'), 'asset_book_change', ['user_id'], unique=False)
        take_back('asset_book_change', ['id', 'asset_book_id', 'kind', 'changed_on', 'amount', 'cost_change', 'useful_life_before', 'useful_life_after', 'tax_group_before', 'tax_group_after', 'residual_before', 'residual_after', 'document_type', 'document_id', 'reason', 'user_id', 'occurred_at'])
    if not on_postgresql():
        set_aside('maintenance', ['ix_maintenance_account_id', 'ix_maintenance_created_by_id', 'ix_maintenance_maintenance_schedule_id', 'ix_maintenance_state', 'ix_maintenance_state_requested_on', 'ix_maintenance_vendor_id', 'ix_maintenance_work_unit_id'])
        op.create_table('maintenance',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('work_unit_id', KEY, nullable=False),
        sa.Column('vendor_id', KEY, nullable=True),
        sa.Column('maintenance_schedule_id', KEY, nullable=True),
        sa.Column('estimated_cost', exact(18, 2), nullable=False),
        sa.Column('approved_cost', exact(18, 2), nullable=True),
        sa.Column('order_again_on', sa.Date(), nullable=True),
        sa.Column('down_since', MOMENT, nullable=True),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('finished_at', MOMENT, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind IN ('repair', 'preventive', 'calibration')", name=op.f('ck_maintenance_kind_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'in_progress', 'done', 'rejected', 'cancelled')", name=op.f('ck_maintenance_state_known')),
        sa.CheckConstraint('approved_cost >= 0', name=op.f('ck_maintenance_approved_cost_not_negative')),
        sa.CheckConstraint('estimated_cost >= 0', name=op.f('ck_maintenance_estimated_cost_not_negative')),
        sa.CheckConstraint('finished_at >= started_at', name=op.f('ck_maintenance_finished_after_start')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_maintenance_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_maintenance_created_by_id')),
        sa.ForeignKeyConstraint(['maintenance_schedule_id'], ['maintenance_schedule.id'], name=op.f('fk_maintenance_maintenance_schedule_id')),
        sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_maintenance_vendor_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_maintenance_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance')),
        sa.UniqueConstraint('number', name=op.f('uq_maintenance_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_maintenance_account_id'), 'maintenance', ['account_id'], unique=False)
        op.create_index(op.f('ix_maintenance_created_by_id'), 'maintenance', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_maintenance_estimated_cost'), 'maintenance', ['estimated_cost'], unique=False)
        op.create_index(op.f('ix_maintenance_maintenance_schedule_id'), 'maintenance', ['maintenance_schedule_id'], unique=False)
        op.create_index(op.f('ix_maintenance_requested_on'), 'maintenance', ['requested_on'], unique=False)
        op.create_index(op.f('ix_maintenance_state'), 'maintenance', ['state'], unique=False)
        op.create_index('ix_maintenance_state_requested_on', 'maintenance', ['state', 'requested_on'], unique=False)
        op.create_index(op.f('ix_maintenance_vendor_id'), 'maintenance', ['vendor_id'], unique=False)
        op.create_index(op.f('ix_maintenance_work_unit_id'), 'maintenance', ['work_unit_id'], unique=False)
        take_back('maintenance', ['id', 'created_by_id', 'account_id', 'requested_on', 'state', 'kind', 'work_unit_id', 'vendor_id', 'maintenance_schedule_id', 'estimated_cost', 'approved_cost', 'order_again_on', 'down_since', 'started_at', 'finished_at', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('fault_report', ['ix_fault_report_answer_due_at', 'ix_fault_report_asset_id', 'ix_fault_report_bed_id', 'ix_fault_report_building_id', 'ix_fault_report_created_by_id', 'ix_fault_report_inpatient_room_id', 'ix_fault_report_maintenance_id', 'ix_fault_report_open_bed', 'ix_fault_report_room_id', 'ix_fault_report_state'])
        op.create_table('fault_report',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('code', sa.String(length=32), nullable=False),
        sa.Column('reported_on', sa.Date(), nullable=False),
        sa.Column('reported_at', MOMENT, nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('priority', sa.String(32), nullable=False),
        sa.Column('asset_id', KEY, nullable=True),
        sa.Column('bed_id', KEY, nullable=True),
        sa.Column('inpatient_room_id', KEY, nullable=True),
        sa.Column('room_id', KEY, nullable=True),
        sa.Column('building_id', KEY, nullable=True),
        sa.Column('place_detail', sa.String(length=200), nullable=True),
        sa.Column('fault', sa.Text(), nullable=False),
        sa.Column('reporter_name', sa.String(length=200), nullable=True),
        sa.Column('reporter_phone', sa.String(length=32), nullable=True),
        sa.Column('answer_due_at', MOMENT, nullable=False),
        sa.Column('acknowledged_at', MOMENT, nullable=True),
        sa.Column('condition_before', sa.String(32), nullable=True),
        sa.Column('condition_after', sa.String(32), nullable=True),
        sa.Column('result', sa.Text(), nullable=True),
        sa.Column('maintenance_id', KEY, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("condition_after IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_fault_report_condition_after_known')),
        sa.CheckConstraint("condition_before IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_fault_report_condition_before_known')),
        sa.CheckConstraint("priority IN ('normal', 'urgent', 'danger')", name=op.f('ck_fault_report_priority_known')),
        sa.CheckConstraint("state IN ('reported', 'acknowledged', 'ordered', 'closed', 'dismissed')", name=op.f('ck_fault_report_state_known')),
        sa.CheckConstraint('(CASE WHEN asset_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN bed_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN inpatient_room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN building_id IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('ck_fault_report_one_thing')),
        sa.CheckConstraint('acknowledged_at >= reported_at', name=op.f('ck_fault_report_acknowledged_after_report')),
        sa.CheckConstraint('length(fault) > 0', name=op.f('ck_fault_report_fault_written')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_fault_report_asset_id')),
        sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_fault_report_bed_id')),
        sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_fault_report_building_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_fault_report_created_by_id')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_fault_report_inpatient_room_id')),
        sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance.id'], name=op.f('fk_fault_report_maintenance_id')),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_fault_report_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_fault_report')),
        sa.UniqueConstraint('code', name=op.f('uq_fault_report_code')),
        sa.UniqueConstraint('number', name=op.f('uq_fault_report_number')),
        sqlite_autoincrement=True
        )
        op.create_index('ix_fault_report_answer_due_at', 'fault_report', ['answer_due_at'], unique=False)
        op.create_index(op.f('ix_fault_report_asset_id'), 'fault_report', ['asset_id'], unique=False)
        op.create_index(op.f('ix_fault_report_bed_id'), 'fault_report', ['bed_id'], unique=False)
        op.create_index(op.f('ix_fault_report_building_id'), 'fault_report', ['building_id'], unique=False)
        op.create_index(op.f('ix_fault_report_created_by_id'), 'fault_report', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_fault_report_inpatient_room_id'), 'fault_report', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_fault_report_maintenance_id'), 'fault_report', ['maintenance_id'], unique=False)
        op.create_index('ix_fault_report_open_bed', 'fault_report', ['bed_id'], unique=False, sqlite_where=sa.text("state IN ('reported', 'acknowledged', 'ordered')"), postgresql_where=sa.text("state IN ('reported', 'acknowledged', 'ordered')"))
        op.create_index(op.f('ix_fault_report_reported_at'), 'fault_report', ['reported_at'], unique=False)
        op.create_index(op.f('ix_fault_report_reported_on'), 'fault_report', ['reported_on'], unique=False)
        op.create_index(op.f('ix_fault_report_room_id'), 'fault_report', ['room_id'], unique=False)
        op.create_index(op.f('ix_fault_report_state'), 'fault_report', ['state'], unique=False)
        take_back('fault_report', ['id', 'created_by_id', 'code', 'reported_on', 'reported_at', 'state', 'priority', 'asset_id', 'bed_id', 'inpatient_room_id', 'room_id', 'building_id', 'place_detail', 'fault', 'reporter_name', 'reporter_phone', 'answer_due_at', 'acknowledged_at', 'condition_before', 'condition_after', 'result', 'maintenance_id', 'number', 'created_at', 'note', 'version'])
    make_rules('0007', '0006')


def downgrade() -> None:
    drop_rules('0007', '0006')
    op.drop_index('ix_stock_batch_number', table_name='stock_batch')
    op.drop_index('ix_asset_auction_auctioned_on', table_name='asset_auction')
    op.drop_index('ix_asset_disposal_disposed_on', table_name='asset_disposal')
    op.drop_index('ix_asset_plan_planned_on', table_name='asset_plan')
    op.drop_index('ix_asset_procurement_expected_on', table_name='asset_procurement')
    op.drop_index('ix_asset_procurement_procured_on', table_name='asset_procurement')
    op.drop_index('ix_depreciation_run_run_on', table_name='depreciation_run')
    op.drop_index('ix_purchase_order_expected_on', table_name='purchase_order')
    op.drop_index('ix_purchase_order_ordered_on', table_name='purchase_order')
    op.drop_index('ix_purchase_request_needed_on', table_name='purchase_request')
    op.drop_index('ix_purchase_request_requested_on', table_name='purchase_request')
    op.drop_index('ix_spoilage_spoiled_on', table_name='spoilage')
    op.drop_index('ix_stock_transfer_transferred_on', table_name='stock_transfer')
    op.drop_index('ix_stocktake_counted_on', table_name='stocktake')
    op.drop_index('ix_store_request_needed_on', table_name='store_request')
    op.drop_index('ix_store_request_requested_on', table_name='store_request')
    op.drop_index('ix_supplier_refund_amount', table_name='supplier_refund')
    op.drop_index('ix_supplier_refund_refunded_on', table_name='supplier_refund')
    op.drop_index('ix_supplier_return_returned_on', table_name='supplier_return')
    op.drop_index('ix_unit_return_returned_on', table_name='unit_return')
    op.drop_index('ix_asset_receipt_received_on', table_name='asset_receipt')
    op.drop_index('ix_delivery_request_delivered_on', table_name='delivery_request')
    op.drop_index('ix_goods_receipt_received_on', table_name='goods_receipt')
    op.drop_index('ix_monthly_pack_prepared_on', table_name='monthly_pack')
    op.drop_index('ix_outbox_created_at', table_name='outbox')
    op.drop_index('ix_supplier_invoice_due_on', table_name='supplier_invoice')
    op.drop_index('ix_supplier_invoice_invoiced_on', table_name='supplier_invoice')
    op.drop_index('ix_consultation_requested_on', table_name='consultation')
    op.drop_index('ix_inventory_round_counted_on', table_name='inventory_round')
    op.drop_index('ix_cleaning_requested_at', table_name='cleaning')
    op.drop_index('ix_prescription_prescribed_on', table_name='prescription')
    op.drop_index('ix_prescription_valid_until', table_name='prescription')
    op.drop_index('ix_stay_ended_at', table_name='stay')
    op.drop_index('ix_asset_book_cost', table_name='asset_book')
    op.drop_index('ix_asset_book_change_changed_on', table_name='asset_book_change')
    op.drop_index('ix_maintenance_estimated_cost', table_name='maintenance')
    op.drop_index('ix_maintenance_requested_on', table_name='maintenance')
    op.drop_index('ix_quotation_request_asked_on', table_name='quotation_request')
    op.drop_index('ix_asset_value_change_changed_on', table_name='asset_value_change')
    op.drop_index('ix_walk_in_arrived_at', table_name='walk_in')
    op.drop_index('ix_fault_report_reported_at', table_name='fault_report')
    op.drop_index('ix_fault_report_reported_on', table_name='fault_report')
    if on_postgresql():
        drop_constraint('activity_log', 'ck_activity_log_salted')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('user', 'factor_since')
        op.alter_column('activity_log', 'id', type_=KEY, nullable=False)
        op.alter_column('activity_log', 'previous_hash', type_=sa.String(length=64), nullable=False)
        op.drop_column('activity_log', 'salt')
        op.create_unique_constraint(op.f('uq_activity_log_hash'), 'activity_log', ['hash'])
        op.create_unique_constraint(op.f('uq_activity_log_previous_hash'), 'activity_log', ['previous_hash'])
    if not on_postgresql():
        set_aside('stock_batch', ['ix_stock_batch_expires_on', 'ix_stock_batch_same_as_id'])
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
        op.create_index(op.f('ix_stock_batch_same_as_id'), 'stock_batch', ['same_as_id'], unique=False)
        op.create_index(op.f('ix_stock_batch_expires_on'), 'stock_batch', ['expires_on'], unique=False)
        take_back('stock_batch', ['id', 'item_id', 'number', 'expires_on', 'same_as_id'])
    if not on_postgresql():
        set_aside('user', ['ix_user_work_unit_id', 'uq_user_email_lower'])
        op.create_table('user',
        sa.Column('id', KEY, nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('email', sa.String(length=254), nullable=False),
        sa.Column('password_hash', sa.String(length=255), nullable=True),
        sa.Column('phone', sa.String(length=32), nullable=True),
        sa.Column('work_unit_id', KEY, nullable=True),
        sa.Column('language', sa.String(32), nullable=False),
        sa.Column('status', sa.String(32), nullable=False),
        sa.Column('is_demo', sa.Boolean(), nullable=False),
        sa.Column('wants_mail', sa.Boolean(), nullable=False),
        sa.Column('wants_whatsapp', sa.Boolean(), nullable=False),
        sa.Column('wants_sms', sa.Boolean(), nullable=False),
        sa.Column('email_confirmed_at', MOMENT, nullable=True),
        sa.Column('email_set_at', MOMENT, nullable=True),
        sa.Column('email_set_by_id', KEY, nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_user_language_known')),
        sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_user_status_known')),
        sa.ForeignKeyConstraint(['email_set_by_id'], ['user.id'], name=op.f('fk_user_email_set_by_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_user_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_user_work_unit_id'), 'user', ['work_unit_id'], unique=False)
        op.create_index('uq_user_email_lower', 'user', [sa.literal_column('lower(email)')], unique=True)
        take_back('user', ['id', 'name', 'email', 'password_hash', 'phone', 'work_unit_id', 'language', 'status', 'is_demo', 'wants_mail', 'wants_whatsapp', 'wants_sms', 'email_confirmed_at', 'email_set_at', 'email_set_by_id', 'created_at', 'version'])
    if not on_postgresql():
        set_aside('activity_log', ['ix_activity_log_activity', 'ix_activity_log_occurred_at', 'ix_activity_log_row', 'ix_activity_log_user_id'])
        op.create_table('activity_log',
        sa.Column('id', KEY, autoincrement=False, nullable=False),
        sa.Column('user_id', KEY, nullable=True),
        sa.Column('access', sa.String(32), nullable=False),
        sa.Column('table_name', sa.String(length=63), nullable=True),
        sa.Column('changed_id', sa.String(length=80), nullable=True),
        sa.Column('activity', sa.String(32), nullable=False),
        sa.Column('properties', sa.JSON(), nullable=False),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.Column('address', sa.String(length=64), nullable=True),
        sa.Column('previous_hash', sa.String(length=64), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.CheckConstraint("access IN ('back_office', 'portal', 'api', 'command')", name=op.f('ck_activity_log_access_known')),
        sa.CheckConstraint("activity IN ('inserted', 'updated', 'deleted', 'read', 'exported', 'logged_in', 'logged_out', 'login_failed')", name=op.f('ck_activity_log_activity_known')),
        sa.CheckConstraint('length(hash) = 64', name=op.f('ck_activity_log_hash_length')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_activity_log_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_log')),
        sa.UniqueConstraint('hash', name=op.f('uq_activity_log_hash')),
        sa.UniqueConstraint('previous_hash', name=op.f('uq_activity_log_previous_hash')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_activity_log_activity'), 'activity_log', ['activity'], unique=False)
        op.create_index(op.f('ix_activity_log_occurred_at'), 'activity_log', ['occurred_at'], unique=False)
        op.create_index('ix_activity_log_row', 'activity_log', ['table_name', 'changed_id'], unique=False)
        op.create_index(op.f('ix_activity_log_user_id'), 'activity_log', ['user_id'], unique=False)
        take_back('activity_log', ['id', 'user_id', 'access', 'table_name', 'changed_id', 'activity', 'properties', 'occurred_at', 'address', 'previous_hash', 'hash'])
    if not on_postgresql():
        set_aside('asset_auction', ['ix_asset_auction_account_id', 'ix_asset_auction_created_by_id', 'ix_asset_auction_state', 'ix_asset_auction_state_auctioned_on'])
        op.create_table('asset_auction',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('auctioned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('appraiser', sa.String(length=200), nullable=True),
        sa.Column('appraised_on', sa.Date(), nullable=True),
        sa.Column('buyer_name', sa.String(length=200), nullable=True),
        sa.Column('buyer_identity', sa.String(length=40), nullable=True),
        sa.Column('minutes_number', sa.String(length=40), nullable=True),
        sa.Column('paid_on', sa.Date(), nullable=True),
        sa.Column('payment_reference', sa.String(length=40), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'receivables_approved', 'open', 'awarded', 'sold', 'failed', 'rejected', 'cancelled')", name=op.f('ck_asset_auction_state_known')),
        sa.CheckConstraint('(paid_on IS NULL) = (payment_reference IS NULL)', name=op.f('ck_asset_auction_payment_is_whole')),
        sa.CheckConstraint('round > 0', name=op.f('ck_asset_auction_round_positive')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_auction_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_auction_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_auction')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_auction_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_auction_account_id'), 'asset_auction', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_created_by_id'), 'asset_auction', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_state'), 'asset_auction', ['state'], unique=False)
        op.create_index('ix_asset_auction_state_auctioned_on', 'asset_auction', ['state', 'auctioned_on'], unique=False)
        take_back('asset_auction', ['id', 'created_by_id', 'account_id', 'auctioned_on', 'state', 'round', 'appraiser', 'appraised_on', 'buyer_name', 'buyer_identity', 'minutes_number', 'paid_on', 'payment_reference', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_disposal', ['ix_asset_disposal_account_id', 'ix_asset_disposal_created_by_id', 'ix_asset_disposal_responsible_id', 'ix_asset_disposal_state', 'ix_asset_disposal_state_disposed_on'])
        op.create_table('asset_disposal',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('disposed_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('route', sa.String(32), nullable=False),
        sa.Column('responsible_id', KEY, nullable=True),
        sa.Column('responsible_name', sa.String(length=200), nullable=True),
        sa.Column('claim_amount', exact(18, 2), nullable=True),
        sa.Column('claim_decision', sa.String(length=40), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("route = 'lost' OR (responsible_id IS NULL AND responsible_name IS NULL AND claim_amount IS NULL AND claim_decision IS NULL)", name=op.f('ck_asset_disposal_claim_when_lost')),
        sa.CheckConstraint("route IN ('scrap', 'auction', 'grant', 'return_to_owner', 'lost')", name=op.f('ck_asset_disposal_route_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled', 'reversed')", name=op.f('ck_asset_disposal_state_known')),
        sa.CheckConstraint('claim_amount >= 0', name=op.f('ck_asset_disposal_claim_amount_not_negative')),
        sa.CheckConstraint('claim_amount IS NULL OR claim_amount = 0 OR claim_decision IS NOT NULL', name=op.f('ck_asset_disposal_claim_is_decided')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_disposal_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_disposal_created_by_id')),
        sa.ForeignKeyConstraint(['responsible_id'], ['employee.id'], name=op.f('fk_asset_disposal_responsible_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_disposal')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_disposal_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_disposal_responsible_id'), 'asset_disposal', ['responsible_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_account_id'), 'asset_disposal', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_created_by_id'), 'asset_disposal', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_state'), 'asset_disposal', ['state'], unique=False)
        op.create_index('ix_asset_disposal_state_disposed_on', 'asset_disposal', ['state', 'disposed_on'], unique=False)
        take_back('asset_disposal', ['id', 'created_by_id', 'account_id', 'disposed_on', 'state', 'route', 'responsible_id', 'responsible_name', 'claim_amount', 'claim_decision', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_plan', ['ix_asset_plan_created_by_id', 'ix_asset_plan_state', 'ix_asset_plan_state_planned_on', 'ix_asset_plan_work_unit_id'])
        op.create_table('asset_plan',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('planned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('work_unit_id', KEY, nullable=False),
        sa.Column('budget_year', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'done', 'rejected', 'cancelled')", name=op.f('ck_asset_plan_state_known')),
        sa.CheckConstraint('budget_year BETWEEN 2000 AND 2200', name=op.f('ck_asset_plan_budget_year_sane')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_plan_created_by_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_plan_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_plan')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_plan_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_plan_created_by_id'), 'asset_plan', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_plan_state'), 'asset_plan', ['state'], unique=False)
        op.create_index('ix_asset_plan_state_planned_on', 'asset_plan', ['state', 'planned_on'], unique=False)
        op.create_index(op.f('ix_asset_plan_work_unit_id'), 'asset_plan', ['work_unit_id'], unique=False)
        take_back('asset_plan', ['id', 'created_by_id', 'planned_on', 'state', 'work_unit_id', 'budget_year', 'number', 'created_at', 'note', 'version'])
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
        set_aside('depreciation_run', ['ix_depreciation_run_created_by_id', 'ix_depreciation_run_state', 'ix_depreciation_run_state_run_on', 'uq_depreciation_run_living_period'])
        op.create_table('depreciation_run',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('run_on', sa.Date(), nullable=False),
        sa.Column('book', sa.String(32), nullable=False),
        sa.Column('period_start', sa.Date(), nullable=False),
        sa.Column('period_end', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("book IN ('hospital', 'tax', 'state_property')", name=op.f('ck_depreciation_run_book_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled', 'reversed')", name=op.f('ck_depreciation_run_state_known')),
        sa.CheckConstraint('period_end >= period_start', name=op.f('ck_depreciation_run_period_not_empty')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_depreciation_run_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_depreciation_run')),
        sa.UniqueConstraint('number', name=op.f('uq_depreciation_run_number')),
        sqlite_autoincrement=True
        )
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        op.create_index(op.f('ix_depreciation_run_created_by_id'), 'depreciation_run', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_depreciation_run_state'), 'depreciation_run', ['state'], unique=False)
        op.create_index('ix_depreciation_run_state_run_on', 'depreciation_run', ['state', 'run_on'], unique=False)
        take_back('depreciation_run', ['id', 'created_by_id', 'run_on', 'book', 'period_start', 'period_end', 'state', 'number', 'created_at', 'note', 'version'])
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
        set_aside('purchase_request', ['ix_purchase_request_approved_by_id', 'ix_purchase_request_created_by_id', 'ix_purchase_request_state', 'ix_purchase_request_state_requested_on', 'ix_purchase_request_store_id'])
        op.create_table('purchase_request',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('needed_on', sa.Date(), nullable=True),
        sa.Column('approved_by_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'done', 'rejected', 'cancelled')", name=op.f('ck_purchase_request_state_known')),
        sa.CheckConstraint('needed_on >= requested_on', name=op.f('ck_purchase_request_needed_after_requested')),
        sa.ForeignKeyConstraint(['approved_by_id'], ['user.id'], name=op.f('fk_purchase_request_approved_by_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_purchase_request_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_purchase_request_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_request')),
        sa.UniqueConstraint('number', name=op.f('uq_purchase_request_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_purchase_request_approved_by_id'), 'purchase_request', ['approved_by_id'], unique=False)
        op.create_index(op.f('ix_purchase_request_created_by_id'), 'purchase_request', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_purchase_request_state'), 'purchase_request', ['state'], unique=False)
        op.create_index('ix_purchase_request_state_requested_on', 'purchase_request', ['state', 'requested_on'], unique=False)
        op.create_index(op.f('ix_purchase_request_store_id'), 'purchase_request', ['store_id'], unique=False)
        take_back('purchase_request', ['id', 'created_by_id', 'store_id', 'requested_on', 'needed_on', 'approved_by_id', 'state', 'number', 'created_at', 'note', 'version'])
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
        set_aside('store_request', ['ix_store_request_created_by_id', 'ix_store_request_state', 'ix_store_request_state_requested_on', 'ix_store_request_store_id', 'ix_store_request_work_unit_id'])
        op.create_table('store_request',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('work_unit_id', KEY, nullable=False),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('needed_on', sa.Date(), nullable=True),
        sa.Column('purpose', sa.String(length=200), nullable=True),
        sa.Column('urgency', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'done', 'rejected', 'cancelled')", name=op.f('ck_store_request_state_known')),
        sa.CheckConstraint("urgency IN ('normal', 'urgent')", name=op.f('ck_store_request_urgency_known')),
        sa.CheckConstraint('needed_on >= requested_on', name=op.f('ck_store_request_needed_after_requested')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_store_request_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_store_request_store_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_store_request_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_store_request')),
        sa.UniqueConstraint('number', name=op.f('uq_store_request_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_store_request_created_by_id'), 'store_request', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_store_request_state'), 'store_request', ['state'], unique=False)
        op.create_index('ix_store_request_state_requested_on', 'store_request', ['state', 'requested_on'], unique=False)
        op.create_index(op.f('ix_store_request_store_id'), 'store_request', ['store_id'], unique=False)
        op.create_index(op.f('ix_store_request_work_unit_id'), 'store_request', ['work_unit_id'], unique=False)
        take_back('store_request', ['id', 'created_by_id', 'work_unit_id', 'requested_on', 'state', 'store_id', 'needed_on', 'purpose', 'urgency', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('supplier_refund', ['ix_supplier_refund_created_by_id', 'ix_supplier_refund_state', 'ix_supplier_refund_supplier_id_state'])
        op.create_table('supplier_refund',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('refunded_on', sa.Date(), nullable=False),
        sa.Column('payment_reference', sa.String(length=100), nullable=True),
        sa.Column('amount', exact(18, 2), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'posted', 'reversed', 'cancelled')", name=op.f('ck_supplier_refund_state_known')),
        sa.CheckConstraint("state NOT IN ('posted', 'reversed') OR payment_reference IS NOT NULL", name=op.f('ck_supplier_refund_payment_reference_when_posted')),
        sa.CheckConstraint('amount > 0', name=op.f('ck_supplier_refund_amount_positive')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_supplier_refund_created_by_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_refund_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_refund')),
        sa.UniqueConstraint('number', name=op.f('uq_supplier_refund_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_supplier_refund_created_by_id'), 'supplier_refund', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_supplier_refund_state'), 'supplier_refund', ['state'], unique=False)
        op.create_index('ix_supplier_refund_supplier_id_state', 'supplier_refund', ['supplier_id', 'state'], unique=False)
        take_back('supplier_refund', ['id', 'created_by_id', 'supplier_id', 'refunded_on', 'payment_reference', 'amount', 'state', 'number', 'created_at', 'note', 'version'])
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
        set_aside('asset_receipt', ['ix_asset_receipt_account_id', 'ix_asset_receipt_asset_procurement_id', 'ix_asset_receipt_created_by_id', 'ix_asset_receipt_state', 'ix_asset_receipt_state_received_on'])
        op.create_table('asset_receipt',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('received_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('asset_procurement_id', KEY, nullable=False),
        sa.Column('delivery_order_number', sa.String(length=40), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'posted', 'reversed', 'cancelled')", name=op.f('ck_asset_receipt_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_receipt_account_id')),
        sa.ForeignKeyConstraint(['asset_procurement_id'], ['asset_procurement.id'], name=op.f('fk_asset_receipt_asset_procurement_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_receipt_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_receipt')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_receipt_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_receipt_account_id'), 'asset_receipt', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_receipt_asset_procurement_id'), 'asset_receipt', ['asset_procurement_id'], unique=False)
        op.create_index(op.f('ix_asset_receipt_created_by_id'), 'asset_receipt', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_receipt_state'), 'asset_receipt', ['state'], unique=False)
        op.create_index('ix_asset_receipt_state_received_on', 'asset_receipt', ['state', 'received_on'], unique=False)
        take_back('asset_receipt', ['id', 'created_by_id', 'account_id', 'received_on', 'state', 'asset_procurement_id', 'delivery_order_number', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('delivery_request', ['ix_delivery_request_account_id', 'ix_delivery_request_created_by_id', 'ix_delivery_request_state', 'ix_delivery_request_state_delivered_on', 'ix_delivery_request_store_id', 'ix_delivery_request_store_request_id'])
        op.create_table('delivery_request',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_request_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('delivered_on', sa.Date(), nullable=False),
        sa.Column('shortage_note', sa.Text(), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'delivered', 'done', 'rejected', 'reversed', 'cancelled')", name=op.f('ck_delivery_request_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_delivery_request_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_delivery_request_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_delivery_request_store_id')),
        sa.ForeignKeyConstraint(['store_request_id'], ['store_request.id'], name=op.f('fk_delivery_request_store_request_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_request')),
        sa.UniqueConstraint('number', name=op.f('uq_delivery_request_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_delivery_request_account_id'), 'delivery_request', ['account_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_created_by_id'), 'delivery_request', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_state'), 'delivery_request', ['state'], unique=False)
        op.create_index('ix_delivery_request_state_delivered_on', 'delivery_request', ['state', 'delivered_on'], unique=False)
        op.create_index(op.f('ix_delivery_request_store_id'), 'delivery_request', ['store_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_store_request_id'), 'delivery_request', ['store_request_id'], unique=False)
        take_back('delivery_request', ['id', 'created_by_id', 'store_request_id', 'account_id', 'state', 'store_id', 'delivered_on', 'shortage_note', 'number', 'created_at', 'note', 'version'])
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
        set_aside('monthly_pack', ['ix_monthly_pack_created_by_id', 'ix_monthly_pack_state', 'uq_monthly_pack_period_id'])
        op.create_table('monthly_pack',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('period_id', KEY, nullable=False),
        sa.Column('prepared_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('foreword', sa.Text(), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'released', 'withdrawn', 'rejected', 'cancelled')", name=op.f('ck_monthly_pack_state_known')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_monthly_pack_created_by_id')),
        sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_monthly_pack_period_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_monthly_pack')),
        sa.UniqueConstraint('number', name=op.f('uq_monthly_pack_number')),
        sqlite_autoincrement=True
        )
        op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"))
        op.create_index(op.f('ix_monthly_pack_created_by_id'), 'monthly_pack', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_monthly_pack_state'), 'monthly_pack', ['state'], unique=False)
        take_back('monthly_pack', ['id', 'created_by_id', 'period_id', 'prepared_on', 'state', 'foreword', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('outbox', ['ix_outbox_attachment_id', 'ix_outbox_document', 'ix_outbox_due', 'ix_outbox_user_id'])
        op.create_table('outbox',
        sa.Column('id', KEY, nullable=False),
        sa.Column('user_id', KEY, nullable=True),
        sa.Column('channel', sa.String(32), nullable=False),
        sa.Column('to_address', sa.String(length=254), nullable=False),
        sa.Column('template', sa.String(length=40), nullable=False),
        sa.Column('params', sa.JSON(), nullable=False),
        sa.Column('language', sa.String(32), nullable=False),
        sa.Column('attachment_id', KEY, nullable=True),
        sa.Column('document_type', sa.String(length=40), nullable=True),
        sa.Column('document_id', KEY, nullable=True),
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('status', sa.String(32), nullable=False),
        sa.Column('next_attempt_at', MOMENT, nullable=False),
        sa.Column('claimed_at', MOMENT, nullable=True),
        sa.Column('sent_at', MOMENT, nullable=True),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('mail', 'whatsapp', 'sms')", name=op.f('ck_outbox_channel_known')),
        sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_outbox_language_known')),
        sa.CheckConstraint("status <> 'sending' OR claimed_at IS NOT NULL", name=op.f('ck_outbox_claimed_when')),
        sa.CheckConstraint("status <> 'sent' OR sent_at IS NOT NULL", name=op.f('ck_outbox_sent_when')),
        sa.CheckConstraint("status IN ('waiting', 'sending', 'sent', 'failed')", name=op.f('ck_outbox_status_known')),
        sa.CheckConstraint('(document_type IS NULL) = (document_id IS NULL)', name=op.f('ck_outbox_whole_document')),
        sa.CheckConstraint('attempts >= 0', name=op.f('ck_outbox_attempts_not_negative')),
        sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_outbox_attachment_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_outbox_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
        sa.UniqueConstraint('key', name=op.f('uq_outbox_key')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_outbox_attachment_id'), 'outbox', ['attachment_id'], unique=False)
        op.create_index('ix_outbox_document', 'outbox', ['document_type', 'document_id'], unique=False)
        op.create_index('ix_outbox_due', 'outbox', ['status', 'next_attempt_at'], unique=False)
        op.create_index(op.f('ix_outbox_user_id'), 'outbox', ['user_id'], unique=False)
        take_back('outbox', ['id', 'user_id', 'channel', 'to_address', 'template', 'params', 'language', 'attachment_id', 'document_type', 'document_id', 'key', 'created_at', 'status', 'next_attempt_at', 'claimed_at', 'sent_at', 'attempts', 'last_error'])
    if not on_postgresql():
        set_aside('supplier_invoice', ['ix_supplier_invoice_created_by_id', 'ix_supplier_invoice_purchase_order_id', 'ix_supplier_invoice_state', 'ix_supplier_invoice_state_invoiced_on', 'ix_supplier_invoice_supplier_id', 'uq_supplier_invoice_supplier_id_supplier_number'])
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
        op.create_index('uq_supplier_invoice_supplier_id_supplier_number', 'supplier_invoice', ['supplier_id', 'supplier_number'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        op.create_index(op.f('ix_supplier_invoice_created_by_id'), 'supplier_invoice', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_purchase_order_id'), 'supplier_invoice', ['purchase_order_id'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_state'), 'supplier_invoice', ['state'], unique=False)
        op.create_index('ix_supplier_invoice_state_invoiced_on', 'supplier_invoice', ['state', 'invoiced_on'], unique=False)
        op.create_index(op.f('ix_supplier_invoice_supplier_id'), 'supplier_invoice', ['supplier_id'], unique=False)
        take_back('supplier_invoice', ['id', 'created_by_id', 'supplier_id', 'purchase_order_id', 'supplier_number', 'tax_invoice_number', 'invoiced_on', 'due_on', 'vat_amount', 'freight_amount', 'rounding_amount', 'paper_total', 'paid_on', 'payment_reference', 'set_off_amount', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('consultation', ['ix_consultation_created_by_id', 'ix_consultation_doctor_starts_at', 'ix_consultation_patient_starts_at', 'ix_consultation_specialization_id', 'ix_consultation_starts_at', 'ix_consultation_state', 'ix_consultation_state_starts_at'])
        op.create_table('consultation',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('patient_id', KEY, nullable=False),
        sa.Column('specialization_id', KEY, nullable=False),
        sa.Column('doctor_id', KEY, nullable=False),
        sa.Column('complaint', sa.Text(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('starts_at', MOMENT, nullable=False),
        sa.Column('slot_minutes', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(32), server_default='appointment', nullable=False),
        sa.Column('payer', sa.String(32), nullable=False),
        sa.Column('triage', sa.String(32), nullable=False),
        sa.Column('video_url', sa.String(length=500), nullable=True),
        sa.Column('decided_reason', sa.Text(), nullable=True),
        sa.Column('moved_to', MOMENT, nullable=True),
        sa.Column('moved_to_doctor_id', KEY, nullable=True),
        sa.Column('rescheduled_from_id', KEY, nullable=True),
        sa.Column('held_beside_id', KEY, nullable=True),
        sa.Column('approved_at', MOMENT, nullable=True),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('completed_at', MOMENT, nullable=True),
        sa.Column('rating', sa.Integer(), nullable=True),
        sa.Column('rating_comment', sa.Text(), nullable=True),
        sa.Column('rated_at', MOMENT, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("held_beside_id IS NULL OR (held_beside_id <> id AND state = 'completed')", name=op.f('ck_consultation_held_beside_another')),
        sa.CheckConstraint("kind IN ('appointment', 'now')", name=op.f('ck_consultation_kind_known')),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_consultation_payer_known')),
        sa.CheckConstraint("state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled', 'expired')", name=op.f('ck_consultation_state_known')),
        sa.CheckConstraint("triage IN ('routine', 'soon', 'urgent')", name=op.f('ck_consultation_triage_known')),
        sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_consultation_rating_known')),
        sa.CheckConstraint('slot_minutes BETWEEN 1 AND 1440', name=op.f('ck_consultation_slot_minutes_within_a_day')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_consultation_created_by_id')),
        sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_consultation_doctor_id')),
        sa.ForeignKeyConstraint(['held_beside_id'], ['consultation.id'], name=op.f('fk_consultation_held_beside_id')),
        sa.ForeignKeyConstraint(['moved_to_doctor_id'], ['doctor.id'], name=op.f('fk_consultation_moved_to_doctor_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consultation_patient_id')),
        sa.ForeignKeyConstraint(['rescheduled_from_id'], ['consultation.id'], name=op.f('fk_consultation_rescheduled_from_id')),
        sa.ForeignKeyConstraint(['specialization_id'], ['specialization.id'], name=op.f('fk_consultation_specialization_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation')),
        sa.UniqueConstraint('number', name=op.f('uq_consultation_number')),
        sa.UniqueConstraint('rescheduled_from_id', name=op.f('uq_consultation_rescheduled_from_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_consultation_created_by_id'), 'consultation', ['created_by_id'], unique=False)
        op.create_index('ix_consultation_doctor_starts_at', 'consultation', ['doctor_id', 'starts_at'], unique=False)
        op.create_index('ix_consultation_patient_starts_at', 'consultation', ['patient_id', 'starts_at'], unique=False)
        op.create_index(op.f('ix_consultation_specialization_id'), 'consultation', ['specialization_id'], unique=False)
        op.create_index(op.f('ix_consultation_starts_at'), 'consultation', ['starts_at'], unique=False)
        op.create_index(op.f('ix_consultation_state'), 'consultation', ['state'], unique=False)
        op.create_index('ix_consultation_state_starts_at', 'consultation', ['state', 'starts_at'], unique=False)
        take_back('consultation', ['id', 'created_by_id', 'requested_on', 'patient_id', 'specialization_id', 'doctor_id', 'complaint', 'state', 'starts_at', 'slot_minutes', 'kind', 'payer', 'triage', 'video_url', 'decided_reason', 'moved_to', 'moved_to_doctor_id', 'rescheduled_from_id', 'held_beside_id', 'approved_at', 'started_at', 'completed_at', 'rating', 'rating_comment', 'rated_at', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('inventory_round', ['ix_inventory_round_created_by_id', 'ix_inventory_round_inpatient_room_id', 'ix_inventory_round_room_id', 'ix_inventory_round_state', 'ix_inventory_round_state_counted_on'])
        op.create_table('inventory_round',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('room_id', KEY, nullable=True),
        sa.Column('inpatient_room_id', KEY, nullable=True),
        sa.Column('counted_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('found_empty', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'counting', 'submitted', 'posted', 'cancelled')", name=op.f('ck_inventory_round_state_known')),
        sa.CheckConstraint('(room_id IS NULL) <> (inpatient_room_id IS NULL)', name=op.f('ck_inventory_round_one_place')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_inventory_round_created_by_id')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_inventory_round_inpatient_room_id')),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_inventory_round_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_inventory_round')),
        sa.UniqueConstraint('number', name=op.f('uq_inventory_round_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_inventory_round_created_by_id'), 'inventory_round', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_inpatient_room_id'), 'inventory_round', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_room_id'), 'inventory_round', ['room_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_state'), 'inventory_round', ['state'], unique=False)
        op.create_index('ix_inventory_round_state_counted_on', 'inventory_round', ['state', 'counted_on'], unique=False)
        take_back('inventory_round', ['id', 'created_by_id', 'room_id', 'inpatient_room_id', 'counted_on', 'state', 'found_empty', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('cleaning', ['ix_cleaning_bed_id', 'ix_cleaning_employee_id', 'ix_cleaning_inpatient_room_id', 'ix_cleaning_room_id', 'ix_cleaning_state', 'ix_cleaning_state_requested_at', 'uq_cleaning_open_bed', 'uq_cleaning_open_room'])
        op.create_table('cleaning',
        sa.Column('id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('inpatient_room_id', KEY, nullable=True),
        sa.Column('room_id', KEY, nullable=True),
        sa.Column('bed_id', KEY, nullable=True),
        sa.Column('employee_id', KEY, nullable=True),
        sa.Column('requested_at', MOMENT, nullable=False),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('cleaned_at', MOMENT, nullable=True),
        sa.Column('inspected_at', MOMENT, nullable=True),
        sa.Column('cost', exact(18, 2), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('needs_inspection', sa.Boolean(), nullable=False),
        sa.Column('checklist', sa.Text(), nullable=True),
        sa.Column('checklist_done', sa.Boolean(), nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind IN ('routine', 'terminal', 'isolation')", name=op.f('ck_cleaning_kind_known')),
        sa.CheckConstraint("needs_inspection OR state NOT IN ('to_inspect', 'inspected')", name=op.f('ck_cleaning_inspected_if_asked')),
        sa.CheckConstraint("state IN ('waiting', 'in_progress', 'to_inspect', 'finished', 'inspected', 'cancelled')", name=op.f('ck_cleaning_state_known')),
        sa.CheckConstraint('(inpatient_room_id IS NULL) <> (room_id IS NULL)', name=op.f('ck_cleaning_one_place')),
        sa.CheckConstraint('bed_id IS NULL OR inpatient_room_id IS NOT NULL', name=op.f('ck_cleaning_bed_in_inpatient_room')),
        sa.CheckConstraint('cleaned_at >= started_at', name=op.f('ck_cleaning_cleaned_after_start')),
        sa.CheckConstraint('cost >= 0', name=op.f('ck_cleaning_cost_not_negative')),
        sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_cleaning_bed_id')),
        sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_cleaning_employee_id')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_cleaning_inpatient_room_id')),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_cleaning_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_cleaning')),
        sqlite_autoincrement=True
        )
        op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        op.create_index(op.f('ix_cleaning_bed_id'), 'cleaning', ['bed_id'], unique=False)
        op.create_index(op.f('ix_cleaning_employee_id'), 'cleaning', ['employee_id'], unique=False)
        op.create_index(op.f('ix_cleaning_inpatient_room_id'), 'cleaning', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_cleaning_room_id'), 'cleaning', ['room_id'], unique=False)
        op.create_index(op.f('ix_cleaning_state'), 'cleaning', ['state'], unique=False)
        op.create_index('ix_cleaning_state_requested_at', 'cleaning', ['state', 'requested_at'], unique=False)
        take_back('cleaning', ['id', 'kind', 'inpatient_room_id', 'room_id', 'bed_id', 'employee_id', 'requested_at', 'started_at', 'cleaned_at', 'inspected_at', 'cost', 'state', 'needs_inspection', 'checklist', 'checklist_done', 'note', 'version'])
    if not on_postgresql():
        set_aside('prescription', ['ix_prescription_consultation_id', 'ix_prescription_created_by_id', 'ix_prescription_state', 'ix_prescription_store_id'])
        op.create_table('prescription',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('consultation_id', KEY, nullable=False),
        sa.Column('prescribed_on', sa.Date(), nullable=False),
        sa.Column('valid_until', sa.Date(), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('store_id', KEY, nullable=True),
        sa.Column('received_by', sa.String(length=200), nullable=True),
        sa.Column('dispensed_at', MOMENT, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'issued', 'partly_dispensed', 'dispensed', 'cancelled', 'expired')", name=op.f('ck_prescription_state_known')),
        sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_prescription_consultation_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_prescription_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_prescription_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_prescription')),
        sa.UniqueConstraint('number', name=op.f('uq_prescription_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_prescription_consultation_id'), 'prescription', ['consultation_id'], unique=False)
        op.create_index(op.f('ix_prescription_created_by_id'), 'prescription', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_prescription_state'), 'prescription', ['state'], unique=False)
        op.create_index(op.f('ix_prescription_store_id'), 'prescription', ['store_id'], unique=False)
        take_back('prescription', ['id', 'created_by_id', 'consultation_id', 'prescribed_on', 'valid_until', 'state', 'store_id', 'received_by', 'dispensed_at', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stay', ['ix_stay_bed_id', 'ix_stay_patient_id', 'ix_stay_started_at', 'uq_stay_open_bed', 'uq_stay_open_patient', 'uq_stay_open_reference'])
        op.create_table('stay',
        sa.Column('id', KEY, nullable=False),
        sa.Column('bed_id', KEY, nullable=False),
        sa.Column('patient_id', KEY, nullable=True),
        sa.Column('outside_reference', sa.String(length=200), nullable=True),
        sa.Column('started_at', MOMENT, nullable=False),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.Column('outcome', sa.String(32), nullable=True),
        sa.Column('voided_at', MOMENT, nullable=True),
        sa.Column('checked_in_by_id', KEY, nullable=False),
        sa.Column('checked_out_by_id', KEY, nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("outcome IN ('went_home', 'referred', 'own_wish', 'died')", name=op.f('ck_stay_outcome_known')),
        sa.CheckConstraint('ended_at >= started_at', name=op.f('ck_stay_ends_after_start')),
        sa.CheckConstraint('outcome IS NULL OR (ended_at IS NOT NULL AND voided_at IS NULL)', name=op.f('ck_stay_outcome_of_ended')),
        sa.CheckConstraint('patient_id IS NOT NULL OR outside_reference IS NOT NULL', name=op.f('ck_stay_somebody')),
        sa.CheckConstraint('voided_at IS NULL OR ended_at IS NOT NULL', name=op.f('ck_stay_voided_is_ended')),
        sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_stay_bed_id')),
        sa.ForeignKeyConstraint(['checked_in_by_id'], ['user.id'], name=op.f('fk_stay_checked_in_by_id')),
        sa.ForeignKeyConstraint(['checked_out_by_id'], ['user.id'], name=op.f('fk_stay_checked_out_by_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_stay_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stay')),
        sqlite_autoincrement=True
        )
        op.create_index('uq_stay_open_patient', 'stay', ['patient_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'))
        op.create_index('uq_stay_open_reference', 'stay', ['outside_reference'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'))
        op.create_index(op.f('ix_stay_bed_id'), 'stay', ['bed_id'], unique=False)
        op.create_index(op.f('ix_stay_patient_id'), 'stay', ['patient_id'], unique=False)
        op.create_index('ix_stay_started_at', 'stay', ['started_at'], unique=False)
        op.create_index('uq_stay_open_bed', 'stay', ['bed_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        take_back('stay', ['id', 'bed_id', 'patient_id', 'outside_reference', 'started_at', 'ended_at', 'outcome', 'voided_at', 'checked_in_by_id', 'checked_out_by_id', 'version'])
    if not on_postgresql():
        set_aside('asset_book', ['ix_asset_book_asset_id', 'ix_asset_book_book_id'])
        op.create_table('asset_book',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=False),
        sa.Column('book', sa.String(32), nullable=False),
        sa.Column('method', sa.String(32), nullable=False),
        sa.Column('useful_life', sa.Integer(), nullable=True),
        sa.Column('tax_group', sa.String(32), nullable=True),
        sa.Column('cost', exact(18, 2), nullable=False),
        sa.Column('residual_value', exact(18, 2), nullable=False),
        sa.Column('opening_accumulated', exact(18, 2), nullable=False),
        sa.Column('accumulated', exact(18, 2), nullable=False),
        sa.Column('starts_on', sa.Date(), nullable=False),
        sa.Column('anchored_on', sa.Date(), nullable=True),
        sa.Column('anchored_accumulated', exact(18, 2), server_default='0', nullable=False),
        sa.Column('depreciated_until', sa.Date(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("book IN ('hospital', 'tax', 'state_property')", name=op.f('ck_asset_book_book_known')),
        sa.CheckConstraint("method = 'none' OR useful_life IS NOT NULL", name=op.f('ck_asset_book_life_when_depreciated')),
        sa.CheckConstraint("method IN ('none', 'straight_line', 'declining_balance')", name=op.f('ck_asset_book_method_known')),
        sa.CheckConstraint("tax_group IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_tax_group_known')),
        sa.CheckConstraint('accumulated <= cost - residual_value', name=op.f('ck_asset_book_accumulated_fits')),
        sa.CheckConstraint('accumulated >= opening_accumulated', name=op.f('ck_asset_book_accumulated_grows')),
        sa.CheckConstraint('anchored_accumulated >= 0', name=op.f('ck_asset_book_anchored_accumulated_not_negative')),
        sa.CheckConstraint('cost >= 0', name=op.f('ck_asset_book_cost_not_negative')),
        sa.CheckConstraint('opening_accumulated >= 0', name=op.f('ck_asset_book_opening_accumulated_not_negative')),
        sa.CheckConstraint('residual_value <= cost', name=op.f('ck_asset_book_residual_value_fits')),
        sa.CheckConstraint('residual_value >= 0', name=op.f('ck_asset_book_residual_value_not_negative')),
        sa.CheckConstraint('useful_life > 0', name=op.f('ck_asset_book_useful_life_positive')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_book_asset_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_book')),
        sa.UniqueConstraint('asset_id', 'book', name=op.f('uq_asset_book_asset_id_book')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_book_asset_id'), 'asset_book', ['asset_id'], unique=False)
        op.create_index('ix_asset_book_book_id', 'asset_book', ['book', 'id'], unique=False)
        take_back('asset_book', ['id', 'asset_id', 'book', 'method', 'useful_life', 'tax_group', 'cost', 'residual_value', 'opening_accumulated', 'accumulated', 'starts_on', 'anchored_on', 'anchored_accumulated', 'depreciated_until', 'version'])
    if not on_postgresql():
        set_aside('asset_book_change', ['ix_asset_book_change_asset_book_id', 'ix_asset_book_change_document', 'ix_asset_book_change_user_id'])
        op.create_table('asset_book_change',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_book_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('changed_on', sa.Date(), nullable=False),
        sa.Column('amount', exact(18, 2), nullable=False),
        sa.Column('cost_change', exact(18, 2), nullable=False),
        sa.Column('useful_life_before', sa.Integer(), nullable=True),
        sa.Column('useful_life_after', sa.Integer(), nullable=True),
        sa.Column('tax_group_before', sa.String(32), nullable=True),
        sa.Column('tax_group_after', sa.String(32), nullable=True),
        sa.Column('residual_before', exact(18, 2), nullable=True),
        sa.Column('residual_after', exact(18, 2), nullable=True),
        sa.Column('document_type', sa.String(length=40), nullable=True),
        sa.Column('document_id', KEY, nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('opening', 'life', 'disposal', 'part', 'value', 'restored')", name=op.f('ck_asset_book_change_kind_known')),
        sa.CheckConstraint("tax_group_after IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_change_tax_group_after_known')),
        sa.CheckConstraint("tax_group_before IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_change_tax_group_before_known')),
        sa.ForeignKeyConstraint(['asset_book_id'], ['asset_book.id'], name=op.f('fk_asset_book_change_asset_book_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_asset_book_change_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_book_change')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_book_change_asset_book_id'), 'asset_book_change', ['asset_book_id'], unique=False)
        op.create_index('ix_asset_book_change_document', 'asset_book_change', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_asset_book_change_user_id'), 'asset_book_change', ['user_id'], unique=False)
        take_back('asset_book_change', ['id', 'asset_book_id', 'kind', 'changed_on', 'amount', 'cost_change', 'useful_life_before', 'useful_life_after', 'tax_group_before', 'tax_group_after', 'residual_before', 'residual_after', 'document_type', 'document_id', 'reason', 'user_id', 'occurred_at'])
    if not on_postgresql():
        set_aside('maintenance', ['ix_maintenance_account_id', 'ix_maintenance_created_by_id', 'ix_maintenance_maintenance_schedule_id', 'ix_maintenance_state', 'ix_maintenance_state_requested_on', 'ix_maintenance_vendor_id', 'ix_maintenance_work_unit_id'])
        op.create_table('maintenance',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('work_unit_id', KEY, nullable=False),
        sa.Column('vendor_id', KEY, nullable=True),
        sa.Column('maintenance_schedule_id', KEY, nullable=True),
        sa.Column('estimated_cost', exact(18, 2), nullable=False),
        sa.Column('approved_cost', exact(18, 2), nullable=True),
        sa.Column('order_again_on', sa.Date(), nullable=True),
        sa.Column('down_since', MOMENT, nullable=True),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('finished_at', MOMENT, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind IN ('repair', 'preventive', 'calibration')", name=op.f('ck_maintenance_kind_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'in_progress', 'done', 'rejected', 'cancelled')", name=op.f('ck_maintenance_state_known')),
        sa.CheckConstraint('approved_cost >= 0', name=op.f('ck_maintenance_approved_cost_not_negative')),
        sa.CheckConstraint('estimated_cost >= 0', name=op.f('ck_maintenance_estimated_cost_not_negative')),
        sa.CheckConstraint('finished_at >= started_at', name=op.f('ck_maintenance_finished_after_start')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_maintenance_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_maintenance_created_by_id')),
        sa.ForeignKeyConstraint(['maintenance_schedule_id'], ['maintenance_schedule.id'], name=op.f('fk_maintenance_maintenance_schedule_id')),
        sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_maintenance_vendor_id')),
        sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_maintenance_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance')),
        sa.UniqueConstraint('number', name=op.f('uq_maintenance_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_maintenance_account_id'), 'maintenance', ['account_id'], unique=False)
        op.create_index(op.f('ix_maintenance_created_by_id'), 'maintenance', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_maintenance_maintenance_schedule_id'), 'maintenance', ['maintenance_schedule_id'], unique=False)
        op.create_index(op.f('ix_maintenance_state'), 'maintenance', ['state'], unique=False)
        op.create_index('ix_maintenance_state_requested_on', 'maintenance', ['state', 'requested_on'], unique=False)
        op.create_index(op.f('ix_maintenance_vendor_id'), 'maintenance', ['vendor_id'], unique=False)
        op.create_index(op.f('ix_maintenance_work_unit_id'), 'maintenance', ['work_unit_id'], unique=False)
        take_back('maintenance', ['id', 'created_by_id', 'account_id', 'requested_on', 'state', 'kind', 'work_unit_id', 'vendor_id', 'maintenance_schedule_id', 'estimated_cost', 'approved_cost', 'order_again_on', 'down_since', 'started_at', 'finished_at', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('quotation_request', ['ix_quotation_request_created_by_id', 'ix_quotation_request_state', 'ix_quotation_request_state_asked_on', 'ix_quotation_request_store_id'])
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
        take_back('quotation_request', ['id', 'created_by_id', 'store_id', 'asked_on', 'answer_by', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_value_change', ['ix_asset_value_change_account_id', 'ix_asset_value_change_created_by_id', 'ix_asset_value_change_state', 'ix_asset_value_change_state_changed_on'])
        op.create_table('asset_value_change',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('changed_on', sa.Date(), nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind IN ('improvement', 'revaluation', 'impairment')", name=op.f('ck_asset_value_change_kind_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled', 'reversed')", name=op.f('ck_asset_value_change_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_value_change_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_value_change_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_value_change')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_value_change_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_value_change_account_id'), 'asset_value_change', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_value_change_created_by_id'), 'asset_value_change', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_value_change_state'), 'asset_value_change', ['state'], unique=False)
        op.create_index('ix_asset_value_change_state_changed_on', 'asset_value_change', ['state', 'changed_on'], unique=False)
        take_back('asset_value_change', ['id', 'created_by_id', 'kind', 'changed_on', 'account_id', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('walk_in', ['ix_walk_in_created_by_id', 'ix_walk_in_patient_id', 'ix_walk_in_state', 'uq_walk_in_patient_id_waiting'])
        op.create_table('walk_in',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('patient_id', KEY, nullable=False),
        sa.Column('complaint', sa.Text(), nullable=False),
        sa.Column('answers', sa.Text(), nullable=False),
        sa.Column('triage', sa.String(32), nullable=False),
        sa.Column('payer', sa.String(32), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('arrived_at', MOMENT, nullable=False),
        sa.Column('consultation_id', KEY, nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_walk_in_payer_known')),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'left', 'expired')", name=op.f('ck_walk_in_state_known')),
        sa.CheckConstraint("triage IN ('routine', 'soon', 'urgent')", name=op.f('ck_walk_in_triage_known')),
        sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_walk_in_consultation_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_walk_in_created_by_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_walk_in_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_walk_in')),
        sa.UniqueConstraint('consultation_id', name=op.f('uq_walk_in_consultation_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_walk_in_created_by_id'), 'walk_in', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_walk_in_patient_id'), 'walk_in', ['patient_id'], unique=False)
        op.create_index(op.f('ix_walk_in_state'), 'walk_in', ['state'], unique=False)
        op.create_index('uq_walk_in_patient_id_waiting', 'walk_in', ['patient_id'], unique=True, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
        take_back('walk_in', ['id', 'created_by_id', 'patient_id', 'complaint', 'answers', 'triage', 'payer', 'state', 'arrived_at', 'consultation_id', 'version'])
    if not on_postgresql():
        set_aside('fault_report', ['ix_fault_report_answer_due_at', 'ix_fault_report_asset_id', 'ix_fault_report_bed_id', 'ix_fault_report_building_id', 'ix_fault_report_created_by_id', 'ix_fault_report_inpatient_room_id', 'ix_fault_report_maintenance_id', 'ix_fault_report_open_bed', 'ix_fault_report_room_id', 'ix_fault_report_state'])
        op.create_table('fault_report',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('code', sa.String(length=32), nullable=False),
        sa.Column('reported_on', sa.Date(), nullable=False),
        sa.Column('reported_at', MOMENT, nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('priority', sa.String(32), nullable=False),
        sa.Column('asset_id', KEY, nullable=True),
        sa.Column('bed_id', KEY, nullable=True),
        sa.Column('inpatient_room_id', KEY, nullable=True),
        sa.Column('room_id', KEY, nullable=True),
        sa.Column('building_id', KEY, nullable=True),
        sa.Column('place_detail', sa.String(length=200), nullable=True),
        sa.Column('fault', sa.Text(), nullable=False),
        sa.Column('reporter_name', sa.String(length=200), nullable=True),
        sa.Column('reporter_phone', sa.String(length=32), nullable=True),
        sa.Column('answer_due_at', MOMENT, nullable=False),
        sa.Column('acknowledged_at', MOMENT, nullable=True),
        sa.Column('condition_before', sa.String(32), nullable=True),
        sa.Column('condition_after', sa.String(32), nullable=True),
        sa.Column('result', sa.Text(), nullable=True),
        sa.Column('maintenance_id', KEY, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("condition_after IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_fault_report_condition_after_known')),
        sa.CheckConstraint("condition_before IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_fault_report_condition_before_known')),
        sa.CheckConstraint("priority IN ('normal', 'urgent', 'danger')", name=op.f('ck_fault_report_priority_known')),
        sa.CheckConstraint("state IN ('reported', 'acknowledged', 'ordered', 'closed', 'dismissed')", name=op.f('ck_fault_report_state_known')),
        sa.CheckConstraint('(CASE WHEN asset_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN bed_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN inpatient_room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN building_id IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('ck_fault_report_one_thing')),
        sa.CheckConstraint('acknowledged_at >= reported_at', name=op.f('ck_fault_report_acknowledged_after_report')),
        sa.CheckConstraint('length(fault) > 0', name=op.f('ck_fault_report_fault_written')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_fault_report_asset_id')),
        sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_fault_report_bed_id')),
        sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_fault_report_building_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_fault_report_created_by_id')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_fault_report_inpatient_room_id')),
        sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance.id'], name=op.f('fk_fault_report_maintenance_id')),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_fault_report_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_fault_report')),
        sa.UniqueConstraint('code', name=op.f('uq_fault_report_code')),
        sa.UniqueConstraint('number', name=op.f('uq_fault_report_number')),
        sqlite_autoincrement=True
        )
        op.create_index('ix_fault_report_answer_due_at', 'fault_report', ['answer_due_at'], unique=False)
        op.create_index(op.f('ix_fault_report_asset_id'), 'fault_report', ['asset_id'], unique=False)
        op.create_index(op.f('ix_fault_report_bed_id'), 'fault_report', ['bed_id'], unique=False)
        op.create_index(op.f('ix_fault_report_building_id'), 'fault_report', ['building_id'], unique=False)
        op.create_index(op.f('ix_fault_report_created_by_id'), 'fault_report', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_fault_report_inpatient_room_id'), 'fault_report', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_fault_report_maintenance_id'), 'fault_report', ['maintenance_id'], unique=False)
        op.create_index('ix_fault_report_open_bed', 'fault_report', ['bed_id'], unique=False, sqlite_where=sa.text("state IN ('reported', 'acknowledged', 'ordered')"), postgresql_where=sa.text("state IN ('reported', 'acknowledged', 'ordered')"))
        op.create_index(op.f('ix_fault_report_room_id'), 'fault_report', ['room_id'], unique=False)
        op.create_index(op.f('ix_fault_report_state'), 'fault_report', ['state'], unique=False)
        take_back('fault_report', ['id', 'created_by_id', 'code', 'reported_on', 'reported_at', 'state', 'priority', 'asset_id', 'bed_id', 'inpatient_room_id', 'room_id', 'building_id', 'place_detail', 'fault', 'reporter_name', 'reporter_phone', 'answer_due_at', 'acknowledged_at', 'condition_before', 'condition_after', 'result', 'maintenance_id', 'number', 'created_at', 'note', 'version'])
    op.drop_index('ix_saved_filter_list_name', table_name='saved_filter')
    op.drop_index('uq_saved_filter_default', table_name='saved_filter')
    op.drop_table('saved_filter')
    op.drop_index('ix_recovery_code_user_id', table_name='recovery_code')
    op.drop_table('recovery_code')
    op.drop_table('panel_choice')
    op.drop_table('authenticator')
    op.drop_index('ix_secret_try_key_tried_at', table_name='secret_try')
    op.drop_index('ix_secret_try_tried_at', table_name='secret_try')
    op.drop_table('secret_try')
    op.drop_index('ix_log_seal_last_id', table_name='log_seal')
    op.drop_table('log_seal')
    make_rules('0006', '0007')
