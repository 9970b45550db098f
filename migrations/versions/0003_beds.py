"""Beds

Revision ID: 0003_7ae83f7e060d
Revises: 0002_733759f6372d
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0003_7ae83f7e060d'
down_revision = '0002_733759f6372d'
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
    drop_rules('0002', '0003')
    op.add_column('bed', sa.Column('cleaning_due', sa.String(32), nullable=True))
    op.add_column('cleaning', sa.Column('needs_inspection', sa.Boolean(), nullable=True))
    op.drop_index('uq_cleaning_open_bed', table_name='cleaning')
    op.drop_index('uq_cleaning_open_room', table_name='cleaning')
    if on_postgresql():
        drop_constraint('cleaning', 'ck_cleaning_state_known')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_bed_cleaning_due_known'), 'bed', "cleaning_due IN ('routine', 'terminal', 'isolation')")
        op.alter_column('cleaning', 'needs_inspection', nullable=False)
        op.create_check_constraint(op.f('ck_cleaning_inspected_if_asked'), 'cleaning', "needs_inspection OR state NOT IN ('to_inspect', 'inspected')")
        op.create_check_constraint(op.f('ck_cleaning_state_known'), 'cleaning', "state IN ('waiting', 'in_progress', 'to_inspect', 'finished', 'inspected', 'cancelled')")
        op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
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
        set_aside('cleaning', ['ix_cleaning_bed_id', 'ix_cleaning_employee_id', 'ix_cleaning_inpatient_room_id', 'ix_cleaning_room_id', 'ix_cleaning_state', 'ix_cleaning_state_requested_at'])
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
        op.create_index(op.f('ix_cleaning_room_id'), 'cleaning', ['room_id'], unique=False)
        op.create_index(op.f('ix_cleaning_state'), 'cleaning', ['state'], unique=False)
        op.create_index('ix_cleaning_state_requested_at', 'cleaning', ['state', 'requested_at'], unique=False)
        op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        take_back('cleaning', ['id', 'kind', 'inpatient_room_id', 'room_id', 'bed_id', 'employee_id', 'requested_at', 'started_at', 'cleaned_at', 'inspected_at', 'cost', 'state', 'needs_inspection', 'checklist', 'checklist_done', 'note', 'version'])
    make_rules('0003', '0002')


def downgrade() -> None:
    drop_rules('0003', '0002')
    op.drop_index('uq_cleaning_open_bed', table_name='cleaning')
    op.drop_index('uq_cleaning_open_room', table_name='cleaning')
    if on_postgresql():
        drop_constraint('bed', 'ck_bed_cleaning_due_known')
        drop_constraint('cleaning', 'ck_cleaning_inspected_if_asked')
        drop_constraint('cleaning', 'ck_cleaning_state_known')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('bed', 'cleaning_due')
        op.drop_column('cleaning', 'needs_inspection')
        op.create_check_constraint(op.f('ck_cleaning_state_known'), 'cleaning', "state IN ('waiting', 'in_progress', 'finished', 'inspected', 'cancelled')")
        op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress')"))
        op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress')"))
    if not on_postgresql():
        set_aside('bed', ['ix_bed_inpatient_room_id', 'ix_bed_state'])
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
        take_back('bed', ['id', 'inpatient_room_id', 'number', 'state', 'state_since', 'guest', 'version'])
    if not on_postgresql():
        set_aside('cleaning', ['ix_cleaning_bed_id', 'ix_cleaning_employee_id', 'ix_cleaning_inpatient_room_id', 'ix_cleaning_room_id', 'ix_cleaning_state', 'ix_cleaning_state_requested_at'])
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
        take_back('cleaning', ['id', 'kind', 'inpatient_room_id', 'room_id', 'bed_id', 'employee_id', 'requested_at', 'started_at', 'cleaned_at', 'inspected_at', 'cost', 'state', 'checklist', 'checklist_done', 'note', 'version'])
    make_rules('0002', '0003')
