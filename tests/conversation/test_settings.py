"""What is in force, from what the server says and from what we asked for."""

import pytest

from realtime_voice.config import (
    SemanticVAD,
    ServerVAD,
    SessionConfig,
    Transcription,
)
from realtime_voice.conversation._settings import (
    Settings,
    merge_update,
    settings_from_config,
    settings_from_session,
)
from realtime_voice.events import (
    UnknownObject,
)
from realtime_voice.formats import (
    PCM16_24K,
    PCMA_8K,
    PCMU_8K,
)
from tests.conversation.story import (
    Story,
)


def told(**session: object) -> Settings:
    """Return the settings after the server told its session."""
    story = Story(SessionConfig(transcription=Transcription(model="gpt-transcribe")))
    story.server("session.updated", session={"type": "realtime", "id": "s", **session})
    return story.core.settings


def test_what_is_not_said_is_the_servers_default() -> None:
    """Turn detection that is left open answers and interrupts."""
    assert settings_from_config(SessionConfig()) == Settings()
    detection = ServerVAD(create_response=False, interrupt_response=False)
    quiet = settings_from_config(SessionConfig(turn_detection=detection))
    assert (quiet.server_turns, quiet.creates_response, quiet.interrupts) == (True, False, False)
    off = settings_from_config(SessionConfig(turn_detection=None, transcription=None))
    assert (off.server_turns, off.creates_response, off.transcribes) == (False, False, False)
    assert settings_from_config(SessionConfig(turn_detection=SemanticVAD())) == Settings()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("audio/pcm", PCM16_24K), ("audio/pcmu", PCMU_8K), ("audio/pcma", PCMA_8K), ("x", PCM16_24K)],
)
def test_formats_are_those_that_the_server_tells(name: str, expected: object) -> None:
    """Both ways; an unknown one changes nothing."""
    side = {"format": {"type": name}}
    settings = told(audio={"input": side, "output": side})
    assert (settings.input_format, settings.output_format) == (expected, expected)


def test_null_switches_off_and_silence_keeps() -> None:
    """An explicit null differs from a field that is left out."""
    off = told(audio={"input": {"turn_detection": None, "transcription": None}})
    assert (off.server_turns, off.interrupts, off.transcribes) == (False, False, False)
    assert told() == told(audio=None) == told(audio={}) == told(audio={"input": {}}) == Settings()
    on = told(
        audio={
            "input": {
                "turn_detection": {"type": "server_vad", "create_response": False},
                "transcription": {"model": "whisper-1"},
            }
        }
    )
    assert (on.server_turns, on.creates_response, on.interrupts, on.transcribes) == (
        True,
        False,
        True,
        True,
    )


def test_transcription_sessions_owe_no_answers() -> None:
    """They write down and never speak."""
    audio = {"input": {"turn_detection": {"type": "server_vad"}}}
    settings = told(type="transcription", audio=audio)
    assert (settings.server_turns, settings.creates_response) == (True, False)
    config = SessionConfig.from_wire({"type": "transcription"})
    assert not settings_from_config(config).creates_response


def test_a_session_of_an_unknown_kind_changes_nothing() -> None:
    """It may be anything."""
    session = UnknownObject(type="odd", raw={})
    assert settings_from_session(session, Settings(interrupts=False)) == Settings(interrupts=False)


def test_updates_merge_by_the_servers_rule() -> None:
    """What is left out stays; an option is replaced whole."""
    old = SessionConfig(
        instructions="Be kind.",
        voice="coral",
        turn_detection=ServerVAD(threshold=0.3, silence_duration_ms=750),
    )
    changes = SessionConfig(turn_detection=ServerVAD(threshold=0.9)).only("turn_detection")
    merged = merge_update(old, changes)
    assert merged == old.evolve(turn_detection=ServerVAD(threshold=0.9))
    assert merge_update(SessionConfig.from_wire({}), changes) == changes
