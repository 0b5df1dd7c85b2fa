"""Every setting of the server. This is the only module that reads the environment."""

import re
from base64 import b64decode
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from limits import parse_many
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from server.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[1]
DEVELOPMENT_KEY, SHORTEST_KEY = "development-only", 32
SHORTEST_WEBHOOK_KEY = 24

# psycopg for a plain postgresql:// because the same driver serves async and sync; asyncpg when the address asks for it.
_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SUPPORTED = ("sqlite+aiosqlite", "postgresql+asyncpg", "postgresql+psycopg")


def async_database_url(value: str) -> str:
    """The database address with its async driver; a relative SQLite file is taken from the project's root.

    Raises ValueError, without the address because it may hold a password, if it cannot be used.
    """
    try:
        url = make_url(value)
    except ArgumentError:
        raise ValueError("not a database address; write it like sqlite:///var/pumptalk.db") from None
    url = url.set(drivername=_ASYNC_DRIVERS.get(url.drivername, url.drivername))
    if url.drivername not in _SUPPORTED:
        raise ValueError(f"{url.drivername} is not supported; use one of {', '.join(_SUPPORTED)}")
    if url.drivername.startswith("sqlite"):
        if not url.database or url.database == ":memory:":
            raise ValueError("the log needs a SQLite file; write it like sqlite:///var/pumptalk.db")
        url = url.set(database=str(ROOT / url.database))
    return url.render_as_string(hide_password=False)


_ORIGIN = re.compile(r"https?://[^/?#@*]+")
_MAIL_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def _words(value: object) -> object:
    """The words of a text that commas or blanks part."""
    return tuple(re.split(r"[,\s]+", value.strip())) if isinstance(value, str) and value.strip() else value or ()


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            ip_network(value)
        except ValueError:
            raise ValueError(f"{value!r} is no address or network; write it like 10.0.0.0/8") from None
    return values


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value != "*" and not _ORIGIN.fullmatch(value):
            raise ValueError(f"{value!r} is no origin; write it like https://clinic.example, without a path")
    return values


def _rate(value: str) -> str:
    try:
        if value:
            parse_many(value)
    except ValueError:
        raise ValueError(f"{value!r} is no rate; write it like 60/minute, or nothing for no limit") from None
    return value


def webhook_key(value: str) -> bytes:
    """The bytes of a key as Standard Webhooks writes it; empty if it is not base64."""
    try:
        return b64decode(value.removeprefix("whsec_"), validate=True)
    except ValueError:
        return b""


Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_origins)]


def _mail_addresses(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not _MAIL_ADDRESS.fullmatch(value):
            raise ValueError("holds something that is no e-mail address; write it like nurse@clinic.example")
    return values


MailAddresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_mail_addresses)]
Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_networks)]
Rate = Annotated[str, AfterValidator(_rate)]


