"""The configuration as a whole: what it sends, what it reads, and how it changes."""

import pickle
from typing import Any

import attrs
import pytest

from realtime_voice.config import (
    UNSET,
    CustomVoice,
    FunctionTool,
    MCPTool,
    NoiseReduction,
    RetentionRatio,
    SemanticVAD,
    ServerVAD,
    SessionConfig,
    StoredPrompt,
    Tracing,
    Transcription,
)
from realtime_voice.errors import ConfigError
from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K

VAD = {
    "type": "server_vad",
    "create_response": True,
    "interrupt_response": False,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 750,
}


def founding(transcription: dict[str, Any], vad: dict[str, Any]) -> dict[str, Any]:
    """The session object of the question that this library began with."""
    pcm = {"type": "audio/pcm", "rate": 24000}
    return {
        "type": "realtime",
        "model": "gpt-realtime",
        "output_modalities": ["audio"],
        "instructions": "...",
        "audio": {
            "input": {
                "format": pcm,
                "transcription": {"model": "gpt-4o-mini-transcribe", **transcription},
                "noise_reduction": {"type": "far_field"},
                "turn_detection": {**VAD, **vad},
            },
            "output": {"format": pcm, "voice": "coral", "speed": 1},
        },
        "max_output_tokens": 1024,
        "tracing": None,
        "truncation": "auto",
    }


@pytest.mark.parametrize("transcription", [{}, {"language": "en"}], ids=["any", "en"])
@pytest.mark.parametrize("vad", [{}, {"threshold": 0.5}], ids=["default", "threshold"])
def test_the_founding_update_goes_through_unchanged(
    transcription: dict[str, Any], vad: dict[str, Any]
) -> None:
    """The update of the founding question is read and written as it is, number types included."""
    wire = founding(transcription, vad)
    config = SessionConfig.from_wire(wire)
    assert config.to_wire() == wire
    assert type(config.to_wire()["audio"]["output"]["speed"]) is int
    assert config.extra == {}


def test_the_founding_update_can_be_written_flat() -> None:
    """The same update, as a user of this library writes it."""
    with pytest.warns(DeprecationWarning, match="is shut down on 2027") as told:
        config = SessionConfig(
            model="gpt-realtime",
            voice="coral",
            instructions="...",
            input_format=PCM16_24K,
            output_format=PCM16_24K,
            noise_reduction="far_field",
            transcription=Transcription(model="gpt-4o-mini-transcribe"),
            turn_detection=ServerVAD(
                create_response=True,
                interrupt_response=False,
                prefix_padding_ms=300,
                silence_duration_ms=750,
            ),
            speed=1,
            max_output_tokens=1024,
            output_modality="audio",
            tracing=None,
            truncation="auto",
        )
    assert [entry.filename for entry in told] == [__file__, __file__]
    assert config == SessionConfig.from_wire(founding({}, {}))
    assert config.to_wire() == founding({}, {})


def test_the_defaults() -> None:
    """Without a word, a config names the models and the session's type, and leaves out the rest."""
    assert SessionConfig().to_wire() == {
        "type": "realtime",
        "model": "gpt-realtime-2.1",
        "audio": {"input": {"transcription": {"model": "gpt-transcribe"}}},
    }


def full() -> SessionConfig:
    """A config that says everything."""
    return SessionConfig(
        voice=CustomVoice("voice_1"),
        instructions="",
        input_format=PCMU_8K,
        output_format=PCMA_8K,
        noise_reduction=NoiseReduction("near_field", strength=0.5),
        transcription=Transcription(languages=["en", "de"], keywords=["Wien"], prompt="Tickets"),
        turn_detection=SemanticVAD(eagerness="low"),
        speed=1.25,
        tools=[
            FunctionTool(name="now", description="d", parameters={"type": "object"}),
            MCPTool(server_label="m", server_url="https://example.org", allowed_tools=["a"]),
        ],
        tool_choice={"type": "function", "name": "now"},
        parallel_tool_calls=True,
        max_output_tokens="inf",
        output_modality="text",
        reasoning_effort="low",
        truncation=RetentionRatio(0.8, post_instructions=1000),
        tracing=Tracing(workflow_name="w", metadata={"a": 1}),
        include_logprobs=True,
        extra={"later": 1, "audio": {"input": {"new": {}}, "output": {}}},
    )


