"""How long the console's pages take on a log of 100,000 conversations, on SQLite and on PostgreSQL.

    PYTHONPATH=.:tests python -m bench.console_pages        (`make bench-console` calls it)

The time is the server's own, from a request's arrival to the end of its answer, without a network. Writes
docs/console/page-times.md. Ends with 1 if a page takes longer than the bound.
"""

import asyncio
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import real_postgres
from sqlalchemy import select

from bench.console_data import COLUMNS, Batch, Row, Talkers
from server.console.models import StaffAccount
from server.console.roles import Role
from server.console.sessions import StaffSessions
from server.db import Database
from server.log.inbox import InboxEntry
from server.main import create_app
from server.migrate import migrate
from server.settings import ROOT, Settings, async_database_url

_CONVERSATIONS = 100_000
_AT_ONCE = 2_000
_REQUESTS = 40
_BOUND_MS = 150
_REPORT = ROOT / "docs" / "console" / "page-times.md"
_STAFF = [secrets.token_hex(16) for _ in range(5)]


class NoBot:
    """Nobody is asked anything here."""

    async def ask(self, *_: object) -> list[Any]:
        """Answer nothing."""
        return []

    async def forget(self, _: str) -> None:
        """Nothing to forget."""

    async def close(self) -> None:
        """Nothing to close."""


def main() -> int:
    """Fill, measure, print, write."""
    times: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory(prefix="pumptalk-bench-") as folder:
        for name, url in (("SQLite", f"sqlite:///{folder}/bench.db"), ("PostgreSQL", None)):
            with _database(url) as address:
                print(f"{name}: filling {_CONVERSATIONS:,} conversations ...", flush=True)
                started = time.monotonic()
                _fill(address)
                print(f"{name}: filled in {time.monotonic() - started:.0f} s", flush=True)
                for page, taken in asyncio.run(_measured(address)).items():
                    times.setdefault(page, {})[name] = taken
    report, kept = _table(times)
    print(report)
    _REPORT.write_text(_page(report), encoding="utf-8")
    return 0 if kept else 1


@contextmanager
def _database(url: str | None) -> Iterator[str]:
    if url:
        asyncio.run(migrate(async_database_url(url)))
        yield url
        return
    with real_postgres.postgres() as server:
        server.psql("CREATE DATABASE bench")
        asyncio.run(migrate(async_database_url(server.url("bench"))))
        yield server.url("bench")


def _fill(url: str) -> None:
    batches = Talkers(ROOT, _STAFF).batches(_CONVERSATIONS, _AT_ONCE)
    if url.startswith("sqlite"):
        _fill_sqlite(url.removeprefix("sqlite:///"), batches)
    else:
        _fill_postgresql(url, batches)


def _fill_sqlite(file: str, batches: Iterator[Batch]) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous = OFF")
    for batch in batches:
        for table, rows in batch.rows.items():
            names = COLUMNS[table]
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            connection.executemany(statement, [[_for_sqlite(row[name]) for name in names] for row in rows])
        connection.commit()
    connection.close()


def _for_sqlite(value: Any) -> Any:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value


