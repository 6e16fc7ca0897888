"""Whatever a client does, in whatever order, the engine keeps the protocol's promises."""

from collections import Counter
from math import inf
from typing import Any

import pybase64
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_voice.testing import Asked, Call, Pace, Scripted
from realtime_voice.testing._engine import EngineOptions
from tests.testing.harness import Stage, silence, speech

_TALK = speech("a b c d")
_SOUNDS = st.sampled_from([silence(20), silence(400), _TALK, _TALK[:4800], _TALK + silence(600)])
_IDS = st.sampled_from(["mine", "yours", "item_1", "item_2", "item_3", "nowhere"])
_TEXT = st.sampled_from(["", "hello", "ünï"])


def _event(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


_ITEMS = st.one_of(
    _event(
        "message",
        role=st.just("user"),
        content=st.lists(_event("input_text", text=_TEXT), max_size=2),
    ),
    _event(
        "message",
        id=st.sampled_from(["mine", "yours"]),
        role=st.just("assistant"),
        content=st.lists(_event("output_text", text=_TEXT), max_size=1),
    ),
    _event("function_call_output", call_id=_IDS, output=_TEXT),
)
_DETECTION = st.one_of(
    st.none(),
    _event(
        "server_vad",
        create_response=st.booleans(),
        interrupt_response=st.booleans(),
        idle_timeout_ms=st.sampled_from([None, 5000]),
    ),
    _event("semantic_vad", eagerness=st.sampled_from(["low", "high"])),
)
_SESSION = st.fixed_dictionaries(
    {"type": st.just("realtime")},
    optional={
        "output_modalities": st.sampled_from([["audio"], ["text"]]),
        "max_output_tokens": st.sampled_from(["inf", 3]),
        "audio": st.fixed_dictionaries(
            {},
            optional={
                "input": st.fixed_dictionaries(
                    {},
                    optional={
                        "turn_detection": _DETECTION,
                        "transcription": st.sampled_from([None, {"model": "whisper-1"}]),
                        "format": st.sampled_from([{"type": "audio/pcm"}, {"type": "audio/pcmu"}]),
                    },
                )
            },
        ),
    },
)
_ACTIONS = st.one_of(
    _event(
        "input_audio_buffer.append", audio=_SOUNDS.map(lambda s: pybase64.b64encode(s).decode())
    ),
    _event(
        "input_audio_buffer.append", audio=_SOUNDS.map(lambda s: pybase64.b64encode(s).decode())
    ),
    _event("input_audio_buffer.commit"),
    _event("input_audio_buffer.clear"),
    _event("session.update", session=_SESSION),
    _event("conversation.item.create", item=_ITEMS, previous_item_id=st.none() | _IDS),
    _event("conversation.item.delete", item_id=_IDS),
    _event("conversation.item.retrieve", item_id=_IDS),
    _event(
        "conversation.item.truncate",
        item_id=_IDS,
        content_index=st.just(0),
        audio_end_ms=st.integers(0, 3000),
    ),
    _event("response.create"),
    _event(
        "response.create",
        response=st.fixed_dictionaries({"conversation": st.just("none"), "input": st.just([])}),
    ),
    _event("response.cancel"),
    st.floats(0.0, 7.0).map(lambda seconds: {"wait": seconds}),
)
_ANSWERS = st.sampled_from(
    [
        Asked(say="one two three four five"),
        Asked(write="one two"),
        Asked(say="well", call=Call(name="look", arguments="{}", overlaps=True)),
        Asked(),
    ]
)


def _play(actions: list[dict[str, Any]], answer: Asked, speed: float) -> Stage:
    options = EngineOptions(pace=Pace(speed=speed))
    stage = Stage(Scripted(default=answer), options=options)
    for action in actions:
        if "wait" in action:
            stage.wait(action["wait"])
        else:
            stage.send_raw(action)
    # What runs ends by itself; a session with an idle timer would go on for ever.
    stage.send(
        "session.update",
        session={"type": "realtime", "audio": {"input": {"turn_detection": None}}},
    )
    stage.wait(60)
    return stage


@settings(max_examples=150, deadline=None)
@given(
    actions=st.lists(_ACTIONS, max_size=25),
    answer=_ANSWERS,
    speed=st.sampled_from([2.0, 50.0, inf]),
)
def test_promises(actions: list[dict[str, Any]], answer: Asked, speed: float) -> None:
    """Every event id is new, every response ends once, every item is added before it is done."""
    stage = _play(actions, answer, speed)
    assert len({event["event_id"] for event in stage.sent}) == len(stage.sent)
    _check_responses(stage.sent)
    _check_items(stage.sent)
    _check_sound(stage.sent)


def _check_responses(events: list[dict[str, Any]]) -> None:
    running: set[str] = set()
    in_slot: set[str] = set()
    for event in events:
        if event["type"] == "response.created":
            running.add(event["response"]["id"])
            if event["response"]["conversation_id"] is not None:
                assert not in_slot
                in_slot.add(event["response"]["id"])
        elif event["type"] == "response.done":
            running.remove(event["response"]["id"])
            in_slot.discard(event["response"]["id"])
            assert event["response"]["status"] != "in_progress"
            assert all(i["status"] != "in_progress" for i in event["response"]["output"])
        elif "response_id" in event:
            assert event["response_id"] in running
    assert not running


def _check_items(events: list[dict[str, Any]]) -> None:
    added: Counter[str] = Counter()
    for event in events:
        if event["type"] == "conversation.item.added":
            added[event["item"]["id"]] += 1
            previous = event["previous_item_id"]
            assert previous is None or added[previous]
        if event["type"] == "conversation.item.deleted":
            assert added[event["item_id"]]
            added[event["item_id"]] = 0
        if event["type"] == "conversation.item.done":
            assert added[event["item"]["id"]] == 1


def _check_sound(events: list[dict[str, Any]]) -> None:
    told: Counter[str] = Counter()
    for event in events:
        if event["type"] == "response.output_audio_transcript.delta":
            told[event["item_id"]] += len(event["delta"])
        if event["type"] == "response.output_audio_transcript.done":
            assert len(event["transcript"]) == told[event["item_id"]]
        if event["type"] == "conversation.item.truncated":
            assert event["audio_end_ms"] > 0
