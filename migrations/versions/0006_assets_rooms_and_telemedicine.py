"""assets rooms and telemedicine

Revision ID: 0006_4a11fff3d79e
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_4a11fff3d79e'
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
    op.create_table('asset_value_change',
    sa.Column('id', KEY, nullable=False),
    sa.Column('created_by_id', KEY, nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('changed_on', sa.Date(), nullable=False),
    sa.Column('account_id', KEY, nullable=True),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('improvement', 'revaluation', 'impairment')", name=op.f('ck_asset_value_change_kind_known')),
    sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'posted', 'rejected', 'cancelled', 'reversed')", name=op.f('ck_asset_value_change_state_known')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_asset_value_change_account_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_asset_value_change_created_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_value_change')),
    sa.UniqueConstraint('number', name=op.f('uq_asset_value_change_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_value_change_account_id'), 'asset_value_change', ['account_id'], unique=False)
    op.create_index(op.f('ix_asset_value_change_created_by_id'), 'asset_value_change', ['created_by_id'], unique=False)
    op.create_index(op.f('ix_asset_value_change_state'), 'asset_value_change', ['state'], unique=False)
    op.create_index('ix_asset_value_change_state_changed_on', 'asset_value_change', ['state', 'changed_on'], unique=False)
    op.create_table('asset_value_change_line',
    sa.Column('id', KEY, nullable=False),
    sa.Column('asset_value_change_id', KEY, nullable=False),
    sa.Column('asset_id', KEY, nullable=False),
    sa.Column('amount', exact(18, 2), nullable=False),
    sa.Column('added_months', sa.Integer(), nullable=False),
    sa.Column('surplus', exact(18, 2), nullable=True),
    sa.Column('loss', exact(18, 2), nullable=True),
    sa.Column('books_before', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('books_after', sa.JSON(none_as_null=True), nullable=True),
    sa.CheckConstraint('added_months >= 0', name=op.f('ck_asset_value_change_line_added_months_not_negative')),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_asset_value_change_line_amount_not_negative')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_value_change_line_asset_id')),
    sa.ForeignKeyConstraint(['asset_value_change_id'], ['asset_value_change.id'], name=op.f('fk_asset_value_change_line_asset_value_change_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_value_change_line')),
    sa.UniqueConstraint('asset_value_change_id', 'asset_id', name=op.f('uq_asset_value_change_line_asset_value_change_id_asset_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_asset_value_change_line_asset_id'), 'asset_value_change_line', ['asset_id'], unique=False)
    op.create_index(op.f('ix_asset_value_change_line_asset_value_change_id'), 'asset_value_change_line', ['asset_value_change_id'], unique=False)
    op.drop_index('uq_depreciation_run_living_period', table_name='depreciation_run')
    op.add_column('asset_book_change', sa.Column('tax_group_before', sa.String(32), nullable=True))
    op.add_column('asset_book_change', sa.Column('tax_group_after', sa.String(32), nullable=True))
    op.add_column('depreciation_run_line', sa.Column('periods', sa.Integer(), server_default='1', nullable=False))
    op.add_column('depreciation_run_line', sa.Column('caught_up', exact(18, 2), server_default='0', nullable=False))
    if on_postgresql():
        drop_constraint('depreciation_run', 'ck_depreciation_run_state_known')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
        drop_constraint('asset_book_change', 'ck_asset_book_change_kind_known')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_depreciation_run_state_known'), 'depreciation_run', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled', 'reversed')")
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'revaluation_surplus', 'value_loss', 'maintenance', 'cleaning')")
        op.create_check_constraint(op.f('ck_asset_book_change_kind_known'), 'asset_book_change', "kind IN ('opening', 'life', 'disposal', 'part', 'value', 'restored')")
        op.create_check_constraint(op.f('ck_asset_book_change_tax_group_after_known'), 'asset_book_change', "tax_group_after IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')")
        op.create_check_constraint(op.f('ck_asset_book_change_tax_group_before_known'), 'asset_book_change', "tax_group_before IN ('group_1', 'group_2', 'group_3', 'group_4', 'permanent_building', 'other_building')")
        op.create_check_constraint(op.f('ck_depreciation_run_line_caught_up_fits'), 'depreciation_run_line', 'caught_up <= amount')
        op.create_check_constraint(op.f('ck_depreciation_run_line_caught_up_not_negative'), 'depreciation_run_line', 'caught_up >= 0')
        op.create_check_constraint(op.f('ck_depreciation_run_line_periods_positive'), 'depreciation_run_line', 'periods > 0')
    if not on_postgresql():
        set_aside('depreciation_run', ['ix_depreciation_run_created_by_id', 'ix_depreciation_run_state', 'ix_depreciation_run_state_run_on'])
        op.create_table('depreciation_run',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('run_on', sa.Date(), nullable=False),
        sa.Column('book', sa.String(32), nullable=False),
        sa.Column('period_start', sa.Date(), nullable=False),
        sa.Column('period_end', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("book IN ('hospital', 'tax', 'state_property')", name=op.f('ck_depreciation_run_book_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled', 'reversed')", name=op.f('ck_depreciation_run_state_known')),
        sa.CheckConstraint('period_end >= period_start', name=op.f('ck_depreciation_run_period_not_empty')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_depreciation_run_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_depreciation_run')),
        sa.UniqueConstraint('number', name=op.f('uq_depreciation_run_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_depreciation_run_created_by_id'), 'depreciation_run', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_depreciation_run_state'), 'depreciation_run', ['state'], unique=False)
        op.create_index('ix_depreciation_run_state_run_on', 'depreciation_run', ['state', 'run_on'], unique=False)
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"), postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')"))
        take_back('depreciation_run', ['id', 'created_by_id', 'run_on', 'book', 'period_start', 'period_end', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('journal_line', ['ix_journal_line_account_id', 'ix_journal_line_entry_id', 'ix_journal_line_purpose'])
        op.create_table('journal_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('entry_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('purpose', sa.String(32), nullable=False),
        sa.Column('debit', exact(18, 2), nullable=False),
        sa.Column('credit', exact(18, 2), nullable=False),
        sa.CheckConstraint("purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'revaluation_surplus', 'value_loss', 'maintenance', 'cleaning')", name=op.f('ck_journal_line_purpose_known')),
        sa.CheckConstraint('(debit = 0) <> (credit = 0)', name=op.f('ck_journal_line_one_sided')),
        sa.CheckConstraint('debit >= 0 AND credit >= 0', name=op.f('ck_journal_line_sides_not_negative')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_journal_line_account_id')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'], name=op.f('fk_journal_line_entry_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_journal_line_account_id'), 'journal_line', ['account_id'], unique=False)
        op.create_index(op.f('ix_journal_line_entry_id'), 'journal_line', ['entry_id'], unique=False)
        op.create_index(op.f('ix_journal_line_purpose'), 'journal_line', ['purpose'], unique=False)
        take_back('journal_line', ['id', 'entry_id', 'account_id', 'purpose', 'debit', 'credit'])
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
        op.create_index('ix_asset_book_change_document', 'asset_book_change', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_asset_book_change_user_id'), 'asset_book_change', ['user_id'], unique=False)
        take_back('asset_book_change', ['id', 'asset_book_id', 'kind', 'changed_on', 'amount', 'cost_change', 'useful_life_before', 'useful_life_after', 'tax_group_before', 'tax_group_after', 'residual_before', 'residual_after', 'document_type', 'document_id', 'reason', 'user_id', 'occurred_at'])
    if not on_postgresql():
        set_aside('depreciation_run_line', ['ix_depreciation_run_line_asset_book_id', 'ix_depreciation_run_line_asset_id', 'ix_depreciation_run_line_depreciation_run_id'])
        op.create_table('depreciation_run_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('depreciation_run_id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=False),
        sa.Column('asset_book_id', KEY, nullable=False),
        sa.Column('opening_value', exact(18, 2), nullable=False),
        sa.Column('amount', exact(18, 2), nullable=False),
        sa.Column('closing_value', exact(18, 2), nullable=False),
        sa.Column('periods', sa.Integer(), server_default='1', nullable=False),
        sa.Column('caught_up', exact(18, 2), server_default='0', nullable=False),
        sa.CheckConstraint('amount >= 0', name=op.f('ck_depreciation_run_line_amount_not_negative')),
        sa.CheckConstraint('caught_up <= amount', name=op.f('ck_depreciation_run_line_caught_up_fits')),
        sa.CheckConstraint('caught_up >= 0', name=op.f('ck_depreciation_run_line_caught_up_not_negative')),
        sa.CheckConstraint('closing_value = opening_value - amount', name=op.f('ck_depreciation_run_line_closing_value_adds_up')),
        sa.CheckConstraint('closing_value >= 0', name=op.f('ck_depreciation_run_line_closing_value_not_negative')),
        sa.CheckConstraint('periods > 0', name=op.f('ck_depreciation_run_line_periods_positive')),
        sa.ForeignKeyConstraint(['asset_book_id'], ['asset_book.id'], name=op.f('fk_depreciation_run_line_asset_book_id')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_depreciation_run_line_asset_id')),
        sa.ForeignKeyConstraint(['depreciation_run_id'], ['depreciation_run.id'], name=op.f('fk_depreciation_run_line_depreciation_run_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_depreciation_run_line')),
        sa.UniqueConstraint('depreciation_run_id', 'asset_book_id', name=op.f('uq_depreciation_run_line_depreciation_run_id_asset_book_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_depreciation_run_line_asset_book_id'), 'depreciation_run_line', ['asset_book_id'], unique=False)
        op.create_index(op.f('ix_depreciation_run_line_asset_id'), 'depreciation_run_line', ['asset_id'], unique=False)
        op.create_index(op.f('ix_depreciation_run_line_depreciation_run_id'), 'depreciation_run_line', ['depreciation_run_id'], unique=False)
        take_back('depreciation_run_line', ['id', 'depreciation_run_id', 'asset_id', 'asset_book_id', 'opening_value', 'amount', 'closing_value', 'periods', 'caught_up'])
    make_rules('0006', '0005')


def downgrade() -> None:
    drop_rules('0006', '0005')
    op.drop_index('uq_depreciation_run_living_period', table_name='depreciation_run')
    if on_postgresql():
        drop_constraint('depreciation_run', 'ck_depreciation_run_state_known')
        drop_constraint('journal_line', 'ck_journal_line_purpose_known')
        drop_constraint('asset_book_change', 'ck_asset_book_change_kind_known')
        drop_constraint('asset_book_change', 'ck_asset_book_change_tax_group_after_known')
        drop_constraint('asset_book_change', 'ck_asset_book_change_tax_group_before_known')
        drop_constraint('depreciation_run_line', 'ck_depreciation_run_line_caught_up_fits')
        drop_constraint('depreciation_run_line', 'ck_depreciation_run_line_caught_up_not_negative')
        drop_constraint('depreciation_run_line', 'ck_depreciation_run_line_periods_positive')
    run_rows('rows_back')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_depreciation_run_state_known'), 'depreciation_run', "state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')")
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
        op.create_check_constraint(op.f('ck_journal_line_purpose_known'), 'journal_line', "purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')")
        op.drop_column('asset_book_change', 'tax_group_before')
        op.drop_column('asset_book_change', 'tax_group_after')
        op.create_check_constraint(op.f('ck_asset_book_change_kind_known'), 'asset_book_change', "kind IN ('opening', 'life', 'disposal', 'part')")
        op.drop_column('depreciation_run_line', 'periods')
        op.drop_column('depreciation_run_line', 'caught_up')
    if not on_postgresql():
        set_aside('depreciation_run', ['ix_depreciation_run_created_by_id', 'ix_depreciation_run_state', 'ix_depreciation_run_state_run_on'])
        op.create_table('depreciation_run',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('run_on', sa.Date(), nullable=False),
        sa.Column('book', sa.String(32), nullable=False),
        sa.Column('period_start', sa.Date(), nullable=False),
        sa.Column('period_end', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("book IN ('hospital', 'tax', 'state_property')", name=op.f('ck_depreciation_run_book_known')),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'posted', 'rejected', 'cancelled')", name=op.f('ck_depreciation_run_state_known')),
        sa.CheckConstraint('period_end >= period_start', name=op.f('ck_depreciation_run_period_not_empty')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_depreciation_run_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_depreciation_run')),
        sa.UniqueConstraint('number', name=op.f('uq_depreciation_run_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_depreciation_run_created_by_id'), 'depreciation_run', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_depreciation_run_state'), 'depreciation_run', ['state'], unique=False)
        op.create_index('ix_depreciation_run_state_run_on', 'depreciation_run', ['state', 'run_on'], unique=False)
        op.create_index('uq_depreciation_run_living_period', 'depreciation_run', ['book', 'period_start'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
        take_back('depreciation_run', ['id', 'created_by_id', 'run_on', 'book', 'period_start', 'period_end', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('journal_line', ['ix_journal_line_account_id', 'ix_journal_line_entry_id', 'ix_journal_line_purpose'])
        op.create_table('journal_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('entry_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('purpose', sa.String(32), nullable=False),
        sa.Column('debit', exact(18, 2), nullable=False),
        sa.Column('credit', exact(18, 2), nullable=False),
        sa.CheckConstraint("purpose IN ('inventory', 'in_transit', 'received_not_invoiced', 'payables', 'cash', 'vat', 'expense', 'loss', 'stock_gain', 'opening_stock', 'donation', 'programme', 'price_variance', 'freight', 'rounding', 'asset', 'asset_payable', 'asset_opening', 'land', 'depreciation', 'accumulated_depreciation', 'disposal_gain', 'disposal_loss', 'maintenance', 'cleaning')", name=op.f('ck_journal_line_purpose_known')),
        sa.CheckConstraint('(debit = 0) <> (credit = 0)', name=op.f('ck_journal_line_one_sided')),
        sa.CheckConstraint('debit >= 0 AND credit >= 0', name=op.f('ck_journal_line_sides_not_negative')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_journal_line_account_id')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'], name=op.f('fk_journal_line_entry_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_line')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_journal_line_account_id'), 'journal_line', ['account_id'], unique=False)
        op.create_index(op.f('ix_journal_line_entry_id'), 'journal_line', ['entry_id'], unique=False)
        op.create_index(op.f('ix_journal_line_purpose'), 'journal_line', ['purpose'], unique=False)
        take_back('journal_line', ['id', 'entry_id', 'account_id', 'purpose', 'debit', 'credit'])
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
        sa.Column('residual_before', exact(18, 2), nullable=True),
        sa.Column('residual_after', exact(18, 2), nullable=True),
        sa.Column('document_type', sa.String(length=40), nullable=True),
        sa.Column('document_id', KEY, nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('occurred_at', MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('opening', 'life', 'disposal', 'part')", name=op.f('ck_asset_book_change_kind_known')),
        sa.ForeignKeyConstraint(['asset_book_id'], ['asset_book.id'], name=op.f('fk_asset_book_change_asset_book_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_asset_book_change_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_book_change')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_asset_book_change_asset_book_id'), 'asset_book_change', ['asset_book_id'], unique=False)
        op.create_index('ix_asset_book_change_document', 'asset_book_change', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_asset_book_change_user_id'), 'asset_book_change', ['user_id'], unique=False)
        take_back('asset_book_change', ['id', 'asset_book_id', 'kind', 'changed_on', 'amount', 'cost_change', 'useful_life_before', 'useful_life_after', 'residual_before', 'residual_after', 'document_type', 'document_id', 'reason', 'user_id', 'occurred_at'])
    if not on_postgresql():
        set_aside('depreciation_run_line', ['ix_depreciation_run_line_asset_book_id', 'ix_depreciation_run_line_asset_id', 'ix_depreciation_run_line_depreciation_run_id'])
        op.create_table('depreciation_run_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('depreciation_run_id', KEY, nullable=False),
        sa.Column('asset_id', KEY, nullable=False),
        sa.Column('asset_book_id', KEY, nullable=False),
        sa.Column('opening_value', exact(18, 2), nullable=False),
        sa.Column('amount', exact(18, 2), nullable=False),
        sa.Column('closing_value', exact(18, 2), nullable=False),
        sa.CheckConstraint('amount >= 0', name=op.f('ck_depreciation_run_line_amount_not_negative')),
        sa.CheckConstraint('closing_value = opening_value - amount', name=op.f('ck_depreciation_run_line_closing_value_adds_up')),
        sa.CheckConstraint('closing_value >= 0', name=op.f('ck_depreciation_run_line_closing_value_not_negative')),
        sa.ForeignKeyConstraint(['asset_book_id'], ['asset_book.id'], name=op.f('fk_depreciation_run_line_asset_book_id')),
        sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_depreciation_run_line_asset_id')),
        sa.ForeignKeyConstraint(['depreciation_run_id'], ['depreciation_run.id'], name=op.f('fk_depreciation_run_line_depreciation_run_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_depreciation_run_line')),
        sa.UniqueConstraint('depreciation_run_id', 'asset_book_id', name=op.f('uq_depreciation_run_line_depreciation_run_id_asset_book_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_depreciation_run_line_asset_book_id'), 'depreciation_run_line', ['asset_book_id'], unique=False)
        op.create_index(op.f('ix_depreciation_run_line_asset_id'), 'depreciation_run_line', ['asset_id'], unique=False)
        op.create_index(op.f('ix_depreciation_run_line_depreciation_run_id'), 'depreciation_run_line', ['depreciation_run_id'], unique=False)
        take_back('depreciation_run_line', ['id', 'depreciation_run_id', 'asset_id', 'asset_book_id', 'opening_value', 'amount', 'closing_value'])
    op.drop_index('ix_asset_value_change_line_asset_id', table_name='asset_value_change_line')
    op.drop_index('ix_asset_value_change_line_asset_value_change_id', table_name='asset_value_change_line')
    op.drop_table('asset_value_change_line')
    op.drop_index('ix_asset_value_change_account_id', table_name='asset_value_change')
    op.drop_index('ix_asset_value_change_created_by_id', table_name='asset_value_change')
    op.drop_index('ix_asset_value_change_state', table_name='asset_value_change')
    op.drop_index('ix_asset_value_change_state_changed_on', table_name='asset_value_change')
    op.drop_table('asset_value_change')
    make_rules('0005', '0006')
