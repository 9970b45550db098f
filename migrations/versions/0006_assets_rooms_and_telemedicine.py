"""assets rooms and telemedicine

Revision ID: 0006_efd2b0a4cfdc
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_efd2b0a4cfdc'
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
    run_rows('rows')
    make_rules('0006', '0005')


def downgrade() -> None:
    drop_rules('0006', '0005')
    run_rows('rows_back')
    op.drop_index('ix_letter_answer_letter_id', table_name='letter_answer')
    op.drop_index('ix_letter_answer_recorded_by_id', table_name='letter_answer')
    op.drop_table('letter_answer')
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
    make_rules('0005', '0006')
