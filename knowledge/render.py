"""An answer as a visitor reads it: plain text without the characters that chat widgets swallow."""

from collections.abc import Callable, Iterable
from typing import TypedDict

from knowledge.clinic import Clinic
from knowledge.library import Library
from knowledge.model import Answer, Statement

# A common Rasa widget deletes these: "fever > 101" would arrive as "fever 101" (DESIGN, contracts).
FORBIDDEN_CHARACTERS = "<>[]"


class SourceRef(TypedDict):
    """A document as it stands in a reply's metadata."""

    id: str
    organisation: str
    document: str


def fill(text: str, clinic: Clinic) -> str:
    """Put the clinic's own data in place of fields such as `{phone}`. Raises KeyError on a field that is unknown."""
    return text.format_map(clinic.fields())


def answer_text(answer: Answer, library: Library, clinic: Clinic, closing: str = "") -> str:
    """The whole answer: the short answer, differing views side by side, points as a list, then `closing`."""
    text = _put_together(answer, library, lambda part: fill(part, clinic))
    return f"{text}\n\n{fill(closing, clinic)}" if closing else text


def unfilled_text(answer: Answer, library: Library) -> str:
    """The whole answer with its fields left open (`{phone}`): the same for every clinic."""
    return _put_together(answer, library, lambda part: part)


def _put_together(answer: Answer, library: Library, say: Callable[[str], str]) -> str:
    parts = [say(answer.short.text)]
    if answer.views:
        views = (f"{speakers(v, library)}: {say(v.text)}" for v in answer.views)
        parts.append("\n".join([library.phrases.views_intro, *_bullets(views)]))
    if answer.points:
        # After differing views a list needs a line of its own, or it would read as one more view.
        intro = [library.phrases.points_intro] if answer.views else []
        parts.append("\n".join([*intro, *_bullets(say(p.text) for p in answer.points)]))
    return "\n\n".join(parts)


def source_refs(answer: Answer, library: Library) -> list[SourceRef]:
    """The documents that an answer cites, in order of first use."""
    sources = (library.sources[d] for d in answer.documents)
    return [{"id": s.id, "organisation": s.organisation, "document": s.document} for s in sources]


def speakers(view: Statement, library: Library) -> str:
    """The organisations behind a view, as its name."""
    return " and ".join(library.sources[d].organisation for d in view.documents)


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"• {line}" for line in lines]
