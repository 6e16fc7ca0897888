"""Moving text frames: the protocol of a transport, the WebSocket link, and a pair in memory."""

from realtime_voice.transport._dial import check_ssl_context, is_loopback
from realtime_voice.transport._errors import Route, from_server_error, is_fatal
from realtime_voice.transport._link import Link, LinkOptions
from realtime_voice.transport._memory import MemoryTransport, memory_pair
from realtime_voice.transport._open import Target, open_link
from realtime_voice.transport._protocol import Transport
from realtime_voice.transport._secret import Secret
from realtime_voice.transport._tasks import start_detached

__all__ = [
    "Link",
    "LinkOptions",
    "MemoryTransport",
    "Route",
    "Secret",
    "Target",
    "Transport",
    "check_ssl_context",
    "from_server_error",
    "is_fatal",
    "is_loopback",
    "memory_pair",
    "open_link",
    "start_detached",
]
