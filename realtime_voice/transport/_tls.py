"""TLS between a socket's bytes and ours: OpenSSL on buffers in memory, for streams that call back.

The event loops' own TLS keeps several hundred kilobytes for each connection, and hides how much of
what was written has left. Knows no sockets and no event loop; nothing here waits.
"""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

__all__ = ["TlsLayer"]

_RECORD_BYTES = 16_384
_PLAIN_BYTES = 131_072
_RUN_BYTES = 8_192
_HEADER_BYTES = 5
_MAX_RECORD_BYTES = _HEADER_BYTES + _RECORD_BYTES + 2048
_TYPES = range(20, 25)
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
        self._rest = b""
        self._filled = 0
        self._plain = memoryview(bytearray(_PLAIN_BYTES)) if nested else _shared.plain
        self.ssl_object = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_hostname
        )
        """For whoever asks about certificates and protocols."""
        self._encrypt, self._encrypted = self.ssl_object.write, self._outgoing.read
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
        for records in self._whole_records(memoryview(data)):
            self._incoming.write(records)
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
        self._filled = 0
        try:
            self._read(take)
            for records in self._whole_records(data):
                self._incoming.write(records)
                self._read(take)
        finally:
            if self._filled:
                take(self._plain[: self._filled])
        if self._held:
            held, self._held = self._held, []
            for one in held:
                self.write(one)
        self._flush()

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt what goes out.

        Args:
            data: Plain bytes.

        Returns:
            What to hand to the network, in order; empty while the peer has to be heard first.

        Raises:
            ssl.SSLError: Nothing more can be written.
        """
        if self._held or not data:
            self._held += [data] if data else []
            return b""
        try:
            self._encrypt(data)
        except ssl.SSLWantReadError:
            self._held.append(data)
        return self._encrypted()

    def write(self, data: bytes) -> None:
        """Encrypt and hand on; see :meth:`encrypt`."""
        if encrypted := self.encrypt(data):
            self._below(encrypted)

    def say_goodbye(self) -> None:
        """Tell the peer that nothing more comes; does not wait for an answer."""
        with suppress(ssl.SSLError):
            self.ssl_object.unwrap()
        self._flush()

    def _whole_records(self, data: memoryview) -> Iterator[memoryview]:
        """Cut what came into runs of whole records; the rest waits for what comes next.

        OpenSSL could wait itself, but to be told so costs more than to decrypt a record; and a
        memory BIO never gives back what it once needed, so the runs are short.
        """
        if self._rest:
            data, self._rest = memoryview(b"".join((self._rest, data))), b""
        start, end = 0, len(data)
        while start < end:
            stop = start
            while end - stop >= _HEADER_BYTES:
                size = _HEADER_BYTES + (data[stop + 3] << 8 | data[stop + 4])
                if data[stop] not in _TYPES or size > _MAX_RECORD_BYTES:
                    # No TLS: OpenSSL shall say so.
                    size = end - stop
                if stop + size > end or (stop > start and stop + size > start + _RUN_BYTES):
                    break
                stop += size
            if stop == start:
                self._rest = bytes(data[start:])
                return
            yield data[start:stop]
            start = stop

    def _read(self, take: Take) -> None:
        """Read all that is there, and hand on what fills the room."""
        # The types know only the form without a buffer, which returns bytes.
        read: Any = self.ssl_object.read
        incoming, pending, plain = self._incoming, self.ssl_object.pending, self._plain
        try:
            while incoming.pending or pending():
                count: int = read(_PLAIN_BYTES - self._filled, plain[self._filled :])
                if not count:
                    self.ended = True
                    break
                self._filled += count
                if self._filled > _PLAIN_BYTES - _RECORD_BYTES:
                    take(plain[: self._filled])
                    self._filled = 0
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.ended = True

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._below(self._outgoing.read())
