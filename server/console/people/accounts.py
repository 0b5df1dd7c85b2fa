"""The accounts, for who manages them. What changes an account ends its sessions at once and stands in the trail."""

import re
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.models import StaffAccount
from server.console.people.errors import RefusedError
from server.console.people.models import StaffCredential
from server.console.people.passwords import hashed, one_time_password
from server.console.people.repository import People
from server.console.roles import Role
from server.console.sessions import StaffSessions
from server.console.staff import Staff
from server.console.trail import Trail
from server.db import Database
from server.errors import NotFoundError

ONE_TIME_DAYS = 7
_EMAIL, _LONGEST_EMAIL, _LONGEST_NAME = re.compile(r"[^@\s]+@[^@\s]+"), 254, 100
_LAST = "This is the last administrator who can sign in. Make somebody else an administrator first."
_TAKEN = "There is an account with this e-mail already."
_CHANGED = "Somebody else has just changed these roles. Look at them as they are now, and change them again."


@dataclass(frozen=True)
class Handed:
    """A one-time password, to be shown once and handed over."""

    account_id: str
    email: str
    password: str


@dataclass
class _Held:
    """An account that is held until the commit."""

    session: AsyncSession
    account: StaffAccount
    credential: StaffCredential | None


class Accounts:
    """The accounts, as changed by one member of staff."""

    def __init__(self, database: Database, by: Staff) -> None:
        self._database, self._by = database, by

    async def all(self) -> Sequence[tuple[StaffAccount, StaffCredential | None]]:
        """Every account, by name."""
        async with self._database.session() as session:
            return await People(session).all()

    async def one(self, account_id: str) -> tuple[StaffAccount, StaffCredential | None]:
        """One account. Raises NotFoundError."""
        async with self._database.session() as session:
            if found := await People(session).by_id(account_id):
                return found
        raise _absent()

    async def create(self, email: str, name: str, roles: Collection[Role]) -> Handed:
        """A new account with a one-time password. Raises RefusedError."""
        email, name = _checked(email, name, roles)
        password, account = one_time_password(), new_account(email, name, roles)
        kept = await hashed(password)
        credential = StaffCredential(account_id=account.id, password_hash=kept, one_time_until=_soon())
        try:
            async with self._database.session() as session:
                People(session).add(account)
                await session.flush()
                People(session).add(credential)
                await self._record(session, "created", account, roles=sorted(roles))
        except IntegrityError:
            raise RefusedError(_TAKEN, HTTPStatus.CONFLICT) from None
        return Handed(account.id, email, password)

    async def set_roles(self, account_id: str, roles: Collection[Role], seen: Collection[str]) -> None:
        """Give these roles, if they are still as they were `seen`. Raises RefusedError."""
        if not roles:
            raise RefusedError("An account needs at least one role. To shut somebody out, disable the account.")
        async with self._changing(account_id) as held:
            if set(held.account.roles) != set(seen):
                raise RefusedError(_CHANGED, HTTPStatus.CONFLICT)
            before, held.account.roles = sorted(held.account.roles), sorted(roles)
            await self._record(held.session, "changed roles", held.account, before=before, after=sorted(roles))
            await self._keep_an_administrator(held)

    async def disable(self, account_id: str) -> None:
        """Let nobody sign in to it, from this moment on. Raises RefusedError."""
        async with self._changing(account_id) as held:
            held.account.disabled_at = held.account.disabled_at or datetime.now(UTC)
            await People(held.session).forget_devices(account_id)
            await self._record(held.session, "disabled", held.account)
            await self._keep_an_administrator(held)

    async def enable(self, account_id: str) -> None:
        """Take it into use again."""
        async with self._changing(account_id) as held:
            held.account.disabled_at = None
            await self._record(held.session, "enabled", held.account)

    async def new_password(self, account_id: str) -> Handed:
        """A new one-time password; the second step stays."""
        return await self._hand_out(account_id, "gave a one-time password", resets_second_step=False)

    async def reset_second_step(self, account_id: str) -> Handed:
        """Take the second step away. Gives a one-time password, so that the old one alone cannot set up a new step."""
        return await self._hand_out(account_id, "reset the second step", resets_second_step=True)

    async def _hand_out(self, account_id: str, action: str, *, resets_second_step: bool) -> Handed:
        password = one_time_password()
        password_hash = await hashed(password)
        async with self._changing(account_id) as held:
            people, credential = People(held.session), held.credential
            if credential is None:
                credential = StaffCredential(account_id=account_id)
                people.add(credential)
            credential.password_hash, credential.one_time_until = password_hash, _soon()
            if resets_second_step:
                credential.totp_secret, credential.totp_step = None, 0
                await people.replace_recovery_codes(account_id, ())
            await people.forget_devices(account_id)
            await self._record(held.session, action, held.account)
            return Handed(account_id, held.account.email, password)

    @asynccontextmanager
    async def _changing(self, account_id: str) -> AsyncIterator[_Held]:
        """The account to be changed and recorded. Its sessions end. Raises NotFoundError."""
        async with self._database.session() as session:
            # First of all, as a write lets SQLite, too, take one change after the other.
            await StaffSessions(session).end_all(account_id)
            found = await People(session).by_id(account_id)
            if found is None:
                raise _absent()
            yield _Held(session, *found)

    async def _keep_an_administrator(self, held: _Held) -> None:
        """Raise RefusedError if nobody is left. Call it after `_record`, whose entry in the trail lets one change at a
        time get here and see all that came before: so two administrators who disable each other do not both succeed.
        """
        if not await People(held.session).has_administrator():
            raise RefusedError(_LAST, HTTPStatus.CONFLICT)

    async def _record(self, session: AsyncSession, action: str, account: StaffAccount, **details: Any) -> None:
        await Trail(session).record(self._by, action, "account", account.id, email=account.email, **details)


def new_account(email: str, name: str, roles: Collection[Role]) -> StaffAccount:
    """An account that is not stored yet."""
    now = datetime.now(UTC)
    return StaffAccount(id=uuid4().hex, email=email, name=name, roles=sorted(roles), created_at=now)


def _checked(email: str, name: str, roles: Collection[Role]) -> tuple[str, str]:
    email, name = email.strip().lower(), " ".join(name.split())
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise RefusedError("This is no e-mail address. Write it like jane.doe@clinic.example.")
    if not name or len(name) > _LONGEST_NAME:
        raise RefusedError(f"A name of up to {_LONGEST_NAME} characters is needed.")
    if not roles:
        raise RefusedError("Choose at least one role.")
    return email, name


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=ONE_TIME_DAYS)


def _absent() -> NotFoundError:
    return NotFoundError("There is no such account.")
