"""Delegations, passkeys, papers put off, push

Revision ID: 0008_b9fe852b8499
Revises: 0007_a5e1377dd5b4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0008_b9fe852b8499'
down_revision = '0007_a5e1377dd5b4'
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
    drop_rules('0007', '0008')
    op.create_table('delegation',
    sa.Column('id', KEY, nullable=False),
    sa.Column('created_by_id', KEY, nullable=False),
    sa.Column('giver_id', KEY, nullable=False),
    sa.Column('taker_id', KEY, nullable=False),
    sa.Column('role', sa.String(32), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("role IN ('admin', 'facilities_staff', 'store_staff', 'store_head', 'facilities_head', 'payables', 'receivables', 'unit_user', 'front_office', 'housekeeping', 'director', 'doctor', 'patient', 'student', 'teacher')", name=op.f('ck_delegation_role_known')),
    sa.CheckConstraint("role NOT IN ('admin', 'doctor', 'patient', 'student', 'teacher')", name=op.f('ck_delegation_role_can_be_given')),
    sa.CheckConstraint("state IN ('draft', 'granted', 'cancelled', 'revoked', 'expired')", name=op.f('ck_delegation_state_known')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_delegation_ends_after_start')),
    sa.CheckConstraint('giver_id <> taker_id', name=op.f('ck_delegation_to_another')),
    sa.CheckConstraint('length(trim(reason)) > 0', name=op.f('ck_delegation_reason_written')),
    sa.CheckConstraint('taker_id <> created_by_id', name=op.f('ck_delegation_not_to_oneself')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_delegation_created_by_id')),
    sa.ForeignKeyConstraint(['giver_id'], ['user.id'], name=op.f('fk_delegation_giver_id')),
    sa.ForeignKeyConstraint(['taker_id'], ['user.id'], name=op.f('fk_delegation_taker_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delegation')),
    sa.UniqueConstraint('number', name=op.f('uq_delegation_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_delegation_created_by_id'), 'delegation', ['created_by_id'], unique=False)
    op.create_index(op.f('ix_delegation_giver_id'), 'delegation', ['giver_id'], unique=False)
    op.create_index('ix_delegation_granted_taker', 'delegation', ['taker_id'], unique=False, sqlite_where=sa.text("state = 'granted'"), postgresql_where=sa.text("state = 'granted'"))
    op.create_index(op.f('ix_delegation_starts_on'), 'delegation', ['starts_on'], unique=False)
    op.create_index(op.f('ix_delegation_state'), 'delegation', ['state'], unique=False)
    op.create_index(op.f('ix_delegation_taker_id'), 'delegation', ['taker_id'], unique=False)
    op.create_table('passkey',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('credential_hash', sa.String(length=64), nullable=False),
    sa.Column('key_secret', sa.String(length=4000), nullable=False),
    sa.Column('sign_count', KEY, nullable=False),
    sa.Column('last_challenge', KEY, nullable=False),
    sa.Column('is_sign_in', sa.Boolean(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('last_used_at', MOMENT, nullable=True),
    sa.CheckConstraint('sign_count >= 0', name=op.f('ck_passkey_sign_count_not_negative')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_passkey_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_hash', name=op.f('uq_passkey_credential_hash')),
    sa.UniqueConstraint('user_id', 'name', name=op.f('uq_passkey_user_id_name')),
    sqlite_autoincrement=True
    )
    op.create_table('push_subscription',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('session_id', KEY, nullable=False),
    sa.Column('device_hash', sa.String(length=64), nullable=True),
    sa.Column('endpoint', sa.String(length=1000), nullable=False),
    sa.Column('device', sa.String(length=80), nullable=True),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.Column('last_ok_at', MOMENT, nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', MOMENT, nullable=False),
    sa.Column('told_id', KEY, nullable=False),
    sa.CheckConstraint("substr(endpoint, 1, 8) = 'https://'", name=op.f('ck_push_subscription_endpoint_https')),
    sa.CheckConstraint('failures >= 0', name=op.f('ck_push_subscription_failures_not_negative')),
    sa.ForeignKeyConstraint(['session_id'], ['user_session.id'], name=op.f('fk_push_subscription_session_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_push_subscription_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_push_subscription')),
    sa.UniqueConstraint('endpoint', name=op.f('uq_push_subscription_endpoint')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_push_subscription_device_hash'), 'push_subscription', ['device_hash'], unique=False)
    op.create_index(op.f('ix_push_subscription_session_id'), 'push_subscription', ['session_id'], unique=False)
    op.create_index(op.f('ix_push_subscription_user_id'), 'push_subscription', ['user_id'], unique=False)
    op.add_column('user_session', sa.Column('proved_at', MOMENT, nullable=True))
    op.add_column('document_event', sa.Column('delegation_id', KEY, nullable=True))
    if on_postgresql():
        drop_constraint('panel_choice', 'ck_panel_choice_kind_known')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_panel_choice_kind_known'), 'panel_choice', "kind IN ('columns', 'favourite', 'folded', 'later')")
        op.create_foreign_key(op.f('fk_document_event_delegation_id'), 'document_event', 'delegation', ['delegation_id'], ['id'])
        op.create_index('ix_document_event_delegation_id', 'document_event', ['delegation_id'], unique=False, sqlite_where=sa.text('delegation_id IS NOT NULL'), postgresql_where=sa.text('delegation_id IS NOT NULL'))
    if not on_postgresql():
        set_aside('panel_choice', [])
        op.create_table('panel_choice',
        sa.Column('id', KEY, nullable=False),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('about', sa.String(length=40), nullable=False),
        sa.Column('value', sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('columns', 'favourite', 'folded', 'later')", name=op.f('ck_panel_choice_kind_known')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_panel_choice_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_panel_choice')),
        sa.UniqueConstraint('user_id', 'kind', 'about', name=op.f('uq_panel_choice_user_id_kind_about')),
        sqlite_autoincrement=True
        )
        take_back('panel_choice', ['id', 'user_id', 'kind', 'about', 'value'])
    if not on_postgresql():
        set_aside('user_session', ['ix_user_session_user_id'])
        op.create_table('user_session',
        sa.Column('id', KEY, nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('started_at', MOMENT, nullable=False),
        sa.Column('seen_at', MOMENT, nullable=False),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.Column('address', sa.String(length=64), nullable=True),
        sa.Column('device', sa.String(length=80), nullable=True),
        sa.Column('proved_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_user_session_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_user_session')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_user_session_token_hash')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_user_session_user_id'), 'user_session', ['user_id'], unique=False)
        take_back('user_session', ['id', 'token_hash', 'user_id', 'started_at', 'seen_at', 'ended_at', 'address', 'device', 'proved_at'])
    if not on_postgresql():
        set_aside('document_event', ['ix_document_event_document', 'ix_document_event_user_id'])
        op.create_table('document_event',
        sa.Column('id', KEY, nullable=False),
        sa.Column('document_type', sa.String(length=40), nullable=False),
        sa.Column('document_id', KEY, nullable=False),
        sa.Column('transition', sa.String(length=40), nullable=False),
        sa.Column('from_state', sa.String(length=32), nullable=True),
        sa.Column('to_state', sa.String(length=32), nullable=False),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.Column('delegation_id', KEY, nullable=True),
        sa.ForeignKeyConstraint(['delegation_id'], ['delegation.id'], name=op.f('fk_document_event_delegation_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_document_event_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_document_event')),
        sqlite_autoincrement=True
        )
        op.create_index('ix_document_event_delegation_id', 'document_event', ['delegation_id'], unique=False, sqlite_where=sa.text('delegation_id IS NOT NULL'), postgresql_where=sa.text('delegation_id IS NOT NULL'))
        op.create_index('ix_document_event_document', 'document_event', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_document_event_user_id'), 'document_event', ['user_id'], unique=False)
        take_back('document_event', ['id', 'document_type', 'document_id', 'transition', 'from_state', 'to_state', 'user_id', 'note', 'occurred_at', 'delegation_id'])
    make_rules('0008', '0007')


def downgrade() -> None:
    drop_rules('0008', '0007')
    op.drop_index('ix_document_event_delegation_id', table_name='document_event')
    if on_postgresql():
        drop_constraint('document_event', 'fk_document_event_delegation_id')
        drop_constraint('panel_choice', 'ck_panel_choice_kind_known')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('document_event', 'delegation_id')
        op.drop_column('user_session', 'proved_at')
        op.create_check_constraint(op.f('ck_panel_choice_kind_known'), 'panel_choice', "kind IN ('columns', 'favourite', 'folded')")
    if not on_postgresql():
        set_aside('document_event', ['ix_document_event_document', 'ix_document_event_user_id'])
        op.create_table('document_event',
        sa.Column('id', KEY, nullable=False),
        sa.Column('document_type', sa.String(length=40), nullable=False),
        sa.Column('document_id', KEY, nullable=False),
        sa.Column('transition', sa.String(length=40), nullable=False),
        sa.Column('from_state', sa.String(length=32), nullable=True),
        sa.Column('to_state', sa.String(length=32), nullable=False),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_document_event_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_document_event')),
        sqlite_autoincrement=True
        )
        op.create_index('ix_document_event_document', 'document_event', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_document_event_user_id'), 'document_event', ['user_id'], unique=False)
        take_back('document_event', ['id', 'document_type', 'document_id', 'transition', 'from_state', 'to_state', 'user_id', 'note', 'occurred_at'])
    if not on_postgresql():
        set_aside('user_session', ['ix_user_session_user_id'])
        op.create_table('user_session',
        sa.Column('id', KEY, nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('started_at', MOMENT, nullable=False),
        sa.Column('seen_at', MOMENT, nullable=False),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.Column('address', sa.String(length=64), nullable=True),
        sa.Column('device', sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_user_session_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_user_session')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_user_session_token_hash')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_user_session_user_id'), 'user_session', ['user_id'], unique=False)
        take_back('user_session', ['id', 'token_hash', 'user_id', 'started_at', 'seen_at', 'ended_at', 'address', 'device'])
    if not on_postgresql():
        set_aside('panel_choice', [])
        op.create_table('panel_choice',
        sa.Column('id', KEY, nullable=False),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('about', sa.String(length=40), nullable=False),
        sa.Column('value', sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('columns', 'favourite', 'folded')", name=op.f('ck_panel_choice_kind_known')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_panel_choice_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_panel_choice')),
        sa.UniqueConstraint('user_id', 'kind', 'about', name=op.f('uq_panel_choice_user_id_kind_about')),
        sqlite_autoincrement=True
        )
        take_back('panel_choice', ['id', 'user_id', 'kind', 'about', 'value'])
    op.drop_index('ix_push_subscription_device_hash', table_name='push_subscription')
    op.drop_index('ix_push_subscription_session_id', table_name='push_subscription')
    op.drop_index('ix_push_subscription_user_id', table_name='push_subscription')
    op.drop_table('push_subscription')
    op.drop_table('passkey')
    op.drop_index('ix_delegation_created_by_id', table_name='delegation')
    op.drop_index('ix_delegation_giver_id', table_name='delegation')
    op.drop_index('ix_delegation_granted_taker', table_name='delegation')
    op.drop_index('ix_delegation_starts_on', table_name='delegation')
    op.drop_index('ix_delegation_state', table_name='delegation')
    op.drop_index('ix_delegation_taker_id', table_name='delegation')
    op.drop_table('delegation')
    make_rules('0007', '0008')
