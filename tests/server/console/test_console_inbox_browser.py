"""The inbox in a real browser: by keyboard, live, inert to what a hostile visitor wrote, and open to everybody."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from console_browser import check, chromium
from real_server import RealServer, real_server
from server_fakes import GOLDEN

from server.console.models import StaffAccount
from server.console.roles import Role
from server.console.sessions import StaffSessions
from server.db import Database
from server.settings import async_database_url

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LIST = "/staff/conversations"
ANSWER, ASK_BACK, SAFETY = json.loads(GOLDEN.read_text(encoding="utf-8"))
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, data: Path, migrated_file: Path) -> Iterator[RealServer]:
    with real_server(tmp_path_factory.mktemp("inbox"), data, migrated_file, RATE_LIMIT_ADDRESS="") as started:
        yield started


@pytest.fixture(scope="module")
def browser(token: str) -> Iterator["Browser"]:
    """After the token: Playwright runs a loop of its own in this thread, beside which there is no other."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def token(server: RealServer) -> str:
    """A signed-in manager's."""
    return asyncio.run(_signed_in(f"sqlite:///{server.log.parent / 'real.db'}"))


@pytest.fixture
def page(browser: "Browser", server: RealServer, token: str) -> Iterator["Page"]:
    """The manager's browser. In the end nothing has failed in it."""
    context = browser.new_context(base_url=server.url)
    context.add_cookies([{"name": "staff", "value": token, "url": server.url}])
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # The judging form is another part's, and not what is looked at here.
    page.route("**/staff/teaching/**", lambda route: route.fulfill(body=""))
    yield page
    context.close()
    assert complaints == []


async def _signed_in(url: str) -> str:
    database = Database(async_database_url(url))
    async with database.session() as session:
        now = datetime.now(UTC)
        for number, name in enumerate(("Jane Doe", "Sam Roe")):
            account = StaffAccount(id=f"{number}", email=f"{number}@clinic.example", name=name, created_at=now)
            account.roles = [Role.MANAGER]
            session.add(account)
        await session.flush()
        token = await StaffSessions(session).start("0", complete=True)
    await database.close()
    return token


def talk(server: RealServer, *said: tuple[str, dict[str, Any]], comment: str = "", contact: bool = False) -> str:
    """A visitor's conversation; returns its id."""
    with server.client() as client:
        opened = client.post("/api/v1/conversations").json()
        address, headers = f"/api/v1/conversations/{opened['id']}", {"Authorization": f"Bearer {opened['token']}"}
        for number, (text, reply) in enumerate(said):
            server.rasa.replies = [reply]
            body = {"client_message_id": str(number), "text": text}
            answered = client.post(f"{address}/messages", json=body, headers=headers)
            assert answered.status_code == 200, answered.text
        if comment:
            rated = {"message_id": answered.json()["replies"][-1]["metadata"]["message_id"], "rating": "down"}
            _post(client, f"{address}/feedback", headers, {**rated, "comment": comment})
        if contact:
            wish = {"name": "Ann Example", "phone": "+1 555-0111", "when": "in the morning"}
            _post(client, f"{address}/contact", headers, wish)
    return str(opened["id"])


def _post(client: httpx.Client, address: str, headers: dict[str, str], body: dict[str, str]) -> None:
    assert client.post(address, json=body, headers=headers).is_success


def test_the_pages_are_open_to_everybody(page: "Page", server: RealServer) -> None:
    for question in ("Can I have an MRI with it?", "does the refill hurt", "How long until I can drive again?"):
        talk(server, (question, ANSWER), ("And then?", ANSWER))
    talk(server, ("what about the little thing", ASK_BACK), ("/battery_life", ANSWER), comment="That was not it.")
    talk(server, ("Can somebody call me about my bill?", ANSWER), contact=True)
    danger = talk(server, ("How long does it last?", ANSWER), ("I cannot breathe and my chest hurts", SAFETY))
    page.goto(LIST)
    check(page, "conversations")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("How sure the bot was").select_option("unsure")
    page.get_by_role("button", name="Show").click()
    assert page.locator("tbody tr").count() == 1
    page.get_by_label("Keep these filters").fill("Unsure")
    page.get_by_role("button", name="Keep").click()
    check(page, "conversations-filtered")
    page.goto("/staff/red-flags")
    check(page, "red-flags")
    page.get_by_role("article").get_by_role("link").first.click()
    assert page.url.endswith(danger)
    page.get_by_label("New tag").fill("called")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("For your colleagues").fill("She is on her way to the hospital.")
    page.get_by_role("button", name="Add note").click()
    check(page, "conversation")
    page.goto("/staff/red-flags")
    page.get_by_label("What was done").first.fill("Called her and 911.")
    page.get_by_role("button", name="Mark as handled").first.click()
    assert page.get_by_role("status").first.inner_text() == "The red flag is marked as handled."
    assert page.get_by_role("row").nth(1).inner_text().count("Jane Doe") == 2
    check(page, "red-flags-handled")
    page.goto(f"{LIST}?q=nothing-like-it")
    check(page, "conversations-empty")


