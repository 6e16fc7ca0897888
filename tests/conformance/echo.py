"""A link that says back what it hears, text as text and bytes as bytes.

The Realtime API is spoken in text frames, so a :class:`.Link` sends nothing else. Autobahn wants
binary messages back as binary: :func:`send_binary` hands the link a binary frame where it would
have made a text frame itself, and everything after that is the link's own way out.
"""

import anyio

from realtime_voice.errors import RealtimeError
from realtime_voice.transport import Link
from realtime_voice.transport._link import _Outgoing

__all__ = ["echo_until_it_ends", "send_binary"]


async def send_binary(link: Link, data: bytes) -> None:
    """Send one binary message through the link's queue."""
    link._inbox.raise_if_ended()
    outgoing = _Outgoing(bytes(link._codec._protocol.send_data(data, fin=True)))
    link._queue.append(outgoing)
    link._work.set()
    await outgoing.settled.wait()


async def echo_until_it_ends(link: Link, *, limit_s: float) -> RealtimeError:
    """Echo every message.

    Args:
        link: An open link.
        limit_s: Seconds for all of it.

    Returns:
        How the link ended.

    Raises:
        TimeoutError: It has not ended in time.
    """
    with anyio.fail_after(limit_s):
        try:
            while True:
                message = await link.receive()
                if isinstance(message, str):
                    await link.send(message)
                else:
                    await send_binary(link, message)
        except RealtimeError as exc:
            return exc
