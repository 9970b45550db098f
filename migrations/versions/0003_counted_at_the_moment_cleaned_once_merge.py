"""Counted at the moment, cleaned once, merged and back

Revision ID: 0003_d2f0af3ea0ec
Revises: 0002_733759f6372d
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0003_d2f0af3ea0ec'
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
    op.create_table('patient_merge',
    sa.Column('id', KEY, nullable=False),
    sa.Column('gone_id', KEY, nullable=False),
    sa.Column('kept_id', KEY, nullable=False),
    sa.Column('merged_at', MOMENT, nullable=False),
    sa.Column('merged_by_id', KEY, nullable=False),
    sa.Column('taken_back_at', MOMENT, nullable=True),
    sa.Column('taken_back_by_id', KEY, nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('(taken_back_at IS NULL) = (taken_back_by_id IS NULL) AND (taken_back_at IS NULL) = (reason IS NULL)', name=op.f('ck_patient_merge_taken_back_by_whom_and_why')),
    sa.CheckConstraint('gone_id <> kept_id', name=op.f('ck_patient_merge_two_records')),
    sa.ForeignKeyConstraint(['gone_id'], ['patient.id'], name=op.f('fk_patient_merge_gone_id')),
    sa.ForeignKeyConstraint(['kept_id'], ['patient.id'], name=op.f('fk_patient_merge_kept_id')),
    sa.ForeignKeyConstraint(['merged_by_id'], ['user.id'], name=op.f('fk_patient_merge_merged_by_id')),
    sa.ForeignKeyConstraint(['taken_back_by_id'], ['user.id'], name=op.f('fk_patient_merge_taken_back_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient_merge')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_patient_merge_gone_id'), 'patient_merge', ['gone_id'], unique=False)
    op.create_index(op.f('ix_patient_merge_kept_id'), 'patient_merge', ['kept_id'], unique=False)
    op.create_index(op.f('ix_patient_merge_merged_by_id'), 'patient_merge', ['merged_by_id'], unique=False)
    op.create_index(op.f('ix_patient_merge_taken_back_by_id'), 'patient_merge', ['taken_back_by_id'], unique=False)
    op.create_index('uq_patient_merge_living', 'patient_merge', ['gone_id'], unique=True, sqlite_where=sa.text('taken_back_at IS NULL'), postgresql_where=sa.text('taken_back_at IS NULL'))
    op.create_table('patient_merge_move',
    sa.Column('id', KEY, nullable=False),
    sa.Column('merge_id', KEY, nullable=False),
    sa.Column('table_name', sa.String(length=40), nullable=False),
    sa.Column('row_id', KEY, nullable=False),
    sa.Column('column_name', sa.String(length=40), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['merge_id'], ['patient_merge.id'], name=op.f('fk_patient_merge_move_merge_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient_merge_move')),
    sa.UniqueConstraint('merge_id', 'table_name', 'row_id', 'column_name', name=op.f('uq_patient_merge_move_merge_id_table_name_row_id_column_name')),
    sqlite_autoincrement=True
    )
    op.add_column('attachment', sa.Column('small', sa.LargeBinary(), nullable=True))
    op.add_column('list_import', sa.Column('sheet', sa.Text(), nullable=True))
    op.add_column('list_import', sa.Column('sheets', sa.JSON(), server_default='[]', nullable=False))
    op.add_column('list_import', sa.Column('plan', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('list_import', sa.Column('digest', sa.String(length=64), server_default='', nullable=False))
    op.add_column('stocktake', sa.Column('posted_on', sa.Date(), nullable=True))
    op.add_column('stocktake_line', sa.Column('counted_at', MOMENT, nullable=True))
    op.add_column('stocktake_line', sa.Column('count_again', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('bed', sa.Column('cleaning_due', sa.String(32), nullable=True))
    op.add_column('consultation', sa.Column('held_beside_id', KEY, nullable=True))
    op.add_column('cleaning', sa.Column('needs_inspection', sa.Boolean(), nullable=True))
    op.drop_index('uq_cleaning_open_bed', table_name='cleaning')
    op.drop_index('uq_cleaning_open_room', table_name='cleaning')
    if on_postgresql():
        drop_constraint('patient', 'ck_patient_nik_with_index')
        drop_constraint('cleaning', 'ck_cleaning_state_known')
    run_rows('rows')
    if on_postgresql():
        op.create_check_constraint(op.f('ck_list_import_applied_as_previewed'), 'list_import', "applied_at IS NULL OR digest <> ''")
        op.create_check_constraint(op.f('ck_list_import_applied_without_wrong_rows'), 'list_import', 'applied_at IS NULL OR wrong_rows = 0')
        op.create_check_constraint(op.f('ck_patient_rejected_holds_no_nik'), 'patient', "nik_index IS NULL OR state <> 'rejected'")
        op.create_check_constraint(op.f('ck_patient_nik_with_index'), 'patient', 'nik_index IS NULL OR nik IS NOT NULL')
        op.create_check_constraint(op.f('ck_stocktake_posted_has_day'), 'stocktake', "state <> 'posted' OR posted_on IS NOT NULL")
        op.create_check_constraint(op.f('ck_stocktake_line_counted_against_ledger'), 'stocktake_line', '(counted_quantity IS NULL) = (system_quantity IS NULL) AND (counted_quantity IS NULL) = (counted_at IS NULL)')
        op.create_check_constraint(op.f('ck_stocktake_line_last_move_of_count'), 'stocktake_line', 'last_move_id IS NULL OR counted_quantity IS NOT NULL')
        op.create_check_constraint(op.f('ck_bed_cleaning_due_known'), 'bed', "cleaning_due IN ('routine', 'terminal', 'isolation')")
        op.create_check_constraint(op.f('ck_consultation_held_beside_another'), 'consultation', "held_beside_id IS NULL OR (held_beside_id <> id AND state = 'completed')")
        op.create_foreign_key(op.f('fk_consultation_held_beside_id'), 'consultation', 'consultation', ['held_beside_id'], ['id'])
        op.alter_column('cleaning', 'needs_inspection', nullable=False)
        op.create_check_constraint(op.f('ck_cleaning_inspected_if_asked'), 'cleaning', "needs_inspection OR state NOT IN ('to_inspect', 'inspected')")
        op.create_check_constraint(op.f('ck_cleaning_state_known'), 'cleaning', "state IN ('waiting', 'in_progress', 'to_inspect', 'finished', 'inspected', 'cancelled')")
        op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
        op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress', 'to_inspect')"))
    if not on_postgresql():
        set_aside('attachment', ['ix_attachment_document', 'ix_attachment_user_id'])
        op.create_table('attachment',
        sa.Column('id', KEY, nullable=False),
        sa.Column('document_type', sa.String(length=40), nullable=False),
        sa.Column('document_id', KEY, nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('media_type', sa.String(length=100), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('small', sa.LargeBinary(), nullable=True),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('uploaded_at', MOMENT, nullable=False),
        sa.CheckConstraint('size >= 0', name=op.f('ck_attachment_size_not_negative')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_attachment_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
        sqlite_autoincrement=True
        )
        op.create_index('ix_attachment_document', 'attachment', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_attachment_user_id'), 'attachment', ['user_id'], unique=False)
        take_back('attachment', ['id', 'document_type', 'document_id', 'file_name', 'media_type', 'size', 'sha256', 'content', 'small', 'user_id', 'uploaded_at'])
    if not on_postgresql():
        set_aside('list_import', ['ix_list_import_applied_by_id', 'ix_list_import_reversed_by_id', 'ix_list_import_uploaded_by_id'])
        op.create_table('list_import',
        sa.Column('id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('sheet', sa.Text(), nullable=True),
        sa.Column('sheets', sa.JSON(), server_default='[]', nullable=False),
        sa.Column('posted_on', sa.Date(), nullable=True),
        sa.Column('new_rows', sa.Integer(), nullable=False),
        sa.Column('changed_rows', sa.Integer(), nullable=False),
        sa.Column('same_rows', sa.Integer(), nullable=False),
        sa.Column('wrong_rows', sa.Integer(), nullable=False),
        sa.Column('findings', sa.JSON(), nullable=False),
        sa.Column('plan', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('digest', sa.String(length=64), server_default='', nullable=False),
        sa.Column('uploaded_by_id', KEY, nullable=False),
        sa.Column('uploaded_at', MOMENT, nullable=False),
        sa.Column('applied_by_id', KEY, nullable=True),
        sa.Column('applied_at', MOMENT, nullable=True),
        sa.Column('reversed_by_id', KEY, nullable=True),
        sa.Column('reversed_at', MOMENT, nullable=True),
        sa.Column('reversal_reason', sa.String(length=500), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("applied_at IS NULL OR digest <> ''", name=op.f('ck_list_import_applied_as_previewed')),
        sa.CheckConstraint("kind <> 'opening_stock' OR posted_on IS NOT NULL", name=op.f('ck_list_import_opening_stock_has_a_day')),
        sa.CheckConstraint("kind IN ('item', 'item_category', 'unit_conversion', 'supplier', 'work_unit', 'store', 'shelf', 'opening_stock')", name=op.f('ck_list_import_kind_known')),
        sa.CheckConstraint("reversed_at IS NULL OR (applied_at IS NOT NULL AND kind = 'opening_stock')", name=op.f('ck_list_import_only_applied_stock_is_reversed')),
        sa.CheckConstraint('(applied_at IS NULL) = (applied_by_id IS NULL)', name=op.f('ck_list_import_applied_by_somebody')),
        sa.CheckConstraint('(reversed_at IS NULL) = (reversed_by_id IS NULL)', name=op.f('ck_list_import_reversed_by_somebody')),
        sa.CheckConstraint('applied_at IS NULL OR wrong_rows = 0', name=op.f('ck_list_import_applied_without_wrong_rows')),
        sa.ForeignKeyConstraint(['applied_by_id'], ['user.id'], name=op.f('fk_list_import_applied_by_id')),
        sa.ForeignKeyConstraint(['reversed_by_id'], ['user.id'], name=op.f('fk_list_import_reversed_by_id')),
        sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk_list_import_uploaded_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_list_import')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_list_import_applied_by_id'), 'list_import', ['applied_by_id'], unique=False)
        op.create_index(op.f('ix_list_import_reversed_by_id'), 'list_import', ['reversed_by_id'], unique=False)
        op.create_index(op.f('ix_list_import_uploaded_by_id'), 'list_import', ['uploaded_by_id'], unique=False)
        take_back('list_import', ['id', 'kind', 'file_name', 'content', 'sha256', 'sheet', 'sheets', 'posted_on', 'new_rows', 'changed_rows', 'same_rows', 'wrong_rows', 'findings', 'plan', 'digest', 'uploaded_by_id', 'uploaded_at', 'applied_by_id', 'applied_at', 'reversed_by_id', 'reversed_at', 'reversal_reason', 'version'])
    if not on_postgresql():
        set_aside('patient', ['ix_patient_guardian_id', 'ix_patient_merged_into_id', 'ix_patient_name', 'ix_patient_region_code', 'ix_patient_registered_at', 'ix_patient_state'])
        op.create_table('patient',
        sa.Column('id', KEY, nullable=False),
        sa.Column('user_id', KEY, nullable=True),
        sa.Column('medical_record_number', sa.String(length=20), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('nik', sa.String(length=120), nullable=True),
        sa.Column('nik_index', sa.String(length=64), nullable=True),
        sa.Column('birth_date', sa.Date(), nullable=False),
        sa.Column('sex', sa.String(32), nullable=False),
        sa.Column('height_cm', exact(4, 1), nullable=True),
        sa.Column('weight_kg', exact(4, 1), nullable=True),
        sa.Column('address', sa.Text(), nullable=True),
        sa.Column('region_code', sa.String(length=13), nullable=True),
        sa.Column('phone', sa.String(length=32), nullable=True),
        sa.Column('marital_status', sa.String(32), nullable=True),
        sa.Column('blood_type', sa.String(32), nullable=True),
        sa.Column('allergies', sa.Text(), nullable=True),
        sa.Column('payer', sa.String(32), nullable=False),
        sa.Column('payer_name', sa.String(length=200), nullable=True),
        sa.Column('payer_number', sa.String(length=40), nullable=True),
        sa.Column('guardian_id', KEY, nullable=True),
        sa.Column('relation', sa.String(32), nullable=True),
        sa.Column('merged_into_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('registered_at', MOMENT, nullable=False),
        sa.Column('decided_reason', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("blood_type IN ('A', 'B', 'AB', 'O', 'A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-', 'unknown')", name=op.f('ck_patient_blood_type_known')),
        sa.CheckConstraint("marital_status IN ('single', 'married', 'divorced', 'widowed')", name=op.f('ck_patient_marital_status_known')),
        sa.CheckConstraint("merged_into_id IS NULL OR (merged_into_id <> id AND state = 'closed')", name=op.f('ck_patient_merged_is_closed')),
        sa.CheckConstraint("nik_index IS NULL OR state <> 'rejected'", name=op.f('ck_patient_rejected_holds_no_nik')),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_patient_payer_known')),
        sa.CheckConstraint("relation IN ('child', 'spouse', 'parent', 'sibling', 'other_person')", name=op.f('ck_patient_relation_known')),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f('ck_patient_sex_known')),
        sa.CheckConstraint("state IN ('pending', 'active', 'rejected', 'suspended', 'closed')", name=op.f('ck_patient_state_known')),
        sa.CheckConstraint('guardian_id IS NULL OR guardian_id <> id', name=op.f('ck_patient_guardian_is_another')),
        sa.CheckConstraint('guardian_id IS NULL OR relation IS NOT NULL', name=op.f('ck_patient_guardian_has_relation')),
        sa.CheckConstraint('height_cm > 0', name=op.f('ck_patient_height_cm_positive')),
        sa.CheckConstraint('nik_index IS NULL OR nik IS NOT NULL', name=op.f('ck_patient_nik_with_index')),
        sa.CheckConstraint('weight_kg > 0', name=op.f('ck_patient_weight_kg_positive')),
        sa.ForeignKeyConstraint(['guardian_id'], ['patient.id'], name=op.f('fk_patient_guardian_id')),
        sa.ForeignKeyConstraint(['merged_into_id'], ['patient.id'], name=op.f('fk_patient_merged_into_id')),
        sa.ForeignKeyConstraint(['region_code'], ['region.code'], name=op.f('fk_patient_region_code')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_patient_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_patient')),
        sa.UniqueConstraint('medical_record_number', name=op.f('uq_patient_medical_record_number')),
        sa.UniqueConstraint('nik_index', name=op.f('uq_patient_nik_index')),
        sa.UniqueConstraint('user_id', name=op.f('uq_patient_user_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_patient_guardian_id'), 'patient', ['guardian_id'], unique=False)
        op.create_index(op.f('ix_patient_merged_into_id'), 'patient', ['merged_into_id'], unique=False)
        op.create_index('ix_patient_name', 'patient', ['name'], unique=False)
        op.create_index(op.f('ix_patient_region_code'), 'patient', ['region_code'], unique=False)
        op.create_index(op.f('ix_patient_registered_at'), 'patient', ['registered_at'], unique=False)
        op.create_index(op.f('ix_patient_state'), 'patient', ['state'], unique=False)
        take_back('patient', ['id', 'user_id', 'medical_record_number', 'name', 'nik', 'nik_index', 'birth_date', 'sex', 'height_cm', 'weight_kg', 'address', 'region_code', 'phone', 'marital_status', 'blood_type', 'allergies', 'payer', 'payer_name', 'payer_number', 'guardian_id', 'relation', 'merged_into_id', 'state', 'registered_at', 'decided_reason', 'version'])
    if not on_postgresql():
        set_aside('stocktake', ['ix_stocktake_created_by_id', 'ix_stocktake_state', 'ix_stocktake_state_counted_on', 'ix_stocktake_store_id'])
        op.create_table('stocktake',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('counted_on', sa.Date(), nullable=False),
        sa.Column('posted_on', sa.Date(), nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state <> 'posted' OR posted_on IS NOT NULL", name=op.f('ck_stocktake_posted_has_day')),
        sa.CheckConstraint("state IN ('draft', 'counting', 'submitted', 'posted', 'cancelled')", name=op.f('ck_stocktake_state_known')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_stocktake_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stocktake_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stocktake')),
        sa.UniqueConstraint('number', name=op.f('uq_stocktake_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stocktake_created_by_id'), 'stocktake', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_stocktake_state'), 'stocktake', ['state'], unique=False)
        op.create_index('ix_stocktake_state_counted_on', 'stocktake', ['state', 'counted_on'], unique=False)
        op.create_index(op.f('ix_stocktake_store_id'), 'stocktake', ['store_id'], unique=False)
        take_back('stocktake', ['id', 'created_by_id', 'store_id', 'counted_on', 'posted_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stocktake_line', ['ix_stocktake_line_batch_id', 'ix_stocktake_line_counted_by_id', 'ix_stocktake_line_item_id', 'ix_stocktake_line_last_move_id', 'ix_stocktake_line_unit_id'])
        op.create_table('stocktake_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('stocktake_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=True),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('system_quantity', exact(14, 3), nullable=True),
        sa.Column('counted_quantity', exact(14, 3), nullable=True),
        sa.Column('variance', exact(14, 3), sa.Computed('counted_quantity - system_quantity', persisted=True), nullable=True),
        sa.Column('last_move_id', KEY, nullable=True),
        sa.Column('counted_at', MOMENT, nullable=True),
        sa.Column('counted_by_id', KEY, nullable=True),
        sa.Column('count_again', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.CheckConstraint('(counted_quantity IS NULL) = (system_quantity IS NULL) AND (counted_quantity IS NULL) = (counted_at IS NULL)', name=op.f('ck_stocktake_line_counted_against_ledger')),
        sa.CheckConstraint('counted_quantity >= 0', name=op.f('ck_stocktake_line_counted_quantity_not_negative')),
        sa.CheckConstraint('last_move_id IS NULL OR counted_quantity IS NOT NULL', name=op.f('ck_stocktake_line_last_move_of_count')),
        sa.CheckConstraint('system_quantity >= 0', name=op.f('ck_stocktake_line_system_quantity_not_negative')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_stocktake_line_batch_id')),
        sa.ForeignKeyConstraint(['counted_by_id'], ['user.id'], name=op.f('fk_stocktake_line_counted_by_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stocktake_line_item_id')),
        sa.ForeignKeyConstraint(['last_move_id'], ['stock_move.id'], name=op.f('fk_stocktake_line_last_move_id')),
        sa.ForeignKeyConstraint(['stocktake_id'], ['stocktake.id'], name=op.f('fk_stocktake_line_stocktake_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_stocktake_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stocktake_line')),
        sa.UniqueConstraint('stocktake_id', 'item_id', 'batch_id', name=op.f('uq_stocktake_line_stocktake_id_item_id_batch_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stocktake_line_batch_id'), 'stocktake_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_counted_by_id'), 'stocktake_line', ['counted_by_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_item_id'), 'stocktake_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_last_move_id'), 'stocktake_line', ['last_move_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_unit_id'), 'stocktake_line', ['unit_id'], unique=False)
        take_back('stocktake_line', ['id', 'stocktake_id', 'item_id', 'batch_id', 'unit_id', 'system_quantity', 'counted_quantity', 'last_move_id', 'counted_at', 'counted_by_id', 'count_again', 'note'])
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
        set_aside('consultation', ['ix_consultation_created_by_id', 'ix_consultation_doctor_starts_at', 'ix_consultation_patient_starts_at', 'ix_consultation_specialization_id', 'ix_consultation_starts_at', 'ix_consultation_state', 'ix_consultation_state_starts_at'])
        op.create_table('consultation',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('patient_id', KEY, nullable=False),
        sa.Column('specialization_id', KEY, nullable=False),
        sa.Column('doctor_id', KEY, nullable=False),
        sa.Column('complaint', sa.Text(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('starts_at', MOMENT, nullable=False),
        sa.Column('slot_minutes', sa.Integer(), nullable=False),
        sa.Column('payer', sa.String(32), nullable=False),
        sa.Column('triage', sa.String(32), nullable=False),
        sa.Column('video_url', sa.String(length=500), nullable=True),
        sa.Column('decided_reason', sa.Text(), nullable=True),
        sa.Column('moved_to', MOMENT, nullable=True),
        sa.Column('moved_to_doctor_id', KEY, nullable=True),
        sa.Column('rescheduled_from_id', KEY, nullable=True),
        sa.Column('held_beside_id', KEY, nullable=True),
        sa.Column('approved_at', MOMENT, nullable=True),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('completed_at', MOMENT, nullable=True),
        sa.Column('rating', sa.Integer(), nullable=True),
        sa.Column('rating_comment', sa.Text(), nullable=True),
        sa.Column('rated_at', MOMENT, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("held_beside_id IS NULL OR (held_beside_id <> id AND state = 'completed')", name=op.f('ck_consultation_held_beside_another')),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_consultation_payer_known')),
        sa.CheckConstraint("state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled')", name=op.f('ck_consultation_state_known')),
        sa.CheckConstraint("triage IN ('routine', 'soon', 'urgent')", name=op.f('ck_consultation_triage_known')),
        sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_consultation_rating_known')),
        sa.CheckConstraint('slot_minutes BETWEEN 1 AND 1440', name=op.f('ck_consultation_slot_minutes_within_a_day')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_consultation_created_by_id')),
        sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_consultation_doctor_id')),
        sa.ForeignKeyConstraint(['held_beside_id'], ['consultation.id'], name=op.f('fk_consultation_held_beside_id')),
        sa.ForeignKeyConstraint(['moved_to_doctor_id'], ['doctor.id'], name=op.f('fk_consultation_moved_to_doctor_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consultation_patient_id')),
        sa.ForeignKeyConstraint(['rescheduled_from_id'], ['consultation.id'], name=op.f('fk_consultation_rescheduled_from_id')),
        sa.ForeignKeyConstraint(['specialization_id'], ['specialization.id'], name=op.f('fk_consultation_specialization_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation')),
        sa.UniqueConstraint('number', name=op.f('uq_consultation_number')),
        sa.UniqueConstraint('rescheduled_from_id', name=op.f('uq_consultation_rescheduled_from_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_consultation_created_by_id'), 'consultation', ['created_by_id'], unique=False)
        op.create_index('ix_consultation_doctor_starts_at', 'consultation', ['doctor_id', 'starts_at'], unique=False)
        op.create_index('ix_consultation_patient_starts_at', 'consultation', ['patient_id', 'starts_at'], unique=False)
        op.create_index(op.f('ix_consultation_specialization_id'), 'consultation', ['specialization_id'], unique=False)
        op.create_index(op.f('ix_consultation_starts_at'), 'consultation', ['starts_at'], unique=False)
        op.create_index(op.f('ix_consultation_state'), 'consultation', ['state'], unique=False)
        op.create_index('ix_consultation_state_starts_at', 'consultation', ['state', 'starts_at'], unique=False)
        take_back('consultation', ['id', 'created_by_id', 'requested_on', 'patient_id', 'specialization_id', 'doctor_id', 'complaint', 'state', 'starts_at', 'slot_minutes', 'payer', 'triage', 'video_url', 'decided_reason', 'moved_to', 'moved_to_doctor_id', 'rescheduled_from_id', 'held_beside_id', 'approved_at', 'started_at', 'completed_at', 'rating', 'rating_comment', 'rated_at', 'number', 'created_at', 'note', 'version'])
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
        drop_constraint('list_import', 'ck_list_import_applied_as_previewed')
        drop_constraint('list_import', 'ck_list_import_applied_without_wrong_rows')
        drop_constraint('patient', 'ck_patient_rejected_holds_no_nik')
        drop_constraint('patient', 'ck_patient_nik_with_index')
        drop_constraint('stocktake', 'ck_stocktake_posted_has_day')
        drop_constraint('stocktake_line', 'ck_stocktake_line_counted_against_ledger')
        drop_constraint('stocktake_line', 'ck_stocktake_line_last_move_of_count')
        drop_constraint('bed', 'ck_bed_cleaning_due_known')
        drop_constraint('consultation', 'ck_consultation_held_beside_another')
        drop_constraint('consultation', 'fk_consultation_held_beside_id')
        drop_constraint('cleaning', 'ck_cleaning_inspected_if_asked')
        drop_constraint('cleaning', 'ck_cleaning_state_known')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('attachment', 'small')
        op.drop_column('list_import', 'sheet')
        op.drop_column('list_import', 'sheets')
        op.drop_column('list_import', 'plan')
        op.drop_column('list_import', 'digest')
        op.create_check_constraint(op.f('ck_patient_nik_with_index'), 'patient', '(nik IS NULL) = (nik_index IS NULL)')
        op.drop_column('stocktake', 'posted_on')
        op.drop_column('stocktake_line', 'counted_at')
        op.drop_column('stocktake_line', 'count_again')
        op.drop_column('bed', 'cleaning_due')
        op.drop_column('consultation', 'held_beside_id')
        op.drop_column('cleaning', 'needs_inspection')
        op.create_check_constraint(op.f('ck_cleaning_state_known'), 'cleaning', "state IN ('waiting', 'in_progress', 'finished', 'inspected', 'cancelled')")
        op.create_index('uq_cleaning_open_bed', 'cleaning', ['bed_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress')"))
        op.create_index('uq_cleaning_open_room', 'cleaning', ['room_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'in_progress')"), postgresql_where=sa.text("state IN ('waiting', 'in_progress')"))
    if not on_postgresql():
        set_aside('attachment', ['ix_attachment_document', 'ix_attachment_user_id'])
        op.create_table('attachment',
        sa.Column('id', KEY, nullable=False),
        sa.Column('document_type', sa.String(length=40), nullable=False),
        sa.Column('document_id', KEY, nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('media_type', sa.String(length=100), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('user_id', KEY, nullable=False),
        sa.Column('uploaded_at', MOMENT, nullable=False),
        sa.CheckConstraint('size >= 0', name=op.f('ck_attachment_size_not_negative')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_attachment_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
        sqlite_autoincrement=True
        )
        op.create_index('ix_attachment_document', 'attachment', ['document_type', 'document_id'], unique=False)
        op.create_index(op.f('ix_attachment_user_id'), 'attachment', ['user_id'], unique=False)
        take_back('attachment', ['id', 'document_type', 'document_id', 'file_name', 'media_type', 'size', 'sha256', 'content', 'user_id', 'uploaded_at'])
    if not on_postgresql():
        set_aside('list_import', ['ix_list_import_applied_by_id', 'ix_list_import_reversed_by_id', 'ix_list_import_uploaded_by_id'])
        op.create_table('list_import',
        sa.Column('id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('posted_on', sa.Date(), nullable=True),
        sa.Column('new_rows', sa.Integer(), nullable=False),
        sa.Column('changed_rows', sa.Integer(), nullable=False),
        sa.Column('same_rows', sa.Integer(), nullable=False),
        sa.Column('wrong_rows', sa.Integer(), nullable=False),
        sa.Column('findings', sa.JSON(), nullable=False),
        sa.Column('uploaded_by_id', KEY, nullable=False),
        sa.Column('uploaded_at', MOMENT, nullable=False),
        sa.Column('applied_by_id', KEY, nullable=True),
        sa.Column('applied_at', MOMENT, nullable=True),
        sa.Column('reversed_by_id', KEY, nullable=True),
        sa.Column('reversed_at', MOMENT, nullable=True),
        sa.Column('reversal_reason', sa.String(length=500), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("kind <> 'opening_stock' OR posted_on IS NOT NULL", name=op.f('ck_list_import_opening_stock_has_a_day')),
        sa.CheckConstraint("kind IN ('item', 'item_category', 'unit_conversion', 'supplier', 'work_unit', 'store', 'shelf', 'opening_stock')", name=op.f('ck_list_import_kind_known')),
        sa.CheckConstraint("reversed_at IS NULL OR (applied_at IS NOT NULL AND kind = 'opening_stock')", name=op.f('ck_list_import_only_applied_stock_is_reversed')),
        sa.CheckConstraint('(applied_at IS NULL) = (applied_by_id IS NULL)', name=op.f('ck_list_import_applied_by_somebody')),
        sa.CheckConstraint('(reversed_at IS NULL) = (reversed_by_id IS NULL)', name=op.f('ck_list_import_reversed_by_somebody')),
        sa.ForeignKeyConstraint(['applied_by_id'], ['user.id'], name=op.f('fk_list_import_applied_by_id')),
        sa.ForeignKeyConstraint(['reversed_by_id'], ['user.id'], name=op.f('fk_list_import_reversed_by_id')),
        sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk_list_import_uploaded_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_list_import')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_list_import_applied_by_id'), 'list_import', ['applied_by_id'], unique=False)
        op.create_index(op.f('ix_list_import_reversed_by_id'), 'list_import', ['reversed_by_id'], unique=False)
        op.create_index(op.f('ix_list_import_uploaded_by_id'), 'list_import', ['uploaded_by_id'], unique=False)
        take_back('list_import', ['id', 'kind', 'file_name', 'content', 'sha256', 'posted_on', 'new_rows', 'changed_rows', 'same_rows', 'wrong_rows', 'findings', 'uploaded_by_id', 'uploaded_at', 'applied_by_id', 'applied_at', 'reversed_by_id', 'reversed_at', 'reversal_reason', 'version'])
    if not on_postgresql():
        set_aside('patient', ['ix_patient_guardian_id', 'ix_patient_merged_into_id', 'ix_patient_name', 'ix_patient_region_code', 'ix_patient_registered_at', 'ix_patient_state'])
        op.create_table('patient',
        sa.Column('id', KEY, nullable=False),
        sa.Column('user_id', KEY, nullable=True),
        sa.Column('medical_record_number', sa.String(length=20), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('nik', sa.String(length=120), nullable=True),
        sa.Column('nik_index', sa.String(length=64), nullable=True),
        sa.Column('birth_date', sa.Date(), nullable=False),
        sa.Column('sex', sa.String(32), nullable=False),
        sa.Column('height_cm', exact(4, 1), nullable=True),
        sa.Column('weight_kg', exact(4, 1), nullable=True),
        sa.Column('address', sa.Text(), nullable=True),
        sa.Column('region_code', sa.String(length=13), nullable=True),
        sa.Column('phone', sa.String(length=32), nullable=True),
        sa.Column('marital_status', sa.String(32), nullable=True),
        sa.Column('blood_type', sa.String(32), nullable=True),
        sa.Column('allergies', sa.Text(), nullable=True),
        sa.Column('payer', sa.String(32), nullable=False),
        sa.Column('payer_name', sa.String(length=200), nullable=True),
        sa.Column('payer_number', sa.String(length=40), nullable=True),
        sa.Column('guardian_id', KEY, nullable=True),
        sa.Column('relation', sa.String(32), nullable=True),
        sa.Column('merged_into_id', KEY, nullable=True),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('registered_at', MOMENT, nullable=False),
        sa.Column('decided_reason', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("blood_type IN ('A', 'B', 'AB', 'O', 'A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-', 'unknown')", name=op.f('ck_patient_blood_type_known')),
        sa.CheckConstraint("marital_status IN ('single', 'married', 'divorced', 'widowed')", name=op.f('ck_patient_marital_status_known')),
        sa.CheckConstraint("merged_into_id IS NULL OR (merged_into_id <> id AND state = 'closed')", name=op.f('ck_patient_merged_is_closed')),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_patient_payer_known')),
        sa.CheckConstraint("relation IN ('child', 'spouse', 'parent', 'sibling', 'other_person')", name=op.f('ck_patient_relation_known')),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f('ck_patient_sex_known')),
        sa.CheckConstraint("state IN ('pending', 'active', 'rejected', 'suspended', 'closed')", name=op.f('ck_patient_state_known')),
        sa.CheckConstraint('(nik IS NULL) = (nik_index IS NULL)', name=op.f('ck_patient_nik_with_index')),
        sa.CheckConstraint('guardian_id IS NULL OR guardian_id <> id', name=op.f('ck_patient_guardian_is_another')),
        sa.CheckConstraint('guardian_id IS NULL OR relation IS NOT NULL', name=op.f('ck_patient_guardian_has_relation')),
        sa.CheckConstraint('height_cm > 0', name=op.f('ck_patient_height_cm_positive')),
        sa.CheckConstraint('weight_kg > 0', name=op.f('ck_patient_weight_kg_positive')),
        sa.ForeignKeyConstraint(['guardian_id'], ['patient.id'], name=op.f('fk_patient_guardian_id')),
        sa.ForeignKeyConstraint(['merged_into_id'], ['patient.id'], name=op.f('fk_patient_merged_into_id')),
        sa.ForeignKeyConstraint(['region_code'], ['region.code'], name=op.f('fk_patient_region_code')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_patient_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_patient')),
        sa.UniqueConstraint('medical_record_number', name=op.f('uq_patient_medical_record_number')),
        sa.UniqueConstraint('nik_index', name=op.f('uq_patient_nik_index')),
        sa.UniqueConstraint('user_id', name=op.f('uq_patient_user_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_patient_guardian_id'), 'patient', ['guardian_id'], unique=False)
        op.create_index(op.f('ix_patient_merged_into_id'), 'patient', ['merged_into_id'], unique=False)
        op.create_index('ix_patient_name', 'patient', ['name'], unique=False)
        op.create_index(op.f('ix_patient_region_code'), 'patient', ['region_code'], unique=False)
        op.create_index(op.f('ix_patient_registered_at'), 'patient', ['registered_at'], unique=False)
        op.create_index(op.f('ix_patient_state'), 'patient', ['state'], unique=False)
        take_back('patient', ['id', 'user_id', 'medical_record_number', 'name', 'nik', 'nik_index', 'birth_date', 'sex', 'height_cm', 'weight_kg', 'address', 'region_code', 'phone', 'marital_status', 'blood_type', 'allergies', 'payer', 'payer_name', 'payer_number', 'guardian_id', 'relation', 'merged_into_id', 'state', 'registered_at', 'decided_reason', 'version'])
    if not on_postgresql():
        set_aside('stocktake', ['ix_stocktake_created_by_id', 'ix_stocktake_state', 'ix_stocktake_state_counted_on', 'ix_stocktake_store_id'])
        op.create_table('stocktake',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('store_id', KEY, nullable=False),
        sa.Column('counted_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("state IN ('draft', 'counting', 'submitted', 'posted', 'cancelled')", name=op.f('ck_stocktake_state_known')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_stocktake_created_by_id')),
        sa.ForeignKeyConstraint(['store_id'], ['store.id'], name=op.f('fk_stocktake_store_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stocktake')),
        sa.UniqueConstraint('number', name=op.f('uq_stocktake_number')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stocktake_created_by_id'), 'stocktake', ['created_by_id'], unique=False)
        op.create_index(op.f('ix_stocktake_state'), 'stocktake', ['state'], unique=False)
        op.create_index('ix_stocktake_state_counted_on', 'stocktake', ['state', 'counted_on'], unique=False)
        op.create_index(op.f('ix_stocktake_store_id'), 'stocktake', ['store_id'], unique=False)
        take_back('stocktake', ['id', 'created_by_id', 'store_id', 'counted_on', 'state', 'number', 'created_at', 'note', 'version'])
    if not on_postgresql():
        set_aside('stocktake_line', ['ix_stocktake_line_batch_id', 'ix_stocktake_line_counted_by_id', 'ix_stocktake_line_item_id', 'ix_stocktake_line_last_move_id', 'ix_stocktake_line_unit_id'])
        op.create_table('stocktake_line',
        sa.Column('id', KEY, nullable=False),
        sa.Column('stocktake_id', KEY, nullable=False),
        sa.Column('item_id', KEY, nullable=False),
        sa.Column('batch_id', KEY, nullable=True),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('system_quantity', exact(14, 3), nullable=True),
        sa.Column('counted_quantity', exact(14, 3), nullable=True),
        sa.Column('variance', exact(14, 3), sa.Computed('counted_quantity - system_quantity', persisted=True), nullable=True),
        sa.Column('last_move_id', KEY, nullable=True),
        sa.Column('counted_by_id', KEY, nullable=True),
        sa.Column('note', sa.Text(), nullable=True),
        sa.CheckConstraint('counted_quantity >= 0', name=op.f('ck_stocktake_line_counted_quantity_not_negative')),
        sa.CheckConstraint('system_quantity >= 0', name=op.f('ck_stocktake_line_system_quantity_not_negative')),
        sa.ForeignKeyConstraint(['batch_id'], ['stock_batch.id'], name=op.f('fk_stocktake_line_batch_id')),
        sa.ForeignKeyConstraint(['counted_by_id'], ['user.id'], name=op.f('fk_stocktake_line_counted_by_id')),
        sa.ForeignKeyConstraint(['item_id', 'batch_id'], ['stock_batch.item_id', 'stock_batch.id'], name='batch_of_item'),
        sa.ForeignKeyConstraint(['item_id', 'unit_id'], ['unit_conversion.item_id', 'unit_conversion.id'], name='unit_of_item'),
        sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stocktake_line_item_id')),
        sa.ForeignKeyConstraint(['last_move_id'], ['stock_move.id'], name=op.f('fk_stocktake_line_last_move_id')),
        sa.ForeignKeyConstraint(['stocktake_id'], ['stocktake.id'], name=op.f('fk_stocktake_line_stocktake_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['unit_id'], ['unit_conversion.id'], name=op.f('fk_stocktake_line_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stocktake_line')),
        sa.UniqueConstraint('stocktake_id', 'item_id', 'batch_id', name=op.f('uq_stocktake_line_stocktake_id_item_id_batch_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_stocktake_line_batch_id'), 'stocktake_line', ['batch_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_counted_by_id'), 'stocktake_line', ['counted_by_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_item_id'), 'stocktake_line', ['item_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_last_move_id'), 'stocktake_line', ['last_move_id'], unique=False)
        op.create_index(op.f('ix_stocktake_line_unit_id'), 'stocktake_line', ['unit_id'], unique=False)
        take_back('stocktake_line', ['id', 'stocktake_id', 'item_id', 'batch_id', 'unit_id', 'system_quantity', 'counted_quantity', 'last_move_id', 'counted_by_id', 'note'])
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
        set_aside('consultation', ['ix_consultation_created_by_id', 'ix_consultation_doctor_starts_at', 'ix_consultation_patient_starts_at', 'ix_consultation_specialization_id', 'ix_consultation_starts_at', 'ix_consultation_state', 'ix_consultation_state_starts_at'])
        op.create_table('consultation',
        sa.Column('id', KEY, nullable=False),
        sa.Column('created_by_id', KEY, nullable=False),
        sa.Column('requested_on', sa.Date(), nullable=False),
        sa.Column('patient_id', KEY, nullable=False),
        sa.Column('specialization_id', KEY, nullable=False),
        sa.Column('doctor_id', KEY, nullable=False),
        sa.Column('complaint', sa.Text(), nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('starts_at', MOMENT, nullable=False),
        sa.Column('slot_minutes', sa.Integer(), nullable=False),
        sa.Column('payer', sa.String(32), nullable=False),
        sa.Column('triage', sa.String(32), nullable=False),
        sa.Column('video_url', sa.String(length=500), nullable=True),
        sa.Column('decided_reason', sa.Text(), nullable=True),
        sa.Column('moved_to', MOMENT, nullable=True),
        sa.Column('moved_to_doctor_id', KEY, nullable=True),
        sa.Column('rescheduled_from_id', KEY, nullable=True),
        sa.Column('approved_at', MOMENT, nullable=True),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('completed_at', MOMENT, nullable=True),
        sa.Column('rating', sa.Integer(), nullable=True),
        sa.Column('rating_comment', sa.Text(), nullable=True),
        sa.Column('rated_at', MOMENT, nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.CheckConstraint("payer IN ('self', 'bpjs', 'insurance')", name=op.f('ck_consultation_payer_known')),
        sa.CheckConstraint("state IN ('requested', 'approved', 'in_progress', 'completed', 'rejected', 'cancelled', 'no_show', 'rescheduled')", name=op.f('ck_consultation_state_known')),
        sa.CheckConstraint("triage IN ('routine', 'soon', 'urgent')", name=op.f('ck_consultation_triage_known')),
        sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_consultation_rating_known')),
        sa.CheckConstraint('slot_minutes BETWEEN 1 AND 1440', name=op.f('ck_consultation_slot_minutes_within_a_day')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_consultation_created_by_id')),
        sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_consultation_doctor_id')),
        sa.ForeignKeyConstraint(['moved_to_doctor_id'], ['doctor.id'], name=op.f('fk_consultation_moved_to_doctor_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consultation_patient_id')),
        sa.ForeignKeyConstraint(['rescheduled_from_id'], ['consultation.id'], name=op.f('fk_consultation_rescheduled_from_id')),
        sa.ForeignKeyConstraint(['specialization_id'], ['specialization.id'], name=op.f('fk_consultation_specialization_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation')),
        sa.UniqueConstraint('number', name=op.f('uq_consultation_number')),
        sa.UniqueConstraint('rescheduled_from_id', name=op.f('uq_consultation_rescheduled_from_id')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_consultation_created_by_id'), 'consultation', ['created_by_id'], unique=False)
        op.create_index('ix_consultation_doctor_starts_at', 'consultation', ['doctor_id', 'starts_at'], unique=False)
        op.create_index('ix_consultation_patient_starts_at', 'consultation', ['patient_id', 'starts_at'], unique=False)
        op.create_index(op.f('ix_consultation_specialization_id'), 'consultation', ['specialization_id'], unique=False)
        op.create_index(op.f('ix_consultation_starts_at'), 'consultation', ['starts_at'], unique=False)
        op.create_index(op.f('ix_consultation_state'), 'consultation', ['state'], unique=False)
        op.create_index('ix_consultation_state_starts_at', 'consultation', ['state', 'starts_at'], unique=False)
        take_back('consultation', ['id', 'created_by_id', 'requested_on', 'patient_id', 'specialization_id', 'doctor_id', 'complaint', 'state', 'starts_at', 'slot_minutes', 'payer', 'triage', 'video_url', 'decided_reason', 'moved_to', 'moved_to_doctor_id', 'rescheduled_from_id', 'approved_at', 'started_at', 'completed_at', 'rating', 'rating_comment', 'rated_at', 'number', 'created_at', 'note', 'version'])
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
    op.drop_table('patient_merge_move')
    op.drop_index('ix_patient_merge_gone_id', table_name='patient_merge')
    op.drop_index('ix_patient_merge_kept_id', table_name='patient_merge')
    op.drop_index('ix_patient_merge_merged_by_id', table_name='patient_merge')
    op.drop_index('ix_patient_merge_taken_back_by_id', table_name='patient_merge')
    op.drop_index('uq_patient_merge_living', table_name='patient_merge')
    op.drop_table('patient_merge')
    make_rules('0002', '0003')
