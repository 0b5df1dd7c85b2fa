"""A real browser in the console: what it sees, whether everybody can use it, and pictures of it for the docs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.settings import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PICTURES = ROOT / "docs" / "console"
# Set to a folder, these tests also save each page narrow and dark there, to be looked at.
LOOKS = os.environ.get("CONSOLE_LOOKS")
_AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_WIDE, _NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 800}

_TALLEST = 1000


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Chromium without a window; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; run `make setup`")
    if not CHROMIUM.is_file():
        pytest.skip(f"there is no {CHROMIUM}; install Chromium or set CHROMIUM")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def check(page: "Page", name: str) -> None:
    """Fail if axe finds a fault on the page, wide or narrow, light or dark, or if it has to be moved sideways."""
    faults = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size in (_NARROW, _WIDE):
            page.set_viewport_size(size)
            where = f"{name} {scheme} {size['width']}"
            faults += [f"{where}: {fault}" for fault in _violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append(f"{where}: wider than the screen")
            if LOOKS:
                page.screenshot(path=Path(LOOKS) / f"{where.replace(' ', '-')}.png", full_page=True)
    assert not faults, "\n".join(faults)
    page.emulate_media(color_scheme="light")
    if "UPDATE_SCREENSHOTS" in os.environ:
        height = min(_TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": _WIDE["width"], "height": height}
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True, clip=clip)


def _violations(page: "Page") -> list[str]:
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    result = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", _TAGS)
    return [
        f"{violation['id']}: {violation['help']} ({node['target']} {node.get('failureSummary', '')})"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
