"""The accounts: /staff/accounts, for who manages them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from server.console.access import allowed_to
from server.console.console import OfConsole
from server.console.pages import page, see_other
from server.console.people.accounts import ONE_TIME_DAYS, Accounts, Handed
from server.console.people.errors import RefusedError
from server.console.people.forms import Text
from server.console.roles import ALLOWED, Action, Role
from server.console.staff import Staff

ACCOUNTS = "/staff/accounts"

router = APIRouter(prefix=ACCOUNTS)
Manager = Annotated[Staff, Depends(allowed_to(Action.MANAGE_ACCOUNTS))]


async def accounts(console: OfConsole, staff: Manager) -> Accounts:
    """The accounts, as changed by whoever sent the request."""
    return Accounts(console.database, staff)


OfAccounts = Annotated[Accounts, Depends(accounts)]
Roles = Annotated[list[Role] | None, Form()]


@router.get("")
async def all_accounts(request: Request, staff: Manager, service: OfAccounts) -> Response:
    """Every account, and the form for another."""
    return await _all(request, staff, service)


@router.post("")
async def create(
    request: Request, staff: Manager, service: OfAccounts, email: Text, name: Text, roles: Roles = None
) -> Response:
    """Make an account."""
    try:
        handed = await service.create(email, name, roles or [])
    except RefusedError as e:
        typed: dict[str, Any] = {"email": email, "name": name, "roles": roles or []}
        return await _all(request, staff, service, e, typed)
    return _handed(request, staff, handed)


@router.get("/{account_id}")
async def one(request: Request, staff: Manager, service: OfAccounts, account_id: str) -> Response:
    """One account."""
    return await _one(request, staff, service, account_id)


@router.post("/{account_id}/roles")
async def set_roles(
    request: Request, staff: Manager, service: OfAccounts, account_id: str, seen: Text, roles: Roles = None
) -> Response:
    """Give it these roles."""
    try:
        await service.set_roles(account_id, roles or [], seen.split())
    except RefusedError as e:
        return await _one(request, staff, service, account_id, e)
    return see_other(f"{ACCOUNTS}/{account_id}?done=roles")


@router.post("/{account_id}/disable")
async def disable(request: Request, staff: Manager, service: OfAccounts, account_id: str) -> Response:
    """Shut it out."""
    try:
        await service.disable(account_id)
    except RefusedError as e:
        return await _one(request, staff, service, account_id, e)
    return see_other(f"{ACCOUNTS}/{account_id}?done=disabled")


@router.post("/{account_id}/enable")
async def enable(staff: Manager, service: OfAccounts, account_id: str) -> Response:
    """Let it in again."""
    await service.enable(account_id)
    return see_other(f"{ACCOUNTS}/{account_id}?done=enabled")


@router.post("/{account_id}/one-time-password")
async def new_password(request: Request, staff: Manager, service: OfAccounts, account_id: str) -> Response:
    """Give it a one-time password."""
    return _handed(request, staff, await service.new_password(account_id))


@router.post("/{account_id}/second-step")
async def reset_second_step(request: Request, staff: Manager, service: OfAccounts, account_id: str) -> Response:
    """Take its second step away, and give it a one-time password."""
    return _handed(request, staff, await service.reset_second_step(account_id))


async def _all(
    request: Request,
    staff: Staff,
    service: Accounts,
    refused: RefusedError | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    shown: dict[str, Any] = {"accounts": await service.all(), "allowed": ALLOWED, "typed": typed or {}}
    status, fault = (refused.status, refused.text) if refused else (200, None)
    return page(request, "people/accounts.html", staff, status, fault=fault, **shown)


async def _one(
    request: Request, staff: Staff, service: Accounts, account_id: str, refused: RefusedError | None = None
) -> Response:
    account, credential = await service.one(account_id)
    shown: dict[str, Any] = {"account": account, "credential": credential, "allowed": ALLOWED}
    if refused:
        return page(request, "people/account.html", staff, refused.status, fault=refused.text, **shown)
    return page(request, "people/account.html", staff, done=request.query_params.get("done"), **shown)


def _handed(request: Request, staff: Staff, handed: Handed) -> Response:
    shown: dict[str, Any] = {"handed": handed, "days": ONE_TIME_DAYS, "address": str(request.url_for("sign_in_page"))}
    return page(request, "people/one_time_password.html", staff, **shown)
