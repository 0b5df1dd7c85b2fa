"""Notices posted to another system, signed as Standard Webhooks describes, so that its libraries can check them."""

import base64
import hashlib
import hmac
import json
import time

import httpx

from server.notices.news import CannotTell, News

_PATIENCE_SECONDS = 10


class Webhook:
    """Posts to one address. `key` is the secret's bytes."""

    def __init__(self, url: str, key: bytes) -> None:
        self._url, self._key = url, key

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
        now = str(int(time.time()))
        signed = f"{notice_id}.{now}.".encode() + body
        signature = base64.b64encode(hmac.new(self._key, signed, hashlib.sha256).digest()).decode()
        names = {"webhook-id": notice_id, "webhook-timestamp": now, "webhook-signature": f"v1,{signature}"}
        return {"Content-Type": "application/json", **names}


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
