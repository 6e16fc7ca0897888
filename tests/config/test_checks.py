"""What is refused before anything is sent, and what is not."""

import math
from typing import Any

import pytest

from realtime_voice.config import (
    UNSET,
    CustomVoice,
    FunctionTool,
    MCPTool,
    NoiseReduction,
    Option,
    RetentionRatio,
    SemanticVAD,
    ServerVAD,
    SessionConfig,
    StoredPrompt,
    Tracing,
    Transcription,
)
from realtime_voice.errors import ConfigError
from realtime_voice.formats import AudioFormat

REFUSED: list[tuple[type[Option], dict[str, Any], str, str]] = [
    # Ranges and kinds.
    (SessionConfig, {"speed": 0.2}, "speed", "0.25 to 1.5, not 0.2"),
    (SessionConfig, {"speed": 1.51}, "speed", "0.25 to 1.5"),
    (SessionConfig, {"speed": True}, "speed", "a number"),
    (SessionConfig, {"speed": math.nan}, "speed", "not nan"),
    (SessionConfig, {"speed": "fast"}, "speed", "not 'fast'"),
    (SessionConfig, {"speed": None}, "speed", "UNSET leaves the field out"),
    (SessionConfig, {"max_output_tokens": 0}, "max_output_tokens", "1 to 4096"),
    (SessionConfig, {"max_output_tokens": 4097}, "max_output_tokens", "1 to 4096, or 'inf'"),
    (SessionConfig, {"max_output_tokens": -1}, "max_output_tokens", "not -1"),
    (SessionConfig, {"max_output_tokens": 1.5}, "max_output_tokens", "or 'inf'"),
    (SessionConfig, {"max_output_tokens": True}, "max_output_tokens", "whole number"),
    (SessionConfig, {"max_output_tokens": math.inf}, "max_output_tokens", "'inf'"),
    (
        SessionConfig,
        {"max_output_tokens": "infinite"},
        "max_output_tokens",
        "or 'inf', not 'infinite'",
    ),
    (SessionConfig, {"parallel_tool_calls": 1}, "parallel_tool_calls", "True or False"),
    (SessionConfig, {"include_logprobs": "yes"}, "include_logprobs", "True or False"),
    (SessionConfig, {"instructions": 7}, "instructions", "must be text"),
    (SessionConfig, {"instructions": "\ud800"}, "instructions", "UTF-8"),
    (SessionConfig, {"model": None}, "model", "must be text"),
    (SessionConfig, {"model": ""}, "model", "not empty"),
    (SessionConfig, {"voice": ""}, "voice", "name of a voice"),
    (SessionConfig, {"voice": 5}, "voice", "CustomVoice"),
    (SessionConfig, {"voice": {"name": "x"}}, "voice", "CustomVoice"),
    (SessionConfig, {"type": "transcription"}, "type", "must be 'realtime'"),
    (SessionConfig, {"output_modality": "both"}, "output_modality", "'audio' or 'text'"),
    (SessionConfig, {"output_modality": ["audio", "text"]}, "output_modality", "'audio' or"),
    (SessionConfig, {"reasoning_effort": "lo"}, "reasoning_effort", "did you mean 'low'?"),
    (SessionConfig, {"extra": {"a": {1}}}, "extra", "JSON"),
    (SessionConfig, {"extra": 5}, "extra", "JSON"),
    (SessionConfig, {"extra": {"speed": 1, "model": "x"}}, "extra.model", "stands where"),
    (SessionConfig, {"extra": {"audio": 5}}, "extra.audio.output.voice", "stands"),
    (SessionConfig, {"extra": {"instructions": "x"}}, "extra.instructions", "field of its own"),
    # Turn detection.
    (ServerVAD, {"threshold": 1.1}, "threshold", "0 to 1, not 1.1"),
    (ServerVAD, {"threshold": -0.1}, "threshold", "0 to 1"),
    (ServerVAD, {"silence_duration_ms": -1}, "silence_duration_ms", "from 0 up"),
    (ServerVAD, {"silence_duration_ms": 500.0}, "silence_duration_ms", "whole number"),
    (ServerVAD, {"prefix_padding_ms": True}, "prefix_padding_ms", "whole number"),
    (ServerVAD, {"idle_timeout_ms": 4999}, "idle_timeout_ms", "5000 to 30000, not 4999"),
    (ServerVAD, {"idle_timeout_ms": 30001}, "idle_timeout_ms", "5000 to 30000"),
    (ServerVAD, {"create_response": None}, "create_response", "True or False"),
    (ServerVAD, {"extra": {"type": "x"}}, "extra.type", "fixed by the class"),
    (SemanticVAD, {"eagerness": "eager"}, "eagerness", "'low', 'medium', 'high' or 'auto'"),
    (SemanticVAD, {"extra": {"eagerness": "low"}}, "extra.eagerness", "field of its own"),
    (SessionConfig, {"turn_detection": "server_vad"}, "turn_detection", "ServerVAD"),
    (SessionConfig, {"turn_detection": {"type": "x"}}, "turn_detection", "from_wire"),
    (
        SessionConfig,
        {"turn_detection": {"type": "server_vad", "threshold": 7}},
        "turn_detection.threshold",
        "0 to 1",
    ),
    (
        SessionConfig,
        {"turn_detection": {"type": "semantic_vad", "idle_timeout_ms": 6000}},
        "turn_detection.idle_timeout_ms",
        "only for ServerVAD",
    ),
    (ServerVAD, {"extra": {"eagerness": "low"}}, "eagerness", "use SemanticVAD"),
    (
        SessionConfig,
        {"turn_detection": {"type": "server_vad", "threshold": "loud"}},
        "turn_detection.threshold",
        "0 to 1, not 'loud'",
    ),
    (
        SessionConfig,
        {"transcription": {"model": "gpt-transcribe", "languages": "en"}},
        "transcription.languages",
        "a sequence",
    ),
    (
        SessionConfig,
        {"truncation": {"type": "retention_ratio", "retention_ratio": 1, "token_limits": 5}},
        "truncation.extra.token_limits.post_instructions",
        "stands where",
    ),
    (SessionConfig, {"extra": {"include": ["else"]}}, "include_logprobs", "from_wire"),
    # Sound.
    (NoiseReduction, {"type": "farfield"}, "type", "did you mean 'far_field'?"),
    (NoiseReduction, {"strength": -1}, "strength", "from 0 up"),
    (NoiseReduction, {"strength": math.inf}, "strength", "finite"),
    (SessionConfig, {"noise_reduction": "far-field"}, "noise_reduction.type", "'far_field'?"),
    (SessionConfig, {"noise_reduction": 5}, "noise_reduction", "NoiseReduction"),
    (SessionConfig, {"input_format": AudioFormat(16_000)}, "input_format", "resampled"),
    (SessionConfig, {"output_format": AudioFormat(24_000, 2)}, "output_format", "mono"),
    (SessionConfig, {"input_format": AudioFormat(16_000, 1, "pcmu")}, "input_format", "PCMU_8K"),
    (SessionConfig, {"input_format": "g711_ulaw"}, "input_format", "is now PCMU_8K"),
    (SessionConfig, {"input_format": None}, "input_format", "UNSET leaves the field out"),
    (SessionConfig, {"input_format": "wav"}, "input_format", "not 'wav'"),
    (SessionConfig, {"input_format": 5}, "input_format", "PCM16_24K"),
    (
        SessionConfig,
        {"input_format": {"type": "audio/pcm", "rate": 16000}},
        "input_format.rate",
        "must be 24000, not 16000",
    ),
    (
        SessionConfig,
        {"input_format": {"type": "audio/pcmu", "rate": 8000}},
        "input_format.rate",
        "left out",
    ),
    (SessionConfig, {"input_format": {"type": "audio/opus"}}, "input_format.type", "one of"),
    (CustomVoice, {"id": ""}, "id", "not empty"),
    (CustomVoice, {"id": UNSET}, "id", "must be text"),
    # Transcription.
    (Transcription, {"model": ""}, "model", "not empty"),
    (Transcription, {"language": "en", "languages": ["en"]}, "language", "together"),
    (Transcription, {"languages": []}, "languages", "at least one"),
    (Transcription, {"languages": "en"}, "languages", "a sequence"),
    (Transcription, {"languages": [5]}, "languages[0]", "must be text"),
    (Transcription, {"keywords": {"a": 1}}, "keywords", "a sequence"),
    (Transcription, {"delay": "low"}, "delay", "use gpt-realtime-whisper"),
    (Transcription, {"model": "gpt-realtime-whisper", "delay": "none"}, "delay", "'minimal'"),
    (Transcription, {"model": "gpt-realtime-whisper", "prompt": "x"}, "prompt", "gpt-transcribe"),
    (Transcription, {"model": "gpt-4o-transcribe-diarize", "prompt": "x"}, "prompt", "not taken"),
    (Transcription, {"model": "gpt-4o-transcribe", "keywords": ["x"]}, "keywords", "not taken"),
    (Transcription, {"model": "whisper-1", "languages": ["en"]}, "languages", "not taken"),
    (Transcription, {"model": "gpt-4o-transcribe", "prompt": "a " * 1025}, "prompt", "1024"),
    (
        SessionConfig,
        {"transcription": Transcription(model="gpt-live-transcribe")},
        "transcription.model",
        "use gpt-transcribe",
    ),
    (
        SessionConfig,
        {"transcription": Transcription(model="whisper-1"), "include_logprobs": True},
        "include_logprobs",
        "whisper-1",
    ),
    (SessionConfig, {"transcription": "whisper-1"}, "transcription", "a Transcription"),
    # Models.
    (SessionConfig, {"model": "gpt-4o-transcribe"}, "model", "only transcribes"),
    (SessionConfig, {"model": "gpt-realtime-translate"}, "model", "only translates"),
    (SessionConfig, {"model": "gpt-live-1"}, "model", "another protocol"),
    (
        SessionConfig,
        {"model": "gpt-realtime-1.5", "reasoning_effort": "low"},
        "reasoning_effort",
        "use gpt-realtime-2.1",
    ),
    (
        SessionConfig,
        {"model": "gpt-realtime-1.5", "parallel_tool_calls": False},
        "parallel_tool_calls",
        "models that reason",
    ),
    # Context.
    (RetentionRatio, {"ratio": 1.01}, "ratio", "0 to 1"),
    (RetentionRatio, {"ratio": True}, "ratio", "a number"),
    (RetentionRatio, {"ratio": 0.5, "post_instructions": -1}, "post_instructions", "0 up"),
    (
        SessionConfig,
        {"model": "gpt-realtime-1.5", "truncation": RetentionRatio(1, post_instructions=40_000)},
        "truncation.post_instructions",
        "at most 32768",
    ),
    (SessionConfig, {"truncation": "off"}, "truncation", "or a RetentionRatio"),
    (SessionConfig, {"truncation": 0.5}, "truncation", "RetentionRatio"),
    (SessionConfig, {"truncation": {"type": "x"}}, "truncation", "from_wire"),
    (SessionConfig, {"tracing": "on"}, "tracing", "'auto'"),
    (SessionConfig, {"tracing": True}, "tracing", "a Tracing"),
    (Tracing, {"metadata": "x"}, "metadata", "a mapping"),
    (Tracing, {"metadata": {"a": math.nan}}, "metadata", "finite"),
    (StoredPrompt, {"id": ""}, "id", "not empty"),
    # Tools.
    (FunctionTool, {"name": "get weather"}, "name", "letters"),
    (FunctionTool, {"name": "x" * 65}, "name", "1 to 64"),
    (FunctionTool, {"name": "f", "parameters": [1]}, "parameters", "a mapping"),
    (MCPTool, {"server_label": "m"}, "server_url", "is needed"),
    (MCPTool, {"server_label": "", "server_url": "u"}, "server_label", "not empty"),
    (MCPTool, {"server_label": "m", "tunnel_id": "x"}, "tunnel_id", "'tunnel_'"),
    (MCPTool, {"server_label": "m", "allowed_tools": "all"}, "allowed_tools", "names"),
    (SessionConfig, {"tools": "f"}, "tools", "a sequence"),
    (SessionConfig, {"tools": [5]}, "tools[0]", "FunctionTool"),
    (SessionConfig, {"tools": [{"name": "a b"}]}, "tools[0].name", "letters"),
    (SessionConfig, {"tools": [{"type": "function"}]}, "tools[0].name", "letters"),
    (SessionConfig, {"tools": [{"type": "mcp"}]}, "tools[0].server_label", "is needed"),
    (SessionConfig, {"tools": [{"type": "web"}]}, "tools[0].type", "from_wire"),
    (SessionConfig, {"tools": [{"name": "f"}, {"name": "f"}]}, "tools[1].name", "twice"),
    (
        SessionConfig,
        {"tools": [FunctionTool(name="f"), {"type": "function", "name": "f"}]},
        "tools[1].name",
        "rename one",
    ),
    (
        SessionConfig,
        {"tools": [MCPTool(server_label="m", server_url="u")] * 2},
        "tools[1].server_label",
        "twice",
    ),
    (
        SessionConfig,
        {"tools": [FunctionTool(name="f")], "tool_choice": {"type": "function", "name": "g"}},
        "tool_choice.name",
        r"\(f\), not 'g'",
    ),
    (
        SessionConfig,
        {"tool_choice": {"type": "mcp", "server_label": "m"}},
        "tool_choice.server_label",
        r"\(none\)",
    ),
    (SessionConfig, {"tool_choice": {"type": "function"}}, "tool_choice.name", "name a tool"),
    (SessionConfig, {"tool_choice": {"type": 5}}, "tool_choice.type", "'function' or 'mcp'"),
    (SessionConfig, {"tool_choice": "any"}, "tool_choice", "'auto', 'none', 'required'"),
    (SessionConfig, {"tool_choice": 5}, "tool_choice", "'required'"),
    (SessionConfig, {"tool_choice": "required", "tools": []}, "tool_choice", "tools is empty"),
    (
        SessionConfig,
        {"transcription": None, "include_logprobs": True},
        "include_logprobs",
        "transcription=None",
    ),
]


