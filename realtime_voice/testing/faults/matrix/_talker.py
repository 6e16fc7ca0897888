"""A program that talks to a server until it is interrupted; row 92 runs it."""

import signal
import sys
import time

import anyio

from realtime_voice.client import RealtimeClient
from realtime_voice.session import Session

__all__ = ["main"]

_TENTH = bytes(4_800)


def main(backend: str, url: str, token: str) -> None:
    """Talk for ever.

    Args:
        backend: Event loop.
        url: Address of the server.
        token: Its key.
    """
    # Whatever is started in a shell's background ignores Ctrl-C, and so do its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options = {"use_uvloop": True} if backend == "uvloop" else {}
    loop = "trio" if backend == "trio" else "asyncio"
    try:
        anyio.run(_talk, url, token, backend=loop, backend_options=options)
    finally:
        # The clock is that of the machine. What the interpreter does to end comes behind it.
        sys.stdout.write(f"{time.monotonic()}\n")


async def _talk(url: str, token: str) -> None:
    async with Session(client=RealtimeClient(token, base_url=url)) as session:
        sys.stdout.write("talking\n")
        sys.stdout.flush()
        while True:
            await session.append_audio(_TENTH)
            await anyio.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:4])
