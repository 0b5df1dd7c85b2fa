"""axe-core, which finds what breaks the rules of accessibility."""

from typing import TYPE_CHECKING

from running import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

_AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: "Page") -> list[str]:
    """What axe finds on the page as it stands, a line each: rule, what is wrong, where."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", _TAGS)
    return [
        f"{violation['id']}: {violation['help']} ({node['target']} {node.get('failureSummary', '')})"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
