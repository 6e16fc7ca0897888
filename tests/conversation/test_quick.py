"""Objects that are made the quick way are like those that are made the usual one."""

import copy
import pickle

import attrs
import pytest

from realtime_voice.conversation import AudioChunk, Send, TranscriptStatus, TranscriptUpdate
from realtime_voice.conversation._quick import assistant_update, audio_chunk, send_append
from realtime_voice.events import InputAudioBufferAppend
from realtime_voice.formats import PCM16_24K

_APPEND = InputAudioBufferAppend(event_id="append_1", audio=b"\1\2")
_OUTSIDE = True
PAIRS = (
    (
        audio_chunk(b"\1\2", PCM16_24K, "item", "response", 1, 7, _OUTSIDE),
        AudioChunk(
            data=b"\1\2",
            format=PCM16_24K,
            item_id="item",
            response_id="response",
            content_index=1,
            start_frame=7,
            out_of_band=True,
        ),
    ),
    (
        assistant_update("item", 1, "response", "b", "ab", TranscriptStatus.FAILED, "why"),
        TranscriptUpdate(
            role="assistant",
            item_id="item",
            content_index=1,
            response_id="response",
            delta="b",
            text="ab",
            final=True,
            status=TranscriptStatus.FAILED,
            error="why",
        ),
    ),
    (send_append("append_1", b"\1\2"), Send(event=_APPEND)),
    (send_append("append_1", b"\1\2").event, _APPEND),
)


@pytest.mark.parametrize(("quick", "usual"), PAIRS)
def test_they_are_equal_in_every_way(quick: object, usual: object) -> None:
    """Class, fields, representation, hash; copies and pickles come back equal."""
    assert type(quick) is type(usual)
    assert quick == usual
    assert repr(quick) == repr(usual)
    assert hash(quick) == hash(usual)
    assert copy.copy(quick) == usual
    assert pickle.loads(pickle.dumps(quick)) == usual  # noqa: S301 - our own bytes


@pytest.mark.parametrize(("quick", "usual"), PAIRS)
def test_they_hold_every_field_and_are_frozen(quick: object, usual: object) -> None:
    """None was forgotten; nobody can write to one or delete one."""
    for field in attrs.fields(type(usual)):
        assert getattr(quick, field.name) == getattr(usual, field.name)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(quick, field.name, None)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            delattr(quick, field.name)


@pytest.mark.parametrize("status", list(TranscriptStatus))
def test_an_update_is_final_unless_it_is_pending(status: TranscriptStatus) -> None:
    """As everywhere."""
    update = assistant_update("item", 0, "response", "", "", status, None)
    assert update.final is (status is not TranscriptStatus.PENDING)
