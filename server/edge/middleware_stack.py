"""What a request passes on its way in, outermost first."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.edge.address_limit import AddressLimit
from server.edge.addresses import TrustedProxies
from server.edge.body import BodyLimits
from server.edge.headers import SecurityHeaders
from server.edge.limits import RateLimits
from server.middleware import RequestMiddleware
from server.settings import Settings

_CORS_KEPT_SECONDS = 600


def install_middleware(app: FastAPI, settings: Settings, limits: RateLimits) -> None:
    """Put the stack around the application."""
    stack = [
        Middleware(SecurityHeaders),
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After", "X-Request-ID"],
            max_age=_CORS_KEPT_SECONDS,
        ),
        Middleware(RequestMiddleware, proxies=TrustedProxies(settings.trusted_proxies)),
        Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies)),
        Middleware(AddressLimit, limits=limits),
        Middleware(BodyLimits, max_bytes=settings.max_body_bytes, seconds=settings.request_timeout_seconds),
    ]
    app.user_middleware[:0] = stack
