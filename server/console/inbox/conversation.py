"""One conversation: the transcript as the visitor saw it, what stands behind each turn, and what staff did with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import Library
from server.console.inbox.filters import SURE_FROM
from server.console.inbox.listing import active_staff, names_of_staff
from server.console.inbox.models import ConversationNote, ConversationTag
from server.console.inbox.words import KIND_WORDS
from server.errors import NotFoundError
from server.log.inbox import InboxEntry
from server.log.models import Contact, Conversation, Feedback, Reply, Turn
from server.log.red_flags import RedFlag

# A conversation that goes on and on is shown in pieces.
TURNS_AT_ONCE = 100
_SERVER = "server"


@dataclass(frozen=True)
class Likely:
    """A topic, how likely the bot found it, in percent (None where that was not kept), and whether it was offered."""

    title: str
    percent: int | None
    was_offered: bool


@dataclass(frozen=True)
class ReplyView:
    """A reply, with what only staff see. `percent` is None where the server spoke by itself."""

    row: Reply
    buttons: list[str]
    kind: str
    topics: list[tuple[str, str]]
    percent: int | None
    is_sure: bool
    runners_up: list[Likely]
    overruled: list[str]
    sources: list[dict[str, str]]
    model: str
    answer_version: str
    feedback: Feedback | None


@dataclass(frozen=True)
class TurnView:
    """A visitor's message and its replies; the greeting has no turn. `choice` is the title of a pressed button."""

    row: Turn | None
    choice: str | None
    took: timedelta | None
    replies: list[ReplyView]
    flag: RedFlag | None


@dataclass(frozen=True)
class ConversationView:
    """All that the page shows. `later` is the number after which the next piece begins, if there is one."""

    row: Conversation
    entry: InboxEntry | None
    turns: list[TurnView]
    later: int | None
    flags: Sequence[RedFlag]
    contacts: Sequence[Contact]
    tags: Sequence[str]
    notes: Sequence[ConversationNote]
    people: Mapping[str, str]
    active: Mapping[str, str]


async def conversation_view(
    session: AsyncSession, library: Library, conversation_id: str, after: int = 0, limit: int | None = None
) -> ConversationView:
    """The conversation from the turn after this number on; without a limit all of it. Raises NotFoundError."""
    row = await session.get(Conversation, conversation_id)
    if row is None:
        raise NotFoundError("There is no such conversation. It may have been erased.")
    turns, later = await _turns(session, conversation_id, after, limit)
    replies = await _replies(session, conversation_id, after, turns[-1].seq if later else None)
    flags = await _all(session, RedFlag, RedFlag.conversation_id == conversation_id, RedFlag.raised_at)
    ratings = {f.reply_id: f for f in await _all(session, Feedback, Feedback.conversation_id == conversation_id)}
    notes = await _all(session, ConversationNote, ConversationNote.conversation_id == conversation_id, "at")
    tags = await _all(session, ConversationTag, ConversationTag.conversation_id == conversation_id, "tag")
    return ConversationView(
        row=row,
        entry=await session.get(InboxEntry, conversation_id),
        turns=_paired(turns, [_reply_view(reply, library, ratings) for reply in replies], flags),
        later=later,
        flags=flags,
        contacts=await _all(session, Contact, Contact.conversation_id == conversation_id, Contact.at),
        tags=[row.tag for row in tags],
        notes=notes,
        people=await names_of_staff(session),
        active=await active_staff(session),
    )


async def _all(session: AsyncSession, model: type[Any], condition: Any, order: Any = None) -> Sequence[Any]:
    return (await session.scalars(select(model).where(condition).order_by(order))).all()


async def _turns(
    session: AsyncSession, conversation_id: str, after: int, limit: int | None
) -> tuple[Sequence[Turn], int | None]:
    query = select(Turn).where(Turn.conversation_id == conversation_id, Turn.seq > after).order_by(Turn.seq)
    found = (await session.scalars(query.limit(limit + 1) if limit else query)).all()
    if limit is None or len(found) <= limit:
        return found, None
    return found[:limit], found[limit].seq - 1


async def _replies(session: AsyncSession, conversation_id: str, after: int, last_turn: int | None) -> Sequence[Reply]:
    query = select(Reply).where(Reply.conversation_id == conversation_id, Reply.seq > after).order_by(Reply.seq)
    if last_turn is not None:
        shown = select(Turn.id).where(Turn.conversation_id == conversation_id, Turn.seq <= last_turn)
        query = query.where(Reply.turn_id.in_(shown) | Reply.turn_id.is_(None))
    return (await session.scalars(query)).all()


def _paired(turns: Sequence[Turn], replies: Sequence[ReplyView], flags: Sequence[RedFlag]) -> list[TurnView]:
    """Each turn with its replies; before them the greeting."""
    flag_of = {flag.turn_id: flag for flag in flags}
    titles = {b["payload"]: b["title"] for reply in replies for b in reply.row.buttons or ()}
    replies_of: dict[str | None, list[ReplyView]] = {}
    for reply in replies:
        replies_of.setdefault(reply.row.turn_id, []).append(reply)
    greeting = replies_of.get(None, [])
    views = [TurnView(None, None, None, greeting, None)] if greeting else []
    for turn in turns:
        took = turn.finished_at - turn.received_at if turn.finished_at else None
        choice = titles.get(turn.payload, turn.payload) if turn.payload else None
        views.append(TurnView(turn, choice, took, replies_of.get(turn.id, []), flag_of.get(turn.id)))
    return views


def _reply_view(reply: Reply, library: Library, ratings: Mapping[str, Feedback]) -> ReplyView:
    details = reply.details or {}
    is_own = details.get("model") == _SERVER
    confidence = float(details.get("confidence", 0))
    return ReplyView(
        row=reply,
        buttons=[button["title"] for button in reply.buttons or ()],
        kind=KIND_WORDS.get(reply.kind, reply.kind),
        topics=_titled(library, details.get("topics", ())),
        percent=None if is_own else round(100 * confidence),
        is_sure=confidence >= SURE_FROM,
        runners_up=_runners_up(library, details),
        overruled=[title for _, title in _titled(library, details.get("overruled", ()))],
        sources=details.get("sources", []),
        model=details.get("model", ""),
        answer_version=details.get("answer_version", ""),
        feedback=ratings.get(reply.id),
    )


def _titled(library: Library, topics: Iterable[str]) -> list[tuple[str, str]]:
    return [(topic, library.title_of(topic)) for topic in topics]


def _runners_up(library: Library, details: Mapping[str, Any]) -> list[Likely]:
    """What the bot offered and what else it found likely, the likeliest first."""
    offered: Sequence[str] = details.get("options", ())
    percent = {r["topic"]: round(100 * r["confidence"]) for r in details.get("runners_up", ())}
    topics = [*percent, *(topic for topic in offered if topic not in percent)]
    return [Likely(library.title_of(topic), percent.get(topic), topic in offered) for topic in topics]


def latest_flag_at(view: ConversationView) -> datetime | None:
    """When the latest red flag that still waits was raised."""
    return max((flag.raised_at for flag in view.flags if flag.handled_at is None), default=None)
