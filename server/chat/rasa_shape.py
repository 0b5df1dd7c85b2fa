"""Replies as clients of Rasa's protocols know them. Those ignore metadata, so the sources go into the text."""

from typing import Any

from server.messages import ReplyMessage


def rest_message(reply: ReplyMessage) -> dict[str, Any]:
    """A reply of the REST channel."""
    return reply.model_copy(update={"text": _with_sources(reply)}).model_dump()


def socket_messages(reply: ReplyMessage) -> list[dict[str, Any]]:
    """A reply as Rasa's SocketIO channel sends it: one message a paragraph, the buttons under the last."""
    metadata = reply.metadata.model_dump()
    messages: list[dict[str, Any]] = [{"text": part} for part in _with_sources(reply).strip().split("\n\n")]
    if reply.buttons:
        for message in messages:
            message["quick_replies"] = []
        messages[-1]["quick_replies"] = [{"content_type": "text", **button.model_dump()} for button in reply.buttons]
    return [{**message, "metadata": metadata} for message in messages]


def _with_sources(reply: ReplyMessage) -> str:
    organisations = dict.fromkeys(source.organisation for source in reply.metadata.sources)
    return f"{reply.text}\n\nSources: {'; '.join(organisations)}." if organisations else reply.text
