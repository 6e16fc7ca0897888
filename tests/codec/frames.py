"""Sessions as they look on the wire, written for these tests in the shapes of the protocol."""

from typing import Any

__all__ = ["CLIENT", "OLD", "SERVER"]

JSON = dict[str, Any]
PCM = {"type": "audio/pcm", "rate": 24000}
IN_RESPONSE = {"response_id": "resp_1", "item_id": "item_2", "output_index": 0}
IN_PART = {**IN_RESPONSE, "content_index": 0}


def numbered(*events: JSON) -> list[JSON]:
    """Give events the ids that a server would."""
    return [{"event_id": f"event_{number}", **event} for number, event in enumerate(events)]


def message(item: str, role: str, *content: JSON, **fields: Any) -> JSON:
    """A message, complete."""
    parts = {"content": list(content)}
    return {"id": item, "type": "message", "status": "completed", "role": role, **parts, **fields}


def session(**changes: Any) -> JSON:
    """A conversation session as the server reports it."""
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": "sess_1",
        "model": "gpt-realtime-2.1",
        "output_modalities": ["audio"],
        "instructions": "You sell tickets for the ferry.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": 1795000000,
        "audio": {
            "input": {
                "format": PCM,
                "transcription": {"model": "gpt-transcribe", "language": None, "prompt": None},
                "noise_reduction": {"type": "far_field", "strength": 0.5},
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 500,
                    "idle_timeout_ms": None,
                    "create_response": True,
                    "interrupt_response": True,
                },
            },
            "output": {"format": PCM, "voice": "marin", "speed": 1.0},
        },
        "include": None,
        **changes,
    }


def response(**changes: Any) -> JSON:
    """A response as it begins."""
    return {
        "object": "realtime.response",
        "id": "resp_1",
        "status": "in_progress",
        "status_details": None,
        "output": [],
        "conversation_id": "conv_1",
        "output_modalities": ["audio"],
        "max_output_tokens": "inf",
        "audio": {"output": {"format": PCM, "voice": "marin"}},
        "usage": None,
        "metadata": None,
        **changes,
    }


USAGE = {
    "total_tokens": 170,
    "input_tokens": 110,
    "output_tokens": 60,
    "input_token_details": {
        "text_tokens": 60,
        "audio_tokens": 50,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 0, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 15, "audio_tokens": 45, "reasoning_tokens": 12},
}

SPOKEN = message("item_1", "user", {"type": "input_audio", "transcript": None})
ANSWER = message("item_2", "assistant", {"type": "output_audio", "transcript": "At ten."})
CALL = {
    "id": "item_2",
    "type": "function_call",
    "status": "completed",
    "name": "next_ferry",
    "call_id": "call_1",
    "arguments": '{"to": "Ærø"}',
}

