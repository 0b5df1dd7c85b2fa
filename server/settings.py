"""Every setting of the server. This is the only module that reads the environment."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from server.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[1]

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


class Settings(BaseSettings):
    """The settings, each read from the environment variable of its name in capitals."""

    environment: Literal["development", "production"] = Field(
        default="development", description="Where the server runs; stands in the log at start."
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
        pattern=r"^https?://[^/]+",
        description="Where Rasa listens; a private address, never a public one.",
    )
    rasa_timeout_seconds: float = Field(
        default=8, gt=0, description="How long a visitor waits for Rasa before the clinic's phone is named instead."
    )
    max_message_chars: int = Field(default=2000, ge=1, description="The longest message that is sent on to Rasa.")
    data_dir: Path = Field(default=ROOT / "data", description="Folder with answers/, sources/ and phrases.yml.")
    clinic_file: Path = Field(default=ROOT / "clinic.yml", description="The clinic's own data.")
    widget_dir: Path = Field(
        default=ROOT / "web" / "dist", description="Folder of the built widget, served at /widget.js."
    )
    demo_dir: Path = Field(default=ROOT / "web" / "demo", description="Folder of the demonstration page served at /.")


def load_settings() -> Settings:
    """Read the settings. Raises ConfigurationError with one line that names each wrong setting."""
    try:
        return Settings()
    except ValidationError as e:
        faults = (f"{'.'.join(map(str, f['loc'])).upper()}: {f['msg']}" for f in e.errors())
        raise ConfigurationError("; ".join(faults)) from None
