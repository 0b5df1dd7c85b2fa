"""Signing in: every step is needed, none can be skipped or repeated, and all refusals look the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from console_people import PASSWORD, Person, browser_at
from fastapi import FastAPI
from sqlalchemy import select, update

from server.console.models import StaffAccount, StaffSession, TrailEntry
from server.console.people import sign_in
from server.console.people.accounts import Accounts
from server.console.people.first import COMMAND_LINE
from server.console.people.models import StaffCredential
from server.db import Database
from server.settings import Settings

pytestmark = pytest.mark.asyncio


@pytest.mark.both_databases
async def test_the_first_sign_in_asks_for_a_password_and_a_second_step(app: FastAPI, database: Database) -> None:
    nurse = await Person.hired(app, database, "nurse")
    answer = await nurse.give_password()
    assert answer.headers["Location"].startswith("/staff/sign-in/password")
    assert (await nurse.choose()).headers["Location"].startswith("/staff/sign-in/set-up")
    assert not await nurse.is_in()
    answer = await nurse.set_up()
    assert len(set(nurse.codes)) == 10
    assert answer.headers["Cache-Control"] == "no-store"
    assert await nurse.is_in()
    home = await nurse.browser.get("/staff")
    assert home.headers["Location"] == "/staff/conversations"


async def test_every_step_gives_a_new_token_and_ends_the_old_one(app: FastAPI, database: Database) -> None:
    nurse = await Person.hired(app, database, "nurse")
    tokens = []
    for step in (nurse.give_password, nurse.choose, nurse.set_up):
        await step()
        tokens.append(nurse.browser.cookies["staff"])
    assert len(set(tokens)) == 3
    for old in tokens[:2]:
        stranger = browser_at(app)
        stranger.cookies.set("staff", old)
        answer = await stranger.get("/staff/sign-in/set-up")
        assert answer.headers["Location"].startswith("/staff/sign-in?")


async def test_no_step_can_be_skipped(app: FastAPI, database: Database) -> None:
    nurse = await Person.hired(app, database, "nurse")
    await nurse.give_password()
    for path in ("/staff/sign-in/set-up", "/staff/sign-in/code"):
        assert (await nurse.browser.get(path)).headers["Location"].startswith("/staff/sign-in/password")
        answer = await nurse.browser.post(path, data={"code": "000000"})
        assert answer.headers["Location"].startswith("/staff/sign-in/password")
    for path in ("/staff", "/staff/me", "/staff/accounts", "/staff/trail"):
        assert (await nurse.browser.get(path)).headers["Location"].startswith("/staff/sign-in?")


async def test_later_a_password_and_a_code_are_needed(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    elsewhere = browser_at(app)
    assert (await nurse.give_password(elsewhere)).headers["Location"].startswith("/staff/sign-in/code")
    assert not await nurse.is_in(elsewhere)
    wrong = await nurse.give_code(elsewhere, "000000")
    assert (wrong.status_code, "not right" in wrong.text) == (401, True)
    assert (await nurse.give_code(elsewhere)).headers["Location"] == "/staff"
    assert await nurse.is_in(elsewhere)
    async with database.session() as session:
        actions = list(await session.scalars(select(TrailEntry.action).order_by(TrailEntry.seq)))
    assert actions == ["created", "chose a password", "signed in", "gave a wrong code", "signed in"]


async def test_a_code_works_once(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    code, (first, second) = nurse.code(), (browser_at(app), browser_at(app))
    for browser in (first, second):
        await nurse.give_password(browser)
    assert (await nurse.give_code(first, code)).status_code == 303
    assert (await nurse.give_code(second, code)).status_code == 401


async def test_a_recovery_code_works_once_however_it_is_typed(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    code, (first, second) = nurse.codes[3].upper().replace(" ", "-"), (browser_at(app), browser_at(app))
    for browser in (first, second):
        await nurse.give_password(browser)
    assert (await nurse.give_code(first, code)).status_code == 303
    assert (await nurse.give_code(second, code)).status_code == 401
    assert "9 left" in (await nurse.browser.get("/staff/me")).text


@pytest.mark.parametrize("change", ["wrong password", "unknown", "disabled"])
async def test_all_refusals_look_and_cost_the_same(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    compared = []

    async def matches(password_hash: str | None, password: str) -> bool:
        compared.append(password_hash)
        return await real(password_hash, password)

    real = sign_in.matches
    monkeypatch.setattr(sign_in, "matches", matches)
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    compared.clear()
    if change == "wrong password":
        nurse.password = "another"
    elif change == "unknown":
        nurse.email = "nobody@clinic.example"
    else:
        async with database.session() as session:
            await session.execute(update(StaffAccount).values(disabled_at=datetime.now(UTC)))
    answer = await nurse.give_password(browser_at(app))
    assert answer.status_code == 401
    assert "The e-mail or the password is not right." in answer.text
    assert len(compared) == 1
    assert PASSWORD not in answer.text


async def test_an_old_one_time_password_is_refused(app: FastAPI, database: Database) -> None:
    nurse = await Person.hired(app, database, "nurse")
    async with database.session() as session:
        await session.execute(update(StaffCredential).values(one_time_until=datetime.now(UTC) - timedelta(seconds=1)))
    assert "too old" in (await nurse.give_password()).text


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/staff/accounts?x=1&y=2", "/staff/accounts?x=1&y=2"),
        ("https://evil.example/", "/staff"),
        ("//evil.example/staff/", "/staff"),
        ("/staff/\\\\evil.example", "/staff"),
        ("/api/v1/docs", "/staff"),
    ],
)
async def test_signing_in_leads_to_the_page_that_was_asked_for(
    app: FastAPI, database: Database, asked: str, led: str
) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    elsewhere, form = browser_at(app), {"email": nurse.email, "password": nurse.password}
    answer = await elsewhere.post("/staff/sign-in", params={"next": asked}, data=form)
    answer = await elsewhere.post(answer.headers["Location"], data={"code": nurse.code()})
    assert answer.headers["Location"] == led


async def test_a_page_leads_to_the_sign_in_and_back(app: FastAPI) -> None:
    answer = await browser_at(app).get("/staff/trail?person=x")
    assert answer.headers["Location"] == "/staff/sign-in?next=/staff/trail%3Fperson%3Dx"
    from_mail = await browser_at(app).get("/staff/trail?person=x", headers={"Sec-Fetch-Site": "cross-site"})
    assert (from_mail.status_code, "url=/staff/trail?person=x" in from_mail.text) == (200, True)


@pytest.mark.parametrize(("column", "minutes"), [("seen_at", 31), ("created_at", 12 * 60 + 1)])
async def test_a_session_ends_by_itself(app: FastAPI, database: Database, column: str, minutes: int) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    async with database.session() as session:
        await session.execute(update(StaffSession).values({column: datetime.now(UTC) - timedelta(minutes=minutes)}))
    assert not await nurse.is_in()


async def test_half_a_sign_in_does_not_wait_for_long(app: FastAPI, database: Database) -> None:
    nurse = await Person.hired(app, database, "nurse")
    await nurse.give_password()
    async with database.session() as session:
        await session.execute(update(StaffSession).values(created_at=datetime.now(UTC) - timedelta(minutes=21)))
    assert (await nurse.choose()).headers.get("Location") is None


async def test_who_signs_out_is_out(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    token = nurse.browser.cookies["staff"]
    await nurse.browser.post("/staff/sign-out")
    nurse.browser.cookies.set("staff", token)
    assert not await nurse.is_in()


async def test_another_sites_page_signs_nobody_in(app: FastAPI, database: Database) -> None:
    nurse = await Person.hired(app, database, "nurse")
    nurse.browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await nurse.give_password()).status_code == 403


async def test_in_production_the_console_is_there_by_https_only(app: FastAPI, settings: Settings) -> None:
    live = settings.model_copy(update={"environment": "production"})
    app.state.console = replace(app.state.console, settings=live)
    answer = await browser_at(app).get("/staff/sign-in")
    assert (answer.status_code, "Open the console by https" in answer.text) == (403, True)
    answer = await browser_at(app).get("/staff/sign-in", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:pumptalk:problem:no-https")
    browser = browser_at(app)
    browser.base_url = httpx.URL("https://test")
    assert (await browser.get("/staff/sign-in")).status_code == 200


async def test_by_https_the_cookies_are_bound_to_this_host(app: FastAPI, database: Database) -> None:
    nurse = await Person.hired(app, database, "nurse")
    nurse.browser.base_url = httpx.URL("https://test")
    cookies = [(await nurse.give_password()).headers["Set-Cookie"]]
    await nurse.choose()
    cookies += (await nurse.set_up()).headers.get_list("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["__Host-staff", "__Host-staff", "__Host-staff-device"]
    for cookie in cookies:
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))


async def test_a_password_that_is_replaced_while_it_is_compared_opens_nothing(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()

    async def matches(password_hash: str | None, password: str) -> bool:
        is_right = await real(password_hash, password)
        await Accounts(database, COMMAND_LINE).new_password(nurse.id)
        return is_right

    real = sign_in.matches
    monkeypatch.setattr(sign_in, "matches", matches)
    assert (await nurse.give_password(browser_at(app))).status_code == 401
