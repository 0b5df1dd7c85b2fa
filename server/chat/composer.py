"""Composes what a visitor is told: the bot's replies, safety first, and what an earlier red flag still asks for."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from knowledge.model import gravity
from server import metrics
from server.bot_client import Bot, BotUnavailable
from server.chat.content import Content
from server.chat.text import without_command
from server.chat.turns import Claimed, Composed
from server.log.models import Turn, TurnState
from server.messages import BotReply, covers
from server.privacy import Redacted, Redactor
from server.safety import Reading, SafetyLayer
from server.safety.aftercare import QUIET, Watch
from server.signoff.gate import GATED, Gate

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """What a visitor wrote: `raw`, in memory only, so that redaction hides no red flag, and as it is stored."""

    raw: str
    redacted: Redacted
    too_long: bool


class Composer:
    """Answers turns. It stores nothing: what a turn comes to is its result."""

    def __init__(self, bot: Bot, content: Content, safety: SafetyLayer, redactor: Redactor, gate: Gate) -> None:
        self._bot, self._content, self._safety, self._redactor = bot, content, safety, redactor
        self._gate = gate

    async def compose(self, claimed: Claimed, message: Message) -> Composed:
        """What a turn comes to. One that is too long is not shown to the bot."""
        turn, watch = claimed.turn, claimed.watch
        said, heard = _said(turn), "" if turn.payload else without_command(message.raw)
        with metrics.stage("rules"):
            reading = self._safety.read(heard)
        if watch.topic and not reading.flags:
            rest = self._safety.help_coming(heard)
            if rest is not None:
                if not rest:
                    return Composed("answered", [self._content.help_coming], QUIET)
                said, watch = without_command(self._redactor.redact(rest).text), QUIET
        if message.too_long:
            return self._composed("answered", [self._content.too_long], reading, watch)
        flags = message.redacted.moved_flags(reading.flags, message.raw.find(heard), turn.text.find(said))
        state, replies = await self._answer(turn, turn.payload or said, Reading(flags, reading.calm))
        return self._composed(state, replies, reading, watch)

    def give_up(self, turn: Turn, watch: Watch) -> Composed:
        """What a turn comes to that nobody can answer any more."""
        return self._composed("failed", [self._content.unavailable], self._safety.read(_said(turn)), watch)

    def unlogged(self, text: str) -> str:
        """What to tell a visitor whose message cannot be stored: whom to call, and in danger what to do."""
        composed = self._composed(
            "failed", [self._content.unavailable], self._safety.read(without_command(text)), QUIET
        )
        return "\n\n".join(reply.text for reply in composed.replies)

    async def _answer(self, turn: Turn, message: str, reading: Reading) -> tuple[TurnState, list[BotReply]]:
        notes = {"red_flags": [asdict(flag) for flag in reading.flags], "calm": reading.calm}
        try:
            replies = await self._bot.ask(turn.conversation_id, message, notes)
        except BotUnavailable as e:
            metrics.BOT_FAILURES.inc()
            logger.warning("bot unavailable", extra={"fields": {"reason": e.reason}})
            return "failed", [self._content.unavailable]
        return "answered", await self._released(replies)

    async def _released(self, replies: Sequence[BotReply]) -> list[BotReply]:
        """The replies, with the clinic's phone in place of answers that wait for their sign-off."""
        withheld = await self._gate.withheld()
        return [
            self._content.instead_of(reply)
            if reply.metadata.kind in GATED and not withheld.isdisjoint(reply.metadata.topics)
            else reply
            for reply in replies
        ]

    def _composed(self, state: TurnState, replies: Sequence[BotReply], reading: Reading, watch: Watch) -> Composed:
        composed = self._watched(state, self._with_every_flag(replies, reading), watch)
        return replace(composed, dangerous=bool(composed.flagged and self._content.reminder(composed.flagged)))

    def _with_every_flag(self, replies: Sequence[BotReply], reading: Reading) -> list[BotReply]:
        """Safety replies first, and nothing left out that the rules found: the bot may be down, or have seen less.

        One reply, the gravest, serves all emergencies together; a crisis has its own.
        """
        overruled = {topic for reply in replies for topic in reply.metadata.overruled}
        due = [self._content.safety(flag.topic) for flag in reading.flags if flag.topic not in overruled]
        safety = [reply for reply in replies if reply.metadata.kind == "safety"]
        for reply in sorted(due, key=_gravity):
            if not any(covers(given.metadata.severity, reply.metadata.severity) for given in safety):
                safety.append(reply)
        return [*sorted(safety, key=_gravity), *(reply for reply in replies if reply.metadata.kind != "safety")]

    def _watched(self, state: TurnState, replies: list[BotReply], watch: Watch) -> Composed:
        """The replies with the reminder of an earlier red flag, unless they raise one that takes its place."""
        raised = next((r.metadata.topics[0] for r in replies if r.metadata.kind == "safety"), None)
        if raised and self._content.reminder(raised):
            return Composed(state, replies, Watch(raised), flagged=raised)
        if watch.topic is None:
            return Composed(state, replies, watch, flagged=raised)
        first, *others = replies
        text = f"{self._content.reminder(watch.topic)}\n\n{first.text}"
        return Composed(state, [first.model_copy(update={"text": text}), *others], watch.reminded(), flagged=raised)


def _said(turn: Turn) -> str:
    """What is read for red flags: a pressed button is not."""
    return "" if turn.payload else without_command(turn.text)


def _gravity(reply: BotReply) -> int:
    return gravity(reply.metadata.severity)
