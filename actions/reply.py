"""From an answer to the wire: one message in the shape of the reply contract (DESIGN, section 3).

Rasa's REST channel drops metadata, so text, buttons and metadata travel together as `custom`.
"""

from typing import Any, Dict, List, Optional, Sequence, Text

from knowledge import Answer, Clinic, Library
from knowledge.render import answer_text, fill, source_refs

# "Something else" means that none of the offered topics is right, which is what "no" says.
SOMETHING_ELSE = "/deny"

Message = Dict[Text, Any]


def payload(topic: Text) -> Text:
    """What a button for a topic sends."""
    return f"/{topic}"


def answer_message(
    answer: Answer,
    library: Library,
    clinic: Clinic,
    confidence: float,
    model: Text,
    closing: Text = "",
    opening: Text = "",
) -> Message:
    """The whole answer to one topic, with its see-also topics as buttons; `opening` stands before it."""
    related = [] if answer.kind == "safety" else answer.see_also
    text = answer_text(answer, library, clinic, closing)
    return _message(
        f"{opening}\n\n{text}" if opening else text,
        _buttons(related, library),
        kind=answer.kind,
        topics=[answer.topic],
        severity=answer.severity,
        confidence=confidence,
        sources=source_refs(answer, library),
        model=model,
    )


def clarify_message(
    topics: Sequence[Text], library: Library, clinic: Clinic, confidence: float, model: Text
) -> Message:
    """The question which of two or three topics is meant."""
    last = {"title": library.phrases.something_else, "payload": SOMETHING_ELSE}
    return _message(
        fill(library.phrases.clarify, clinic),
        [*_buttons(topics, library), last],
        kind="clarify",
        topics=[],
        options=list(topics),
        confidence=confidence,
        model=model,
    )


def refusal_message(near: Sequence[Text], library: Library, clinic: Clinic, confidence: float, model: Text) -> Message:
    """What the bot can help with, and the topics close to the question, if any is near, as buttons."""
    phrases = library.phrases
    text = f"{phrases.refusal}\n\n{phrases.near_topics}" if near else phrases.refusal
    return _message(
        fill(text, clinic), _buttons(near, library), kind="fallback", topics=[], confidence=confidence, model=model
    )


def sources_message(last: Answer, library: Library, clinic: Clinic, confidence: float, model: Text) -> Message:
    """Where the last answer comes from, document by document."""
    refs = source_refs(last, library)
    lines = [f"• {ref['organisation']}: {ref['document']}" for ref in refs]
    phrases = library.phrases
    text = "\n".join([phrases.last_sources, *lines]) if refs else phrases.no_sources
    return _message(
        fill(text, clinic),
        [],
        kind="service",
        topics=["sources"],
        confidence=confidence,
        sources=refs,
        model=model,
    )


def phrase_message(phrase: Text, kind: Text, clinic: Clinic, confidence: float, model: Text) -> Message:
    """One of the bot's own sentences."""
    return _message(fill(phrase, clinic), [], kind=kind, topics=[], confidence=confidence, model=model)


def _buttons(topics: Sequence[Text], library: Library) -> List[Dict[Text, Text]]:
    return [{"title": library.answers[t].title, "payload": payload(t)} for t in topics if t in library.answers]


def _message(
    text: Text,
    buttons: List[Dict[Text, Text]],
    *,
    kind: Text,
    topics: List[Text],
    confidence: float,
    model: Text,
    options: Sequence[Text] = (),
    severity: Optional[Text] = None,
    sources: Sequence[Any] = (),
) -> Message:
    metadata: Message = {
        "kind": kind,
        "topics": topics,
        "options": list(options),
        "confidence": round(confidence, 4),
        "sources": list(sources),
        "model": model,
    }
    if severity:
        metadata["severity"] = severity
    return {"text": text, "buttons": buttons, "metadata": metadata}
