"""A visitor comes for the first time and asks."""

import os

from playwright.sync_api import expect
from running import ROOT

from widget.conftest import Come
from widget.visitor import BATTERY, CRISIS, EMERGENCY, UNCLEAR, Visitor

README_PICTURE = ROOT / "docs" / "conversation.png"


def test_the_greeting_offers_six_questions_and_says_what_is_kept(visitor: Visitor) -> None:
    greeting = visitor.reply(1)
    expect(greeting).to_contain_text("I am the chatbot of")
    assert greeting.get_by_role("button").count() == 6
    expect(visitor.panel).to_contain_text("What you type is stored")
    expect(visitor.question).to_be_focused()


def test_an_answer_names_its_documents_in_one_tap_and_shows_them_side_by_side(visitor: Visitor) -> None:
    answer = visitor.ask(BATTERY)
    views = answer.locator(".views > li")
    expect(views.filter(has_text="University of Maryland")).to_contain_text("5 to 10 years")
    expect(views.filter(has_text="Premier")).to_contain_text("3 to 5 years")
    first, second = (views.nth(i).bounding_box() for i in (0, 1))
    assert first["y"] == second["y"]
    assert first["x"] + first["width"] <= second["x"]
    if os.environ.get("UPDATE_SCREENSHOTS") == "1":
        visitor.page.screenshot(path=README_PICTURE)

    document = answer.get_by_text("Intrathecal Therapy")
    expect(document).to_be_hidden()
    answer.get_by_text("Where this comes from").click()
    expect(document).to_be_visible()
    page = answer.get_by_role("link", name="Read this as a page")
    expect(page).to_have_attribute("href", f"{visitor.url}/faq/battery_life")
    expect(page).to_have_attribute("target", "_blank")


def test_a_starter_tapped_twice_is_asked_once(visitor: Visitor) -> None:
    starter = visitor.reply(1).get_by_role("button").first
    title = starter.inner_text()
    starter.dblclick()
    visitor.reply(2)
    expect(visitor.mine.locator(".text")).to_have_text([title])
    assert len(visitor.logged_texts("visitor")) == 1


def test_a_question_back_is_answered_by_a_tap_and_its_choices_go(visitor: Visitor) -> None:
    question_back = visitor.ask(UNCLEAR)
    choices = question_back.locator(".choices button")
    expect(choices.last).to_have_text("Something else")
    choice = choices.first.inner_text()
    choices.first.click()
    visitor.reply(3)
    expect(visitor.mine.last.locator(".text")).to_have_text(choice)
    expect(question_back.locator(".choices button")).to_have_count(0)


def test_an_emergency_stands_out_and_can_be_called(visitor: Visitor) -> None:
    answer = visitor.ask(EMERGENCY)
    expect(answer.get_by_role("heading")).to_have_text("Get help now")
    expect(answer.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    expect(answer.locator(".body").get_by_role("link", name="+1 555-0100")).to_have_attribute("href", "tel:+15550100")


def test_someone_in_despair_can_call_or_text_the_crisis_line(visitor: Visitor) -> None:
    answer = visitor.ask(CRISIS)
    expect(answer.get_by_role("heading")).to_have_text("You can talk to someone now")
    expect(answer.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    expect(answer.get_by_role("link", name="Text 988")).to_have_attribute("href", "sms:988")


def test_the_sign_that_an_answer_is_coming_is_there_only_while_waiting(visitor: Visitor) -> None:
    waiting = visitor.widget.get_by_text("Looking for an answer")
    held, let_go = [], []
    # The message may reach the route only after it has been opened.
    visitor.page.route("**/messages", lambda route: route.continue_() if let_go else held.append(route))
    visitor.say(BATTERY)
    expect(waiting).to_be_visible()
    let_go.append(True)
    for route in held:
        route.continue_()
    visitor.reply(2)
    expect(waiting).to_be_hidden()


def test_every_message_tells_its_time(visitor: Visitor) -> None:
    visitor.ask(BATTERY)
    for time in visitor.widget.locator(".messages time").all():
        assert time.get_attribute("datetime").endswith("Z")
        assert ":" in time.inner_text()
    assert visitor.widget.locator(".messages time").count() == 3


def test_half_a_question_survives_a_reload(visitor: Visitor) -> None:
    visitor.question.fill("What about swim")
    visitor.page.reload()
    expect(visitor.question).to_have_value("What about swim")


def test_the_widget_moves_nothing_on_the_page(come: Come) -> None:
    visitor = come()
    visitor.page.add_init_script(
        """window.shifts = []; new PerformanceObserver((list) => window.shifts.push(...list.getEntries()
            .map((entry) => entry.value))).observe({ type: "layout-shift", buffered: true });"""
    )
    visitor.host(f"<!doctype html><h1>A page</h1>{'<p>Some text.</p>' * 40}<script src=/widget.js></script>")
    visitor.open()
    visitor.ask(BATTERY)
    assert visitor.page.evaluate("window.shifts") == []


def test_the_panel_is_loaded_only_when_it_is_opened(come: Come) -> None:
    visitor = come()
    loaded: list[str] = []
    visitor.page.on("request", lambda request: loaded.append(request.url))
    visitor.go()
    expect(visitor.launcher).to_be_visible()
    assert not [url for url in loaded if "/widget/" in url or "/conversations" in url]
    visitor.open()
    assert len([url for url in loaded if "/widget/panel-" in url]) == 1
