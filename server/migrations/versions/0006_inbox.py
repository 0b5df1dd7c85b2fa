"""The staff's inbox: a row a conversation, full-text search, red flags with their notices, tags, notes, saved views."""

import json
from itertools import groupby
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_AT_ONCE = 500

# As the log's code has them on the day of this revision.
_OUTCOMES = {"answer": 1, "clarify": 2, "not_covered": 4, "service": 8, "safety": 16, "fallback": 32}
_REFUSED, _FAILED = 32, 64
_GRAVITY = {"crisis": 0, "emergency": 1, "urgent": 2}

_FILTERED = (
    *("outcomes", "topics", "lowest_confidence", "language", "gravity", "ratings"),
    *("needs_review", "reviewed_by", "assignee_id"),
)
_RATINGS = """
    UPDATE inbox_entry SET ratings = COALESCE((
        SELECT SUM(DISTINCT CASE rating WHEN 'up' THEN 1 ELSE 2 END) FROM feedback
        WHERE feedback.conversation_id = inbox_entry.conversation_id), 0)
"""
_SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "text, content='search_text', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')",
    "CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN "
    "INSERT INTO search_index (rowid, text) VALUES (new.id, new.text); END",
    "CREATE TRIGGER search_text_deleted AFTER DELETE ON search_text BEGIN "
    "INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.id, old.text); END",
    "CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN "
    "INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.id, old.text); "
    "INSERT INTO search_index (rowid, text) VALUES (new.id, new.text); END",
)
_POSTGRESQL_SEARCH = (
    "ALTER TABLE search_text ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED",
    "CREATE INDEX ix_search_text_words ON search_text USING gin (words)",
)


def upgrade() -> None:
    """Make the tables, and fill them from the log."""
    _make_inbox()
    _make_red_flags()
    _make_search()
    _make_staffs_own()
    with op.batch_alter_table("contact") as table:
        table.add_column(sa.Column("done_at", _MOMENT))
        table.add_column(sa.Column("done_by", sa.String(32)))
        table.create_index("ix_contact_waiting", ["at"], **_where("done_at IS NULL"))
    _fill(op.get_bind())


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_contact_waiting", "contact")
    # In place: SQLite would not let go of the old table while others point to it.
    with op.batch_alter_table("contact", recreate="never") as batch:
        batch.drop_column("done_by")
        batch.drop_column("done_at")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    for table in ("saved_view", "conversation_note", "conversation_tag", "search_text", "notice", "red_flag"):
        op.drop_table(table)
    op.drop_table("inbox_entry")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _of_conversation(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_conversation_id")
    return sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=name, ondelete="CASCADE")


def _of_turn(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f(f"fk_{table}_turn_id"), ondelete="CASCADE")


