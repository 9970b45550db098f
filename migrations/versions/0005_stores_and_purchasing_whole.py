"""Stores and purchasing whole

Revision ID: 0005_adb5748eb332
Revises: 0004_802b76a12fe4
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0005_adb5748eb332'
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
    op.add_column('asset_procurement', sa.Column('needs_director', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('purchase_order', sa.Column('needs_director', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    run_rows('rows')
    if not on_postgresql():
        set_aside('asset_procurement', ['ix_asset_procurement_created_by_id', 'ix_asset_procurement_state', 'ix_asset_procurement_state_procured_on', 'ix_asset_procurement_vendor_id'])
        op.create_table('asset_procurement',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('procured_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('vendor_id', KEY, nullable=False),
        sa.Column('expected_on', sa.Date(), nullable=True),
        sa.Column('tax_percent', exact(5, 2), nullable=False),
        sa.Column('funding_source', sa.String(32), nullable=False),
        sa.Column('needs_director', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("funding_source IN ('apbn', 'apbd', 'blu', 'grant', 'loan', 'other')", name=op.f('ck_asset_procurement_funding_source_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'limit_approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_asset_procurement_state_known')),
        sa.CheckConstraint('expected_on >= procured_on', name=op.f('ck_asset_procurement_expected_after_procured')),
        sa.CheckConstraint(by_dialect(sqlite='tax_percent >= 0 AND tax_percent <= 10000', postgresql='tax_percent >= 0.00 AND tax_percent <= 100.00'), name=op.f('ck_asset_procurement_tax_percent_in_range')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_procurement_created_by_id')),
        sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_asset_procurement_vendor_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_procurement')),
        sa.UniqueConstraint('id', 'vendor_id', name=op.f('uq_asset_procurement_id_vendor_id')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_procurement_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_procurement_created_by_id'), 'asset_procurement', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_procurement_state'), 'asset_procurement', ['state'], unique=False)
        op.create_index('ix_asset_procurement_state_procured_on', 'asset_procurement', ['state', 'procured_on'], unique=False)
        op.create_index(op.f('ix_asset_procurement_vendor_id'), 'asset_procurement', ['vendor_id'], unique=False)
        take_back('asset_procurement', ['id', 'created_by_id', 'procured_on', 'state', 'vendor_id', 'expected_on', 'tax_percent', 'funding_source', 'needs_director', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('purchase_order', ['ix_purchase_order_created_by_id', 'ix_purchase_order_state', 'ix_purchase_order_state_ordered_on', 'ix_purchase_order_store_id', 'ix_purchase_order_supplier_id'])
        op.create_table('purchase_order',
        sa.Column('vat_percent', exact(5, 2), nullable=False),
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('ordered_on', sa.Date(), nullable=False),
        sa.Column('expected_on', sa.Date(), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('payment_terms', sa.String(length=200), nullable=True),
        sa.Column('needs_director', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'limit_approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_purchase_order_state_known')),
        sa.CheckConstraint('expected_on >= ordered_on', name=op.f('ck_purchase_order_expected_after_ordered')),
        sa.CheckConstraint(by_dialect(sqlite='vat_percent >= 0 AND vat_percent <= 10000', postgresql='vat_percent >= 0.00 AND vat_percent <= 100.00'), name=op.f('ck_purchase_order_vat_percent_is_percent')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_purchase_order_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_purchase_order_store_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_purchase_order_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_order')),
        sa.UniqueConstraint('number', name=op.f('uq_purchase_order_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_purchase_order_created_by_id'), 'purchase_order', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_purchase_order_state'), 'purchase_order', ['state'], unique=False)
        op.create_index('ix_purchase_order_state_ordered_on', 'purchase_order', ['state', 'ordered_on'], unique=False)
        op.create_index(op.f('ix_purchase_order_store_id'), 'purchase_order', ['store_id'], unique=False)
        op.create_index(op.f('ix_purchase_order_supplier_id'), 'purchase_order', ['supplier_id'], unique=False)
        take_back('purchase_order', ['vat_percent', 'id', 'created_by_id', 'supplier_id', 'store_id', 'ordered_on', 'expected_on', 'state', 'payment_terms', 'needs_director', 'number', 'created_at', 'note', 'version'])
    make_rules('0005', '0004')


def downgrade() -> None:
    drop_rules('0005', '0004')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('asset_procurement', 'needs_director')
        op.drop_column('purchase_order', 'needs_director')
    if not on_postgresql():
        set_aside('asset_procurement', ['ix_asset_procurement_created_by_id', 'ix_asset_procurement_state', 'ix_asset_procurement_state_procured_on', 'ix_asset_procurement_vendor_id'])
        op.create_table('asset_procurement',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('procured_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('vendor_id', KEY, nullable=False),
        sa.Column('expected_on', sa.Date(), nullable=True),
        sa.Column('tax_percent', exact(5, 2), nullable=False),
        sa.Column('funding_source', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("funding_source IN ('apbn', 'apbd', 'blu', 'grant', 'loan', 'other')", name=op.f('ck_asset_procurement_funding_source_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'limit_approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_asset_procurement_state_known')),
        sa.CheckConstraint('expected_on >= procured_on', name=op.f('ck_asset_procurement_expected_after_procured')),
        sa.CheckConstraint(by_dialect(sqlite='tax_percent >= 0 AND tax_percent <= 10000', postgresql='tax_percent >= 0.00 AND tax_percent <= 100.00'), name=op.f('ck_asset_procurement_tax_percent_in_range')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_procurement_created_by_id')),
        sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_asset_procurement_vendor_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_procurement')),
        sa.UniqueConstraint('id', 'vendor_id', name=op.f('uq_asset_procurement_id_vendor_id')),
        sa.UniqueConstraint('number', name=op.f('uq_asset_procurement_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_procurement_created_by_id'), 'asset_procurement', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_asset_procurement_state'), 'asset_procurement', ['state'], unique=False)
        op.create_index('ix_asset_procurement_state_procured_on', 'asset_procurement', ['state', 'procured_on'], unique=False)
        op.create_index(op.f('ix_asset_procurement_vendor_id'), 'asset_procurement', ['vendor_id'], unique=False)
        take_back('asset_procurement', ['id', 'created_by_id', 'procured_on', 'state', 'vendor_id', 'expected_on', 'tax_percent', 'funding_source', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('purchase_order', ['ix_purchase_order_created_by_id', 'ix_purchase_order_state', 'ix_purchase_order_state_ordered_on', 'ix_purchase_order_store_id', 'ix_purchase_order_supplier_id'])
        op.create_table('purchase_order',
        sa.Column('vat_percent', exact(5, 2), nullable=False),
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('supplier_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('ordered_on', sa.Date(), nullable=False),
        sa.Column('expected_on', sa.Date(), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('payment_terms', sa.String(length=200), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'payment_approved', 'limit_approved', 'sent', 'done', 'rejected', 'cancelled')", name=op.f('ck_purchase_order_state_known')),
        sa.CheckConstraint('expected_on >= ordered_on', name=op.f('ck_purchase_order_expected_after_ordered')),
        sa.CheckConstraint(by_dialect(sqlite='vat_percent >= 0 AND vat_percent <= 10000', postgresql='vat_percent >= 0.00 AND vat_percent <= 100.00'), name=op.f('ck_purchase_order_vat_percent_is_percent')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_purchase_order_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_purchase_order_store_id')),
        sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_purchase_order_supplier_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_order')),
        sa.UniqueConstraint('number', name=op.f('uq_purchase_order_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_purchase_order_created_by_id'), 'purchase_order', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_purchase_order_state'), 'purchase_order', ['state'], unique=False)
        op.create_index('ix_purchase_order_state_ordered_on', 'purchase_order', ['state', 'ordered_on'], unique=False)
        op.create_index(op.f('ix_purchase_order_store_id'), 'purchase_order', ['store_id'], unique=False)
        op.create_index(op.f('ix_purchase_order_supplier_id'), 'purchase_order', ['supplier_id'], unique=False)
        take_back('purchase_order', ['vat_percent', 'id', 'created_by_id', 'supplier_id', 'store_id', 'ordered_on', 'expected_on', 'state', 'payment_terms', 'number', 'created_at', 'note', 'version'])
    make_rules('0004', '0005')
