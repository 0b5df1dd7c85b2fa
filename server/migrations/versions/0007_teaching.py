"""Judgements of turns, the lessons that follow from them, runs of learning, questions grouped by meaning."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "learn_run",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("step", sa.String(60), nullable=False),
        sa.Column("started_by", sa.String(100), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("model", sa.String(128)),
        sa.Column("previous_model", sa.String(128)),
        sa.CheckConstraint("kind IN ('learn', 'back')", name=op.f("ck_learn_run_kind")),
        sa.CheckConstraint(
            "state IN ('running', 'promoted', 'kept', 'failed', 'undone', 'done')", name=op.f("ck_learn_run_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learn_run")),
    )
    op.create_index(op.f("ix_learn_run_started_at"), "learn_run", ["started_at"])
    op.create_table(
        "lesson",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("decided_at", _MOMENT),
        sa.Column("run_id", sa.String(32)),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'rejected', 'taken', 'apart')", name=op.f("ck_lesson_state")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["learn_run.id"], name=op.f("fk_lesson_run_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
    )
    op.create_index(op.f("ix_lesson_state"), "lesson", ["state"])
    op.create_index(op.f("ix_lesson_run_id"), "lesson", ["run_id"])
    op.create_table(
        "judgement",
        sa.Column("turn_id", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("topic", sa.String(64)),
        sa.Column("note", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("judged_by", sa.String(32), nullable=False),
        sa.Column("judged_by_name", sa.String(100), nullable=False),
        sa.Column("judged_at", _MOMENT, nullable=False),
        sa.Column("lesson_id", sa.String(32)),
        sa.Column("refused", sa.Text()),
        sa.CheckConstraint(
            "verdict IN ('right', 'wrong', 'out_of_scope', 'unsafe')", name=op.f("ck_judgement_verdict")
        ),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_judgement_turn_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name=op.f("fk_judgement_lesson_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_judgement")),
    )
    for column in ("verdict", "judged_at", "lesson_id"):
        op.create_index(op.f(f"ix_judgement_{column}"), "judgement", [column])
    op.create_table(
        "question_group",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_group")),
    )
    op.create_table(
        "grouped_turn",
        sa.Column("turn_id", sa.String(32), nullable=False),
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_grouped_turn_turn_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["question_group.id"], name=op.f("fk_grouped_turn_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_grouped_turn")),
    )
    op.create_index(op.f("ix_grouped_turn_group_id"), "grouped_turn", ["group_id"])


def downgrade() -> None:
    """Take them away again."""
    for table in ("grouped_turn", "question_group", "judgement", "lesson", "learn_run"):
        op.drop_table(table)
