"""Options of the sound on its way in and out: layout, noise, voice.

Knows the wire's names for formats; converts no sound.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import attrs

from realtime_voice.config._json import copy_json
from realtime_voice.config._kinds import NAME, Problem, Unfit, accept, number, one_of, refusal
from realtime_voice.config._option import Nested, Option, assemble, at
from realtime_voice.config._unset import UNSET, Unset
from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat

__all__ = [
    "FORMAT",
    "CustomVoice",
    "NoiseReduction",
    "WireFormat",
    "accept_format",
    "accept_noise_reduction",
    "as_audio_format",
]

WireFormat = Mapping[str, Any]
"""An audio format as the wire writes it: ``{"type": "audio/pcm", "rate": 24000}``."""

_WIRE_TYPES = {"pcm16": "audio/pcm", "pcmu": "audio/pcmu", "pcma": "audio/pcma"}
_BY_WIRE_TYPE = {"audio/pcm": PCM16_24K, "audio/pcmu": PCMU_8K, "audio/pcma": PCMA_8K}
_OLD_NAMES = {"pcm16": "PCM16_24K", "g711_ulaw": "PCMU_8K", "g711_alaw": "PCMA_8K"}


@attrs.frozen
class _FormatKind:
    """An audio format; what :class:`AudioFormat` cannot say exactly stays a wire mapping."""

    limits: str = "PCM16_24K (24000 Hz, mono), PCMU_8K or PCMA_8K"
    """What is accepted, in words."""

    def owns(self, value: Any) -> bool:
        """Whether it is a format or a wire mapping."""
        return isinstance(value, AudioFormat | dict)

    def load(self, wire: Any) -> Any:
        """Read exactly the three formats of the protocol; keep every other object as it is."""
        if not isinstance(wire, dict):
            raise Unfit
        for known in _BY_WIRE_TYPE.values():
            if wire == self.dump(known):
                return known
        return copy_json(wire)

    def dump(self, value: Any) -> Any:
        """Write the format; only PCM names its rate."""
        if not isinstance(value, AudioFormat):
            return copy_json(value)
        wire: dict[str, Any] = {"type": _WIRE_TYPES[value.encoding]}
        if value.encoding == "pcm16":
            wire["rate"] = value.rate
        return wire

    def check(self, value: Any) -> Iterator[Problem]:
        """Refuse what the server does not take, and say how to get there."""
        if isinstance(value, AudioFormat):
            if value not in _BY_WIRE_TYPE.values():
                advice = "sources and sinks of any rate are resampled by the session"
                yield Problem("", f"must be {self.limits}, not {value}; {advice}", value)
        elif isinstance(value, dict):
            yield from _check_wire_format(cast("dict[str, Any]", value), self.limits)
        else:
            new = _OLD_NAMES.get(value) if isinstance(value, str) else None
            advice = f"; the old name {value!r} is now {new}" if new else ""
            yield refusal(value, self.limits, advice)


def _check_wire_format(wire: dict[str, Any], limits: str) -> Iterator[Problem]:
    sort = wire.get("type")
    if not isinstance(sort, str) or sort not in _BY_WIRE_TYPE:
        types = ", ".join(_BY_WIRE_TYPE)
        yield Problem("type", f"must be one of {types}, not {sort!r:.120} ({limits})", sort)
    elif "rate" not in wire:
        return
    elif sort != "audio/pcm":
        yield Problem("rate", f"must be left out: {sort} is always 8000 Hz", wire["rate"])
    elif wire["rate"] != PCM16_24K.rate or not isinstance(wire["rate"], int):
        yield Problem("rate", f"must be 24000, not {wire['rate']!r:.120}", wire["rate"])


FORMAT = _FormatKind()
"""The kind of the two format fields."""


def accept_format(value: AudioFormat | WireFormat | Unset) -> AudioFormat | WireFormat | Unset:
    """Take an :class:`AudioFormat` or the wire's mapping."""
    taken: AudioFormat | WireFormat | Unset = accept(FORMAT, value)
    return taken


def as_audio_format(value: AudioFormat | WireFormat | Unset) -> AudioFormat:
    """Say what a format field means in bytes; the server's default where nothing is known."""
    if isinstance(value, AudioFormat):
        return value
    sort = value.get("type") if isinstance(value, Mapping) else None
    return _BY_WIRE_TYPE.get(sort, PCM16_24K) if isinstance(sort, str) else PCM16_24K


@attrs.frozen(repr=False)
class NoiseReduction(Option):
    """Filter the user's sound before it reaches turn detection and the model.

    Raises:
        ConfigError: The type or the strength cannot be.
    """

    type: str | Unset = attrs.field(
        default=UNSET, metadata=at("type", one_of("near_field", "far_field"))
    )
    """``near_field`` for a headset, ``far_field`` for a laptop or a room. No default; it is
    needed to switch noise reduction on."""

    strength: float | Unset = attrs.field(
        default=UNSET, kw_only=True, metadata=at("strength", number(0))
    )
    """How much is suppressed; higher is more. From 0 up; the protocol states no upper limit.
    Default of the server: 1 when first enabled, later what it was."""


NOISE_REDUCTION = Nested(NoiseReduction, "'near_field', 'far_field' or a NoiseReduction")


def accept_noise_reduction(
    value: NoiseReduction | str | Mapping[str, Any] | Unset | None,
) -> NoiseReduction | Unset | None:
    """Take the option, the name of its type, or the wire's mapping."""
    if isinstance(value, str):
        return assemble(NoiseReduction, {"type": value, "strength": UNSET, "extra": {}})
    taken: NoiseReduction | Unset | None = accept(NOISE_REDUCTION, value)
    return taken


@attrs.frozen(repr=False)
class CustomVoice(Option):
    """A voice made from recordings for this account.

    Raises:
        ConfigError: The id is empty.
    """

    id: str = attrs.field(metadata=at("id", NAME, required=True))
    """The voice's id, such as ``voice_1234``; fixed after the first sound."""
