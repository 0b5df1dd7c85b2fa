"""Who guesses is stopped, and stops nobody else."""

import time
from types import SimpleNamespace

import pytest
from console_people import Person, browser_at
from fastapi import FastAPI

from server.db import Database
from server.settings import Settings

pytestmark = pytest.mark.asyncio

ATTACKER = "203.0.113.9"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Limits that are soon reached."""
    return settings.model_copy(
        update={
            "rate_limit_sign_in": "4/10 minute",
            "rate_limit_sign_in_address": "9/10 minute",
            "rate_limit_sign_in_account": "6/hour",
        }
    )


@pytest.fixture(autouse=True)
def clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts begin anew every ten minutes by the clock: no test is to run just then."""
    just_after_the_hour = time.time() // 3600 * 3600 + 60
    monkeypatch.setattr("limits.aio.storage.memory.time", SimpleNamespace(time=lambda: just_after_the_hour))


async def guess(app: FastAPI, email: str, address: str, times: int) -> list[int]:
    form = {"email": email, "password": "a wrong guess"}
    async with browser_at(app, address) as browser:
        return [(await browser.post("/staff/sign-in", data=form)).status_code for _ in range(times)]


async def test_one_address_guesses_only_so_often(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    assert await guess(app, nurse.email, ATTACKER, 6) == [401] * 4 + [429] * 2
    # It may not go on with other accounts for ever, either.
    assert await guess(app, "a@clinic.example", ATTACKER, 2) == [401] * 2
    assert await guess(app, "b@clinic.example", ATTACKER, 2) == [401, 429]


async def test_one_attacker_does_not_shut_the_owner_out_even_of_a_new_device(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    await guess(app, nurse.email, ATTACKER, 20)
    elsewhere = browser_at(app, "198.51.100.7")
    assert (await nurse.give_password(elsewhere)).status_code == 303
    assert (await nurse.give_code(elsewhere)).status_code == 303


async def test_many_attackers_reach_the_accounts_limit_and_its_known_device_passes(
    app: FastAPI, database: Database
) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    answers = [status for n in range(8) for status in await guess(app, nurse.email, f"203.0.113.{n}", 1)]
    assert answers.count(429) >= 2
    refused = await nurse.give_password(browser_at(app, "198.51.100.7"))
    assert (refused.status_code, "Too many attempts" in refused.text) == (429, True)
    await nurse.browser.post("/staff/sign-out")
    assert (await nurse.give_password()).status_code == 303
    assert (await nurse.give_code()).status_code == 303
    assert await nurse.is_in()


async def test_the_device_of_another_account_passes_nothing(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    thief = await (await Person.hired(app, database, "thief")).start_work()
    form = {"email": nurse.email, "password": "a wrong guess"}
    answers = [(await thief.browser.post("/staff/sign-in", data=form)).status_code for _ in range(5)]
    assert answers[-1] == 429


async def test_codes_are_not_guessed_either(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    thief = browser_at(app, ATTACKER)
    await nurse.give_password(thief)
    answers = [(await nurse.give_code(thief, "000000")).status_code for _ in range(6)]
    assert answers == [401] * 4 + [429] * 2
    await nurse.browser.post("/staff/sign-out")
    await nurse.give_password()
    assert (await nurse.give_code()).status_code == 303
