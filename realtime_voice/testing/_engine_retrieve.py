"""The one event that carries an item's sound: ``conversation.item.retrieved``."""

import attrs

from realtime_voice.audio import StreamResampler
from realtime_voice.events import (
    ConversationItemRetrieved,
    RealtimeConversationItemMessageAssistant,
    RealtimeConversationItemMessageUser,
)
from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing._engine_items import Item
from realtime_voice.testing._engine_outputs import Emit
from realtime_voice.testing._wire import server_event

__all__ = ["retrieved"]


def retrieved(item: Item, event_id: str, input_format: AudioFormat) -> Emit:
    """Return the event that shows an item with its sound.

    Args:
        item: The item.
        event_id: Id for the event.
        input_format: How the user's sound came in, and goes back.
    """
    event = server_event(
        {"type": "conversation.item.retrieved", "event_id": event_id, "item": item.shown()}
    )
    if not item.sound or not isinstance(event, ConversationItemRetrieved):
        return Emit(event=event)
    match event.item:
        case RealtimeConversationItemMessageAssistant() as message if message.content:
            part = attrs.evolve(message.content[0], audio=bytes(item.sound))
            shown = attrs.evolve(message, content=(part, *message.content[1:]))
            return Emit(event=attrs.evolve(event, item=shown))
        case RealtimeConversationItemMessageUser() as message:
            resampler = StreamResampler(PCM16_24K, input_format)
            sound = resampler.process(bytes(item.sound)) + resampler.flush()
            parts = tuple(
                attrs.evolve(part, audio=sound) if part.type == "input_audio" else part
                for part in message.content
            )
            return Emit(event=attrs.evolve(event, item=attrs.evolve(message, content=parts)))
        case _:
            return Emit(event=event)
