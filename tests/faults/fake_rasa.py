"""A stand-in for Rasa as a process of its own, for faults that are not Rasa's: `python fake_rasa.py PORT`.

It speaks Rasa's REST channel. To "slow 3: x" it answers after three seconds; every answer quotes what was asked.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

_GOLDEN = Path(__file__).parents[1] / "contract" / "bot_reply.json"
_ANSWER: dict[str, Any] = json.loads(_GOLDEN.read_text(encoding="utf-8"))[0]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
            asked = await reader.readexactly(int(headers.get("content-length", 0)))
            body = json.dumps(await answer(json.loads(asked)) if asked else {"status": "ok"})
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def answer(message: dict[str, str]) -> list[dict[str, Any]]:
    """What Rasa would say."""
    text = message["message"]
    if text == "/restart":
        return []
    if text.startswith("slow "):
        await asyncio.sleep(float(text.split()[1].rstrip(":")))
    return [{**_ANSWER, "recipient_id": message["sender"], "custom": {**_ANSWER["custom"], "text": f"On: {text}"}}]


async def main() -> None:
    """Listen until killed."""
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=1000)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
