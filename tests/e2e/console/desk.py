"""Somebody of the staff at the console: what they press, type and see."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
from playwright.sync_api import expect, sync_playwright
from running import ROOT
from widget.axe import violations

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Dialog, Locator

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PASSWORD = "plum-wander-42-kite"
# With UPDATE_SCREENSHOTS=1 the pictures become those of the docs.
PICTURES = ROOT / ("docs" if os.environ.get("UPDATE_SCREENSHOTS") == "1" else "build") / "console"
_AXE_FINDINGS = ROOT / "build" / "console" / "axe"
SCREEN = {"width": 1280, "height": 800}


@contextmanager
def desk_at(url: str) -> Iterator["Desk"]:
    """A browser at the console. In the end no script of a visitor has run, and none of the console's was blocked."""
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        desk = Desk(browser.new_context(base_url=url, viewport=SCREEN, color_scheme="light", locale="en-US"))
        yield desk
        browser.close()
    assert desk.complaints == []


class Desk:
    """A browser of their own. `clicks` counts what was pressed, `complaints` what scripts did or were kept from."""

    def __init__(self, context: "BrowserContext") -> None:
        self.page = context.new_page()
        self.clicks = 0
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._refuse)

    def sign_in_first(self, email: str, one_time_password: str) -> None:
        """Sign in with a one-time password, choose one's own, and set up the second step."""
        self.page.goto("/staff")
        self.type("E-mail", email)
        self.type("Password", one_time_password)
        self.press("Sign in")
        self.type("New password", PASSWORD)
        self.type("The same again", PASSWORD)
        self.press("Keep this password")
        self.type("Six digits from your app", pyotp.TOTP(self._key()).now())
        self.press("Go on")
        self.sees("They are not shown again.")
        self.follow("I have kept them; go on")

    def given_password(self) -> str:
        """The one-time password that the page shows for somebody else."""
        self.sees("One-time password")
        return self.page.locator("code.key").inner_text()

    def go(self, section: str) -> None:
        """Open a section of the console."""
        self._click(self.page.get_by_role("navigation", name="Sections").get_by_role("link", name=section))
        expect(self.page.get_by_role("heading", name=section, level=1)).to_be_visible()

    def turn_to(self, tab: str) -> None:
        """Turn to another page of the section."""
        self._click(self.page.locator("nav.tabs").get_by_role("link", name=tab))

    def press(self, name: str, within: "Locator | None" = None) -> None:
        """Press a button."""
        self._click((within or self.page.locator("main")).get_by_role("button", name=name, exact=True))

    def sign_out(self) -> None:
        """Sign out."""
        self._click(self.page.get_by_role("banner").get_by_role("button", name="Sign out"))

    def unfold(self, summary: str) -> None:
        """Open what is folded away under this line."""
        self._click(self.page.locator("summary").get_by_text(summary))

    def follow(self, name: str) -> None:
        """Follow a link of the page."""
        self._click(self.page.locator("main").get_by_role("link", name=name))

    def tick(self, name: str) -> None:
        """Tick a box."""
        self._click(self.page.get_by_role("checkbox", name=name))

    def type(self, label: str, text: str) -> None:
        """Type into a field of the page."""
        self.page.locator("main").get_by_label(label, exact=True).fill(text)

    def sees(self, text: str, within_seconds: float = 5) -> None:
        """The page says this, or does so before long."""
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible(timeout=within_seconds * 1000)

    def looks_again_for(self, text: str, within_seconds: float = 60) -> None:
        """Load the page again until it says this."""
        deadline = time.monotonic() + within_seconds
        there = self.page.locator("main").get_by_text(text).first
        while not there.is_visible() and time.monotonic() < deadline:
            self.page.reload(wait_until="networkidle")
        self.sees(text)

    def sees_not(self, text: str) -> None:
        """The page does not say this."""
        expect(self.page.locator("main").get_by_text(text)).to_have_count(0)

    def sees_entry(self, person: str, deed: str) -> None:
        """The trail names this person and what they did."""
        deeds = self.page.get_by_role("row").filter(has=self.page.get_by_role("cell", name=deed, exact=True))
        expect(deeds.filter(has_text=person).first).to_be_visible()

    def takes_along(self, name: str) -> str:
        """The text of the file behind a link."""
        with self.page.expect_download() as waiting:
            self.follow(name)
        return waiting.value.path().read_text(encoding="utf-8-sig")

    def check(self, name: str) -> None:
        """The page holds no script or image of a visitor, and axe finds nothing on it."""
        self.page.wait_for_load_state("networkidle")
        assert self.page.locator("script:not([src]), img[src='x']").count() == 0, name
        assert violations(self.page, name, _AXE_FINDINGS) == [], name

    def picture(self, name: str, tallest: int = 1000) -> None:
        """Check the page and keep a picture of it."""
        self.check(name)
        PICTURES.mkdir(parents=True, exist_ok=True)
        height = min(tallest, self.page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, **SCREEN, "height": height}
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=tallest > SCREEN["height"], clip=clip)

    def _click(self, there: "Locator") -> None:
        there.click()
        self.clicks += 1

    def _key(self) -> str:
        return self.page.locator("code.key").inner_text().replace(" ", "")

    def _refuse(self, dialog: "Dialog") -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()
