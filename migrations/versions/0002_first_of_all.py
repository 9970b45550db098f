"""First of all

Revision ID: 0002_733759f6372d
Revises: 0001_038fb5cfc9a6
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0002_733759f6372d'
down_revision = '0001_038fb5cfc9a6'
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
    drop_rules('0001', '0002')
    op.add_column('user', sa.Column('email_set_at', MOMENT, nullable=True))
    op.add_column('user', sa.Column('email_set_by_id', KEY, nullable=True))
    if on_postgresql():
        drop_constraint('consultation', 'ck_consultation_slot_minutes_of_five')
        drop_constraint('consultation', 'uq_consultation_id_doctor_id_patient_id')
        drop_constraint('doctor_schedule', 'ck_doctor_schedule_slot_minutes_of_five')
        drop_constraint('schedule_exception', 'ck_schedule_exception_slot_minutes_of_five')
    run_rows('rows')
    if on_postgresql():
        op.create_foreign_key(op.f('fk_user_email_set_by_id'), 'user', 'user', ['email_set_by_id'], ['id'])
        op.create_check_constraint(op.f('ck_consultation_slot_minutes_within_a_day'), 'consultation', 'slot_minutes BETWEEN 1 AND 1440')
        op.create_check_constraint(op.f('ck_doctor_schedule_slot_minutes_5_to_240'), 'doctor_schedule', 'slot_minutes BETWEEN 5 AND 240')
        op.create_check_constraint(op.f('ck_schedule_exception_slot_minutes_5_to_240'), 'schedule_exception', 'slot_minutes BETWEEN 5 AND 240')
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
        take_back('consultation', ['id', 'created_by_id', 'requested_on', 'patient_id', 'specialization_id', 'doctor_id', 'complaint', 'state', 'starts_at', 'slot_minutes', 'payer', 'triage', 'video_url', 'decided_reason', 'moved_to', 'moved_to_doctor_id', 'rescheduled_from_id', 'approved_at', 'started_at', 'completed_at', 'rating', 'rating_comment', 'rated_at', 'number', 'created_at', 'note', 'version'])
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
    op.drop_index('ix_slot_tick_consultation_id', table_name='slot_tick')
    op.drop_table('slot_tick')
    make_rules('0002', '0001')


def downgrade() -> None:
    drop_rules('0002', '0001')
    if on_postgresql():
        op.create_unique_constraint(op.f('uq_consultation_id_doctor_id_patient_id'), 'consultation', ['id', 'doctor_id', 'patient_id'])
    op.create_table('slot_tick',
    sa.Column('id', KEY, nullable=False),
    sa.Column('consultation_id', KEY, nullable=False),
    sa.Column('doctor_id', KEY, nullable=False),
    sa.Column('patient_id', KEY, nullable=False),
    sa.Column('tick', KEY, nullable=False),
    sa.ForeignKeyConstraint(['consultation_id', 'doctor_id', 'patient_id'], ['consultation.id', 'consultation.doctor_id', 'consultation.patient_id'], name='fk_slot_tick_consultation', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot_tick')),
    sa.UniqueConstraint('doctor_id', 'tick', name=op.f('uq_slot_tick_doctor_id_tick')),
    sa.UniqueConstraint('patient_id', 'tick', name=op.f('uq_slot_tick_patient_id_tick')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_slot_tick_consultation_id'), 'slot_tick', ['consultation_id'], unique=False)
    if on_postgresql():
        drop_constraint('user', 'fk_user_email_set_by_id')
        drop_constraint('consultation', 'ck_consultation_slot_minutes_within_a_day')
        drop_constraint('doctor_schedule', 'ck_doctor_schedule_slot_minutes_5_to_240')
        drop_constraint('schedule_exception', 'ck_schedule_exception_slot_minutes_5_to_240')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('user', 'email_set_at')
        op.drop_column('user', 'email_set_by_id')
        op.create_check_constraint(op.f('ck_consultation_slot_minutes_of_five'), 'consultation', 'slot_minutes BETWEEN 5 AND 240 AND slot_minutes % 5 = 0')
        op.create_check_constraint(op.f('ck_doctor_schedule_slot_minutes_of_five'), 'doctor_schedule', 'slot_minutes BETWEEN 5 AND 240 AND slot_minutes % 5 = 0')
        op.create_check_constraint(op.f('ck_schedule_exception_slot_minutes_of_five'), 'schedule_exception', 'slot_minutes BETWEEN 5 AND 240 AND slot_minutes % 5 = 0')
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
        take_back('user', ['id', 'name', 'email', 'password_hash', 'phone', 'work_unit_id', 'language', 'status', 'is_demo', 'wants_mail', 'wants_whatsapp', 'wants_sms', 'email_confirmed_at', 'created_at', 'version'])
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
        sa.CheckConstraint('slot_minutes BETWEEN 5 AND 240 AND slot_minutes % 5 = 0', name=op.f('ck_consultation_slot_minutes_of_five')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_consultation_created_by_id')),
        sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_consultation_doctor_id')),
        sa.ForeignKeyConstraint(['moved_to_doctor_id'], ['doctor.id'], name=op.f('fk_consultation_moved_to_doctor_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consultation_patient_id')),
        sa.ForeignKeyConstraint(['rescheduled_from_id'], ['consultation.id'], name=op.f('fk_consultation_rescheduled_from_id')),
        sa.ForeignKeyConstraint(['specialization_id'], ['specialization.id'], name=op.f('fk_consultation_specialization_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation')),
        sa.UniqueConstraint('id', 'doctor_id', 'patient_id', name=op.f('uq_consultation_id_doctor_id_patient_id')),
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
        take_back('consultation', ['id', 'created_by_id', 'requested_on', 'patient_id', 'specialization_id', 'doctor_id', 'complaint', 'state', 'starts_at', 'slot_minutes', 'payer', 'triage', 'video_url', 'decided_reason', 'moved_to', 'moved_to_doctor_id', 'rescheduled_from_id', 'approved_at', 'started_at', 'completed_at', 'rating', 'rating_comment', 'rated_at', 'number', 'created_at', 'note', 'version'])
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
        sa.CheckConstraint('slot_minutes BETWEEN 5 AND 240 AND slot_minutes % 5 = 0', name=op.f('ck_doctor_schedule_slot_minutes_of_five')),
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
        sa.CheckConstraint('slot_minutes BETWEEN 5 AND 240 AND slot_minutes % 5 = 0', name=op.f('ck_schedule_exception_slot_minutes_of_five')),
        sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_schedule_exception_doctor_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_schedule_exception')),
        sqlite_autoincrement=True
        )
        op.create_index('ix_schedule_exception_doctor_on', 'schedule_exception', ['doctor_id', 'on'], unique=False)
        take_back('schedule_exception', ['id', 'doctor_id', 'on', 'kind', 'starts_at', 'ends_at', 'slot_minutes', 'reason', 'version'])
    make_rules('0001', '0002')
