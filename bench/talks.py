"""How a conversation is held over Rasa's REST channel, and over PumpTalk's native API."""

import itertools
import time
import uuid

import httpx

from bench.load import Say

_EVERY_SECONDS = 0.25


class NoReplyError(RuntimeError):
    """A message was not answered: a benchmark of failures says nothing."""


async def rasa_talk(http: httpx.AsyncClient) -> Say:
    """A sender of its own on Rasa's REST channel."""
    sender = uuid.uuid4().hex

    async def say(text: str) -> None:
        response = await http.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
        if not response.raise_for_status().json():
            raise NoReplyError(f"Rasa gave an empty reply to {text!r}")

    return say


async def native_talk(http: httpx.AsyncClient) -> Say:
    """A conversation of PumpTalk's API."""
    opened = (await http.post("/api/v1/conversations")).raise_for_status().json()
    url, headers = f"/api/v1/conversations/{opened['id']}/messages", {"Authorization": f"Bearer {opened['token']}"}
    ids = itertools.count()

    async def say(text: str) -> None:
        body = {"client_message_id": f"m-{next(ids)}", "text": text}
        result = (await http.post(url, json=body, headers=headers)).raise_for_status().json()
        if result["state"] != "answered":
            raise NoReplyError(f"PumpTalk marked as {result['state']}: {text!r}")

    return say


def wait_for_rasa(url: str, within_seconds: float = 180) -> None:
    """Wait until Rasa answers a message; `GET /` would say hello before the model is there. Raises TimeoutError."""
    deadline = time.monotonic() + within_seconds
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        while time.monotonic() < deadline:
            try:
                if http.post("/webhooks/rest/webhook", json={"sender": "up", "message": "hello"}).json():
                    return
            except httpx.TransportError:
                pass  # not listening yet
            time.sleep(_EVERY_SECONDS)
    raise TimeoutError(f"Rasa did not answer within {within_seconds:.0f} s")
