"""How often somebody may try, so that nobody guesses, and nobody can shut out another by trying.

An attempt counts for its address, for this address on this account, and for the account as a whole, in this order: what
the address has used up does not count for the account, so one address alone never reaches the account's limit. A
browser that has signed in to the account before is counted by itself: its owner gets in while others try.
See docs/decisions/0031.
"""

from server.console.people.browser import Browser
from server.console.people.errors import TooOftenError
from server.edge.limits import LimitName, RateLimits


class Throttle:
    """Counts attempts. Each method raises TooOftenError if this one is too many."""

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits

    async def password(self, email: str, browser: Browser, *, is_known: bool) -> None:
        """An attempt with a password, before it is looked at."""
        if is_known:
            await self._count(("sign_in", f"device {browser.device_hash}"))
            return
        await self._count(
            ("sign_in_address", browser.address),
            ("sign_in", f"{browser.address} {email}"),
            ("sign_in_account", email),
        )

    async def confirmation(self, account_id: str, browser: Browser, *, is_known: bool) -> None:
        """A code, or the password once more, by somebody who has shown the password."""
        place = browser.device_hash if is_known else browser.address
        await self._count(("sign_in", f"code {account_id} {place}"))
        if not is_known:
            await self._count(("sign_in_account", f"code {account_id}"))

    async def _count(self, *counted: tuple[LimitName, str]) -> None:
        for name, key in counted:
            seconds = await self._limits.wait(name, key)
            if seconds is not None:
                raise TooOftenError(seconds)
