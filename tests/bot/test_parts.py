"""Which replies a message gets, from what the classifier sees in the whole and in its segments."""

from bot.components.decision import Decision
from bot.components.parts import (
    LEAST_SUSPICION,
    LEAST_SUSPICION_OF_A_PIECE,
    LEAST_SUSPICION_OF_ADVICE,
    SURE_FOLLOW_UP,
    SURE_PART,
    Part,
    Seen,
    Spotted,
    Understanding,
    pieces_that_count,
    understand,
)
from bot.components.question_splitter import Segment

Places = "list[dict[str, object]]"
# The pieces of a message of 60 characters.
TEXT = "first piece of it   second piece of it  third piece of it   "
FIRST, SECOND, THIRD = (0, 19), (20, 39), (40, 59)
WHOLE = (0, 60)


def seen(place: "tuple[int, int]", topic: str, p: float = 0.99, action: str = "answer", **more: object) -> Seen:
    """A text that asks for `topic` with probability `p`."""
    return Seen(*place, **{"asks": True, "decision": Decision(action, [topic]), "ranking": [(topic, p)], **more})


def statement(place: "tuple[int, int]", topic: str = "worry") -> Seen:
    return seen(place, topic, asks=False)


def follow_up(place: "tuple[int, int]", sure: float = SURE_FOLLOW_UP) -> Seen:
    return seen(place, "any", 0.2, "clarify", follow_up="followup_how_long", follow_up_confidence=sure)


def danger(place: "tuple[int, int]", topic: str, p: float) -> Seen:
    """A text that the classifier takes for a red flag with probability `p`, too little to raise it."""
    return seen(place, "mri", ranking=[("mri", 0.9), (topic, p)])


def made(whole: Seen, *segments: Seen, flags: "tuple[Spotted, ...]" = (), subjects: Places = ()) -> Understanding:
    found = understand(TEXT, whole, segments, flags, subjects)
    by_place = {Segment(s.start, s.end, s.asks): s for s in segments}
    counting = [by_place[place] for place in pieces_that_count(list(by_place), whole, flags)]
    assert understand(TEXT, whole, counting, flags, subjects) == found, "the others make no difference"
    return found


def replies(found: Understanding) -> "list[str]":
    return [part.follow_up or part.topics[0] for part in found.parts]


def test_only_pieces_that_may_count_are_looked_at() -> None:
    one, other, told = Segment(*FIRST, True), Segment(*SECOND, True), Segment(*THIRD, False)
    sure, unsure = seen(WHOLE, "mri"), seen(WHOLE, "mri", 0.4, "clarify")
    assert pieces_that_count([one, told], sure, ()) == []
    assert pieces_that_count([one, told], unsure, ()) == [one]
    assert pieces_that_count([one, other, told], sure, ()) == [one, other]
    assert pieces_that_count([one, told], sure, [Spotted("crisis_self_harm", *THIRD)]) == [one, told]


def test_one_piece_stays_whole() -> None:
    assert made(seen(WHOLE, "mri", 0.7)).parts == [Part("answer", ["mri"], 0.7, TEXT, ranking=[("mri", 0.7)])]


def test_several_questions_are_answered_in_order() -> None:
    found = made(seen(WHOLE, "risks"), seen(FIRST, "mri"), seen(SECOND, "battery_life"))
    assert replies(found) == ["mri", "battery_life"]
    assert [part.text.strip() for part in found.parts] == ["first piece of it", "second piece of it"]
    assert not found.more


def test_a_question_asked_twice_is_one_and_a_statement_is_none() -> None:
    whole = seen(WHOLE, "mri")
    assert replies(made(whole, seen(FIRST, "mri"), seen(SECOND, "mri"))) == ["mri"]
    found = made(whole, statement(FIRST), seen(SECOND, "battery_life"))
    assert [part.text for part in found.parts] == [TEXT]


def test_pieces_that_are_not_sure_leave_the_message_whole() -> None:
    found = made(seen(WHOLE, "risks"), seen(FIRST, "mri", SURE_PART - 0.01), seen(SECOND, "driving", 0.6))
    assert replies(found) == ["risks"]
    found = made(seen(WHOLE, "risks"), seen(FIRST, "mri"), seen(SECOND, "battery_life", 0.5, "clarify"))
    assert replies(found) == ["risks"]


def test_the_one_sure_question_stands_for_an_unclear_message() -> None:
    unclear = seen(WHOLE, "risks", 0.4, "clarify")
    assert replies(made(unclear, statement(FIRST), seen(SECOND, "mri"))) == ["mri"]
    assert replies(made(unclear, statement(FIRST), follow_up(SECOND))) == ["risks"]


