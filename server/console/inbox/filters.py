"""The filters of the list, as they stand in its address. All of them can be combined."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from server.console.inbox.cursor import Cursor
from server.log.inbox import Outcome

# Below this the bot asks back instead of answering (clarify_below in config.yml).
SURE_FROM = 0.76
ME, NOBODY = "me", "nobody"
OUTCOMES = {
    "answered": Outcome.ANSWERED,
    "asked-back": Outcome.ASKED_BACK,
    "not-covered": Outcome.NOT_COVERED,
    "refused": Outcome.REFUSED,
    "safety": Outcome.SAFETY,
    "service": Outcome.SERVICE,
    "failed": Outcome.FAILED,
}


def _none_if_empty(value: object) -> object:
    # A form sends its empty fields too.
    return None if value == "" else value


_Text = Annotated[Annotated[str, Field(max_length=200)] | None, BeforeValidator(_none_if_empty)]
_Date = Annotated[date | None, BeforeValidator(_none_if_empty)]


class Filters(BaseModel):
    """What the list is narrowed to; None is everything. `before` is where an older page begins."""

    model_config = ConfigDict(frozen=True)

    q: _Text = None
    since: _Date = None
    until: _Date = None
    topic: _Text = None
    outcome: _Text = None
    sure: Annotated[Literal["sure", "unsure"] | None, BeforeValidator(_none_if_empty)] = None
    thumbs: Annotated[Literal["up", "down"] | None, BeforeValidator(_none_if_empty)] = None
    red_flag: Annotated[Literal["any", "waiting"] | None, BeforeValidator(_none_if_empty)] = None
    review: Annotated[Literal["unreviewed", "reviewed"] | None, BeforeValidator(_none_if_empty)] = None
    call_back: Annotated[Literal["any", "waiting"] | None, BeforeValidator(_none_if_empty)] = None
    language: Annotated[Literal["en", "other"] | None, BeforeValidator(_none_if_empty)] = None
    tag: _Text = None
    assignee: _Text = None
    reviewer: _Text = None
    before: Annotated[Cursor | None, BeforeValidator(Cursor.parse)] = None

    @property
    def since_moment(self) -> datetime | None:
        """The first moment, in UTC."""
        return datetime.combine(self.since, time(), UTC) if self.since else None

    @property
    def until_moment(self) -> datetime | None:
        """The first moment that is too late: `until` counts as a whole day."""
        return datetime.combine(self.until, time(), UTC) + timedelta(days=1) if self.until else None

    @property
    def count(self) -> int:
        """How many filters are set."""
        return len(self.given())

    def given(self) -> dict[str, str]:
        """The filters that are set, without the page, as an address holds them."""
        names = [name for name in Filters.model_fields if name != "before"]
        return {name: str(value) for name in names if (value := getattr(self, name)) is not None}

    def address(self, **changes: Any) -> str:
        """The list's address with these filters and some of them changed; None takes one away."""
        query = urlencode({k: v for k, v in {**self.given(), **changes}.items() if v is not None})
        return f"/staff/conversations?{query}" if query else "/staff/conversations"
