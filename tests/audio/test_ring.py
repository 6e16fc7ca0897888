"""The byte queues against plain models."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.audio import BoundedByteQueue, ByteQueue

OPERATIONS = st.lists(
    st.one_of(st.binary(max_size=40), st.integers(-2, 60), st.none(), st.just("clear"))
)


@given(OPERATIONS)
def test_byte_queue_behaves_like_a_bytearray(operations: list[bytes | int | str | None]) -> None:
    """Whatever is appended comes out once, in order, in pieces of the size asked for."""
    queue, model = ByteQueue(), bytearray()
    for operation in operations:
        match operation:
            case bytes():
                queue.append(operation)
                model += operation
            case "clear":
                assert queue.clear() == len(model)
                model.clear()
            case None:
                assert queue.take() == bytes(model)
                model.clear()
            case _:
                count = max(0, int(operation))
                assert queue.take(int(operation)) == bytes(model[:count])
                del model[:count]
        assert len(queue) == len(model)


@given(st.integers(1, 6), st.integers(0, 50), st.lists(st.integers(0, 30) | st.none()))
def test_bounded_queue_keeps_the_newest_whole_frames(
    frame: int, bound: int, pieces: list[int | None]
) -> None:
    """The queue holds the newest frames below the bound and counts all that gave way."""
    queue, model, dropped, given_frames = BoundedByteQueue(frame, bound), bytearray(), 0, 0
    limit = max(frame, bound // frame * frame)
    assert queue.max_bytes == limit
    for piece in pieces:
        if piece is None:
            assert queue.take(frame) == bytes(model[:frame])
            del model[:frame]
            continue
        data = b"".join(bytes([(given_frames + n) % 256]) * frame for n in range(piece))
        given_frames += piece
        model += data
        gone = max(0, len(model) - limit) // frame
        del model[: gone * frame]
        assert queue.append(data) == gone
        dropped += gone
        assert len(queue) == len(model)
    assert queue.frames_dropped == dropped
    assert queue.clear() == len(model)
    assert queue.take() == b""


def test_taking_from_a_long_queue_is_linear() -> None:
    """A minute of speech taken in 20 ms pieces does not copy the rest each time."""
    queue = ByteQueue()
    queue.append(bytes(24_000 * 2 * 60))
    pieces = [queue.take(960) for _ in range(3000)]
    assert sum(map(len, pieces)) == 24_000 * 2 * 60
    assert len(queue) == 0
