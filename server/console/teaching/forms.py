"""What the routes of teaching share: who may, and how a form is read."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from server.console.access import allowed_to
from server.console.roles import Action
from server.console.staff import Staff

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