def test_by_keyboard(page: "Page", server: RealServer) -> None:
    ids = [talk(server, (f"keyboard {number}", ANSWER)) for number in range(3)]
    page.goto(f"{LIST}?review=unreviewed")
    focused = "document.activeElement.closest('tr')?.id"
    for key, place in (("j", 2), ("j", 1), ("j", 0), ("k", 1)):
        page.keyboard.press(key)
        assert page.evaluate(focused) == f"line-{ids[place]}"
    with page.expect_response(re.compile(r"/review$")):
        page.keyboard.press("r")
    page.locator(f"#line-{ids[1]}").wait_for(state="detached")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**/{ids[2]}")
    page.keyboard.press("r")
    page.get_by_text("Marked as reviewed.").wait_for()
    # The text is there before the script that listens to keys.
    page.wait_for_load_state()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    check(page, "conversations-keys")
    page.keyboard.press("Escape")
    page.get_by_label("For your colleagues").fill("")
    page.keyboard.type("jkor?")
    assert page.get_by_label("For your colleagues").input_value() == "jkor?"
    assert not page.get_by_role("dialog").is_visible()


def test_single_keys_can_be_turned_off(page: "Page", server: RealServer) -> None:
    talk(server, ("off", ANSWER))
    page.goto(LIST)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use single keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tr')") is None
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()


def test_news_come_by_themselves_and_stop_when_nobody_looks(page: "Page", server: RealServer) -> None:
    page.clock.install()
    page.goto(LIST)
    talk(server, ("brand new", ANSWER))
    with page.expect_response(re.compile("/news")):
        page.clock.run_for(21_000)
    page.get_by_role("link", name="1 new conversation: show").click()
    page.locator("tbody tr").first.get_by_text("brand new").wait_for()
    # Counted where the page asks: a request that waited for the one before it may leave the browser much later.
    page.evaluate("() => { window.polls = 0; document.addEventListener('poll', () => window.polls++, true); }")
    with page.expect_response(re.compile("/news")):
        page.clock.run_for(6 * 60 * 1000)
    before = page.evaluate("window.polls")
    page.clock.run_for(10 * 60 * 1000)
    assert page.evaluate("window.polls") == before > 0
    page.mouse.move(5, 5)
    with page.expect_response(re.compile("/news")):
        page.clock.run_for(21_000)


def test_without_javascript(browser: "Browser", server: RealServer, token: str) -> None:
    made = talk(server, ("no script", ANSWER))
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    context.add_cookies([{"name": "staff", "value": token, "url": server.url}])
    page = context.new_page()
    page.goto(f"{LIST}?review=unreviewed")
    page.locator(f"#line-{made}").get_by_role("button").click()
    assert page.url.endswith(f"{LIST}?review=unreviewed")
    assert page.locator(f"#line-{made}").count() == 0
    page.goto(f"{LIST}/{made}")
    page.get_by_label("Who looks after it").select_option("Sam Roe")
    page.get_by_role("button", name="Assign").click()
    assert page.get_by_text("Assigned.").is_visible()
    context.close()


def test_what_a_hostile_visitor_wrote_runs_nothing(page: "Page", server: RealServer) -> None:
    made = talk(server, (HOSTILE, {**ANSWER, "custom": {**ANSWER["custom"], "text": HOSTILE}}), comment=HOSTILE)
    for address in (LIST, f"{LIST}/{made}", f"{LIST}?q={HOSTILE}"):
        page.goto(address)
        assert "for staff" in page.title()
        assert page.locator("main img, main script").count() == 0
    page.goto(f"{LIST}/{made}")
    assert HOSTILE in page.locator(".bubble.bot .text").last.inner_text()
