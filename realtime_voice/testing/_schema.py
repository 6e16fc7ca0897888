"""What clients may send, as data: sessions, items and responses in the checks of ``_checks``.

Closed where the real server refuses (it rejects unknown parameters), open where it may add
names any day (models, voices). Knows shapes only; whether a value fits the *state* of a session
is decided elsewhere.
"""

from typing import cast

from realtime_voice.testing._checks import (
    Check,
    anything,
    boolean,
    either,
    integer,
    list_of,
    null_or,
    number,
    one_of,
    record,
    tagged,
    text,
    text_map,
)
from realtime_voice.testing._wire import Wire

__all__ = [
    "CLIENT_EVENTS",
    "EVENT_ID_LIMIT",
    "ID_LIMIT",
    "ITEM",
    "REALTIME_SESSION",
    "RESPONSE",
    "TRANSCRIPTION_SESSION",
]

ID_LIMIT = 32
"""Most characters of an item id or call id that a client chooses."""

EVENT_ID_LIMIT = 512
"""Most characters of an event id."""

_MODALITIES = list_of(one_of("text", "audio"), at_least=1)
_MAX_TOKENS = either(one_of("inf"), integer(1, 4096), when=str)
_INCLUDE = null_or(list_of(one_of("item.input_audio_transcription.logprobs")))

_FORMAT = tagged(
    {
        "audio/pcm": record({"type": anything, "rate": integer(24_000, 24_000)}),
        "audio/pcmu": record({"type": anything}),
        "audio/pcma": record({"type": anything}),
    }
)
_TRANSCRIPTION = record(
    {
        "model": text(),
        "language": null_or(text()),
        "languages": null_or(list_of(text(), at_least=1)),
        "prompt": null_or(text()),
        "keywords": null_or(list_of(text())),
        "delay": null_or(one_of("minimal", "low", "medium", "high", "xhigh")),
    }
)
_NOISE_REDUCTION = record(
    {"type": one_of("near_field", "far_field"), "strength": null_or(number(0, 1))}
)
_VAD_ANSWERS: dict[str, Check] = {
    "type": anything,
    "create_response": null_or(boolean),
    "interrupt_response": null_or(boolean),
}
_TURN_DETECTION = tagged(
    {
        "server_vad": record(
            {
                **_VAD_ANSWERS,
                "threshold": null_or(number(0, 1)),
                "prefix_padding_ms": null_or(integer(0)),
                "silence_duration_ms": null_or(integer(0)),
                "idle_timeout_ms": null_or(integer(5000, 30_000)),
            }
        ),
        "semantic_vad": record(
            {**_VAD_ANSWERS, "eagerness": null_or(one_of("low", "medium", "high", "auto"))}
        ),
    }
)
_VOICE = either(text(), record({"id": text()}, required=("id",)), when=str)
_FUNCTION_TOOL = record(
    {
        "type": anything,
        "name": text(64),
        "description": null_or(text()),
        "parameters": null_or(anything),
    },
    required=("name",),
)
_TOOL = tagged({"function": _FUNCTION_TOOL, "mcp": anything}, default="function")
_TOOL_CHOICE = either(
    one_of("none", "auto", "required"),
    tagged({"function": anything, "mcp": anything}),
    when=str,
)
_REASONING = null_or(record({"effort": one_of("minimal", "low", "medium", "high", "xhigh")}))
_TRUNCATION = either(
    one_of("auto", "disabled"),
    tagged(
        {
            "retention_ratio": record(
                {"type": anything, "retention_ratio": number(0, 1), "token_limits": anything},
                required=("retention_ratio",),
            )
        }
    ),
    when=str,
)
_INPUT = record(
    {
        "format": _FORMAT,
        "transcription": null_or(_TRANSCRIPTION),
        "noise_reduction": null_or(_NOISE_REDUCTION),
        "turn_detection": null_or(_TURN_DETECTION),
    }
)
_OUTPUT = record({"format": _FORMAT, "voice": _VOICE, "speed": number(0.25, 1.5)})

REALTIME_SESSION = record(
    {
        "type": one_of("realtime"),
        "model": text(),
        "output_modalities": _MODALITIES,
        "instructions": text(),
        "audio": record({"input": _INPUT, "output": _OUTPUT}),
        "include": _INCLUDE,
        "tracing": null_or(either(one_of("auto"), anything, when=str)),
        "tools": list_of(_TOOL),
        "tool_choice": _TOOL_CHOICE,
        "parallel_tool_calls": null_or(boolean),
        "reasoning": _REASONING,
        "max_output_tokens": _MAX_TOKENS,
        "truncation": _TRUNCATION,
        "prompt": null_or(anything),
    }
)
"""The ``session`` of a ``session.update`` in a conversation."""

