"""assets rooms and telemedicine

Revision ID: 0006_f7d1b66a880b
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_f7d1b66a880b'
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
    op.add_column('asset_auction', sa.Column('paid_on', sa.Date(), nullable=True))
    op.add_column('asset_auction', sa.Column('payment_reference', sa.String(length=40), nullable=True))
    op.add_column('asset_disposal', sa.Column('responsible_id', KEY, nullable=True))
    op.add_column('asset_disposal', sa.Column('responsible_name', sa.String(length=200), nullable=True))
    op.add_column('asset_disposal', sa.Column('claim_amount', exact(18, 2), nullable=True))
    op.add_column('asset_disposal', sa.Column('claim_decision', sa.String(length=40), nullable=True))
    op.drop_index('uq_monthly_pack_period_id', table_name='monthly_pack')
    op.add_column('inventory_round', sa.Column('found_empty', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('asset_auction_line', sa.Column('is_dropped', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('asset_movement', sa.Column('state', sa.String(32), nullable=True))
    op.add_column('asset_movement', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.drop_index('ix_asset_movement_awaited', table_name='asset_movement')
    if on_postgresql():
        drop_constraint('asset_auction', 'ck_asset_auction_state_known')
        drop_constraint('asset_disposal', 'ck_asset_disposal_route_known')
        drop_constraint('asset_disposal', 'ck_asset_disposal_state_known')
        drop_constraint('monthly_pack', 'ck_monthly_pack_state_known')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_asset_auction_state_known'), 'asset_auction', "state IN ('draft', 'submitted', 'approved', 'receivables_approved', 'open', 'awarded', 'sold', 'failed', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_asset_auction_payment_is_whole'), 'asset_auction', '(paid_on IS NULL) = (payment_reference IS NULL)')
        op.create_check_constraint(op.f('ck_asset_disposal_claim_when_lost'), 'asset_disposal', "route = 'lost' OR (responsible_id IS NULL AND responsible_name IS NULL AND claim_amount IS NULL AND claim_decision IS NULL)")
        op.create_check_constraint(op.f('ck_asset_disposal_route_known'), 'asset_disposal', "route IN ('scrap', 'auction', 'grant', 'return_to_owner', 'lost')")
        op.create_check_constraint(op.f('ck_asset_disposal_state_known'), 'asset_disposal', "state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled', 'reversed')")
        op.create_check_constraint(op.f('ck_asset_disposal_claim_amount_not_negative'), 'asset_disposal', 'claim_amount >= 0')
        op.create_check_constraint(op.f('ck_asset_disposal_claim_is_decided'), 'asset_disposal', 'claim_amount IS NULL OR claim_amount = 0 OR claim_decision IS NOT NULL')
        op.create_foreign_key(op.f('fk_asset_disposal_responsible_id'), 'asset_disposal', 'employee', ['responsible_id'], ['id'])
        op.create_index(op.f('ix_asset_disposal_responsible_id'), 'asset_disposal', ['responsible_id'], unique=False)
        op.create_check_constraint(op.f('ck_monthly_pack_state_known'), 'monthly_pack', "state IN ('draft', 'submitted', 'released', 'withdrawn', 'rejected', 'cancelled')")
        op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"))
        op.alter_column('asset_movement', 'state', nullable=False)
        op.create_check_constraint(op.f('ck_asset_movement_awaited_until_acknowledged'), 'asset_movement', "state <> 'awaited' OR acknowledged_at IS NULL")
        op.create_check_constraint(op.f('ck_asset_movement_state_known'), 'asset_movement', "state IN ('awaited', 'acknowledged', 'refused', 'recalled')")
        op.create_index('ix_asset_movement_awaited', 'asset_movement', ['to_work_unit_id'], unique=False, sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'"))
        op.create_index(op.f('ix_asset_movement_state'), 'asset_movement', ['state'], unique=False)
        op.create_index('uq_asset_movement_awaited', 'asset_movement', ['asset_id'], unique=True, sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'"))
    if not on_postgresql():
        set_aside('asset_auction', ['ix_asset_auction_account_id', 'ix_asset_auction_created_by_id', 'ix_asset_auction_state', 'ix_asset_auction_state_auctioned_on'])
        op.create_table('asset_auction',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('auctioned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('appraiser', sa.String(length=200), nullable=True),
        sa.Column('appraised_on', sa.Date(), nullable=True),
        sa.Column('buyer_name', sa.String(length=200), nullable=True),
        sa.Column('buyer_identity', sa.String(length=40), nullable=True),
        sa.Column('minutes_number', sa.String(length=40), nullable=True),
        sa.Column('paid_on', sa.Date(), nullable=True),
        sa.Column('payment_reference', sa.String(length=40), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'receivables_approved', 'open', 'awarded', 'sold', 'failed', 'rejected', 'cancelled')", name=op.f('ck_asset_auction_state_known')),
        sa.CheckConstraint('(paid_on IS NULL) = (payment_reference IS NULL)', name=op.f('ck_asset_auction_payment_is_whole')),
        sa.CheckConstraint('round > 0', name=op.f('ck_asset_auction_round_positive')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_auction_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_auction_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_auction')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_auction_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_auction_account_id'), 'asset_auction', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_created_by_id'), 'asset_auction', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_state'), 'asset_auction', ['state'], unique=False)
        op.create_index('ix_asset_auction_state_auctioned_on', 'asset_auction', ['state', 'auctioned_on'], unique=False)
        take_back('asset_auction', ['id', 'created_by_id', 'account_id', 'auctioned_on', 'state', 'round', 'appraiser', 'appraised_on', 'buyer_name', 'buyer_identity', 'minutes_number', 'paid_on', 'payment_reference', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_disposal', ['ix_asset_disposal_account_id', 'ix_asset_disposal_created_by_id', 'ix_asset_disposal_state', 'ix_asset_disposal_state_disposed_on'])
        op.create_table('asset_disposal',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('disposed_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('route', sa.String(32), nullable=False),
        sa.Column('responsible_id', KEY, nullable=True),
        sa.Column('responsible_name', sa.String(length=200), nullable=True),
        sa.Column('claim_amount', exact(18, 2), nullable=True),
        sa.Column('claim_decision', sa.String(length=40), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("route = 'lost' OR (responsible_id IS NULL AND responsible_name IS NULL AND claim_amount IS NULL AND claim_decision IS NULL)", name=op.f('ck_asset_disposal_claim_when_lost')),
        sa.CheckConstraint("route IN ('scrap', 'auction', 'grant', 'return_to_owner', 'lost')", name=op.f('ck_asset_disposal_route_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled', 'reversed')", name=op.f('ck_asset_disposal_state_known')),
        sa.CheckConstraint('claim_amount >= 0', name=op.f('ck_asset_disposal_claim_amount_not_negative')),
        sa.CheckConstraint('claim_amount IS NULL OR claim_amount = 0 OR claim_decision IS NOT NULL', name=op.f('ck_asset_disposal_claim_is_decided')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_disposal_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_disposal_created_by_id')),
        sa.ForeignKeyConstraint(['responsible_id'], ['employee.id'], name=op.f('fk_asset_disposal_responsible_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_disposal')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_disposal_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_disposal_account_id'), 'asset_disposal', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_created_by_id'), 'asset_disposal', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_responsible_id'), 'asset_disposal', ['responsible_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_state'), 'asset_disposal', ['state'], unique=False)
        op.create_index('ix_asset_disposal_state_disposed_on', 'asset_disposal', ['state', 'disposed_on'], unique=False)
        take_back('asset_disposal', ['id', 'created_by_id', 'account_id', 'disposed_on', 'state', 'route', 'responsible_id', 'responsible_name', 'claim_amount', 'claim_decision', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('monthly_pack', ['ix_monthly_pack_created_by_id', 'ix_monthly_pack_state'])
        op.create_table('monthly_pack',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('period_id', KEY, nullable=False),
        sa.Column('prepared_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('foreword', sa.Text(), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'released', 'withdrawn', 'rejected', 'cancelled')", name=op.f('ck_monthly_pack_state_known')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_monthly_pack_created_by_id')),
        sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_monthly_pack_period_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_monthly_pack')),
        sa.UniqueConstraint('number', name=op.f('uq_monthly_pack_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_monthly_pack_created_by_id'), 'monthly_pack', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_monthly_pack_state'), 'monthly_pack', ['state'], unique=False)
        op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"))
        take_back('monthly_pack', ['id', 'created_by_id', 'period_id', 'prepared_on', 'state', 'foreword', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('inventory_round', ['ix_inventory_round_created_by_id', 'ix_inventory_round_inpatient_room_id', 'ix_inventory_round_room_id', 'ix_inventory_round_state', 'ix_inventory_round_state_counted_on'])
        op.create_table('inventory_round',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('room_id', KEY, nullable=True),
        sa.Column('inpatient_room_id', KEY, nullable=True),
        sa.Column('counted_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('found_empty', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'counting', 'submitted', 'posted', 'cancelled')", name=op.f('ck_inventory_round_state_known')),
        sa.CheckConstraint('(room_id IS NULL) <> (inpatient_room_id IS NULL)', name=op.f('ck_inventory_round_one_place')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_inventory_round_created_by_id')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_inventory_round_inpatient_room_id')),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_inventory_round_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_inventory_round')),
        sa.UniqueConstraint('number', name=op.f('uq_inventory_round_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_inventory_round_created_by_id'), 'inventory_round', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_inpatient_room_id'), 'inventory_round', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_room_id'), 'inventory_round', ['room_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_state'), 'inventory_round', ['state'], unique=False)
        op.create_index('ix_inventory_round_state_counted_on', 'inventory_round', ['state', 'counted_on'], unique=False)
        take_back('inventory_round', ['id', 'created_by_id', 'room_id', 'inpatient_room_id', 'counted_on', 'state', 'found_empty', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_auction_line', ['ix_asset_auction_line_asset_auction_id', 'ix_asset_auction_line_asset_id', 'ix_asset_auction_line_land_id'])
        op.create_table('asset_auction_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_auction_id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=True),
        sa.Column('land_id', KEY, nullable=True),
        sa.Column('quantity', sa.Integer(), nullable=False),
        sa.Column('appraised_value', exact(18, 2), nullable=True),
        sa.Column('reserve_price', exact(18, 2), nullable=True),
        sa.Column('sale_price', exact(18, 2), nullable=True),
        sa.Column('is_dropped', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.CheckConstraint('(asset_id IS NULL) <> (land_id IS NULL)', name=op.f('ck_asset_auction_line_one_thing')),
        sa.CheckConstraint('appraised_value >= 0', name=op.f('ck_asset_auction_line_appraised_value_not_negative')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_auction_line_quantity_positive')),
        sa.CheckConstraint('reserve_price >= 0', name=op.f('ck_asset_auction_line_reserve_price_not_negative')),
        sa.CheckConstraint('sale_price >= reserve_price', name=op.f('ck_asset_auction_line_sale_price_over_reserve')),
        sa.ForeignKeyConstraint(['asset_auction_id'], ['asset_auction.id'], name=op.f('fk_asset_auction_line_asset_auction_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_auction_line_asset_id')),
        sa.ForeignKeyConstraint(['land_id'], ['land.id'], name=op.f('fk_asset_auction_line_land_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_auction_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_auction_line_asset_auction_id'), 'asset_auction_line', ['asset_auction_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_line_asset_id'), 'asset_auction_line', ['asset_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_line_land_id'), 'asset_auction_line', ['land_id'], unique=False)
        take_back('asset_auction_line', ['id', 'asset_auction_id', 'asset_id', 'land_id', 'quantity', 'appraised_value', 'reserve_price', 'sale_price', 'is_dropped'])
    if not on_postgresql():
        set_aside('asset_movement', ['ix_asset_movement_asset_id', 'ix_asset_movement_moved_at'])
        op.create_table('asset_movement',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=False),
        sa.Column('quantity', sa.Integer(), server_default='1', nullable=False),
        sa.Column('moved_at', MOMENT, nullable=False),
        sa.Column('moved_by_id', KEY, nullable=False),
        sa.Column('from_building_id', KEY, nullable=True),
        sa.Column('from_room_id', KEY, nullable=True),
        sa.Column('from_ward_id', KEY, nullable=True),
        sa.Column('from_inpatient_room_id', KEY, nullable=True),
        sa.Column('from_work_unit_id', KEY, nullable=True),
        sa.Column('to_building_id', KEY, nullable=True),
        sa.Column('to_room_id', KEY, nullable=True),
        sa.Column('to_ward_id', KEY, nullable=True),
        sa.Column('to_inpatient_room_id', KEY, nullable=True),
        sa.Column('to_work_unit_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=True),
        sa.Column('acknowledged_by_id', KEY, nullable=True),
        sa.Column('acknowledged_at', MOMENT, nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state <> 'awaited' OR acknowledged_at IS NULL", name=op.f('ck_asset_movement_awaited_until_acknowledged')),
        sa.CheckConstraint("state IN ('awaited', 'acknowledged', 'refused', 'recalled')", name=op.f('ck_asset_movement_state_known')),
        sa.CheckConstraint('(acknowledged_at IS NULL) = (acknowledged_by_id IS NULL)', name=op.f('ck_asset_movement_acknowledged_by_somebody')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_movement_quantity_positive')),
        sa.ForeignKeyConstraint(['acknowledged_by_id'], ['user.id'], name=op.f('fk_asset_movement_acknowledged_by_id')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_movement_asset_id')),
        sa.ForeignKeyConstraint(['from_building_id'], ['building.id'], name=op.f('fk_asset_movement_from_building_id')),
        sa.ForeignKeyConstraint(['from_inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_asset_movement_from_inpatient_room_id')),
        sa.ForeignKeyConstraint(['from_room_id'], ['room.id'], name=op.f('fk_asset_movement_from_room_id')),
        sa.ForeignKeyConstraint(['from_ward_id'], ['ward.id'], name=op.f('fk_asset_movement_from_ward_id')),
        sa.ForeignKeyConstraint(['from_work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_movement_from_work_unit_id')),
        sa.ForeignKeyConstraint(['moved_by_id'], ['user.id'], name=op.f('fk_asset_movement_moved_by_id')),
        sa.ForeignKeyConstraint(['to_building_id'], ['building.id'], name=op.f('fk_asset_movement_to_building_id')),
        sa.ForeignKeyConstraint(['to_inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_asset_movement_to_inpatient_room_id')),
        sa.ForeignKeyConstraint(['to_room_id'], ['room.id'], name=op.f('fk_asset_movement_to_room_id')),
        sa.ForeignKeyConstraint(['to_ward_id'], ['ward.id'], name=op.f('fk_asset_movement_to_ward_id')),
        sa.ForeignKeyConstraint(['to_work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_movement_to_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_movement')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_movement_asset_id'), 'asset_movement', ['asset_id'], unique=False)
        op.create_index('ix_asset_movement_awaited', 'asset_movement', ['to_work_unit_id'], unique=False, sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'"))
        op.create_index('ix_asset_movement_moved_at', 'asset_movement', ['moved_at'], unique=False)
        op.create_index(op.f('ix_asset_movement_state'), 'asset_movement', ['state'], unique=False)
        op.create_index('uq_asset_movement_awaited', 'asset_movement', ['asset_id'], unique=True, sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'"))
        take_back('asset_movement', ['id', 'asset_id', 'quantity', 'moved_at', 'moved_by_id', 'from_building_id', 'from_room_id', 'from_ward_id', 'from_inpatient_room_id', 'from_work_unit_id', 'to_building_id', 'to_room_id', 'to_ward_id', 'to_inpatient_room_id', 'to_work_unit_id', 'state', 'reason', 'acknowledged_by_id', 'acknowledged_at', 'version'])
    make_rules('0006', '0005')


def downgrade() -> None:
    drop_rules('0006', '0005')
    op.drop_index('ix_asset_disposal_responsible_id', table_name='asset_disposal')
    op.drop_index('uq_monthly_pack_period_id', table_name='monthly_pack')
    op.drop_index('ix_asset_movement_awaited', table_name='asset_movement')
    op.drop_index('ix_asset_movement_state', table_name='asset_movement')
    op.drop_index('uq_asset_movement_awaited', table_name='asset_movement')
    if on_postgresql():
        drop_constraint('asset_auction', 'ck_asset_auction_state_known')
        drop_constraint('asset_auction', 'ck_asset_auction_payment_is_whole')
        drop_constraint('asset_disposal', 'ck_asset_disposal_claim_when_lost')
        drop_constraint('asset_disposal', 'ck_asset_disposal_route_known')
        drop_constraint('asset_disposal', 'ck_asset_disposal_state_known')
        drop_constraint('asset_disposal', 'ck_asset_disposal_claim_amount_not_negative')
        drop_constraint('asset_disposal', 'ck_asset_disposal_claim_is_decided')
        drop_constraint('asset_disposal', 'fk_asset_disposal_responsible_id')
        drop_constraint('monthly_pack', 'ck_monthly_pack_state_known')
        drop_constraint('asset_movement', 'ck_asset_movement_awaited_until_acknowledged')
        drop_constraint('asset_movement', 'ck_asset_movement_state_known')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('asset_auction', 'paid_on')
        op.drop_column('asset_auction', 'payment_reference')
        op.create_check_constraint(op.f('ck_asset_auction_state_known'), 'asset_auction', "state IN ('draft', 'submitted', 'approved', 'receivables_approved', 'open', 'sold', 'failed', 'rejected', 'cancelled')")
        op.drop_column('asset_disposal', 'responsible_id')
        op.drop_column('asset_disposal', 'responsible_name')
        op.drop_column('asset_disposal', 'claim_amount')
        op.drop_column('asset_disposal', 'claim_decision')
        op.create_check_constraint(op.f('ck_asset_disposal_route_known'), 'asset_disposal', "route IN ('scrap', 'auction', 'grant', 'return_to_owner')")
        op.create_check_constraint(op.f('ck_asset_disposal_state_known'), 'asset_disposal', "state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled')")
        op.create_check_constraint(op.f('ck_monthly_pack_state_known'), 'monthly_pack', "state IN ('draft', 'submitted', 'released', 'rejected', 'cancelled')")
        op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
        op.drop_column('inventory_round', 'found_empty')
        op.drop_column('asset_auction_line', 'is_dropped')
        op.drop_column('asset_movement', 'state')
        op.drop_column('asset_movement', 'version')
        op.create_index('ix_asset_movement_awaited', 'asset_movement', ['to_work_unit_id'], unique=False, sqlite_where=sa.text('acknowledged_at IS NULL'), postgresql_where=sa.text('acknowledged_at IS NULL'))
    if not on_postgresql():
        set_aside('asset_auction', ['ix_asset_auction_account_id', 'ix_asset_auction_created_by_id', 'ix_asset_auction_state', 'ix_asset_auction_state_auctioned_on'])
        op.create_table('asset_auction',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('auctioned_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('appraiser', sa.String(length=200), nullable=True),
        sa.Column('appraised_on', sa.Date(), nullable=True),
        sa.Column('buyer_name', sa.String(length=200), nullable=True),
        sa.Column('buyer_identity', sa.String(length=40), nullable=True),
        sa.Column('minutes_number', sa.String(length=40), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'receivables_approved', 'open', 'sold', 'failed', 'rejected', 'cancelled')", name=op.f('ck_asset_auction_state_known')),
        sa.CheckConstraint('round > 0', name=op.f('ck_asset_auction_round_positive')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_auction_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_auction_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_auction')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_auction_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_auction_account_id'), 'asset_auction', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_created_by_id'), 'asset_auction', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_state'), 'asset_auction', ['state'], unique=False)
        op.create_index('ix_asset_auction_state_auctioned_on', 'asset_auction', ['state', 'auctioned_on'], unique=False)
        take_back('asset_auction', ['id', 'created_by_id', 'account_id', 'auctioned_on', 'state', 'round', 'appraiser', 'appraised_on', 'buyer_name', 'buyer_identity', 'minutes_number', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_disposal', ['ix_asset_disposal_account_id', 'ix_asset_disposal_created_by_id', 'ix_asset_disposal_state', 'ix_asset_disposal_state_disposed_on'])
        op.create_table('asset_disposal',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('disposed_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('route', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("route IN ('scrap', 'auction', 'grant', 'return_to_owner')", name=op.f('ck_asset_disposal_route_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled')", name=op.f('ck_asset_disposal_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_disposal_account_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_disposal_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_disposal')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_disposal_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_disposal_account_id'), 'asset_disposal', ['account_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_created_by_id'), 'asset_disposal', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_disposal_state'), 'asset_disposal', ['state'], unique=False)
        op.create_index('ix_asset_disposal_state_disposed_on', 'asset_disposal', ['state', 'disposed_on'], unique=False)
        take_back('asset_disposal', ['id', 'created_by_id', 'account_id', 'disposed_on', 'state', 'route', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('monthly_pack', ['ix_monthly_pack_created_by_id', 'ix_monthly_pack_state'])
        op.create_table('monthly_pack',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('period_id', KEY, nullable=False),
        sa.Column('prepared_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('foreword', sa.Text(), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'released', 'rejected', 'cancelled')", name=op.f('ck_monthly_pack_state_known')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_monthly_pack_created_by_id')),
        sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_monthly_pack_period_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_monthly_pack')),
        sa.UniqueConstraint('number', name=op.f('uq_monthly_pack_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_monthly_pack_created_by_id'), 'monthly_pack', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_monthly_pack_state'), 'monthly_pack', ['state'], unique=False)
        op.create_index('uq_monthly_pack_period_id', 'monthly_pack', ['period_id'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
        take_back('monthly_pack', ['id', 'created_by_id', 'period_id', 'prepared_on', 'state', 'foreword', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('inventory_round', ['ix_inventory_round_created_by_id', 'ix_inventory_round_inpatient_room_id', 'ix_inventory_round_room_id', 'ix_inventory_round_state', 'ix_inventory_round_state_counted_on'])
        op.create_table('inventory_round',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('room_id', KEY, nullable=True),
        sa.Column('inpatient_room_id', KEY, nullable=True),
        sa.Column('counted_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'counting', 'submitted', 'posted', 'cancelled')", name=op.f('ck_inventory_round_state_known')),
        sa.CheckConstraint('(room_id IS NULL) <> (inpatient_room_id IS NULL)', name=op.f('ck_inventory_round_one_place')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_inventory_round_created_by_id')),
        sa.ForeignKeyConstraint(['inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_inventory_round_inpatient_room_id')),
        sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_inventory_round_room_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_inventory_round')),
        sa.UniqueConstraint('number', name=op.f('uq_inventory_round_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_inventory_round_created_by_id'), 'inventory_round', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_inpatient_room_id'), 'inventory_round', ['inpatient_room_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_room_id'), 'inventory_round', ['room_id'], unique=False)
        op.create_index(op.f('ix_inventory_round_state'), 'inventory_round', ['state'], unique=False)
        op.create_index('ix_inventory_round_state_counted_on', 'inventory_round', ['state', 'counted_on'], unique=False)
        take_back('inventory_round', ['id', 'created_by_id', 'room_id', 'inpatient_room_id', 'counted_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('asset_auction_line', ['ix_asset_auction_line_asset_auction_id', 'ix_asset_auction_line_asset_id', 'ix_asset_auction_line_land_id'])
        op.create_table('asset_auction_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_auction_id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=True),
        sa.Column('land_id', KEY, nullable=True),
        sa.Column('quantity', sa.Integer(), nullable=False),
        sa.Column('appraised_value', exact(18, 2), nullable=True),
        sa.Column('reserve_price', exact(18, 2), nullable=True),
        sa.Column('sale_price', exact(18, 2), nullable=True),
        sa.CheckConstraint('(asset_id IS NULL) <> (land_id IS NULL)', name=op.f('ck_asset_auction_line_one_thing')),
        sa.CheckConstraint('appraised_value >= 0', name=op.f('ck_asset_auction_line_appraised_value_not_negative')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_auction_line_quantity_positive')),
        sa.CheckConstraint('reserve_price >= 0', name=op.f('ck_asset_auction_line_reserve_price_not_negative')),
        sa.CheckConstraint('sale_price >= reserve_price', name=op.f('ck_asset_auction_line_sale_price_over_reserve')),
        sa.ForeignKeyConstraint(['asset_auction_id'], ['asset_auction.id'], name=op.f('fk_asset_auction_line_asset_auction_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_auction_line_asset_id')),
        sa.ForeignKeyConstraint(['land_id'], ['land.id'], name=op.f('fk_asset_auction_line_land_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_auction_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_auction_line_asset_auction_id'), 'asset_auction_line', ['asset_auction_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_line_asset_id'), 'asset_auction_line', ['asset_id'], unique=False)
        op.create_index(op.f('ix_asset_auction_line_land_id'), 'asset_auction_line', ['land_id'], unique=False)
        take_back('asset_auction_line', ['id', 'asset_auction_id', 'asset_id', 'land_id', 'quantity', 'appraised_value', 'reserve_price', 'sale_price'])
    if not on_postgresql():
        set_aside('asset_movement', ['ix_asset_movement_asset_id', 'ix_asset_movement_moved_at'])
        op.create_table('asset_movement',
        sa.Column('id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=False),
        sa.Column('quantity', sa.Integer(), server_default='1', nullable=False),
        sa.Column('moved_at', MOMENT, nullable=False),
        sa.Column('moved_by_id', KEY, nullable=False),
        sa.Column('from_building_id', KEY, nullable=True),
        sa.Column('from_room_id', KEY, nullable=True),
        sa.Column('from_ward_id', KEY, nullable=True),
        sa.Column('from_inpatient_room_id', KEY, nullable=True),
        sa.Column('from_work_unit_id', KEY, nullable=True),
        sa.Column('to_building_id', KEY, nullable=True),
        sa.Column('to_room_id', KEY, nullable=True),
        sa.Column('to_ward_id', KEY, nullable=True),
        sa.Column('to_inpatient_room_id', KEY, nullable=True),
        sa.Column('to_work_unit_id', KEY, nullable=True),
        sa.Column('reason', sa.String(length=200), nullable=True),
        sa.Column('acknowledged_by_id', KEY, nullable=True),
        sa.Column('acknowledged_at', MOMENT, nullable=True),
        sa.CheckConstraint('(acknowledged_at IS NULL) = (acknowledged_by_id IS NULL)', name=op.f('ck_asset_movement_acknowledged_by_somebody')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_asset_movement_quantity_positive')),
        sa.ForeignKeyConstraint(['acknowledged_by_id'], ['user.id'], name=op.f('fk_asset_movement_acknowledged_by_id')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_movement_asset_id')),
        sa.ForeignKeyConstraint(['from_building_id'], ['building.id'], name=op.f('fk_asset_movement_from_building_id')),
        sa.ForeignKeyConstraint(['from_inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_asset_movement_from_inpatient_room_id')),
        sa.ForeignKeyConstraint(['from_room_id'], ['room.id'], name=op.f('fk_asset_movement_from_room_id')),
        sa.ForeignKeyConstraint(['from_ward_id'], ['ward.id'], name=op.f('fk_asset_movement_from_ward_id')),
        sa.ForeignKeyConstraint(['from_work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_movement_from_work_unit_id')),
        sa.ForeignKeyConstraint(['moved_by_id'], ['user.id'], name=op.f('fk_asset_movement_moved_by_id')),
        sa.ForeignKeyConstraint(['to_building_id'], ['building.id'], name=op.f('fk_asset_movement_to_building_id')),
        sa.ForeignKeyConstraint(['to_inpatient_room_id'], ['inpatient_room.id'], name=op.f('fk_asset_movement_to_inpatient_room_id')),
        sa.ForeignKeyConstraint(['to_room_id'], ['room.id'], name=op.f('fk_asset_movement_to_room_id')),
        sa.ForeignKeyConstraint(['to_ward_id'], ['ward.id'], name=op.f('fk_asset_movement_to_ward_id')),
        sa.ForeignKeyConstraint(['to_work_unit_id'], ['work_unit.id'], name=op.f('fk_asset_movement_to_work_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_movement')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_movement_asset_id'), 'asset_movement', ['asset_id'], unique=False)
        op.create_index('ix_asset_movement_awaited', 'asset_movement', ['to_work_unit_id'], unique=False, sqlite_where=sa.text('acknowledged_at IS NULL'), postgresql_where=sa.text('acknowledged_at IS NULL'))
        op.create_index('ix_asset_movement_moved_at', 'asset_movement', ['moved_at'], unique=False)
        take_back('asset_movement', ['id', 'asset_id', 'quantity', 'moved_at', 'moved_by_id', 'from_building_id', 'from_room_id', 'from_ward_id', 'from_inpatient_room_id', 'from_work_unit_id', 'to_building_id', 'to_room_id', 'to_ward_id', 'to_inpatient_room_id', 'to_work_unit_id', 'reason', 'acknowledged_by_id', 'acknowledged_at'])
    make_rules('0005', '0006')
