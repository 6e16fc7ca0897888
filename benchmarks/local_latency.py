"""How fast the local server answers, and how well its ears hear; run it on your own machine.

    python benchmarks/local_latency.py [--backend trio] [--synthetic] [--quick]

Every clip is played to the server at the pace of speech, through a real WebSocket on loopback. The
clock starts at the last loud sample of the clip and stops at the first audio of the answer, so
the 500 ms of silence by which the server knows the end of a turn are in the figures.
"""

import argparse
import base64
import json
import time
from collections.abc import Sequence

import anyio
import attrs
import numpy as np

from realtime_voice.audio import StreamResampler, read_wav
from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing import Clip, Local, LocalServer, human_clips, synthetic_clips

CHUNK_MS = 20
SILENCE_MS = 500
LOUD = 0.05  # of the clip's peak
TAIL_S = 4.0


@attrs.frozen
class Result:
    """One clip."""

    clip: Clip
    heard: str
    stopped_s: float
    transcript_s: float
    audio_s: float


async def main(arguments: argparse.Namespace) -> None:
    clips = synthetic_clips() if arguments.synthetic else human_clips()
    clips = clips[:3] if arguments.quick else clips
    print(f"{'clip':<20} {'stopped':>8} {'transcript':>10} {'audio':>6}  heard (said)")
    lateness: list[float] = []
    results: list[Result] = []
    async with LocalServer(Local()) as server:
        await anyio.sleep(2.0)  # the models load; a person would take that long to say hello
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch, lateness)
            for clip in clips:
                result = await play(server, clip)
                results.append(result)
                print(
                    f"{clip.name:<20} {result.stopped_s:>7.2f}s {result.transcript_s:>9.2f}s "
                    f"{result.audio_s:>5.2f}s  {result.heard} ({clip.text})"
                )
            tasks.cancel_scope.cancel()
    summary(results, lateness)


async def play(server: LocalServer, clip: Clip) -> Result:
    """Hold one turn of a conversation."""
    pcm, loud_until_s = load(clip)
    times: dict[str, float] = {}
    heard: list[str] = []
    link = await server.client().connect(model="gpt-realtime")
    try:
        await link.send(json.dumps(settings()))
        async with anyio.create_task_group() as tasks:
            begin = time.perf_counter()
            tasks.start_soon(speak, link, pcm, begin)
            with anyio.move_on_after(len(pcm) / 48_000 + TAIL_S):
                while "response.output_audio.delta" not in times:
                    event = json.loads(await link.receive())
                    if event["type"] == "input_audio_buffer.speech_started":
                        times.clear()  # a pause inside the clip ended the turn too early
                    times.setdefault(event["type"], time.perf_counter() - begin - loud_until_s)
                    if event["type"].endswith("transcription.completed"):
                        heard.append(event["transcript"])
            tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await link.aclose()
    return Result(
        clip=clip,
        heard=" ".join(heard),
        stopped_s=times.get("input_audio_buffer.speech_stopped", float("nan")),
        transcript_s=times.get(
            "conversation.item.input_audio_transcription.completed", float("nan")
        ),
        audio_s=times.get("response.output_audio.delta", float("nan")),
    )


def settings() -> dict[str, object]:
    detection = {"type": "server_vad", "silence_duration_ms": SILENCE_MS}
    transcription = {"model": "gpt-4o-mini-transcribe"}
    sound = {"input": {"turn_detection": detection, "transcription": transcription}}
    return {"type": "session.update", "session": {"type": "realtime", "audio": sound}}


async def speak(link, pcm: bytes, begin: float) -> None:
    """Send the clip at the pace of speech, and silence after it."""
    step = PCM16_24K.bytes_in(CHUNK_MS)
    pcm += bytes(PCM16_24K.bytes_in(TAIL_S * 1000))
    for number, start in enumerate(range(0, len(pcm), step), 1):
        audio = base64.b64encode(pcm[start : start + step]).decode()
        due = begin + number * CHUNK_MS / 1000
        await anyio.sleep(max(0.0, due - time.perf_counter()))
        await link.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))


def load(clip: Clip) -> tuple[bytes, float]:
    """The clip at 24 kHz, and when its last loud sample is over."""
    samples, rate = read_wav(clip.path)
    resampler = StreamResampler(AudioFormat(rate=rate), PCM16_24K)
    pcm = resampler.process(samples.astype("<i2").tobytes()) + resampler.flush()
    level = np.abs(np.frombuffer(pcm, "<i2").astype(float))
    return pcm, float(np.flatnonzero(level > LOUD * level.max())[-1]) / PCM16_24K.rate


async def watch(lateness: list[float]) -> None:
    """Measure by how much the event loop is late."""
    while True:
        before = time.perf_counter()
        await anyio.sleep(0.005)
        lateness.append(time.perf_counter() - before - 0.005)


def summary(results: Sequence[Result], lateness: Sequence[float]) -> None:
    audio = [result.audio_s for result in results if result.audio_s == result.audio_s]
    said = " ".join(result.clip.text for result in results)
    heard = " ".join(result.heard for result in results)
    p50, p99 = np.quantile(lateness, [0.5, 0.99]) * 1000
    print(f"\nanswered: {len(audio)} of {len(results)}")
    print(f"first audio: median {np.median(audio):.2f} s, worst {max(audio):.2f} s")
    print(f"word error rate: {word_error_rate(said, heard):.1%}")
    print(f"event loop late: p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {max(lateness) * 1000:.1f} ms")


def word_error_rate(said: str, heard: str) -> float:
    """Edits between the words, for each word that was said."""
    truth, guess = said.split(), heard.split()
    row = list(range(len(guess) + 1))
    for number, word in enumerate(truth, 1):
        corner, row[0] = row[0], number
        for column, other in enumerate(guess, 1):
            change = corner + (word != other)
            corner = row[column]
            row[column] = min(row[column] + 1, row[column - 1] + 1, change)
    return row[-1] / max(1, len(truth))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", choices=["asyncio", "trio"], default="asyncio")
    parser.add_argument("--synthetic", action="store_true", help="our own voice as the user")
    parser.add_argument("--quick", action="store_true", help="three clips")
    options = parser.parse_args()
    anyio.run(main, options, backend=options.backend)
