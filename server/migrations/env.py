"""Runs the migrations on the connection that server.migrate opened."""

from alembic import context

import server.console.models  # noqa: F401  (its tables are compared as well)
from server.log.models import Base

# Batch mode: SQLite cannot alter a table in place.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
