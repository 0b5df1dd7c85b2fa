"""Where a sign-in comes from: the address, and whether this browser has signed in before."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from server.console.sessions import cookie_name, hash_of_token
from server.edge.addresses import limited_address

# As browsers name themselves; each also names those that stand after it here.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
_KNOWN_FOR = timedelta(days=180)
_BYTES = 32


@dataclass(frozen=True)
class Browser:
    """What tells one attempt to sign in from another."""

    address: str
    agent: str | None
    device: str | None

    @property
    def device_hash(self) -> str | None:
        """What is stored of its device cookie."""
        return hash_of_token(self.device) if self.device else None


async def browser_of(request: Request) -> Browser:
    """The browser that sent a request."""
    device = request.cookies.get(cookie_name(request, "staff-device"))
    return Browser(limited_address(request.scope), request.headers.get("User-Agent"), device)


def browser_name(agent: str | None) -> str:
    """What a browser says of itself, in the words of those who use it."""
    names = [
        next((name for mark, name in table.items() if mark in (agent or "")), None) for table in (_BROWSERS, _SYSTEMS)
    ]
    return " on ".join(name for name in names if name) or "Unknown browser"


def new_device() -> str:
    """A token by which a browser is known again."""
    return secrets.token_urlsafe(_BYTES)


def set_device(request: Request, response: Response, token: str) -> None:
    """Let the browser keep it. It opens nothing: it only passes the limit that strangers can use up."""
    response.set_cookie(
        cookie_name(request, "staff-device"),
        token,
        max_age=int(_KNOWN_FOR.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
