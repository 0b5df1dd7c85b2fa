"""Rasa's log holds no words of visitors, also where it tells of an error."""

import json
import subprocess
import sys

from knowledge.paths import ROOT

# What Rasa does with a message that it fails on, in a process of its own: logging is set up once for a process.
FAILING = """
import logging
from bot import private_logs
import structlog
private_logs.keep_words_out()
from rasa.utils.log_utils import configure_structlog
configure_structlog(logging.INFO)

def answer(said):
    try:
        {}[said]
    except KeyError:
        raise ValueError(said)

try:
    answer("my secret words")
except Exception:
    structlog.get_logger().exception("rest.message.received.failure", text="my secret words", sender_id="s1")
"""


def test_an_error_is_told_without_the_message() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FAILING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "secret" not in done.stdout + done.stderr
    line = json.loads(next(line for line in done.stdout.splitlines() if "failure" in line))
    assert (line["event"], line["sender_id"]) == ("rest.message.received.failure", "s1")
    assert [error["type"] for error in line["exception"]] == ["KeyError", "ValueError"]
    assert line["exception"][-1]["frames"][-1].endswith(" answer")
