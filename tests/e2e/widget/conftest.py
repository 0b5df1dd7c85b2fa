"""One browser and one PumpTalk for all of the widget's tests, and a fresh visitor for each."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import PumpTalk, running

from widget.visitor import Visitor

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; run `make setup`")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # The server of these tests is on this machine, which pages without an origin of their own may not ask otherwise.
    "--disable-features=LocalNetworkAccessChecks",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser none of this folder's tests can run."""
    if CHROMIUM.is_file():
        return
    skip = pytest.mark.skip(reason=f"there is no {CHROMIUM}; install Chromium or set CHROMIUM")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(skip)


@pytest.fixture(scope="package")
def pumptalk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PumpTalk]:
    """PumpTalk, ready, open to pages of every origin."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLOWED_ORIGINS", "*")
        with running(tmp_path_factory.mktemp("widget")) as started:
            yield started


@pytest.fixture(scope="package")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


Come = Callable[..., Visitor]


@pytest.fixture
def come(browser: "playwright.Browser", pumptalk: PumpTalk) -> Iterator[Come]:
    """Let a visitor come: `come(width=…, height=…, **options of the browser context)`. None has been here before.

    In the end no script has failed, nothing has been complained of and no other host was asked, but for what the test
    itself expects (`visitor.may_complain`).
    """
    visitors: list[Visitor] = []

    def arrive(width: int = 1100, height: int = 900, url: str = pumptalk.url, **options: object) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": height}, **{"locale": "en-US", **options})
        visitors.append(Visitor(context, url))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.context.close()
    for visitor in visitors:
        visitor.check_complaints()


@pytest.fixture
def visitor(come: Come) -> Visitor:
    """A visitor at a desktop computer who has opened the chat."""
    visitor = come()
    visitor.go()
    visitor.open()
    return visitor