def _make_inbox() -> None:
    op.create_table(
        "inbox_entry",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("outcomes", sa.Integer(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("lowest_confidence", sa.Double(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("gravity", sa.Integer()),
        sa.Column("ratings", sa.Integer(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("reviewed_by", sa.String(32)),
        sa.Column("reviewed_at", _MOMENT),
        sa.Column("assignee_id", sa.String(32)),
        _of_conversation("inbox_entry"),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_inbox_entry")),
    )
    newest = ["last_at", "conversation_id"]
    op.create_index("ix_inbox_entry_newest", "inbox_entry", newest)
    op.create_index(
        "ix_inbox_entry_waiting",
        "inbox_entry",
        newest,
        sqlite_where=sa.text("needs_review = 1"),
        postgresql_where=sa.text("needs_review"),
    )
    op.create_index("ix_inbox_entry_flagged", "inbox_entry", newest, **_where("gravity IS NOT NULL"))
    if op.get_bind().dialect.name == "sqlite":
        # All that filters ask for in the order of the list. PostgreSQL scans the table as fast, and bounds an index's rows.
        op.create_index("inbox_filters", "inbox_entry", [*newest, *_FILTERED])
    op.create_index("ix_inbox_entry_assignee", "inbox_entry", ["assignee_id"], **_where("assignee_id IS NOT NULL"))


def _make_red_flags() -> None:
    op.create_table(
        "red_flag",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("turn_id", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("gravity", sa.Integer(), nullable=False),
        sa.Column("raised_at", _MOMENT, nullable=False),
        sa.Column("seen_by", sa.String(32)),
        sa.Column("seen_at", _MOMENT),
        sa.Column("handled_by", sa.String(32)),
        sa.Column("handled_at", _MOMENT),
        sa.Column("note", sa.Text()),
        _of_conversation("red_flag"),
        _of_turn("red_flag"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_red_flag")),
    )
    op.create_index(op.f("ix_red_flag_conversation_id"), "red_flag", ["conversation_id"])
    op.create_index(op.f("ix_red_flag_turn_id"), "red_flag", ["turn_id"])
    op.create_index("ix_red_flag_waiting", "red_flag", ["gravity", "raised_at"], **_where("handled_at IS NULL"))
    op.create_table(
        "notice",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("red_flag_id", sa.String(32), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("mailed_at", _MOMENT),
        sa.Column("posted_at", _MOMENT),
        sa.Column("done_at", _MOMENT),
        sa.ForeignKeyConstraint(
            ["red_flag_id"], ["red_flag.id"], name=op.f("fk_notice_red_flag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_red_flag_id"), "notice", ["red_flag_id"])
    op.create_index("ix_notice_unsent", "notice", ["due_at"], **_where("done_at IS NULL"))


def _make_search() -> None:
    op.create_table(
        "search_text",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("turn_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _of_turn("search_text"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_text_turn_id", "search_text", ["turn_id"])
    op.create_index("ix_search_text_at", "search_text", ["at"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_SEARCH if is_sqlite else _POSTGRESQL_SEARCH:
        op.execute(statement)


def _make_staffs_own() -> None:
    op.create_table(
        "conversation_tag",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("tag", sa.String(30), nullable=False),
        _of_conversation("conversation_tag"),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name=op.f("pk_conversation_tag")),
    )
    op.create_index("ix_conversation_tag_tag", "conversation_tag", ["tag", "conversation_id"])
    op.create_table(
        "conversation_note",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("author_id", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        _of_conversation("conversation_note"),
        sa.ForeignKeyConstraint(["author_id"], ["staff_account.id"], name=op.f("fk_conversation_note_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_note")),
    )
    op.create_index(op.f("ix_conversation_note_conversation_id"), "conversation_note", ["conversation_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_saved_view_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_view_account_id_name")),
    )


def _fill(connection: sa.Connection) -> None:
    """Rows for the conversations of before. Their red flags wait to be looked at, but nobody is sent a notice."""
    found = sa.MetaData()
    names = ("conversation", "turn", "reply", "inbox_entry", "red_flag", "search_text")
    found.reflect(connection, only=names, resolve_fks=False)
    conversation, turn, reply, *filled = (found.tables[name] for name in names)
    after = ""
    page = sa.select(conversation.c.id).order_by(conversation.c.id).limit(_AT_ONCE)
    while ids := list(connection.scalars(page.where(conversation.c.id > after))):
        after = ids[-1]
        replies = (
            sa.select(turn.c.conversation_id, turn.c.id, turn.c.text.label("question"), turn.c.state)
            .add_columns(reply.c.text, reply.c.kind, sa.cast(reply.c.metadata, sa.Text).label("details"))
            .add_columns(reply.c.seq, reply.c.at)
            .join(reply, reply.c.turn_id == turn.c.id)
            .where(turn.c.conversation_id.in_(ids))
            .order_by(turn.c.conversation_id, reply.c.seq)
        )
        rows = connection.execute(replies).all()
        turns = [list(of_turn) for _, of_turn in groupby(rows, lambda row: row.id)]
        flags = [flag for of_turn in turns if (flag := _flag(of_turn))]
        grouped = groupby(turns, lambda of_turn: of_turn[0].conversation_id)
        entries = [_entry(list(of_conversation), flags) for _, of_conversation in grouped]
        for table, new in zip(filled, (entries, flags, [_words(of_turn) for of_turn in turns])):
            if new:
                connection.execute(sa.insert(table), new)
    connection.execute(sa.text(_RATINGS))


def _entry(turns: list[list[Any]], flags: list[dict[str, Any]]) -> dict[str, Any]:
    replies = [(reply, _details(reply)) for of_turn in turns for reply in of_turn]
    last, _ = replies[-1]
    topics = dict.fromkeys(topic for _, details in replies for topic in details.get("topics", ()))
    confidence = [d["confidence"] for _, d in replies if "confidence" in d and d.get("model") != "server"]
    outcomes = 0
    for reply, _ in replies:
        is_failed = reply.state == "failed"
        outcomes |= (_FAILED if is_failed else 0) | (_OUTCOMES.get(reply.kind, 0) & (~_REFUSED if is_failed else ~0))
    return {
        "conversation_id": last.conversation_id,
        "last_at": last.at,
        "last_seq": last.seq,
        "turns": len(turns),
        "outcomes": outcomes,
        "topics": f" {' '.join(topics)} " if topics else "",
        "lowest_confidence": min(confidence, default=1.0),
        "language": "other" if "other_language" in topics else "en",
        "gravity": min((f["gravity"] for f in flags if f["conversation_id"] == last.conversation_id), default=None),
        "ratings": 0,
        "needs_review": True,
    }


def _flag(of_turn: list[Any]) -> dict[str, Any] | None:
    grave = [(_GRAVITY[d["severity"]], d["topics"][0]) for d in map(_details, of_turn) if d.get("severity") in _GRAVITY]
    if not grave:
        return None
    gravity, topic = min(grave)
    turn = of_turn[0]
    row = {"id": uuid4().hex, "conversation_id": turn.conversation_id, "turn_id": turn.id, "topic": topic}
    return {**row, "gravity": gravity, "raised_at": turn.at}


def _words(of_turn: list[Any]) -> dict[str, Any]:
    turn = of_turn[0]
    text = "\n".join([turn.question, *(reply.text for reply in of_turn)])
    return {"turn_id": turn.id, "conversation_id": turn.conversation_id, "at": turn.at, "text": text}


def _details(reply: Any) -> dict[str, Any]:
    try:
        found = json.loads(reply.details)
    except ValueError:  # a damaged row; the rest of its conversation counts
        return {}
    return found if isinstance(found, dict) else {}
