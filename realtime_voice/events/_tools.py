"""What the model may call: functions of the client and tools of MCP servers."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias

import attrs

from realtime_voice.events._base import UnknownObject, WireObject, show_url
from realtime_voice.events._enums import ApprovalMode, Connector, ToolCaller

__all__ = [
    "MCPTool",
    "MCPToolFilter",
    "MCPToolRequireApprovalObject",
    "RealtimeFunctionTool",
    "RealtimeTool",
    "ToolChoice",
    "ToolChoiceFunction",
    "ToolChoiceMCP",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeFunctionTool(WireObject):
    """A function that the client runs when the model calls it."""

    type: ClassVar[Literal["function"]] = "function"
    """Tells this kind of object from others on the wire."""

    name: str | None = None
    """Name of the function."""

    description: str | None = None
    """What the tool does and when to call it, for the model to read."""

    parameters: Mapping[str, Any] | None = None
    """JSON schema of the arguments."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class MCPToolFilter(WireObject):
    """Which tools of an MCP server are meant."""

    tool_names: tuple[str, ...] | None = None
    """Names of the tools."""

    read_only: bool | None = None
    """Whether only tools that change nothing are meant."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class MCPToolRequireApprovalObject(WireObject):
    """Approval rules that differ from tool to tool."""

    always: MCPToolFilter | None = None
    """Tools that always wait for an approval."""

    never: MCPToolFilter | None = None
    """Tools that never wait for an approval."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class MCPTool(WireObject):
    """An MCP server, or a connector, whose tools the service calls by itself."""

    type: ClassVar[Literal["mcp"]] = "mcp"
    """Tells this kind of object from others on the wire."""

    server_label: str
    """Label to tell this server from others."""

    server_url: str | None = attrs.field(default=None, repr=show_url)
    """Address of the server; ``repr`` leaves out credentials and parameters in it."""

    connector_id: Connector | str | None = None
    """Connector to use in place of an address."""

    tunnel_id: str | None = None
    """Tunnel to a server that is not public."""

    authorization: str | None = attrs.field(default=None, repr=False)
    """Access token for the server; not shown by ``repr``."""

    server_description: str | None = None
    """What the server is for, for the model to read."""

    headers: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    """HTTP headers for the server; not shown by ``repr``."""

    allowed_tools: tuple[str, ...] | MCPToolFilter | None = None
    """Tools that the model may use: their names, or a filter."""

    allowed_callers: tuple[ToolCaller | str, ...] | None = None
    """Who may call the tools."""

    require_approval: MCPToolRequireApprovalObject | ApprovalMode | str | None = None
    """Which calls wait for an approval."""

    defer_loading: bool | None = None
    """Whether the tools are loaded only when they are looked for."""


RealtimeTool: TypeAlias = RealtimeFunctionTool | MCPTool | UnknownObject
"""What the model may call."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ToolChoiceFunction(WireObject):
    """The model must call this function."""

    type: ClassVar[Literal["function"]] = "function"
    """Tells this kind of object from others on the wire."""

    name: str
    """Name of the function."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ToolChoiceMCP(WireObject):
    """The model must call a tool of this MCP server."""

    type: ClassVar[Literal["mcp"]] = "mcp"
    """Tells this kind of object from others on the wire."""

    server_label: str
    """Label of the MCP server, chosen in the session."""

    name: str | None = None
    """Name of the tool."""


ToolChoice: TypeAlias = ToolChoiceFunction | ToolChoiceMCP | UnknownObject
"""One certain tool that the model must call."""