@pytest.mark.parametrize(("option", "fields", "field", "words"), REFUSED)
def test_what_cannot_work_is_refused(
    option: type[Option], fields: dict[str, Any], field: str, words: str
) -> None:
    """The error names the field as the user wrote it, says what would work, and is a ValueError."""
    with pytest.raises(ConfigError, match=words) as caught:
        option(**fields)
    assert caught.value.field == field
    assert str(caught.value).startswith(field)
    assert isinstance(caught.value, ValueError)


SECRET = {"type": "mcp", "authorization": "sesame", "headers": {"X-Key": "sesame"}}


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": SECRET},
        {"tools": [[SECRET]]},
        {"tools": [[SECRET], [SECRET]]},
        {"tools": ([(SECRET,)],)},
        {"extra": {"tools": SECRET}},
        {"voice": SECRET},
        {"turn_detection": {"type": "new", "authorization": "sesame"}},
        {"tools": [{**SECRET, "authorization": b"sesame"}]},
    ],
)
def test_no_error_shows_what_an_object_holds(fields: dict[str, Any]) -> None:
    """An access token in a tool that was put in a wrong place is in no message and no attribute."""
    with pytest.raises(ConfigError) as caught:
        SessionConfig(**fields)
    assert "sesame" not in f"{caught.value} {caught.value.value!r}"


