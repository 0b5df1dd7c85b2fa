"""Train the bot: check the data, train with Rasa, record the model's checksum. `make train` calls it."""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import logging
import sys
import time

from rasa.model_training import train

from bot import check, model_store


def main() -> int:
    """Train into models/. Returns the exit code."""
    if check.main([]) != 0:
        return 1
    logging.getLogger("rasa").setLevel(logging.WARNING)
    print("Training (about a minute on two cores) ...", flush=True)
    start = time.perf_counter()
    result = train(
        domain="bot/domain.yml",
        config="config.yml",
        training_files=["data/nlu", "data/stories"],
        output=str(model_store.MODELS),
        force_training=True,
    )
    if result.code != 0 or result.model is None:
        print("Training failed; the messages above say why.", file=sys.stderr)
        return 1
    model = model_store.newest()
    model_store.record(model)
    print(f"Trained {model} in {time.perf_counter() - start:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
