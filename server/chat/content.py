"""What the server itself says and shows: greeting, failure, topics. All is rendered, and so checked, at start."""

from pathlib import Path

from pydantic import BaseModel

from knowledge import Answer, Clinic, ContentError, Library, load_clinic, load_library
from knowledge.clinic import OpeningHours
from knowledge.model import Kind as TopicKind
from knowledge.render import answer_text, fill, source_refs
from server.messages import BotReply, Button, Kind, Metadata, SourceRef
from server.safety import RED_FLAGS

# Stands where Rasa's replies name the trained model.
_MODEL = "server"


class TopicSummary(BaseModel):
    """A topic in the list of all."""

    id: str
    kind: TopicKind
    title: str


class TopicPage(TopicSummary):
    """A topic with its whole answer."""

    text: str
    sources: list[SourceRef]
    see_also: list[str]


class ClinicPage(BaseModel):
    """What a widget shows of the clinic, with the line that a visitor reads before the first message."""

    name: str
    phone: str
    after_hours_phone: str
    emergency_number: str
    crisis_line: str
    address: str
    hours: list[OpeningHours]
    booking_url: str
    privacy_url: str
    privacy: str


class Content:
    """The server's share of the content, ready to be sent.

    Raises ContentError if a text holds an unknown field, cites an unknown document, or a starter leads nowhere.
    """

    def __init__(self, library: Library, clinic: Clinic, data: Path) -> None:
        self.library, self.clinic, self._data = library, clinic, data
        self.topics = {topic: self._page(answer) for topic, answer in library.answers.items()}
        phrases = library.phrases
        self.greeting = self._reply("greeting", phrases.greeting, "service", ["greet"], self._starters())
        self.unavailable = self._reply("unavailable", phrases.unavailable, "fallback")
        self.busy = self._reply("busy", phrases.busy, "fallback")
        self.too_long = self._reply("too_long", phrases.too_long, "fallback")
        self.contact_taken = self._reply("contact_taken", phrases.contact_taken, "service").text
        self.clinic_page = ClinicPage(**vars(clinic), privacy=self._reply("privacy", phrases.privacy, "service").text)
        self.unreleased = self._reply("unreleased", phrases.unreleased, "not_covered").text
        self.help_coming = self._reply("help_coming", phrases.help_coming, "service")
        self._reminders = {s: self._reply(f"reminders.{s}", t, "safety").text for s, t in phrases.reminders.items()}
        self._safety = {a.topic: self._safety_reply(a) for a in library.answers.values() if a.kind == "safety"}
        for topic in sorted(set(RED_FLAGS) - set(self._safety)):
            raise ContentError(data / "answers" / f"{topic}.yml", "is missing; every red flag needs its reply")

    def safety(self, topic: str) -> BotReply:
        """The safety reply of a topic, for when the bot did not give it."""
        return self._safety[topic]

    def instead_of(self, reply: BotReply) -> BotReply:
        """What is said in place of an answer that waits for its sign-off: whom to call."""
        withheld = reply.metadata.model_copy(update={"kind": "not_covered", "sources": [], "withheld": True})
        return BotReply(text=self.unreleased, buttons=[], metadata=withheld)

    def unreleased_page(self, topic: str) -> TopicPage:
        """A topic whose answer waits for its sign-off."""
        return self.topics[topic].model_copy(update={"text": self.unreleased, "sources": []})

    def reminder(self, topic: str) -> str:
        """The line that the replies after a safety reply begin with; empty for advice."""
        return self._reminders.get(self._safety[topic].metadata.severity or "", "")

    def _safety_reply(self, answer: Answer) -> BotReply:
        page = self.topics[answer.topic]
        metadata = Metadata(
            kind="safety",
            topics=[answer.topic],
            options=[],
            severity=answer.severity,
            confidence=1,
            sources=page.sources,
            model=_MODEL,
        )
        return BotReply(text=page.text, buttons=[], metadata=metadata)

    def _page(self, answer: Answer) -> TopicPage:
        try:
            text = answer_text(answer, self.library, self.clinic)
            sources = [SourceRef(**ref) for ref in source_refs(answer, self.library)]
        except (KeyError, ValueError, AttributeError) as e:
            raise ContentError(self._data / "answers" / f"{answer.topic}.yml", _unknown(e)) from None
        return TopicPage(
            id=answer.topic,
            kind=answer.kind,
            title=answer.title,
            text=text,
            sources=sources,
            see_also=list(answer.see_also),
        )

    def _reply(
        self, name: str, phrase: str, kind: Kind, topics: list[str] | None = None, buttons: list[Button] | None = None
    ) -> BotReply:
        try:
            text = fill(phrase, self.clinic)
        except (KeyError, ValueError, AttributeError) as e:
            raise ContentError(self._data / "phrases.yml", f"{name}: {_unknown(e)}") from None
        metadata = Metadata(
            kind=kind, topics=topics or [], options=[], confidence=int(kind != "fallback"), sources=[], model=_MODEL
        )
        return BotReply(text=text, buttons=buttons or [], metadata=metadata)

    def _starters(self) -> list[Button]:
        starters = self.library.phrases.starters
        for topic in starters:
            if topic not in self.topics:
                raise ContentError(self._data / "phrases.yml", f"starters: no answer has the topic {topic!r}")
        return [Button(title=self.topics[topic].title, payload=f"/{topic}") for topic in starters]


def _unknown(error: Exception) -> str:
    return f"a text cannot be filled in; unknown field or document: {error}"


def load_content(data: Path, clinic_file: Path) -> Content:
    """Load and check all content. Raises ContentError that names the file and the fault."""
    return Content(load_library(data), load_clinic(clinic_file), data)
