"""assets rooms and telemedicine

Revision ID: 0006_f031862cab6c
Revises: 0005_34af03442177
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006_f031862cab6c'
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
    op.add_column('patient', sa.Column('registered_by_id', KEY, nullable=True))
    op.add_column('consent', sa.Column('way', sa.String(32), server_default='portal', nullable=False))
    op.add_column('consent', sa.Column('said_by', sa.String(length=200), nullable=True))
    run_rows('rows')
    if on_postgresql():
        op.create_foreign_key(op.f('fk_patient_registered_by_id'), 'patient', 'user', ['registered_by_id'], ['id'])
        op.create_check_constraint(op.f('ck_consent_said_by_somebody'), 'consent', "way = 'portal' OR said_by IS NOT NULL")
        op.create_check_constraint(op.f('ck_consent_way_known'), 'consent', "way IN ('portal', 'on_paper', 'orally')")
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
        sa.Column('registered_by_id', KEY, nullable=True),
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
        sa.ForeignKeyConstraint(['registered_by_id'], ['user.id'], name=op.f('fk_patient_registered_by_id')),
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
        take_back('patient', ['id', 'user_id', 'medical_record_number', 'name', 'nik', 'nik_index', 'birth_date', 'sex', 'height_cm', 'weight_kg', 'address', 'region_code', 'phone', 'marital_status', 'blood_type', 'allergies', 'payer', 'payer_name', 'payer_number', 'guardian_id', 'relation', 'merged_into_id', 'state', 'registered_at', 'decided_reason', 'registered_by_id', 'version'])
    if not on_postgresql():
        set_aside('consent', ['ix_consent_given_by_id', 'ix_consent_patient_id'])
        op.create_table('consent',
        sa.Column('id', KEY, nullable=False),
        sa.Column('patient_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('text_version', sa.String(length=40), nullable=False),
        sa.Column('language', sa.String(32), nullable=False),
        sa.Column('given_by_id', KEY, nullable=False),
        sa.Column('given_at', MOMENT, nullable=False),
        sa.Column('withdrawn_at', MOMENT, nullable=True),
        sa.Column('way', sa.String(32), server_default='portal', nullable=False),
        sa.Column('said_by', sa.String(length=200), nullable=True),
        sa.CheckConstraint("kind IN ('privacy', 'telemedicine')", name=op.f('ck_consent_kind_known')),
        sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_consent_language_known')),
        sa.CheckConstraint("way = 'portal' OR said_by IS NOT NULL", name=op.f('ck_consent_said_by_somebody')),
        sa.CheckConstraint("way IN ('portal', 'on_paper', 'orally')", name=op.f('ck_consent_way_known')),
        sa.CheckConstraint('withdrawn_at IS NULL OR withdrawn_at >= given_at', name=op.f('ck_consent_withdrawn_after_given')),
        sa.ForeignKeyConstraint(['given_by_id'], ['user.id'], name=op.f('fk_consent_given_by_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consent_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_consent_given_by_id'), 'consent', ['given_by_id'], unique=False)
        op.create_index(op.f('ix_consent_patient_id'), 'consent', ['patient_id'], unique=False)
        take_back('consent', ['id', 'patient_id', 'kind', 'text_version', 'language', 'given_by_id', 'given_at', 'withdrawn_at', 'way', 'said_by'])
    make_rules('0006', '0005')


def downgrade() -> None:
    drop_rules('0006', '0005')
    if on_postgresql():
        drop_constraint('patient', 'fk_patient_registered_by_id')
        drop_constraint('consent', 'ck_consent_said_by_somebody')
        drop_constraint('consent', 'ck_consent_way_known')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('patient', 'registered_by_id')
        op.drop_column('consent', 'way')
        op.drop_column('consent', 'said_by')
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
        set_aside('consent', ['ix_consent_given_by_id', 'ix_consent_patient_id'])
        op.create_table('consent',
        sa.Column('id', KEY, nullable=False),
        sa.Column('patient_id', KEY, nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('text_version', sa.String(length=40), nullable=False),
        sa.Column('language', sa.String(32), nullable=False),
        sa.Column('given_by_id', KEY, nullable=False),
        sa.Column('given_at', MOMENT, nullable=False),
        sa.Column('withdrawn_at', MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('privacy', 'telemedicine')", name=op.f('ck_consent_kind_known')),
        sa.CheckConstraint("language IN ('id', 'en')", name=op.f('ck_consent_language_known')),
        sa.CheckConstraint('withdrawn_at IS NULL OR withdrawn_at >= given_at', name=op.f('ck_consent_withdrawn_after_given')),
        sa.ForeignKeyConstraint(['given_by_id'], ['user.id'], name=op.f('fk_consent_given_by_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consent_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
        sqlite_autoincrement=True
        )
        op.create_index(op.f('ix_consent_given_by_id'), 'consent', ['given_by_id'], unique=False)
        op.create_index(op.f('ix_consent_patient_id'), 'consent', ['patient_id'], unique=False)
        take_back('consent', ['id', 'patient_id', 'kind', 'text_version', 'language', 'given_by_id', 'given_at', 'withdrawn_at'])
    make_rules('0005', '0006')
