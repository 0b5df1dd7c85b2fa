"""From probabilities to what the bot does: answer, ask back, or say that it cannot help."""

from dataclasses import dataclass
from typing import Dict, List, Sequence, Text, Tuple

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

    def as_dict(self) -> Dict[Text, object]:
        """As it travels in the parsed message."""
        return {"action": self.action, "topics": self.topics}


def decide(ranking: Sequence[Tuple[Text, float]], refusal: Text, limits: Thresholds) -> Decision:
    """Decide on intents with their probabilities, best first. `refusal` is the intent that means out of scope."""
    flags = [(name, p) for name, p in ranking if name.startswith(RED_FLAGS)]
    if flags and sum(p for _, p in flags) >= limits.raise_from:
        return Decision("answer", [flags[0][0]])
    best, probability = ranking[0]
    offered = [name for name, _ in ranking if name != refusal and not name.startswith(RED_FLAGS)][:3]
    if best == refusal or probability < limits.refuse_below:
        return Decision("refuse", offered)
    if probability < limits.clarify_below and not best.startswith(RED_FLAGS) and len(offered) > 1:
        return Decision("clarify", offered)
    return Decision("answer", [best])
