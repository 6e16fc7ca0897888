"""A link that says back what it hears, text as text and bytes as bytes.

The Realtime API is spoken in text frames, so a :class:`.Link` sends nothing else. Autobahn wants
binary messages back as binary: :func:`send_binary` writes a binary frame where the link would have
written a text frame, onto the link's own stream.
"""

import anyio
from anyio.lowlevel import checkpoint

from realtime_voice.errors import RealtimeError
from realtime_voice.transport import Link
from realtime_voice.transport._frames import BINARY, encode

__all__ = ["echo_until_it_ends", "send_binary"]


async def send_binary(link: Link, data: bytes) -> None:
    """Send one binary message over the link's stream, behind what was sent before."""
    link._inbox.raise_if_ended()
    link._stream.push(encode(data, BINARY))
    await checkpoint()


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
