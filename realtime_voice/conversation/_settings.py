"""What is in force on the server: turn detection, transcription and sound formats.

``session.created`` and ``session.updated`` tell it; what they leave out is taken from our own
configuration. This module reads both and keeps no state.
"""

from typing import Any, cast

import attrs

from realtime_voice.config import UNSET, SessionConfig
from realtime_voice.events import (
    RealtimeAudioFormatsAudioPcm,
    RealtimeAudioFormatsAudioPcma,
    RealtimeAudioFormatsAudioPcmu,
    RealtimeSessionCreateResponseGA,
    RealtimeTranscriptionSessionCreateResponseGA,
    Session,
)
from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat

__all__ = ["Settings", "merge_update", "settings_from_config", "settings_from_session"]


@attrs.frozen(kw_only=True)
class Settings:
    """The part of the session's configuration that the core decides by."""

    server_turns: bool = True
    """The server finds out when the user speaks."""
    creates_response: bool = True
    """The server answers by itself when the user has spoken."""
    interrupts: bool = True
    """The server cancels its answer when the user begins to speak."""
    transcribes: bool = True
    """The server writes down what the user says."""
    input_format: AudioFormat = PCM16_24K
    """Layout of the user's sound."""
    output_format: AudioFormat = PCM16_24K
    """Layout of the model's sound."""


def settings_from_config(config: SessionConfig) -> Settings:
    """What we asked for; options left open count as the server's defaults."""
    detection = config.turn_detection
    server_turns = config.server_turns
    settings = Settings(
        server_turns=server_turns,
        creates_response=server_turns and _flag(detection, "create_response"),
        interrupts=server_turns and _flag(detection, "interrupt_response"),
        transcribes=config.transcribes,
        input_format=config.input_audio_format,
        output_format=config.output_audio_format,
    )
    return _without_answers(settings) if config.type == "transcription" else settings


def settings_from_session(session: Session, otherwise: Settings) -> Settings:
    """What the server says is in force.

    Args:
        session: The object of ``session.created`` or ``session.updated``.
        otherwise: What to assume where the server says nothing.
    """
    if not isinstance(
        session, RealtimeSessionCreateResponseGA | RealtimeTranscriptionSessionCreateResponseGA
    ):
        return otherwise
    settings, audio = otherwise, session.audio
    if audio is not None and audio.input is not None:
        settings = _with_input(audio.input, settings)
    output = getattr(audio, "output", None)
    if output is not None:
        found = _format(output.format, settings.output_format)
        settings = attrs.evolve(settings, output_format=found)
    if isinstance(session, RealtimeTranscriptionSessionCreateResponseGA):
        return _without_answers(settings)
    return settings


def merge_update(config: SessionConfig, changes: SessionConfig) -> SessionConfig:
    """What is in force after an acknowledged update, by the server's rule.

    What an update leaves out stays; single options are replaced whole, turn detection too.
    """
    merged = _merged(config.to_wire(), changes.to_wire(), deep=("audio", "input", "output"))
    return SessionConfig.from_wire(merged)


def _merged(old: dict[str, Any], new: dict[str, Any], *, deep: tuple[str, ...]) -> dict[str, Any]:
    merged = {**old, **new}
    for name in deep:
        before, after = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            merged[name] = _merged(
                cast("dict[str, Any]", before), cast("dict[str, Any]", after), deep=deep
            )
    return merged


def _without_answers(settings: Settings) -> Settings:
    """A transcription session writes down and never answers."""
    return attrs.evolve(settings, creates_response=False, interrupts=False)


def _with_input(heard: Any, settings: Settings) -> Settings:
    detection = heard.turn_detection
    if detection is not None:
        settings = attrs.evolve(
            settings,
            server_turns=True,
            creates_response=_flag(detection, "create_response"),
            interrupts=_flag(detection, "interrupt_response"),
        )
    elif "turn_detection" in heard.extra:
        settings = attrs.evolve(
            settings, server_turns=False, creates_response=False, interrupts=False
        )
    if heard.transcription is not None:
        settings = attrs.evolve(settings, transcribes=True)
    elif "transcription" in heard.extra:
        settings = attrs.evolve(settings, transcribes=False)
    return attrs.evolve(settings, input_format=_format(heard.format, settings.input_format))


def _flag(detection: object, name: str) -> bool:
    """A switch of turn detection that is on unless it is switched off."""
    value = getattr(detection, name, True)
    return value is UNSET or value is None or bool(value)


def _format(named: object, otherwise: AudioFormat) -> AudioFormat:
    match named:
        case RealtimeAudioFormatsAudioPcm():
            return PCM16_24K
        case RealtimeAudioFormatsAudioPcmu():
            return PCMU_8K
        case RealtimeAudioFormatsAudioPcma():
            return PCMA_8K
        case _:
            return otherwise
