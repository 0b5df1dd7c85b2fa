"""Headers that every response carries, so that a browser runs, frames and guesses nothing that we did not mean."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Pages run and show files of this server only, and nothing inline.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Data runs nothing at all, should somebody open it as a page.
_DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A year, and only where the visitor came by https. Other names of the clinic's domain are not ours to speak for.
_HTTPS_ONLY = "max-age=31536000"


class SecurityHeaders:
    """Adds what is missing: a route that set a header of its own (a script for other sites) keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _add(headers: MutableHeaders, scope: Scope) -> None:
    is_page = headers.get("Content-Type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else _DATA_POLICY)
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    # After the proxies' headers were read, the scheme is the visitor's.
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)
    if scope["path"].startswith("/api/") or scope["path"].startswith("/webhooks/"):
        headers.setdefault("Cache-Control", "no-store")
