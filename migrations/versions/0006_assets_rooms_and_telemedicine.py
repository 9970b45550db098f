"""assets rooms and telemedicine

Revision ID: 0006_d060ce6253ac
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_d060ce6253ac'
down_revision = '0005_34af03442177'
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
    drop_rules('0005', '0006')
    op.create_table('model_part',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_model_id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('minimum', exact(14, 3), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_model_part_status_known')),
    sa.CheckConstraint('minimum >= 0', name=op.f('ck_model_part_minimum_not_negative')),
    sa.ForeignKeyConstraint(['asset_model_id'], ['asset_model.id'], name=op.f('fk_model_part_asset_model_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_model_part_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_part')),
    sa.UniqueConstraint('asset_model_id', 'item_id', name=op.f('uq_model_part_asset_model_id_item_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_model_part_item_id'), 'model_part', ['item_id'], unique=False)
    op.create_table('service_contract',
    sa.Column('id', KEY, nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('vendor_id', KEY, nullable=False),
    sa.Column('asset_model_id', KEY, nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('covers', sa.Text(), nullable=False),
    sa.Column('annual_cost', exact(18, 2), nullable=False),
    sa.Column('status', sa.String(32), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_service_contract_status_known')),
    sa.CheckConstraint('annual_cost >= 0', name=op.f('ck_service_contract_annual_cost_not_negative')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_service_contract_ends_after_start')),
    sa.ForeignKeyConstraint(['asset_model_id'], ['asset_model.id'], name=op.f('fk_service_contract_asset_model_id')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_service_contract_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_contract')),
    sa.UniqueConstraint('vendor_id', 'number', name=op.f('uq_service_contract_vendor_id_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_service_contract_asset_model_id'), 'service_contract', ['asset_model_id'], unique=False)
    op.create_index('ix_service_contract_ends_on', 'service_contract', ['ends_on'], unique=False)
    op.create_index(op.f('ix_service_contract_vendor_id'), 'service_contract', ['vendor_id'], unique=False)
    op.create_table('meter_reading',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.Column('read_on', sa.Date(), nullable=False),
    sa.Column('value', exact(14, 3), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('user_id', KEY, nullable=False),
    sa.CheckConstraint('value >= 0', name=op.f('ck_meter_reading_value_not_negative')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_meter_reading_asset_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_meter_reading_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meter_reading')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_meter_reading_asset_read_on', 'meter_reading', ['asset_id', 'read_on'], unique=False)
    op.create_table('service_contract_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('service_contract_id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_service_contract_line_asset_id')),
    sa.ForeignKeyConstraint(['service_contract_id'], ['service_contract.id'], name=op.f('fk_service_contract_line_service_contract_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_contract_line')),
    sa.UniqueConstraint('service_contract_id', 'asset_id', name=op.f('uq_service_contract_line_service_contract_id_asset_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_service_contract_line_asset_id'), 'service_contract_line', ['asset_id'], unique=False)
    op.create_index(op.f('ix_service_contract_line_service_contract_id'), 'service_contract_line', ['service_contract_id'], unique=False)
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
    op.add_column('room', sa.Column('qr_code', sa.String(length=32), nullable=True))
    op.add_column('inpatient_room', sa.Column('qr_code', sa.String(length=32), nullable=True))
    op.add_column('bed', sa.Column('qr_code', sa.String(length=32), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('every_weeks', sa.Integer(), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('every_days', sa.Integer(), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('every_meter', exact(14, 3), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('fixed_from', sa.Date(), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('checklist', sa.Text(), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('next_due_meter', exact(14, 3), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('not_before', sa.Date(), nullable=True))
    op.add_column('maintenance', sa.Column('approved_cost', exact(18, 2), nullable=True))
    op.add_column('maintenance', sa.Column('order_again_on', sa.Date(), nullable=True))
    op.add_column('maintenance', sa.Column('down_since', MOMENT, nullable=True))
    op.add_column('maintenance_line', sa.Column('room_id', KEY, nullable=True))
    op.add_column('maintenance_line', sa.Column('inpatient_room_id', KEY, nullable=True))
    op.add_column('maintenance_line', sa.Column('bed_id', KEY, nullable=True))
    op.add_column('maintenance_line', sa.Column('condition_before', sa.String(32), nullable=True))
    op.add_column('maintenance_line', sa.Column('checklist', sa.Text(), nullable=True))
    op.add_column('maintenance_line', sa.Column('checklist_done', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('maintenance_line', sa.Column('took_out', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('maintenance_line', sa.Column('asset_disposal_id', KEY, nullable=True))
    op.add_column('calibration', sa.Column('is_superseded', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    if on_postgresql():
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_months_positive')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_lead_days_not_negative')
        drop_constraint('maintenance_line', 'ck_maintenance_line_state_known')
        drop_constraint('maintenance_line', 'ck_maintenance_line_one_thing')
    run_rows('rows')
    if on_postgresql():
        op.create_unique_constraint(op.f('uq_room_qr_code'), 'room', ['qr_code'])
        op.create_unique_constraint(op.f('uq_inpatient_room_qr_code'), 'inpatient_room', ['qr_code'])
        op.create_unique_constraint(op.f('uq_bed_qr_code'), 'bed', ['qr_code'])
        op.alter_column('maintenance_schedule', 'every_months', type_=sa.Integer(), nullable=True)
        op.alter_column('maintenance_schedule', 'next_due_on', type_=sa.Date(), nullable=True)
        op.create_check_constraint(op.f('ck_maintenance_schedule_one_interval'), 'maintenance_schedule', '(CASE WHEN every_months IS NULL THEN 0 ELSE 1 END) + (CASE WHEN every_weeks IS NULL THEN 0 ELSE 1 END) + (CASE WHEN every_days IS NULL THEN 0 ELSE 1 END) <= 1')
        op.create_check_constraint(op.f('ck_maintenance_schedule_every_days_sane'), 'maintenance_schedule', 'every_days BETWEEN 1 AND 3650')
        op.create_check_constraint(op.f('ck_maintenance_schedule_every_months_sane'), 'maintenance_schedule', 'every_months BETWEEN 1 AND 240')
        op.create_check_constraint(op.f('ck_maintenance_schedule_some_interval'), 'maintenance_schedule', 'every_months IS NOT NULL OR every_weeks IS NOT NULL OR every_days IS NOT NULL OR every_meter IS NOT NULL')
        op.create_check_constraint(op.f('ck_maintenance_schedule_every_weeks_sane'), 'maintenance_schedule', 'every_weeks BETWEEN 1 AND 520')
        op.create_check_constraint(op.f('ck_maintenance_schedule_lead_days_sane'), 'maintenance_schedule', 'lead_days BETWEEN 0 AND 365')
        op.create_check_constraint(op.f('ck_maintenance_schedule_due_some_day'), 'maintenance_schedule', 'next_due_on IS NOT NULL OR every_meter IS NOT NULL')
        op.create_check_constraint(op.f('ck_maintenance_schedule_every_meter_sane'), 'maintenance_schedule', by_dialect(sqlite='every_meter > 0 AND every_meter <= 10000000000', postgresql='every_meter > 0.000 AND every_meter <= 10000000.000'))
        op.create_check_constraint(op.f('ck_maintenance_approved_cost_not_negative'), 'maintenance', 'approved_cost >= 0')
        op.create_check_constraint(op.f('ck_maintenance_line_condition_before_known'), 'maintenance_line', "condition_before IN ('good', 'slightly_damaged', 'badly_damaged')")
        op.create_check_constraint(op.f('ck_maintenance_line_state_known'), 'maintenance_line', "state IN ('planned', 'in_progress', 'done', 'failed', 'dropped')")
        op.create_check_constraint(op.f('ck_maintenance_line_one_thing'), 'maintenance_line', '(CASE WHEN asset_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN bed_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN inpatient_room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN building_id IS NULL THEN 0 ELSE 1 END) = 1')
        op.create_foreign_key(op.f('fk_maintenance_line_asset_disposal_id'), 'maintenance_line', 'asset_disposal', ['asset_disposal_id'], ['id'])
        op.create_foreign_key(op.f('fk_maintenance_line_bed_id'), 'maintenance_line', 'bed', ['bed_id'], ['id'])
        op.create_foreign_key(op.f('fk_maintenance_line_inpatient_room_id'), 'maintenance_line', 'inpatient_room', ['inpatient_room_id'], ['id'])
        op.create_foreign_key(op.f('fk_maintenance_line_room_id'), 'maintenance_line', 'room', ['room_id'], ['id'])
        op.create_index(op.f('ix_maintenance_line_asset_disposal_id'), 'maintenance_line', ['asset_disposal_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_bed_id'), 'maintenance_line', ['bed_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_inpatient_room_id'), 'maintenance_line', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_room_id'), 'maintenance_line', ['room_id'], unique=False)
    if not on_postgresql():
        set_aside('room', ['ix_room_account_id', 'ix_room_building_id', 'ix_room_state', 'ix_room_work_unit_id'])
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
        sa.Column('qr_code', sa.String(length=32), nullable=True),
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
        sa.UniqueConstraint('qr_code', name=op.f('uq_room_qr_code')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_room_account_id'), 'room', ['account_id'], unique=False)
        op.create_index(op.f('ix_room_building_id'), 'room', ['building_id'], unique=False)
        op.create_index(op.f('ix_room_state'), 'room', ['state'], unique=False)
        op.create_index(op.f('ix_room_work_unit_id'), 'room', ['work_unit_id'], unique=False)
        take_back('room', ['id', 'code', 'building_id', 'name', 'kind', 'account_id', 'area', 'condition', 'state', 'floor', 'work_unit_id', 'qr_code', 'version'])
    if not on_postgresql():
        set_aside('inpatient_room', ['ix_inpatient_room_room_class_id', 'ix_inpatient_room_state', 'ix_inpatient_room_ward_id'])
        op.create_table('inpatient_room',
        sa.Column('id', KEY, nullable=False),
        sa.Column('ward_id', KEY, nullable=False),
        sa.Column('room_class_id', KEY, nullable=False),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('area', exact(12, 2), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('is_isolation', sa.Boolean(), nullable=False),
        sa.Column('floor', sa.Integer(), nullable=False),
        sa.Column('qr_code', sa.String(length=32), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('ready', 'occupied', 'needs_cleaning', 'cleaning', 'out_of_service')", name=op.f('ck_inpatient_room_state_known')),
        sa.CheckConstraint('area > 0', name=op.f('ck_inpatient_room_area_positive')),
        sa.ForeignKeyConstraint(['room_class_id'], ['room_class.id'], name=op.f('fk_inpatient_room_room_class_id')),
        sa.ForeignKeyConstraint(['ward_id'], ['ward.id'], name=op.f('fk_inpatient_room_ward_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_inpatient_room')),
        sa.UniqueConstraint('qr_code', name=op.f('uq_inpatient_room_qr_code')),
        sa.UniqueConstraint('ward_id', 'number', name=op.f('uq_inpatient_room_ward_id_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_inpatient_room_room_class_id'), 'inpatient_room', ['room_class_id'], unique=False)
        op.create_index(op.f('ix_inpatient_room_state'), 'inpatient_room', ['state'], unique=False)
        op.create_index(op.f('ix_inpatient_room_ward_id'), 'inpatient_room', ['ward_id'], unique=False)
        take_back('inpatient_room', ['id', 'ward_id', 'room_class_id', 'number', 'area', 'state', 'is_isolation', 'floor', 'qr_code', 'version'])
    if not on_postgresql():
        set_aside('bed', ['ix_bed_inpatient_room_id', 'ix_bed_state'])
        op.create_table('bed',
        sa.Column('id', KEY, nullable=False),
        sa.Column('inpatient_room_id', KEY, nullable=False),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('state_since', MOMENT, nullable=False),
        sa.Column('guest', sa.String(length=40), nullable=True),
        sa.Column('cleaning_due', sa.String(32), nullable=True),
        sa.Column('qr_code', sa.String(length=32), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("cleaning_due IN ('routine', 'terminal', 'isolation')", name=op.f('ck_bed_cleaning_due_known')),
        sa.CheckConstraint("state IN ('ready', 'occupied', 'needs_cleaning', 'cleaning', 'needs_inspection', 'out_of_service')", name=op.f('ck_bed_state_known')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_bed_inpatient_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bed')),
        sa.UniqueConstraint('inpatient_room_id', 'number', name=op.f('uq_bed_inpatient_room_id_number')),
        sa.UniqueConstraint('qr_code', name=op.f('uq_bed_qr_code')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_bed_inpatient_room_id'), 'bed', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_bed_state'), 'bed', ['state'], unique=False)
        take_back('bed', ['id', 'inpatient_room_id', 'number', 'state', 'state_since', 'guest', 'cleaning_due', 'qr_code', 'version'])
    if not on_postgresql():
        set_aside('maintenance_schedule', ['ix_maintenance_schedule_asset_id', 'ix_maintenance_schedule_next_due_on', 'ix_maintenance_schedule_vendor_id'])
        op.create_table('maintenance_schedule',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('every_months', sa.Integer(), nullable=True),
        sa.Column('every_weeks', sa.Integer(), nullable=True),
        sa.Column('every_days', sa.Integer(), nullable=True),
        sa.Column('every_meter', exact(14, 3), nullable=True),
        sa.Column('fixed_from', sa.Date(), nullable=True),
        sa.Column('lead_days', sa.Integer(), nullable=False),
        sa.Column('vendor_id', KEY, nullable=True),
        sa.Column('estimated_cost', exact(18, 2), server_default='0', nullable=False),
        sa.Column('checklist', sa.Text(), nullable=True),
        sa.Column('last_done_on', sa.Date(), nullable=True),
        sa.Column('next_due_on', sa.Date(), nullable=True),
        sa.Column('next_due_meter', exact(14, 3), nullable=True),
        sa.Column('ordered_for', sa.Date(), nullable=True),
        sa.Column('not_before', sa.Date(), nullable=True),
        sa.Column('status', sa.String(32), nullable=False),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind IN ('preventive', 'calibration')", name=op.f('ck_maintenance_schedule_kind_known')),
        sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_maintenance_schedule_status_known')),
        sa.CheckConstraint('(CASE WHEN every_months IS NULL THEN 0 ELSE 1 END) + (CASE WHEN every_weeks IS NULL THEN 0 ELSE 1 END) + (CASE WHEN every_days IS NULL THEN 0 ELSE 1 END) <= 1', name=op.f('ck_maintenance_schedule_one_interval')),
        sa.CheckConstraint('estimated_cost >= 0', name=op.f('ck_maintenance_schedule_estimated_cost_not_negative')),
        sa.CheckConstraint('every_days BETWEEN 1 AND 3650', name=op.f('ck_maintenance_schedule_every_days_sane')),
        sa.CheckConstraint('every_months BETWEEN 1 AND 240', name=op.f('ck_maintenance_schedule_every_months_sane')),
        sa.CheckConstraint('every_months IS NOT NULL OR every_weeks IS NOT NULL OR every_days IS NOT NULL OR every_meter IS NOT NULL', name=op.f('ck_maintenance_schedule_some_interval')),
        sa.CheckConstraint('every_weeks BETWEEN 1 AND 520', name=op.f('ck_maintenance_schedule_every_weeks_sane')),
        sa.CheckConstraint('lead_days BETWEEN 0 AND 365', name=op.f('ck_maintenance_schedule_lead_days_sane')),
        sa.CheckConstraint('next_due_on IS NOT NULL OR every_meter IS NOT NULL', name=op.f('ck_maintenance_schedule_due_some_day')),
        sa.CheckConstraint(by_dialect(sqlite='every_meter > 0 AND every_meter <= 10000000000', postgresql='every_meter > 0.000 AND every_meter <= 10000000.000'), name=op.f('ck_maintenance_schedule_every_meter_sane')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_maintenance_schedule_asset_id')),
        sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_maintenance_schedule_vendor_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_schedule')),
        sa.UniqueConstraint('asset_id', 'kind', 'name', name=op.f('uq_maintenance_schedule_asset_id_kind_name')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_maintenance_schedule_asset_id'), 'maintenance_schedule', ['asset_id'], unique=False)
        op.create_index('ix_maintenance_schedule_next_due_on', 'maintenance_schedule', ['next_due_on'], unique=False)
        op.create_index(op.f('ix_maintenance_schedule_vendor_id'), 'maintenance_schedule', ['vendor_id'], unique=False)
        take_back('maintenance_schedule', ['id', 'asset_id', 'kind', 'name', 'every_months', 'every_weeks', 'every_days', 'every_meter', 'fixed_from', 'lead_days', 'vendor_id', 'estimated_cost', 'checklist', 'last_done_on', 'next_due_on', 'next_due_meter', 'ordered_for', 'not_before', 'status', 'version'])
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
        set_aside('maintenance_line', ['ix_maintenance_line_asset_id', 'ix_maintenance_line_building_id', 'ix_maintenance_line_employee_id', 'ix_maintenance_line_maintenance_id', 'ix_maintenance_line_state'])
        op.create_table('maintenance_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('maintenance_id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=True),
        sa.Column('building_id', KEY, nullable=True),
        sa.Column('room_id', KEY, nullable=True),
        sa.Column('inpatient_room_id', KEY, nullable=True),
        sa.Column('bed_id', KEY, nullable=True),
        sa.Column('employee_id', KEY, nullable=True),
        sa.Column('quantity', sa.Integer(), nullable=False),
        sa.Column('cost', exact(18, 2), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('fault', sa.Text(), nullable=True),
        sa.Column('result', sa.Text(), nullable=True),
        sa.Column('condition_before', sa.String(32), nullable=True),
        sa.Column('condition_after', sa.String(32), nullable=True),
        sa.Column('next_due_on', sa.Date(), nullable=True),
        sa.Column('checklist', sa.Text(), nullable=True),
        sa.Column('checklist_done', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('took_out', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('asset_disposal_id', KEY, nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("condition_after IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_maintenance_line_condition_after_known')),
        sa.CheckConstraint("condition_before IN ('good', 'slightly_damaged', 'badly_damaged')", name=op.f('ck_maintenance_line_condition_before_known')),
        sa.CheckConstraint("state IN ('planned', 'in_progress', 'done', 'failed', 'dropped')", name=op.f('ck_maintenance_line_state_known')),
        sa.CheckConstraint('(CASE WHEN asset_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN bed_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN inpatient_room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN building_id IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('ck_maintenance_line_one_thing')),
        sa.CheckConstraint('cost >= 0', name=op.f('ck_maintenance_line_cost_not_negative')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_maintenance_line_quantity_positive')),
        sa.ForeignKeyConstraint(['asset_disposal_id'], ['asset_disposal.id'], name=op.f('fk_maintenance_line_asset_disposal_id')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_maintenance_line_asset_id')),
        sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_maintenance_line_bed_id')),
        sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_maintenance_line_building_id')),
        sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_maintenance_line_employee_id')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_maintenance_line_inpatient_room_id')),
        sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance.id'], name=op.f('fk_maintenance_line_maintenance_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_maintenance_line_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_maintenance_line_asset_disposal_id'), 'maintenance_line', ['asset_disposal_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_asset_id'), 'maintenance_line', ['asset_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_bed_id'), 'maintenance_line', ['bed_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_building_id'), 'maintenance_line', ['building_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_employee_id'), 'maintenance_line', ['employee_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_inpatient_room_id'), 'maintenance_line', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_maintenance_id'), 'maintenance_line', ['maintenance_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_room_id'), 'maintenance_line', ['room_id'], unique=False)
        op.create_index(op.f('ix_maintenance_line_state'), 'maintenance_line', ['state'], unique=False)
        take_back('maintenance_line', ['id', 'maintenance_id', 'asset_id', 'building_id', 'room_id', 'inpatient_room_id', 'bed_id', 'employee_id', 'quantity', 'cost', 'state', 'fault', 'result', 'condition_before', 'condition_after', 'next_due_on', 'checklist', 'checklist_done', 'took_out', 'asset_disposal_id', 'version'])
    if not on_postgresql():
        set_aside('calibration', ['ix_calibration_asset_id', 'ix_calibration_maintenance_line_id', 'ix_calibration_valid_until', 'ix_calibration_vendor_id'])
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
        sa.Column('is_superseded', sa.Boolean(), server_default=sa.text('false'), nullable=False),
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
        take_back('calibration', ['id', 'asset_id', 'calibrated_on', 'valid_until', 'result', 'certificate_number', 'vendor_id', 'maintenance_line_id', 'cost', 'note', 'is_superseded', 'version'])
    make_rules('0006', '0005')


def downgrade() -> None:
    drop_rules('0006', '0005')
    op.drop_index('ix_maintenance_line_asset_disposal_id', table_name='maintenance_line')
    op.drop_index('ix_maintenance_line_bed_id', table_name='maintenance_line')
    op.drop_index('ix_maintenance_line_inpatient_room_id', table_name='maintenance_line')
    op.drop_index('ix_maintenance_line_room_id', table_name='maintenance_line')
    if on_postgresql():
        drop_constraint('room', 'uq_room_qr_code')
        drop_constraint('inpatient_room', 'uq_inpatient_room_qr_code')
        drop_constraint('bed', 'uq_bed_qr_code')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_one_interval')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_days_sane')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_months_sane')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_some_interval')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_weeks_sane')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_lead_days_sane')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_due_some_day')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_meter_sane')
        drop_constraint('maintenance', 'ck_maintenance_approved_cost_not_negative')
        drop_constraint('maintenance_line', 'ck_maintenance_line_condition_before_known')
        drop_constraint('maintenance_line', 'ck_maintenance_line_state_known')
        drop_constraint('maintenance_line', 'ck_maintenance_line_one_thing')
        drop_constraint('maintenance_line', 'fk_maintenance_line_asset_disposal_id')
        drop_constraint('maintenance_line', 'fk_maintenance_line_bed_id')
        drop_constraint('maintenance_line', 'fk_maintenance_line_inpatient_room_id')
        drop_constraint('maintenance_line', 'fk_maintenance_line_room_id')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('room', 'qr_code')
        op.drop_column('inpatient_room', 'qr_code')
        op.drop_column('bed', 'qr_code')
        op.alter_column('maintenance_schedule', 'every_months', type_=sa.Integer(), nullable=False)
        op.alter_column('maintenance_schedule', 'next_due_on', type_=sa.Date(), nullable=False)
        op.drop_column('maintenance_schedule', 'every_weeks')
        op.drop_column('maintenance_schedule', 'every_days')
        op.drop_column('maintenance_schedule', 'every_meter')
        op.drop_column('maintenance_schedule', 'fixed_from')
        op.drop_column('maintenance_schedule', 'checklist')
        op.drop_column('maintenance_schedule', 'next_due_meter')
        op.drop_column('maintenance_schedule', 'not_before')
        op.create_check_constraint(op.f('ck_maintenance_schedule_every_months_positive'), 'maintenance_schedule', 'every_months > 0')
        op.create_check_constraint(op.f('ck_maintenance_schedule_lead_days_not_negative'), 'maintenance_schedule', 'lead_days >= 0')
        op.drop_column('maintenance', 'approved_cost')
        op.drop_column('maintenance', 'order_again_on')
        op.drop_column('maintenance', 'down_since')
        op.drop_column('maintenance_line', 'room_id')
        op.drop_column('maintenance_line', 'inpatient_room_id')
        op.drop_column('maintenance_line', 'bed_id')
        op.drop_column('maintenance_line', 'condition_before')
        op.drop_column('maintenance_line', 'checklist')
        op.drop_column('maintenance_line', 'checklist_done')
        op.drop_column('maintenance_line', 'took_out')
        op.drop_column('maintenance_line', 'asset_disposal_id')
        op.create_check_constraint(op.f('ck_maintenance_line_state_known'), 'maintenance_line', "state IN ('planned', 'in_progress', 'done', 'failed')")
        op.create_check_constraint(op.f('ck_maintenance_line_one_thing'), 'maintenance_line', '(asset_id IS NULL) <> (building_id IS NULL)')
        op.drop_column('calibration', 'is_superseded')
    if not on_postgresql():
        set_aside('room', ['ix_room_account_id', 'ix_room_building_id', 'ix_room_state', 'ix_room_work_unit_id'])
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
        take_back('room', ['id', 'code', 'building_id', 'name', 'kind', 'account_id', 'area', 'condition', 'state', 'floor', 'work_unit_id', 'version'])
    if not on_postgresql():
        set_aside('inpatient_room', ['ix_inpatient_room_room_class_id', 'ix_inpatient_room_state', 'ix_inpatient_room_ward_id'])
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
        take_back('inpatient_room', ['id', 'ward_id', 'room_class_id', 'number', 'area', 'state', 'is_isolation', 'floor', 'version'])
    if not on_postgresql():
        set_aside('bed', ['ix_bed_inpatient_room_id', 'ix_bed_state'])
        op.create_table('bed',
        sa.Column('id', KEY, nullable=False),
        sa.Column('inpatient_room_id', KEY, nullable=False),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('state_since', MOMENT, nullable=False),
        sa.Column('guest', sa.String(length=40), nullable=True),
        sa.Column('cleaning_due', sa.String(32), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("cleaning_due IN ('routine', 'terminal', 'isolation')", name=op.f('ck_bed_cleaning_due_known')),
        sa.CheckConstraint("state IN ('ready', 'occupied', 'needs_cleaning', 'cleaning', 'needs_inspection', 'out_of_service')", name=op.f('ck_bed_state_known')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_bed_inpatient_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bed')),
        sa.UniqueConstraint('inpatient_room_id', 'number', name=op.f('uq_bed_inpatient_room_id_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_bed_inpatient_room_id'), 'bed', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_bed_state'), 'bed', ['state'], unique=False)
        take_back('bed', ['id', 'inpatient_room_id', 'number', 'state', 'state_since', 'guest', 'cleaning_due', 'version'])
    if not on_postgresql():
        set_aside('maintenance_schedule', ['ix_maintenance_schedule_asset_id', 'ix_maintenance_schedule_next_due_on', 'ix_maintenance_schedule_vendor_id'])
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
        take_back('maintenance_schedule', ['id', 'asset_id', 'kind', 'name', 'every_months', 'lead_days', 'vendor_id', 'estimated_cost', 'last_done_on', 'next_due_on', 'ordered_for', 'status', 'version'])
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
        take_back('maintenance', ['id', 'created_by_id', 'account_id', 'requested_on', 'state', 'kind', 'work_unit_id', 'vendor_id', 'maintenance_schedule_id', 'estimated_cost', 'started_at', 'finished_at', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('maintenance_line', ['ix_maintenance_line_asset_id', 'ix_maintenance_line_building_id', 'ix_maintenance_line_employee_id', 'ix_maintenance_line_maintenance_id', 'ix_maintenance_line_state'])
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
        take_back('maintenance_line', ['id', 'maintenance_id', 'asset_id', 'building_id', 'employee_id', 'quantity', 'cost', 'state', 'fault', 'result', 'condition_after', 'next_due_on', 'version'])
    if not on_postgresql():
        set_aside('calibration', ['ix_calibration_asset_id', 'ix_calibration_maintenance_line_id', 'ix_calibration_valid_until', 'ix_calibration_vendor_id'])
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
        take_back('calibration', ['id', 'asset_id', 'calibrated_on', 'valid_until', 'result', 'certificate_number', 'vendor_id', 'maintenance_line_id', 'cost', 'note', 'version'])
    op.drop_index('ix_fault_report_answer_due_at', table_name='fault_report')
    op.drop_index('ix_fault_report_asset_id', table_name='fault_report')
    op.drop_index('ix_fault_report_bed_id', table_name='fault_report')
    op.drop_index('ix_fault_report_building_id', table_name='fault_report')
    op.drop_index('ix_fault_report_created_by_id', table_name='fault_report')
    op.drop_index('ix_fault_report_inpatient_room_id', table_name='fault_report')
    op.drop_index('ix_fault_report_maintenance_id', table_name='fault_report')
    op.drop_index('ix_fault_report_open_bed', table_name='fault_report')
    op.drop_index('ix_fault_report_room_id', table_name='fault_report')
    op.drop_index('ix_fault_report_state', table_name='fault_report')
    op.drop_table('fault_report')
    op.drop_index('ix_service_contract_line_asset_id', table_name='service_contract_line')
    op.drop_index('ix_service_contract_line_service_contract_id', table_name='service_contract_line')
    op.drop_table('service_contract_line')
    op.drop_index('ix_meter_reading_asset_read_on', table_name='meter_reading')
    op.drop_table('meter_reading')
    op.drop_index('ix_service_contract_asset_model_id', table_name='service_contract')
    op.drop_index('ix_service_contract_ends_on', table_name='service_contract')
    op.drop_index('ix_service_contract_vendor_id', table_name='service_contract')
    op.drop_table('service_contract')
    op.drop_index('ix_model_part_item_id', table_name='model_part')
    op.drop_table('model_part')
    make_rules('0005', '0006')
