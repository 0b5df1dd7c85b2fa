"""Keyboard, screen reader, zoom, other directions of writing, other languages."""

from playwright.sync_api import expect

from widget.conftest import Come
from widget.states import PHONE, SMALL_PHONE
from widget.visitor import BATTERY, EMERGENCY, Visitor

# What a screen reader is told: every text that is added to a live region.
_LISTEN = """() => {
    window.told = [];
    const panel = document.querySelector("pumptalk-widget").shadowRoot.querySelector("pumptalk-panel").shadowRoot;
    for (const region of panel.querySelectorAll("[aria-live='polite'], [aria-live='assertive']")) {
        new MutationObserver((changes) => {
            for (const { addedNodes } of changes)
                for (const node of addedNodes) window.told.push([region.getAttribute("aria-live"), node.textContent]);
        }).observe(region, { childList: true, subtree: true, characterData: true });
    }
}"""

_FOCUSED = """() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.id || active?.getAttribute("aria-label") || active?.textContent.trim();
}"""


def focused(visitor: Visitor) -> str:
    return visitor.page.evaluate(_FOCUSED)


def test_the_keyboard_alone_is_enough(come: Come) -> None:
    visitor = come()
    visitor.host("<!doctype html><title>x</title><button>Before</button><script src=/widget.js></script>")
    press = visitor.page.keyboard.press
    press("Tab")
    press("Tab")
    press("Enter")
    visitor.reply(1)
    expect(visitor.question).to_be_focused()
    visitor.page.keyboard.type(BATTERY)
    press("Enter")
    answer = visitor.reply(2)
    expect(visitor.question).to_be_focused()

    answer.locator("summary").focus()
    press("Enter")
    expect(answer.get_by_text("Intrathecal Therapy")).to_be_visible()
    visitor.button("More").focus()
    press("Enter")
    expect(visitor.button("Start a new chat")).to_be_focused()
    press("Escape")
    expect(visitor.button("More")).to_be_focused()
    visitor.button("Talk to a person").focus()
    press("Enter")
    assert focused(visitor) == "person-title"
    press("Escape")
    expect(visitor.button("Talk to a person")).to_be_focused()
    press("Escape")
    expect(visitor.panel).to_be_hidden()
    expect(visitor.launcher).to_be_focused()


def test_shift_and_enter_begins_a_line_instead_of_sending(visitor: Visitor) -> None:
    visitor.question.press_sequentially("one")
    visitor.question.press("Shift+Enter")
    visitor.question.press_sequentially("two")
    expect(visitor.question).to_have_value("one\ntwo")
    expect(visitor.mine).to_have_count(0)


def test_tab_goes_through_the_panel_in_the_order_of_sight(visitor: Visitor) -> None:
    visitor.widget.locator("#title").focus()
    stops = []
    while (not stops or stops[-1] != "Send") and len(stops) < 20:
        visitor.page.keyboard.press("Tab")
        stops.append(focused(visitor))
    starters = visitor.reply(1).get_by_role("button").all_inner_texts()
    assert stops == [
        "Text size, now 100 %",
        "menu-button",
        "Close the chat",
        "Talk to a person",
        "Emergency 911",
        "Conversation",
        "911",
        *starters,
        "question",
        "Send",
    ]


def test_on_a_phone_tab_stays_in_the_panel(come: Come) -> None:
    visitor = come(**SMALL_PHONE)
    visitor.go()
    visitor.open()
    expect(visitor.panel).to_have_attribute("aria-modal", "true")
    visitor.button("Send").focus()
    visitor.page.keyboard.press("Tab")
    assert focused(visitor) == "Text size, now 100 %"
    visitor.page.keyboard.press("Shift+Tab")
    assert focused(visitor) == "Send"


def test_on_a_phone_the_keyboard_does_not_jump_up_before_the_greeting_is_read(come: Come) -> None:
    visitor = come(**PHONE)
    visitor.go()
    visitor.open()
    assert focused(visitor) == "title"


def test_each_reply_is_told_once(visitor: Visitor) -> None:
    visitor.page.evaluate(_LISTEN)
    visitor.ask(BATTERY)
    visitor.ask(EMERGENCY, number=3)
    visitor.button("Text size").click()
    told = visitor.page.evaluate("window.told")
    assert [manner for manner, text in told if "5 to 10 years" in text] == ["polite"]
    assert [manner for manner, text in told if "Get help now" in text] == ["assertive"]
    assert not [text for _, text in told if text.startswith(BATTERY)]
    assert visitor.widget.get_by_role("log").get_attribute("aria-live") == "off"


