"""Staff are told of a red flag once by each channel, later if a channel is away, and never what a visitor wrote.

The mail server is aiosmtpd, the webhook's receiver an HTTP server; both are real, on loopback.
"""

import asyncio
import json
import threading
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from real_server import free_port
from server_fakes import FakeBot, Visitor, client_of, golden_replies
from sqlalchemy import select, update
from standardwebhooks import Webhook, WebhookVerificationError

from knowledge import load_library
from server.db import Database
from server.log.red_flags import Notice, RedFlag, raise_red_flag
from server.log.repository import LogRepository
from server.log.turns import Lease, NewTurn, TurnLog
from server.main import create_app
from server.notices.notifier import Notifier
from server.settings import Settings, load_settings

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

KEY = b64encode(b"k" * 32).decode()
SECRET_TEXT = "I cannot breathe and my chest hurts"


class Mailbox:
    """Takes mail, or refuses it while `is_full`."""

    def __init__(self) -> None:
        self.received: list[Message] = []
        self.recipients: list[list[str]] = []
        self.is_full = False
        self.came = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """As aiosmtpd calls it."""
        if self.is_full:
            return "452 Requested action not taken: insufficient system storage"
        self.received.append(message_from_bytes(envelope.content or b""))
        self.recipients.append(envelope.rcpt_tos)
        self.came.set()
        return "250 OK"


class Receiver:
    """Takes what is posted and answers with `status`."""

    def __init__(self) -> None:
        self.status = 204
        self.posted: list[tuple[dict[str, str], bytes]] = []
        self.came = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posted.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.end_headers()
                receiver.came.set()

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        return Handler


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail_server(mailbox: Mailbox) -> Iterator[Controller]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def telling(settings: Settings, mail_server: Controller, receiver: Receiver) -> Settings:
    """Settings with both channels."""
    channels: dict[str, Any] = {
        "red_flag_emails": ("nurse@clinic.example", "second@clinic.example"),
        "smtp_host": "127.0.0.1",
        "smtp_port": mail_server.port,
        "smtp_security": "none",
        "smtp_from": "chat@clinic.example",
        "red_flag_webhook": receiver.url,
        "red_flag_webhook_key": f"whsec_{KEY}",
        "console_url": "https://chat.clinic.example/staff",
    }
    return settings.model_copy(update=channels)


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    yield database
    await database.close()


def notifier(settings: Settings, database: Database) -> Notifier:
    return Notifier.of(settings, database, load_library(settings.data_dir))


async def raised(database: Database, gravity: int = 1) -> str:
    """A conversation with a red flag; returns its id."""
    now = datetime.now(UTC)
    async with database.session() as session:
        if await LogRepository(session).conversation("c") is None:
            await LogRepository(session).add_api_conversation("c", "h", golden_replies()[:1])
        numbered = await TurnLog(session).number("c", 1, now)
        assert numbered
        new = NewTurn("c", str(numbered.last_seq), SECRET_TEXT)
        turn = await TurnLog(session).add(new, numbered.last_seq, now, Lease(now))
        await raise_red_flag(session, "c", turn.id, "emergency_general", gravity, now)
    return "c"


async def due_now(database: Database) -> None:
    async with database.session() as session:
        await session.execute(update(Notice).values(due_at=datetime.now(UTC)))


async def only_notice(database: Database) -> Notice:
    async with database.session() as session:
        return (await session.scalars(select(Notice))).one()


async def test_from_the_message_to_the_mailbox(
    telling: Settings, bot: FakeBot, mailbox: Mailbox, receiver: Receiver
) -> None:
    app = create_app(telling, bot)
    bot.replies = golden_replies()[2:]
    async with app.router.lifespan_context(app), client_of(app) as client:
        visitor = await Visitor.arrive(client)
        assert (await visitor.send(SECRET_TEXT)).status_code == 200
        for came in (mailbox.came, receiver.came):
            assert await asyncio.to_thread(came.wait, 30)
    [mail] = mailbox.received
    assert mail["Subject"] == "Red flag in the chat: emergency"
    assert mailbox.recipients == [["nurse@clinic.example", "second@clinic.example"]]
    text = mail.get_payload(decode=True).decode()
    assert f"https://chat.clinic.example/staff/conversations/{visitor.id}" in text
    [(_, body)] = receiver.posted
    told = json.loads(body)
    assert told["type"] == "red_flag.raised"
    assert (told["data"]["conversation_id"], told["data"]["severity"]) == (visitor.id, "emergency")
    for word in ("breathe", "chest"):
        assert word not in str(mail) + text + body.decode()


