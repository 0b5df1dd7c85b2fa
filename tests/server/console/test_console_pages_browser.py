"""Answers and analytics in a real Chromium: a clinician signs off, axe finds no fault, nothing is blocked."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from real_server import RealServer, real_server

from server.console.models import StaffAccount
from server.console.roles import Role
from server.console.sessions import StaffSessions
from server.db import Database
from server.settings import ROOT, async_database_url

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; run `make setup`")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ("/staff/answers", "/staff/answers/battery_life", "/staff/analytics")

pytestmark = pytest.mark.skipif(
    not CHROMIUM.is_file(), reason=f"there is no {CHROMIUM}; install Chromium or set CHROMIUM"
)


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory, data: Path, migrated_file: Path
) -> Iterator[tuple[RealServer, str]]:
    """A server that was asked something, and the token of a signed-in clinician."""
    folder = tmp_path_factory.mktemp("browser")
    clinic = Path(__file__).parents[1] / "data" / "clinic.yml"
    with real_server(folder, data, migrated_file, CLINIC_FILE=str(clinic)) as server:
        with server.client() as client:
            opened = client.post("/api/v1/conversations").raise_for_status().json()
            body = {"client_message_id": "m-1", "text": "How long does it last?"}
            path, token = f"/api/v1/conversations/{opened['id']}/messages", opened["token"]
            client.post(path, json=body, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
        yield server, asyncio.run(_sign_in(f"sqlite:///{folder / 'real.db'}"))


async def _sign_in(url: str) -> str:
    database = Database(async_database_url(url))
    account = StaffAccount(
        id=uuid4().hex,
        email="dr@clinic.example",
        name="Dr Example",
        roles=[Role.CLINICIAN],
        created_at=datetime.now(UTC),
    )
    async with database.session() as session:
        session.add(account)
        await session.flush()
        token = await StaffSessions(session).start(account.id, complete=True)
    await database.close()
    return token


@pytest.fixture(scope="module")
def browser(started: object) -> Iterator["Browser"]:
    """After the server, whose start needs an event loop of its own."""
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def signed_in(browser: "Browser", started: tuple[RealServer, str], **options: object) -> Iterator["Page"]:
    """A page of somebody signed in. In the end nothing was blocked and no script has failed."""
    server, token = started
    context = browser.new_context(base_url=server.url, **options)
    context.add_cookies([{"name": "staff", "value": token, "url": server.url}])
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(browser: "Browser", started: tuple[RealServer, str], scheme: str, width: int) -> None:
    with signed_in(browser, started, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
        for path in PAGES:
            page.goto(path, wait_until="networkidle")
            for details in page.locator("details").all():
                details.locator("summary").click()
            page.evaluate(AXE.read_text(encoding="utf-8"))
            result = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", TAGS)
            found = [(v["id"], v["help"], [n["target"] for n in v["nodes"]]) for v in result["violations"]]
            assert found == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"


def test_every_picture_is_drawn(browser: "Browser", started: tuple[RealServer, str]) -> None:
    with signed_in(browser, started) as page:
        page.goto("/staff/analytics")
        for picture in page.locator("main img").all():
            picture.scroll_into_view_if_needed()
            picture.evaluate("image => image.decode()")
        assert page.locator("main img").count() == 6  # nobody has judged anything


def test_a_clinician_signs_off_and_withdraws_by_keyboard(browser: "Browser", started: tuple[RealServer, str]) -> None:
    with signed_in(browser, started, java_script_enabled=False) as page:
        page.goto("/staff/answers")
        page.get_by_role("link", name="How long the battery lasts").press("Enter")
        page.get_by_role("button", name="Sign this text off").press("Enter")
        page.get_by_text("Dr Example approved this text on").wait_for()
        page.get_by_label("Why the sign-off is withdrawn").fill("A new leaflet came.")
        page.get_by_role("button", name="Withdraw the sign-off").press("Enter")
        page.get_by_text("Needs a new sign-off: it was withdrawn").wait_for()
