"""PumpTalk through its server against stock Rasa: messages a second, waiting times, memory, time to start.

    python -m bench.against_stock        (the server's environment, with tests/e2e on the path; `make bench` calls it)

Stock Rasa is what `rasa init` gives: Rasa's default pipeline and policies, taught the same questions, rules, domain and
a few stories, behind its own REST channel, with an action that looks up the answer of the intent. All four default
policies run then, which is what DESIGN measured (16 messages a second) and what the bounds are for. Beside it stands
stock Rasa taught without stories: it then has no TED and no UnexpecTED, and is faster than anybody's who has stories.
PumpTalk is all of it: the server with its log, redaction and red flags, on SQLite. All run all the time and are loaded
in turns, so that a busy moment of the machine meets each.
"""

import sys
from collections.abc import Iterable
from dataclasses import replace

from bench.figures import Figure, print_table
from bench.load import Times, load
from bench.sides import Side, pumptalk, stock_rasa
from bench.stock.model import stock_model
from bot.evaluation.questions import load_questions
from deploy.ensure_model import ensure_model
from knowledge.paths import ROOT

_ROUNDS = 4
_VISITORS = (8, 1)
# Questions asked in one conversation, about what a visitor asks.
_TURNS = 12
_PREAMBLE = """\
Stock Rasa: default configuration, its networks trained for one epoch only (times do not depend on it); taught rules
and stories, so that all default policies run, and in the second table rules only, so that TED and UnexpecTED do not.
PumpTalk: through its server, with log, redaction and red flags, on SQLite.
{questions} questions of the evaluation, in conversations of {turns}; {rounds} rounds in turns, after one to warm up.
"""


def main() -> int:
    """Measure, print. Returns 1 if a bound is missed."""
    ensure_model()
    for with_stories in (True, False):
        stock_model(with_stories=with_stories)
    conversations = _conversations()
    # PumpTalk starts first, while nothing else of this benchmark runs.
    with pumptalk() as ours, stock_rasa(with_stories=True) as stock, stock_rasa(with_stories=False) as rules_only:
        times = _in_turns((stock, rules_only, ours), conversations)
        bounded, beside = (list(_figures(side, ours, times)) for side in (stock, rules_only))
    print(_PREAMBLE.format(questions=sum(map(len, conversations)), turns=_TURNS, rounds=_ROUNDS))
    is_kept = print_table(stock.name, ours.name, bounded)
    print()
    print_table(
        rules_only.name,
        ours.name,
        [replace(figure, bounded="nothing", at_least=None, at_most=None) for figure in beside],
    )
    return int(not is_kept)


def _conversations() -> list[list[str]]:
    """The first question of each topic, dealt out."""
    first = {q.topic: q.text for q in reversed(load_questions(ROOT / "tests" / "eval"))}
    texts = [first[topic] for topic in sorted(first)]
    return [texts[start :: len(texts) // _TURNS] for start in range(len(texts) // _TURNS)]


def _in_turns(sides: Iterable[Side], conversations: list[list[str]]) -> dict[tuple[str, int], Times]:
    times = {(side.name, visitors): Times() for side in sides for visitors in _VISITORS}
    for side in sides:
        load(side.url, side.talk, max(_VISITORS), conversations, Times())
    for _ in range(_ROUNDS):
        for visitors in _VISITORS:
            for side in sides:
                _measure(side, visitors, conversations, times[side.name, visitors])
    return times


def _measure(side: Side, visitors: int, conversations: list[list[str]], times: Times) -> None:
    before = side.processor_seconds()
    load(side.url, side.talk, visitors, conversations, times)
    times.processor += side.processor_seconds() - before


def _figures(stock: Side, ours: Side, times: dict[tuple[str, int], Times]) -> Iterable[Figure]:
    many, one = ((times[stock.name, n], times[ours.name, n]) for n in _VISITORS)
    yield Figure("messages/s, 8 visitors", many[0].rate, many[1].rate, "ratio", at_least=3.5)
    yield from _waiting("8 visitors", *many)
    yield Figure("messages/s, 1 visitor", one[0].rate, one[1].rate)
    yield from _waiting("1 visitor", *one, p50_at_most=0.333)
    yield Figure("processor a message, ms", one[0].processor_ms, one[1].processor_ms)
    yield Figure("memory of all processes, MB", stock.memory(), ours.memory(), "value", at_most=1600, digits=0)
    yield Figure("start until it answers, s", stock.started_in, ours.started_in, "value", at_most=25)


def _waiting(whose: str, stock: Times, ours: Times, p50_at_most: float | None = None) -> Iterable[Figure]:
    p50, p95 = ((stock.percentile_ms(share), ours.percentile_ms(share)) for share in (0.5, 0.95))
    yield Figure(f"p50, {whose}, ms", *p50, "ratio", at_most=p50_at_most)
    yield Figure(f"p95, {whose}, ms", *p95)


if __name__ == "__main__":
    sys.exit(main())
