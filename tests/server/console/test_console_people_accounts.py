"""The accounts page: what it changes counts at once, stands in the trail, and never shuts everybody out."""

import asyncio

import httpx
import pytest
from console_people import Person
from fastapi import FastAPI
from sqlalchemy import delete, select

from server.console.models import StaffAccount, TrailEntry
from server.console.people.accounts import Accounts
from server.console.people.first import COMMAND_LINE
from server.console.people.models import StaffCredential
from server.console.roles import Role
from server.db import Database

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]


async def keeper_of(app: FastAPI, database: Database) -> Person:
    return await (await Person.hired(app, database, "keeper", Role.ADMINISTRATOR)).start_work()


async def account(database: Database, account_id: str) -> StaffAccount:
    async with database.session() as session:
        return await session.get_one(StaffAccount, account_id)


async def change(keeper: Person, whom: Person, what: str, **form: object) -> httpx.Response:
    return await keeper.browser.post(f"/staff/accounts/{whom.id}/{what}", data=form)


async def test_a_new_account_gets_a_one_time_password_shown_once(app: FastAPI, database: Database) -> None:
    keeper = await keeper_of(app, database)
    form = {"email": " New@Clinic.example", "name": "New  Nurse", "roles": ["reviewer", "auditor"]}
    shown = await keeper.browser.post("/staff/accounts", data=form)
    assert "shown again" in shown.text
    again = await keeper.browser.post("/staff/accounts", data=form)
    assert (again.status_code, "already" in again.text) == (409, True)
    async with database.session() as session:
        [made] = await session.scalars(select(StaffAccount).where(StaffAccount.email == "new@clinic.example"))
        entry = (await session.scalars(select(TrailEntry).order_by(TrailEntry.seq.desc()).limit(1))).one()
    assert (made.name, made.roles) == ("New Nurse", ["auditor", "reviewer"])
    assert (entry.actor, entry.action, entry.object_id) == (keeper.email, "created", made.id)


@pytest.mark.parametrize(
    "form", [{"roles": []}, {"email": "nonsense"}, {"name": " "}, {"email": f"{'x' * 250}@a.example"}]
)
async def test_an_account_that_cannot_be_is_refused_on_the_form(
    app: FastAPI, database: Database, form: dict[str, object]
) -> None:
    keeper = await keeper_of(app, database)
    full = {"email": "new@clinic.example", "name": "<script>x</script>", "roles": ["reviewer"], **form}
    answer = await keeper.browser.post("/staff/accounts", data=full)
    assert (answer.status_code, "<script>x" in answer.text) == (422, False)


@pytest.mark.parametrize("what", ["disable", "one-time-password", "second-step", "roles"])
async def test_a_change_ends_the_sessions_at_once(app: FastAPI, database: Database, what: str) -> None:
    keeper = await keeper_of(app, database)
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    assert await nurse.is_in()
    answer = await change(keeper, nurse, what, seen="reviewer", roles=["auditor"])
    assert answer.status_code in (200, 303)
    assert not await nurse.is_in()


async def test_who_is_disabled_cannot_come_back_until_enabled(app: FastAPI, database: Database) -> None:
    keeper = await keeper_of(app, database)
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    await change(keeper, nurse, "disable")
    assert (await nurse.give_password()).status_code == 401
    await change(keeper, nurse, "enable")
    await nurse.give_password()
    await nurse.give_code()
    assert await nurse.is_in()


async def test_a_reset_second_step_needs_the_new_password_and_a_new_app(app: FastAPI, database: Database) -> None:
    keeper = await keeper_of(app, database)
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    shown = await change(keeper, nurse, "second-step")
    assert (await nurse.give_password()).status_code == 401
    nurse.password = shown.text.split('<code class="key">')[1].split("<")[0]
    old_codes = nurse.codes
    await nurse.give_password()
    await nurse.choose("another plum-wander-42")
    assert (await nurse.set_up()).status_code == 200
    assert set(old_codes).isdisjoint(nurse.codes)


async def test_a_new_one_time_password_leaves_the_second_step(app: FastAPI, database: Database) -> None:
    keeper = await keeper_of(app, database)
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    shown = await change(keeper, nurse, "one-time-password")
    nurse.password = shown.text.split('<code class="key">')[1].split("<")[0]
    assert (await nurse.give_password()).headers["Location"].startswith("/staff/sign-in/code")
    assert (await nurse.give_code()).headers["Location"].startswith("/staff/sign-in/password")
    assert (await nurse.choose("another plum-wander-42")).headers["Location"] == "/staff"
    assert await nurse.is_in()


@pytest.mark.parametrize("what", ["disable", "roles"])
async def test_the_last_administrator_stays(app: FastAPI, database: Database, what: str) -> None:
    keeper = await keeper_of(app, database)
    gone = await Person.hired(app, database, "gone", Role.ADMINISTRATOR)
    await change(keeper, gone, "disable")
    answer = await change(keeper, keeper, what, seen="administrator", roles=["reviewer"])
    assert (answer.status_code, "last administrator" in answer.text) == (409, True)
    assert await keeper.is_in()
    async with database.session() as session:
        last = (await session.scalars(select(TrailEntry).order_by(TrailEntry.seq.desc()).limit(1))).one()
    assert (last.action, last.object_id) == ("disabled", gone.id)


async def test_two_administrators_who_disable_each_other_do_not_both_succeed(app: FastAPI, database: Database) -> None:
    people = [await Person.hired(app, database, name, Role.ADMINISTRATOR) for name in ("one", "two")]
    accounts = Accounts(database, COMMAND_LINE)
    for _ in range(5):
        done = await asyncio.gather(*(accounts.disable(person.id) for person in people), return_exceptions=True)
        assert sum(isinstance(result, Exception) for result in done) == 1
        states = [(await account(database, person.id)).disabled_at is None for person in people]
        assert sorted(states) == [False, True]
        await accounts.enable(people[states.index(False)].id)


async def test_a_change_by_somebody_else_is_not_lost_silently(app: FastAPI, database: Database) -> None:
    keeper = await keeper_of(app, database)
    nurse = await Person.hired(app, database, "nurse")
    await change(keeper, nurse, "roles", seen="reviewer", roles=["manager"])
    answer = await change(keeper, nurse, "roles", seen="reviewer", roles=["auditor"])
    assert (answer.status_code, "Somebody else" in answer.text) == (409, True)
    assert (await account(database, nurse.id)).roles == ["manager"]


async def test_who_signs_in_by_the_identity_provider_can_be_given_a_password(app: FastAPI, database: Database) -> None:
    keeper = await keeper_of(app, database)
    nurse = await Person.hired(app, database, "nurse")
    async with database.session() as session:
        await session.execute(delete(StaffCredential).where(StaffCredential.account_id == nurse.id))
    assert (await nurse.give_password()).status_code == 401
    shown = await change(keeper, nurse, "one-time-password")
    nurse.password = shown.text.split('<code class="key">')[1].split("<")[0]
    await nurse.give_password()
    await nurse.choose()
    await nurse.set_up()
    assert await nurse.is_in()


async def test_who_may_not_is_told_so_on_a_page(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    answer = await nurse.browser.get("/staff/accounts")
    assert (answer.status_code, "may not manage accounts" in answer.text) == (403, True)
    assert answer.headers["Content-Type"].startswith("text/html")
    answer = await nurse.browser.get("/staff/accounts", headers={"Accept": "application/json"})
    assert answer.json()["type"] == "urn:pumptalk:problem:forbidden"
