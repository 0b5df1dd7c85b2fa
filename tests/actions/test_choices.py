"""After a question back: which of the offered topics the visitor means, and what if none."""

import pytest
from action_test_helper import Conversation, Reply, name, question, refused, unsure

from actions.choice import chosen
from actions.content import library
from bot.components.parts import Part

TITLES = ["How long the trial lasts", "How a refill is done", "Changing the pump"]


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("the second one", 1),
        ("yes", 0),
        ("yes please", 0),
        ("number 3", 2),
        ("number one", 0),
        ("2", 1),
        ("2nd, thanks", 1),
        ("the last", 2),
        ("oh sorry i meant the trail", None),
        ("How a refill is done", 1),
        ("how a refil is done", 1),
        ("yes, changing the pump", 2),
        ("How long does the battery last?", None),
        ("does the second refill hurt", None),
        ("the first or the second", None),
        ("number 4", None),
        ("not that one", None),
        ("thank you", None),
        ("?", None),
        ("", None),
        ("yes " * 10, None),
    ],
)
def test_chosen(text: str, index: "int | None") -> None:
    assert chosen(text, TITLES) == index


def test_a_place_that_was_not_offered_is_no_choice() -> None:
    assert chosen("the third", TITLES[:2]) is None
    assert chosen("the last", TITLES[:2]) == 1


@pytest.fixture
def asked_back() -> Conversation:
    """A conversation in which the bot has asked: the battery or the MRI scan?"""
    talk = Conversation()
    assert talk.told(unsure("battery_life", "mri")) == ["clarify"]
    return talk


def test_a_subject_that_is_only_named_chooses_what_was_offered_about_it() -> None:
    talk = Conversation()
    talk.say(unsure("implant_duration", "refill_procedure", "recovery"))
    meant = question("implant_procedure", text="the operation I mean", about=["implant"])
    assert talk.told(meant) == ["implant_duration"]


@pytest.mark.parametrize(
    "message",
    [
        question("surgery_pain", text="does the operation hurt", about=["implant"]),
        question("trial_overview", text="the trial", about=["trial"]),
        question("mri", text="and the scan"),
    ],
)
def test_a_question_of_its_own_is_no_choice(message: Part) -> None:
    talk = Conversation()
    talk.say(unsure("implant_duration", "refill_procedure", "recovery"))
    assert talk.told(message) == message.topics


def test_the_chosen_topic_is_answered_and_the_talk_goes_on_from_it(asked_back: Conversation) -> None:
    (reply,) = asked_back.say(refused(text="the second one"))
    assert (name(reply), reply["metadata"]["confidence"]) == ("mri", 1.0)
    assert asked_back.told(refused(text="the second one")) == ["fallback"], "the choice is over"


def test_a_button_is_a_choice(asked_back: Conversation) -> None:
    assert [name(reply) for reply in asked_back.press("mri")] == ["mri"]


def test_a_full_question_is_no_choice(asked_back: Conversation) -> None:
    assert asked_back.told(question("driving", text="can I drive with it")) == ["driving"]


def test_only_the_first_part_of_a_message_can_be_the_choice(asked_back: Conversation) -> None:
    assert asked_back.told(question("driving", text="can I drive"), refused(text="yes")) == ["driving", "fallback"]


def is_guess(reply: Reply) -> bool:
    return bool(reply["text"].startswith(library().phrases.guess))


def test_a_second_unsure_message_gets_a_guess_that_is_called_one(asked_back: Conversation) -> None:
    (reply,) = asked_back.say(unsure("recovery", "risks", p=0.25))
    assert name(reply) == "recovery"
    assert is_guess(reply)


def test_what_was_offered_is_guessed_first(asked_back: Conversation) -> None:
    (reply,) = asked_back.say(unsure("recovery", "risks", "battery_life", p=0.25))
    assert name(reply) == "battery_life"


@pytest.mark.parametrize("message", [unsure("recovery", "risks", p=0.1), refused("recovery", p=0.1)])
def test_without_a_fair_guess_the_clinic_is_named(asked_back: Conversation, message: object) -> None:
    assert asked_back.told(message) == ["fallback"]


def test_after_the_guess_the_bot_may_ask_back_again(asked_back: Conversation) -> None:
    assert asked_back.told(unsure("book_consultation", "privacy")) == ["book_consultation"]
    assert asked_back.told(unsure("mri", "driving")) == ["clarify"]


@pytest.mark.parametrize("said", [question("deny", text="no"), refused(text="Something else please")])
def test_none_of_them_invites_other_words(asked_back: Conversation, said: object) -> None:
    (reply,) = asked_back.say(said)
    assert "other words" in reply["text"]
    assert reply["metadata"]["kind"] == "service"


def test_the_something_else_button_invites_other_words(asked_back: Conversation) -> None:
    assert "other words" in asked_back.press("deny")[0]["text"]


def test_no_without_a_question_back_is_only_no() -> None:
    (reply,) = Conversation().say(question("deny", text="no"))
    assert "other words" not in reply["text"]
    assert name(reply) == "deny"