SPOKEN_TURN = numbered(
    {"type": "session.created", "session": session()},
    {"type": "session.updated", "session": session(instructions="Sell. 🛳", tools=[])},
    {"type": "input_audio_buffer.speech_started", "audio_start_ms": 740, "item_id": "item_1"},
    {
        "type": "conversation.item.input_audio_transcription.delta",
        "item_id": "item_1",
        "content_index": 0,
        "delta": "When ",
        "obfuscation": "q8Zk",
    },
    {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": 2112, "item_id": "item_1"},
    {"type": "input_audio_buffer.committed", "previous_item_id": None, "item_id": "item_1"},
    {"type": "conversation.item.added", "previous_item_id": None, "item": SPOKEN},
    {"type": "conversation.item.done", "previous_item_id": None, "item": SPOKEN},
    {"type": "response.created", "response": response()},
    {
        "type": "response.output_item.added",
        "response_id": "resp_1",
        "output_index": 0,
        "item": message("item_2", "assistant", status="in_progress", phase="final_answer"),
    },
    {
        "type": "response.content_part.added",
        **IN_PART,
        "part": {"type": "audio", "transcript": ""},
        "content": {"type": "audio", "transcript": ""},
    },
    {
        "type": "response.output_audio_transcript.delta",
        **IN_PART,
        "delta": "At ten.",
        "obfuscation": "k3",
    },
    {"type": "response.output_audio.delta", **IN_PART, "delta": "AAECAwQF"},
    {"type": "response.output_audio.delta", **IN_PART, "delta": "AAECAwQFBg=="},
    {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "item_1",
        "content_index": 0,
        "transcript": "When does the ferry leave?",
        "languages": [{"code": "en"}],
        "logprobs": [{"token": "When", "logprob": -0.01, "bytes": [87, 104, 101, 110]}],
        "usage": {
            "type": "tokens",
            "total_tokens": 20,
            "input_tokens": 14,
            "input_token_details": {"text_tokens": 0, "audio_tokens": 14},
            "output_tokens": 6,
        },
    },
    {"type": "response.output_audio.done", **IN_PART},
    {"type": "response.output_audio_transcript.done", **IN_PART, "transcript": "At ten."},
    {
        "type": "response.content_part.done",
        **IN_PART,
        "part": {"type": "audio", "transcript": "At ten."},
    },
    {"type": "conversation.item.done", "previous_item_id": "item_1", "item": ANSWER},
    {
        "type": "response.output_item.done",
        "response_id": "resp_1",
        "output_index": 0,
        "item": ANSWER,
    },
    {
        "type": "response.done",
        "response": response(status="completed", output=[ANSWER], usage=USAGE),
    },
    {
        "type": "rate_limits.updated",
        "rate_limits": [
            {"name": "tokens", "limit": 40000, "remaining": 39830, "reset_seconds": 0.25}
        ],
    },
)

BARGE_IN = numbered(
    {
        "type": "response.done",
        "response": response(
            status="cancelled",
            status_details={"type": "cancelled", "reason": "turn_detected"},
            output=[{**ANSWER, "status": "incomplete"}],
            usage=USAGE,
        ),
    },
    {
        "type": "conversation.item.truncated",
        "item_id": "item_2",
        "content_index": 0,
        "audio_end_ms": 380,
    },
    {
        "type": "conversation.item.retrieved",
        "item": message(
            "item_2", "assistant", {"type": "audio", "audio": "AAE=", "format": "pcm16"}
        ),
    },
    {"type": "conversation.item.deleted", "item_id": "item_2"},
    {"type": "input_audio_buffer.cleared"},
    {
        "type": "input_audio_buffer.timeout_triggered",
        "audio_start_ms": 9000,
        "audio_end_ms": 15000,
        "item_id": "item_3",
    },
    {
        "type": "response.done",
        "response": response(
            audio={"output": {"voice": {"id": "voice_1"}}},
            status="failed",
            status_details={
                "type": "failed",
                "error": {"type": "server_error", "code": "rate_limit_exceeded", "message": None},
            },
        ),
    },
    {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "code": "response_cancel_not_active",
            "message": "There is nothing to cancel.",
            "param": None,
            "event_id": "mine_1",
        },
    },
)

TOOL_CALL = numbered(
    {
        "type": "response.function_call_arguments.delta",
        **IN_RESPONSE,
        "call_id": "call_1",
        "delta": '{"to"',
        "obfuscation": "x",
    },
    {
        "type": "response.function_call_arguments.done",
        **IN_RESPONSE,
        "call_id": "call_1",
        "name": "next_ferry",
        "arguments": '{"to": "Ærø"}',
    },
    {"type": "conversation.item.done", "previous_item_id": None, "item": CALL},
    {
        "type": "conversation.item.added",
        "previous_item_id": "item_2",
        "item": {
            "id": "item_3",
            "type": "function_call_output",
            "call_id": "call_1",
            "output": "10:00",
        },
    },
    {"type": "response.output_text.delta", **IN_PART, "delta": "At ", "obfuscation": "aa"},
    {"type": "response.output_text.done", **IN_PART, "text": "At ten."},
    {
        "type": "response.done",
        "response": response(
            conversation_id=None,
            metadata={"purpose": "summary"},
            output=[CALL],
            max_output_tokens=9,
        ),
    },
)

