"""Notices by e-mail."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate

from server.notices.news import CannotTell, News
from server.settings import Settings

_PATIENCE_SECONDS = 10


class Mail:
    """Sends through the clinic's mail server, in a thread, because smtplib waits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def tell(self, news: News) -> None:
        """Send one e-mail to all. Raises CannotTell."""
        try:
            await asyncio.to_thread(self._send, self._message(news))
        except (OSError, smtplib.SMTPException) as e:
            raise CannotTell(f"mail server: {type(e).__name__}") from None

    def _message(self, news: News) -> EmailMessage:
        sender = self._settings.smtp_from
        message = EmailMessage()
        message["Subject"] = f"Red flag in the chat: {news.severity}"
        message["From"] = sender
        message["To"] = ", ".join(self._settings.red_flag_emails)
        message["Date"] = formatdate()
        # The same for each try, so that a mailbox can drop what came twice.
        message["Message-ID"] = f"<{news.notice_id}@{sender.partition('@')[2]}>"
        message.set_content("\n\n".join(news.lines()) + "\n")
        return message

    def _send(self, message: EmailMessage) -> None:
        with self._connection() as smtp:
            if self._settings.smtp_security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self._settings.smtp_user:
                smtp.login(self._settings.smtp_user, self._settings.smtp_password)
            smtp.send_message(message)

    def _connection(self) -> smtplib.SMTP:
        host, port = self._settings.smtp_host, self._settings.smtp_port
        if self._settings.smtp_security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=_PATIENCE_SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=_PATIENCE_SECONDS)
