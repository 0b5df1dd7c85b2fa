"""One's own account."""

import re

import pytest
from console_people import Person, browser_at
from fastapi import FastAPI

from server.console.people.browser import browser_name
from server.db import Database

pytestmark = pytest.mark.asyncio


async def at_work_twice(app: FastAPI, database: Database) -> tuple[Person, object]:
    """Somebody who is signed in here and in another browser."""
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    elsewhere = browser_at(app)
    await nurse.give_password(elsewhere)
    await nurse.give_code(elsewhere)
    return nurse, elsewhere


async def test_a_changed_password_ends_the_other_sessions_and_gives_this_one_a_new_token(
    app: FastAPI, database: Database
) -> None:
    nurse, elsewhere = await at_work_twice(app, database)
    old = nurse.browser.cookies["staff"]
    new = "nine violet staircases"
    form = {"current": nurse.password, "password": new, "again": new}
    assert (await nurse.browser.post("/staff/me/password", data=form)).status_code == 303
    assert await nurse.is_in()
    assert not await nurse.is_in(elsewhere)
    assert nurse.browser.cookies["staff"] != old
    elsewhere.cookies.set("staff", old)
    assert not await nurse.is_in(elsewhere)
    nurse.password = new
    assert (await nurse.give_password(elsewhere)).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"current": "not it"}, "current password is not right"),
        ({"again": "something else"}, "not the same"),
        ({"password": "nurse nurse nurse", "again": "nurse nurse nurse"}, "easy to guess"),
        ({"password": "plum-wander-42-kite", "again": "plum-wander-42-kite"}, "old password"),
    ],
)
async def test_a_password_that_may_not_be_is_refused(
    app: FastAPI, database: Database, form: dict[str, str], said: str
) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    good = {"current": nurse.password, "password": "nine violet staircases", "again": "nine violet staircases"}
    answer = await nurse.browser.post("/staff/me/password", data={**good, **form})
    assert answer.status_code in (401, 422)
    assert said in answer.text


async def test_new_recovery_codes_end_the_old_ones(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    answer = await nurse.browser.post("/staff/me/recovery-codes", data={"current": nurse.password})
    new = re.findall(r"<code>([a-z2-7 ]+)</code>", answer.text)
    elsewhere = browser_at(app)
    await nurse.give_password(elsewhere)
    assert (await nurse.give_code(elsewhere, nurse.codes[0])).status_code == 401
    assert (await nurse.give_code(elsewhere, new[0])).status_code == 303


async def test_a_new_app_takes_the_place_of_the_old_one_once_it_has_shown_a_code(
    app: FastAPI, database: Database
) -> None:
    nurse, elsewhere = await at_work_twice(app, database)
    await nurse.time_passes()
    begun = await nurse.browser.post("/staff/me/second-step", data={"current": nurse.password})
    path = begun.headers["Location"]
    wrong = await nurse.browser.post(f"{path}/confirm", data={"code": "000000"})
    assert wrong.status_code == 422
    # Until then the old one counts.
    third = browser_at(app)
    await nurse.give_password(third)
    assert (await nurse.give_code(third)).status_code == 303
    assert len((await nurse.set_up(path, f"{path}/confirm")) and nurse.codes) == 10
    assert not await nurse.is_in(elsewhere)
    await nurse.give_password(elsewhere)
    assert (await nurse.give_code(elsewhere)).status_code == 303


async def test_a_session_elsewhere_can_be_ended(app: FastAPI, database: Database) -> None:
    nurse, elsewhere = await at_work_twice(app, database)
    shown = await nurse.browser.get("/staff/me")
    [session] = re.findall(r'name="session" value="(\w+)"', shown.text)
    await nurse.browser.post("/staff/me/sessions/end", data={"session": session})
    assert not await nurse.is_in(elsewhere)
    assert await nurse.is_in()


async def test_a_session_of_another_account_cannot(app: FastAPI, database: Database) -> None:
    nurse, _ = await at_work_twice(app, database)
    [session] = re.findall(r'name="session" value="(\w+)"', (await nurse.browser.get("/staff/me")).text)
    thief = await (await Person.hired(app, database, "thief")).start_work()
    await thief.browser.post("/staff/me/sessions/end", data={"session": session})
    assert "Sign out there" in (await nurse.browser.get("/staff/me")).text


async def test_all_other_sessions_can_be_ended(app: FastAPI, database: Database) -> None:
    nurse, elsewhere = await at_work_twice(app, database)
    await nurse.browser.post("/staff/me/sessions/end-others")
    assert (await nurse.is_in(), await nurse.is_in(elsewhere)) == (True, False)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome on Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8", "Unknown browser"),
        (None, "Unknown browser"),
    ],
)
async def test_a_browser_is_named_in_plain_words(agent: str | None, name: str) -> None:
    assert browser_name(agent) == name
