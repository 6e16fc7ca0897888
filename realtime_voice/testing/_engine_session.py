"""The effective session: what it is at first, and how a ``session.update`` changes it.

Merging as the real server does it: what is left out stays, ``""`` and ``[]`` clear, ``null``
switches off; a refused update changes nothing. Knows no other part of the engine.
"""

from copy import deepcopy
from typing import Any, cast

import attrs

from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat
from realtime_voice.testing._refusals import Refusal, invalid_type, invalid_value, missing_parameter
from realtime_voice.testing._schema import REALTIME_SESSION, TRANSCRIPTION_SESSION
from realtime_voice.testing._wire import Wire, child

__all__ = [
    "DEFAULT_INSTRUCTIONS",
    "SessionState",
    "TurnSettings",
    "audio_format",
    "check_modalities",
]

DEFAULT_INSTRUCTIONS = (
    "You are a helpful, friendly voice assistant. Speak naturally, keep your answers short, and "
    "do not mention these rules."
)
"""What a session is told as long as its client says nothing."""

_FORMATS = {"audio/pcm": PCM16_24K, "audio/pcmu": PCMU_8K, "audio/pcma": PCMA_8K}
_PCM: Wire = {"type": "audio/pcm", "rate": 24_000}
# A streaming recogniser of a transcription session takes no turn detection .
_STREAMING_EARS = ("gpt-realtime-whisper", "gpt-live-transcribe")
# How long silence ends a turn where the meaning would decide; a detector of sound cannot know.
_SEMANTIC_SILENCE_MS = {"low": 1200, "medium": 800, "auto": 800, "high": 400}
_SEMANTIC_PADDING_MS = 300
_SEMANTIC_THRESHOLD = 0.5


@attrs.frozen(kw_only=True)
class TurnSettings:
    """How turns are taken, in the terms of a detector of sound."""

    threshold: float
    """How sure the detector has to be, from 0 to 1."""
    padding_ms: int
    """Sound before the onset that belongs to the utterance, in ms."""
    silence_ms: int
    """Silence that ends the utterance, in ms."""
    creates_response: bool
    """Whether the end of speech starts a response."""
    interrupts_response: bool
    """Whether speech cancels the running response."""
    idle_timeout_ms: int | None
    """Silence after a response that starts another one, in ms."""


class SessionState:
    """The session object as the server reports it.

    Args:
        session_id: Id of the session.
        model: Name of the model; None for a transcription session.
        expires_at: When the session will end, in seconds since the epoch.
    """

    def __init__(self, session_id: str, model: str | None, expires_at: int) -> None:
        self._model = model
        create = _transcription_session if model is None else _realtime_session
        self._session = create(session_id, model or "", expires_at)
        self.turns = _turn_settings(self.input["turn_detection"])
        """How turns are taken; None where the client takes them by hand."""

    @property
    def wire(self) -> Wire:
        """The whole session object, a copy."""
        return deepcopy(self._session)

    @property
    def kind(self) -> str:
        """``realtime`` or ``transcription``."""
        return str(self._session["type"])

    def __getitem__(self, name: str) -> Any:
        """Return a field of the session object; it must not be changed."""
        return self._session[name]

    @property
    def input(self) -> Wire:
        """The ``audio.input`` object."""
        listening: Wire = self._session["audio"]["input"]
        return listening

    @property
    def output(self) -> Wire:
        """The ``audio.output`` object."""
        speaking: Wire = self._session["audio"]["output"]
        return speaking

    @property
    def input_format(self) -> AudioFormat:
        """How the user's sound comes in."""
        return audio_format(self.input["format"])

    def update(self, update: Any, *, has_spoken: bool) -> None:
        """Merge a ``session.update`` or refuse it whole.

        Args:
            update: The ``session`` of the event.
            has_spoken: Whether assistant audio exists, which fixes the voice.

        Raises:
            Refusal: Nothing was changed.
        """
        self.check(update)
        merged = deepcopy(self._session)
        _merge_session(merged, update, DEFAULT_INSTRUCTIONS)
        self._check_merged(merged, has_spoken=has_spoken)
        if self.kind == "transcription":
            _fit_transcription(merged, update)
        self._session = merged
        self.turns = _turn_settings(self.input["turn_detection"])

    def check(self, update: Any) -> None:
        """Refuse an update for what it is, whatever the state.

        Args:
            update: The ``session`` of the event.

        Raises:
            Refusal: The update has a field that cannot be.
        """
        if not isinstance(update, dict):
            raise invalid_type("session", "an object", update)
        update = cast("Wire", update)
        if "type" not in update:
            raise missing_parameter("session.type")
        self._check_kind(update)
        check = TRANSCRIPTION_SESSION if self.kind == "transcription" else REALTIME_SESSION
        check(update, "session")

    def _check_kind(self, update: Wire) -> None:
        asked = update.get("type")
        if asked in ("realtime", "transcription") and asked != self.kind:
            raise Refusal(
                "invalid_value",
                f"Passing a {asked} session update event to a {self.kind} session is not allowed.",
                param="session.type",
            )

    def _check_merged(self, merged: Wire, *, has_spoken: bool) -> None:
        if merged.get("model") != self._session.get("model"):
            raise invalid_value("The model of a session cannot be changed.", "session.model")
        if self.kind == "transcription":
            return
        voice = merged["audio"]["output"]["voice"]
        if has_spoken and voice != self.output["voice"]:
            raise Refusal(
                "cannot_update_voice",
                "Cannot update a conversation's voice if assistant audio is present.",
            )
        if self._session["tracing"] is not None and merged["tracing"] != self._session["tracing"]:
            raise invalid_value("Tracing cannot be changed once it is on.", "session.tracing")
        check_modalities(merged["output_modalities"], "session.output_modalities")


