"""Runs of learning: one at a time, seen by everybody, ended if their process dies; and questions grouped by meaning."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from server_fakes import FakeBot, Visitor, client_of, golden_replies
from sqlalchemy import select, update

from server.console.roles import Role
from server.console.staff import Staff
from server.console.teaching.groups import Groups, regroup
from server.console.teaching.lessons import Lessons
from server.console.teaching.models import Judgement, Lesson, RunKind
from server.console.teaching.runs import Runs
from server.db import Database
from server.log.models import Job, Turn
from server.settings import Settings

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

Member = Callable[..., Awaitable[httpx.AsyncClient]]
MANAGER = Staff("1", "manager@clinic.example", "Manager", frozenset({Role.MANAGER}))
FIGURES = {
    "model": "20260101-000000-old.tar.gz",
    "model_id": "abc",
    "figures": {
        **{"right_first": 0.9, "wrong_given": 0.02, "clarified": 0.05, "refused": 0.02, "out_of_scope_refused": 0.93},
        **{"in_scope_questions": 900, "out_of_scope_questions": 150},
    },
    "topics": [{"name": "battery_life", "questions": 10, "right_first": 0.8}],
    "safety": {"emergency": {"due": 100, "together": 99, "alone": 95}},
    "calm": {"asked": 300, "alarmed": 12},
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As if the bot's environment were there; nothing here really teaches."""
    return settings.model_copy(update={"bot_python": Path(sys.executable)})


async def start(database: Database, kind: RunKind = "learn") -> str | None:
    async with database.session() as session:
        return await Runs(session).start(kind, MANAGER)


async def asked(app: FastAPI, text: str) -> None:
    async with client_of(app) as client:
        assert (await (await Visitor.arrive(client)).send(text)).status_code == 200


async def accepted(app: FastAPI, database: Database, text: str) -> None:
    """An accepted question, as if judged."""
    await asked(app, text)
    async with database.session() as session:
        lesson = Lesson(id=uuid4().hex, topic="battery_life", state="accepted", created_at=datetime.now(UTC))
        session.add(lesson)
        await session.flush()
        turn_id = (await session.scalars(select(Turn.id))).one()
        session.add(_judgement(turn_id, lesson.id))


def _judgement(turn_id: str, lesson_id: str) -> Judgement:
    return Judgement(
        turn_id=turn_id,
        verdict="wrong",
        topic="battery_life",
        version=1,
        judged_by="1",
        judged_by_name="Reviewer",
        judged_at=datetime.now(UTC),
        lesson_id=lesson_id,
    )


async def test_of_many_who_start_at_once_one_does(database: Database) -> None:
    started = await asyncio.gather(*(start(database) for _ in range(6)))
    assert len([run_id for run_id in started if run_id]) == 1


async def test_a_run_whose_process_was_killed_gives_way(database: Database) -> None:
    first = await start(database)
    assert first
    assert await start(database) is None
    async with database.session() as session:
        await session.execute(update(Job).where(Job.name == "learn").values(due_at=datetime.now(UTC) - timedelta(1)))
    second = await start(database)
    async with database.session() as session:
        buried = await Runs(session).find(first)
        running = await Runs(session).running()
    assert buried
    assert buried.state == "failed"
    assert running
    assert running.id == second


async def test_a_finished_run_lets_the_next_begin(database: Database) -> None:
    first = await start(database)
    async with database.session() as session:
        await Runs(session).finish(first or "", "kept", ["Safety got worse."])
    assert await start(database)


async def test_nothing_is_taught_without_an_accepted_question(member: Member) -> None:
    manager = await member(Role.MANAGER)
    shown = await manager.post("/staff/teaching/models", follow_redirects=True)
    assert "no accepted question waits" in shown.text


