"""Redaction through both protocols: nothing that identifies a person is stored, or sent on to the bot."""

from pathlib import Path

import httpx
import pytest
from server_fakes import FakeBot, Visitor

from server.settings import Settings, load_settings

NAME, PHONE = "Karen Whitfield", "07700 900123"


def files_of(settings: Settings) -> bytes:
    """Everything that SQLite wrote."""
    path = Path(settings.database_url.partition("///")[2])
    return b"".join(p.read_bytes() for p in sorted(path.parent.glob(f"{path.name}*")))


@pytest.mark.asyncio
async def test_neither_log_nor_bot_sees_an_identifier(visitor: Visitor, bot: FakeBot, settings: Settings) -> None:
    await visitor.send(f"I'm {NAME}, {PHONE}. Battery?")
    assert bot.asked[-1][1] == "I'm (name), (phone). Battery?"
    assert (await visitor.history())[-2]["text"] == "I'm (name), (phone). Battery?"
    stored = files_of(settings)
    assert b"Battery?" in stored
    assert not any(part.encode() in stored for part in (*NAME.split(), "07700", "900123"))


@pytest.mark.asyncio
async def test_a_retry_is_known_by_the_raw_text_and_another_text_is_refused(visitor: Visitor, bot: FakeBot) -> None:
    first = await visitor.send(f"I'm {NAME}. Battery?")
    again = await visitor.send(f"I'm {NAME}. Battery?")
    other = await visitor.send(f"I'm {NAME}. Refill?")
    assert (first.json(), other.status_code, len(bot.asked)) == (again.json(), 422, 1)


@pytest.mark.asyncio
async def test_no_red_flag_is_hidden_and_its_place_is_that_in_the_redacted_text(visitor: Visitor, bot: FakeBot) -> None:
    raw = "/ My son Will cannot breathe"
    await visitor.send(raw)
    [(_, said)], [notes] = bot.asked, bot.notes
    assert said == "My son (name) cannot breathe"
    assert "emergency_general" in {flag["topic"] for flag in notes["red_flags"]}
    assert all(said[flag["start"] : flag["end"]] == "My son (name) cannot breathe" for flag in notes["red_flags"])


@pytest.mark.asyncio
async def test_what_is_left_of_a_message_that_help_is_coming_is_redacted_too(visitor: Visitor, bot: FakeBot) -> None:
    await visitor.send("I cannot wake my husband")
    await visitor.send(f"ambulance is coming. {NAME} swims", "m-2")
    assert NAME.split()[0] not in bot.asked[-1][1]


@pytest.mark.asyncio
async def test_a_sender_is_stored_as_a_hash_and_still_known(
    client: httpx.AsyncClient, bot: FakeBot, settings: Settings
) -> None:
    for text in ("battery?", "refill?"):
        body = {"sender": "karen@mail.example", "message": text}
        replies = (await client.post("/webhooks/rest/webhook", json=body)).json()
        assert replies[0]["recipient_id"] == "karen@mail.example"
    (first, _), (second, _) = bot.asked
    assert first == second
    assert b"karen@mail" not in files_of(settings)


@pytest.mark.parametrize("key", [None, "short"])
def test_production_does_not_start_without_a_secret_of_its_own(
    monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    if key:
        monkeypatch.setenv("SENDER_KEY", key)
    with pytest.raises(Exception, match=r"SENDER_KEY: .*secret of its own"):
        load_settings()
    monkeypatch.setenv("SENDER_KEY", "k" * 32)
    load_settings()
