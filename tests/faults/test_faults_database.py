"""Faults of the database: stopped, restarted, its disk full."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGQUIT

import parts
import pytest
import real_postgres
from conftest import OpenStage, Stage
from real_postgres import Postgres
from traffic import Load

pytestmark = pytest.mark.asyncio

_DOWN_SECONDS = 30
_VISITORS = 6


async def load_on(stage: Stage, servers: int) -> Load:
    """Visitors who talk to these servers."""
    rasa = parts.fake_rasa(stage.folder)
    await stage.start(rasa, path="/webhooks/rest/")
    started = await stage.servers(servers, rasa.url)
    return Load([await stage.arrive(*started) for _ in range(_VISITORS)])


async def test_postgresql_is_down_for_30_s(on_postgres: Stage, postgres: Postgres) -> None:
    async with await load_on(on_postgres, servers=2) as load:
        await load.go_on(50)
        postgres.stop()
        await asyncio.sleep(_DOWN_SECONDS)
        postgres.start()
        await load.go_on(50)
    tally = await on_postgres.verdict("PostgreSQL stopped 30 s under load")
    assert tally.longest < _DOWN_SECONDS + 15
    assert 503 in on_postgres.told.statuses
    assert 500 not in on_postgres.told.statuses


@pytest.mark.quick
async def test_postgresql_restarts(on_postgres: Stage, postgres: Postgres) -> None:
    async with await load_on(on_postgres, servers=2) as load:
        for how in (SIGQUIT, None):
            await load.go_on(30)
            postgres.stop(how) if how else postgres.stop()
            postgres.start()
        await load.go_on(30)
    await on_postgres.verdict("PostgreSQL crashes, restarts (stale pool)")
    assert 500 not in on_postgres.told.statuses


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of that size."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "pumptalk", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk needs the right to mount a tmpfs (root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no room on a disk; returns the file to delete."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


@pytest.mark.quick
async def test_the_disk_of_sqlite_is_full(stage_on: OpenStage, tmp_path: Path) -> None:
    # Room for the log and for the file beside it, which SQLite lets grow to 4 MB before it is written back.
    with small_disk(tmp_path / "disk", megabytes=12) as disk:
        stage = await stage_on(f"sqlite:///{disk / 'log.db'}")
        async with await load_on(stage, servers=1) as load:
            await load.go_on(20)
            ballast = fill(disk)
            while 503 not in stage.told.statuses:
                await asyncio.sleep(0.1)
            ballast.unlink()
            await load.go_on(20)
        await stage.verdict("disk full (SQLite)")
        assert 500 not in stage.told.statuses
        stage.started[-1].kill()


async def test_the_disk_of_postgresql_is_full(stage_on: OpenStage, tmp_path: Path) -> None:
    if not real_postgres.is_installed():
        pytest.skip(real_postgres.ABSENT)
    # Not under pytest's own folder, which only its owner may enter.
    folder = Path(f"/tmp/pumptalk-disk-{os.getpid()}")
    with small_disk(folder, megabytes=128) as disk, real_postgres.postgres(disk, durable=True) as postgres:
        postgres.psql("CREATE DATABASE log")
        stage = await stage_on(postgres.url("log"))
        async with await load_on(stage, servers=1) as load:
            await load.go_on(20)
            ballast = fill(disk)
            while 503 not in stage.told.statuses:
                await asyncio.sleep(0.1)
            ballast.unlink()
            if not postgres.is_up():
                postgres.stop()
                postgres.start()  # as systemd or Kubernetes does
            await load.go_on(20)
        await stage.verdict("disk full (PostgreSQL)")
        stage.started[-1].kill()
    shutil.rmtree(folder)
