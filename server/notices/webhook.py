"""Notices posted to another system, signed as Standard Webhooks describes, so that its libraries can check them."""

import json
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook as Signer

from server.notices.news import CannotTell, News

_PATIENCE_SECONDS = 10


class Webhook:
    """Posts to one address. `key` is the secret's bytes."""

    def __init__(self, url: str, key: bytes) -> None:
        self._url, self._signer = url, Signer(key)

    async def tell(self, news: News) -> None:
        """Post; only a status of 2xx counts as taken, a redirect does not. Raises CannotTell."""
        body = _body(news)
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS) as client:
                response = await client.post(self._url, content=body, headers=self._headers(news.notice_id, body))
        except httpx.HTTPError as e:
            raise CannotTell(f"webhook: {type(e).__name__}") from None
        if not response.is_success:
            raise CannotTell(f"webhook: status {response.status_code}")

    def _headers(self, notice_id: str, body: bytes) -> dict[str, str]:
        now = datetime.now(UTC)
        return {
            "Content-Type": "application/json",
            "webhook-id": notice_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(notice_id, now, body.decode()),
        }


def _body(news: News) -> bytes:
    data = {
        "conversation_id": news.conversation_id,
        "topic": news.topic,
        "title": news.title,
        "severity": news.severity,
        "raised_at": news.raised_at.isoformat(),
        "link": news.link,
    }
    content = {"type": "red_flag.raised", "timestamp": news.raised_at.isoformat(), "data": data}
    return json.dumps(content).encode()
