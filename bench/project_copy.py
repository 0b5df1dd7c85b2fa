"""A copy of the project in which a bot may learn, so that the project's own data and models stay as they are."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from knowledge.paths import ROOT

_FOLDERS = (
    *("actions", "bot", "data", "deploy", "knowledge", "server"),
    *("tests/eval", "tests/conversations/safety", "web/demo"),
)
_FILES = ("config.yml", "clinic.yml", "web/dist")


def copied(folder: Path) -> Path:
    """What the processes need; the environments and the built pages are those of the project. Returns the copy."""
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (*_FILES, ".venv"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "models").mkdir()
    return folder


def with_model(copy: Path, folder: Path) -> dict[str, Any]:
    """Train on the copy's questions, put the model in use there, and return its figures. `folder` takes what is made.

    Raises RuntimeError with the end of what the trainer said if it fails.
    """
    out, messages, none = folder / "first", folder / "messages.json", folder / "none.json"
    out.mkdir()
    _run(copy, folder, "-c", _MESSAGES.format(str(messages)))
    none.write_text("{}", encoding="utf-8")
    trial = ("-m", "bot.trial", "--nlu", "data/nlu", "--present", none, "--messages", messages, "--out", out)
    _run(copy, folder, *trial, python=copy / ".venv" / "bot" / "bin" / "python")
    figures: dict[str, Any] = json.loads((out / "figures.json").read_text(encoding="utf-8"))["new"]
    _run(copy, folder, "-c", _PUT_IN_USE.format(str(out)))
    return figures


# In the copy's own modules, which take the copy for the project.
_MESSAGES = """
import json, pathlib
from deploy.learning.alarms import messages_with_notes
pathlib.Path({0!r}).write_text(json.dumps(messages_with_notes()))
"""
_PUT_IN_USE = """
import json, pathlib
from deploy.ensure_model import stamp
from deploy.learning.shelf import put_in_use
out = pathlib.Path({0!r})
figures = json.loads((out / "figures.json").read_text())["new"]
put_in_use(out / figures["model"], figures)
stamp()
"""


def _run(copy: Path, folder: Path, *arguments: str | Path, python: str | Path = sys.executable) -> None:
    log = folder / "first.log"
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    with log.open("ab") as out:
        done = subprocess.run([python, *arguments], cwd=copy, env=environment, stdout=out, stderr=out, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"The first model could not be made:\n{log.read_text(errors='replace')[-3000:]}")
