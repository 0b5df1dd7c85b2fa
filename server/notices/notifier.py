"""Sends what stands in the outbox: each notice once by each channel, and again later if a channel does not take it."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from knowledge import Library
from knowledge.model import SEVERITIES
from server.db import Database
from server.log.red_flags import Notice, RedFlag
from server.notices.mail import Mail
from server.notices.news import CannotTell, Channel, News
from server.notices.outbox import Outbox
from server.notices.webhook import Webhook
from server.rounds import rounds
from server.settings import Settings, webhook_key

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 5.0
# Twenty notices by two channels that hang until their timeouts take less than this.
_LEASE = timedelta(minutes=10)
_FIRST_AGAIN, _LONGEST_AGAIN = timedelta(seconds=15), timedelta(minutes=15)
_DOUBLINGS = 10
_GIVEN_UP_AFTER = timedelta(days=3)


class Notifier:
    """Tells staff by these channels; the names are the columns that say when it was done."""

    def __init__(self, database: Database, library: Library, console_url: str, channels: Mapping[str, Channel]) -> None:
        self._database, self._library, self._console_url = database, library, console_url
        self._channels = channels

    @classmethod
    def of(cls, settings: Settings, database: Database, library: Library) -> "Notifier":
        """With the channels that the settings name."""
        channels: dict[str, Channel] = {}
        if settings.red_flag_emails:
            channels["mailed_at"] = Mail(settings)
        if settings.red_flag_webhook:
            channels["posted_at"] = Webhook(settings.red_flag_webhook, webhook_key(settings.red_flag_webhook_key))
        return cls(database, library, settings.console_url, channels)

    async def run(self) -> None:
        """Round after round until cancelled."""
        await rounds((self.send_due,), _EVERY_SECONDS)

    async def send_due(self) -> None:
        """Send what is due. Without a channel it is marked as done, so that nothing old goes out once there is one."""
        now = datetime.now(UTC)
        async with self._database.session() as session:
            outbox = Outbox(session)
            claimed = await outbox.claim(now, _LEASE, _LEASE + _LONGEST_AGAIN) if await outbox.is_any_open() else []
        for notice, flag in claimed:
            await self._send(notice, flag)

    async def _send(self, notice: Notice, flag: RedFlag) -> None:
        # Whoever has handled it knows of it.
        open_channels = {} if flag.handled_at else {n: c for n, c in self._channels.items() if not getattr(notice, n)}
        told, failed = {}, False
        for name, channel in open_channels.items():
            try:
                await channel.tell(self._news(notice, flag))
                told[name] = datetime.now(UTC)
            except CannotTell as e:
                failed = True
                logger.error("notice not sent", extra={"fields": {"reason": str(e), "attempt": notice.attempts}})
        async with self._database.session() as session:
            await Outbox(session).keep(notice.id, **told, **_next(notice, failed))

    def _news(self, notice: Notice, flag: RedFlag) -> News:
        link = f"{self._console_url}/conversations/{flag.conversation_id}" if self._console_url else ""
        return News(
            notice_id=notice.id,
            conversation_id=flag.conversation_id,
            topic=flag.topic,
            title=self._library.title_of(flag.topic),
            severity=SEVERITIES[flag.gravity],
            raised_at=flag.raised_at,
            link=link,
        )


def _next(notice: Notice, failed: bool) -> dict[str, datetime]:
    """When to try again, or that it is done: at last even without success, which the log then says loudly."""
    now = datetime.now(UTC)
    if not failed:
        return {"done_at": now}
    if now - notice.created_at > _GIVEN_UP_AFTER:
        logger.critical("notice given up", extra={"fields": {"attempts": notice.attempts}})
        return {"done_at": now}
    return {"due_at": now + min(_FIRST_AGAIN * 2 ** min(notice.attempts - 1, _DOUBLINGS), _LONGEST_AGAIN)}
