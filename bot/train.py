"""Train the bot: check the data, train with Rasa, record the model's checksum, use it. `make train` calls it."""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import logging
import sys
import time
from pathlib import Path

import structlog
from rasa.model_training import train

from bot import check, model_store, rasa_speedups

TRAINING_FILES = ["data/nlu", "data/subjects.yml", "data/stories"]


def main() -> int:
    """Train into models/. Returns the exit code."""
    if check.main([]) != 0:
        return 1
    rasa_speedups.apply_to_training()
    quieten()
    print("Training (one to two minutes on two cores) ...", flush=True)
    start = time.perf_counter()
    result = train(
        domain="bot/domain.yml",
        config="config.yml",
        training_files=TRAINING_FILES,
        output=str(model_store.MODELS),
        force_training=True,
    )
    if result.code != 0 or result.model is None:
        print("Training failed; the messages above say why.", file=sys.stderr)
        return 1
    model = Path(result.model)
    model_store.record(model)
    model_store.use(model)
    print(f"Trained {model} in {time.perf_counter() - start:.0f} s.")
    return 0


def quieten() -> None:
    """Of Rasa's many lines only warnings and worse; its rule policy alone would print hundreds."""
    logging.getLogger("rasa").setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


if __name__ == "__main__":
    sys.exit(main())
