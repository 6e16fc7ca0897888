"""Options of tools that the model may call: functions of the application, and MCP servers.

Describes tools to the server; runs none.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import attrs

from realtime_voice.config._json import copy_json
from realtime_voice.config._kinds import (
    FLAG,
    NAME,
    TEXT,
    AnyOf,
    JsonObject,
    ListOf,
    Nullable,
    Problem,
    accept,
    matching,
    one_of,
)
from realtime_voice.config._option import Nested, Option, at
from realtime_voice.config._unset import UNSET, Unset
from realtime_voice.events import show_url

__all__ = [
    "FUNCTION_NAME",
    "TOOLS",
    "TOOL_CHOICE",
    "FunctionTool",
    "MCPTool",
    "Tool",
    "accept_tool_choice",
    "accept_tools",
]

FUNCTION_NAME = matching(r"[A-Za-z0-9_-]{1,64}", "1 to 64 letters (a-z), digits, '_' or '-'")
"""The kind of a function's name."""

_TUNNEL = matching(r"tunnel_[a-z0-9]{32}", "'tunnel_' and 32 of a-z and 0-9")
_OBJECT = JsonObject()
_NAMES = ListOf(TEXT, "names")
_ALLOWED_TOOLS = Nullable(AnyOf((_NAMES, _OBJECT), "a sequence of names or a filter object"))
_CALLERS = Nullable(ListOf(one_of("direct", "programmatic"), "callers", at_least=1))
_APPROVAL = Nullable(
    AnyOf((one_of("always", "never"), _OBJECT), "'always', 'never' or a filter object")
)


def _accept_object(value: Mapping[str, Any] | Unset) -> Mapping[str, Any] | Unset:
    taken: Mapping[str, Any] | Unset = copy_json(value)
    return taken


def _accept_headers(value: Mapping[str, str] | Unset | None) -> Mapping[str, str] | Unset | None:
    taken: Mapping[str, str] | Unset | None = copy_json(value)
    return taken


def _accept_names(
    value: Iterable[str] | Mapping[str, Any] | Unset | None,
) -> tuple[str, ...] | Mapping[str, Any] | Unset | None:
    taken: tuple[str, ...] | Mapping[str, Any] | Unset | None = accept(_ALLOWED_TOOLS, value)
    return taken


def _accept_callers(value: Iterable[str] | Unset | None) -> tuple[str, ...] | Unset | None:
    taken: tuple[str, ...] | Unset | None = accept(_CALLERS, value)
    return taken


def _accept_approval(
    value: str | Mapping[str, Any] | Unset | None,
) -> str | Mapping[str, Any] | Unset | None:
    taken: str | Mapping[str, Any] | Unset | None = copy_json(value)
    return taken


@attrs.frozen(kw_only=True, repr=False)
class FunctionTool(Option):
    """A function of the application that the model may call.

    Raises:
        ConfigError: The name is not one, or the parameters are no JSON.
    """

    WIRE_CONSTANTS: ClassVar[Mapping[str, str]] = {"type": "function"}
    """Keys that every object of this class has on the wire, such as its type."""

    name: str = attrs.field(metadata=at("name", FUNCTION_NAME, required=True))
    """What the model calls it: 1 to 64 letters, digits, underscores and dashes."""

    description: str | Unset = attrs.field(default=UNSET, metadata=at("description", TEXT))
    """When and how to call it, and what to say meanwhile. Default of the server: none."""

    parameters: Mapping[str, Any] | Unset = attrs.field(
        default=UNSET, converter=_accept_object, hash=False, metadata=at("parameters", _OBJECT)
    )
    """JSON Schema of its arguments. Default of the server: no arguments."""


