"""What somebody in the console is told when something fails: a page, and once for all that no database takes."""

from typing import Any

import httpx
import pytest
from console_talks import Member, Talks
from fastapi import FastAPI
from server_fakes import client_of

from server.console.roles import Role

pytestmark = pytest.mark.asyncio

LIST = "/staff/conversations"


@pytest.mark.parametrize(
    ("method", "path", "status", "says", "back"),
    [
        ("GET", "/staff/nothing", 404, "There is nothing at this address", None),
        ("GET", f"{LIST}/gone", 404, "It may have been erased", LIST),
        ("GET", "/staff/accounts", 403, "An administrator can change its roles", None),
        ("GET", f"{LIST}/gone/review", 405, "use the button or the link", LIST),
        ("GET", f"{LIST}?since=tomorrow", 422, "Something is missing or cannot be read", LIST),
        ("POST", f"{LIST}/gone/tags", 422, "what you typed is still there", LIST),
        ("POST", f"{LIST}/gone/erase", 403, "Your account may not", LIST),
    ],
)
async def test_a_failure_is_told_on_a_page_with_a_way_back(
    nurse: httpx.AsyncClient, method: str, path: str, status: int, says: str, back: str | None
) -> None:
    answer = await nurse.request(method, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert says in answer.text and answer.headers["X-Request-ID"] in answer.text
    assert "/staff/assets/console.css" in answer.text and 'href="/staff"' in answer.text
    assert back is None or f'class="button" href="{back}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    asked = await nurse.request(method, path, headers={"Accept": "application/json"})
    assert (asked.status_code, asked.headers["Content-Type"]) == (status, "application/problem+json")


async def test_also_what_is_refused_before_the_console_is_told_on_a_page(nurse: httpx.AsyncClient) -> None:
    answer = await nurse.post(f"{LIST}/x/notes", content=b"text=" + b"a" * 1_000_000)
    assert (answer.status_code, "That is too long" in answer.text) == (413, True)
    answer = await nurse.post(f"{LIST}/x/notes", data={"text": "a"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, "another site&#39;s page" in answer.text) == (403, True)


async def test_a_fault_of_ours_is_told_on_a_page(
    app: FastAPI, nurse: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("server.console.inbox.routes_list.listing", broken)
    answer = await nurse.get(LIST)
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert "Something went wrong" in answer.text and answer.headers["X-Request-ID"] in answer.text


async def test_a_form_without_a_session_leads_to_the_sign_in_by_a_page(app: FastAPI) -> None:
    async with client_of(app) as stranger:
        stranger.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        answer = await stranger.post(f"{LIST}/x/notes", data={"text": "a"})
    assert (answer.status_code, "You are not signed in" in answer.text) == (401, True)


async def test_beyond_the_console_failures_stay_problems(client: httpx.AsyncClient) -> None:
    for path in ("/staffroom", "/api/v1/nothing"):
        answer = await client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


_MULTIPART = "multipart/form-data; boundary=b"
_FIELD = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n--b--\r\n'


@pytest.mark.both_databases
async def test_what_no_database_takes_is_refused_everywhere(member: Member, talks: Talks) -> None:
    manager = await member(Role.MANAGER)
    talk = f"{LIST}/{await talks.answered('can I swim')}"
    for address in (
        *(f"{LIST}?{name}=a%00b" for name in ("q", "tag", "topic", "assignee", "said", "before", "unknown")),
        *(f"/staff/{path}" for path in ("trail?who=%00", "answers/%00", "teaching/turns/%00", "assets/%00")),
        f"{LIST}/a%00b",
        "/staff/sign-in?next=%00",
    ):
        answer = await manager.get(address)
        assert (answer.status_code, "Please type the text anew" in answer.text) == (422, True), address
    forms = {
        f"{talk}/notes": "text",
        f"{talk}/tags": "tag",
        f"{talk}/assign": "assignee",
        f"{talk}/erase": "reason",
        f"{LIST}/views": "name",
        "/staff/red-flags/x": "note",
        "/staff/teaching": "question",
        "/staff/answers/battery_life/sign-off": "note",
        "/staff/me/password": "password",
        "/staff/sign-in": "email",
        "/staff/sign-out": "unasked",
    }
    for path, name in forms.items():
        url_encoded = await manager.post(path, data={name: "a\0b"})
        multipart = await manager.post(path, content=_FIELD.format(name, "a\0b"), headers={"Content-Type": _MULTIPART})
        named = await manager.post(path, data={"a\0b": "a"})
        # A form may name a character set of its own, in which half a character can be written.
        half = await manager.post(
            path,
            content=_FIELD.format(name, "\\ud800"),
            headers={"Content-Type": f"{_MULTIPART}; charset=unicode_escape"},
        )
        for answer in (url_encoded, multipart, named, half):
            assert (answer.status_code, "Please type the text anew" in answer.text) == (422, True), path
