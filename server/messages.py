"""The reply message of the contract (DESIGN, section 3), as Rasa gives it and as the server hands it on."""

from typing import Literal

from pydantic import BaseModel, Field

from knowledge.model import Severity, gravity

Kind = Literal["answer", "clarify", "not_covered", "service", "safety", "fallback"]


# What the log keeps of a reply's metadata and no visitor gets.
FOR_STAFF = frozenset({"overruled", "runners_up", "answer_version", "withheld"})


def covers(given: Severity | None, due: Severity | None) -> bool:
    """Whether a reply of one severity says enough where another is due.

    A crisis is met by its own reply only, and that says nothing of an emergency.
    """
    if given is None or due is None:
        return False
    if given == "crisis":
        return due in ("crisis", "advice")
    return gravity(given) <= gravity(due)


class Button(BaseModel):
    """A choice that a visitor may click; `payload` is what is then sent as the message."""

    title: str = Field(min_length=1)
    payload: str = Field(min_length=1)


class SourceRef(BaseModel):
    """A document that an answer rests on."""

    id: str
    organisation: str
    document: str


class RunnerUp(BaseModel):
    """A topic that was nearly answered, and how probable it was."""

    topic: str
    confidence: float = Field(ge=0, le=1)


class Metadata(BaseModel):
    """What a reply is about. `severity` stands only in safety replies.

    For staff alone (FOR_STAFF) are `overruled`, red flags of the rules that the bot found calm, `runners_up`, what else
    the message may have meant (offered or not), `answer_version`, which wording was given, and `withheld`: the answer
    waits for a clinician's sign-off, so the text names the clinic instead.
    """

    kind: Kind
    topics: list[str]
    options: list[str]
    severity: Severity | None = Field(default=None, exclude_if=lambda value: value is None)
    confidence: float = Field(ge=0, le=1)
    sources: list[SourceRef]
    model: str
    overruled: list[str] = Field(default=[], exclude_if=lambda value: not value)
    runners_up: list[RunnerUp] = Field(default=[], exclude_if=lambda value: not value)
    answer_version: str = Field(default="", exclude_if=lambda value: not value)
    withheld: bool = Field(default=False, exclude_if=lambda value: not value)


class BotReply(BaseModel):
    """A reply as the bot or the server composes it, before it is stored."""

    text: str = Field(min_length=1)
    buttons: list[Button]
    metadata: Metadata


class ReplyMetadata(Metadata):
    """The metadata of a stored reply: with its id."""

    message_id: str


class ReplyMessage(BaseModel):
    """A stored reply as it goes to a visitor."""

    recipient_id: str
    text: str
    buttons: list[Button]
    metadata: ReplyMetadata
