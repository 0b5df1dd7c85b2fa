"""The analytics page: figures of a period, each with its picture, its table and its file."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import httpx
import pytest
from server_fakes import FakeBot, Visitor, golden_replies
from sqlalchemy import Column, MetaData, String, Table, insert, select

from server.console.analytics.accuracy import weeks, wilson
from server.console.analytics.charts import chart
from server.console.analytics.figures import figures
from server.console.analytics.period import Period
from server.console.analytics.repository import JudgedTurns
from server.console.analytics.tables import tables
from server.console.models import TrailEntry
from server.console.roles import Role
from server.db import Database
from server.log.models import Turn
from server.usage.counting import Counts, Measure
from server.usage.usage import Use

Member = Callable[..., Awaitable[httpx.AsyncClient]]
NAMES = ("volume", "outcomes", "topics", "feedback", "accuracy", "waiting", "hours")
both = pytest.mark.both_databases


def rows_of(response: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@both
@pytest.mark.asyncio
async def test_the_page_shows_what_happened(member: Member, visitor: Visitor, bot: FakeBot) -> None:
    await visitor.send("How long does it last?", "m-1")
    bot.replies = golden_replies()[1:2]
    await visitor.send("And that?", "m-2")
    bot.is_down()
    await visitor.send("And now?", "m-3")
    client = await member(Role.REVIEWER)
    page = (await client.get("/staff/analytics")).text
    assert "How long the battery lasts" in page
    today = datetime.now(UTC).date().isoformat()
    outcomes = rows_of(await client.get("/staff/analytics/outcomes.csv"))[-1]
    assert (outcomes["Day"], outcomes["Questions"]) == (today, "3")
    assert (outcomes["Answered"], outcomes["Asked back"], outcomes["Failed"]) == ("1", "1", "1")
    assert outcomes["Answered in %"] == "33.3"
    assert rows_of(await client.get("/staff/analytics/volume.csv"))[-1]["Conversations"] == "1"


@pytest.mark.asyncio
@pytest.mark.parametrize("name", NAMES)
async def test_each_table_has_a_picture_without_scripts(member: Member, visitor: Visitor, name: str) -> None:
    await visitor.send("How long does it last?")
    client = await member(Role.AUDITOR)
    response = await client.get(f"/staff/analytics/{name}.svg", params={"days": 7})
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert "script-src" not in response.headers["Content-Security-Policy"]
    tags = {element.tag for element in ElementTree.fromstring(response.text).iter()}
    assert not any(str(tag).endswith("script") for tag in tags)
    assert "href" not in response.text


@pytest.mark.asyncio
async def test_what_was_seen_and_saved_is_in_the_trail(member: Member, database: Database) -> None:
    client = await member(Role.MANAGER)
    await client.get("/staff/analytics", params={"from": "2026-01-01", "to": "2026-01-07"})
    response = await client.get("/staff/analytics/hours.csv", params={"from": "2026-01-01", "to": "2026-01-07"})
    assert 'filename="hours-2026-01-01-2026-01-07.csv"' in response.headers["Content-Disposition"]
    async with database.session() as session:
        entries = (await session.scalars(select(TrailEntry).order_by(TrailEntry.seq))).all()
    assert [(e.action, e.object_id) for e in entries] == [
        ("seen", "2026-01-01 to 2026-01-07"),
        ("exported", "2026-01-01 to 2026-01-07"),
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query", [{"from": "x"}, {"from": "2026-02-01", "to": "2026-01-01"}, {"from": "2020-01-01", "to": "2026-01-01"}]
)
async def test_an_unsound_period_is_told(member: Member, query: dict[str, str]) -> None:
    client = await member(Role.REVIEWER)
    response = await client.get("/staff/analytics", params=query)
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert (await client.get("/staff/analytics/hours.csv", params=query)).status_code == 422


@pytest.mark.asyncio
async def test_who_may_not_read_is_sent_away(member: Member) -> None:
    administrator, nobody = await member(Role.ADMINISTRATOR), await member()
    for path in ("/staff/analytics", "/staff/analytics/hours.svg", "/staff/analytics/hours.csv"):
        assert (await administrator.get(path)).status_code == 403
        assert (await nobody.get(path)).status_code in (303, 401)


@pytest.mark.asyncio
async def test_there_is_no_other_table(member: Member) -> None:
    client = await member(Role.REVIEWER)
    for kind in ("svg", "csv"):
        assert (await client.get(f"/staff/analytics/others.{kind}")).status_code == 404


@both
@pytest.mark.asyncio
async def test_judged_turns_are_read_from_the_table_of_another_part(database: Database, visitor: Visitor) -> None:
    await visitor.send("How long does it last?")
    judgements = Table("judged_in_this_test", MetaData(), Column("turn_id", String(32)), Column("verdict", String(12)))
    today = datetime.now(UTC).date()
    async with database.session() as session:
        await session.run_sync(lambda sync: judgements.create(sync.connection()))
        turn = await session.scalar(select(Turn.id))
        await session.execute(insert(judgements).values(turn_id=turn, verdict="wrong"))
        [(at, verdict)] = await JudgedTurns(session, judgements).between(today, today)
        assert (at.date(), verdict) == (today, "wrong")
        yesterday = today - timedelta(days=1)
        assert await JudgedTurns(session, judgements).between(yesterday, yesterday) == []
        assert await JudgedTurns(session, None).between(today, today) == []


def test_the_interval_is_wilsons() -> None:
    # The figures that R's binom.wilson gives.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-4)
    assert wilson(20, 20) == pytest.approx((0.8389, 1.0), abs=5e-4)


def test_weeks_begin_on_monday() -> None:
    sunday, monday = datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 1, tzinfo=UTC)
    first, second = weeks([(sunday, "right"), (monday, "wrong"), (monday, "right"), (monday, "out_of_scope")])
    assert (first.start, first.right, first.judged) == (date(2026, 2, 23), 1, 1)
    assert (second.start, second.right, second.judged) == (date(2026, 3, 2), 1, 3)


def test_a_long_period_is_shown_by_weeks() -> None:
    period = Period(date(2026, 1, 1), date(2026, 3, 31))
    assert [str(day) for day in period.starts()][:2] == ["2026-01-01", "2026-01-05"]
    counted = {(date(2026, 1, 1), Measure.CONVERSATIONS, ""): 2, (date(2026, 1, 5), Measure.CONVERSATIONS, ""): 3}
    shown = figures(period, Use(counted, Counts(), 0), str, [])
    assert [step.conversations for step in shown.steps.values()][:3] == [2, 3, 0]
    assert shown.total.conversations == 5


def test_a_topic_that_is_no_more_keeps_its_number() -> None:
    totals = Counts({(Measure.TOPIC, "=gone"): 4, (Measure.TOPIC, "battery_life"): 2})
    week = Period(date(2026, 1, 1), date(2026, 1, 7))
    shown = figures(week, Use({}, totals, 0), lambda topic: "Battery" if topic == "battery_life" else topic, [])
    assert [(topic.title, topic.given) for topic in shown.topics] == [("=gone", 4), ("Battery", 2)]


def test_every_table_has_its_picture() -> None:
    shown = figures(Period(date(2026, 1, 1), date(2026, 1, 7)), Use({}, Counts(), 0), str, [])
    assert tuple(table.name for table in tables(shown)) == NAMES
    assert all(chart(name, shown) for name in NAMES)
    assert chart("others", shown) is None
