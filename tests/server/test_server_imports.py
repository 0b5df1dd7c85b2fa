"""The house's rules on imports, kept by import-linter."""

import subprocess
import sys
from pathlib import Path

from server.settings import ROOT


def test_imports_go_one_way() -> None:
    rules = Path(__file__).parent / "importlinter.ini"
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", lint, "--config", str(rules), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
