"""What a session cost, as one line."""

import pytest

from realtime_voice.session._usage_text import count, describe_usage


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({}, ""),
        ({"input_tokens": 1, "total_tokens": 1}, "1 token in"),
        (
            {
                "total_tokens": 94,
                "input_tokens": 44,
                "input_text_tokens": 30,
                "input_audio_tokens": 14,
                "cached_tokens": 20,
                "output_tokens": 50,
                "output_text_tokens": 8,
                "output_audio_tokens": 42,
                "reasoning_tokens": 3,
            },
            (
                "44 tokens in (30 text, 14 audio, 20 of them cached); "
                "50 tokens out (8 text, 42 audio, 3 of them reasoning)"
            ),
        ),
        (
            {"transcription_input_tokens": 14, "transcription_output_tokens": 3},
            "transcription 14 tokens in, 3 tokens out",
        ),
        ({"transcription_seconds": 2.45}, "transcription of 2.5 s"),
    ],
)
def test_usage_is_told_by_direction_and_kind(usage: dict[str, float], expected: str) -> None:
    """Tokens in and out with their kinds, and transcription apart, because it is billed apart."""
    assert describe_usage(usage) == expected


def test_one_is_singular() -> None:
    """One turn is a turn."""
    assert [count(1, "turn"), count(0, "turn"), count(2, "turn")] == [
        "1 turn",
        "0 turns",
        "2 turns",
    ]
