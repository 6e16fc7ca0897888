"""What a conversation is made of: messages, tool calls and the traffic with MCP servers."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias

import attrs

from realtime_voice.events._base import UnknownConversationItem, UnknownObject, WireObject, show_url
from realtime_voice.events._enums import (
    AssistantContentType,
    ImageDetail,
    ItemStatus,
    Phase,
    UserContentType,
)

__all__ = [
    "ConversationItem",
    "MCPListToolsTool",
    "RealtimeConversationItemFunctionCall",
    "RealtimeConversationItemFunctionCallOutput",
    "RealtimeConversationItemMessageAssistant",
    "RealtimeConversationItemMessageAssistantContent",
    "RealtimeConversationItemMessageSystem",
    "RealtimeConversationItemMessageSystemContent",
    "RealtimeConversationItemMessageUser",
    "RealtimeConversationItemMessageUserContent",
    "RealtimeMCPApprovalRequest",
    "RealtimeMCPApprovalResponse",
    "RealtimeMCPError",
    "RealtimeMCPHTTPError",
    "RealtimeMCPListTools",
    "RealtimeMCPProtocolError",
    "RealtimeMCPToolCall",
    "RealtimeMCPToolExecutionError",
    "ResponseInputItem",
    "ResponseItemReference",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeConversationItemMessageSystemContent(WireObject):
    """A part of a system message."""

    type: str = "input_text"
    """Kind of this object, in the words of the wire."""

    text: str | None = None
    """The text."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeConversationItemMessageSystem(WireObject):
    """Instructions in the middle of a conversation."""

    type: ClassVar[Literal["message"]] = "message"
    """Tells this kind of object from others on the wire."""

    role: ClassVar[Literal["system"]] = "system"
    """Whose message it is."""

    id: str | None = None
    """Id of this object."""

    object: str | None = None
    """Kind of object, in the words of the API."""

    status: ItemStatus | str | None = None
    """How far it has come."""

    content: tuple[RealtimeConversationItemMessageSystemContent, ...]
    """Parts of the message."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeConversationItemMessageUserContent(WireObject):
    """A part of a user message: text, sound or an image."""

    type: UserContentType | str | None = None
    """Kind of this object, in the words of the wire."""

    text: str | None = None
    """The text."""

    audio: bytes | None = None
    """The sound; in events only where the item was asked for."""

    image_url: str | None = attrs.field(default=None, repr=show_url)
    """The image as a data URL."""

    detail: ImageDetail | str | None = None
    """How closely to look at the image."""

    transcript: str | None = None
    """The words of the sound; ``None`` until they are known."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeConversationItemMessageUser(WireObject):
    """Something the user said, wrote or showed."""

    type: ClassVar[Literal["message"]] = "message"
    """Tells this kind of object from others on the wire."""

    role: ClassVar[Literal["user"]] = "user"
    """Whose message it is."""

    id: str | None = None
    """Id of this object."""

    object: str | None = None
    """Kind of object, in the words of the API."""

    status: ItemStatus | str | None = None
    """How far it has come."""

    content: tuple[RealtimeConversationItemMessageUserContent, ...]
    """Parts of the message."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeConversationItemMessageAssistantContent(WireObject):
    """A part of an assistant message: text, or sound with its words."""

    type: AssistantContentType | str | None = None
    """Kind of this object, in the words of the wire."""

    text: str | None = None
    """The text."""

    audio: bytes | None = None
    """The sound; in events only where the item was asked for."""

    transcript: str | None = None
    """The words of the sound."""

    format: str | None = None
    """Layout of the sound; the old way to tell it."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeConversationItemMessageAssistant(WireObject):
    """Something the model said or wrote."""

    type: ClassVar[Literal["message"]] = "message"
    """Tells this kind of object from others on the wire."""

    role: ClassVar[Literal["assistant"]] = "assistant"
    """Whose message it is."""

    id: str | None = None
    """Id of this object."""

    object: str | None = None
    """Kind of object, in the words of the API."""

    status: ItemStatus | str | None = None
    """How far it has come."""

    content: tuple[RealtimeConversationItemMessageAssistantContent, ...]
    """Parts of the message; empty while it has only begun."""

    phase: Phase | str | None = None
    """Whether a reasoning model comments on the way or gives its answer."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeConversationItemFunctionCall(WireObject):
    """The model asks the client to run a function."""

    type: ClassVar[Literal["function_call"]] = "function_call"
    """Tells this kind of object from others on the wire."""

    id: str | None = None
    """Id of this object."""

    object: str | None = None
    """Kind of object, in the words of the API."""

    status: ItemStatus | str | None = None
    """How far it has come."""

    call_id: str | None = None
    """Id to give back with the output of the call."""

    name: str
    """Name of the function."""

    arguments: str
    """Arguments of the call, as JSON text."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeConversationItemFunctionCallOutput(WireObject):
    """What the function gave back."""

    type: ClassVar[Literal["function_call_output"]] = "function_call_output"
    """Tells this kind of object from others on the wire."""

    id: str | None = None
    """Id of this object."""

    object: str | None = None
    """Kind of object, in the words of the API."""

    status: ItemStatus | str | None = None
    """How far it has come."""

    call_id: str
    """Id of the call that this answers."""

    output: str
    """What the function gave back, as text for the model."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class MCPListToolsTool(WireObject):
    """One tool, as its MCP server describes it."""

    name: str
    """Name of the tool."""

    description: str | None = None
    """What the tool does."""

    input_schema: Mapping[str, Any]
    """JSON schema of the arguments."""

    annotations: Mapping[str, Any] | None = None
    """What else the server says about the tool."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeMCPListTools(WireObject):
    """The tools that an MCP server offers."""

    type: ClassVar[Literal["mcp_list_tools"]] = "mcp_list_tools"
    """Tells this kind of object from others on the wire."""

    id: str | None = None
    """Id of this object."""

    server_label: str
    """Label of the MCP server, chosen in the session."""

    tools: tuple[MCPListToolsTool, ...]
    """The tools."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeMCPApprovalRequest(WireObject):
    """The model wants to call an MCP tool and waits for a yes."""

    type: ClassVar[Literal["mcp_approval_request"]] = "mcp_approval_request"
    """Tells this kind of object from others on the wire."""

    id: str
    """Id to answer to."""

    server_label: str
    """Label of the MCP server, chosen in the session."""

    name: str
    """Name of the tool."""

    arguments: str
    """Arguments of the call, as JSON text."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeMCPApprovalResponse(WireObject):
    """The answer to a request for approval."""

    type: ClassVar[Literal["mcp_approval_response"]] = "mcp_approval_response"
    """Tells this kind of object from others on the wire."""

    id: str
    """Id of this object."""

    approval_request_id: str
    """Id of the request for approval."""

    approve: bool
    """Whether the call may be made."""

    reason: str | None = None
    """Why it may or may not."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeMCPProtocolError(WireObject):
    """The MCP server and the service did not understand each other."""

    type: ClassVar[Literal["protocol_error"]] = "protocol_error"
    """Tells this kind of object from others on the wire."""

    code: int
    """Code of the protocol error."""

    message: str
    """What went wrong, for people to read."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeMCPToolExecutionError(WireObject):
    """The tool ran and failed."""

    type: ClassVar[Literal["tool_execution_error"]] = "tool_execution_error"
    """Tells this kind of object from others on the wire."""

    message: str
    """What went wrong, for people to read."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeMCPHTTPError(WireObject):
    """The MCP server answered with an HTTP error."""

    type: ClassVar[Literal["http_error"]] = "http_error"
    """Tells this kind of object from others on the wire."""

    code: int
    """HTTP status."""

    message: str
    """What went wrong, for people to read."""


RealtimeMCPError: TypeAlias = (
    RealtimeMCPProtocolError | RealtimeMCPToolExecutionError | RealtimeMCPHTTPError | UnknownObject
)
"""Why a call of an MCP tool failed."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeMCPToolCall(WireObject):
    """A call of an MCP tool with its outcome."""

    type: ClassVar[Literal["mcp_call"]] = "mcp_call"
    """Tells this kind of object from others on the wire."""

    id: str
    """Id of this object."""

    server_label: str
    """Label of the MCP server, chosen in the session."""

    name: str
    """Name of the tool."""

    arguments: str
    """Arguments of the call, as JSON text."""

    approval_request_id: str | None = None
    """Id of the request for approval."""

    output: str | None = None
    """What the tool gave back; ``None`` while it runs or when it failed."""

    error: RealtimeMCPError | None = None
    """Why the call failed; ``None`` when it did not."""


