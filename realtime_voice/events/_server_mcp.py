"""MCP servers, whose tools the service calls by itself."""

from typing import ClassVar, Literal

import attrs

from realtime_voice.events._base import KnownServerEvent

__all__ = [
    "McpListToolsCompleted",
    "McpListToolsFailed",
    "McpListToolsInProgress",
    "ResponseMcpCallArgumentsDelta",
    "ResponseMcpCallArgumentsDone",
    "ResponseMcpCallCompleted",
    "ResponseMcpCallFailed",
    "ResponseMcpCallInProgress",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class McpListToolsInProgress(KnownServerEvent):
    """The service has begun to ask an MCP server for its tools."""

    type: ClassVar[Literal["mcp_list_tools.in_progress"]] = "mcp_list_tools.in_progress"
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class McpListToolsCompleted(KnownServerEvent):
    """The tools of an MCP server are known; the item holds them."""

    type: ClassVar[Literal["mcp_list_tools.completed"]] = "mcp_list_tools.completed"
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class McpListToolsFailed(KnownServerEvent):
    """An MCP server did not tell its tools."""

    type: ClassVar[Literal["mcp_list_tools.failed"]] = "mcp_list_tools.failed"
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseMcpCallArgumentsDelta(KnownServerEvent):
    """More of the arguments for an MCP tool."""

    type: ClassVar[Literal["response.mcp_call_arguments.delta"]] = (
        "response.mcp_call_arguments.delta"
    )
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    delta: str
    """JSON text to append as it is."""

    obfuscation: str | None = None
    """Random padding that hides the length of the text; carries no meaning."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseMcpCallArgumentsDone(KnownServerEvent):
    """All arguments for an MCP tool."""

    type: ClassVar[Literal["response.mcp_call_arguments.done"]] = "response.mcp_call_arguments.done"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    arguments: str
    """Arguments of the call, as JSON text."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseMcpCallInProgress(KnownServerEvent):
    """The service has begun to call an MCP tool."""

    type: ClassVar[Literal["response.mcp_call.in_progress"]] = "response.mcp_call.in_progress"
    """Name of this event on the wire."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    item_id: str
    """Id of the item that this is about."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseMcpCallCompleted(KnownServerEvent):
    """An MCP tool has answered; the item holds its output."""

    type: ClassVar[Literal["response.mcp_call.completed"]] = "response.mcp_call.completed"
    """Name of this event on the wire."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    item_id: str
    """Id of the item that this is about."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseMcpCallFailed(KnownServerEvent):
    """The call of an MCP tool failed; the item holds the error."""

    type: ClassVar[Literal["response.mcp_call.failed"]] = "response.mcp_call.failed"
    """Name of this event on the wire."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    item_id: str
    """Id of the item that this is about."""
