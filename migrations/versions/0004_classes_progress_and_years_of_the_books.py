"""Classes, progress and years of the books

Revision ID: 0004_802b76a12fe4
Revises: 0003_d2f0af3ea0ec
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0004_802b76a12fe4'
down_revision = '0003_d2f0af3ea0ec'
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
    drop_rules('0003', '0004')
    op.create_table('case_progress',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('step', sa.String(length=40), nullable=False),
    sa.Column('done_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_case_progress_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_progress')),
    sa.UniqueConstraint('user_id', 'key', 'step', name=op.f('uq_case_progress_user_id_key_step')),
    sqlite_autoincrement=True
    )
    op.create_table('exercise_progress',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('first_tried_at', MOMENT, nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('hints_used', sa.Integer(), nullable=False),
    sa.Column('solved_at', MOMENT, nullable=True),
    sa.Column('last_sql', sa.Text(), nullable=True),
    sa.CheckConstraint('(tries = 0) = (first_tried_at IS NULL)', name=op.f('ck_exercise_progress_tried_at_some_time')),
    sa.CheckConstraint('hints_used BETWEEN 0 AND 3', name=op.f('ck_exercise_progress_hints_counted')),
    sa.CheckConstraint('solved_at >= first_tried_at', name=op.f('ck_exercise_progress_solved_after_trying')),
    sa.CheckConstraint('solved_at IS NULL OR tries > 0', name=op.f('ck_exercise_progress_solved_by_trying')),
    sa.CheckConstraint('tries >= 0', name=op.f('ck_exercise_progress_tries_not_negative')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_exercise_progress_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exercise_progress')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_exercise_progress_user_id_key')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_exercise_progress_key'), 'exercise_progress', ['key'], unique=False)
    op.create_table('learning_class',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('teacher_id', KEY, nullable=False),
    sa.Column('invitation_code', sa.String(length=16), nullable=True),
    sa.Column('opened_at', MOMENT, nullable=False),
    sa.Column('closed_at', MOMENT, nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('closed_at >= opened_at', name=op.f('ck_learning_class_closed_after_opened')),
    sa.CheckConstraint('closed_at IS NULL OR invitation_code IS NULL', name=op.f('ck_learning_class_closed_invites_nobody')),
    sa.ForeignKeyConstraint(['teacher_id'], ['user.id'], name=op.f('fk_learning_class_teacher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learning_class')),
    sa.UniqueConstraint('invitation_code', name=op.f('uq_learning_class_invitation_code')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_learning_class_teacher_id'), 'learning_class', ['teacher_id'], unique=False)
    op.create_table('own_exercise',
    sa.Column('id', KEY, nullable=False),
    sa.Column('teacher_id', KEY, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("key LIKE 'own-%'", name=op.f('ck_own_exercise_key_of_its_own')),
    sa.ForeignKeyConstraint(['teacher_id'], ['user.id'], name=op.f('fk_own_exercise_teacher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_own_exercise')),
    sa.UniqueConstraint('key', name=op.f('uq_own_exercise_key')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_own_exercise_teacher_id'), 'own_exercise', ['teacher_id'], unique=False)
    op.create_table('class_member',
    sa.Column('id', KEY, nullable=False),
    sa.Column('learning_class_id', KEY, nullable=False),
    sa.Column('student_id', KEY, nullable=False),
    sa.Column('joined_at', MOMENT, nullable=False),
    sa.Column('left_at', MOMENT, nullable=True),
    sa.CheckConstraint('left_at >= joined_at', name=op.f('ck_class_member_left_after_joined')),
    sa.ForeignKeyConstraint(['learning_class_id'], ['learning_class.id'], name=op.f('fk_class_member_learning_class_id')),
    sa.ForeignKeyConstraint(['student_id'], ['user.id'], name=op.f('fk_class_member_student_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_member')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_class_member_learning_class_id'), 'class_member', ['learning_class_id'], unique=False)
    op.create_index(op.f('ix_class_member_student_id'), 'class_member', ['student_id'], unique=False)
    op.create_index('uq_class_member_present', 'class_member', ['learning_class_id', 'student_id'], unique=True, sqlite_where=sa.text('left_at IS NULL'), postgresql_where=sa.text('left_at IS NULL'))
    op.create_table('class_task',
    sa.Column('id', KEY, nullable=False),
    sa.Column('learning_class_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.CheckConstraint("kind IN ('exercise', 'case', 'lab')", name=op.f('ck_class_task_kind_known')),
    sa.CheckConstraint('due_on >= opens_on', name=op.f('ck_class_task_due_after_opening')),
    sa.ForeignKeyConstraint(['learning_class_id'], ['learning_class.id'], name=op.f('fk_class_task_learning_class_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_task')),
    sa.UniqueConstraint('learning_class_id', 'kind', 'key', name=op.f('uq_class_task_learning_class_id_kind_key')),
    sqlite_autoincrement=True
    )
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_period_year_sane'), 'period', 'year BETWEEN 2000 AND 2100')
    if not on_postgresql():
        set_aside('period', ['ix_period_closed_by_id'])
        op.create_table('period',
        sa.Column('id', KEY, nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('month', sa.Integer(), nullable=False),
        sa.Column('closed_at', MOMENT, nullable=True),
        sa.Column('closed_by_id', KEY, nullable=True),
        sa.CheckConstraint('(closed_at IS NULL) = (closed_by_id IS NULL)', name=op.f('ck_period_closed_by_somebody')),
        sa.CheckConstraint('month >= 1 AND month <= 12', name=op.f('ck_period_month_of_year')),
        sa.CheckConstraint('year BETWEEN 2000 AND 2100', name=op.f('ck_period_year_sane')),
        sa.ForeignKeyConstraint(['closed_by_id'], ['user.id'], name=op.f('fk_period_closed_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_period')),
        sa.UniqueConstraint('year', 'month', name=op.f('uq_period_year_month')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_period_closed_by_id'), 'period', ['closed_by_id'], unique=False)
        take_back('period', ['id', 'year', 'month', 'closed_at', 'closed_by_id'])
    make_rules('0004', '0003')


def downgrade() -> None:
    drop_rules('0004', '0003')
    if on_postgresql():
        drop_constraint('period', 'ck_period_year_sane')
    run_rows('rows_back')
    if not on_postgresql():
        set_aside('period', ['ix_period_closed_by_id'])
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
        take_back('period', ['id', 'year', 'month', 'closed_at', 'closed_by_id'])
    op.drop_table('class_task')
    op.drop_index('ix_class_member_learning_class_id', table_name='class_member')
    op.drop_index('ix_class_member_student_id', table_name='class_member')
    op.drop_index('uq_class_member_present', table_name='class_member')
    op.drop_table('class_member')
    op.drop_index('ix_own_exercise_teacher_id', table_name='own_exercise')
    op.drop_table('own_exercise')
    op.drop_index('ix_learning_class_teacher_id', table_name='learning_class')
    op.drop_table('learning_class')
    op.drop_index('ix_exercise_progress_key', table_name='exercise_progress')
    op.drop_table('exercise_progress')
    op.drop_table('case_progress')
    make_rules('0003', '0004')
