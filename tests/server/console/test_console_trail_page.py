"""The trail's page."""

import csv
import io

import pytest
from conftest import Member
from console_tampering import let_the_trail_be_changed
from sqlalchemy import text

from server.console.roles import Role
from server.console.staff import Staff
from server.console.trail import Trail
from server.db import Database

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

NURSE = Staff("1", "nurse@clinic.example", "Nurse", frozenset({Role.REVIEWER}))
KEEPER = Staff("2", "keeper@clinic.example", "Keeper", frozenset({Role.ADMINISTRATOR}))


async def fill(database: Database, count: int = 60) -> None:
    async with database.session() as session:
        trail = Trail(session)
        for number in range(count):
            await trail.record(NURSE, "seen", "conversation", f"c{number:02}", turns=number)
        await trail.record(KEEPER, "erased", "conversation", "c05", reason="=HYPERLINK(1)<script>")


async def test_it_shows_the_newest_first_and_leads_to_the_older(member: Member, database: Database) -> None:
    await fill(database)
    auditor = await member(Role.AUDITOR)
    first = (await auditor.get("/staff/trail")).text
    assert first.index("erased") < first.index("c59") < first.index("c58")
    assert "c05" in first
    assert "c04" not in first
    older = (await auditor.get("/staff/trail?before=12")).text
    assert "c10" in older
    assert "c11" not in older
    assert "<script>" not in first.split("<main")[1]


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("person=KEEPER", 1),
        ("action=seen&thing=c05", 1),
        ("thing=c05", 2),
        ("thing=conversation", 6),
        ("person=%25", 0),
        ("since=2999-01-01", 0),
        ("until=2999-01-01", 6),
        ("until=2000-01-01", 0),
        ("since=nonsense", 6),
    ],
)
async def test_it_is_searched(member: Member, database: Database, sought: str, found: int) -> None:
    await fill(database, 6)
    auditor = await member(Role.AUDITOR)
    shown = (await auditor.get(f"/staff/trail?{sought}")).text
    expected = found if found != 6 else 7
    assert shown.count("<time") == expected


async def test_the_check_tells_whether_it_is_whole(member: Member, database: Database) -> None:
    await fill(database, 3)
    auditor = await member(Role.AUDITOR)
    assert "every entry is as it was written" in (await auditor.post("/staff/trail/check")).text
    async with database.session() as session:
        await let_the_trail_be_changed(session)
        await session.execute(text("UPDATE trail_entry SET actor = 'somebody' WHERE seq = 2"))
    assert "entry 2 was changed" in (await auditor.post("/staff/trail/check")).text


async def test_the_export_runs_no_formula_and_is_recorded(member: Member, database: Database) -> None:
    await fill(database, 3)
    auditor = await member(Role.AUDITOR)
    answer = await auditor.get("/staff/trail/export.csv?thing=conversation")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["object"] for row in table] == ["c05", "c02", "c01", "c00"]
    assert table[0]["reason"] == "'=HYPERLINK(1)<script>"
    assert "exported" in (await auditor.get("/staff/trail")).text


async def test_it_is_for_auditors_alone(member: Member) -> None:
    for role in set(Role) - {Role.AUDITOR}:
        client = await member(role)
        assert (await client.get("/staff/trail")).status_code == 403
        assert (await client.post("/staff/trail/check")).status_code == 403
        assert (await client.get("/staff/trail/export.csv")).status_code == 403
