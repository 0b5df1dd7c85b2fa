"""The stock bot's model under build/bench/stock, trained anew when what it was taught has changed."""

import subprocess
import sys
from pathlib import Path

from deploy.ensure_model import BOT_PYTHON, fingerprint_of
from knowledge.paths import ROOT

FOLDER = ROOT / "build" / "bench" / "stock"
_STAMP = FOLDER / "trained-on.sha256"
_MADE_OF = ("bot/domain.yml", "data/nlu/*.yml", "data/stories/*.yml", "bench/stock/rules.yml", "bench/stock/train.py")


def stock_model() -> Path:
    """The model's file. Ends the process if it has to be trained and that fails."""
    fingerprint = fingerprint_of(_MADE_OF)
    if not _STAMP.is_file() or _STAMP.read_text() != fingerprint:
        _train()
        _STAMP.write_text(fingerprint)
    return next(FOLDER.glob("*.tar.gz"))


def _train() -> None:
    print("Training stock Rasa's default configuration (about ten minutes, once) ...", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.tar.gz"):
        old.unlink()
    log = FOLDER / "training.log"
    with log.open("wb") as sink:
        command = [BOT_PYTHON, "-m", "bench.stock.train", str(FOLDER)]
        code = subprocess.run(command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT).returncode
    if code != 0:
        sys.exit(f"Stock Rasa could not be trained; {log.relative_to(ROOT)} says why.")
