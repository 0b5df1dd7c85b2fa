"""Signing in by a real identity provider, which runs beside the tests."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from console_people import Person, browser_at
from console_provider import CLIENT, identity_provider, node, sign_in_there
from fastapi import FastAPI
from sqlalchemy import select, update

from server.console.models import StaffAccount, TrailEntry
from server.console.roles import Role
from server.db import Database
from server.settings import ROOT, Settings

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The provider's address."""
    program = node()
    if not program or not (ROOT / "web" / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("Node or npm's oidc-provider is not installed; run `make setup`")
    with identity_provider(program) as address:
        yield address


@pytest.fixture
def settings(settings: Settings, provider: str, request: pytest.FixtureRequest) -> Settings:
    """Settings that name the provider; a test's parameter is the role of new accounts."""
    role = getattr(request, "param", "")
    return settings.model_copy(update={**CLIENT, "oidc_issuer": provider, "oidc_new_account_role": role})


async def come_back(browser: httpx.AsyncClient, login: str) -> httpx.Response:
    """Go there, sign in there, come back."""
    away = await browser.get("/staff/sign-in/provider")
    assert away.status_code == 302
    # The provider's page sends the browser: so no strict cookie comes along, and it counts as another site's.
    back = await sign_in_there(away.headers["Location"], login)
    return await browser.get(back, headers={"Sec-Fetch-Site": "cross-site"})


async def test_who_has_an_account_is_let_in(app: FastAPI, database: Database) -> None:
    nurse = await (await Person.hired(app, database, "nurse")).start_work()
    browser = browser_at(app)
    assert "your clinic account" in (await browser.get("/staff/sign-in")).text
    answer = await come_back(browser, "Nurse@clinic.example")
    assert (answer.status_code, 'url=/staff"' in answer.text) == (200, True)
    assert await nurse.is_in(browser)
    async with database.session() as session:
        entry = (await session.scalars(select(TrailEntry).order_by(TrailEntry.seq.desc()).limit(1))).one()
    assert (entry.actor, entry.action, entry.details) == (nurse.email, "signed in", {"by": "identity provider"})


@pytest.mark.parametrize("login", ["stranger@clinic.example", "unverified-nurse@clinic.example", "gone@clinic.example"])
async def test_nobody_else_is(app: FastAPI, database: Database, login: str) -> None:
    await Person.hired(app, database, "unverified-nurse")
    gone = await Person.hired(app, database, "gone")
    async with database.session() as session:
        disabled = update(StaffAccount).where(StaffAccount.id == gone.id).values(disabled_at=datetime.now(UTC))
        await session.execute(disabled)
    browser = browser_at(app)
    answer = await come_back(browser, login)
    assert answer.status_code in (403, 422)
    assert 'role="alert"' in answer.text
    assert "staff" not in browser.cookies


@pytest.mark.parametrize("settings", ["reviewer"], indirect=True)
async def test_an_account_is_made_if_the_settings_say_so(app: FastAPI, database: Database) -> None:
    browser = browser_at(app)
    await come_back(browser, "new@clinic.example")
    shown = (await browser.get("/staff/me")).text
    assert "Name of new@clinic.example" in shown
    assert "nothing to set here" in shown
    async with database.session() as session:
        [made] = await session.scalars(select(StaffAccount))
    assert (made.email, made.roles) == ("new@clinic.example", [Role.REVIEWER])


@pytest.mark.parametrize("fault", ["state", "code", "other browser", "no cookie"])
async def test_an_answer_that_was_not_asked_for_opens_nothing(app: FastAPI, database: Database, fault: str) -> None:
    await Person.hired(app, database, "nurse")
    browser = browser_at(app)
    away = await browser.get("/staff/sign-in/provider")
    address = away.headers["Location"]
    assert "code_challenge_method=S256" in address
    assert "nonce=" in address
    back = await sign_in_there(address, "nurse@clinic.example")
    if fault in ("state", "code"):
        back = re.sub(rf"{fault}=[^&]+", f"{fault}=forged", back)
    elif fault == "other browser":
        browser = browser_at(app)
        await browser.get("/staff/sign-in/provider")
    else:
        browser = browser_at(app)
    answer = await browser.get(back)
    assert (answer.status_code, "did not confirm" in answer.text) == (422, True)
    assert "staff" not in browser.cookies


async def test_a_provider_that_is_away_is_named(app: FastAPI, settings: Settings) -> None:
    away = settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    app.state.console = replace(app.state.console, settings=away)
    answer = await browser_at(app).get("/staff/sign-in/provider")
    assert (answer.status_code, "does not answer" in answer.text) == (422, True)
