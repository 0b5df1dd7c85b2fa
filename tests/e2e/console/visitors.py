"""What visitors said before the staff came: a question each, by the API, to the real bot."""

from typing import Any
from uuid import uuid4

import httpx
from running import PumpTalk

QUESTION = "How long does the battery in the pump last?"
OTHERS = ("Does the refill hurt?", "Can I fly with a pump?", "Which paint is best for a garden fence?")
RED_FLAG = "My mum has a pain pump, she is very sleepy, her lips are blue and I cannot wake her"
MISUNDERSTOOD = "The kids want to go to the splash pad, am I allowed in?"
# A script for whoever reads it here, and a formula for whoever opens it in a spreadsheet.
HOSTILE = """=HYPERLINK("http://evil.example","Free") <script>alert("owned")</script><img src=x onerror=alert(1)>"""
HOSTILE_AS_KEPT = HOSTILE.replace("http://evil.example", "(link)")


def visitors_talk(pumptalk: PumpTalk) -> None:
    """A conversation each, the hostile one first."""
    with pumptalk.client() as client:
        for text in (HOSTILE, *OTHERS, QUESTION, MISUNDERSTOOD, RED_FLAG):
            asked(client, text)


def asked(client: httpx.Client, text: str) -> dict[str, Any]:
    """Ask in a conversation of one's own; what stands beside the first reply."""
    opened = client.post("/api/v1/conversations").raise_for_status().json()
    reply = client.post(
        f"/api/v1/conversations/{opened['id']}/messages",
        json={"client_message_id": uuid4().hex, "text": text},
        headers={"Authorization": f"Bearer {opened['token']}"},
    )
    result = reply.raise_for_status().json()
    assert result["state"] == "answered"
    return result["replies"][0]["metadata"]
