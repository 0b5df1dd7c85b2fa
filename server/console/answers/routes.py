"""The answers' pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from knowledge.reading import GRADE_AT_MOST
from server.console.access import allowed_to
from server.console.answers.entries import Entry
from server.console.answers.service import (
    LONGEST_DAYS,
    USUAL_DAYS,
    AnswersService,
    TextChangedError,
    UnsoundSignOffError,
)
from server.console.console import OfConsole
from server.console.csv import csv_response
from server.console.pages import page, see_other
from server.console.roles import Action
from server.console.staff import Staff
from server.console.trail import Trail
from server.signoff.state import State

router = APIRouter()

Reader = Annotated[Staff, Depends(allowed_to(Action.READ_ANSWERS))]
Signer = Annotated[Staff, Depends(allowed_to(Action.SIGN_OFF))]

_FILTERS: dict[str, tuple[str, Callable[[Entry], bool]]] = {
    "": ("All", lambda entry: True),
    "none": ("Never signed off", lambda entry: entry.state is State.UNSIGNED),
    "lapsed": ("Need a new sign-off", lambda entry: entry.state.is_lapsed),
    "signed": ("Signed off", lambda entry: entry.state is State.SIGNED),
    "hard": ("Hard to read", lambda entry: entry.is_hard),
}
STATES = {
    State.UNSIGNED: ("Never signed off", "warn"),
    State.SIGNED: ("Signed off", "good"),
    State.CHANGED: ("Needs a new sign-off: the text changed", "alarm"),
    State.OVERDUE: ("Needs a new sign-off: the date has passed", "alarm"),
    State.WITHDRAWN: ("Needs a new sign-off: it was withdrawn", "alarm"),
}
KINDS = {"answer": "Answer", "not_covered": "Not in the documents", "service": "Small talk", "safety": "Safety"}
_HEADER = (
    "topic", "title", "kind", "sign-off", "signed by", "signed at", "due", "reading grade",
    "given in 30 days", "thumbs up", "thumbs down", "documents",
)  # fmt: skip


async def answers_service(console: OfConsole) -> AnswersService:
    """The service on this console."""
    return AnswersService(console)


Service = Annotated[AnswersService, Depends(answers_service)]


@router.get("/staff/answers")
async def list_answers(
    request: Request, staff: Reader, service: Service, state: Annotated[str, Query()] = ""
) -> Response:
    """All answers, or those that a filter lets through."""
    entries, chosen = await service.entries(), state if state in _FILTERS else ""
    medical = [entry for entry in entries if entry.is_medical]
    return page(
        request,
        "answers/list.html",
        staff,
        rows=[entry for entry in entries if _FILTERS[chosen][1](entry)],
        filters=[(name, title, sum(map(fits, entries))) for name, (title, fits) in _FILTERS.items()],
        chosen=chosen,
        medical=len(medical),
        signed=sum(entry.state is State.SIGNED for entry in medical),
        states=STATES,
        kinds=KINDS,
    )


@router.get("/staff/answers.csv")
async def export_answers(staff: Reader, service: Service, console: OfConsole) -> Response:
    """The whole list as a file."""
    rows = [_row(entry) for entry in await service.entries()]
    async with console.database.session() as session:
        await Trail(session).record(staff, "exported", "answers", "all", rows=len(rows))
    return csv_response("answers.csv", _HEADER, rows)


@router.get("/staff/answers/{topic}")
async def show_answer(request: Request, staff: Reader, service: Service, topic: str) -> Response:
    """One answer."""
    return await _answer_page(request, staff, service, topic)


@router.post("/staff/answers/{topic}/sign-off")
async def sign_off(
    request: Request,
    staff: Signer,
    service: Service,
    topic: str,
    text_hash: Annotated[str, Form()],
    due: Annotated[str, Form()],
    note: Annotated[str, Form()] = "",
) -> Response:
    """Approve the text as it stands."""
    try:
        await service.sign(staff, topic, text_hash, _day(due), note)
    except (TextChangedError, UnsoundSignOffError) as e:
        return await _answer_page(request, staff, service, topic, e)
    return see_other(f"/staff/answers/{topic}#sign-off")


@router.post("/staff/answers/{topic}/withdraw")
async def withdraw(
    request: Request, staff: Signer, service: Service, topic: str, note: Annotated[str, Form()] = ""
) -> Response:
    """Take an approval back."""
    try:
        await service.withdraw(staff, topic, note)
    except UnsoundSignOffError as e:
        return await _answer_page(request, staff, service, topic, e)
    return see_other(f"/staff/answers/{topic}#sign-off")


async def _answer_page(
    request: Request,
    staff: Staff,
    service: AnswersService,
    topic: str,
    fault: TextChangedError | UnsoundSignOffError | None = None,
) -> Response:
    today = datetime.now(UTC).date()
    return page(
        request,
        "answers/answer.html",
        staff,
        status=fault.status if fault else HTTPStatus.OK,
        shown=await service.page(topic),
        fault=fault.detail if fault else "",
        may_sign=staff.may(Action.SIGN_OFF),
        due=today + timedelta(days=USUAL_DAYS),
        earliest=today + timedelta(days=1),
        latest=today + timedelta(days=LONGEST_DAYS),
        grade_at_most=GRADE_AT_MOST,
        states=STATES,
        kinds=KINDS,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnsoundSignOffError("Give the next review as a date, like 2027-05-31.") from None


def _row(entry: Entry) -> tuple[object, ...]:
    answer, latest, use = entry.answer, entry.latest, entry.use
    signed = (latest.name, f"{latest.at:%Y-%m-%d %H:%M} UTC", latest.due) if latest else (None, None, None)
    documents = ", ".join(answer.documents)
    head = (answer.topic, answer.title, KINDS[answer.kind], STATES[entry.state][0])
    return (*head, *signed, round(entry.grade, 1), use.given, use.up, use.down, documents)
