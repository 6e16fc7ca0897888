"""Responses: how answers become events, how they are cut, and who may have one."""

from math import inf
from typing import Any

import pybase64
import pytest

from realtime_voice.testing import (
    Asked,
    Call,
    Called,
    Failure,
    Heard,
    Pace,
    Say,
    Scripted,
    Step,
    Typed,
    Write,
    tone_speech,
)
from realtime_voice.testing._engine import EngineOptions
from tests.testing.harness import Stage, silence, speech

_LONG = "One two three four five six seven eight nine ten eleven twelve."


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the events of one type."""
    return [event for event in events if event["type"] == kind]


def code(events: list[dict[str, Any]]) -> str:
    """Return the code of the one error."""
    (event,) = of(events, "error")
    found: str = event["error"]["code"]
    return found


def sound(events: list[dict[str, Any]]) -> bytes:
    """Return all sound of the events."""
    deltas = of(events, "response.output_audio.delta")
    return b"".join(pybase64.b64decode(event["delta"]) for event in deltas)


def scene(*steps: Step, **session: Any) -> Stage:
    """An engine with a script."""
    found = Stage(Scripted(steps))
    found.update(**session)
    return found


def test_response_object_in_progress() -> None:
    """``response.created`` has the fields of a recorded one, with its nulls."""
    (created,) = of(scene(Asked(say="Hi.")).send("response.create"), "response.created")
    assert created["response"] == {
        "object": "realtime.response",
        "id": "resp_1",
        "status": "in_progress",
        "status_details": None,
        "output": [],
        "conversation_id": "conv_1",
        "output_modalities": ["audio"],
        "max_output_tokens": "inf",
        "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "alloy"}},
        "usage": None,
        "metadata": None,
    }


def test_sound_and_words_add_up() -> None:
    """Deltas join to the whole sound and the whole text; the words come before their sound."""
    stage = scene(Asked(say=_LONG))
    events = stage.send("response.create") + stage.wait(20)
    assert sound(events) == tone_speech(_LONG).pcm
    words = [event["delta"] for event in of(events, "response.output_audio_transcript.delta")]
    assert "".join(words) == _LONG
    heard_ms = 0.0
    told = 0
    for event in events:
        if event["type"] == "response.output_audio_transcript.delta":
            told += 1
        if event["type"] == "response.output_audio.delta":
            heard_ms += len(pybase64.b64decode(event["delta"])) / 48
            begun = sum(start < heard_ms for _, start in tone_speech(_LONG).words)
            assert told >= begun


def test_item_as_recorded() -> None:
    """The item grows from empty to its transcript; ``.done`` has no previous item for sound."""
    stage = scene(Typed("Hello", say="Hi."))
    events = stage.type("Hello") + stage.wait(2)
    added = of(events, "conversation.item.added")[1]
    done = of(events, "conversation.item.done")[1]
    assert added["previous_item_id"] == "item_1"
    assert done["previous_item_id"] is None
    assert added["item"] == {
        "id": "item_2",
        "type": "message",
        "status": "in_progress",
        "role": "assistant",
        "content": [],
    }
    assert done["item"]["content"] == [{"type": "output_audio", "transcript": "Hi."}]
    (part_added,) = of(events, "response.content_part.added")
    assert part_added["part"] == {"type": "audio", "transcript": ""}
    (part_done,) = of(events, "response.content_part.done")
    assert part_done["part"] == {"type": "audio", "transcript": "Hi."}


def test_text_item_keeps_its_place() -> None:
    """For text, ``.done`` tells the previous item, as recorded."""
    stage = scene(Typed("Hello", write="Hi."), output_modalities=["text"])
    events = stage.type("Hello") + stage.wait(2)
    assert of(events, "conversation.item.done")[1]["previous_item_id"] == "item_1"


def test_deltas_are_padded() -> None:
    """Obfuscation fills a delta up to 16 characters, as recorded."""
    stage = scene(Asked(write="Hello there, everybody."), output_modalities=["text"])
    events = stage.send("response.create") + stage.wait(2)
    for event in of(events, "response.output_text.delta"):
        assert (len(event["delta"]) + len(event["obfuscation"])) % 16 == 0


def test_pace() -> None:
    """Four chunks come at once, the rest six times as fast as speech, by default."""
    stage = scene(Asked(say=_LONG))
    at_once = stage.send("response.create")
    assert len(sound(at_once)) == 48 * 400
    assert len(sound(stage.wait(0.1))) == 48 * 600
    assert of(stage.wait(60), "response.done")


def test_everything_at_once() -> None:
    """An infinite speed sends the whole answer without waiting."""
    stage = Stage(Scripted([Asked(say=_LONG)]), options=EngineOptions(pace=Pace(speed=inf)))
    assert of(stage.send("response.create"), "response.done")


def test_usage() -> None:
    """Assistant sound costs a token per 50 ms, user sound one per 100 ms."""
    answer = Say(text="Hm.", pcm=bytes(48 * 1000), words=[("Hm.", 0.0)])
    stage = scene(Heard("hello", say=answer))
    events = stage.hear(speech() + silence(400)) + stage.wait(5)
    usage = of(events, "response.done")[0]["response"]["usage"]
    assert usage["output_token_details"] == {"text_tokens": 1, "audio_tokens": 20}
    (started,) = of(events, "input_audio_buffer.speech_started")
    (stopped,) = of(events, "input_audio_buffer.speech_stopped")
    spoken_ms = stopped["audio_end_ms"] - started["audio_start_ms"]
    assert usage["input_token_details"]["audio_tokens"] == -(-spoken_ms // 100)
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_rate_limits() -> None:
    """After each response the limit for tokens is told, and goes down."""
    stage = scene(Asked(say="Hi."), Asked(say="Hi."))
    events = []
    for _ in range(2):
        events += stage.send("response.create") + stage.wait(2)
    limits = [event["rate_limits"] for event in of(events, "rate_limits.updated")]
    assert [[limit["name"] for limit in entry] for entry in limits] == [["tokens"], ["tokens"]]
    assert limits[1][0]["remaining"] < limits[0][0]["remaining"] < limits[0][0]["limit"]


def test_several_items() -> None:
    """A preamble and a call are two items of one response, with their own indexes."""
    answers = (Say(text="Let me see.", pcm=bytes(48 * 200), phase="commentary"),)
    step = Asked(answers=answers, call=Call(name="look", arguments='{"at": "it"}', call_id="c1"))
    stage = scene(step)
    events = stage.send("response.create") + stage.wait(2)
    added = of(events, "response.output_item.added")
    assert [event["output_index"] for event in added] == [0, 1]
    assert added[0]["item"]["phase"] == "commentary"
    deltas = of(events, "response.function_call_arguments.delta")
    assert "".join(event["delta"] for event in deltas) == '{"at": "it"}'
    (done,) = of(events, "response.function_call_arguments.done")
    assert (done["name"], done["call_id"]) == ("look", "c1")
    response = of(events, "response.done")[0]["response"]
    assert [item["type"] for item in response["output"]] == ["message", "function_call"]


def test_overlapping_items() -> None:
    """A call may begin, and end, while the message before it is still being sent."""
    calls = Call(name="look", arguments="{}", overlaps=True)
    stage = scene(Asked(say=_LONG, call=calls))
    events = stage.send("response.create") + stage.wait(10)
    kinds = [event["type"] for event in events]
    assert kinds.index("response.function_call_arguments.done") < kinds.index(
        "response.output_audio.done"
    )
    done = of(events, "response.output_item.done")
    assert [event["output_index"] for event in done] == [1, 0]
    output = of(events, "response.done")[0]["response"]["output"]
    assert [item["type"] for item in output] == ["message", "function_call"]


def test_speech_cancels() -> None:
    """Speech cancels the running response; every closing event tells what was really sent."""
    stage = scene(Heard("one", say=_LONG), Heard("two", say="Yes."))
    stage.hear(speech() + silence(240))
    stage.wait(0.05)
    events = stage.hear(speech())
    kinds = [event["type"] for event in events]
    first = kinds.index("input_audio_buffer.speech_started")
    assert kinds[first + 1 : first + 8] == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    (done,) = of(events, "response.done")
    assert done["response"]["status"] == "cancelled"
    assert done["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    told = "".join(e["delta"] for e in of(stage.sent, "response.output_audio_transcript.delta"))
    (item,) = done["response"]["output"]
    assert item["status"] == "incomplete"
    assert item["content"] == [{"type": "output_audio", "transcript": told}]
    assert told != _LONG
    assert _LONG.startswith(told)


def test_speech_does_not_cancel_when_told_not_to() -> None:
    """Without ``interrupt_response`` the answer goes on, and a second one is refused."""
    detection = {"type": "server_vad", "interrupt_response": False}
    stage = scene(
        Heard("one", say=_LONG), Heard("two"), audio={"input": {"turn_detection": detection}}
    )
    stage.hear(speech("a") + silence(240))
    events = stage.hear(speech("b") + silence(240))
    assert not of(events, "response.created")
    assert code(events) == "conversation_already_has_active_response"
    assert of(events, "error")[0]["error"]["event_id"] is None
    (done,) = of(events + stage.wait(9), "response.done")
    assert done["response"]["status"] == "completed"


def test_detection_without_responses() -> None:
    """With both switches off there are the events of turn detection, and nothing else."""
    detection = {"type": "server_vad", "create_response": False, "interrupt_response": False}
    stage = scene(
        Heard("one"), Asked(say=_LONG), Heard("two"), audio={"input": {"turn_detection": detection}}
    )
    events = stage.hear(speech() + silence(240))
    assert not of(events, "response.created")
    assert of(events, "input_audio_buffer.committed")


def test_client_cancels() -> None:
    """A client may cancel by id or without one; ``client_cancelled`` is the reason."""
    for fields in ({}, {"response_id": "resp_1"}):
        stage = scene(Asked(say=_LONG))
        stage.send("response.create")
        (done,) = of(stage.send("response.cancel", **fields), "response.done")
        assert done["response"]["status_details"]["reason"] == "client_cancelled"
        assert stage.wait(10) == []


def test_nothing_to_cancel() -> None:
    """Cancelling nothing is refused, and so is cancelling another response."""
    stage = scene(Asked(say=_LONG))
    assert code(stage.send("response.cancel")) == "response_cancel_not_active"
    stage.send("response.create")
    assert code(stage.send("response.cancel", response_id="nope")) == "response_cancel_not_active"


def test_cancel_before_anything_was_said() -> None:
    """A response that has said nothing ends with no output."""
    stage = scene(Heard("hello", say="Hi."))
    stage.update(audio={"input": {"turn_detection": None}})
    stage.hear(speech())
    stage.send("input_audio_buffer.commit")
    # A second response waits for its own step and never gets an answer from this script.
    stage.engine._responses.create(stage.engine._session, {}, [], stage.now)
    (done,) = of(stage.send("response.cancel"), "response.done")
    assert done["response"]["output"] == []
    assert done["response"]["usage"]["output_tokens"] == 0


def test_one_response_at_a_time() -> None:
    """A second response in the conversation is refused with the id of the first."""
    stage = scene(Asked(say=_LONG))
    stage.send("response.create")
    (event,) = stage.send("response.create", event_id="mine")
    assert event["error"]["code"] == "conversation_already_has_active_response"
    assert "resp_1" in event["error"]["message"]
    assert event["error"]["event_id"] == "mine"


def test_out_of_band() -> None:
    """A response beside the conversation may run along, and leaves no item behind."""
    stage = scene(Asked(say=_LONG), Asked(write="A note.", metadata={"purpose": "note"}))
    stage.send("response.create")
    params = {
        "conversation": "none",
        "output_modalities": ["text"],
        "metadata": {"purpose": "note", "more": "x"},
        "input": [],
    }
    events = stage.send("response.create", response=params) + stage.wait(20)
    (created,) = of(events, "response.created")
    assert created["response"]["conversation_id"] is None
    assert created["response"]["metadata"] == params["metadata"]
    beside = [e for e in of(events, "response.done") if e["response"]["id"] == "resp_2"]
    assert beside[0]["response"]["output"][0]["content"][0]["text"] == "A note."
    note_id = beside[0]["response"]["output"][0]["id"]
    assert note_id not in [e["item"]["id"] for e in of(stage.sent, "conversation.item.added")]
    assert code(stage.send("conversation.item.retrieve", item_id=note_id)) == (
        "item_retrieve_invalid_item_id"
    )


def test_speech_spares_responses_beside_the_conversation() -> None:
    """Turn detection cancels the conversation's response only; so does a cancel without an id."""
    longer = f"{_LONG} " * 3
    stage = scene(Asked(say=longer), Asked(say=longer, metadata={"a": "b"}), Heard("stop"))
    stage.send("response.create")
    stage.send("response.create", response={"conversation": "none", "metadata": {"a": "b"}})
    done = of(stage.hear(speech()), "response.done")
    assert [event["response"]["id"] for event in done] == ["resp_1"]
    assert code(stage.send("response.cancel")) == "response_cancel_not_active"
    assert of(stage.send("response.cancel", response_id="resp_2"), "response.done")


