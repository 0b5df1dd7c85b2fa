"""Signing in by the identity provider: the account that belongs to a confirmed e-mail."""

from http import HTTPStatus

from sqlalchemy.ext.asyncio import AsyncSession

from server.console.console import Console
from server.console.models import StaffAccount
from server.console.people.accounts import new_account
from server.console.people.browser import Browser
from server.console.people.errors import RefusedError
from server.console.people.repository import People
from server.console.roles import Role
from server.console.sessions import StaffSessions
from server.console.staff import Staff
from server.console.trail import Trail

_NO_ACCOUNT = "There is no account here for {email}. Ask an administrator for one."


async def sign_in_by_provider(console: Console, email: str, name: str, browser: Browser) -> str:
    """A complete session's token. The provider answers for the second step. Raises RefusedError without an account."""
    async with console.database.session() as session:
        found = await People(session).by_email(email)
        if found and found[0].disabled_at is None:
            account = found[0]
        elif found is None and (role := console.settings.oidc_new_account_role):
            account = await _created(session, email, name, Role(role))
        else:
            raise RefusedError(_NO_ACCOUNT.format(email=email), HTTPStatus.FORBIDDEN)
        sessions = StaffSessions(session)
        token = await sessions.start(account.id, complete=True, second_step=True, agent=browser.agent)
        await Trail(session).record(Staff.of(account), "signed in", "account", account.id, by="identity provider")
        return token


async def _created(session: AsyncSession, email: str, name: str, role: Role) -> StaffAccount:
    account = new_account(email, name[:100], (role,))
    People(session).add(account)
    await session.flush()
    trail, roles = Trail(session), [role]
    await trail.record(Staff.of(account), "created", "account", account.id, roles=roles, by="identity provider")
    return account
