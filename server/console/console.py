"""What the console's routes need from the composition root."""

from dataclasses import dataclass

from fastapi import Request

from knowledge import Clinic, Library
from server.db import Database
from server.settings import Settings


@dataclass(frozen=True)
class Console:
    """The parts that the pages work with."""

    database: Database
    library: Library
    clinic: Clinic
    settings: Settings


def console(request: Request) -> Console:
    """The console of the application that a request came to."""
    found: Console = request.app.state.console
    return found
