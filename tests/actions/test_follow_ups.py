"""Questions that only the turns before make sense of."""

import pytest
from action_test_helper import Conversation, flag, follow_up, name, question, refused, unsure


def after(*topics: str) -> Conversation:
    """A conversation in which these topics were answered, one a turn."""
    talk = Conversation()
    for topic in topics:
        talk.say(question(topic))
    return talk


@pytest.mark.parametrize(
    ("last", "kind", "answer"),
    [
        ("trial_overview", "how_long", "trial_duration"),
        ("implant_procedure", "how_long", "implant_duration"),
        ("refill_procedure", "how_often", "refill_frequency"),
        ("refill_procedure", "hurt", "refill_pain"),
        ("implant_procedure", "next", "after_procedure"),  # where the answer itself leads on
    ],
)
def test_a_follow_up_is_about_the_last_subject(last: str, kind: str, answer: str) -> None:
    assert after(last).told(follow_up(kind)) == [answer]


def test_follow_ups_go_on_from_one_another() -> None:
    talk = after("trial_overview")
    assert talk.told(follow_up("next")) == ["trial_success"]
    assert talk.told(follow_up("next")) == ["implant_procedure"]
    assert talk.told(follow_up("how_long")) == ["implant_duration"]


def test_a_subject_that_is_named_goes_before_the_last_one() -> None:
    assert after("trial_overview").told(follow_up("how_long", "battery")) == ["battery_life"]
    assert after("trial_overview").told(follow_up("how_often", "pump", "refill")) == ["refill_frequency"]


def test_and_the_refill_asks_the_same_of_another_subject() -> None:
    assert after("risks", "trial_duration").told(follow_up("what_about", "implant")) == ["implant_duration"]
    assert after("surgery_pain").told(follow_up("what_about", "refill")) == ["refill_pain"]
    assert after("anesthesia").told(follow_up("what_about", "trial")) == ["anesthesia"]


def test_a_subject_that_is_only_named_gets_its_overview() -> None:
    assert Conversation().told(follow_up("what_about", "trial")) == ["trial_overview"]
    assert after("mri").told(follow_up("what_about", "refill")) == ["refill_procedure"]


def test_another_subject_after_a_question_asks_the_same_though_its_overview_is_likelier_alone() -> None:
    talk = Conversation()
    talk.say(question("refill_pain"))
    assert talk.told(unsure("implant_procedure", "surgery_pain", p=0.35, about=["implant"])) == ["surgery_pain"]


def test_a_correction_asks_again_about_what_was_meant_and_stays_there() -> None:
    talk = after("implant_duration")
    assert talk.told(follow_up("what_about", "trial", text="sorry, I meant the trial")) == ["trial_duration"]
    assert talk.told(follow_up("next")) == ["trial_success"]


def test_why_is_about_the_last_answer() -> None:
    assert after("mri", "driving").told(follow_up("why")) == ["driving"]


def test_tell_me_more_goes_on_to_what_was_not_told() -> None:
    talk = after("trial_duration")
    told = [talk.told(follow_up("more")) for _ in range(3)]
    assert told == [["trial_overview"], ["trial_procedure"], ["trial_success"]]
    assert talk.told(follow_up("more")) == ["clarify"], "all was told"


@pytest.mark.parametrize("kind", ["how_long", "why", "more", "what_about"])
def test_without_a_turn_before_it_is_asked_back(kind: str) -> None:
    (reply,) = Conversation().say(follow_up(kind))
    assert reply["metadata"]["kind"] == "clarify"
    assert reply["metadata"]["options"] == ["worry", "effectiveness"]


def test_a_new_topic_leaves_the_old_subject_behind() -> None:
    talk = after("trial_overview", "refill_procedure")
    assert talk.told(follow_up("how_often")) == ["refill_frequency"]


def test_what_the_visitor_named_goes_before_the_subject_of_the_answer() -> None:
    talk = Conversation()
    talk.say(question("mri", about=["pump", "trial"]))
    assert talk.told(follow_up("how_long")) == ["battery_life"], "mri is of the pump, which was named"
    talk.say(question("mri", about=["trial"]))
    assert talk.told(follow_up("how_long")) == ["trial_duration"]


@pytest.mark.parametrize("aside", [question("thank"), question("sources"), flag("emergency_device"), refused()])
def test_small_talk_safety_and_refusals_leave_the_talk_where_it_was(aside: object) -> None:
    talk = after("trial_overview")
    talk.say(aside)
    assert talk.told(follow_up("how_long")) == ["trial_duration"]


def test_the_subject_outlasts_the_events() -> None:
    talk = after("trial_overview")
    talk.forget_events()
    assert talk.told(follow_up("how_long")) == ["trial_duration"]


def test_the_talk_tips_the_balance_of_an_unsure_question() -> None:
    doubtful = unsure("implant_procedure", "trial_procedure")
    assert Conversation().told(doubtful) == ["clarify"]
    assert after("trial_overview").told(doubtful) == ["trial_procedure"]
    assert after("implant_duration").told(doubtful) == ["implant_procedure"]


def test_a_sure_question_is_answered_whatever_came_before() -> None:
    assert after("trial_overview").told(question("driving")) == ["driving"]


def test_what_hardly_looks_like_a_follow_up_is_taken_for_the_likelier_question() -> None:
    barely = follow_up("where", sure=0.55, otherwise=question("trial_success"))
    assert after("trial_overview").told(barely) == ["trial_success"]


def test_only_a_short_message_out_of_scope_is_taken_for_the_talk_going_on() -> None:
    assert after("trial_overview").told(refused("trial_procedure", p=0.3)) == ["trial_procedure"]
    story = "my neighbour had something like it in the other hospital last year"
    assert after("trial_overview").told(refused("trial_procedure", p=0.3, text=story)) == ["fallback"]


def test_a_follow_up_beside_a_question_is_about_that_question() -> None:
    replies = after("trial_overview").say(question("refill_procedure"), follow_up("how_often"))
    assert [name(reply) for reply in replies] == ["refill_procedure", "refill_frequency"]
