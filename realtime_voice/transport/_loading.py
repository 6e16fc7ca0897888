"""Import what a connection needs beside the event loop, before the first connection.

The HTTP libraries take a few tenths of a second to import; on the event loop's own thread that
would hold up every other session of the process.
"""

import threading
from importlib import import_module

import anyio.to_thread

from realtime_voice.transport._mask import prepare

__all__ = ["load_link"]

_MODULE = "realtime_voice.transport._open"
_loaded: list[object] = []


async def load_link() -> None:
    """Make :func:`.open_link` and all that it needs ready to use; at once where it is.

    What only makes it faster is not waited for: it comes while the network is waited for.
    """
    # Not a look into sys.modules: a module is there before it is whole.
    if not _loaded:
        _loaded.append(await anyio.to_thread.run_sync(_load, abandon_on_cancel=True))


def _load() -> object:
    module = import_module(_MODULE)
    threading.Thread(target=prepare, name="realtime_voice prepares").start()
    return module
