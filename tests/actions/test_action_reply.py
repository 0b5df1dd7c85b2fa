import json
from pathlib import Path

from action_test_helper import said
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_reply import ActionReply
from actions.content import clinic, library

GOLDEN = Path(__file__).parents[1] / "contract" / "bot_reply.json"


def test_an_answer_names_its_topic_and_sources() -> None:
    reply = said("battery_life", confidence=0.97)
    assert reply["metadata"]["kind"] == "answer"
    assert reply["metadata"]["topics"] == ["battery_life"]
    assert [s["id"] for s in reply["metadata"]["sources"]] == ["umm", "premier"]
    assert reply["metadata"]["model"] == "model-1"
    assert reply["metadata"]["confidence"] == 0.97


def test_documents_that_disagree_stand_side_by_side_by_name() -> None:
    text = said("battery_life")["text"]
    assert "• University of Maryland Pain Medicine: up to 5 to 10 years" in text
    assert "• Premier Pain & Spine: 3 to 5 years" in text


def test_see_also_topics_are_buttons() -> None:
    buttons = said("battery_life")["buttons"]
    assert {"title": library().answers["pump_replacement"].title, "payload": "/pump_replacement"} in buttons


def test_the_closing_line_comes_once_a_conversation() -> None:
    closing = library().phrases.closings["answer"][0]
    first = said("battery_life")
    assert first["text"].endswith(closing)
    assert closing not in said("mri", earlier=[first])["text"]


def test_each_kind_has_its_own_closing_line() -> None:
    answered = said("battery_life")
    assert clinic().phone in said("cost_insurance", earlier=[answered])["text"]


def test_unsure_means_asking_back_with_something_else_last() -> None:
    reply = said("battery_life", 0.4, "clarify", ["battery_life", "pump_replacement"])
    assert reply["metadata"]["kind"] == "clarify"
    assert reply["metadata"]["options"] == ["battery_life", "pump_replacement"]
    assert [b["payload"] for b in reply["buttons"]] == ["/battery_life", "/pump_replacement", "/deny"]


def test_no_after_a_clarify_invites_other_words() -> None:
    asked_back = said("battery_life", 0.4, "clarify", ["battery_life", "mri"])
    assert "other words" in said("deny", earlier=[asked_back])["text"]
    assert "other words" not in said("deny")["text"]


def test_a_refusal_says_what_the_bot_can_do_and_where_to_call() -> None:
    reply = said("out_of_scope", 0.8, "refuse", ["mri"])
    assert reply["metadata"]["kind"] == "fallback"
    assert reply["metadata"]["topics"] == []
    assert clinic().phone in reply["text"]


def test_a_red_flag_names_the_emergency_number_and_its_severity() -> None:
    reply = said("emergency_overdose")
    assert reply["metadata"]["kind"] == "safety"
    assert reply["metadata"]["severity"] == "emergency"
    assert clinic().emergency_number in reply["text"]
    assert reply["buttons"] == []


def test_a_pressed_button_is_answered_without_a_ranking() -> None:
    events = [{"event": "user", "metadata": {"model_id": "m"}}]
    tracker = Tracker("c1", {}, {"intent": {"name": "mri", "confidence": 1.0}}, events, False, None, {}, "")
    dispatcher = CollectingDispatcher()
    ActionReply().run(dispatcher, tracker, {})
    assert dispatcher.messages[0]["custom"]["metadata"]["topics"] == ["mri"]


def test_every_answer_can_be_said_without_characters_that_widgets_swallow() -> None:
    for topic in library().answers:
        assert not set(said(topic)["text"]) & set("<>[]{}"), topic


def test_replies_have_the_shape_of_the_contract() -> None:
    golden = {m["custom"]["metadata"]["kind"]: m["custom"] for m in json.loads(GOLDEN.read_text(encoding="utf-8"))}
    replies = [
        said("battery_life"),
        said("battery_life", 0.4, "clarify", ["battery_life", "mri"]),
        said("emergency_general"),
    ]
    for reply in replies:
        expected = golden[reply["metadata"]["kind"]]
        assert reply.keys() == expected.keys()
        assert reply["metadata"].keys() == expected["metadata"].keys()
