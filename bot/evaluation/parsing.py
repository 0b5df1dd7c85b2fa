"""The trained model: loaded, asked, and silent about everything else."""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import asyncio
import logging
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import structlog
from rasa.core.agent import Agent
from rasa.shared.nlu.training_data.message import Message
from tqdm import tqdm

from bot import model_store
from bot.components.intent_classifier import TopicClassifier
from bot.components.parts import Seen
from bot.evaluation.outcomes import Outcome, outcome
from bot.evaluation.questions import Question

Ranking = list[tuple[str, float]]


def load_agent(model: Path | None) -> tuple[Agent, Path]:
    """Load a model, by default the one in use, and tell which. Raises ModelError if it is absent or not as trained."""
    path = model or model_store.current()
    model_store.verify(path)
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    warnings.filterwarnings("ignore")
    return Agent.load(str(path)), path


def parse_all(agent: Agent, questions: Sequence[Question]) -> list[Outcome]:
    """Ask every question, timed one by one, with a progress bar where there is a terminal."""
    print(f"Asking {len(questions)} questions ...", flush=True)
    return asyncio.run(_parse_all(agent, questions))


async def _parse_all(agent: Agent, questions: Sequence[Question]) -> list[Outcome]:
    await agent.parse_message("warm up")  # the first parse loads lazily and would spoil the times
    outcomes = []
    for question in tqdm(questions, desc="Parsing", unit="question", disable=None):
        start = time.perf_counter()
        parsed = await agent.parse_message(question.text)
        outcomes.append(outcome(question, parsed, time.perf_counter() - start))
    return outcomes


def rank_all(agent: Agent, questions: Sequence[Question]) -> list[Ranking]:
    """For every question all intents with their probabilities, best first, as `decide` gets them.

    The ranking in a parsed message will not do: it is cut to ten, and a decision already stands first in it.
    """
    recorder = _Recorder(_classifier(agent))
    parse_all(agent, questions)
    return recorder.rankings[1:]  # without the warm-up


class _Recorder:
    """Stands behind a classifier and keeps the rankings of whole messages that pass."""

    def __init__(self, classifier: TopicClassifier) -> None:
        self.rankings: list[Ranking] = []
        self._set_intent = classifier._set_intent
        classifier._set_intent = self._keep

    def _keep(self, message: Message, whole: Seen, p_refusal: float) -> None:
        self.rankings.append(list(whole.ranking))
        self._set_intent(message, whole, p_refusal)


def _classifier(agent: Agent) -> TopicClassifier:
    """The model's own component; Rasa has no public way to it."""
    assert agent.processor is not None
    nodes = agent.processor.graph_runner._instantiated_nodes.values()
    for node in nodes:
        if isinstance(node._component, TopicClassifier):
            return node._component
    raise model_store.ModelError("The model holds no TopicClassifier; see config.yml, then run `make train`.")
