"""Servers that are broken and texts that mean harm: the visitor knows what happened, and has the clinic's phone."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from widget.conftest import Come
from widget.visitor import BATTERY, PATIENCE_MS, Visitor

PHONE = "+1 555-0100"
HTML = {"status": 200, "content_type": "text/html", "body": "<h1>Log in to the hotel's network</h1>"}
PROBLEM = {
    "content_type": "application/problem+json",
    "body": json.dumps({"detail": "Something went wrong on our side."}),
}

BROKEN: dict[str, dict[str, object]] = {
    "overloaded for long": {"status": 429, "headers": {"Retry-After": "3600"}, "body": ""},
    "closed": {"status": 503, "headers": {"Retry-After": "3600"}, "body": ""},
    "faulty": {"status": 500, **PROBLEM},
    "a page instead of an answer": HTML,
    "a page of a proxy": {**HTML, "status": 404},
    "nothing": {"status": 200, "body": ""},
    "another shape": {"status": 200, "content_type": "application/json", "body": '{"replies": "none"}'},
    "no object": {"status": 200, "content_type": "application/json", "body": "[[[]]]"},
}

EVIL = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> javascript:alert(1) '
    '<a href="javascript:window.hacked=1">x</a> ${window.hacked=1} {{constructor.constructor("window.hacked=1")()}}'
)


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_message_that_cannot_be_taken_is_kept_and_said_to_be(come: Come, answer: dict[str, object]) -> None:
    visitor = come()
    visitor.may_complain = True  # the browser notes bad statuses
    visitor.page.clock.install()
    visitor.go()
    visitor.open()
    visitor.page.route("**/messages", lambda route: route.fulfill(**answer))
    visitor.say(BATTERY)
    _until(visitor, "Not sent")
    expect(visitor.mine.last.get_by_role("link", name=PHONE).first).to_be_visible()
    visitor.page.unroute("**/messages")
    visitor.button("Try again").click()
    visitor.reply(2)
    expect(visitor.widget.locator(".mine .failure")).to_have_count(0)
    assert visitor.logged_texts("visitor") == [BATTERY]


def test_a_server_that_is_away_is_asked_again_and_then_the_visitor_is_told(come: Come) -> None:
    visitor = come()
    visitor.may_complain = True
    visitor.page.clock.install()
    visitor.go()
    visitor.open()
    visitor.page.route("**/messages", lambda route: route.abort("connectionrefused"))
    visitor.say(BATTERY)
    expect(visitor.mine.last).to_contain_text("Trying again")
    expect(visitor.mine.last.get_by_role("link", name=PHONE)).to_be_visible()
    _until(visitor, "Not sent")
    visitor.button("Change the message").click()
    expect(visitor.question).to_have_value(BATTERY)
    expect(visitor.mine).to_have_count(0)


def test_a_busy_server_is_asked_again_when_it_said_so(visitor: Visitor) -> None:
    visitor.may_complain = True
    busy = {"status": 429, "headers": {"Retry-After": "1"}, "body": ""}
    _once(visitor, "**/messages", lambda route: route.fulfill(**busy))
    visitor.ask(BATTERY)
    assert visitor.logged_texts("visitor") == [BATTERY]


def test_a_slow_server_keeps_nobody_in_the_dark(come: Come) -> None:
    visitor = come()
    visitor.page.clock.install()
    visitor.go()
    visitor.open()
    _once(visitor, "**/messages", lambda route: None)
    visitor.say(BATTERY)
    expect(visitor.panel).to_contain_text("Looking for an answer")
    visitor.page.clock.fast_forward(31_000)
    expect(visitor.mine.last).to_contain_text("Trying again")
    visitor.page.clock.fast_forward(2_000)
    visitor.reply(2)


def test_a_message_that_the_server_refuses_can_be_changed(visitor: Visitor) -> None:
    visitor.may_complain = True
    refusal = {"content_type": "application/problem+json", "body": json.dumps({"detail": "At most 5 characters."})}
    visitor.page.route("**/messages", lambda route: route.fulfill(status=422, **refusal))
    visitor.say(BATTERY)
    expect(visitor.mine.last).to_contain_text("At most 5 characters.")
    expect(visitor.button("Try again")).to_have_count(0)
    visitor.button("Change the message").click()
    expect(visitor.question).to_have_value(BATTERY)


def test_fifty_thousand_characters_are_not_sent_and_not_lost(visitor: Visitor) -> None:
    text = "pain " * 10_000
    visitor.question.fill(text)
    expect(visitor.panel).to_contain_text("50,000 characters long; at most 2,000 can be sent")
    visitor.button("Send").click()
    expect(visitor.question).to_have_value(text)
    expect(visitor.mine).to_have_count(0)


def test_markup_in_a_message_stays_text(visitor: Visitor) -> None:
    visitor.ask(EVIL)
    expect(visitor.mine.locator(".text")).to_have_text(EVIL)
    visitor.page.reload()
    expect(visitor.mine.locator(".text")).to_have_text(EVIL)
    assert visitor.page.evaluate("window.hacked") is None


def test_markup_in_a_reply_stays_text(visitor: Visitor) -> None:
    metadata = {
        "kind": "answer",
        "topics": [EVIL],
        "message_id": EVIL,
        "sources": [{"organisation": EVIL, "document": EVIL}, {"organisation": "b", "document": "c"}],
    }
    text = f"{EVIL}\n• {EVIL}: {EVIL}\n• b: c"
    reply = {"text": text, "buttons": [{"title": EVIL, "payload": EVIL}], "metadata": metadata}
    body = json.dumps({"client_message_id": "x", "state": "answered", "replies": [reply]})
    visitor.page.route("**/messages", lambda route: route.fulfill(content_type="application/json", body=body))
    visitor.say(BATTERY)
    answer = visitor.reply(2)
    expect(answer.locator(".text").first).to_have_text(EVIL)
    answer.get_by_text("Where this comes from").click()
    assert answer.locator("script, img").count() == 0
    assert answer.locator("a[href^='javascript']").count() == 0
    assert visitor.page.evaluate("window.hacked") is None


def test_a_chat_that_cannot_be_opened_says_so_and_opens_later(come: Come) -> None:
    visitor = come()
    visitor.may_complain = True
    visitor.page.route("**/conversations", lambda route: route.fulfill(**HTML))
    visitor.go()
    visitor.launcher.click()
    expect(visitor.widget.get_by_role("alert")).to_contain_text("The chat has a fault")
    expect(visitor.widget.get_by_role("alert").get_by_role("link", name=PHONE)).to_be_visible()
    visitor.page.unroute("**/conversations")
    visitor.button("Try again").click()
    visitor.reply(1)
    visitor.ask(BATTERY)


def test_a_panel_that_does_not_load_leaves_the_phone(come: Come) -> None:
    visitor = come()
    visitor.may_complain = True
    _once(visitor, "**/widget/*", lambda route: route.abort())
    visitor.go()
    visitor.launcher.click()
    note = visitor.widget.get_by_role("alert")
    expect(note).to_contain_text("could not be loaded")
    expect(note.get_by_role("link", name=PHONE)).to_have_attribute("href", "tel:+15550100")
    visitor.open()
    expect(note).to_be_hidden()


@pytest.mark.parametrize(
    ("address", "act"),
    [
        ("**/transcript", lambda v: (v.button("More").click(), v.button("Download this conversation").click())),
        ("**/feedback", lambda v: v.replies.last.get_by_role("button", name="Yes", exact=True).click()),
        ("**/contact", lambda v: _ask_for_a_call(v)),
        ("**/conversations/*", lambda v: _erase(v)),
    ],
    ids=["transcript", "feedback", "contact", "erase"],
)
@pytest.mark.parametrize("status", [404, 501])
def test_what_did_not_work_is_said_with_the_phone(
    visitor: Visitor, address: str, act: Callable[[Visitor], object], status: int
) -> None:
    visitor.may_complain = True
    visitor.ask(BATTERY)
    visitor.page.route(address, lambda route: route.fulfill(status=status, **PROBLEM))
    act(visitor)
    if address.endswith("*") and status == 404:
        # What is gone already need not be deleted.
        expect(visitor.panel).to_contain_text("Your conversation was deleted")
        return
    said = visitor.widget.locator("p:visible", has_text="That did not work")
    expect(said).to_contain_text(PHONE)


def _ask_for_a_call(visitor: Visitor) -> None:
    visitor.button("Talk to a person").click()
    visitor.widget.get_by_label("Your name").fill("A visitor")
    visitor.widget.get_by_label("Your phone").fill("555-0123")
    visitor.button("Ask for a call").click()


def _erase(visitor: Visitor) -> None:
    visitor.button("More").click()
    visitor.button("Delete my chat").click()
    visitor.button("Delete it").click()


def _once(visitor: Visitor, address: str, handle: Callable[[Route], object]) -> None:
    visitor.page.route(address, handle, times=1)


def _until(visitor: Visitor, text: str) -> None:
    """Let time pass quickly until the last message says this."""
    for _ in range(12):
        visitor.page.clock.fast_forward(8_000)
        if visitor.mine.last.get_by_text(text, exact=True).is_visible():
            return
        visitor.page.wait_for_load_state("networkidle")
    expect(visitor.mine.last).to_contain_text(text, timeout=PATIENCE_MS)
