"""assets rooms and telemedicine

Revision ID: 0006_ce705d56027e
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_ce705d56027e'
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
    sa.CheckConstraint("state <> 'taken' OR consultation_id IS NOT NULL", name=op.f('ck_walk_in_taken_has_consultation')),
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
    op.add_column('consultation', sa.Column('kind', sa.String(32), server_default='appointment', nullable=False))
    op.add_column('doctor_schedule', sa.Column('on_holidays', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('schedule_exception', sa.Column('until', sa.Date(), nullable=True))
    op.add_column('letter', sa.Column('number', sa.String(length=20), nullable=True))
    op.add_column('letter', sa.Column('state', sa.String(32), server_default='issued', nullable=False))
    op.add_column('letter', sa.Column('replaces_id', KEY, nullable=True))
    op.add_column('letter', sa.Column('decided_reason', sa.Text(), nullable=True))
    op.add_column('letter', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    if on_postgresql():
        drop_constraint('consultation', 'ck_consultation_state_known')
        drop_constraint('doctor_schedule', 'ck_doctor_schedule_ends_after_start')
        drop_constraint('schedule_exception', 'ck_schedule_exception_ends_after_start')
    run_rows('rows')
    if on_postgresql():
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
    make_rules('0006', '0005')


def downgrade() -> None:
    drop_rules('0006', '0005')
    op.drop_index('ix_letter_state', table_name='letter')
    if on_postgresql():
        drop_constraint('consultation', 'ck_consultation_kind_known')
        drop_constraint('consultation', 'ck_consultation_state_known')
        drop_constraint('doctor_schedule', 'ck_doctor_schedule_hours_not_empty')
        drop_constraint('schedule_exception', 'ck_schedule_exception_hours_not_empty')
        drop_constraint('schedule_exception', 'ck_schedule_exception_until_of_whole_days')
        drop_constraint('letter', 'ck_letter_state_known')
        drop_constraint('letter', 'fk_letter_replaces_id')
        drop_constraint('letter', 'uq_letter_number')
        drop_constraint('letter', 'uq_letter_replaces_id')
    run_rows('rows_back')
    if on_postgresql():
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
    op.drop_index('ix_walk_in_created_by_id', table_name='walk_in')
    op.drop_index('ix_walk_in_patient_id', table_name='walk_in')
    op.drop_index('ix_walk_in_state', table_name='walk_in')
    op.drop_index('uq_walk_in_patient_id_waiting', table_name='walk_in')
    op.drop_table('walk_in')
    op.drop_index('ix_doctor_duty_doctor_id', table_name='doctor_duty')
    op.drop_index('uq_doctor_duty_doctor_id_open', table_name='doctor_duty')
    op.drop_table('doctor_duty')
    op.drop_index('ix_form_draft_saved_at', table_name='form_draft')
    op.drop_table('form_draft')
    make_rules('0005', '0006')
