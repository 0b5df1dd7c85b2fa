"""One conversation: shown as it was, marked by several without a loss, taken along, erased; and all of it recorded."""

import asyncio
import re

import httpx
import pytest
from console_talks import Member, Talks
from server_fakes import FakeBot, golden_replies
from sqlalchemy import func, select, text, update

from server.console.inbox.models import ConversationNote
from server.console.models import TrailEntry
from server.console.roles import Role
from server.console.trail import Trail
from server.db import Database
from server.log.models import Reply
from server.log.red_flags import RedFlag
from server.messages import RunnerUp

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

LIST = "/staff/conversations"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> =1+1"


async def trail(database: Database) -> list[str]:
    async with database.session() as session:
        assert await Trail(session).first_fault() is None
        return list(await session.scalars(select(TrailEntry.action).order_by(TrailEntry.seq)))


async def page(client: httpx.AsyncClient, conversation_id: str) -> str:
    response = await client.get(f"{LIST}/{conversation_id}")
    assert response.status_code == 200, response.text
    return response.text


async def post(client: httpx.AsyncClient, conversation_id: str, what: str, **data: str) -> str:
    """What the page then says."""
    response = await client.post(f"{LIST}/{conversation_id}/{what}", data=data)
    assert response.status_code == 303, response.text
    followed = await client.get(response.headers["location"])
    [said] = re.findall(r'<p class="message (?:good|alarm)" role="status">([^<]+)</p>', followed.text)
    return str(said)


def seq_of(page_text: str) -> str:
    return re.findall(r'name="seq" value="(\d+)"', page_text)[0]


async def test_the_transcript_with_what_stands_behind_it(nurse: httpx.AsyncClient, talks: Talks) -> None:
    talk = await talks.asked_back("what of it")
    await talks.say(talk, "/battery_life")
    await talks.rate(talk, "down", "not what I meant")
    text_of = await page(nurse, talk)
    assert text_of.index("what of it") < text_of.index("pressed a button") < text_of.index("The battery decides")
    for shown in ("Asked back", "unsure", "41 %", "sure", "97 %", "20261122-000000-example", "not what I meant"):
        assert shown in text_of
    assert "University of Maryland Pain Medicine: Intrathecal Therapy" in text_of
    assert re.search(r"Answered after \d+\.\d\d s", text_of)
    assert len(re.findall(r'hx-get="/staff/teaching/turns/', text_of)) == 2


async def test_what_else_it_may_have_meant_is_for_staff_alone(nurse: httpx.AsyncClient, talks: Talks) -> None:
    reply = golden_replies()[0]
    for_staff = {"runners_up": [RunnerUp(topic="pump_replacement", confidence=0.12)], "answer_version": "abcdef0123"}
    reply = reply.model_copy(update={"metadata": reply.metadata.model_copy(update=for_staff)})
    talk = await talks.greeted()
    await talks.say(talk, "how long", reply)
    text_of = await page(nurse, talk)
    assert re.search(r"Also likely</dt><dd>[^<]+ <span class=\"muted\">12 %", text_of)
    assert "abcdef0123" in text_of
    visitor = talks.visitors[talk]
    again = await visitor.send("and again", "m-again")
    for told in (str(await visitor.history()), again.text):
        assert "runners_up" not in told and "answer_version" not in told


async def test_what_was_offered_was_likely_too(nurse: httpx.AsyncClient, talks: Talks) -> None:
    reply = golden_replies()[1]
    assert reply.metadata.options == ["battery_life", "pump_replacement"]
    ranked = [RunnerUp(topic="battery_life", confidence=0.41), RunnerUp(topic="mri", confidence=0.12)]
    with_ranking = reply.model_copy(update={"metadata": reply.metadata.model_copy(update={"runners_up": ranked})})
    talk = await talks.greeted()
    await talks.say(talk, "what of it", with_ranking)
    [likely] = re.findall(r"<dt>Likely</dt><dd>(.*?)</dd>", await page(nurse, talk))
    told = re.sub(r"<[^>]+>", "", likely).split(", ")
    assert told[0].endswith("41 % (offered)") and told[1] == "Mri 12 %"
    assert told[2].endswith("(offered)") and "%" not in told[2], "of an older turn only the offer is known"


