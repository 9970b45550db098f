"""assets rooms and telemedicine

Revision ID: 0006_7fb7f0e76b8a
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_7fb7f0e76b8a'
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
    op.create_table('drug_interaction',
    sa.Column('id', KEY, nullable=False),
    sa.Column('first', sa.String(length=200), nullable=False),
    sa.Column('second', sa.String(length=200), nullable=False),
    sa.Column('severity', sa.String(32), nullable=False),
    sa.Column('effect', sa.String(length=200), nullable=False),
    sa.Column('effect_en', sa.String(length=200), nullable=True),
    sa.Column('source', sa.String(length=200), nullable=True),
    sa.Column('status', sa.String(32), server_default='active', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("severity IN ('contraindicated', 'major', 'moderate', 'minor')", name=op.f('ck_drug_interaction_severity_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_drug_interaction_status_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drug_interaction')),
    sa.UniqueConstraint('first', 'second', name=op.f('uq_drug_interaction_first_second')),
    sqlite_autoincrement=True
    )
    op.create_table('medicine_name',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('substances', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(32), server_default='brand', nullable=False),
    sa.Column('source', sa.String(length=200), nullable=True),
    sa.Column('status', sa.String(32), server_default='active', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('brand', 'abbreviation', 'spelling')", name=op.f('ck_medicine_name_kind_known')),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_medicine_name_status_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_medicine_name')),
    sa.UniqueConstraint('name', name=op.f('uq_medicine_name_name')),
    sqlite_autoincrement=True
    )
    op.create_table('substance',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=True),
    sa.Column('class_name', sa.String(length=200), nullable=False),
    sa.Column('class_name_en', sa.String(length=200), nullable=True),
    sa.Column('allergy_groups', sa.String(length=200), nullable=True),
    sa.Column('interaction_classes', sa.String(length=200), nullable=True),
    sa.Column('source', sa.String(length=200), nullable=True),
    sa.Column('status', sa.String(32), server_default='active', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_substance_status_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_substance')),
    sa.UniqueConstraint('name', name=op.f('uq_substance_name')),
    sqlite_autoincrement=True
    )
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
    op.create_table('form_draft',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('form', sa.String(length=40), nullable=False),
    sa.Column('about', sa.String(length=40), nullable=False),
    sa.Column('fields', sa.Text(), nullable=False),
    sa.Column('saved_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_form_draft_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_draft')),
    sa.UniqueConstraint('user_id', 'form', 'about', name=op.f('uq_form_draft_user_id_form_about')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_form_draft_saved_at'), 'form_draft', ['saved_at'], unique=False)
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
    op.create_table('patient_allergy',
    sa.Column('id', KEY, nullable=False),
    sa.Column('patient_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('names', sa.String(length=200), nullable=False),
    sa.Column('said', sa.String(length=200), nullable=False),
    sa.Column('reaction', sa.String(length=200), nullable=True),
    sa.Column('severity', sa.String(32), nullable=False),
    sa.Column('noted_by_id', KEY, nullable=False),
    sa.Column('noted_at', MOMENT, nullable=False),
    sa.Column('ended_by_id', KEY, nullable=True),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('substance', 'group', 'other')", name=op.f('ck_patient_allergy_kind_known')),
    sa.CheckConstraint("severity IN ('unknown', 'mild', 'moderate', 'severe')", name=op.f('ck_patient_allergy_severity_known')),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_by_id IS NULL)', name=op.f('ck_patient_allergy_ended_by_whom')),
    sa.CheckConstraint('ended_at IS NULL OR end_reason IS NOT NULL', name=op.f('ck_patient_allergy_ended_why')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['user.id'], name=op.f('fk_patient_allergy_ended_by_id')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['user.id'], name=op.f('fk_patient_allergy_noted_by_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_patient_allergy_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient_allergy')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_patient_allergy_ended_by_id'), 'patient_allergy', ['ended_by_id'], unique=False)
    op.create_index(op.f('ix_patient_allergy_noted_by_id'), 'patient_allergy', ['noted_by_id'], unique=False)
    op.create_index(op.f('ix_patient_allergy_patient_id'), 'patient_allergy', ['patient_id'], unique=False)
    op.create_table('wall_display',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('ward_id', KEY, nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('created_by_id', KEY, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('seen_at', MOMENT, nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("state IN ('showing', 'revoked')", name=op.f('ck_wall_display_state_known')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_wall_display_created_by_id')),
    sa.ForeignKeyConstraint(['ward_id'], ['ward.id'], name=op.f('fk_wall_display_ward_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wall_display')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_wall_display_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_wall_display_state'), 'wall_display', ['state'], unique=False)
    op.create_index(op.f('ix_wall_display_ward_id'), 'wall_display', ['ward_id'], unique=False)
    op.create_table('doctor_duty',
    sa.Column('id', KEY, nullable=False),
    sa.Column('doctor_id', KEY, nullable=False),
    sa.Column('starts_at', MOMENT, nullable=False),
    sa.Column('ends_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_doctor_duty_ends_after_start')),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_doctor_duty_doctor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_doctor_duty')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_doctor_duty_doctor_id'), 'doctor_duty', ['doctor_id'], unique=False)
    op.create_index('uq_doctor_duty_doctor_id_open', 'doctor_duty', ['doctor_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('follow_up',
    sa.Column('id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_by_id', KEY, nullable=False),
    sa.Column('set_at', MOMENT, nullable=False),
    sa.Column('withdrawn_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_follow_up_consultation_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['user.id'], name=op.f('fk_follow_up_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_follow_up_consultation_id'), 'follow_up', ['consultation_id'], unique=False)
    op.create_index('ix_follow_up_due_on', 'follow_up', ['due_on'], unique=False)
    op.create_index(op.f('ix_follow_up_set_by_id'), 'follow_up', ['set_by_id'], unique=False)
    op.create_index('uq_follow_up_consultation_id_live', 'follow_up', ['consultation_id'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('video_signal',
    sa.Column('id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('side', sa.String(32), nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('call', sa.String(length=40), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('sent_at', MOMENT, nullable=False),
    sa.CheckConstraint("kind IN ('join', 'here', 'offer', 'answer', 'candidates', 'again', 'leave')", name=op.f('ck_video_signal_kind_known')),
    sa.CheckConstraint("side IN ('patient', 'doctor')", name=op.f('ck_video_signal_side_known')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_video_signal_consultation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_video_signal')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_video_signal_consultation_id_id', 'video_signal', ['consultation_id', 'id'], unique=False)
    op.create_index('ix_video_signal_sent_at', 'video_signal', ['sent_at'], unique=False)
    op.create_table('vital_sign',
    sa.Column('id', KEY, nullable=False),
    sa.Column('patient_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('value', exact(6, 1), nullable=False),
    sa.Column('second_value', exact(6, 1), nullable=True),
    sa.Column('unit', sa.String(length=10), nullable=False),
    sa.Column('measured_at', MOMENT, nullable=False),
    sa.Column('side', sa.String(32), nullable=False),
    sa.Column('consultation_id', KEY, nullable=True),
    sa.Column('replaces_id', KEY, nullable=True),
    sa.Column('is_withdrawn', sa.Boolean(), nullable=False),
    sa.Column('is_confirmed', sa.Boolean(), nullable=False),
    sa.Column('entered_by_id', KEY, nullable=False),
    sa.Column('entered_at', MOMENT, nullable=False),
    sa.CheckConstraint("(kind = 'blood_pressure') = (second_value IS NOT NULL)", name=op.f('ck_vital_sign_two_of_pressure')),
    sa.CheckConstraint("kind IN ('blood_pressure', 'pulse', 'temperature', 'respiratory_rate', 'oxygen_saturation', 'weight', 'height', 'blood_sugar')", name=op.f('ck_vital_sign_kind_known')),
    sa.CheckConstraint("side IN ('patient', 'doctor')", name=op.f('ck_vital_sign_side_known')),
    sa.CheckConstraint('is_withdrawn = false OR replaces_id IS NOT NULL', name=op.f('ck_vital_sign_withdrawn_replaces')),
    sa.CheckConstraint('replaces_id IS NULL OR replaces_id <> id', name=op.f('ck_vital_sign_replaces_another')),
    sa.CheckConstraint(by_dialect(sqlite="kind != 'blood_pressure' OR value >= 400 AND value <= 3000 AND unit = 'mmHg'", postgresql="kind != 'blood_pressure' OR value >= 40.0 AND value <= 300.0 AND unit = 'mmHg'"), name=op.f('ck_vital_sign_blood_pressure_plausible')),
    sa.CheckConstraint(by_dialect(sqlite="kind != 'blood_sugar' OR value >= 100 AND value <= 15000 AND unit = 'mg/dL'", postgresql="kind != 'blood_sugar' OR value >= 10.0 AND value <= 1500.0 AND unit = 'mg/dL'"), name=op.f('ck_vital_sign_blood_sugar_plausible')),
    sa.CheckConstraint(by_dialect(sqlite="kind != 'height' OR value >= 200 AND value <= 2600 AND unit = 'cm'", postgresql="kind != 'height' OR value >= 20.0 AND value <= 260.0 AND unit = 'cm'"), name=op.f('ck_vital_sign_height_plausible')),
    sa.CheckConstraint(by_dialect(sqlite="kind != 'oxygen_saturation' OR value >= 400 AND value <= 1000 AND unit = 'percent'", postgresql="kind != 'oxygen_saturation' OR value >= 40.0 AND value <= 100.0 AND unit = 'percent'"), name=op.f('ck_vital_sign_oxygen_saturation_plausible')),
    sa.CheckConstraint(by_dialect(sqlite="kind != 'pulse' OR value >= 200 AND value <= 3000 AND unit = '/min'", postgresql="kind != 'pulse' OR value >= 20.0 AND value <= 300.0 AND unit = '/min'"), name=op.f('ck_vital_sign_pulse_plausible')),
    sa.CheckConstraint(by_dialect(sqlite="kind != 'respiratory_rate' OR value >= 30 AND value <= 1200 AND unit = '/min'", postgresql="kind != 'respiratory_rate' OR value >= 3.0 AND value <= 120.0 AND unit = '/min'"), name=op.f('ck_vital_sign_respiratory_rate_plausible')),
    sa.CheckConstraint(by_dialect(sqlite="kind != 'temperature' OR value >= 250 AND value <= 450 AND unit = '°C'", postgresql="kind != 'temperature' OR value >= 25.0 AND value <= 45.0 AND unit = '°C'"), name=op.f('ck_vital_sign_temperature_plausible')),
    sa.CheckConstraint(by_dialect(sqlite="kind != 'weight' OR value > 0 AND value <= 4000 AND unit = 'kg'", postgresql="kind != 'weight' OR value > 0.0 AND value <= 400.0 AND unit = 'kg'"), name=op.f('ck_vital_sign_weight_plausible')),
    sa.CheckConstraint(by_dialect(sqlite='second_value IS NULL OR second_value >= 200 AND second_value <= 2000 AND second_value < value', postgresql='second_value IS NULL OR second_value >= 20.0 AND second_value <= 200.0 AND second_value < value'), name=op.f('ck_vital_sign_diastolic_plausible')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_vital_sign_consultation_id')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['user.id'], name=op.f('fk_vital_sign_entered_by_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_vital_sign_patient_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['vital_sign.id'], name=op.f('fk_vital_sign_replaces_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vital_sign')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_vital_sign_replaces_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_vital_sign_consultation_id'), 'vital_sign', ['consultation_id'], unique=False)
    op.create_index(op.f('ix_vital_sign_entered_by_id'), 'vital_sign', ['entered_by_id'], unique=False)
    op.create_index('ix_vital_sign_patient_id_kind_measured_at', 'vital_sign', ['patient_id', 'kind', 'measured_at'], unique=False)
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
    op.create_table('bed_reservation',
    sa.Column('id', KEY, nullable=False),
    sa.Column('bed_id', KEY, nullable=True),
    sa.Column('room_class_id', KEY, nullable=True),
    sa.Column('patient_id', KEY, nullable=True),
    sa.Column('guest_name', sa.String(length=200), nullable=True),
    sa.Column('reserved_from', MOMENT, nullable=False),
    sa.Column('reserved_until', MOMENT, nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('stay_id', KEY, nullable=True),
    sa.Column('created_by_id', KEY, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("state IN ('held', 'used', 'lapsed', 'cancelled')", name=op.f('ck_bed_reservation_state_known')),
    sa.CheckConstraint('(bed_id IS NULL) <> (room_class_id IS NULL)', name=op.f('ck_bed_reservation_bed_or_class')),
    sa.CheckConstraint('patient_id IS NOT NULL OR guest_name IS NOT NULL', name=op.f('ck_bed_reservation_somebody')),
    sa.CheckConstraint('reserved_until > reserved_from', name=op.f('ck_bed_reservation_ends_after_start')),
    sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_bed_reservation_bed_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_bed_reservation_created_by_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_bed_reservation_patient_id')),
    sa.ForeignKeyConstraint(['room_class_id'], ['room_class.id'], name=op.f('fk_bed_reservation_room_class_id')),
    sa.ForeignKeyConstraint(['stay_id'], ['stay.id'], name=op.f('fk_bed_reservation_stay_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bed_reservation')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_bed_reservation_bed_id'), 'bed_reservation', ['bed_id'], unique=False)
    op.create_index('ix_bed_reservation_held_until', 'bed_reservation', ['reserved_until'], unique=False, sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'"))
    op.create_index(op.f('ix_bed_reservation_patient_id'), 'bed_reservation', ['patient_id'], unique=False)
    op.create_index(op.f('ix_bed_reservation_room_class_id'), 'bed_reservation', ['room_class_id'], unique=False)
    op.create_index(op.f('ix_bed_reservation_state'), 'bed_reservation', ['state'], unique=False)
    op.create_index(op.f('ix_bed_reservation_stay_id'), 'bed_reservation', ['stay_id'], unique=False)
    op.create_table('letter_answer',
    sa.Column('id', KEY, nullable=False),
    sa.Column('letter_id', KEY, nullable=False),
    sa.Column('answered_by', sa.String(length=200), nullable=False),
    sa.Column('answered_on', sa.Date(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('recorded_by_id', KEY, nullable=False),
    sa.Column('recorded_at', MOMENT, nullable=False),
    sa.CheckConstraint("body <> ''", name=op.f('ck_letter_answer_not_empty')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_answer_letter_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user.id'], name=op.f('fk_letter_answer_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_answer')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_letter_answer_letter_id'), 'letter_answer', ['letter_id'], unique=False)
    op.create_index(op.f('ix_letter_answer_recorded_by_id'), 'letter_answer', ['recorded_by_id'], unique=False)
    op.create_table('prescription_template',
    sa.Column('id', KEY, nullable=False),
    sa.Column('doctor_id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('prescription_id', KEY, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_prescription_template_doctor_id')),
    sa.ForeignKeyConstraint(['prescription_id'], ['prescription.id'], name=op.f('fk_prescription_template_prescription_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prescription_template')),
    sa.UniqueConstraint('doctor_id', 'name', name=op.f('uq_prescription_template_doctor_id_name')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_prescription_template_prescription_id'), 'prescription_template', ['prescription_id'], unique=False)
    op.create_table('stay_bed',
    sa.Column('id', KEY, nullable=False),
    sa.Column('stay_id', KEY, nullable=False),
    sa.Column('bed_id', KEY, nullable=False),
    sa.Column('started_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.CheckConstraint('ended_at >= started_at', name=op.f('ck_stay_bed_ends_after_start')),
    sa.ForeignKeyConstraint(['bed_id'], ['bed.id'], name=op.f('fk_stay_bed_bed_id')),
    sa.ForeignKeyConstraint(['stay_id'], ['stay.id'], name=op.f('fk_stay_bed_stay_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stay_bed')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_stay_bed_bed_id_ended_at', 'stay_bed', ['bed_id', 'ended_at'], unique=False)
    op.create_index(op.f('ix_stay_bed_stay_id'), 'stay_bed', ['stay_id'], unique=False)
    op.create_index('uq_stay_bed_open_bed', 'stay_bed', ['bed_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('uq_stay_bed_open_stay', 'stay_bed', ['stay_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('asset_value_change_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_value_change_id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.Column('amount', exact(18, 2), nullable=False),
    sa.Column('added_months', sa.Integer(), nullable=False),
    sa.Column('surplus', exact(18, 2), nullable=True),
    sa.Column('loss', exact(18, 2), nullable=True),
    sa.Column('books_before', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('books_after', sa.JSON(none_as_null=True), nullable=True),
    sa.CheckConstraint('added_months >= 0', name=op.f('ck_asset_value_change_line_added_months_not_negative')),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_asset_value_change_line_amount_not_negative')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_value_change_line_asset_id')),
    sa.ForeignKeyConstraint(['asset_value_change_id'], ['asset_value_change.id'], name=op.f('fk_asset_value_change_line_asset_value_change_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_value_change_line')),
    sa.UniqueConstraint('asset_value_change_id', 'asset_id', name=op.f('uq_asset_value_change_line_asset_value_change_id_asset_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_value_change_line_asset_id'), 'asset_value_change_line', ['asset_id'], unique=False)
    op.create_index(op.f('ix_asset_value_change_line_asset_value_change_id'), 'asset_value_change_line', ['asset_value_change_id'], unique=False)
    op.create_table('dispensing',
    sa.Column('id', KEY, nullable=False),
    sa.Column('prescription_line_id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('quantity', exact(14, 3), nullable=False),
    sa.Column('received_by', sa.String(length=200), nullable=True),
    sa.Column('given_at', MOMENT, nullable=False),
    sa.Column('given_by_id', KEY, nullable=False),
    sa.Column('reversed_at', MOMENT, nullable=True),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_dispensing_quantity_positive')),
    sa.CheckConstraint('reversed_at IS NULL OR reversed_at >= given_at', name=op.f('ck_dispensing_reversed_after_given')),
    sa.ForeignKeyConstraint(['given_by_id'], ['user.id'], name=op.f('fk_dispensing_given_by_id')),
    sa.ForeignKeyConstraint(['prescription_line_id'], ['prescription_line.id'], name=op.f('fk_dispensing_prescription_line_id')),
    sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_dispensing_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispensing')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_dispensing_given_by_id'), 'dispensing', ['given_by_id'], unique=False)
    op.create_index(op.f('ix_dispensing_prescription_line_id'), 'dispensing', ['prescription_line_id'], unique=False)
    op.create_index(op.f('ix_dispensing_store_id'), 'dispensing', ['store_id'], unique=False)
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
    op.add_column('asset_model', sa.Column('bmn_code', sa.String(length=10), nullable=True))
    op.add_column('asset_model', sa.Column('aspak_name', sa.String(length=200), nullable=True))
    op.add_column('asset_auction', sa.Column('paid_on', sa.Date(), nullable=True))
    op.add_column('asset_auction', sa.Column('payment_reference', sa.String(length=40), nullable=True))
    op.drop_index('uq_depreciation_run_living_period', table_name='depreciation_run')
    op.add_column('patient', sa.Column('registered_by_id', KEY, nullable=True))
    op.add_column('room', sa.Column('qr_code', sa.String(length=32), nullable=True))
    op.add_column('asset_disposal', sa.Column('responsible_id', KEY, nullable=True))
    op.add_column('asset_disposal', sa.Column('responsible_name', sa.String(length=200), nullable=True))
    op.add_column('asset_disposal', sa.Column('claim_amount', exact(18, 2), nullable=True))
    op.add_column('asset_disposal', sa.Column('claim_decision', sa.String(length=40), nullable=True))
    op.add_column('consent', sa.Column('way', sa.String(32), server_default='portal', nullable=False))
    op.add_column('consent', sa.Column('said_by', sa.String(length=200), nullable=True))
    op.add_column('inpatient_room', sa.Column('qr_code', sa.String(length=32), nullable=True))
    op.drop_index('uq_monthly_pack_period_id', table_name='monthly_pack')
    op.add_column('bed', sa.Column('qr_code', sa.String(length=32), nullable=True))
    op.add_column('consultation', sa.Column('kind', sa.String(32), server_default='appointment', nullable=False))
    op.add_column('doctor_schedule', sa.Column('on_holidays', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('inventory_round', sa.Column('found_empty', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('schedule_exception', sa.Column('until', sa.Date(), nullable=True))
    op.add_column('letter', sa.Column('number', sa.String(length=20), nullable=True))
    op.add_column('letter', sa.Column('state', sa.String(32), server_default='issued', nullable=False))
    op.add_column('letter', sa.Column('replaces_id', KEY, nullable=True))
    op.add_column('letter', sa.Column('decided_reason', sa.Text(), nullable=True))
    op.add_column('letter', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.add_column('prescription', sa.Column('valid_until', sa.Date(), nullable=True))
    op.add_column('stay', sa.Column('outcome', sa.String(32), nullable=True))
    op.add_column('stay', sa.Column('voided_at', MOMENT, nullable=True))
    op.add_column('asset', sa.Column('serial_is_shared', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('asset', sa.Column('bmn_code', sa.String(length=10), nullable=True))
    op.add_column('asset', sa.Column('nup', sa.Integer(), nullable=True))
    op.add_column('prescription_line', sa.Column('dose_quantity', exact(14, 3), nullable=True))
    op.add_column('prescription_line', sa.Column('dose_unit', sa.String(length=40), nullable=True))
    op.add_column('prescription_line', sa.Column('times_a_day', sa.Integer(), nullable=True))
    op.add_column('prescription_line', sa.Column('every_hours', sa.Integer(), nullable=True))
    op.add_column('prescription_line', sa.Column('meal', sa.String(32), nullable=True))
    op.add_column('prescription_line', sa.Column('is_if_needed', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('prescription_line', sa.Column('most_a_day', sa.Integer(), nullable=True))
    op.add_column('prescription_line', sa.Column('interaction_reason', sa.String(length=200), nullable=True))
    op.add_column('prescription_line', sa.Column('warnings', sa.Text(), nullable=True))
    op.add_column('asset_auction_line', sa.Column('is_dropped', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('asset_movement', sa.Column('state', sa.String(32), nullable=True))
    op.add_column('asset_movement', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.drop_index('ix_asset_movement_awaited', table_name='asset_movement')
    op.add_column('maintenance_schedule', sa.Column('every_weeks', sa.Integer(), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('every_days', sa.Integer(), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('every_meter', exact(14, 3), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('fixed_from', sa.Date(), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('checklist', sa.Text(), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('next_due_meter', exact(14, 3), nullable=True))
    op.add_column('maintenance_schedule', sa.Column('not_before', sa.Date(), nullable=True))
    op.add_column('asset_book_change', sa.Column('tax_group_before', sa.String(32), nullable=True))
    op.add_column('asset_book_change', sa.Column('tax_group_after', sa.String(32), nullable=True))
    op.add_column('depreciation_run_line', sa.Column('periods', sa.Integer(), server_default='1', nullable=False))
    op.add_column('depreciation_run_line', sa.Column('caught_up', exact(18, 2), server_default='0', nullable=False))
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
        drop_constraint('asset_auction', 'ck_asset_auction_state_known')
        drop_constraint('depreciation_run', 'ck_depreciation_run_state_known')
        drop_constraint('asset_disposal', 'ck_asset_disposal_route_known')
        drop_constraint('asset_disposal', 'ck_asset_disposal_state_known')
        drop_constraint('monthly_pack', 'ck_monthly_pack_state_known')
        drop_constraint('consultation', 'ck_consultation_state_known')
        drop_constraint('doctor_schedule', 'ck_doctor_schedule_ends_after_start')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
        drop_constraint('schedule_exception', 'ck_schedule_exception_ends_after_start')
        drop_constraint('prescription', 'ck_prescription_state_known')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_months_positive')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_lead_days_not_negative')
        drop_constraint('asset_book_change', 'ck_asset_book_change_kind_known')
        drop_constraint('maintenance_line', 'ck_maintenance_line_state_known')
        drop_constraint('maintenance_line', 'ck_maintenance_line_one_thing')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_asset_model_bmn_code_of_ten_digits'), 'asset_model', "length(bmn_code) = 10 AND ltrim(bmn_code, '0123456789') = ''")
        op.create_check_constraint(op.f('ck_asset_auction_state_known'), 'asset_auction', "state IN ('draft', 'submitted', 'approved', 'receivables_approved', 'open', 'awarded', 'sold', 'failed', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_asset_auction_payment_is_whole'), 'asset_auction', '(paid_on IS NULL) = (payment_reference IS NULL)')
        op.create_check_constraint(op.f('ck_depreciation_run_state_known'), 'depreciation_run', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled', 'reversed')")
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        op.create_foreign_key(op.f('fk_patient_registered_by_id'), 'patient', 'user', ['registered_by_id'], ['id'])
        op.create_unique_constraint(op.f('uq_room_qr_code'), 'room', ['qr_code'])
        op.create_check_constraint(op.f('ck_asset_disposal_claim_when_lost'), 'asset_disposal', "route = 'lost' OR (responsible_id IS NULL AND responsible_name IS NULL AND claim_amount IS NULL AND claim_decision IS NULL)")
        op.create_check_constraint(op.f('ck_asset_disposal_route_known'), 'asset_disposal', "route IN ('scrap', 'auction', 'grant', 'return_to_owner', 'lost')")
        op.create_check_constraint(op.f('ck_asset_disposal_state_known'), 'asset_disposal', "state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled', 'reversed')")
        op.create_check_constraint(op.f('ck_asset_disposal_claim_amount_not_negative'), 'asset_disposal', 'claim_amount >= 0')
        op.create_check_constraint(op.f('ck_asset_disposal_claim_is_decided'), 'asset_disposal', 'claim_amount IS NULL OR claim_amount = 0 OR claim_decision IS NOT NULL')
        op.create_foreign_key(op.f('fk_asset_disposal_responsible_id'), 'asset_disposal', 'employee', ['responsible_id'], ['id'])
        op.create_index(op.f('ix_asset_disposal_responsible_id'), 'asset_disposal', ['responsible_id'], unique=False)
        op.create_check_constraint(op.f('ck_consent_said_by_somebody'), 'consent', "way = 'portal' OR said_by IS NOT NULL")
        op.create_check_constraint(op.f('ck_consent_way_known'), 'consent', "way IN ('portal', 'on_paper', 'orally')")
        op.create_unique_constraint(op.f('uq_inpatient_room_qr_code'), 'inpatient_room', ['qr_code'])
        op.create_check_constraint(op.f('ck_monthly_pack_state_known'), 'monthly_pack', "state IN ('draft', 'submitted', 'released', 'withdrawn', 'rejected', 'cancelled')")
        op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"))
        op.create_unique_constraint(op.f('uq_bed_qr_code'), 'bed', ['qr_code'])
        op.create_check_constraint(op.f('ck_consultation_kind_known'), 'consultation', "kind IN ('appointment', 'now')")
        op.create_check_constraint(op.f('ck_consultation_state_known'), 'consultation', "state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled', 'expired')")
        op.create_check_constraint(op.f('ck_doctor_schedule_hours_not_empty'), 'doctor_schedule', 'ends_at <> starts_at')
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'revaluation_surplus', 'value_loss', 'maintenance', 'cleaning')")
        op.create_check_constraint(op.f('ck_schedule_exception_hours_not_empty'), 'schedule_exception', 'ends_at IS NULL OR ends_at <> starts_at')
        op.create_check_constraint(op.f('ck_schedule_exception_until_of_whole_days'), 'schedule_exception', 'until IS NULL OR (until >= "on" AND kind = \'away\' AND starts_at IS NULL)')
        op.create_check_constraint(op.f('ck_letter_state_known'), 'letter', "state IN ('issued', 'withdrawn', 'replaced')")
        op.create_foreign_key(op.f('fk_letter_replaces_id'), 'letter', 'letter', ['replaces_id'], ['id'])
        op.create_unique_constraint(op.f('uq_letter_number'), 'letter', ['number'])
        op.create_unique_constraint(op.f('uq_letter_replaces_id'), 'letter', ['replaces_id'])
        op.create_index(op.f('ix_letter_state'), 'letter', ['state'], unique=False)
        op.create_check_constraint(op.f('ck_prescription_state_known'), 'prescription', "state IN ('draft', 'issued', 'partly_dispensed', 'dispensed', 'cancelled', 'expired')")
        op.create_check_constraint(op.f('ck_stay_outcome_known'), 'stay', "outcome IN ('went_home', 'referred', 'own_wish', 'died')")
        op.create_check_constraint(op.f('ck_stay_outcome_of_ended'), 'stay', 'outcome IS NULL OR (ended_at IS NOT NULL AND voided_at IS NULL)')
        op.create_check_constraint(op.f('ck_stay_voided_is_ended'), 'stay', 'voided_at IS NULL OR ended_at IS NOT NULL')
        op.create_index('uq_stay_open_patient', 'stay', ['patient_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'))
        op.create_index('uq_stay_open_reference', 'stay', ['outside_reference'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'))
        op.create_check_constraint(op.f('ck_asset_bmn_code_of_ten_digits'), 'asset', "length(bmn_code) = 10 AND ltrim(bmn_code, '0123456789') = ''")
        op.create_check_constraint(op.f('ck_asset_nup_of_a_code'), 'asset', '(bmn_code IS NULL) = (nup IS NULL)')
        op.create_check_constraint(op.f('ck_asset_nup_positive'), 'asset', 'nup > 0')
        op.create_unique_constraint(op.f('uq_asset_bmn_code_nup'), 'asset', ['bmn_code', 'nup'])
        op.create_index(op.f('ix_asset_bmn_code'), 'asset', ['bmn_code'], unique=False)
        op.create_check_constraint(op.f('ck_prescription_line_meal_known'), 'prescription_line', "meal IN ('before_meal', 'after_meal', 'with_meal', 'morning', 'bedtime')")
        op.create_check_constraint(op.f('ck_prescription_line_dose_has_unit'), 'prescription_line', '(dose_quantity IS NULL) = (dose_unit IS NULL)')
        op.create_check_constraint(op.f('ck_prescription_line_dose_quantity_positive'), 'prescription_line', 'dose_quantity > 0')
        op.create_check_constraint(op.f('ck_prescription_line_every_hours_known'), 'prescription_line', 'every_hours BETWEEN 1 AND 168')
        op.create_check_constraint(op.f('ck_prescription_line_most_a_day_known'), 'prescription_line', 'most_a_day BETWEEN 1 AND 24')
        op.create_check_constraint(op.f('ck_prescription_line_times_a_day_known'), 'prescription_line', 'times_a_day BETWEEN 1 AND 24')
        op.create_check_constraint(op.f('ck_prescription_line_one_rhythm'), 'prescription_line', 'times_a_day IS NULL OR every_hours IS NULL')
        op.alter_column('asset_movement', 'state', nullable=False)
        op.create_check_constraint(op.f('ck_asset_movement_awaited_until_acknowledged'), 'asset_movement', "state <> 'awaited' OR acknowledged_at IS NULL")
        op.create_check_constraint(op.f('ck_asset_movement_state_known'), 'asset_movement', "state IN ('awaited', 'acknowledged', 'refused', 'recalled')")
        op.create_index('ix_asset_movement_awaited', 'asset_movement', ['to_work_unit_id'], unique=False, sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'"))
        op.create_index(op.f('ix_asset_movement_state'), 'asset_movement', ['state'], unique=False)
        op.create_index('uq_asset_movement_awaited', 'asset_movement', ['asset_id'], unique=True, sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'"))
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
        op.create_check_constraint(op.f('ck_asset_book_change_kind_known'), 'asset_book_change', "kind IN ('opening', 'life', 'disposal', 'part', 'value', 'restored')")
        op.create_check_constraint(op.f('ck_asset_book_change_tax_group_after_known'), 'asset_book_change', "tax_group_after IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')")
        op.create_check_constraint(op.f('ck_asset_book_change_tax_group_before_known'), 'asset_book_change', "tax_group_before IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')")
        op.create_check_constraint(op.f('ck_depreciation_run_line_caught_up_fits'), 'depreciation_run_line', 'caught_up <= amount')
        op.create_check_constraint(op.f('ck_depreciation_run_line_caught_up_not_negative'), 'depreciation_run_line', 'caught_up >= 0')
        op.create_check_constraint(op.f('ck_depreciation_run_line_periods_positive'), 'depreciation_run_line', 'periods > 0')
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
        set_aside('asset_model', ['ix_asset_model_asset_type_id', 'ix_asset_model_name'])
        op.create_table('asset_model',
        sa.Column('id', KEY, nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('asset_type_id', KEY, nullable=False),
        sa.Column('brand', sa.String(length=200), nullable=True),
        sa.Column('model', sa.String(length=200), nullable=True),
        sa.Column('specification', sa.Text(), nullable=True),
        sa.Column('estimated_price', exact(18, 2), nullable=True),
        sa.Column('bmn_code', sa.String(length=10), nullable=True),
        sa.Column('aspak_name', sa.String(length=200), nullable=True),
        sa.Column('status', sa.String(32), nullable=False),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("length(bmn_code) = 10 AND ltrim(bmn_code, '0123456789') = ''", name=op.f('ck_asset_model_bmn_code_of_ten_digits')),
        sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f('ck_asset_model_status_known')),
        sa.CheckConstraint('estimated_price >= 0', name=op.f('ck_asset_model_estimated_price_not_negative')),
        sa.ForeignKeyConstraint(['asset_type_id'], ['asset_type.id'], name=op.f('fk_asset_model_asset_type_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_model')),
        sa.UniqueConstraint('code', name=op.f('uq_asset_model_code')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_model_asset_type_id'), 'asset_model', ['asset_type_id'], unique=False)
        op.create_index(op.f('ix_asset_model_name'), 'asset_model', ['name'], unique=False)
        take_back('asset_model', ['id', 'code', 'name', 'asset_type_id', 'brand', 'model', 'specification', 'estimated_price', 'bmn_code', 'aspak_name', 'status', 'version'])
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
        set_aside('depreciation_run', ['ix_depreciation_run_created_by_id', 'ix_depreciation_run_state', 'ix_depreciation_run_state_run_on'])
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
        op.create_index(op.f('ix_depreciation_run_state'), 'depreciation_run', ['state'], unique=False)
        op.create_index('ix_depreciation_run_state_run_on', 'depreciation_run', ['state', 'run_on'], unique=False)
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        take_back('depreciation_run', ['id', 'created_by_id', 'run_on', 'book', 'period_start', 'period_end', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('patient', ['ix_patient_guardian_id', 'ix_patient_merged_into_id', 'ix_patient_name', 'ix_patient_region_code', 'ix_patient_registered_at', 'ix_patient_state'])
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
        sa.Column('registered_by_id', KEY, nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("blood_type IN ('A', 'B', 'AB', 'O', 'A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-', 'unknown')", name=op.f('ck_patient_blood_type_known')),
        sa.CheckConstraint("marital_status IN ('single', 'married', 'divorced', 'widowed')", name=op.f('ck_patient_marital_status_known')),
        sa.CheckConstraint("merged_into_id IS NULL OR (merged_into_id <> id AND state = 'closed')", name=op.f('ck_patient_merged_is_closed')),
        sa.CheckConstraint("nik_index IS NULL OR state <> 'rejected'", name=op.f('ck_patient_rejected_holds_no_nik')),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_patient_payer_known')),
        sa.CheckConstraint("relation IN ('child', 'spouse', 'parent', 'sibling', 'other_person')", name=op.f('ck_patient_relation_known')),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f('ck_patient_sex_known')),
        sa.CheckConstraint("state IN ('pending', 'active', 'rejected', 'suspended', 'closed')", name=op.f('ck_patient_state_known')),
        sa.CheckConstraint('guardian_id IS NULL OR guardian_id <> id', name=op.f('ck_patient_guardian_is_another')),
        sa.CheckConstraint('guardian_id IS NULL OR relation IS NOT NULL', name=op.f('ck_patient_guardian_has_relation')),
        sa.CheckConstraint('height_cm > 0', name=op.f('ck_patient_height_cm_positive')),
        sa.CheckConstraint('nik_index IS NULL OR nik IS NOT NULL', name=op.f('ck_patient_nik_with_index')),
        sa.CheckConstraint('weight_kg > 0', name=op.f('ck_patient_weight_kg_positive')),
        sa.ForeignKeyConstraint(['guardian_id'], ['patient.id'], name=op.f('fk_patient_guardian_id')),
        sa.ForeignKeyConstraint(['merged_into_id'], ['patient.id'], name=op.f('fk_patient_merged_into_id')),
        sa.ForeignKeyConstraint(['region_code'], ['region.code'], name=op.f('fk_patient_region_code')),
        sa.ForeignKeyConstraint(['registered_by_id'], ['user.id'], name=op.f('fk_patient_registered_by_id')),
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
        take_back('patient', ['id', 'user_id', 'medical_record_number', 'name', 'nik', 'nik_index', 'birth_date', 'sex', 'height_cm', 'weight_kg', 'address', 'region_code', 'phone', 'marital_status', 'blood_type', 'allergies', 'payer', 'payer_name', 'payer_number', 'guardian_id', 'relation', 'merged_into_id', 'state', 'registered_at', 'decided_reason', 'registered_by_id', 'version'])
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
        set_aside('asset_disposal', ['ix_asset_disposal_account_id', 'ix_asset_disposal_created_by_id', 'ix_asset_disposal_state', 'ix_asset_disposal_state_disposed_on'])
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
        op.create_index(op.f('ix_asset_disposal_responsible_id'), 'asset_disposal', ['responsible_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_state'), 'asset_disposal', ['state'], unique=False)
        op.create_index('ix_asset_disposal_state_disposed_on', 'asset_disposal', ['state', 'disposed_on'], unique=False)
        take_back('asset_disposal', ['id', 'created_by_id', 'account_id', 'disposed_on', 'state', 'route', 'responsible_id', 'responsible_name', 'claim_amount', 'claim_decision', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('consent', ['ix_consent_given_by_id', 'ix_consent_patient_id'])
        op.create_table('consent',
        sa.Column('id', KEY, nullable=False),
        sa.Column('patient_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('text_version', sa.String(length=40), nullable=False),
        sa.Column('language', sa.String(32), nullable=False),
        sa.Column('given_by_id', KEY, nullable=False),
        sa.Column('given_at', MOMENT, nullable=False),
        sa.Column('withdrawn_at', MOMENT, nullable=True),
        sa.Column('way', sa.String(32), server_default='portal', nullable=False),
        sa.Column('said_by', sa.String(length=200), nullable=True),
        sa.CheckConstraint("kind IN ('privacy', 'telemedicine')", name=op.f('ck_consent_kind_known')),
        sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_consent_language_known')),
        sa.CheckConstraint("way = 'portal' OR said_by IS NOT NULL", name=op.f('ck_consent_said_by_somebody')),
        sa.CheckConstraint("way IN ('portal', 'on_paper', 'orally')", name=op.f('ck_consent_way_known')),
        sa.CheckConstraint('withdrawn_at IS NULL OR withdrawn_at >= given_at', name=op.f('ck_consent_withdrawn_after_given')),
        sa.ForeignKeyConstraint(['given_by_id'], ['user.id'], name=op.f('fk_consent_given_by_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consent_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_consent_given_by_id'), 'consent', ['given_by_id'], unique=False)
        op.create_index(op.f('ix_consent_patient_id'), 'consent', ['patient_id'], unique=False)
        take_back('consent', ['id', 'patient_id', 'kind', 'text_version', 'language', 'given_by_id', 'given_at', 'withdrawn_at', 'way', 'said_by'])
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
        set_aside('monthly_pack', ['ix_monthly_pack_created_by_id', 'ix_monthly_pack_state'])
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
        op.create_index(op.f('ix_monthly_pack_state'), 'monthly_pack', ['state'], unique=False)
        op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"))
        take_back('monthly_pack', ['id', 'created_by_id', 'period_id', 'prepared_on', 'state', 'foreword', 'number', 'created_at', 'note', 'version'])
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
        set_aside('doctor_schedule', ['ix_doctor_schedule_doctor_id'])
        op.create_table('doctor_schedule',
        sa.Column('id', KEY, nullable=False),
        sa.Column('doctor_id', KEY, nullable=False),
        sa.Column('weekday', sa.Integer(), nullable=False),
        sa.Column('starts_at', sa.Time(), nullable=False),
        sa.Column('ends_at', sa.Time(), nullable=False),
        sa.Column('slot_minutes', sa.Integer(), nullable=False),
        sa.Column('valid_from', sa.Date(), nullable=True),
        sa.Column('valid_until', sa.Date(), nullable=True),
        sa.Column('on_holidays', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint('ends_at <> starts_at', name=op.f('ck_doctor_schedule_hours_not_empty')),
        sa.CheckConstraint('slot_minutes BETWEEN 5 AND 240', name=op.f('ck_doctor_schedule_slot_minutes_5_to_240')),
        sa.CheckConstraint('valid_until IS NULL OR valid_from IS NULL OR valid_until >= valid_from', name=op.f('ck_doctor_schedule_valid_until_after_from')),
        sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_doctor_schedule_weekday_known')),
        sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_doctor_schedule_doctor_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_doctor_schedule')),
        sa.UniqueConstraint('doctor_id', 'weekday', 'starts_at', name=op.f('uq_doctor_schedule_doctor_id_weekday_starts_at')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_doctor_schedule_doctor_id'), 'doctor_schedule', ['doctor_id'], unique=False)
        take_back('doctor_schedule', ['id', 'doctor_id', 'weekday', 'starts_at', 'ends_at', 'slot_minutes', 'valid_from', 'valid_until', 'on_holidays', 'version'])
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
        set_aside('journal_line', ['ix_journal_line_account_id', 'ix_journal_line_entry_id', 'ix_journal_line_purpose'])
        op.create_table('journal_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('entry_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('purpose', sa.String(32), nullable=False),
        sa.Column('debit', exact(18, 2), nullable=False),
        sa.Column('credit', exact(18, 2), nullable=False),
        sa.CheckConstraint("purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'revaluation_surplus', 'value_loss', 'maintenance', 'cleaning')", name=op.f('ck_journal_line_purpose_known')),
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
        set_aside('schedule_exception', ['ix_schedule_exception_doctor_on'])
        op.create_table('schedule_exception',
        sa.Column('id', KEY, nullable=False),
        sa.Column('doctor_id', KEY, nullable=False),
        sa.Column('on', sa.Date(), nullable=False),
        sa.Column('until', sa.Date(), nullable=True),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('starts_at', sa.Time(), nullable=True),
        sa.Column('ends_at', sa.Time(), nullable=True),
        sa.Column('slot_minutes', sa.Integer(), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind <> 'extra' OR starts_at IS NOT NULL", name=op.f('ck_schedule_exception_extra_has_hours')),
        sa.CheckConstraint("kind IN ('away', 'extra')", name=op.f('ck_schedule_exception_kind_known')),
        sa.CheckConstraint('(starts_at IS NULL) = (ends_at IS NULL)', name=op.f('ck_schedule_exception_both_hours')),
        sa.CheckConstraint('ends_at IS NULL OR ends_at <> starts_at', name=op.f('ck_schedule_exception_hours_not_empty')),
        sa.CheckConstraint('slot_minutes BETWEEN 5 AND 240', name=op.f('ck_schedule_exception_slot_minutes_5_to_240')),
        sa.CheckConstraint('until IS NULL OR (until >= "on" AND kind = \'away\' AND starts_at IS NULL)', name=op.f('ck_schedule_exception_until_of_whole_days')),
        sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_schedule_exception_doctor_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_schedule_exception')),
        sqlite_autoincrement=True
        )
        op.create_index('ix_schedule_exception_doctor_on', 'schedule_exception', ['doctor_id', 'on'], unique=False)
        take_back('schedule_exception', ['id', 'doctor_id', 'on', 'until', 'kind', 'starts_at', 'ends_at', 'slot_minutes', 'reason', 'version'])
    if not on_postgresql():
        set_aside('letter', ['ix_letter_author_id', 'ix_letter_consultation_id'])
        op.create_table('letter',
        sa.Column('id', KEY, nullable=False),
        sa.Column('consultation_id', KEY, nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('state', sa.String(32), server_default='issued', nullable=False),
        sa.Column('replaces_id', KEY, nullable=True),
        sa.Column('decided_reason', sa.Text(), nullable=True),
        sa.Column('verify_code', sa.String(length=40), nullable=False),
        sa.Column('issued_on', sa.Date(), nullable=False),
        sa.Column('sick_from', sa.Date(), nullable=True),
        sa.Column('sick_until', sa.Date(), nullable=True),
        sa.Column('referred_to', sa.String(length=200), nullable=True),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('author_id', KEY, nullable=False),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind <> 'referral' OR referred_to IS NOT NULL", name=op.f('ck_letter_referral_to')),
        sa.CheckConstraint("kind <> 'sick' OR (sick_from IS NOT NULL AND sick_until >= sick_from)", name=op.f('ck_letter_sick_days')),
        sa.CheckConstraint("kind IN ('sick', 'referral')", name=op.f('ck_letter_kind_known')),
        sa.CheckConstraint("state IN ('issued', 'withdrawn', 'replaced')", name=op.f('ck_letter_state_known')),
        sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_letter_author_id')),
        sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_letter_consultation_id')),
        sa.ForeignKeyConstraint(['replaces_id'], ['letter.id'], name=op.f('fk_letter_replaces_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
        sa.UniqueConstraint('number', name=op.f('uq_letter_number')),
        sa.UniqueConstraint('replaces_id', name=op.f('uq_letter_replaces_id')),
        sa.UniqueConstraint('verify_code', name=op.f('uq_letter_verify_code')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_letter_author_id'), 'letter', ['author_id'], unique=False)
        op.create_index(op.f('ix_letter_consultation_id'), 'letter', ['consultation_id'], unique=False)
        op.create_index(op.f('ix_letter_state'), 'letter', ['state'], unique=False)
        take_back('letter', ['id', 'consultation_id', 'number', 'kind', 'state', 'replaces_id', 'decided_reason', 'verify_code', 'issued_on', 'sick_from', 'sick_until', 'referred_to', 'body', 'author_id', 'version'])
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
        set_aside('stay', ['ix_stay_bed_id', 'ix_stay_patient_id', 'ix_stay_started_at', 'uq_stay_open_bed'])
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
        op.create_index(op.f('ix_stay_patient_id'), 'stay', ['patient_id'], unique=False)
        op.create_index('ix_stay_started_at', 'stay', ['started_at'], unique=False)
        op.create_index('uq_stay_open_bed', 'stay', ['bed_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        op.create_index('uq_stay_open_patient', 'stay', ['patient_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'))
        op.create_index('uq_stay_open_reference', 'stay', ['outside_reference'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'))
        take_back('stay', ['id', 'bed_id', 'patient_id', 'outside_reference', 'started_at', 'ended_at', 'outcome', 'voided_at', 'checked_in_by_id', 'checked_out_by_id', 'version'])
    if not on_postgresql():
        set_aside('asset', ['ix_asset_account_id', 'ix_asset_asset_model_id', 'ix_asset_asset_receipt_line_id', 'ix_asset_asset_type_id', 'ix_asset_building_id', 'ix_asset_calibration_due_on', 'ix_asset_employee_id', 'ix_asset_inpatient_room_id', 'ix_asset_name', 'ix_asset_parent_id', 'ix_asset_room_id', 'ix_asset_serial_number', 'ix_asset_split_from_id', 'ix_asset_state', 'ix_asset_state_name', 'ix_asset_vendor_id', 'ix_asset_ward_id', 'ix_asset_work_unit_id'])
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
        sa.Column('serial_is_shared', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('bmn_code', sa.String(length=10), nullable=True),
        sa.Column('nup', sa.Integer(), nullable=True),
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
        sa.CheckConstraint("length(bmn_code) = 10 AND ltrim(bmn_code, '0123456789') = ''", name=op.f('ck_asset_bmn_code_of_ten_digits')),
        sa.CheckConstraint("ownership IN ('owned', 'leased', 'borrowed', 'partnership')", name=op.f('ck_asset_ownership_known')),
        sa.CheckConstraint("state IN ('registered', 'in_use', 'under_maintenance', 'held_for_sale', 'retired', 'lost')", name=op.f('ck_asset_state_known')),
        sa.CheckConstraint('(CASE WHEN building_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN room_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN ward_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN inpatient_room_id IS NULL THEN 0 ELSE 1 END) <= 1', name=op.f('ck_asset_one_place')),
        sa.CheckConstraint('(bmn_code IS NULL) = (nup IS NULL)', name=op.f('ck_asset_nup_of_a_code')),
        sa.CheckConstraint('acquisition_cost >= 0', name=op.f('ck_asset_acquisition_cost_not_negative')),
        sa.CheckConstraint('nup > 0', name=op.f('ck_asset_nup_positive')),
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
        sa.UniqueConstraint('bmn_code', 'nup', name=op.f('uq_asset_bmn_code_nup')),
        sa.UniqueConstraint('capitalised_building_id', name=op.f('uq_asset_capitalised_building_id')),
        sa.UniqueConstraint('qr_code', name=op.f('uq_asset_qr_code')),
        sa.UniqueConstraint('tag', name=op.f('uq_asset_tag')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_account_id'), 'asset', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_asset_model_id'), 'asset', ['asset_model_id'], unique=False)
        op.create_index(op.f('ix_asset_asset_receipt_line_id'), 'asset', ['asset_receipt_line_id'], unique=False)
        op.create_index(op.f('ix_asset_asset_type_id'), 'asset', ['asset_type_id'], unique=False)
        op.create_index(op.f('ix_asset_bmn_code'), 'asset', ['bmn_code'], unique=False)
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
        take_back('asset', ['id', 'tag', 'qr_code', 'asset_type_id', 'asset_model_id', 'name', 'account_id', 'ownership', 'brand', 'model', 'serial_number', 'serial_is_shared', 'bmn_code', 'nup', 'condition', 'acquisition_cost', 'acquired_on', 'retired_on', 'quantity', 'state', 'funding_source', 'vendor_id', 'warranty_until', 'parent_id', 'work_unit_id', 'employee_id', 'building_id', 'room_id', 'ward_id', 'inpatient_room_id', 'capitalised_building_id', 'asset_receipt_line_id', 'split_from_id', 'calibration_due_on', 'calibration_failed', 'recalibrate_from', 'version'])
    if not on_postgresql():
        set_aside('prescription_line', ['ix_prescription_line_item_id', 'ix_prescription_line_prescription_id', 'ix_prescription_line_unit_id'])
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
        sa.Column('dose_quantity', exact(14, 3), nullable=True),
        sa.Column('dose_unit', sa.String(length=40), nullable=True),
        sa.Column('times_a_day', sa.Integer(), nullable=True),
        sa.Column('every_hours', sa.Integer(), nullable=True),
        sa.Column('meal', sa.String(32), nullable=True),
        sa.Column('is_if_needed', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('most_a_day', sa.Integer(), nullable=True),
        sa.Column('allergy_reason', sa.String(length=200), nullable=True),
        sa.Column('interaction_reason', sa.String(length=200), nullable=True),
        sa.Column('warnings', sa.Text(), nullable=True),
        sa.CheckConstraint("meal IN ('before_meal', 'after_meal', 'with_meal', 'morning', 'bedtime')", name=op.f('ck_prescription_line_meal_known')),
        sa.CheckConstraint('(dose_quantity IS NULL) = (dose_unit IS NULL)', name=op.f('ck_prescription_line_dose_has_unit')),
        sa.CheckConstraint('dose_quantity > 0', name=op.f('ck_prescription_line_dose_quantity_positive')),
        sa.CheckConstraint('duration_days BETWEEN 1 AND 366', name=op.f('ck_prescription_line_duration_known')),
        sa.CheckConstraint('every_hours BETWEEN 1 AND 168', name=op.f('ck_prescription_line_every_hours_known')),
        sa.CheckConstraint('factor > 0', name=op.f('ck_prescription_line_factor_positive')),
        sa.CheckConstraint('most_a_day BETWEEN 1 AND 24', name=op.f('ck_prescription_line_most_a_day_known')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_prescription_line_quantity_positive')),
        sa.CheckConstraint('times_a_day BETWEEN 1 AND 24', name=op.f('ck_prescription_line_times_a_day_known')),
        sa.CheckConstraint('times_a_day IS NULL OR every_hours IS NULL', name=op.f('ck_prescription_line_one_rhythm')),
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
        take_back('prescription_line', ['id', 'prescription_id', 'item_id', 'unit_id', 'quantity', 'factor', 'dose', 'frequency', 'duration_days', 'directions', 'dose_quantity', 'dose_unit', 'times_a_day', 'every_hours', 'meal', 'is_if_needed', 'most_a_day', 'allergy_reason', 'interaction_reason', 'warnings'])
    if not on_postgresql():
        set_aside('asset_auction_line', ['ix_asset_auction_line_asset_auction_id', 'ix_asset_auction_line_asset_id', 'ix_asset_auction_line_land_id'])
        op.create_table('asset_auction_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_auction_id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=True),
        sa.Column('land_id', KEY, nullable=True),
        sa.Column('quantity', sa.Integer(), nullable=False),
        sa.Column('appraised_value', exact(18, 2), nullable=True),
        sa.Column('reserve_price', exact(18, 2), nullable=True),
        sa.Column('sale_price', exact(18, 2), nullable=True),
        sa.Column('is_dropped', sa.Boolean(), server_default=sa.text('false'), nullable=False),
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
        take_back('asset_auction_line', ['id', 'asset_auction_id', 'asset_id', 'land_id', 'quantity', 'appraised_value', 'reserve_price', 'sale_price', 'is_dropped'])
    if not on_postgresql():
        set_aside('asset_movement', ['ix_asset_movement_asset_id', 'ix_asset_movement_moved_at'])
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
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=True),
        sa.Column('acknowledged_by_id', KEY, nullable=True),
        sa.Column('acknowledged_at', MOMENT, nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state <> 'awaited' OR acknowledged_at IS NULL", name=op.f('ck_asset_movement_awaited_until_acknowledged')),
        sa.CheckConstraint("state IN ('awaited', 'acknowledged', 'refused', 'recalled')", name=op.f('ck_asset_movement_state_known')),
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
        op.create_index('ix_asset_movement_awaited', 'asset_movement', ['to_work_unit_id'], unique=False, sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'"))
        op.create_index('ix_asset_movement_moved_at', 'asset_movement', ['moved_at'], unique=False)
        op.create_index(op.f('ix_asset_movement_state'), 'asset_movement', ['state'], unique=False)
        op.create_index('uq_asset_movement_awaited', 'asset_movement', ['asset_id'], unique=True, sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'"))
        take_back('asset_movement', ['id', 'asset_id', 'quantity', 'moved_at', 'moved_by_id', 'from_building_id', 'from_room_id', 'from_ward_id', 'from_inpatient_room_id', 'from_work_unit_id', 'to_building_id', 'to_room_id', 'to_ward_id', 'to_inpatient_room_id', 'to_work_unit_id', 'state', 'reason', 'acknowledged_by_id', 'acknowledged_at', 'version'])
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
        set_aside('depreciation_run_line', ['ix_depreciation_run_line_asset_book_id', 'ix_depreciation_run_line_asset_id', 'ix_depreciation_run_line_depreciation_run_id'])
        op.create_table('depreciation_run_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('depreciation_run_id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=False),
        sa.Column('asset_book_id', KEY, nullable=False),
        sa.Column('opening_value', exact(18, 2), nullable=False),
        sa.Column('amount', exact(18, 2), nullable=False),
        sa.Column('closing_value', exact(18, 2), nullable=False),
        sa.Column('periods', sa.Integer(), server_default='1', nullable=False),
        sa.Column('caught_up', exact(18, 2), server_default='0', nullable=False),
        sa.CheckConstraint('amount >= 0', name=op.f('ck_depreciation_run_line_amount_not_negative')),
        sa.CheckConstraint('caught_up <= amount', name=op.f('ck_depreciation_run_line_caught_up_fits')),
        sa.CheckConstraint('caught_up >= 0', name=op.f('ck_depreciation_run_line_caught_up_not_negative')),
        sa.CheckConstraint('closing_value = opening_value - amount', name=op.f('ck_depreciation_run_line_closing_value_adds_up')),
        sa.CheckConstraint('closing_value >= 0', name=op.f('ck_depreciation_run_line_closing_value_not_negative')),
        sa.CheckConstraint('periods > 0', name=op.f('ck_depreciation_run_line_periods_positive')),
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
        take_back('depreciation_run_line', ['id', 'depreciation_run_id', 'asset_id', 'asset_book_id', 'opening_value', 'amount', 'closing_value', 'periods', 'caught_up'])
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
    op.drop_index('ix_asset_disposal_responsible_id', table_name='asset_disposal')
    op.drop_index('uq_depreciation_run_living_period', table_name='depreciation_run')
    op.drop_index('uq_monthly_pack_period_id', table_name='monthly_pack')
    op.drop_index('ix_letter_state', table_name='letter')
    op.drop_index('uq_stay_open_patient', table_name='stay')
    op.drop_index('uq_stay_open_reference', table_name='stay')
    op.drop_index('ix_asset_bmn_code', table_name='asset')
    op.drop_index('ix_asset_movement_awaited', table_name='asset_movement')
    op.drop_index('ix_asset_movement_state', table_name='asset_movement')
    op.drop_index('uq_asset_movement_awaited', table_name='asset_movement')
    op.drop_index('ix_maintenance_line_asset_disposal_id', table_name='maintenance_line')
    op.drop_index('ix_maintenance_line_bed_id', table_name='maintenance_line')
    op.drop_index('ix_maintenance_line_inpatient_room_id', table_name='maintenance_line')
    op.drop_index('ix_maintenance_line_room_id', table_name='maintenance_line')
    if on_postgresql():
        drop_constraint('asset_model', 'ck_asset_model_bmn_code_of_ten_digits')
        drop_constraint('asset_auction', 'ck_asset_auction_state_known')
        drop_constraint('asset_auction', 'ck_asset_auction_payment_is_whole')
        drop_constraint('asset_disposal', 'ck_asset_disposal_claim_when_lost')
        drop_constraint('asset_disposal', 'ck_asset_disposal_route_known')
        drop_constraint('asset_disposal', 'ck_asset_disposal_state_known')
        drop_constraint('asset_disposal', 'ck_asset_disposal_claim_amount_not_negative')
        drop_constraint('asset_disposal', 'ck_asset_disposal_claim_is_decided')
        drop_constraint('asset_disposal', 'fk_asset_disposal_responsible_id')
        drop_constraint('depreciation_run', 'ck_depreciation_run_state_known')
        drop_constraint('patient', 'fk_patient_registered_by_id')
        drop_constraint('room', 'uq_room_qr_code')
        drop_constraint('consent', 'ck_consent_said_by_somebody')
        drop_constraint('consent', 'ck_consent_way_known')
        drop_constraint('inpatient_room', 'uq_inpatient_room_qr_code')
        drop_constraint('monthly_pack', 'ck_monthly_pack_state_known')
        drop_constraint('bed', 'uq_bed_qr_code')
        drop_constraint('consultation', 'ck_consultation_kind_known')
        drop_constraint('consultation', 'ck_consultation_state_known')
        drop_constraint('doctor_schedule', 'ck_doctor_schedule_hours_not_empty')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
        drop_constraint('schedule_exception', 'ck_schedule_exception_hours_not_empty')
        drop_constraint('schedule_exception', 'ck_schedule_exception_until_of_whole_days')
        drop_constraint('letter', 'ck_letter_state_known')
        drop_constraint('letter', 'fk_letter_replaces_id')
        drop_constraint('letter', 'uq_letter_number')
        drop_constraint('letter', 'uq_letter_replaces_id')
        drop_constraint('prescription', 'ck_prescription_state_known')
        drop_constraint('stay', 'ck_stay_outcome_known')
        drop_constraint('stay', 'ck_stay_outcome_of_ended')
        drop_constraint('stay', 'ck_stay_voided_is_ended')
        drop_constraint('asset', 'ck_asset_bmn_code_of_ten_digits')
        drop_constraint('asset', 'ck_asset_nup_of_a_code')
        drop_constraint('asset', 'ck_asset_nup_positive')
        drop_constraint('asset', 'uq_asset_bmn_code_nup')
        drop_constraint('prescription_line', 'ck_prescription_line_meal_known')
        drop_constraint('prescription_line', 'ck_prescription_line_dose_has_unit')
        drop_constraint('prescription_line', 'ck_prescription_line_dose_quantity_positive')
        drop_constraint('prescription_line', 'ck_prescription_line_every_hours_known')
        drop_constraint('prescription_line', 'ck_prescription_line_most_a_day_known')
        drop_constraint('prescription_line', 'ck_prescription_line_times_a_day_known')
        drop_constraint('prescription_line', 'ck_prescription_line_one_rhythm')
        drop_constraint('asset_movement', 'ck_asset_movement_awaited_until_acknowledged')
        drop_constraint('asset_movement', 'ck_asset_movement_state_known')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_one_interval')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_days_sane')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_months_sane')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_some_interval')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_weeks_sane')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_lead_days_sane')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_due_some_day')
        drop_constraint('maintenance_schedule', 'ck_maintenance_schedule_every_meter_sane')
        drop_constraint('asset_book_change', 'ck_asset_book_change_kind_known')
        drop_constraint('asset_book_change', 'ck_asset_book_change_tax_group_after_known')
        drop_constraint('asset_book_change', 'ck_asset_book_change_tax_group_before_known')
        drop_constraint('depreciation_run_line', 'ck_depreciation_run_line_caught_up_fits')
        drop_constraint('depreciation_run_line', 'ck_depreciation_run_line_caught_up_not_negative')
        drop_constraint('depreciation_run_line', 'ck_depreciation_run_line_periods_positive')
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
        op.drop_column('asset_model', 'bmn_code')
        op.drop_column('asset_model', 'aspak_name')
        op.drop_column('asset_auction', 'paid_on')
        op.drop_column('asset_auction', 'payment_reference')
        op.create_check_constraint(op.f('ck_asset_auction_state_known'), 'asset_auction', "state IN ('draft', 'submitted', 'approved', 'receivables_approved', 'open', 'sold', 'failed', 'rejected', 'cancelled')")
        op.drop_column('asset_disposal', 'responsible_id')
        op.drop_column('asset_disposal', 'responsible_name')
        op.drop_column('asset_disposal', 'claim_amount')
        op.drop_column('asset_disposal', 'claim_decision')
        op.create_check_constraint(op.f('ck_asset_disposal_route_known'), 'asset_disposal', "route IN ('scrap', 'auction', 'grant', 'return_to_owner')")
        op.create_check_constraint(op.f('ck_asset_disposal_state_known'), 'asset_disposal', "state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_depreciation_run_state_known'), 'depreciation_run', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')")
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
        op.drop_column('patient', 'registered_by_id')
        op.drop_column('room', 'qr_code')
        op.drop_column('consent', 'way')
        op.drop_column('consent', 'said_by')
        op.drop_column('inpatient_room', 'qr_code')
        op.create_check_constraint(op.f('ck_monthly_pack_state_known'), 'monthly_pack', "state IN ('draft', 'submitted', 'released', 'rejected', 'cancelled')")
        op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
        op.drop_column('bed', 'qr_code')
        op.drop_column('consultation', 'kind')
        op.create_check_constraint(op.f('ck_consultation_state_known'), 'consultation', "state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled')")
        op.drop_column('doctor_schedule', 'on_holidays')
        op.create_check_constraint(op.f('ck_doctor_schedule_ends_after_start'), 'doctor_schedule', 'ends_at > starts_at')
        op.drop_column('inventory_round', 'found_empty')
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.drop_column('schedule_exception', 'until')
        op.create_check_constraint(op.f('ck_schedule_exception_ends_after_start'), 'schedule_exception', 'ends_at IS NULL OR ends_at > starts_at')
        op.drop_column('letter', 'number')
        op.drop_column('letter', 'state')
        op.drop_column('letter', 'replaces_id')
        op.drop_column('letter', 'decided_reason')
        op.drop_column('letter', 'version')
        op.drop_column('prescription', 'valid_until')
        op.create_check_constraint(op.f('ck_prescription_state_known'), 'prescription', "state IN ('draft', 'issued', 'dispensed', 'cancelled')")
        op.drop_column('stay', 'outcome')
        op.drop_column('stay', 'voided_at')
        op.drop_column('asset', 'serial_is_shared')
        op.drop_column('asset', 'bmn_code')
        op.drop_column('asset', 'nup')
        op.drop_column('prescription_line', 'dose_quantity')
        op.drop_column('prescription_line', 'dose_unit')
        op.drop_column('prescription_line', 'times_a_day')
        op.drop_column('prescription_line', 'every_hours')
        op.drop_column('prescription_line', 'meal')
        op.drop_column('prescription_line', 'is_if_needed')
        op.drop_column('prescription_line', 'most_a_day')
        op.drop_column('prescription_line', 'interaction_reason')
        op.drop_column('prescription_line', 'warnings')
        op.drop_column('asset_auction_line', 'is_dropped')
        op.drop_column('asset_movement', 'state')
        op.drop_column('asset_movement', 'version')
        op.create_index('ix_asset_movement_awaited', 'asset_movement', ['to_work_unit_id'], unique=False, sqlite_where=sa.text('acknowledged_at IS NULL'), postgresql_where=sa.text('acknowledged_at IS NULL'))
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
        op.drop_column('asset_book_change', 'tax_group_before')
        op.drop_column('asset_book_change', 'tax_group_after')
        op.create_check_constraint(op.f('ck_asset_book_change_kind_known'), 'asset_book_change', "kind IN ('opening', 'life', 'disposal', 'part')")
        op.drop_column('depreciation_run_line', 'periods')
        op.drop_column('depreciation_run_line', 'caught_up')
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
        set_aside('asset_model', ['ix_asset_model_asset_type_id', 'ix_asset_model_name'])
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
        take_back('asset_model', ['id', 'code', 'name', 'asset_type_id', 'brand', 'model', 'specification', 'estimated_price', 'status', 'version'])
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
        take_back('asset_auction', ['id', 'created_by_id', 'account_id', 'auctioned_on', 'state', 'round', 'appraiser', 'appraised_on', 'buyer_name', 'buyer_identity', 'minutes_number', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_disposal', ['ix_asset_disposal_account_id', 'ix_asset_disposal_created_by_id', 'ix_asset_disposal_state', 'ix_asset_disposal_state_disposed_on'])
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
        take_back('asset_disposal', ['id', 'created_by_id', 'account_id', 'disposed_on', 'state', 'route', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('depreciation_run', ['ix_depreciation_run_created_by_id', 'ix_depreciation_run_state', 'ix_depreciation_run_state_run_on'])
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
        take_back('depreciation_run', ['id', 'created_by_id', 'run_on', 'book', 'period_start', 'period_end', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('patient', ['ix_patient_guardian_id', 'ix_patient_merged_into_id', 'ix_patient_name', 'ix_patient_region_code', 'ix_patient_registered_at', 'ix_patient_state'])
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
        sa.CheckConstraint("nik_index IS NULL OR state <> 'rejected'", name=op.f('ck_patient_rejected_holds_no_nik')),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_patient_payer_known')),
        sa.CheckConstraint("relation IN ('child', 'spouse', 'parent', 'sibling', 'other_person')", name=op.f('ck_patient_relation_known')),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f('ck_patient_sex_known')),
        sa.CheckConstraint("state IN ('pending', 'active', 'rejected', 'suspended', 'closed')", name=op.f('ck_patient_state_known')),
        sa.CheckConstraint('guardian_id IS NULL OR guardian_id <> id', name=op.f('ck_patient_guardian_is_another')),
        sa.CheckConstraint('guardian_id IS NULL OR relation IS NOT NULL', name=op.f('ck_patient_guardian_has_relation')),
        sa.CheckConstraint('height_cm > 0', name=op.f('ck_patient_height_cm_positive')),
        sa.CheckConstraint('nik_index IS NULL OR nik IS NOT NULL', name=op.f('ck_patient_nik_with_index')),
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
        take_back('patient', ['id', 'user_id', 'medical_record_number', 'name', 'nik', 'nik_index', 'birth_date', 'sex', 'height_cm', 'weight_kg', 'address', 'region_code', 'phone', 'marital_status', 'blood_type', 'allergies', 'payer', 'payer_name', 'payer_number', 'guardian_id', 'relation', 'merged_into_id', 'state', 'registered_at', 'decided_reason', 'version'])
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
        set_aside('consent', ['ix_consent_given_by_id', 'ix_consent_patient_id'])
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
        take_back('consent', ['id', 'patient_id', 'kind', 'text_version', 'language', 'given_by_id', 'given_at', 'withdrawn_at'])
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
        set_aside('monthly_pack', ['ix_monthly_pack_created_by_id', 'ix_monthly_pack_state'])
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
        take_back('monthly_pack', ['id', 'created_by_id', 'period_id', 'prepared_on', 'state', 'foreword', 'number', 'created_at', 'note', 'version'])
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
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_consultation_payer_known')),
        sa.CheckConstraint("state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled')", name=op.f('ck_consultation_state_known')),
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
        take_back('consultation', ['id', 'created_by_id', 'requested_on', 'patient_id', 'specialization_id', 'doctor_id', 'complaint', 'state', 'starts_at', 'slot_minutes', 'payer', 'triage', 'video_url', 'decided_reason', 'moved_to', 'moved_to_doctor_id', 'rescheduled_from_id', 'held_beside_id', 'approved_at', 'started_at', 'completed_at', 'rating', 'rating_comment', 'rated_at', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('doctor_schedule', ['ix_doctor_schedule_doctor_id'])
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
        take_back('doctor_schedule', ['id', 'doctor_id', 'weekday', 'starts_at', 'ends_at', 'slot_minutes', 'valid_from', 'valid_until', 'version'])
    if not on_postgresql():
        set_aside('inventory_round', ['ix_inventory_round_created_by_id', 'ix_inventory_round_inpatient_room_id', 'ix_inventory_round_room_id', 'ix_inventory_round_state', 'ix_inventory_round_state_counted_on'])
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
        take_back('inventory_round', ['id', 'created_by_id', 'room_id', 'inpatient_room_id', 'counted_on', 'state', 'number', 'created_at', 'note', 'version'])
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
        set_aside('schedule_exception', ['ix_schedule_exception_doctor_on'])
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
        take_back('schedule_exception', ['id', 'doctor_id', 'on', 'kind', 'starts_at', 'ends_at', 'slot_minutes', 'reason', 'version'])
    if not on_postgresql():
        set_aside('letter', ['ix_letter_author_id', 'ix_letter_consultation_id'])
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
        take_back('letter', ['id', 'consultation_id', 'kind', 'verify_code', 'issued_on', 'sick_from', 'sick_until', 'referred_to', 'body', 'author_id'])
    if not on_postgresql():
        set_aside('prescription', ['ix_prescription_consultation_id', 'ix_prescription_created_by_id', 'ix_prescription_state', 'ix_prescription_store_id'])
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
        take_back('prescription', ['id', 'created_by_id', 'consultation_id', 'prescribed_on', 'state', 'store_id', 'received_by', 'dispensed_at', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stay', ['ix_stay_bed_id', 'ix_stay_patient_id', 'ix_stay_started_at', 'uq_stay_open_bed'])
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
        take_back('stay', ['id', 'bed_id', 'patient_id', 'outside_reference', 'started_at', 'ended_at', 'checked_in_by_id', 'checked_out_by_id', 'version'])
    if not on_postgresql():
        set_aside('asset', ['ix_asset_account_id', 'ix_asset_asset_model_id', 'ix_asset_asset_receipt_line_id', 'ix_asset_asset_type_id', 'ix_asset_building_id', 'ix_asset_calibration_due_on', 'ix_asset_employee_id', 'ix_asset_inpatient_room_id', 'ix_asset_name', 'ix_asset_parent_id', 'ix_asset_room_id', 'ix_asset_serial_number', 'ix_asset_split_from_id', 'ix_asset_state', 'ix_asset_state_name', 'ix_asset_vendor_id', 'ix_asset_ward_id', 'ix_asset_work_unit_id'])
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
        take_back('asset', ['id', 'tag', 'qr_code', 'asset_type_id', 'asset_model_id', 'name', 'account_id', 'ownership', 'brand', 'model', 'serial_number', 'condition', 'acquisition_cost', 'acquired_on', 'retired_on', 'quantity', 'state', 'funding_source', 'vendor_id', 'warranty_until', 'parent_id', 'work_unit_id', 'employee_id', 'building_id', 'room_id', 'ward_id', 'inpatient_room_id', 'capitalised_building_id', 'asset_receipt_line_id', 'split_from_id', 'calibration_due_on', 'calibration_failed', 'recalibrate_from', 'version'])
    if not on_postgresql():
        set_aside('prescription_line', ['ix_prescription_line_item_id', 'ix_prescription_line_prescription_id', 'ix_prescription_line_unit_id'])
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
        take_back('prescription_line', ['id', 'prescription_id', 'item_id', 'unit_id', 'quantity', 'factor', 'dose', 'frequency', 'duration_days', 'directions', 'allergy_reason'])
    if not on_postgresql():
        set_aside('asset_auction_line', ['ix_asset_auction_line_asset_auction_id', 'ix_asset_auction_line_asset_id', 'ix_asset_auction_line_land_id'])
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
        take_back('asset_auction_line', ['id', 'asset_auction_id', 'asset_id', 'land_id', 'quantity', 'appraised_value', 'reserve_price', 'sale_price'])
    if not on_postgresql():
        set_aside('asset_movement', ['ix_asset_movement_asset_id', 'ix_asset_movement_moved_at'])
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
        take_back('asset_movement', ['id', 'asset_id', 'quantity', 'moved_at', 'moved_by_id', 'from_building_id', 'from_room_id', 'from_ward_id', 'from_inpatient_room_id', 'from_work_unit_id', 'to_building_id', 'to_room_id', 'to_ward_id', 'to_inpatient_room_id', 'to_work_unit_id', 'reason', 'acknowledged_by_id', 'acknowledged_at'])
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
        take_back('asset_book_change', ['id', 'asset_book_id', 'kind', 'changed_on', 'amount', 'cost_change', 'useful_life_before', 'useful_life_after', 'residual_before', 'residual_after', 'document_type', 'document_id', 'reason', 'user_id', 'occurred_at'])
    if not on_postgresql():
        set_aside('depreciation_run_line', ['ix_depreciation_run_line_asset_book_id', 'ix_depreciation_run_line_asset_id', 'ix_depreciation_run_line_depreciation_run_id'])
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
        take_back('depreciation_run_line', ['id', 'depreciation_run_id', 'asset_id', 'asset_book_id', 'opening_value', 'amount', 'closing_value'])
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
    op.drop_index('ix_dispensing_given_by_id', table_name='dispensing')
    op.drop_index('ix_dispensing_prescription_line_id', table_name='dispensing')
    op.drop_index('ix_dispensing_store_id', table_name='dispensing')
    op.drop_table('dispensing')
    op.drop_index('ix_asset_value_change_line_asset_id', table_name='asset_value_change_line')
    op.drop_index('ix_asset_value_change_line_asset_value_change_id', table_name='asset_value_change_line')
    op.drop_table('asset_value_change_line')
    op.drop_index('ix_stay_bed_bed_id_ended_at', table_name='stay_bed')
    op.drop_index('ix_stay_bed_stay_id', table_name='stay_bed')
    op.drop_index('uq_stay_bed_open_bed', table_name='stay_bed')
    op.drop_index('uq_stay_bed_open_stay', table_name='stay_bed')
    op.drop_table('stay_bed')
    op.drop_index('ix_prescription_template_prescription_id', table_name='prescription_template')
    op.drop_table('prescription_template')
    op.drop_index('ix_letter_answer_letter_id', table_name='letter_answer')
    op.drop_index('ix_letter_answer_recorded_by_id', table_name='letter_answer')
    op.drop_table('letter_answer')
    op.drop_index('ix_bed_reservation_bed_id', table_name='bed_reservation')
    op.drop_index('ix_bed_reservation_held_until', table_name='bed_reservation')
    op.drop_index('ix_bed_reservation_patient_id', table_name='bed_reservation')
    op.drop_index('ix_bed_reservation_room_class_id', table_name='bed_reservation')
    op.drop_index('ix_bed_reservation_state', table_name='bed_reservation')
    op.drop_index('ix_bed_reservation_stay_id', table_name='bed_reservation')
    op.drop_table('bed_reservation')
    op.drop_index('ix_walk_in_created_by_id', table_name='walk_in')
    op.drop_index('ix_walk_in_patient_id', table_name='walk_in')
    op.drop_index('ix_walk_in_state', table_name='walk_in')
    op.drop_index('uq_walk_in_patient_id_waiting', table_name='walk_in')
    op.drop_table('walk_in')
    op.drop_index('ix_vital_sign_consultation_id', table_name='vital_sign')
    op.drop_index('ix_vital_sign_entered_by_id', table_name='vital_sign')
    op.drop_index('ix_vital_sign_patient_id_kind_measured_at', table_name='vital_sign')
    op.drop_table('vital_sign')
    op.drop_index('ix_video_signal_consultation_id_id', table_name='video_signal')
    op.drop_index('ix_video_signal_sent_at', table_name='video_signal')
    op.drop_table('video_signal')
    op.drop_index('ix_follow_up_consultation_id', table_name='follow_up')
    op.drop_index('ix_follow_up_due_on', table_name='follow_up')
    op.drop_index('ix_follow_up_set_by_id', table_name='follow_up')
    op.drop_index('uq_follow_up_consultation_id_live', table_name='follow_up')
    op.drop_table('follow_up')
    op.drop_index('ix_doctor_duty_doctor_id', table_name='doctor_duty')
    op.drop_index('uq_doctor_duty_doctor_id_open', table_name='doctor_duty')
    op.drop_table('doctor_duty')
    op.drop_index('ix_wall_display_state', table_name='wall_display')
    op.drop_index('ix_wall_display_ward_id', table_name='wall_display')
    op.drop_table('wall_display')
    op.drop_index('ix_patient_allergy_ended_by_id', table_name='patient_allergy')
    op.drop_index('ix_patient_allergy_noted_by_id', table_name='patient_allergy')
    op.drop_index('ix_patient_allergy_patient_id', table_name='patient_allergy')
    op.drop_table('patient_allergy')
    op.drop_index('ix_service_contract_asset_model_id', table_name='service_contract')
    op.drop_index('ix_service_contract_ends_on', table_name='service_contract')
    op.drop_index('ix_service_contract_vendor_id', table_name='service_contract')
    op.drop_table('service_contract')
    op.drop_index('ix_model_part_item_id', table_name='model_part')
    op.drop_table('model_part')
    op.drop_index('ix_form_draft_saved_at', table_name='form_draft')
    op.drop_table('form_draft')
    op.drop_index('ix_asset_value_change_account_id', table_name='asset_value_change')
    op.drop_index('ix_asset_value_change_created_by_id', table_name='asset_value_change')
    op.drop_index('ix_asset_value_change_state', table_name='asset_value_change')
    op.drop_index('ix_asset_value_change_state_changed_on', table_name='asset_value_change')
    op.drop_table('asset_value_change')
    op.drop_table('substance')
    op.drop_table('medicine_name')
    op.drop_table('drug_interaction')
    make_rules('0005', '0006')
