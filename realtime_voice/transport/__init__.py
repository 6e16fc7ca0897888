"""Moving text frames: the protocol of a transport, the WebSocket link, and a pair in memory.

What needs the HTTP libraries is imported on its first use, because those take longer to import
than all the rest; :func:`load_link` does that beside the event loop.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from realtime_voice.transport._address import (
    Address,
    ProxyAddress,
    check_ssl_context,
    is_credential,
    is_loopback,
)
from realtime_voice.transport._errors import Route, from_server_error, is_fatal, printable
from realtime_voice.transport._loading import load_link
from realtime_voice.transport._memory import MemoryTransport, memory_pair
from realtime_voice.transport._options import LinkOptions
from realtime_voice.transport._protocol import Transport
from realtime_voice.transport._secret import Secret, redacted
from realtime_voice.transport._tasks import start_detached

if TYPE_CHECKING:
    from realtime_voice.transport._dial import environment_proxy
    from realtime_voice.transport._link import Link
    from realtime_voice.transport._open import Target, open_link

__all__ = [
    "Address",
    "Link",
    "LinkOptions",
    "MemoryTransport",
    "ProxyAddress",
    "Route",
    "Secret",
    "Target",
    "Transport",
    "check_ssl_context",
    "environment_proxy",
    "from_server_error",
    "is_credential",
    "is_fatal",
    "is_loopback",
    "load_link",
    "memory_pair",
    "open_link",
    "printable",
    "redacted",
    "start_detached",
]

if not TYPE_CHECKING:
    _LAZY = {
        "Link": "_link",
        "Target": "_open",
        "environment_proxy": "_dial",
        "open_link": "_open",
    }

    def __getattr__(name: str) -> object:
        """Import a name that needs the HTTP libraries on its first use (PEP 562)."""
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
        globals()[name] = value
        return value
