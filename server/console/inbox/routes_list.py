"""The list of conversations, its live news, and the views that somebody keeps."""

from datetime import UTC, datetime
from operator import itemgetter
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BeforeValidator
from sqlalchemy import delete, select

from server.console.access import allowed_to
from server.console.console import OfConsole
from server.console.inbox.cursor import Cursor
from server.console.inbox.filters import Filters
from server.console.inbox.list_queries import ListQueries
from server.console.inbox.listing import first_moment, listing
from server.console.inbox.models import SavedView
from server.console.inbox.pages import inbox_page
from server.console.inbox.seen import record_seen
from server.console.pages import see_other
from server.console.roles import Action
from server.console.staff import Staff
from server.console.trail import Trail

router = APIRouter()
_Reader = Annotated[Staff, Depends(allowed_to(Action.READ_CONVERSATIONS))]


class ListQuery(Filters):
    """The list's address: its filters, and what the page before has to say."""

    said: str | None = None


class NewsQuery(Filters):
    """The list's filters, and the place of the newest line that is shown."""

    after: Annotated[Cursor, BeforeValidator(Cursor.parse)]


@router.get("/staff/conversations")
async def conversations(
    request: Request, staff: _Reader, console: OfConsole, query: Annotated[ListQuery, Query()]
) -> Response:
    """The newest conversations that pass the filters."""
    async with console.database.session() as session:
        found = await listing(session, console.library, staff.id, query)
        await record_seen(session, staff, "listed", "inbox", "conversations")
    titles = [(topic, answer.title) for topic, answer in console.library.answers.items()]
    return inbox_page(
        request,
        "inbox/list.html",
        staff,
        said_code=query.said,
        listing=found,
        counts=found.counts,
        today=found.today,
        filters=query,
        topics=sorted(titles, key=itemgetter(1)),
        tag_choices=[(tag, tag) for tag in found.tags],
    )


@router.get("/staff/conversations/news")
async def news(
    request: Request,
    staff: _Reader,
    console: OfConsole,
    query: Annotated[NewsQuery, Query()],
) -> Response:
    """How many conversations have come up since the list was shown, and the counts of today's quick views."""
    today = first_moment(datetime.now(UTC))
    async with console.database.session() as session:
        queries = ListQueries(session, staff.id)
        newer, counts = await queries.newer(query, query.after), await queries.counts(today)
    day = today.date().isoformat()
    return inbox_page(request, "inbox/news.html", staff, newer=newer, counts=counts, today=day, filters=query)


@router.post("/staff/conversations/views")
async def keep_view(
    staff: _Reader,
    console: OfConsole,
    name: Annotated[str, Form(max_length=60, pattern=r"\S")],
    query: Annotated[str, Form()],
) -> Response:
    """Keep filters under a name; the same name again replaces what it stood for."""
    async with console.database.session() as session:
        of_name = SavedView.account_id == staff.id, SavedView.name == name.strip()
        view = await session.scalar(select(SavedView).where(*of_name))
        if view is None:
            view = SavedView(id=uuid4().hex, account_id=staff.id, name=name.strip(), query=query)
            session.add(view)
        view.query = query
        await session.flush()
        await Trail(session).record(staff, "kept a view", "view", view.id, name=view.name)
    return see_other(f"/staff/conversations?{query}")


@router.post("/staff/conversations/views/{view_id}/delete")
async def delete_view(staff: _Reader, console: OfConsole, view_id: str) -> Response:
    """Forget a view of one's own."""
    async with console.database.session() as session:
        gone = delete(SavedView).where(SavedView.id == view_id, SavedView.account_id == staff.id)
        if await session.scalar(gone.returning(SavedView.id)):
            await Trail(session).record(staff, "deleted a view", "view", view_id)
    return see_other("/staff/conversations")
