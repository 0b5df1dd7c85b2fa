"""Runs the migrations on the connection that server.migrate opened."""

from alembic import context

import server.console.inbox.models
import server.console.models
import server.console.people.models
import server.console.teaching.models
import server.log.inbox
import server.log.red_flags
import server.signoff.models
import server.usage.models  # noqa: F401  (the tables of all these are compared)
from server.log.models import Base


def _is_compared(name: str | None, kind: str, _: object) -> bool:
    # What only one of the databases has is the migrations' own, which the models do not know.
    return not (kind in ("table", "index") and (name or "").startswith(("search_", "inbox_filters")))


# Batch mode: SQLite cannot alter a table in place.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    include_name=_is_compared,
)
with context.begin_transaction():
    context.run_migrations()
