"""Collects what the engine wants done, in order, and gives every server event its id."""

from collections.abc import Callable

from realtime_voice.events import ResponseOutputAudioDelta
from realtime_voice.testing._engine_outputs import Emit, Output
from realtime_voice.testing._wire import Wire, server_event

__all__ = ["Emitter", "NewId"]

NewId = Callable[[str], str]
"""Makes an id; takes its prefix, such as ``item``."""

# Deltas of text are padded to a multiple of this, so that their length gives nothing away.
_PADDING = 16
_PADDED = frozenset(
    {
        "response.output_text.delta",
        "response.output_audio_transcript.delta",
        "response.function_call_arguments.delta",
        "conversation.item.input_audio_transcription.delta",
    }
)


class Emitter:
    """The one ordered list of outputs.

    Args:
        new_id: Makes ids.
    """

    def __init__(self, new_id: NewId) -> None:
        self._new_id = new_id
        self._outputs: list[Output] = []

    def emit(self, wire: Wire) -> None:
        """Add a server event, given as its JSON object without ``event_id``."""
        event_id = self._new_id("event")
        kind = wire["type"]
        if kind == "response.output_audio.delta":
            fields = {name: value for name, value in wire.items() if name != "type"}
            event = ResponseOutputAudioDelta(event_id=event_id, **fields)
            self._outputs.append(Emit(event=event))
            return
        wire = {"type": kind, "event_id": event_id, **wire}
        if kind in _PADDED:
            wire["obfuscation"] = _padding(event_id, len(wire["delta"]))
        self._outputs.append(Emit(event=server_event(wire)))

    def put(self, output: Output) -> None:
        """Add any other output."""
        self._outputs.append(output)

    def take(self) -> list[Output]:
        """Return what was collected, and start anew."""
        taken, self._outputs = self._outputs, []
        return taken


def _padding(seed: str, length: int) -> str:
    return (seed * _PADDING)[: -length % _PADDING]
