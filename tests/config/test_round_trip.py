"""Reading and writing are exact inverses, for any session object that a client may send."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

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
    Tracing,
    Transcription,
)
from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K

NUMBERS = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
UNKNOWN_KEYS = st.sampled_from(["later", "id", "object", "", "type "])


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these fields, sometimes of a wrong kind, sometimes with others."""
    known = st.fixed_dictionaries(
        {}, optional={name: kind | kind | kind | JSON for name, kind in fields.items()}
    )
    others = st.just({}) | st.dictionaries(UNKNOWN_KEYS, JSON, max_size=2)
    return st.builds(lambda one, two: {**two, **one}, known, others)


def words(*known: str) -> st.SearchStrategy[str]:
    """Words of the protocol, and others."""
    return st.sampled_from(known) | st.text(max_size=4)


FORMATS = objects(
    type=words("audio/pcm", "audio/pcmu", "audio/pcma"),
    rate=st.sampled_from([24000, 24000.0, 8000, True]),
)
VADS = objects(
    type=words("server_vad", "semantic_vad"),
    threshold=NUMBERS,
    prefix_padding_ms=NUMBERS,
    silence_duration_ms=NUMBERS,
    create_response=st.booleans(),
    interrupt_response=st.booleans(),
    idle_timeout_ms=st.none() | NUMBERS,
    eagerness=words("low", "auto"),
)
TRANSCRIPTIONS = objects(
    model=words("gpt-transcribe", "whisper-1"),
    language=st.none() | st.text(max_size=3),
    languages=st.lists(st.text(max_size=2), max_size=2),
    prompt=st.none() | st.text(max_size=3),
    keywords=st.lists(st.text(max_size=2), max_size=2),
    delay=words("low"),
)
TOOLS = objects(
    type=words("function", "mcp"),
    name=st.text(max_size=3),
    description=st.text(max_size=3),
    parameters=JSON,
    server_label=st.text(max_size=3),
    server_url=st.text(max_size=3),
    authorization=st.text(max_size=3),
    headers=st.none() | st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=2),
    allowed_tools=st.lists(st.text(max_size=2), max_size=2) | objects(read_only=st.booleans()),
    allowed_callers=st.lists(words("direct"), max_size=2),
    require_approval=words("never") | objects(always=JSON),
    defer_loading=st.booleans(),
)
AUDIO = objects(
    input=objects(
        format=FORMATS,
        transcription=st.none() | TRANSCRIPTIONS,
        noise_reduction=st.none() | objects(type=words("near_field"), strength=NUMBERS),
        turn_detection=st.none() | VADS,
    ),
    output=objects(format=FORMATS, voice=words("ash") | objects(id=st.text()), speed=NUMBERS),
)
SESSIONS = objects(
    type=words("realtime", "transcription"),
    model=words("gpt-realtime", "gpt-realtime-2.1"),
    output_modalities=st.lists(words("audio", "text"), max_size=2),
    instructions=st.text(max_size=5),
    audio=AUDIO,
    include=st.lists(words("item.input_audio_transcription.logprobs"), max_size=2),
    tracing=st.none() | words("auto") | objects(workflow_name=st.text(), metadata=JSON),
    tools=st.lists(TOOLS, max_size=2),
    tool_choice=words("auto") | objects(type=words("function"), name=st.text()),
    parallel_tool_calls=st.booleans(),
    reasoning=objects(effort=words("low")),
    max_output_tokens=NUMBERS | words("inf"),
    truncation=words("auto")
    | objects(
        type=words("retention_ratio"),
        retention_ratio=NUMBERS,
        token_limits=objects(post_instructions=NUMBERS),
    ),
    prompt=st.none() | objects(id=st.text(), version=st.none() | st.text(), variables=JSON),
)


def exactly(value: object) -> str:
    """JSON text that tells 1 from 1.0 and from true."""
    return json.dumps(value, sort_keys=True)


@settings(max_examples=200, deadline=None)
@given(SESSIONS)
def test_any_session_object_is_read_and_written_exactly(wire: dict[str, Any]) -> None:
    """Omitted, null, empty, unknown and odd: what is read is written, to the last digit."""
    before = exactly(wire)
    config = SessionConfig.from_wire(wire)
    assert exactly(config.to_wire()) == before == exactly(wire)
    assert SessionConfig.from_wire(config.to_wire()) == config
    list(config.problems())
    assert repr(config)


