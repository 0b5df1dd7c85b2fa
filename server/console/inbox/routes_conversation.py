"""One conversation: to read, to take along as a file, to erase."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response

from server.console.access import allowed_to
from server.console.console import OfConsole
from server.console.inbox.conversation import TURNS_AT_ONCE, conversation_view, latest_flag_at
from server.console.inbox.export import as_json, as_text
from server.console.inbox.list_queries import ListQueries
from server.console.inbox.marks import Marks
from server.console.inbox.pages import inbox_page
from server.console.inbox.red_flags import RedFlagQueue
from server.console.inbox.seen import record_seen
from server.console.pages import see_other
from server.console.roles import Action
from server.console.staff import Staff
from server.console.trail import Trail

router = APIRouter()


@router.get("/staff/conversations/{conversation_id}")
async def conversation(
    request: Request,
    staff: Annotated[Staff, Depends(allowed_to(Action.READ_CONVERSATIONS))],
    console: OfConsole,
    conversation_id: str,
    after: int = 0,
    said: str | None = None,
) -> Response:
    """The conversation. Opening it is recorded, and is what "seen" means for a red flag."""
    async with console.database.session() as session:
        view = await conversation_view(session, console.library, conversation_id, after, TURNS_AT_ONCE)
        all_tags = await ListQueries(session, staff.id).all_tags()
        # Only then, because a write makes every visitor's message wait on SQLite.
        if any(flag.seen_at is None for flag in view.flags):
            await RedFlagQueue(session).see(staff, conversation_id)
        await record_seen(session, staff, "opened", "conversation", conversation_id)
    return inbox_page(
        request,
        "inbox/conversation.html",
        staff,
        said_code=said,
        view=view,
        all_tags=all_tags,
        waiting_flag_at=latest_flag_at(view),
        may={action.name.lower(): staff.may(action) for action in Action},
    )


@router.get("/staff/conversations/{conversation_id}/export.{form}")
async def export(
    staff: Annotated[Staff, Depends(allowed_to(Action.EXPORT))],
    console: OfConsole,
    conversation_id: str,
    form: Literal["json", "txt"],
) -> Response:
    """The conversation as a file."""
    async with console.database.session() as session:
        view = await conversation_view(session, console.library, conversation_id)
        await Trail(session).record(staff, "exported", "conversation", conversation_id, form=form)
    content = as_json(view) if form == "json" else as_text(view, console.clinic.name)
    headers = {"Content-Disposition": f'attachment; filename="conversation.{form}"', "Cache-Control": "no-store"}
    kind = "application/json" if form == "json" else "text/plain; charset=utf-8"
    return Response(content, media_type=kind, headers=headers)


@router.post("/staff/conversations/{conversation_id}/erase")
async def erase(
    staff: Annotated[Staff, Depends(allowed_to(Action.ERASE))],
    console: OfConsole,
    conversation_id: str,
    reason: Annotated[str, Form(max_length=500)],
) -> Response:
    """Erase the conversation everywhere."""
    async with console.database.session() as session:
        said = await Marks(session, staff, conversation_id).erase(reason)
    await console.memory.forget(conversation_id)
    return see_other(f"/staff/conversations?said={said}")
