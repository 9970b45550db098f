"""The door

Revision ID: 0007_668303858390
Revises: 0006_7fb7f0e76b8a
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0007_668303858390'
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
    op.create_table('secret_try',
    sa.Column('id', KEY, nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('tried_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_secret_try')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_secret_try_key_tried_at', 'secret_try', ['key', 'tried_at'], unique=False)
    op.create_index(op.f('ix_secret_try_tried_at'), 'secret_try', ['tried_at'], unique=False)
    op.create_table('authenticator',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('secret', sa.String(length=200), nullable=False),
    sa.Column('last_step', KEY, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('confirmed_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_authenticator_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authenticator')),
    sa.UniqueConstraint('user_id', name=op.f('uq_authenticator_user_id')),
    sqlite_autoincrement=True
    )
    op.create_table('recovery_code',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('used_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_recovery_code_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_recovery_code_code_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_recovery_code_user_id'), 'recovery_code', ['user_id'], unique=False)
    op.add_column('user', sa.Column('factor_since', MOMENT, nullable=True))
    run_rows('rows')
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
        sa.Column('factor_since', MOMENT, nullable=True),
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
        take_back('user', ['id', 'name', 'email', 'password_hash', 'phone', 'work_unit_id', 'language', 'status', 'is_demo', 'wants_mail', 'wants_whatsapp', 'wants_sms', 'email_confirmed_at', 'email_set_at', 'email_set_by_id', 'factor_since', 'created_at', 'version'])
    make_rules('0007', '0006')


def downgrade() -> None:
    drop_rules('0007', '0006')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('user', 'factor_since')
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
    op.drop_index('ix_recovery_code_user_id', table_name='recovery_code')
    op.drop_table('recovery_code')
    op.drop_table('authenticator')
    op.drop_index('ix_secret_try_key_tried_at', table_name='secret_try')
    op.drop_index('ix_secret_try_tried_at', table_name='secret_try')
    op.drop_table('secret_try')
    make_rules('0006', '0007')
