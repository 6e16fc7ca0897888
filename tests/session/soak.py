"""A long conversation in real time that must not lose one sample or one word.

By hand: ``python -m tests.session.soak --minutes 10`` runs on asyncio and trio, one after another,
over a real socket. A user speaks a sentence every few seconds at the pace of speech, the server
answers, a sink plays in real time. At the end, the bytes that the server received are compared with
those of the source, the bytes that the server sent with those that were played, and every
transcript with what was said. A short form runs as a slow test.
"""

import argparse
import sys
import time

import anyio
import attrs
import numpy as np

from realtime_voice.audio import ArraySource, NullSink
from realtime_voice.events import ResponseOutputAudioDelta
from realtime_voice.session import Session
from realtime_voice.testing import Heard, LocalServer, Scripted, tone_speech

__all__ = ["Findings", "main", "soak"]

RATE = 24_000
PERIOD_S = 5


@attrs.frozen(kw_only=True)
class Findings:
    """What a run came to."""

    wall_s: float
    """How long it took."""
    sound_s: float
    """How long the source was."""
    samples_lost: int
    """Samples of the source that the server did not get, or got wrong."""
    silence_bytes: int
    """Bytes that the server got beyond the source; all of them silence."""
    played_wrong: int
    """Bytes of the answers that were not played, or played wrong."""
    spoken: int
    """Sentences that were said."""
    transcripts_lost: int
    """Turns in which either side's text is missing or wrong."""
    latest_ms: float
    """How far the end of the source lagged behind real time, at most, in ms."""

    @property
    def good(self) -> bool:
        """Whether nothing was lost."""
        return not (self.samples_lost or self.played_wrong or self.transcripts_lost)


class CollectingSink(NullSink):
    """Plays in real time and keeps what was played."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Play and keep."""
        self.pieces.append(data)
        super().write(data)


def sentences(seconds: float) -> tuple[list[Heard], bytes]:
    """A script, and the sound of its user: a sentence every few seconds, in between silence.

    The silence is a pattern of small values, so that a shifted or repeated stretch would show.
    """
    count = max(int(seconds / PERIOD_S), 1)
    steps: list[Heard] = []
    total = int(seconds * RATE)
    pcm = (np.arange(total) % 7).astype("<i2")
    for number in range(count):
        text = f"sentence number {number}"
        steps.append(Heard(text, say=f"answer {number}"))
        sound = np.frombuffer(tone_speech(text).pcm, dtype="<i2")
        start = number * PERIOD_S * RATE + RATE // 2
        stop = min(start + len(sound), total)
        pcm[start:stop] = sound[: stop - start]
    return steps, pcm.tobytes()


async def soak(seconds: float) -> Findings:
    """Hold one conversation of this length and compare everything."""
    steps, pcm = sentences(seconds)
    sink = CollectingSink()
    async with LocalServer(Scripted(list(steps))) as server:
        source = ArraySource(np.frombuffer(pcm, dtype="<i2"), RATE, realtime=True)
        session = Session(source=source, sink=sink, client=server.client(), keep_audio_s=0)
        start = time.perf_counter()
        result = await session.run()
        wall_s = time.perf_counter() - start
        record = server.sessions[0]
        got = record.audio_received
        sent = b"".join(delta.delta for delta in record.sent_of(ResponseOutputAudioDelta))
    played = b"".join(sink.pieces)
    texts = [
        (turn.user.text if turn.user else "", turn.assistant.text if turn.assistant else "")
        for turn in result.turns
    ]
    expected = [(step.text, step.say) for step in steps]
    wrong = sum(one != other for one, other in zip(texts, expected, strict=False))
    return Findings(
        wall_s=wall_s,
        sound_s=len(pcm) / 2 / RATE,
        samples_lost=_differences(pcm, got[: len(pcm)]) // 2,
        silence_bytes=len(got) - len(pcm),
        played_wrong=_differences(sent, played),
        spoken=len(expected),
        transcripts_lost=wrong + abs(len(texts) - len(expected)),
        latest_ms=(wall_s - len(got) / 2 / RATE) * 1000,
    )


def _differences(one: bytes, other: bytes) -> int:
    """Bytes in which two strings differ, their lengths included."""
    size = min(len(one), len(other))
    left, right = (np.frombuffer(data[:size], dtype=np.uint8) for data in (one, other))
    return int((left != right).sum()) + abs(len(one) - len(other))


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--backend", choices=["asyncio", "trio"], action="append")
    arguments = parser.parse_args()
    good = True
    for backend in arguments.backend or ["asyncio", "trio"]:
        findings = anyio.run(soak, arguments.minutes * 60, backend=backend)
        sys.stdout.write(f"{backend}: {findings}\n")
        sys.stdout.flush()
        good = good and findings.good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