FULL_WIRE = {
    "type": "realtime",
    "model": "gpt-realtime-2.1",
    "instructions": "",
    "audio": {
        "input": {
            "format": {"type": "audio/pcmu"},
            "noise_reduction": {"type": "near_field", "strength": 0.5},
            "transcription": {
                "model": "gpt-transcribe",
                "languages": ["en", "de"],
                "keywords": ["Wien"],
                "prompt": "Tickets",
            },
            "turn_detection": {"type": "semantic_vad", "eagerness": "low"},
            "new": {},
        },
        "output": {"format": {"type": "audio/pcma"}, "voice": {"id": "voice_1"}, "speed": 1.25},
    },
    "tools": [
        {"type": "function", "name": "now", "description": "d", "parameters": {"type": "object"}},
        {
            "type": "mcp",
            "server_label": "m",
            "server_url": "https://example.org",
            "allowed_tools": ["a"],
        },
    ],
    "tool_choice": {"type": "function", "name": "now"},
    "parallel_tool_calls": True,
    "max_output_tokens": "inf",
    "output_modalities": ["text"],
    "reasoning": {"effort": "low"},
    "truncation": {
        "type": "retention_ratio",
        "retention_ratio": 0.8,
        "token_limits": {"post_instructions": 1000},
    },
    "tracing": {"workflow_name": "w", "metadata": {"a": 1}},
    "include": ["item.input_audio_transcription.logprobs"],
    "later": 1,
}


def test_every_field_has_its_place_on_the_wire() -> None:
    """A config that says everything is written to the right places, and read back equal."""
    assert full().to_wire() == FULL_WIRE
    assert SessionConfig.from_wire(FULL_WIRE) == full()


def test_wire_mappings_may_be_given_for_options() -> None:
    """A mapping in the place of an option is taken as the wire writes it."""
    typed = SessionConfig(
        voice=CustomVoice("v"),
        input_format=PCM16_24K,
        noise_reduction=NoiseReduction("far_field"),
        transcription=Transcription(language="en"),
        turn_detection=ServerVAD(threshold=0.4),
        tools=[FunctionTool(name="f")],
        truncation=RetentionRatio(0.5),
        tracing=Tracing(group_id="g"),
    )
    mapped = SessionConfig(
        voice={"id": "v"},
        input_format={"type": "audio/pcm", "rate": 24000},
        noise_reduction={"type": "far_field"},
        transcription={"model": "gpt-transcribe", "language": "en"},
        turn_detection={"type": "server_vad", "threshold": 0.4},
        tools=[{"type": "function", "name": "f"}],
        truncation={"type": "retention_ratio", "retention_ratio": 0.5},
        tracing={"group_id": "g"},
    )
    assert typed == mapped
    assert hash(typed) == hash(mapped)


def test_a_config_shares_nothing_with_its_makers() -> None:
    """Changing what went in, or what came out, changes no config."""
    schema: dict[str, Any] = {"type": "object"}
    config = SessionConfig(tools=[FunctionTool(name="f", parameters=schema)])
    schema["type"] = "array"
    config.to_wire()["tools"][0]["parameters"]["type"] = "array"
    assert config.to_wire()["tools"][0]["parameters"] == {"type": "object"}


def test_a_config_does_not_change_and_can_be_pickled() -> None:
    """Fields are fixed; a pickled config comes back equal."""
    config = full()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        config.speed = 1  # type: ignore[misc] # the point of the test
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301 - our own bytes


def test_the_repr_is_short_and_keeps_secrets() -> None:
    """The repr shows what is given, and no value of what may be secret."""
    tool = MCPTool(
        server_label="m",
        server_url="https://example.org",
        authorization="sesame",
        headers={"X-Key": "sesame"},
        extra={"later": "sesame"},
    )
    shown = repr(SessionConfig(tools=[tool], extra={"other": "sesame"}))
    assert "sesame" not in shown
    assert "authorization=..., headers=..., extra={'later': ...}" in shown
    assert "UNSET" not in shown
    assert repr(SessionConfig(transcription=UNSET, model=UNSET)) == "SessionConfig()"


def test_formats_mean_bytes() -> None:
    """The two properties give the layout of the sound, the server's default included."""
    assert SessionConfig().input_audio_format == PCM16_24K
    assert full().input_audio_format == PCMU_8K
    assert full().output_audio_format == PCMA_8K
    without_rate = SessionConfig(output_format={"type": "audio/pcm"})
    assert without_rate.output_audio_format == PCM16_24K
    assert without_rate.to_wire()["audio"]["output"]["format"] == {"type": "audio/pcm"}
    odd = SessionConfig.from_wire({"audio": {"input": {"format": {"type": 5}}}})
    assert odd.input_audio_format == PCM16_24K


@pytest.mark.parametrize(
    ("config", "transcribes", "server_turns"),
    [
        (SessionConfig(), True, True),
        (SessionConfig(transcription=None, turn_detection=None), False, False),
        (SessionConfig(transcription=UNSET, turn_detection=SemanticVAD()), False, True),
        (
            SessionConfig.from_wire({"audio": {"input": {"turn_detection": {"type": "new"}}}}),
            False,
            True,
        ),
    ],
)
def test_what_the_session_will_do(
    config: SessionConfig, transcribes: object, server_turns: object
) -> None:
    """Whether transcripts and turns come from the server."""
    assert (config.transcribes, config.server_turns) == (transcribes, server_turns)


