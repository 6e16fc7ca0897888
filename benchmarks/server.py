"""A server that answers like the service and is never the bottleneck; a process of its own.

    python -m benchmarks.server --certificate chain.pem --cpu 1

Frames to a client are not masked, so whole turns of 100 events are framed once, at the start, and
written in one piece; only paced sound is touched again: the time of sending goes into the first
eight bytes of the PCM. What a client sends is unmasked in C and only sorted.

The first line on standard output names the ports. The control port takes one JSON object a line
(``{"command": ..., "id": ...}``) and answers each with one. The server ends with its parent.
"""

import argparse
import asyncio
import base64
import heapq
import itertools
import json
import os
import ssl
import struct
import time
from dataclasses import dataclass
from typing import Any

import orjson
import picows
import uvloop

from benchmarks.corpus import BYTES_PER_MILLISECOND, Conversation, Frame

BLOCKS = 120
PACED_BLOCKS = 40
AFTER_SOUND = 8
STAMP = struct.Struct("<qx")
STAMP_CHARACTERS = 12
EVENT_ID, DELTA = b'"event_id":"event_', b'"delta":"'
ID_DIGITS = 8
HIGH_WATER, LOW_WATER = 4 << 20, 1 << 20
SMALL_HEADER = 4
APPEND = b"input_audio_buffer.append"
ORPHAN_CHECK_S = 1.0


def websocket_frame(payload: bytes) -> bytes:
    """One whole text frame, as servers write it."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + payload
    if size < 65_536:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload


_numbers = itertools.count(10_000_000)


@dataclass
class PacedFrame:
    """A frame that may be sent many times: each time a new event, with the time in its sound."""

    data: bytearray
    id_at: int
    """Where the last digits of its ``event_id`` begin."""
    stamp_at: int
    """Where the base64 of the sound begins; -1: no sound."""
    milliseconds: int
    """How long the sound lasts."""

    def stamped(self) -> bytes:
        """The frame as it goes out now."""
        self.data[self.id_at : self.id_at + ID_DIGITS] = b"%d" % next(_numbers)
        if self.stamp_at >= 0:
            now = base64.b64encode(STAMP.pack(time.monotonic_ns()))
            self.data[self.stamp_at : self.stamp_at + STAMP_CHARACTERS] = now
        return bytes(self.data)


class Script:
    """What the server says, framed in advance: in today's names, or in those of the beta."""

    def __init__(self, *, beta: bool) -> None:
        self._beta = beta
        source = Conversation(seed=11)
        created, updated = source.opening()
        self.created = self._framed(created)
        self.updated = self._framed(updated)
        self.speech_started = [self._framed(source.speech_started()) for _ in range(PACED_BLOCKS)]
        self.speech_stopped = self._framed(source.speech_stopped())
        self.blocks: list[bytes] = []
        self.paced: list[list[PacedFrame]] = []
        for number in range(BLOCKS):
            turn = source.turn()
            framed = [self._framed(frame) for frame in turn]
            self.blocks.append(b"".join(framed))
            if number < PACED_BLOCKS:
                pairs = zip(turn, framed, strict=True)
                self.paced.append([self._paced(frame, data) for frame, data in pairs])

    def _framed(self, frame: Frame) -> bytes:
        text = frame.text
        if self._beta:
            text = text.replace(b'"type":"response.output_audio', b'"type":"response.audio', 1)
        return websocket_frame(text)

    @staticmethod
    def _paced(frame: Frame, data: bytes) -> PacedFrame:
        event_id = data.find(EVENT_ID) + len(EVENT_ID)
        sound = data.find(DELTA) + len(DELTA) if frame.sound_bytes else -1
        length = frame.sound_bytes // BYTES_PER_MILLISECOND
        return PacedFrame(bytearray(data), event_id, sound, length)


