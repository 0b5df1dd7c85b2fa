"""axe-core, which finds what breaks the rules of accessibility."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from running import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

# What was found in each state, for the report.
FINDINGS = ROOT / "build" / "widget" / "axe"
_AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: "Page", state: str, findings: Path = FINDINGS) -> list[str]:
    """What axe finds on the page as it stands, a line each: rule, fault, place. Noted under the state's name."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    result = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", _TAGS)
    found = [
        f"{violation['id']}: {violation['help']} ({node['target']} {node.get('failureSummary', '')})"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
    findings.mkdir(parents=True, exist_ok=True)
    note = {"state": state, "passes": len(result["passes"]), "violations": found}
    (findings / f"{state}.json").write_text(json.dumps(note, indent=1), encoding="utf-8")
    return found
