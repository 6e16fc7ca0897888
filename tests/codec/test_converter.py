"""The door to the codec for code that uses cattrs."""

import subprocess
import sys
from typing import Any

import attrs
import cattrs
import pytest

from realtime_voice import events
from realtime_voice.codec import make_converter
from realtime_voice.events import ClientEvent, ServerEvent


@attrs.frozen
class Log:
    """A class of somebody else that holds parts of the vocabulary."""

    received: list[ServerEvent]
    sent: list[ClientEvent]
    usage: events.RealtimeResponseUsage | None = None


RAW = {
    "received": [
        {"type": "input_audio_buffer.cleared", "event_id": "event_1"},
        {"type": "new"},
        {"type": "error", "error": 5},
    ],
    "sent": [{"type": "response.create"}],
    "usage": {"total_tokens": 5},
}


def test_classes_of_users_may_hold_events() -> None:
    """Events, known or not, and objects are structured and unstructured within other classes."""
    converter = make_converter()
    log = converter.structure(RAW, Log)
    assert log.received[0] == events.InputAudioBufferCleared(event_id="event_1")
    assert isinstance(log.received[1], events.UnknownServerEvent)
    assert isinstance(log.received[2], events.MalformedServerEvent)
    assert log.sent == [events.ResponseCreate()]
    assert log.usage == events.RealtimeResponseUsage(total_tokens=5)
    assert converter.unstructure(log) == RAW


def test_every_class_can_be_had_by_itself() -> None:
    """An object goes both ways."""
    converter = make_converter()
    raw: dict[str, Any] = {"type": "server_vad", "threshold": 0.5, "new": 1}
    vad = converter.structure(raw, events.RealtimeTurnDetectionServerVad)
    assert vad.threshold == 0.5
    assert converter.unstructure(vad) == raw


def test_errors_name_the_field() -> None:
    """Cattrs says where in the user's class, we say where in ours."""
    with pytest.raises(cattrs.ClassValidationError) as caught:
        make_converter().structure({**RAW, "usage": {"total_tokens": "5"}}, Log)
    (error,) = caught.value.exceptions
    assert str(error) == "total_tokens: expected a number, got a string"


def test_cattrs_is_imported_by_those_who_ask_for_it() -> None:
    """Importing the package does not import cattrs, which takes longer than the codec itself."""
    program = "import sys, realtime_voice; sys.exit('cattrs' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
