"""A production start refuses what is only right for trying things out."""

from dataclasses import replace
from typing import Any

import pytest

from knowledge import load_clinic
from server.errors import ConfigurationError
from server.main import create_app
from server.production import refuse_if_unsafe
from server.settings import ROOT, Settings, load_settings

FIT: dict[str, Any] = {
    "environment": "production",
    "database_url": "postgresql+psycopg://db/pumptalk",
    "redis_url": "redis://redis:6379/0",
    "trusted_proxies": ("10.0.0.0/8",),
    "allowed_origins": ("https://www.clinic.org",),
}
CLINIC = replace(
    load_clinic(ROOT / "clinic.yml"),
    phone="+1 410 222 3333",
    after_hours_phone="+1 410 222 3334",
    booking_url="https://www.clinic.org/book",
    privacy_url="https://www.clinic.org/privacy",
)


def test_what_is_fit_may_start(settings: Settings) -> None:
    refuse_if_unsafe(settings.model_copy(update=FIT), CLINIC)


def test_development_may_do_as_it_likes(settings: Settings) -> None:
    refuse_if_unsafe(settings.model_copy(update={"allowed_origins": ("*",)}), load_clinic(ROOT / "clinic.yml"))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"allowed_origins": ("*",)}, r"ALLOWED_ORIGINS is \*"),
        ({"allowed_origins": ("http://clinic.org",)}, "without https"),
        ({"trusted_proxies": ()}, "TRUSTED_PROXIES is empty"),
        ({"trusted_proxies": ("0.0.0.0/0",)}, "trusts everybody"),
        ({"trusted_proxies": ("::/0",)}, "trusts everybody"),
        ({"rate_limit_requests": ""}, "RATE_LIMIT_REQUESTS is empty"),
        ({"database_url": "sqlite+aiosqlite:////tmp/x.db"}, "SQLite"),
        ({"red_flag_emails": ("a@b.org",), "smtp_security": "none"}, "SMTP_SECURITY is none"),
        ({"red_flag_webhook": "http://hooks.clinic.org/"}, "RED_FLAG_WEBHOOK is without https"),
        ({"rasa_url": "http://8.8.8.8:5005"}, "RASA_URL is a public address"),
        ({"rate_limit_sign_in_account": ""}, "RATE_LIMIT_SIGN_IN_ACCOUNT is empty"),
        ({"oidc_issuer": "http://login.clinic.org"}, "OIDC_ISSUER is without https"),
    ],
)
def test_unsafe_settings_are_refused_by_name(settings: Settings, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        refuse_if_unsafe(settings.model_copy(update={**FIT, **changes}), CLINIC)


def test_the_demonstration_clinic_does_not_go_live(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match=r"phone .* after_hours_phone .* booking_url .* privacy_url"):
        create_app(settings.model_copy(update={**FIT, "clinic_file": ROOT / "clinic.yml"}))


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("ALLOWED_ORIGINS", "https://clinic.org/page", "is no origin"),
        ("ALLOWED_ORIGINS", "clinic.org", "is no origin"),
        ("TRUSTED_PROXIES", "nginx", "is no address or network"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "is no address or network"),
        ("RATE_LIMIT_VISITOR", "fast", "is no rate"),
        ("REDIS_URL", "http://redis", "REDIS_URL"),
    ],
)
def test_a_setting_of_the_wrong_form_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=complaint):
        load_settings()


def test_lists_are_written_with_commas_or_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.org, https://b.org https://c.org")
    monkeypatch.setenv("TRUSTED_PROXIES", "")
    settings = Settings()
    assert settings.allowed_origins == ("https://a.org", "https://b.org", "https://c.org")
    assert settings.trusted_proxies == ()
