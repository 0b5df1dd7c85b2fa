"""Full training in seconds, and a parse against the bare encoder run on the same questions.

python -m bench.nlu        (the bot's environment, from the project's root; `make bench` calls it)
"""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.model_training import train

from bot.components.sentence_encoder import Encoder, SentenceEncoder
from bot.evaluation.questions import load_questions

_TRAINING_AT_MOST_SECONDS = 60
_PARSE_AT_MOST = 1.5
_QUESTIONS = 200


def main() -> int:
    """Train, measure, print. Returns 1 if a bound is missed."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        seconds = _train(folder)
        agent = Agent.load(str(next(Path(folder).glob("*.tar.gz"))))
    texts = [q.text for q in load_questions(Path("tests/eval"))]
    texts = texts[:: max(1, len(texts) // _QUESTIONS)]
    encoder: Encoder = SentenceEncoder(SentenceEncoder.get_default_config())._encoder
    parse = _median_ms(lambda text: asyncio.run(agent.parse_message(text)), texts)
    bare = _median_ms(encoder.encode_one, texts)
    print(f"full training   {seconds:6.1f} s    (at most {_TRAINING_AT_MOST_SECONDS} s)")
    print(f"bare encoder    {bare:6.2f} ms   p50 of {len(texts)} questions")
    print(f"parse           {parse:6.2f} ms   {parse / bare:.2f} x the bare encoder (at most {_PARSE_AT_MOST} x)")
    return int(seconds > _TRAINING_AT_MOST_SECONDS or parse > _PARSE_AT_MOST * bare)


def _train(folder: str) -> float:
    start = time.perf_counter()
    train("bot/domain.yml", "config.yml", ["data/nlu", "data/stories"], output=folder, force_training=True)
    return time.perf_counter() - start


def _median_ms(call: Callable[[str], Any], texts: list[str]) -> float:
    for text in texts[:10]:
        call(text)
    times = []
    for text in texts:
        start = time.perf_counter()
        call(text)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e3


if __name__ == "__main__":
    sys.exit(main())