class Settings(BaseSettings):
    """The settings, each read from the environment variable of its name in capitals."""

    environment: Literal["development", "production"] = Field(
        default="development", description="Where the server runs; production refuses what is unsafe (see below)."
    )
    host: str = Field(default="127.0.0.1", description="Address on which the server listens.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port on which the server listens.")
    database_url: Annotated[str, AfterValidator(async_database_url)] = Field(
        default="sqlite+aiosqlite:///var/pumptalk.db",
        validate_default=True,
        repr=False,
        description="Database of the conversation log: sqlite:///file (relative to the project) or postgresql://…",
    )
    rasa_url: str = Field(
        default="http://127.0.0.1:5005",
        pattern=r"^https?://[^/,]+/?(,\s*https?://[^/,]+/?)*$",
        description="Where Rasa listens, several addresses with commas between; private ones, never public.",
    )
    rasa_timeout_seconds: float = Field(
        default=8, gt=0, description="How long a visitor waits for Rasa before the clinic's phone is named instead."
    )
    retention_days: int = Field(
        default=90, ge=1, description="Conversations are deleted so many days after their last message."
    )
    contact_retention_days: int = Field(
        default=30, ge=1, description="Call-back requests are deleted after so many days, or with their conversation."
    )
    redis_url: str = Field(
        default="",
        pattern=r"^(rediss?://.+)?$",
        repr=False,
        description="Redis in which several servers count their limits together, redis://…; empty: each counts alone.",
    )
    allowed_origins: Origins = Field(
        default=(), description="Sites whose pages may use the API and the sockets: https://clinic.example, or *."
    )
    trusted_proxies: Networks = Field(
        default=(), description="Addresses of proxies whose X-Forwarded-For, -Proto and X-Request-ID count: 10.0.0.0/8."
    )
    rate_limit_visitor: Rate = Field(
        default="60/minute", description="Messages in one conversation. All rates: 10/minute, 2/second; or nothing."
    )
    rate_limit_address: Rate = Field(
        default="300/minute", description="Messages and new conversations from one address."
    )
    rate_limit_everybody: Rate = Field(
        default="6000/minute", description="Messages and new conversations of all visitors together."
    )
    rate_limit_requests: Rate = Field(
        default="1200/minute", description="Requests of any kind from one address; beyond it not even danger is read."
    )
    rate_limit_sign_in: Rate = Field(
        default="10/10 minute", description="Attempts to sign in to one account from one address or one known device."
    )
    rate_limit_sign_in_address: Rate = Field(
        default="30/10 minute", description="Attempts to sign in to any account from one address."
    )
    rate_limit_sign_in_account: Rate = Field(
        default="100/hour", description="Attempts to sign in to one account from all devices that it does not know."
    )
    max_turns_in_flight: int = Field(
        default=64, ge=1, description="Turns at once; beyond it only messages that speak of danger are let in."
    )
    max_connections: int = Field(default=1000, ge=1, description="Connections at once; one more gets 503.")
    max_body_bytes: int = Field(default=65536, ge=1024, description="The longest body of a request.")
    request_timeout_seconds: float = Field(
        default=10, gt=0, description="How long a request's head may take to come, and then its body."
    )
    shutdown_seconds: int = Field(
        default=20, ge=1, description="How long a stopping server may take to finish the turns in flight."
    )
    metrics_token: str = Field(
        default="", repr=False, description="Bearer token for /metrics; empty: only for this machine itself."
    )
    max_message_chars: int = Field(default=2000, ge=1, description="The longest message that is sent on to Rasa.")
    data_dir: Path = Field(default=ROOT / "data", description="Folder with answers/, sources/ and phrases.yml.")
    bot_python: Path = Field(
        default=ROOT / ".venv" / "bot" / "bin" / "python",
        description="The bot's Python, with which the console groups questions and teaches; absent: it offers neither.",
    )
    examination_dir: Path = Field(
        default=ROOT / "tests" / "eval", description="Questions that measure the bot; the console never teaches them."
    )
    clinic_file: Path = Field(default=ROOT / "clinic.yml", description="The clinic's own data.")
    sender_key: str = Field(
        default=DEVELOPMENT_KEY,
        validate_default=True,
        repr=False,
        description="Secret for the hashes by which the log knows senders of Rasa's protocol, and for the seal on the "
        "staff's second steps. Long, random, and not to be changed: conversations would begin anew, and second steps "
        "would have to be set up again.",
    )
    staff_idle_minutes: int = Field(
        default=30, ge=1, description="Staff are signed out so many minutes after their last click."
    )
    staff_session_hours: int = Field(
        default=12, ge=1, description="Staff are signed out so many hours after signing in, whatever they do."
    )
    oidc_issuer: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="The clinic's identity provider (OpenID Connect), https://…; empty: passwords only.",
    )
    oidc_client_id: str = Field(default="", description="The name under which the provider knows PumpTalk.")
    oidc_client_secret: str = Field(default="", repr=False, description="The secret that belongs to that name.")
    oidc_title: str = Field(default="your clinic account", description="What staff call the provider's account.")
    oidc_new_account_role: Literal["", "reviewer", "clinician", "auditor"] = Field(
        default="", description="Role of an account made at the first sign-in by the provider; empty: none is made."
    )
    red_flag_emails: MailAddresses = Field(
        default=(), description="Who is told by e-mail of a red flag, several with commas between; empty: nobody."
    )
    red_flag_webhook: str = Field(
        default="",
        pattern=r"^(https?://[^\s]+)?$",
        repr=False,
        description="Address to which a red flag is posted (see Notices below); empty: none.",
    )
    red_flag_webhook_key: str = Field(
        default="", repr=False, description="Secret that signs what is posted, as base64; whsec_ may stand before it."
    )
    console_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s]+[^/\s])?$",
        description="Where staff open the console, https://chat.clinic.example/staff; notices lead there.",
    )
    smtp_host: str = Field(default="", description="Mail server that sends the notices.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to it is encrypted: starttls, tls from the start, or none."
    )
    smtp_user: str = Field(default="", description="Account at the mail server; empty: none is needed.")
    smtp_password: str = Field(default="", repr=False, description="Its password.")
    smtp_from: str = Field(default="", description="Sender of the notices, an e-mail address.")
    widget_dir: Path = Field(
        default=ROOT / "web" / "dist", description="Folder of the built widget, served at /widget.js."
    )
    demo_dir: Path = Field(default=ROOT / "web" / "demo", description="Folder of the demonstration page served at /.")

    @property
    def rasa_urls(self) -> list[str]:
        """The addresses of `rasa_url`."""
        return [url.strip() for url in self.rasa_url.split(",")]

    @model_validator(mode="after")
    def _notices_can_be_sent(self) -> "Settings":
        if self.red_flag_emails and not (self.smtp_host and self.smtp_from):
            raise ValueError("RED_FLAG_EMAILS needs SMTP_HOST and SMTP_FROM")
        if self.red_flag_webhook and len(webhook_key(self.red_flag_webhook_key)) < SHORTEST_WEBHOOK_KEY:
            raise ValueError(f"RED_FLAG_WEBHOOK needs RED_FLAG_WEBHOOK_KEY, base64 of {SHORTEST_WEBHOOK_KEY}+ bytes")
        return self

    @field_validator("sender_key")
    @classmethod
    def _is_secret(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("environment") == "production" and (value == DEVELOPMENT_KEY or len(value) < SHORTEST_KEY):
            raise ValueError(f"production needs a secret of its own, of at least {SHORTEST_KEY} characters")
        return value


def load_settings() -> Settings:
    """Read the settings. Raises ConfigurationError with one line that names each wrong setting."""
    try:
        return Settings()
    except ValidationError as e:
        faults = (f"{'.'.join(map(str, f['loc'])).upper()}: {f['msg']}" for f in e.errors())
        raise ConfigurationError("; ".join(faults)) from None