def check_modalities(modalities: list[str], path: str) -> None:
    """Refuse everything but exactly one modality.

    Raises:
        Refusal: There is not exactly one.
    """
    if len(modalities) != 1:
        raise invalid_value(
            f"Invalid modalities: {modalities}. Supported combinations are: ['text'] and "
            "['audio'].",
            path,
        )


def audio_format(wire: Wire) -> AudioFormat:
    """Return the layout that a format object of the wire names."""
    return _FORMATS[wire["type"]]


def _realtime_session(session_id: str, model: str, expires_at: int) -> Wire:
    reasons = model.startswith("gpt-realtime-2")
    session: Wire = {
        "type": "realtime",
        "object": "realtime.session",
        "id": session_id,
        "model": model,
        "output_modalities": ["audio"],
        "instructions": DEFAULT_INSTRUCTIONS,
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": expires_at,
        "audio": {
            "input": {
                "format": dict(_PCM),
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": _server_vad(500 if reasons else 200),
            },
            "output": {
                "format": dict(_PCM),
                "voice": "marin" if reasons else "alloy",
                "speed": 1.0,
            },
        },
        "include": None,
    }
    if reasons:
        session["reasoning"] = {"effort": "low"}
        session["parallel_tool_calls"] = True
    return session


def _transcription_session(session_id: str, _model: str, expires_at: int) -> Wire:
    return {
        "type": "transcription",
        "object": "realtime.transcription_session",
        "id": session_id,
        "expires_at": expires_at,
        "audio": {
            "input": {
                "format": dict(_PCM),
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 200,
                },
            }
        },
        "include": None,
    }


def _server_vad(silence_ms: int) -> Wire:
    return {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": silence_ms,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    }


_SEMANTIC_VAD: Wire = {
    "type": "semantic_vad",
    "eagerness": "auto",
    "create_response": True,
    "interrupt_response": True,
}


def _merge_session(session: Wire, update: Wire, instructions: str) -> None:
    for name, value in update.items():
        match name:
            case "audio":
                _merge_input(session["audio"]["input"], child(value, "input"))
                child(session, "audio", "output").update(deepcopy(child(value, "output")))
            case "instructions":
                session[name] = value or instructions
            case _:
                session[name] = deepcopy(value)


def _merge_input(current: Wire, update: Wire) -> None:
    for name, value in update.items():
        match name:
            case "turn_detection" if value is not None:
                current[name] = _merge_turn_detection(current[name], value)
            case "transcription" if value is not None:
                current[name] = _merge_transcription(current[name], value)
            case "noise_reduction" if value is not None:
                kept = current[name] or {"strength": 1.0}
                current[name] = {**kept, **value}
            case _:
                current[name] = deepcopy(value)


def _merge_turn_detection(current: Wire | None, update: Wire) -> Wire:
    if current is None or current["type"] != update["type"]:
        current = _server_vad(500) if update["type"] == "server_vad" else dict(_SEMANTIC_VAD)
    given = {
        name: value
        for name, value in update.items()
        if value is not None or name == "idle_timeout_ms"
    }
    return {**current, **given}


def _merge_transcription(current: Wire | None, update: Wire) -> Wire:
    same_model = current is not None and update.get("model", current["model"]) == current["model"]
    base = current if same_model and current is not None else {"language": None, "prompt": None}
    if "model" not in base and "model" not in update:
        raise missing_parameter("session.audio.input.transcription.model")
    merged = {**base, **update}
    return {"model": merged.pop("model"), **merged}


def _fit_transcription(session: Wire, update: Wire) -> None:
    listening = session["audio"]["input"]
    model = child(listening, "transcription").get("model")
    if model not in _STREAMING_EARS:
        return
    asked = child(update, "audio", "input")
    if asked.get("turn_detection") is not None:
        raise invalid_value(
            f"Turn detection is not supported with the transcription model '{model}'.",
            "session.audio.input.turn_detection",
        )
    listening["turn_detection"] = None


def _turn_settings(wire: Wire | None) -> TurnSettings | None:
    if wire is None:
        return None
    is_semantic = wire["type"] == "semantic_vad"
    silence = (
        _SEMANTIC_SILENCE_MS[wire["eagerness"]] if is_semantic else wire["silence_duration_ms"]
    )
    return TurnSettings(
        threshold=wire.get("threshold", _SEMANTIC_THRESHOLD),
        padding_ms=wire.get("prefix_padding_ms", _SEMANTIC_PADDING_MS),
        silence_ms=silence,
        creates_response=wire.get("create_response", False),
        interrupts_response=wire.get("interrupt_response", False),
        idle_timeout_ms=wire.get("idle_timeout_ms"),
    )
