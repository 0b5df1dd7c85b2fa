"""Red flags through the API: the safety reply comes whatever the bot says, staff see it, and a reminder follows."""

from datetime import datetime

import pytest
from server_fakes import FakeBot, Visitor, golden_replies
from sqlalchemy.exc import OperationalError

from server.db import Database
from server.log.models import Conversation
from server.log.repository import LogRepository
from server.log.turns import TurnLog
from server.messages import BotReply, Severity
from server.settings import Settings

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

OVERDOSE = "I cannot wake my husband"
INFECTION = "the wound is red and I have a fever"
CRISIS = "I want to die"
ADVICE = "should I stop taking my pills?"
ON_ITS_WAY = "The ambulance is on its way."

URGENT_LINE = "Please call the clinic now at +1 555-0123. If it gets worse, call 911."
REMINDERS = {
    OVERDOSE: "If this is still happening, call 911 now.",
    INFECTION: URGENT_LINE,
    CRISIS: "You can call or text 988 at any hour, and 911 if you are in danger.",
}


def safety_reply(topic: str, severity: Severity) -> BotReply:
    """A safety reply as the bot gives it."""
    golden = golden_replies()[2]
    metadata = golden.metadata.model_copy(update={"topics": [topic], "severity": severity})
    return golden.model_copy(update={"metadata": metadata})


async def told(visitor: Visitor, text: str, message_id: str = "m-1") -> list[str]:
    """Send a message; the topic of each reply, or its kind where it has none."""
    replies = (await visitor.send(text, message_id)).json()["replies"]
    return [(r["metadata"]["topics"] or [r["metadata"]["kind"]])[0] for r in replies]


async def first_line(visitor: Visitor, text: str, message_id: str) -> str:
    """Send a message; how the replies begin."""
    text = (await visitor.send(text, message_id)).json()["replies"][0]["text"]
    return text.splitlines()[0]


async def stored(visitor: Visitor, settings: Settings) -> Conversation:
    """The conversation as the database holds it."""
    database = Database(settings.database_url)
    async with database.session() as session:
        conversation = await LogRepository(session).conversation(visitor.id)
    await database.close()
    assert conversation is not None
    return conversation


async def test_what_the_rules_found_goes_to_the_bot(visitor: Visitor, bot: FakeBot) -> None:
    text = "he won't wake up and his lips are blue"
    await visitor.send(text)
    [flag] = bot.notes[0]["red_flags"]
    assert flag["topic"] == "emergency_overdose"
    assert text[flag["start"] : flag["end"]] == "he won't wake up"
    assert bot.notes[0]["calm"] is False


async def test_the_places_of_flags_count_in_the_text_that_the_bot_gets(visitor: Visitor, bot: FakeBot) -> None:
    await visitor.send(f" /{OVERDOSE}")
    [(_, asked)], [flag] = bot.asked, bot.notes[0]["red_flags"]
    assert asked[flag["start"] : flag["end"]] == OVERDOSE


async def test_denied_danger_is_calm_and_an_ordinary_question_is_nothing(visitor: Visitor, bot: FakeBot) -> None:
    assert await told(visitor, "is chest pain normal? I have none", "m-1") == ["battery_life"]
    assert await told(visitor, "How long does it last?", "m-2") == ["battery_life"]
    assert bot.notes == [{"red_flags": [], "calm": True}, {"red_flags": [], "calm": False}]


async def test_with_the_bot_down_a_red_flag_still_gets_its_reply(visitor: Visitor, bot: FakeBot) -> None:
    bot.is_down()
    body = (await visitor.send(OVERDOSE)).json()
    assert body["state"] == "failed"
    safety, unavailable = body["replies"]
    assert (safety["metadata"]["kind"], safety["metadata"]["severity"]) == ("safety", "emergency")
    assert safety["metadata"]["topics"] == ["emergency_overdose"]
    assert "911" in safety["text"]
    assert unavailable["metadata"]["kind"] == "fallback"


