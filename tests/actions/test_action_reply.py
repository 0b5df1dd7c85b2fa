import json
from pathlib import Path

import pytest
from action_test_helper import Conversation, Reply, flag, question, refused, said, unsure

from actions.content import clinic, library

GOLDEN = Path(__file__).parents[1] / "contract" / "bot_reply.json"


def payloads(reply: Reply) -> list[str]:
    return [button["payload"] for button in reply["buttons"]]


def test_an_answer_names_its_topic_and_sources() -> None:
    reply = said(question("battery_life", 0.97))
    assert reply["metadata"]["kind"] == "answer"
    assert reply["metadata"]["topics"] == ["battery_life"]
    assert [s["id"] for s in reply["metadata"]["sources"]] == ["umm", "premier"]
    assert reply["metadata"]["model"] == "model-1"
    assert reply["metadata"]["confidence"] == 0.97


def test_documents_that_disagree_stand_side_by_side_by_name() -> None:
    text = said(question("battery_life"))["text"]
    assert "• University of Maryland Pain Medicine: up to 5 to 10 years" in text
    assert "• Premier Pain & Spine: 3 to 5 years" in text


def test_see_also_topics_are_buttons() -> None:
    buttons = said(question("battery_life"))["buttons"]
    assert {"title": library().answers["pump_replacement"].title, "payload": "/pump_replacement"} in buttons


def test_the_closing_line_comes_once_a_conversation_even_when_rasa_forgets_its_events() -> None:
    closing = library().phrases.closings["answer"][0]
    talk = Conversation()
    assert talk.say(question("battery_life"))[0]["text"].endswith(closing)
    assert closing not in talk.say(question("mri"))[0]["text"]
    talk.forget_events()
    assert closing not in talk.say(question("recovery"))[0]["text"]


def test_each_kind_has_its_own_closing_line() -> None:
    talk = Conversation()
    talk.say(question("battery_life"))
    assert clinic().phone in talk.say(question("cost_insurance"))[0]["text"]


def test_unsure_means_asking_back_with_something_else_last() -> None:
    reply = said(unsure("battery_life", "pump_replacement"))
    assert reply["metadata"]["kind"] == "clarify"
    assert reply["metadata"]["options"] == ["battery_life", "pump_replacement"]
    assert payloads(reply) == ["/battery_life", "/pump_replacement", "/deny"]


def test_neither_a_red_flag_nor_small_talk_is_offered() -> None:
    reply = said(unsure("battery_life", "emergency_device", "deny", "mri", p=0.2))
    assert reply["metadata"]["options"] == ["battery_life", "mri"]


def test_a_refusal_says_what_the_bot_can_do_and_where_to_call() -> None:
    reply = said(refused())
    assert reply["metadata"]["kind"] == "fallback"
    assert reply["metadata"]["topics"] == []
    assert clinic().phone in reply["text"]
    assert library().phrases.near_topics not in reply["text"]


def test_a_refusal_offers_topics_that_are_near_and_answered_from_documents() -> None:
    reply = said(refused("mri", "greet", "emergency_general", "battery_life"))
    assert library().phrases.near_topics in reply["text"]
    assert payloads(reply) == ["/mri", "/battery_life"]
    assert payloads(said(refused("mri", p=0.01))) == []


def test_a_red_flag_names_the_emergency_number_and_its_severity() -> None:
    reply = said(flag("emergency_overdose"))
    assert reply["metadata"]["kind"] == "safety"
    assert reply["metadata"]["severity"] == "emergency"
    assert clinic().emergency_number in reply["text"]
    assert reply["buttons"] == []


def test_a_pressed_button_is_answered_without_a_ranking() -> None:
    (reply,) = Conversation().press("mri")
    assert reply["metadata"]["topics"] == ["mri"]


@pytest.mark.parametrize("topic", ["mri", "trial_duration"])  # far from the last answer, and one that it leads to
def test_a_button_pressed_in_the_middle_of_a_talk_means_its_topic(topic: str) -> None:
    talk = Conversation()
    talk.say(question("trial_overview"))
    assert [reply["metadata"]["topics"] for reply in talk.press(topic)] == [[topic]]


def test_out_of_scope_by_name_is_refused_and_announces_no_near_topics() -> None:
    (reply,) = Conversation().press("out_of_scope")
    assert reply["metadata"]["kind"] == "fallback"
    assert library().phrases.near_topics not in reply["text"]


def test_sources_tell_those_of_the_last_answer() -> None:
    talk = Conversation()
    talk.say(question("battery_life"))
    (reply,) = talk.say(question("sources"))
    assert [s["id"] for s in reply["metadata"]["sources"]] == ["umm", "premier"]
    assert "• Premier Pain & Spine: " in reply["text"]
    assert "• Nuvo Spine" not in reply["text"]


def test_sources_of_an_answer_that_has_none_say_so() -> None:
    talk = Conversation()
    talk.say(question("book_consultation"))
    assert talk.say(question("sources"))[0]["text"] == library().phrases.no_sources


def test_sources_before_any_answer_tell_all_documents() -> None:
    assert "• Nuvo Spine" in said(question("sources"))["text"]


def test_every_answer_can_be_said_without_characters_that_widgets_swallow() -> None:
    for topic in library().answers:
        assert not set(said(question(topic))["text"]) & set("<>[]{}"), topic


def test_replies_have_the_shape_of_the_contract() -> None:
    golden = {m["custom"]["metadata"]["kind"]: m["custom"] for m in json.loads(GOLDEN.read_text(encoding="utf-8"))}
    replies = [
        said(question("battery_life")),
        said(unsure("battery_life", "mri")),
        said(flag("emergency_general")),
    ]
    for reply in replies:
        expected = golden[reply["metadata"]["kind"]]
        assert reply.keys() == expected.keys()
        assert reply["metadata"].keys() == expected["metadata"].keys()
