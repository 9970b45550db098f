"""Stores and purchasing whole

Revision ID: 0005_fb9c652c9c53
Revises: 0004_802b76a12fe4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0005_fb9c652c9c53'
down_revision = '0004_802b76a12fe4'
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
    drop_rules('0004', '0005')
    op.add_column('store_request_line', sa.Column('granted_quantity', exact(14, 3), nullable=True))
    op.add_column('delivery_request_line', sa.Column('delivered_quantity', exact(14, 3), nullable=True))
    op.add_column('delivery_request_line', sa.Column('arrived_quantity', exact(14, 3), nullable=True))
    op.add_column('delivery_request_line', sa.Column('missing', sa.String(32), nullable=True))
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_store_request_line_granted_is_asked_for'), 'store_request_line', 'granted_quantity >= 0 AND granted_quantity <= quantity')
        op.create_check_constraint(op.f('ck_delivery_request_line_missing_known'), 'delivery_request_line', "missing IN ('still_in_store', 'lost')")
        op.create_check_constraint(op.f('ck_delivery_request_line_arrived_is_delivered'), 'delivery_request_line', 'arrived_quantity >= 0 AND arrived_quantity <= delivered_quantity')
        op.create_check_constraint(op.f('ck_delivery_request_line_delivered_is_approved'), 'delivery_request_line', 'delivered_quantity >= 0 AND delivered_quantity <= quantity * factor')
    if not on_postgresql():
        set_aside('store_request_line', ['ix_store_request_line_item_id', 'ix_store_request_line_store_request_id', 'ix_store_request_line_unit_id'])
        op.create_table('store_request_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('store_request_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('granted_quantity', exact(14, 3), nullable=True),
        sa.CheckConstraint('factor > 0', name=op.f('ck_store_request_line_factor_positive')),
        sa.CheckConstraint('granted_quantity >= 0 AND granted_quantity <= quantity', name=op.f('ck_store_request_line_granted_is_asked_for')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_store_request_line_quantity_positive')),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_store_request_line_item_id')),
        sa.ForeignKeyConstraint(['store_request_id'], ['store_request.id'], name=op.f('fk_store_request_line_store_request_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_store_request_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_store_request_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_store_request_line_item_id'), 'store_request_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_store_request_line_store_request_id'), 'store_request_line', ['store_request_id'], unique=False)
        op.create_index(op.f('ix_store_request_line_unit_id'), 'store_request_line', ['unit_id'], unique=False)
        take_back('store_request_line', ['id', 'store_request_id', 'item_id', 'unit_id', 'quantity', 'factor', 'granted_quantity'])
    if not on_postgresql():
        set_aside('delivery_request_line', ['ix_delivery_request_line_delivery_request_id', 'ix_delivery_request_line_item_id', 'ix_delivery_request_line_unit_id'])
        op.create_table('delivery_request_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('delivery_request_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.Column('delivered_quantity', exact(14, 3), nullable=True),
        sa.Column('arrived_quantity', exact(14, 3), nullable=True),
        sa.Column('missing', sa.String(32), nullable=True),
        sa.CheckConstraint("missing IN ('still_in_store', 'lost')", name=op.f('ck_delivery_request_line_missing_known')),
        sa.CheckConstraint('arrived_quantity >= 0 AND arrived_quantity <= delivered_quantity', name=op.f('ck_delivery_request_line_arrived_is_delivered')),
        sa.CheckConstraint('delivered_quantity >= 0 AND delivered_quantity <= quantity * factor', name=op.f('ck_delivery_request_line_delivered_is_approved')),
        sa.CheckConstraint('factor > 0', name=op.f('ck_delivery_request_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_delivery_request_line_quantity_positive')),
        sa.ForeignKeyConstraint(['delivery_request_id'], ['delivery_request.id'], name=op.f('fk_delivery_request_line_delivery_request_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_delivery_request_line_item_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_delivery_request_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_request_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_delivery_request_line_delivery_request_id'), 'delivery_request_line', ['delivery_request_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_line_item_id'), 'delivery_request_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_line_unit_id'), 'delivery_request_line', ['unit_id'], unique=False)
        take_back('delivery_request_line', ['id', 'delivery_request_id', 'item_id', 'unit_id', 'quantity', 'factor', 'delivered_quantity', 'arrived_quantity', 'missing'])
    make_rules('0005', '0004')


def downgrade() -> None:
    drop_rules('0005', '0004')
    if on_postgresql():
        drop_constraint('store_request_line', 'ck_store_request_line_granted_is_asked_for')
        drop_constraint('delivery_request_line', 'ck_delivery_request_line_missing_known')
        drop_constraint('delivery_request_line', 'ck_delivery_request_line_arrived_is_delivered')
        drop_constraint('delivery_request_line', 'ck_delivery_request_line_delivered_is_approved')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('store_request_line', 'granted_quantity')
        op.drop_column('delivery_request_line', 'delivered_quantity')
        op.drop_column('delivery_request_line', 'arrived_quantity')
        op.drop_column('delivery_request_line', 'missing')
    if not on_postgresql():
        set_aside('store_request_line', ['ix_store_request_line_item_id', 'ix_store_request_line_store_request_id', 'ix_store_request_line_unit_id'])
        op.create_table('store_request_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('store_request_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.CheckConstraint('factor > 0', name=op.f('ck_store_request_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_store_request_line_quantity_positive')),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_store_request_line_item_id')),
        sa.ForeignKeyConstraint(['store_request_id'], ['store_request.id'], name=op.f('fk_store_request_line_store_request_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_store_request_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_store_request_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_store_request_line_item_id'), 'store_request_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_store_request_line_store_request_id'), 'store_request_line', ['store_request_id'], unique=False)
        op.create_index(op.f('ix_store_request_line_unit_id'), 'store_request_line', ['unit_id'], unique=False)
        take_back('store_request_line', ['id', 'store_request_id', 'item_id', 'unit_id', 'quantity', 'factor'])
    if not on_postgresql():
        set_aside('delivery_request_line', ['ix_delivery_request_line_delivery_request_id', 'ix_delivery_request_line_item_id', 'ix_delivery_request_line_unit_id'])
        op.create_table('delivery_request_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('delivery_request_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('quantity', exact(14, 3), nullable=False),
        sa.Column('factor', exact(14, 6), nullable=False),
        sa.CheckConstraint('factor > 0', name=op.f('ck_delivery_request_line_factor_positive')),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_delivery_request_line_quantity_positive')),
        sa.ForeignKeyConstraint(['delivery_request_id'], ['delivery_request.id'], name=op.f('fk_delivery_request_line_delivery_request_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_delivery_request_line_item_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_delivery_request_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_request_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_delivery_request_line_delivery_request_id'), 'delivery_request_line', ['delivery_request_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_line_item_id'), 'delivery_request_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_delivery_request_line_unit_id'), 'delivery_request_line', ['unit_id'], unique=False)
        take_back('delivery_request_line', ['id', 'delivery_request_id', 'item_id', 'unit_id', 'quantity', 'factor'])
    make_rules('0004', '0005')
