"""A WebSocket server in a process of its own that believes nothing and records each frame.

It shares no code, no event loop and no interpreter with the link that it judges. What a connection
does is in the path of its address:

- ``/record?pause=P``: read slowly, in random bites with pauses of up to P s; the message ``report``
  is answered with what came.
- ``/count?gap=G&seed=S``: send numbered messages in random bursts with pauses of up to G s, until
  ``stop`` comes; the last message says how many there were.
- ``/ping?every=E&seconds=T``: ping for T seconds while sending messages, then report the delays.
- ``/message?size=B&fragments=F``: when a message has come, send an event of about B bytes in F
  frames.

``python -m tests.conformance.strict_peer`` prints its port and serves until its input ends.
"""

import base64
import hashlib
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qsl, urlsplit

from tests.conformance.tables import say

__all__ = [
    "BreachError",
    "GoneError",
    "StrictClient",
    "frame",
    "numbered",
    "read_number",
    "serving_strictly",
]

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_RECEIVE_BUFFER = 8192
"""Small, so that a slow reader is felt at once."""


# --- Messages that prove themselves ----------------------------------------------------------


def numbered(sender: int, number: int, size: int) -> str:
    """A text whose every part follows from its number, so that no damage goes unseen."""
    head = f"{sender}:{number}:{size}:"
    unit = f"{number * 2_654_435_761 % 1_000_003}ä"
    return head + (unit * (size // len(unit) + 1))[:size]


def read_number(text: str) -> tuple[int, int]:
    """Sender and number of such a text.

    Raises:
        ValueError: It is damaged.
    """
    sender, number, size, _ = text.split(":", 3)
    if text != numbered(int(sender), int(number), int(size)):
        raise ValueError(f"message {number} of sender {sender} is damaged")
    return int(sender), int(number)


# --- Frames, strictly ------------------------------------------------------------------------


def frame(opcode: int, payload: bytes, *, ends: bool = True) -> bytes:
    """A frame of a server: not masked."""
    first = opcode | (0x80 if ends else 0)
    size = len(payload)
    if size < 126:
        head = bytes((first, size))
    elif size < 1 << 16:
        head = bytes((first, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 127)) + size.to_bytes(8, "big")
    return head + payload


class BreachError(Exception):
    """The client broke the protocol."""


class GoneError(Exception):
    """The connection has ended."""


class StrictClient:
    """One connection, seen from the server."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = bytearray()
        self._lock = threading.Lock()
        self.bite = lambda: 65_536
        """How much to read next."""

    def read_request(self) -> tuple[str, dict[str, str]]:
        """Answer the upgrade; gives the path and the parameters."""
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer[:] = rest
        lines = head.decode("latin-1").split("\r\n")
        headers = {n.strip().lower(): v.strip() for n, _, v in (x.partition(":") for x in lines)}
        key = headers["sec-websocket-key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
        answer = (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.write(answer)
        address = urlsplit(lines[0].split(" ")[1])
        return address.path, dict(parse_qsl(address.query))

    def write(self, data: bytes) -> None:
        """Write all of it, from any thread."""
        with self._lock:
            try:
                self._socket.sendall(data)
            except OSError as exc:
                raise GoneError from exc

    def read_frame(self) -> tuple[int, bytes]:
        """The next frame, if it is what a client may send: whole, masked, in the shortest form."""
        first, second = self._take(2)
        opcode, size = first & 15, second & 127
        if first & 0xF0 != 0x80 or opcode not in {_TEXT, _CLOSE, _PING, _PONG}:
            raise BreachError(f"first byte {first:#x}")
        if not second & 128:
            raise BreachError("not masked")
        if size > 125:
            width, least = (2, 126) if size == 126 else (8, 1 << 16)
            size = int.from_bytes(self._take(width), "big")
            if size < least or opcode >= _CLOSE:
                raise BreachError(f"length {size} in {width} bytes, opcode {opcode}")
        if size > 1 << 26:
            raise BreachError(f"length {size}")
        key = self._take(4)
        masked = self._take(size)
        whole = int.from_bytes(masked, "big") ^ int.from_bytes(
            (key * (size // 4 + 1))[:size], "big"
        )
        return opcode, whole.to_bytes(size, "big")

    def read_text(self) -> str:
        """The next message; pings are answered."""
        while True:
            opcode, payload = self.read_frame()
            match opcode:
                case 1:
                    try:
                        return payload.decode()
                    except UnicodeDecodeError as exc:
                        raise BreachError("not UTF-8") from exc
                case 8:
                    self.write(frame(_CLOSE, payload[:2]))
                    raise GoneError
                case 9:
                    self.write(frame(_PONG, payload))
                case _:
                    self.on_pong(payload)

    def on_pong(self, payload: bytes) -> None:
        """Take note of a pong."""

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _fill(self) -> None:
        try:
            data = self._socket.recv(self.bite())
        except OSError as exc:
            raise GoneError from exc
        if not data:
            raise GoneError
        self._buffer += data


# --- What a connection does ------------------------------------------------------------------


def _record(client: StrictClient, pause: float, seed: int) -> None:
    """Read slowly, keep the numbers, tell them."""
    chance = random.Random(seed)

    def bite() -> int:
        if chance.random() < 0.2:
            time.sleep(chance.random() * pause)
        return chance.choice((7, 512, 4096, 65_536, 65_536))

    client.bite = bite
    numbers: list[tuple[int, int]] = []
    breaches: list[str] = []
    while True:
        try:
            text = client.read_text()
            if text == "report":
                report = {"numbers": numbers, "breaches": breaches}
                client.write(frame(_TEXT, json.dumps(report).encode()))
            else:
                numbers.append(read_number(text))
        except ValueError as exc:
            breaches.append(str(exc)[:200])
        except BreachError as exc:
            # Nothing behind a broken frame can be trusted.
            report = {"numbers": numbers, "breaches": [*breaches, str(exc)]}
            client.write(frame(_TEXT, json.dumps(report).encode()))
            return


def _count(client: StrictClient, gap: float, seed: int) -> None:
    """Send numbered messages, alone or in bursts, often cut across two packets."""
    chance = random.Random(seed)
    reader = threading.Thread(target=_quietly, args=(client.read_text,), daemon=True)
    reader.start()
    number = 0
    while reader.is_alive():
        burst = bytearray()
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            burst += frame(_TEXT, numbered(0, number, chance.choice((0, 10, 300, 3000))).encode())
            number += 1
        cut = chance.randrange(len(burst))
        client.write(bytes(burst[:cut]))
        if chance.random() < 0.3:
            time.sleep(chance.random() * gap)
        client.write(bytes(burst[cut:]))
        time.sleep(chance.random() * gap)
    client.write(frame(_TEXT, f"end {number}".encode()))
    client.read_text()


def _ping(client: StrictClient, every: float, seconds: float) -> None:
    """Ping and talk; a second thread reads the pongs."""
    sent: dict[bytes, float] = {}
    delays: list[float] = []

    def on_pong(payload: bytes) -> None:
        if payload in sent:
            delays.append(time.perf_counter() - sent.pop(payload))

    client.on_pong = on_pong  # type: ignore[method-assign] # simpler than a class for it
    reader = threading.Thread(target=_quietly, args=(client.read_text,), daemon=True)
    reader.start()
    count = 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        payload = count.to_bytes(4, "big")
        sent[payload] = time.perf_counter()
        client.write(frame(_PING, payload))
        for _ in range(5):
            client.write(frame(_TEXT, b"x" * 5000))
        count += 1
        time.sleep(every)
    time.sleep(0.3)
    report = {"pings": count, "pongs": len(delays), "worst_s": max(delays, default=0.0)}
    client.write(frame(_TEXT, json.dumps(report).encode()))
    reader.join()


def _message(client: StrictClient, size: int, fragments: int) -> None:
    """One event with sound, all of it at once, when any message has come."""
    head = b'{"type":"response.output_audio.delta","event_id":"event_1","response_id":"resp_1",'
    head += b'"item_id":"item_1","output_index":0,"content_index":0,"delta":"'
    event = head + b"AAEC" * ((size - len(head) - 2) // 4) + b'"}'
    step = -(-len(event) // fragments)
    pieces = bytearray()
    for start in range(0, len(event), step):
        ends = start + step >= len(event)
        pieces += frame(0 if start else _TEXT, event[start : start + step], ends=ends)
    client.read_text()
    client.write(bytes(pieces))
    client.read_text()


def _serve(client: StrictClient) -> None:
    path, options = client.read_request()
    seed = int(options.get("seed", "1"))
    match path:
        case "/record":
            _record(client, float(options["pause"]), seed)
        case "/count":
            _count(client, float(options["gap"]), seed)
        case "/ping":
            _ping(client, float(options["every"]), float(options["seconds"]))
        case "/message":
            _message(client, int(options["size"]), int(options["fragments"]))
        case _:
            client.write(frame(_CLOSE, (4000).to_bytes(2, "big")))


def _quietly(function: object, *arguments: object) -> None:
    with suppress(GoneError, BreachError, OSError):
        function(*arguments)  # type: ignore[operator] # a function


def _handle(connection: socket.socket) -> None:
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _quietly(_serve, StrictClient(connection))


def _main() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=_handle, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        say(str(listener.getsockname()[1]))
        sys.stdin.read()


@contextmanager
def serving_strictly() -> Iterator[str]:
    """The server in a process of its own; gives its address."""
    command = [sys.executable, "-m", "tests.conformance.strict_peer"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            # Its input ends, so it ends, whatever its connections are doing.
            process.terminate()


if __name__ == "__main__":
    _main()
