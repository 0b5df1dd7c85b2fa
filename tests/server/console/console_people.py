"""A member of staff who signs in as people do: through the pages, with a phone for the codes."""

import re
import time

import httpx
import pyotp
from fastapi import FastAPI
from sqlalchemy import update

from server.console.people.accounts import Accounts
from server.console.people.first import COMMAND_LINE
from server.console.people.models import StaffCredential
from server.console.roles import Role
from server.db import Database

BROWSER = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "User-Agent": "Test browser"}
PASSWORD = "plum-wander-42-kite"


def browser_at(app: FastAPI, address: str = "192.0.2.1") -> httpx.AsyncClient:
    """A browser that has never been here, at this address."""
    transport = httpx.ASGITransport(app, client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=BROWSER)


class Person:
    """Somebody with an account, a phone and a browser."""

    def __init__(self, database: Database, browser: httpx.AsyncClient, email: str, account_id: str, otp: str) -> None:
        self.browser, self.email, self.id, self.password = browser, email, account_id, otp
        self.codes: list[str] = []
        self._database, self._secret, self._step = database, "", 0

    @classmethod
    async def hired(cls, app: FastAPI, database: Database, name: str, *roles: Role) -> "Person":
        """Somebody who was just given a one-time password."""
        handed = await Accounts(database, COMMAND_LINE).create(f"{name}@clinic.example", name, roles or [Role.REVIEWER])
        return cls(database, browser_at(app), handed.email, handed.account_id, handed.password)

    async def give_password(self, browser: httpx.AsyncClient | None = None) -> httpx.Response:
        """Type e-mail and password."""
        form = {"email": self.email, "password": self.password}
        return await (browser or self.browser).post("/staff/sign-in", data=form)

    async def choose(self, password: str = PASSWORD) -> httpx.Response:
        """Choose a password of one's own."""
        form = {"password": password, "again": password}
        answer = await self.browser.post("/staff/sign-in/password", data=form)
        if answer.status_code == 303:
            self.password = password
        return answer

    async def set_up(self, path: str = "/staff/sign-in/set-up", send: str | None = None) -> httpx.Response:
        """Scan the picture and type the first code; keep the recovery codes."""
        shown = await self.browser.get(path)
        [key] = re.findall(r'<code class="key">([A-Z2-7 ]+)</code>', shown.text)
        self._secret, self._step = key.replace(" ", ""), 0
        answer = await self.browser.post(send or path, data={"code": self.code()})
        self.codes = re.findall(r"<code>([a-z2-7 ]+)</code>", answer.text)
        return answer

    def code(self) -> str:
        """The code that the phone shows now, or the one after the last that was used."""
        self._step = max(int(time.time() // 30), self._step + 1)
        return pyotp.TOTP(self._secret).generate_otp(self._step)

    async def time_passes(self) -> None:
        """Long enough for any code to be new again."""
        self._step = 0
        async with self._database.session() as session:
            chosen = update(StaffCredential).where(StaffCredential.account_id == self.id)
            await session.execute(chosen.values(totp_step=0))

    async def give_code(self, browser: httpx.AsyncClient | None = None, code: str | None = None) -> httpx.Response:
        """Type a code."""
        return await (browser or self.browser).post("/staff/sign-in/code", data={"code": code or self.code()})

    async def start_work(self) -> "Person":
        """The whole first sign-in."""
        await self.give_password()
        await self.choose()
        assert (await self.set_up()).status_code == 200
        return self

    async def is_in(self, browser: httpx.AsyncClient | None = None) -> bool:
        """Whether the console shows them their account."""
        return (await (browser or self.browser).get("/staff/me")).status_code == 200