@settings(deadline=None)
@given(JSON)
def test_any_json_value_in_any_place_survives(value: Any) -> None:
    """No place of the session object loses a value, whatever it is."""
    session: dict[str, Any] = {"audio": value}
    inner: dict[str, Any] = {"audio": {"input": value, "output": {"voice": value}}}
    for wire in (session, inner, {"audio": {"output": value}}, {"tools": value}):
        assert exactly(SessionConfig.from_wire(wire).to_wire()) == exactly(wire)


@settings(deadline=None)
@given(st.sampled_from([ServerVAD, SemanticVAD, FunctionTool, MCPTool, RetentionRatio]), TOOLS)
def test_options_are_exact_by_themselves(option: type[Option], wire: dict[str, Any]) -> None:
    """Each option alone reads and writes exactly, too."""
    needed = {"name": "f", "server_label": "m", "retention_ratio": 0.5}
    complete = {**wire, **option.WIRE_CONSTANTS, **needed}
    read = option.from_wire(complete)
    assert exactly(read.to_wire()) == exactly(complete)
    assert option.from_wire(read.to_wire()) == read


def maybe(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, or nothing said."""
    return st.just(UNSET) | kind


def built(make: Callable[..., Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Options made with their constructor."""
    return st.builds(make, **{name: maybe(kind) for name, kind in fields.items()})


FRACTIONS = st.floats(0, 1) | st.integers(0, 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
NAMES = st.from_regex(r"[a-z]{1,4}", fullmatch=True)


def config(**fields: Any) -> SessionConfig:
    """A config out of these fields, less two that cannot work together with others."""
    if fields.get("tools") == []:
        fields.pop("tool_choice", None)
    if fields.get("transcription", UNSET) is None:
        fields.pop("include_logprobs", None)
    return SessionConfig(**fields)


CONFIGS = built(
    config,
    model=st.sampled_from(["gpt-realtime-2.1", "gpt-realtime-2", "my-deployment"]),
    voice=st.sampled_from(["marin", "a-new-one"]) | st.builds(CustomVoice, NAMES),
    instructions=TEXTS,
    input_format=st.sampled_from([PCM16_24K, PCMU_8K, PCMA_8K, {"type": "audio/pcm"}]),
    output_format=st.sampled_from([PCM16_24K, PCMU_8K, {"type": "audio/pcma"}]),
    noise_reduction=st.none()
    | st.sampled_from(["near_field", "far_field"])
    | built(NoiseReduction, type=st.just("far_field"), strength=FRACTIONS),
    transcription=st.none()
    | built(Transcription, model=st.just("gpt-transcribe"), keywords=st.lists(TEXTS), prompt=TEXTS)
    | built(Transcription, model=TEXTS.filter(bool), language=st.none() | TEXTS),
    turn_detection=st.none()
    | built(SemanticVAD, eagerness=st.sampled_from(["low", "auto"]), create_response=st.booleans())
    | built(
        ServerVAD,
        threshold=FRACTIONS,
        silence_duration_ms=st.integers(0, 5000),
        idle_timeout_ms=st.none() | st.integers(5000, 30000),
    ),
    speed=st.floats(0.25, 1.5),
    tools=st.lists(st.builds(FunctionTool, name=NAMES), unique_by=lambda tool: tool.name),
    tool_choice=st.sampled_from(["auto", "none", "required"]),
    parallel_tool_calls=st.booleans(),
    max_output_tokens=st.integers(1, 4096) | st.just("inf"),
    output_modality=st.sampled_from(["audio", "text"]),
    reasoning_effort=st.sampled_from(["minimal", "xhigh"]),
    truncation=st.sampled_from(["auto", "disabled"])
    | st.builds(RetentionRatio, FRACTIONS, post_instructions=st.none() | st.integers(0, 9999)),
    tracing=st.none() | st.just("auto") | built(Tracing, group_id=TEXTS),
    include_logprobs=st.booleans(),
)
EXTRAS = st.sampled_from(
    [
        {},
        {"audio": {}},
        {"audio": {"output": {}, "input": {"x": None}}},
        {"reasoning": {}},
        {"reasoning": {"x": 1}},
        {"later": [1]},
    ]
)


@settings(max_examples=100, deadline=None)
@given(CONFIGS, EXTRAS)
def test_any_config_comes_back_equal(config: SessionConfig, extra: dict[str, Any]) -> None:
    """What a user built is the same after a trip over the wire, extras included."""
    config = config.evolve(extra=extra)
    wire = config.to_wire()
    assert SessionConfig.from_wire(wire) == config
    assert SessionConfig.from_wire(wire).to_wire() == wire
    assert json.loads(json.dumps(wire)) == wire
    assert wire["type"] == "realtime"
