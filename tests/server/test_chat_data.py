"""Feedback, transcript, call-back requests, erasure and retention, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from server_fakes import FakeBot, Visitor
from sqlalchemy import func, select, update

from server.chat.erasure import Eraser
from server.db import Database
from server.housekeeping import Housekeeper, Retention
from server.log.models import Base, Contact, Conversation, Feedback
from server.log.retention import Due, Policy, RetentionRepository
from server.settings import Settings

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

POLICY = Policy.of_days(90, 30)


@pytest.fixture(autouse=True)
def no_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rounds of the started server would purge and let forget what a test is about to, sooner or later."""

    async def rest(_: Housekeeper) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Housekeeper, "run", rest)


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    yield database
    await database.close()


async def rows(database: Database) -> dict[str, int]:
    """How many rows each table has; empty ones are left out."""
    async with database.session() as session:
        counts = {
            name: (await session.execute(select(func.count()).select_from(table))).scalar_one()
            for name, table in Base.metadata.tables.items()
        }
    return {name: count for name, count in counts.items() if count and name not in ("job", "trail_head")}


async def age(database: Database, visitor: Visitor, days: int) -> None:
    """Let the last message of a conversation be so old."""
    statement = update(Conversation).where(Conversation.id == visitor.id)
    async with database.session() as session:
        await session.execute(statement.values(last_at=datetime.now(UTC) - timedelta(days=days)))


async def post(visitor: Visitor, what: str, body: dict[str, object]) -> int:
    """Post to the conversation; the status."""
    url = f"/api/v1/conversations/{visitor.id}/{what}"
    return (await visitor.client.post(url, json=body, headers=visitor.headers)).status_code


async def busy(visitor: Visitor) -> str:
    """A conversation with everything that can hang on it; returns the message id of a reply."""
    await visitor.send("hello")
    message_id: str = (await visitor.history())[-1]["metadata"]["message_id"]
    assert await post(visitor, "feedback", {"message_id": message_id, "rating": "up"}) == 204
    assert await post(visitor, "contact", {"name": "Ann", "phone": "+1 555-0100"}) == 201
    return message_id


async def test_feedback_is_kept_and_replaced(visitor: Visitor, database: Database) -> None:
    await visitor.send("hello")
    message_id = (await visitor.history())[-1]["metadata"]["message_id"]
    assert await post(visitor, "feedback", {"message_id": message_id, "rating": "up"}) == 204
    body = {"message_id": message_id, "rating": "down", "comment": "not what I\x00 asked"}
    assert await post(visitor, "feedback", body) == 204
    async with database.session() as session:
        [feedback] = (await session.scalars(select(Feedback))).all()
    assert (feedback.rating, feedback.comment) == ("down", "not what I asked")


async def test_feedback_on_what_is_no_reply_of_this_conversation_is_404(visitor: Visitor) -> None:
    other = await Visitor.arrive(visitor.client)
    theirs = await busy(other)
    await visitor.send("hello")
    own_message = (await visitor.history())[1]["client_message_id"]
    for message_id in (theirs, own_message, "unknown", "\x00"):
        assert await post(visitor, "feedback", {"message_id": message_id, "rating": "up"}) == 404


@pytest.mark.parametrize("change", [{"rating": "great"}, {"comment": "x" * 1001}, {"message_id": None}])
async def test_feedback_of_another_shape_is_422(visitor: Visitor, change: dict[str, object]) -> None:
    assert await post(visitor, "feedback", {"message_id": "m", "rating": "up", **change}) == 422


async def test_the_transcript_says_who_said_what_when_and_after_whom(visitor: Visitor) -> None:
    await visitor.send("How long does it last?")
    url = f"/api/v1/conversations/{visitor.id}/transcript"
    response = await visitor.client.get(url, headers=visitor.headers)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="conversation.txt"'
    heading, greeting, question, answer = response.text.split("\n\n")[:4]
    assert heading == "Conversation with the chatbot of Test Clinic. Times are in UTC."
    assert greeting.startswith("Chatbot, 20") and greeting.endswith("\nHello. I am the chatbot of Test Clinic.")
    assert question.startswith("You, 20") and question.endswith("\nHow long does it last?")
    assert "\nSource: University of Maryland Pain Medicine, " in response.text
    assert answer.startswith("Chatbot, 20")


