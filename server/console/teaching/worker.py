"""Starts the process that carries a run of learning out: `python -m deploy.learn`, beside the server and not in it."""

import asyncio
import logging
import sys

from server.console.teaching.runs import Runs
from server.db import Database
from server.settings import ROOT

logger = logging.getLogger(__name__)

_LOG = ROOT / "var" / "log" / "learn.log"


async def carry_out(database: Database, run_id: str) -> None:
    """Start the process of a run and wait for its end; a run that it could not end is marked as failed."""
    _LOG.parent.mkdir(parents=True, exist_ok=True)
    with _LOG.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.learn", "--run", run_id), cwd=ROOT, stdout=log, stderr=log
        )
    code = await process.wait()
    if code == 0:
        return
    logger.error("learning ended by a fault", extra={"fields": {"run": run_id, "code": code}})
    async with database.session() as session:
        runs = Runs(session)
        run = await runs.find(run_id)
        if run and run.state == "running":
            await runs.finish(run_id, "failed", [f"Its process ended with code {code}; var/log/learn.log says why."])
