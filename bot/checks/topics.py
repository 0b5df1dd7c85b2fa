"""One topic, one file name in every folder: an orphan is an error."""

from collections.abc import Iterator

from bot.checks.content import ANSWERS, EVALUATION, TRAINING, Content
from bot.checks.fault import Fault
from bot.evaluation.questions import OUT_OF_SCOPE


def check_topics(content: Content) -> Iterator[Fault]:
    """Every topic has answer, training and evaluation file; out_of_scope is refused and so has no answer."""
    every = {OUT_OF_SCOPE}.union(*map(content.topics, (ANSWERS, TRAINING, EVALUATION)))
    wanted = {ANSWERS: every - {OUT_OF_SCOPE}, TRAINING: every, EVALUATION: every}
    for folder, topics in wanted.items():
        for topic in sorted(topics - content.topics(folder)):
            others = ", ".join(sorted(f for f in wanted if topic in content.topics(f))) or "every bot"
            problem = f"is missing, but {others} has the topic"
            yield Fault(f"{folder}/{topic}.yml", problem, "add it or remove the topic")
    if OUT_OF_SCOPE in content.topics(ANSWERS):
        problem = "out_of_scope is refused and never answered"
        yield Fault(f"{ANSWERS}/{OUT_OF_SCOPE}.yml", problem, "remove the file; the refusal stands in data/phrases.yml")
