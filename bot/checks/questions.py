"""Training and evaluation questions: enough of them, none twice, and none trained on that is evaluated with."""

from collections.abc import Iterator

from bot.checks.content import EVALUATION, TRAINING, Content, Questions, files_of
from bot.checks.fault import Fault
from bot.evaluation.questions import FOLLOW_UP, OUT_OF_SCOPE
from knowledge.wording import NearQuestions, normalised

# Rasa reads [text]{...} in a question as an entity, and a leading / as an intent given by name.
ENTITY_SYNTAX = "[]{}"
LEAST_TRAINING = {"answer": 40, "not_covered": 25, "service": 25, "safety": 25}
LEAST_TRAINING_OUT_OF_SCOPE = 400
LEAST_TRAINING_FOLLOW_UP = 40
LEAST_EVALUATION = 8
LEAST_EVALUATION_OUT_OF_SCOPE = 150


def check_questions(content: Content) -> Iterator[Fault]:
    """All faults of the questions."""
    yield from _enough_training(content)
    yield from _enough_evaluation(content)
    yield from check_wording(content)


def check_wording(content: Content) -> Iterator[Fault]:
    """The faults that one more training question can bring."""
    yield from _syntax(content.training)
    yield from _twice(content.training)
    yield from _evaluated_and_trained(content)


def _enough_training(content: Content) -> Iterator[Fault]:
    answers = content.library.answers if content.library else {}
    for topic, questions in content.training.items():
        least = LEAST_TRAINING[answers[topic].kind] if topic in answers else 0
        if topic == OUT_OF_SCOPE:
            least = LEAST_TRAINING_OUT_OF_SCOPE
        elif topic.startswith(FOLLOW_UP):
            least = LEAST_TRAINING_FOLLOW_UP
        yield from _too_few(f"{TRAINING}/{topic}.yml", questions, least)


def _enough_evaluation(content: Content) -> Iterator[Fault]:
    for topic, questions in content.evaluation.items():
        least = LEAST_EVALUATION_OUT_OF_SCOPE if topic == OUT_OF_SCOPE else LEAST_EVALUATION
        yield from _too_few(f"{EVALUATION}/{topic}.yml", questions, least)


def _too_few(file: str, questions: tuple[str, ...], least: int) -> Iterator[Fault]:
    if len(questions) < least:
        yield Fault(file, f"{len(questions)} questions, at least {least} are needed", f"add {least - len(questions)}")


def _syntax(training: Questions) -> Iterator[Fault]:
    for file, _, question in files_of(training, TRAINING):
        held = [c for c in ENTITY_SYNTAX if c in question]
        if held:
            yield Fault(file, f"{question!r} holds {' '.join(held)}, Rasa's entity syntax", "write it without them")
        if question.startswith("/"):
            yield Fault(file, f"{question!r} starts with /, Rasa's sign for an intent", "write it without the /")


def _twice(training: Questions) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for file, _, question in files_of(training, TRAINING):
        key = normalised(question)
        if key in first:
            where = "twice" if first[key] == file else f"also in {first[key]}"
            yield Fault(file, f"{question!r} stands {where}", "keep it where docs/borders.md puts it, once")
        first.setdefault(key, file)


def _evaluated_and_trained(content: Content) -> Iterator[Fault]:
    trained = NearQuestions((file, question) for file, _, question in files_of(content.training, TRAINING))
    for file, _, question in files_of(content.evaluation, EVALUATION):
        near = trained.find(question)
        if near:
            problem = f"{question!r} is trained on, as {near[1]!r} in {near[0]}"
            yield Fault(file, problem, "ask it in other words; an evaluation must be new to the bot")
