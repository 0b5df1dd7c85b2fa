"""What a sign-off is worth today. Pure."""

from datetime import date
from enum import StrEnum

from server.signoff.models import SignOff


class State(StrEnum):
    """Where an answer stands."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    CHANGED = "changed"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"

    @property
    def is_lapsed(self) -> bool:
        """Whether it was signed off once and needs a new sign-off."""
        return self in (State.CHANGED, State.OVERDUE, State.WITHDRAWN)


def state_of(latest: SignOff | None, text_hash: str, today: date) -> State:
    """The state of the text with this hash, from the latest act of its topic. It counts on its due day still."""
    if latest is None:
        return State.UNSIGNED
    if latest.verdict == "withdrawn":
        return State.WITHDRAWN
    if latest.text_hash != text_hash:
        return State.CHANGED
    return State.OVERDUE if latest.due is None or latest.due < today else State.SIGNED
