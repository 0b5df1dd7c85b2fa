"""What the log keeps for staff of a turn that is over, in the same transaction: nothing is shown twice or lost."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.model import gravity
from server.log.inbox import InboxLog, facts_of
from server.log.models import Reply, Turn, TurnState
from server.log.red_flags import raise_red_flag
from server.log.search import keep_words


async def note_for_staff(
    session: AsyncSession, turn: Turn, state: TurnState, replies: Sequence[Reply], danger: str | None, now: datetime
) -> None:
    """Bring the conversation up in the inbox and the turn into the search; `danger` is the topic of a red flag.

    Two statements, and two more with a red flag.
    """
    facts = facts_of(state, [(reply.kind, reply.details) for reply in replies], danger is not None)
    await InboxLog(session).note_turn(turn.conversation_id, facts, replies[-1].seq, now)
    await keep_words(session, turn.id, turn.conversation_id, [turn.text, *(reply.text for reply in replies)], now)
    if danger:
        grave = gravity("emergency") if facts.gravity is None else facts.gravity
        await raise_red_flag(session, turn.conversation_id, turn.id, danger, grave, now)
