"""Teaching the bot, how it goes and what it brought, the models so far, and the way back to the one before."""

import asyncio
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from server.console.console import OfConsole
from server.console.pages import page, see_other
from server.console.roles import Action
from server.console.teaching.figures import by_topic, overall, share
from server.console.teaching.forms import Judge, Teacher
from server.console.teaching.lessons import Lessons
from server.console.teaching.models import RunKind
from server.console.teaching.runs import Runs
from server.console.teaching.steps import progress
from server.console.teaching.worker import carry_out
from server.errors import NotFoundError

router = APIRouter(prefix="/staff/teaching/models")

_PROBLEMS = {
    "running": "Nothing was started: the bot is being taught already. Its progress stands below.",
    "absent": "Nothing was started: teaching needs the bot's environment on this machine (BOT_PYTHON).",
    "nothing": "Nothing was started: no accepted question waits to be learned.",
    "first": "Nothing was changed: there is no model before the present one.",
}
# Kept here while they wait for their process, or they could be collected.
_waiting: set[asyncio.Task[None]] = set()


@router.get("")
async def models(request: Request, console: OfConsole, staff: Judge) -> Response:
    """The runs so far, and the buttons."""
    async with console.database.session() as session:
        runs = Runs(session)
        latest, serving, running = await runs.latest(), await runs.serving(), await runs.running()
        last_model = await runs.model_of_last_reply()
        ready = await Lessons(session).count("accepted")
    return page(
        request,
        "teaching/models.html",
        staff,
        runs=[(run, share(run.after, "right_first"), share(run.after, "wrong_given")) for run in latest],
        serving=serving,
        running=running,
        step=progress(running.step) if running else "",
        ready=ready,
        last_model=last_model,
        names={r["model_id"]: r["model"] for run in latest for r in (run.before, run.after) if r},
        may_teach=staff.may(Action.TEACH),
        available=console.settings.bot_python.is_file(),
        problem=_PROBLEMS.get(request.query_params.get("problem", ""), ""),
    )


@router.post("")
async def teach(console: OfConsole, staff: Teacher) -> Response:
    """Start teaching."""
    if not console.settings.bot_python.is_file():
        return see_other("/staff/teaching/models?problem=absent")
    async with console.database.session() as session:
        ready = await Lessons(session).count("accepted")
    if not ready:
        return see_other("/staff/teaching/models?problem=nothing")
    return await _start(console, staff, "learn")


@router.post("/back")
async def back(console: OfConsole, staff: Teacher) -> Response:
    """Go back to the model before."""
    async with console.database.session() as session:
        serving = await Runs(session).serving()
    if serving is None:
        return see_other("/staff/teaching/models?problem=first")
    return await _start(console, staff, "back")


async def _start(console: OfConsole, staff: Teacher, kind: RunKind) -> Response:
    async with console.database.session() as session:
        run_id = await Runs(session).start(kind, staff)
    if run_id is None:
        return see_other("/staff/teaching/models?problem=running")
    task = asyncio.create_task(carry_out(console.database, run_id))
    _waiting.add(task)
    task.add_done_callback(_waiting.discard)
    return see_other(f"/staff/teaching/models/{run_id}")


@router.get("/{run_id}")
async def run(run_id: str, request: Request, console: OfConsole, staff: Judge) -> Response:
    """How far a run is; once it has ended, what it brought."""
    async with console.database.session() as session:
        found = await Runs(session).find(run_id)
    if found is None:
        raise NotFoundError("There is no such run of learning.")
    part = "progress" if request.headers.get("HX-Request") else "run"
    return page(
        request,
        f"teaching/{part}.html",
        staff,
        run=found,
        step=progress(found.step),
        seconds=(datetime.now(UTC) - found.started_at).seconds,
        overall=overall(found),
        topics=by_topic(found, console.library),
    )
