"""What the server tells about responses, and the words of the model."""

import json

import pytest

from realtime_voice.codec import decode_server_event
from realtime_voice.conversation import (
    AudioChunk,
    Outcome,
    ResponseFinished,
    ResponseStarted,
    Send,
    ServerProblem,
    TranscriptUpdate,
)
from realtime_voice.events import ResponseCreate
from tests.conversation.story import (
    Story,
    assistant,
)


def states(story: Story) -> list[tuple[str, str, str, bool]]:
    """Return delta, text, status and finality of every update so far."""
    updates = story.of(TranscriptUpdate)
    return [(one.delta, one.text, one.status.value, one.final) for one in updates]


def begin(story: Story, *, written: bool = False) -> None:
    """Begin a response with one item."""
    story.begins("r1", output_modalities=["text" if written else "audio"])
    story.opens("r1", assistant("a1"))


def test_spoken_words_grow_and_are_final_with_their_item() -> None:
    """``output_audio_transcript.done`` tells all words, the item's end that they are all."""
    story = Story()
    begin(story)
    story.says("r1", "a1", "Hello", 10)
    story.says("r1", "a1", " there", 10)
    story.server(
        "response.output_audio_transcript.done",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        transcript="Hello there!",
    )
    story.closes("r1", assistant("a1", "Hello there!", "completed"))
    story.ends("r1")
    assert states(story) == [
        ("Hello", "Hello", "pending", False),
        (" there", "Hello there", "pending", False),
        ("!", "Hello there!", "pending", False),
        ("", "Hello there!", "final", True),
    ]
    assert {one.response_id for one in story.of(TranscriptUpdate)} == {"r1"}


def test_written_words_are_told_like_spoken_ones() -> None:
    """Text answers come through the same updates."""
    story = Story()
    begin(story, written=True)
    story.writes("r1", "a1", "Hello")
    story.server(
        "response.output_text.done",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        text="Hello",
    )
    story.server(
        "response.content_part.done",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        part={"type": "text", "text": "Hello"},
    )
    story.ends("r1")
    assert states(story) == [
        ("Hello", "Hello", "pending", False),
        ("", "Hello", "final", True),
    ]


@pytest.mark.parametrize(
    ("status", "told"),
    [("cancelled", "interrupted"), ("incomplete", "interrupted"), ("failed", "failed")],
)
def test_a_cut_text_is_never_called_final(status: str, told: str) -> None:
    """Its ``done`` events look like those of a whole one; the status decides."""
    story = Story()
    begin(story)
    story.says("r1", "a1", "Hel", 10)
    story.server(
        "response.output_audio_transcript.done",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        transcript="Hel",
    )
    story.closes("r1", assistant("a1", "Hel", "incomplete"))
    story.ends("r1", status, "content_filter")
    assert states(story) == [("Hel", "Hel", "pending", False), ("", "Hel", told, True)]


def test_words_that_only_the_end_tells_are_not_lost() -> None:
    """``response.done`` holds the items; lost deltas are filled in from there."""
    story = Story()
    story.begins("r1")
    story.ends(
        "r1", output=[assistant("a1", "Hello", "completed"), assistant("a2", "", "completed")]
    )
    assert states(story) == [("Hello", "Hello", "pending", False), ("", "Hello", "final", True)]
    (turn,) = story.turns
    assert turn.assistant is not None
    assert (turn.assistant.text, turn.assistant.item_ids) == ("Hello", ("a1", "a2"))


def test_words_after_the_end_are_dropped_and_counted() -> None:
    """Nothing changes a text that has ended."""
    story = Story()
    begin(story)
    story.says("r1", "a1", "Hello", 10)
    story.ends("r1")
    before = states(story)
    story.writes("r1", "a1", "more")
    story.closes("r1", assistant("a1", "Hello more", "completed"))
    assert states(story) == before
    assert story.core.statistics.late == 2


