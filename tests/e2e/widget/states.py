"""Every state in which a visitor can find the widget: how to get there. Tests look at each, screenshots show them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import expect

from widget.visitor import BATTERY, CRISIS, EMERGENCY, UNCLEAR, Visitor

PHONE = {"width": 390, "height": 780, "has_touch": True, "is_mobile": True}
SMALL_PHONE = {"width": 320, "height": 568, "has_touch": True, "is_mobile": True}
DESKTOP = {"width": 1100, "height": 800}

# For what the server would have to be broken for.
_OUT_OF_ORDER = {"status": 429, "headers": {"Retry-After": "600"}, "body": ""}


@dataclass(frozen=True)
class State:
    """A state's name, the way to it, and the browser in which it is looked at."""

    name: str
    reach: Callable[[Visitor], None]
    browser: dict[str, Any] = field(default_factory=lambda: PHONE)


def _closed(visitor: Visitor) -> None:
    visitor.go()
    expect(visitor.launcher).to_be_visible()


def _greeting(visitor: Visitor) -> None:
    visitor.go()
    visitor.open()


def _answer(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.ask("Does it hurt when the pump is refilled?").get_by_text("Where this comes from").click()


def _differing(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.ask(BATTERY)


def _clarify(visitor: Visitor) -> None:
    _greeting(visitor)
    expect(visitor.ask(UNCLEAR).locator(".choices button").last).to_have_text("Something else")


def _emergency(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.ask(EMERGENCY)


def _crisis(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.ask(CRISIS)


def _advice(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.ask("Should I take more of my morphine tablets today?")


def _waiting(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.page.route("**/messages", lambda route: None)
    visitor.say(BATTERY)
    expect(visitor.panel).to_contain_text("Looking for an answer")


def _offline(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.context.set_offline(True)
    visitor.say(BATTERY)
    expect(visitor.panel).to_contain_text("will be sent when you are back online")


def _not_sent(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.page.route("**/messages", lambda route: route.fulfill(**_OUT_OF_ORDER))
    visitor.say(BATTERY)
    expect(visitor.panel).to_contain_text("Not sent")


def _away(visitor: Visitor) -> None:
    visitor.page.route("**/conversations", lambda route: route.fulfill(**_OUT_OF_ORDER))
    visitor.go()
    visitor.launcher.click()
    expect(visitor.panel).to_contain_text("Try again")


def _not_loaded(visitor: Visitor) -> None:
    visitor.page.route("**/widget/*", lambda route: route.abort())
    visitor.go()
    visitor.launcher.click()
    expect(visitor.widget).to_contain_text("could not be loaded")


def _too_long(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.question.fill("a question that has no end " * 90)
    expect(visitor.panel).to_contain_text("Please shorten it")


def _menu(visitor: Visitor) -> None:
    _differing(visitor)
    visitor.button("More").click()


def _erase_question(visitor: Visitor) -> None:
    _menu(visitor)
    visitor.button("Delete my chat").click()


def _person(visitor: Visitor) -> None:
    _greeting(visitor)
    visitor.button("Talk to a person").click()


def _form_faults(visitor: Visitor) -> None:
    _person(visitor)
    visitor.button("Ask for a call").click()
    expect(visitor.panel).to_contain_text("Please give your name")


def _feedback(visitor: Visitor) -> None:
    _differing(visitor)
    visitor.page.route("**/feedback", lambda route: route.fulfill(status=204))
    visitor.replies.last.get_by_role("button", name="No", exact=True).click()
    expect(visitor.panel).to_contain_text("What was missing or wrong?")


def _large_letters(visitor: Visitor) -> None:
    _differing(visitor)
    for _ in range(3):
        visitor.button("Text size").click()
    expect(visitor.button("Text size")).to_have_attribute("aria-label", "Text size, now 175 %")


def _faq(visitor: Visitor) -> None:
    visitor.go("/faq")


def _faq_search(visitor: Visitor) -> None:
    visitor.go("/faq?q=battery")


def _faq_nothing(visitor: Visitor) -> None:
    visitor.go("/faq?q=xylophone")


def _faq_topic(visitor: Visitor) -> None:
    visitor.go("/faq/battery_life")


STATES = [
    State("closed", _closed),
    State("closed-desktop", _closed, DESKTOP),
    State("greeting", _greeting),
    State("greeting-desktop", _greeting, DESKTOP),
    State("answer", _answer),
    State("answer-desktop", _answer, DESKTOP),
    State("differing", _differing),
    State("differing-desktop", _differing, DESKTOP),
    State("clarify", _clarify),
    State("emergency", _emergency),
    State("emergency-desktop", _emergency, DESKTOP),
    State("crisis", _crisis),
    State("advice", _advice),
    State("waiting", _waiting),
    State("offline", _offline),
    State("not-sent", _not_sent),
    State("away", _away),
    State("not-loaded", _not_loaded),
    State("too-long", _too_long),
    State("menu", _menu),
    State("erase", _erase_question),
    State("person", _person),
    State("form-faults", _form_faults),
    State("feedback", _feedback),
    State("large-letters", _large_letters),
    State("small-phone-greeting", _greeting, SMALL_PHONE),
    State("small-phone-differing", _differing, SMALL_PHONE),
    State("small-phone-emergency", _emergency, SMALL_PHONE),
    State("dark-greeting", _greeting, {**PHONE, "color_scheme": "dark"}),
    State("dark-differing", _differing, {**PHONE, "color_scheme": "dark"}),
    State("dark-emergency", _emergency, {**PHONE, "color_scheme": "dark"}),
    State("dark-crisis-desktop", _crisis, {**DESKTOP, "color_scheme": "dark"}),
    State("dark-not-sent", _not_sent, {**PHONE, "color_scheme": "dark"}),
    State("forced-colors", _emergency, {**DESKTOP, "forced_colors": "active"}),
    State("spanish-greeting", lambda visitor: _greeting(visitor), {**PHONE, "locale": "es-MX"}),
    State("zoomed-200", _differing, {"width": 640, "height": 400, "device_scale_factor": 2}),
    State("faq", _faq),
    State("faq-desktop", _faq, DESKTOP),
    State("faq-search", _faq_search),
    State("faq-nothing", _faq_nothing),
    State("faq-topic", _faq_topic),
    State("faq-topic-dark", _faq_topic, {**PHONE, "color_scheme": "dark"}),
]
