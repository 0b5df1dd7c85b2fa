"""A clinic that requires sign-offs: an answer is given only while a clinician's approval of its very text counts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI
from server_fakes import FakeBot, Visitor, client_of, golden_replies
from sqlalchemy import select

from knowledge import ContentError, load_clinic, load_library
from knowledge.signing import signed_text, text_hash
from server.db import Database
from server.log.models import Reply
from server.main import create_app
from server.settings import Settings
from server.signoff.models import SignOff, Verdict
from server.signoff.repository import SignOffRepository

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

INSTEAD = "I may not answer that yet. Please call +1 555-0123."
ANSWER = "The battery decides how long a pump lasts."
TODAY = datetime.now(UTC).date()


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Of a clinic that requires sign-offs."""
    clinic = tmp_path / "clinic.yml"
    clinic.write_text(settings.clinic_file.read_text(encoding="utf-8") + "require_signoff: true\n", encoding="utf-8")
    return settings.model_copy(update={"clinic_file": clinic})


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    yield database
    await database.close()


async def act(database: Database, data: Path, verdict: Verdict = "signed", days: int = 1, text: str = "") -> None:
    """Sign the battery's answer off, or withdraw that."""
    library = load_library(data)
    text = text or signed_text(library.answers["battery_life"], library)
    due = TODAY + timedelta(days=days)
    row = SignOff(
        topic="battery_life", verdict=verdict, text_hash=text_hash(text), text=text, due=due,
        account_id="1", name="Dr Example", at=datetime.now(UTC),
    )  # fmt: skip
    async with database.session() as session:
        await SignOffRepository(session).add(row)


async def told(visitor: Visitor, message_id: str = "m-1") -> list[str]:
    return [reply["text"] for reply in (await visitor.send("How long does it last?", message_id)).json()["replies"]]


async def test_without_a_sign_off_the_clinic_is_named(visitor: Visitor, database: Database) -> None:
    [reply] = (await visitor.send("How long does it last?")).json()["replies"]
    assert (reply["text"], reply["buttons"]) == (INSTEAD, [])
    metadata = reply["metadata"]
    assert (metadata["kind"], metadata["topics"], metadata["sources"]) == ("not_covered", ["battery_life"], [])
    assert "withheld" not in metadata
    assert (await visitor.history())[-1]["text"] == INSTEAD
    async with database.session() as session:
        stored = await session.scalar(select(Reply).where(Reply.turn_id.is_not(None)))
    assert stored is not None
    assert stored.details is not None
    assert stored.details["withheld"] is True


async def test_with_a_sign_off_the_answer_is_given_until_it_is_withdrawn(
    visitor: Visitor, database: Database, data: Path
) -> None:
    await act(database, data)
    assert await told(visitor, "m-1") == [ANSWER]
    await act(database, data, verdict="withdrawn")
    assert await told(visitor, "m-2") == [INSTEAD]


async def test_it_counts_on_the_day_when_it_is_due_and_not_after(
    visitor: Visitor, database: Database, data: Path
) -> None:
    await act(database, data, days=0)
    assert await told(visitor, "m-1") == [ANSWER]
    await act(database, data, days=-1)
    assert await told(visitor, "m-2") == [INSTEAD]


async def test_it_counts_for_the_text_that_was_signed(visitor: Visitor, database: Database, data: Path) -> None:
    await act(database, data, text="An earlier text")
    assert await told(visitor) == [INSTEAD]


async def test_safety_replies_and_questions_back_are_never_withheld(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies = golden_replies()
    replies = (await visitor.send("How long does it last?")).json()["replies"]
    assert [reply["metadata"]["kind"] for reply in replies] == ["safety", "not_covered", "clarify"]
    assert [reply["text"] == INSTEAD for reply in replies] == [False, True, False]


async def test_the_pages_and_the_api_keep_it_back_too(app: FastAPI, database: Database, data: Path) -> None:
    async with client_of(app) as client:
        for path in ("/api/v1/topics/battery_life", "/faq/battery_life"):
            text = (await client.get(path)).text
            assert INSTEAD in text
            assert ANSWER not in text
        assert ANSWER not in (await client.get("/faq")).text
        assert ANSWER not in (await client.get("/faq", params={"q": "battery"})).text
        assert "Call 911 now." in (await client.get("/faq")).text
        await act(database, data)
        for path in ("/api/v1/topics/battery_life", "/faq/battery_life", "/faq", "/faq?q=battery"):
            assert ANSWER in (await client.get(path)).text


async def test_who_requires_none_gets_every_answer(settings: Settings, bot: FakeBot) -> None:
    app = create_app(settings.model_copy(update={"clinic_file": Path(__file__).parent / "data" / "clinic.yml"}), bot)
    async with app.router.lifespan_context(app), client_of(app) as client:
        assert await told(await Visitor.arrive(client)) == [ANSWER]


async def test_the_requirement_is_yes_or_no(settings: Settings) -> None:
    text = settings.clinic_file.read_text(encoding="utf-8").replace("require_signoff: true", "require_signoff: perhaps")
    settings.clinic_file.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match="require_signoff: must be true or false"):
        load_clinic(settings.clinic_file)
