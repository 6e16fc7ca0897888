"""Server frames to measure with: one spoken turn after another, as a session would receive them.

Of a turn's 100 frames, 60 are sound (20 each of 100, 150 and 200 ms of 24 kHz PCM), 25 are words
of the transcript, and 15 are the rest: the user's turn, items, the response, limits. Names, order
of the fields and lengths are those of the GA protocol; ids, words and sound come from a seeded
generator.
"""

import base64
import json
import random
import string
from dataclasses import dataclass

BYTES_PER_MILLISECOND = 48
CHUNKS = (100, 150, 200)
TALE = "well the tide comes in twice a day and the boats leave with it before the sun is up"
WORDS = TALE.split()


@dataclass(frozen=True)
class Frame:
    """One frame and what is in it."""

    kind: str
    """Row of the report that it belongs to."""

    text: bytes
    """The frame."""

    sound_bytes: int = 0
    """Bytes of sound that decoding must give."""


class Conversation:
    """Makes the frames of a conversation, always the same for the same seed."""

    def __init__(self, seed: int = 20) -> None:
        self._random = random.Random(seed)
        self._last_item: str | None = None

    def opening(self) -> list[Frame]:
        """The two frames with which every session begins."""
        return [
            self._frame("session", "session.created", session=self._session()),
            self._frame("session", "session.updated", session=self._session()),
        ]

    def speech_started(self) -> Frame:
        """The user begins to speak."""
        return self._frame(
            "speech",
            "input_audio_buffer.speech_started",
            audio_start_ms=11_956,
            item_id=self._id("item"),
        )

    def speech_stopped(self) -> Frame:
        """The user has said something."""
        return self._frame(
            "speech",
            "input_audio_buffer.speech_stopped",
            audio_end_ms=14_212,
            item_id=self._id("item"),
        )

    def turn(self) -> list[Frame]:
        """The 100 frames of one turn."""
        user, item, response = self._id("item"), self._id("item"), self._id("resp")
        words = [" " + self._random.choice(WORDS) for _ in range(25)]
        frames = self._begin(user, item, response)
        frames += self._middle(item, response, words)
        frames += self._end(user, item, response, "".join(words).strip())
        self._last_item = item
        assert len(frames) == 100, len(frames)
        return frames

    def _begin(self, user: str, item: str, response: str) -> list[Frame]:
        spoken = {"type": "input_audio", "transcript": None}
        message = _message(user, "user", "completed", spoken)
        empty = _message(item, "assistant", "in_progress")
        place = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
        before = self._last_item
        return [
            self._frame(
                "speech", "input_audio_buffer.committed", previous_item_id=before, item_id=user
            ),
            self._frame("item", "conversation.item.added", previous_item_id=before, item=message),
            self._frame("item", "conversation.item.done", previous_item_id=before, item=message),
            self._frame("response", "response.created", response=_response(response)),
            self._frame(
                "item",
                "response.output_item.added",
                response_id=response,
                output_index=0,
                item=empty,
            ),
            self._frame("item", "conversation.item.added", previous_item_id=user, item=empty),
            self._frame(
                "item",
                "response.content_part.added",
                **place,
                part={"type": "audio", "transcript": ""},
            ),
        ]

    def _middle(self, item: str, response: str, words: list[str]) -> list[Frame]:
        """Sound and words, interleaved."""
        place = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
        frames = []
        for number in range(60):
            milliseconds = CHUNKS[number % 3]
            sound = self._random.randbytes(milliseconds * BYTES_PER_MILLISECOND)
            frames.append(
                self._frame(
                    f"audio {milliseconds} ms",
                    "response.output_audio.delta",
                    len(sound),
                    **place,
                    delta=base64.b64encode(sound).decode(),
                )
            )
            frames += [
                self._frame(
                    "transcript",
                    "response.output_audio_transcript.delta",
                    **place,
                    delta=word,
                    obfuscation=self._letters(16 - len(word)),
                )
                for word in words[number * 25 // 60 : (number + 1) * 25 // 60]
            ]
        return frames

    def _end(self, user: str, item: str, response: str, transcript: str) -> list[Frame]:
        spoken = {"type": "output_audio", "transcript": transcript}
        done = _message(item, "assistant", "completed", spoken)
        place = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
        limit = {"name": "tokens", "limit": 40000, "remaining": 38112, "reset_seconds": 2.832}
        return [
            self._frame(
                "item",
                "conversation.item.input_audio_transcription.completed",
                item_id=user,
                content_index=0,
                transcript="When do the boats leave the harbour?",
                usage={
                    "type": "tokens",
                    "total_tokens": 33,
                    "input_tokens": 24,
                    "input_token_details": {"text_tokens": 0, "audio_tokens": 24},
                    "output_tokens": 9,
                },
            ),
            self._frame("item", "response.output_audio.done", **place),
            self._frame(
                "item", "response.output_audio_transcript.done", **place, transcript=transcript
            ),
            self._frame(
                "item",
                "response.content_part.done",
                **place,
                part={"type": "audio", "transcript": transcript},
            ),
            self._frame("item", "conversation.item.done", previous_item_id=user, item=done),
            self._frame(
                "item", "response.output_item.done", response_id=response, output_index=0, item=done
            ),
            self._frame("response", "response.done", response=_response(response, done)),
            self._frame("item", "rate_limits.updated", rate_limits=[limit]),
        ]

    def _frame(self, kind: str, wire_type: str, sound_bytes: int = 0, **fields: object) -> Frame:
        event = {"type": wire_type, "event_id": self._id("event"), **fields}
        text = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        return Frame(kind, text, sound_bytes)

    def _session(self) -> dict[str, object]:
        pcm = {"type": "audio/pcm", "rate": 24000}
        return {
            "type": "realtime",
            "object": "realtime.session",
            "id": self._id("sess"),
            "model": "gpt-realtime-2.1",
            "output_modalities": ["audio"],
            "instructions": "You work at the harbour office. " + " ".join(WORDS * 6),
            "tools": [
                {
                    "type": "function",
                    "name": "next_boat",
                    "description": "Looks up when the next boat leaves.",
                    "parameters": {
                        "type": "object",
                        "properties": {"to": {"type": "string"}},
                        "required": ["to"],
                    },
                }
            ],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": None,
            "truncation": "auto",
            "prompt": None,
            "expires_at": 1795000000,
            "audio": {
                "input": {
                    "format": pcm,
                    "transcription": {
                        "model": "gpt-transcribe",
                        "language": None,
                        "prompt": None,
                    },
                    "noise_reduction": None,
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
                "output": {"format": pcm, "voice": "marin", "speed": 1.0},
            },
            "include": None,
        }

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{self._letters(21)}"

    def _letters(self, count: int) -> str:
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=count))


def conversation(turns: int = 2) -> list[Frame]:
    """The frames of a conversation of so many turns."""
    source = Conversation()
    return source.opening() + [frame for _ in range(turns) for frame in source.turn()]


def _message(item: str, role: str, status: str, *content: dict[str, object]) -> dict[str, object]:
    return {
        "id": item,
        "type": "message",
        "status": status,
        "role": role,
        "content": list(content),
    }


def _response(response: str, *output: dict[str, object]) -> dict[str, object]:
    usage = {
        "total_tokens": 274,
        "input_tokens": 119,
        "output_tokens": 155,
        "input_token_details": {
            "text_tokens": 71,
            "audio_tokens": 48,
            "image_tokens": 0,
            "cached_tokens": 64,
            "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": 35, "audio_tokens": 120},
    }
    return {
        "object": "realtime.response",
        "id": response,
        "status": "completed" if output else "in_progress",
        "status_details": None,
        "output": list(output),
        "conversation_id": "conv_4s3iBkqvUOBBsLkQ1zzXn",
        "output_modalities": ["audio"],
        "max_output_tokens": "inf",
        "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "marin"}},
        "usage": usage if output else None,
        "metadata": None,
    }