def test_a_follow_up_is_answered_after_the_question_before_it() -> None:
    whole = seen(WHOLE, "risks")
    assert replies(made(whole, seen(FIRST, "mri"), follow_up(SECOND))) == ["mri", "followup_how_long"]
    assert replies(made(whole, follow_up(FIRST), seen(SECOND, "mri"))) == ["risks"]
    assert replies(made(whole, seen(FIRST, "mri"), follow_up(SECOND, sure=SURE_FOLLOW_UP - 0.01))) == ["risks"]


def test_three_questions_at_most_and_it_is_told_that_there_were_more() -> None:
    places = [(12 * k, 12 * k + 10) for k in range(4)]
    segments = [seen(place, topic) for place, topic in zip(places, ["mri", "risks", "recovery", "driving"])]
    found = made(seen(WHOLE, "mri"), *segments)
    assert (replies(found), found.more) == (["mri", "risks", "recovery"], True)
    beside = made(seen(WHOLE, "emergency_device", raised="emergency_device"), *segments)
    assert (replies(beside), beside.more) == (["emergency_device", "mri", "risks", "recovery"], True)


def test_a_part_has_the_subjects_of_its_own_words_each_once() -> None:
    places = [("trial", 2), ("trial", 10), ("refill", 25), ("pump", 5)]
    subjects = [{"subject": name, "start": start, "end": start + 3} for name, start in places]
    found = made(seen(WHOLE, "risks"), seen(FIRST, "mri"), seen(SECOND, "battery_life"), subjects=subjects)
    assert [part.subjects for part in found.parts] == [["trial", "pump"], ["refill"]]


def test_a_flag_of_the_rules_leaves_the_other_question() -> None:
    flags = (Spotted("emergency_device", 22, 30),)
    whole = danger(WHOLE, "emergency_device", 0.1)
    found = made(whole, seen(FIRST, "mri"), seen(SECOND, "battery_life"), flags=flags)
    assert replies(found) == ["emergency_device", "mri"]
    assert [part.by for part in found.parts] == ["rules", ""]
    assert found.parts[0].confidence == 1.0


def test_a_flag_in_a_message_of_one_piece_is_all_of_it() -> None:
    found = made(danger(WHOLE, "emergency_device", 0.1), flags=(Spotted("emergency_device", 22, 30),))
    assert replies(found) == ["emergency_device"]


def test_a_flag_that_the_classifier_raises_comes_first_too() -> None:
    whole = seen(WHOLE, "crisis_self_harm", 0.7, raised="crisis_self_harm")
    found = made(whole, seen(FIRST, "mri"), statement(SECOND))
    assert replies(found) == ["crisis_self_harm", "mri"]
    assert (found.parts[0].by, found.parts[0].confidence) == ("classifier", 0.7)


def test_what_rules_and_classifier_both_find_is_raised_once() -> None:
    whole = seen(WHOLE, "emergency_device", raised="emergency_device")
    found = made(whole, seen(FIRST, "emergency_device"), flags=(Spotted("emergency_device", 22, 30),))
    assert [(part.topics, part.by) for part in found.parts] == [(["emergency_device"], "rules")]


def test_a_flag_in_which_the_classifier_sees_no_danger_is_overruled() -> None:
    flags = (Spotted("emergency_device", 22, 30),)
    least, less = LEAST_SUSPICION, LEAST_SUSPICION / 2
    calm = made(danger(WHOLE, "emergency_device", less), flags=flags)
    assert (replies(calm), calm.overruled) == (["mri"], ["emergency_device"])
    # Any red flag is suspicion enough.
    assert made(danger(WHOLE, "crisis_self_harm", least), flags=flags).overruled == []
    # A piece alone must be clearer than the whole, and be the one in which the rules found theirs.
    clear = LEAST_SUSPICION_OF_A_PIECE
    there = made(danger(WHOLE, "emergency_device", less), danger(SECOND, "emergency_device", clear), flags=flags)
    assert there.overruled == []
    vague = made(danger(WHOLE, "emergency_device", less), danger(SECOND, "emergency_device", clear / 2), flags=flags)
    assert vague.overruled == ["emergency_device"]
    elsewhere = made(danger(WHOLE, "emergency_device", less), danger(FIRST, "emergency_device", clear), flags=flags)
    assert elsewhere.overruled == ["emergency_device"]


def test_advice_is_overruled_by_its_own_probability() -> None:
    advice, flags = "personal_medical_advice", (Spotted("personal_medical_advice", 22, 30),)
    assert made(danger(WHOLE, advice, LEAST_SUSPICION_OF_ADVICE / 2), flags=flags).overruled == [advice]
    assert made(danger(WHOLE, advice, LEAST_SUSPICION_OF_ADVICE), flags=flags).overruled == []
