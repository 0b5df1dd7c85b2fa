"""Topics, the clinic and the demonstration page."""

import httpx
import pytest

from server.safety import RED_FLAGS

pytestmark = pytest.mark.asyncio


async def test_topics_are_listed(client: httpx.AsyncClient) -> None:
    topics = (await client.get("/api/v1/topics")).json()["topics"]
    assert [t["id"] for t in topics] == sorted({"battery_life", "pump_replacement", *RED_FLAGS})
    assert topics[0] == {"id": "battery_life", "kind": "answer", "title": "How long the battery lasts"}


async def test_a_topic_shows_its_whole_answer(client: httpx.AsyncClient) -> None:
    topic = (await client.get("/api/v1/topics/battery_life")).json()
    assert set(topic) == {"id", "kind", "title", "text", "sources", "see_also"}
    assert topic["text"].startswith("The battery decides how long a pump lasts.\n\nThe documents do not agree")
    assert [s["id"] for s in topic["sources"]] == ["umm", "wiki"]
    assert topic["see_also"] == ["pump_replacement"]


async def test_the_clinics_data_stands_in_answers(client: httpx.AsyncClient) -> None:
    assert "+1 555-0123" in (await client.get("/api/v1/topics/pump_replacement")).json()["text"]


async def test_an_unknown_topic_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/topics/weather")
    assert (response.status_code, response.json()["type"]) == (404, "urn:pumptalk:problem:not-found")


async def test_the_clinic_can_be_read(client: httpx.AsyncClient) -> None:
    clinic = (await client.get("/api/v1/clinic")).json()
    assert clinic == {
        "name": "Test Clinic",
        "phone": "+1 555-0123",
        "after_hours_phone": "+1 555-0199",
        "emergency_number": "911",
        "crisis_line": "988",
        "address": "1 Test Street",
        "hours": [{"days": "Monday to Friday", "open": "8:00", "close": "17:00"}],
        "booking_url": "https://clinic.example/appointments",
        "privacy_url": "https://clinic.example/privacy",
        "privacy": "What you type is stored.",
    }


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/demo/chat.js", "text/javascript")])
async def test_the_page_comes_with_strict_headers(client: httpx.AsyncClient, path: str, kind: str) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith(kind)
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/demo/../test.db", "/demo/%2e%2e/test.db", "/demo/..%2ftest.db"])
async def test_nothing_outside_the_folder_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