def test_input_items() -> None:
    """A response may be about given items: new ones, and references to the conversation's."""
    stage = scene(Typed("new", write="Seen."), output_modalities=["text"])
    item = {
        "id": "old",
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "old"}],
    }
    stage.send("conversation.item.create", item=item)
    stage.engine._items.get("old")
    entries = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "new"}]}
    ]
    events = stage.send("response.create", response={"input": entries}) + stage.wait(1)
    assert of(events, "response.done")[0]["response"]["status"] == "completed"
    missing = [{"type": "item_reference", "id": "nowhere"}]
    (event,) = stage.send("response.create", response={"input": missing})
    assert (event["error"]["code"], event["error"]["param"]) == (
        "invalid_value",
        "response.input[0].id",
    )


def test_references() -> None:
    """A reference lets the model see the conversation's item, its heard words included."""
    seen: list[Any] = []
    stage = scene(Heard("hello"), Asked(write="ok"))
    stage.update(audio={"input": {"turn_detection": None}})
    stage.hear(speech())
    stage.send("input_audio_buffer.commit")
    answer = stage.mind.answer

    def spy(request: Any) -> Any:
        seen.append(request)
        return answer(request)

    stage.mind.answer = spy  # type: ignore[method-assign]
    params = {"conversation": "none", "input": [{"type": "item_reference", "id": "item_1"}]}
    stage.send("response.create", response=params)
    assert [item["id"] for item in seen[0].history] == ["item_1"]
    assert seen[0].history[0]["content"] == [{"type": "input_audio", "transcript": "hello"}]
    assert seen[0].heard == "hello"


