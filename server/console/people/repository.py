"""Queries of accounts and of how they prove who they are."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import CursorResult, Executable, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.models import StaffAccount
from server.console.people.models import KnownDevice, RecoveryCode, StaffCredential
from server.console.roles import Role


class People:
    """The accounts within one database session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> Sequence[tuple[StaffAccount, StaffCredential | None]]:
        """Every account, by name."""
        query = select(StaffAccount, StaffCredential).outerjoin(StaffCredential)
        rows = await self._session.execute(query.order_by(StaffAccount.name, StaffAccount.email))
        return [(account, credential) for account, credential in rows]

    async def count(self) -> int:
        """How many accounts there are."""
        return await self._session.scalar(select(func.count()).select_from(StaffAccount)) or 0

    async def by_email(self, email: str) -> tuple[StaffAccount, StaffCredential | None] | None:
        """The account with this address."""
        return await self._one(StaffAccount.email == email.strip().lower())

    async def by_id(self, account_id: str) -> tuple[StaffAccount, StaffCredential | None] | None:
        """The account with this id, held until the commit, so that two changes come one after the other."""
        await self._session.execute(select(StaffAccount.id).where(StaffAccount.id == account_id).with_for_update())
        return await self._one(StaffAccount.id == account_id)

    async def credential(self, account_id: str) -> StaffCredential | None:
        """How this account signs in."""
        return await self._session.get(StaffCredential, account_id)

    def add(self, *rows: StaffAccount | StaffCredential) -> None:
        """Store something new."""
        self._session.add_all(rows)

    async def has_administrator(self) -> bool:
        """Whether somebody who may sign in is an administrator."""
        enabled = select(StaffAccount.roles).where(StaffAccount.disabled_at.is_(None))
        return any(Role.ADMINISTRATOR in roles for roles in await self._session.scalars(enabled))

    async def use_step(self, account_id: str, step: int) -> bool:
        """Note that this step's code was used; False if it, or a later one, was used before."""
        unused = StaffCredential.account_id == account_id, StaffCredential.totp_step < step
        return await self._changed(update(StaffCredential).where(*unused).values(totp_step=step)) == 1

    async def use_recovery_code(self, account_id: str, code_hash: str) -> bool:
        """Use a recovery code up; False if there is no such."""
        chosen = RecoveryCode.account_id == account_id, RecoveryCode.code_hash == code_hash
        return await self._changed(delete(RecoveryCode).where(*chosen)) == 1

    async def replace_recovery_codes(self, account_id: str, hashes: Iterable[str]) -> None:
        """These codes from now on, and no others."""
        await self._session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        self._session.add_all(RecoveryCode(code_hash=code, account_id=account_id) for code in hashes)

    async def recovery_codes_left(self, account_id: str) -> int:
        """How many codes are not used yet."""
        query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id)
        return await self._session.scalar(query) or 0

    async def knows_device(self, account_id: str, token_hash: str | None) -> bool:
        """Whether somebody signed in to this account from there before."""
        if token_hash is None:
            return False
        chosen = KnownDevice.account_id == account_id, KnownDevice.token_hash == token_hash
        return await self._session.scalar(select(KnownDevice.token_hash).where(*chosen)) is not None

    def add_device(self, account_id: str, token_hash: str) -> None:
        """Know a device from now on."""
        self._session.add(KnownDevice(token_hash=token_hash, account_id=account_id, since=datetime.now(UTC)))

    async def forget_devices(self, account_id: str) -> None:
        """Know none of the account's devices any more."""
        await self._session.execute(delete(KnownDevice).where(KnownDevice.account_id == account_id))

    async def _one(self, condition: object) -> tuple[StaffAccount, StaffCredential | None] | None:
        query = select(StaffAccount, StaffCredential).outerjoin(StaffCredential).where(condition)  # type: ignore[arg-type]  # a column's comparison, typed as bool
        found = (await self._session.execute(query)).one_or_none()
        return (found[0], found[1]) if found else None

    async def _changed(self, statement: Executable) -> int:
        return cast("CursorResult[object]", await self._session.execute(statement)).rowcount
