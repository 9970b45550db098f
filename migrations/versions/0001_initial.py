"""The whole hospital: every table, and the rules that the database keeps.

Revision ID: 0001_6ce26671f719
Revises: None
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0001_6ce26671f719'
down_revision = None
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


def run(kind: str) -> None:
    """Execute the statements of ``<revision>_<kind>.<dialect>.sql`` beside this file; empty lines part them."""
    script = Path(__file__).with_name(f"{revision.partition('_')[0]}_{kind}.{op.get_context().dialect.name}.sql")
    for statement in script.read_text(encoding="utf-8").split("\n\n"):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=True),
    sa.Column('group_name', sa.String(length=200), nullable=True),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('normal_balance', sa.String(32), nullable=False),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('asset', 'liability', 'equity', 'revenue', 'expense')", name=op.f('ck_account_kind_known')),
    sa.CheckConstraint("normal_balance IN ('debit', 'credit')", name=op.f('ck_account_normal_balance_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_account_status_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('code', name=op.f('uq_account_code')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_account_name'), 'account', ['name'], unique=False)
    op.create_table('code_list',
    sa.Column('id', KEY, nullable=False),
    sa.Column('list', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_code_list')),
    sa.UniqueConstraint('list', 'code', name=op.f('uq_code_list_list_code')),
    sqlite_autoincrement=True
    )
    op.create_table('document_number',
    sa.Column('id', KEY, nullable=False),
    sa.Column('prefix', sa.String(length=8), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('document_type', sa.String(length=40), nullable=False),
    sa.Column('document_id', KEY, nullable=False),
    sa.Column('verify_code', sa.String(length=32), nullable=False),
    sa.CheckConstraint('sequence > 0', name=op.f('ck_document_number_sequence_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_number')),
    sa.UniqueConstraint('document_type', 'document_id', name=op.f('uq_document_number_document_type_document_id')),
    sa.UniqueConstraint('number', name=op.f('uq_document_number_number')),
    sa.UniqueConstraint('prefix', 'year', 'sequence', name=op.f('uq_document_number_prefix_year_sequence')),
    sa.UniqueConstraint('verify_code', name=op.f('uq_document_number_verify_code')),
    sqlite_autoincrement=True
    )
    op.create_table('holiday',
    sa.Column('id', KEY, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('basis', sa.String(length=200), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('libur_nasional', 'cuti_bersama')", name=op.f('ck_holiday_kind_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holiday')),
    sa.UniqueConstraint('on', 'name', name=op.f('uq_holiday_on_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_holiday_on'), 'holiday', ['on'], unique=False)
    op.create_table('item_category',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=True),
    sa.Column('is_medicine', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_category')),
    sa.UniqueConstraint('code', name=op.f('uq_item_category_code')),
    sa.UniqueConstraint('name', name=op.f('uq_item_category_name')),
    sqlite_autoincrement=True
    )
    op.create_table('job_run',
    sa.Column('id', KEY, nullable=False),
    sa.Column('job', sa.String(length=40), nullable=False),
    sa.Column('due', sa.String(length=40), nullable=False),
    sa.Column('ran_at', MOMENT, nullable=False),
    sa.Column('result', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_run')),
    sa.UniqueConstraint('job', 'due', name=op.f('uq_job_run_job_due')),
    sqlite_autoincrement=True
    )
    op.create_table('number_counter',
    sa.Column('prefix', sa.String(length=8), nullable=False),
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('prefix', 'year', name=op.f('pk_number_counter'))
    )
    op.create_table('region',
    sa.Column('code', sa.String(length=13), nullable=False),
    sa.Column('parent_code', sa.String(length=13), nullable=True),
    sa.Column('level', sa.String(32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.CheckConstraint("level IN ('province', 'regency', 'district', 'village')", name=op.f('ck_region_level_known')),
    sa.ForeignKeyConstraint(['parent_code'], ['region.code'], name=op.f('fk_region_parent_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_region'))
    )
    op.create_index('ix_region_parent_name', 'region', ['parent_code', 'name'], unique=False)
    op.create_table('room_class',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('bed_count', sa.Integer(), nullable=False),
    sa.Column('needs_inspection', sa.Boolean(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_room_class_status_known')),
    sa.CheckConstraint('bed_count > 0', name=op.f('ck_room_class_bed_count_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_room_class')),
    sa.UniqueConstraint('code', name=op.f('uq_room_class_code')),
    sa.UniqueConstraint('name', name=op.f('uq_room_class_name')),
    sqlite_autoincrement=True
    )
    op.create_table('setting',
    sa.Column('id', KEY, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_setting')),
    sa.UniqueConstraint('key', name=op.f('uq_setting_key')),
    sqlite_autoincrement=True
    )
    op.create_table('specialization',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_specialization_status_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_specialization')),
    sa.UniqueConstraint('code', name=op.f('uq_specialization_code')),
    sa.UniqueConstraint('name', name=op.f('uq_specialization_name')),
    sqlite_autoincrement=True
    )
    op.create_table('supplier',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('phone', sa.String(length=32), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('npwp', sa.String(length=20), nullable=True),
    sa.Column('contact_name', sa.String(length=200), nullable=True),
    sa.Column('bank_account', sa.String(length=100), nullable=True),
    sa.Column('charges_vat', sa.Boolean(), nullable=False),
    sa.Column('lead_time_days', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(32), nullable=False),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_supplier_language_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_supplier_status_known')),
    sa.CheckConstraint('lead_time_days >= 0', name=op.f('ck_supplier_lead_time_days_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier')),
    sa.UniqueConstraint('code', name=op.f('uq_supplier_code')),
    sa.UniqueConstraint('name', name=op.f('uq_supplier_name')),
    sa.UniqueConstraint('npwp', name=op.f('uq_supplier_npwp')),
    sqlite_autoincrement=True
    )
    op.create_table('vendor',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('phone', sa.String(length=32), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('tax_number', sa.String(length=20), nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_vendor_status_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor')),
    sa.UniqueConstraint('code', name=op.f('uq_vendor_code')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_vendor_name'), 'vendor', ['name'], unique=False)
    op.create_table('asset_type',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('method', sa.String(32), nullable=False),
    sa.Column('useful_life', sa.Integer(), nullable=True),
    sa.Column('residual_percent', exact(5, 2), nullable=False),
    sa.Column('tax_group', sa.String(32), nullable=True),
    sa.Column('is_medical_device', sa.Boolean(), nullable=False),
    sa.Column('calibration_months', sa.Integer(), nullable=True),
    sa.Column('is_portable', sa.Boolean(), nullable=False),
    sa.Column('account_id', KEY, nullable=True),
    sa.Column('accumulated_account_id', KEY, nullable=True),
    sa.Column('expense_account_id', KEY, nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("method = 'none' OR useful_life IS NOT NULL", name=op.f('ck_asset_type_life_when_depreciated')),
    sa.CheckConstraint("method IN ('none', 'straight_line', 'declining_balance')", name=op.f('ck_asset_type_method_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_asset_type_status_known')),
    sa.CheckConstraint("tax_group IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_type_tax_group_known')),
    sa.CheckConstraint('calibration_months > 0', name=op.f('ck_asset_type_calibration_months_positive')),
    sa.CheckConstraint('useful_life > 0', name=op.f('ck_asset_type_useful_life_positive')),
    sa.CheckConstraint(by_dialect(sqlite='residual_percent >= 0 AND residual_percent <= 10000', postgresql='residual_percent >= 0.00 AND residual_percent <= 100.00'), name=op.f('ck_asset_type_residual_percent_in_range')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_type_account_id')),
    sa.ForeignKeyConstraint(['accumulated_account_id'], ['account.id'], name=op.f('fk_asset_type_accumulated_account_id')),
    sa.ForeignKeyConstraint(['expense_account_id'], ['account.id'], name=op.f('fk_asset_type_expense_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_type')),
    sa.UniqueConstraint('code', name=op.f('uq_asset_type_code')),
    sa.UniqueConstraint('name', name=op.f('uq_asset_type_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_type_account_id'), 'asset_type', ['account_id'], unique=False)
    op.create_index(op.f('ix_asset_type_accumulated_account_id'), 'asset_type', ['accumulated_account_id'], unique=False)
    op.create_index(op.f('ix_asset_type_expense_account_id'), 'asset_type', ['expense_account_id'], unique=False)
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
    op.create_table('land',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('account_id', KEY, nullable=True),
    sa.Column('total_area', exact(12, 2), nullable=False),
    sa.Column('built_area', exact(12, 2), nullable=False),
    sa.Column('price_per_m2', exact(18, 2), nullable=False),
    sa.Column('funding_source', sa.String(32), nullable=False),
    sa.Column('certificate_number', sa.String(length=40), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("funding_source IN ('apbn', 'apbd', 'blu', 'grant', 'loan', 'other')", name=op.f('ck_land_funding_source_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_land_status_known')),
    sa.CheckConstraint('built_area <= total_area', name=op.f('ck_land_built_area_fits')),
    sa.CheckConstraint('built_area >= 0', name=op.f('ck_land_built_area_not_negative')),
    sa.CheckConstraint('price_per_m2 >= 0', name=op.f('ck_land_price_per_m2_not_negative')),
    sa.CheckConstraint('total_area > 0', name=op.f('ck_land_total_area_positive')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_land_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_land')),
    sa.UniqueConstraint('code', name=op.f('uq_land_code')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_land_account_id'), 'land', ['account_id'], unique=False)
    op.create_table('work_unit',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('account_id', KEY, nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_work_unit_status_known')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_work_unit_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_unit')),
    sa.UniqueConstraint('code', name=op.f('uq_work_unit_code')),
    sa.UniqueConstraint('name', name=op.f('uq_work_unit_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_work_unit_account_id'), 'work_unit', ['account_id'], unique=False)
    op.create_table('asset_model',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('asset_type_id', KEY, nullable=False),
    sa.Column('brand', sa.String(length=200), nullable=True),
    sa.Column('model', sa.String(length=200), nullable=True),
    sa.Column('specification', sa.Text(), nullable=True),
    sa.Column('estimated_price', exact(18, 2), nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_asset_model_status_known')),
    sa.CheckConstraint('estimated_price >= 0', name=op.f('ck_asset_model_estimated_price_not_negative')),
    sa.ForeignKeyConstraint(['asset_type_id'], ['asset_type.id'], name=op.f('fk_asset_model_asset_type_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_model')),
    sa.UniqueConstraint('code', name=op.f('uq_asset_model_code')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_model_asset_type_id'), 'asset_model', ['asset_type_id'], unique=False)
    op.create_index(op.f('ix_asset_model_name'), 'asset_model', ['name'], unique=False)
    op.create_table('building',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('land_id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('account_id', KEY, nullable=True),
    sa.Column('floor_area', exact(12, 2), nullable=False),
    sa.Column('floors', sa.Integer(), nullable=False),
    sa.Column('permit_number', sa.String(length=40), nullable=True),
    sa.Column('permit_date', sa.Date(), nullable=True),
    sa.Column('construction_started_on', sa.Date(), nullable=True),
    sa.Column('completed_on', sa.Date(), nullable=True),
    sa.Column('cost', exact(18, 2), nullable=False),
    sa.Column('is_permanent', sa.Boolean(), nullable=False),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_building_status_known')),
    sa.CheckConstraint('completed_on >= construction_started_on', name=op.f('ck_building_completed_after_start')),
    sa.CheckConstraint('cost >= 0', name=op.f('ck_building_cost_not_negative')),
    sa.CheckConstraint('floor_area > 0', name=op.f('ck_building_floor_area_positive')),
    sa.CheckConstraint('floors > 0', name=op.f('ck_building_floors_positive')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_building_account_id')),
    sa.ForeignKeyConstraint(['land_id'], ['land.id'], name=op.f('fk_building_land_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_building')),
    sa.UniqueConstraint('code', name=op.f('uq_building_code')),
    sa.UniqueConstraint('name', name=op.f('uq_building_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_building_account_id'), 'building', ['account_id'], unique=False)
    op.create_index(op.f('ix_building_land_id'), 'building', ['land_id'], unique=False)
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
    op.create_table('store',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('work_unit_id', KEY, nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_store_status_known')),
    sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_store_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_store')),
    sa.UniqueConstraint('code', name=op.f('uq_store_code')),
    sa.UniqueConstraint('name', name=op.f('uq_store_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_store_work_unit_id'), 'store', ['work_unit_id'], unique=False)
    op.create_table('unit_conversion',
    sa.Column('id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('unit_name', sa.String(length=40), nullable=False),
    sa.Column('factor', exact(14, 6), nullable=False),
    sa.Column('barcode', sa.String(length=64), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('factor > 0', name=op.f('ck_unit_conversion_factor_positive')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_unit_conversion_item_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_conversion')),
    sa.UniqueConstraint('barcode', name=op.f('uq_unit_conversion_barcode')),
    sa.UniqueConstraint('item_id', 'id', name=op.f('uq_unit_conversion_item_id_id')),
    sa.UniqueConstraint('item_id', 'unit_name', name=op.f('uq_unit_conversion_item_id_unit_name')),
    sqlite_autoincrement=True
    )
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
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_user_language_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_user_status_known')),
    sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_user_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_user_work_unit_id'), 'user', ['work_unit_id'], unique=False)
    op.create_index('uq_user_email_lower', 'user', [sa.literal_column('lower(email)')], unique=True)
    op.create_table('account_identity',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('issuer', sa.String(length=200), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('linked_at', MOMENT, nullable=False),
    sa.Column('last_used_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_account_identity_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_identity')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_account_identity_issuer_subject')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_account_identity_user_id'), 'account_identity', ['user_id'], unique=False)
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
    op.create_table('api_answer',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_api_answer_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_answer')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_api_answer_user_id_key')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_api_answer_created_at'), 'api_answer', ['created_at'], unique=False)
    op.create_table('api_token',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.Column('seen_at', MOMENT, nullable=True),
    sa.Column('revoked_at', MOMENT, nullable=True),
    sa.CheckConstraint('expires_at > created_at', name=op.f('ck_api_token_expires_later')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_api_token_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_token_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_api_token_user_id'), 'api_token', ['user_id'], unique=False)
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
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'receivables_approved', 'open', 'sold', 'failed', 'rejected', 'cancelled')", name=op.f('ck_asset_auction_state_known')),
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
    op.create_table('asset_disposal',
    sa.Column('id', KEY, nullable=False),
    sa.Column('created_by_id', KEY, nullable=False),
    sa.Column('account_id', KEY, nullable=True),
    sa.Column('disposed_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('route', sa.String(32), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("route IN ('scrap', 'auction', 'grant', 'return_to_owner')", name=op.f('ck_asset_disposal_route_known')),
    sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled')", name=op.f('ck_asset_disposal_state_known')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_disposal_account_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_disposal_created_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_disposal')),
    sa.UniqueConstraint('number', name=op.f('uq_asset_disposal_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_disposal_account_id'), 'asset_disposal', ['account_id'], unique=False)
    op.create_index(op.f('ix_asset_disposal_created_by_id'), 'asset_disposal', ['created_by_id'], unique=False)
    op.create_index(op.f('ix_asset_disposal_state'), 'asset_disposal', ['state'], unique=False)
    op.create_index('ix_asset_disposal_state_disposed_on', 'asset_disposal', ['state', 'disposed_on'], unique=False)
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
    op.create_table('attachment',
    sa.Column('id', KEY, nullable=False),
    sa.Column('document_type', sa.String(length=40), nullable=False),
    sa.Column('document_id', KEY, nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('uploaded_at', MOMENT, nullable=False),
    sa.CheckConstraint('size >= 0', name=op.f('ck_attachment_size_not_negative')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_attachment_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_attachment_document', 'attachment', ['document_type', 'document_id'], unique=False)
    op.create_index(op.f('ix_attachment_user_id'), 'attachment', ['user_id'], unique=False)
    op.create_table('class_facility',
    sa.Column('id', KEY, nullable=False),
    sa.Column('room_class_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=True),
    sa.Column('asset_model_id', KEY, nullable=True),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('condition', sa.String(32), nullable=False),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("condition IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_class_facility_condition_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_class_facility_status_known')),
    sa.CheckConstraint('(item_id IS NULL) <> (asset_model_id IS NULL)', name=op.f('ck_class_facility_one_thing')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_class_facility_quantity_positive')),
    sa.ForeignKeyConstraint(['asset_model_id'], ['asset_model.id'], name=op.f('fk_class_facility_asset_model_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_class_facility_item_id')),
    sa.ForeignKeyConstraint(['room_class_id'], ['room_class.id'], name=op.f('fk_class_facility_room_class_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_facility')),
    sa.UniqueConstraint('room_class_id', 'asset_model_id', name=op.f('uq_class_facility_room_class_id_asset_model_id')),
    sa.UniqueConstraint('room_class_id', 'item_id', name=op.f('uq_class_facility_room_class_id_item_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_class_facility_asset_model_id'), 'class_facility', ['asset_model_id'], unique=False)
    op.create_index(op.f('ix_class_facility_item_id'), 'class_facility', ['item_id'], unique=False)
    op.create_index(op.f('ix_class_facility_room_class_id'), 'class_facility', ['room_class_id'], unique=False)
    op.create_table('comment',
    sa.Column('id', KEY, nullable=False),
    sa.Column('document_type', sa.String(length=40), nullable=False),
    sa.Column('document_id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('written_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_comment_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_comment_document', 'comment', ['document_type', 'document_id'], unique=False)
    op.create_index(op.f('ix_comment_user_id'), 'comment', ['user_id'], unique=False)
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
    sa.CheckConstraint("state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')", name=op.f('ck_depreciation_run_state_known')),
    sa.CheckConstraint('period_end >= period_start', name=op.f('ck_depreciation_run_period_not_empty')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_depreciation_run_created_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_depreciation_run')),
    sa.UniqueConstraint('number', name=op.f('uq_depreciation_run_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_depreciation_run_created_by_id'), 'depreciation_run', ['created_by_id'], unique=False)
    op.create_index(op.f('ix_depreciation_run_state'), 'depreciation_run', ['state'], unique=False)
    op.create_index('ix_depreciation_run_state_run_on', 'depreciation_run', ['state', 'run_on'], unique=False)
    op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
    op.create_table('document_event',
    sa.Column('id', KEY, nullable=False),
    sa.Column('document_type', sa.String(length=40), nullable=False),
    sa.Column('document_id', KEY, nullable=False),
    sa.Column('transition', sa.String(length=40), nullable=False),
    sa.Column('from_state', sa.String(length=32), nullable=True),
    sa.Column('to_state', sa.String(length=32), nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('occurred_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_document_event_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_event')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_document_event_document', 'document_event', ['document_type', 'document_id'], unique=False)
    op.create_index(op.f('ix_document_event_user_id'), 'document_event', ['user_id'], unique=False)
    op.create_table('employee',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('position', sa.String(length=200), nullable=True),
    sa.Column('phone', sa.String(length=32), nullable=True),
    sa.Column('work_unit_id', KEY, nullable=True),
    sa.Column('user_id', KEY, nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_employee_status_known')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_employee_user_id')),
    sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_employee_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employee')),
    sa.UniqueConstraint('code', name=op.f('uq_employee_code')),
    sa.UniqueConstraint('user_id', name=op.f('uq_employee_user_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_employee_name'), 'employee', ['name'], unique=False)
    op.create_index(op.f('ix_employee_work_unit_id'), 'employee', ['work_unit_id'], unique=False)
    op.create_table('list_import',
    sa.Column('id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('posted_on', sa.Date(), nullable=True),
    sa.Column('new_rows', sa.Integer(), nullable=False),
    sa.Column('changed_rows', sa.Integer(), nullable=False),
    sa.Column('same_rows', sa.Integer(), nullable=False),
    sa.Column('wrong_rows', sa.Integer(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.Column('uploaded_by_id', KEY, nullable=False),
    sa.Column('uploaded_at', MOMENT, nullable=False),
    sa.Column('applied_by_id', KEY, nullable=True),
    sa.Column('applied_at', MOMENT, nullable=True),
    sa.Column('reversed_by_id', KEY, nullable=True),
    sa.Column('reversed_at', MOMENT, nullable=True),
    sa.Column('reversal_reason', sa.String(length=500), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind <> 'opening_stock' OR posted_on IS NOT NULL", name=op.f('ck_list_import_opening_stock_has_a_day')),
    sa.CheckConstraint("kind IN ('item', 'item_category', 'unit_conversion', 'supplier', 'work_unit', 'store', 'shelf', 'opening_stock')", name=op.f('ck_list_import_kind_known')),
    sa.CheckConstraint("reversed_at IS NULL OR (applied_at IS NOT NULL AND kind = 'opening_stock')", name=op.f('ck_list_import_only_applied_stock_is_reversed')),
    sa.CheckConstraint('(applied_at IS NULL) = (applied_by_id IS NULL)', name=op.f('ck_list_import_applied_by_somebody')),
    sa.CheckConstraint('(reversed_at IS NULL) = (reversed_by_id IS NULL)', name=op.f('ck_list_import_reversed_by_somebody')),
    sa.ForeignKeyConstraint(['applied_by_id'], ['user.id'], name=op.f('fk_list_import_applied_by_id')),
    sa.ForeignKeyConstraint(['reversed_by_id'], ['user.id'], name=op.f('fk_list_import_reversed_by_id')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk_list_import_uploaded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_import')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_list_import_applied_by_id'), 'list_import', ['applied_by_id'], unique=False)
    op.create_index(op.f('ix_list_import_reversed_by_id'), 'list_import', ['reversed_by_id'], unique=False)
    op.create_index(op.f('ix_list_import_uploaded_by_id'), 'list_import', ['uploaded_by_id'], unique=False)
    op.create_table('notice',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('event', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=True),
    sa.Column('params', sa.JSON(), nullable=False),
    sa.Column('table_name', sa.String(length=63), nullable=True),
    sa.Column('record_id', KEY, nullable=True),
    sa.Column('address', sa.String(length=300), nullable=True),
    sa.Column('waits', sa.Boolean(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('read_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_notice_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_notice_user_id_key')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_notice_unread', 'notice', ['user_id'], unique=False, sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
    op.create_index('ix_notice_user_id_created_at', 'notice', ['user_id', 'created_at'], unique=False)
    op.create_index('ix_notice_waits', 'notice', ['table_name', 'record_id'], unique=False, sqlite_where=sa.text('waits AND read_at IS NULL'), postgresql_where=sa.text('waits AND read_at IS NULL'))
    op.create_table('patient',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=True),
    sa.Column('medical_record_number', sa.String(length=20), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('nik', sa.String(length=120), nullable=True),
    sa.Column('nik_index', sa.String(length=64), nullable=True),
    sa.Column('birth_date', sa.Date(), nullable=False),
    sa.Column('sex', sa.String(32), nullable=False),
    sa.Column('height_cm', exact(4, 1), nullable=True),
    sa.Column('weight_kg', exact(4, 1), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('region_code', sa.String(length=13), nullable=True),
    sa.Column('phone', sa.String(length=32), nullable=True),
    sa.Column('marital_status', sa.String(32), nullable=True),
    sa.Column('blood_type', sa.String(32), nullable=True),
    sa.Column('allergies', sa.Text(), nullable=True),
    sa.Column('payer', sa.String(32), nullable=False),
    sa.Column('payer_name', sa.String(length=200), nullable=True),
    sa.Column('payer_number', sa.String(length=40), nullable=True),
    sa.Column('guardian_id', KEY, nullable=True),
    sa.Column('relation', sa.String(32), nullable=True),
    sa.Column('merged_into_id', KEY, nullable=True),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('registered_at', MOMENT, nullable=False),
    sa.Column('decided_reason', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("blood_type IN ('A', 'B', 'AB', 'O', 'A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-', 'unknown')", name=op.f('ck_patient_blood_type_known')),
    sa.CheckConstraint("marital_status IN ('single', 'married', 'divorced', 'widowed')", name=op.f('ck_patient_marital_status_known')),
    sa.CheckConstraint("merged_into_id IS NULL OR (merged_into_id <> id AND state = 'closed')", name=op.f('ck_patient_merged_is_closed')),
    sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_patient_payer_known')),
    sa.CheckConstraint("relation IN ('child', 'spouse', 'parent', 'sibling', 'other_person')", name=op.f('ck_patient_relation_known')),
    sa.CheckConstraint("sex IN ('male', 'female')", name=op.f('ck_patient_sex_known')),
    sa.CheckConstraint("state IN ('pending', 'active', 'rejected', 'suspended', 'closed')", name=op.f('ck_patient_state_known')),
    sa.CheckConstraint('(nik IS NULL) = (nik_index IS NULL)', name=op.f('ck_patient_nik_with_index')),
    sa.CheckConstraint('guardian_id IS NULL OR guardian_id <> id', name=op.f('ck_patient_guardian_is_another')),
    sa.CheckConstraint('guardian_id IS NULL OR relation IS NOT NULL', name=op.f('ck_patient_guardian_has_relation')),
    sa.CheckConstraint('height_cm > 0', name=op.f('ck_patient_height_cm_positive')),
    sa.CheckConstraint('weight_kg > 0', name=op.f('ck_patient_weight_kg_positive')),
    sa.ForeignKeyConstraint(['guardian_id'], ['patient.id'], name=op.f('fk_patient_guardian_id')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['patient.id'], name=op.f('fk_patient_merged_into_id')),
    sa.ForeignKeyConstraint(['region_code'], ['region.code'], name=op.f('fk_patient_region_code')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_patient_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient')),
    sa.UniqueConstraint('medical_record_number', name=op.f('uq_patient_medical_record_number')),
    sa.UniqueConstraint('nik_index', name=op.f('uq_patient_nik_index')),
    sa.UniqueConstraint('user_id', name=op.f('uq_patient_user_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_patient_guardian_id'), 'patient', ['guardian_id'], unique=False)
    op.create_index(op.f('ix_patient_merged_into_id'), 'patient', ['merged_into_id'], unique=False)
    op.create_index('ix_patient_name', 'patient', ['name'], unique=False)
    op.create_index(op.f('ix_patient_region_code'), 'patient', ['region_code'], unique=False)
    op.create_index(op.f('ix_patient_registered_at'), 'patient', ['registered_at'], unique=False)
    op.create_index(op.f('ix_patient_state'), 'patient', ['state'], unique=False)
    op.create_table('period',
    sa.Column('id', KEY, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('closed_at', MOMENT, nullable=True),
    sa.Column('closed_by_id', KEY, nullable=True),
    sa.CheckConstraint('(closed_at IS NULL) = (closed_by_id IS NULL)', name=op.f('ck_period_closed_by_somebody')),
    sa.CheckConstraint('month >= 1 AND month <= 12', name=op.f('ck_period_month_of_year')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['user.id'], name=op.f('fk_period_closed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_period')),
    sa.UniqueConstraint('year', 'month', name=op.f('uq_period_year_month')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_period_closed_by_id'), 'period', ['closed_by_id'], unique=False)
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
    op.create_table('request_template',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('document_type', sa.String(32), nullable=False),
    sa.Column('work_unit_id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('created_by_id', KEY, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("document_type IN ('store_request', 'purchase_request')", name=op.f('ck_request_template_document_type_known')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_request_template_created_by_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_request_template_store_id')),
    sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_request_template_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_template')),
    sa.UniqueConstraint('work_unit_id', 'document_type', 'name', name=op.f('uq_request_template_work_unit_id_document_type_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_request_template_created_by_id'), 'request_template', ['created_by_id'], unique=False)
    op.create_index(op.f('ix_request_template_store_id'), 'request_template', ['store_id'], unique=False)
    op.create_index(op.f('ix_request_template_work_unit_id'), 'request_template', ['work_unit_id'], unique=False)
    op.create_table('room',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('building_id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('account_id', KEY, nullable=True),
    sa.Column('area', exact(12, 2), nullable=False),
    sa.Column('condition', sa.String(32), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('floor', sa.Integer(), nullable=False),
    sa.Column('work_unit_id', KEY, nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("condition IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_room_condition_known')),
    sa.CheckConstraint("kind IN ('polyclinic', 'emergency', 'theatre', 'laboratory', 'radiology', 'pharmacy', 'store', 'office', 'kitchen', 'laundry', 'other')", name=op.f('ck_room_kind_known')),
    sa.CheckConstraint("state IN ('ready', 'in_use', 'needs_cleaning', 'cleaning', 'out_of_service')", name=op.f('ck_room_state_known')),
    sa.CheckConstraint('area > 0', name=op.f('ck_room_area_positive')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_room_account_id')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_room_building_id')),
    sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_room_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_room')),
    sa.UniqueConstraint('building_id', 'name', name=op.f('uq_room_building_id_name')),
    sa.UniqueConstraint('code', name=op.f('uq_room_code')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_room_account_id'), 'room', ['account_id'], unique=False)
    op.create_index(op.f('ix_room_building_id'), 'room', ['building_id'], unique=False)
    op.create_index(op.f('ix_room_state'), 'room', ['state'], unique=False)
    op.create_index(op.f('ix_room_work_unit_id'), 'room', ['work_unit_id'], unique=False)
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
    op.create_table('stock_balance',
    sa.Column('id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('batch_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_stock_balance_quantity_not_negative')),
    sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_stock_balance_batch_id')),
    sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_balance_item_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stock_balance_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_balance')),
    sa.UniqueConstraint('store_id', 'item_id', 'batch_id', name=op.f('uq_stock_balance_store_id_item_id_batch_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_stock_balance_batch_id'), 'stock_balance', ['batch_id'], unique=False)
    op.create_index(op.f('ix_stock_balance_item_id'), 'stock_balance', ['item_id'], unique=False)
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
    op.create_table('store_item',
    sa.Column('id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('value', exact(18, 2), nullable=False),
    sa.CheckConstraint('quantity > 0 OR value = 0', name=op.f('ck_store_item_no_value_without_quantity')),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_store_item_quantity_not_negative')),
    sa.CheckConstraint('value >= 0', name=op.f('ck_store_item_value_not_negative')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_store_item_item_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_store_item_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_store_item')),
    sa.UniqueConstraint('store_id', 'item_id', name=op.f('uq_store_item_store_id_item_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_store_item_item_id'), 'store_item', ['item_id'], unique=False)
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
    op.create_table('user_role',
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('role', sa.String(32), nullable=False),
    sa.CheckConstraint("role IN ('admin', 'facilities_staff', 'store_staff', 'store_head', 'facilities_head', 'payables', 'receivables', 'unit_user', 'front_office', 'housekeeping', 'director', 'doctor', 'patient', 'student', 'teacher')", name=op.f('ck_user_role_role_known')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_user_role_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'role', name=op.f('pk_user_role'))
    )
    op.create_table('user_session',
    sa.Column('id', KEY, nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('started_at', MOMENT, nullable=False),
    sa.Column('seen_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.Column('address', sa.String(length=64), nullable=True),
    sa.Column('device', sa.String(length=80), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_user_session_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_user_session_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_user_session_user_id'), 'user_session', ['user_id'], unique=False)
    op.create_table('ward',
    sa.Column('id', KEY, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('building_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('work_unit_id', KEY, nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('general', 'surgical', 'maternity', 'paediatric', 'intensive', 'isolation', 'psychiatric')", name=op.f('ck_ward_kind_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_ward_status_known')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_ward_building_id')),
    sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_ward_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ward')),
    sa.UniqueConstraint('code', name=op.f('uq_ward_code')),
    sa.UniqueConstraint('name', name=op.f('uq_ward_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_ward_building_id'), 'ward', ['building_id'], unique=False)
    op.create_index(op.f('ix_ward_work_unit_id'), 'ward', ['work_unit_id'], unique=False)
    op.create_table('account_ticket',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('token_seed', sa.String(length=64), nullable=False),
    sa.Column('to_address', sa.String(length=254), nullable=False),
    sa.Column('issuer', sa.String(length=200), nullable=True),
    sa.Column('subject', sa.String(length=255), nullable=True),
    sa.Column('patient_id', KEY, nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.Column('used_at', MOMENT, nullable=True),
    sa.CheckConstraint("kind IN ('confirm_email', 'change_email', 'reset_password', 'link_identity', 'hand_over')", name=op.f('ck_account_ticket_kind_known')),
    sa.CheckConstraint('(issuer IS NULL) = (subject IS NULL)', name=op.f('ck_account_ticket_issuer_with_subject')),
    sa.CheckConstraint('expires_at > created_at', name=op.f('ck_account_ticket_expires_later')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_account_ticket_patient_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_account_ticket_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_ticket')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_account_ticket_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_account_ticket_patient_id'), 'account_ticket', ['patient_id'], unique=False)
    op.create_index('ix_account_ticket_user_id_kind', 'account_ticket', ['user_id', 'kind', 'created_at'], unique=False)
    op.create_table('asset_plan_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_plan_id', KEY, nullable=False),
    sa.Column('work_unit_id', KEY, nullable=False),
    sa.Column('asset_model_id', KEY, nullable=False),
    sa.Column('budget_year', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('estimated_price', exact(18, 2), nullable=True),
    sa.Column('justification', sa.Text(), nullable=True),
    sa.CheckConstraint('budget_year BETWEEN 2000 AND 2200', name=op.f('ck_asset_plan_line_budget_year_sane')),
    sa.CheckConstraint('estimated_price >= 0', name=op.f('ck_asset_plan_line_estimated_price_not_negative')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_plan_line_quantity_positive')),
    sa.ForeignKeyConstraint(['asset_model_id'], ['asset_model.id'], name=op.f('fk_asset_plan_line_asset_model_id')),
    sa.ForeignKeyConstraint(['asset_plan_id'], ['asset_plan.id'], name=op.f('fk_asset_plan_line_asset_plan_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_plan_line_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_plan_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_plan_line_asset_model_id'), 'asset_plan_line', ['asset_model_id'], unique=False)
    op.create_index(op.f('ix_asset_plan_line_asset_plan_id'), 'asset_plan_line', ['asset_plan_id'], unique=False)
    op.create_index(op.f('ix_asset_plan_line_work_unit_id'), 'asset_plan_line', ['work_unit_id'], unique=False)
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
    op.create_table('consent',
    sa.Column('id', KEY, nullable=False),
    sa.Column('patient_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('text_version', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(32), nullable=False),
    sa.Column('given_by_id', KEY, nullable=False),
    sa.Column('given_at', MOMENT, nullable=False),
    sa.Column('withdrawn_at', MOMENT, nullable=True),
    sa.CheckConstraint("kind IN ('privacy', 'telemedicine')", name=op.f('ck_consent_kind_known')),
    sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_consent_language_known')),
    sa.CheckConstraint('withdrawn_at IS NULL OR withdrawn_at >= given_at', name=op.f('ck_consent_withdrawn_after_given')),
    sa.ForeignKeyConstraint(['given_by_id'], ['user.id'], name=op.f('fk_consent_given_by_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consent_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_consent_given_by_id'), 'consent', ['given_by_id'], unique=False)
    op.create_index(op.f('ix_consent_patient_id'), 'consent', ['patient_id'], unique=False)
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
    op.create_table('doctor',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('specialization_id', KEY, nullable=False),
    sa.Column('str_number', sa.String(length=40), nullable=True),
    sa.Column('str_expires_on', sa.Date(), nullable=True),
    sa.Column('sip_number', sa.String(length=40), nullable=True),
    sa.Column('sip_expires_on', sa.Date(), nullable=True),
    sa.Column('biography', sa.Text(), nullable=True),
    sa.Column('languages', sa.String(length=100), nullable=False),
    sa.Column('fee', exact(18, 2), nullable=False),
    sa.Column('phone', sa.String(length=32), nullable=True),
    sa.Column('photo_id', KEY, nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_doctor_status_known')),
    sa.CheckConstraint('fee >= 0', name=op.f('ck_doctor_fee_not_negative')),
    sa.ForeignKeyConstraint(['photo_id'], ['attachment.id'], name=op.f('fk_doctor_photo_id')),
    sa.ForeignKeyConstraint(['specialization_id'], ['specialization.id'], name=op.f('fk_doctor_specialization_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_doctor_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_doctor')),
    sa.UniqueConstraint('sip_number', name=op.f('uq_doctor_sip_number')),
    sa.UniqueConstraint('str_number', name=op.f('uq_doctor_str_number')),
    sa.UniqueConstraint('user_id', name=op.f('uq_doctor_user_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_doctor_photo_id'), 'doctor', ['photo_id'], unique=False)
    op.create_index(op.f('ix_doctor_specialization_id'), 'doctor', ['specialization_id'], unique=False)
    op.create_index('ix_doctor_status_name', 'doctor', ['status', 'name'], unique=False)
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
    op.create_table('inpatient_room',
    sa.Column('id', KEY, nullable=False),
    sa.Column('ward_id', KEY, nullable=False),
    sa.Column('room_class_id', KEY, nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('area', exact(12, 2), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('is_isolation', sa.Boolean(), nullable=False),
    sa.Column('floor', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("state IN ('ready', 'occupied', 'needs_cleaning', 'cleaning', 'out_of_service')", name=op.f('ck_inpatient_room_state_known')),
    sa.CheckConstraint('area > 0', name=op.f('ck_inpatient_room_area_positive')),
    sa.ForeignKeyConstraint(['room_class_id'], ['room_class.id'], name=op.f('fk_inpatient_room_room_class_id')),
    sa.ForeignKeyConstraint(['ward_id'], ['ward.id'], name=op.f('fk_inpatient_room_ward_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inpatient_room')),
    sa.UniqueConstraint('ward_id', 'number', name=op.f('uq_inpatient_room_ward_id_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_inpatient_room_room_class_id'), 'inpatient_room', ['room_class_id'], unique=False)
    op.create_index(op.f('ix_inpatient_room_state'), 'inpatient_room', ['state'], unique=False)
    op.create_index(op.f('ix_inpatient_room_ward_id'), 'inpatient_room', ['ward_id'], unique=False)
    op.create_table('journal_entry',
    sa.Column('id', KEY, nullable=False),
    sa.Column('period_id', KEY, nullable=False),
    sa.Column('posted_on', sa.Date(), nullable=False),
    sa.Column('document_type', sa.String(length=40), nullable=False),
    sa.Column('document_id', KEY, nullable=False),
    sa.Column('description', sa.String(length=200), nullable=True),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('occurred_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_journal_entry_period_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_journal_entry_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_entry')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_journal_entry_document', 'journal_entry', ['document_type', 'document_id'], unique=False)
    op.create_index(op.f('ix_journal_entry_period_id'), 'journal_entry', ['period_id'], unique=False)
    op.create_index(op.f('ix_journal_entry_posted_on'), 'journal_entry', ['posted_on'], unique=False)
    op.create_index(op.f('ix_journal_entry_user_id'), 'journal_entry', ['user_id'], unique=False)
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
    sa.CheckConstraint("state IN ('draft', 'submitted', 'released', 'rejected', 'cancelled')", name=op.f('ck_monthly_pack_state_known')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_monthly_pack_created_by_id')),
    sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_monthly_pack_period_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_monthly_pack')),
    sa.UniqueConstraint('number', name=op.f('uq_monthly_pack_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_monthly_pack_created_by_id'), 'monthly_pack', ['created_by_id'], unique=False)
    op.create_index(op.f('ix_monthly_pack_state'), 'monthly_pack', ['state'], unique=False)
    op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
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
    op.create_table('purchase_request_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('purchase_request_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('supplier_id', KEY, nullable=True),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('factor', exact(14, 6), nullable=False),
    sa.Column('estimated_price', exact(18, 2), nullable=True),
    sa.CheckConstraint('estimated_price >= 0', name=op.f('ck_purchase_request_line_estimated_price_not_negative')),
    sa.CheckConstraint('factor > 0', name=op.f('ck_purchase_request_line_factor_positive')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_purchase_request_line_quantity_positive')),
    sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_purchase_request_line_item_id')),
    sa.ForeignKeyConstraint(['purchase_request_id'], ['purchase_request.id'], name=op.f('fk_purchase_request_line_purchase_request_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_purchase_request_line_supplier_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_purchase_request_line_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_request_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_purchase_request_line_item_id'), 'purchase_request_line', ['item_id'], unique=False)
    op.create_index(op.f('ix_purchase_request_line_purchase_request_id'), 'purchase_request_line', ['purchase_request_id'], unique=False)
    op.create_index(op.f('ix_purchase_request_line_supplier_id'), 'purchase_request_line', ['supplier_id'], unique=False)
    op.create_index(op.f('ix_purchase_request_line_unit_id'), 'purchase_request_line', ['unit_id'], unique=False)
    op.create_table('request_template_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('request_template_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_request_template_line_quantity_positive')),
    sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_request_template_line_item_id')),
    sa.ForeignKeyConstraint(['request_template_id'], ['request_template.id'], name=op.f('fk_request_template_line_request_template_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_request_template_line_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_template_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_request_template_line_item_id'), 'request_template_line', ['item_id'], unique=False)
    op.create_index(op.f('ix_request_template_line_request_template_id'), 'request_template_line', ['request_template_id'], unique=False)
    op.create_index(op.f('ix_request_template_line_unit_id'), 'request_template_line', ['unit_id'], unique=False)
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
    op.create_table('asset_procurement_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_procurement_id', KEY, nullable=False),
    sa.Column('asset_plan_id', KEY, nullable=True),
    sa.Column('asset_plan_line_id', KEY, nullable=True),
    sa.Column('asset_model_id', KEY, nullable=False),
    sa.Column('vendor_id', KEY, nullable=False),
    sa.Column('unit_price', exact(18, 2), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_procurement_line_quantity_positive')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_asset_procurement_line_unit_price_not_negative')),
    sa.ForeignKeyConstraint(['asset_model_id'], ['asset_model.id'], name=op.f('fk_asset_procurement_line_asset_model_id')),
    sa.ForeignKeyConstraint(['asset_plan_id'], ['asset_plan.id'], name=op.f('fk_asset_procurement_line_asset_plan_id')),
    sa.ForeignKeyConstraint(['asset_plan_line_id'], ['asset_plan_line.id'], name=op.f('fk_asset_procurement_line_asset_plan_line_id')),
    sa.ForeignKeyConstraint(['asset_procurement_id', 'vendor_id'], ['asset_procurement.id', 'asset_procurement.vendor_id'], name='vendor_of_procurement', onupdate='CASCADE', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['asset_procurement_id'], ['asset_procurement.id'], name=op.f('fk_asset_procurement_line_asset_procurement_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_asset_procurement_line_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_procurement_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_procurement_line_asset_model_id'), 'asset_procurement_line', ['asset_model_id'], unique=False)
    op.create_index(op.f('ix_asset_procurement_line_asset_plan_id'), 'asset_procurement_line', ['asset_plan_id'], unique=False)
    op.create_index(op.f('ix_asset_procurement_line_asset_plan_line_id'), 'asset_procurement_line', ['asset_plan_line_id'], unique=False)
    op.create_index(op.f('ix_asset_procurement_line_asset_procurement_id'), 'asset_procurement_line', ['asset_procurement_id'], unique=False)
    op.create_index(op.f('ix_asset_procurement_line_vendor_id'), 'asset_procurement_line', ['vendor_id'], unique=False)
    op.create_table('bed',
    sa.Column('id', KEY, nullable=False),
    sa.Column('inpatient_room_id', KEY, nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('state_since', MOMENT, nullable=False),
    sa.Column('guest', sa.String(length=40), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("state IN ('ready', 'occupied', 'needs_cleaning', 'cleaning', 'needs_inspection', 'out_of_service')", name=op.f('ck_bed_state_known')),
    sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_bed_inpatient_room_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bed')),
    sa.UniqueConstraint('inpatient_room_id', 'number', name=op.f('uq_bed_inpatient_room_id_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_bed_inpatient_room_id'), 'bed', ['inpatient_room_id'], unique=False)
    op.create_index(op.f('ix_bed_state'), 'bed', ['state'], unique=False)
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
    sa.Column('payer', sa.String(32), nullable=False),
    sa.Column('triage', sa.String(32), nullable=False),
    sa.Column('video_url', sa.String(length=500), nullable=True),
    sa.Column('decided_reason', sa.Text(), nullable=True),
    sa.Column('moved_to', MOMENT, nullable=True),
    sa.Column('moved_to_doctor_id', KEY, nullable=True),
    sa.Column('rescheduled_from_id', KEY, nullable=True),
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
    sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_consultation_payer_known')),
    sa.CheckConstraint("state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled')", name=op.f('ck_consultation_state_known')),
    sa.CheckConstraint("triage IN ('routine', 'soon', 'urgent')", name=op.f('ck_consultation_triage_known')),
    sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_consultation_rating_known')),
    sa.CheckConstraint('slot_minutes BETWEEN 1 AND 1440', name=op.f('ck_consultation_slot_minutes_within_a_day')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_consultation_created_by_id')),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_consultation_doctor_id')),
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
    op.create_table('doctor_schedule',
    sa.Column('id', KEY, nullable=False),
    sa.Column('doctor_id', KEY, nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.Time(), nullable=False),
    sa.Column('ends_at', sa.Time(), nullable=False),
    sa.Column('slot_minutes', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_doctor_schedule_ends_after_start')),
    sa.CheckConstraint('slot_minutes BETWEEN 5 AND 240', name=op.f('ck_doctor_schedule_slot_minutes_5_to_240')),
    sa.CheckConstraint('valid_until IS NULL OR valid_from IS NULL OR valid_until >= valid_from', name=op.f('ck_doctor_schedule_valid_until_after_from')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_doctor_schedule_weekday_known')),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_doctor_schedule_doctor_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_doctor_schedule')),
    sa.UniqueConstraint('doctor_id', 'weekday', 'starts_at', name=op.f('uq_doctor_schedule_doctor_id_weekday_starts_at')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_doctor_schedule_doctor_id'), 'doctor_schedule', ['doctor_id'], unique=False)
    op.create_table('inventory_round',
    sa.Column('id', KEY, nullable=False),
    sa.Column('created_by_id', KEY, nullable=False),
    sa.Column('room_id', KEY, nullable=True),
    sa.Column('inpatient_room_id', KEY, nullable=True),
    sa.Column('counted_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
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
    op.create_table('purchase_order_line',
    sa.Column('discount', exact(5, 2), nullable=False),
    sa.Column('id', KEY, nullable=False),
    sa.Column('purchase_order_id', KEY, nullable=False),
    sa.Column('purchase_request_line_id', KEY, nullable=True),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('factor', exact(14, 6), nullable=False),
    sa.Column('unit_price', exact(18, 2), nullable=False),
    sa.CheckConstraint('factor > 0', name=op.f('ck_purchase_order_line_factor_positive')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_purchase_order_line_quantity_positive')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_purchase_order_line_unit_price_not_negative')),
    sa.CheckConstraint(by_dialect(sqlite='discount >= 0 AND discount <= 10000', postgresql='discount >= 0.00 AND discount <= 100.00'), name=op.f('ck_purchase_order_line_discount_is_percent')),
    sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_purchase_order_line_item_id')),
    sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], name=op.f('fk_purchase_order_line_purchase_order_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['purchase_request_line_id'], ['purchase_request_line.id'], name=op.f('fk_purchase_order_line_purchase_request_line_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_purchase_order_line_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_order_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_purchase_order_line_item_id'), 'purchase_order_line', ['item_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_line_purchase_order_id'), 'purchase_order_line', ['purchase_order_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_line_purchase_request_line_id'), 'purchase_order_line', ['purchase_request_line_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_line_unit_id'), 'purchase_order_line', ['unit_id'], unique=False)
    op.create_table('schedule_exception',
    sa.Column('id', KEY, nullable=False),
    sa.Column('doctor_id', KEY, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('starts_at', sa.Time(), nullable=True),
    sa.Column('ends_at', sa.Time(), nullable=True),
    sa.Column('slot_minutes', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind <> 'extra' OR starts_at IS NOT NULL", name=op.f('ck_schedule_exception_extra_has_hours')),
    sa.CheckConstraint("kind IN ('away', 'extra')", name=op.f('ck_schedule_exception_kind_known')),
    sa.CheckConstraint('(starts_at IS NULL) = (ends_at IS NULL)', name=op.f('ck_schedule_exception_both_hours')),
    sa.CheckConstraint('ends_at IS NULL OR ends_at > starts_at', name=op.f('ck_schedule_exception_ends_after_start')),
    sa.CheckConstraint('slot_minutes BETWEEN 5 AND 240', name=op.f('ck_schedule_exception_slot_minutes_5_to_240')),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_schedule_exception_doctor_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedule_exception')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_schedule_exception_doctor_on', 'schedule_exception', ['doctor_id', 'on'], unique=False)
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
    op.create_table('asset_receipt_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_receipt_id', KEY, nullable=False),
    sa.Column('asset_procurement_line_id', KEY, nullable=False),
    sa.Column('asset_model_id', KEY, nullable=False),
    sa.Column('ordered_quantity', sa.Integer(), nullable=False),
    sa.Column('received_quantity', sa.Integer(), nullable=False),
    sa.Column('outstanding_quantity', sa.Integer(), nullable=True),
    sa.Column('unit_price', exact(18, 2), nullable=False),
    sa.Column('as_group', sa.Boolean(), nullable=False),
    sa.Column('warranty_until', sa.Date(), nullable=True),
    sa.Column('serial_numbers', sa.Text(), nullable=True),
    sa.Column('building_id', KEY, nullable=True),
    sa.Column('room_id', KEY, nullable=True),
    sa.Column('ward_id', KEY, nullable=True),
    sa.Column('inpatient_room_id', KEY, nullable=True),
    sa.Column('work_unit_id', KEY, nullable=True),
    sa.CheckConstraint('(CASE WHEN building_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN ward_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN inpatient_room_id IS NULL THEN 0 ELSE 1 END) <= 1', name=op.f('ck_asset_receipt_line_one_place')),
    sa.CheckConstraint('ordered_quantity > 0', name=op.f('ck_asset_receipt_line_ordered_quantity_positive')),
    sa.CheckConstraint('outstanding_quantity >= 0', name=op.f('ck_asset_receipt_line_outstanding_quantity_not_negative')),
    sa.CheckConstraint('received_quantity > 0', name=op.f('ck_asset_receipt_line_received_quantity_positive')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_asset_receipt_line_unit_price_not_negative')),
    sa.ForeignKeyConstraint(['asset_model_id'], ['asset_model.id'], name=op.f('fk_asset_receipt_line_asset_model_id')),
    sa.ForeignKeyConstraint(['asset_procurement_line_id'], ['asset_procurement_line.id'], name=op.f('fk_asset_receipt_line_asset_procurement_line_id')),
    sa.ForeignKeyConstraint(['asset_receipt_id'], ['asset_receipt.id'], name=op.f('fk_asset_receipt_line_asset_receipt_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_asset_receipt_line_building_id')),
    sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_asset_receipt_line_inpatient_room_id')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_asset_receipt_line_room_id')),
    sa.ForeignKeyConstraint(['ward_id'], ['ward.id'], name=op.f('fk_asset_receipt_line_ward_id')),
    sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_receipt_line_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_receipt_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_receipt_line_asset_model_id'), 'asset_receipt_line', ['asset_model_id'], unique=False)
    op.create_index(op.f('ix_asset_receipt_line_asset_procurement_line_id'), 'asset_receipt_line', ['asset_procurement_line_id'], unique=False)
    op.create_index(op.f('ix_asset_receipt_line_asset_receipt_id'), 'asset_receipt_line', ['asset_receipt_id'], unique=False)
    op.create_index(op.f('ix_asset_receipt_line_building_id'), 'asset_receipt_line', ['building_id'], unique=False)
    op.create_index(op.f('ix_asset_receipt_line_inpatient_room_id'), 'asset_receipt_line', ['inpatient_room_id'], unique=False)
    op.create_index(op.f('ix_asset_receipt_line_room_id'), 'asset_receipt_line', ['room_id'], unique=False)
    op.create_index(op.f('ix_asset_receipt_line_ward_id'), 'asset_receipt_line', ['ward_id'], unique=False)
    op.create_index(op.f('ix_asset_receipt_line_work_unit_id'), 'asset_receipt_line', ['work_unit_id'], unique=False)
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
    sa.Column('checklist', sa.Text(), nullable=True),
    sa.Column('checklist_done', sa.Boolean(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('routine', 'terminal', 'isolation')", name=op.f('ck_cleaning_kind_known')),
    sa.CheckConstraint("state IN ('waiting', 'in_progress', 'finished', 'inspected', 'cancelled')", name=op.f('ck_cleaning_state_known')),
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
    op.create_index(op.f('ix_cleaning_room_id'), 'cleaning', ['room_id'], unique=False)
    op.create_index(op.f('ix_cleaning_state'), 'cleaning', ['state'], unique=False)
    op.create_index('ix_cleaning_state_requested_at', 'cleaning', ['state', 'requested_at'], unique=False)
    op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress')"))
    op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress')"))
    op.create_table('clinical_note',
    sa.Column('id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('subjective', sa.Text(), nullable=False),
    sa.Column('objective', sa.Text(), nullable=False),
    sa.Column('assessment', sa.Text(), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('author_id', KEY, nullable=False),
    sa.Column('written_at', MOMENT, nullable=False),
    sa.CheckConstraint('revision > 0', name=op.f('ck_clinical_note_revision_positive')),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_clinical_note_author_id')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_clinical_note_consultation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clinical_note')),
    sa.UniqueConstraint('consultation_id', 'revision', name=op.f('uq_clinical_note_consultation_id_revision')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_clinical_note_author_id'), 'clinical_note', ['author_id'], unique=False)
    op.create_table('consultation_message',
    sa.Column('id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('author_id', KEY, nullable=False),
    sa.Column('side', sa.String(32), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('attachment_id', KEY, nullable=True),
    sa.Column('sent_at', MOMENT, nullable=False),
    sa.Column('read_at', MOMENT, nullable=True),
    sa.CheckConstraint("body <> '' OR attachment_id IS NOT NULL", name=op.f('ck_consultation_message_not_empty')),
    sa.CheckConstraint("side IN ('patient', 'doctor')", name=op.f('ck_consultation_message_side_known')),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_consultation_message_attachment_id')),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_consultation_message_author_id')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_consultation_message_consultation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation_message')),
    sa.UniqueConstraint('author_id', 'client_id', name=op.f('uq_consultation_message_author_id_client_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_consultation_message_attachment_id'), 'consultation_message', ['attachment_id'], unique=False)
    op.create_index('ix_consultation_message_consultation_id_id', 'consultation_message', ['consultation_id', 'id'], unique=False)
    op.create_index('ix_consultation_message_unread', 'consultation_message', ['consultation_id', 'side'], unique=False, sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
    op.create_table('diagnosis',
    sa.Column('id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('recorded_by_id', KEY, nullable=False),
    sa.Column('recorded_at', MOMENT, nullable=False),
    sa.Column('withdrawn_at', MOMENT, nullable=True),
    sa.CheckConstraint("kind IN ('primary', 'secondary')", name=op.f('ck_diagnosis_kind_known')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_diagnosis_consultation_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user.id'], name=op.f('fk_diagnosis_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_diagnosis')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_diagnosis_consultation_id'), 'diagnosis', ['consultation_id'], unique=False)
    op.create_index(op.f('ix_diagnosis_recorded_by_id'), 'diagnosis', ['recorded_by_id'], unique=False)
    op.create_index('uq_diagnosis_consultation_id_code_live', 'diagnosis', ['consultation_id', 'code'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_index('uq_diagnosis_consultation_id_primary', 'diagnosis', ['consultation_id'], unique=True, sqlite_where=sa.text("withdrawn_at IS NULL AND kind = 'primary'"), postgresql_where=sa.text("withdrawn_at IS NULL AND kind = 'primary'"))
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
    op.create_table('letter',
    sa.Column('id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('verify_code', sa.String(length=40), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('sick_from', sa.Date(), nullable=True),
    sa.Column('sick_until', sa.Date(), nullable=True),
    sa.Column('referred_to', sa.String(length=200), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('author_id', KEY, nullable=False),
    sa.CheckConstraint("kind <> 'referral' OR referred_to IS NOT NULL", name=op.f('ck_letter_referral_to')),
    sa.CheckConstraint("kind <> 'sick' OR (sick_from IS NOT NULL AND sick_until >= sick_from)", name=op.f('ck_letter_sick_days')),
    sa.CheckConstraint("kind IN ('sick', 'referral')", name=op.f('ck_letter_kind_known')),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_letter_author_id')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_letter_consultation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('verify_code', name=op.f('uq_letter_verify_code')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_letter_author_id'), 'letter', ['author_id'], unique=False)
    op.create_index(op.f('ix_letter_consultation_id'), 'letter', ['consultation_id'], unique=False)
    op.create_table('note_draft',
    sa.Column('id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('subjective', sa.Text(), nullable=False),
    sa.Column('objective', sa.Text(), nullable=False),
    sa.Column('assessment', sa.Text(), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('saved_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_note_draft_consultation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note_draft')),
    sa.UniqueConstraint('consultation_id', name=op.f('uq_note_draft_consultation_id')),
    sqlite_autoincrement=True
    )
    op.create_table('prescription',
    sa.Column('id', KEY, nullable=False),
    sa.Column('created_by_id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('prescribed_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('store_id', KEY, nullable=True),
    sa.Column('received_by', sa.String(length=200), nullable=True),
    sa.Column('dispensed_at', MOMENT, nullable=True),
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("state IN ('draft', 'issued', 'dispensed', 'cancelled')", name=op.f('ck_prescription_state_known')),
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
    op.create_table('stay',
    sa.Column('id', KEY, nullable=False),
    sa.Column('bed_id', KEY, nullable=False),
    sa.Column('patient_id', KEY, nullable=True),
    sa.Column('outside_reference', sa.String(length=200), nullable=True),
    sa.Column('started_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.Column('checked_in_by_id', KEY, nullable=False),
    sa.Column('checked_out_by_id', KEY, nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('ended_at >= started_at', name=op.f('ck_stay_ends_after_start')),
    sa.CheckConstraint('patient_id IS NOT NULL OR outside_reference IS NOT NULL', name=op.f('ck_stay_somebody')),
    sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_stay_bed_id')),
    sa.ForeignKeyConstraint(['checked_in_by_id'], ['user.id'], name=op.f('fk_stay_checked_in_by_id')),
    sa.ForeignKeyConstraint(['checked_out_by_id'], ['user.id'], name=op.f('fk_stay_checked_out_by_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_stay_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stay')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_stay_bed_id'), 'stay', ['bed_id'], unique=False)
    op.create_index(op.f('ix_stay_patient_id'), 'stay', ['patient_id'], unique=False)
    op.create_index('ix_stay_started_at', 'stay', ['started_at'], unique=False)
    op.create_index('uq_stay_open_bed', 'stay', ['bed_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('triage_answer',
    sa.Column('id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('question', sa.String(length=40), nullable=False),
    sa.Column('answer', sa.String(length=40), nullable=False),
    sa.Column('is_danger', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_triage_answer_consultation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_triage_answer')),
    sa.UniqueConstraint('consultation_id', 'question', name=op.f('uq_triage_answer_consultation_id_question')),
    sqlite_autoincrement=True
    )
    op.create_table('unit_return_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('unit_return_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('delivery_request_line_id', KEY, nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('factor', exact(14, 6), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint('factor > 0', name=op.f('ck_unit_return_line_factor_positive')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_unit_return_line_quantity_positive')),
    sa.ForeignKeyConstraint(['delivery_request_line_id'], ['delivery_request_line.id'], name=op.f('fk_unit_return_line_delivery_request_line_id')),
    sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_unit_return_line_item_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_unit_return_line_unit_id')),
    sa.ForeignKeyConstraint(['unit_return_id'], ['unit_return.id'], name=op.f('fk_unit_return_line_unit_return_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_return_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_unit_return_line_delivery_request_line_id'), 'unit_return_line', ['delivery_request_line_id'], unique=False)
    op.create_index(op.f('ix_unit_return_line_item_id'), 'unit_return_line', ['item_id'], unique=False)
    op.create_index(op.f('ix_unit_return_line_unit_id'), 'unit_return_line', ['unit_id'], unique=False)
    op.create_index(op.f('ix_unit_return_line_unit_return_id'), 'unit_return_line', ['unit_return_id'], unique=False)
    op.create_table('asset',
    sa.Column('id', KEY, nullable=False),
    sa.Column('tag', sa.String(length=20), nullable=False),
    sa.Column('qr_code', sa.String(length=32), nullable=False),
    sa.Column('asset_type_id', KEY, nullable=False),
    sa.Column('asset_model_id', KEY, nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('account_id', KEY, nullable=True),
    sa.Column('ownership', sa.String(32), nullable=False),
    sa.Column('brand', sa.String(length=200), nullable=True),
    sa.Column('model', sa.String(length=200), nullable=True),
    sa.Column('serial_number', sa.String(length=40), nullable=True),
    sa.Column('condition', sa.String(32), nullable=False),
    sa.Column('acquisition_cost', exact(18, 2), nullable=False),
    sa.Column('acquired_on', sa.Date(), nullable=False),
    sa.Column('retired_on', sa.Date(), nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('funding_source', sa.String(32), nullable=False),
    sa.Column('vendor_id', KEY, nullable=True),
    sa.Column('warranty_until', sa.Date(), nullable=True),
    sa.Column('parent_id', KEY, nullable=True),
    sa.Column('work_unit_id', KEY, nullable=True),
    sa.Column('employee_id', KEY, nullable=True),
    sa.Column('building_id', KEY, nullable=True),
    sa.Column('room_id', KEY, nullable=True),
    sa.Column('ward_id', KEY, nullable=True),
    sa.Column('inpatient_room_id', KEY, nullable=True),
    sa.Column('capitalised_building_id', KEY, nullable=True),
    sa.Column('asset_receipt_line_id', KEY, nullable=True),
    sa.Column('split_from_id', KEY, nullable=True),
    sa.Column('calibration_due_on', sa.Date(), nullable=True),
    sa.Column('calibration_failed', sa.Boolean(), nullable=False),
    sa.Column('recalibrate_from', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("condition IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_asset_condition_known')),
    sa.CheckConstraint("funding_source IN ('apbn', 'apbd', 'blu', 'grant', 'loan', 'other')", name=op.f('ck_asset_funding_source_known')),
    sa.CheckConstraint("ownership IN ('owned', 'leased', 'borrowed', 'partnership')", name=op.f('ck_asset_ownership_known')),
    sa.CheckConstraint("state IN ('registered', 'in_use', 'under_maintenance', 'held_for_sale', 'retired', 'lost')", name=op.f('ck_asset_state_known')),
    sa.CheckConstraint('(CASE WHEN building_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN ward_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN inpatient_room_id IS NULL THEN 0 ELSE 1 END) <= 1', name=op.f('ck_asset_one_place')),
    sa.CheckConstraint('acquisition_cost >= 0', name=op.f('ck_asset_acquisition_cost_not_negative')),
    sa.CheckConstraint('parent_id <> id', name=op.f('ck_asset_not_its_own_parent')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_quantity_positive')),
    sa.CheckConstraint('retired_on >= acquired_on', name=op.f('ck_asset_retired_after_acquired')),
    sa.CheckConstraint('split_from_id <> id', name=op.f('ck_asset_not_split_from_itself')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_account_id')),
    sa.ForeignKeyConstraint(['asset_model_id'], ['asset_model.id'], name=op.f('fk_asset_asset_model_id')),
    sa.ForeignKeyConstraint(['asset_receipt_line_id'], ['asset_receipt_line.id'], name=op.f('fk_asset_asset_receipt_line_id')),
    sa.ForeignKeyConstraint(['asset_type_id'], ['asset_type.id'], name=op.f('fk_asset_asset_type_id')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_asset_building_id')),
    sa.ForeignKeyConstraint(['capitalised_building_id'], ['building.id'], name=op.f('fk_asset_capitalised_building_id')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_asset_employee_id')),
    sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_asset_inpatient_room_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['asset.id'], name=op.f('fk_asset_parent_id')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_asset_room_id')),
    sa.ForeignKeyConstraint(['split_from_id'], ['asset.id'], name=op.f('fk_asset_split_from_id')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_asset_vendor_id')),
    sa.ForeignKeyConstraint(['ward_id'], ['ward.id'], name=op.f('fk_asset_ward_id')),
    sa.ForeignKeyConstraint(['work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset')),
    sa.UniqueConstraint('capitalised_building_id', name=op.f('uq_asset_capitalised_building_id')),
    sa.UniqueConstraint('qr_code', name=op.f('uq_asset_qr_code')),
    sa.UniqueConstraint('tag', name=op.f('uq_asset_tag')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_account_id'), 'asset', ['account_id'], unique=False)
    op.create_index(op.f('ix_asset_asset_model_id'), 'asset', ['asset_model_id'], unique=False)
    op.create_index(op.f('ix_asset_asset_receipt_line_id'), 'asset', ['asset_receipt_line_id'], unique=False)
    op.create_index(op.f('ix_asset_asset_type_id'), 'asset', ['asset_type_id'], unique=False)
    op.create_index(op.f('ix_asset_building_id'), 'asset', ['building_id'], unique=False)
    op.create_index(op.f('ix_asset_calibration_due_on'), 'asset', ['calibration_due_on'], unique=False)
    op.create_index(op.f('ix_asset_employee_id'), 'asset', ['employee_id'], unique=False)
    op.create_index(op.f('ix_asset_inpatient_room_id'), 'asset', ['inpatient_room_id'], unique=False)
    op.create_index(op.f('ix_asset_name'), 'asset', ['name'], unique=False)
    op.create_index(op.f('ix_asset_parent_id'), 'asset', ['parent_id'], unique=False)
    op.create_index(op.f('ix_asset_room_id'), 'asset', ['room_id'], unique=False)
    op.create_index(op.f('ix_asset_serial_number'), 'asset', ['serial_number'], unique=False)
    op.create_index(op.f('ix_asset_split_from_id'), 'asset', ['split_from_id'], unique=False)
    op.create_index(op.f('ix_asset_state'), 'asset', ['state'], unique=False)
    op.create_index('ix_asset_state_name', 'asset', ['state', 'name'], unique=False)
    op.create_index(op.f('ix_asset_vendor_id'), 'asset', ['vendor_id'], unique=False)
    op.create_index(op.f('ix_asset_ward_id'), 'asset', ['ward_id'], unique=False)
    op.create_index(op.f('ix_asset_work_unit_id'), 'asset', ['work_unit_id'], unique=False)
    op.create_table('prescription_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('prescription_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('factor', exact(14, 6), nullable=False),
    sa.Column('dose', sa.String(length=60), nullable=True),
    sa.Column('frequency', sa.String(length=60), nullable=True),
    sa.Column('duration_days', sa.Integer(), nullable=True),
    sa.Column('directions', sa.String(length=200), nullable=False),
    sa.Column('allergy_reason', sa.String(length=200), nullable=True),
    sa.CheckConstraint('duration_days BETWEEN 1 AND 366', name=op.f('ck_prescription_line_duration_known')),
    sa.CheckConstraint('factor > 0', name=op.f('ck_prescription_line_factor_positive')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_prescription_line_quantity_positive')),
    sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_prescription_line_item_id')),
    sa.ForeignKeyConstraint(['prescription_id'], ['prescription.id'], name=op.f('fk_prescription_line_prescription_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_prescription_line_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prescription_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_prescription_line_item_id'), 'prescription_line', ['item_id'], unique=False)
    op.create_index(op.f('ix_prescription_line_prescription_id'), 'prescription_line', ['prescription_id'], unique=False)
    op.create_index(op.f('ix_prescription_line_unit_id'), 'prescription_line', ['unit_id'], unique=False)
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
    op.create_table('asset_auction_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_auction_id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=True),
    sa.Column('land_id', KEY, nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('appraised_value', exact(18, 2), nullable=True),
    sa.Column('reserve_price', exact(18, 2), nullable=True),
    sa.Column('sale_price', exact(18, 2), nullable=True),
    sa.CheckConstraint('(asset_id IS NULL) <> (land_id IS NULL)', name=op.f('ck_asset_auction_line_one_thing')),
    sa.CheckConstraint('appraised_value >= 0', name=op.f('ck_asset_auction_line_appraised_value_not_negative')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_auction_line_quantity_positive')),
    sa.CheckConstraint('reserve_price >= 0', name=op.f('ck_asset_auction_line_reserve_price_not_negative')),
    sa.CheckConstraint('sale_price >= reserve_price', name=op.f('ck_asset_auction_line_sale_price_over_reserve')),
    sa.ForeignKeyConstraint(['asset_auction_id'], ['asset_auction.id'], name=op.f('fk_asset_auction_line_asset_auction_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_auction_line_asset_id')),
    sa.ForeignKeyConstraint(['land_id'], ['land.id'], name=op.f('fk_asset_auction_line_land_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_auction_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_auction_line_asset_auction_id'), 'asset_auction_line', ['asset_auction_id'], unique=False)
    op.create_index(op.f('ix_asset_auction_line_asset_id'), 'asset_auction_line', ['asset_id'], unique=False)
    op.create_index(op.f('ix_asset_auction_line_land_id'), 'asset_auction_line', ['land_id'], unique=False)
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
    op.create_table('asset_disposal_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_disposal_id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.Column('building_id', KEY, nullable=True),
    sa.Column('ward_id', KEY, nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('book_value', exact(18, 2), nullable=True),
    sa.Column('held_asset_id', KEY, nullable=True),
    sa.CheckConstraint('book_value >= 0', name=op.f('ck_asset_disposal_line_book_value_not_negative')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_disposal_line_quantity_positive')),
    sa.ForeignKeyConstraint(['asset_disposal_id'], ['asset_disposal.id'], name=op.f('fk_asset_disposal_line_asset_disposal_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_disposal_line_asset_id')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_asset_disposal_line_building_id')),
    sa.ForeignKeyConstraint(['held_asset_id'], ['asset.id'], name=op.f('fk_asset_disposal_line_held_asset_id')),
    sa.ForeignKeyConstraint(['ward_id'], ['ward.id'], name=op.f('fk_asset_disposal_line_ward_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_disposal_line')),
    sa.UniqueConstraint('asset_disposal_id', 'asset_id', name=op.f('uq_asset_disposal_line_asset_disposal_id_asset_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_disposal_line_asset_disposal_id'), 'asset_disposal_line', ['asset_disposal_id'], unique=False)
    op.create_index(op.f('ix_asset_disposal_line_asset_id'), 'asset_disposal_line', ['asset_id'], unique=False)
    op.create_index(op.f('ix_asset_disposal_line_building_id'), 'asset_disposal_line', ['building_id'], unique=False)
    op.create_index(op.f('ix_asset_disposal_line_held_asset_id'), 'asset_disposal_line', ['held_asset_id'], unique=False)
    op.create_index(op.f('ix_asset_disposal_line_ward_id'), 'asset_disposal_line', ['ward_id'], unique=False)
    op.create_table('asset_movement',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.Column('quantity', sa.Integer(), server_default='1', nullable=False),
    sa.Column('moved_at', MOMENT, nullable=False),
    sa.Column('moved_by_id', KEY, nullable=False),
    sa.Column('from_building_id', KEY, nullable=True),
    sa.Column('from_room_id', KEY, nullable=True),
    sa.Column('from_ward_id', KEY, nullable=True),
    sa.Column('from_inpatient_room_id', KEY, nullable=True),
    sa.Column('from_work_unit_id', KEY, nullable=True),
    sa.Column('to_building_id', KEY, nullable=True),
    sa.Column('to_room_id', KEY, nullable=True),
    sa.Column('to_ward_id', KEY, nullable=True),
    sa.Column('to_inpatient_room_id', KEY, nullable=True),
    sa.Column('to_work_unit_id', KEY, nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('acknowledged_by_id', KEY, nullable=True),
    sa.Column('acknowledged_at', MOMENT, nullable=True),
    sa.CheckConstraint('(acknowledged_at IS NULL) = (acknowledged_by_id IS NULL)', name=op.f('ck_asset_movement_acknowledged_by_somebody')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_movement_quantity_positive')),
    sa.ForeignKeyConstraint(['acknowledged_by_id'], ['user.id'], name=op.f('fk_asset_movement_acknowledged_by_id')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_movement_asset_id')),
    sa.ForeignKeyConstraint(['from_building_id'], ['building.id'], name=op.f('fk_asset_movement_from_building_id')),
    sa.ForeignKeyConstraint(['from_inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_asset_movement_from_inpatient_room_id')),
    sa.ForeignKeyConstraint(['from_room_id'], ['room.id'], name=op.f('fk_asset_movement_from_room_id')),
    sa.ForeignKeyConstraint(['from_ward_id'], ['ward.id'], name=op.f('fk_asset_movement_from_ward_id')),
    sa.ForeignKeyConstraint(['from_work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_movement_from_work_unit_id')),
    sa.ForeignKeyConstraint(['moved_by_id'], ['user.id'], name=op.f('fk_asset_movement_moved_by_id')),
    sa.ForeignKeyConstraint(['to_building_id'], ['building.id'], name=op.f('fk_asset_movement_to_building_id')),
    sa.ForeignKeyConstraint(['to_inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_asset_movement_to_inpatient_room_id')),
    sa.ForeignKeyConstraint(['to_room_id'], ['room.id'], name=op.f('fk_asset_movement_to_room_id')),
    sa.ForeignKeyConstraint(['to_ward_id'], ['ward.id'], name=op.f('fk_asset_movement_to_ward_id')),
    sa.ForeignKeyConstraint(['to_work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_movement_to_work_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_movement')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_movement_asset_id'), 'asset_movement', ['asset_id'], unique=False)
    op.create_index('ix_asset_movement_awaited', 'asset_movement', ['to_work_unit_id'], unique=False, sqlite_where=sa.text('acknowledged_at IS NULL'), postgresql_where=sa.text('acknowledged_at IS NULL'))
    op.create_index('ix_asset_movement_moved_at', 'asset_movement', ['moved_at'], unique=False)
    op.create_table('inventory_round_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('inventory_round_id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.Column('result', sa.String(32), nullable=False),
    sa.Column('condition', sa.String(32), nullable=True),
    sa.Column('seen_at', MOMENT, nullable=True),
    sa.Column('seen_by_id', KEY, nullable=True),
    sa.CheckConstraint("(result IN ('found', 'misplaced')) = (seen_at IS NOT NULL)", name=op.f('ck_inventory_round_line_seen_when_found')),
    sa.CheckConstraint("condition IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_inventory_round_line_condition_known')),
    sa.CheckConstraint("result IN ('expected', 'found', 'misplaced', 'missing')", name=op.f('ck_inventory_round_line_result_known')),
    sa.CheckConstraint('(seen_at IS NULL) = (seen_by_id IS NULL)', name=op.f('ck_inventory_round_line_seen_by_somebody')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_inventory_round_line_asset_id')),
    sa.ForeignKeyConstraint(['inventory_round_id'], ['inventory_round.id'], name=op.f('fk_inventory_round_line_inventory_round_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['seen_by_id'], ['user.id'], name=op.f('fk_inventory_round_line_seen_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inventory_round_line')),
    sa.UniqueConstraint('inventory_round_id', 'asset_id', name=op.f('uq_inventory_round_line_inventory_round_id_asset_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_inventory_round_line_asset_id'), 'inventory_round_line', ['asset_id'], unique=False)
    op.create_index(op.f('ix_inventory_round_line_inventory_round_id'), 'inventory_round_line', ['inventory_round_id'], unique=False)
    op.create_table('maintenance_schedule',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('every_months', sa.Integer(), nullable=False),
    sa.Column('lead_days', sa.Integer(), nullable=False),
    sa.Column('vendor_id', KEY, nullable=True),
    sa.Column('estimated_cost', exact(18, 2), server_default='0', nullable=False),
    sa.Column('last_done_on', sa.Date(), nullable=True),
    sa.Column('next_due_on', sa.Date(), nullable=False),
    sa.Column('ordered_for', sa.Date(), nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('preventive', 'calibration')", name=op.f('ck_maintenance_schedule_kind_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_maintenance_schedule_status_known')),
    sa.CheckConstraint('estimated_cost >= 0', name=op.f('ck_maintenance_schedule_estimated_cost_not_negative')),
    sa.CheckConstraint('every_months > 0', name=op.f('ck_maintenance_schedule_every_months_positive')),
    sa.CheckConstraint('lead_days >= 0', name=op.f('ck_maintenance_schedule_lead_days_not_negative')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_maintenance_schedule_asset_id')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_maintenance_schedule_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_schedule')),
    sa.UniqueConstraint('asset_id', 'kind', 'name', name=op.f('uq_maintenance_schedule_asset_id_kind_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_maintenance_schedule_asset_id'), 'maintenance_schedule', ['asset_id'], unique=False)
    op.create_index('ix_maintenance_schedule_next_due_on', 'maintenance_schedule', ['next_due_on'], unique=False)
    op.create_index(op.f('ix_maintenance_schedule_vendor_id'), 'maintenance_schedule', ['vendor_id'], unique=False)
    op.create_table('room_facility',
    sa.Column('id', KEY, nullable=False),
    sa.Column('room_id', KEY, nullable=True),
    sa.Column('inpatient_room_id', KEY, nullable=True),
    sa.Column('item_id', KEY, nullable=True),
    sa.Column('asset_id', KEY, nullable=True),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('condition', sa.String(32), nullable=False),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("condition IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_room_facility_condition_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_room_facility_status_known')),
    sa.CheckConstraint('(item_id IS NULL) <> (asset_id IS NULL)', name=op.f('ck_room_facility_one_thing')),
    sa.CheckConstraint('(room_id IS NULL) <> (inpatient_room_id IS NULL)', name=op.f('ck_room_facility_one_place')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_room_facility_quantity_positive')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_room_facility_asset_id')),
    sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_room_facility_inpatient_room_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_room_facility_item_id')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_room_facility_room_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_room_facility')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_room_facility_asset_id'), 'room_facility', ['asset_id'], unique=False)
    op.create_index(op.f('ix_room_facility_inpatient_room_id'), 'room_facility', ['inpatient_room_id'], unique=False)
    op.create_index(op.f('ix_room_facility_item_id'), 'room_facility', ['item_id'], unique=False)
    op.create_index(op.f('ix_room_facility_room_id'), 'room_facility', ['room_id'], unique=False)
    op.create_index('uq_room_facility_active_asset', 'room_facility', ['asset_id'], unique=True, sqlite_where=sa.text("status = 'active' AND asset_id IS NOT NULL"), postgresql_where=sa.text("status = 'active' AND asset_id IS NOT NULL"))
    op.create_table('asset_auction_bid',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_auction_line_id', KEY, nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('bidder_name', sa.String(length=200), nullable=False),
    sa.Column('bidder_identity', sa.String(length=40), nullable=False),
    sa.Column('amount', exact(18, 2), nullable=False),
    sa.Column('offered_at', MOMENT, nullable=False),
    sa.Column('is_valid', sa.Boolean(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_asset_auction_bid_amount_positive')),
    sa.CheckConstraint('is_valid OR note IS NOT NULL', name=op.f('ck_asset_auction_bid_reason_when_not_valid')),
    sa.CheckConstraint('round > 0', name=op.f('ck_asset_auction_bid_round_positive')),
    sa.ForeignKeyConstraint(['asset_auction_line_id'], ['asset_auction_line.id'], name=op.f('fk_asset_auction_bid_asset_auction_line_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_auction_bid')),
    sa.UniqueConstraint('asset_auction_line_id', 'round', 'bidder_identity', 'amount', name=op.f('uq_asset_auction_bid_asset_auction_line_id_round_bidder_identity_amount')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_auction_bid_asset_auction_line_id'), 'asset_auction_bid', ['asset_auction_line_id'], unique=False)
    op.create_table('asset_book_change',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_book_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('changed_on', sa.Date(), nullable=False),
    sa.Column('amount', exact(18, 2), nullable=False),
    sa.Column('cost_change', exact(18, 2), nullable=False),
    sa.Column('useful_life_before', sa.Integer(), nullable=True),
    sa.Column('useful_life_after', sa.Integer(), nullable=True),
    sa.Column('residual_before', exact(18, 2), nullable=True),
    sa.Column('residual_after', exact(18, 2), nullable=True),
    sa.Column('document_type', sa.String(length=40), nullable=True),
    sa.Column('document_id', KEY, nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('occurred_at', MOMENT, nullable=False),
    sa.CheckConstraint("kind IN ('opening', 'life', 'disposal', 'part')", name=op.f('ck_asset_book_change_kind_known')),
    sa.ForeignKeyConstraint(['asset_book_id'], ['asset_book.id'], name=op.f('fk_asset_book_change_asset_book_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_asset_book_change_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_book_change')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_book_change_asset_book_id'), 'asset_book_change', ['asset_book_id'], unique=False)
    op.create_index('ix_asset_book_change_document', 'asset_book_change', ['document_type', 'document_id'], unique=False)
    op.create_index(op.f('ix_asset_book_change_user_id'), 'asset_book_change', ['user_id'], unique=False)
    op.create_table('depreciation_run_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('depreciation_run_id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.Column('asset_book_id', KEY, nullable=False),
    sa.Column('opening_value', exact(18, 2), nullable=False),
    sa.Column('amount', exact(18, 2), nullable=False),
    sa.Column('closing_value', exact(18, 2), nullable=False),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_depreciation_run_line_amount_not_negative')),
    sa.CheckConstraint('closing_value = opening_value - amount', name=op.f('ck_depreciation_run_line_closing_value_adds_up')),
    sa.CheckConstraint('closing_value >= 0', name=op.f('ck_depreciation_run_line_closing_value_not_negative')),
    sa.ForeignKeyConstraint(['asset_book_id'], ['asset_book.id'], name=op.f('fk_depreciation_run_line_asset_book_id')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_depreciation_run_line_asset_id')),
    sa.ForeignKeyConstraint(['depreciation_run_id'], ['depreciation_run.id'], name=op.f('fk_depreciation_run_line_depreciation_run_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_depreciation_run_line')),
    sa.UniqueConstraint('depreciation_run_id', 'asset_book_id', name=op.f('uq_depreciation_run_line_depreciation_run_id_asset_book_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_depreciation_run_line_asset_book_id'), 'depreciation_run_line', ['asset_book_id'], unique=False)
    op.create_index(op.f('ix_depreciation_run_line_asset_id'), 'depreciation_run_line', ['asset_id'], unique=False)
    op.create_index(op.f('ix_depreciation_run_line_depreciation_run_id'), 'depreciation_run_line', ['depreciation_run_id'], unique=False)
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
    sa.Column('started_at', MOMENT, nullable=True),
    sa.Column('finished_at', MOMENT, nullable=True),
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('repair', 'preventive', 'calibration')", name=op.f('ck_maintenance_kind_known')),
    sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'in_progress', 'done', 'rejected', 'cancelled')", name=op.f('ck_maintenance_state_known')),
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
    op.create_table('maintenance_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('maintenance_id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=True),
    sa.Column('building_id', KEY, nullable=True),
    sa.Column('employee_id', KEY, nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('cost', exact(18, 2), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('fault', sa.Text(), nullable=True),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('condition_after', sa.String(32), nullable=True),
    sa.Column('next_due_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("condition_after IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_maintenance_line_condition_after_known')),
    sa.CheckConstraint("state IN ('planned', 'in_progress', 'done', 'failed')", name=op.f('ck_maintenance_line_state_known')),
    sa.CheckConstraint('(asset_id IS NULL) <> (building_id IS NULL)', name=op.f('ck_maintenance_line_one_thing')),
    sa.CheckConstraint('cost >= 0', name=op.f('ck_maintenance_line_cost_not_negative')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_maintenance_line_quantity_positive')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_maintenance_line_asset_id')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_maintenance_line_building_id')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_maintenance_line_employee_id')),
    sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance.id'], name=op.f('fk_maintenance_line_maintenance_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_line')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_maintenance_line_asset_id'), 'maintenance_line', ['asset_id'], unique=False)
    op.create_index(op.f('ix_maintenance_line_building_id'), 'maintenance_line', ['building_id'], unique=False)
    op.create_index(op.f('ix_maintenance_line_employee_id'), 'maintenance_line', ['employee_id'], unique=False)
    op.create_index(op.f('ix_maintenance_line_maintenance_id'), 'maintenance_line', ['maintenance_id'], unique=False)
    op.create_index(op.f('ix_maintenance_line_state'), 'maintenance_line', ['state'], unique=False)
    op.create_table('calibration',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.Column('calibrated_on', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('result', sa.String(32), nullable=False),
    sa.Column('certificate_number', sa.String(length=40), nullable=True),
    sa.Column('vendor_id', KEY, nullable=True),
    sa.Column('maintenance_line_id', KEY, nullable=True),
    sa.Column('cost', exact(18, 2), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("result IN ('fit', 'unfit')", name=op.f('ck_calibration_result_known')),
    sa.CheckConstraint('cost >= 0', name=op.f('ck_calibration_cost_not_negative')),
    sa.CheckConstraint('valid_until > calibrated_on', name=op.f('ck_calibration_valid_after_calibration')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_calibration_asset_id')),
    sa.ForeignKeyConstraint(['maintenance_line_id'], ['maintenance_line.id'], name=op.f('fk_calibration_maintenance_line_id')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_calibration_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration')),
    sa.UniqueConstraint('certificate_number', name=op.f('uq_calibration_certificate_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_calibration_asset_id'), 'calibration', ['asset_id'], unique=False)
    op.create_index(op.f('ix_calibration_maintenance_line_id'), 'calibration', ['maintenance_line_id'], unique=False)
    op.create_index('ix_calibration_valid_until', 'calibration', ['valid_until'], unique=False)
    op.create_index(op.f('ix_calibration_vendor_id'), 'calibration', ['vendor_id'], unique=False)
    op.create_table('maintenance_part',
    sa.Column('id', KEY, nullable=False),
    sa.Column('maintenance_line_id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('factor', exact(14, 6), nullable=False),
    sa.CheckConstraint('factor > 0', name=op.f('ck_maintenance_part_factor_positive')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_maintenance_part_quantity_positive')),
    sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_maintenance_part_item_id')),
    sa.ForeignKeyConstraint(['maintenance_line_id'], ['maintenance_line.id'], name=op.f('fk_maintenance_part_maintenance_line_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_maintenance_part_store_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_maintenance_part_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_part')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_maintenance_part_item_id'), 'maintenance_part', ['item_id'], unique=False)
    op.create_index(op.f('ix_maintenance_part_maintenance_line_id'), 'maintenance_part', ['maintenance_line_id'], unique=False)
    op.create_index(op.f('ix_maintenance_part_store_id'), 'maintenance_part', ['store_id'], unique=False)
    op.create_index(op.f('ix_maintenance_part_unit_id'), 'maintenance_part', ['unit_id'], unique=False)
    run("triggers")


def downgrade() -> None:
    op.drop_index(op.f('ix_maintenance_part_unit_id'), table_name='maintenance_part')
    op.drop_index(op.f('ix_maintenance_part_store_id'), table_name='maintenance_part')
    op.drop_index(op.f('ix_maintenance_part_maintenance_line_id'), table_name='maintenance_part')
    op.drop_index(op.f('ix_maintenance_part_item_id'), table_name='maintenance_part')
    op.drop_table('maintenance_part')
    op.drop_index(op.f('ix_calibration_vendor_id'), table_name='calibration')
    op.drop_index('ix_calibration_valid_until', table_name='calibration')
    op.drop_index(op.f('ix_calibration_maintenance_line_id'), table_name='calibration')
    op.drop_index(op.f('ix_calibration_asset_id'), table_name='calibration')
    op.drop_table('calibration')
    op.drop_index(op.f('ix_maintenance_line_state'), table_name='maintenance_line')
    op.drop_index(op.f('ix_maintenance_line_maintenance_id'), table_name='maintenance_line')
    op.drop_index(op.f('ix_maintenance_line_employee_id'), table_name='maintenance_line')
    op.drop_index(op.f('ix_maintenance_line_building_id'), table_name='maintenance_line')
    op.drop_index(op.f('ix_maintenance_line_asset_id'), table_name='maintenance_line')
    op.drop_table('maintenance_line')
    op.drop_index(op.f('ix_maintenance_work_unit_id'), table_name='maintenance')
    op.drop_index(op.f('ix_maintenance_vendor_id'), table_name='maintenance')
    op.drop_index('ix_maintenance_state_requested_on', table_name='maintenance')
    op.drop_index(op.f('ix_maintenance_state'), table_name='maintenance')
    op.drop_index(op.f('ix_maintenance_maintenance_schedule_id'), table_name='maintenance')
    op.drop_index(op.f('ix_maintenance_created_by_id'), table_name='maintenance')
    op.drop_index(op.f('ix_maintenance_account_id'), table_name='maintenance')
    op.drop_table('maintenance')
    op.drop_index(op.f('ix_depreciation_run_line_depreciation_run_id'), table_name='depreciation_run_line')
    op.drop_index(op.f('ix_depreciation_run_line_asset_id'), table_name='depreciation_run_line')
    op.drop_index(op.f('ix_depreciation_run_line_asset_book_id'), table_name='depreciation_run_line')
    op.drop_table('depreciation_run_line')
    op.drop_index(op.f('ix_asset_book_change_user_id'), table_name='asset_book_change')
    op.drop_index('ix_asset_book_change_document', table_name='asset_book_change')
    op.drop_index(op.f('ix_asset_book_change_asset_book_id'), table_name='asset_book_change')
    op.drop_table('asset_book_change')
    op.drop_index(op.f('ix_asset_auction_bid_asset_auction_line_id'), table_name='asset_auction_bid')
    op.drop_table('asset_auction_bid')
    op.drop_index('uq_room_facility_active_asset', table_name='room_facility', sqlite_where=sa.text("status = 'active' AND asset_id IS NOT NULL"), postgresql_where=sa.text("status = 'active' AND asset_id IS NOT NULL"))
    op.drop_index(op.f('ix_room_facility_room_id'), table_name='room_facility')
    op.drop_index(op.f('ix_room_facility_item_id'), table_name='room_facility')
    op.drop_index(op.f('ix_room_facility_inpatient_room_id'), table_name='room_facility')
    op.drop_index(op.f('ix_room_facility_asset_id'), table_name='room_facility')
    op.drop_table('room_facility')
    op.drop_index(op.f('ix_maintenance_schedule_vendor_id'), table_name='maintenance_schedule')
    op.drop_index('ix_maintenance_schedule_next_due_on', table_name='maintenance_schedule')
    op.drop_index(op.f('ix_maintenance_schedule_asset_id'), table_name='maintenance_schedule')
    op.drop_table('maintenance_schedule')
    op.drop_index(op.f('ix_inventory_round_line_inventory_round_id'), table_name='inventory_round_line')
    op.drop_index(op.f('ix_inventory_round_line_asset_id'), table_name='inventory_round_line')
    op.drop_table('inventory_round_line')
    op.drop_index('ix_asset_movement_moved_at', table_name='asset_movement')
    op.drop_index('ix_asset_movement_awaited', table_name='asset_movement', sqlite_where=sa.text('acknowledged_at IS NULL'), postgresql_where=sa.text('acknowledged_at IS NULL'))
    op.drop_index(op.f('ix_asset_movement_asset_id'), table_name='asset_movement')
    op.drop_table('asset_movement')
    op.drop_index(op.f('ix_asset_disposal_line_ward_id'), table_name='asset_disposal_line')
    op.drop_index(op.f('ix_asset_disposal_line_held_asset_id'), table_name='asset_disposal_line')
    op.drop_index(op.f('ix_asset_disposal_line_building_id'), table_name='asset_disposal_line')
    op.drop_index(op.f('ix_asset_disposal_line_asset_id'), table_name='asset_disposal_line')
    op.drop_index(op.f('ix_asset_disposal_line_asset_disposal_id'), table_name='asset_disposal_line')
    op.drop_table('asset_disposal_line')
    op.drop_index('ix_asset_book_book_id', table_name='asset_book')
    op.drop_index(op.f('ix_asset_book_asset_id'), table_name='asset_book')
    op.drop_table('asset_book')
    op.drop_index(op.f('ix_asset_auction_line_land_id'), table_name='asset_auction_line')
    op.drop_index(op.f('ix_asset_auction_line_asset_id'), table_name='asset_auction_line')
    op.drop_index(op.f('ix_asset_auction_line_asset_auction_id'), table_name='asset_auction_line')
    op.drop_table('asset_auction_line')
    op.drop_index(op.f('ix_supplier_return_line_unit_id'), table_name='supplier_return_line')
    op.drop_index(op.f('ix_supplier_return_line_supplier_return_id'), table_name='supplier_return_line')
    op.drop_index(op.f('ix_supplier_return_line_item_id'), table_name='supplier_return_line')
    op.drop_index(op.f('ix_supplier_return_line_goods_receipt_line_id'), table_name='supplier_return_line')
    op.drop_index(op.f('ix_supplier_return_line_goods_receipt_id'), table_name='supplier_return_line')
    op.drop_table('supplier_return_line')
    op.drop_index(op.f('ix_supplier_invoice_line_unit_id'), table_name='supplier_invoice_line')
    op.drop_index(op.f('ix_supplier_invoice_line_supplier_invoice_id'), table_name='supplier_invoice_line')
    op.drop_index(op.f('ix_supplier_invoice_line_item_id'), table_name='supplier_invoice_line')
    op.drop_index(op.f('ix_supplier_invoice_line_goods_receipt_line_id'), table_name='supplier_invoice_line')
    op.drop_table('supplier_invoice_line')
    op.drop_index(op.f('ix_prescription_line_unit_id'), table_name='prescription_line')
    op.drop_index(op.f('ix_prescription_line_prescription_id'), table_name='prescription_line')
    op.drop_index(op.f('ix_prescription_line_item_id'), table_name='prescription_line')
    op.drop_table('prescription_line')
    op.drop_index(op.f('ix_asset_work_unit_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_ward_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_vendor_id'), table_name='asset')
    op.drop_index('ix_asset_state_name', table_name='asset')
    op.drop_index(op.f('ix_asset_state'), table_name='asset')
    op.drop_index(op.f('ix_asset_split_from_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_serial_number'), table_name='asset')
    op.drop_index(op.f('ix_asset_room_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_parent_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_name'), table_name='asset')
    op.drop_index(op.f('ix_asset_inpatient_room_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_employee_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_calibration_due_on'), table_name='asset')
    op.drop_index(op.f('ix_asset_building_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_asset_type_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_asset_receipt_line_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_asset_model_id'), table_name='asset')
    op.drop_index(op.f('ix_asset_account_id'), table_name='asset')
    op.drop_table('asset')
    op.drop_index(op.f('ix_unit_return_line_unit_return_id'), table_name='unit_return_line')
    op.drop_index(op.f('ix_unit_return_line_unit_id'), table_name='unit_return_line')
    op.drop_index(op.f('ix_unit_return_line_item_id'), table_name='unit_return_line')
    op.drop_index(op.f('ix_unit_return_line_delivery_request_line_id'), table_name='unit_return_line')
    op.drop_table('unit_return_line')
    op.drop_table('triage_answer')
    op.drop_index('uq_stay_open_bed', table_name='stay', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index('ix_stay_started_at', table_name='stay')
    op.drop_index(op.f('ix_stay_patient_id'), table_name='stay')
    op.drop_index(op.f('ix_stay_bed_id'), table_name='stay')
    op.drop_table('stay')
    op.drop_index(op.f('ix_prescription_store_id'), table_name='prescription')
    op.drop_index(op.f('ix_prescription_state'), table_name='prescription')
    op.drop_index(op.f('ix_prescription_created_by_id'), table_name='prescription')
    op.drop_index(op.f('ix_prescription_consultation_id'), table_name='prescription')
    op.drop_table('prescription')
    op.drop_table('note_draft')
    op.drop_index(op.f('ix_letter_consultation_id'), table_name='letter')
    op.drop_index(op.f('ix_letter_author_id'), table_name='letter')
    op.drop_table('letter')
    op.drop_index(op.f('ix_goods_receipt_line_unit_id'), table_name='goods_receipt_line')
    op.drop_index(op.f('ix_goods_receipt_line_purchase_order_line_id'), table_name='goods_receipt_line')
    op.drop_index(op.f('ix_goods_receipt_line_origin_line_id'), table_name='goods_receipt_line')
    op.drop_index(op.f('ix_goods_receipt_line_item_id'), table_name='goods_receipt_line')
    op.drop_index(op.f('ix_goods_receipt_line_goods_receipt_id'), table_name='goods_receipt_line')
    op.drop_index(op.f('ix_goods_receipt_line_batch_id'), table_name='goods_receipt_line')
    op.drop_table('goods_receipt_line')
    op.drop_index('uq_diagnosis_consultation_id_primary', table_name='diagnosis', sqlite_where=sa.text("withdrawn_at IS NULL AND kind = 'primary'"), postgresql_where=sa.text("withdrawn_at IS NULL AND kind = 'primary'"))
    op.drop_index('uq_diagnosis_consultation_id_code_live', table_name='diagnosis', sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.drop_index(op.f('ix_diagnosis_recorded_by_id'), table_name='diagnosis')
    op.drop_index(op.f('ix_diagnosis_consultation_id'), table_name='diagnosis')
    op.drop_table('diagnosis')
    op.drop_index('ix_consultation_message_unread', table_name='consultation_message', sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
    op.drop_index('ix_consultation_message_consultation_id_id', table_name='consultation_message')
    op.drop_index(op.f('ix_consultation_message_attachment_id'), table_name='consultation_message')
    op.drop_table('consultation_message')
    op.drop_index(op.f('ix_clinical_note_author_id'), table_name='clinical_note')
    op.drop_table('clinical_note')
    op.drop_index('uq_cleaning_open_room', table_name='cleaning', sqlite_where=sa.text("state IN ('waiting', 'in_progress')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress')"))
    op.drop_index('uq_cleaning_open_bed', table_name='cleaning', sqlite_where=sa.text("state IN ('waiting', 'in_progress')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress')"))
    op.drop_index('ix_cleaning_state_requested_at', table_name='cleaning')
    op.drop_index(op.f('ix_cleaning_state'), table_name='cleaning')
    op.drop_index(op.f('ix_cleaning_room_id'), table_name='cleaning')
    op.drop_index(op.f('ix_cleaning_inpatient_room_id'), table_name='cleaning')
    op.drop_index(op.f('ix_cleaning_employee_id'), table_name='cleaning')
    op.drop_index(op.f('ix_cleaning_bed_id'), table_name='cleaning')
    op.drop_table('cleaning')
    op.drop_index(op.f('ix_asset_receipt_line_work_unit_id'), table_name='asset_receipt_line')
    op.drop_index(op.f('ix_asset_receipt_line_ward_id'), table_name='asset_receipt_line')
    op.drop_index(op.f('ix_asset_receipt_line_room_id'), table_name='asset_receipt_line')
    op.drop_index(op.f('ix_asset_receipt_line_inpatient_room_id'), table_name='asset_receipt_line')
    op.drop_index(op.f('ix_asset_receipt_line_building_id'), table_name='asset_receipt_line')
    op.drop_index(op.f('ix_asset_receipt_line_asset_receipt_id'), table_name='asset_receipt_line')
    op.drop_index(op.f('ix_asset_receipt_line_asset_procurement_line_id'), table_name='asset_receipt_line')
    op.drop_index(op.f('ix_asset_receipt_line_asset_model_id'), table_name='asset_receipt_line')
    op.drop_table('asset_receipt_line')
    op.drop_index(op.f('ix_spoilage_line_unit_id'), table_name='spoilage_line')
    op.drop_index(op.f('ix_spoilage_line_spoilage_id'), table_name='spoilage_line')
    op.drop_index(op.f('ix_spoilage_line_item_id'), table_name='spoilage_line')
    op.drop_index(op.f('ix_spoilage_line_goods_receipt_id'), table_name='spoilage_line')
    op.drop_index(op.f('ix_spoilage_line_batch_id'), table_name='spoilage_line')
    op.drop_table('spoilage_line')
    op.drop_index('ix_schedule_exception_doctor_on', table_name='schedule_exception')
    op.drop_table('schedule_exception')
    op.drop_index(op.f('ix_purchase_order_line_unit_id'), table_name='purchase_order_line')
    op.drop_index(op.f('ix_purchase_order_line_purchase_request_line_id'), table_name='purchase_order_line')
    op.drop_index(op.f('ix_purchase_order_line_purchase_order_id'), table_name='purchase_order_line')
    op.drop_index(op.f('ix_purchase_order_line_item_id'), table_name='purchase_order_line')
    op.drop_table('purchase_order_line')
    op.drop_index(op.f('ix_journal_line_purpose'), table_name='journal_line')
    op.drop_index(op.f('ix_journal_line_entry_id'), table_name='journal_line')
    op.drop_index(op.f('ix_journal_line_account_id'), table_name='journal_line')
    op.drop_table('journal_line')
    op.drop_index('ix_inventory_round_state_counted_on', table_name='inventory_round')
    op.drop_index(op.f('ix_inventory_round_state'), table_name='inventory_round')
    op.drop_index(op.f('ix_inventory_round_room_id'), table_name='inventory_round')
    op.drop_index(op.f('ix_inventory_round_inpatient_room_id'), table_name='inventory_round')
    op.drop_index(op.f('ix_inventory_round_created_by_id'), table_name='inventory_round')
    op.drop_table('inventory_round')
    op.drop_index(op.f('ix_doctor_schedule_doctor_id'), table_name='doctor_schedule')
    op.drop_table('doctor_schedule')
    op.drop_index(op.f('ix_delivery_request_line_unit_id'), table_name='delivery_request_line')
    op.drop_index(op.f('ix_delivery_request_line_item_id'), table_name='delivery_request_line')
    op.drop_index(op.f('ix_delivery_request_line_delivery_request_id'), table_name='delivery_request_line')
    op.drop_table('delivery_request_line')
    op.drop_index('ix_consultation_state_starts_at', table_name='consultation')
    op.drop_index(op.f('ix_consultation_state'), table_name='consultation')
    op.drop_index(op.f('ix_consultation_starts_at'), table_name='consultation')
    op.drop_index(op.f('ix_consultation_specialization_id'), table_name='consultation')
    op.drop_index('ix_consultation_patient_starts_at', table_name='consultation')
    op.drop_index('ix_consultation_doctor_starts_at', table_name='consultation')
    op.drop_index(op.f('ix_consultation_created_by_id'), table_name='consultation')
    op.drop_table('consultation')
    op.drop_index(op.f('ix_bed_state'), table_name='bed')
    op.drop_index(op.f('ix_bed_inpatient_room_id'), table_name='bed')
    op.drop_table('bed')
    op.drop_index(op.f('ix_asset_procurement_line_vendor_id'), table_name='asset_procurement_line')
    op.drop_index(op.f('ix_asset_procurement_line_asset_procurement_id'), table_name='asset_procurement_line')
    op.drop_index(op.f('ix_asset_procurement_line_asset_plan_line_id'), table_name='asset_procurement_line')
    op.drop_index(op.f('ix_asset_procurement_line_asset_plan_id'), table_name='asset_procurement_line')
    op.drop_index(op.f('ix_asset_procurement_line_asset_model_id'), table_name='asset_procurement_line')
    op.drop_table('asset_procurement_line')
    op.drop_index(op.f('ix_supplier_invoice_supplier_id'), table_name='supplier_invoice')
    op.drop_index('ix_supplier_invoice_state_invoiced_on', table_name='supplier_invoice')
    op.drop_index(op.f('ix_supplier_invoice_state'), table_name='supplier_invoice')
    op.drop_index(op.f('ix_supplier_invoice_purchase_order_id'), table_name='supplier_invoice')
    op.drop_index(op.f('ix_supplier_invoice_created_by_id'), table_name='supplier_invoice')
    op.drop_table('supplier_invoice')
    op.drop_index(op.f('ix_store_request_line_unit_id'), table_name='store_request_line')
    op.drop_index(op.f('ix_store_request_line_store_request_id'), table_name='store_request_line')
    op.drop_index(op.f('ix_store_request_line_item_id'), table_name='store_request_line')
    op.drop_table('store_request_line')
    op.drop_index(op.f('ix_stocktake_line_unit_id'), table_name='stocktake_line')
    op.drop_index(op.f('ix_stocktake_line_last_move_id'), table_name='stocktake_line')
    op.drop_index(op.f('ix_stocktake_line_item_id'), table_name='stocktake_line')
    op.drop_index(op.f('ix_stocktake_line_counted_by_id'), table_name='stocktake_line')
    op.drop_index(op.f('ix_stocktake_line_batch_id'), table_name='stocktake_line')
    op.drop_table('stocktake_line')
    op.drop_index(op.f('ix_stock_transfer_line_unit_id'), table_name='stock_transfer_line')
    op.drop_index(op.f('ix_stock_transfer_line_stock_transfer_id'), table_name='stock_transfer_line')
    op.drop_index(op.f('ix_stock_transfer_line_item_id'), table_name='stock_transfer_line')
    op.drop_index(op.f('ix_stock_transfer_line_batch_id'), table_name='stock_transfer_line')
    op.drop_table('stock_transfer_line')
    op.drop_index(op.f('ix_request_template_line_unit_id'), table_name='request_template_line')
    op.drop_index(op.f('ix_request_template_line_request_template_id'), table_name='request_template_line')
    op.drop_index(op.f('ix_request_template_line_item_id'), table_name='request_template_line')
    op.drop_table('request_template_line')
    op.drop_index(op.f('ix_purchase_request_line_unit_id'), table_name='purchase_request_line')
    op.drop_index(op.f('ix_purchase_request_line_supplier_id'), table_name='purchase_request_line')
    op.drop_index(op.f('ix_purchase_request_line_purchase_request_id'), table_name='purchase_request_line')
    op.drop_index(op.f('ix_purchase_request_line_item_id'), table_name='purchase_request_line')
    op.drop_table('purchase_request_line')
    op.drop_index(op.f('ix_outbox_user_id'), table_name='outbox')
    op.drop_index('ix_outbox_due', table_name='outbox')
    op.drop_index('ix_outbox_document', table_name='outbox')
    op.drop_index(op.f('ix_outbox_attachment_id'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index('uq_monthly_pack_period_id', table_name='monthly_pack', sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
    op.drop_index(op.f('ix_monthly_pack_state'), table_name='monthly_pack')
    op.drop_index(op.f('ix_monthly_pack_created_by_id'), table_name='monthly_pack')
    op.drop_table('monthly_pack')
    op.drop_index(op.f('ix_journal_entry_user_id'), table_name='journal_entry')
    op.drop_index(op.f('ix_journal_entry_posted_on'), table_name='journal_entry')
    op.drop_index(op.f('ix_journal_entry_period_id'), table_name='journal_entry')
    op.drop_index('ix_journal_entry_document', table_name='journal_entry')
    op.drop_table('journal_entry')
    op.drop_index(op.f('ix_inpatient_room_ward_id'), table_name='inpatient_room')
    op.drop_index(op.f('ix_inpatient_room_state'), table_name='inpatient_room')
    op.drop_index(op.f('ix_inpatient_room_room_class_id'), table_name='inpatient_room')
    op.drop_table('inpatient_room')
    op.drop_index(op.f('ix_goods_receipt_supplier_return_id'), table_name='goods_receipt')
    op.drop_index(op.f('ix_goods_receipt_supplier_id'), table_name='goods_receipt')
    op.drop_index(op.f('ix_goods_receipt_store_id'), table_name='goods_receipt')
    op.drop_index('ix_goods_receipt_state_received_on', table_name='goods_receipt')
    op.drop_index(op.f('ix_goods_receipt_state'), table_name='goods_receipt')
    op.drop_index(op.f('ix_goods_receipt_purchase_order_id'), table_name='goods_receipt')
    op.drop_index(op.f('ix_goods_receipt_created_by_id'), table_name='goods_receipt')
    op.drop_index(op.f('ix_goods_receipt_account_id'), table_name='goods_receipt')
    op.drop_table('goods_receipt')
    op.drop_index('ix_doctor_status_name', table_name='doctor')
    op.drop_index(op.f('ix_doctor_specialization_id'), table_name='doctor')
    op.drop_index(op.f('ix_doctor_photo_id'), table_name='doctor')
    op.drop_table('doctor')
    op.drop_index(op.f('ix_delivery_request_store_request_id'), table_name='delivery_request')
    op.drop_index(op.f('ix_delivery_request_store_id'), table_name='delivery_request')
    op.drop_index('ix_delivery_request_state_delivered_on', table_name='delivery_request')
    op.drop_index(op.f('ix_delivery_request_state'), table_name='delivery_request')
    op.drop_index(op.f('ix_delivery_request_created_by_id'), table_name='delivery_request')
    op.drop_index(op.f('ix_delivery_request_account_id'), table_name='delivery_request')
    op.drop_table('delivery_request')
    op.drop_index(op.f('ix_consent_patient_id'), table_name='consent')
    op.drop_index(op.f('ix_consent_given_by_id'), table_name='consent')
    op.drop_table('consent')
    op.drop_index('ix_asset_receipt_state_received_on', table_name='asset_receipt')
    op.drop_index(op.f('ix_asset_receipt_state'), table_name='asset_receipt')
    op.drop_index(op.f('ix_asset_receipt_created_by_id'), table_name='asset_receipt')
    op.drop_index(op.f('ix_asset_receipt_asset_procurement_id'), table_name='asset_receipt')
    op.drop_index(op.f('ix_asset_receipt_account_id'), table_name='asset_receipt')
    op.drop_table('asset_receipt')
    op.drop_index(op.f('ix_asset_plan_line_work_unit_id'), table_name='asset_plan_line')
    op.drop_index(op.f('ix_asset_plan_line_asset_plan_id'), table_name='asset_plan_line')
    op.drop_index(op.f('ix_asset_plan_line_asset_model_id'), table_name='asset_plan_line')
    op.drop_table('asset_plan_line')
    op.drop_index('ix_account_ticket_user_id_kind', table_name='account_ticket')
    op.drop_index(op.f('ix_account_ticket_patient_id'), table_name='account_ticket')
    op.drop_table('account_ticket')
    op.drop_index(op.f('ix_ward_work_unit_id'), table_name='ward')
    op.drop_index(op.f('ix_ward_building_id'), table_name='ward')
    op.drop_table('ward')
    op.drop_index(op.f('ix_user_session_user_id'), table_name='user_session')
    op.drop_table('user_session')
    op.drop_table('user_role')
    op.drop_index(op.f('ix_unit_return_work_unit_id'), table_name='unit_return')
    op.drop_index(op.f('ix_unit_return_store_id'), table_name='unit_return')
    op.drop_index('ix_unit_return_state_returned_on', table_name='unit_return')
    op.drop_index(op.f('ix_unit_return_state'), table_name='unit_return')
    op.drop_index(op.f('ix_unit_return_created_by_id'), table_name='unit_return')
    op.drop_index(op.f('ix_unit_return_account_id'), table_name='unit_return')
    op.drop_table('unit_return')
    op.drop_index(op.f('ix_supplier_return_supplier_id'), table_name='supplier_return')
    op.drop_index(op.f('ix_supplier_return_store_id'), table_name='supplier_return')
    op.drop_index('ix_supplier_return_state_returned_on', table_name='supplier_return')
    op.drop_index(op.f('ix_supplier_return_state'), table_name='supplier_return')
    op.drop_index(op.f('ix_supplier_return_created_by_id'), table_name='supplier_return')
    op.drop_index(op.f('ix_supplier_return_account_id'), table_name='supplier_return')
    op.drop_table('supplier_return')
    op.drop_index('ix_supplier_refund_supplier_id_state', table_name='supplier_refund')
    op.drop_index(op.f('ix_supplier_refund_state'), table_name='supplier_refund')
    op.drop_index(op.f('ix_supplier_refund_created_by_id'), table_name='supplier_refund')
    op.drop_table('supplier_refund')
    op.drop_index(op.f('ix_store_request_work_unit_id'), table_name='store_request')
    op.drop_index(op.f('ix_store_request_store_id'), table_name='store_request')
    op.drop_index('ix_store_request_state_requested_on', table_name='store_request')
    op.drop_index(op.f('ix_store_request_state'), table_name='store_request')
    op.drop_index(op.f('ix_store_request_created_by_id'), table_name='store_request')
    op.drop_table('store_request')
    op.drop_index(op.f('ix_store_item_item_id'), table_name='store_item')
    op.drop_table('store_item')
    op.drop_index(op.f('ix_stocktake_store_id'), table_name='stocktake')
    op.drop_index('ix_stocktake_state_counted_on', table_name='stocktake')
    op.drop_index(op.f('ix_stocktake_state'), table_name='stocktake')
    op.drop_index(op.f('ix_stocktake_created_by_id'), table_name='stocktake')
    op.drop_table('stocktake')
    op.drop_index(op.f('ix_stock_transfer_to_store_id'), table_name='stock_transfer')
    op.drop_index(op.f('ix_stock_transfer_store_id'), table_name='stock_transfer')
    op.drop_index('ix_stock_transfer_state_transferred_on', table_name='stock_transfer')
    op.drop_index(op.f('ix_stock_transfer_state'), table_name='stock_transfer')
    op.drop_index(op.f('ix_stock_transfer_created_by_id'), table_name='stock_transfer')
    op.drop_table('stock_transfer')
    op.drop_index(op.f('ix_stock_move_user_id'), table_name='stock_move')
    op.drop_index('ix_stock_move_moved_on', table_name='stock_move')
    op.drop_index('ix_stock_move_item', table_name='stock_move')
    op.drop_index('ix_stock_move_card', table_name='stock_move')
    op.drop_index(op.f('ix_stock_move_batch_id'), table_name='stock_move')
    op.drop_table('stock_move')
    op.drop_index(op.f('ix_stock_balance_item_id'), table_name='stock_balance')
    op.drop_index(op.f('ix_stock_balance_batch_id'), table_name='stock_balance')
    op.drop_table('stock_balance')
    op.drop_index(op.f('ix_spoilage_store_id'), table_name='spoilage')
    op.drop_index('ix_spoilage_state_spoiled_on', table_name='spoilage')
    op.drop_index(op.f('ix_spoilage_state'), table_name='spoilage')
    op.drop_index(op.f('ix_spoilage_created_by_id'), table_name='spoilage')
    op.drop_index(op.f('ix_spoilage_account_id'), table_name='spoilage')
    op.drop_table('spoilage')
    op.drop_index(op.f('ix_shelf_item_id'), table_name='shelf')
    op.drop_table('shelf')
    op.drop_index(op.f('ix_room_work_unit_id'), table_name='room')
    op.drop_index(op.f('ix_room_state'), table_name='room')
    op.drop_index(op.f('ix_room_building_id'), table_name='room')
    op.drop_index(op.f('ix_room_account_id'), table_name='room')
    op.drop_table('room')
    op.drop_index(op.f('ix_request_template_work_unit_id'), table_name='request_template')
    op.drop_index(op.f('ix_request_template_store_id'), table_name='request_template')
    op.drop_index(op.f('ix_request_template_created_by_id'), table_name='request_template')
    op.drop_table('request_template')
    op.drop_index(op.f('ix_purchase_request_store_id'), table_name='purchase_request')
    op.drop_index('ix_purchase_request_state_requested_on', table_name='purchase_request')
    op.drop_index(op.f('ix_purchase_request_state'), table_name='purchase_request')
    op.drop_index(op.f('ix_purchase_request_created_by_id'), table_name='purchase_request')
    op.drop_index(op.f('ix_purchase_request_approved_by_id'), table_name='purchase_request')
    op.drop_table('purchase_request')
    op.drop_index(op.f('ix_purchase_order_supplier_id'), table_name='purchase_order')
    op.drop_index(op.f('ix_purchase_order_store_id'), table_name='purchase_order')
    op.drop_index('ix_purchase_order_state_ordered_on', table_name='purchase_order')
    op.drop_index(op.f('ix_purchase_order_state'), table_name='purchase_order')
    op.drop_index(op.f('ix_purchase_order_created_by_id'), table_name='purchase_order')
    op.drop_table('purchase_order')
    op.drop_index(op.f('ix_period_closed_by_id'), table_name='period')
    op.drop_table('period')
    op.drop_index(op.f('ix_patient_state'), table_name='patient')
    op.drop_index(op.f('ix_patient_registered_at'), table_name='patient')
    op.drop_index(op.f('ix_patient_region_code'), table_name='patient')
    op.drop_index('ix_patient_name', table_name='patient')
    op.drop_index(op.f('ix_patient_merged_into_id'), table_name='patient')
    op.drop_index(op.f('ix_patient_guardian_id'), table_name='patient')
    op.drop_table('patient')
    op.drop_index('ix_notice_waits', table_name='notice', sqlite_where=sa.text('waits AND read_at IS NULL'), postgresql_where=sa.text('waits AND read_at IS NULL'))
    op.drop_index('ix_notice_user_id_created_at', table_name='notice')
    op.drop_index('ix_notice_unread', table_name='notice', sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
    op.drop_table('notice')
    op.drop_index(op.f('ix_list_import_uploaded_by_id'), table_name='list_import')
    op.drop_index(op.f('ix_list_import_reversed_by_id'), table_name='list_import')
    op.drop_index(op.f('ix_list_import_applied_by_id'), table_name='list_import')
    op.drop_table('list_import')
    op.drop_index(op.f('ix_employee_work_unit_id'), table_name='employee')
    op.drop_index(op.f('ix_employee_name'), table_name='employee')
    op.drop_table('employee')
    op.drop_index(op.f('ix_document_event_user_id'), table_name='document_event')
    op.drop_index('ix_document_event_document', table_name='document_event')
    op.drop_table('document_event')
    op.drop_index('uq_depreciation_run_living_period', table_name='depreciation_run', sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
    op.drop_index('ix_depreciation_run_state_run_on', table_name='depreciation_run')
    op.drop_index(op.f('ix_depreciation_run_state'), table_name='depreciation_run')
    op.drop_index(op.f('ix_depreciation_run_created_by_id'), table_name='depreciation_run')
    op.drop_table('depreciation_run')
    op.drop_index(op.f('ix_comment_user_id'), table_name='comment')
    op.drop_index('ix_comment_document', table_name='comment')
    op.drop_table('comment')
    op.drop_index(op.f('ix_class_facility_room_class_id'), table_name='class_facility')
    op.drop_index(op.f('ix_class_facility_item_id'), table_name='class_facility')
    op.drop_index(op.f('ix_class_facility_asset_model_id'), table_name='class_facility')
    op.drop_table('class_facility')
    op.drop_index(op.f('ix_attachment_user_id'), table_name='attachment')
    op.drop_index('ix_attachment_document', table_name='attachment')
    op.drop_table('attachment')
    op.drop_index(op.f('ix_asset_procurement_vendor_id'), table_name='asset_procurement')
    op.drop_index('ix_asset_procurement_state_procured_on', table_name='asset_procurement')
    op.drop_index(op.f('ix_asset_procurement_state'), table_name='asset_procurement')
    op.drop_index(op.f('ix_asset_procurement_created_by_id'), table_name='asset_procurement')
    op.drop_table('asset_procurement')
    op.drop_index(op.f('ix_asset_plan_work_unit_id'), table_name='asset_plan')
    op.drop_index('ix_asset_plan_state_planned_on', table_name='asset_plan')
    op.drop_index(op.f('ix_asset_plan_state'), table_name='asset_plan')
    op.drop_index(op.f('ix_asset_plan_created_by_id'), table_name='asset_plan')
    op.drop_table('asset_plan')
    op.drop_index('ix_asset_disposal_state_disposed_on', table_name='asset_disposal')
    op.drop_index(op.f('ix_asset_disposal_state'), table_name='asset_disposal')
    op.drop_index(op.f('ix_asset_disposal_created_by_id'), table_name='asset_disposal')
    op.drop_index(op.f('ix_asset_disposal_account_id'), table_name='asset_disposal')
    op.drop_table('asset_disposal')
    op.drop_index('ix_asset_auction_state_auctioned_on', table_name='asset_auction')
    op.drop_index(op.f('ix_asset_auction_state'), table_name='asset_auction')
    op.drop_index(op.f('ix_asset_auction_created_by_id'), table_name='asset_auction')
    op.drop_index(op.f('ix_asset_auction_account_id'), table_name='asset_auction')
    op.drop_table('asset_auction')
    op.drop_index(op.f('ix_api_token_user_id'), table_name='api_token')
    op.drop_table('api_token')
    op.drop_index(op.f('ix_api_answer_created_at'), table_name='api_answer')
    op.drop_table('api_answer')
    op.drop_index(op.f('ix_activity_log_user_id'), table_name='activity_log')
    op.drop_index('ix_activity_log_row', table_name='activity_log')
    op.drop_index(op.f('ix_activity_log_occurred_at'), table_name='activity_log')
    op.drop_index(op.f('ix_activity_log_activity'), table_name='activity_log')
    op.drop_table('activity_log')
    op.drop_index(op.f('ix_account_identity_user_id'), table_name='account_identity')
    op.drop_table('account_identity')
    op.drop_index('uq_user_email_lower', table_name='user')
    op.drop_index(op.f('ix_user_work_unit_id'), table_name='user')
    op.drop_table('user')
    op.drop_table('unit_conversion')
    op.drop_index(op.f('ix_store_work_unit_id'), table_name='store')
    op.drop_table('store')
    op.drop_index(op.f('ix_stock_batch_expires_on'), table_name='stock_batch')
    op.drop_table('stock_batch')
    op.drop_index(op.f('ix_building_land_id'), table_name='building')
    op.drop_index(op.f('ix_building_account_id'), table_name='building')
    op.drop_table('building')
    op.drop_index(op.f('ix_asset_model_name'), table_name='asset_model')
    op.drop_index(op.f('ix_asset_model_asset_type_id'), table_name='asset_model')
    op.drop_table('asset_model')
    op.drop_index(op.f('ix_work_unit_account_id'), table_name='work_unit')
    op.drop_table('work_unit')
    op.drop_index(op.f('ix_land_account_id'), table_name='land')
    op.drop_table('land')
    op.drop_index(op.f('ix_item_name'), table_name='item')
    op.drop_index(op.f('ix_item_category_id'), table_name='item')
    op.drop_index(op.f('ix_item_bmn_code'), table_name='item')
    op.drop_table('item')
    op.drop_index(op.f('ix_asset_type_expense_account_id'), table_name='asset_type')
    op.drop_index(op.f('ix_asset_type_accumulated_account_id'), table_name='asset_type')
    op.drop_index(op.f('ix_asset_type_account_id'), table_name='asset_type')
    op.drop_table('asset_type')
    op.drop_index(op.f('ix_vendor_name'), table_name='vendor')
    op.drop_table('vendor')
    op.drop_table('supplier')
    op.drop_table('specialization')
    op.drop_table('setting')
    op.drop_table('room_class')
    op.drop_index('ix_region_parent_name', table_name='region')
    op.drop_table('region')
    op.drop_table('number_counter')
    op.drop_table('job_run')
    op.drop_table('item_category')
    op.drop_index(op.f('ix_holiday_on'), table_name='holiday')
    op.drop_table('holiday')
    op.drop_table('document_number')
    op.drop_table('code_list')
    op.drop_index(op.f('ix_account_name'), table_name='account')
    op.drop_table('account')
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change(), refuse_line_insert(), refuse_line_change(), activity_head()")
