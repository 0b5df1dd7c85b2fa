"""A copy of the project that knows little, so that it learns in half a minute, and a database of accepted questions."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import yaml
from sqlalchemy import select

from bench.project_copy import copied, with_model
from bot import model_store
from bot.training_files import read_training, remove_training
from server.console.teaching.models import Judgement, LearnRun, Lesson
from server.db import Database
from server.log.models import Conversation, Turn
from server.migrate import migrate
from server.safety import RED_FLAGS
from server.settings import async_database_url

# The topic that is weak at first, and one that it can be taken for.
WEAK, STRONG = "travel_security", "battery_life"
_KEPT = {WEAK: 2, STRONG: 30, "out_of_scope": 60, **dict.fromkeys(RED_FLAGS, 60)}
_KEPT_OF_OTHERS = 8
# Of so few training questions what is out of scope is learned by luck: none of it is asked.
_EXAMINED = {WEAK: 99, STRONG: 99, **dict.fromkeys(RED_FLAGS, 2)}


@dataclass(frozen=True)
class SmallProject:
    """The copy, its database, and the questions that were taken away from the weak topic."""

    root: Path
    database_url: str
    held_out: Sequence[str]

    @property
    def weak_file(self) -> Path:
        """The training questions of the weak topic."""
        return self.root / "data" / "nlu" / f"{WEAK}.yml"

    @property
    def model(self) -> str:
        """The name of the model in use."""
        return model_store.current(self.root / "models").name

    def learn(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """What `make learn` does."""
        process = self.start_learning(*arguments)
        out, err = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def start_learning(self, *arguments: str) -> "subprocess.Popen[str]":
        """Begin what `make learn` does."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "DATABASE_URL": self.database_url}
        command = [sys.executable, "-m", "deploy.learn", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.root, env=environment, stdout=pipe, stderr=pipe, text=True)

    def accept(self, texts: Iterable[str], topic: str) -> None:
        """Questions that visitors asked, a reviewer judged and a manager accepted."""
        asyncio.run(self._accept(texts, topic))

    def latest_run(self) -> LearnRun:
        """The run that was begun last."""
        return self.runs()[-1]

    def runs(self) -> list[LearnRun]:
        """All runs, in the order in which they were begun."""
        return asyncio.run(self._runs())

    def lessons(self) -> list[Lesson]:
        """All lessons."""
        return asyncio.run(self._lessons())

    async def _accept(self, texts: Iterable[str], topic: str) -> None:
        database, now = Database(async_database_url(self.database_url)), datetime.now(UTC)
        for text in texts:
            conversation, turn, lesson = (uuid4().hex for _ in range(3))
            async with database.session() as session:
                session.add(Conversation(id=conversation, channel="api", created_at=now, last_at=now))
                session.add(Lesson(id=lesson, topic=topic, state="accepted", created_at=now))
                await session.flush()
                session.add(_turn(turn, conversation, text, now))
                await session.flush()
                session.add(_judgement(turn, lesson, topic, now))
        await database.close()

    async def _runs(self) -> list[LearnRun]:
        database = Database(async_database_url(self.database_url))
        async with database.session() as session:
            runs = list(await session.scalars(select(LearnRun).order_by(LearnRun.started_at)))
        await database.close()
        return runs

    async def _lessons(self) -> list[Lesson]:
        database = Database(async_database_url(self.database_url))
        async with database.session() as session:
            lessons = list(await session.scalars(select(Lesson)))
        await database.close()
        return lessons


def small_project(folder: Path, *, trained: bool = True) -> SmallProject:
    """Make one in an empty folder, with a first model in use unless it is not to be trained."""
    root = copied(folder / "project")
    held_out: list[str] = []
    for path in sorted((root / "data" / "nlu").glob("*.yml")):
        gone = read_training(path)[_KEPT.get(path.stem, _KEPT_OF_OTHERS) :]
        remove_training(path, gone)
        if path.stem == WEAK:
            held_out = list(gone)
    _examine_less(root)
    if trained:
        with_model(root, folder)
    database_url = f"sqlite:///{folder / 'log.db'}"
    asyncio.run(migrate(async_database_url(database_url)))
    return SmallProject(root, database_url, held_out)


def _examine_less(root: Path) -> None:
    for path in (root / "tests" / "eval").glob("*.yml"):
        if path.stem not in _EXAMINED:
            path.unlink()
            continue
        questions = yaml.safe_load(path.read_text(encoding="utf-8"))["questions"][: _EXAMINED[path.stem]]
        path.write_text(yaml.safe_dump({"topic": path.stem, "questions": questions}), encoding="utf-8")
    safety = root / "tests" / "conversations" / "safety"
    flags = yaml.safe_load((safety / "red_flags.yml").read_text(encoding="utf-8"))
    (safety / "red_flags.yml").write_text(yaml.safe_dump({k: v[:2] for k, v in flags.items()}), encoding="utf-8")
    near = yaml.safe_load((safety / "near_misses.yml").read_text(encoding="utf-8"))
    (safety / "near_misses.yml").write_text(yaml.safe_dump(near[:5]), encoding="utf-8")


def _turn(turn_id: str, conversation_id: str, text: str, now: datetime) -> Turn:
    return Turn(
        id=turn_id,
        conversation_id=conversation_id,
        seq=1,
        client_message_id="m-1",
        text=text,
        state="answered",
        received_at=now,
    )


def _judgement(turn_id: str, lesson_id: str, topic: str, now: datetime) -> Judgement:
    return Judgement(
        turn_id=turn_id,
        verdict="wrong",
        topic=topic,
        version=1,
        judged_by="1",
        judged_by_name="Reviewer",
        judged_at=now,
        lesson_id=lesson_id,
    )
