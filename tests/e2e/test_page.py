"""The demonstration page in a real browser: Chromium, /usr/bin/chromium or what CHROMIUM names."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from running import ROOT, PumpTalk

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; run `make setup`")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1100, "height": 900}
SCREENSHOT = ROOT / "docs" / "conversation.png"

pytestmark = pytest.mark.skipif(
    not CHROMIUM.is_file(), reason=f"there is no {CHROMIUM}; install Chromium or set CHROMIUM"
)


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "playwright.Browser", pumptalk: PumpTalk) -> Iterator["playwright.Page"]:
    """The page, open; in the end nothing was complained about and no other host was asked."""
    page = browser.new_page(viewport=DESKTOP)
    complaints: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.goto(pumptalk.url)
    yield page
    page.close()
    assert complaints == []
    assert asked == {urlsplit(pumptalk.url).netloc}


def last_reply(page: "playwright.Page", replies: int) -> "playwright.Locator":
    """The newest reply, once there are so many."""
    bubbles = page.locator("#messages > .bot")
    playwright.expect(bubbles).to_have_count(replies, timeout=15_000)
    return bubbles.last


def send(page: "playwright.Page", text: str) -> None:
    page.get_by_label("Your question").fill(text)
    page.get_by_role("button", name="Send").click()


def test_typed_question_is_answered_with_its_sources(page: "playwright.Page") -> None:
    playwright.expect(last_reply(page, 1)).to_contain_text("I am the chatbot of")
    send(page, "How long does the battery last?")

    answer = last_reply(page, 2)
    views = answer.locator("li")
    playwright.expect(views.filter(has_text="University of Maryland")).to_contain_text("5 to 10 years")
    playwright.expect(views.filter(has_text="Premier")).to_contain_text("3 to 5 years")
    sources = answer.locator(".sources")
    playwright.expect(sources).to_contain_text("From: ")
    playwright.expect(sources).to_contain_text("University of Maryland")
    playwright.expect(sources).to_contain_text("Premier")
    if os.environ.get("UPDATE_SCREENSHOTS") == "1":
        page.screenshot(path=SCREENSHOT)


def test_starter_button_is_answered_once(page: "playwright.Page") -> None:
    last_reply(page, 1)
    starter = page.locator("#messages > .bot").first.get_by_role("button").first
    title = starter.inner_text()
    starter.click()
    playwright.expect(page.locator("#messages > .visitor")).to_contain_text(title)
    playwright.expect(last_reply(page, 2).locator(".sources")).to_contain_text("From: ")
    playwright.expect(starter).to_be_disabled()


def test_reload_keeps_the_conversation(page: "playwright.Page") -> None:
    last_reply(page, 1)
    send(page, "How often is the pump refilled?")
    text = last_reply(page, 2).inner_text()
    page.reload()
    assert last_reply(page, 2).inner_text() == text


def test_emergency_stands_out_and_can_be_called(page: "playwright.Page") -> None:
    last_reply(page, 1)
    send(page, "My husband has a pump and I cannot wake him, his lips are blue")
    answer = last_reply(page, 2)
    playwright.expect(answer.get_by_role("heading")).to_have_text("Get help now")
    playwright.expect(answer.get_by_role("link", name="911").first).to_have_attribute("href", "tel:911")
