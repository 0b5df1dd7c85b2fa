"""The composition root: builds the application out of its parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from server import operations
from server.bot_client import Bot, RasaClient
from server.chat import routes_api, routes_content, routes_rasa
from server.chat.content import load_content
from server.chat.service import ChatService
from server.db import Database
from server.errors import install_error_handlers
from server.middleware import RequestMiddleware
from server.operations import Readiness
from server.pages import install_pages
from server.safety import load_safety
from server.settings import Settings
from server.web.faq import install_faq
from server.web.widget import install_widget


def create_app(settings: Settings, bot: Bot | None = None) -> FastAPI:
    """Build the application; `bot` stands in for Rasa in tests. Raises ContentError if the content is faulty."""
    content = load_content(settings.data_dir, settings.clinic_file)
    database = Database(settings.database_url)
    safety = load_safety(settings.data_dir / "safety")
    bot = bot or RasaClient(settings.rasa_url, settings.rasa_timeout_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await bot.close()
        await database.close()

    app = FastAPI(
        title="PumpTalk",
        summary="Ask about intrathecal pain pumps.",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url="/api/v1/docs",
        redoc_url=None,
    )
    app.state.content = content
    app.state.chat = ChatService(database, bot, content, safety, settings.max_message_chars)
    app.state.readiness = Readiness(database, bot)
    for module in (routes_api, routes_content, routes_rasa, operations):
        app.include_router(module.router)
    install_pages(app, settings.demo_dir)
    install_widget(app, settings.widget_dir, content, settings.max_message_chars)
    install_faq(app, content)
    install_error_handlers(app)
    app.add_middleware(RequestMiddleware)
    return app