class Connection(picows.WSListener):
    """One client."""

    def __init__(self, server: "Server", script: Script) -> None:
        self.server, self.script = server, script
        self.transport: Any = None
        self.raw: Any = None
        self.writable = asyncio.Event()
        self.writable.set()
        self.truncated: asyncio.Future[int] | None = None
        self.next_block = 0

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self.transport = transport
        self.raw = transport.underlying_transport
        self.raw.set_write_buffer_limits(high=HIGH_WATER, low=LOW_WATER)
        self.server.connections.add(self)
        self.raw.write(self.script.created)

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        del transport
        self.server.connections.discard(self)
        self.writable.set()
        self.transport = None

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        kind = frame.msg_type
        if kind is picows.WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
        elif kind is picows.WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif kind in (picows.WSMsgType.TEXT, picows.WSMsgType.BINARY):
            self._take(frame.get_payload_as_bytes())

    def _take(self, payload: bytes) -> None:
        server = self.server
        # Its type stands at one of the two ends; what lies between them is sound.
        if len(payload) > 400 and (
            payload.find(APPEND, 0, 96) > 0 or payload.find(APPEND, len(payload) - 96) > 0
        ):
            server.took_append(len(payload))
            return
        now = time.monotonic_ns()
        kind = orjson.loads(payload).get("type", "")
        if kind == "session.update":
            self.raw.write(self.script.updated)
        elif kind == "conversation.item.truncate":
            self._took_truncate(now)

    def _took_truncate(self, now: int) -> None:
        if self.truncated is not None and not self.truncated.done():
            self.truncated.set_result(now)

    async def burst(self, count: int) -> None:
        """Turns as fast as the client takes them, each once: a repeated event is none."""
        for _ in range(count):
            if self.transport is None:
                return
            self.raw.write(self.script.blocks[self.next_block])
            self.next_block += 1
            await asyncio.sleep(0)
            await self.writable.wait()

    def end_turn(self, turn: int) -> None:
        """What follows the sound, so that the next turn finds nothing open."""
        rest = self.script.paced[turn][-AFTER_SOUND:]
        frames = [self.script.speech_stopped, *(frame.stamped() for frame in rest)]
        if self.raw is not None:
            self.raw.write(b"".join(frames))

    def send(self, frame: PacedFrame) -> None:
        if self.transport is not None:
            self.raw.write(frame.stamped())


