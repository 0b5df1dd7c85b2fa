"""Run `rasa test core` on the newest model and the given stories; ends with 1 if a prediction is wrong.

python -m bot.rasa_test FOLDER OUT
"""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import sys

import rasa.__main__

from bot import model_store


def main() -> None:
    """Check the model, then hand over to Rasa."""
    stories, out = sys.argv[1:3]
    model = model_store.current()
    model_store.verify(model)
    sys.argv = ["rasa", "test", "core", "--model", str(model), "--stories", stories, "--out", out]
    sys.argv += ["--no-plot", "--fail-on-prediction-errors"]
    rasa.__main__.main()


if __name__ == "__main__":
    main()
