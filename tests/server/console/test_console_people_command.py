"""Accounts from the command line."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import select

from server.console.models import StaffAccount, TrailEntry
from server.console.people.__main__ import main
from server.console.people.models import StaffCredential
from server.console.roles import Role
from server.db import Database
from server.settings import Settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command on the test's database: exit code, output, error."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        return code, *capsys.readouterr()

    return run


def rows(settings: Settings, model: type) -> list[object]:
    async def read() -> list[object]:
        database = Database(settings.database_url)
        async with database.session() as session:
            found = list(await session.scalars(select(model)))
        await database.close()
        return found

    return asyncio.run(read())


@pytest.mark.both_databases
def test_an_administrator_is_added_with_a_one_time_password(run: Run, settings: Settings) -> None:
    code, out, _ = run("--add-administrator", "Jane.Doe@clinic.example")
    assert (code, "jane.doe@clinic.example" in out) == (0, True)
    [account] = rows(settings, StaffAccount)
    assert isinstance(account, StaffAccount)
    assert (account.name, account.roles) == ("Jane Doe", [Role.ADMINISTRATOR])
    [credential] = rows(settings, StaffCredential)
    assert isinstance(credential, StaffCredential)
    assert out.split("One-time password: ")[1].split()[0] not in credential.password_hash
    [entry] = rows(settings, TrailEntry)
    assert isinstance(entry, TrailEntry)
    assert (entry.actor, entry.action) == ("command line", "created")


def test_the_same_address_twice_and_an_unknown_one_are_refused(run: Run) -> None:
    run("--add-administrator", "jane@clinic.example")
    code, out, error = run("--add-administrator", "jane@clinic.example")
    assert (code, out) == (1, "")
    assert "already" in error
    code, _, error = run("--reset", "nobody@clinic.example")
    assert (code, "no account" in error) == (1, True)


def test_a_reset_gives_another_password(run: Run) -> None:
    _, first, _ = run("--add-administrator", "jane@clinic.example")
    code, second, _ = run("--reset", "jane@clinic.example")
    assert code == 0
    assert first != second


def test_the_demonstration_account_is_there_until_somebody_signs_in(run: Run, settings: Settings) -> None:
    _, first, _ = run("--demonstration")
    _, second, _ = run("--demonstration")
    assert "One-time password" in first
    assert "One-time password" in second
    assert len(rows(settings, StaffAccount)) == 1
    run("--add-administrator", "jane@clinic.example")
    assert run("--demonstration") == (0, "", "")


def test_production_gets_no_demonstration_account(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("SENDER_KEY", "s" * 32)
    code, _, error = run("--demonstration")
    assert (code, "production" in error) == (1, True)


def test_a_database_without_tables_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: object, run: Run) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    code, _, error = run("--add-administrator", "jane@clinic.example")
    assert (code, "server.migrate" in error or "store" in error) == (1, True)
