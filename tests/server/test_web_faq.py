"""The answers as pages: without scripts, findable, and the same texts as the bot's."""

import json
import re

import httpx
import pytest
from fastapi import FastAPI

from server.web.search import find, findable

pytestmark = pytest.mark.asyncio


def structured(page: str) -> dict[str, object]:
    """The page's structured data."""
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(data)


async def test_all_questions_stand_on_one_page(client: httpx.AsyncClient) -> None:
    response = await client.get("/faq")
    assert response.headers["Content-Type"].startswith("text/html")
    topics = [t for t in (await client.get("/api/v1/topics")).json()["topics"] if t["kind"] != "service"]
    for topic in topics:
        assert f'href="/faq/{topic["id"]}"' in response.text
        assert topic["title"].replace("'", "&#39;") in response.text
    assert "tel:+15550123" in response.text


async def test_the_structured_data_holds_the_bots_own_texts(client: httpx.AsyncClient) -> None:
    data = structured((await client.get("/faq")).text)
    assert data["@context"] == "https://schema.org"
    assert data["@type"] == "FAQPage"
    answers = {question["name"]: question["acceptedAnswer"]["text"] for question in data["mainEntity"]}
    topic = (await client.get("/api/v1/topics/battery_life")).json()
    assert answers[topic["title"]] == topic["text"]


async def test_a_question_has_a_page_that_names_the_documents(client: httpx.AsyncClient) -> None:
    page = (await client.get("/faq/battery_life")).text
    topic = (await client.get("/api/v1/topics/battery_life")).json()
    for source in topic["sources"]:
        assert source["organisation"] in page
        assert source["document"] in page
    assert [question["name"] for question in structured(page)["mainEntity"]] == [topic["title"]]


async def test_a_page_runs_no_script_and_asks_nobody(client: httpx.AsyncClient) -> None:
    response = await client.get("/faq/battery_life")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "script-src" not in policy
    assert re.findall(r"<script(?! type=.application/ld\+json.)", response.text) == []
    assert re.findall(r'(?:src|href)="(?!/|tel:)', response.text) == []


async def test_a_search_needs_nothing_but_a_form(client: httpx.AsyncClient) -> None:
    page = (await client.get("/faq", params={"q": "  batteries "})).text
    assert 'value="batteries"' in page
    assert 'href="/faq/battery_life"' in page
    assert next(q["name"] for q in structured(page)["mainEntity"]).startswith("How long the battery")


@pytest.mark.parametrize("query", ["xylophone", "the of and", '"><script>zzz</script>', "%", "\u0000", "a" * 5000])
async def test_a_search_for_anything_is_answered_with_a_page(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get("/faq", params={"q": query})
    assert response.status_code == 200
    assert "<script>" not in response.text
    assert "Nothing found" in response.text


@pytest.mark.parametrize("topic", ["nothing", "greet", "..%2fgreet", "%00"])
async def test_a_question_that_is_none_is_not_found(client: httpx.AsyncClient, topic: str) -> None:
    assert (await client.get(f"/faq/{topic}")).status_code == 404


async def test_the_style_sheet_is_there(client: httpx.AsyncClient) -> None:
    assert (await client.get("/faq.css")).headers["Content-Type"].startswith("text/css")


async def test_titles_count_more_and_words_may_be_unfinished(app: FastAPI) -> None:
    items = [
        findable("text", "The pump", "It has a battery, and batteries run out."),
        findable("title", "How long the battery lasts", "Some years."),
        findable("other", "Refills", "Every month."),
    ]
    assert find("How long do batteries last?", items) == ["title", "text"]
    assert find("batt", items) == ["title", "text"]
    assert find("bat", items) == []
    assert find("", items) == []
