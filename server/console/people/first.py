"""The first administrator, and the way back in when nobody is left who could reset an account."""

from server.console.people.accounts import Accounts, Handed
from server.console.people.repository import People
from server.console.roles import Role
from server.console.staff import Staff
from server.db import Database

# Whom the trail names for what nobody signed in for.
COMMAND_LINE = Staff("command-line", "command line", "command line", frozenset())
DEMONSTRATION_EMAIL = "administrator@clinic.example"
# Reading the conversations and the trail as well: who tries PumpTalk out wants to see every page.
DEMONSTRATION_ROLES = (Role.ADMINISTRATOR, Role.MANAGER, Role.CLINICIAN, Role.AUDITOR)


async def add_administrator(database: Database, email: str) -> Handed:
    """A new account that manages accounts, and nothing else. Raises RefusedError."""
    name = email.split("@")[0].replace(".", " ").title()
    return await Accounts(database, COMMAND_LINE).create(email, name, (Role.ADMINISTRATOR,))


async def reset(database: Database, email: str) -> Handed | None:
    """A new one-time password and no second step for this account; None if there is none."""
    async with database.session() as session:
        found = await People(session).by_email(email)
    return await Accounts(database, COMMAND_LINE).reset_second_step(found[0].id) if found else None


async def demonstration_administrator(database: Database) -> Handed | None:
    """Somebody who may see every page, if there is no account yet, or that one has never signed in; else None."""
    async with database.session() as session:
        count, found = await People(session).count(), await People(session).by_email(DEMONSTRATION_EMAIL)
    if count == 0:
        name = "First administrator"
        return await Accounts(database, COMMAND_LINE).create(DEMONSTRATION_EMAIL, name, DEMONSTRATION_ROLES)
    if count == 1 and found and found[1] and found[1].one_time_until:
        return await Accounts(database, COMMAND_LINE).new_password(found[0].id)
    return None
