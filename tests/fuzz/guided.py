"""Fuzzing that coverage guides: atheris keeps the inputs that reach new lines and bends those.

A process of its own, because atheris ends it: ``python -m tests.fuzz.guided INPUTS SEED FOLDER``.
Writes ``outcomes.json`` into the folder; an undocumented outcome is a traceback and another status.
"""

import json
import os
import sys
from collections import Counter
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["realtime_voice.transport", "realtime_voice.codec"]):
    from tests.fuzz.json_frames import SPECIAL, random_frame
    from tests.fuzz.reading import compare, read
    from tests.fuzz.streams import cut, random_stream
    from tests.fuzz.targets import outcome_of_frame

__all__ = ["main"]

_SEEDS = 300
_MAX_BYTES = 4096
_MESSAGE_BYTES, _FRAGMENTS = 64 << 20, 16_384


class _Target:
    """Takes an input: the first byte says what it is, the second one how it is cut."""

    def __init__(self, inputs: int, folder: Path) -> None:
        self._left = inputs
        self._folder = folder
        self._outcomes: Counter[str] = Counter()

    def __call__(self, data: bytes) -> None:
        if len(data) < 2:
            return
        if data[0] % 2:
            self._outcomes[f"frames: {_read(data[2:], data[1])}"] += 1
        else:
            self._outcomes[f"events: {outcome_of_frame(data[2:])}"] += 1
        self._left -= 1
        if not self._left:
            text = json.dumps(self._outcomes)
            (self._folder / "outcomes.json").write_text(text, encoding="utf-8")
            # What libFuzzer does at its end as well; nothing is left to clean up.
            os._exit(0)


def _read(stream: bytes, seed: int) -> str:
    pieces = cut(Random(seed), stream)
    reading = read(pieces, max_message_bytes=_MESSAGE_BYTES, max_fragments=_FRAGMENTS)
    compare(reading, stream)
    return reading.outcome


def _write_corpus(folder: Path, seed: int) -> None:
    """Inputs to begin with: what the other fuzzer makes."""
    chance = Random(seed)
    folder.mkdir()
    inputs = [b"\1" + chance.randbytes(1) + random_stream(chance) for _ in range(_SEEDS)]
    inputs += [b"\0\0" + random_frame(chance) for _ in range(_SEEDS)]
    inputs += [b"\0\0" + frame for frame in SPECIAL]
    for number, data in enumerate(inputs):
        (folder / str(number)).write_bytes(data[:_MAX_BYTES])


def main() -> None:
    """Fuzz until the inputs are used up; does not return."""
    inputs, seed, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    _write_corpus(folder / "corpus", seed)
    options = [f"-seed={seed}", f"-max_len={_MAX_BYTES}", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus")], _Target(inputs, folder))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
