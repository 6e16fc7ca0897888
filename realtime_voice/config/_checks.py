"""What cannot work together in one session, although each value is fine by itself.

Only what the API's documents or recorded traffic state is refused; where they are silent
or disagree, the server decides. A config without a model is a change to a running session, so
what it leaves out is not taken as missing.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from realtime_voice.config._context import RetentionRatio
from realtime_voice.config._json import is_object
from realtime_voice.config._kinds import Problem
from realtime_voice.config._models import (
    NOT_CONVERSATIONAL,
    RealtimeModel,
    realtime_model,
    transcription_model,
)
from realtime_voice.config._tools import FUNCTION_NAME, FunctionTool, MCPTool
from realtime_voice.config._transcription import Transcription
from realtime_voice.config._unset import UNSET

if TYPE_CHECKING:
    from realtime_voice.config._session_config import SessionConfig

__all__ = ["problems_together"]


def problems_together(config: "SessionConfig") -> Iterator[Problem]:
    """Everything that contradicts something else in a session's configuration."""
    yield from _session_type(config)
    yield from _model(config)
    yield from _transcription(config)
    yield from _tools(config)
    yield from _tool_choice(config)


def _session_type(config: "SessionConfig") -> Iterator[Problem]:
    if config.type is not UNSET and config.type != "realtime":
        message = "must be 'realtime': this is the configuration of a conversation"
        yield Problem("type", message, config.type)


def _model(config: "SessionConfig") -> Iterator[Problem]:
    if isinstance(config.model, str) and config.model in NOT_CONVERSATIONAL:
        reason = NOT_CONVERSATIONAL[config.model]
        message = f"must be a model for conversations, such as gpt-realtime-2.1; {config.model}"
        yield Problem("model", f"{message} {reason}", config.model)
    known = realtime_model(config.model)
    if known is not None:
        yield from _reasoning(config, known)
        yield from _context(config, known)


def _reasoning(config: "SessionConfig", known: RealtimeModel) -> Iterator[Problem]:
    if known.reasons is not False:
        return
    for name in ("reasoning_effort", "parallel_tool_calls"):
        value = getattr(config, name)
        if value is not UNSET:
            message = f"is only for models that reason, and {config.model} does not"
            yield Problem(name, f"{message}; leave it out or use gpt-realtime-2.1", value)


def _context(config: "SessionConfig", known: RealtimeModel) -> Iterator[Problem]:
    if not isinstance(config.truncation, RetentionRatio) or known.context_tokens is None:
        return
    limit = config.truncation.post_instructions
    if limit is not None and limit > known.context_tokens:
        message = f"must be at most {known.context_tokens}, all that the context of {config.model}"
        yield Problem("truncation.post_instructions", f"{message} holds, not {limit}", limit)


def _transcription(config: "SessionConfig") -> Iterator[Problem]:
    if config.transcription is None and config.include_logprobs is True:
        message = "is for user transcripts, which transcription=None switches off; leave it out"
        yield Problem("include_logprobs", message, True)  # noqa: FBT003 - the refused value
    if not isinstance(config.transcription, Transcription):
        return
    name = config.transcription.model
    known = transcription_model(name)
    if known is None:
        return
    if not known.conversation:
        message = f"must be a model that works beside a conversation, not {name}"
        yield Problem("transcription.model", f"{message}; use gpt-transcribe", name)
    if config.include_logprobs is True and known.logprobs is False:
        message = f"cannot be had from {name}; leave it out or transcribe with another model"
        yield Problem("include_logprobs", message, True)  # noqa: FBT003 - the refused value


def _tools(config: "SessionConfig") -> Iterator[Problem]:
    if config.tools is UNSET:
        return
    functions: set[str] = set()
    labels: set[str] = set()
    for index, tool in enumerate(config.tools):
        place = f"tools[{index}]"
        if isinstance(tool, FunctionTool):
            yield from _once(tool.name, functions, f"{place}.name")
        elif isinstance(tool, MCPTool):
            yield from _once(tool.server_label, labels, f"{place}.server_label")
        else:
            for problem in _wire_tool(tool):
                yield problem.inside(place)
            yield from _once(tool.get("name"), functions, f"{place}.name")


def _wire_tool(tool: Mapping[str, Any]) -> Iterator[Problem]:
    sort = tool.get("type", "function")
    if sort == "function":
        for problem in FUNCTION_NAME.check(tool.get("name")):
            yield problem.inside("name")
    elif sort == "mcp":
        yield Problem("server_label", "is needed", tool.get("server_label"))
    else:
        message = f"must be 'function' or 'mcp', not {sort!r:.120}"
        hint = "(a tool that is newer than this library goes through from_wire)"
        yield Problem("type", f"{message} {hint}", sort)


def _once(name: object, seen: set[str], place: str) -> Iterator[Problem]:
    if not isinstance(name, str):
        return
    if name in seen:
        yield Problem(place, f"is given twice: {name!r}; rename one or leave it out", name)
    seen.add(name)


def _tool_choice(config: "SessionConfig") -> Iterator[Problem]:
    if config.tool_choice == "required" and config.tools == () and not config.prompt:
        message = "is 'required', but tools is empty; give a tool, or use 'auto'"
        yield Problem("tool_choice", message, "required")
    if not isinstance(config.tool_choice, Mapping):
        return
    sort = config.tool_choice.get("type")
    key = {"function": "name", "mcp": "server_label"}.get(sort) if isinstance(sort, str) else None
    if key is None:
        message = f"must be 'function' or 'mcp', not {sort!r:.120}"
        yield Problem("tool_choice.type", message, sort)
        return
    wanted = config.tool_choice.get(key)
    if not isinstance(wanted, str) or not wanted:
        yield Problem(f"tool_choice.{key}", "must name a tool", wanted)
    elif (known := _tool_names(config, key)) is not None and wanted not in known:
        choice = ", ".join(sorted(known)) or "none"
        message = f"must name one of the tools ({choice}), not {wanted!r}"
        yield Problem(f"tool_choice.{key}", message, wanted)


def _tool_names(config: "SessionConfig", key: str) -> set[str] | None:
    """Names that a choice may name; None where the tools may come from elsewhere."""
    if config.prompt or (config.tools is UNSET and config.model is UNSET):
        return None
    names = (_name(tool, key) for tool in config.tools or ())
    return {name for name in names if isinstance(name, str)}


def _name(tool: object, key: str) -> object:
    return tool.get(key) if is_object(tool) else getattr(tool, key, None)
