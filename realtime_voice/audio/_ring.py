"""Queues of raw sound: one that grows, for speech, and one with a bound, for live microphones.

Neither locks; their owners do where several threads meet. They move bytes and know nothing of
clocks and event loops.
"""

from collections import deque

__all__ = ["BoundedByteQueue", "ByteQueue"]


class ByteQueue:
    """First in, first out, for bytes; grows as needed and never drops.

    Both ends cost the same however much is queued, and pieces of any size may be taken.
    """

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()
        self._offset = 0
        self._length = 0

    def __len__(self) -> int:
        """Bytes that are queued."""
        return self._length

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""
        if data:
            self._pieces.append(data)
            self._length += len(data)

    def take(self, count: int | None = None) -> bytes:
        """Remove and return the first ``count`` bytes, or all; fewer if there are not as many."""
        wanted = self._length if count is None else min(max(count, 0), self._length)
        self._length -= wanted
        taken: list[bytes] = []
        while wanted:
            piece = self._pieces[0]
            end = self._offset + wanted
            if end < len(piece):
                taken.append(piece[self._offset : end])
                self._offset = end
                break
            part = piece[self._offset :]
            taken.append(part)
            wanted -= len(part)
            self._pieces.popleft()
            self._offset = 0
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def clear(self) -> int:
        """Forget everything.

        Returns:
            Bytes that were queued.
        """
        forgotten = self._length
        self._pieces.clear()
        self._offset = self._length = 0
        return forgotten


class BoundedByteQueue:
    """First in, first out, for live sound: beyond its bound the oldest whole frames give way.

    Args:
        frame_bytes: Bytes of one frame, at least 1.
        max_bytes: The bound; rounded down to whole frames, at least one frame.
    """

    def __init__(self, frame_bytes: int, max_bytes: int) -> None:
        self._queue = ByteQueue()
        self._frame_bytes = frame_bytes
        self._max_bytes = max(frame_bytes, max_bytes - max_bytes % frame_bytes)
        self._dropped = 0

    def __len__(self) -> int:
        """Bytes that are queued."""
        return len(self._queue)

    @property
    def max_bytes(self) -> int:
        """The bound, in bytes."""
        return self._max_bytes

    @property
    def frames_dropped(self) -> int:
        """Frames that gave way since the queue was made."""
        return self._dropped

    def append(self, data: bytes) -> int:
        """Add whole frames at the end.

        Returns:
            Frames that gave way: the oldest, and of ``data`` itself what alone is too much.
        """
        excess = max(0, len(self._queue) + len(data) - self._max_bytes)
        from_queue = min(excess, len(self._queue))
        self._queue.take(from_queue)
        self._queue.append(data[excess - from_queue :])
        dropped = excess // self._frame_bytes
        self._dropped += dropped
        return dropped

    def take(self, count: int | None = None) -> bytes:
        """Remove and return the first ``count`` bytes (whole frames), or all."""
        return self._queue.take(count)

    def clear(self) -> int:
        """Forget everything; this does not count as dropped.

        Returns:
            Bytes that were queued.
        """
        return self._queue.clear()