def test_evolve_changes_some_fields() -> None:
    """A changed copy is checked like a new config, and converted like one."""
    config = full().evolve(voice="marin", noise_reduction="far_field", extra={})
    assert config.voice == "marin"
    assert config.noise_reduction == NoiseReduction("far_field")
    assert SessionConfig.from_wire(config.to_wire()) == config
    with pytest.raises(ConfigError, match="speed must be a number"):
        full().evolve(speed=3)
    with pytest.raises(TypeError, match="no field colour"):
        full().evolve(colour="red")


def test_evolve_refuses_only_what_the_change_makes_wrong() -> None:
    """A config that was read may hold odd things, and can still be changed."""
    wire = {"audio": {"output": {"speed": 9, "voice": 7}}, "model": "gpt-realtime"}
    config = SessionConfig.from_wire(wire)
    changed = config.evolve(instructions="Hi")
    assert changed.to_wire() == {**wire, "instructions": "Hi"}
    assert config.evolve(voice="marin").to_wire()["audio"]["output"]["voice"] == "marin"
    with pytest.raises(ConfigError, match="speed"):
        config.evolve(speed=10)


def test_evolve_replaces_what_stood_in_the_way() -> None:
    """A field that is given takes its place, whatever the wire had there."""
    config = SessionConfig.from_wire({"audio": 5, "x": 1})
    assert config.evolve(speed=1).to_wire() == {"audio": {"output": {"speed": 1}}, "x": 1}


def test_evolve_tells_of_what_the_change_retires() -> None:
    """A retiring model is told of when it comes in, at the line that brings it, and not again."""
    config = SessionConfig()
    with pytest.warns(DeprecationWarning, match="2027-01-20") as told:
        old = config.evolve(model="gpt-realtime-mini")
    assert [entry.filename for entry in told] == [__file__]
    assert old.evolve(speed=1).speed == 1


def test_only_keeps_the_named_fields() -> None:
    """The part of a session that changes still carries the session's type."""
    assert full().only("speed", "include_logprobs").to_wire() == {
        "type": "realtime",
        "audio": {"output": {"speed": 1.25}},
        "include": ["item.input_audio_transcription.logprobs"],
    }
    assert full().only().to_wire() == {"type": "realtime"}
    assert full().only("extra").extra["later"] == 1
    with pytest.raises(ConfigError, match="'colour' is no field"):
        full().only("colour")


def test_what_no_field_takes_stays_in_its_place() -> None:
    """Unknown keys, values of another kind and empty objects survive, and can be seen."""
    wire = {
        "model": 5,
        "include": None,
        "reasoning": {"effort": None, "depth": 3},
        "audio": {"input": {}, "output": {"voice": "ash", "pitch": 2}},
        "truncation": {"type": "retention_ratio"},
        "tools": [{"type": "later", "x": 1}, {"name": "f"}],
    }
    config = SessionConfig.from_wire(wire)
    assert config.to_wire() == wire
    assert config.type is UNSET
    assert config.model is UNSET
    assert config.extra == {
        "model": 5,
        "include": None,
        "reasoning": {"effort": None, "depth": 3},
        "audio": {"input": {}, "output": {"pitch": 2}},
    }
    assert config.truncation == {"type": "retention_ratio"}


def test_a_session_is_an_object() -> None:
    """What is no mapping cannot be read as a config."""
    with pytest.raises(ConfigError, match="needs a mapping"):
        SessionConfig.from_wire([])  # type: ignore[arg-type] # the point of the test


def test_a_nesting_bomb_is_refused() -> None:
    """Objects within objects, hundreds deep, are read; what no parser would give is refused."""
    wire: dict[str, Any] = {}
    for _ in range(300):
        wire = {"a": wire}
    assert SessionConfig.from_wire(wire).to_wire() == wire
    for _ in range(10_000):
        wire = {"a": wire}
    with pytest.raises(ConfigError, match="nested this deeply"):
        SessionConfig.from_wire(wire)


def test_stored_prompts_are_told_of() -> None:
    """A stored prompt gives a warning with its last day."""
    with pytest.warns(DeprecationWarning, match="2026-11-30"):
        config = SessionConfig(prompt=StoredPrompt("pmpt_1", variables={"a": "b"}))
    wire = config.to_wire()
    assert wire["prompt"] == {"id": "pmpt_1", "variables": {"a": "b"}}
    assert SessionConfig.from_wire(wire) == config
