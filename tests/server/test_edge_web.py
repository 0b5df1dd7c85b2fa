"""CORS, headers, request ids, metrics, the API's page: what browsers, proxies and Prometheus meet."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from server_fakes import FakeBot, Visitor

from server.main import create_app
from server.settings import Settings

pytestmark = pytest.mark.asyncio

WEBHOOK = "/webhooks/rest/webhook"
SITE = "https://clinic.example"
MESSAGE = '{"message": "hi"}'
PATHS = ["/", "/demo/chat.js", "/nothing", "/healthz", "/api/v1/topics", "/api/v1/docs", "/metrics"]


@asynccontextmanager
async def client_at(settings: Settings, bot: FakeBot, address: str, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client at this address of a server with these settings."""
    app = create_app(settings.model_copy(update=changes), bot)
    transport = httpx.ASGITransport(app, client=(address, 1))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client


async def test_pages_of_listed_sites_may_read_answers_and_problems(settings: Settings, bot: FakeBot) -> None:
    async with client_at(settings, bot, "192.0.2.1", allowed_origins=(SITE,)) as client:
        for response in (
            await client.post(
                WEBHOOK, content='{"message": "hi"}', headers={"Origin": SITE, "Content-Type": "text/plain"}
            ),
            await client.post(WEBHOOK, content="{", headers={"Origin": SITE}),
            await client.post(WEBHOOK, content="x" * 100_000, headers={"Origin": SITE}),
            await client.get("/nothing", headers={"Origin": SITE}),
            await client.get("/socket.io/?EIO=4&transport=polling", headers={"Origin": SITE}),
        ):
            assert response.headers.get_list("Access-Control-Allow-Origin") == [SITE]
            assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
            assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://clinic.example.evil.example", "http://clinic.example"]
)
async def test_pages_of_other_sites_may_not(settings: Settings, bot: FakeBot, origin: str) -> None:
    async with client_at(settings, bot, "192.0.2.1", allowed_origins=(SITE,)) as client:
        response = await client.post(WEBHOOK, content='{"message": "hi"}', headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in response.headers
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert "Access-Control-Allow-Origin" not in (await client.options(WEBHOOK, headers=asked)).headers


async def test_a_preflight_of_a_listed_site_is_granted(settings: Settings, bot: FakeBot) -> None:
    async with client_at(settings, bot, "192.0.2.1", allowed_origins=(SITE,)) as client:
        for method in ("POST", "DELETE", "GET"):
            asked = {
                "Origin": SITE,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "authorization,content-type",
            }
            response = await client.options("/api/v1/conversations", headers=asked)
            assert response.status_code == 200
            assert response.headers["Access-Control-Allow-Origin"] == SITE
            assert method in response.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    "path", ["/", "/demo/chat.js", "/nothing", "/healthz", "/api/v1/topics", "/api/v1/docs", "/metrics"]
)
async def test_every_response_is_locked_down(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Server" not in headers
    assert "Strict-Transport-Security" not in headers


async def test_by_https_the_browser_is_told_to_stay_there(settings: Settings, bot: FakeBot) -> None:
    changes: dict[str, Any] = {"trusted_proxies": ("10.0.0.0/8",)}
    for address, is_told in (("10.0.0.1", True), ("192.0.2.1", False)):
        async with client_at(settings, bot, address, **changes) as client:
            response = await client.get("/healthz", headers={"X-Forwarded-Proto": "https"})
            assert ("Strict-Transport-Security" in response.headers) is is_told


async def test_the_apis_page_needs_no_other_host_and_nothing_inline(client: httpx.AsyncClient) -> None:
    page = await client.get("/api/v1/docs")
    assert page.status_code == 200
    assert not re.search(r"<script>|<style|style=|onload|https?://", page.text)
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) == 4
    for link in links:
        assert (await client.get(link)).status_code == 200, link


@pytest.mark.parametrize(
    ("address", "given", "is_kept"),
    [
        ("10.0.0.1", "abc-12345", True),
        ("192.0.2.1", "abc-12345", False),
        ("10.0.0.1", "short", False),
        ("10.0.0.1", "x" * 65, False),
        ("10.0.0.1", 'abc"12345', False),
    ],
)
async def test_only_a_proxy_of_ours_names_a_request(
    settings: Settings, bot: FakeBot, address: str, given: str, is_kept: bool
) -> None:
    async with client_at(settings, bot, address, trusted_proxies=("10.0.0.0/8",)) as client:
        named = (await client.get("/healthz", headers={"X-Request-ID": given})).headers["X-Request-ID"]
        assert (named == given) is is_kept
        if not is_kept:
            UUID(named)


async def test_metrics_count_turns_and_stages_and_name_nobody(visitor: Visitor) -> None:
    before = await samples(visitor.client)
    await visitor.send("my name is Josephine")
    await visitor.client.get("/api/v1/topics/Josephine")
    await visitor.client.request("JOSEPHINE", "/")
    after = await samples(visitor.client)

    def grew(name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return after.get(key, 0) - before.get(key, 0)

    assert grew("pumptalk_turns_total", protocol="api", kind="answer") == 1
    route = "/api/v1/conversations/{conversation_id}/messages"
    assert grew("pumptalk_requests_total", method="POST", route=route, status="200") == 1
    assert grew("pumptalk_request_seconds_count", route=route) == 1
    assert grew("pumptalk_turns_in_flight") == 0
    for stage in ("rules", "rasa", "database"):
        assert grew("pumptalk_stage_seconds_count", stage=stage) >= 1, stage
    text = (await visitor.client.get("/metrics")).text
    for hidden in ("osephine", "JOSEPHINE", visitor.id, visitor.opened["token"]):
        assert hidden not in text


Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def samples(client: httpx.AsyncClient) -> Samples:
    response = await client.get("/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.text)
    return {(s.name, frozenset(s.labels.items())): s.value for f in families for s in f.samples}


@pytest.mark.parametrize(
    ("address", "token", "headers", "is_shown"),
    [
        ("127.0.0.1", "", {}, True),
        ("192.0.2.1", "", {}, False),
        ("127.0.0.1", "", {"X-Forwarded-For": "192.0.2.1"}, False),
        ("127.0.0.1", "", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", "secret", {}, False),
        ("192.0.2.1", "secret", {"Authorization": "Bearer secret"}, True),
        ("192.0.2.1", "secret", {"Authorization": "Bearer secreT"}, False),
        ("192.0.2.1", "secret", {"Authorization": "secre\u00fc"}, False),
    ],
)
async def test_metrics_are_for_this_machine_or_the_holder_of_the_token(
    settings: Settings, bot: FakeBot, address: str, token: str, headers: dict[str, str], is_shown: bool
) -> None:
    async with client_at(settings, bot, address, metrics_token=token) as client:
        sent = {name: value.encode("latin-1") for name, value in headers.items()}
        response = await client.get("/metrics", headers={name.encode(): value for name, value in sent.items()})
        assert response.status_code == (200 if is_shown else 404)
