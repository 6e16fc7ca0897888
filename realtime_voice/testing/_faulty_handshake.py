"""Faults of the handshake on a socket: answers that never come, break off, refuse or lie."""

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import anyio
import orjson
from anyio.abc import ByteStream

from realtime_voice.testing._sockets import GONE, end_stream
from realtime_voice.testing.faults import (
    BadUpgrade,
    DropHandshake,
    Fault,
    GarbageAnswer,
    NeverAnswer,
    Refuse,
)
from realtime_voice.testing.faults._bytes import bad_upgrade

__all__ = [
    "NoUpgrade",
    "fail_handshake",
    "first_of",
    "no_upgrade",
    "refusal_body",
    "upgrade_answer",
]

_Fault = TypeVar("_Fault")

_READ_SIZE = 65_536
_PACES_PER_S = 50
_LINGER_S = 1.0

NoUpgrade: TypeAlias = NeverAnswer | DropHandshake | GarbageAnswer | Refuse
"""Faults after which there is no connection."""


def first_of(faults: Sequence[Fault], kind: type[_Fault]) -> _Fault | None:
    """Return the first fault of a class.

    Args:
        faults: Faults of the connection.
        kind: The class.
    """
    return next((fault for fault in faults if isinstance(fault, kind)), None)


def no_upgrade(faults: Sequence[Fault]) -> NoUpgrade | None:
    """Return the first fault that lets no connection come up.

    Args:
        faults: Faults of the connection.
    """
    return next((fault for fault in faults if isinstance(fault, NoUpgrade)), None)


def upgrade_answer(answer: bytes, faults: Sequence[Fault]) -> bytes:
    """Spoil the answer with status 101 as the faults want it.

    Args:
        answer: The answer as it should be.
        faults: Faults of the connection.
    """
    for fault in faults:
        if isinstance(fault, BadUpgrade):
            answer = bad_upgrade(answer, fault)
    return answer


def refusal_body(fault: Refuse) -> bytes:
    """Return the body of a refusal over HTTP."""
    if fault.body is not None:
        return fault.body
    error = {
        "type": "invalid_request_error",
        "code": fault.code,
        "message": fault.message,
        "param": None,
    }
    return orjson.dumps({"error": error})


async def fail_handshake(stream: ByteStream, fault: NoUpgrade) -> None:
    """Answer a request as a fault wants it; never raises for what the client does.

    Args:
        stream: The connection.
        fault: What goes wrong.
    """
    try:
        match fault:
            case NeverAnswer():
                while True:
                    await stream.receive(_READ_SIZE)
            case DropHandshake():
                await end_stream(stream, fault.how)
            case GarbageAnswer():
                await stream.send(fault.data)
                await end_stream(stream, "fin")
            case Refuse():
                await _refuse(stream, fault)
                await end_stream(stream, "fin")
        with anyio.move_on_after(_LINGER_S):
            while True:
                await stream.receive(_READ_SIZE)
    except GONE:
        return


async def _refuse(stream: ByteStream, fault: Refuse) -> None:
    body = refusal_body(fault)
    headers = {"content-type": "application/json", "connection": "close"}
    if not fault.endless:
        headers["content-length"] = str(len(body))
    headers.update({name.lower(): value for name, value in fault.headers.items()})
    # By hand: no library would send a length that is wrong, or a body behind a 204.
    lines = [f"HTTP/1.1 {fault.status} ", *(f"{name}: {value}" for name, value in headers.items())]
    await stream.send("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))
    if fault.endless:
        body = (body or b" ") * max(1, _READ_SIZE // (len(body) or 1))
    while True:
        if fault.bytes_per_s is None:
            await stream.send(body)
        else:
            size = max(1, int(fault.bytes_per_s / _PACES_PER_S))
            for start in range(0, len(body), size):
                piece = body[start : start + size]
                await stream.send(piece)
                await anyio.sleep(len(piece) / fault.bytes_per_s)
        if not fault.endless:
            return
