"""What the console's routes need from the composition root."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request

from knowledge import Clinic, Library
from server.db import Database
from server.edge.limits import RateLimits
from server.settings import Settings
from server.usage.usage import Usage


class Memory(Protocol):
    """What Rasa remembers of conversations."""

    async def forget(self, conversation_id: str) -> bool:
        """Let Rasa forget one that is gone from the log; False if that has to wait."""


@dataclass(frozen=True)
class Console:
    """The parts that the pages work with."""

    database: Database
    library: Library
    clinic: Clinic
    settings: Settings
    limits: RateLimits
    memory: Memory
    usage: Usage


def console_of(request: Request) -> Console:
    """The console of the application that a request came to."""
    found: Console = request.app.state.console
    return found


async def console(request: Request) -> Console:
    """The same as a dependency: a coroutine, because FastAPI hands plain functions to another thread."""
    return console_of(request)


OfConsole = Annotated[Console, Depends(console)]
