"""Weighs the widget and two others, times all three in one run, and writes docs/widget/report.md.

python -m bench.widget.report        (`make widget-report` calls it, after the tests that write axe's findings)
"""

import gzip
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import sync_playwright
from running import running
from widget.axe import FINDINGS
from widget.conftest import ARGUMENTS, CHROMIUM

from bench.widget.packages import OTHERS
from bench.widget.timing import Subject, Times, measure
from knowledge.paths import ROOT

REPORT = ROOT / "docs" / "widget" / "report.md"
_DIST = ROOT / "web" / "dist"
_OURS = Subject(
    name="PumpTalk",
    html='<!doctype html><title>x</title><body><script src="/widget.js"></script>',
    files={},
    open="""await window.PumpTalk.open(); const seen = () => document.querySelector("pumptalk-widget").shadowRoot
        .querySelector("pumptalk-panel")?.shadowRoot.querySelector(".bot .choices");
        while (!seen()) await new Promise(requestAnimationFrame);""",
)


def main() -> None:
    """Measure, print and write."""
    weights = {"PumpTalk": (_gzipped(_loader()), _gzipped(_loader()) + _gzipped(_panel()))}
    subjects = [_OURS]
    for other in OTHERS:
        script = other.fetch()
        weights[other.name] = (_gzipped(script), _gzipped(script))
        html = f"<!doctype html><title>x</title><body>{other.tag}"
        subjects.append(Subject(other.name, html, {"/other.js": script}, other.start))
    times = _times(subjects)
    text = "\n".join([*_table(weights, times), "", *_axe()])
    REPORT.write_text(f"# The widget, measured\n\nWritten by `make widget-report`.\n\n{text}\n", encoding="utf-8")
    print(text)


def _times(subjects: Iterable[Subject]) -> dict[str, Times]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as pumptalk, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        measured = {subject.name: measure(browser, pumptalk.url, subject) for subject in subjects}
        browser.close()
    return measured


def _table(weights: dict[str, tuple[int, int]], times: dict[str, Times]) -> Iterable[str]:
    our_weight, our_time = weights["PumpTalk"][1], times["PumpTalk"].main_thread
    yield "| widget | on every page | with the chat open | ratio | script time | main thread | ratio | longest task |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, (first, whole) in weights.items():
        t = times[name]
        longest = f"{t.longest:.0f} ms" if t.longest else "under 50 ms"
        yield (
            f"| {name} | {first / 1000:.1f} KB | {whole / 1000:.1f} KB | {whole / our_weight:.1f} | {t.script:.0f} ms "
            f"| {t.main_thread:.0f} ms | {t.main_thread / our_time:.1f} | {longest} |"
        )
    yield ""
    yield (
        "Weight: gzip -9 of the scripts that a page loads. Time: median of five loads in fresh profiles until the "
        "chat is open (ours with its greeting from the server), in the same browser on the same machine; the main "
        "thread's time holds layout and painting too. rasa-webchat is started only: without its own server it opens "
        "nothing."
    )


def _axe() -> Iterable[str]:
    found = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(FINDINGS.glob("*.json"))]
    yield f"axe-core, WCAG 2.2 A and AA and its best practices, {len(found)} states:"
    yield ""
    yield "| state | rules passed | violations |"
    yield "|---|---|---|"
    for state in found:
        yield f"| {state['state']} | {state['passes']} | {len(state['violations'])} |"


def _loader() -> bytes:
    return (_DIST / "widget.js").read_bytes()


def _panel() -> bytes:
    return next(_DIST.glob("panel-*.js")).read_bytes()


def _gzipped(content: bytes) -> int:
    return len(gzip.compress(content, 9))


if __name__ == "__main__":
    main()
