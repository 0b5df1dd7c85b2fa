"""`make demo-data`: conversations of its own, moved as if they had been held then, and never in production."""

import os
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from server_fakes import Visitor
from sqlalchemy import func, select

from bench.demo import backdating, staff
from bench.demo.talks import load_talks
from bench.demo.visits import Visit
from knowledge import load_library
from knowledge.paths import DATA, ROOT
from server.console.teaching.lessons import Lessons
from server.console.teaching.models import Lesson
from server.db import Database
from server.log.models import Contact, Conversation, Feedback, Reply, Turn
from server.log.retention import RetentionRepository
from server.settings import Settings

SPOKEN = [turn for talk in load_talks() for turn in talk.turns]
# Nobody else's words: "thank you" and the like are everybody's.
_OWN_FROM = 26


@pytest.mark.asyncio
@pytest.mark.both_databases
async def test_a_conversation_is_moved_as_if_it_had_been_held_then(visitor: Visitor, settings: Settings) -> None:
    replies = (await visitor.send("How long does it last?", "m-1")).json()["replies"]
    rated = {"message_id": replies[0]["metadata"]["message_id"], "rating": "up"}
    await visitor.client.post(f"/api/v1/conversations/{visitor.id}/feedback", json=rated, headers=visitor.headers)
    await visitor.send("And then?", "m-2")
    contact = {"name": "Example Person", "phone": "+1 555-0147"}
    await visitor.client.post(f"/api/v1/conversations/{visitor.id}/contact", json=contact, headers=visitor.headers)
    database, begin = Database(settings.database_url), datetime(2026, 3, 4, 12, tzinfo=UTC)
    async with database.session() as session:
        before = [t.finished_at - t.received_at for t in await session.scalars(select(Turn).order_by(Turn.seq))]
    async with database.session() as session:
        await backdating.move(session, visitor.id, begin, random.Random(1))
    async with database.session() as session:
        conversation = await session.get_one(Conversation, visitor.id)
        turns = (await session.scalars(select(Turn).order_by(Turn.seq))).all()
        reply = (await session.scalars(select(Reply).where(Reply.turn_id == turns[1].id))).one()
        others = [(await session.scalars(select(table))).one().at for table in (Feedback, Contact)]
    await database.close()
    assert conversation.created_at == begin
    assert [turn.finished_at - turn.received_at for turn in turns if turn.finished_at] == before
    first, second = turns
    assert second.received_at - first.received_at > timedelta(seconds=20)
    assert first.received_at < others[0] < second.received_at < reply.at < others[1] < begin + timedelta(minutes=10)
    assert conversation.last_at == second.finished_at


@pytest.mark.asyncio
async def test_what_the_bot_got_wrong_is_proposed_and_goes_with_the_demonstration(
    visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "_JUDGED", 1)
    for own_id, text in (("m-1", "How long does it last?"), ("m-2", "Is it replaced?")):
        await visitor.send(text, own_id)
    database, now = Database(settings.database_url), datetime.now(UTC)
    async with database.session() as session:
        visit = Visit(visitor.id, (("m-1", "battery_life"), ("m-2", "pump_replacement")))
        assert await staff.judge(session, [visit], now, random.Random(1)) == 2
    async with database.session() as session:
        [proposed] = await Lessons(session).of_states("waiting")
        assert (proposed.text, proposed.topic) == ("Is it replaced?", "pump_replacement")
        await staff.forget_lessons(session)
        assert await Lessons(session).count("waiting") == 1
    async with database.session() as session:
        await RetentionRepository(session).erase([visitor.id])
        await staff.forget_lessons(session)
        assert await session.scalar(select(func.count()).select_from(Lesson)) == 0
    await database.close()


def test_conversations_lie_in_the_last_days_and_some_since_yesterday() -> None:
    now = datetime(2026, 3, 4, 12, tzinfo=UTC)
    moments = backdating.moments(120, now, random.Random(1))
    assert len(moments) == 120
    assert all(now - timedelta(days=backdating.DAYS) <= moment < now for moment in moments)
    assert sum(moment > now - timedelta(days=1) for moment in moments) >= 8


def test_what_was_meant_is_a_topic_and_every_kind_is_there() -> None:
    answers = load_library(DATA).answers
    meant = {turn.meant for turn in SPOKEN if turn.meant}
    assert meant <= set(answers)
    assert {answers[topic].kind for topic in meant} == {"answer", "not_covered", "service", "safety"}
    assert {turn.thumb for turn in SPOKEN} == {"up", "down", None}


def test_nobody_in_it_can_be_reached() -> None:
    contacts = [talk.call_back for talk in load_talks() if talk.call_back]
    assert len(contacts) == 5
    assert all(c["name"].startswith("Example Person") and "555-01" in c["phone"] for c in contacts)


def test_its_questions_stand_in_no_training_and_no_evaluation() -> None:
    folders = ("data/nlu", "data/dev", "tests/eval", "tests/conversations")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.yml")]
    known = " ".join(_plain(path.read_text(encoding="utf-8")) for path in files)
    own = [turn.say for turn in SPOKEN if turn.say and len(turn.say) >= _OWN_FROM]
    assert len(own) > 90
    assert [say for say in own if f" {_plain(say)} " in known] == []


def test_it_refuses_to_run_in_production() -> None:
    environment = {"ENVIRONMENT": "production", "SENDER_KEY": "k" * 32, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests/e2e'}"}
    command = [sys.executable, "-m", "bench.demo"]
    done = subprocess.run(command, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "This is production: no made-up conversations among those of patients.\n"


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower()).split())
