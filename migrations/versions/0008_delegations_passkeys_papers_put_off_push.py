"""Delegations, passkeys, papers put off, push

Revision ID: 0008_47cb1ba2086f
Revises: 0007_a5e1377dd5b4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0008_47cb1ba2086f'
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
    op.drop_index('ix_activity_log_activity', table_name='activity_log')
    op.add_column('user_session', sa.Column('proved_at', MOMENT, nullable=True))
    op.add_column('document_event', sa.Column('delegation_id', KEY, nullable=True))
    op.drop_index('ix_asset_book_change_changed_on', table_name='asset_book_change')
    if on_postgresql():
        drop_constraint('panel_choice', 'ck_panel_choice_kind_known')
    run_rows('rows')
    if on_postgresql():
        op.create_index('ix_activity_log_activity_id', 'activity_log', ['activity', 'id'], unique=False)
        op.create_index('ix_activity_log_user_id_table_name_id', 'activity_log', ['user_id', 'table_name', 'id'], unique=False)
        op.create_check_constraint(op.f('ck_panel_choice_kind_known'), 'panel_choice', "kind IN ('columns', 'favourite', 'folded', 'later')")
        op.create_index('ix_delivery_request_state_id', 'delivery_request', ['state', 'id'], unique=False)
        op.create_foreign_key(op.f('fk_document_event_delegation_id'), 'document_event', 'delegation', ['delegation_id'], ['id'])
        op.create_index('ix_document_event_delegation_id', 'document_event', ['delegation_id'], unique=False, sqlite_where=sa.text('delegation_id IS NOT NULL'), postgresql_where=sa.text('delegation_id IS NOT NULL'))
        op.create_index('ix_cleaning_state_id', 'cleaning', ['state', 'id'], unique=False)
        op.create_index('ix_asset_book_change_changed_on_id', 'asset_book_change', ['changed_on', 'id'], unique=False)
    if not on_postgresql():
        set_aside('activity_log', ['ix_activity_log_occurred_at', 'ix_activity_log_row', 'ix_activity_log_user_id'])
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
        op.create_index('ix_activity_log_activity_id', 'activity_log', ['activity', 'id'], unique=False)
        op.create_index(op.f('ix_activity_log_occurred_at'), 'activity_log', ['occurred_at'], unique=False)
        op.create_index('ix_activity_log_row', 'activity_log', ['table_name', 'changed_id'], unique=False)
        op.create_index(op.f('ix_activity_log_user_id'), 'activity_log', ['user_id'], unique=False)
        op.create_index('ix_activity_log_user_id_table_name_id', 'activity_log', ['user_id', 'table_name', 'id'], unique=False)
        take_back('activity_log', ['id', 'user_id', 'access', 'table_name', 'changed_id', 'activity', 'properties', 'occurred_at', 'address', 'salt', 'previous_hash', 'hash'])
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
        set_aside('delivery_request', ['ix_delivery_request_delivered_on', 'ix_delivery_request_account_id', 'ix_delivery_request_created_by_id', 'ix_delivery_request_state', 'ix_delivery_request_state_delivered_on', 'ix_delivery_request_store_id', 'ix_delivery_request_store_request_id'])
        op.create_table('delivery_request',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_request_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('delivered_on', sa.Date(), nullable=False),
        sa.Column('shortage_note', sa.Text(), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'delivered', 'done', 'rejected', 'reversed', 'cancelled')", name=op.f('ck_delivery_request_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_delivery_request_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_delivery_request_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_delivery_request_store_id')),
        sa.ForeignKeyConstraint(['store_request_id'], ['store_request.id'], name=op.f('fk_delivery_request_store_request_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_request')),
        sa.UniqueConstraint('number', name=op.f('uq_delivery_request_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_delivery_request_account_id'), 'delivery_request', ['account_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_created_by_id'), 'delivery_request', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_delivered_on'), 'delivery_request', ['delivered_on'], unique=False)
        op.create_index(op.f('ix_delivery_request_state'), 'delivery_request', ['state'], unique=False)
        op.create_index('ix_delivery_request_state_delivered_on', 'delivery_request', ['state', 'delivered_on'], unique=False)
        op.create_index('ix_delivery_request_state_id', 'delivery_request', ['state', 'id'], unique=False)
        op.create_index(op.f('ix_delivery_request_store_id'), 'delivery_request', ['store_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_store_request_id'), 'delivery_request', ['store_request_id'], unique=False)
        take_back('delivery_request', ['id', 'created_by_id', 'store_request_id', 'account_id', 'state', 'store_id', 'delivered_on', 'shortage_note', 'number', 'created_at', 'note', 'version'])
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
    if not on_postgresql():
        set_aside('cleaning', ['ix_cleaning_requested_at', 'ix_cleaning_bed_id', 'ix_cleaning_employee_id', 'ix_cleaning_inpatient_room_id', 'ix_cleaning_room_id', 'ix_cleaning_state', 'ix_cleaning_state_requested_at', 'uq_cleaning_open_bed', 'uq_cleaning_open_room'])
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
        op.create_index(op.f('ix_cleaning_requested_at'), 'cleaning', ['requested_at'], unique=False)
        op.create_index(op.f('ix_cleaning_room_id'), 'cleaning', ['room_id'], unique=False)
        op.create_index(op.f('ix_cleaning_state'), 'cleaning', ['state'], unique=False)
        op.create_index('ix_cleaning_state_id', 'cleaning', ['state', 'id'], unique=False)
        op.create_index('ix_cleaning_state_requested_at', 'cleaning', ['state', 'requested_at'], unique=False)
        op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        take_back('cleaning', ['id', 'kind', 'inpatient_room_id', 'room_id', 'bed_id', 'employee_id', 'requested_at', 'started_at', 'cleaned_at', 'inspected_at', 'cost', 'state', 'needs_inspection', 'checklist', 'checklist_done', 'note', 'version'])
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
        sa.CheckConstraint("kind IN ('opening', 'life', 'disposal', 'part', 'value', 'restored')", name=op.f('ck_asset_book_change_kind_known')),
        sa.CheckConstraint("tax_group_after IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_change_tax_group_after_known')),
        sa.CheckConstraint("tax_group_before IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_change_tax_group_before_known')),
        sa.ForeignKeyConstraint(['asset_book_id'], ['asset_book.id'], name=op.f('fk_asset_book_change_asset_book_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_asset_book_change_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_book_change')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_book_change_asset_book_id'), 'asset_book_change', ['asset_book_id'], unique=False)
        op.create_index('ix_asset_book_change_changed_on_id', 'asset_book_change', ['changed_on', 'id'], unique=False)
        op.create_index('ix_asset_book_change_document', 'asset_book_change', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_asset_book_change_user_id'), 'asset_book_change', ['user_id'], unique=False)
        take_back('asset_book_change', ['id', 'asset_book_id', 'kind', 'changed_on', 'amount', 'cost_change', 'useful_life_before', 'useful_life_after', 'tax_group_before', 'tax_group_after', 'residual_before', 'residual_after', 'document_type', 'document_id', 'reason', 'user_id', 'occurred_at'])
    make_rules('0008', '0007')


def downgrade() -> None:
    drop_rules('0008', '0007')
    op.drop_index('ix_activity_log_activity_id', table_name='activity_log')
    op.drop_index('ix_activity_log_user_id_table_name_id', table_name='activity_log')
    op.drop_index('ix_document_event_delegation_id', table_name='document_event')
    op.drop_index('ix_delivery_request_state_id', table_name='delivery_request')
    op.drop_index('ix_cleaning_state_id', table_name='cleaning')
    op.drop_index('ix_asset_book_change_changed_on_id', table_name='asset_book_change')
    if on_postgresql():
        drop_constraint('document_event', 'fk_document_event_delegation_id')
        drop_constraint('panel_choice', 'ck_panel_choice_kind_known')
    run_rows('rows_back')
    if on_postgresql():
        op.create_index(op.f('ix_activity_log_activity'), 'activity_log', ['activity'], unique=False)
        op.drop_column('document_event', 'delegation_id')
        op.drop_column('user_session', 'proved_at')
        op.create_index(op.f('ix_asset_book_change_changed_on'), 'asset_book_change', ['changed_on'], unique=False)
        op.create_check_constraint(op.f('ck_panel_choice_kind_known'), 'panel_choice', "kind IN ('columns', 'favourite', 'folded')")
    if not on_postgresql():
        set_aside('activity_log', ['ix_activity_log_occurred_at', 'ix_activity_log_row', 'ix_activity_log_user_id'])
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
        set_aside('delivery_request', ['ix_delivery_request_account_id', 'ix_delivery_request_created_by_id', 'ix_delivery_request_delivered_on', 'ix_delivery_request_state', 'ix_delivery_request_state_delivered_on', 'ix_delivery_request_store_id', 'ix_delivery_request_store_request_id'])
        op.create_table('delivery_request',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_request_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('delivered_on', sa.Date(), nullable=False),
        sa.Column('shortage_note', sa.Text(), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'delivered', 'done', 'rejected', 'reversed', 'cancelled')", name=op.f('ck_delivery_request_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_delivery_request_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_delivery_request_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_delivery_request_store_id')),
        sa.ForeignKeyConstraint(['store_request_id'], ['store_request.id'], name=op.f('fk_delivery_request_store_request_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_request')),
        sa.UniqueConstraint('number', name=op.f('uq_delivery_request_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_delivery_request_delivered_on'), 'delivery_request', ['delivered_on'], unique=False)
        op.create_index(op.f('ix_delivery_request_account_id'), 'delivery_request', ['account_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_created_by_id'), 'delivery_request', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_state'), 'delivery_request', ['state'], unique=False)
        op.create_index('ix_delivery_request_state_delivered_on', 'delivery_request', ['state', 'delivered_on'], unique=False)
        op.create_index(op.f('ix_delivery_request_store_id'), 'delivery_request', ['store_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_store_request_id'), 'delivery_request', ['store_request_id'], unique=False)
        take_back('delivery_request', ['id', 'created_by_id', 'store_request_id', 'account_id', 'state', 'store_id', 'delivered_on', 'shortage_note', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('cleaning', ['ix_cleaning_bed_id', 'ix_cleaning_employee_id', 'ix_cleaning_inpatient_room_id', 'ix_cleaning_requested_at', 'ix_cleaning_room_id', 'ix_cleaning_state', 'ix_cleaning_state_requested_at', 'uq_cleaning_open_bed', 'uq_cleaning_open_room'])
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
        op.create_index(op.f('ix_cleaning_requested_at'), 'cleaning', ['requested_at'], unique=False)
        op.create_index(op.f('ix_cleaning_bed_id'), 'cleaning', ['bed_id'], unique=False)
        op.create_index(op.f('ix_cleaning_employee_id'), 'cleaning', ['employee_id'], unique=False)
        op.create_index(op.f('ix_cleaning_inpatient_room_id'), 'cleaning', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_cleaning_room_id'), 'cleaning', ['room_id'], unique=False)
        op.create_index(op.f('ix_cleaning_state'), 'cleaning', ['state'], unique=False)
        op.create_index('ix_cleaning_state_requested_at', 'cleaning', ['state', 'requested_at'], unique=False)
        op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        take_back('cleaning', ['id', 'kind', 'inpatient_room_id', 'room_id', 'bed_id', 'employee_id', 'requested_at', 'started_at', 'cleaned_at', 'inspected_at', 'cost', 'state', 'needs_inspection', 'checklist', 'checklist_done', 'note', 'version'])
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
        sa.CheckConstraint("kind IN ('opening', 'life', 'disposal', 'part', 'value', 'restored')", name=op.f('ck_asset_book_change_kind_known')),
        sa.CheckConstraint("tax_group_after IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_change_tax_group_after_known')),
        sa.CheckConstraint("tax_group_before IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')", name=op.f('ck_asset_book_change_tax_group_before_known')),
        sa.ForeignKeyConstraint(['asset_book_id'], ['asset_book.id'], name=op.f('fk_asset_book_change_asset_book_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_asset_book_change_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_book_change')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_book_change_changed_on'), 'asset_book_change', ['changed_on'], unique=False)
        op.create_index(op.f('ix_asset_book_change_asset_book_id'), 'asset_book_change', ['asset_book_id'], unique=False)
        op.create_index('ix_asset_book_change_document', 'asset_book_change', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_asset_book_change_user_id'), 'asset_book_change', ['user_id'], unique=False)
        take_back('asset_book_change', ['id', 'asset_book_id', 'kind', 'changed_on', 'amount', 'cost_change', 'useful_life_before', 'useful_life_after', 'tax_group_before', 'tax_group_after', 'residual_before', 'residual_after', 'document_type', 'document_id', 'reason', 'user_id', 'occurred_at'])
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
