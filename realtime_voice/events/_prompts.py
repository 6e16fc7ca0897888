"""Stored prompts with their variables, reasoning, truncation and tracing."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias

import attrs

from realtime_voice.events._base import UnknownObject, WireObject, show_url
from realtime_voice.events._enums import (
    CacheLifetime,
    ImageDetail,
    PromptImageDetail,
    ReasoningEffort,
)

__all__ = [
    "InputFileContent",
    "InputImageContent",
    "InputTextContent",
    "Prompt",
    "PromptCacheBreakpointConfig",
    "PromptVariable",
    "RealtimeReasoning",
    "RealtimeSessionCreateRequestGATracingObject",
    "RealtimeSessionCreateResponseGATracingObject",
    "RealtimeTruncationRetentionRatio",
    "RealtimeTruncationRetentionRatioTokenLimits",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PromptCacheBreakpointConfig(WireObject):
    """Marks the end of a stretch of prompt worth caching."""

    mode: str = "explicit"
    """How the breakpoint is set."""

    ttl: CacheLifetime | str | None = None
    """How long the stretch stays cached."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputTextContent(WireObject):
    """Text for a prompt variable."""

    type: ClassVar[Literal["input_text"]] = "input_text"
    """Tells this kind of object from others on the wire."""

    text: str
    """The text."""

    prompt_cache_breakpoint: PromptCacheBreakpointConfig | None = None
    """Marks the end of a stretch worth caching."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputImageContent(WireObject):
    """An image for a prompt variable."""

    type: ClassVar[Literal["input_image"]] = "input_image"
    """Tells this kind of object from others on the wire."""

    image_url: str | None = attrs.field(default=None, repr=show_url)
    """Address of the image, or the image itself as a data URL."""

    file_id: str | None = None
    """Id of an uploaded file."""

    detail: PromptImageDetail | str
    """How closely to look at the image."""

    prompt_cache_breakpoint: PromptCacheBreakpointConfig | None = None
    """Marks the end of a stretch worth caching."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputFileContent(WireObject):
    """A file for a prompt variable."""

    type: ClassVar[Literal["input_file"]] = "input_file"
    """Tells this kind of object from others on the wire."""

    file_id: str | None = None
    """Id of an uploaded file."""

    filename: str | None = None
    """Name of the file."""

    file_data: str | None = None
    """Content of the file, base64."""

    prompt_cache_breakpoint: PromptCacheBreakpointConfig | None = None
    """Marks the end of a stretch worth caching."""

    file_url: str | None = attrs.field(default=None, repr=show_url)
    """Address of the file."""

    detail: ImageDetail | str | None = None
    """How closely to look at the pages."""


PromptVariable: TypeAlias = InputTextContent | InputImageContent | InputFileContent | UnknownObject
"""What a variable of a stored prompt stands for, where it is not plain text."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Prompt(WireObject):
    """A prompt that is stored with the account."""

    id: str
    """Id of the prompt."""

    version: str | None = None
    """Version of the prompt; the newest when left out."""

    variables: Mapping[str, str | PromptVariable] | None = None
    """Values for the variables of the prompt."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeReasoning(WireObject):
    """How a reasoning model thinks."""

    effort: ReasoningEffort | str | None = None
    """How much to think."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTruncationRetentionRatioTokenLimits(WireObject):
    """Token limits that trigger truncation early."""

    post_instructions: int | None = None
    """Tokens that the conversation after the instructions may have."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTruncationRetentionRatio(WireObject):
    """Truncation that drops more than it must, so that the cache lasts longer."""

    type: ClassVar[Literal["retention_ratio"]] = "retention_ratio"
    """Tells this kind of object from others on the wire."""

    retention_ratio: float
    """Share of the conversation to keep: 0 to 1."""

    token_limits: RealtimeTruncationRetentionRatioTokenLimits | None = None
    """Limits below that of the context window."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeSessionCreateRequestGATracingObject(WireObject):
    """How the session shows up among the traces of the account."""

    workflow_name: str | None = None
    """Name of the workflow in the traces."""

    group_id: str | None = None
    """Id that joins several sessions."""

    metadata: Mapping[str, Any] | None = None
    """Anything to filter the traces by."""


RealtimeSessionCreateResponseGATracingObject = RealtimeSessionCreateRequestGATracingObject
