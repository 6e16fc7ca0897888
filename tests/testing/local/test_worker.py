"""The worker's half of the recogniser, in this process: messages in, messages out."""

import io
import json

from realtime_voice.audio import StreamResampler
from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing.local import _worker
from realtime_voice.testing.local._worker import Worker, read_messages, write_message
from tests.testing.local.conftest import spoken

SETTINGS = json.dumps({"grammar": "", "words": []}).encode()


def talk(*messages: tuple[bytes, int, bytes]) -> list[tuple[bytes, int, bytes]]:
    """Let a worker handle messages; returns what it wrote."""
    output = io.BytesIO()
    worker = Worker(output)
    for message in [(_worker.SETTINGS, 0, SETTINGS), *messages]:
        worker.handle(*message)
    output.seek(0)
    return list(read_messages(output))


def test_messages_survive_the_pipe() -> None:
    """What is written is read again; half a message at the end is no message."""
    stream = io.BytesIO()
    write_message(stream, b"F", 7, b"sound")
    write_message(stream, b"E", 7)
    whole = stream.getvalue()
    assert list(read_messages(io.BytesIO(whole))) == [(b"F", 7, b"sound"), (b"E", 7, b"")]
    assert list(read_messages(io.BytesIO(whole[:-3]))) == [(b"F", 7, b"sound")]
    assert list(read_messages(io.BytesIO(whole[:12]))) == []


def test_it_says_when_it_is_ready() -> None:
    """The first message is answered when the models are loaded."""
    assert talk() == [(_worker.READY, 0, b"")]


def test_every_ended_utterance_is_answered_once() -> None:
    """Ended: an answer, also without sound. Cancelled or unknown: none."""
    silence = bytes(3200)
    answers = talk(
        (_worker.START, 1, b"a"),
        (_worker.FEED, 1, silence),
        (_worker.FEED, 1, b""),
        (_worker.END, 1, b""),
        (_worker.START, 2, b"a"),
        (_worker.CANCEL, 2, b""),
        (_worker.FEED, 2, silence),
        (_worker.END, 9, b""),
        (_worker.START, 3, b"b"),
        (_worker.END, 3, b""),
    )
    assert answers[1:] == [(_worker.HEARD, number, b'{"open": ""}') for number in (1, 3)]


def test_phrases_are_searched_for_as_well() -> None:
    """With a grammar there are two readings; words that no dictionary has get their sounds."""
    grammar = "#JSGF V1.0;\ngrammar d;\npublic <p> = hello | zorble ;\n"
    words = [["hello", "HH AH L OW"], ["zorble", "Z AO R B AH L"]]
    output = io.BytesIO()
    worker = Worker(output)
    settings = json.dumps({"grammar": grammar, "words": words}).encode()
    for message in [(_worker.SETTINGS, 0, settings), (_worker.START, 1, b"a")]:
        worker.handle(*message)
    sound = StreamResampler(PCM16_24K, AudioFormat(rate=16_000)).process(spoken("Zorble."))
    worker.handle(_worker.FEED, 1, sound)
    worker.handle(_worker.END, 1, b"")
    output.seek(0)
    *_, (operation, number, payload) = read_messages(output)
    assert (operation, number) == (_worker.HEARD, 1)
    assert json.loads(payload)["closed"] == "zorble"


def test_more_utterances_than_decoders() -> None:
    """Whoever finds no decoder waits; ended ones go first, cancelled ones leave."""
    numbers = range(1, 8)
    answers = talk(
        *((_worker.START, number, b"%d" % number) for number in numbers),
        *((_worker.FEED, number, bytes(3200)) for number in numbers),
        (_worker.CANCEL, 6, b""),
        (_worker.END, 7, b""),
        (_worker.CANCEL, 1, b""),
        *((_worker.END, number, b"") for number in (2, 3, 4, 5)),
    )
    assert [number for _, number, _ in answers[1:]] == [7, 2, 3, 4, 5]


def test_speakers_are_not_remembered_for_ever() -> None:
    """What was learned about a voice is kept for a limited number of speakers."""
    worker = Worker(io.BytesIO())
    worker.handle(_worker.SETTINGS, 0, SETTINGS)
    for number in range(1, 300):
        worker.handle(_worker.START, number, b"%d" % number)
        worker.handle(_worker.END, number, b"")
    assert len(worker._speakers) == 256
    assert "299" in worker._speakers
