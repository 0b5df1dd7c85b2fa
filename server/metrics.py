"""What the server counts and times, as `/metrics` shows it. No label ever holds anything of a visitor."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

Stage = Literal["redact", "rules", "database", "rasa"]
Protocol = Literal["api", "rest", "socketio"]

# A registry of our own, so that no library adds to it unasked.
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

# From the fastest rule to a bot's deadline.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def _counter(name: str, help_text: str, *labels: str) -> Counter:
    return Counter(f"pumptalk_{name}", help_text, labels, registry=REGISTRY)


def _gauge(name: str, help_text: str, *labels: str) -> Gauge:
    return Gauge(f"pumptalk_{name}", help_text, labels, registry=REGISTRY)


def _histogram(name: str, help_text: str, *labels: str) -> Histogram:
    return Histogram(f"pumptalk_{name}", help_text, labels, buckets=_SECONDS, registry=REGISTRY)


REQUESTS = _counter("requests", "Requests answered.", "method", "route", "status")
REQUEST_SECONDS = _histogram("request_seconds", "Time from a request's headers to the end of its answer.", "route")
TURNS = _counter("turns", "Turns answered, by protocol and the kind of the first reply.", "protocol", "kind")
TURNS_IN_FLIGHT = _gauge("turns_in_flight", "Turns being answered, or waiting for the one before.")
STAGE_SECONDS = _histogram("stage_seconds", "Time spent in a stage of a turn.", "stage")
LIMIT_HITS = _counter("limit_hits", "Messages and requests turned away, by the limit that they hit.", "limit")
LIMITS_SHARED = _gauge("limits_shared", "1 while limits are counted in Redis, 0 while this process counts alone.")
BREAKER_OPEN = _gauge("breaker_open", "1 while the circuit breaker of a bot is open.", "bot")
BOT_FAILURES = _counter("bot_failures", "Turns to which the bot gave no usable reply.")
REDACTIONS = _counter("redactions", "Identifiers taken out of messages, by class.", "entity")


def count_turn(protocol: Protocol, kind: str) -> None:
    """Count a turn that was answered, by the kind of its first reply."""
    TURNS.labels(protocol, kind).inc()


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Time a stage of a turn: `with stage("rasa"): ...`."""
    started = time.perf_counter()
    try:
        yield
    finally:
        STAGE_SECONDS.labels(name).observe(time.perf_counter() - started)