MCP = numbered(
    {"type": "mcp_list_tools.in_progress", "item_id": "item_1"},
    {"type": "mcp_list_tools.completed", "item_id": "item_1"},
    {"type": "mcp_list_tools.failed", "item_id": "item_1"},
    {
        "type": "conversation.item.done",
        "previous_item_id": None,
        "item": {
            "id": "item_1",
            "type": "mcp_list_tools",
            "server_label": "harbour",
            "tools": [
                {
                    "name": "tides",
                    "description": None,
                    "input_schema": {"type": "object", "properties": {}},
                    "annotations": {"read_only": True},
                }
            ],
        },
    },
    {
        "type": "conversation.item.added",
        "previous_item_id": "item_1",
        "item": {
            "id": "item_2",
            "type": "mcp_approval_request",
            "server_label": "harbour",
            "name": "tides",
            "arguments": "{}",
        },
    },
    {"type": "response.mcp_call_arguments.delta", **IN_RESPONSE, "delta": "{", "obfuscation": None},
    {"type": "response.mcp_call_arguments.done", **IN_RESPONSE, "arguments": "{}"},
    {"type": "response.mcp_call.in_progress", "output_index": 0, "item_id": "item_3"},
    {"type": "response.mcp_call.completed", "output_index": 0, "item_id": "item_3"},
    {"type": "response.mcp_call.failed", "output_index": 0, "item_id": "item_3"},
    {
        "type": "response.output_item.done",
        "response_id": "resp_1",
        "output_index": 0,
        "item": {
            "id": "item_3",
            "type": "mcp_call",
            "server_label": "harbour",
            "name": "tides",
            "arguments": "{}",
            "approval_request_id": "item_2",
            "output": None,
            "error": {"type": "http_error", "code": 503, "message": "low water"},
        },
    },
)

TRANSCRIPTION = numbered(
    {
        "type": "session.created",
        "session": {
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": "sess_2",
            "expires_at": 0,
            "include": ["item.input_audio_transcription.logprobs"],
            "audio": {
                "input": {
                    "format": {"type": "audio/pcmu"},
                    "transcription": {"model": "gpt-transcribe", "keywords": ["Ærø"]},
                    "noise_reduction": None,
                    "turn_detection": {"type": "phase_of_the_moon", "threshold": 0.5},
                }
            },
        },
    },
    {
        "type": "conversation.item.input_audio_transcription.segment",
        "item_id": "item_1",
        "content_index": 0,
        "text": "Ten o'clock.",
        "id": "seg_1",
        "speaker": "A",
        "start": 0,
        "end": 0.75,
    },
    {
        "type": "conversation.item.input_audio_transcription.failed",
        "item_id": "item_1",
        "content_index": 0,
        "error": {
            "type": "transcription_error",
            "code": "audio_unintelligible",
            "message": "Too windy.",
            "param": None,
        },
    },
    {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "item_1",
        "content_index": 0,
        "transcript": "",
        "usage": {"type": "duration", "seconds": 0.75},
    },
)

TRANSLATION = numbered(
    {
        "type": "session.updated",
        "session": {
            "type": "translation",
            "id": "sess_3",
            "expires_at": 1795000000,
            "model": "gpt-realtime-translate",
            "audio": {
                "input": {
                    "transcription": {"model": "gpt-realtime-whisper", "language": "da"},
                    "noise_reduction": None,
                },
                "output": {"language": "de"},
            },
        },
    },
    {"type": "session.input_transcript.delta", "delta": "Færgen", "elapsed_ms": 400},
    {"type": "session.output_transcript.delta", "delta": "Die Fähre", "elapsed_ms": None},
    {
        "type": "session.output_audio.delta",
        "delta": "AAEC",
        "sample_rate": 24000,
        "channels": 1,
        "format": "pcm16",
        "elapsed_ms": 600,
    },
    {"type": "session.closed"},
)

TELEPHONE = [
    {"type": "input_audio_buffer.dtmf_event_received", "event": "7", "received_at": 1795000000},
    *numbered(
        {"type": "conversation.created", "conversation": {"id": "conv_1", "object": "realtime."}},
        {"type": "output_audio_buffer.started", "response_id": "resp_1"},
        {"type": "output_audio_buffer.stopped", "response_id": "resp_1"},
        {"type": "output_audio_buffer.cleared", "response_id": "resp_1"},
        {
            "type": "conversation.item.created",
            "previous_item_id": "item_1",
            "item": message("item_2", "system", {"type": "input_text", "text": "Be brief."}),
        },
    ),
]

SERVER: list[JSON] = [
    *SPOKEN_TURN,
    *BARGE_IN,
    *TOOL_CALL,
    *MCP,
    *TRANSCRIPTION,
    *TRANSLATION,
    *TELEPHONE,
]
"""Frames of servers; every type is among them."""