async def test_a_safety_reply_stands_first_even_if_the_bot_gave_it_last(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies = [*golden_replies()[:2], safety_reply("emergency_device", "emergency")]
    assert await told(visitor, "hello") == ["emergency_device", "battery_life", "clarify"]


async def test_the_gravest_of_the_bots_safety_replies_stands_first(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies = [
        safety_reply("personal_medical_advice", "advice"),
        safety_reply("emergency_infection", "urgent"),
        safety_reply("emergency_device", "emergency"),
        safety_reply("crisis_self_harm", "crisis"),
    ]
    severities = [r["metadata"]["severity"] for r in (await visitor.send("hello")).json()["replies"]]
    assert severities == ["crisis", "emergency", "urgent", "advice"]


async def test_what_the_rules_found_and_the_bot_did_not_is_added(visitor: Visitor) -> None:
    assert await told(visitor, OVERDOSE) == ["emergency_overdose", "battery_life"]


async def test_the_bots_own_reply_is_enough(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies = [safety_reply("emergency_general", "emergency")]
    assert await told(visitor, OVERDOSE) == ["emergency_general"]


async def test_a_less_grave_reply_of_the_bot_is_not_enough(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies = [safety_reply("emergency_infection", "urgent")]
    assert await told(visitor, OVERDOSE) == ["emergency_overdose", "emergency_infection"]


async def test_what_the_bot_overrules_is_not_added(visitor: Visitor, bot: FakeBot, settings: Settings) -> None:
    bot.replies[0].metadata.overruled = ["emergency_overdose"]
    assert await told(visitor, OVERDOSE) == ["battery_life"]
    assert (await stored(visitor, settings)).flagged_topic is None


async def test_what_was_overruled_is_for_staff_alone(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies[0].metadata.overruled = ["emergency_overdose"]
    answer = (await visitor.send(OVERDOSE)).text
    assert "battery_life" in answer
    assert "overruled" not in answer + str(await visitor.history())


async def test_the_bot_overrules_only_what_it_names(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies[0].metadata.overruled = ["emergency_overdose"]
    assert await told(visitor, "he wont wake up and has chest pain") == ["emergency_general", "battery_life"]


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        pytest.param("he wont wake up and has chest pain", ["emergency_overdose"], id="two emergencies"),
        pytest.param("wound leaks pus and he wont wake up", ["emergency_overdose"], id="emergency covers urgent"),
        pytest.param("my legs are paralysed, wound leaks pus", ["emergency_neurological"], id="urgent found first"),
        pytest.param("he wont wake up, should I stop the pills", ["emergency_overdose"], id="emergency covers advice"),
        pytest.param("I want to die, should I stop my pills?", ["crisis_self_harm"], id="crisis covers advice"),
        pytest.param("my chest hurts, I want to die", ["crisis_self_harm", "emergency_general"], id="crisis first"),
    ],
)
async def test_one_reply_covers_several_emergencies_and_a_crisis_needs_its_own(
    visitor: Visitor, bot: FakeBot, text: str, topics: list[str]
) -> None:
    bot.is_down()
    assert await told(visitor, text) == [*topics, "fallback"]


async def test_the_rules_crisis_stands_before_the_bots_emergency(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies = [safety_reply("emergency_general", "emergency")]
    assert await told(visitor, "my chest hurts, I want to die") == ["crisis_self_harm", "emergency_general"]


async def test_staff_see_the_red_flag(visitor: Visitor, settings: Settings) -> None:
    await visitor.send("hello", "m-1")
    before = await stored(visitor, settings)
    assert (before.flagged_topic, before.flagged_at) == (None, None)
    await visitor.send(OVERDOSE, "m-2")
    flagged = await stored(visitor, settings)
    assert flagged.flagged_topic == "emergency_overdose"
    assert isinstance(flagged.flagged_at, datetime)
    assert flagged.flagged_at >= before.last_at
    await visitor.send("hello", "m-3")
    after = await stored(visitor, settings)
    assert (after.flagged_topic, after.flagged_at) == ("emergency_overdose", flagged.flagged_at)


async def test_staff_see_what_the_bot_alone_found(visitor: Visitor, bot: FakeBot, settings: Settings) -> None:
    bot.replies = [safety_reply("emergency_device", "emergency")]
    await visitor.send("hello")
    assert (await stored(visitor, settings)).flagged_topic == "emergency_device"


@pytest.mark.parametrize("danger", REMINDERS)
async def test_the_next_two_turns_begin_with_the_reminder(visitor: Visitor, danger: str) -> None:
    [golden, *_] = golden_replies()
    assert not (await visitor.send(danger, "m-0")).json()["replies"][0]["text"].startswith(REMINDERS[danger])
    for message_id in ("m-1", "m-2"):
        [reply] = (await visitor.send("How long does it last?", message_id)).json()["replies"]
        assert reply["text"] == f"{REMINDERS[danger]}\n\n{golden.text}"
        assert reply["metadata"]["kind"] == "answer"
    assert await first_line(visitor, "How long does it last?", "m-3") == golden.text


async def test_only_the_first_reply_of_a_turn_carries_the_reminder(visitor: Visitor, bot: FakeBot) -> None:
    await visitor.send(OVERDOSE, "m-0")
    bot.replies = golden_replies()[:2]
    texts = [r["text"] for r in (await visitor.send("hello", "m-1")).json()["replies"]]
    assert [text.startswith(REMINDERS[OVERDOSE]) for text in texts] == [True, False]


async def test_the_bot_being_down_does_not_stop_the_reminder(visitor: Visitor, bot: FakeBot) -> None:
    await visitor.send(OVERDOSE, "m-0")
    bot.is_down()
    assert await first_line(visitor, "hello", "m-1") == REMINDERS[OVERDOSE]


async def test_a_new_red_flag_starts_the_reminders_anew(visitor: Visitor) -> None:
    await visitor.send(OVERDOSE, "m-0")
    await visitor.send("hello", "m-1")
    await visitor.send(INFECTION, "m-2")
    assert await first_line(visitor, "hello", "m-3") == REMINDERS[INFECTION]
    assert await first_line(visitor, "hello", "m-4") == REMINDERS[INFECTION]
    assert await first_line(visitor, "hello", "m-5") not in REMINDERS.values()


async def test_the_reminders_of_one_visitor_are_not_those_of_another(visitor: Visitor) -> None:
    await visitor.send(OVERDOSE)
    other = await Visitor.arrive(visitor.client)
    assert await first_line(other, "hello", "m-1") not in REMINDERS.values()


async def test_advice_causes_no_reminder(visitor: Visitor) -> None:
    assert await told(visitor, ADVICE, "m-0") == ["personal_medical_advice", "battery_life"]
    assert await first_line(visitor, "hello", "m-1") not in REMINDERS.values()


async def test_advice_after_a_red_flag_carries_the_reminder_like_any_reply(visitor: Visitor) -> None:
    await visitor.send(OVERDOSE, "m-0")
    assert await first_line(visitor, ADVICE, "m-1") == REMINDERS[OVERDOSE]
    assert await first_line(visitor, "hello", "m-2") == REMINDERS[OVERDOSE]
    assert await first_line(visitor, "hello", "m-3") not in REMINDERS.values()


async def test_help_on_its_way_is_answered_kindly_and_ends_the_reminders(visitor: Visitor, bot: FakeBot) -> None:
    await visitor.send(OVERDOSE, "m-0")
    body = (await visitor.send(ON_ITS_WAY, "m-1")).json()
    [reply] = body["replies"]
    assert (body["state"], reply["metadata"]["kind"]) == ("answered", "service")
    assert reply["text"].startswith("I am glad that help is on the way.")
    assert len(bot.asked) == 1
    assert await first_line(visitor, "hello", "m-2") not in REMINDERS.values()


async def test_beside_help_on_its_way_the_bot_gets_only_the_question(visitor: Visitor, bot: FakeBot) -> None:
    await visitor.send(OVERDOSE, "m-0")
    [golden, *_] = golden_replies()
    assert await first_line(visitor, "Ambulance is here. How long does it last?", "m-1") == golden.text
    assert bot.asked[1] == (visitor.id, "How long does it last?")
    assert await first_line(visitor, "hello", "m-2") == golden.text


async def test_a_question_beside_help_on_its_way_is_no_command(visitor: Visitor, bot: FakeBot) -> None:
    await visitor.send(OVERDOSE, "m-0")
    await visitor.send(f"{ON_ITS_WAY} /restart", "m-1")
    assert bot.asked[1] == (visitor.id, "restart")


async def test_help_on_its_way_does_not_silence_a_red_flag(visitor: Visitor) -> None:
    await visitor.send(INFECTION, "m-0")
    assert (await told(visitor, "Ambulance is coming, his lips are blue", "m-1"))[0] == "emergency_overdose"
    assert await first_line(visitor, "hello", "m-2") == REMINDERS[OVERDOSE]


async def test_without_a_red_flag_before_it_an_ambulance_is_the_bots_matter(visitor: Visitor, bot: FakeBot) -> None:
    assert await told(visitor, ON_ITS_WAY) == ["battery_life"]
    assert bot.asked == [(visitor.id, ON_ITS_WAY)]


async def test_a_replayed_message_gives_the_same_replies_and_is_no_further_turn(visitor: Visitor) -> None:
    for text, message_id in [(OVERDOSE, "m-0"), ("hello", "m-1")]:
        first = (await visitor.send(text, message_id)).json()
        for _ in range(3):
            assert (await visitor.send(text, message_id)).json() == first
    assert await first_line(visitor, "hello", "m-2") == REMINDERS[OVERDOSE]
    assert await first_line(visitor, "hello", "m-3") not in REMINDERS.values()


async def test_a_replayed_red_flag_does_not_bring_the_reminders_back(visitor: Visitor, settings: Settings) -> None:
    await visitor.send(OVERDOSE, "m-0")
    flagged_at = (await stored(visitor, settings)).flagged_at
    await visitor.send(ON_ITS_WAY, "m-1")
    await visitor.send(OVERDOSE, "m-0")
    assert await first_line(visitor, "hello", "m-2") not in REMINDERS.values()
    assert (await stored(visitor, settings)).flagged_at == flagged_at


async def test_a_too_long_message_with_a_red_flag_still_gets_the_safety_reply(visitor: Visitor, bot: FakeBot) -> None:
    body = {"sender": "anna", "message": f"{OVERDOSE}. {'Please help. ' * 10}"}
    replies = (await visitor.client.post("/webhooks/rest/webhook", json=body)).json()
    assert [r["metadata"]["kind"] for r in replies] == ["safety", "fallback"]
    assert replies[0]["metadata"]["topics"] == ["emergency_overdose"]
    assert replies[1]["text"] == "That message is too long for me. Please call +1 555-0123."
    assert bot.asked == []


async def test_a_pressed_button_is_not_read_for_flags(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies[0].buttons[0].payload = f"/{OVERDOSE}"
    await visitor.send("hello", "m-1")
    assert await told(visitor, f"/{OVERDOSE}", "m-2") == ["battery_life"]
    assert bot.asked[1] == (visitor.id, f"/{OVERDOSE}")
    assert bot.notes[1] == {"red_flags": [], "calm": False}


async def test_the_log_of_a_flagged_turn_survives_as_it_was_told(visitor: Visitor, settings: Settings) -> None:
    replies = (await visitor.send(OVERDOSE)).json()["replies"]
    assert [m["text"] for m in await visitor.history(after=2)] == [r["text"] for r in replies]


async def test_with_the_log_out_of_reach_danger_is_still_told_what_to_do(
    visitor: Visitor, bot: FakeBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", {}, OSError())

    monkeypatch.setattr(TurnLog, "number", fails)
    response = await visitor.send(OVERDOSE)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "911" in response.json()["detail"]
    assert "+1 555-0123" in (await visitor.send("hello", "m-2")).json()["detail"]
    assert bot.asked == []
