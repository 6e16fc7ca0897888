"""All faults under one name, and which connection gets which. Data only."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

from realtime_voice.errors import ConfigError
from realtime_voice.testing.faults._handshake import (
    BadUpgrade,
    DropHandshake,
    GarbageAnswer,
    NeverAnswer,
    NoSession,
    Refuse,
    RefuseSession,
    RejectUpdate,
    SessionWithUpgrade,
    TrickleUpgrade,
)
from realtime_voice.testing.faults._messages import (
    BigMessage,
    EndlessMessage,
    Expire,
    Flood,
    OddEvent,
    Repeat,
    SendBinary,
    SendText,
)
from realtime_voice.testing.faults._triggers import OnClose
from realtime_voice.testing.faults._wire import (
    Breach,
    Close,
    Cut,
    GoSilent,
    IgnoreClose,
    OversizedHeader,
    PingEvery,
    SendPong,
    SendRaw,
    SlowWriting,
    StopReading,
)

__all__ = [
    "Fault",
    "FaultPlan",
    "HandshakeFault",
    "LiveFault",
    "TimedFault",
    "require_faults",
    "require_in_process",
]

HandshakeFault: TypeAlias = (
    NeverAnswer
    | DropHandshake
    | GarbageAnswer
    | Refuse
    | BadUpgrade
    | SessionWithUpgrade
    | TrickleUpgrade
    | RefuseSession
    | NoSession
    | RejectUpdate
)
"""A fault of connecting."""

TimedFault: TypeAlias = (
    Cut
    | StopReading
    | GoSilent
    | PingEvery
    | SendPong
    | Close
    | SlowWriting
    | Breach
    | OversizedHeader
    | SendRaw
    | SendText
    | SendBinary
    | OddEvent
    | Repeat
    | Flood
    | BigMessage
    | EndlessMessage
    | Expire
)
"""A fault of a living connection that strikes at some time."""

LiveFault: TypeAlias = TimedFault | IgnoreClose
"""A fault of a living connection."""

Fault: TypeAlias = HandshakeFault | LiveFault
"""One way in which a server or a line misbehaves."""

FaultPlan: TypeAlias = Sequence[Fault] | Callable[[int], Sequence[Fault]]
"""The faults of every connection, or a function from a connection's number (1 is the first) to its
faults. Faults that strike at the same time do so in their order."""


def require_faults(faults: object) -> Sequence[Fault]:
    """Check that a user gave faults, and not a class, a lone fault or nothing.

    Args:
        faults: Faults of one connection.

    Raises:
        ConfigError: It is no sequence, or something in it is no fault.
    """
    if not isinstance(faults, Sequence) or isinstance(faults, str):
        raise ConfigError(
            f"faults must be a sequence such as [Cut()], not {faults!r}",
            field="faults",
            value=faults,
        )
    for fault in cast("Sequence[object]", faults):
        if not isinstance(fault, Fault):
            hint = f"; did you mean {fault.__name__}(...)?" if isinstance(fault, type) else ""
            raise ConfigError(
                f"every fault must be one of {__package__}, not {fault!r}{hint}",
                field="faults",
                value=fault,
            )
    return tuple(cast("Sequence[Fault]", faults))


def require_in_process(faults: Sequence[Fault]) -> None:
    """Check that faults can be had without a socket.

    Args:
        faults: Faults of one connection.

    Raises:
        ConfigError: One needs a socket; it is named.
    """
    for fault in faults:
        if (name := _needs_socket(fault)) is not None:
            raise ConfigError(
                f"{name} needs a socket: use client() instead of in_process_client()",
                field="faults",
                value=fault,
            )


def _needs_socket(fault: Fault) -> str | None:
    """The name of what cannot be had in process, if there is something."""
    name = type(fault).__name__
    match fault:
        case BigMessage(fragment_bytes=int()):
            return f"{name}(fragment_bytes=...)"
        case Refuse(endless=True):
            return f"{name}(endless=...)"
        case Refuse(bytes_per_s=float() | int()):
            return f"{name}(bytes_per_s=...)"
        case _ if isinstance(getattr(fault, "when", None), OnClose):
            return f"{name}(when=OnClose())"
        case _:
            return None if fault.in_process else name