@attrs.frozen(kw_only=True, repr=False)
class MCPTool(Option):
    """The tools of a Model Context Protocol server, which OpenAI's server calls by itself.

    Raises:
        ConfigError: There is no way to reach the MCP server, or a value is of another kind.
    """

    WIRE_CONSTANTS: ClassVar[Mapping[str, str]] = {"type": "mcp"}
    """Keys that every object of this class has on the wire, such as its type."""

    server_label: str = attrs.field(metadata=at("server_label", NAME, required=True))
    """Name of the MCP server in this session; each label once."""

    server_url: str | Unset = attrs.field(
        default=UNSET, repr=show_url, metadata=at("server_url", TEXT)
    )
    """Address of the MCP server; this, ``connector_id`` or ``tunnel_id`` is needed. Credentials and
    parameters in it are never shown. Default of the server: none."""

    connector_id: str | Unset = attrs.field(default=UNSET, metadata=at("connector_id", TEXT))
    """One of OpenAI's connectors, such as ``connector_gmail``. Default of the server: none."""

    tunnel_id: str | Unset = attrs.field(default=UNSET, metadata=at("tunnel_id", _TUNNEL))
    """A tunnel to a private server: ``tunnel_`` and 32 small letters or digits. Default of the
    server: none."""

    authorization: str | Unset = attrs.field(
        default=UNSET, metadata=at("authorization", TEXT, secret=True)
    )
    """Access token for the MCP server; never shown. Default of the server: none."""

    server_description: str | Unset = attrs.field(
        default=UNSET, metadata=at("server_description", TEXT)
    )
    """What the MCP server is for, as a hint to the model. Default of the server: none."""

    headers: Mapping[str, str] | Unset | None = attrs.field(
        default=UNSET,
        converter=_accept_headers,
        hash=False,
        metadata=at("headers", Nullable(_OBJECT), secret=True),
    )
    """HTTP headers for the MCP server; never shown. Default of the server: none."""

    allowed_tools: tuple[str, ...] | Mapping[str, Any] | Unset | None = attrs.field(
        default=UNSET,
        converter=_accept_names,
        hash=False,
        metadata=at("allowed_tools", _ALLOWED_TOOLS),
    )
    """Names of the tools that may be used, or the protocol's filter object. Default of the
    server: all."""

    allowed_callers: tuple[str, ...] | Unset | None = attrs.field(
        default=UNSET,
        converter=_accept_callers,
        metadata=at("allowed_callers", _CALLERS),
    )
    """Who may call: ``direct``, ``programmatic``; at least one. Default of the server: unstated."""

    require_approval: str | Mapping[str, Any] | Unset | None = attrs.field(
        default=UNSET,
        converter=_accept_approval,
        hash=False,
        metadata=at("require_approval", _APPROVAL),
    )
    """``always``, ``never``, or the protocol's filter object. Default of the server: ``always``."""

    defer_loading: bool | Unset = attrs.field(default=UNSET, metadata=at("defer_loading", FLAG))
    """Fetch the list of tools only when it is needed. Default of the server: unstated."""

    def problems(self) -> Iterator[Problem]:
        """Everything that cannot work, in the order of the fields."""
        yield from Option.problems(self)
        if self.server_url is UNSET and self.connector_id is UNSET and self.tunnel_id is UNSET:
            yield Problem("server_url", "is needed, or connector_id or tunnel_id instead of it")


Tool = FunctionTool | MCPTool | Mapping[str, Any]
"""A tool: typed, or the wire's mapping for a sort that this library does not know."""

_TOOL_LIMITS = "a FunctionTool, an MCPTool or a wire mapping of one"
_TOOL = AnyOf(
    (Nested(FunctionTool, _TOOL_LIMITS), Nested(MCPTool, _TOOL_LIMITS), _OBJECT), _TOOL_LIMITS
)

TOOLS = ListOf(_TOOL, "tools")
"""The kind of the field ``tools``."""

TOOL_CHOICE = AnyOf(
    (one_of("auto", "none", "required"), _OBJECT),
    "'auto', 'none', 'required', or {'type': 'function', 'name': ...} or "
    "{'type': 'mcp', 'server_label': ...}",
)
"""The kind of the field ``tool_choice``."""


def accept_tools(value: Iterable[Tool] | Unset) -> tuple[Tool, ...] | Unset:
    """Take a sequence of options or wire mappings."""
    taken: tuple[Tool, ...] | Unset = accept(TOOLS, value)
    return taken


def accept_tool_choice(value: str | Mapping[str, Any] | Unset) -> str | Mapping[str, Any] | Unset:
    """Take a word, or the wire's mapping."""
    taken: str | Mapping[str, Any] | Unset = copy_json(value)
    return taken
