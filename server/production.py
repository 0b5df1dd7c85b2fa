"""What a production start refuses: settings that are right for trying things out and unsafe for patients."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from knowledge import Clinic
from server.errors import ConfigurationError
from server.settings import Settings

# Numbers and names that reach nobody: the ranges set aside for examples.
_EXAMPLE_PHONE = "555-01"
_EXAMPLE_DOMAINS = (".example", "example.com", "example.org", "example.net")


def refuse_if_unsafe(settings: Settings, clinic: Clinic) -> None:
    """Raise ConfigurationError, naming every fault in one line, if this is production and not fit for it."""
    if settings.environment == "production" and (faults := list(_faults(settings, clinic))):
        raise ConfigurationError("not fit for production: " + "; ".join(faults))


def _faults(settings: Settings, clinic: Clinic) -> Iterator[str]:
    yield from _of_settings(settings)
    yield from _of_notices(settings)
    yield from _of_clinic(clinic)


def _of_settings(settings: Settings) -> Iterator[str]:
    if "*" in settings.allowed_origins:
        yield "ALLOWED_ORIGINS is *; name the clinic's sites"
    if any(origin.startswith("http://") for origin in settings.allowed_origins):
        yield "ALLOWED_ORIGINS holds a site without https"
    if not settings.trusted_proxies:
        yield "TRUSTED_PROXIES is empty; without it all visitors behind the TLS proxy share one address and its limits"
    if any(network.endswith("/0") for network in settings.trusted_proxies):
        yield "TRUSTED_PROXIES trusts everybody; name the proxy's own addresses"
    if settings.oidc_issuer.startswith("http://"):
        yield "OIDC_ISSUER is without https"
    for name in (field for field in type(settings).model_fields if field.startswith("rate_limit_")):
        if not getattr(settings, name):
            yield f"{name.upper()} is empty, which means no limit"
    if settings.redis_url and make_url(settings.database_url).get_backend_name() == "sqlite":
        yield "REDIS_URL is for several servers, but DATABASE_URL is a SQLite file, which takes one; use PostgreSQL"
    if any(_is_public(url.strip()) for url in settings.rasa_url.split(",")):
        yield "RASA_URL is a public address; Rasa must listen on loopback or a private network"


def _of_notices(settings: Settings) -> Iterator[str]:
    if settings.red_flag_emails and settings.smtp_security == "none":
        yield "SMTP_SECURITY is none; notices and the mail account's password would travel in the open"
    if settings.red_flag_webhook.startswith("http://"):
        yield "RED_FLAG_WEBHOOK is without https"


def _of_clinic(clinic: Clinic) -> Iterator[str]:
    for name, value in (("phone", clinic.phone), ("after_hours_phone", clinic.after_hours_phone)):
        if _EXAMPLE_PHONE in value:
            yield f"{name} in the clinic's file is an example that reaches nobody"
    for name, value in (("booking_url", clinic.booking_url), ("privacy_url", clinic.privacy_url)):
        if (urlsplit(value).hostname or "").endswith(_EXAMPLE_DOMAINS):
            yield f"{name} in the clinic's file is an example"


def _is_public(url: str) -> bool:
    try:
        return ip_address(urlsplit(url).hostname or "").is_global
    except ValueError:  # a name: only who set it can know where it leads
        return False