def test_no_repr_shows_what_a_wire_tool_holds() -> None:
    """A tool that is no tool of ours (yet) may hold a token; its keys and type are shown."""
    newer = {"type": "newer", "token": "sesame"}
    config = SessionConfig.from_wire({"tools": [SECRET, newer], "voice": "ash"})
    assert "sesame" not in repr(config)
    assert "'type': 'newer', 'token': ..." in repr(config)
    assert "sesame" not in repr([(problem, problem.value) for problem in config.problems()])


ALLOWED: list[dict[str, Any]] = [
    {"model": "my-azure-deployment", "reasoning_effort": "high"},
    {"model": "gpt-realtime-2.1-mini", "reasoning_effort": "high", "parallel_tool_calls": False},
    {"voice": "a-voice-of-next-year"},
    {"transcription": Transcription(model="my-whisper", delay="low", keywords=["x"])},
    {"transcription": Transcription(model="gpt-realtime-whisper", delay="xhigh", language="en")},
    {"transcription": Transcription(language="en"), "include_logprobs": True},
    {"transcription": Transcription(model="gpt-realtime-whisper"), "turn_detection": ServerVAD()},
    {"turn_detection": ServerVAD(create_response=True, interrupt_response=False)},
    {"turn_detection": ServerVAD(threshold=0, idle_timeout_ms=None)},
    {"speed": 0.25, "max_output_tokens": 4096},
    {"speed": 1.5, "max_output_tokens": "inf"},
    {"tools": [], "instructions": ""},
    {"tracing": Tracing(metadata={f"k{index}": "v" for index in range(40)})},
    {"truncation": RetentionRatio(0, post_instructions=0)},
    {"model": UNSET, "tool_choice": {"type": "function", "name": "defined_before"}},
    {"tools": [{"name": "untyped"}], "tool_choice": {"type": "function", "name": "untyped"}},
    {"extra": {"later": None, "audio": {"input": {"new": 1}}}},
    {"tool_choice": "required"},
]


