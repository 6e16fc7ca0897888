"""Sources and sinks of an application's own: by subclassing, or by having the members."""

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

import pytest

from realtime_voice.audio import (
    ArraySink,
    AudioSink,
    AudioSource,
    IterableSource,
    NullSink,
    QueueSource,
)
from realtime_voice.formats import PCM16_24K, PCMU_8K, AudioFormat


class Telephone(AudioSource):
    """The least that a subclass must say."""

    format = PCMU_8K

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"\xff" * 160


class Lamp(AudioSink):
    """A sink that plays at once."""

    def __init__(self) -> None:
        self.frames = 0

    def write(self, data: bytes) -> None:
        self.frames += self.format.frames(len(data))

    def clear(self) -> int:
        return self.frames

    @property
    def frames_rendered(self) -> int:
        return self.frames

    async def drain(self) -> None:
        """Nothing is outstanding."""


class Stranger:
    """A source that has never heard of this library."""

    format: AudioFormat = PCM16_24K

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield bytes(2)

    async def aclose(self) -> None:
        """Nothing to release."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


@pytest.mark.anyio
async def test_a_subclass_needs_only_its_own_part() -> None:
    """Closing and ``async with`` come with the class; so does the API's usual format."""
    async with Telephone() as source:
        assert [chunk async for chunk in source] == [b"\xff" * 160]
    async with Lamp() as sink:
        sink.write(bytes(960))
        await sink.drain()
        assert sink.clear() == sink.frames_rendered == 480
    assert (source.format, sink.format) == (PCMU_8K, PCM16_24K)


def test_a_missing_member_is_told_when_the_object_is_made() -> None:
    """Not when the first sound comes."""

    class Half(AudioSink):
        def write(self, data: bytes) -> None: ...

    with pytest.raises(TypeError, match=r"clear.*drain.*frames_rendered"):
        Half()  # type: ignore[abstract] # what is tested


@pytest.mark.anyio
async def test_the_members_alone_will_do() -> None:
    """They are protocols: a type checker takes the stranger, and so does isinstance."""
    source: AudioSource = Stranger()
    assert [chunk async for chunk in source] == [bytes(2)]
    assert isinstance(source, AudioSource)
    assert not isinstance(source, AudioSink)
    assert not isinstance(object(), AudioSource)


def test_ours_are_of_their_kind() -> None:
    """Each of this package's sources is a source and no sink, and the other way round."""
    sources = [QueueSource(), IterableSource([])]
    sinks = [ArraySink(), NullSink()]
    assert all(isinstance(each, AudioSource) for each in sources)
    assert all(isinstance(each, AudioSink) for each in sinks)
    assert not any(isinstance(each, AudioSink) for each in sources)
    assert not any(isinstance(each, AudioSource) for each in sinks)
