"""One's own account: password, second step, recovery codes, and where one is signed in."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from server.console.access import NotSignedInError
from server.console.console import Console
from server.console.models import StaffAccount, StaffSession
from server.console.people.authenticator import Authenticator, Offer
from server.console.people.browser import Browser
from server.console.people.choosing import chosen_password
from server.console.people.errors import RefusedError, WrongPasswordError
from server.console.people.models import StaffCredential
from server.console.people.passwords import matches
from server.console.people.repository import People
from server.console.people.second_step import Seal
from server.console.people.throttle import Throttle
from server.console.sessions import SessionLimits, StaffSessions
from server.console.staff import Staff
from server.console.trail import Trail

_NOTHING_TO_SET = "You sign in by the clinic's identity provider: there is no password here."


@dataclass(frozen=True)
class Overview:
    """What somebody is told of the own account."""

    has_password: bool
    codes_left: int
    sessions: Sequence[StaffSession]
    here: str


@dataclass
class _Own:
    session: AsyncSession
    row: StaffSession
    account: StaffAccount

    async def credential(self) -> StaffCredential:
        """How the account signs in. Raises RefusedError if not by a password."""
        found = await People(self.session).credential(self.account.id)
        if found is None:
            raise RefusedError(_NOTHING_TO_SET)
        return found

    async def record(self, action: str) -> None:
        """Record what was done to the account."""
        await Trail(self.session).record(Staff.of(self.account), action, "account", self.account.id)


class OwnAccount:
    """The account that a session's token belongs to."""

    def __init__(self, console: Console, token: str, browser: Browser) -> None:
        self._console, self._token, self._browser = console, token, browser
        self._limits = SessionLimits.of(console.settings)
        self._throttle = Throttle(console.limits)
        self._seal = Seal(console.settings.sender_key, "second step")

    async def overview(self) -> Overview:
        """All of it at a glance."""
        async with self._own() as own:
            people = People(own.session)
            credential = await people.credential(own.account.id)
            sessions = await StaffSessions(own.session, self._limits).of(own.account.id)
            left = await people.recovery_codes_left(own.account.id)
            return Overview(credential is not None, left, sessions, own.row.token_hash)

    async def change_password(self, current: str, password: str, again: str) -> str:
        """Change the password and end every other session. Returns this session's new token. Raises RefusedError."""
        old_hash = await self._confirmed(current)
        async with self._own() as own:
            about = own.account.email, own.account.name, self._console.clinic.name
        new = await chosen_password(password, again, about, old_hash)
        async with self._own() as own:
            (await own.credential()).password_hash = new
            sessions = StaffSessions(own.session, self._limits)
            await sessions.end_others(own.row)
            token = await sessions.renew(own.row, complete=True, second_step=own.row.second_step)
            await own.record("changed the password")
            return token

    async def new_codes(self, current: str) -> list[str]:
        """New recovery codes in the place of the old ones. Raises RefusedError."""
        await self._confirmed(current)
        async with self._own() as own:
            codes = await Authenticator(People(own.session), self._seal).new_codes(own.account.id)
            await own.record("made new recovery codes")
            return codes

    async def start_second_step(self, current: str) -> None:
        """Let a new second step wait until its code is given. Raises RefusedError."""
        await self._confirmed(current)
        async with self._own() as own:
            own.row.pending_secret = None
            Authenticator(People(own.session), self._seal).offer(own.row, own.account.email)

    async def offer(self) -> Offer | None:
        """The second step that waits, if one does."""
        async with self._own() as own:
            if own.row.pending_secret is None:
                return None
            return Authenticator(People(own.session), self._seal).offer(own.row, own.account.email)

    async def confirm_second_step(self, code: str) -> list[str]:
        """Put it in the place of the old one; other sessions end. Returns new recovery codes. Raises RefusedError."""
        await self._count()
        async with self._own() as own:
            authenticator = Authenticator(People(own.session), self._seal)
            codes = await authenticator.confirm(own.row, await own.credential(), code)
            await StaffSessions(own.session, self._limits).end_others(own.row)
            await own.record("set up a new second step")
            return codes

    async def end_session(self, token_hash: str) -> None:
        """Sign out elsewhere."""
        async with self._own() as own:
            await StaffSessions(own.session, self._limits).end_row(own.account.id, token_hash)
            await own.record("ended a session")

    async def end_other_sessions(self) -> None:
        """Sign out everywhere else."""
        async with self._own() as own:
            await StaffSessions(own.session, self._limits).end_others(own.row)
            await own.record("ended all other sessions")

    async def _confirmed(self, current: str) -> str:
        """The hash of the password that was just given. Raises WrongPasswordError, TooOftenError."""
        await self._count()
        async with self._own() as own:
            old_hash = (await own.credential()).password_hash
        if not await matches(old_hash, current):
            raise WrongPasswordError
        return old_hash

    async def _count(self) -> None:
        async with self._own() as own:
            account_id = own.account.id
            is_known = await People(own.session).knows_device(account_id, self._browser.device_hash)
        await self._throttle.confirmation(account_id, self._browser, is_known=is_known)

    @asynccontextmanager
    async def _own(self) -> AsyncIterator[_Own]:
        async with self._console.database.session() as session:
            found = await StaffSessions(session, self._limits).find(self._token)
            if found is None or not found[0].complete:
                raise NotSignedInError("Please sign in.")
            yield _Own(session, *found)
