"""Train Rasa's default configuration on PumpTalk's questions, rules and domain.

python -m bench.stock.train FOLDER [--stories]        (the bot's environment, from the project's root)

With rules alone Rasa trains neither TED nor UnexpecTED, so that they cost nothing when it answers. With stories, too,
all its default policies run.
"""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import logging
import sys
from pathlib import Path
from typing import Any

import rasa.engine.recipes
import structlog
import yaml
from rasa.model_training import train

from bot import training_speedups

# Times do not depend on how long the networks learnt, and a hundred epochs would take hours.
EPOCHS = 1
_DEFAULT = Path(rasa.engine.recipes.__path__[0]) / "config_files" / "default_config.yml"
_STORIES = Path("tests/conversations/stories/test_stories.yml")
_TRAINING_FILES = ["data/nlu", "data/stories", "bench/stock/rules.yml"]


def main() -> int:
    """Train into the folder. Returns the exit code."""
    folder = Path(sys.argv[1])
    # They only read the training data faster; nothing of them is in the model.
    training_speedups.apply()
    logging.getLogger("rasa").setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    config = folder / "config.yml"
    config.write_text(yaml.safe_dump(_default_config(), sort_keys=False), encoding="utf-8")
    files = [*_TRAINING_FILES, *([_stories(folder)] if "--stories" in sys.argv else [])]
    result = train("bot/domain.yml", str(config), files, output=str(folder))
    return int(result.code != 0 or result.model is None)


def _stories(folder: Path) -> str:
    """The conversation tests as stories to learn from: what was typed is left out, or Rasa would learn end to end."""
    stories: dict[str, Any] = yaml.safe_load(_STORIES.read_text(encoding="utf-8"))
    for story in stories["stories"]:
        for step in story["steps"]:
            step.pop("user", None)
    file = folder / "stories.yml"
    file.write_text(yaml.safe_dump({"version": "3.1", **stories}, sort_keys=False), encoding="utf-8")
    return str(file)


def _default_config() -> dict[str, Any]:
    """What Rasa uses where a config names no pipeline and no policies, which is what `rasa init` writes."""
    config: dict[str, Any] = yaml.safe_load(_DEFAULT.read_text(encoding="utf-8"))
    for part in (*config["pipeline"], *config["policies"]):
        if "epochs" in part:
            part["epochs"] = EPOCHS
    return config


if __name__ == "__main__":
    sys.exit(main())
