"""The queue of red flags."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from server.console.access import allowed_to
from server.console.console import OfConsole
from server.console.inbox.listing import names_of_staff
from server.console.inbox.pages import inbox_page
from server.console.inbox.red_flags import RedFlagQueue
from server.console.inbox.seen import record_seen
from server.console.pages import see_other
from server.console.roles import Action
from server.console.staff import Staff

router = APIRouter(prefix="/staff/red-flags")
_Reader = Annotated[Staff, Depends(allowed_to(Action.READ_CONVERSATIONS))]


@router.get("")
async def red_flags(request: Request, staff: _Reader, console: OfConsole, said: str | None = None) -> Response:
    """Who waits, and what was handled lately."""
    async with console.database.session() as session:
        queue = RedFlagQueue(session)
        context = {
            "waiting": await queue.waiting(),
            "count": await queue.count(),
            "handled": await queue.handled(),
            "people": await names_of_staff(session),
        }
        await record_seen(session, staff, "listed", "inbox", "red flags")
    return inbox_page(
        request,
        "inbox/red_flags.html",
        staff,
        said_code=said,
        now=datetime.now(UTC),
        title_of=console.library.title_of,
        may_handle=staff.may(Action.REVIEW),
        **context,
    )


@router.get("/count")
async def count(request: Request, staff: _Reader, console: OfConsole) -> Response:
    """How many wait, for the navigation of every page."""
    async with console.database.session() as session:
        number = await RedFlagQueue(session).count()
    return inbox_page(request, "inbox/red_flag_count.html", staff, count=number)


@router.post("/{conversation_id}")
async def handle(
    staff: Annotated[Staff, Depends(allowed_to(Action.REVIEW))],
    console: OfConsole,
    conversation_id: str,
    until: Annotated[datetime, Form()],
    note: Annotated[str, Form(max_length=2000)],
) -> Response:
    """Mark the red flags of a conversation as handled."""
    async with console.database.session() as session:
        said = await RedFlagQueue(session).handle(staff, conversation_id, until, note)
    return see_other(f"/staff/red-flags?said={said}")