def _fill_postgresql(url: str, batches: Iterator[Batch]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for batch in batches:
            for table, rows in batch.rows.items():
                _copy(connection, table, rows)
        connection.execute("VACUUM ANALYZE")  # as its own autovacuum does soon after


def _copy(connection: psycopg.Connection[Any], table: str, rows: list[Row]) -> None:
    names = COLUMNS[table]
    with connection.cursor().copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:  # type: ignore[arg-type]  # our own names
        for row in rows:
            copy.write_row([row[name] for name in names])


async def _measured(url: str) -> dict[str, list[float]]:
    settings = Settings(database_url=url, rate_limit_requests="")
    app, database = create_app(settings, NoBot()), Database(settings.database_url)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench")
    async with client:
        client.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        client.cookies.set("staff", await _session(database))
        pages = await _pages(database)
        times = {}
        for name, address in pages.items():
            times[name] = await _timed(client, address)
            print("  {:32} p50 {:4.0f} ms, p95 {:4.0f} ms".format(name, *_of(times[name])), flush=True)
    await database.close()
    return times


async def _session(database: Database) -> str:
    async with database.session() as session:
        for number, staff in enumerate(_STAFF):
            account = StaffAccount(id=staff, email=f"{number}@clinic.example", name=f"Nurse {number}", roles=[])
            account.roles, account.created_at = [Role.MANAGER], datetime.now(UTC)
            session.add(account)
        await session.flush()
        return await StaffSessions(session).start(_STAFF[0], complete=True)


async def _pages(database: Database) -> dict[str, str]:
    place = select(InboxEntry.last_at, InboxEntry.conversation_id)
    async with database.session() as session:
        half = (await session.execute(place.order_by(InboxEntry.last_at).offset(_CONVERSATIONS // 2).limit(1))).one()
        last = (await session.execute(place.order_by(InboxEntry.last_at).offset(200).limit(1))).one()
        longest = await session.scalar(select(InboxEntry.conversation_id).order_by(InboxEntry.turns.desc()).limit(1))
    month = {"since": _day(200), "until": _day(170)}
    lists: dict[str, dict[str, str]] = {
        "newest": {},
        "page in the middle": {"before": _cursor(half)},
        "last page but a few": {"before": _cursor(last)},
        "a month, half a year ago": month,
        "topic, common": {"topic": "after_procedure"},
        "topic, rare": {"topic": "worry"},
        "topic, unknown": {"topic": "nothing_has_it"},
        "could not help": {"outcome": "refused"},
        "no answer: a fault": {"outcome": "failed"},
        "unsure": {"sure": "unsure"},
        "always sure": {"sure": "sure"},
        "not reviewed": {"review": "unreviewed"},
        "reviewed": {"review": "reviewed"},
        "red flag": {"red_flag": "any"},
        "red flag waiting": {"red_flag": "waiting"},
        "thumbs up": {"thumbs": "up"},
        "thumbs down": {"thumbs": "down"},
        "call-back waiting": {"call_back": "waiting"},
        "call-back asked": {"call_back": "any"},
        "other language": {"language": "other"},
        "tag": {"tag": "tag 7"},
        "mine": {"assignee": "me"},
        "nobody's": {"assignee": "nobody"},
        "reviewed by one": {"reviewer": _STAFF[1]},
        "three filters": {"sure": "unsure", "review": "unreviewed", "thumbs": "down"},
        "filters that nothing passes": {"outcome": "failed", "language": "other", "thumbs": "down", "sure": "sure"},
        "search, a rare word": {"q": "marathon"},
        "search, a common word": {"q": "pump"},
        "search, a phrase": {"q": '"how long"'},
        "search, four words": {"q": "pump battery last years"},
        "search, nothing": {"q": "zzzzz"},
        "search in a month": {"q": "battery", **month},
        "search and filters": {"q": "pump", "sure": "unsure", "review": "unreviewed"},
    }
    pages = {f"list: {name}": _address("/staff/conversations", query) for name, query in lists.items()}
    news = {"after": _cursor(half)}
    return {
        **pages,
        "live news": _address("/staff/conversations/news", news),
        "live news, filtered": _address("/staff/conversations/news", {**news, "sure": "unsure", "thumbs": "down"}),
        "conversation": f"/staff/conversations/{half.conversation_id}",
        "conversation, the longest": f"/staff/conversations/{longest}",
        "red flags": "/staff/red-flags",
        "red flags: the count": "/staff/red-flags/count",
    }


def _day(days_ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).date().isoformat()


def _cursor(row: Any) -> str:
    return f"{row.last_at.isoformat()}~{row.conversation_id}"


def _address(path: str, query: dict[str, str]) -> str:
    return f"{path}?{'&'.join(f'{name}={quote(value)}' for name, value in query.items())}"


async def _timed(client: httpx.AsyncClient, address: str) -> list[float]:
    taken = []
    for _ in range(_REQUESTS + 2):
        started = time.perf_counter()
        response = await client.get(address)
        taken.append((time.perf_counter() - started) * 1000)
        if response.status_code != httpx.codes.OK:
            raise RuntimeError(f"{address}: {response.status_code} {response.text[:300]}")
    return taken[2:]  # the first two fill caches, as any visit before does


def _table(times: dict[str, dict[str, list[float]]]) -> tuple[str, bool]:
    names = ("SQLite", "PostgreSQL")
    lines = ["| page | " + " | ".join(f"{n} p50, ms | p95, ms" for n in names) + " |", "|---|---:|---:|---:|---:|"]
    worst = 0.0
    for page, taken in times.items():
        cells = [_of(taken[name]) for name in names]
        worst = max(worst, *(p95 for _, p95 in cells))
        lines.append(f"| {page} | " + " | ".join(f"{p50:.0f} | {p95:.0f}" for p50, p95 in cells) + " |")
    verdict = f"\nSlowest p95: {worst:.0f} ms; bound {_BOUND_MS} ms: {'pass' if worst <= _BOUND_MS else 'FAIL'}"
    return "\n".join(lines) + "\n" + verdict, worst <= _BOUND_MS


def _of(taken: list[float]) -> tuple[float, float]:
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def _page(report: str) -> str:
    return (
        "# How long the inbox's pages take\n\n"
        f"Printed by `make bench-console`: {_CONVERSATIONS:,} conversations over a year, made of the bot's real\n"
        f"answers and training questions; {_REQUESTS} requests of each page, one by one; the server's own time,\n"
        "without a network. PostgreSQL with its default settings, without syncing to the disk.\n\n"
        f"{report}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
