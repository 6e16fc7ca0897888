"""Options of turn detection: how the server finds the end of what the user says.

Without an object (None) the application commits by hand. Decides nothing about turns itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import attrs

from realtime_voice.config._kinds import (
    FLAG,
    AnyOf,
    Nullable,
    Problem,
    Unrecognised,
    accept,
    integer,
    number,
    one_of,
)
from realtime_voice.config._option import Nested, Option, at
from realtime_voice.config._unset import UNSET, Unset

__all__ = ["TURN_DETECTION", "SemanticVAD", "ServerVAD", "TurnDetection", "accept_turn_detection"]


_ONLY_SERVER = ("threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms")
_ONLY_SEMANTIC = ("eagerness",)


def _foreign(option: Option, names: Iterable[str], owner: str) -> Iterator[Problem]:
    """Refuse what belongs to the other type of turn detection; in ``extra`` it looks unknown."""
    for name in names:
        if name in option.extra:
            message = f"is only for {owner}; leave it out or use {owner}"
            yield Problem(name, message, option.extra[name])


@attrs.frozen(kw_only=True, repr=False)
class ServerVAD(Option):
    """Turn detection by loudness: a turn ends after a stretch of silence.

    Say each value that matters to you in every update: what an update leaves out of this object may
    fall back to the server's default instead of what it was.

    Raises:
        ConfigError: A value is out of its range or of another kind.
    """

    WIRE_CONSTANTS: ClassVar[Mapping[str, str]] = {"type": "server_vad"}
    """Keys that every object of this class has on the wire, such as its type."""

    threshold: float | Unset = attrs.field(default=UNSET, metadata=at("threshold", number(0, 1)))
    """Loudness that counts as speech, 0 to 1; higher for noisy rooms. Default of the
    server: 0.5."""

    prefix_padding_ms: int | Unset = attrs.field(
        default=UNSET, metadata=at("prefix_padding_ms", integer(0))
    )
    """Sound kept from before the speech was noticed, in ms. Default of the server: 300."""

    silence_duration_ms: int | Unset = attrs.field(
        default=UNSET, metadata=at("silence_duration_ms", integer(0))
    )
    """Silence that ends a turn, in ms; shorter answers sooner and cuts in more often. Default of
    the server: 500, or 200 for gpt-realtime."""

    create_response: bool | Unset = attrs.field(default=UNSET, metadata=at("create_response", FLAG))
    """Answer at the end of each turn. Default of the server: true."""

    interrupt_response: bool | Unset = attrs.field(
        default=UNSET, metadata=at("interrupt_response", FLAG)
    )
    """Cancel the answer when the user begins to speak. Default of the server: true. With false,
    an answer may fail to start while another one is spoken."""

    idle_timeout_ms: int | Unset | None = attrs.field(
        default=UNSET, metadata=at("idle_timeout_ms", Nullable(integer(5_000, 30_000)))
    )
    """Silence after an answer was played, in ms, after which the model speaks again by itself;
    5000 to 30000. Default of the server: None, never."""

    def problems(self) -> Iterator[Problem]:
        """Everything that cannot work, in the order of the fields."""
        yield from Option.problems(self)
        yield from _foreign(self, _ONLY_SEMANTIC, "SemanticVAD")


@attrs.frozen(kw_only=True, repr=False)
class SemanticVAD(Option):
    """Turn detection by meaning: a model judges whether the user has finished.

    It has no idle timeout; only :class:`ServerVAD` does.

    Raises:
        ConfigError: A value is of another kind, or the eagerness is none of the protocol's.
    """

    WIRE_CONSTANTS: ClassVar[Mapping[str, str]] = {"type": "semantic_vad"}
    """Keys that every object of this class has on the wire, such as its type."""

    eagerness: str | Unset = attrs.field(
        default=UNSET, metadata=at("eagerness", one_of("low", "medium", "high", "auto"))
    )
    """How soon to answer: waits at most 8 s (``low``), 4 s (``medium``) or 2 s (``high``). Default
    of the server: ``auto``, the same as ``medium``."""

    create_response: bool | Unset = attrs.field(default=UNSET, metadata=at("create_response", FLAG))
    """Answer at the end of each turn. Default of the server: true."""

    interrupt_response: bool | Unset = attrs.field(
        default=UNSET, metadata=at("interrupt_response", FLAG)
    )
    """Cancel the answer when the user begins to speak. Default of the server: true."""

    def problems(self) -> Iterator[Problem]:
        """Everything that cannot work, in the order of the fields."""
        yield from Option.problems(self)
        yield from _foreign(self, _ONLY_SERVER, "ServerVAD")


TurnDetection = ServerVAD | SemanticVAD | Mapping[str, Any]
"""Turn detection: typed, or the wire's mapping for a sort that this library does not know."""

_LIMITS = "a ServerVAD, a SemanticVAD, or None to commit by hand"

TURN_DETECTION = Nullable(
    AnyOf(
        (Nested(ServerVAD, _LIMITS), Nested(SemanticVAD, _LIMITS), Unrecognised(_LIMITS)), _LIMITS
    )
)
"""The kind of the field ``turn_detection``."""


def accept_turn_detection(value: TurnDetection | Unset | None) -> TurnDetection | Unset | None:
    """Take an option, or the wire's mapping."""
    taken: TurnDetection | Unset | None = accept(TURN_DETECTION, value)
    return taken
