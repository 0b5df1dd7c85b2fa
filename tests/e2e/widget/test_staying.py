"""The conversation stays: through reloads, in other tabs, without a network, and when the server is killed."""

import json
from pathlib import Path

from playwright.sync_api import expect
from running import PumpTalk

from widget.conftest import Come
from widget.gate import Gate
from widget.server_process import ServerProcess
from widget.visitor import BATTERY, REFILL, Visitor


def test_a_reload_shows_the_same_conversation(visitor: Visitor) -> None:
    text = visitor.ask(BATTERY).locator(".body").inner_text()
    visitor.page.reload()
    expect(visitor.replies).to_have_count(2)
    assert visitor.replies.last.locator(".body").inner_text() == text
    expect(visitor.mine.locator(".text")).to_have_text([BATTERY])
    visitor.ask(REFILL, number=3)


def test_a_tapped_button_has_its_title_after_a_reload_too(visitor: Visitor) -> None:
    title = visitor.reply(1).get_by_role("button").nth(4).inner_text()
    visitor.button(title).click()
    visitor.reply(2)
    visitor.page.reload()
    expect(visitor.mine.locator(".text")).to_have_text([title])


def test_two_tabs_show_one_conversation(visitor: Visitor) -> None:
    first = visitor.page
    visitor.new_tab()
    visitor.go()
    visitor.open()
    visitor.ask(BATTERY)
    second, visitor.page = visitor.page, first
    visitor.reply(2)
    expect(visitor.mine.locator(".text")).to_have_text([BATTERY])
    visitor.ask(REFILL, number=3)
    visitor.page = second
    visitor.reply(3)
    assert visitor.logged_texts("visitor") == [BATTERY, REFILL]


def test_a_new_chat_in_one_tab_is_the_new_chat_of_all(visitor: Visitor) -> None:
    visitor.ask(BATTERY)
    first = visitor.page
    visitor.new_tab()
    visitor.go()
    visitor.launcher.click()
    visitor.reply(2)
    visitor.button("More").click()
    visitor.button("Start a new chat").click()
    visitor.reply(1)
    visitor.page = first
    visitor.reply(1)
    expect(visitor.mine).to_have_count(0)


def test_messages_without_a_network_are_kept_and_sent_once_when_it_returns(visitor: Visitor) -> None:
    visitor.may_complain = True  # the browser itself notes each request that could not go out
    visitor.context.set_offline(True)
    visitor.say(BATTERY)
    expect(visitor.mine.last).to_contain_text("will be sent when you are back online")
    expect(visitor.mine.last.get_by_role("link", name="+1 555-0100")).to_be_visible()
    visitor.say(REFILL)
    visitor.context.set_offline(False)
    visitor.reply(3)
    expect(visitor.widget.locator(".mine .failure")).to_have_count(0)
    assert visitor.logged_texts("visitor") == [BATTERY, REFILL]


def test_what_was_not_sent_before_a_reload_is_sent_after_it(visitor: Visitor) -> None:
    visitor.may_complain = True
    visitor.page.route("**/messages", lambda route: route.abort())
    visitor.say(BATTERY)
    expect(visitor.mine.last).to_contain_text("Trying again")
    visitor.page.unroute("**/messages")
    visitor.page.reload()
    visitor.reply(2)
    assert visitor.logged_texts("visitor") == [BATTERY]


def test_a_server_killed_in_the_middle_of_a_message_answers_it_once(
    come: Come, pumptalk: PumpTalk, tmp_path: Path
) -> None:
    with Gate(pumptalk.ports[1]) as gate, ServerProcess(tmp_path, gate.port) as server:
        visitor = come(url=server.url)
        visitor.may_complain = True
        visitor.go()
        visitor.open()
        gate.close()
        visitor.say(BATTERY)
        gate.wait_for_somebody()  # the server has taken the message and is asking the bot
        server.kill()
        expect(visitor.mine.last).to_contain_text("Trying again")
        gate.open()
        server.start()
        answer = visitor.reply(2)
        expect(answer).to_contain_text("5 to 10 years")
        assert visitor.logged_texts("visitor") == [BATTERY]
        assert len(visitor.logged_texts("bot")) == 2
        visitor.ask(REFILL, number=3)


def test_a_conversation_that_is_gone_makes_room_for_a_new_one(visitor: Visitor) -> None:
    visitor.may_complain = True  # the browser notes the 404
    key = visitor.page.evaluate("Object.keys(localStorage).find((name) => name.endsWith(':conversation'))")
    value = json.dumps({"id": "gone", "token": "nobody's"})
    visitor.page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, value])
    visitor.page.reload()
    expect(visitor.panel).to_contain_text("Your earlier conversation is no longer here")
    visitor.ask(BATTERY)


def test_without_storage_the_chat_works_and_says_what_it_forgets(come: Come) -> None:
    visitor = come()
    visitor.page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"])
            Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });"""
    )
    visitor.go()
    visitor.open()
    expect(visitor.panel).to_contain_text("does not let this chat remember")
    visitor.ask(BATTERY)