TRANSCRIPTION_SESSION = record(
    {
        "type": one_of("transcription"),
        "audio": record({"input": _INPUT}),
        "include": _INCLUDE,
    }
)
"""The ``session`` of a ``session.update`` in a transcription session."""

_INPUT_TEXT = record({"type": anything, "text": text()}, required=("text",))
_USER_CONTENT = tagged(
    {
        "input_text": _INPUT_TEXT,
        "input_audio": record(
            {
                "type": anything,
                "audio": text(),
                "transcript": null_or(text()),
                "format": anything,
            },
            required=("audio",),
        ),
        "input_image": record(
            {"type": anything, "image_url": text(), "detail": null_or(text())},
            required=("image_url",),
        ),
    }
)
_ASSISTANT_CONTENT = tagged(
    {"output_text": record({"type": anything, "text": text()}, required=("text",))}
)
_ITEM_HEAD: dict[str, Check] = {
    "id": null_or(text(ID_LIMIT)),
    "object": anything,
    "type": anything,
    "status": null_or(one_of("completed", "incomplete", "in_progress")),
}


def _message(content: Check) -> Check:
    return record(
        {**_ITEM_HEAD, "role": anything, "content": list_of(content), "phase": anything},
        required=("content",),
    )


_MESSAGES: dict[str, Check] = {
    "system": _message(tagged({"input_text": _INPUT_TEXT})),
    "user": _message(_USER_CONTENT),
    "assistant": _message(_ASSISTANT_CONTENT),
}


def _any_message(value: dict[str, object], path: str) -> None:
    record({**dict.fromkeys(value, anything)}, required=("role",))(value, path)
    role = value["role"]
    one_of(*_MESSAGES)(role, f"{path}.role")
    _MESSAGES[str(role)](value, path)


ITEM = tagged(
    {
        "message": _any_message,
        "function_call": record(
            {
                **_ITEM_HEAD,
                "call_id": null_or(text(ID_LIMIT)),
                "name": text(),
                "arguments": text(),
            },
            required=("name", "arguments"),
        ),
        "function_call_output": record(
            {**_ITEM_HEAD, "call_id": text(ID_LIMIT), "output": text()},
            required=("call_id", "output"),
        ),
        "mcp_approval_response": record(
            {
                **_ITEM_HEAD,
                "approval_request_id": text(),
                "approve": boolean,
                "reason": null_or(text()),
            },
            required=("approval_request_id", "approve"),
        ),
    }
)
"""The ``item`` of a ``conversation.item.create``."""

_REFERENCE = record({"type": anything, "id": text()}, required=("id",))


def _input_item(value: object, path: str) -> None:
    is_reference = isinstance(value, dict) and cast("Wire", value).get("type") == "item_reference"
    (_REFERENCE if is_reference else ITEM)(value, path)


RESPONSE = record(
    {
        "output_modalities": _MODALITIES,
        "instructions": null_or(text()),
        "audio": record({"output": record({"format": _FORMAT, "voice": _VOICE})}),
        "tools": list_of(_TOOL),
        "tool_choice": _TOOL_CHOICE,
        "parallel_tool_calls": null_or(boolean),
        "reasoning": _REASONING,
        "max_output_tokens": _MAX_TOKENS,
        "conversation": one_of("auto", "none"),
        "metadata": null_or(text_map(16, 64, 512)),
        "prompt": null_or(anything),
        "input": null_or(list_of(_input_item)),
    }
)
"""The ``response`` of a ``response.create``."""

_HEAD: dict[str, Check] = {"type": anything, "event_id": null_or(text(EVENT_ID_LIMIT))}

CLIENT_EVENTS: dict[str, Check] = {
    "session.update": record({**_HEAD, "session": anything}, required=("session",)),
    "input_audio_buffer.append": record({**_HEAD, "audio": text()}, required=("audio",)),
    "input_audio_buffer.commit": record(_HEAD),
    "input_audio_buffer.clear": record(_HEAD),
    "output_audio_buffer.clear": record(_HEAD),
    "conversation.item.create": record(
        {**_HEAD, "previous_item_id": null_or(text()), "item": ITEM}, required=("item",)
    ),
    "conversation.item.retrieve": record({**_HEAD, "item_id": text()}, required=("item_id",)),
    "conversation.item.delete": record({**_HEAD, "item_id": text()}, required=("item_id",)),
    "conversation.item.truncate": record(
        {**_HEAD, "item_id": text(), "content_index": integer(0), "audio_end_ms": integer(0)},
        required=("item_id", "content_index", "audio_end_ms"),
    ),
    "response.create": record({**_HEAD, "response": null_or(RESPONSE)}),
    "response.cancel": record({**_HEAD, "response_id": null_or(text())}),
}
"""Every event that a conversation client may send, with its own fields."""
