"""Clinicians' sign-offs of answers, and the use counted by day."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
# What a day is counted from.
_INDEXES = {"turn": "received_at", "feedback": "at", "conversation": "created_at"}


def upgrade() -> None:
    """Make the tables and indexes."""
    op.create_table(
        "answer_sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(9), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("at", _MOMENT, nullable=False),
        sa.CheckConstraint("verdict IN ('signed', 'withdrawn')", name=op.f("ck_answer_sign_off_verdict")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_sign_off")),
    )
    op.create_index(op.f("ix_answer_sign_off_topic"), "answer_sign_off", ["topic"])
    op.create_table(
        "tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "measure", "name", name=op.f("pk_tally")),
    )
    op.create_table(
        "tallied_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_tallied_day")),
    )
    for table, column in _INDEXES.items():
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    """Take them away again."""
    for table, column in _INDEXES.items():
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    for table in ("tallied_day", "tally", "answer_sign_off"):
        op.drop_table(table)