def spoken_input() -> dict[str, Any]:
    """Return a message with sound, as ``input`` of a response has it."""
    part = {"type": "input_audio", "audio": pybase64.b64encode(speech()).decode()}
    return {"type": "message", "role": "user", "content": [part]}


def test_sound_in_the_input_of_a_response() -> None:
    """Sound that stands outside the conversation is heard as well, before the answer."""
    stage = scene(Heard("hello"), Asked(write="Hi."))
    params = {"conversation": "none", "output_modalities": ["text"], "input": [spoken_input()]}
    events = stage.send("response.create", response=params) + stage.wait(5)
    (done,) = of(events, "response.done")
    assert done["response"]["status"] == "completed"
    assert of(events, "conversation.item.added") == []
    assert stage.ears == {}


def test_input_may_carry_the_id_of_an_item() -> None:
    """What stands outside the conversation leaves an item with the same id alone."""
    stage = scene(Heard("hello"), Asked(write="Hi."))
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]}
    stage.send("conversation.item.create", item={"id": "one", **item})
    entry = {"id": "one", **spoken_input()}
    stage.send("response.create", response={"conversation": "none", "input": [entry]})
    (event,) = stage.send("conversation.item.retrieve", item_id="one")
    assert event["item"]["content"] == item["content"]


def test_nobody_listens_for_a_refused_response() -> None:
    """Sound in the input of a response that is refused reaches no ear."""
    stage = scene(Typed("go on", say=_LONG))
    stage.type("go on")
    events = stage.send("response.create", response={"input": [spoken_input()]})
    assert code(events) == "conversation_already_has_active_response"
    stage.wait(20)
    assert stage.failures == []


