"""The queries of the list. Nothing here commits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Text, case, false, func, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.console.inbox.cursor import Cursor
from server.console.inbox.filters import ME, NOBODY, OUTCOMES, SURE_FROM, Filters
from server.console.inbox.models import ConversationTag
from server.log.inbox import RATINGS, InboxEntry, Outcome
from server.log.models import Contact, Turn
from server.log.red_flags import RedFlag
from server.log.search import NEWEST, newest_hits, phrases, plan_for_the_words
from server.log.types import UtcDateTime

PAGE = 50
# More than so many are not counted: "1000+" tells as much, and costs nothing.
COUNTED = 1000


@dataclass(frozen=True)
class Page:
    """A page of the list. `looked_until` is where a search that was cut short stopped; older turns may match."""

    entries: Sequence[InboxEntry]
    has_more: bool
    looked_until: datetime | None


class ListQueries:
    """The list within one session, as one member of staff sees it."""

    def __init__(self, session: AsyncSession, account_id: str) -> None:
        self._session, self._me = session, account_id
        self._dialect = session.get_bind().dialect.name

    async def page(self, filters: Filters) -> Page:
        """The newest conversations that pass the filters."""
        newest_first = InboxEntry.last_at.desc(), InboxEntry.conversation_id.desc()
        hits = await self._hits(filters)
        # The ids first: for them alone SQLite need not touch the table, but finds all in one index.
        query = self._filtered(select(InboxEntry.conversation_id), filters, hits)
        if filters.before:
            query = query.where(_place() < _at(filters.before))
        query = query.order_by(*newest_first).limit(PAGE + 1)
        ids, looked_until = await self._ids_of_hits(query, hits) if hits is not None else (await self._ids(query), None)
        entries = select(InboxEntry).where(InboxEntry.conversation_id.in_(ids[:PAGE])).order_by(*newest_first)
        return Page((await self._session.scalars(entries)).all(), len(ids) > PAGE, looked_until)

    async def newer(self, filters: Filters, after: Cursor) -> int:
        """How many that pass the filters have come up since; at most a hundred are counted."""
        query = self._filtered(select(InboxEntry.conversation_id), filters, await self._hits(filters))
        query = query.where(_place() > _at(after)).limit(100)
        return (await self._session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()

    async def counts(self, today: datetime) -> dict[str, int]:
        """How many conversations each quick view holds, at most `COUNTED` + 1."""
        entry = select(InboxEntry.conversation_id)
        refused = InboxEntry.outcomes.bitwise_and(int(Outcome.REFUSED)) != 0
        views: dict[str, Select[Any]] = {
            "unreviewed": entry.where(InboxEntry.needs_review),
            "red_flags": select(RedFlag.conversation_id).distinct().where(RedFlag.handled_at.is_(None)),
            "call_backs": select(Contact.conversation_id).distinct().where(Contact.done_at.is_(None)),
            "refused_today": entry.where(refused, InboxEntry.last_at >= today),
            "mine": entry.where(InboxEntry.assignee_id == self._me, InboxEntry.needs_review),
        }
        columns = [_counted(query).label(name) for name, query in views.items()]
        return dict((await self._session.execute(select(*columns))).one()._mapping)

    async def first_questions(self, ids: Sequence[str], longest: int) -> dict[str, str]:
        """How each conversation begins, cut to so many characters."""
        earlier = aliased(Turn)
        first = select(func.min(earlier.seq)).where(earlier.conversation_id == Turn.conversation_id).scalar_subquery()
        query = select(Turn.conversation_id, func.substr(Turn.text, 1, longest, type_=Text()))
        return await self._by_id(query.where(Turn.conversation_id.in_(ids), Turn.seq == first))

    async def call_backs(self, ids: Sequence[str]) -> dict[str, bool]:
        """Which conversations ask for a call-back, and whether one still waits."""
        is_waiting = func.max(case((Contact.done_at.is_(None), 1), else_=0))
        query = select(Contact.conversation_id, is_waiting).where(Contact.conversation_id.in_(ids))
        return {i: bool(w) for i, w in (await self._by_id(query.group_by(Contact.conversation_id))).items()}

    async def tags(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """The tags of each conversation, in order."""
        query = select(ConversationTag).where(ConversationTag.conversation_id.in_(ids)).order_by(ConversationTag.tag)
        found: dict[str, list[str]] = {}
        for row in await self._session.scalars(query):
            found.setdefault(row.conversation_id, []).append(row.tag)
        return found

    async def all_tags(self) -> Sequence[str]:
        """Every tag in use, in order."""
        return (await self._session.scalars(select(ConversationTag.tag).distinct().order_by(ConversationTag.tag))).all()

    async def _by_id(self, query: Any) -> dict[str, Any]:
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def _ids(self, query: Select[str]) -> Sequence[str]:
        return (await self._session.scalars(query)).all()

    async def _ids_of_hits(self, query: Select[str], hits: CTE) -> tuple[Sequence[str], datetime | None]:
        """The ids, and the moment of the oldest hit if more may lie behind it. One run of the search tells both."""
        found = query.subquery()
        oldest = case((func.count() >= NEWEST, func.min(hits.c.at))).label("oldest")
        looked = select(oldest).select_from(hits).subquery()
        rows = (await self._session.execute(select(looked.c.oldest, found).outerjoin_from(looked, found, true()))).all()
        return [row.conversation_id for row in rows if row.conversation_id], rows[0].oldest

    async def _hits(self, filters: Filters) -> CTE | None:
        """The turns that hold what is searched for; None without a search."""
        words = phrases(filters.q or "")
        if not words:
            return None
        await plan_for_the_words(self._session)
        # No turn is newer than the last message of its conversation.
        ends = [end for end in (filters.until_moment, filters.before and filters.before.at) if end]
        return newest_hits(self._dialect, words, min(ends, default=None)).cte("hits")

    def _filtered(self, query: Select[Any], filters: Filters, hits: CTE | None) -> Select[Any]:
        query = query.where(*self._of_the_entry(filters), *_of_the_turns(filters), *_of_other_tables(filters))
        return query if hits is None else query.where(InboxEntry.conversation_id.in_(select(hits.c.conversation_id)))

    def _of_the_entry(self, filters: Filters) -> Iterator[Any]:
        entry = InboxEntry
        if filters.since_moment:
            yield entry.last_at >= filters.since_moment
        if filters.until_moment:
            yield entry.last_at < filters.until_moment
        if filters.topic:
            # Not LIKE, which is slower on SQLite and knows special signs.
            position = func.instr if self._dialect == "sqlite" else func.strpos
            yield position(entry.topics, f" {filters.topic} ") > 0
        if filters.review:
            yield entry.needs_review if filters.review == "unreviewed" else ~entry.needs_review
        if filters.assignee:
            yield self._is_person(entry.assignee_id, filters.assignee)
        if filters.reviewer:
            yield self._is_person(entry.reviewed_by, filters.reviewer)

    def _is_person(self, column: Any, who: str) -> Any:
        return column.is_(None) if who == NOBODY else column == (self._me if who == ME else who)


def _of_the_turns(filters: Filters) -> Iterator[ColumnElement[bool]]:
    entry = InboxEntry
    if filters.q and not phrases(filters.q):
        yield false()  # only signs, which nothing holds
    if filters.thumbs:
        yield entry.ratings.bitwise_and(RATINGS[filters.thumbs]) != 0
    if filters.outcome:
        yield entry.outcomes.bitwise_and(int(OUTCOMES.get(filters.outcome, 0))) != 0
    if filters.sure:
        is_unsure = entry.lowest_confidence < SURE_FROM
        yield is_unsure if filters.sure == "unsure" else ~is_unsure
    if filters.red_flag:
        yield entry.gravity.is_not(None)
    if filters.language:
        yield entry.language == filters.language


def _of_other_tables(filters: Filters) -> Iterator[ColumnElement[bool]]:
    identity = InboxEntry.conversation_id
    if filters.call_back:
        waiting = select(Contact.conversation_id)
        yield identity.in_(waiting.where(Contact.done_at.is_(None)) if filters.call_back == "waiting" else waiting)
    if filters.red_flag == "waiting":
        yield identity.in_(select(RedFlag.conversation_id).where(RedFlag.handled_at.is_(None)))
    if filters.tag:
        yield identity.in_(select(ConversationTag.conversation_id).where(ConversationTag.tag == filters.tag))


def _place() -> Any:
    return tuple_(InboxEntry.last_at, InboxEntry.conversation_id)


def _at(cursor: Cursor) -> Any:
    return tuple_(literal(cursor.at, UtcDateTime), literal(cursor.conversation_id))


def _counted(query: Select[Any]) -> Any:
    return select(func.count()).select_from(query.limit(COUNTED + 1).subquery()).scalar_subquery()
