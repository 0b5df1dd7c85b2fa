"""Carries a run out: accepted questions, a copy of the training files, a trial, the gate, the new model in use or not.

data/nlu and models/ change only in `_promote`, after the gate: a run that is killed before leaves nothing but its
folder, and one that is killed within it can be done again, since every step of it may be repeated.
"""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from bot.model_store import ModelError
from deploy.ensure_model import stamp
from deploy.learning import alarms, material, shelf
from deploy.learning.gate import reasons_to_keep
from deploy.learning.material import Accepted
from deploy.learning.trial import TrialFailedError, Tried, tried
from knowledge.errors import ContentError
from knowledge.paths import ROOT
from server.console.teaching.lessons import Lessons
from server.console.teaching.models import LessonState
from server.console.teaching.runs import RENEW_EVERY_SECONDS, Runs
from server.console.teaching.steps import STEPS
from server.db import Database
from server.errors import ServerError

_FOLDER = ROOT / "var" / "learning"
_NOTHING = "No accepted question could be learned."


class Learner:
    """Carries one run out; `tell` is told every step as well."""

    def __init__(self, database: Database, run_id: str, tell: Callable[[str], None]) -> None:
        self._database, self._run_id, self._tell = database, run_id, tell
        self._folder = _FOLDER / run_id

    async def learn(self) -> None:
        """Learn what was accepted."""
        await self._carried_out(self._learn)

    async def go_back(self) -> None:
        """Put the model before in use again."""
        await self._carried_out(self._go_back)

    async def _carried_out(self, work: Callable[[], Awaitable[None]]) -> None:
        renewing = asyncio.create_task(self._renew())
        try:
            await work()
        except (TrialFailedError, ModelError, ContentError) as e:
            await self._failed(str(e))
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
            # It holds what visitors asked: what is to stay stands in data/nlu or in the database.
            shutil.rmtree(self._folder, ignore_errors=True)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY_SECONDS)
            with suppress(ServerError):  # a database that is away for a moment; the lease lasts longer
                async with self._database.session() as session:
                    await Runs(session).renew()

    async def _learn(self) -> None:
        questions = await self._questions()
        if not questions:
            await self._kept([_NOTHING], [])
            return
        await self._step(STEPS[0], questions=len(questions))
        self._folder.mkdir(parents=True)
        nlu = material.copy_with(questions, self._folder)
        messages = self._folder / "messages.json"
        messages.write_text(json.dumps(await asyncio.to_thread(alarms.messages_with_notes)), encoding="utf-8")
        result = await tried(nlu, messages, self._folder, self._known_figures(), self._step)
        shelf.keep_figures(shelf.present(), result.present)
        reasons = reasons_to_keep(result.present, result.new)
        if reasons:
            await self._kept(reasons, questions, result)
        else:
            await self._promote(questions, result)

    async def _questions(self) -> list[Accepted]:
        """The accepted questions that can be learned; the others are set apart, with the reason."""
        async with self._database.session() as session:
            proposals = await Lessons(session).of_states("accepted")
        accepted = [Accepted(p.id, p.topic, p.text) for p in proposals]
        good, refused = material.sorted_out(accepted)
        for lesson_id, reason in refused.items():
            await self._settle([lesson_id], "apart", reason)
        return good

    def _known_figures(self) -> Path | None:
        known = shelf.figures_of(shelf.present())
        if known is None:
            return None
        file = self._folder / "present.json"
        file.write_text(json.dumps(known), encoding="utf-8")
        return file

    async def _promote(self, questions: list[Accepted], result: Tried) -> None:
        await self._step(STEPS[-1])
        before = shelf.present().name
        material.write(questions)
        model = shelf.put_in_use(result.model, result.new)
        stamp()
        await self._settle([q.id for q in questions], "taken")
        async with self._database.session() as session:
            await Runs(session).finish(
                self._run_id,
                "promoted",
                model=model.name,
                previous_model=before,
                before=result.present,
                after=result.new,
            )
        self._tell(f"{model.name} is in use.")

    async def _kept(self, reasons: list[str], questions: list[Accepted], result: Tried | None = None) -> None:
        await self._settle([q.id for q in questions], "apart", "The model that learned it was not kept.")
        figures = {"before": result.present, "after": result.new} if result else {}
        async with self._database.session() as session:
            await Runs(session).finish(self._run_id, "kept", reasons, **figures)
        self._tell("The old model stays. " + " ".join(reasons))

    async def _failed(self, reason: str) -> None:
        async with self._database.session() as session:
            await Runs(session).finish(self._run_id, "failed", [reason])
        self._tell(f"Failed: {reason}")

    async def _go_back(self) -> None:
        async with self._database.session() as session:
            undone = await Runs(session).serving()
            lessons = await Lessons(session).of_run(undone.id, "taken") if undone else []
        if undone is None or undone.previous_model is None:
            await self._failed("There is no model before the present one.")
            return
        shelf.use_again(undone.previous_model)
        material.take_out([Accepted(p.id, p.topic, p.text) for p in lessons])
        stamp()
        await self._settle([p.id for p in lessons], "apart", "Set apart when the model before was put in use again.")
        async with self._database.session() as session:
            runs = Runs(session)
            await runs.undone(undone.id)
            await runs.finish(self._run_id, "done", model=undone.previous_model, previous_model=undone.model)
        self._tell(f"{undone.previous_model} is in use again.")

    async def _settle(self, ids: list[str], state: LessonState, reason: str | None = None) -> None:
        async with self._database.session() as session:
            await Lessons(session).settle(ids, state, self._run_id, reason)

    async def _step(self, step: str, **values: int) -> None:
        self._tell(step)
        async with self._database.session() as session:
            await Runs(session).step(self._run_id, step, **values)
