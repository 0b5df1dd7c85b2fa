"""Train the bot: check the data, train with Rasa, record the model's checksum, use it. `make train` calls it."""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import logging
import sys
import time
from pathlib import Path

import structlog
from rasa.model_training import train

from bot import check, model_store, training_speedups

_NLU = "data/nlu"
_BESIDE = ["data/subjects.yml", "data/stories"]
TRAINING_FILES = [_NLU, *_BESIDE]


class TrainingError(RuntimeError):
    """Rasa could not train."""


def main() -> int:
    """Train into models/. Returns the exit code."""
    if check.main([]) != 0:
        return 1
    training_speedups.apply()
    print("Training (one to two minutes on two cores) ...", flush=True)
    try:
        model_store.use(trained(_NLU, model_store.MODELS))
    except TrainingError as e:
        print(e, file=sys.stderr)
        return 1
    return 0


def trained(nlu: Path | str, out: Path) -> Path:
    """A model of a folder of questions, put into `out` with its checksum beside it. Raises TrainingError."""
    _quieten()
    start = time.perf_counter()
    result = train("bot/domain.yml", "config.yml", [str(nlu), *_BESIDE], output=str(out), force_training=True)
    if result.code != 0 or result.model is None:
        raise TrainingError("Training failed; the messages above say why.")
    model = Path(result.model)
    model_store.record(model)
    print(f"Trained {model} in {time.perf_counter() - start:.0f} s.", flush=True)
    return model


def _quieten() -> None:
    """Of Rasa's many lines only warnings and worse; its rule policy alone would print hundreds."""
    logging.getLogger("rasa").setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


if __name__ == "__main__":
    sys.exit(main())
