"""The log is sealed without a queue

Revision ID: 0007_8e02b0c0f35f
Revises: 0006_7fb7f0e76b8a
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0007_8e02b0c0f35f'
down_revision = '0006_7fb7f0e76b8a'
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
    drop_rules('0006', '0007')
    op.create_table('log_seal',
    sa.Column('id', KEY, nullable=False),
    sa.Column('rows', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('leaves', sa.LargeBinary(), nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.Column('last_id', KEY, nullable=False),
    sa.Column('waiting', sa.JSON(), nullable=False),
    sa.Column('sealed_at', MOMENT, nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('public_key', sa.String(length=64), nullable=False),
    sa.Column('signature', sa.String(length=128), nullable=False),
    sa.CheckConstraint('length(root) = 64 AND length(hash) = 64 AND length(previous_hash) = 64', name=op.f('ck_log_seal_hash_length')),
    sa.CheckConstraint('size > 0', name=op.f('ck_log_seal_size_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_seal')),
    sa.UniqueConstraint('hash', name=op.f('uq_log_seal_hash')),
    sa.UniqueConstraint('previous_hash', name=op.f('uq_log_seal_previous_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_log_seal_last_id'), 'log_seal', ['last_id'], unique=False)
    op.add_column('activity_log', sa.Column('salt', sa.String(length=32), nullable=True))
    if on_postgresql():
        drop_constraint('activity_log', 'uq_activity_log_hash')
        drop_constraint('activity_log', 'uq_activity_log_previous_hash')
    run_rows('rows')
    if on_postgresql():
        op.alter_column('activity_log', 'id', type_=KEY, nullable=False)
        op.alter_column('activity_log', 'previous_hash', type_=sa.String(length=64), nullable=True)
        op.create_check_constraint(op.f('ck_activity_log_salted'), 'activity_log', 'salt IS NOT NULL OR previous_hash IS NOT NULL')
    if not on_postgresql():
        set_aside('activity_log', ['ix_activity_log_activity', 'ix_activity_log_occurred_at', 'ix_activity_log_row', 'ix_activity_log_user_id'])
        op.create_table('activity_log',
        sa.Column('id', KEY, nullable=False),
        sa.Column('user_id', KEY, nullable=True),
        sa.Column('access', sa.String(32), nullable=False),
        sa.Column('table_name', sa.String(length=63), nullable=True),
        sa.Column('changed_id', sa.String(length=80), nullable=True),
        sa.Column('activity', sa.String(32), nullable=False),
        sa.Column('properties', sa.JSON(), nullable=False),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.Column('address', sa.String(length=64), nullable=True),
        sa.Column('salt', sa.String(length=32), nullable=True),
        sa.Column('previous_hash', sa.String(length=64), nullable=True),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.CheckConstraint("access IN ('back_office', 'portal', 'api', 'command')", name=op.f('ck_activity_log_access_known')),
        sa.CheckConstraint("activity IN ('inserted', 'updated', 'deleted', 'read', 'exported', 'logged_in', 'logged_out', 'login_failed')", name=op.f('ck_activity_log_activity_known')),
        sa.CheckConstraint('length(hash) = 64', name=op.f('ck_activity_log_hash_length')),
        sa.CheckConstraint('salt IS NOT NULL OR previous_hash IS NOT NULL', name=op.f('ck_activity_log_salted')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_activity_log_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_log')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_activity_log_activity'), 'activity_log', ['activity'], unique=False)
        op.create_index(op.f('ix_activity_log_occurred_at'), 'activity_log', ['occurred_at'], unique=False)
        op.create_index('ix_activity_log_row', 'activity_log', ['table_name', 'changed_id'], unique=False)
        op.create_index(op.f('ix_activity_log_user_id'), 'activity_log', ['user_id'], unique=False)
        take_back('activity_log', ['id', 'user_id', 'access', 'table_name', 'changed_id', 'activity', 'properties', 'occurred_at', 'address', 'salt', 'previous_hash', 'hash'])
    make_rules('0007', '0006')


def downgrade() -> None:
    drop_rules('0007', '0006')
    if on_postgresql():
        drop_constraint('activity_log', 'ck_activity_log_salted')
    run_rows('rows_back')
    if on_postgresql():
        op.alter_column('activity_log', 'id', type_=KEY, nullable=False)
        op.alter_column('activity_log', 'previous_hash', type_=sa.String(length=64), nullable=False)
        op.drop_column('activity_log', 'salt')
        op.create_unique_constraint(op.f('uq_activity_log_hash'), 'activity_log', ['hash'])
        op.create_unique_constraint(op.f('uq_activity_log_previous_hash'), 'activity_log', ['previous_hash'])
    if not on_postgresql():
        set_aside('activity_log', ['ix_activity_log_activity', 'ix_activity_log_occurred_at', 'ix_activity_log_row', 'ix_activity_log_user_id'])
        op.create_table('activity_log',
        sa.Column('id', KEY, autoincrement=False, nullable=False),
        sa.Column('user_id', KEY, nullable=True),
        sa.Column('access', sa.String(32), nullable=False),
        sa.Column('table_name', sa.String(length=63), nullable=True),
        sa.Column('changed_id', sa.String(length=80), nullable=True),
        sa.Column('activity', sa.String(32), nullable=False),
        sa.Column('properties', sa.JSON(), nullable=False),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.Column('address', sa.String(length=64), nullable=True),
        sa.Column('previous_hash', sa.String(length=64), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.CheckConstraint("access IN ('back_office', 'portal', 'api', 'command')", name=op.f('ck_activity_log_access_known')),
        sa.CheckConstraint("activity IN ('inserted', 'updated', 'deleted', 'read', 'exported', 'logged_in', 'logged_out', 'login_failed')", name=op.f('ck_activity_log_activity_known')),
        sa.CheckConstraint('length(hash) = 64', name=op.f('ck_activity_log_hash_length')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_activity_log_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_log')),
        sa.UniqueConstraint('hash', name=op.f('uq_activity_log_hash')),
        sa.UniqueConstraint('previous_hash', name=op.f('uq_activity_log_previous_hash')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_activity_log_activity'), 'activity_log', ['activity'], unique=False)
        op.create_index(op.f('ix_activity_log_occurred_at'), 'activity_log', ['occurred_at'], unique=False)
        op.create_index('ix_activity_log_row', 'activity_log', ['table_name', 'changed_id'], unique=False)
        op.create_index(op.f('ix_activity_log_user_id'), 'activity_log', ['user_id'], unique=False)
        take_back('activity_log', ['id', 'user_id', 'access', 'table_name', 'changed_id', 'activity', 'properties', 'occurred_at', 'address', 'previous_hash', 'hash'])
    op.drop_index('ix_log_seal_last_id', table_name='log_seal')
    op.drop_table('log_seal')
    make_rules('0006', '0007')
