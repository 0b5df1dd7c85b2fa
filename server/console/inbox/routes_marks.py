"""What staff do with a conversation: review, assign, tag, note, call back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from server.console.access import allowed_to
from server.console.console import OfConsole
from server.console.inbox.marks import Marks
from server.console.pages import see_other
from server.console.roles import Action
from server.console.staff import Staff

router = APIRouter(prefix="/staff/conversations/{conversation_id}")
_Reviewer = Annotated[Staff, Depends(allowed_to(Action.REVIEW))]
_LIST = "/staff/conversations"


@router.post("/review")
async def review(
    staff: _Reviewer,
    console: OfConsole,
    conversation_id: str,
    seq: Annotated[int, Form()],
    back: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Mark it as reviewed up to the message that was shown last."""
    async with console.database.session() as session:
        said = await Marks(session, staff, conversation_id).review(seq)
    # Only to a page of the list: an address in a form must not lead elsewhere.
    if said == "reviewed" and (back == _LIST or back.startswith(f"{_LIST}?")):
        return see_other(back)
    return _to(conversation_id, said)


@router.post("/review-again")
async def review_again(staff: _Reviewer, console: OfConsole, conversation_id: str) -> Response:
    """Take the reviewed mark off."""
    async with console.database.session() as session:
        return _to(conversation_id, await Marks(session, staff, conversation_id).review_again())


@router.post("/assign")
async def assign(
    staff: Annotated[Staff, Depends(allowed_to(Action.ASSIGN))],
    console: OfConsole,
    conversation_id: str,
    assignee: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Give it to somebody."""
    async with console.database.session() as session:
        said = await Marks(session, staff, conversation_id).assign(assignee or None, seen or None)
    return _to(conversation_id, said)


@router.post("/tags")
async def tag(
    staff: _Reviewer, console: OfConsole, conversation_id: str, tag: Annotated[str, Form(max_length=30)]
) -> Response:
    """Put a tag on."""
    async with console.database.session() as session:
        return _to(conversation_id, await Marks(session, staff, conversation_id).tag(tag))


@router.post("/tags/remove")
async def untag(staff: _Reviewer, console: OfConsole, conversation_id: str, tag: Annotated[str, Form()]) -> Response:
    """Take a tag off."""
    async with console.database.session() as session:
        return _to(conversation_id, await Marks(session, staff, conversation_id).untag(tag))


@router.post("/notes")
async def note(
    staff: _Reviewer, console: OfConsole, conversation_id: str, text: Annotated[str, Form(max_length=2000)]
) -> Response:
    """Write a note."""
    async with console.database.session() as session:
        return _to(conversation_id, await Marks(session, staff, conversation_id).note(text))


@router.post("/contacts/{contact_id}/done")
async def called_back(staff: _Reviewer, console: OfConsole, conversation_id: str, contact_id: str) -> Response:
    """Mark a call-back as done."""
    async with console.database.session() as session:
        return _to(conversation_id, await Marks(session, staff, conversation_id).called_back(contact_id))


def _to(conversation_id: str, said: str) -> Response:
    return see_other(f"{_LIST}/{conversation_id}?said={said}")