async def test_who_presses_while_a_run_goes_on_is_told(app: FastAPI, database: Database, member: Member) -> None:
    await accepted(app, database, "How long?")
    await start(database)
    manager = await member(Role.MANAGER)
    shown = await manager.post("/staff/teaching/models", follow_redirects=True)
    assert "the bot is being taught already" in shown.text


@pytest.mark.parametrize("path", ["/staff/teaching/models", "/staff/teaching/models/back"])
async def test_a_reviewer_may_not_teach(member: Member, path: str) -> None:
    reviewer = await member(Role.REVIEWER)
    assert (await reviewer.post(path)).status_code == 403


async def test_there_is_nothing_before_the_first_model(member: Member) -> None:
    manager = await member(Role.MANAGER)
    shown = await manager.post("/staff/teaching/models/back", follow_redirects=True)
    assert "there is no model before" in shown.text


async def test_the_page_of_a_run_asks_again_only_while_it_runs(database: Database, member: Member) -> None:
    run_id = await start(database)
    reviewer = await member(Role.REVIEWER)
    path = f"/staff/teaching/models/{run_id}"
    async with database.session() as session:
        await Runs(session).step(run_id or "", "training")
    part = (await reviewer.get(path, headers={"HX-Request": "true"})).text
    assert "step 3 of 6, training" in part
    assert "every 2s" in part
    assert "<html" not in part
    after = {**FIGURES, "figures": {**FIGURES["figures"], "right_first": 0.95}}
    async with database.session() as session:
        await Runs(session).finish(run_id or "", "promoted", before=FIGURES, after=after, model="b", previous_model="a")
    whole = (await reviewer.get(path)).text
    assert "every 2s" not in whole
    assert "+5.0 better" in whole
    assert "How long the battery lasts" in whole
    assert "95.0 %" in (await reviewer.get("/staff/teaching/models")).text


def grouping_python(folder: Path) -> Path:
    """Stands in for the bot's Python: puts all questions into one group."""
    script = folder / "bot-python"
    body = "import sys, json; print(json.dumps([json.loads(line)['id'] for line in sys.stdin]))"
    script.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    script.chmod(0o755)
    return script


async def test_what_was_refused_is_grouped_and_judged_at_once(
    app: FastAPI, database: Database, member: Member, bot: FakeBot, tmp_path: Path
) -> None:
    bot.replies = golden_replies()[1:2]
    for text in ("May I swim?", "is swimming allowed", "can I go swimming"):
        await asked(app, text)
    assert await regroup(database, grouping_python(tmp_path))
    assert not await regroup(database, grouping_python(tmp_path)), "another process did it just now"
    reviewer = await member(Role.REVIEWER)
    shown = (await reviewer.get("/staff/teaching/unanswered")).text
    assert "3 people asked" in shown
    async with database.session() as session:
        [group], _, _ = await Groups(session).shown()
    turns = [turn_id for turn_id, _, _ in group.questions]
    await reviewer.post(f"/staff/teaching/unanswered/{group.id}", data={"topic": "battery_life", "turn": turns})
    async with database.session() as session:
        assert len(await Lessons(session).of_states("waiting")) == 3
        assert (await Groups(session).shown())[0] == []
    assert "3 people asked" not in (await reviewer.get("/staff/teaching/unanswered")).text


async def test_a_grouping_that_fails_leaves_the_groups_as_they_were(
    app: FastAPI, database: Database, bot: FakeBot, tmp_path: Path, settings: Settings
) -> None:
    bot.replies = golden_replies()[1:2]
    for text in ("May I swim?", "is swimming allowed"):
        await asked(app, text)
    await regroup(database, grouping_python(tmp_path))
    broken = tmp_path / "broken"
    broken.write_text(f"#!{sys.executable}\nraise SystemExit(3)\n", encoding="utf-8")
    broken.chmod(0o755)
    assert not await regroup(database, broken, every=timedelta(seconds=0))
    async with database.session() as session:
        assert len((await Groups(session).shown())[0]) == 1
