"""PumpTalk's Rasa and actions alone, without and with the overrides of bot/rasa_speedups.py.

    python -m bench.overrides        (the server's environment, from the project's root; `make bench` calls it)

The same model, questions and action server on both sides; eight conversations at once, one Rasa process, in turns.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.figures import Figure, print_table
from bench.load import Times, load
from bench.processes import bot_process, free_port
from bench.talks import rasa_talk, wait_for_rasa
from deploy.ensure_model import ensure_model

_SIDES = ("bench.without_overrides", "bot.serve")
_ROUNDS = 3
_CONVERSATIONS = 8
_QUESTIONS = ("How long does the battery last?", "Can I have an MRI?", "does a refill hurt", "what is the trial for")


def main() -> None:
    """Measure, print."""
    ensure_model()
    actions_port = str(free_port())
    with ExitStack() as stack:
        stack.enter_context(bot_process("-m", "rasa_sdk", "--actions", "actions", "--port", actions_port))
        urls = [stack.enter_context(_rasa(module, actions_port)) for module in _SIDES]
        without, with_them = _in_turns(urls)
    print_table(
        "without",
        "overrides",
        [
            Figure("Rasa alone, messages/s", without.rate, with_them.rate),
            Figure("Rasa alone, p50, ms", without.percentile_ms(0.5), with_them.percentile_ms(0.5)),
        ],
    )


@contextmanager
def _rasa(module: str, actions_port: str) -> Iterator[str]:
    port = str(free_port())
    with bot_process("-m", module, "--port", port, "--actions-url", f"http://127.0.0.1:{actions_port}/webhook"):
        url = f"http://127.0.0.1:{port}"
        wait_for_rasa(url)
        yield url


def _in_turns(urls: list[str]) -> list[Times]:
    conversations = [_QUESTIONS * 3] * _CONVERSATIONS
    times = [Times() for _ in urls]
    for url in urls:
        load(url, rasa_talk, _CONVERSATIONS, conversations, Times())
    for _ in range(_ROUNDS):
        for url, its in zip(urls, times):
            load(url, rasa_talk, _CONVERSATIONS, conversations, its)
    return times


if __name__ == "__main__":
    main()
