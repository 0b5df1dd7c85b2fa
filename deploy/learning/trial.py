"""Trains and examines in a process of the bot's environment, and tells how far that is."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.ensure_model import BOT_PYTHON
from knowledge.paths import ROOT

_STEP = "step: "
_LAST_LINES = 5
# Rasa's progress bars are one line of any length.
_LONGEST_LINE = 1 << 24


class TrialFailedError(Exception):
    """The process ended with a fault; the message is what it said last."""


@dataclass(frozen=True)
class Tried:
    """The new model's file, its figures, and those of the model in use."""

    model: Path
    new: dict[str, Any]
    present: dict[str, Any]


async def tried(
    nlu: Path, messages: Path, out: Path, present: Path | None, step: Callable[[str], Awaitable[None]]
) -> Tried:
    """Train on a folder of questions and examine. Raises TrialFailedError."""
    command: list[str | Path] = [BOT_PYTHON, "-m", "bot.trial", "--nlu", nlu, "--messages", messages, "--out", out]
    command += ["--present", present] if present else []
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=_LONGEST_LINE,
    )
    assert process.stdout
    try:
        last: list[str] = []
        async for raw in process.stdout:
            line = raw.decode(errors="replace").strip()
            if line.startswith(_STEP):
                await step(line.removeprefix(_STEP))
            elif line:
                last = [*last, line][-_LAST_LINES:]
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0:
        raise TrialFailedError("\n".join(last))
    figures = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    return Tried(out / figures["new"]["model"], figures["new"], figures["present"])
