"""The TLS layer speaks with OpenSSL's server, in any cut of the bytes, and says what is wrong."""

import ssl
from contextlib import suppress

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_voice.transport._tls import TlsLayer

AUTHORITY = trustme.CA()


class Server:
    """OpenSSL's server on buffers in memory."""

    def __init__(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert("here.test").configure_cert(context)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    def take(self, data: bytes) -> bytes:
        """Go on with the handshake; returns what to answer."""
        self.incoming.write(data)
        with suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        return self.outgoing.read()


def connected(*, name: str = "here.test") -> tuple[TlsLayer, Server, list[bytes]]:
    """A client's layer and a server after the handshake, and what the client wrote since."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    sent: list[bytes] = []
    layer, server = TlsLayer(context, name, below=sent.append), Server()
    done = layer.shake_hands()
    while not done:
        answer = server.take(b"".join(sent))
        sent.clear()
        # One byte at a time: half a record must wait.
        for place in range(len(answer)):
            done = layer.shake_hands(answer[place : place + 1]) or done
    tickets = server.take(b"".join(sent))
    sent.clear()
    layer.feed(memoryview(tickets), lambda _: None)
    return layer, server, sent


@settings(max_examples=25)
@given(st.lists(st.binary(min_size=1, max_size=40_000), max_size=5), st.integers(1, 50_000))
def test_what_a_server_writes_is_read_in_any_cut(messages: list[bytes], cut: int) -> None:
    """However the network cuts the records, the plain bytes come out in order, and all of them."""
    layer, server, _ = connected()
    for message in messages:
        server.tls.write(message)
    stream = server.outgoing.read()
    got = bytearray()
    for start in range(0, len(stream), cut):
        layer.feed(memoryview(bytearray(stream[start : start + cut])), got.extend)
    assert bytes(got) == b"".join(messages)
    assert not layer.ended


def test_what_we_write_is_read_by_a_server() -> None:
    """Plain bytes are not seen on the way."""
    layer, server, sent = connected()
    layer.write(b"")
    layer.write(b"secret" * 10_000)
    wire = b"".join(sent)
    assert b"secret" not in wire
    server.incoming.write(wire)
    got = b""
    while len(got) < 60_000:
        got += server.tls.read(60_000)
    assert got == b"secret" * 10_000


def test_a_goodbye_is_an_end() -> None:
    """The peer's close_notify ends the stream, after what came before it; ours reaches it."""
    layer, server, sent = connected()
    server.tls.write(b"last words")
    with pytest.raises(ssl.SSLWantReadError):
        server.tls.unwrap()
    got = bytearray()
    layer.feed(memoryview(server.outgoing.read()), got.extend)
    assert bytes(got) == b"last words"
    assert layer.ended
    layer.say_goodbye()
    assert sent


def test_damage_is_an_error_after_what_came_before_it() -> None:
    """A record that was changed on the way raises, and nothing of it is handed on."""
    layer, server, _ = connected()
    server.tls.write(b"good")
    good = server.outgoing.read()
    server.tls.write(b"changed")
    bad = bytearray(server.outgoing.read())
    bad[-1] ^= 1
    got = bytearray()
    with pytest.raises(ssl.SSLError):
        layer.feed(memoryview(good + bad), got.extend)
    assert bytes(got) == b"good"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH\r\n"])
def test_a_server_without_tls_is_found_out_at_once(answer: bytes) -> None:
    """Bytes that are no record are not waited for."""
    layer = TlsLayer(ssl.create_default_context(), "here.test", below=lambda _: None)
    assert not layer.shake_hands()
    with pytest.raises(ssl.SSLError, match=r"(?i)wrong.version|record"):
        layer.shake_hands(answer)


def test_a_wrong_name_is_refused() -> None:
    """The certificate must be for the host that was asked for."""
    with pytest.raises(ssl.SSLCertVerificationError, match=r"other\.test"):
        connected(name="other.test")
