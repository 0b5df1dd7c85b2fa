"""The queries of runs of learning. One runs at a time, over all server processes, held by a lease in the job's row."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.staff import Staff
from server.console.teaching.models import LearnRun, RunKind, RunState
from server.console.trail import Trail
from server.log.models import Conversation, Job, Reply
from server.log.retention import RetentionRepository

_JOB = "learn"
# A run that was killed gives way to the next after so long; one that lives renews its lease far more often.
LEASE = timedelta(seconds=90)
RENEW_EVERY_SECONDS = 15.0
_SHOWN = 50
# What the server's own messages, such as the greeting, name as their model.
_SERVERS_OWN = "server"
_UNSYNCHRONISED = {"synchronize_session": False}


class Runs:
    """Runs within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def start(self, kind: RunKind, staff: Staff) -> str | None:
        """Begin a run, unless one is going on; its id. Records it, so call it last in a session."""
        now = datetime.now(UTC)
        if not await RetentionRepository(self._session).take_job(_JOB, now, LEASE):
            return None
        await self._bury(now)
        run = LearnRun(
            id=uuid4().hex,
            kind=kind,
            state="running",
            step="starting",
            started_by=staff.name,
            started_at=now,
            questions=0,
            reasons=[],
        )
        self._session.add(run)
        await self._session.flush()
        action = "started teaching" if kind == "learn" else "went back a model"
        await Trail(self._session).record(staff, action, "learn run", run.id)
        return run.id

    async def renew(self) -> None:
        """Hold the lease for longer."""
        await self._set_lease(datetime.now(UTC) + LEASE)

    async def step(self, run_id: str, step: str, **values: Any) -> None:
        """Note how far a run is."""
        await self._set(run_id, step=step, **values)

    async def finish(self, run_id: str, state: RunState, reasons: Sequence[str] = (), **values: Any) -> None:
        """End a run and let go of the lease."""
        now = datetime.now(UTC)
        await self._set(run_id, state=state, step="done", reasons=list(reasons), finished_at=now, **values)
        await self._set_lease(now)

    async def undone(self, run_id: str) -> None:
        """Note that a promoted run was gone back from."""
        await self._set(run_id, state="undone")

    async def find(self, run_id: str) -> LearnRun | None:
        """The run with this id."""
        return await self._session.get(LearnRun, run_id)

    async def running(self) -> LearnRun | None:
        """The run that goes on, if any; not one whose process was killed and whose lease has ended."""
        job = await self._session.get(Job, _JOB)
        if job is None or job.due_at <= datetime.now(UTC):
            return None
        return (await self._session.scalars(select(LearnRun).where(LearnRun.state == "running").limit(1))).one_or_none()

    async def latest(self) -> Sequence[LearnRun]:
        """The latest runs, newest first."""
        query = select(LearnRun).order_by(LearnRun.started_at.desc()).limit(_SHOWN)
        return (await self._session.scalars(query)).all()

    async def serving(self) -> LearnRun | None:
        """The run whose model was promoted last and was not gone back from."""
        query = select(LearnRun).where(LearnRun.state == "promoted").order_by(LearnRun.started_at.desc()).limit(1)
        return (await self._session.scalars(query)).one_or_none()

    async def model_of_last_reply(self) -> str | None:
        """The id of the model that the newest reply names, which is the one that really serves."""
        latest = select(Conversation.id).order_by(Conversation.last_at.desc()).limit(20).subquery()
        query = select(Reply.details).join(latest, latest.c.id == Reply.conversation_id)
        newest_first = await self._session.scalars(query.order_by(Reply.at.desc()))
        named = ((details or {}).get("model") for details in newest_first)
        return next((name for name in named if name and name != _SERVERS_OWN), None)

    async def _bury(self, now: datetime) -> None:
        """Mark what a killed process left as failed: whoever has the lease knows that nobody works on it."""
        dead = update(LearnRun).where(LearnRun.state == "running")
        reasons = ["Its process was ended. Nothing was changed; teach again."]
        await self._session.execute(
            dead.values(state="failed", step="done", finished_at=now, reasons=reasons),
            execution_options=_UNSYNCHRONISED,
        )

    async def _set(self, run_id: str, **values: Any) -> None:
        statement = update(LearnRun).where(LearnRun.id == run_id).values(**values)
        await self._session.execute(statement, execution_options=_UNSYNCHRONISED)

    async def _set_lease(self, until: datetime) -> None:
        statement = update(Job).where(Job.name == _JOB).values(due_at=until)
        await self._session.execute(statement, execution_options=_UNSYNCHRONISED)
