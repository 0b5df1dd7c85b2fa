"""The pages of signing in and out."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from server.console.access import ElsewhereError, signed_in
from server.console.console import OfConsole
from server.console.pages import page, sections_of, see_other
from server.console.people.errors import RefusedError
from server.console.people.forms import (
    OfBrowser,
    OfSignIn,
    OfToken,
    Text,
    keep,
    path_of,
    wanted,
)
from server.console.people.passwords import LONGEST, SHORTEST
from server.console.people.sign_in import SignIn
from server.console.people.stages import Stage
from server.console.sessions import clear_token, token_of
from server.console.staff import Staff

router = APIRouter()


@router.get("/staff")
async def home(staff: Annotated[Staff, Depends(signed_in)]) -> Response:
    """The first page that somebody may see."""
    sections = sections_of(staff)
    return see_other(sections[0].path if sections else "/staff/me")


@router.get("/staff/sign-in")
async def sign_in_page(request: Request, console: OfConsole) -> Response:
    """Ask for e-mail and password."""
    return _sign_in_page(request, console)


@router.post("/staff/sign-in")
async def sign_in(
    request: Request, console: OfConsole, service: OfSignIn, browser: OfBrowser, email: Text, password: Text
) -> Response:
    """Check them."""
    try:
        step = await service.begin(email, password, browser)
    except RefusedError as e:
        return _sign_in_page(request, console, e, email)
    return keep(request, see_other(path_of(request, step.stage)), step)


@router.get("/staff/sign-in/code")
async def code_page(request: Request, service: OfSignIn, token: OfToken) -> Response:
    """Ask for the second step."""
    await _only_at(request, service, token, Stage.CODE)
    return page(request, "people/code.html")


@router.post("/staff/sign-in/code")
async def give_code(request: Request, service: OfSignIn, token: OfToken, browser: OfBrowser, code: Text) -> Response:
    """Check it."""
    await _only_at(request, service, token, Stage.CODE)
    try:
        step = await service.give_code(token, code, browser)
    except RefusedError as e:
        return page(request, "people/code.html", status=e.status, fault=e.text)
    return keep(request, see_other(path_of(request, step.stage)), step)


@router.get("/staff/sign-in/password")
async def password_page(request: Request, service: OfSignIn, token: OfToken) -> Response:
    """Ask for a password of one's own."""
    await _only_at(request, service, token, Stage.PASSWORD)
    return page(request, "people/new_password.html", shortest=SHORTEST, longest=LONGEST)


@router.post("/staff/sign-in/password")
async def choose_password(
    request: Request, service: OfSignIn, token: OfToken, browser: OfBrowser, password: Text, again: Text
) -> Response:
    """Take it."""
    await _only_at(request, service, token, Stage.PASSWORD)
    try:
        step = await service.choose_password(token, password, again, browser)
    except RefusedError as e:
        shown: dict[str, Any] = {"fault": e.text, "shortest": SHORTEST, "longest": LONGEST}
        return page(request, "people/new_password.html", status=e.status, **shown)
    return keep(request, see_other(path_of(request, step.stage)), step)


@router.get("/staff/sign-in/set-up")
async def set_up_page(request: Request, service: OfSignIn, token: OfToken) -> Response:
    """Show what the authenticator app has to read."""
    await _only_at(request, service, token, Stage.SET_UP)
    return page(request, "people/set_up.html", offer=await service.offer(token))


@router.post("/staff/sign-in/set-up")
async def set_up(request: Request, service: OfSignIn, token: OfToken, browser: OfBrowser, code: Text) -> Response:
    """Take the app's first code, and show the recovery codes."""
    await _only_at(request, service, token, Stage.SET_UP)
    try:
        step = await service.set_up(token, code, browser)
    except RefusedError as e:
        offer = await service.offer(token)
        return page(request, "people/set_up.html", status=e.status, fault=e.text, offer=offer)
    response = page(request, "people/recovery_codes.html", codes=step.codes, onward=wanted(request))
    return keep(request, response, step)


@router.post("/staff/sign-out")
async def sign_out(request: Request, service: OfSignIn) -> Response:
    """End this session."""
    if token := token_of(request):
        await service.end(token)
    response = see_other("/staff/sign-in")
    clear_token(request, response)
    return response


def _sign_in_page(
    request: Request, console: OfConsole, refused: RefusedError | None = None, email: str = ""
) -> Response:
    title = console.settings.oidc_title if console.settings.oidc_issuer else None
    shown: dict[str, Any] = {"fault": refused.text, "status": refused.status} if refused else {}
    return page(request, "people/sign_in.html", provider=title, email=email, **shown)


async def _only_at(request: Request, service: SignIn, token: str, stage: Stage) -> None:
    """Raise ElsewhereError if something else is to be done now."""
    actual = await service.stage(token)
    if actual is not stage:
        raise ElsewhereError(path_of(request, actual))
