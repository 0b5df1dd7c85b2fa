"""A conversation as plain text, for the visitor to keep."""

from collections.abc import Sequence

from server.log.repository import LoggedMessage


def transcript(clinic: str, messages: Sequence[LoggedMessage]) -> str:
    """Who said what and when, with the sources of each answer."""
    parts = [f"Conversation with the chatbot of {clinic}. Times are in UTC.", *map(_part, messages)]
    return "\n\n".join(parts) + "\n"


def _part(message: LoggedMessage) -> str:
    who = "You" if message.role == "visitor" else "Chatbot"
    lines = [f"{who}, {message.at:%Y-%m-%d %H:%M:%S}", message.text]
    sources = (message.details or {}).get("sources") or []
    lines += [f"Source: {source.get('organisation')}, {source.get('document')}" for source in sources]
    if message.state == "received":
        lines.append("(This message has no answer yet.)")
    return "\n".join(lines)
