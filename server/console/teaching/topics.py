"""The topics as staff know them: by their titles."""

from dataclasses import dataclass

from knowledge import Library
from server.console.teaching.models import OUT_OF_SCOPE

_KINDS = {
    "answer": "Answered from the documents",
    "not_covered": "Not covered by the documents",
    "service": "Service and small talk",
    "safety": "Safety",
}
_OUT_OF_SCOPE_TITLE = "Out of scope"


@dataclass(frozen=True)
class Choice:
    """A topic to choose: its title, and the kind that it is of."""

    title: str
    kind: str


def choices(library: Library) -> list[Choice]:
    """Every topic, by kind and title, and in the end that none is right."""
    kinds = list(_KINDS)
    answers = sorted(library.answers.values(), key=lambda a: (kinds.index(a.kind), a.title))
    return [*(Choice(answer.title, _KINDS[answer.kind]) for answer in answers), Choice(_OUT_OF_SCOPE_TITLE, "No topic")]


def topic_of(library: Library, title: str) -> str | None:
    """The topic of a title as it was typed or chosen; None if there is none."""
    wanted = title.strip().casefold()
    if wanted in (_OUT_OF_SCOPE_TITLE.casefold(), OUT_OF_SCOPE):
        return OUT_OF_SCOPE
    return next((a.topic for a in library.answers.values() if wanted in (a.title.casefold(), a.topic)), None)
