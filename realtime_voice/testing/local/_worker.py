"""The recogniser's own process: reads sound from stdin, writes what it heard to stdout.

pocketsphinx holds Python's global lock while it decodes (an event loop in the same process is late
by up to 200 ms), hence a process of its own. It is started as a plain script, not by
``multiprocessing``: nothing is forked, the user's main module is not imported a second time, and it
works in notebooks. So this file imports the standard library and pocketsphinx, nothing else.

Messages are ``operation (1 byte), utterance (4 bytes), length (4 bytes), payload``, both ways.
"""

import importlib
import json
import os
import signal
import struct
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any

__all__ = [
    "CANCEL",
    "END",
    "FEED",
    "HEARD",
    "READY",
    "SETTINGS",
    "START",
    "Worker",
    "main",
    "read_messages",
    "write_message",
]

SETTINGS, START, FEED, END, CANCEL = b"I", b"S", b"F", b"E", b"C"
"""To the worker: what to listen for (JSON, first of all); an utterance begins (who speaks); its
sound (PCM16, 16 kHz); it is over; forget it."""
READY, HEARD = b"R", b"H"
"""From the worker: models are loaded; what was heard (JSON)."""

_HEADER = struct.Struct("!cII")
_MAX_DECODERS = 4
"""Utterances that are decoded while they are spoken; more are kept and decoded when one is done."""
_MOST_SPEAKERS = 256
_MOST_MODELS = 3000
"""Models that dictation keeps in play per frame: half the work of the default (30,000), and no more
errors; without this limit, unclear sound takes longer to decode than to speak."""
_GRAMMAR = "dialogue"
_USUAL_SPEAKER = "46,-5.3,0,4,-2,-1.5,-3,-1.5,-5,-1.3,-4,-1,1.4"
"""Cepstral mean to begin with: a voice at usual loudness (the decoder's own default mishears twice
as many words until it has adapted)."""

_Calibration = dict[str, str]


def write_message(
    stream: IO[bytes], operation: bytes, utterance: int, payload: bytes = b""
) -> None:
    """Write one message and flush it.

    Raises:
        OSError: The other side is gone.
        ValueError: The stream was closed.
    """
    stream.write(_HEADER.pack(operation, utterance, len(payload)) + payload)
    stream.flush()


def read_messages(stream: IO[bytes]) -> Iterator[tuple[bytes, int, bytes]]:
    """Read messages until the other side is gone."""
    while True:
        header = stream.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return
        operation, utterance, length = _HEADER.unpack(header)
        payload = stream.read(length)
        if len(payload) < length:
            return
        yield operation, utterance, payload


class _Decoder:
    """Two searches over the same sound: any words, and the phrases of the dialogue."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        make = importlib.import_module("pocketsphinx").Decoder
        dictation: Any = make(
            samprate=16000, loglevel="FATAL", fwdflat=False, maxhmmpf=_MOST_MODELS
        )
        self._searches: dict[str, Any] = {"open": dictation}
        if settings["grammar"]:
            closed: Any = make(samprate=16000, loglevel="FATAL", lm=None)
            for word, phonemes in settings["words"]:
                if closed.lookup_word(word) is None:
                    closed.add_word(word, phonemes, False)  # noqa: FBT003 - positional in C
            closed.add_jsgf_string(_GRAMMAR, settings["grammar"])
            closed.activate_search(_GRAMMAR)
            self._searches["closed"] = closed

    def start(self, calibration: _Calibration) -> None:
        """Begin an utterance, with what is known of the speaker's voice."""
        for name, search in self._searches.items():
            search.set_cmn(calibration.get(name, _USUAL_SPEAKER))
            search.start_utt()

    def calibration(self) -> _Calibration:
        """What was learned about the speaker."""
        return {name: search.get_cmn() for name, search in self._searches.items()}

    def feed(self, pcm: bytes) -> None:
        for search in self._searches.values():
            search.process_raw(pcm)

    def end(self) -> dict[str, str]:
        for search in self._searches.values():
            search.end_utt()
        return {name: _text(search.hyp()) for name, search in self._searches.items()}


def _text(hypothesis: Any) -> str:
    return hypothesis.hypstr if hypothesis is not None else ""


class _Utterance:
    """Sound on its way to a decoder."""

    def __init__(self, speaker: str) -> None:
        self.speaker = speaker
        self.decoder: _Decoder | None = None
        self.waiting: list[bytes] = []
        self.over = False


class Worker:
    """Deals utterances out to decoders."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._settings: Mapping[str, Any] = {"grammar": "", "words": []}
        self._utterances: dict[int, _Utterance] = {}
        self._speakers: dict[str, _Calibration] = {}
        self._free: list[_Decoder] = []
        self._count = 0

    def handle(self, operation: bytes, number: int, payload: bytes) -> None:
        """Do what one message asks for."""
        if operation == SETTINGS:
            self._settings = json.loads(payload)
            self._add_decoder()
            write_message(self._output, READY, 0)
        elif operation == START:
            self._utterances[number] = utterance = _Utterance(payload.decode())
            self._seat(utterance)
        elif number not in self._utterances:
            return
        elif operation == FEED and payload:  # a decoder refuses nothing at all
            self._feed(self._utterances[number], payload)
        elif operation == END:
            self._utterances[number].over = True
            self._tell(number)
        elif operation == CANCEL:
            self._release(self._utterances.pop(number))

    def _add_decoder(self) -> None:
        self._free.append(_Decoder(self._settings))
        self._count += 1

    def _seat(self, utterance: _Utterance) -> None:
        """Give an utterance a decoder, if there is one."""
        if not self._free and self._count < _MAX_DECODERS:
            self._add_decoder()
        if self._free:
            utterance.decoder = self._free.pop()
            utterance.decoder.start(self._speakers.get(utterance.speaker, {}))
            for pcm in utterance.waiting:
                utterance.decoder.feed(pcm)
            utterance.waiting.clear()

    def _feed(self, utterance: _Utterance, pcm: bytes) -> None:
        if utterance.decoder is None:
            utterance.waiting.append(pcm)
        else:
            utterance.decoder.feed(pcm)

    def _tell(self, number: int) -> None:
        """Report an utterance that is over, as soon as it has a decoder."""
        utterance = self._utterances[number]
        if utterance.decoder is None:
            return
        del self._utterances[number]
        heard = utterance.decoder.end()
        self._speakers[utterance.speaker] = utterance.decoder.calibration()
        if len(self._speakers) > _MOST_SPEAKERS:
            del self._speakers[next(iter(self._speakers))]
        self._free.append(utterance.decoder)
        write_message(self._output, HEARD, number, json.dumps(heard).encode())
        self._seat_next()

    def _release(self, utterance: _Utterance) -> None:
        if utterance.decoder is not None:
            utterance.decoder.end()
            self._free.append(utterance.decoder)
            self._seat_next()

    def _seat_next(self) -> None:
        """Let the next utterance that waits have the decoder that became free."""
        waiting = [
            (not utterance.over, number)
            for number, utterance in self._utterances.items()
            if utterance.decoder is None
        ]
        if waiting:
            _, number = min(waiting)
            self._seat(self._utterances[number])
            if self._utterances[number].over:
                self._tell(number)


def main() -> None:
    """Serve until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it will close stdin
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not come between the messages
    worker = Worker(output)
    try:
        for operation, number, payload in read_messages(sys.stdin.buffer):
            worker.handle(operation, number, payload)
    except OSError:
        return  # the parent is gone


if __name__ == "__main__":
    main()
