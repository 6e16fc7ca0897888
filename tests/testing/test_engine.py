"""Whole turns through the engine, in the order that recorded sessions show."""

from typing import Any

from realtime_voice.testing import Call, Called, Heard, Scripted, Typed
from tests.testing.harness import Stage, silence, speech

_ANSWER_IN_SOUND = [
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_audio_transcript.delta",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
    "rate_limits.updated",
]


def kinds(events: list[dict[str, Any]]) -> list[str]:
    """Return the types in the order of their first appearance since the last response."""
    names: list[str] = []
    for event in events:
        if event["type"] == "response.created" or event["type"] not in names[_start(names) :]:
            names.append(event["type"])
    return names


def _start(names: list[str]) -> int:
    places = [index for index, name in enumerate(names) if name == "response.created"]
    return places[-1] if places else 0


def test_written_turn() -> None:
    """A written turn has the order of a recorded one."""
    stage = Stage(Scripted([Typed("Hello", write="Hi there, you.")]))
    stage.update(output_modalities=["text"])
    stage.type("Hello")
    stage.wait(5)
    assert kinds(stage.sent) == [
        "session.created",
        "session.updated",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    assert stage.sent[-2]["response"]["status"] == "completed"


def test_spoken_turn() -> None:
    """A spoken turn goes from speech to transcript to spoken answer, as a recorded one."""
    stage = Stage(Scripted([Heard("what time is it", say="It is noon.")]))
    stage.update(audio={"input": {"transcription": {"model": "gpt-transcribe"}}})
    stage.hear(silence(500) + speech() + silence(600))
    stage.wait(5)
    assert kinds(stage.sent) == [
        "session.created",
        "session.updated",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
        *_ANSWER_IN_SOUND,
    ]


def test_tool_call_round() -> None:
    """A function call, its output and the answer have the order of a recorded round."""
    script = Scripted(
        [
            Typed("weather?", call=Call(name="get_weather", arguments='{"city": "London"}')),
            Called("get_weather", "foggy", write="It is foggy."),
        ]
    )
    stage = Stage(script)
    stage.update(output_modalities=["text"])
    stage.type("weather?")
    events = stage.wait(1)
    done = next(e for e in events if e["type"] == "response.function_call_arguments.done")
    output = {"type": "function_call_output", "call_id": done["call_id"], "output": "foggy"}
    stage.send("conversation.item.create", item=output)
    stage.send("response.create")
    stage.wait(1)
    first, second = (e["response"] for e in stage.sent if e["type"] == "response.done")
    assert [item["type"] for item in first["output"]] == ["function_call"]
    assert second["output"][0]["content"] == [{"type": "output_text", "text": "It is foggy."}]
