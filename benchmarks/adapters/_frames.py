"""What the raw contestants share: orjson to a dict, pybase64 to PCM, and no library around it."""

from typing import Any

import orjson
from pybase64 import b64decode, b64encode_as_string

from benchmarks.adapters.base import TRUNCATE_MS, Sink


def dispatch(frame: Any, sink: Sink, connection: Any) -> None:
    """Handle one text frame from the server."""
    event = orjson.loads(frame)
    kind = event["type"]
    if kind == "response.output_audio.delta":
        sink.item_id = event["item_id"]
        sink.audio(b64decode(event["delta"], None, True))
    elif kind == "response.output_audio_transcript.delta":
        sink.text(event["delta"])
    elif kind == "response.done":
        sink.done()
    elif kind == "input_audio_buffer.speech_started":
        connection.barge_in(sink.item_id)
    elif kind == "session.created":
        connection.is_ready()


def append_frame(pcm: bytes) -> bytes:
    """The client event that carries a piece of sound."""
    text = '{"type":"input_audio_buffer.append","audio":"' + b64encode_as_string(pcm) + '"}'
    return text.encode("ascii")


def truncate_frame(item_id: str | None) -> bytes:
    """The client event that says how much was heard."""
    event = {
        "type": "conversation.item.truncate",
        "item_id": item_id or "item_none",
        "content_index": 0,
        "audio_end_ms": TRUNCATE_MS,
    }
    return orjson.dumps(event)
