"""Holds dialogues with a running PumpTalk through its public API."""

from collections.abc import Iterable, Iterator
from typing import Any

import httpx

from bot.evaluation.dialogues import Dialogue, Verdict, judge, reply_names


def hold(client: httpx.Client, dialogues: Iterable[Dialogue]) -> Iterator[Verdict]:
    """Every turn of every dialogue with its replies, each dialogue in a conversation of its own."""
    for dialogue in dialogues:
        conversation = Conversation(client)
        offered: list[str] = []
        for turn in dialogue.turns:
            replies = conversation.say(turn.say)
            got = reply_names(replies)
            yield Verdict(dialogue.name, turn, got, judge(turn, got, offered))
            offered = [option for reply in replies for option in reply["metadata"]["options"]]


class Conversation:
    """One conversation of the native API."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        opened = client.post("/api/v1/conversations").raise_for_status().json()
        self._path = f"/api/v1/conversations/{opened['id']}/messages"
        self._headers = {"Authorization": f"Bearer {opened['token']}"}
        self._said = 0

    def say(self, text: str) -> list[dict[str, Any]]:
        """Send a message; returns the replies."""
        self._said += 1
        body = {"client_message_id": f"m-{self._said}", "text": text}
        response = self._client.post(self._path, json=body, headers=self._headers).raise_for_status()
        replies: list[dict[str, Any]] = response.json()["replies"]
        return replies
