"""Judging one turn: a part of the conversation's page (htmx), and a page of its own."""

from typing import cast, get_args

from fastapi import APIRouter, Request, Response

from server.console.console import OfConsole
from server.console.pages import page, see_other
from server.console.teaching.forms import Form, Judge, field
from server.console.teaching.judging import Judged, JudgedMeanwhileError, Judging, Opinion
from server.console.teaching.models import OUT_OF_SCOPE, Verdict
from server.console.teaching.topics import choices, topic_of
from server.console.trail import Trail
from server.errors import BadRequestError, NotFoundError
from server.log.models import Reply

router = APIRouter(prefix="/staff/teaching/turns")

_CHOOSE = "Nothing was saved: choose the right topic from the list."
_MEANWHILE = "Nothing was saved: somebody else judged this meanwhile. Look, and judge again if you do not agree."
_LESSONS = {
    "waiting": "Proposed as a training question; a manager decides.",
    "accepted": "Accepted as a training question; the bot learns it next time.",
    "rejected": "A manager turned this training question down.",
    "taken": "The bot has learned this question.",
    "apart": "Set apart: the model that learned it was not kept.",
}


@router.get("/{turn_id}")
async def turn(turn_id: str, request: Request, console: OfConsole, staff: Judge) -> Response:
    """The question, its answer, and what was thought of it."""
    shown = await _shown(turn_id, request, console, staff)
    if not request.headers.get("HX-Request"):  # as a part, it is seen with its conversation
        async with console.database.session() as session:
            await Trail(session).record(staff, "saw", "turn", turn_id)
    return shown


@router.post("/{turn_id}")
async def judge(turn_id: str, request: Request, console: OfConsole, staff: Judge, form: Form) -> Response:
    """Keep what somebody thinks of it."""
    opinion, problem = _opinion(form, console), ""
    if opinion is None:
        problem = _CHOOSE
    else:
        try:
            async with console.database.session() as session:
                judging = Judging(session, console.settings.examination_dir)
                found = _there(await judging.find(turn_id))
                await judging.judge(found.turn, opinion, staff)
        except JudgedMeanwhileError:
            problem = _MEANWHILE
    if not problem and not request.headers.get("HX-Request"):
        return see_other(f"/staff/teaching/turns/{turn_id}")
    return await _shown(turn_id, request, console, staff, problem)


def _opinion(form: Form, console: OfConsole) -> Opinion | None:
    """What the form says; None if the right topic is missing."""
    verdict, seen = field(form, "verdict"), field(form, "seen")
    if verdict not in get_args(Verdict) or not (seen.isascii() and seen.isdigit()):
        raise BadRequestError("The form is not complete. Go back to the page and try again.")
    topic = topic_of(console.library, field(form, "topic")) if field(form, "topic") else None
    if verdict == "wrong" and topic == OUT_OF_SCOPE:
        verdict = OUT_OF_SCOPE
    if verdict == "wrong" and topic is None:
        return None
    named = topic if verdict in ("wrong", "unsafe") else None
    return Opinion(cast(Verdict, verdict), named, field(form, "note") or None, int(seen))


def _there(found: Judged | None) -> Judged:
    if found is None:
        raise NotFoundError("There is no such message; its conversation may have been erased.")
    return found


def _titles(reply: Reply, console: OfConsole) -> list[str]:
    return [console.library.title_of(topic) for topic in (reply.details or {}).get("topics", ())]


async def _shown(turn_id: str, request: Request, console: OfConsole, staff: Judge, problem: str = "") -> Response:
    async with console.database.session() as session:
        found = _there(await Judging(session, console.settings.examination_dir).find(turn_id))
    lesson, judgement = found.lesson, found.judgement
    part = "judging" if request.headers.get("HX-Request") else "turn"
    return page(
        request,
        f"teaching/{part}.html",
        staff,
        status=409 if problem and part == "turn" else 200,
        turn=found.turn,
        replies=[(reply, _titles(reply, console)) for reply in found.replies],
        judgement=judgement,
        topic=console.library.title_of(judgement.topic) if judgement and judgement.topic else "",
        lesson=_LESSONS[lesson.state] if lesson else "",
        choices=choices(console.library),
        problem=problem,
    )
