"""The list of conversations: every filter finds what it should, and nothing is lost between pages."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from console_talks import Member, Talks, ids_in
from fastapi import FastAPI
from sqlalchemy import Engine, select
from sqlalchemy.event import listen, remove

from server.console.inbox.filters import Filters
from server.console.inbox.models import SavedView
from server.console.models import TrailEntry
from server.console.roles import Role
from server.db import Database
from server.log.inbox import InboxEntry

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

LIST = "/staff/conversations"


async def found(nurse: httpx.AsyncClient, **query: str) -> list[str]:
    response = await nurse.get(LIST, params=query)
    assert response.status_code == 200, response.text
    return ids_in(response.text)


async def test_newest_first_and_empty_ones_left_out(nurse: httpx.AsyncClient, talks: Talks) -> None:
    await talks.greeted()
    one, two = await talks.answered("how long does it last"), await talks.answered("can I swim")
    assert await found(nurse) == [two, one]
    await talks.say(one, "and then?")
    assert await found(nurse) == [one, two]


async def test_filters(nurse: httpx.AsyncClient, talks: Talks) -> None:
    calm = await talks.answered("how long does it last")
    unsure = await talks.asked_back("what about it")
    danger = await talks.in_danger("my chest hurts badly and I cannot breathe")
    refused = await talks.refused("who won the cup")
    today = datetime.now(UTC).date().isoformat()
    await talks.rate(calm, "down")
    await talks.call_back(refused)
    expected = {
        ("topic", "battery_life"): {calm},
        ("topic", "battery%"): set(),
        ("outcome", "asked-back"): {unsure},
        ("outcome", "refused"): {refused},
        ("outcome", "nonsense"): set(),
        ("sure", "unsure"): {unsure, refused},
        ("sure", "sure"): {calm, danger},
        ("thumbs", "down"): {calm},
        ("thumbs", "up"): set(),
        ("red_flag", "any"): {danger},
        ("red_flag", "waiting"): {danger},
        ("call_back", "waiting"): {refused},
        ("review", "unreviewed"): {calm, unsure, danger, refused},
        ("review", "reviewed"): set(),
        ("language", "en"): {calm, unsure, danger, refused},
        ("language", "other"): set(),
        ("assignee", "nobody"): {calm, unsure, danger, refused},
        ("assignee", "me"): set(),
        ("since", today): {calm, unsure, danger, refused},
        ("since", "2999-01-01"): set(),
        ("until", today): {calm, unsure, danger, refused},
        ("until", "2001-01-01"): set(),
    }
    for (name, value), ids in expected.items():
        assert set(await found(nurse, **{name: value})) == ids, (name, value)
    assert await found(nurse, sure="unsure", outcome="refused", call_back="waiting") == [refused]
    assert await found(nurse, sure="unsure", thumbs="down") == []
    # A form sends its empty fields too.
    empty = dict.fromkeys((*Filters.model_fields, "said"), "")
    assert set(await found(nurse, **empty)) == {calm, unsure, danger, refused}


async def test_the_latest_thumbs_count_also_those_on_the_greeting(nurse: httpx.AsyncClient, talks: Talks) -> None:
    talk = await talks.greeted()
    await talks.rate(talk, "down")
    await talks.say(talk, "and now?")
    assert await found(nurse, thumbs="down") == [talk]
    await talks.rate(talk, "down")
    await talks.rate(talk, "up")
    assert await found(nurse, thumbs="up") == await found(nurse, thumbs="down") == [talk]


async def test_search_finds_words_of_both_sides(nurse: httpx.AsyncClient, talks: Talks) -> None:
    swim = await talks.answered("May I go swimming with it?")
    other = await talks.answered("What of a sauna, O'Neill?")
    assert await found(nurse, q="swim") == [swim]
    assert await found(nurse, q='"go swimming"') == [swim]
    assert await found(nurse, q='"swimming go"') == []
    assert await found(nurse, q="battery") == [other, swim]  # the bot's words
    assert await found(nurse, q="sauna battery") == [other]
    assert await found(nurse, q="sauna swimming") == []
    for hostile in ('"', "'", "* OR NEAR(", "text:swim", 'a" OR "b', "-swimming", "%", "\\", "!&|", "()", "é" * 200):
        assert set(await found(nurse, q=hostile)) <= {swim, other}, hostile


async def test_a_search_cut_short_says_so_and_leads_on(
    nurse: httpx.AsyncClient, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("server.log.search", "server.console.inbox.list_queries", "server.console.inbox.listing"):
        monkeypatch.setattr(f"{module}.NEWEST", 2)
    monkeypatch.setattr("server.console.inbox.list_queries.PAGE", 1)
    old = await talks.answered("can I swim, once more")
    made = [await talks.answered(f"can I swim {number}") for number in range(5)]
    await talks.rate(old, "down")

    async def all_pages(**query: str) -> tuple[list[list[str]], bool]:
        pages, said, address = [], True, f"{LIST}?{urlencode(query)}"
        while address:
            text = (await nurse.get(address)).text
            pages.append(ids_in(text))
            older = re.search(r'rel="next" href="([^"]+)"', text)
            said = said and ("newest 2 of them" in text or not older)
            address = older.group(1).replace("&amp;", "&") if older else ""
        return pages, said

    pages, said = await all_pages(q="swim")
    assert said and [i for page in pages for i in page] == [*reversed(made), old]
    # The newest that hold the word do not pass the filter; the way on is there all the same.
    pages, said = await all_pages(q="swim", thumbs="down")
    assert said and pages[0] == [] and [i for page in pages for i in page] == [old]
    assert "of them were looked at" not in (await nurse.get(LIST, params={"q": "more"})).text


async def test_postgresql_plans_a_search_for_its_words(nurse: httpx.AsyncClient, app: FastAPI) -> None:
    keeps_plans = not app.state.console.settings.database_url.startswith("sqlite")
    search = "websearch_to_tsquery" if keeps_plans else "MATCH"
    statements: list[str] = []

    def note(*event: Any) -> None:
        statements.append(event[2])

    listen(Engine, "before_cursor_execute", note)
    try:
        for path in (f"{LIST}?q=pump", f"{LIST}/news?q=pump&after=2026-01-01~x"):
            statements.clear()
            await nurse.get(path)
            searched = next(i for i, statement in enumerate(statements) if search in statement)
            plans = any("force_custom_plan" in statement for statement in statements[:searched])
            assert plans == keeps_plans, path
    finally:
        remove(Engine, "before_cursor_execute", note)


async def test_what_was_erased_is_not_found(nurse: httpx.AsyncClient, talks: Talks) -> None:
    swim = await talks.answered("May I go swimming with it?")
    await talks.erase(swim)
    assert await found(nurse, q="swimming") == []
    assert await found(nurse) == []


async def test_pages_lose_nothing(nurse: httpx.AsyncClient, talks: Talks) -> None:
    made = await talks.many(120)
    seen: list[str] = []
    address: str | None = LIST
    while address:
        text = (await nurse.get(address)).text
        seen += ids_in(text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        address = older.group(1).replace("&amp;", "&") if older else None
    assert seen == list(reversed(made))


async def test_counts_and_news(nurse: httpx.AsyncClient, talks: Talks) -> None:
    await talks.refused("who won the cup")
    text = (await nurse.get(LIST)).text
    assert re.search(r'Not reviewed <span class="badge">1<', text)
    assert re.search(r'Could not help today <span class="badge">1<', text)
    [news] = re.findall(r'hx-get="(/staff/conversations/news[^"]+)"', text)
    news = news.replace("&amp;", "&")
    assert "new conversation" not in (await nurse.get(news)).text
    await talks.answered("can I swim")
    assert "1 new conversation:" in (await nurse.get(news)).text
    await talks.answered("can I fly")
    assert "2 new conversations:" in (await nurse.get(news)).text


async def test_views_are_ones_own(nurse: httpx.AsyncClient, talks: Talks, member: Member, database: Database) -> None:
    await nurse.post(f"{LIST}/views", data={"name": "Unsure", "query": "sure=unsure"})
    await nurse.post(f"{LIST}/views", data={"name": "Unsure", "query": "sure=unsure&thumbs=down"})
    assert 'href="/staff/conversations?sure=unsure&amp;thumbs=down">Unsure<' in (await nurse.get(LIST)).text
    other = await member(Role.REVIEWER)
    assert "Unsure<" not in (await other.get(LIST)).text
    async with database.session() as session:
        view = (await session.scalars(select(SavedView))).one()
    await other.post(f"{LIST}/views/{view.id}/delete")
    assert "Unsure<" in (await nurse.get(LIST)).text
    await nurse.post(f"{LIST}/views/{view.id}/delete")
    assert "Unsure<" not in (await nurse.get(LIST)).text


async def test_several_turns_at_once_are_all_counted(talks: Talks, database: Database) -> None:
    conversation = await talks.answered("one")
    await talks.at_once(conversation, 8)
    async with database.session() as session:
        entry = await session.get_one(InboxEntry, conversation)
    assert (entry.turns, entry.topics.split()) == (9, ["battery_life"])


async def test_looking_at_the_list_is_recorded_once(nurse: httpx.AsyncClient, database: Database) -> None:
    for _ in range(3):
        await nurse.get(LIST)
    async with database.session() as session:
        entries = (await session.scalars(select(TrailEntry))).all()
    assert [entry.action for entry in entries] == ["listed"]


@pytest.mark.parametrize(
    "query", ["before=nonsense", "since=tomorrow", "thumbs=sideways", "tag=a%00b", f"q={'a' * 201}"]
)
async def test_a_broken_address_is_told(nurse: httpx.AsyncClient, query: str) -> None:
    assert (await nurse.get(f"{LIST}?{query}")).status_code == 422


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
async def test_others_see_nothing(member: Member, role: Role) -> None:
    client = await member(role)
    for path in (LIST, f"{LIST}/news?after=2026-01-01~x", "/staff/red-flags", "/staff/red-flags/count", f"{LIST}/x"):
        assert (await client.get(path)).status_code == 403
