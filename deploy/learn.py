"""Teach the bot what managers accepted, examine it, and let it serve only if nothing important got worse.

    python -m deploy.learn [--back] [--run ID]

`make learn` calls it, and so does the console's button, with the run that it has begun. `--back` puts the model before
in use again. Ends with 1 if nothing could be done, 0 otherwise, whichever model serves afterwards.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable

from deploy.learning.run import Learner
from server.console.staff import Staff
from server.console.teaching.models import LearnRun, RunKind
from server.console.teaching.runs import Runs
from server.db import Database
from server.settings import load_settings

_BY_COMMAND = Staff("command", "command line", "Command line", frozenset())


def main() -> int:
    """The command. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--back", action="store_true", help="put the model before in use again")
    parser.add_argument("--run", help="a run that was begun already")
    args = parser.parse_args()
    return asyncio.run(_carry_out(args.run, "back" if args.back else "learn"))


async def _carry_out(run_id: str | None, kind: RunKind) -> int:
    database = Database(load_settings().database_url)
    try:
        run = await _begun(database, run_id, kind)
        if run is None:
            print("The bot is being taught already; see the console, or try again later.", file=sys.stderr)
            return 1
        learner = Learner(database, run.id, _clocked(time.monotonic()))
        await (learner.learn() if run.kind == "learn" else learner.go_back())
        async with database.session() as session:
            ended = await Runs(session).find(run.id)
        return 0 if ended and ended.state != "failed" else 1
    finally:
        await database.close()


def _clocked(started: float) -> Callable[[str], None]:
    """Prints each step with the seconds since the start."""
    return lambda step: print(f"{time.monotonic() - started:4.0f} s  {step}", flush=True)


async def _begun(database: Database, run_id: str | None, kind: RunKind) -> LearnRun | None:
    """The run to carry out: the one that was begun, or a new one; None if another is going on."""
    async with database.session() as session:
        run_id = run_id or await Runs(session).start(kind, _BY_COMMAND)
    async with database.session() as session:
        return await Runs(session).find(run_id) if run_id else None


if __name__ == "__main__":
    sys.exit(main())
