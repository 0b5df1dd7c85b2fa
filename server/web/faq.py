"""Every answer as a page that needs no JavaScript, out of the same files as the bot's answers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from starlette.responses import FileResponse
from starlette.templating import Jinja2Templates

from knowledge import Answer
from knowledge.model import Kind, Statement
from knowledge.render import fill, speakers
from server.chat.content import Content, TopicPage
from server.errors import NotFoundError
from server.signoff.gate import withheld_topics
from server.web.search import find, findable

_FOLDER = Path(__file__).parent / "templates"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# Small talk and the like are no questions that somebody looks up.
_SECTIONS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("When to get help", ("safety",)),
    ("Answers from the documents", ("answer",)),
    ("What the documents do not say", ("not_covered",)),
)
_MAX_QUERY = 200

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Line:
    """A statement with the organisations whose documents carry it; `who` of a view that stands beside others."""

    text: str
    organisations: tuple[str, ...]
    who: str


@dataclass(frozen=True)
class Entry:
    """An answer as a page shows it."""

    page: TopicPage
    short: Line
    views: tuple[Line, ...]
    points: tuple[Line, ...]


class Faq:
    """All answers that have a page, in their sections."""

    def __init__(self, content: Content) -> None:
        self._content = content
        answers = content.library.answers.values()
        kinds = {kind for _, section in _SECTIONS for kind in section}
        self.entries = {a.topic: self._entry(a) for a in answers if a.kind in kinds}

    @cached_property
    def _findable(self) -> list[Any]:
        return [findable(topic, e.page.title, e.page.text) for topic, e in self.entries.items()]

    def released(self, withheld: frozenset[str]) -> list[Entry]:
        """All entries but those whose answers wait for a sign-off."""
        return [entry for topic, entry in self.entries.items() if topic not in withheld]

    def search(self, query: str, withheld: frozenset[str]) -> list[Entry]:
        """What fits the query, the best first."""
        return [self.entries[topic] for topic in find(query, self._findable) if topic not in withheld]

    def related(self, entry: Entry, withheld: frozenset[str]) -> list[Entry]:
        """The entries that this one leads to."""
        topics = (topic for topic in entry.page.see_also if topic in self.entries)
        return [self.entries[topic] for topic in topics if topic not in withheld]

    def unreleased(self, topic: str) -> Entry:
        """An entry whose answer waits for its sign-off."""
        page = self._content.unreleased_page(topic)
        return Entry(page, Line(page.text, (), ""), (), ())

    def _entry(self, answer: Answer) -> Entry:
        return Entry(
            page=self._content.topics[answer.topic],
            short=self._line(answer.short),
            views=tuple(map(self._line, answer.views)),
            points=tuple(map(self._line, answer.points)),
        )

    def _line(self, statement: Statement) -> Line:
        library = self._content.library
        organisations = tuple(library.sources[d].organisation for d in statement.documents)
        return Line(fill(statement.text, self._content.clinic), organisations, speakers(statement, library))


def sections(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Headings with their entries."""
    return [(title, [e for e in entries if e.page.kind in kinds]) for title, kinds in _SECTIONS]


def structured(entries: Iterable[Entry]) -> dict[str, Any]:
    """The entries as schema.org's FAQPage, which search engines read."""
    questions = [
        {
            "@type": "Question",
            "name": entry.page.title,
            "acceptedAnswer": {"@type": "Answer", "text": entry.page.text},
        }
        for entry in entries
    ]
    return {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": questions}


def install_faq(app: FastAPI, content: Content) -> None:
    """Serve /faq, and every answer under it."""
    app.state.faq = Faq(content)
    app.include_router(router)


_templates = Jinja2Templates(directory=_FOLDER)
_templates.env.trim_blocks = _templates.env.lstrip_blocks = True
_templates.env.filters["tel"] = lambda number: re.sub(r"[^+0-9]", "", number)


def _faq(request: Request) -> Faq:
    faq: Faq = request.app.state.faq
    return faq


Pages = Annotated[Faq, Depends(_faq)]
Withheld = Annotated[frozenset[str], Depends(withheld_topics)]


@router.get("/faq.css")
async def style_sheet() -> Response:
    """How the pages look."""
    return FileResponse(_FOLDER / "faq.css", headers={"X-Content-Type-Options": "nosniff"})


@router.get("/faq")
async def all_questions(request: Request, faq: Pages, withheld: Withheld, q: Annotated[str, Query()] = "") -> Response:
    """All questions, or those that a search finds."""
    query = " ".join(q[:_MAX_QUERY].split())
    found, entries = faq.search(query, withheld) if query else None, faq.released(withheld)
    context = {"query": query, "found": found, "sections": sections(entries)}
    return _page(request, "faq.html", found if found is not None else entries, context)


@router.get("/faq/{topic}")
async def one_question(request: Request, faq: Pages, withheld: Withheld, topic: str) -> Response:
    """One answer, with the documents behind each of its sentences."""
    entry = faq.unreleased(topic) if topic in withheld else faq.entries.get(topic)
    if entry is None:
        raise NotFoundError("There is no such question; /faq lists them all.")
    return _page(request, "topic.html", [entry], {"entry": entry, "related": faq.related(entry, withheld)})


def _page(request: Request, template: str, entries: Sequence[Entry], context: dict[str, Any]) -> Response:
    content: Content = request.app.state.content
    shared = {"clinic": content.clinic, "data": structured(entries)}
    return _templates.TemplateResponse(request, template, {**shared, **context}, headers=_HEADERS)
