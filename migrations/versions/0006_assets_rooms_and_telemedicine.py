"""assets rooms and telemedicine

Revision ID: 0006_c6cce499793c
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_c6cce499793c'
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
    op.add_column('stay', sa.Column('outcome', sa.String(32), nullable=True))
    op.add_column('stay', sa.Column('voided_at', MOMENT, nullable=True))
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_stay_outcome_known'), 'stay', "outcome IN ('went_home', 'referred', 'own_wish', 'died')")
        op.create_check_constraint(op.f('ck_stay_outcome_of_ended'), 'stay', 'outcome IS NULL OR (ended_at IS NOT NULL AND voided_at IS NULL)')
        op.create_check_constraint(op.f('ck_stay_voided_is_ended'), 'stay', 'voided_at IS NULL OR ended_at IS NOT NULL')
        op.create_index('uq_stay_open_patient', 'stay', ['patient_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND patient_id IS NOT NULL'))
        op.create_index('uq_stay_open_reference', 'stay', ['outside_reference'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND outside_reference IS NOT NULL'))
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
    make_rules('0006', '0005')


def downgrade() -> None:
    drop_rules('0006', '0005')
    op.drop_index('uq_stay_open_patient', table_name='stay')
    op.drop_index('uq_stay_open_reference', table_name='stay')
    if on_postgresql():
        drop_constraint('stay', 'ck_stay_outcome_known')
        drop_constraint('stay', 'ck_stay_outcome_of_ended')
        drop_constraint('stay', 'ck_stay_voided_is_ended')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('stay', 'outcome')
        op.drop_column('stay', 'voided_at')
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
    op.drop_index('ix_wall_display_state', table_name='wall_display')
    op.drop_index('ix_wall_display_ward_id', table_name='wall_display')
    op.drop_table('wall_display')
    make_rules('0005', '0006')