def test_words_after_the_end_of_their_item_are_dropped() -> None:
    """The response may go on with other items."""
    story = Story()
    begin(story)
    story.says("r1", "a1", "Hello", 10)
    story.closes("r1", assistant("a1", "Hello", "completed"))
    story.says("r1", "a1", " again", 10)
    assert [one[1] for one in states(story)] == ["Hello", "Hello"]


def test_interleaved_items_do_not_mix() -> None:
    """State belongs to response, item and part; there is no current item."""
    story = Story()
    story.begins("r1")
    for item_id in ("a1", "a2"):
        story.opens("r1", assistant(item_id))
    for words in ("one ", "two"):
        for item_id in ("a1", "a2"):
            story.says("r1", item_id, words, 10)
    story.ends("r1")
    finals = [one for one in story.of(TranscriptUpdate) if one.final]
    assert [(one.item_id, one.text) for one in finals] == [("a1", "one two"), ("a2", "one two")]


def test_bad_sound_is_told_and_odd_bytes_are_carried_over() -> None:
    """From the frames on: what cannot be read is a problem, and the sound around it plays on."""
    story = Story()
    story.begins("r1")
    where = {"response_id": "r1", "item_id": "a1", "output_index": 0, "content_index": 0}

    def frame(event_id: str, delta: str) -> list[Outcome]:
        raw = {"type": "response.output_audio.delta", "event_id": event_id, **where}
        return story.core.receive(decode_server_event(json.dumps(raw | {"delta": delta})), 0.0)

    chunks = story.of(AudioChunk, frame("e1", "AQID"))
    (problem,) = story.of(ServerProblem, frame("e2", "AQI!"))
    chunks += story.of(AudioChunk, frame("e3", "BAUG"))
    assert (problem.code, problem.benign) == ("malformed", False)
    assert [(one.data, one.start_frame) for one in chunks] == [(b"\1\2", 0), (b"\3\4\5\6", 1)]
    assert frame("e3", "BAUG") == []
    assert story.core.statistics.duplicates == 1


def test_a_response_that_was_not_announced_begins_with_its_deltas_if_one_is_expected() -> None:
    """A server that leaves the announcement out is understood all the same."""
    story = Story()
    story.core.create_response(0.0)
    out = story.says("nobody", "stranger", "Hello", 20)
    assert story.of(ResponseStarted, out)
    assert [one.item_id for one in story.of(AudioChunk, out)] == ["stranger"]


def test_what_was_taken_for_the_expected_response_gives_way_to_it() -> None:
    """The turn does not wait for an end that may never come."""
    story = Story()
    story.core.create_response(0.0)
    story.says("nobody", "stranger", "Hello", 20)
    out = story.begins("r1")
    assert [one.response_id for one in story.of(ResponseFinished, out)] == ["nobody"]
    assert [one.response_id for one in story.of(ResponseStarted, out)] == ["r1"]
    assert not story.core.create_response(1.0)
    story.ends("r1")
    assert story.sent(ResponseCreate)


def test_deltas_of_a_response_that_nobody_knows_or_expects_are_counted() -> None:
    """Its end may never come: it changes nothing, and the next answer is asked for at once."""
    story = Story()
    assert story.says("nobody", "stranger", "Hello", 20) == []
    kinds = "content_part.done", "output_text.done", "output_audio.done", "output_item.added"
    for kind in (*kinds, "output_item.done", "function_call_arguments.done"):
        fields = {"item": assistant("stranger"), "part": {"type": "audio"}, "item_id": "stranger"}
        assert story.server(f"response.{kind}", response_id="nobody", **fields) == []
    assert story.core.statistics.unattributed == 8
    assert story.core.is_idle
    out = story.core.create_response(1.0)
    assert [type(one.event) for one in out if isinstance(one, Send)] == [ResponseCreate]


def test_the_end_of_a_response_that_nobody_knows_and_that_says_nothing_is_counted() -> None:
    """It opens no turn."""
    story = Story()
    assert story.ends("nobody") == []
    assert story.core.statistics.unattributed == 1
