"""Rendering the pages: one layout, one environment. A request of htmx gets the same page; htmx picks its part."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from starlette.responses import RedirectResponse
from starlette.templating import Jinja2Templates

from server.console import when
from server.console.console import console_of
from server.console.roles import Action
from server.console.staff import Staff

FOLDER = Path(__file__).parent / "templates"
# What patients wrote stays in no cache.
_HEADERS = {"Cache-Control": "no-store"}

templates = Jinja2Templates(directory=FOLDER)
templates.env.filters |= {"moment": when.moment, "day": when.day}
templates.env.trim_blocks = templates.env.lstrip_blocks = True


@dataclass(frozen=True)
class Section:
    """An entry of the navigation, for those who may do `action`."""

    title: str
    path: str
    action: Action


SECTIONS = (
    Section("Conversations", "/staff/conversations", Action.READ_CONVERSATIONS),
    Section("Red flags", "/staff/red-flags", Action.READ_CONVERSATIONS),
    Section("Teaching", "/staff/teaching", Action.JUDGE_TURNS),
    Section("Answers", "/staff/answers", Action.READ_ANSWERS),
    Section("Analytics", "/staff/analytics", Action.READ_ANALYTICS),
    Section("Trail", "/staff/trail", Action.READ_TRAIL),
    Section("Accounts", "/staff/accounts", Action.MANAGE_ACCOUNTS),
)


def sections_of(staff: Staff | None) -> list[Section]:
    """The navigation of somebody; empty for nobody."""
    return [s for s in SECTIONS if staff and staff.may(s.action)]


def page(request: Request, template: str, staff: Staff | None = None, status: int = 200, **context: Any) -> Response:
    """A rendered page. The template extends base.html, which needs `staff` for the navigation."""
    shared = {
        "staff": staff,
        "sections": sections_of(staff),
        "clinic": console_of(request).clinic,
        "path": request.url.path,
    }
    return templates.TemplateResponse(request, template, {**shared, **context}, status_code=status, headers=_HEADERS)


def see_other(path: str) -> Response:
    """Where a browser goes after a form, with a GET: reloading that page sends nothing twice."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
