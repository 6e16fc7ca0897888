"""Conversation items: create, retrieve, delete, and their order."""

from collections.abc import Mapping, Sequence
from typing import Any

import pybase64
import pytest

from realtime_voice.testing import Asked, Heard, Scripted, tone_speech
from realtime_voice.testing._scripted import ScriptEar, ScriptMind
from tests.testing.harness import Stage, silence, speech


def message(text: str, role: str = "user", **fields: Any) -> dict[str, Any]:
    """Return a message item."""
    kind = "output_text" if role == "assistant" else "input_text"
    content = [{"type": kind, "text": text}]
    return {"type": "message", "role": role, "content": content, **fields}


class Listener(Scripted):
    """A brain that keeps what its ears get."""

    sound = b""

    def connect(self) -> "ListeningMind":
        """A mind with the same ear for everything."""
        return ListeningMind(self)


class ListeningMind(ScriptMind):
    """A mind whose ears keep what they get."""

    def __init__(self, listener: Listener) -> None:
        super().__init__((), default=Heard("something"), repeat=False)
        self._listener = listener

    def ear(self, transcription: Mapping[str, Any] | None) -> "ListeningEar":
        """An ear that keeps what it gets."""
        return ListeningEar(self, self._listener, is_transcribed=transcription is not None)


class ListeningEar(ScriptEar):
    """An ear that keeps what it gets."""

    def __init__(self, mind: ScriptMind, listener: Listener, *, is_transcribed: bool) -> None:
        super().__init__(mind, is_transcribed=is_transcribed)
        self._listener = listener

    def feed(self, pcm: bytes) -> Sequence[str]:
        """Keep the sound."""
        self._listener.sound += pcm
        return super().feed(pcm)


def create(scene: Stage, item: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    """Create an item."""
    return scene.send("conversation.item.create", item=item, **fields)


def refusal(events: list[dict[str, Any]]) -> tuple[str, str | None]:
    """Return code and parameter of the one error."""
    (event,) = events
    assert event["type"] == "error", event
    return event["error"]["code"], event["error"]["param"]


def test_added_and_done_show_the_item() -> None:
    """Both events show the item whole, with an id, a status and no ``object``."""
    added, done = create(Stage(Scripted()), message("Hello"))
    assert added["item"] == done["item"]
    assert added["item"] == {
        "id": "item_1",
        "type": "message",
        "role": "user",
        "status": "completed",
        "content": [{"type": "input_text", "text": "Hello"}],
    }
    assert (added["previous_item_id"], done["previous_item_id"]) == (None, None)


def test_function_items() -> None:
    """A call and its output are echoed as recorded: the output has no status."""
    scene = Stage(Scripted())
    call = {"type": "function_call", "name": "look", "arguments": "{}"}
    (added, _) = create(scene, call)
    assert added["item"] == {**call, "id": "item_1", "call_id": "call_1", "status": "completed"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "seen"}
    (added, _) = create(scene, output)
    assert added["item"] == {**output, "id": "item_2"}
    assert added["previous_item_id"] == "item_1"


def test_order() -> None:
    """Items go to the end, to the front (``root``) or behind the one that is named."""
    scene = Stage(Scripted())
    create(scene, message("one", id="one"))
    create(scene, message("two", id="two"))
    places = [
        create(scene, message("x", id="front"), previous_item_id="root")[0]["previous_item_id"],
        create(scene, message("x", id="middle"), previous_item_id="one")[0]["previous_item_id"],
        create(scene, message("x", id="end"))[0]["previous_item_id"],
    ]
    assert places == [None, "one", "two"]


def test_deleting_mends_the_chain() -> None:
    """After deleting the last item, the next one follows the one before it."""
    scene = Stage(Scripted())
    create(scene, message("one", id="one"))
    create(scene, message("two", id="two"))
    (deleted,) = scene.send("conversation.item.delete", item_id="two")
    assert (deleted["type"], deleted["item_id"]) == ("conversation.item.deleted", "two")
    assert create(scene, message("three"))[0]["previous_item_id"] == "one"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (message("x", id="i" * 33), ("string_above_max_length", "item.id")),
        ({"type": "message", "content": []}, ("missing_required_parameter", "item.role")),
        (message("x", role="narrator"), ("invalid_value", "item.role")),
        (
            {"type": "message", "role": "user", "content": [{"type": "text", "text": "x"}]},
            ("invalid_value", "item.content[0].type"),
        ),
        (
            {"type": "message", "role": "assistant", "content": [{"type": "output_audio"}]},
            ("invalid_value", "item.content[0].type"),
        ),
        ({"type": "poem"}, ("invalid_value", "item.type")),
        ({}, ("missing_required_parameter", "item.type")),
        (
            {"type": "function_call_output", "call_id": "c" * 33, "output": ""},
            ("string_above_max_length", "item.call_id"),
        ),
        (
            {"type": "function_call_output", "call_id": "c", "output": {}},
            ("invalid_type", "item.output"),
        ),
        (
            {"type": "function_call_output", "call_id": "c"},
            ("missing_required_parameter", "item.output"),
        ),
    ],
)
def test_refused_items(item: dict[str, Any], expected: tuple[str, str]) -> None:
    """An item that cannot be is refused with the parameter that is wrong."""
    assert refusal(create(Stage(Scripted()), item)) == expected


