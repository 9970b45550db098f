"""assets rooms and telemedicine

Revision ID: 0006_d13cc8d867e0
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_d13cc8d867e0'
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
    op.add_column('prescription', sa.Column('valid_until', sa.Date(), nullable=True))
    op.add_column('prescription_line', sa.Column('dose_quantity', exact(14, 3), nullable=True))
    op.add_column('prescription_line', sa.Column('dose_unit', sa.String(length=40), nullable=True))
    op.add_column('prescription_line', sa.Column('times_a_day', sa.Integer(), nullable=True))
    op.add_column('prescription_line', sa.Column('every_hours', sa.Integer(), nullable=True))
    op.add_column('prescription_line', sa.Column('meal', sa.String(32), nullable=True))
    op.add_column('prescription_line', sa.Column('is_if_needed', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('prescription_line', sa.Column('most_a_day', sa.Integer(), nullable=True))
    op.add_column('prescription_line', sa.Column('interaction_reason', sa.String(length=200), nullable=True))
    op.add_column('prescription_line', sa.Column('warnings', sa.Text(), nullable=True))
    if on_postgresql():
        drop_constraint('prescription', 'ck_prescription_state_known')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_prescription_state_known'), 'prescription', "state IN ('draft', 'issued', 'partly_dispensed', 'dispensed', 'cancelled', 'expired')")
        op.create_check_constraint(op.f('ck_prescription_line_meal_known'), 'prescription_line', "meal IN ('before_meal', 'after_meal', 'with_meal', 'morning', 'bedtime')")
        op.create_check_constraint(op.f('ck_prescription_line_dose_has_unit'), 'prescription_line', '(dose_quantity IS NULL) = (dose_unit IS NULL)')
        op.create_check_constraint(op.f('ck_prescription_line_dose_quantity_positive'), 'prescription_line', 'dose_quantity > 0')
        op.create_check_constraint(op.f('ck_prescription_line_every_hours_known'), 'prescription_line', 'every_hours BETWEEN 1 AND 168')
        op.create_check_constraint(op.f('ck_prescription_line_most_a_day_known'), 'prescription_line', 'most_a_day BETWEEN 1 AND 24')
        op.create_check_constraint(op.f('ck_prescription_line_times_a_day_known'), 'prescription_line', 'times_a_day BETWEEN 1 AND 24')
        op.create_check_constraint(op.f('ck_prescription_line_one_rhythm'), 'prescription_line', 'times_a_day IS NULL OR every_hours IS NULL')
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
    make_rules('0006', '0005')


def downgrade() -> None:
    drop_rules('0006', '0005')
    if on_postgresql():
        drop_constraint('prescription', 'ck_prescription_state_known')
        drop_constraint('prescription_line', 'ck_prescription_line_meal_known')
        drop_constraint('prescription_line', 'ck_prescription_line_dose_has_unit')
        drop_constraint('prescription_line', 'ck_prescription_line_dose_quantity_positive')
        drop_constraint('prescription_line', 'ck_prescription_line_every_hours_known')
        drop_constraint('prescription_line', 'ck_prescription_line_most_a_day_known')
        drop_constraint('prescription_line', 'ck_prescription_line_times_a_day_known')
        drop_constraint('prescription_line', 'ck_prescription_line_one_rhythm')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('prescription', 'valid_until')
        op.create_check_constraint(op.f('ck_prescription_state_known'), 'prescription', "state IN ('draft', 'issued', 'dispensed', 'cancelled')")
        op.drop_column('prescription_line', 'dose_quantity')
        op.drop_column('prescription_line', 'dose_unit')
        op.drop_column('prescription_line', 'times_a_day')
        op.drop_column('prescription_line', 'every_hours')
        op.drop_column('prescription_line', 'meal')
        op.drop_column('prescription_line', 'is_if_needed')
        op.drop_column('prescription_line', 'most_a_day')
        op.drop_column('prescription_line', 'interaction_reason')
        op.drop_column('prescription_line', 'warnings')
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
    op.drop_index('ix_dispensing_given_by_id', table_name='dispensing')
    op.drop_index('ix_dispensing_prescription_line_id', table_name='dispensing')
    op.drop_index('ix_dispensing_store_id', table_name='dispensing')
    op.drop_table('dispensing')
    op.drop_index('ix_prescription_template_prescription_id', table_name='prescription_template')
    op.drop_table('prescription_template')
    op.drop_index('ix_patient_allergy_ended_by_id', table_name='patient_allergy')
    op.drop_index('ix_patient_allergy_noted_by_id', table_name='patient_allergy')
    op.drop_index('ix_patient_allergy_patient_id', table_name='patient_allergy')
    op.drop_table('patient_allergy')
    op.drop_table('substance')
    op.drop_table('medicine_name')
    op.drop_table('drug_interaction')
    make_rules('0005', '0006')