def test_settings_of_one_response() -> None:
    """Instructions, voice, format and modality may be set for one response."""
    stage = scene(Asked(instructions="Say hi.", say="Hi."))
    params = {
        "instructions": "Say hi.",
        "audio": {"output": {"voice": "cedar", "format": {"type": "audio/pcmu"}}},
        "max_output_tokens": 500,
    }
    events = stage.send("response.create", response=params) + stage.wait(2)
    response = of(events, "response.done")[0]["response"]
    assert response["audio"]["output"] == {"voice": "cedar", "format": {"type": "audio/pcmu"}}
    assert response["max_output_tokens"] == 500
    assert abs(len(sound(events)) - len(tone_speech("Hi.").pcm) / 6) <= 8


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"temperature": 0.8}, ("unknown_parameter", "response.temperature")),
        ({"conversation": "new"}, ("invalid_value", "response.conversation")),
        (
            {"output_modalities": ["audio", "text"]},
            ("invalid_value", "response.output_modalities"),
        ),
        ({"metadata": {"k" * 65: "v"}}, ("string_above_max_length", "response.metadata")),
        ({"metadata": {"k": "v" * 513}}, ("string_above_max_length", "response.metadata.k")),
        (
            {"metadata": {f"k{index}": "v" for index in range(17)}},
            ("invalid_value", "response.metadata"),
        ),
        ({"max_output_tokens": 5000}, ("invalid_value", "response.max_output_tokens")),
    ],
)
def test_refused_responses(params: dict[str, Any], expected: tuple[str, str]) -> None:
    """A response that cannot be is refused with the parameter that is wrong."""
    (event,) = scene().send("response.create", response=params)
    assert (event["error"]["code"], event["error"]["param"]) == expected


