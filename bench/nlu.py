"""Full training in seconds, and a parse against the bare encoder run on the same questions.

The encoder runs in 8-bit arithmetic (docs/decisions/0043-eight-bit-arithmetic.md). Beside it the pinned file as it
comes, which computes in floats: what the same parse would be held against without that.

python -m bench.nlu        (the bot's environment, from the project's root; `make bench` calls it)
"""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.model_training import train
from threadpoolctl import threadpool_limits

from bot import rasa_speedups, training_speedups
from bot.components.sentence_encoder import Encoder, SentenceEncoder
from bot.evaluation.questions import load_questions
from bot.train import TRAINING_FILES

_TRAINING_AT_MOST_SECONDS = 60
_PARSE_AT_MOST = 1.5
_QUESTIONS = 200


def main() -> int:
    """Train, measure, print. Returns 1 if a bound is missed."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # As bot/train.py does.
    training_speedups.apply()
    rasa_speedups.apply()
    with tempfile.TemporaryDirectory() as folder:
        seconds = _train(folder)
        agent = Agent.load(str(next(Path(folder).glob("*.tar.gz"))))
    texts = [q.text for q in load_questions(Path("tests/eval"))]
    texts = texts[:: max(1, len(texts) // _QUESTIONS)]
    loop = asyncio.new_event_loop()
    pinned = SentenceEncoder.get_default_config()
    encoder, as_it_comes = Encoder(pinned), Encoder(pinned, graph=lambda file: file)
    with threadpool_limits(1):  # as bot/serve.py serves
        bare, in_floats, parse = _median_ms(
            [
                encoder.encode_one,
                as_it_comes.encode_one,
                lambda text: loop.run_until_complete(agent.parse_message(text)),
            ],
            texts,
        )
    print(f"full training   {seconds:6.1f} s    (at most {_TRAINING_AT_MOST_SECONDS} s)")
    print(f"bare encoder    {bare:6.2f} ms   p50 of {len(texts)} questions")
    print(f"parse           {parse:6.2f} ms   {parse / bare:.2f} x the bare encoder (at most {_PARSE_AT_MOST} x)")
    print(f"file as it comes{in_floats:6.2f} ms   the parse is {parse / in_floats:.2f} x that")
    return int(seconds > _TRAINING_AT_MOST_SECONDS or parse > _PARSE_AT_MOST * bare)


def _train(folder: str) -> float:
    start = time.perf_counter()
    train("bot/domain.yml", "config.yml", TRAINING_FILES, output=folder, force_training=True)
    return time.perf_counter() - start


def _median_ms(calls: Sequence[Callable[[str], Any]], texts: list[str]) -> list[float]:
    """The median of each call in milliseconds; they take turns, so that a busy moment of the machine meets all."""
    for text in texts[:10]:
        for call in calls:
            call(text)
    return [statistics.median(times) * 1e3 for times in zip(*([_seconds(c, t) for c in calls] for t in texts))]


def _seconds(call: Callable[[str], Any], text: str) -> float:
    start = time.perf_counter()
    call(text)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
