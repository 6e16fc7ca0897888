"""Where a key must not show: in what an exception says, holds, and gives to a traceback."""

import traceback

from realtime_voice.testing.faults.matrix._expect import expect

__all__ = ["expect_no_secret"]


def expect_no_secret(error: BaseException, secret: str) -> None:
    """Look for a secret in all that an exception shows.

    Args:
        error: What was raised.
        secret: What must not be seen.

    Raises:
        Unmet: It can be seen.
    """
    places = {
        "its message": str(error),
        "its repr": repr(error),
        "its fields": repr(vars(error)),
        "its traceback with locals": _with_locals(error),
    }
    for place, text in places.items():
        expect(secret not in text, f"the key shows in {type(error).__name__}: {place}")


def _with_locals(error: BaseException) -> str:
    """The traceback below the check: the check's own frames know the key."""
    below = [
        frame
        for frame in traceback.TracebackException.from_exception(error, capture_locals=True).stack
        if "/faults/matrix/" not in frame.filename.replace("\\", "/")
    ]
    return "".join(f"{frame.name} {frame.locals}" for frame in below)