def test_token_limit() -> None:
    """A response ends as incomplete where its tokens end, and says no more than it has said."""
    stage = scene(Asked(say=_LONG), max_output_tokens=20)
    events = stage.send("response.create") + stage.wait(20)
    response = of(events, "response.done")[0]["response"]
    assert response["status"] == "incomplete"
    assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert response["usage"]["output_tokens"] <= 20
    assert response["output"][0]["status"] == "incomplete"
    assert 0 < len(sound(events)) < len(tone_speech(_LONG).pcm)


def test_failed_response() -> None:
    """A failure tells its code in ``response.done``, and is no ``error`` event."""
    failure = Failure(code="rate_limit_exceeded", message="Slow down.", kind="tokens")
    stage = scene(Asked(fail=failure))
    events = stage.send("response.create") + stage.wait(1)
    response = of(events, "response.done")[0]["response"]
    assert response["status"] == "failed"
    assert response["status_details"] == {
        "type": "failed",
        "error": {"type": "tokens", "code": "rate_limit_exceeded", "message": "Slow down."},
    }
    assert not of(events, "error")


def test_filtered_response() -> None:
    """An answer may end as incomplete for its content, after what was already said."""
    failure = Failure(code="content_filter", message="", status="incomplete")
    stage = scene(Asked(say="Well.", fail=failure))
    events = stage.send("response.create") + stage.wait(3)
    response = of(events, "response.done")[0]["response"]
    assert response["status_details"] == {"type": "incomplete", "reason": "content_filter"}
    assert response["output"][0]["status"] == "completed"


def test_speech_becomes_text_where_text_is_wanted() -> None:
    """A spoken answer in a text session is written."""
    stage = scene(Asked(say="Hello you."), output_modalities=["text"])
    events = stage.send("response.create") + stage.wait(1)
    assert of(events, "response.output_text.done")[0]["text"] == "Hello you."


def test_written_pieces() -> None:
    """A written answer may come in the script's own pieces."""
    pieces = ["It is fog", "gy."]
    stage = scene(
        Asked(write=Write(text="It is foggy.", deltas=pieces)), output_modalities=["text"]
    )
    events = stage.send("response.create") + stage.wait(1)
    assert [e["delta"] for e in of(events, "response.output_text.delta")] == pieces


def test_sound_without_word_times() -> None:
    """Where the words have no times, they are spread over the sound."""
    stage = scene(Asked(say=Say(text="one two three", pcm=bytes(48 * 3000))))
    events = stage.send("response.create") + stage.wait(5)
    words = [e["delta"] for e in of(events, "response.output_audio_transcript.delta")]
    assert words == ["one", " two", " three"]


def test_speech_without_sound() -> None:
    """A spoken answer of no length still tells its words."""
    stage = scene(Asked(say=Say(text="Hm.", pcm=b"")))
    events = stage.send("response.create") + stage.wait(1)
    assert of(events, "response.output_audio_transcript.done")[0]["transcript"] == "Hm."


def test_cancelled_call() -> None:
    """A call that is cut off has no ``arguments.done`` and tells what was sent."""
    stage = scene(Asked(call=Call(name="look", arguments='{"where": "everywhere"}')))
    stage.send("response.create")
    events = stage.send("response.cancel")
    assert not of(events, "response.function_call_arguments.done")
    (done,) = of(events, "response.done")
    assert done["response"]["output"][0]["arguments"] == '{"wher'


def test_empty_arguments() -> None:
    """A call without arguments is complete at once."""
    stage = scene(Asked(call=Call(name="look", arguments="")))
    events = stage.send("response.create") + stage.wait(1)
    assert of(events, "response.function_call_arguments.done")[0]["arguments"] == ""


