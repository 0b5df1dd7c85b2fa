"""The composition root: builds the application out of its parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from server import operations
from server.bot_client import Bot, RasaClient
from server.chat import routes_api, routes_content, routes_rasa
from server.chat.content import load_content
from server.chat.doorway import Doorway
from server.chat.rasa_chat import RasaChat
from server.chat.routes_socketio import RasaSocket
from server.chat.service import ChatService
from server.console.console import Console
from server.console.error_page import error_page
from server.console.install import install_console
from server.db import Database
from server.docs_page import install_docs_page
from server.edge.limits import RateLimits
from server.edge.middleware_stack import install_middleware
from server.edge.turns import BoundedBot, TurnsInFlight
from server.errors import install_error_handlers
from server.housekeeping import Housekeeper, Retention
from server.log.retention import Policy
from server.notices.notifier import Notifier
from server.operations import Readiness
from server.pages import install_pages
from server.privacy import SenderHash, load_redactor
from server.production import refuse_if_unsafe
from server.rounds import stopped
from server.safety import load_safety
from server.settings import Settings
from server.signoff.gate import Gate
from server.stopping import Stopping
from server.usage.usage import Usage
from server.web.faq import install_faq
from server.web.widget import install_widget


def create_app(settings: Settings, bot: Bot | None = None) -> FastAPI:
    """Build the application; `bot` stands in for Rasa in tests. Raises ContentError if the content is faulty,
    and ConfigurationError if this is production and the settings are not fit for it.
    """
    content = load_content(settings.data_dir, settings.clinic_file)
    refuse_if_unsafe(settings, content.clinic)
    database = Database(settings.database_url)
    safety = load_safety(settings.data_dir / "safety")
    redactor = load_redactor(settings.data_dir, content.clinic, settings.max_message_chars)
    bot = bot or RasaClient(settings.rasa_urls, settings.rasa_timeout_seconds)
    limits = _rate_limits(settings)
    turns = TurnsInFlight(settings.max_turns_in_flight)
    gate = Gate(database, content.library, content.clinic.require_signoff)
    chat = ChatService(
        database,
        BoundedBot(bot, settings.max_turns_in_flight),
        content,
        safety,
        redactor,
        gate,
        SenderHash(settings.sender_key),
        settings.max_message_chars,
        deadline_seconds=settings.rasa_timeout_seconds,
    )
    retention = Retention(database, Policy.of_days(settings.retention_days, settings.contact_retention_days))
    usage = Usage(database)
    housekeeper = Housekeeper(database, chat.turns, chat.eraser, retention, usage)
    notifier = Notifier.of(settings, database, content.library)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Apart from each other: a mail server that hangs must not keep turns open.
        tasks = [asyncio.create_task(housekeeper.run()), asyncio.create_task(notifier.run())]
        yield
        for task in tasks:
            await stopped(task)
        await bot.close()
        await limits.close()
        await database.close()

    app = FastAPI(
        title="PumpTalk",
        summary="Ask about intrathecal pain pumps.",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.content = content
    app.state.chat = chat
    app.state.gate = gate
    app.state.door = Doorway(safety, limits, turns, content.busy.text)
    app.state.rasa_chat = RasaChat(chat, content, app.state.door)
    app.state.readiness = Readiness(database, bot, limits=limits)
    app.state.metrics_token = settings.metrics_token
    for module in (routes_api, routes_content, routes_rasa, operations):
        app.include_router(module.router)
    socket = RasaSocket(
        app.state.rasa_chat, content.unavailable.text, settings.allowed_origins, settings.max_body_bytes
    )
    app.mount("/socket.io", socket.app())
    app.state.stopping = Stopping(turns, socket, settings.shutdown_seconds)
    install_docs_page(app)
    install_pages(app, settings.demo_dir)
    install_widget(app, settings.widget_dir, content, settings.max_message_chars)
    install_faq(app, content)
    console = Console(database, content.library, content.clinic, settings, limits, chat.eraser, usage)
    install_console(app, console)
    install_error_handlers(app, error_page)
    install_middleware(app, settings, limits)
    return app


def _rate_limits(settings: Settings) -> RateLimits:
    return RateLimits(
        {
            "requests": settings.rate_limit_requests,
            "address": settings.rate_limit_address,
            "visitor": settings.rate_limit_visitor,
            "everybody": settings.rate_limit_everybody,
            "sign_in": settings.rate_limit_sign_in,
            "sign_in_address": settings.rate_limit_sign_in_address,
            "sign_in_account": settings.rate_limit_sign_in_account,
        },
        settings.redis_url,
    )
