"""Logs: structlog as JSON lines (or for a console), standard-library loggers included, secrets taken out."""

import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from chassis.settings import ServiceSettings

__all__ = ["RateLimit", "configure", "redact"]

SECRET = re.compile(
    r"secret|password|passwd|token|authorization|credential|cookie|ciphertext|private", re.IGNORECASE
)

HIDDEN = "***"


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hides the values of keys that sound like secrets, at any depth."""
    return {key: HIDDEN if SECRET.search(key) else _without_secrets(value) for key, value in event.items()}


def _without_secrets(value: Any) -> Any:
    match value:
        case Mapping():
            return {
                key: HIDDEN if SECRET.search(str(key)) else _without_secrets(inner)
                for key, inner in value.items()
            }
        case list() | tuple():
            return [_without_secrets(inner) for inner in value]
    return value


class RateLimit(logging.Filter):
    """Lets ``burst`` lines through per ``period`` seconds; the next line says how many were held back."""

    def __init__(self, *, burst: int, period: float, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._burst = burst
        self._period = period
        self._clock = clock
        self._window = float("-inf")
        self._passed = 0
        self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Called by `logging` for each line."""
        if self._clock() - self._window >= self._period:
            self._window, self._passed = self._clock(), 0
        if self._passed >= self._burst:
            self._held_back += 1
            return False
        self._passed += 1
        if self._held_back:
            record.msg = f"{record.getMessage()} ({self._held_back} more lines held back)"
            record.args = ()
            self._held_back = 0
        return True


def configure(settings: ServiceSettings, *, service: str) -> None:
    """Sends all logs of the process to stderr, each line with service and instance."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _of(service=service, instance=settings.instance),
        structlog.processors.StackInfoRenderer(),
    ]
    as_json = settings.log_format == "json"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                *([structlog.processors.format_exc_info] if as_json else []),
                structlog.processors.JSONRenderer(default=str)
                if as_json
                # The default one shows the local variables of every frame: contents of records, passwords.
                else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
            ],
        )
    )
    # aiokafka logs about ten errors a second while a broker is down.
    limit = RateLimit(burst=5, period=10)
    handler.addFilter(lambda record: limit.filter(record) if record.name.startswith("aiokafka") else True)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        cache_logger_on_first_use=False,
    )


def _of(**names: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        for name, value in names.items():
            event.setdefault(name, value)
        return event

    return add
