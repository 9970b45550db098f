"""assets rooms and telemedicine

Revision ID: 0006_f681add80cd5
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_f681add80cd5'
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
    op.drop_index('uq_depreciation_run_living_period', table_name='depreciation_run')
    op.add_column('patient', sa.Column('registered_by_id', KEY, nullable=True))
    op.add_column('consent', sa.Column('way', sa.String(32), server_default='portal', nullable=False))
    op.add_column('consent', sa.Column('said_by', sa.String(length=200), nullable=True))
    op.add_column('consultation', sa.Column('kind', sa.String(32), server_default='appointment', nullable=False))
    op.add_column('doctor_schedule', sa.Column('on_holidays', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('schedule_exception', sa.Column('until', sa.Date(), nullable=True))
    op.add_column('letter', sa.Column('number', sa.String(length=20), nullable=True))
    op.add_column('letter', sa.Column('state', sa.String(32), server_default='issued', nullable=False))
    op.add_column('letter', sa.Column('replaces_id', KEY, nullable=True))
    op.add_column('letter', sa.Column('decided_reason', sa.Text(), nullable=True))
    op.add_column('letter', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.add_column('stay', sa.Column('outcome', sa.String(32), nullable=True))
    op.add_column('stay', sa.Column('voided_at', MOMENT, nullable=True))
    op.add_column('asset_book_change', sa.Column('tax_group_before', sa.String(32), nullable=True))
    op.add_column('asset_book_change', sa.Column('tax_group_after', sa.String(32), nullable=True))
    op.add_column('depreciation_run_line', sa.Column('periods', sa.Integer(), server_default='1', nullable=False))
    op.add_column('depreciation_run_line', sa.Column('caught_up', exact(18, 2), server_default='0', nullable=False))
    if on_postgresql():
        drop_constraint('depreciation_run', 'ck_depreciation_run_state_known')
        drop_constraint('consultation', 'ck_consultation_state_known')
        drop_constraint('doctor_schedule', 'ck_doctor_schedule_ends_after_start')
        drop_constraint('schedule_exception', 'ck_schedule_exception_ends_after_start')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_depreciation_run_state_known'), 'depreciation_run', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled', 'reversed')")
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        op.create_foreign_key(op.f('fk_patient_registered_by_id'), 'patient', 'user', ['registered_by_id'], ['id'])
        op.create_check_constraint(op.f('ck_consent_said_by_somebody'), 'consent', "way = 'portal' OR said_by IS NOT NULL")
        op.create_check_constraint(op.f('ck_consent_way_known'), 'consent', "way IN ('portal', 'on_paper', 'orally')")
        op.create_check_constraint(op.f('ck_consultation_kind_known'), 'consultation', "kind IN ('appointment', 'now')")
        op.create_check_constraint(op.f('ck_consultation_state_known'), 'consultation', "state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled', 'expired')")
        op.create_check_constraint(op.f('ck_doctor_schedule_hours_not_empty'), 'doctor_schedule', 'ends_at <> starts_at')
        op.create_check_constraint(op.f('ck_schedule_exception_hours_not_empty'), 'schedule_exception', 'ends_at IS NULL OR ends_at <> starts_at')
        op.create_check_constraint(op.f('ck_schedule_exception_until_of_whole_days'), 'schedule_exception', 'until IS NULL OR (until >= "on" AND kind = \'away\' AND starts_at IS NULL)')
        op.create_check_constraint(op.f('ck_letter_state_known'), 'letter', "state IN ('issued', 'withdrawn', 'replaced')")
        op.create_foreign_key(op.f('fk_letter_replaces_id'), 'letter', 'letter', ['replaces_id'], ['id'])
        op.create_unique_constraint(op.f('uq_letter_number'), 'letter', ['number'])
        op.create_unique_constraint(op.f('uq_letter_replaces_id'), 'letter', ['replaces_id'])
        op.create_index(op.f('ix_letter_state'), 'letter', ['state'], unique=False)
        op.create_check_constraint(op.f('ck_stay_outcome_known'), 'stay', "outcome IN ('home', 'referred', 'own_wish', 'died')")
        op.create_check_constraint(op.f('ck_stay_outcome_of_ended'), 'stay', 'outcome IS NULL OR (ended_at IS NOT NULL AND voided_at IS NULL)')
        op.create_check_constraint(op.f('ck_stay_voided_is_ended'), 'stay', 'voided_at IS NULL OR ended_at IS NOT NULL')
        op.create_index('uq_stay_open_patient', 'stay', ['patient_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'))
        op.create_index('uq_stay_open_reference', 'stay', ['outside_reference'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'))
        op.create_check_constraint(op.f('ck_asset_book_change_tax_group_after_known'), 'asset_book_change', "tax_group_after IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')")
        op.create_check_constraint(op.f('ck_asset_book_change_tax_group_before_known'), 'asset_book_change', "tax_group_before IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')")
        op.create_check_constraint(op.f('ck_depreciation_run_line_caught_up_fits'), 'depreciation_run_line', 'caught_up <= amount')
        op.create_check_constraint(op.f('ck_depreciation_run_line_caught_up_not_negative'), 'depreciation_run_line', 'caught_up >= 0')
        op.create_check_constraint(op.f('ck_depreciation_run_line_periods_positive'), 'depreciation_run_line', 'periods > 0')
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
        sa.CheckConstraint("outcome IN ('home', 'referred', 'own_wish', 'died')", name=op.f('ck_stay_outcome_known')),
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
        sa.CheckConstraint("kind IN ('opening', 'life', 'disposal', 'part')", name=op.f('ck_asset_book_change_kind_known')),
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
    make_rules('0006', '0005')


def downgrade() -> None:
    drop_rules('0006', '0005')
    op.drop_index('uq_depreciation_run_living_period', table_name='depreciation_run')
    op.drop_index('ix_letter_state', table_name='letter')
    op.drop_index('uq_stay_open_patient', table_name='stay')
    op.drop_index('uq_stay_open_reference', table_name='stay')
    if on_postgresql():
        drop_constraint('depreciation_run', 'ck_depreciation_run_state_known')
        drop_constraint('patient', 'fk_patient_registered_by_id')
        drop_constraint('consent', 'ck_consent_said_by_somebody')
        drop_constraint('consent', 'ck_consent_way_known')
        drop_constraint('consultation', 'ck_consultation_kind_known')
        drop_constraint('consultation', 'ck_consultation_state_known')
        drop_constraint('doctor_schedule', 'ck_doctor_schedule_hours_not_empty')
        drop_constraint('schedule_exception', 'ck_schedule_exception_hours_not_empty')
        drop_constraint('schedule_exception', 'ck_schedule_exception_until_of_whole_days')
        drop_constraint('letter', 'ck_letter_state_known')
        drop_constraint('letter', 'fk_letter_replaces_id')
        drop_constraint('letter', 'uq_letter_number')
        drop_constraint('letter', 'uq_letter_replaces_id')
        drop_constraint('stay', 'ck_stay_outcome_known')
        drop_constraint('stay', 'ck_stay_outcome_of_ended')
        drop_constraint('stay', 'ck_stay_voided_is_ended')
        drop_constraint('asset_book_change', 'ck_asset_book_change_tax_group_after_known')
        drop_constraint('asset_book_change', 'ck_asset_book_change_tax_group_before_known')
        drop_constraint('depreciation_run_line', 'ck_depreciation_run_line_caught_up_fits')
        drop_constraint('depreciation_run_line', 'ck_depreciation_run_line_caught_up_not_negative')
        drop_constraint('depreciation_run_line', 'ck_depreciation_run_line_periods_positive')
    run_rows('rows_back')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_depreciation_run_state_known'), 'depreciation_run', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')")
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
        op.drop_column('patient', 'registered_by_id')
        op.drop_column('consent', 'way')
        op.drop_column('consent', 'said_by')
        op.drop_column('consultation', 'kind')
        op.create_check_constraint(op.f('ck_consultation_state_known'), 'consultation', "state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled')")
        op.drop_column('doctor_schedule', 'on_holidays')
        op.create_check_constraint(op.f('ck_doctor_schedule_ends_after_start'), 'doctor_schedule', 'ends_at > starts_at')
        op.drop_column('schedule_exception', 'until')
        op.create_check_constraint(op.f('ck_schedule_exception_ends_after_start'), 'schedule_exception', 'ends_at IS NULL OR ends_at > starts_at')
        op.drop_column('letter', 'number')
        op.drop_column('letter', 'state')
        op.drop_column('letter', 'replaces_id')
        op.drop_column('letter', 'decided_reason')
        op.drop_column('letter', 'version')
        op.drop_column('stay', 'outcome')
        op.drop_column('stay', 'voided_at')
        op.drop_column('asset_book_change', 'tax_group_before')
        op.drop_column('asset_book_change', 'tax_group_after')
        op.drop_column('depreciation_run_line', 'periods')
        op.drop_column('depreciation_run_line', 'caught_up')
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
    op.drop_index('ix_stay_bed_bed_id_ended_at', table_name='stay_bed')
    op.drop_index('ix_stay_bed_stay_id', table_name='stay_bed')
    op.drop_index('uq_stay_bed_open_bed', table_name='stay_bed')
    op.drop_index('uq_stay_bed_open_stay', table_name='stay_bed')
    op.drop_table('stay_bed')
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
    op.drop_index('ix_doctor_duty_doctor_id', table_name='doctor_duty')
    op.drop_index('uq_doctor_duty_doctor_id_open', table_name='doctor_duty')
    op.drop_table('doctor_duty')
    op.drop_index('ix_wall_display_state', table_name='wall_display')
    op.drop_index('ix_wall_display_ward_id', table_name='wall_display')
    op.drop_table('wall_display')
    op.drop_index('ix_form_draft_saved_at', table_name='form_draft')
    op.drop_table('form_draft')
    make_rules('0005', '0006')
