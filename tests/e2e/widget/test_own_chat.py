"""What a visitor can do with the conversation: rate, take along, ask for a call, delete."""

import json
from pathlib import Path

from playwright.sync_api import expect

from widget.visitor import BATTERY, Visitor


def test_a_thumb_and_a_word_reach_the_clinic_and_are_remembered(visitor: Visitor) -> None:
    answer = visitor.ask(BATTERY)
    answer.get_by_role("button", name="No", exact=True).click()
    answer.get_by_label("What was missing or wrong?").fill("Which battery is it?")
    answer.get_by_role("button", name="Send").click()
    expect(answer).to_contain_text("Thank you")
    visitor.page.reload()
    expect(visitor.reply(2).get_by_role("button", name="No", exact=True)).to_have_attribute("aria-pressed", "true")


def test_a_call_back_is_asked_for_with_a_name_and_a_number(visitor: Visitor) -> None:
    visitor.button("Talk to a person").click()
    expect(visitor.panel).to_contain_text("Monday to Friday, 8:00 to 17:00")
    visitor.widget.get_by_label("Your name").fill("A visitor")
    visitor.button("Ask for a call").click()
    expect(visitor.widget.get_by_label("Your phone")).to_be_focused()
    visitor.widget.get_by_label("Your phone").fill("555-0123")
    visitor.widget.get_by_label("When is a good time?").fill("mornings")
    with visitor.page.expect_response("**/contact") as sent:
        visitor.button("Ask for a call").click()
    expect(visitor.widget.locator("#done")).to_have_text(sent.value.json()["text"])
    assert sent.value.request.post_data_json == {"name": "A visitor", "phone": "555-0123", "when": "mornings"}


def test_the_conversation_can_be_taken_along(visitor: Visitor, tmp_path: Path) -> None:
    visitor.ask(BATTERY)
    visitor.button("More").click()
    with visitor.page.expect_download() as download:
        visitor.button("Download this conversation").click()
    assert download.value.suggested_filename == "conversation.txt"
    download.value.save_as(tmp_path / "conversation.txt")
    text = (tmp_path / "conversation.txt").read_text(encoding="utf-8")
    assert BATTERY in text
    assert "5 to 10 years" in text


def test_a_deleted_conversation_is_gone_from_the_server_and_from_this_browser(visitor: Visitor) -> None:
    visitor.may_complain = True  # the browser notes the 404 that is asked for in the end
    visitor.ask(BATTERY)
    kept = "JSON.parse(Object.entries(localStorage).find(([name]) => name.endsWith(':conversation'))[1])"
    old = visitor.page.evaluate(kept)
    visitor.button("More").click()
    visitor.button("Delete my chat").click()
    expect(visitor.button("Keep it")).to_be_focused()
    visitor.button("Delete it").click()
    expect(visitor.panel).to_contain_text("Your conversation was deleted")
    visitor.reply(1)
    expect(visitor.mine).to_have_count(0)
    assert visitor.page.evaluate(kept)["id"] != old["id"]
    assert BATTERY not in json.dumps(visitor.page.evaluate("({ ...localStorage, ...sessionStorage })"))
    status = visitor.page.evaluate(
        """async ({ id, token }) => (await fetch(`/api/v1/conversations/${id}/messages`,
            { headers: { Authorization: `Bearer ${token}` } })).status""",
        old,
    )
    assert status == 404
