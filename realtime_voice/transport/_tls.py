"""TLS between a socket's bytes and ours: OpenSSL on buffers in memory, for streams that call back.

The event loops' own TLS keeps several hundred kilobytes for each connection, and hides how much of
what was written has left. Knows no sockets and no event loop; nothing here waits.
"""

import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

__all__ = ["TlsLayer"]

_RECORD_BYTES = 16_384
_PLAIN_BYTES = 65_536
Take = Callable[[memoryview], None]
Put = Callable[[bytes], None]


class _Shared(threading.local):
    """Room for plain bytes, one for each thread.

    What was read is handed on before anybody else can read, so it serves all connections, except
    for one that reads while another one's bytes are being handed to it.
    """

    def __init__(self) -> None:
        self.plain = memoryview(bytearray(_PLAIN_BYTES))


_shared = _Shared()


class TlsLayer:
    """One connection's TLS, as its client.

    Args:
        context: Whom to trust.
        server_hostname: Whose certificate to ask for.
        below: Takes what goes to the network.
        nested: Whether this runs inside another layer; then it has a buffer of its own.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        server_hostname: str | None,
        *,
        below: Put,
        nested: bool = False,
    ) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._below = below
        self._held: list[bytes] = []
        self._plain = memoryview(bytearray(_PLAIN_BYTES)) if nested else _shared.plain
        self.ssl_object = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_hostname
        )
        """For whoever asks about certificates and protocols."""
        self.ended = False
        """Whether the peer has said that nothing more comes."""

    def shake_hands(self, data: bytes = b"") -> bool:
        """Go on with the handshake.

        Args:
            data: What came from the network.

        Returns:
            Whether it is complete.

        Raises:
            ssl.SSLError: It has failed; the peer has been told why.
        """
        self._incoming.write(data)
        try:
            self.ssl_object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        finally:
            self._flush()
        return True

    def feed(self, data: memoryview, take: Take) -> None:
        """Decrypt what came from the network.

        Args:
            data: Its bytes; may be empty.
            take: Gets the plain bytes, piece by piece, in a buffer that is used again.

        Raises:
            ssl.SSLError: The peer's bytes are no TLS.
        """
        start = 0
        while True:
            # A record at a time, because a memory BIO never gives back what it once needed.
            self._incoming.write(data[start : start + _RECORD_BYTES])
            start += _RECORD_BYTES
            self._read(take)
            if start >= len(data):
                break
        if self._held:
            held, self._held = self._held, []
            for one in held:
                self.write(one)
        self._flush()

    def write(self, data: bytes) -> None:
        """Encrypt and hand on.

        Args:
            data: Plain bytes.

        Raises:
            ssl.SSLError: Nothing more can be written.
        """
        if self._held or not data:
            self._held += [data] if data else []
            return
        try:
            self.ssl_object.write(data)
        except ssl.SSLWantReadError:
            self._held.append(data)
        self._flush()

    def say_goodbye(self) -> None:
        """Tell the peer that nothing more comes; does not wait for an answer."""
        with suppress(ssl.SSLError):
            self.ssl_object.unwrap()
        self._flush()

    def _read(self, take: Take) -> None:
        """Read all that is there, several records into one piece where they fit."""
        # The types know only the form without a buffer, which returns bytes.
        read: Any = self.ssl_object.read
        incoming, pending = self._incoming, self.ssl_object.pending
        filled = 0
        try:
            while incoming.pending or pending():
                count: int = read(_PLAIN_BYTES - filled, self._plain[filled:])
                if not count:
                    self.ended = True
                    break
                filled += count
                if filled > _PLAIN_BYTES - _RECORD_BYTES:
                    take(self._plain[:filled])
                    filled = 0
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.ended = True
        if filled:
            take(self._plain[:filled])

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._below(self._outgoing.read())
