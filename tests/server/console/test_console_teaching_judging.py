"""Judging turns: what is kept, what is proposed, what is refused; and deciding on what was proposed."""

import html
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from console_talks import Talks
from fastapi import FastAPI
from server_fakes import FakeBot, Visitor, client_of, golden_replies
from sqlalchemy import select

from server.console.models import TrailEntry
from server.console.roles import Role
from server.console.teaching.lessons import Lessons, Proposal
from server.console.teaching.models import Judgement, LessonState
from server.db import Database
from server.log.models import Conversation, Turn
from server.settings import Settings

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

Member = Callable[..., Awaitable[httpx.AsyncClient]]
BATTERY, REPLACEMENT = "How long the battery lasts", "Replacing the pump"
EXAMINED = "how many years before the pump needs changing"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With an examination of one question."""
    folder = tmp_path / "examination"
    folder.mkdir()
    text = f'topic: battery_life\nquestions:\n  - "{EXAMINED}"\n'
    (folder / "battery_life.yml").write_text(text, encoding="utf-8")
    return settings.model_copy(update={"examination_dir": folder})


@dataclass
class Desk:
    """A reviewer and a manager at work, and visitors who ask."""

    app: FastAPI
    database: Database
    reviewer: httpx.AsyncClient
    manager: httpx.AsyncClient

    async def asked(self, text: str) -> str:
        """Somebody new asks; the id of the turn."""
        async with client_of(self.app) as client:
            visitor = await Visitor.arrive(client)
            assert (await visitor.send(text)).status_code == 200
        async with self.database.session() as session:
            return (await session.scalars(select(Turn.id).where(Turn.conversation_id == visitor.id))).one()

    async def judge(self, turn_id: str, verdict: str, topic: str = "", seen: int = 0, note: str = "") -> httpx.Response:
        """The reviewer judges, with htmx."""
        form = {"verdict": verdict, "topic": topic, "seen": str(seen), "note": note}
        path = f"/staff/teaching/turns/{turn_id}"
        return await self.reviewer.post(path, data=form, headers={"HX-Request": "true"})

    async def lessons(self, *states: LessonState) -> list[Proposal]:
        """What is proposed."""
        async with self.database.session() as session:
            return await Lessons(session).of_states(*states or ("waiting",))

    async def decide(self, decision: str, *lessons: Proposal, **topics: str) -> httpx.Response:
        """The manager decides on some."""
        form = {"decision": decision, "lesson": [p.id for p in lessons]}
        for p in await self.lessons("waiting", "accepted", "apart"):
            form |= {f"topic-{p.id}": topics.get(p.id, p.topic), f"seen-{p.id}": p.topic}
        return await self.manager.post("/staff/teaching", data=form, follow_redirects=True)

    async def trail(self) -> list[str]:
        """What was done so far, beside looking."""
        async with self.database.session() as session:
            actions = await session.scalars(select(TrailEntry.action).order_by(TrailEntry.seq))
            return [action for action in actions if action != "saw"]


@pytest_asyncio.fixture
async def desk(app: FastAPI, database: Database, member: Member) -> Desk:
    """A reviewer and a manager."""
    return Desk(app, database, await member(Role.REVIEWER), await member(Role.MANAGER))


async def test_wrong_becomes_a_proposed_question(desk: Desk) -> None:
    turn_id = await desk.asked("When is a new pump due?")
    shown = await desk.judge(turn_id, "wrong", REPLACEMENT, note="was the battery")
    assert shown.status_code == 200
    [lesson] = await desk.lessons()
    assert (lesson.text, lesson.topic, lesson.people) == ("When is a new pump due?", "pump_replacement", 1)
    assert "Proposed as a training question" in shown.text
    assert "reviewer" in shown.text
    assert await desk.trail() == ["judged"]


async def test_who_looked_is_in_the_trail(desk: Desk) -> None:
    turn_id = await desk.asked("When is a new pump due?")
    for path in (f"/staff/teaching/turns/{turn_id}", "/staff/teaching", "/staff/teaching/unanswered"):
        await desk.reviewer.get(path)
    async with desk.database.session() as session:
        seen = (await session.execute(select(TrailEntry.action, TrailEntry.object_kind).order_by(TrailEntry.seq))).all()
    assert [tuple(row) for row in seen] == [("saw", "turn"), ("saw", "lessons"), ("saw", "unanswered")]


async def test_questions_of_nearly_the_same_words_are_one_with_a_count(desk: Desk) -> None:
    for text in ("can I swim with the pump in", "Can I swim, with the pump in?", "When may I fly?"):
        await desk.judge(await desk.asked(text), "out_of_scope")
    assert [(p.text, p.people) for p in await desk.lessons()] == [
        ("can I swim with the pump in", 2),
        ("When may I fly?", 1),
    ]


async def test_judged_again_replaces_and_takes_the_proposal_back(desk: Desk) -> None:
    turn_id = await desk.asked("Is it on the news?")
    await desk.judge(turn_id, "out_of_scope")
    await desk.judge(turn_id, "right", seen=1)
    assert await desk.lessons() == []
    async with desk.database.session() as session:
        judgement = await session.get_one(Judgement, turn_id)
    assert (judgement.verdict, judgement.version) == ("right", 2)


async def test_two_who_judge_at_once_do_not_overwrite_each_other(desk: Desk) -> None:
    turn_id = await desk.asked("Is it on the news?")
    await desk.judge(turn_id, "right")
    late = await desk.judge(turn_id, "out_of_scope")
    assert "somebody else judged this meanwhile" in late.text
    late_again = await desk.judge(turn_id, "out_of_scope", seen=7)
    assert "somebody else judged this meanwhile" in late_again.text
    async with desk.database.session() as session:
        assert (await session.get_one(Judgement, turn_id)).verdict == "right"
    assert await desk.lessons() == []


async def test_a_question_of_the_examination_is_never_taught(desk: Desk) -> None:
    turn_id = await desk.asked("How many years before the pump needs changing?")
    shown = await desk.judge(turn_id, "wrong", "battery_life")
    assert await desk.lessons() == []
    assert "would spoil the measure" in shown.text
    assert EXAMINED in html.unescape(shown.text)


async def test_a_wrong_topic_must_be_named(desk: Desk) -> None:
    turn_id = await desk.asked("When is a new pump due?")
    shown = await desk.judge(turn_id, "wrong", "no such topic")
    assert "choose the right topic" in shown.text
    async with desk.database.session() as session:
        assert await session.get(Judgement, turn_id) is None


async def test_without_javascript_it_is_a_page_of_its_own(desk: Desk) -> None:
    turn_id = await desk.asked("When is a new pump due?")
    path = f"/staff/teaching/turns/{turn_id}"
    form = {"verdict": "unsafe", "seen": "0", "note": "<script>alert(1)</script>"}
    posted = await desk.reviewer.post(path, data=form)
    assert (posted.status_code, posted.headers["location"]) == (303, path)
    shown = (await desk.reviewer.get(path)).text
    assert "<h1>" in shown
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
    listed = (await desk.reviewer.get("/staff/teaching")).text
    assert "Answers judged unsafe" in listed
    assert "<script>alert" not in listed


async def test_a_line_of_which_little_is_left_is_flagged(desk: Desk, bot: FakeBot) -> None:
    await desk.judge(await desk.asked("call me on 415 555 2671"), "out_of_scope")
    await desk.judge(await desk.asked("(name) (date)"), "out_of_scope")
    shown = (await desk.manager.get("/staff/teaching")).text
    assert shown.count("Most of it was hidden to protect the visitor") == 1


async def test_a_manager_accepts_and_turns_down_several_at_once(desk: Desk) -> None:
    for text in ("May I swim?", "What about the weather?", "Who won the cup?"):
        await desk.judge(await desk.asked(text), "out_of_scope")
    swim, weather, cup = await desk.lessons()
    shown = await desk.decide("accepted", swim, weather)
    assert "2 accepted" in shown.text
    await desk.decide("rejected", cup)
    assert {p.id for p in await desk.lessons("accepted")} == {swim.id, weather.id}
    assert [p.id for p in await desk.lessons("rejected")] == [cup.id]
    assert await desk.trail() == ["judged"] * 3 + ["accepted questions", "rejected questions"]


async def test_what_was_decided_meanwhile_is_not_decided_again(desk: Desk) -> None:
    await desk.judge(await desk.asked("May I swim?"), "out_of_scope")
    [swim] = await desk.lessons()
    await desk.decide("rejected", swim)
    shown = await desk.decide("accepted", swim)
    assert "decided on, or changed, by somebody else meanwhile" in shown.text
    assert await desk.lessons("accepted") == []


async def test_a_manager_gives_another_topic(desk: Desk) -> None:
    await desk.judge(await desk.asked("When is a new pump due?"), "out_of_scope")
    [lesson] = await desk.lessons()
    shown = await desk.decide("accepted", lesson, **{lesson.id: BATTERY})
    assert "1 given another topic" in shown.text
    assert [p.topic for p in await desk.lessons("accepted")] == ["battery_life"]


async def test_a_topic_that_does_not_exist_keeps_a_question_from_being_accepted(desk: Desk) -> None:
    await desk.judge(await desk.asked("When is a new pump due?"), "out_of_scope")
    [lesson] = await desk.lessons()
    shown = await desk.decide("accepted", lesson, **{lesson.id: "Nonsense"})
    assert "choose the topic from the list" in shown.text
    assert await desk.lessons("accepted") == []


async def test_a_reviewer_may_not_decide(desk: Desk) -> None:
    await desk.judge(await desk.asked("May I swim?"), "out_of_scope")
    [lesson] = await desk.lessons()
    form = {"decision": "accepted", "lesson": lesson.id}
    assert (await desk.reviewer.post("/staff/teaching", data=form)).status_code == 403
    assert 'name="decision"' not in (await desk.reviewer.get("/staff/teaching")).text
    assert await desk.lessons("accepted") == []


async def test_where_the_bot_is_absent_nothing_is_started(desk: Desk) -> None:
    await desk.judge(await desk.asked("May I swim?"), "out_of_scope")
    await desk.decide("accepted", *await desk.lessons())
    shown = await desk.manager.post("/staff/teaching/models", follow_redirects=True)
    assert "Nothing was started: teaching needs the bot" in html.unescape(shown.text)
    assert "make learn" in shown.text
    assert "started teaching" not in await desk.trail()


async def test_an_erased_conversation_takes_its_judgement_and_proposal_along(desk: Desk) -> None:
    async with client_of(desk.app) as client:
        visitor = await Visitor.arrive(client)
        await visitor.send("My secret question, may I swim?")
        async with desk.database.session() as session:
            turn_id = (await session.scalars(select(Turn.id))).one()
        await desk.judge(turn_id, "out_of_scope")
        erased = await client.delete(f"/api/v1/conversations/{visitor.id}", headers=visitor.headers)
        assert erased.status_code == 204
    async with desk.database.session() as session:
        assert (await session.scalars(select(Judgement))).all() == []
        assert (await session.scalars(select(Conversation))).all() == []
    assert await desk.lessons() == []
    assert "secret" not in (await desk.manager.get("/staff/teaching")).text


async def test_the_form_tells_of_the_answer_and_its_model(desk: Desk, bot: FakeBot) -> None:
    bot.replies = golden_replies()[:1]
    turn_id = await desk.asked("How long does it last?")
    shown = (await desk.reviewer.get(f"/staff/teaching/turns/{turn_id}")).text
    assert re.search(r"Sure <small>\(\d+ %; model \w+\)", shown)
    assert BATTERY in html.unescape(shown)


async def test_where_nothing_is_unanswered_the_page_says_so(member: Member, talks: Talks) -> None:
    nurse = await member(Role.REVIEWER)
    await talks.answered("how long")
    assert "Nothing to do" in (await nurse.get("/staff/teaching/unanswered")).text
    await talks.refused("who won the cup")
    assert "Nothing has been grouped yet" in (await nurse.get("/staff/teaching/unanswered")).text
