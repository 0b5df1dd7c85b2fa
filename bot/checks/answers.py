"""Answers: every statement carried by its sources, every link real, every text readable."""

from collections.abc import Iterator
from datetime import date

from bot.checks.content import ANSWERS
from bot.checks.fault import Fault
from bot.checks.figures import unsupported
from bot.checks.texts import SAMPLE, check_text
from knowledge import Answer, Library, Statement
from knowledge.reading import GRADE_AT_MOST, reading_grade
from knowledge.render import answer_text

TITLE_AT_MOST = 45
VIEWS_DOCUMENTS_AT_LEAST = 2


def check_answers(library: Library, today: date) -> Iterator[Fault]:
    """All faults of all answers."""
    for answer in library.answers.values():
        faults = list(_statements(answer, library))
        yield from faults
        # An unknown field or document cannot be rendered, and its fault says enough.
        if not faults:
            yield from _grade(answer, library)
        yield from _views(answer)
        yield from _see_also(answer, library)
        yield from _head(answer, today)
    yield from _titles(library)


def _statements(answer: Answer, library: Library) -> Iterator[Fault]:
    for statement in answer.statements:
        yield from _sources(answer, statement, library)
        yield from check_text(_file(answer), statement.text)


def _head(answer: Answer, today: date) -> Iterator[Fault]:
    file = _file(answer)
    yield from check_text(file, answer.title)
    if len(answer.title) > TITLE_AT_MOST:
        problem = f"the title has {len(answer.title)} characters"
        yield Fault(file, problem, f"shorten it to {TITLE_AT_MOST}; it is a button")
    if answer.review.due < today:
        yield Fault(file, f"its review was due on {answer.review.due}", "let it be reviewed and set the next date")


def _sources(answer: Answer, statement: Statement, library: Library) -> Iterator[Fault]:
    file = _file(answer)
    facts = {ref: library.fact(ref) for ref in statement.sources}
    needed = answer.kind == "answer" or statement in answer.views
    if needed and not facts:
        yield Fault(file, f"the statement {statement.text!r} names no sources", "name the facts that carry it")
    for ref in (ref for ref, fact in facts.items() if fact is None):
        yield Fault(file, f"the fact {ref} does not exist", "name one as document.fact from data/sources")
    for figure in unsupported(statement.text, (fact.text for fact in facts.values() if fact)):
        problem = f"the figure {figure!r} stands in no fact that the statement {statement.text!r} cites"
        yield Fault(file, problem, "write it exactly as its fact does, and cite that fact")


def _views(answer: Answer) -> Iterator[Fault]:
    documents = {d for view in answer.views for d in view.documents}
    if answer.views and len(documents) < VIEWS_DOCUMENTS_AT_LEAST:
        problem = "its views come from one document and disagree with nobody"
        yield Fault(_file(answer), problem, "make them points, or add another document's view")


def _see_also(answer: Answer, library: Library) -> Iterator[Fault]:
    for topic in answer.see_also:
        if topic == answer.topic:
            yield Fault(_file(answer), "see_also names the topic itself", "remove it")
        elif topic not in library.answers:
            yield Fault(_file(answer), f"see_also names {topic}, which has no answer", "name another topic")


def _grade(answer: Answer, library: Library) -> Iterator[Fault]:
    grade = reading_grade(answer_text(answer, library, SAMPLE))
    if grade > GRADE_AT_MOST:
        problem = f"its reading grade is {grade:.1f}, at most {GRADE_AT_MOST:.0f} is allowed"
        yield Fault(_file(answer), problem, "use shorter sentences and shorter words")


def _titles(library: Library) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for answer in library.answers.values():
        other = first.setdefault(answer.title.casefold(), answer.topic)
        if other != answer.topic:
            problem = f"the title {answer.title!r} is also that of {other}"
            yield Fault(_file(answer), problem, "choose another; two buttons must not look alike")


def _file(answer: Answer) -> str:
    return f"{ANSWERS}/{answer.topic}.yml"
