"""Learn the weights of data/talk.yml from the development dialogues, and choose from which probability to answer.

    python -m bot.tune_talk [--model models/x.tar.gz] [--check]

Each turn is looked at in the context that its dialogue should have led to. Shares are of turns that the weights were
not learned from (five folds of whole dialogues). tests/conversations plays no part.
"""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from scipy.optimize import minimize
from tqdm import tqdm

from actions.follow_up import go_on
from actions.likelihood import REFUSAL, SIGNS, Signs, signs
from actions.turn import Context, Part, part_of
from bot import model_store
from bot.components.decision import RED_FLAGS
from bot.components.sentence_encoder import LAST_TOPIC
from bot.evaluation import parsing
from bot.evaluation.dialogues import CLARIFY, Dialogue, Turn, load_dialogues
from bot.evaluation.wording import percent, text_table
from knowledge import ContentError, FollowUps, Library, load_follow_ups, load_library
from knowledge.paths import DATA
from knowledge.talk import FILE

_DIALOGUES = DATA / "dev" / "conversations" / "dialogues"
_FOLDS, _SEED = 5, 1
# Strength of the penalty on the weights, per turn; ten times more or less changed the shares by less than a point.
_PENALTY = 0.01
_GRID = [round(0.2 + 0.05 * i, 2) for i in range(13)]
# Asking back costs a turn; so does a wrong answer, which is about something near, and a little trust.
_WRONG, _ASKED_BACK = 1.25, 1.0
_HEADER = """\
# How a talk is followed: `python -m bot.tune_talk` learns these numbers from the dialogues in data/dev and writes this
# file. The signs are explained in actions/likelihood.py.
"""


@dataclass(frozen=True)
class Choice:
    """A turn in its talk: the topics that it may mean with their signs, and which of them are right."""

    dialogue: str
    signs: dict[str, Signs]
    right: frozenset[str]


def main(argv: Sequence[str] | None = None) -> int:
    """Learn, print, write. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a trained model; default: the one in use")
    parser.add_argument("--check", action="store_true", help="print the figures, change nothing")
    args = parser.parse_args(argv)
    try:
        dialogues = load_dialogues(_DIALOGUES)
        agent, _ = parsing.load_agent(args.model)
        choices = asyncio.run(_choices(agent, dialogues, load_library(DATA), load_follow_ups(DATA)))
    except (ContentError, model_store.ModelError) as e:
        print(e, file=sys.stderr)
        return 1
    names = sorted(SIGNS)
    held_out = _held_out(choices, names)
    answer_from = _answer_from(held_out)
    _print(held_out, answer_from)
    text = _text(dict(zip(names, _fit(choices, names))), answer_from)
    if not args.check:
        (DATA / FILE).write_text(text, encoding="utf-8")
        print(f"Wrote {(DATA / FILE).name}.")
    return 0


async def _choices(agent: Agent, dialogues: Sequence[Dialogue], library: Library, table: FollowUps) -> list[Choice]:
    print(f"Reading {len(dialogues)} dialogues ...", flush=True)
    found: list[Choice] = []
    for dialogue in tqdm(dialogues, desc="Reading", unit="dialogue", disable=None):
        context = Context()
        for turn in dialogue.turns:
            part = await _only_part(agent, turn, context)
            right = frozenset(names[0] for names in turn.right if len(names) == 1 and names[0] != CLARIFY)
            if (context.last or context.warned) and part and right and not part.by:
                found.append(Choice(dialogue.name, signs(part, context, library, table), right))
            context.warned = next((t for t in turn.right[0] if t.startswith(RED_FLAGS)), None)
            for topic in turn.right[0]:
                go_on(context, part or Part("answer", [topic], 1.0), library.answers.get(topic), table)
    return found


async def _only_part(agent: Agent, turn: Turn, context: Context) -> Part | None:
    """The message as it is understood, or None if it asks for several things."""
    metadata = {LAST_TOPIC: context.last} if context.last else {}
    assert agent.processor is not None
    parsed = await agent.processor.parse_message(UserMessage(turn.say, metadata=metadata))
    parts = parsed["understanding"]["parts"]
    return part_of(parts[0]) if len(parts) == 1 else None


def _fit(choices: Sequence[Choice], names: Sequence[str]) -> np.ndarray:
    """The weights under which the right topics are likeliest; see actions/likelihood.py."""
    learnable = [(m, y) for m, y in (_matrix(c, names) for c in choices) if y.any()]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = _PENALTY * float(weights @ weights), 2 * _PENALTY * weights
        for m, y in learnable:
            p = _softmax(m @ weights)
            of_right = p[y].sum()
            value -= np.log(of_right) / len(learnable)
            slope -= m.T @ (np.where(y, p / of_right, 0) - p) / len(learnable)
        return value, slope

    return minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x


def _matrix(choice: Choice, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Signs (topics, signs), and which topics are right (topics,)."""
    rows = [[own.get(name, 0.0) for name in names] for own in choice.signs.values()]
    return np.array(rows), np.array([topic in choice.right for topic in choice.signs])


