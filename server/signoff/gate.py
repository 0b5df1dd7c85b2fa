"""Which answers may be given: where the clinic requires it, only what a clinician has signed off."""

from datetime import UTC, datetime

from fastapi import Request

from knowledge import Kind, Library
from knowledge.signing import signed_text, text_hash
from server.db import Database
from server.signoff.repository import SignOffRepository
from server.signoff.state import State, state_of

# Small talk needs no clinician, and nobody in danger is left without a reply for want of a signature.
GATED: tuple[Kind, ...] = ("answer", "not_covered")


class Gate:
    """Asks the sign-offs, at every turn anew: a withdrawn one counts no longer from that moment."""

    def __init__(self, database: Database, library: Library, required: bool) -> None:
        gated = [answer for answer in library.answers.values() if required and answer.kind in GATED]
        self._database = database
        self._hashes = {answer.topic: text_hash(signed_text(answer, library)) for answer in gated}

    async def withheld(self) -> frozenset[str]:
        """The topics whose answers may not be given now. Raises DatabaseUnavailableError if nobody can tell."""
        if not self._hashes:
            return frozenset()
        today = datetime.now(UTC).date()
        async with self._database.session() as session:
            latest = await SignOffRepository(session).latest()
        states = {topic: state_of(latest.get(topic), digest, today) for topic, digest in self._hashes.items()}
        return frozenset(topic for topic, state in states.items() if state is not State.SIGNED)


async def withheld_topics(request: Request) -> frozenset[str]:
    """The topics whose answers the application of a request may not give now."""
    gate: Gate = request.app.state.gate
    return await gate.withheld()
