"""Messages that ask for more than one reply, and red flags among them."""

from dataclasses import replace

from action_test_helper import Conversation, flag, question, unsure

from actions.content import library


def test_every_part_gets_its_reply_in_order() -> None:
    told = Conversation().told(question("recovery"), question("mri"), question("battery_life"))
    assert told == ["recovery", "mri", "battery_life"]


def test_nothing_is_said_twice() -> None:
    assert Conversation().told(question("mri"), question("battery_life"), question("mri")) == ["mri", "battery_life"]


def test_the_closing_line_comes_once_in_several_replies() -> None:
    texts = "".join(reply["text"] for reply in Conversation().say(question("recovery"), question("mri")))
    assert texts.count(library().phrases.closings["answer"][0]) == 1


def test_questions_that_are_left_out_are_owned_up_to_after_the_last_reply() -> None:
    first, last = Conversation().say(question("recovery"), question("mri"), more=True)
    assert last["text"].endswith(library().phrases.rest)
    assert library().phrases.rest not in first["text"]


def test_sources_beside_a_question_are_those_of_its_answer() -> None:
    _, sources = Conversation().say(question("battery_life"), question("sources"))
    assert [s["id"] for s in sources["metadata"]["sources"]] == ["umm", "premier"]


def test_safety_comes_first() -> None:
    assert Conversation().told(question("mri"), flag("emergency_device")) == ["emergency_device", "mri"]


def test_several_emergencies_get_one_reply_the_likelier() -> None:
    flags = [flag("emergency_general", p=0.1), flag("emergency_overdose", p=0.6), flag("emergency_device", p=0.2)]
    assert Conversation().told(*flags) == ["emergency_overdose"]


def test_the_graver_goes_before_the_likelier() -> None:
    graver, lesser = "emergency_overdose", "emergency_leak_headache"
    assert [library().answers[t].severity for t in (graver, lesser)] == ["emergency", "urgent"]
    assert Conversation().told(flag(lesser, p=0.8), flag(graver, p=0.1)) == [graver]


def test_a_crisis_is_answered_beside_an_emergency_and_before_it() -> None:
    told = Conversation().told(flag("emergency_overdose", p=0.9), flag("crisis_self_harm", p=0.1), question("mri"))
    assert told == ["crisis_self_harm", "emergency_overdose", "mri"]


def test_advice_is_not_given_beside_danger_but_by_itself() -> None:
    advice = flag("personal_medical_advice")
    assert Conversation().told(advice, flag("emergency_overdose")) == ["emergency_overdose"]
    assert Conversation().told(advice, flag("crisis_self_harm")) == ["crisis_self_harm"]
    assert Conversation().told(advice, question("mri")) == ["personal_medical_advice", "mri"]


def test_a_flag_is_raised_in_the_middle_of_a_choice() -> None:
    talk = Conversation()
    talk.say(unsure("battery_life", "mri"))
    assert talk.told(flag("emergency_device", by="classifier")) == ["emergency_device"]


def test_flags_that_the_classifier_overruled_are_noted_for_the_server() -> None:
    first, second = Conversation().say(question("mri"), question("recovery"), overruled=["emergency_device"])
    assert first["metadata"]["overruled"] == ["emergency_device"]
    assert "overruled" not in second["metadata"]


def test_staff_learn_what_else_was_likely_and_which_wording_was_given() -> None:
    part = replace(question("mri"), ranking=[("mri", 0.8), ("recovery", 0.1), ("out_of_scope", 0.04), ("cure", 0.001)])
    first, second = Conversation().say(part, question("recovery"))
    runners_up = [(r["topic"], r["confidence"]) for r in first["metadata"]["runners_up"]]
    assert runners_up == [("recovery", 0.1), ("out_of_scope", 0.04)]
    versions = [reply["metadata"]["answer_version"] for reply in (first, second)]
    assert len(set(versions)) == 2 and all(len(version) == 10 for version in versions)
    [again] = Conversation().say(part)
    assert again["metadata"]["answer_version"] == versions[0]


def test_staff_learn_how_likely_what_was_offered_was_and_three_more() -> None:
    offered = [("mri", 0.4), ("cure", 0.2), ("recovery", 0.01)]
    ranking = [*offered, ("worry", 0.08), ("greet", 0.07), ("thanks", 0.06), ("goodbye", 0.05)]
    [asked_back] = Conversation().say(replace(unsure("mri"), ranking=ranking))
    assert asked_back["metadata"]["options"] == [topic for topic, _ in offered]
    likely = [(found["topic"], found["confidence"]) for found in asked_back["metadata"]["runners_up"]]
    assert likely == ranking[:-1]