async def test_what_is_posted_is_signed(telling: Settings, database: Database, receiver: Receiver) -> None:
    await raised(database)
    await notifier(telling, database).send_due()
    [(headers, body)] = receiver.posted
    Webhook(KEY).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(body.replace(b"emergency", b"urgent"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(b64encode(b"x" * 32).decode()).verify(body, headers)


async def test_several_servers_tell_once(
    telling: Settings, database: Database, mailbox: Mailbox, receiver: Receiver
) -> None:
    await raised(database)
    servers = [Database(telling.database_url) for _ in range(4)]
    await asyncio.gather(*(notifier(telling, server).send_due() for server in servers))
    for server in servers:
        await notifier(telling, server).send_due()
        await server.close()
    assert (len(mailbox.received), len(receiver.posted)) == (1, 1)


async def test_a_channel_that_is_away_is_tried_again_and_the_other_not(
    telling: Settings, database: Database, mailbox: Mailbox, receiver: Receiver
) -> None:
    await raised(database)
    sender = notifier(telling, database)
    mailbox.is_full = True
    waits: list[timedelta] = []
    for _ in range(3):
        before = datetime.now(UTC)
        await sender.send_due()
        notice = await only_notice(database)
        assert notice.done_at is None and notice.mailed_at is None and notice.posted_at
        waits.append(notice.due_at - before)
        await sender.send_due()  # not due yet
        await due_now(database)
    assert len(receiver.posted) == 1
    assert [round(wait.total_seconds() / 15) for wait in waits] == [1, 2, 4]
    mailbox.is_full = False
    await sender.send_due()
    assert len(mailbox.received) == 1 and (await only_notice(database)).done_at


@pytest.mark.parametrize("status", [301, 404, 500])
async def test_only_a_success_counts(telling: Settings, database: Database, receiver: Receiver, status: int) -> None:
    await raised(database)
    receiver.status = status
    await notifier(telling, database).send_due()
    notice = await only_notice(database)
    assert notice.posted_at is None and notice.mailed_at


async def test_no_server_at_the_other_end(telling: Settings, database: Database) -> None:
    await raised(database)
    nowhere = {"smtp_port": free_port(), "red_flag_webhook": f"http://127.0.0.1:{free_port()}/"}
    await notifier(telling.model_copy(update=nowhere), database).send_due()
    notice = await only_notice(database)
    assert (notice.attempts, notice.done_at) == (1, None)


async def test_given_up_at_last(
    telling: Settings, database: Database, mailbox: Mailbox, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    await raised(database)
    mailbox.is_full = True
    async with database.session() as session:
        long_ago = datetime.now(UTC) - timedelta(days=4)
        await session.execute(update(Notice).values(created_at=long_ago, attempts=400))
    await notifier(telling, database).send_due()
    assert (await only_notice(database)).done_at
    assert "notice given up" in caplog.messages
    assert SECRET_TEXT not in caplog.text


async def test_one_notice_a_conversation_unless_it_gets_graver(
    telling: Settings, database: Database, mailbox: Mailbox
) -> None:
    for gravity, told in ((2, 1), (2, 1), (1, 2), (2, 2), (1, 2), (0, 3)):
        await raised(database, gravity)
        await notifier(telling, database).send_due()
        assert len(mailbox.received) == told
    async with database.session() as session:
        await session.execute(update(RedFlag).values(handled_at=datetime.now(UTC)))
    await raised(database, 2)
    await notifier(telling, database).send_due()
    assert len(mailbox.received) == 4


async def test_what_was_handled_or_cannot_be_told_is_not_kept_for_later(
    settings: Settings, telling: Settings, database: Database, mailbox: Mailbox
) -> None:
    await raised(database)
    async with database.session() as session:
        await session.execute(update(RedFlag).values(handled_at=datetime.now(UTC)))
    await notifier(telling, database).send_due()
    await raised(database)
    await notifier(settings, database).send_due()  # no channel
    await notifier(telling, database).send_due()
    assert mailbox.received == []


async def test_the_account_at_the_mail_server(telling: Settings, database: Database, mailbox: Mailbox) -> None:
    """A server that offers no encryption gets no password."""
    await raised(database)
    safe = {"smtp_security": "starttls", "smtp_user": "u", "smtp_password": "p"}
    await notifier(telling.model_copy(update=safe), database).send_due()
    assert mailbox.received == [] and (await only_notice(database)).mailed_at is None


@pytest.mark.parametrize(
    "given",
    [
        {"RED_FLAG_EMAILS": "nurse@clinic.example"},
        {"RED_FLAG_EMAILS": "nobody", "SMTP_HOST": "h", "SMTP_FROM": "a@b.example"},
        {"RED_FLAG_WEBHOOK": "https://hooks.example/x", "RED_FLAG_WEBHOOK_KEY": "short"},
        {"RED_FLAG_WEBHOOK": "ftp://hooks.example/x", "RED_FLAG_WEBHOOK_KEY": KEY},
    ],
)
async def test_channels_that_cannot_work_stop_the_start(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Exception, match="RED_FLAG"):
        load_settings()
