"""Turns are leased, messages are numbered by the conversation; feedback, call-back requests, erasures and jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("state = 'received'")
_NUMBER_FROM_TURNS = """
    UPDATE conversation
    SET last_seq = COALESCE((SELECT MAX(seq) FROM turn WHERE conversation_id = conversation.id), 0)
"""
_NUMBER_FROM_REPLIES = """
    UPDATE conversation
    SET last_seq = (SELECT MAX(seq) FROM reply WHERE conversation_id = conversation.id)
    WHERE (SELECT MAX(seq) FROM reply WHERE conversation_id = conversation.id) > last_seq
"""


def upgrade() -> None:
    """Add the columns, number on from the latest message, and make the tables."""
    with op.batch_alter_table("conversation") as table:
        table.add_column(sa.Column("last_seq", sa.Integer(), nullable=False, server_default="0"))
        table.create_index(op.f("ix_conversation_last_at"), ["last_at"])
    op.execute(_NUMBER_FROM_TURNS)
    op.execute(_NUMBER_FROM_REPLIES)
    with op.batch_alter_table("turn") as table:
        table.add_column(sa.Column("claim", sa.String(32)))
        table.add_column(sa.Column("lease_until", _MOMENT))
        table.create_index("ix_turn_open", ["lease_until"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "feedback",
        sa.Column("reply_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("rating", sa.String(4), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.Column("at", _MOMENT, nullable=False),
        sa.CheckConstraint("rating IN ('up', 'down')", name=op.f("ck_feedback_rating")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_feedback_conversation_id")),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name=op.f("fk_feedback_reply_id")),
        sa.PrimaryKeyConstraint("reply_id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_conversation_id"), "feedback", ["conversation_id"])
    op.create_table(
        "contact",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("phone", sa.String(40)),
        sa.Column("email", sa.String(254)),
        sa.Column("best_time", sa.String(200)),
        sa.Column("note", sa.Text()),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_contact_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_conversation_id"), "contact", ["conversation_id"])
    op.create_index(op.f("ix_contact_at"), "contact", ["at"])
    op.create_table(
        "erasure",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "job",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("job", "erasure", "contact", "feedback"):
        op.drop_table(table)
    op.drop_index("ix_turn_open", "turn")
    op.drop_index("ix_conversation_last_at", "conversation")
    # In place: SQLite would not let go of the old tables while others point to them.
    with op.batch_alter_table("turn", recreate="never") as batch:
        batch.drop_column("lease_until")
        batch.drop_column("claim")
    with op.batch_alter_table("conversation", recreate="never") as batch:
        batch.drop_column("last_seq")
