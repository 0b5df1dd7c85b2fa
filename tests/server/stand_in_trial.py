"""Takes the place of bot/trial.py in a copy of the project: no training, and figures as the test wants them.

It reads `trial.json` in the project's folder: {"new": {figure: value}, "exit": code}.
"""

import argparse
import json
import sys
from pathlib import Path

from bot import model_store

_FIGURES = {"right_first": 0.9, "wrong_given": 0.02, "out_of_scope_refused": 0.95}


def report(model: str, **figures: float) -> dict[str, object]:
    """A model's figures."""
    return {
        "model": model,
        "model_id": f"id of {model}",
        "figures": {**_FIGURES, **figures},
        "topics": [],
        "safety": {"emergency": {"due": 10, "together": 9, "alone": 8}},
        "calm": {"asked": 100, "alarmed": 3},
    }


def main() -> int:
    """Do as bot/trial.py does, as others see it."""
    parser = argparse.ArgumentParser()
    for name in ("--nlu", "--messages", "--out", "--present"):
        parser.add_argument(name, type=Path)
    args = parser.parse_args()
    wanted = json.loads(Path("trial.json").read_text(encoding="utf-8"))
    print("step: training", flush=True)
    if wanted.get("exit"):
        print("Training failed; the messages above say why.", file=sys.stderr)
        return int(wanted["exit"])
    model = args.out / wanted["name"]
    # What it was trained on is what it is made of, so that a test can look into it.
    model.write_bytes(b"".join(path.read_bytes() for path in sorted(args.nlu.glob("*.yml"))))
    model_store.record(model)
    present = json.loads(args.present.read_text()) if args.present else report(model_store.current().name)
    figures = {"new": report(model.name, **wanted["new"]), "present": present}
    (args.out / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
