"""What a reply's metadata tells staff alone: what else the message may have meant, and which text was given.

The server keeps it in the log and never sends it to a visitor.
"""

from typing import Any, Dict, Sequence, Text, Tuple

from knowledge import Library
from knowledge.version import answer_version

# More than these are no likely reading any more.
_SHOWN, _AT_LEAST = 3, 0.02


def for_staff(ranking: Sequence[Tuple[Text, float]], metadata: Dict[Text, Any], library: Library) -> Dict[Text, Any]:
    """What else was likely, with its probability: topics that were offered, and those ranked after what was given or
    offered. And the version of the answer given.
    """
    topics, offered = metadata["topics"], metadata["options"]
    likely = [(topic, p) for topic, p in ranking if topic not in topics and (p >= _AT_LEAST or topic in offered)]
    others = [topic for topic, _ in likely if topic not in offered][:_SHOWN]
    shown = [(topic, p) for topic, p in likely if topic in offered or topic in others]
    answer = library.answers.get(topics[0]) if topics else None
    found: Dict[Text, Any] = {}
    if shown:
        found["runners_up"] = [{"topic": topic, "confidence": round(p, 4)} for topic, p in shown]
    if answer:
        found["answer_version"] = answer_version(answer)
    return found
