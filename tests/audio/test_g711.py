"""G.711 against a plain reading of the standard's decision tables."""

from bisect import bisect_right
from typing import Any, cast

import numpy as np
import pytest

from realtime_voice.audio import decode_g711, encode_g711
from realtime_voice.audio._g711 import Law
from realtime_voice.errors import AudioError

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)
EVERY_CODE = bytes(range(256))


def _mu_tables() -> tuple[list[int], list[int]]:
    """Tables 2a and 2b of ITU-T G.711: decision values and outputs of one sign, on 14 bits."""
    decisions, outputs, value = [0, 1], [0], 1
    for segment in range(8):
        for _ in range(15 if segment == 0 else 16):
            step = 2 << segment
            outputs.append(value + step // 2)
            value += step
            decisions.append(value)
    return decisions, outputs


def _a_tables() -> tuple[list[int], list[int]]:
    """Tables 1a and 1b of ITU-T G.711: decision values and outputs of one sign, on 12 bits + sign.

    In units of half the standard's smallest step, so that outputs are whole numbers.
    """
    decisions, outputs, value = [0], [], 0
    for segment in range(8):
        for _ in range(16):
            step = 2 << max(segment - 1, 0)
            outputs.append(value + step // 2)
            value += step
            decisions.append(value)
    return decisions, outputs


MU_DECISIONS, MU_OUTPUTS = _mu_tables()
A_DECISIONS, A_OUTPUTS = _a_tables()


def _mu(sample: int) -> int:
    value = sample >> 2
    step = min(bisect_right(MU_DECISIONS, abs(value)) - 1, 127)
    sign = 0 if value < 0 else 0x80
    return sign | (127 - step)


def _a(sample: int) -> int:
    value = sample >> 4
    magnitude = ~value if value < 0 else value
    step = bisect_right(A_DECISIONS, 2 * magnitude) - 1
    sign = 0 if value < 0 else 0x80
    return (sign | step) ^ 0x55


@pytest.mark.parametrize(("law", "reference"), [("pcmu", _mu), ("pcma", _a)])
def test_every_sample_is_encoded_as_the_standard_says(law: Law, reference: object) -> None:
    """All 65536 samples find the interval between the standard's decision values."""
    assert callable(reference)
    expected = bytes(reference(sample) for sample in EVERY_SAMPLE.tolist())
    assert encode_g711(EVERY_SAMPLE, law) == expected


def test_every_mu_law_code_is_decoded_as_the_standard_says() -> None:
    """All 256 codes give the standard's output values, times four for 16 bits."""
    expected = [
        (1 if code & 0x80 else -1) * 4 * MU_OUTPUTS[127 - (code & 0x7F)] for code in range(256)
    ]
    assert decode_g711(EVERY_CODE, "pcmu").tolist() == expected


def test_every_a_law_code_is_decoded_as_the_standard_says() -> None:
    """All 256 codes give the standard's output values, times sixteen for 16 bits."""
    expected = [
        (1 if (code ^ 0x55) & 0x80 else -1) * 8 * A_OUTPUTS[(code ^ 0x55) & 0x7F]
        for code in range(256)
    ]
    assert decode_g711(EVERY_CODE, "pcma").tolist() == expected


@pytest.mark.parametrize("law", ["pcmu", "pcma"])
def test_decoding_then_encoding_gives_the_code_back(law: Law) -> None:
    """Only mu-law's second zero (0x7F) becomes the first (0xFF)."""
    expected = bytearray(EVERY_CODE)
    if law == "pcmu":
        expected[0x7F] = 0xFF
    assert encode_g711(decode_g711(EVERY_CODE, law), law) == bytes(expected)


def test_silence_has_its_well_known_codes() -> None:
    """Silence is 0xFF in mu-law and 0xD5 in A-law."""
    silence = np.zeros(3, np.int16)
    assert encode_g711(silence, "pcmu") == b"\xff\xff\xff"
    assert encode_g711(silence, "pcma") == b"\xd5\xd5\xd5"


def test_empty_and_strided_sound() -> None:
    """No sound stays no sound, and a view with gaps is read sample by sample."""
    assert encode_g711(np.zeros(0, np.int16), "pcmu") == b""
    assert decode_g711(b"", "pcma").shape == (0,)
    stereo = np.arange(20, dtype=np.int16).reshape(10, 2) * 1000
    assert encode_g711(stereo[:, 0], "pcma") == encode_g711(stereo[:, 0].copy(), "pcma")


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.array([0.5, np.nan]), "float64"),
        (np.array([40_000]), "int64"),
        (np.array([1], ">i2"), ">i2"),
        ([1, 2], "list"),
        (b"ab", "bytes"),
        (None, "NoneType"),
    ],
)
def test_only_16_bit_samples_are_compressed(samples: Any, words: str) -> None:
    """Floats and wider integers would wrap around to noise without a word."""
    with pytest.raises(AudioError, match=f"takes an int16 array, not {words}.*scale floats"):
        encode_g711(samples, "pcmu")


def test_only_bytes_are_expanded() -> None:
    """Text and arrays are no codes."""
    for data in ("text", None, np.zeros(3)):
        with pytest.raises(AudioError, match="decode_g711 takes bytes"):
            decode_g711(cast("bytes", data), "pcma")


@pytest.mark.parametrize("law", ["ulaw", "", None])
def test_there_are_two_laws(law: Any) -> None:
    """A misspelt law is not quietly the other one."""
    with pytest.raises(AudioError, match=r"'pcmu' .mu-law. or 'pcma' .A-law., not"):
        encode_g711(np.zeros(1, np.int16), law)
    with pytest.raises(AudioError, match=r"'pcmu' .mu-law. or 'pcma'"):
        decode_g711(b"a", law)