def test_what_was_said_before_a_reload_is_not_told_again(visitor: Visitor) -> None:
    visitor.ask(BATTERY)
    visitor.button("Close the chat").click()
    visitor.page.reload()
    visitor.launcher.click()
    visitor.reply(2)
    assert visitor.widget.locator("[aria-live='polite'] p").count() == 0


def test_nothing_moves_for_those_who_asked_for_that(come: Come) -> None:
    visitor = come(reduced_motion="reduce")
    visitor.go()
    visitor.open()
    visitor.page.route("**/messages", lambda route: None)
    visitor.say(BATTERY)
    expect(visitor.panel).to_contain_text("Looking for an answer")
    assert visitor.panel.evaluate("(panel) => panel.getAnimations({ subtree: true }).length") == 0


def test_fields_have_letters_that_no_phone_zooms_in_on(come: Come) -> None:
    visitor = come(**SMALL_PHONE)
    visitor.go()
    visitor.open()
    visitor.button("Talk to a person").click()
    fields = visitor.widget.locator("input, textarea")
    sizes = fields.evaluate_all("(fields) => fields.map((field) => parseFloat(getComputedStyle(field).fontSize))")
    assert len(sizes) == 6
    assert min(sizes) >= 16


def test_the_chosen_text_size_is_remembered(visitor: Visitor) -> None:
    body = visitor.reply(1).locator(".body")
    size = "(body) => parseFloat(getComputedStyle(body).fontSize)"
    before = body.evaluate(size)
    visitor.button("Text size").click()
    assert body.evaluate(size) > before * 1.15
    visitor.page.reload()
    visitor.reply(1)
    assert body.evaluate(size) > before * 1.15


def test_above_a_phones_keyboard_the_field_and_the_answer_stay_in_sight(come: Come) -> None:
    visitor = come(**PHONE)
    visitor.go()
    visitor.open()
    visitor.ask(BATTERY)
    # The keyboard: what is visible becomes lower, the page does not.
    visitor.page.evaluate(
        """() => {
            Object.defineProperty(visualViewport, "height", { value: 380, configurable: true });
            visualViewport.dispatchEvent(new Event("resize"));
        }"""
    )
    field, log = visitor.question.bounding_box(), visitor.widget.get_by_role("log").bounding_box()
    assert field["y"] + field["height"] <= 380
    assert log["height"] > 120


def test_a_page_written_from_right_to_left_is_no_trouble(come: Come) -> None:
    visitor = come()
    visitor.host('<!doctype html><html dir="rtl"><title>x</title><script src="/widget.js" defer></script></html>')
    assert visitor.launcher.bounding_box()["x"] < 100
    visitor.open()
    assert visitor.panel.bounding_box()["x"] < 100
    visitor.say("كم تدوم البطارية؟")
    visitor.reply(2)
    assert visitor.mine.locator(".text").evaluate("(text) => getComputedStyle(text).direction") == "rtl"


def test_a_spanish_browser_gets_spanish_words_and_is_told_that_answers_are_english(come: Come) -> None:
    visitor = come(locale="es-US")
    visitor.go()
    visitor.launcher.get_by_text("Haga una pregunta").click()
    visitor.reply(1)
    expect(visitor.panel).to_have_attribute("lang", "es")
    expect(visitor.panel).to_contain_text("responde solo en inglés")
    expect(visitor.reply(1).locator(".body")).to_have_attribute("lang", "en")
    visitor.widget.get_by_label("Su pregunta").fill(EMERGENCY)
    visitor.button("Enviar").click()
    answer = visitor.reply(2)
    expect(answer.get_by_role("heading")).to_have_text("Pida ayuda ahora")
    expect(answer.get_by_role("link", name="Llamar al 911")).to_have_attribute("href", "tel:911")


def test_printing_shows_the_conversation_and_nothing_else(visitor: Visitor) -> None:
    visitor.ask(BATTERY)
    visitor.page.evaluate("window.print = () => (window.printed = true)")
    visitor.button("More").click()
    visitor.button("Print").click()
    visitor.page.wait_for_function("window.printed")
    visitor.page.emulate_media(media="print")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_hidden()
    expect(visitor.replies.last).to_contain_text("5 to 10 years")
    expect(visitor.replies.last.get_by_text("Intrathecal Therapy")).to_be_visible()
    expect(visitor.question).to_be_hidden()
    visitor.page.emulate_media(media="screen")
    visitor.page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
