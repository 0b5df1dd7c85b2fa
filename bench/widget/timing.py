"""Main-thread time of a page that loads a widget and opens it, in the browser that visitors have."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

_RUNS = 5
_WATCH = """window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => entry.duration)))
        .observe({ type: "longtask", buffered: true });"""


@dataclass(frozen=True)
class Subject:
    """A widget to be measured: its page, and the script that opens the chat and waits until it stands."""

    name: str
    html: str
    files: dict[str, bytes]
    open: str


@dataclass(frozen=True)
class Times:
    """Medians over several runs, in milliseconds; `longest` is the longest task over 50 ms, 0 if there was none."""

    script: float
    main_thread: float
    longest: float


def measure(browser: "Browser", url: str, subject: Subject) -> Times:
    """Load the page and open the chat, each time in a fresh browser profile."""
    runs = [_once(browser, url, subject) for _ in range(_RUNS)]
    return Times(*(median(values) for values in zip(*runs, strict=True)))


def _serving(body: bytes, kind: str) -> Callable[["Route"], None]:
    return lambda route: route.fulfill(body=body, content_type=kind)


def _once(browser: "Browser", url: str, subject: Subject) -> tuple[float, float, float]:
    page = browser.new_context(viewport={"width": 1100, "height": 900}).new_page()
    page.add_init_script(_WATCH)
    for path, body in {"/bench.html": subject.html.encode(), **subject.files}.items():
        page.route(url + path, _serving(body, "text/html" if path.endswith(".html") else "text/javascript"))
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.goto(f"{url}/bench.html", wait_until="load")
    page.evaluate(f"async () => {{ {subject.open} }}")
    # Long tasks are told of a moment after they end.
    page.evaluate("() => new Promise((ready) => requestIdleCallback(() => setTimeout(ready, 100)))")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    longest = page.evaluate("Math.max(0, ...window.tasks)")
    page.context.close()
    return metrics["ScriptDuration"] * 1000, metrics["TaskDuration"] * 1000, longest