def test_parallel_calls() -> None:
    """Two calls, two outputs in any order, one answer."""
    calls = (
        Call(name="look", arguments="{}", call_id="a"),
        Call(name="hear", arguments="{}", call_id="b"),
    )
    stage = scene(
        Asked(call=calls),
        Called("look", "seen"),
        Called("hear", "heard", say="Both."),
    )
    stage.send("response.create")
    stage.wait(1)
    for call_id, output in (("b", "heard"), ("a", "seen")):
        item = {"type": "function_call_output", "call_id": call_id, "output": output}
        stage.send("conversation.item.create", item=item)
    events = stage.send("response.create") + stage.wait(2)
    assert of(events, "response.output_audio_transcript.done")[0]["transcript"] == "Both."


# --- Truncation -------------------------------------------------------------------------------


def spoken(text: str = _LONG) -> Stage:
    """An engine that has said something: ``item_1``."""
    stage = scene(Asked(say=text))
    stage.send("response.create")
    stage.wait(60)
    return stage


def truncate(stage: Stage, end_ms: int, **fields: Any) -> list[dict[str, Any]]:
    """Truncate ``item_1``."""
    values = {"item_id": "item_1", "content_index": 0, "audio_end_ms": end_ms, **fields}
    return stage.send("conversation.item.truncate", **values)


def test_truncated() -> None:
    """A truncated item keeps its sound up to the cut, and loses its transcript."""
    stage = spoken()
    (event,) = truncate(stage, 500)
    assert {name: event[name] for name in ("type", "item_id", "content_index", "audio_end_ms")} == {
        "type": "conversation.item.truncated",
        "item_id": "item_1",
        "content_index": 0,
        "audio_end_ms": 500,
    }
    (retrieved,) = stage.send("conversation.item.retrieve", item_id="item_1")
    (part,) = retrieved["item"]["content"]
    assert "transcript" not in part
    assert len(pybase64.b64decode(part["audio"])) == 48 * 500


def test_truncate_limits() -> None:
    """Beyond the sound, or at nothing, truncation is refused with the real codes and words."""
    stage = spoken("Hi.")
    length = len(tone_speech("Hi.").pcm) // 48
    (event,) = truncate(stage, length + 1)
    assert event["error"]["code"] == "invalid_value"
    assert event["error"]["message"] == (
        f"Audio content of {length}ms is already shorter than {length + 1}ms"
    )
    assert code(truncate(stage, 0)) == "unsupported_content_type"
    assert code(truncate(stage, 10, content_index=1)) == "invalid_value"
    assert truncate(stage, length)[0]["type"] == "conversation.item.truncated"


def test_only_spoken_answers_can_be_truncated() -> None:
    """A written message cannot be truncated."""
    stage = scene(Typed("x"))
    item = {
        "id": "item_1",
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "x"}],
    }
    stage.send("conversation.item.create", item=item)
    (event,) = truncate(stage, 10)
    assert event["error"]["code"] == "unsupported_content_type"
    assert event["error"]["message"] == "Only model output audio messages can be truncated"


def test_truncate_while_speaking() -> None:
    """An item on its way can be truncated up to what was sent; its end has no transcript."""
    stage = scene(Asked(say=_LONG))
    stage.send("response.create")
    assert code(truncate(stage, 401)) == "invalid_value"
    assert truncate(stage, 300)[0]["type"] == "conversation.item.truncated"
    (done,) = of(stage.send("response.cancel"), "conversation.item.done")
    assert done["item"]["content"] == [{"type": "output_audio"}]


def test_truncate_g711() -> None:
    """For G.711 a millisecond has 8 bytes."""
    stage = scene(Asked(say="Hello."), audio={"output": {"format": {"type": "audio/pcma"}}})
    events = stage.send("response.create") + stage.wait(5)
    length = len(sound(events)) // 8
    assert code(truncate(stage, length + 1)) == "invalid_value"
    assert truncate(stage, length)[0]["audio_end_ms"] == length


def test_usage_without_sound_in_history() -> None:
    """What was truncated costs less to read."""
    stage = scene(Asked(say=_LONG), Asked(say="Hi."), Asked(say="Hi."))
    totals = []
    for _ in range(3):
        stage.send("response.create")
        response = of(stage.wait(60), "response.done") or of(stage.sent, "response.done")
        totals.append(response[-1]["response"]["usage"]["input_token_details"]["audio_tokens"])
        truncate(stage, 100)
    assert totals[0] == 0
    assert totals[1] == 2
