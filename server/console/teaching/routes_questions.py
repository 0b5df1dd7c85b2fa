"""Proposed training questions, which a manager decides on, and questions that the bot could not answer."""

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask

from server.console.console import OfConsole
from server.console.pages import page, see_other
from server.console.roles import Action
from server.console.staff import Staff
from server.console.teaching.doubts import doubt
from server.console.teaching.forms import Form, Judge, Manager, field, fields
from server.console.teaching.groups import AT_ONCE, Groups, regroup
from server.console.teaching.judging import JudgedMeanwhileError, Judging, Opinion
from server.console.teaching.lessons import Lessons, Proposal, clashes
from server.console.teaching.models import OUT_OF_SCOPE
from server.console.teaching.topics import choices, topic_of
from server.console.trail import Trail
from server.errors import BadRequestError
from server.log.models import Turn

router = APIRouter(prefix="/staff/teaching")

_SAID = {
    "accepted": "{n} accepted. The bot learns them when it is taught next.",
    "rejected": "{n} turned down.",
    "moved": "{n} given another topic.",
    "late": "{n} of those chosen had been decided on, or changed, by somebody else meanwhile: look again.",
    "unknown": "{n} not changed: choose the topic from the list.",
}
_CLASH = "The same question is also proposed for another topic."


@router.get("")
async def proposed(request: Request, console: OfConsole, staff: Judge) -> Response:
    """Training questions that wait for a decision."""
    async with console.database.session() as session:
        lessons = Lessons(session)
        waiting = await lessons.shown("waiting", "apart")
        accepted = await lessons.shown("accepted")
        counts = {"waiting": await lessons.count("waiting", "apart"), "accepted": await lessons.count("accepted")}
        unsafe = await Judging(session, console.settings.examination_dir).unsafe()
        await Trail(session).record(staff, "saw", "lessons", str(len(waiting) + len(accepted)))
    clashing = clashes([*waiting, *accepted])
    return page(
        request,
        "teaching/proposed.html",
        staff,
        waiting=[(p, console.library.title_of(p.topic), _doubt(p, clashing)) for p in waiting],
        accepted=[(p, console.library.title_of(p.topic)) for p in accepted],
        counts=counts,
        unsafe=unsafe,
        choices=choices(console.library),
        may_decide=staff.may(Action.ACCEPT_CORRECTIONS),
        said=_said(request),
    )


def _doubt(p: Proposal, clashing: set[str]) -> str | None:
    return p.reason or doubt(p.text) or (_CLASH if p.id in clashing else None)


def _said(request: Request) -> list[str]:
    counts = ((name, request.query_params.get(name, "")) for name in _SAID)
    return [_SAID[name].format(n=int(n)) for name, n in counts if n.isascii() and n.isdigit() and int(n)]


@router.post("")
async def decide(console: OfConsole, staff: Manager, form: Form) -> Response:
    """Accept or turn down those that are ticked; give those whose topic was changed another one, in any case."""
    decision, ids = field(form, "decision"), fields(form, "lesson")
    if decision not in ("accepted", "rejected", "topics"):
        raise BadRequestError("The form is not complete. Go back to the page and try again.")
    counts = dict.fromkeys(_SAID, 0)
    async with console.database.session() as session:
        lessons = Lessons(session)
        blocked = await _move(lessons, console, form, counts)
        wanted = [i for i in ids if i not in blocked]
        if decision == "accepted":
            counts["accepted"] = len(done := await lessons.decide(wanted, "accepted", staff))
        elif decision == "rejected":
            counts["rejected"] = len(done := await lessons.decide(wanted, "rejected", staff))
        else:
            done = wanted
        counts["late"] += len(wanted) - len(done)
        if wanted or counts["moved"]:
            action = "changed topics" if decision == "topics" else f"{decision} questions"
            await Trail(session).record(staff, action, "lessons", str(len(done)), lessons=done, moved=counts["moved"])
    return see_other("/staff/teaching?" + "&".join(f"{name}={n}" for name, n in counts.items() if n))


async def _move(lessons: Lessons, console: OfConsole, form: Form, counts: dict[str, int]) -> set[str]:
    """Give lessons the topics that the form has for them; the ids of those that this was not possible for."""
    blocked = set()
    for name in form:
        if not name.startswith("topic-"):
            continue
        lesson_id, seen = name.removeprefix("topic-"), field(form, name.replace("topic-", "seen-", 1))
        topic = topic_of(console.library, field(form, name))
        if topic == seen:
            continue
        moved = topic is not None and await lessons.change_topic(lesson_id, seen, topic)
        counts["moved" if moved else "late" if topic else "unknown"] += 1
        if not moved:
            blocked.add(lesson_id)
    return blocked


@router.get("/unanswered")
async def unanswered(request: Request, console: OfConsole, staff: Judge) -> Response:
    """Questions of one meaning that several people asked in vain; grouped anew in the background once an hour."""
    async with console.database.session() as session:
        groups, alone, made_at = await Groups(session).shown()
        # Where nothing was ever grouped there may be nothing to group.
        is_all_done = made_at is None and not await Groups(session).unanswered()
        await Trail(session).record(staff, "saw", "unanswered", str(len(groups)))
    shown = page(
        request,
        "teaching/unanswered.html",
        staff,
        groups=groups,
        alone=alone,
        made_at=made_at,
        is_all_done=is_all_done,
        choices=choices(console.library),
        available=console.settings.bot_python.is_file(),
        problem=request.query_params.get("problem", ""),
        grouping="grouping" in request.query_params,
    )
    shown.background = BackgroundTask(regroup, console.database, console.settings.bot_python)
    return shown


@router.post("/unanswered")
async def group_anew(console: OfConsole, staff: Judge) -> Response:
    """Group now."""
    answer = see_other("/staff/teaching/unanswered?grouping=1")
    answer.background = BackgroundTask(regroup, console.database, console.settings.bot_python, AT_ONCE)
    return answer


@router.post("/unanswered/{group_id}")
async def judge_group(group_id: str, console: OfConsole, staff: Judge, form: Form) -> Response:
    """Judge those questions of a group that are ticked alike."""
    topic = OUT_OF_SCOPE if field(form, "verdict") == OUT_OF_SCOPE else topic_of(console.library, field(form, "topic"))
    if topic is None:
        return see_other(f"/staff/teaching/unanswered?problem=topic#group-{group_id}")
    for turn_id in fields(form, "turn"):
        await _judge(console, staff, turn_id, topic)
    return see_other("/staff/teaching/unanswered")


async def _judge(console: OfConsole, staff: Staff, turn_id: str, topic: str) -> None:
    """One judgement a transaction: a turn that was erased, or judged by somebody else meanwhile, stops no other."""
    is_outside = topic == OUT_OF_SCOPE
    opinion = Opinion("out_of_scope" if is_outside else "wrong", None if is_outside else topic, None, seen=0)
    try:
        async with console.database.session() as session:
            turn = await session.get(Turn, turn_id)
            if turn is not None:
                await Judging(session, console.settings.examination_dir).judge(turn, opinion, staff)
    except JudgedMeanwhileError:
        return  # what they said stands; the question has left the group
