"""Train the bot unless a model of today's data is there already; with --always, train in any case."""

import hashlib
import subprocess
import sys
from collections.abc import Iterable

from knowledge.paths import ROOT

MODELS = ROOT / "models"
_STAMP = MODELS / "trained-on.sha256"
# What a model is made of: when none of it has changed, the model is of today.
_MADE_OF = (
    "config.yml",
    "bot/domain.yml",
    "data/nlu/*.yml",
    "data/subjects.yml",
    "data/stories/*.yml",
    "bot/components/*.py",
)
BOT_PYTHON = ROOT / ".venv" / "bot" / "bin" / "python"


def ensure_model(always: bool = False) -> None:
    """Train if needed, or `always`, with the trainer's own output. Ends the process if training fails."""
    fingerprint = fingerprint_of(_MADE_OF)
    of_today = any(MODELS.glob("*.tar.gz")) and _STAMP.is_file() and _STAMP.read_text() == fingerprint
    if of_today and not always:
        return
    print("The bot has to learn first.", flush=True)
    if subprocess.run([BOT_PYTHON, "-m", "bot.train"], cwd=ROOT).returncode != 0:
        sys.exit("The bot could not be trained; the lines above say why.")
    stamp()


def stamp() -> None:
    """Note that the model in use is of today's data, so that the next start does not train."""
    _STAMP.write_text(fingerprint_of(_MADE_OF))


def fingerprint_of(patterns: Iterable[str]) -> str:
    """One hash over the names and contents of the project's files that match."""
    digest = hashlib.sha256()
    for path in sorted(p for pattern in patterns for p in ROOT.glob(pattern)):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    ensure_model(always="--always" in sys.argv[1:])
