"""Which class an object belongs to, also when it does not say so."""

from typing import Any

import pytest

from realtime_voice import events
from realtime_voice.codec._shapes import of_annotation
from realtime_voice.codec._variants import choose

ITEM = of_annotation(events.ConversationItem)
SESSION = of_annotation(events.Session)
SESSION_REQUEST = of_annotation(events.SessionRequest)
USER = events.RealtimeConversationItemMessageUser
ASSISTANT = events.RealtimeConversationItemMessageAssistant


@pytest.mark.parametrize(
    ("raw", "cls"),
    [
        ({"type": "message", "role": "user"}, USER),
        ({"type": "message", "role": "developer"}, None),
        ({"type": "message", "role": 5}, None),
        ({"role": "assistant"}, ASSISTANT),
        ({"role": "developer"}, None),
        ({"type": None, "role": "user"}, USER),
        ({"type": "message", "content": [{"type": "output_audio"}]}, ASSISTANT),
        ({"type": "message", "content": [{"type": "text"}]}, ASSISTANT),
        ({"content": [{"type": "input_text"}]}, USER),
        ({"content": [None, 5, {"type": []}]}, None),
        ({"content": "text"}, None),
        ({"type": "message"}, None),
        ({"type": "new", "role": "user"}, None),
        ({"type": "mcp_call"}, events.RealtimeMCPToolCall),
        ({"call_id": "call_1"}, None),
        ({}, None),
    ],
)
def test_items(raw: dict[str, Any], cls: type | None) -> None:
    """Messages are told by role or parts where type or role are left out; others by type alone."""
    assert choose(ITEM, raw) is cls


@pytest.mark.parametrize(
    ("raw", "cls"),
    [
        ({"type": "realtime"}, events.RealtimeSession),
        ({"type": "transcription"}, events.TranscriptionSession),
        ({"type": "translation"}, events.TranslationSession),
        ({"type": "new"}, None),
        ({}, events.RealtimeSession),
        ({"audio": {}}, events.RealtimeSession),
        ({"object": "realtime.session", "voice": "alloy"}, events.RealtimeSession),
        ({"object": "realtime.transcription_session"}, events.TranscriptionSession),
    ],
)
def test_sessions(raw: dict[str, Any], cls: type | None) -> None:
    """A session without a type is one of the time before GA."""
    assert choose(SESSION, raw) is cls


@pytest.mark.parametrize(
    ("raw", "cls"),
    [
        ({"type": "realtime"}, events.RealtimeSessionCreateRequestGA),
        ({"type": "transcription"}, events.RealtimeTranscriptionSessionCreateRequestGA),
        ({"type": "new"}, None),
        ({"audio": {}}, events.RealtimeTranslationSessionUpdateRequest),
        ({"modalities": ["text"]}, events.RealtimeSessionCreateRequestGA),
        ({}, events.RealtimeSessionCreateRequestGA),
    ],
)
def test_session_requests(raw: dict[str, Any], cls: type | None) -> None:
    """An update without a type and with nothing but sound is that of a translation."""
    assert choose(SESSION_REQUEST, raw) is cls


def test_a_class_without_constants_takes_the_rest() -> None:
    """Where the protocol has a class for any other type, that is the one."""
    fields = events.RealtimeTranscriptionSessionCreateResponseGAAudioInput.__annotations__
    shape = of_annotation(fields["turn_detection"])
    cls = events.RealtimeTranscriptionSessionCreateResponseGAAudioInputTurnDetectionObject
    assert choose(shape, {"type": "server_vad"}) is events.RealtimeTurnDetectionServerVad
    assert choose(shape, {"type": "new"}) is cls
    assert choose(shape, {}) is cls


def test_the_only_class_takes_everything() -> None:
    """Where a field has one class, no type is asked for."""
    assert choose(of_annotation(events.RealtimeResponse), {"type": 5}) is events.RealtimeResponse


def test_other_objects_are_told_by_type_alone() -> None:
    """A tool without a type is unknown."""
    assert choose(of_annotation(events.RealtimeTool), {"name": "f"}) is None
