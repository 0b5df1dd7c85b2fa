"""The stock bots' models under build/bench, trained anew when what they were taught has changed."""

import subprocess
import sys
from pathlib import Path

from deploy.ensure_model import BOT_PYTHON, fingerprint_of
from knowledge.paths import ROOT

_TAUGHT = ("bot/domain.yml", "data/nlu/*.yml", "data/stories/*.yml", "bench/stock/rules.yml", "bench/stock/train.py")
_STORIES = ("tests/conversations/stories/*.yml",)


def stock_model(*, with_stories: bool) -> Path:
    """The file of the model taught with rules, and with stories too if asked. Ends the process if training fails."""
    folder = ROOT / "build" / "bench" / ("stock-stories" if with_stories else "stock")
    stamp = folder / "trained-on.sha256"
    fingerprint = fingerprint_of((*_TAUGHT, *_STORIES) if with_stories else _TAUGHT)
    if not stamp.is_file() or stamp.read_text() != fingerprint:
        _train(folder, with_stories=with_stories)
        stamp.write_text(fingerprint)
    return next(folder.glob("*.tar.gz"))


def _train(folder: Path, *, with_stories: bool) -> None:
    what = "rules and stories" if with_stories else "rules"
    print(f"Training stock Rasa's default configuration with {what} (about ten minutes, once) ...", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.tar.gz"):
        old.unlink()
    log = folder / "training.log"
    command = [BOT_PYTHON, "-m", "bench.stock.train", str(folder), *(["--stories"] if with_stories else [])]
    with log.open("wb") as sink:
        code = subprocess.run(command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT).returncode
    if code != 0:
        sys.exit(f"Stock Rasa could not be trained; {log.relative_to(ROOT)} says why.")
