"""Small pictures are kept

Revision ID: 0003_530b93294f10
Revises: 0002_733759f6372d
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0003_530b93294f10'
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
    op.add_column('attachment', sa.Column('small', sa.LargeBinary(), nullable=True))
    run_rows('rows')
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
    make_rules('0003', '0002')


def downgrade() -> None:
    drop_rules('0003', '0002')
    run_rows('rows_back')
    if on_postgresql():
        op.drop_column('attachment', 'small')
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
    make_rules('0002', '0003')
