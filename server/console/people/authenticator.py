"""Setting up a second step: a new secret waits in the session until a code shows that an app has it."""

from dataclasses import dataclass

from server.console.models import StaffSession
from server.console.people.errors import RefusedError
from server.console.people.models import StaffCredential
from server.console.people.repository import People
from server.console.people.second_step import (
    Seal,
    hash_of_code,
    in_groups,
    new_recovery_codes,
    new_secret,
    picture,
    plain,
    step_of,
)

_WRONG = (
    "This code is not right. Type the six digits that the app shows now. If that does not help, "
    "look whether the clock of your phone is right."
)


@dataclass(frozen=True)
class Offer:
    """A secret to be put into an app: as a picture to be scanned, and as letters to be typed."""

    picture: str
    letters: str


class Authenticator:
    """The second step of one account, within one database session."""

    def __init__(self, people: People, seal: Seal) -> None:
        self._people, self._seal = people, seal

    def offer(self, row: StaffSession, email: str) -> Offer:
        """The secret that waits in this session, or a new one."""
        if row.pending_secret is None:
            row.pending_secret = self._seal.close(new_secret())
        secret = self._seal.open(row.pending_secret)
        return Offer(picture(secret, email), in_groups(secret))

    async def confirm(self, row: StaffSession, credential: StaffCredential, code: str) -> list[str]:
        """Make the waiting secret the account's. Returns new recovery codes. Raises RefusedError on a wrong code."""
        secret = self._seal.open(row.pending_secret) if row.pending_secret else None
        step = step_of(secret, plain(code)) if secret else None
        if step is None:
            raise RefusedError(_WRONG)
        credential.totp_secret, credential.totp_step = row.pending_secret, step
        row.pending_secret = None
        return await self.new_codes(row.account_id)

    async def new_codes(self, account_id: str) -> list[str]:
        """New recovery codes in the place of the old ones, to be shown once."""
        codes = new_recovery_codes()
        await self._people.replace_recovery_codes(account_id, map(hash_of_code, codes))
        return [in_groups(code) for code in codes]

    async def is_right(self, credential: StaffCredential, code: str) -> bool:
        """Whether this is the app's code, used for the first time."""
        step = step_of(self._seal.open(credential.totp_secret), code) if credential.totp_secret else None
        return step is not None and await self._people.use_step(credential.account_id, step)