class Server:
    """All clients, and the commands of the harness."""

    def __init__(self) -> None:
        self._scripts = {beta: Script(beta=beta) for beta in (False, True)}
        self.connections: set[Connection] = set()
        self._pacing: asyncio.Task[None] | None = None
        self._appends = self._append_bytes = 0
        self._goal: tuple[int, asyncio.Future[None]] | None = None

    def accept(self, request: picows.WSUpgradeRequest) -> Connection:
        return Connection(self, self._scripts[b"/voice-live/" in request.path])

    def took_append(self, size: int) -> None:
        self._appends += 1
        self._append_bytes += size
        if self._goal is not None and self._appends >= self._goal[0] and not self._goal[1].done():
            self._goal[1].set_result(None)

    # --- Commands ----------------------------------------------------------------------------

    async def command(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return await getattr(self, f"do_{name}")(**arguments) or {}

    async def do_statistics(self) -> dict[str, Any]:
        """How many clients there are, and what they have sent."""
        return {
            "connections": len(self.connections),
            "appends": self._appends,
            "append_bytes": self._append_bytes,
            "cpu_s": time.process_time(),
        }

    async def do_reset(self) -> None:
        """Count anew."""
        self._appends = self._append_bytes = 0
        self._goal = None

    async def do_wait_appends(self, count: int) -> dict[str, Any]:
        """Wait until so many appends have come."""
        self._goal = (count, asyncio.get_running_loop().create_future())
        if self._appends < count:
            await asyncio.wait_for(self._goal[1], 60)
        return await self.do_statistics()

    async def do_burst(self, turns: int) -> dict[str, Any]:
        """Send turns to everybody, as fast as they are taken; tell how busy this process was."""
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(one.burst(turns) for one in list(self.connections)))
        return {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}

    async def do_pace_start(self) -> None:
        """Speak to everybody at the pace of speech."""
        self._pacing = asyncio.create_task(self._pace())

    async def do_pace_stop(self) -> None:
        """Stop speaking."""
        if self._pacing is not None:
            self._pacing.cancel()
            self._pacing = None

    async def do_open_response(self, turn: int, sounds: int) -> None:
        """The beginning of a turn, so that a client knows what it is playing."""
        connection = self._only()
        left = sounds
        for frame in connection.script.paced[turn % PACED_BLOCKS]:
            if frame.milliseconds:
                if left == 0:
                    break
                left -= 1
            connection.send(frame)

    async def do_stamped(self, count: int, interval_ms: float) -> None:
        """Sound, piece by piece, with the time of sending in it."""
        connection = self._only()
        sounds = [frame for frame in connection.script.paced[30] if frame.milliseconds]
        for number in range(count):
            connection.send(sounds[number % len(sounds)])
            await asyncio.sleep(interval_ms / 1000)

    async def do_barge_in(self, turn: int, behind: int) -> dict[str, Any]:
        """Speech begins, behind so many pieces of sound; time until the truncate comes."""
        connection = self._only()
        truncated = connection.truncated = asyncio.get_running_loop().create_future()
        turn %= PACED_BLOCKS
        sounds = [frame for frame in connection.script.paced[turn] if frame.milliseconds]
        parts = [sounds[number % len(sounds)].stamped() for number in range(behind)]
        begin = time.monotonic_ns()
        connection.raw.write(b"".join([*parts, connection.script.speech_started[turn]]))
        try:
            end = await asyncio.wait_for(truncated, 3)
        except TimeoutError:
            return {"us": None}
        finally:
            connection.end_turn(turn)
        return {"us": (end - begin) / 1e3}

    async def do_large(self, size: int, kind: str) -> None:
        """One message of so many bytes, sound or an item full of text, and a small sound after it.

        The small one tells the client's user that the large one has been dealt with.
        """
        connection = self._only()
        small, after = [frame for frame in connection.script.paced[0] if frame.milliseconds][:2]
        if kind == "sound":
            head = small.stamped()[SMALL_HEADER : small.stamp_at]
            filler, tail = b"QUJDREVGR0hJSktM", b'"}'
        else:
            number = next(_numbers)
            head = b'{"type":"conversation.item.added","event_id":"event_%d",' % number
            head += b'"previous_item_id":null,"item":{"id":"item_%d","type":"message",' % number
            head += b'"status":"completed","role":"user","content":[{"type":"input_text","text":"'
            filler, tail = b"The tide comes in twice a day. ", b'"}]}}'
        middle = filler * ((size - len(head) - len(tail)) // len(filler))
        connection.raw.write(websocket_frame(head + middle + tail) + after.stamped())

    # --- Pace --------------------------------------------------------------------------------

    def _only(self) -> Connection:
        for connection in self.connections:
            return connection
        raise RuntimeError("nobody is connected")

    async def _pace(self) -> None:
        """Sound of k ms is followed by k ms of waiting; what is no sound rides along."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        everybody = sorted(self.connections, key=id)
        places = [[number % 7, 0] for number in range(len(everybody))]
        due = [(start + (number % 50) * 0.003, number) for number in range(len(everybody))]
        heapq.heapify(due)
        while due:
            when, number = due[0]
            if (delay := when - loop.time()) > 0:
                await asyncio.sleep(delay)
            heapq.heappop(due)
            pause = self._say_next(everybody[number], places[number])
            heapq.heappush(due, (when + pause / 1000, number))

    @staticmethod
    def _say_next(connection: Connection, place: list[int]) -> int:
        """Send up to and with the next sound; returns how long it lasts, in milliseconds."""
        block = connection.script.paced[place[0] % PACED_BLOCKS]
        while place[1] < len(block):
            frame = block[place[1]]
            place[1] += 1
            connection.send(frame)
            if frame.milliseconds:
                return frame.milliseconds
        place[0], place[1] = place[0] + 1, 0
        return 1

    # --- The control port ----------------------------------------------------------------------

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running: set[asyncio.Task[None]] = set()
        while line := await reader.readline():
            task = asyncio.create_task(self._answer(json.loads(line), writer))
            running.add(task)
            task.add_done_callback(running.discard)
        writer.close()

    async def _answer(self, line: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        number, name = line.pop("id"), line.pop("command")
        try:
            answer = await self.command(name, line)
        except Exception as error:  # noqa: BLE001 - told to the one who asked
            answer = {"error": repr(error)}
        writer.write(orjson.dumps({"id": number, **answer}) + b"\n")


async def serve(certificate: str | None) -> None:
    """Serve until the parent has gone."""
    parent = os.getppid()
    server = Server()
    options: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "websocket_handshake_timeout": 10}
    plain = await picows.ws_create_server(server.accept, **options)
    ports = {"ws": plain.sockets[0].getsockname()[1]}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        encrypted = await picows.ws_create_server(server.accept, ssl=context, **options)
        ports["wss"] = encrypted.sockets[0].getsockname()[1]
    control = await asyncio.start_server(server.control, "127.0.0.1", 0)
    ports["control"] = control.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    while os.getppid() == parent:  # noqa: ASYNC110 - no event says that a parent has gone
        await asyncio.sleep(ORPHAN_CHECK_S)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="A server that is never the bottleneck.")
    parser.add_argument("--certificate", help="chain and key in one PEM file; none: no TLS")
    parser.add_argument("--cpu", type=int, default=-1, help="processor to stay on; -1: any")
    options = parser.parse_args()
    if options.cpu >= 0:
        os.sched_setaffinity(0, {options.cpu})
    uvloop.run(serve(options.certificate))


if __name__ == "__main__":
    main()
