"""Choosing a password of one's own."""

from server.console.people.errors import RefusedError
from server.console.people.passwords import fault_of, hashed, matches


async def chosen_password(password: str, again: str, about: tuple[str, ...], old_hash: str) -> str:
    """The hash of a password that may be chosen. Raises RefusedError with the reason if it may not."""
    if password != again:
        raise RefusedError("The two passwords are not the same. Please type both again.")
    if fault := await fault_of(password, about):
        raise RefusedError(fault)
    if await matches(old_hash, password):
        raise RefusedError("This is the old password. Please choose another.")
    return await hashed(password)
