"""A conversation as a file: JSON for machines, plain text for people."""

import json
from typing import Any

from server.console.inbox.conversation import ConversationView, ReplyView, TurnView
from server.console.when import moment_text


def as_json(view: ConversationView) -> str:
    """All that the log holds of it, but for call-back requests, whose names and numbers stay in the log."""
    content = {
        "id": view.row.id,
        "channel": view.row.channel,
        "opened_at": view.row.created_at.isoformat(),
        "tags": list(view.tags),
        "turns": [_turn(turn) for turn in view.turns],
        "notes": [{"at": note.at.isoformat(), "text": note.text} for note in view.notes],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def as_text(view: ConversationView, clinic: str) -> str:
    """The transcript, with the sources of each answer."""
    parts = [f"Conversation {view.row.id} with the chatbot of {clinic}. Times are in UTC."]
    for turn in view.turns:
        if turn.row:
            parts.append(f"Visitor, {moment_text(turn.row.received_at)}\n{turn.choice or turn.row.text}")
        parts += [_told(reply) for reply in turn.replies]
    return "\n\n".join(parts) + "\n"


def _told(reply: ReplyView) -> str:
    lines = [f"Chatbot, {moment_text(reply.row.at)}", reply.row.text]
    lines += [f"Source: {source['organisation']}, {source['document']}" for source in reply.sources]
    return "\n".join(lines)


def _turn(turn: TurnView) -> dict[str, Any]:
    replies = [_reply(reply) for reply in turn.replies]
    if turn.row is None:
        return {"question": None, "replies": replies}
    return {
        "seq": turn.row.seq,
        "question": turn.choice or turn.row.text,
        "state": turn.row.state,
        "received_at": turn.row.received_at.isoformat(),
        "finished_at": turn.row.finished_at.isoformat() if turn.row.finished_at else None,
        "red_flag": turn.flag.topic if turn.flag else None,
        "replies": replies,
    }


def _reply(reply: ReplyView) -> dict[str, Any]:
    rated = reply.feedback
    return {
        "seq": reply.row.seq,
        "text": reply.row.text,
        "metadata": reply.row.details,
        "thumbs": {"rating": rated.rating, "comment": rated.comment} if rated else None,
    }
