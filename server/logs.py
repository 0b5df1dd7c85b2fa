"""Structured logs: one JSON object a line, with the request's id and never with what a visitor wrote."""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id of the request being handled; empty outside of one."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    """Name the request that the current task handles."""
    _request_id.set(value)


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON line; `extra={"fields": {...}}` adds fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": current_request_id(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["stack"] = stack_of(record.exc_info[1])
        return json.dumps(line, default=str)


def stack_of(error: BaseException) -> str:
    """The stack trace of an error and its causes, with types but without their messages.

    A message may quote what a visitor wrote (pydantic and the database drivers do), and no log may hold that.
    """
    frames = _frames(error.__traceback__) + type(error).__qualname__
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{stack_of(cause)}\nthen\n{frames}" if cause else frames


def _frames(trace: TracebackType | None) -> str:
    return "".join(traceback.format_tb(trace))


def configure_logging(stream: TextIO = sys.stdout) -> None:
    """Send every logger of the process through the JSON formatter."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("aiohttp", "httpx", "httpcore", "aiosqlite", "sqlalchemy"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
