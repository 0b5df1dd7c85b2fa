"""What is counted of the log, and as what; a day that is over is counted once, and stays."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import delete, func, select

from server.db import Database
from server.log.models import Contact, Conversation, Feedback, Reply, Turn
from server.log.retention import RetentionRepository
from server.settings import Settings
from server.usage.counting import Measure, wait_name, wait_percentile
from server.usage.models import Tally
from server.usage.usage import Usage

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NEXT_DAY = NOON + timedelta(days=1)
ALL = tuple(Measure)


@pytest_asyncio.fixture
async def database(settings: Settings) -> Any:
    database = Database(settings.database_url)
    yield database
    await database.close()


async def talk(
    database: Database,
    at: datetime,
    *kinds: str,
    topics: tuple[str, ...] = (),
    state: str = "answered",
    rating: str | None = None,
    call_back: bool = False,
    milliseconds: int = 100,
    **details: object,
) -> str:
    """A conversation of one turn with replies of these kinds."""
    id = uuid4().hex
    rows: list[Any] = [Conversation(id=id, channel="api", created_at=at, last_at=at, last_seq=9)]
    finished = at + timedelta(milliseconds=milliseconds)
    turn = Turn(
        id=uuid4().hex, conversation_id=id, seq=1, client_message_id="m", text="?", state=state,
        received_at=at, finished_at=None if state == "received" else finished,
    )  # fmt: skip
    rows.append(turn)
    for seq, kind in enumerate(kinds, 2):
        reply = Reply(
            id=uuid4().hex, turn_id=turn.id, conversation_id=id, seq=seq, text="!", buttons=[], kind=kind,
            details={"topics": list(topics), **details}, at=finished,
        )  # fmt: skip
        rows.append(reply)
    if rating:
        rows.append(Feedback(reply_id=rows[-1].id, conversation_id=id, rating=rating, at=at))
    if call_back:
        rows.append(Contact(id=uuid4().hex, conversation_id=id, name="Example Person", at=at))
    async with database.session() as session:
        for row in rows:
            session.add(row)
            await session.flush()
    return id


async def totals(database: Database, now: datetime, first: datetime = NOON) -> dict[tuple[Measure, str], int]:
    return dict((await Usage(database).of([first.date()], now.date(), (), ALL, now)).totals)


@pytest.mark.parametrize(
    ("kinds", "state", "outcome"),
    [
        (("answer",), "answered", "answered"),
        (("service",), "answered", "answered"),
        (("answer", "clarify"), "answered", "clarified"),
        (("safety", "answer"), "answered", "red_flag"),
        (("not_covered",), "answered", "not_covered"),
        (("answer", "not_covered"), "answered", "answered"),
        (("fallback",), "answered", "refused"),
        (("fallback",), "failed", "failed"),
        (("safety", "fallback"), "failed", "red_flag"),
        (("something new",), "answered", "refused"),
    ],
)
async def test_a_question_has_one_outcome(database: Database, kinds: tuple[str, ...], state: str, outcome: str) -> None:
    await talk(database, NOON, *kinds, state=state)
    found = {name: n for (measure, name), n in (await totals(database, NOON)).items() if measure == Measure.OUTCOME}
    assert found == {outcome: 1}


async def test_a_day_is_told_in_numbers(database: Database) -> None:
    await talk(database, NOON, "answer", topics=("battery_life",), rating="up", call_back=True)
    await talk(database, NOON, "answer", topics=("battery_life",), rating="down", milliseconds=1000)
    await talk(database, NOON, state="received")
    found = await totals(database, NOON)
    expected = {
        (Measure.CONVERSATIONS, ""): 3,
        (Measure.OUTCOME, "answered"): 2,
        (Measure.HOUR, "12"): 2,
        (Measure.TOPIC, "battery_life"): 2,
        (Measure.RATING, "up"): 1,
        (Measure.RATING, "down"): 1,
        (Measure.TOPIC_UP, "battery_life"): 1,
        (Measure.TOPIC_DOWN, "battery_life"): 1,
        (Measure.CALL_BACKS, ""): 1,
        (Measure.WAIT, wait_name(100)): 1,
        (Measure.WAIT, wait_name(1000)): 1,
    }
    assert found == expected


async def test_an_answer_that_was_withheld_is_no_answer(database: Database) -> None:
    await talk(database, NOON, "not_covered", topics=("battery_life",), withheld=True)
    found = await totals(database, NOON)
    assert found[Measure.OUTCOME, "refused"] == 1
    assert (Measure.TOPIC, "battery_life") not in found


async def test_a_day_that_is_over_is_counted_once_and_outlives_its_conversations(database: Database) -> None:
    id = await talk(database, NOON, "answer", topics=("battery_life",))
    usage = Usage(database)
    assert await usage.count_up(NOON) == 0
    assert await usage.count_up(NEXT_DAY) == 1
    assert await usage.count_up(NEXT_DAY) == 0
    async with database.session() as session:
        await RetentionRepository(session).erase([id])
    await talk(database, NEXT_DAY + timedelta(days=9), "clarify")
    found = await totals(database, NEXT_DAY + timedelta(days=9))
    assert found[Measure.TOPIC, "battery_life"] == 1
    assert found[Measure.OUTCOME, "clarified"] == 1


async def test_a_day_may_be_counted_anew(database: Database) -> None:
    await talk(database, NOON, "answer")
    usage = Usage(database)
    await usage.count_up(NEXT_DAY)
    await talk(database, NOON, "answer")
    await usage.recount(NOON.date(), NOON.date(), NEXT_DAY)
    assert (await totals(database, NEXT_DAY))[Measure.OUTCOME, "answered"] == 2


async def test_the_running_day_is_followed(database: Database) -> None:
    usage = Usage(database)
    await talk(database, NOON, "answer")
    for minute in range(1, 5):
        now = NOON + timedelta(minutes=minute)
        await usage.follow(now)
        await talk(database, now, "answer")
        use = await usage.of([NOON.date()], NOON.date(), ALL, ALL, now)
        assert use.totals[Measure.OUTCOME, "answered"] == minute + 1
        assert use.steps[NOON.date(), Measure.CONVERSATIONS, ""] == minute + 1


async def test_days_are_added_up_to_steps(database: Database) -> None:
    for day in range(4):
        await talk(database, NOON + timedelta(days=day), "answer")
    later = NOON + timedelta(days=4)
    await Usage(database).count_up(later)
    await talk(database, later, "answer")
    starts = [NOON.date(), (NOON + timedelta(days=3)).date()]
    use = await Usage(database).of(starts, later.date(), (Measure.OUTCOME,), (), later)
    assert use.steps == {(starts[0], Measure.OUTCOME, "answered"): 3, (starts[1], Measure.OUTCOME, "answered"): 2}
    assert use.totals == {}


async def test_a_recount_elsewhere_is_noticed(database: Database) -> None:
    usage, later = Usage(database), NOON + timedelta(hours=1)
    await usage.follow(later)
    await talk(database, NOON, "answer")
    assert (await usage.of([NOON.date()], NOON.date(), ALL, ALL, later)).totals == {}
    await Usage(database).recount(NOON.date(), NOON.date(), later)
    assert (await usage.of([NOON.date()], NOON.date(), ALL, ALL, later)).totals[Measure.OUTCOME, "answered"] == 1


async def test_days_that_nobody_counted_yet_are_named(database: Database) -> None:
    await talk(database, NOON, "answer")
    later = NOON + timedelta(days=5)
    use = await Usage(database).of([(NOON - timedelta(days=3)).date()], later.date(), ALL, ALL, later)
    assert use.missing == 4
    assert use.steps == {}
    await Usage(database).count_up(later)
    assert (await Usage(database).of([NOON.date()], later.date(), ALL, ALL, later)).missing == 0


async def test_two_servers_count_a_day_once(database: Database, settings: Settings) -> None:
    await talk(database, NOON, "answer")
    first, second = Usage(database), Usage(database)
    days = await second._uncounted(NEXT_DAY)
    await first.count_up(NEXT_DAY)
    second._uncounted = lambda now: _given(days)  # type: ignore[method-assign]  # what it saw a moment before
    await second.count_up(NEXT_DAY)
    async with database.session() as session:
        query = select(func.sum(Tally.count)).where(Tally.measure == Measure.OUTCOME)
        assert await session.scalar(query) == 1
        await session.execute(delete(Tally))


async def _given(value: Any) -> Any:
    return value


async def test_waiting_times_are_right_to_five_percent() -> None:
    waits: dict[str, int] = {}
    for milliseconds in range(1, 1001):
        waits[wait_name(milliseconds)] = waits.get(wait_name(milliseconds), 0) + 1
    assert wait_percentile(waits, 0.5) == pytest.approx(500, rel=0.05)
    assert wait_percentile(waits, 0.95) == pytest.approx(950, rel=0.05)
    assert wait_percentile({}, 0.5) is None
    assert wait_percentile({wait_name(0): 1}, 0.5) == 1.0
