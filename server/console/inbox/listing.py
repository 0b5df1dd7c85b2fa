"""The list as a page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import Library
from server.console.inbox.cursor import Cursor
from server.console.inbox.filters import OUTCOMES, SURE_FROM, Filters
from server.console.inbox.list_queries import ListQueries, Page
from server.console.inbox.models import SavedView
from server.console.models import StaffAccount
from server.log.inbox import RATINGS, InboxEntry
from server.log.search import NEWEST

_LONGEST_EXCERPT = 160
_SHOWN_TOPICS = 3


@dataclass(frozen=True)
class Line:
    """A conversation in the list."""

    entry: InboxEntry
    question: str
    topics: list[str]
    outcomes: frozenset[str]
    is_unsure: bool
    thumbs: frozenset[str]
    call_back: bool | None
    tags: list[str]
    reviewer: str
    assignee: str


@dataclass(frozen=True)
class Listing:
    """A page of the list, with what stands around it. `cut_short` is how many messages a search looked at, of more."""

    lines: list[Line]
    older: str | None
    newest: Cursor
    cut_short: int | None
    counts: Mapping[str, int]
    today: str
    people: Mapping[str, str]
    tags: Sequence[str]
    views: Sequence[SavedView]


def first_moment(now: datetime) -> datetime:
    """When the day of a moment began, in UTC."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


async def names_of_staff(session: AsyncSession) -> dict[str, str]:
    """The names of all accounts by their ids, also of those that were disabled."""
    rows = await session.execute(select(StaffAccount.id, StaffAccount.name).order_by(StaffAccount.name))
    return {row.id: row.name for row in rows}


async def active_staff(session: AsyncSession) -> dict[str, str]:
    """The names of those who may still sign in, by their ids."""
    query = select(StaffAccount.id, StaffAccount.name).where(StaffAccount.disabled_at.is_(None))
    return {row.id: row.name for row in await session.execute(query.order_by(StaffAccount.name))}


async def listing(session: AsyncSession, library: Library, account_id: str, filters: Filters) -> Listing:
    """The list under these filters."""
    queries, now = ListQueries(session, account_id), datetime.now(UTC)
    found = await queries.page(filters)
    people = await names_of_staff(session)
    views = select(SavedView).where(SavedView.account_id == account_id).order_by(SavedView.name)
    older = _older(found)
    return Listing(
        lines=await _lines(queries, found.entries, library, people),
        older=filters.address(before=older) if older else None,
        newest=_cursor(found.entries[0]) if found.entries else Cursor(now, ""),
        cut_short=NEWEST if found.looked_until else None,
        counts=await queries.counts(first_moment(now)),
        today=first_moment(now).date().isoformat(),
        people=people,
        tags=await queries.all_tags(),
        views=(await session.scalars(views)).all(),
    )


def _older(found: Page) -> Cursor | None:
    """Where the next page begins: after the last line, or where a search stopped that found fewer than a page."""
    if found.has_more:
        return _cursor(found.entries[-1])
    return Cursor(found.looked_until, "") if found.looked_until else None


def _cursor(entry: InboxEntry) -> Cursor:
    return Cursor(entry.last_at, entry.conversation_id)


async def _lines(
    queries: ListQueries, entries: Sequence[InboxEntry], library: Library, people: Mapping[str, str]
) -> list[Line]:
    ids = [entry.conversation_id for entry in entries]
    questions = await queries.first_questions(ids, _LONGEST_EXCERPT)
    call_backs, tags = await queries.call_backs(ids), await queries.tags(ids)
    return [
        Line(
            entry=entry,
            question=questions.get(entry.conversation_id, ""),
            topics=[library.title_of(topic) for topic in entry.topics.split()[:_SHOWN_TOPICS]],
            outcomes=frozenset(name for name, bit in OUTCOMES.items() if entry.outcomes & bit),
            is_unsure=entry.lowest_confidence < SURE_FROM,
            thumbs=frozenset(rating for rating, bit in RATINGS.items() if entry.ratings & bit),
            call_back=call_backs.get(entry.conversation_id),
            tags=tags.get(entry.conversation_id, []),
            reviewer=people.get(entry.reviewed_by or "", ""),
            assignee=people.get(entry.assignee_id or "", ""),
        )
        for entry in entries
    ]
