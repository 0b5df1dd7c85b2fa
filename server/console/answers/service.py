"""What the answers' pages do: list, show, sign off, withdraw."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

from knowledge import Answer
from knowledge.signing import signed_text, text_hash
from server.console.answers.entries import Entries, Entry, Page
from server.console.console import Console
from server.console.staff import Staff
from server.console.trail import Trail
from server.errors import NotFoundError, ProblemError
from server.signoff.models import SignOff, Verdict
from server.signoff.repository import SignOffRepository
from server.usage.counting import Counts, Measure

_USE_DAYS = 30
USUAL_DAYS, LONGEST_DAYS = 365, 3 * 365
_LONGEST_NOTE = 1000
_MEASURES = (Measure.TOPIC, Measure.TOPIC_UP, Measure.TOPIC_DOWN)


class TextChangedError(ProblemError):
    """409: the text is another one than the signer had before them."""

    status = HTTPStatus.CONFLICT
    code = "text-changed"


class UnsoundSignOffError(ProblemError):
    """422: a sign-off that cannot count."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unsound-sign-off"


class AnswersService:
    """The answers of one console."""

    def __init__(self, console: Console) -> None:
        self._database, self._library = console.database, console.library
        self._entries, self._usage = Entries(console.library, console.clinic), console.usage

    async def entries(self) -> list[Entry]:
        """All answers, the most given first."""
        now = datetime.now(UTC)
        async with self._database.session() as session:
            latest = await SignOffRepository(session).latest()
        totals = await self._totals(now)
        # The first time, reading grades take a second, in which visitors must not wait.
        return await asyncio.to_thread(self._entries.entries, latest, totals, now.date())

    async def page(self, topic: str) -> Page:
        """One answer with its history. Raises NotFoundError."""
        answer, now = self._answer(topic), datetime.now(UTC)
        async with self._database.session() as session:
            history = await SignOffRepository(session).history(topic)
        return self._entries.page(answer, history, await self._totals(now), now.date())

    async def sign(self, staff: Staff, topic: str, seen_hash: str, due: date, note: str) -> None:
        """Sign the text off that the signer saw.

        Raises NotFoundError, TextChangedError if it is another one by now, UnsoundSignOffError for a due date that is
        past or too far away.
        """
        answer, today = self._answer(topic), datetime.now(UTC).date()
        if not today < due <= today + timedelta(days=LONGEST_DAYS):
            raise UnsoundSignOffError("The next review must be due after today, and within three years.")
        if seen_hash != text_hash(signed_text(answer, self._library)):
            raise TextChangedError("The text has changed since you opened this page. Read it again, then sign it off.")
        await self._add(staff, answer, "signed", due, note)

    async def withdraw(self, staff: Staff, topic: str, note: str) -> None:
        """Take a sign-off back. Raises NotFoundError, UnsoundSignOffError without a reason or if there is none."""
        answer = self._answer(topic)
        if not note.strip():
            raise UnsoundSignOffError("Say why you withdraw the sign-off.")
        async with self._database.session() as session:
            latest = (await SignOffRepository(session).latest()).get(topic)
        if latest is None or latest.verdict == "withdrawn":
            raise UnsoundSignOffError("There is no sign-off to withdraw.")
        await self._add(staff, answer, "withdrawn", None, note)

    async def _add(self, staff: Staff, answer: Answer, verdict: Verdict, due: date | None, note: str) -> None:
        text = signed_text(answer, self._library)
        row = SignOff(
            topic=answer.topic,
            verdict=verdict,
            text_hash=text_hash(text),
            text=text,
            due=due,
            account_id=staff.id,
            name=staff.name,
            note=note.strip()[:_LONGEST_NOTE] or None,
            at=datetime.now(UTC),
        )
        done = "signed off" if verdict == "signed" else "withdrew the sign-off"
        async with self._database.session() as session:
            await SignOffRepository(session).add(row)
            details = {"text_hash": row.text_hash, "due": due.isoformat() if due else None}
            await Trail(session).record(staff, done, "answer", answer.topic, row.note, **details)

    async def _totals(self, now: datetime) -> Counts:
        today = now.date()
        return (await self._usage.of([today - timedelta(days=_USE_DAYS - 1)], today, (), _MEASURES, now)).totals

    def _answer(self, topic: str) -> Answer:
        if topic not in self._library.answers:
            raise NotFoundError("There is no such answer; the list of answers shows all of them.")
        return self._library.answers[topic]