def _softmax(values: np.ndarray) -> np.ndarray:
    odds = np.exp(values - values.max())
    return odds / odds.sum()


def _held_out(choices: Sequence[Choice], names: Sequence[str]) -> list[tuple[float, bool, bool]]:
    """For each turn the probability of its likeliest topic, whether that is right, and whether it is a refusal."""
    dialogues = sorted({c.dialogue for c in choices})
    fold_of = dict(zip(np.random.RandomState(_SEED).permutation(dialogues), _folds()))
    return [
        outcome
        for fold in range(_FOLDS)
        for outcome in _outcomes(
            [c for c in choices if fold_of[c.dialogue] == fold],
            _fit([c for c in choices if fold_of[c.dialogue] != fold], names),
            names,
        )
    ]


def _folds() -> Iterator[int]:
    while True:
        yield from range(_FOLDS)


def _outcomes(
    choices: Sequence[Choice], weights: np.ndarray, names: Sequence[str]
) -> Iterator[tuple[float, bool, bool]]:
    for choice in choices:
        m, y = _matrix(choice, names)
        p = _softmax(m @ weights)
        best = int(p.argmax())
        yield float(p[best]), bool(y[best]), list(choice.signs)[best] == REFUSAL


def _answer_from(outcomes: Sequence[tuple[float, bool, bool]]) -> float:
    def cost(bound: float) -> float:
        wrong, asked_back = _shares(outcomes, bound)
        return _WRONG * wrong + _ASKED_BACK * asked_back

    return min(_GRID, key=cost)


def _shares(outcomes: Sequence[tuple[float, bool, bool]], bound: float) -> tuple[float, float]:
    wrong = sum(not right for p, right, refusal in outcomes if p >= bound or refusal)
    asked_back = sum(p < bound and not refusal for p, _, refusal in outcomes)
    return wrong / len(outcomes), asked_back / len(outcomes)


def _print(outcomes: Sequence[tuple[float, bool, bool]], chosen: float) -> None:
    right = sum(right for _, right, _ in outcomes) / len(outcomes)
    print(f"\n{len(outcomes)} turns in the middle of a talk; the likeliest topic is right in {percent(right)}.\n")
    rows = [
        (f"{bound:.2f}{' *' if bound == chosen else '  '}", *map(percent, _shares(outcomes, bound))) for bound in _GRID
    ]
    print(text_table(("answer_from", "answered wrongly", "asked back"), rows) + "\n")


def _text(weights: dict[str, float], answer_from: float) -> str:
    lines = "".join(f"  {name}: {weight:.3f}\n" for name, weight in weights.items())
    return f"{_HEADER}answer_from: {answer_from:.2f}\nweights:\n{lines}"


if __name__ == "__main__":
    sys.exit(main())
