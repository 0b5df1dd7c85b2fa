"""From probabilities to what the bot does: answer, ask back, or say that it cannot help."""

from dataclasses import dataclass
from typing import List, Sequence, Text, Tuple

# A red flag is never one choice of several: these are raised, not offered.
RED_FLAGS = ("emergency_", "crisis_")


@dataclass(frozen=True)
class Thresholds:
    """Chosen on development data (`make tune`).

    `refuse_below`: a best probability under it is a refusal. `clarify_below`: under it two or three topics are offered.
    `raise_from`: red flags with this probability together win over everything else.
    """

    refuse_below: float
    clarify_below: float
    raise_from: float


@dataclass(frozen=True)
class Decision:
    """`action` is answer, clarify or refuse; `topics` are the one answered, those offered, or those near a refusal."""

    action: Text
    topics: List[Text]


def decide(ranking: Sequence[Tuple[Text, float]], refusal: Text, limits: Thresholds) -> Decision:
    """Decide on intents with their probabilities, best first. `refusal` is the intent that means out of scope."""
    flag = raised(ranking, limits.raise_from)
    if flag:
        return Decision("answer", [flag])
    # A red flag too improbable to be raised is not answered either: what is left shares its probability.
    calm = [(name, p) for name, p in ranking if not name.startswith(RED_FLAGS)]
    best, probability = calm[0][0], calm[0][1] / max(1e-6, 1.0 - sum(p for _, p in ranking) + sum(p for _, p in calm))
    offered = [name for name, _ in calm if name != refusal][:3]
    if best == refusal or probability < limits.refuse_below:
        return Decision("refuse", offered)
    if probability < limits.clarify_below and len(offered) > 1:
        return Decision("clarify", offered)
    return Decision("answer", [best])


def raised(ranking: Sequence[Tuple[Text, float]], raise_from: float) -> Text:
    """The most probable red flag if all of them together reach `raise_from`; else empty."""
    flags = [(name, p) for name, p in ranking if name.startswith(RED_FLAGS)]
    return flags[0][0] if flags and sum(p for _, p in flags) >= raise_from else ""
