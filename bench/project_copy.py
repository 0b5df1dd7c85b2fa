"""A copy of the project in which a bot may learn, so that the project's own data and models stay as they are."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from knowledge.paths import ROOT

_FOLDERS = (
    "actions",
    "bot",
    "data",
    "deploy",
    "knowledge",
    "server",
    "tests/eval",
    "tests/conversations/safety",
    "web/demo",
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


def run_in(copy: Path, *command: str | Path, log: Path) -> None:
    """Run a command of the project in its copy. Raises RuntimeError with the end of what it said if it fails."""
    with log.open("ab") as out:
        done = subprocess.run(_env(copy, command), cwd=copy, stdout=out, stderr=out, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{log.read_text(errors='replace')[-3000:]}")


def server_python(copy: Path, code: str, log: Path) -> None:
    """Run a line of Python in the copy."""
    run_in(copy, sys.executable, "-c", code, log=log)


def _env(copy: Path, command: Sequence[str | Path]) -> list[str]:
    return ["env", f"PYTHONPATH={copy}", *map(str, command)]