def test_ids_are_unique_and_anchors_must_exist() -> None:
    """A taken id and an unknown anchor are refused."""
    scene = Stage(Scripted())
    create(scene, message("one", id="one"))
    assert refusal(create(scene, message("one", id="one"))) == (
        "item_create_duplicate_item_id",
        None,
    )
    assert refusal(create(scene, message("two"), previous_item_id="nowhere")) == (
        "item_create_invalid_previous_item_id",
        None,
    )


@pytest.mark.parametrize("verb", ["retrieve", "delete", "truncate"])
def test_unknown_items(verb: str) -> None:
    """What is to be done with an unknown item is refused with its own code."""
    fields = {"content_index": 0, "audio_end_ms": 10} if verb == "truncate" else {}
    events = Stage(Scripted()).send(f"conversation.item.{verb}", item_id="nowhere", **fields)
    assert refusal(events) == (f"item_{verb}_invalid_item_id", None)


def test_retrieved_user_sound() -> None:
    """A spoken item comes back with its sound and its transcript."""
    scene = Stage(Scripted([Heard("hello")]))
    scene.update(
        audio={
            "input": {"transcription": {"model": "gpt-transcribe"}, "turn_detection": None},
        }
    )
    scene.hear(speech())
    scene.send("input_audio_buffer.commit")
    (event,) = scene.send("conversation.item.retrieve", item_id="item_1")
    (part,) = event["item"]["content"]
    assert part["transcript"] == "hello"
    assert pybase64.b64decode(part["audio"]) == speech()


def test_retrieved_assistant_sound() -> None:
    """A spoken answer comes back with its sound and its transcript."""
    scene = Stage(Scripted([Asked(say="Hello there.")]))
    scene.send("response.create")
    scene.wait(5)
    (event,) = scene.send("conversation.item.retrieve", item_id="item_1")
    (part,) = event["item"]["content"]
    assert (part["type"], part["transcript"]) == ("output_audio", "Hello there.")
    assert pybase64.b64decode(part["audio"]) == tone_speech("Hello there.").pcm


def test_retrieved_text() -> None:
    """A written item comes back as it is."""
    scene = Stage(Scripted())
    create(scene, message("one", id="one"))
    (event,) = scene.send("conversation.item.retrieve", item_id="one")
    assert event["item"]["content"] == [{"type": "input_text", "text": "one"}]


def test_item_with_sound_is_heard() -> None:
    """Sound within a message reaches an ear, and the answer waits for it."""
    scene = Stage(Scripted([Heard("hello", say="Hi.")]))
    audio = pybase64.b64encode(speech()).decode()
    content = [{"type": "input_audio", "audio": audio}]
    added, _ = create(scene, {"type": "message", "role": "user", "content": content})
    assert added["item"]["content"] == [{"type": "input_audio"}]
    events = scene.send("response.create") + scene.wait(5)
    done = [event for event in events if event["type"] == "response.done"]
    assert done[0]["response"]["status"] == "completed"


def test_item_with_sound_in_another_format() -> None:
    """Sound within a message is in the session's input format, and comes back in it."""
    ear = Listener()
    scene = Stage(ear)
    scene.update(audio={"input": {"format": {"type": "audio/pcmu"}}})
    content = [{"type": "input_audio", "audio": pybase64.b64encode(b"\xff" * 8000).decode()}]
    create(scene, {"id": "one", "type": "message", "role": "user", "content": content})
    assert len(ear.sound) == 48_000
    (event,) = scene.send("conversation.item.retrieve", item_id="one")
    assert len(pybase64.b64decode(event["item"]["content"][0]["audio"])) == 8000


def test_half_a_sample_within_an_item() -> None:
    """An odd byte at the end of an item's sound reaches no ear."""
    ear = Listener()
    content = [{"type": "input_audio", "audio": pybase64.b64encode(bytes(4801)).decode()}]
    create(Stage(ear), {"type": "message", "role": "user", "content": content})
    assert len(ear.sound) == 4800


def test_sound_that_is_no_base64() -> None:
    """Sound that cannot be decoded is refused."""
    content = [{"type": "input_audio", "audio": "!"}]
    events = create(Stage(Scripted()), {"type": "message", "role": "user", "content": content})
    assert refusal(events)[0] == "invalid_value"


def test_deleting_what_an_answer_waits_for() -> None:
    """Silence after a deleted item does not hang anything."""
    scene = Stage(Scripted([Heard("hello")]))
    scene.hear(speech() + silence(400))
    assert scene.send("conversation.item.delete", item_id="item_1")[0]["item_id"] == "item_1"
