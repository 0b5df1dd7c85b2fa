"""Settings, migrations, and a start that refuses what is broken."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from knowledge import ContentError
from server.__main__ import main
from server.chat.content import load_content
from server.db import create_engine
from server.migrate import migrate
from server.settings import ROOT, Settings, async_database_url

DATA = Path(__file__).parent / "data"


def run(module: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of the server's modules as its users do."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-W", "error", "-m", module]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:////tmp/x.db", "sqlite+aiosqlite:////tmp/x.db"),
        ("sqlite:///var/x.db", f"sqlite+aiosqlite:///{ROOT}/var/x.db"),
        ("postgresql://u:p%40w@h/d", "postgresql+psycopg://u:p%40w@h/d"),
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+asyncpg://h/d", "postgresql+asyncpg://h/d"),
    ],
)
def test_a_database_address_gets_its_async_driver(given: str, used: str) -> None:
    assert async_database_url(given) == used


@pytest.mark.parametrize("given", ["", "nonsense", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:"])
def test_a_database_that_cannot_be_used_is_refused_without_its_password(given: str) -> None:
    with pytest.raises(ValueError, match=r"address|supported|file") as caught:
        async_database_url(given)
    assert "secret" not in str(caught.value)


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.asyncio
async def test_sqlite_is_set_up_for_many_at_once(migrated_file: Path, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'copy.db')}")
    async with engine.connect() as connection:
        pragmas = [await connection.scalar(text(f"PRAGMA {p}")) for p in ("journal_mode", "foreign_keys")]
        assert pragmas == ["wal", 1]
        assert await connection.scalar(text("PRAGMA busy_timeout")) >= 5000
    await engine.dispose()


def test_migrate_makes_the_folder_and_may_run_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "x.db"
    done = run("server.migrate", tmp_path, DATABASE_URL=f"sqlite:///{file}")
    assert (done.returncode, done.stderr) == (0, "")
    assert file.exists()
    asyncio.run(migrate(async_database_url(f"sqlite:///{file}")))


def test_a_clinic_file_that_is_absent_ends_the_process_with_1(tmp_path: Path) -> None:
    done = run("server", tmp_path, CLINIC_FILE="absent.yml")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "PumpTalk cannot start: absent.yml: the file is missing\n"


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"CLINIC_FILE": "broken.yml"}, "phone: 'none' is not valid"),
        ({"PORT": "http"}, "PORT: "),
        ({"DATABASE_URL": "mysql://u:secret@h/d"}, "DATABASE_URL: "),
    ],
)
def test_a_broken_start_says_why_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    complaint: str,
) -> None:
    clinic = (DATA / "clinic.yml").read_text(encoding="utf-8")
    (tmp_path / "broken.yml").write_text(clinic.replace('phone: "+1 555-0123"', "phone: none"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATA_DIR": str(DATA), **environment}.items():
        monkeypatch.setenv(name, value)
    assert main() == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("PumpTalk cannot start: ")
    assert complaint in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("phrases.yml", "{clinic}.", "{klinik}.", "greeting: .*klinik"),
        ("phrases.yml", "starters: [battery_life", "starters: [weather", "starters: .*weather"),
        ("answers/pump_replacement.yml", "{phone}", "{fone}", "fone"),
        ("answers/pump_replacement.yml", "{phone}", "{", "cannot be filled in"),
        ("answers/pump_replacement.yml", "umm.battery", "atlantis.battery", "atlantis"),
    ],
)
def test_content_that_could_not_be_shown_stops_the_start(
    tmp_path: Path, file: str, old: str, new: str, complaint: str
) -> None:
    data = Path(shutil.copytree(DATA, tmp_path / "data"))
    original = (data / file).read_text(encoding="utf-8")
    (data / file).write_text(original.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError, match=complaint):
        load_content(data, data / "clinic.yml")


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("answers/crisis_self_harm.yml", None, "is missing; every red flag needs its reply"),
        ("safety/words.yml", None, "the file is missing"),
        ("safety/help_coming.yml", None, "the file is missing"),
        ("safety/emergency_device.yml", "rules: [", "not readable as YAML"),
        ("safety/context.yml", "negation: [not]", "must have exactly the lists"),
    ],
)
def test_without_its_rules_and_replies_of_red_flags_the_server_does_not_start(
    tmp_path: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
    content: str | None,
    complaint: str,
) -> None:
    copy = Path(shutil.copytree(data, tmp_path / "data"))
    (copy / file).unlink()
    if content is not None:
        (copy / file).write_text(content, encoding="utf-8")
    monkeypatch.setenv("DATA_DIR", str(copy))
    monkeypatch.setenv("CLINIC_FILE", str(DATA / "clinic.yml"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    assert main() == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"PumpTalk cannot start: {copy / file}: {complaint}")
