"""Signing in, step by step. Each step ends the session of the one before and starts another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from sqlalchemy.ext.asyncio import AsyncSession

from server.console.access import NotSignedInError
from server.console.console import Console
from server.console.models import StaffAccount, StaffSession
from server.console.people.authenticator import Authenticator, Offer
from server.console.people.browser import Browser, new_device
from server.console.people.choosing import chosen_password
from server.console.people.errors import RefusedError
from server.console.people.models import StaffCredential
from server.console.people.passwords import matches
from server.console.people.repository import People
from server.console.people.second_step import Seal, hash_of_code, is_code, plain
from server.console.people.stages import Stage, stage_of
from server.console.people.throttle import Throttle
from server.console.sessions import SessionLimits, StaffSessions, hash_of_token
from server.console.staff import Staff
from server.console.trail import Trail

# The same for every reason, so that nobody learns which addresses have an account.
_WRONG = "The e-mail or the password is not right."
_EXPIRED = "This one-time password is too old. Ask an administrator for a new one."
_WRONG_CODE = "This code is not right, or it was used before. Wait for the next one in your app and type that."


@dataclass(frozen=True)
class Step:
    """What the browser keeps after a step, and what comes next. `codes` are recovery codes to be shown."""

    token: str
    stage: Stage
    device: str | None = None
    codes: tuple[str, ...] = ()


@dataclass
class Visit:
    """Somebody between two steps, within one database session."""

    session: AsyncSession
    row: StaffSession
    account: StaffAccount
    credential: StaffCredential

    @property
    def people(self) -> People:
        """The accounts."""
        return People(self.session)


class SignIn:
    """Signing in to one console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._limits = SessionLimits.of(console.settings)
        self._throttle = Throttle(console.limits)
        self._seal = Seal(console.settings.sender_key, "second step")

    async def begin(self, email: str, password: str, browser: Browser) -> Step:
        """Check a password. Raises RefusedError, TooOftenError."""
        email = email.strip().lower()
        async with self._console.database.session() as session:
            found = await People(session).by_email(email)
            is_known = found is not None and await People(session).knows_device(found[0].id, browser.device_hash)
        await self._throttle.password(email, browser, is_known=is_known)
        account, credential = found or (None, None)
        is_open = account is not None and account.disabled_at is None
        # The hash is compared in any case, so that all refusals take as long.
        is_right = await matches(credential.password_hash if credential else None, password)
        if not (account and credential and is_open and is_right):
            raise RefusedError(_WRONG, HTTPStatus.UNAUTHORIZED)
        if credential.one_time_until and credential.one_time_until < datetime.now(UTC):
            raise RefusedError(_EXPIRED, HTTPStatus.UNAUTHORIZED)
        async with self._console.database.session() as session:
            await self._sessions(session).sweep(account.id)
            token = await self._sessions(session).start(account.id, complete=False, agent=browser.agent)
            visit = await self._visit(session, token)
            if visit.credential.password_hash != credential.password_hash:
                raise RefusedError(_WRONG, HTTPStatus.UNAUTHORIZED)  # it was changed while it was being compared
            return Step(token, stage_of(visit.row, visit.credential))

    async def stage(self, token: str) -> Stage:
        """What is left to do. Raises NotSignedInError if the session is over."""
        async with self._console.database.session() as session:
            visit = await self._visit(session, token)
            return Stage.DONE if visit.row.complete else stage_of(visit.row, visit.credential)

    async def give_code(self, token: str, code: str, browser: Browser) -> Step:
        """Pass the second step with a code of the app or a recovery code. Raises RefusedError, TooOftenError."""
        code = plain(code)
        await self._count(token, browser)
        async with self._at(token, Stage.CODE) as visit:
            by = await self._proof(visit, code)
            if by:
                visit.row.second_step = True
                return await self._on(visit, browser, by)
            await Trail(visit.session).record(Staff.of(visit.account), "gave a wrong code", "account", visit.account.id)
        raise RefusedError(_WRONG_CODE, HTTPStatus.UNAUTHORIZED)

    async def choose_password(self, token: str, password: str, again: str, browser: Browser) -> Step:
        """Put a password of one's own in the place of the one-time password. Raises RefusedError."""
        async with self._at(token, Stage.PASSWORD) as visit:
            about, old = (visit.account.email, visit.account.name), visit.credential.password_hash
        new = await chosen_password(password, again, (*about, self._console.clinic.name), old)
        async with self._at(token, Stage.PASSWORD) as visit:
            visit.credential.password_hash, visit.credential.one_time_until = new, None
            await self._sessions(visit.session).end_others(visit.row)
            return await self._on(visit, browser, "password", changed_password=True)

    async def offer(self, token: str) -> Offer:
        """The second step to be set up."""
        async with self._at(token, Stage.SET_UP) as visit:
            return Authenticator(visit.people, self._seal).offer(visit.row, visit.account.email)

    async def set_up(self, token: str, code: str, browser: Browser) -> Step:
        """Make the offered second step the account's. Raises RefusedError, TooOftenError."""
        await self._count(token, browser)
        async with self._at(token, Stage.SET_UP) as visit:
            codes = await Authenticator(visit.people, self._seal).confirm(visit.row, visit.credential, code)
            visit.row.second_step = True
            step = await self._on(visit, browser, "new second step")
            return Step(step.token, step.stage, step.device, tuple(codes))

    async def end(self, token: str) -> None:
        """Sign out."""
        async with self._console.database.session() as session:
            found = await self._sessions(session).find(token)
            await self._sessions(session).end(token)
            if found and found[0].complete:
                await Trail(session).record(Staff.of(found[1]), "signed out", "account", found[1].id)

    async def _proof(self, visit: Visit, code: str) -> str | None:
        """By what the code proves something, if it does."""
        if is_code(code):
            is_right = await Authenticator(visit.people, self._seal).is_right(visit.credential, code)
            return "code" if is_right else None
        is_right = await visit.people.use_recovery_code(visit.account.id, hash_of_code(code))
        return "recovery code" if is_right else None

    async def _on(self, visit: Visit, browser: Browser, by: str, *, changed_password: bool = False) -> Step:
        """The next step, in a session of its own."""
        stage = stage_of(visit.row, visit.credential)
        is_done, trail = stage is Stage.DONE, Trail(visit.session)
        token = await self._sessions(visit.session).renew(
            visit.row, complete=is_done, second_step=visit.row.second_step
        )
        device = await _device(visit, browser) if is_done else None
        staff = Staff.of(visit.account)
        if changed_password:
            await trail.record(staff, "chose a password", "account", staff.id)
        if is_done:
            await trail.record(staff, "signed in", "account", staff.id, by=by)
        return Step(token, stage, device)

    async def _count(self, token: str, browser: Browser) -> None:
        async with self._console.database.session() as session:
            visit = await self._visit(session, token)
            is_known = await visit.people.knows_device(visit.account.id, browser.device_hash)
        await self._throttle.confirmation(visit.account.id, browser, is_known=is_known)

    @asynccontextmanager
    async def _at(self, token: str, stage: Stage) -> AsyncIterator[Visit]:
        """The visit, if it is at this stage. Raises NotSignedInError if it is not, as after going back."""
        async with self._console.database.session() as session:
            visit = await self._visit(session, token)
            if visit.row.complete or stage_of(visit.row, visit.credential) is not stage:
                raise NotSignedInError("Please sign in.")
            yield visit

    async def _visit(self, session: AsyncSession, token: str) -> Visit:
        found = await self._sessions(session).find(token)
        credential = await People(session).credential(found[1].id) if found else None
        if found is None or credential is None:
            raise NotSignedInError("Please sign in.")
        return Visit(session, *found, credential)

    def _sessions(self, session: AsyncSession) -> StaffSessions:
        return StaffSessions(session, self._limits)


async def _device(visit: Visit, browser: Browser) -> str | None:
    """A token for a browser that this account does not know yet."""
    if await visit.people.knows_device(visit.account.id, browser.device_hash):
        return None
    token = new_device()
    visit.people.add_device(visit.account.id, hash_of_token(token))
    return token
