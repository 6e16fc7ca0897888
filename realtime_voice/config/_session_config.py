"""The configuration of a conversation: one flat, typed, checked view of the wire's session object.

Knows the protocol's fields and limits. Sends nothing, reads no clock, keeps no state.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Self

import attrs

from realtime_voice.config._audio import (
    FORMAT,
    NOISE_REDUCTION,
    CustomVoice,
    NoiseReduction,
    WireFormat,
    accept_format,
    accept_noise_reduction,
    as_audio_format,
)
from realtime_voice.config._checks import problems_together
from realtime_voice.config._context import (
    PROMPT,
    TRACING,
    TRUNCATION,
    RetentionRatio,
    StoredPrompt,
    Tracing,
    accept_prompt,
    accept_tracing,
    accept_truncation,
)
from realtime_voice.config._json import copy_json, find, remove
from realtime_voice.config._kinds import (
    FLAG,
    NAME,
    TEXT,
    AnyOf,
    Nullable,
    Problem,
    accept,
    integer,
    number,
    one_of,
)
from realtime_voice.config._option import Nested, Option, assemble, at, slots
from realtime_voice.config._retirement import retirements, warn_of_retirements
from realtime_voice.config._session_kinds import LOGPROBS, MODALITY
from realtime_voice.config._tools import (
    TOOL_CHOICE,
    TOOLS,
    Tool,
    accept_tool_choice,
    accept_tools,
)
from realtime_voice.config._transcription import (
    TRANSCRIPTION,
    Transcription,
    accept_transcription,
)
from realtime_voice.config._turns import TURN_DETECTION, TurnDetection, accept_turn_detection
from realtime_voice.config._unset import UNSET, Unset
from realtime_voice.errors import ConfigError
from realtime_voice.formats import AudioFormat

__all__ = ["SessionConfig"]

_VOICE_LIMITS = "the name of a voice, or a CustomVoice"
_VOICE = AnyOf((NAME, Nested(CustomVoice, _VOICE_LIMITS)), _VOICE_LIMITS)
_TOKENS = AnyOf((integer(1, 4_096), one_of("inf")), "a whole number from 1 to 4096, or 'inf'")
_EFFORT = one_of("minimal", "low", "medium", "high", "xhigh")


def _accept_voice(
    value: str | CustomVoice | Mapping[str, Any] | Unset,
) -> str | CustomVoice | Unset:
    taken: str | CustomVoice | Unset = accept(_VOICE, value)
    return taken


def _converted(field: "attrs.Attribute[Any]", value: Any) -> Any:
    """Take over a value as the constructor does."""
    convert: Callable[[Any], Any] | None = getattr(field, "converter", None)
    return value if convert is None else convert(value)


@attrs.frozen(kw_only=True, repr=False)
class SessionConfig(Option):
    """Everything that a conversation can be configured with.

    Three things differ: a field that is ``UNSET`` is left out, so that the server keeps what it
    has; ``None`` is JSON's null and switches off; an empty text or sequence clears.

    The constructor refuses what cannot work, before anything is sent, and gives a
    ``DeprecationWarning`` for what is going to end. :meth:`from_wire` does neither: it takes what a
    server or another client says. What it read can be checked with :meth:`validate`.

    A config without a model (``model=UNSET``) is a change to a running session.

    Fields, limits and defaults are those of the Realtime API's ``session.update``, as it was
    documented in November 2026.

    Raises:
        ConfigError: A value or a combination cannot work; says the field, the value, the limit
            and the way out.
    """

    type: str | Unset = attrs.field(default="realtime", repr=False, metadata=at("type", TEXT))
    """The sort of session; always ``realtime``, which the server demands in each update.
    Never needs to be given. Default of this library: ``realtime``."""

    model: str | Unset = attrs.field(default="gpt-realtime-2.1", metadata=at("model", NAME))
    """Name of the model that talks; any name passes, at Azure it is that of a deployment. Default
    of this library: ``gpt-realtime-2.1``."""

    voice: str | CustomVoice | Unset = attrs.field(
        default=UNSET, converter=_accept_voice, metadata=at("audio.output.voice", _VOICE)
    )
    """Name of a voice, such as ``marin`` or ``coral``, or a :class:`CustomVoice`; any name passes.
    Fixed after the first sound. Default of the server: ``marin``, for gpt-realtime ``alloy``."""

    instructions: str | Unset = attrs.field(default=UNSET, metadata=at("instructions", TEXT))
    """The system message. Default of the server: a text of its own; empty text clears it."""

    input_format: AudioFormat | WireFormat | Unset = attrs.field(
        default=UNSET,
        converter=accept_format,
        hash=False,
        metadata=at("audio.input.format", FORMAT),
    )
    """Layout of the user's sound on the wire: ``PCM16_24K``, ``PCMU_8K`` or ``PCMA_8K``. Default of
    the server: PCM at 24000 Hz, mono."""

    output_format: AudioFormat | WireFormat | Unset = attrs.field(
        default=UNSET,
        converter=accept_format,
        hash=False,
        metadata=at("audio.output.format", FORMAT),
    )
    """Layout of the model's sound on the wire; the same three. Default of the server: PCM at
    24000 Hz, mono."""

    noise_reduction: NoiseReduction | Unset | None = attrs.field(
        default=UNSET,
        converter=accept_noise_reduction,
        metadata=at("audio.input.noise_reduction", Nullable(NOISE_REDUCTION)),
    )
    """``"near_field"``, ``"far_field"``, a :class:`NoiseReduction`, or None for off. Default of the
    server: None."""

    transcription: Transcription | Unset | None = attrs.field(
        factory=Transcription,
        converter=accept_transcription,
        metadata=at("audio.input.transcription", TRANSCRIPTION),
    )
    """How the user's words are written down, or None for not at all. Default of this library:
    gpt-transcribe; of the server: None."""

    turn_detection: TurnDetection | Unset | None = attrs.field(
        default=UNSET,
        converter=accept_turn_detection,
        hash=False,
        metadata=at("audio.input.turn_detection", TURN_DETECTION),
    )
    """A :class:`ServerVAD`, a :class:`SemanticVAD`, or None to commit by hand. Default of the
    server: server VAD."""

    speed: float | Unset = attrs.field(
        default=UNSET, metadata=at("audio.output.speed", number(0.25, 1.5))
    )
    """Speed of speech as a multiple of the natural one, 0.25 to 1.5; changes between turns only.
    Default of the server: 1."""

    tools: tuple[Tool, ...] | Unset = attrs.field(
        default=UNSET, converter=accept_tools, hash=False, metadata=at("tools", TOOLS)
    )
    """Tools that the model may call: :class:`FunctionTool`, :class:`MCPTool`, or wire mappings of
    them; each name once. Default of the server: none."""

    tool_choice: str | Mapping[str, Any] | Unset = attrs.field(
        default=UNSET,
        converter=accept_tool_choice,
        hash=False,
        metadata=at("tool_choice", TOOL_CHOICE),
    )
    """``auto``, ``none``, ``required``, or the wire mapping that names one of the tools. Default of
    the server: ``auto``."""

    parallel_tool_calls: bool | Unset = attrs.field(
        default=UNSET, metadata=at("parallel_tool_calls", FLAG)
    )
    """Several calls in one answer; only models that reason. No default is documented."""

    max_output_tokens: int | str | Unset = attrs.field(
        default=UNSET, metadata=at("max_output_tokens", _TOKENS)
    )
    """Most tokens of one answer, 1 to 4096, or ``"inf"`` for all that the model can. Default of the
    server: ``"inf"``."""

    output_modality: str | Unset = attrs.field(
        default=UNSET, metadata=at("output_modalities", MODALITY)
    )
    """``audio`` (with its transcript) or ``text``; the wire's array holds exactly one. Default of
    the server: ``audio``."""

    reasoning_effort: str | Unset = attrs.field(
        default=UNSET, metadata=at("reasoning.effort", _EFFORT)
    )
    """How long to think: ``minimal``, ``low``, ``medium``, ``high`` or ``xhigh``; only models that
    reason. Default of the server: ``low``."""

    truncation: str | RetentionRatio | Mapping[str, Any] | Unset = attrs.field(
        default=UNSET,
        converter=accept_truncation,
        hash=False,
        metadata=at("truncation", TRUNCATION),
    )
    """What happens when the context is full: ``auto`` drops the oldest, ``disabled`` fails, a
    :class:`RetentionRatio` drops more at a time. Default of the server: ``auto``."""

    tracing: str | Tracing | Unset | None = attrs.field(
        default=UNSET, converter=accept_tracing, metadata=at("tracing", TRACING)
    )
    """``auto``, a :class:`Tracing`, or None for off; cannot change once it is on. Default of the
    server: None."""

    include_logprobs: bool | Unset = attrs.field(default=UNSET, metadata=at("include", LOGPROBS))
    """Log probabilities with each user transcript; not from whisper-1 nor with diarization. On the
    wire the one value of ``include``. Default of the server: no."""

    prompt: StoredPrompt | Unset | None = attrs.field(
        default=UNSET, converter=accept_prompt, metadata=at("prompt", PROMPT)
    )
    """A prompt stored at OpenAI; these end on 2026-11-30. Default of the server: None."""

    def __attrs_post_init__(self) -> None:
        Option.__attrs_post_init__(self)
        warn_of_retirements(self, known={})

    @property
    def input_audio_format(self) -> AudioFormat:
        """Layout of the sound to send; the server's default where none is given."""
        return as_audio_format(self.input_format)

    @property
    def output_audio_format(self) -> AudioFormat:
        """Layout of the sound to expect; the server's default where none is given."""
        return as_audio_format(self.output_format)

    @property
    def transcribes(self) -> bool:
        """Whether user transcripts can be expected; the server's default is none."""
        return isinstance(self.transcription, Transcription)

    @property
    def server_turns(self) -> bool:
        """Whether the server finds the end of turns; left out, it does so by loudness."""
        return self.turn_detection is not None

    def problems(self) -> Iterator[Problem]:
        """Everything that cannot work, each value first, then together."""
        yield from Option.problems(self)
        yield from problems_together(self)

    def evolve(self, **changes: Any) -> Self:
        """Make a copy with some fields changed.

        Only what the change makes wrong is refused: a config that was read from the wire may hold
        what this library would not write, and can still be changed. The same goes for warnings.

        Args:
            **changes: Fields and their new values, as for the constructor.

        Returns:
            The new config.

        Raises:
            ConfigError: The result cannot work.
            TypeError: There is no such field.
        """
        fields = attrs.fields_dict(type(self))
        if unknown := changes.keys() - fields.keys():
            raise TypeError(f"SessionConfig has no field {', '.join(sorted(unknown))}")
        values = {name: getattr(self, name) for name in fields}
        values["extra"] = self._extra_without(changes)
        for name, value in changes.items():
            values[name] = _converted(fields[name], value)
        changed = assemble(type(self), values)
        known = {(problem.field, problem.message) for problem in self.problems()}
        for problem in changed.problems():
            if (problem.field, problem.message) not in known:
                raise problem.error()
        warn_of_retirements(changed, known=retirements(self))
        return type(self).from_wire(changed.to_wire())

    def only(self, *names: str) -> Self:
        """Keep some fields and leave out all others: the part of a session that changes.

        Args:
            *names: Fields to keep; the session's type always stays.

        Returns:
            A config in which every other field is ``UNSET``; not checked again.

        Raises:
            ConfigError: There is no such field.
        """
        fields = attrs.fields_dict(type(self))
        for name in names:
            if name not in fields:
                raise ConfigError(
                    f"{name!r} is no field of SessionConfig; there are {', '.join(fields)}",
                    field=name,
                )
        kept = {"type", *names}
        left_out: dict[str, Any] = dict.fromkeys(fields, UNSET) | {"extra": {}}
        return assemble(
            type(self), left_out | {name: getattr(self, name) for name in fields if name in kept}
        )

    def _extra_without(self, changes: Iterable[str]) -> dict[str, Any]:
        """What no field takes, less what stood in the place of fields that are given now."""
        extra: dict[str, Any] = copy_json(self.extra)
        for name, slot in slots(type(self)).items():
            if name not in changes:
                continue
            for length in range(1, len(slot.path) + 1):
                there, value = find(extra, slot.path[:length])
                if there and (length == len(slot.path) or not isinstance(value, dict)):
                    remove(extra, slot.path[:length])
                    break
        return extra
