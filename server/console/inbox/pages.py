"""Rendering the inbox: the words that its templates use, and what a page says after something was done."""

from types import MappingProxyType
from typing import Any

from fastapi import Request, Response

from server.console.inbox.words import KIND_WORDS, OUTCOME_WORDS, capped, gravity_word, span
from server.console.pages import page
from server.console.staff import Staff

# (whether it went as meant, what to say)
SAID = MappingProxyType(
    {
        "reviewed": (True, "Marked as reviewed."),
        "unreviewed": (True, "This conversation waits for a review again."),
        "newer": (False, "Not marked: the visitor has written more meanwhile. Please read it first."),
        "assigned": (True, "Assigned."),
        "assigned-meanwhile": (False, "Not assigned: somebody else has just assigned it. See who has it now."),
        "tagged": (True, "Tag added."),
        "untagged": (True, "Tag removed."),
        "noted": (True, "Note added."),
        "called-back": (True, "Marked as called back."),
        "called-back-meanwhile": (False, "Nothing to do: somebody else has marked this call-back, or it is gone."),
        "handled": (True, "The red flag is marked as handled."),
        "handled-meanwhile": (False, "Nothing to do: somebody else has handled this red flag."),
        "erased": (True, "The conversation is erased. What was done stands in the trail."),
    }
)
_WORDS: dict[str, Any] = {
    "span": span,
    "capped": capped,
    "gravity_word": gravity_word,
    "outcome_words": OUTCOME_WORDS,
    "kind_words": KIND_WORDS,
}


def inbox_page(request: Request, template: str, staff: Staff, said_code: str | None = None, **context: Any) -> Response:
    """A page of the inbox. `said_code` names what to say first, if it is known."""
    return page(request, template, staff, said=SAID.get(said_code or ""), **_WORDS, **context)
