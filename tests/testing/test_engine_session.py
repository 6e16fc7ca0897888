"""What ``session.created`` reports, and how ``session.update`` merges or is refused."""

from typing import Any

import pytest

from realtime_voice.testing import Heard, Scripted, Typed
from realtime_voice.testing._engine_session import DEFAULT_INSTRUCTIONS
from tests.testing.harness import Stage, silence, speech


def stage(model: str | None = "gpt-realtime") -> Stage:
    """An engine without a script."""
    return Stage(Scripted(), model=model)


def session(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the session of the one ``session.*`` event."""
    (event,) = events
    assert event["type"] == "session.updated", event
    found: dict[str, Any] = event["session"]
    return found


def refusal(events: list[dict[str, Any]]) -> tuple[str, str | None]:
    """Return code and parameter of the one error."""
    (event,) = events
    assert event["type"] == "error", event
    return event["error"]["code"], event["error"]["param"]


def test_created_reports_the_whole_session() -> None:
    """``session.created`` has every field of a recorded one, with its nulls."""
    created = stage().sent[0]["session"]
    assert created == {
        "type": "realtime",
        "object": "realtime.session",
        "id": "sess_1",
        "model": "gpt-realtime",
        "output_modalities": ["audio"],
        "instructions": DEFAULT_INSTRUCTIONS,
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": 1_003_600,
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 200,
                    "idle_timeout_ms": None,
                    "create_response": True,
                    "interrupt_response": True,
                },
            },
            "output": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "voice": "alloy",
                "speed": 1.0,
            },
        },
        "include": None,
    }


def test_defaults_differ_per_model() -> None:
    """The second generation waits longer, has another voice, and reasons."""
    created = stage("gpt-realtime-2.1").sent[0]["session"]
    assert created["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 500
    assert created["audio"]["output"]["voice"] == "marin"
    assert created["reasoning"] == {"effort": "low"}


def test_what_is_left_out_stays() -> None:
    """Two updates add up, down to the fields of turn detection."""
    scene = stage()
    scene.update(
        instructions="Be brief.",
        audio={"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 750}}},
    )
    merged = session(
        scene.update(audio={"input": {"turn_detection": {"type": "server_vad", "threshold": 0.7}}})
    )
    detection = merged["audio"]["input"]["turn_detection"]
    assert merged["instructions"] == "Be brief."
    assert (detection["silence_duration_ms"], detection["threshold"]) == (750, 0.7)


def test_empty_clears_and_null_switches_off() -> None:
    """``""`` brings the default instructions back, ``[]`` removes tools, null switches off."""
    scene = stage()
    tool = {"type": "function", "name": "look", "parameters": {"type": "object"}}
    scene.update(
        instructions="Be brief.",
        tools=[tool],
        audio={"input": {"transcription": {"model": "whisper-1"}}},
    )
    off = {"transcription": None, "turn_detection": None, "noise_reduction": None}
    cleared = session(scene.update(instructions="", tools=[], audio={"input": off}))
    listening = cleared["audio"]["input"]
    assert cleared["instructions"] == DEFAULT_INSTRUCTIONS
    assert cleared["tools"] == []
    assert {name: listening[name] for name in off} == off


def test_transcription_reports_nulls() -> None:
    """A transcription shows language and prompt as null, as recorded."""
    listening = session(
        stage().update(audio={"input": {"transcription": {"model": "gpt-realtime-whisper"}}})
    )["audio"]["input"]
    assert listening["transcription"] == {
        "model": "gpt-realtime-whisper",
        "language": None,
        "prompt": None,
    }


def test_another_kind_of_turn_detection_starts_from_its_defaults() -> None:
    """Semantic turn detection takes nothing over from a detector of loudness."""
    listening = session(
        stage().update(audio={"input": {"turn_detection": {"type": "semantic_vad"}}})
    )["audio"]["input"]
    assert listening["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
    }


def test_noise_reduction_keeps_its_strength() -> None:
    """Strength is 1 at first, and an update without it keeps it."""
    scene = stage()
    near = {"type": "near_field", "strength": 0.5}
    scene.update(audio={"input": {"noise_reduction": near}})
    kept = session(scene.update(audio={"input": {"noise_reduction": {"type": "far_field"}}}))
    assert kept["audio"]["input"]["noise_reduction"] == {"type": "far_field", "strength": 0.5}


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"type": "realtime", "temperature": 1}, ("unknown_parameter", "session.temperature")),
        ({"instructions": "x"}, ("missing_required_parameter", "session.type")),
        ({"type": "transcription"}, ("invalid_value", "session.type")),
        ({"type": "conversation"}, ("invalid_value", "session.type")),
        (
            {"type": "realtime", "output_modalities": ["text", "audio"]},
            ("invalid_value", "session.output_modalities"),
        ),
        (
            {"type": "realtime", "output_modalities": []},
            ("invalid_value", "session.output_modalities"),
        ),
        (
            {"type": "realtime", "max_output_tokens": -5},
            ("invalid_value", "session.max_output_tokens"),
        ),
        ({"type": "realtime", "model": "gpt-realtime-2"}, ("invalid_value", "session.model")),
        (
            {"type": "realtime", "audio": {"output": {"speed": 2}}},
            ("invalid_value", "session.audio.output.speed"),
        ),
        (
            {"type": "realtime", "audio": {"output": {"speed": True}}},
            ("invalid_type", "session.audio.output.speed"),
        ),
        (
            {
                "type": "realtime",
                "audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 1.5}}},
            },
            ("invalid_value", "session.audio.input.turn_detection.threshold"),
        ),
        (
            {"type": "realtime", "audio": {"input": {"turn_detection": {"type": "manual"}}}},
            ("invalid_value", "session.audio.input.turn_detection.type"),
        ),
        (
            {"type": "realtime", "audio": {"input": {"turn_detection": {"threshold": 0.5}}}},
            ("missing_required_parameter", "session.audio.input.turn_detection.type"),
        ),
        (
            {"type": "realtime", "audio": {"input": {"transcription": {"language": "de"}}}},
            ("missing_required_parameter", "session.audio.input.transcription.model"),
        ),
        (
            {"type": "realtime", "audio": {"input": {"format": {"type": "pcm16"}}}},
            ("invalid_value", "session.audio.input.format.type"),
        ),
        ({"type": "realtime", "tools": {}}, ("invalid_type", "session.tools")),
        (
            {"type": "realtime", "tools": [{"type": "function"}]},
            ("missing_required_parameter", "session.tools[0].name"),
        ),
        ({"type": "realtime", "tool_choice": "maybe"}, ("invalid_value", "session.tool_choice")),
        (
            {"type": "realtime", "include": ["everything"]},
            ("invalid_value", "session.include[0]"),
        ),
    ],
)
def test_refused_whole(update: dict[str, Any], expected: tuple[str, str]) -> None:
    """A refused update names its parameter and changes nothing."""
    scene = stage()
    before = scene.sent[0]["session"]
    assert refusal(scene.send("session.update", session=update)) == expected
    assert session(scene.update()) == before


def test_one_bad_field_spoils_the_good_ones() -> None:
    """A refused update loses its tools and instructions as well."""
    scene = stage()
    tool = {"type": "function", "name": "look"}
    scene.update(instructions="New.", tools=[tool], max_output_tokens=0)
    after = session(scene.update())
    assert (after["instructions"], after["tools"]) == (DEFAULT_INSTRUCTIONS, [])


def test_session_must_be_an_object() -> None:
    """A session that is no object is refused by its type."""
    assert refusal(stage().send("session.update", session=[])) == ("invalid_type", "session")


def test_voice_is_fixed_by_the_first_sound() -> None:
    """Another voice is refused once the assistant has spoken; the same one is not."""
    scene = Stage(Scripted([Heard("hi", say="Hello.")]))
    assert session(scene.update(audio={"output": {"voice": "coral"}}))
    scene.hear(speech() + silence(400))
    scene.wait(5)
    assert refusal(scene.update(audio={"output": {"voice": "sage"}})) == (
        "cannot_update_voice",
        None,
    )
    assert session(scene.update(audio={"output": {"voice": "coral", "speed": 1.2}}))


def test_custom_voice() -> None:
    """A custom voice is an object with an id."""
    updated = session(stage().update(audio={"output": {"voice": {"id": "voice_1"}}}))
    assert updated["audio"]["output"]["voice"] == {"id": "voice_1"}


def test_tracing_cannot_change_once_on() -> None:
    """Tracing that is on stays as it is."""
    scene = stage()
    assert session(scene.update(tracing="auto"))["tracing"] == "auto"
    assert refusal(scene.update(tracing=None)) == ("invalid_value", "session.tracing")


def test_update_in_mid_speech_keeps_the_utterance() -> None:
    """New instructions do not end an utterance under way; new turn detection does."""
    scene = Stage(Scripted([Typed("x")], default=Heard("hello")))
    scene.hear(speech())
    scene.update(instructions="Be brief.")
    kinds = [event["type"] for event in scene.hear(silence(400))]
    assert "input_audio_buffer.committed" in kinds
    scene.hear(speech())
    scene.update(audio={"input": {"turn_detection": {"type": "server_vad", "threshold": 0.6}}})
    assert "input_audio_buffer.committed" not in [e["type"] for e in scene.hear(silence(400))]


def test_transcription_session_is_created_with_its_own_object() -> None:
    """``intent=transcription`` gives another kind of session."""
    created = stage(None).sent[0]["session"]
    assert (created["type"], created["object"]) == (
        "transcription",
        "realtime.transcription_session",
    )
    assert "model" not in created


def test_transcription_session_takes_its_own_update() -> None:
    """It takes ``type: transcription`` and refuses a conversation's fields."""
    scene = stage(None)
    update = {
        "type": "transcription",
        "audio": {"input": {"transcription": {"model": "gpt-4o-transcribe"}}},
    }
    merged = session(scene.send("session.update", session=update))
    assert merged["audio"]["input"]["transcription"]["model"] == "gpt-4o-transcribe"
    assert refusal(scene.update()) == ("invalid_value", "session.type")
    foreign = {"type": "transcription", "instructions": "x"}
    assert refusal(scene.send("session.update", session=foreign)) == (
        "unknown_parameter",
        "session.instructions",
    )


def test_streaming_recognisers_take_no_turn_detection() -> None:
    """A streaming model switches turn detection off, and refuses to have it on."""
    scene = stage(None)
    live = {"transcription": {"model": "gpt-realtime-whisper"}}
    update = {"type": "transcription", "audio": {"input": live}}
    merged = session(scene.send("session.update", session=update))
    assert merged["audio"]["input"]["turn_detection"] is None
    update = {
        "type": "transcription",
        "audio": {"input": {**live, "turn_detection": {"type": "server_vad"}}},
    }
    assert refusal(scene.send("session.update", session=update)) == (
        "invalid_value",
        "session.audio.input.turn_detection",
    )
