"""The session's tools are called by their names, with arguments that fit their schema."""

import json
from typing import Any

import pytest

from realtime_voice.testing import Call
from realtime_voice.testing.local._dialogue import find_topic
from realtime_voice.testing.local._tools import choose_call, tool_result
from tests.testing.local.conftest import request_for

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"type": "function", "name": "get_weather", "parameters": CITY}
CLOCK = {"type": "function", "name": "currentTime"}


def call(said: str, *tools: dict[str, Any], choice: Any = "auto") -> Call | None:
    """What would be called for some words."""
    return choose_call(
        request_for(heard=said, tools=tools, tool_choice=choice), find_topic(said), said
    )


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("what is the weather in new york today", "get_weather", {"city": "New York"}),
        ("what time is it", "currentTime", {}),
        ("current time", "currentTime", {}),
    ],
)
def test_a_tool_is_found_by_its_name(said: str, name: str, arguments: dict[str, Any]) -> None:
    """The topic's name in a tool's name, or the name itself in the words, is a match."""
    found = call(said, WEATHER, CLOCK)
    assert found is not None
    assert (found.name, json.loads(found.arguments)) == (name, arguments)


@pytest.mark.parametrize("said", ["tell me a joke", "go forward ten meters", ""])
def test_nothing_fits(said: str) -> None:
    """Other words call nothing."""
    assert call(said, WEATHER, CLOCK) is None


def test_the_choice_of_the_client() -> None:
    """``none`` forbids, ``required`` takes the first, a name that one; MCP tools do not count."""
    assert call("what time is it", CLOCK, choice="none") is None
    required = call("hello", WEATHER, CLOCK, choice="required")
    named = call("hello", WEATHER, CLOCK, choice={"type": "function", "name": "currentTime"})
    assert required is not None
    assert required.name == "get_weather"
    assert named is not None
    assert named.name == "currentTime"
    assert call("hello", WEATHER, choice={"type": "function", "name": "other"}) is None
    assert call("hello", {"type": "mcp", "server_label": "x"}, choice="required") is None


def test_arguments_fit_the_schema() -> None:
    """Every required property gets a value of its type; places go where places are asked for."""
    properties: dict[str, Any] = {
        "unit": {"type": "string", "enum": ["celsius", "kelvin"]},
        "minutes": {"type": "integer"},
        "loud": {"type": "boolean"},
        "tags": {"type": "array"},
        "nothing": {"type": "null"},
        "what": {"type": "string"},
        "inner": {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]},
        "location": {"type": "string"},
    }
    required = [name for name in properties if name != "location"]
    schema = {"type": "object", "properties": properties, "required": required}
    timer = {"type": "function", "name": "set_timer", "parameters": schema}
    found = call("set a timer for ten minutes in paris", timer)
    assert found is not None
    assert json.loads(found.arguments) == {
        "unit": "celsius",
        "minutes": 10,
        "loud": True,
        "tags": [],
        "nothing": None,
        "what": "set a timer for ten minutes in paris",
        "inner": {"n": 10},
        "location": "Paris",
    }


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ('{"wind_speed": 3, "sunny": true}', "I looked it up. wind speed: 3, sunny: yes."),
        ("It rains.", "I looked it up. It rains."),
        ('"noon"', "I looked it up. noon."),
        ("[1, 2]", "I looked it up. [1, 2]."),
        ("false", "I looked it up. no."),
        ("", "I looked it up."),
    ],
)
def test_what_a_tool_said_is_told(output: str, text: str) -> None:
    """The output of a function becomes a sentence."""
    assert tool_result([{"type": "function_call_output", "output": output}]) == text


def test_no_output_no_sentence() -> None:
    """Only a fresh output is told."""
    assert tool_result([]) is None
    assert tool_result([{"type": "message", "role": "user"}]) is None
