"""One direction of one proxied connection: takes bytes, holds them as planned, gives them."""

from collections import deque
from collections.abc import Awaitable, Callable

import anyio

from realtime_voice.testing._sockets import GONE, TcpStream
from realtime_voice.testing.faults._chaos_plan import Action, ChaosEvent, Direction, End
from realtime_voice.testing.faults._chaos_schedule import Piece, Schedule

__all__ = ["Pump"]

_READ_SIZE = 65_536
_MOST_HELD = 4 * _READ_SIZE  # bytes on the line in one direction
_MOST_LATE = 64 * _READ_SIZE  # the same for a line on which bytes are long on their way
_MOST_PARTS = 1000  # a few milliseconds of work
_SLOW_HOLDS_S = 0.25
_PACES_PER_S = 50


class Pump:
    """Forwards one way.

    Args:
        source: Where bytes come from.
        sink: Where they go.
        schedule: What happens to them.
        bytes_per_s: How fast; None: as fast as it goes.
        where: Number of the connection, and which way.
        note: Takes note of what is done.
        end: Ends the connection, ``fin`` or ``rst``.
    """

    def __init__(
        self,
        source: TcpStream,
        sink: TcpStream,
        schedule: Schedule,
        bytes_per_s: float | None,
        *,
        where: tuple[int, Direction],
        note: Callable[[ChaosEvent], None],
        end: Callable[[End], Awaitable[None]],
    ) -> None:
        self._source = source
        self._sink = sink
        self._schedule = schedule
        self._bytes_per_s = bytes_per_s
        self._where = where
        self._note = note
        self._end = end
        self._most_held = _most_held(bytes_per_s, schedule.latest_s)
        self._line: deque[tuple[float, bytes, Piece]] = deque()
        self._held = 0
        self._noted = 0
        self._is_at_end = False
        self._changed = anyio.Event()
        self._moving = anyio.Event()
        self._moving.set()
        self._stalled_at_s = 0.0
        self._is_held = False
        self._swallows = False
        self.sent = 0
        """Bytes forwarded."""

    async def run(self) -> None:
        """Forward until the end, which is forwarded too."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._unless_broken, self._take)
            await self._unless_broken(self._give)
            tasks.cancel_scope.cancel()

    def stall(self) -> None:
        """Stand still until :meth:`resume`: read nothing, forward nothing."""
        self._is_held = True
        self._stand(None)

    def resume(self) -> None:
        """Move again."""
        self._is_held = False
        if not self._moving.is_set():
            self._moving.set()
            self._tell("resume", seconds=anyio.current_time() - self._stalled_at_s)

    def swallow(self) -> None:
        """From now on, take everything and forward nothing."""
        if not self._swallows:
            self._swallows = True
            self._tell("swallow")
            self._moving.set()
            self._wake()

    def note_cut(self, how: End) -> None:
        """Take note of where the connection ended.

        Args:
            how: ``fin`` or ``rst``.
        """
        self._tell("cut", how=how)

    async def _unless_broken(self, loop: Callable[[], Awaitable[None]]) -> None:
        """Break the whole connection at once: the other direction might see an orderly end."""
        try:
            await loop()
        except GONE:
            await self._end("rst")

    # --- Taking -------------------------------------------------------------------------------

    async def _take(self) -> None:
        while not self._is_at_end:
            await self._moving.wait()
            while (room := self._most_held - self._held) <= 0 and not self._swallows:
                await self._wait()
            try:
                data = await self._source.receive(max(1, min(room, _READ_SIZE)))
            except GONE as error:
                # A line that swallows also swallows that its source broke.
                if not (self._swallows or isinstance(error, anyio.EndOfStream)):
                    raise
                self._is_at_end = True
                data = b""
            self._held += len(data)
            await self._hold(data)
            self._wake()

    async def _hold(self, data: bytes) -> None:
        last_s = self._line[-1][0] if self._line else 0.0
        for part, piece in self._schedule.split(data):
            while len(self._line) >= _MOST_PARTS and not self._swallows:
                self._wake()
                await self._wait()
            if self._swallows:
                return
            last_s = max(last_s, anyio.current_time() + piece.delay_s)
            self._line.append((last_s, part, piece))

    # --- Giving -------------------------------------------------------------------------------

    async def _give(self) -> None:
        while True:
            await self._strike()
            while self._swallows or not (self._line or self._is_at_end):
                await self._wait()
            if not self._line:
                break
            due_s, part, piece = self._line[0]
            await anyio.sleep_until(due_s)
            await self._moving.wait()
            if self._swallows:
                continue
            self._line.popleft()
            self._note_piece(piece)
            await self._forward(part)
            self._held -= len(part)
            self._wake()
        await self._sink.send_eof()

    async def _forward(self, data: bytes) -> None:
        while data and not self._swallows:
            marks = self._schedule.marks
            until = marks[0].byte - self.sent if marks else len(data)
            part, data = data[:until], data[until:]
            await self._pace(part)
            await self._strike()

    async def _pace(self, data: bytes) -> None:
        size = len(data)
        if self._bytes_per_s is not None:
            size = max(1, int(self._bytes_per_s / _PACES_PER_S))
        for start in range(0, len(data), max(size, 1)):
            await self._moving.wait()
            if self._swallows:
                return
            piece = data[start : start + size]
            await self._sink.send(piece)
            self.sent += len(piece)
            if self._bytes_per_s is not None:
                await anyio.sleep(len(piece) / self._bytes_per_s)

    async def _strike(self) -> None:
        """Do what is planned for this byte."""
        marks = self._schedule.marks
        while marks and marks[0].byte <= self.sent:
            mark = marks.pop(0)
            match mark.action:
                case "stall":
                    self._stand(mark.seconds)
                    with anyio.move_on_after(mark.seconds):
                        await self._moving.wait()
                    if self._is_held:  # by hand, meanwhile: that ends by hand
                        await self._moving.wait()
                    self._moving.set()
                case "swallow":
                    self.swallow()
                case _:
                    how = mark.how or "fin"
                    self.note_cut(how)
                    await self._end(how)

    # --- Little things ------------------------------------------------------------------------

    async def _wait(self) -> None:
        await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    def _stand(self, seconds: float | None) -> None:
        if self._moving.is_set():
            self._moving = anyio.Event()
            self._stalled_at_s = anyio.current_time()
            self._tell("stall", seconds=seconds)

    def _note_piece(self, piece: Piece) -> None:
        if piece.is_special and piece.end > self._noted:
            self._noted = piece.end
            self._tell(
                "delay", byte=piece.start, size=piece.end - piece.start, seconds=piece.delay_s
            )

    def _tell(
        self,
        action: Action,
        *,
        byte: int | None = None,
        size: int | None = None,
        seconds: float | None = None,
        how: End | None = None,
    ) -> None:
        connection, direction = self._where
        event = ChaosEvent(
            connection=connection,
            direction=direction,
            byte=self.sent if byte is None else byte,
            action=action,
            size=size,
            seconds=seconds,
            how=how,
        )
        self._note(event)


def _most_held(bytes_per_s: float | None, latest_s: float) -> int:
    """How many bytes are on the line; what it cannot take, the sender must feel."""
    if bytes_per_s is None:
        return _MOST_LATE if latest_s else _MOST_HELD
    return min(int(bytes_per_s * (_SLOW_HOLDS_S + latest_s)) + 1, _MOST_LATE)
