"""The trail: /staff/trail."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import StreamingResponse

from server.console.access import allowed_to
from server.console.console import Console, OfConsole
from server.console.csv import safe_cell
from server.console.pages import page
from server.console.roles import Action
from server.console.staff import Staff
from server.console.trail import Trail
from server.console.trail_page.reading import PAGE, Sought, entries, rows
from server.db import Database

_HEADER = ("number", "time (UTC)", "person", "action", "kind", "object", "reason", "details", "hash")
_FILE = {"Content-Disposition": 'attachment; filename="trail.csv"', "Cache-Control": "no-store"}

router = APIRouter(prefix="/staff/trail")
Auditor = Annotated[Staff, Depends(allowed_to(Action.READ_TRAIL))]


async def sought(person: str = "", action: str = "", thing: str = "", since: str = "", until: str = "") -> Sought:
    """What the form asks for. A day that cannot be read is not looked at."""
    return Sought(person.strip(), action.strip(), thing.strip(), _day(since), _day(until))


OfSought = Annotated[Sought, Depends(sought)]


@router.get("")
async def trail(
    request: Request, staff: Auditor, console: OfConsole, sought: OfSought, before: int | None = None
) -> Response:
    """A page of the trail, newest first."""
    return await _page(request, staff, console, sought, before)


@router.post("/check")
async def check(request: Request, staff: Auditor, console: OfConsole) -> Response:
    """Go over the whole chain and say whether it is as it was written."""
    async with console.database.session() as session:
        fault = await Trail(session).first_fault()
    async with console.database.session() as session:
        await Trail(session).record(staff, "checked", "trail", "all", first_fault=fault)
    return await _page(request, staff, console, Sought(), None, checked=True, fault=fault)


@router.get("/export.csv")
async def export(staff: Auditor, console: OfConsole, sought: OfSought) -> Response:
    """What was looked for, as a file for a spreadsheet."""
    async with console.database.session() as session:
        await Trail(session).record(staff, "exported", "trail", "csv", sought_for=sought.details())
    return StreamingResponse(_lines(console.database, sought), media_type="text/csv; charset=utf-8", headers=_FILE)


async def _page(
    request: Request, staff: Staff, console: Console, sought: Sought, before: int | None, **more: Any
) -> Response:
    async with console.database.session() as session:
        found = await entries(session, sought, before)
    older = sought.query(before=found[PAGE - 1].seq) if len(found) > PAGE else None
    shown: dict[str, Any] = {"entries": found[:PAGE], "sought": sought, "older": older, "is_first": before is None}
    return page(request, "trail_page/trail.html", staff, **shown, **more)


async def _lines(database: Database, sought: Sought) -> AsyncIterator[str]:
    # Without the mark, Excel takes the file for one in the machine's own old encoding.
    yield "\ufeff" + _line(_HEADER)
    async for row in rows(database, sought):
        told = (json.dumps(cell) if isinstance(cell, dict) else cell for cell in row)
        yield _line([safe_cell(cell) for cell in told])


def _line(cells: Any) -> str:
    sink = io.StringIO()
    csv.writer(sink).writerow(cells)
    return sink.getvalue()


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
