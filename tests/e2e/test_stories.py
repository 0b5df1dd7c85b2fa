"""Rasa's own test stories, run by `rasa test` on the newest model."""

import subprocess
from pathlib import Path

from running import ROOT

_STORIES = "tests/conversations/stories"


def test_rasa_test_passes_on_the_stories(tmp_path: Path) -> None:
    command = [ROOT / ".venv" / "bot" / "bin" / "python", "-m", "bot.rasa_test", _STORIES, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
