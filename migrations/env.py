"""How migrations meet the database: `flask db upgrade`, `downgrade`, `check`, `migrate`.

The database is the application's, or that of MIGRATION_DATABASE_URL: in production the schema's owner
migrates, and the application signs in as another role, which cannot lift the rules.
"""

import os
import warnings

import sqlalchemy as sa
from alembic import context
from flask import current_app

from migrations import rendering
from models.base import db, prepare_engine, will_write

# The catalogues are compared by a test; Alembic cannot see these on SQLite, and says so each time.
warnings.filterwarnings("ignore", message=".*expression-based index")


def engine() -> sa.Engine:
    """The application's own engine, or one of the schema's owner."""
    owner = os.environ.get("MIGRATION_DATABASE_URL")
    if not owner or current_app.testing:
        return db.engine
    made = sa.create_engine(owner, poolclass=sa.NullPool)
    prepare_engine(made)
    return made


def upgrade_offline() -> None:
    """`flask db upgrade --sql`: print the statements, connect to nothing."""
    url = os.environ.get("MIGRATION_DATABASE_URL") or db.engine.url.render_as_string(hide_password=False)
    context.configure(url=url, literal_binds=True, dialect_opts={"paramstyle": "named"}, **rendering.OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def upgrade_online() -> None:
    with engine().connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # a table that is built anew must not take the rows that point at it along
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        will_write()
        try:
            context.configure(connection=connection, transactional_ddl=True, render_as_batch=sqlite,
                              **rendering.OPTIONS)
            with context.begin_transaction():
                context.run_migrations()
                if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise RuntimeError(f"the migration broke a foreign key: {tuple(broken)}")
        finally:
            will_write(False)
            if sqlite:
                connection.connection.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    upgrade_offline()
else:
    upgrade_online()
