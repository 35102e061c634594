"""Structured logs: one JSON object a line, without personal data and keys.

The rule that keeps them clean: a log line names routes, statuses, key ids, internal ids and durations; never
a path as it was called, never a body, never an exception's message (a database's message quotes the row).
What slips through nevertheless and has the form of a key is blotted out here.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, TextIO

import orjson
import structlog

from gateway.settings import Settings

_KEY = re.compile(r"o2o_[a-z0-9]{4,}_[A-Za-z0-9_-]{8,}")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Set up logging for this process; libraries' own loggers speak from warning on, without tracebacks."""
    level = _LEVELS[settings.log_level]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            frames_only,
            without_keys,
            _json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = _Handed()
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)


def bound() -> Any:
    """The logger as it is configured now; making one for every line costs more than writing the line."""
    return _bound(structlog.get_config()["logger_factory"])


@lru_cache(maxsize=1)
def _bound(_configured: Any) -> Any:
    return structlog.get_logger().bind()


def frames_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Replace an exception by its class and where it came from; its message may quote a shopper's data."""
    error = event.pop("error", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        event["cause"] = type(error.__cause__).__qualname__ if error.__cause__ is not None else None
        event["frames"] = [
            f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    elif error is not None:
        event["error"] = error
    return event


def without_keys(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Blot out whatever has the form of an API key."""
    for name, value in event.items():
        if isinstance(value, str) and "o2o_" in value:
            event[name] = _KEY.sub("o2o_***", value)
    return event


def _json(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    return orjson.dumps(dict(event), default=str).decode()


class _Handed(logging.Handler):
    """Hands a library's record over to structlog: its template only, for its arguments may be anything."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            record.levelno,
            "library",
            library=record.name,
            template=str(record.msg)[:200],
            error=record.exc_info[1] if record.exc_info else None,
        )