async def test_a_call_back_request_is_kept_for_staff(visitor: Visitor, database: Database) -> None:
    body = {"name": "Ann", "email": "ann@example.org", "when": "mornings", "note": "about the trial", "phone": " "}
    url = f"/api/v1/conversations/{visitor.id}/contact"
    response = await visitor.client.post(url, json=body, headers=visitor.headers)
    assert response.status_code == 201
    assert response.json()["text"] == "Test Clinic will call you. If you cannot wait, call +1 555-0123."
    async with database.session() as session:
        [contact] = (await session.scalars(select(Contact))).all()
    assert contact.id == response.json()["id"]
    assert (contact.name, contact.email, contact.phone) == ("Ann", "ann@example.org", None)
    assert (contact.best_time, contact.note) == ("mornings", "about the trial")
    assert all("ann@example" not in message["text"] for message in await visitor.history())


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Ann"},
        {"name": "Ann", "phone": "  "},
        {"name": " ", "phone": "1"},
        {"phone": "1"},
        {"name": "x" * 101, "phone": "1"},
        {"name": "Ann", "phone": "1" * 41},
        {"name": "Ann", "phone": "1", "when": "x" * 201},
        {"name": "Ann", "phone": "1", "note": "x" * 1001},
    ],
)
async def test_a_call_back_request_needs_a_name_and_a_way(visitor: Visitor, body: dict[str, object]) -> None:
    assert await post(visitor, "contact", body) == 422


async def test_an_erased_conversation_is_gone_everywhere(visitor: Visitor, bot: FakeBot, database: Database) -> None:
    kept = await Visitor.arrive(visitor.client)
    await busy(kept)
    before = await rows(database)
    await busy(visitor)
    url = f"/api/v1/conversations/{visitor.id}"
    assert (await visitor.client.delete(url, headers=kept.headers)).status_code == 404
    assert (await visitor.client.delete(url, headers=visitor.headers)).status_code == 204
    assert await rows(database) == {**before, "conversation": 1, "reply": 2}
    assert bot.forgotten == [visitor.id]
    assert (await visitor.send("hello")).status_code == 404
    assert (await visitor.client.get(visitor.url, headers=visitor.headers)).status_code == 404
    for what in ("feedback", "contact"):
        assert await post(visitor, what, {"message_id": "m", "rating": "up", "name": "A", "phone": "1"}) == 404
    assert (await visitor.client.delete(url, headers=visitor.headers)).status_code == 404
    assert len(await kept.history()) == 3


async def test_rasa_forgets_later_what_it_could_not_now(visitor: Visitor, bot: FakeBot, database: Database) -> None:
    await visitor.send("hello")
    bot.is_down()
    url = f"/api/v1/conversations/{visitor.id}"
    assert (await visitor.client.delete(url, headers=visitor.headers)).status_code == 204
    assert await rows(database) == {"erasure": 1}
    eraser = Eraser(database, bot)
    assert await eraser.settle() == 0
    bot.failure = None
    assert await eraser.settle() == 1
    assert (bot.forgotten, await rows(database)) == ([visitor.id], {})


async def test_a_purge_deletes_what_is_too_old_and_nothing_else(
    visitor: Visitor, bot: FakeBot, database: Database
) -> None:
    old, young = visitor, await Visitor.arrive(visitor.client)
    await busy(old)
    await busy(young)
    await age(database, old, 91)
    await age(database, young, 89)
    async with database.session() as session:
        await session.execute(update(Contact).values(at=datetime.now(UTC) - timedelta(days=31)))
    retention = Retention(database, POLICY)
    before = await rows(database)
    assert await retention.due() == Due(conversations=1, contacts=1)
    assert await rows(database) == before, "a preview deletes nothing"
    assert await retention.purge() == Due(conversations=1, contacts=1)
    assert await retention.due() == Due(conversations=0, contacts=0)
    after = await rows(database)
    assert (after["conversation"], after["feedback"], after["erasure"], "contact" in after) == (1, 1, 1, False)
    assert await Eraser(database, bot).settle() == 1
    assert bot.forgotten == [old.id]


async def test_a_visitor_who_comes_back_during_a_purge_keeps_the_conversation(
    visitor: Visitor, database: Database
) -> None:
    await visitor.send("hello")
    async with database.session() as session:
        await RetentionRepository(session).erase([visitor.id], silent_since=datetime.now(UTC) - timedelta(days=90))
    assert len(await visitor.history()) == 3


async def test_of_several_servers_one_does_a_job_and_again_when_it_is_due(database: Database) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)

    async def take(at: datetime) -> bool:
        async with database.session() as session:
            return await RetentionRepository(session).take_job("a job", at, hour)

    assert sorted(await asyncio.gather(*(take(now) for _ in range(5)))) == [False] * 4 + [True]
    assert not await take(now + hour / 2)
    assert sorted(await asyncio.gather(*(take(now + hour) for _ in range(5)))) == [False] * 4 + [True]
    assert not await take(now + hour - timedelta(seconds=5)), (
        "who waited for the database meanwhile looks a little earlier"
    )
    assert await take(now - 3 * hour), "a clock that was set back does not stop the job"


async def test_the_same_rating_twice_at_once_is_kept_once(visitor: Visitor, database: Database) -> None:
    await visitor.send("hello")
    body: dict[str, object] = {"message_id": (await visitor.history())[-1]["metadata"]["message_id"], "rating": "up"}
    assert await asyncio.gather(*(post(visitor, "feedback", body) for _ in range(8))) == [204] * 8
    assert (await rows(database))["feedback"] == 1
