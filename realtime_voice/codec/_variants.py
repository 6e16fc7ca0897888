"""Which class an object of the wire belongs to, also when it does not say so itself.

The wire tells by ``type``, and messages by ``role`` as well. Old servers and sloppy ones leave
them out; then the rest of the object has to tell.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from realtime_voice.codec._shapes import Shape, class_shape
from realtime_voice.events import (
    RealtimeConversationItemMessageAssistant,
    RealtimeConversationItemMessageUser,
    RealtimeSessionCreateRequestGA,
    RealtimeSessionCreateResponseGA,
    RealtimeTranscriptionSessionCreateRequestGA,
    RealtimeTranscriptionSessionCreateResponseGA,
    RealtimeTranslationSessionUpdateRequest,
    WireObject,
)

__all__ = ["OLD_SESSIONS", "choose"]

OLD_SESSIONS: Mapping[str, type[WireObject]] = {
    "transcription_session.created": RealtimeTranscriptionSessionCreateResponseGA,
    "transcription_session.updated": RealtimeTranscriptionSessionCreateResponseGA,
    "transcription_session.update": RealtimeTranscriptionSessionCreateRequestGA,
}
"""What the session of an old event is, whose name says it in place of ``session.type``."""

_ASSISTANT_PARTS = frozenset({"output_text", "output_audio", "text", "audio"})
_USER_PARTS = frozenset({"input_text", "input_audio", "input_image"})


def choose(shape: Shape, raw: Mapping[str, Any]) -> type[WireObject] | None:
    """Find the class of an object.

    Args:
        shape: What the field takes.
        raw: The object.

    Returns:
        The class; ``None`` for an object that no class stands for.
    """
    if shape.unknown is None and len(shape.classes) == 1:
        return shape.classes[0]
    for cls in shape.classes:
        constants = class_shape(cls).constants
        if constants and all(raw.get(name) == value for name, value in constants.items()):
            return cls
    return _guess(shape, raw)


def _guess(shape: Shape, raw: Mapping[str, Any]) -> type[WireObject] | None:
    if shape.unknown is None:
        # A class without constants takes whatever the others do not.
        return next(cls for cls in shape.classes if not class_shape(cls).constants)
    if raw.get("type") in (None, "message") and RealtimeConversationItemMessageUser in (
        shape.classes
    ):
        return _guess_message(shape, raw)
    if raw.get("type") is None and shape.classes[0] in (
        RealtimeSessionCreateRequestGA,
        RealtimeSessionCreateResponseGA,
    ):
        return _guess_session(shape, raw)
    return None


def _guess_message(shape: Shape, raw: Mapping[str, Any]) -> type[WireObject] | None:
    """Tell a message by its role, or by the parts that only one role can have."""
    role = raw.get("role")
    if role is not None:
        if raw.get("type") is not None:
            return None
        roles = (cls for cls in shape.classes if class_shape(cls).constants.get("role") == role)
        return next(roles, None)
    content = raw.get("content")
    parts = cast("Sequence[object]", content) if isinstance(content, (list, tuple)) else ()
    objects = (cast("Mapping[str, object]", part) for part in parts if isinstance(part, Mapping))
    kinds = {str(part.get("type")) for part in objects}
    if kinds & _ASSISTANT_PARTS:
        return RealtimeConversationItemMessageAssistant
    return RealtimeConversationItemMessageUser if kinds & _USER_PARTS else None


def _guess_session(shape: Shape, raw: Mapping[str, Any]) -> type[WireObject]:
    """Tell a session without a type: a translation's update never has one, nor had the beta."""
    if RealtimeTranslationSessionUpdateRequest in shape.classes and set(raw) == {"audio"}:
        return RealtimeTranslationSessionUpdateRequest
    if raw.get("object") == "realtime.transcription_session":
        return shape.classes[1]
    return shape.classes[0]
