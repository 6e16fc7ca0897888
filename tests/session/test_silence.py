"""How much silence is enough."""

import pytest

from realtime_voice.config import SemanticVAD, ServerVAD, SessionConfig
from realtime_voice.events import RealtimeTurnDetectionSemanticVad, RealtimeTurnDetectionServerVad
from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K
from realtime_voice.session._silence import silence_byte, trailing_silence_ms

SERVER = RealtimeTurnDetectionServerVad(silence_duration_ms=200)
SLOW = RealtimeTurnDetectionSemanticVad(eagerness="low")


@pytest.mark.parametrize(
    ("detection", "config", "expected"),
    [
        (SERVER, SessionConfig(), (700, 700)),
        (None, SessionConfig(), (1000, 1000)),
        (None, SessionConfig(turn_detection=ServerVAD(silence_duration_ms=750)), (1250, 1250)),
        (None, SessionConfig(turn_detection=ServerVAD()), (1000, 1000)),
        (SLOW, SessionConfig(), (1000, 8500)),
        (None, SessionConfig(turn_detection=SemanticVAD(eagerness="high")), (1000, 2500)),
        (None, SessionConfig(turn_detection=SemanticVAD()), (1000, 4500)),
        (
            RealtimeTurnDetectionSemanticVad(eagerness="someday"),
            SessionConfig(),
            (1000, 8500),
        ),
    ],
)
def test_the_server_s_word_counts_first(
    detection: object, config: SessionConfig, expected: tuple[int, int]
) -> None:
    """What is in force decides, then what was asked for, then the server's default."""
    assert trailing_silence_ms(detection, config) == expected


def test_silence_has_its_byte_in_each_encoding() -> None:
    """Zero is not silence in G.711."""
    assert [silence_byte(one) for one in (PCM16_24K, PCMU_8K, PCMA_8K)] == [b"\0", b"\xff", b"\xd5"]