async def test_a_long_conversation_comes_in_pieces(
    nurse: httpx.AsyncClient, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await talks.answered("question 0 ends")
    for number in range(1, 7):
        await talks.say(talk, f"question {number} ends")
    monkeypatch.setattr("server.console.inbox.routes_conversation.TURNS_AT_ONCE", 3)
    seen, after = [], 0
    while True:
        text_of = (await nurse.get(f"{LIST}/{talk}?after={after}")).text
        seen += re.findall(r"question (\d) ends", text_of)
        later = re.search(r'rel="next" href="[^"]*after=(\d+)"', text_of)
        if later is None:
            break
        after = int(later.group(1))
    assert seen == list("0123456")


async def test_a_damaged_row_does_not_hide_the_rest(nurse: httpx.AsyncClient, talks: Talks, database: Database) -> None:
    talk = await talks.answered("can I swim")
    async with database.session() as session:
        await session.execute(update(Reply).values(details={}, buttons=[]))
    assert "can I swim" in await page(nurse, talk)


async def test_opening_is_recorded_once(nurse: httpx.AsyncClient, talks: Talks, database: Database) -> None:
    talk, other = await talks.answered("one"), await talks.answered("two")
    for _ in range(3):
        await page(nurse, talk)
    await page(nurse, other)
    assert await trail(database) == ["opened", "opened"]
    async with database.session() as session:
        ids = await session.scalars(select(TrailEntry.object_id).order_by(TrailEntry.seq))
    assert list(ids) == [talk, other]


async def test_a_review_covers_what_was_read(nurse: httpx.AsyncClient, talks: Talks, database: Database) -> None:
    talk = await talks.answered("one")
    seq = seq_of(await page(nurse, talk))
    await talks.say(talk, "two")
    assert "more meanwhile" in await post(nurse, talk, "review", seq=seq)
    assert await post(nurse, talk, "review", seq=seq_of(await page(nurse, talk))) == "Marked as reviewed."
    assert '<span class="badge good">reviewed</span> by reviewer' in await page(nurse, talk)
    await talks.say(talk, "three")
    assert "since the visitor wrote again" in await page(nurse, talk)
    assert (await trail(database)).count("reviewed") == 1


async def test_reviewed_from_the_list_leads_back_to_it_and_nowhere_else(nurse: httpx.AsyncClient, talks: Talks) -> None:
    talk = await talks.answered("one")
    for back, there in ((f"{LIST}?sure=sure", f"{LIST}?sure=sure"), ("https://evil.example", f"{LIST}/{talk}")):
        response = await nurse.post(f"{LIST}/{talk}/review", data={"seq": "99", "back": back})
        assert response.headers["location"].split("?said")[0] == there
    assert (await nurse.get(f"{LIST}?review=unreviewed")).text.count("<tr id=") == 0


async def test_two_who_assign_at_once(member: Member, talks: Talks, database: Database) -> None:
    talk = await talks.answered("one")
    managers = [await member(Role.MANAGER) for _ in range(2)]
    options = re.findall(r'<option value="(\w{32})"', await page(managers[0], talk))
    said = await asyncio.gather(
        *(post(m, talk, "assign", assignee=who, seen="") for m, who in zip(managers, options[:2]))
    )
    assert sorted(s.split(":")[0] for s in said) == ["Assigned.", "Not assigned"]
    assert (await trail(database)).count("assigned") == 1
    assert (
        "There is no such account"
        in (
            await managers[0].post(
                f"{LIST}/{talk}/assign",
                data={
                    "assignee": "x" * 32,
                    "seen": re.findall(r'name="seen" value="(\w+)"', await page(managers[0], talk))[0],
                },
            )
        ).text
    )


async def test_tags_and_notes(nurse: httpx.AsyncClient, talks: Talks, database: Database) -> None:
    talk = await talks.answered("one")
    await asyncio.gather(*(post(nurse, talk, "tags", tag=tag) for tag in ("Call  Dr A", "call dr a", "urgent")))
    text_of = await page(nurse, talk)
    assert re.findall(r'aria-label="Remove the tag ([^"]+)"', text_of) == ["call dr a", "urgent"]
    assert f'id="line-{talk}"' in (await nurse.get(LIST, params={"tag": "call dr a"})).text
    await post(nurse, talk, "tags/remove", tag="urgent")
    assert "Remove the tag urgent" not in await page(nurse, talk)
    await post(nurse, talk, "notes", text="Ask her again")
    assert "Ask her again" in await page(nurse, talk)
    assert sorted(set(await trail(database))) == ["listed", "noted", "opened", "tagged", "untagged"]
    for what, data in (("tags", {"tag": "  "}), ("notes", {"text": " "}), ("tags", {"tag": "x" * 31})):
        assert (await nurse.post(f"{LIST}/{talk}/{what}", data=data)).status_code in (400, 422)


async def test_a_call_back_is_done_once(nurse: httpx.AsyncClient, talks: Talks, database: Database) -> None:
    talk = await talks.greeted()
    await talks.call_back(talk, when="mornings")
    text_of = await page(nurse, talk)
    assert "Ann" in text_of and "mornings" in text_of
    [contact] = re.findall(r"contacts/(\w+)/done", text_of)
    said = await asyncio.gather(*(post(nurse, talk, f"contacts/{contact}/done") for _ in range(2)))
    assert sorted(s.split(":")[0] for s in said) == ["Marked as called back.", "Nothing to do"]
    assert (await trail(database)).count("called back") == 1
    assert f'id="line-{talk}"' not in (await nurse.get(LIST, params={"call_back": "waiting"})).text
    assert f'id="line-{talk}"' in (await nurse.get(LIST, params={"call_back": "any"})).text


async def test_export(member: Member, talks: Talks, database: Database) -> None:
    talk = await talks.answered("can I swim")
    await talks.call_back(talk)
    manager = await member(Role.MANAGER)
    exported = await manager.get(f"{LIST}/{talk}/export.json")
    assert exported.headers["content-disposition"] == 'attachment; filename="conversation.json"'
    assert [turn["question"] for turn in exported.json()["turns"]] == [None, "can I swim"]
    plain = (await manager.get(f"{LIST}/{talk}/export.txt")).text
    assert "can I swim" in plain and "Source: University of Maryland Pain Medicine" in plain
    assert "Ann" not in exported.text + plain
    assert await trail(database) == ["exported", "exported"]
    reviewer = await member(Role.REVIEWER)
    assert (await reviewer.get(f"{LIST}/{talk}/export.json")).status_code == 403
    assert "export.json" not in await page(reviewer, talk)


async def test_erased_for_good(member: Member, talks: Talks, bot: FakeBot, database: Database) -> None:
    talk = await talks.in_danger("I cannot breathe")
    manager = await member(Role.MANAGER)
    for what, data in (("tags", {"tag": "t"}), ("notes", {"text": "n"})):
        await post(manager, talk, what, **data)
    assert (await manager.post(f"{LIST}/{talk}/erase", data={"reason": " "})).status_code == 400
    assert (await manager.post(f"{LIST}/{talk}/erase", data={})).status_code == 422
    assert "The conversation is erased" in await post(manager, talk, "erase", reason="asked by phone")
    assert bot.forgotten == [talk]
    assert (await manager.get(f"{LIST}/{talk}")).status_code == 404
    async with database.session() as session:
        for table in ("conversation", "inbox_entry", "search_text", "red_flag", "notice", "conversation_tag"):
            assert (await session.execute(text(f"SELECT COUNT(*) FROM {table}"))).scalar_one() == 0, table
        assert (await session.execute(select(func.count()).select_from(ConversationNote))).scalar_one() == 0
        entry = (await session.scalars(select(TrailEntry).where(TrailEntry.action == "erased"))).one()
    assert (entry.object_id, entry.reason) == (talk, "asked by phone")
    for what, data in (("review", {"seq": "1"}), ("tags", {"tag": "t"}), ("erase", {"reason": "again"})):
        assert (await manager.post(f"{LIST}/{talk}/{what}", data=data)).status_code == 404
    reviewer = await member(Role.REVIEWER)
    assert (await reviewer.post(f"{LIST}/{talk}/erase", data={"reason": "r"})).status_code == 403


async def test_what_a_hostile_visitor_writes_stays_text(
    member: Member, talks: Talks, bot: FakeBot, database: Database
) -> None:
    reply = golden_replies()[0].model_copy(update={"text": HOSTILE})
    talk = await talks.greeted()
    await talks.say(talk, HOSTILE[:50], reply)
    await talks.rate(talk, "down", HOSTILE)
    await talks.call_back(talk, name=HOSTILE[:90], note=HOSTILE, when=HOSTILE)
    manager = await member(Role.MANAGER)
    await post(manager, talk, "tags", tag="<b>x</b>")
    await post(manager, talk, "notes", text=HOSTILE)
    await manager.post(f"{LIST}/views", data={"name": "<b>x</b>", "query": '"><script>alert(1)</script>'})
    pages = [await page(manager, talk), (await manager.get(LIST, params={"q": '"><script>'})).text]
    pages += [(await manager.get(LIST)).text, (await manager.get("/staff/red-flags?said=<b>")).text]
    for text_of in pages:
        assert "<script>alert" not in text_of
        assert "<img" not in text_of
        assert "<b>" not in text_of
    assert "&lt;script&gt;" in pages[0]


async def test_another_sites_page_cannot_act(nurse: httpx.AsyncClient, talks: Talks) -> None:
    talk = await talks.answered("one")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://evil.example"}):
        response = await nurse.post(f"{LIST}/{talk}/tags", data={"tag": "t"}, headers=headers)
        assert response.status_code == 403


async def test_a_red_flag_is_seen_then_handled(
    nurse: httpx.AsyncClient, member: Member, talks: Talks, database: Database
) -> None:
    queue = "/staff/red-flags"
    urgent = golden_replies()[2]
    urgent = urgent.model_copy(update={"metadata": urgent.metadata.model_copy(update={"severity": "urgent"})})
    later, grave, twice = await talks.greeted(), await talks.greeted(), await talks.greeted()
    await talks.say(later, "hello a", urgent)
    await talks.say(twice, "hello b", urgent)
    await talks.say(grave, "I cannot breathe", golden_replies()[2])
    await talks.say(twice, "hello c", urgent)
    shown = re.findall(r'<h3[^>]*>.*?/staff/conversations/([^"]+)"', (await nurse.get(queue)).text)
    assert shown == [grave, later, twice]
    assert "3<" in (await nurse.get(f"{queue}/count")).text
    await page(nurse, grave)
    text_of = (await nurse.get(queue)).text
    shown = re.findall(r'<h3[^>]*>.*?/staff/conversations/([^"]+)"', text_of)
    assert shown == [later, twice, grave]
    assert text_of.count('<blockquote class="text">') == 3 and "hello b" in text_of
    assert text_of.count("not seen yet") == 2 and "by reviewer" in text_of
    until = re.findall(r'name="until" value="([^"]+)"', text_of)[1]
    await talks.say(twice, "hello d", urgent)
    other = await member(Role.REVIEWER)
    both = await asyncio.gather(
        *(c.post(f"{queue}/{twice}", data={"until": until, "note": "called 911"}) for c in (nurse, other))
    )
    assert sorted(r.headers["location"] for r in both) == [f"{queue}?said=handled", f"{queue}?said=handled-meanwhile"]
    async with database.session() as session:
        waiting = select(RedFlag.conversation_id).where(RedFlag.handled_at.is_(None))
        assert sorted(await session.scalars(waiting)) == sorted([later, grave, twice])
    assert "called 911" in (await nurse.get(queue)).text
    assert (await trail(database)).count("handled red flag") == 1
