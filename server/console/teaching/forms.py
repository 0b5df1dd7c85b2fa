"""What the routes of teaching share: the parts they work with, reading a form, and how a page tells what came of it."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from server.console.access import allowed_to
from server.console.console import Console, console
from server.console.roles import Action
from server.console.staff import Staff

ConsolePart = Annotated[Console, Depends(console)]
Judge = Annotated[Staff, Depends(allowed_to(Action.JUDGE_TURNS))]
Manager = Annotated[Staff, Depends(allowed_to(Action.ACCEPT_CORRECTIONS))]
Teacher = Annotated[Staff, Depends(allowed_to(Action.TEACH))]


async def form_of(request: Request) -> FormData:
    """The form that was sent."""
    return await request.form()


Form = Annotated[FormData, Depends(form_of)]


def field(form: FormData, name: str, longest: int = 1000) -> str:
    """A field's text, stripped and cut; empty if it is not there."""
    value = form.get(name)
    return value.strip()[:longest] if isinstance(value, str) else ""


def fields(form: FormData, name: str) -> list[str]:
    """Every value of a field that may come several times."""
    return [value for value in form.getlist(name) if isinstance(value, str)]


def see(path: str) -> RedirectResponse:
    """Where a browser goes after a form: reloading that page sends nothing twice."""
    return RedirectResponse(path, 303)
