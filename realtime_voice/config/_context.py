"""Options of what the model is given besides the conversation: context limit, traces, prompts.

Knows nothing of sound.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from realtime_voice.config._json import copy_json
from realtime_voice.config._kinds import (
    NAME,
    TEXT,
    AnyOf,
    JsonObject,
    Nullable,
    Unrecognised,
    accept,
    integer,
    number,
    one_of,
)
from realtime_voice.config._option import Nested, Option, at
from realtime_voice.config._unset import UNSET, Unset

__all__ = [
    "PROMPT",
    "TRACING",
    "TRUNCATION",
    "RetentionRatio",
    "StoredPrompt",
    "Tracing",
    "accept_prompt",
    "accept_tracing",
    "accept_truncation",
]

_OBJECT = JsonObject()


def _accept_object(value: Mapping[str, Any] | Unset) -> Mapping[str, Any] | Unset:
    taken: Mapping[str, Any] | Unset = copy_json(value)
    return taken


def _accept_variables(
    value: Mapping[str, Any] | Unset | None,
) -> Mapping[str, Any] | Unset | None:
    taken: Mapping[str, Any] | Unset | None = copy_json(value)
    return taken


@attrs.frozen(repr=False)
class RetentionRatio(Option):
    """When the context is full, keep only this share, so that the cache breaks less often.

    Raises:
        ConfigError: The ratio or the limit is out of its range.
    """

    WIRE_CONSTANTS: ClassVar[Mapping[str, str]] = {"type": "retention_ratio"}
    """Keys that every object of this class has on the wire, such as its type."""

    ratio: float = attrs.field(metadata=at("retention_ratio", number(0, 1), required=True))
    """Share of the conversation to keep, 0 to 1."""

    post_instructions: int | None = attrs.field(
        default=None,
        kw_only=True,
        metadata=at("token_limits.post_instructions", integer(0), absent=None),
    )
    """Most tokens of conversation after the instructions, from 0 up to what the model's context
    holds. Default (None, left out): the model's own limit."""


@attrs.frozen(kw_only=True, repr=False)
class Tracing(Option):
    """Write the session to OpenAI's trace dashboard; it cannot change once it is on.

    Raises:
        ConfigError: A value is of another kind.
    """

    workflow_name: str | Unset = attrs.field(default=UNSET, metadata=at("workflow_name", TEXT))
    """Name of the trace. Default of the server: one of its own."""

    group_id: str | Unset = attrs.field(default=UNSET, metadata=at("group_id", TEXT))
    """Groups several sessions. Default of the server: none."""

    metadata: Mapping[str, Any] | Unset = attrs.field(
        default=UNSET, converter=_accept_object, hash=False, metadata=at("metadata", _OBJECT)
    )
    """Anything to search for. No limit is documented. Default of the server: none."""


@attrs.frozen(repr=False)
class StoredPrompt(Option):
    """A prompt that is stored at OpenAI; these end on 2026-11-30, so use ``instructions``.

    Raises:
        ConfigError: The id is empty, or a value is of another kind.
    """

    id: str = attrs.field(metadata=at("id", NAME, required=True))
    """The prompt's id."""

    version: str | Unset | None = attrs.field(
        default=UNSET, kw_only=True, metadata=at("version", Nullable(TEXT))
    )
    """Its version. Default of the server: the current one."""

    variables: Mapping[str, Any] | Unset | None = attrs.field(
        default=UNSET,
        kw_only=True,
        converter=_accept_variables,
        hash=False,
        metadata=at("variables", Nullable(_OBJECT)),
    )
    """Values to fill in: texts, or the protocol's objects. Default of the server: none."""


_TRUNCATION_LIMITS = "'auto', 'disabled' or a RetentionRatio"
_TRACING_LIMITS = "'auto', a Tracing, or None to switch it off"

TRUNCATION = AnyOf(
    (
        one_of("auto", "disabled"),
        Nested(RetentionRatio, _TRUNCATION_LIMITS),
        Unrecognised(_TRUNCATION_LIMITS),
    ),
    _TRUNCATION_LIMITS,
)
"""The kind of the field ``truncation``."""

TRACING = Nullable(AnyOf((one_of("auto"), Nested(Tracing, _TRACING_LIMITS)), _TRACING_LIMITS))
"""The kind of the field ``tracing``."""

PROMPT = Nullable(Nested(StoredPrompt, "a StoredPrompt, or None"))
"""The kind of the field ``prompt``."""


def accept_truncation(
    value: str | RetentionRatio | Mapping[str, Any] | Unset,
) -> str | RetentionRatio | Mapping[str, Any] | Unset:
    """Take a word, the option, or the wire's mapping."""
    taken: str | RetentionRatio | Mapping[str, Any] | Unset = accept(TRUNCATION, value)
    return taken


def accept_tracing(
    value: str | Tracing | Mapping[str, Any] | Unset | None,
) -> str | Tracing | Unset | None:
    """Take a word, the option, or the wire's mapping."""
    taken: str | Tracing | Unset | None = accept(TRACING, value)
    return taken


def accept_prompt(
    value: StoredPrompt | Mapping[str, Any] | Unset | None,
) -> StoredPrompt | Unset | None:
    """Take the option, or the wire's mapping."""
    taken: StoredPrompt | Unset | None = accept(PROMPT, value)
    return taken
