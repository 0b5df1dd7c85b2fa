"""Clinicians sign texts off: who, when, which text, until when; a changed text or a passed date ends it."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from server_fakes import Visitor
from sqlalchemy import select

from knowledge import load_library
from knowledge.signing import signed_text, text_hash
from server.console.models import TrailEntry
from server.console.roles import Role
from server.db import Database
from server.signoff.models import SignOff
from server.signoff.repository import SignOffRepository

Member = Callable[..., Awaitable[httpx.AsyncClient]]

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

TOPIC = "/staff/answers/battery_life"


def current_hash(data: Path) -> str:
    library = load_library(data)
    return text_hash(signed_text(library.answers["battery_life"], library))


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def sign(client: httpx.AsyncClient, data: Path, due: str | None = None, **other: str) -> httpx.Response:
    form = {"text_hash": current_hash(data), "due": due or in_days(365), **other}
    return await client.post(f"{TOPIC}/sign-off", data=form)


async def change_row(database: Database, **values: object) -> None:
    async with database.session() as session:
        row = (await session.scalars(select(SignOff))).one()
        for name, value in values.items():
            setattr(row, name, value)


async def test_nobody_has_approved_the_texts_until_somebody_does(member: Member) -> None:
    reviewer = await member(Role.REVIEWER)
    listed = (await reviewer.get("/staff/answers")).text
    assert "No clinician has approved these texts yet" in listed
    assert 'Signed off <span class="number">0</span>' in listed
    assert "No clinician has approved this text." in (await reviewer.get(TOPIC)).text


async def test_a_page_shows_the_text_its_facts_and_its_file(member: Member) -> None:
    text = (await (await member(Role.REVIEWER)).get(TOPIC)).text
    for shown in ("The battery decides how long a pump lasts.", "umm.battery", "wiki.battery", "Reading grade"):
        assert shown in text
    assert "data/answers/battery_life.yml" in text
    assert "Sign this text off" not in text


async def test_a_sign_off_is_kept_shown_and_in_the_trail(member: Member, database: Database, data: Path) -> None:
    clinician = await member(Role.CLINICIAN)
    response = await sign(clinician, data, in_days(100), note="read with the leaflet")
    assert (response.status_code, response.headers["Location"]) == (303, f"{TOPIC}#sign-off")
    page = (await clinician.get(TOPIC)).text
    for shown in ("clinician approved this text", in_days(100), "read with the leaflet", current_hash(data)[:12]):
        assert shown in page
    listed = (await clinician.get("/staff/answers", params={"state": "signed"})).text
    assert "How long the battery lasts" in listed
    assert "Replacing the pump" not in listed
    async with database.session() as session:
        entry = (await session.scalars(select(TrailEntry))).one()
    assert (entry.action, entry.object_id, entry.details["text_hash"]) == (
        "signed off", "battery_life", current_hash(data),
    )  # fmt: skip


async def test_a_sign_off_lapses_after_its_due_date(member: Member, database: Database, data: Path) -> None:
    clinician = await member(Role.CLINICIAN)
    await sign(clinician, data)
    today = datetime.now(UTC).date()
    await change_row(database, due=today)
    assert "approved this text on" in (await clinician.get(TOPIC)).text
    await change_row(database, due=today - timedelta(days=1))
    assert "The review was due on" in (await clinician.get(TOPIC)).text
    assert "How long the battery lasts" in (await clinician.get("/staff/answers?state=lapsed")).text


async def test_a_changed_text_asks_for_a_new_sign_off(member: Member, database: Database, data: Path) -> None:
    clinician = await member(Role.CLINICIAN)
    await sign(clinician, data)
    earlier = "How long the battery lasts\n\nIt lasts for ever <b>.\n\nSources:"
    await change_row(database, text=earlier, text_hash=text_hash(earlier))
    page = (await clinician.get(TOPIC)).text
    assert "Needs a new sign-off: the text changed" in page
    assert "<del>It lasts for ever &lt;b&gt;.</del>" in page
    assert "<ins>The battery decides how long a pump lasts.</ins>" in page
    await sign(clinician, data)
    page = (await clinician.get(TOPIC)).text
    assert "approved this text on" in page
    assert page.count("<td>Signed off</td>") == 2


async def test_only_the_text_that_was_read_can_be_signed(member: Member, database: Database, data: Path) -> None:
    response = await sign(await member(Role.CLINICIAN), data, text_hash="0" * 64)
    assert response.status_code == 409
    assert "The text has changed since you opened this page" in response.text
    async with database.session() as session:
        assert await SignOffRepository(session).latest() == {}


@pytest.mark.parametrize("due", ["", "soon", "2020-01-01", "2999-01-01", date.min.isoformat()])
async def test_the_due_date_must_be_sound(member: Member, data: Path, due: str) -> None:
    clinician = await member(Role.CLINICIAN)
    form = {"text_hash": current_hash(data), "due": due}
    assert (await clinician.post(f"{TOPIC}/sign-off", data=form)).status_code == 422


async def test_a_sign_off_can_be_withdrawn_with_a_reason(member: Member, data: Path) -> None:
    clinician = await member(Role.CLINICIAN)
    assert (await clinician.post(f"{TOPIC}/withdraw", data={"note": "x"})).status_code == 422
    await sign(clinician, data)
    assert (await clinician.post(f"{TOPIC}/withdraw", data={"note": " "})).status_code == 422
    assert (await clinician.post(f"{TOPIC}/withdraw", data={"note": "new leaflet"})).status_code == 303
    page = (await clinician.get(TOPIC)).text
    assert "withdrew the sign-off on" in page
    assert "new leaflet" in page


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR])
async def test_only_clinicians_sign(member: Member, data: Path, role: Role) -> None:
    client = await member(role)
    assert (await client.get(TOPIC)).status_code == 200
    assert (await sign(client, data)).status_code == 403
    assert (await client.post(f"{TOPIC}/withdraw", data={"note": "x"})).status_code == 403


async def test_use_and_thumbs_of_today_count(member: Member, visitor: Visitor) -> None:
    replies = (await visitor.send("How long does it last?")).json()["replies"]
    rated = {"message_id": replies[0]["metadata"]["message_id"], "rating": "down"}
    await visitor.client.post(f"/api/v1/conversations/{visitor.id}/feedback", json=rated, headers=visitor.headers)
    manager = await member(Role.MANAGER)
    page = (await manager.get(TOPIC)).text
    assert "<dd>1 time</dd>" in page
    assert "<dd>0 up, 1 down</dd>" in page
    exported = await manager.get("/staff/answers.csv")
    rows = list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig"))))
    assert {r["topic"]: r["given in 30 days"] for r in rows}["battery_life"] == "1"
    assert rows[0]["topic"] == "battery_life"


async def test_there_is_no_such_answer(member: Member) -> None:
    assert (await (await member(Role.REVIEWER)).get("/staff/answers/nothing")).status_code == 404
