"""Follow-ups: the table leads to answers, and its kinds and subjects are those that the bot can recognise."""

from collections.abc import Iterator

from bot.checks.content import ANSWERS, SUBJECTS, TRAINING, Content
from bot.checks.fault import Fault
from bot.evaluation.questions import FOLLOW_UP
from knowledge import FollowUps, Library

TABLE = "data/followups.yml"
# These the dialogue answers without a column in the table.
_WITHOUT_COLUMN = {"what_about", "more"}


def check_follow_ups(content: Content) -> Iterator[Fault]:
    """All faults of the table of follow-ups and of the subjects."""
    table, trained = content.table, {name.removeprefix(FOLLOW_UP) for name in content.follow_ups}
    if table:
        yield from _untrained(table, trained)
        yield from _unanswered(table, trained)
    if table and content.library:
        yield from _topics(table, content.library)
    if table and content.subjects is not None:
        yield from _subjects(set(table.subjects), content.subjects)
    if content.library and content.subjects is not None:
        yield from _subjects_of_answers(content.library, content.subjects)


def _topics(table: FollowUps, library: Library) -> Iterator[Fault]:
    rows = [row for subject in table.subjects.values() for row in (subject.overview, *subject.kinds.values())]
    told = [topic for subject in table.subjects.values() for topic in subject.more]
    led_to = [topic for leads in table.topics.values() for topic in leads.values()]
    for topic in sorted({*rows, *told, *led_to, *table.topics, *table.asked_as} - set(library.answers)):
        yield Fault(TABLE, f"names {topic}, which has no answer", "name another topic")


def _untrained(table: FollowUps, trained: set[str]) -> Iterator[Fault]:
    """Kinds that no message is recognised as. A subject's row may have some that only `asked_as` leads to."""
    recognised = {*table.about_last, *(kind for leads in table.topics.values() for kind in leads)}
    in_rows = {kind for subject in table.subjects.values() for kind in subject.kinds}
    asked_as = set(table.asked_as.values())
    for kind in sorted((recognised | (in_rows - asked_as)) - trained):
        problem = f"the kind {kind} has no {TRAINING}/{FOLLOW_UP}{kind}.yml"
        yield Fault(TABLE, problem, "add that file or take the kind out")
    for kind in sorted(asked_as - in_rows - recognised - trained):
        yield Fault(TABLE, f"asked_as names the kind {kind}, which no subject has", "name another kind")


def _unanswered(table: FollowUps, trained: set[str]) -> Iterator[Fault]:
    for kind in sorted(trained - _WITHOUT_COLUMN - set(table.about_last)):
        for name, subject in table.subjects.items():
            if kind not in subject.kinds:
                yield Fault(TABLE, f"the subject {name} lacks the kind {kind}", "name the topic that answers it")


def _subjects(rows: set[str], found: set[str]) -> Iterator[Fault]:
    for name in sorted(rows - found):
        yield Fault(SUBJECTS, f"lacks the subject {name} of {TABLE}", "add the words that name it")
    for name in sorted(found - rows):
        yield Fault(TABLE, f"lacks the subject {name} of {SUBJECTS}", "add its row")


def _subjects_of_answers(library: Library, subjects: set[str]) -> Iterator[Fault]:
    for answer in library.answers.values():
        if answer.subject and answer.subject not in subjects:
            problem = f"its subject {answer.subject} is none of {SUBJECTS}"
            yield Fault(f"{ANSWERS}/{answer.topic}.yml", problem, f"use one of {', '.join(sorted(subjects))}")
