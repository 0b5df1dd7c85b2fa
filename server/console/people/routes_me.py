"""One's own account: /staff/me."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from server.console.access import signed_in
from server.console.pages import page, see_other, templates
from server.console.people.browser import browser_name
from server.console.people.errors import RefusedError
from server.console.people.forms import OfOwnAccount, Text
from server.console.people.own_account import OwnAccount
from server.console.people.passwords import LONGEST, SHORTEST
from server.console.sessions import set_token
from server.console.staff import Staff

ME = "/staff/me"
_CODES, _SET_UP = "people/recovery_codes.html", "people/set_up.html"

templates.env.filters["browser_name"] = browser_name
router = APIRouter(prefix=ME)
Me = Annotated[Staff, Depends(signed_in)]


@router.get("")
async def me(request: Request, staff: Me, own: OfOwnAccount) -> Response:
    """The account at a glance."""
    return await _page(request, staff, own)


@router.post("/password")
async def change_password(
    request: Request, staff: Me, own: OfOwnAccount, current: Text, password: Text, again: Text
) -> Response:
    """Change the password."""
    try:
        token = await own.change_password(current, password, again)
    except RefusedError as e:
        return await _page(request, staff, own, e, "password")
    response = see_other(f"{ME}?done=password")
    set_token(request, response, token)
    return response


@router.post("/recovery-codes")
async def new_codes(request: Request, staff: Me, own: OfOwnAccount, current: Text) -> Response:
    """Make new recovery codes and show them once."""
    try:
        codes = await own.new_codes(current)
    except RefusedError as e:
        return await _page(request, staff, own, e, "codes")
    return page(request, _CODES, staff, codes=codes, onward=ME)


@router.post("/second-step")
async def start_second_step(request: Request, staff: Me, own: OfOwnAccount, current: Text) -> Response:
    """Begin to set up a new second step."""
    try:
        await own.start_second_step(current)
    except RefusedError as e:
        return await _page(request, staff, own, e, "second-step")
    return see_other(f"{ME}/second-step")


@router.get("/second-step")
async def second_step_page(request: Request, staff: Me, own: OfOwnAccount) -> Response:
    """Show what the authenticator app has to read."""
    offer = await own.offer()
    return page(request, _SET_UP, staff, offer=offer) if offer else see_other(ME)


@router.post("/second-step/confirm")
async def confirm_second_step(request: Request, staff: Me, own: OfOwnAccount, code: Text) -> Response:
    """Take the app's first code."""
    try:
        codes = await own.confirm_second_step(code)
    except RefusedError as e:
        offer = await own.offer()
        return page(request, _SET_UP, staff, e.status, offer=offer, fault=e.text) if offer else see_other(ME)
    return page(request, _CODES, staff, codes=codes, onward=ME)


@router.post("/sessions/end")
async def end_session(staff: Me, own: OfOwnAccount, session: Text) -> Response:
    """Sign out elsewhere."""
    await own.end_session(session)
    return see_other(f"{ME}?done=session")


@router.post("/sessions/end-others")
async def end_other_sessions(staff: Me, own: OfOwnAccount) -> Response:
    """Sign out everywhere else."""
    await own.end_other_sessions()
    return see_other(f"{ME}?done=session")


async def _page(
    request: Request, staff: Staff, own: OwnAccount, refused: RefusedError | None = None, form: str = ""
) -> Response:
    shown: dict[str, Any] = {"overview": await own.overview(), "shortest": SHORTEST, "longest": LONGEST, "form": form}
    if refused:
        return page(request, "people/me.html", staff, refused.status, fault=refused.text, **shown)
    return page(request, "people/me.html", staff, done=request.query_params.get("done"), **shown)
