"""What the package writes to its log while a block runs."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["logged"]


class _Lines(logging.Handler):
    """Collects lines."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def logged(level: int = logging.DEBUG) -> Generator[list[str]]:
    """Collect the lines of the package's log.

    Args:
        level: The lowest level that counts.
    """
    handler, logger = _Lines(), logging.getLogger("realtime_voice")
    before = logger.level
    handler.setLevel(level)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
