"""Each state: axe finds nothing, nothing is cut off or too small to hit, and a picture is kept to be looked at."""

import os

import pytest
from running import ROOT

from widget.axe import violations
from widget.conftest import Come
from widget.states import STATES, State
from widget.visitor import Visitor

PICTURES = ROOT / "docs" / "widget"
UPDATE = os.environ.get("UPDATE_SCREENSHOTS") == "1"

# WCAG 2.2 asks for 24; people whose hands shake need more. Links within a sentence are excepted there and here.
SMALLEST_TARGET = 44

_TARGETS = """() => {
    const root = document.querySelector("pumptalk-widget")?.shadowRoot;
    const panel = root?.querySelector("pumptalk-panel")?.shadowRoot;
    const all = "button, a, input, textarea, summary";
    const stops = [root, panel].flatMap((tree) => [...(tree?.querySelectorAll(all) ?? [])]);
    return stops
        .filter((stop) => stop.getClientRects().length > 0 && !stop.closest(".unseen, p, .points, .views, .note"))
        .map((stop) => [stop.outerHTML.slice(0, 90), stop.getBoundingClientRect()])
        .map(([name, { width, height }]) => [name, width, height]);
}"""

_SIDEWAYS = """() => {
    const panel = document.querySelector("pumptalk-widget")?.shadowRoot.querySelector("pumptalk-panel")?.shadowRoot;
    const scrolling = panel?.querySelectorAll(".panel, .log, .menu, .person, .composer") ?? [];
    return [document.documentElement, ...scrolling]
        .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.className || box.tagName);
}"""


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_state_is_for_everyone(come: Come, state: State) -> None:
    visitor = come(reduced_motion="reduce", **state.browser)
    visitor.may_complain = True  # the browser notes what the test breaks on purpose
    state.reach(visitor)
    visitor.page.evaluate("document.fonts.ready")
    if UPDATE:
        PICTURES.mkdir(exist_ok=True)
        visitor.page.screenshot(path=PICTURES / f"{state.name}.png")
    assert violations(visitor.page, state.name) == []
    assert visitor.page.evaluate(_SIDEWAYS) == [], "scrolls sideways"
    assert _too_small(visitor) == []


def _too_small(visitor: Visitor) -> list[list[object]]:
    return [t for t in visitor.page.evaluate(_TARGETS) if min(t[1], t[2]) < SMALLEST_TARGET - 0.5]
