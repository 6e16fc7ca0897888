"""What a check says: this must be so, this call must fail like that, this must take no longer."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio

__all__ = ["NotHere", "Unmet", "expect", "expect_error", "expect_failure", "within"]


class NotHere(Exception):
    """The case cannot be run on this machine; the message says why."""


class Unmet(Exception):
    """Something else happened than must; the message says what."""


def expect(is_so: bool, otherwise: str) -> None:  # noqa: FBT001 - reads like assert
    """Make sure of something.

    Args:
        is_so: What must be true.
        otherwise: What happened if it is not.

    Raises:
        Unmet: It is not so.
    """
    if not is_so:
        raise Unmet(otherwise)


def expect_error(
    error: BaseException, kind: type[BaseException], /, *, told: str = "", **fields: object
) -> None:
    """Make sure that an error is exactly this one.

    Args:
        error: What was raised.
        kind: Its class; no subclass will do, nor a group.
        told: What its message must say somewhere.
        **fields: Attributes with their values.

    Raises:
        Unmet: It is another one.
    """
    expect(type(error) is kind, f"{_shown(error)} instead of {kind.__name__}")
    wrong: Mapping[str, Any] = {
        name: getattr(error, name, "missing")
        for name, value in fields.items()
        if getattr(error, name, "missing") != value
    }
    expect(not wrong, f"{_shown(error)} has {wrong}, not {_only(fields, wrong)}")
    expect(told in str(error), f"{_shown(error)} does not tell of {told!r}")


async def expect_failure(
    call: Awaitable[object],
    kind: type[BaseException],
    /,
    *,
    told: str = "",
    **fields: object,
) -> BaseException:
    """Make sure that a call fails with exactly this error.

    Args:
        call: What to await.
        kind: Class of the error.
        told: What its message must say somewhere.
        **fields: Attributes with their values.

    Returns:
        The error, for a closer look.

    Raises:
        Unmet: It returned, or raised something else.
    """
    try:
        value = await call
    except Exception as exc:  # noqa: BLE001 - any other error is a finding
        expect_error(exc, kind, told=told, **fields)
        return exc
    raise Unmet(f"no {kind.__name__}: it returned {type(value).__name__}")


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncGenerator[None]:
    """Make sure that a block takes no longer than it may; a block that hangs is cancelled.

    Args:
        seconds: How long it may take.
        what: What it does, in words.

    Raises:
        Unmet: It took longer.
    """
    began = anyio.current_time()
    with anyio.move_on_after(seconds + 0.5):
        yield
    took = anyio.current_time() - began
    expect(took <= seconds, f"{what} took {took:.1f} s, not {seconds:g} s")


def _shown(error: BaseException) -> str:
    return f"{type(error).__name__}({str(error)[:160]!r})"


def _only(fields: Mapping[str, object], names: Mapping[str, object]) -> dict[str, object]:
    return {name: fields[name] for name in names}