ConversationItem: TypeAlias = (
    RealtimeConversationItemMessageSystem
    | RealtimeConversationItemMessageUser
    | RealtimeConversationItemMessageAssistant
    | RealtimeConversationItemFunctionCall
    | RealtimeConversationItemFunctionCallOutput
    | RealtimeMCPApprovalResponse
    | RealtimeMCPListTools
    | RealtimeMCPToolCall
    | RealtimeMCPApprovalRequest
    | UnknownConversationItem
)
"""Anything that a conversation is made of."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseItemReference(WireObject):
    """Points to an item of the conversation."""

    type: ClassVar[Literal["item_reference"]] = "item_reference"
    """Tells this kind of object from others on the wire."""

    id: str
    """Id of the item."""


ResponseInputItem: TypeAlias = (
    RealtimeConversationItemMessageSystem
    | RealtimeConversationItemMessageUser
    | RealtimeConversationItemMessageAssistant
    | RealtimeConversationItemFunctionCall
    | RealtimeConversationItemFunctionCallOutput
    | RealtimeMCPApprovalResponse
    | RealtimeMCPListTools
    | RealtimeMCPToolCall
    | RealtimeMCPApprovalRequest
    | ResponseItemReference
    | UnknownConversationItem
)
"""What a response can be told to look at in place of the conversation."""
