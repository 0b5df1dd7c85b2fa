"""The pages of signing in, accounts and trail in a real browser: used as people do, and open to everybody."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
import pytest
from console_browser import check, chromium
from real_server import RealServer, real_server

from server.settings import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

EMAIL, PASSWORD = "jane.doe@clinic.example", "plum-wander-42-kite"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, data: Path, migrated_file: Path) -> Iterator[RealServer]:
    with real_server(tmp_path_factory.mktemp("console"), data, migrated_file) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as started:
        yield started


def one_time_password(server: RealServer, *arguments: str) -> str:
    """What the command line prints."""
    command = [sys.executable, "-W", "error", "-m", "server.console.people", *arguments]
    url = f"sqlite:///{server.log.parent / 'real.db'}"
    done = subprocess.run(
        command, cwd=ROOT, env={"DATABASE_URL": url, "PATH": ""}, capture_output=True, text=True, check=True
    )
    return re.findall(r"One-time password: (\S+)", done.stdout)[0]


def watched(context: "BrowserContext") -> tuple["Page", list[str]]:
    """A page, and what the browser complains of on it (also what the content security policy refuses)."""
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def at(page: "Page", heading: str, name: str = "") -> None:
    """Wait until the page with this heading is there, and look at it closely."""
    page.get_by_role("heading", level=1, name=heading).wait_for()
    check(page, name or heading.lower().replace(" ", "-"))


def first_sign_in(page: "Page", server: RealServer, password: str) -> str:
    """From the sign-in page to the recovery codes; the second step's secret."""
    page.goto(f"{server.url}/staff/me")
    page.get_by_label("E-mail").fill(EMAIL)
    at(page, "Sign in")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    at(page, "Choose a password")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.keyboard.press("Enter")
    at(page, "Set up the second step")
    secret = page.locator("code.key").inner_text().replace(" ", "")
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 100
    page.get_by_label("Six digits").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    at(page, "Your recovery codes")
    assert page.locator(".codes li").count() == 10
    page.get_by_role("link", name="go on").click()
    return secret


def test_from_the_command_line_to_an_account_for_somebody_else(server: RealServer, browser: "Browser") -> None:
    password = one_time_password(server, "--demonstration")
    assert one_time_password(server, "--demonstration") != password
    password = one_time_password(server, "--add-administrator", EMAIL)
    page, complaints = watched(browser.new_context())
    secret = first_sign_in(page, server, password)
    at(page, "Your account")
    page.goto(f"{server.url}/staff/accounts")
    page.get_by_label("Name").fill("Sam Roe")
    page.get_by_label("E-mail").fill("sam.roe@clinic.example")
    page.get_by_label("Reviewer").check()
    page.get_by_label("Auditor").check()
    page.get_by_role("button", name="Make the account").click()
    at(page, "One-time password")
    page.get_by_role("link", name="Done").click()
    at(page, "Sam Roe", "account")
    page.goto(f"{server.url}/staff/accounts")
    at(page, "Accounts")
    assert complaints == []
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{server.url}/staff/me")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill("a wrong password")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    at(page, "Second step")
    page.get_by_label("Six digits").fill(pyotp.TOTP(secret).at(time.time() + 30))
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/me")
    page.context.close()


def test_an_auditor_reads_searches_and_checks_the_trail(server: RealServer, browser: "Browser") -> None:
    page, complaints = watched(browser.new_context())
    page.goto(f"{server.url}/staff/trail")
    page.get_by_label("E-mail").fill("administrator@clinic.example")
    page.get_by_label("Password").fill(one_time_password(server, "--reset", "administrator@clinic.example"))
    page.keyboard.press("Enter")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.keyboard.press("Enter")
    secret = page.locator("code.key").inner_text().replace(" ", "")
    page.get_by_label("Six digits").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.get_by_role("link", name="go on").click()
    # Where they wanted to go before they had to sign in.
    page.wait_for_url("**/staff/trail")
    page.get_by_label("What was done").fill("created")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**action=created**")
    assert set(page.locator("tbody tr td:nth-child(4)").all_inner_texts()) == {"created"}
    page.get_by_role("button", name="Check that nothing was altered").click()
    page.get_by_role("status").wait_for()
    at(page, "Trail")
    assert complaints == []
    page.context.close()
