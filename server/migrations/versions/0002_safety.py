"""A conversation that got a safety reply is flagged for staff, and reminded until it is quiet again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the flag and the watch."""
    with op.batch_alter_table("conversation") as table:
        table.add_column(sa.Column("flagged_topic", sa.String(64)))
        table.add_column(sa.Column("flagged_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("watch_topic", sa.String(64)))
        table.add_column(sa.Column("watch_reminders", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take them away again."""
    # In place: SQLite would not let go of the old table while turns point to it.
    with op.batch_alter_table("conversation", recreate="never") as table:
        for column in ("watch_reminders", "watch_topic", "flagged_at", "flagged_topic"):
            table.drop_column(column)
