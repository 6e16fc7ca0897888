"""Calling the session's own tools: which one fits, and with what arguments.

Guesswork by names, good enough to try out an application's tool code without a language model.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from realtime_voice.testing._brain import AudioRequest, Call
from realtime_voice.testing.local._phrases import Topic

__all__ = ["choose_call", "tool_result"]

_WORD = re.compile(r"[a-z]+|\d+")
_PLACE = re.compile(r".*\b(?:in|at|for) ([a-z ]+?)(?: today| now| please)?$")
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip

_PLAIN_GUESSES: dict[str, Any] = {"boolean": True, "array": [], "null": None}


def choose_call(request: AudioRequest, topic: Topic | None, said: str) -> Call | None:
    """The function to call for what was said, if there is one and calling is allowed.

    Args:
        request: With the tools on offer and the choice that the client made.
        topic: What it is about.
        said: The words, lower-case.
    """
    tools = [tool for tool in request.tools if tool.get("type", "function") == "function"]
    choice = request.tool_choice
    chosen = None
    match choice:
        case "none":
            return None
        case {"type": "function", "name": str(name)}:
            chosen = next((tool for tool in tools if tool.get("name") == name), None)
        case _:
            chosen = next((tool for tool in tools if _fits(tool, topic, said)), None)
            if chosen is None and choice == "required":
                chosen = next(iter(tools), None)
    if chosen is None:
        return None
    arguments = _arguments(chosen.get("parameters") or {}, said)
    return Call(name=str(chosen["name"]), arguments=json.dumps(arguments))


def tool_result(history: Sequence[Mapping[str, Any]]) -> str | None:
    """What to say about a function's output that just came in; None when none did."""
    if not history or history[-1].get("type") != "function_call_output":
        return None
    output = str(history[-1].get("output", ""))
    try:
        value = json.loads(output)
    except ValueError:
        value = output
    return f"I looked it up. {_readable(value)}".strip()


def _fits(tool: Mapping[str, Any], topic: Topic | None, said: str) -> bool:
    """A tool fits when its name holds the topic, or a keyword of it, or was itself spoken."""
    named = set(_WORD.findall(re.sub(r"([a-z])([A-Z])", r"\1_\2", str(tool.get("name"))).lower()))
    if topic is not None and named & {topic.name, *topic.keywords}:
        return True
    return topic is None and bool(named) and named <= set(_WORD.findall(said))


def _arguments(schema: Mapping[str, Any], said: str) -> dict[str, Any]:
    properties: Mapping[str, Any] = schema.get("properties") or {}
    required: Sequence[str] = schema.get("required") or ()
    place = _PLACE.search(said)
    guesses = {name: _guess(properties.get(name) or {}, said) for name in required}
    for name, kind in properties.items():
        if place is not None and (kind or {}).get("type") == "string" and _is_place(name):
            guesses[name] = place[1].title()
    return guesses


def _is_place(name: str) -> bool:
    return any(word in name.lower() for word in ("city", "location", "place", "town"))


def _guess(kind: Mapping[str, Any], said: str) -> Any:
    """A value of the kind that the schema asks for."""
    match kind.get("type") if not kind.get("enum") else "enum":
        case "enum":
            return kind["enum"][0]
        case "integer" | "number":
            numbers = [_COUNTS.get(word) for word in _WORD.findall(said)]
            return next((number for number in numbers if number is not None), 1)
        case "object":
            return _arguments(kind, said)
        case other:
            return _PLAIN_GUESSES.get(str(other), said)


def _readable(value: Any) -> str:
    """JSON as a sentence."""
    if isinstance(value, dict):
        fields: dict[str, Any] = {**value}
        parts = [f"{key.replace('_', ' ')}: {_inner(part)}" for key, part in fields.items()]
        text = ", ".join(parts)
    else:
        text = _inner(value)
    text = text.strip()
    return text if text[-1:] in {".", "!", "?", ""} else text + "."


def _inner(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value)