CLIENT: list[JSON] = [
    {
        "type": "session.update",
        "event_id": "mine_1",
        "session": {
            "type": "realtime",
            "audio": {"input": {"turn_detection": None}, "output": {"voice": {"id": "voice_1"}}},
            "tools": [
                {
                    "type": "function",
                    "name": "next_ferry",
                    "parameters": {"type": "object", "required": []},
                },
                {
                    "type": "mcp",
                    "server_label": "harbour",
                    "server_url": "https://harbour.example",
                    "authorization": "token",
                    "headers": {"X-Pier": "2"},
                    "allowed_tools": ["tides"],
                    "require_approval": {"never": {"read_only": True}},
                },
                {"type": "mcp", "server_label": "sea", "allowed_tools": {"tool_names": ["a"]}},
            ],
            "tool_choice": {"type": "function", "name": "next_ferry"},
            "tracing": {"workflow_name": "ferry", "metadata": {"pier": 2}},
            "truncation": {
                "type": "retention_ratio",
                "retention_ratio": 0.8,
                "token_limits": {"post_instructions": 8000},
            },
            "reasoning": {"effort": "low"},
            "prompt": {
                "id": "pmpt_1",
                "version": None,
                "variables": {
                    "name": "Ada",
                    "map": {"type": "input_image", "file_id": "file_1", "detail": "auto"},
                },
            },
            "max_output_tokens": 1024,
        },
    },
    {"type": "session.update", "session": {"type": "transcription", "include": []}},
    {"type": "session.update", "session": {"audio": {"output": {"language": "de"}}}},
    {"type": "input_audio_buffer.append", "audio": "AAECAwQF"},
    {"type": "input_audio_buffer.append", "event_id": "mine_2", "audio": "AA=="},
    {"type": "session.input_audio_buffer.append", "audio": ""},
    {"type": "input_audio_buffer.commit"},
    {"type": "input_audio_buffer.clear"},
    {"type": "output_audio_buffer.clear"},
    {
        "type": "conversation.item.create",
        "previous_item_id": "root",
        "item": {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Look:"},
                {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"},
                {"type": "input_audio", "audio": "AAE="},
            ],
        },
    },
    {
        "type": "conversation.item.create",
        "item": {
            "type": "mcp_approval_response",
            "id": "item_9",
            "approval_request_id": "item_2",
            "approve": True,
        },
    },
    {"type": "conversation.item.retrieve", "item_id": "item_2"},
    {"type": "conversation.item.delete", "item_id": "item_2"},
    {
        "type": "conversation.item.truncate",
        "item_id": "item_2",
        "content_index": 0,
        "audio_end_ms": 380,
    },
    {"type": "response.create"},
    {
        "type": "response.create",
        "response": {
            "conversation": "none",
            "output_modalities": ["text"],
            "metadata": {"purpose": "summary"},
            "input": [{"type": "item_reference", "id": "item_1"}, CALL],
        },
    },
    {"type": "response.cancel", "response_id": "resp_1"},
    {"type": "session.close"},
]
"""Frames of clients; every type is among them."""

OLD: list[tuple[JSON, str]] = [
    ({"type": "response.audio.delta", **IN_PART, "delta": "AAEC"}, "ResponseOutputAudioDelta"),
    ({"type": "response.audio.done", **IN_PART}, "ResponseOutputAudioDone"),
    (
        {"type": "response.audio_transcript.delta", **IN_PART, "delta": "Hi"},
        "ResponseOutputAudioTranscriptDelta",
    ),
    (
        {"type": "response.audio_transcript.done", **IN_PART, "transcript": "Hi"},
        "ResponseOutputAudioTranscriptDone",
    ),
    ({"type": "response.text.delta", **IN_PART, "delta": "Hi"}, "ResponseOutputTextDelta"),
    ({"type": "response.text.done", **IN_PART, "text": "Hi"}, "ResponseOutputTextDone"),
    (
        {
            "type": "session.created",
            "session": {
                "id": "sess_1",
                "object": "realtime.session",
                "model": "gpt-4o-realtime-preview",
                "modalities": ["text", "audio"],
                "voice": "alloy",
                "input_audio_format": "pcm16",
                "turn_detection": {"type": "server_vad"},
                "client_secret": {"value": "ek_1", "expires_at": 0},
                "temperature": 0.8,
            },
        },
        "SessionCreated",
    ),
    (
        {
            "type": "transcription_session.updated",
            "session": {"id": "sess_1", "input_audio_format": "pcm16"},
        },
        "SessionUpdated",
    ),
    (
        {
            "type": "transcription_session.created",
            "session": {"id": "sess_1", "object": "realtime.transcription_session"},
        },
        "SessionCreated",
    ),
]
"""Frames of servers of the time before GA, and the classes that they become."""