@pytest.mark.parametrize("fields", ALLOWED)
def test_what_may_work_is_left_to_the_server(fields: dict[str, Any]) -> None:
    """Unknown names, documents that disagree and limits that nobody states are not refused."""
    config = SessionConfig(**fields)
    config.validate()
    assert SessionConfig.from_wire(config.to_wire()) == config


def test_gpt_live_transcribe_takes_what_its_page_promises() -> None:
    """Where documents disagree about ``delay``, it passes."""
    assert Transcription(model="gpt-live-transcribe", delay="low").delay == "low"


def test_a_long_prompt_is_fine_where_no_limit_is_known() -> None:
    """The limit of 1024 tokens is that of one family of models."""
    assert Transcription(prompt="a " * 2000).prompt
    assert Transcription(model="gpt-4o-transcribe", prompt="a " * 1024).prompt


def test_a_stored_prompt_may_bring_tools() -> None:
    """With a stored prompt, a choice may name a tool that only the prompt knows."""
    choice = {"type": "function", "name": "from_the_prompt"}
    with pytest.warns(DeprecationWarning, match="stored prompts"):
        config = SessionConfig(prompt={"id": "pmpt_1"}, tool_choice=choice)
    assert config.tool_choice == choice


@pytest.mark.parametrize(
    "secret",
    [{"authorization": ["sesame"]}, {"headers": ["sesame"]}, {"headers": {"a": {"sesame"}}}],
)
def test_no_error_holds_a_credential(secret: dict[str, Any]) -> None:
    """A refused credential is neither in the message nor in the error's value."""
    server = {"server_label": "m", "server_url": "u", **secret}
    for refuse in (
        lambda: MCPTool(**server),
        lambda: SessionConfig(tools=[{"type": "mcp", **server}]),
    ):
        with pytest.raises(ConfigError, match=r"authorization|headers") as caught:
            refuse()
        assert caught.value.value is None
        assert "sesame" not in str(caught.value)


def test_reading_refuses_nothing_that_can_be_checked_later() -> None:
    """What came from the wire is kept, and refused only when somebody asks."""
    config = SessionConfig.from_wire({"audio": {"output": {"speed": 9}}, "tool_choice": "any"})
    assert [problem.field for problem in config.problems()] == ["speed", "tool_choice"]
    with pytest.raises(ConfigError, match="speed"):
        config.validate()


@pytest.mark.parametrize(
    ("option", "wire"),
    [
        (ServerVAD, {"type": "semantic_vad"}),
        (RetentionRatio, {"type": "retention_ratio"}),
        (CustomVoice, {"id": 5}),
        (FunctionTool, {"type": "function"}),
    ],
)
def test_an_option_reads_only_its_own_object(option: type[Option], wire: dict[str, Any]) -> None:
    """An object that is something else is no option of that class."""
    with pytest.raises(ConfigError, match=f"{option.__name__}.from_wire needs a mapping with"):
        option.from_wire(wire)
