"""The analytics page, its pictures and its files."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from server.console.access import allowed_to
from server.console.analytics import charts, tables
from server.console.analytics.figures import Figures
from server.console.analytics.period import CHOICES, Period, UnsoundPeriodError
from server.console.analytics.service import AnalyticsService
from server.console.console import OfConsole
from server.console.csv import csv_response
from server.console.pages import page
from server.console.roles import Action
from server.console.staff import Staff
from server.errors import NotFoundError

router = APIRouter()

Reader = Annotated[Staff, Depends(allowed_to(Action.READ_ANALYTICS))]

# The library writes its colours into the picture; nothing else is let in, should it be opened as a page.
_CHART_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_NO_SUCH = "There is no such table; the analytics page shows all of them."


async def analytics_service(console: OfConsole) -> AnalyticsService:
    """The service on this console."""
    return AnalyticsService(console)


async def asked_period(
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
    days: Annotated[int, Query()] = 0,
) -> Period:
    """The period that the address names. Raises UnsoundPeriodError."""
    return Period.of(first, last, days, datetime.now(UTC).date())


Service = Annotated[AnalyticsService, Depends(analytics_service)]
Asked = Annotated[Period, Depends(asked_period)]


@router.get("/staff/analytics")
async def show(
    request: Request,
    staff: Reader,
    service: Service,
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
    days: Annotated[int, Query()] = 0,
) -> Response:
    """All figures of a period."""
    today = datetime.now(UTC).date()
    try:
        period, fault = Period.of(first, last, days, today), None
    except UnsoundPeriodError as e:
        period, fault = Period.of_days(0, today), e
    shown = await service.figures(period, datetime.now(UTC))
    await service.note(staff, "seen", period)
    return page(
        request,
        "analytics/analytics.html",
        staff,
        status=fault.status if fault else 200,
        fault=fault.detail if fault else "",
        period=period,
        choices=CHOICES,
        today=today,
        shown=shown,
        tables=tables.tables(shown),
        outcomes=tables.OUTCOMES,
        percent=tables.percent,
        milliseconds=tables.milliseconds,
    )


@router.get("/staff/analytics/{name}.svg")
async def picture(staff: Reader, service: Service, period: Asked, name: str) -> Response:
    """One picture."""
    shown: Figures = await service.figures(period, datetime.now(UTC))
    # Drawing is computing, in which visitors must not wait.
    svg = await asyncio.to_thread(charts.chart, name, shown)
    if svg is None:
        raise NotFoundError(_NO_SUCH)
    return Response(svg, media_type="image/svg+xml", headers=_CHART_HEADERS)


@router.get("/staff/analytics/{name}.csv")
async def export(staff: Reader, service: Service, period: Asked, name: str) -> Response:
    """One table as a file."""
    table = tables.table(name, await service.figures(period, datetime.now(UTC)))
    if table is None:
        raise NotFoundError(_NO_SUCH)
    await service.note(staff, "exported", period, table=name)
    return csv_response(f"{name}-{period.first}-{period.last}.csv", table.header, table.rows)
