"""The first interruption of a process, made as quick as those that follow.

The codec compiles the function for an event when the first one comes, and Python fills its caches
when a branch is first taken. Both would fall into the moment in which a user first talks over the
model. So they are gone through once in a process, while the server's answer to the configuration
is awaited, in steps that hold up nobody. Nothing is sent or told.
"""

from typing import Any

from anyio.lowlevel import checkpoint

from realtime_voice.codec import encode_client_event, structure_server_event
from realtime_voice.config import SessionConfig
from realtime_voice.conversation import Conversation, Send, StopPlayback

__all__ = ["rehearse"]

_PLACE = {"response_id": "r", "item_id": "a", "output_index": 0, "content_index": 0}
_STORY: tuple[dict[str, Any], ...] = (
    {"type": "response.created", "event_id": "1", "response": {"id": "r"}},
    {"type": "response.output_audio.delta", "event_id": "2", **_PLACE, "delta": "A" * 1280},
    {
        "type": "input_audio_buffer.speech_started",
        "event_id": "3",
        "item_id": "u",
        "audio_start_ms": 0,
    },
    {
        "type": "conversation.item.truncated",
        "event_id": "4",
        "item_id": "a",
        "content_index": 0,
        "audio_end_ms": 10,
    },
    {"type": "response.done", "event_id": "5", "response": {"id": "r", "status": "cancelled"}},
)
"""The model speaks for 20 ms, and the user begins to speak after 10."""
_HEARD_FRAMES = 240

_done: list[bool] = []


async def rehearse() -> None:
    """Go through an interruption, the first time that this is called in a process."""
    if _done:
        return
    _done.append(True)
    core = Conversation(SessionConfig(), new_id=lambda: "rehearsal")
    for raw in _STORY:
        await checkpoint()
        outcomes = core.receive(structure_server_event(raw), 0.0)
        if any(type(outcome) is StopPlayback for outcome in outcomes):
            outcomes = core.playback_stopped(_HEARD_FRAMES, 0.0)
        for outcome in outcomes:
            if isinstance(outcome, Send):
                encode_client_event(outcome.event)
