"""What the core costs for each event, alone: no socket, no codec, no task.

    python benchmarks/core.py            the table; --json for the figures alone

The frames of ``corpus.py`` are decoded beforehand and fed to a new ``Conversation``, as a session
with a speaker would. Times are CPU microseconds, the best and the median of rounds; they drift
with the load of the machine, so compare figures of one run. The last rows measure the codec beside
the core: what sending 20 ms of sound costs before the socket, and how long one large message holds
the loop.
"""

import argparse
import base64
import gc
import json
import sys
import time
from itertools import count
from pathlib import Path
from statistics import median

import orjson

sys.path.insert(0, str(Path(__file__).parent))
import corpus

from realtime_voice.codec import decode_server_event, encode_client_event
from realtime_voice.config import SessionConfig
from realtime_voice.conversation import Conversation, Send

TURNS = 10
APPENDS = 2_000
WORDS_PER_SECOND = 3.3
SOUND_MS = 20
MEBI = 1024 * 1024


def conversation(frames):
    """A core that has taken these frames and nothing else."""
    ids = count()
    core = Conversation(SessionConfig(), new_id=lambda: f"event_{next(ids)}")
    for frame in frames:
        core.receive(decode_server_event(frame.text), 0.0)
    return core


def timed(work):
    """CPU microseconds that a call takes."""
    gc.collect()
    began = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - began) / 1e3


def mix(*, deadlines):
    """Whole turns: 60 % sound, 25 % words, 15 % others; the speaker reports once a turn."""
    source = corpus.Conversation()
    core = conversation(source.opening())
    turns = [[decode_server_event(one.text) for one in source.turn()] for _ in range(TURNS)]

    def work():
        for number, turn in enumerate(turns):
            for event in turn:
                core.receive(event, number)
                if deadlines:
                    core.next_deadline()
            core.playback_progress((number + 1) * 60 * 3600, number)

    spent = timed(work)
    assert len(core.turns) == TURNS, core.awaiting
    return spent / (TURNS * 100)


def of_kind(name):
    """Deltas of one kind, one after another, within a response."""
    source = corpus.Conversation()
    opening, turns = source.opening(), [source.turn() for _ in range(TURNS)]
    found = [one for turn in turns for one in turn if one.kind.startswith(name)]
    begin = next(i for i, one in enumerate(turns[0]) if one.kind.startswith("audio"))
    core = conversation(opening + turns[0][:begin])
    where = decode_server_event(turns[0][begin].text)
    place = {"response_id": where.response_id, "item_id": where.item_id}
    events = [decode_server_event(orjson.dumps(orjson.loads(f.text) | place)) for f in found]

    def work():
        for event in events:
            core.receive(event, 1.0)

    return timed(work) / len(events)


def append(*, encoded):
    """Pieces of 20 ms from the source; with ``encoded``, to the text of the frame."""
    core = conversation(corpus.Conversation().opening())
    data = bytes(range(256)) * 4
    piece = data[: SOUND_MS * corpus.BYTES_PER_MILLISECOND]

    def work():
        for _ in range(APPENDS):
            for outcome in core.append_audio(piece, 1.0):
                if encoded and isinstance(outcome, Send):
                    encode_client_event(outcome.event)

    return timed(work) / APPENDS


def question(ask):
    """Something that a session asks after every event, in the middle of an answer."""
    source = corpus.Conversation()
    core = conversation(source.opening() + source.turn()[:50])

    def work():
        for _ in range(APPENDS):
            ask(core)

    return timed(work) / APPENDS


def long_answer(minutes):
    """Words of one answer that goes on for minutes; every update carries the whole text."""
    source = corpus.Conversation()
    opening, turn = source.opening(), source.turn()
    begin = next(i for i, one in enumerate(turn) if one.kind == "transcript")
    core = conversation(opening + turn[:begin])
    raw = orjson.loads(turn[begin].text)
    amount = int(minutes * 60 * WORDS_PER_SECOND)
    texts = [raw | {"event_id": f"event_{n}", "delta": f" word{n}"} for n in range(amount)]
    events = [decode_server_event(orjson.dumps(one)) for one in texts]
    kept = []

    def work():
        for event in events:
            kept.extend(core.receive(event, 1.0))

    return timed(work) / len(events)


def large(size, *, text):
    """One delta of so many bytes on the wire, decoded and taken in; in milliseconds."""
    source = corpus.Conversation()
    opening, turn = source.opening(), source.turn()
    begin = next(i for i, one in enumerate(turn) if one.kind.startswith("audio"))
    core = conversation(opening + turn[:begin])
    sound = base64.b64encode(bytes(size * 3 // 4)).decode()
    frame = orjson.dumps(orjson.loads(turn[begin].text) | {"delta": sound})
    frame = frame.decode() if text else frame
    return timed(lambda: core.receive(decode_server_event(frame), 1.0)) / 1e3


ROWS = {
    "mix, one event": lambda: mix(deadlines=False),
    "mix, one event and next_deadline": lambda: mix(deadlines=True),
    "audio delta": lambda: of_kind("audio"),
    "transcript delta": lambda: of_kind("transcript"),
    "append of 20 ms": lambda: append(encoded=False),
    "append of 20 ms, and its frame": lambda: append(encoded=True),
    "next_deadline": lambda: question(Conversation.next_deadline),
    "is_idle": lambda: question(lambda core: core.is_idle),
    "awaiting": lambda: question(lambda core: core.awaiting),
    "transcript delta, answer of 1 minute": lambda: long_answer(1),
    "transcript delta, answer of 10 minutes": lambda: long_answer(10),
    "1 MiB decoded and taken in, bytes (ms)": lambda: large(MEBI, text=False),
    "1 MiB decoded and taken in, str (ms)": lambda: large(MEBI, text=True),
    "20 MB decoded and taken in, bytes (ms)": lambda: large(20_000_000, text=False),
    "20 MB decoded and taken in, str (ms)": lambda: large(20_000_000, text=True),
}


def main():
    """Measure every row and print it."""
    parser = argparse.ArgumentParser(description="What the core costs for each event.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    found = {name: [] for name in ROWS}
    for _ in range(options.rounds):
        for name, measure in ROWS.items():
            found[name].append(measure())
    figures = {
        name: {"best": round(min(values), 2), "median": round(median(values), 2)}
        for name, values in found.items()
    }
    if options.json:
        print(json.dumps(figures))
        return
    print("| | best µs | median µs |\n|---|---:|---:|")
    for name, figure in figures.items():
        print(f"| {name} | {figure['best']:.2f} | {figure['median']:.2f} |")


if __name__ == "__main__":
    main()
