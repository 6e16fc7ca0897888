"""Listening: turn detection on real sound, commits by hand, and transcripts of all sorts."""

from typing import Any

import numpy as np
import pybase64
import pytest

from realtime_voice.audio import StreamResampler
from realtime_voice.formats import PCM16_24K, PCMU_8K
from realtime_voice.testing import Asked, Heard, Scripted, Step
from tests.testing.harness import Stage, silence, speech

_KIND = "conversation.item.input_audio_transcription"


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the events of one type."""
    return [event for event in events if event["type"] == kind]


def listening(*steps: Step, model: str = "gpt-transcribe", **settings: Any) -> Stage:
    """An engine that transcribes."""
    scene = Stage(Scripted(steps))
    scene.update(audio={"input": {"transcription": {"model": model}, **settings}})
    return scene


def test_times_of_speech() -> None:
    """Speech starts with its padding and ends with its silence, to within a frame."""
    scene = Stage(Scripted([Heard("hello")]))
    utterance = speech("one two three")
    gap_ms = 40  # the silence that the last word carries
    events = scene.hear(silence(1000) + utterance + silence(400))
    (started,) = of(events, "input_audio_buffer.speech_started")
    (stopped,) = of(events, "input_audio_buffer.speech_stopped")
    assert abs(started["audio_start_ms"] - (1000 - 300)) <= 20
    assert abs(stopped["audio_end_ms"] - (1000 + len(utterance) / 48 - gap_ms + 200)) <= 20
    assert started["item_id"] == stopped["item_id"] == "item_1"


def test_committed_sound_is_what_was_between() -> None:
    """The item holds exactly the sound between start and end."""
    scene = Stage(Scripted([Heard("hello")]))
    sound = silence(1000) + speech() + silence(400)
    events = scene.hear(sound)
    start = of(events, "input_audio_buffer.speech_started")[0]["audio_start_ms"]
    end = of(events, "input_audio_buffer.speech_stopped")[0]["audio_end_ms"]
    (event,) = scene.send("conversation.item.retrieve", item_id="item_1")
    audio = pybase64.b64decode(event["item"]["content"][0]["audio"])
    assert audio == sound[start * 48 : end * 48]


def test_no_patience_for_silence() -> None:
    """A silence of 0 ms ends the utterance with the first silent frame, and not before."""
    detection = {"type": "server_vad", "silence_duration_ms": 0}
    scene = Stage(Scripted([], default=Heard("hello")))
    scene.update(audio={"input": {"turn_detection": detection}})
    loud = np.full(24_000, 8000, dtype="<i2").tobytes()
    events = scene.hear(silence(400) + loud + silence(400))
    (started,) = of(events, "input_audio_buffer.speech_started")
    (stopped,) = of(events, "input_audio_buffer.speech_stopped")
    assert (started["audio_start_ms"], stopped["audio_end_ms"]) == (100, 1420)


def test_padding_does_not_reach_into_the_last_utterance() -> None:
    """Speech right behind an utterance starts where that one ended."""
    scene = Stage(Scripted([Heard("one"), Heard("two")]))
    events = scene.hear(speech() + silence(220) + speech() + silence(400))
    (_, second) = of(events, "input_audio_buffer.speech_started")
    (first_end, _) = of(events, "input_audio_buffer.speech_stopped")
    assert second["audio_start_ms"] >= first_end["audio_end_ms"]


def test_clicks_are_no_speech() -> None:
    """Loudness of 40 ms starts nothing."""
    scene = Stage(Scripted())
    assert scene.hear(silence(500) + speech()[: 48 * 40] + silence(500)) == []


def test_chunks_do_not_matter() -> None:
    """The events are the same however the sound is cut, also within a sample."""
    sound = silence(300) + speech() + silence(400)
    whole = Stage(Scripted([Heard("hello", say="Hi.")]))
    whole.send("input_audio_buffer.append", audio=pybase64.b64encode(sound).decode())
    pieces = Stage(Scripted([Heard("hello", say="Hi.")]))
    for start in range(0, len(sound), 777):
        audio = pybase64.b64encode(sound[start : start + 777]).decode()
        pieces.send("input_audio_buffer.append", audio=audio)
    assert whole.sent == pieces.sent


def test_threshold_maps_to_loudness() -> None:
    """A high threshold does not hear what a low one hears."""
    quiet = (b"\x00\x02" * 240 + b"\x00\xfe" * 240) * 50  # 500 ms at an amplitude of 512
    events = []
    for threshold in (0.3, 0.9):
        scene = Stage(Scripted([Heard("hello")]))
        detection = {"type": "server_vad", "threshold": threshold}
        scene.update(audio={"input": {"turn_detection": detection}})
        events.append(bool(of(scene.hear(quiet), "input_audio_buffer.speech_started")))
    assert events == [True, False]


@pytest.mark.parametrize(("eagerness", "silence_ms"), [("high", 400), ("low", 1200)])
def test_semantic_turn_detection_waits_by_eagerness(eagerness: str, silence_ms: int) -> None:
    """Eagerness decides how much silence ends a turn."""
    scene = Stage(Scripted([Heard("hello")]))
    detection = {"type": "semantic_vad", "eagerness": eagerness}
    scene.update(audio={"input": {"turn_detection": detection}})
    assert not of(
        scene.hear(speech() + silence(silence_ms - 80)), "input_audio_buffer.speech_stopped"
    )
    assert of(scene.hear(silence(80)), "input_audio_buffer.speech_stopped")


def test_manual_commit() -> None:
    """Without turn detection, a commit makes an item and starts nothing."""
    scene = listening(Heard("hello"), turn_detection=None)
    assert scene.hear(silence(200) + speech()) == []
    kinds = [event["type"] for event in scene.send("input_audio_buffer.commit")]
    assert kinds == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        f"{_KIND}.delta",
        f"{_KIND}.completed",
    ]


@pytest.mark.parametrize("milliseconds", [0, 50, 99])
def test_too_little_to_commit(milliseconds: int) -> None:
    """Less than 100 ms cannot be committed, and says how much there is."""
    scene = listening(turn_detection=None)
    scene.hear(silence(milliseconds))
    (event,) = scene.send("input_audio_buffer.commit", event_id="mine")
    assert event["error"]["code"] == "input_audio_buffer_commit_empty"
    assert f"only has {milliseconds}.00ms" in event["error"]["message"]
    assert event["error"]["event_id"] == "mine"


def test_commit_after_a_detected_turn_is_empty() -> None:
    """Right after turn detection has committed, there is nothing to commit by hand."""
    scene = listening(Heard("hello", say="Hi."))
    scene.hear(speech() + silence(240))
    (event,) = of(scene.send("input_audio_buffer.commit"), "error")
    assert event["error"]["code"] == "input_audio_buffer_commit_empty"


def test_commit_in_mid_speech() -> None:
    """A commit by hand ends an utterance that turn detection has begun, under the same id."""
    scene = listening(Heard("hello"))
    (started,) = of(scene.hear(speech()), "input_audio_buffer.speech_started")
    (committed,) = of(scene.send("input_audio_buffer.commit"), "input_audio_buffer.committed")
    assert committed["item_id"] == started["item_id"]
    assert not of(scene.hear(silence(500)), "input_audio_buffer.speech_stopped")


def test_clear() -> None:
    """Clearing forgets the utterance; no step of the script is used up."""
    scene = listening(Heard("second"))
    scene.hear(speech())
    (cleared,) = scene.send("input_audio_buffer.clear")
    assert cleared["type"] == "input_audio_buffer.cleared"
    assert not of(scene.hear(silence(500)), "input_audio_buffer.committed")
    events = scene.hear(speech() + silence(400))
    assert of(events, f"{_KIND}.completed")[0]["transcript"] == "second"


def test_previous_item_ids() -> None:
    """``committed`` and ``added`` tell the place in the conversation."""
    scene = listening(Heard("one"), Heard("two"))
    events = scene.hear(speech() + silence(400) + speech() + silence(400))
    assert [e["previous_item_id"] for e in of(events, "input_audio_buffer.committed")] == [
        None,
        "item_1",
    ]


def test_no_transcription_no_transcripts() -> None:
    """Without transcription the answer still knows what was said, but nobody is told."""
    scene = Stage(Scripted([Heard("hello", say="Hi.")]))
    events = scene.hear(speech() + silence(400)) + scene.wait(5)
    assert not [event for event in events if event["type"].startswith(_KIND)]
    assert of(events, "response.done")[0]["response"]["status"] == "completed"


def test_transcript_in_pieces() -> None:
    """Deltas come in the script's pieces and pace, then the whole text."""
    step = Heard("Hello, you.", deltas=("Hello", ",", " you."), delta_interval_s=0.5)
    scene = listening(step)
    events = scene.hear(speech() + silence(300))
    assert [event["delta"] for event in of(events, f"{_KIND}.delta")] == ["Hello"]
    assert [event["delta"] for event in of(scene.wait(1.0), f"{_KIND}.delta")] == [",", " you."]
    (completed,) = of(scene.wait(0.5), f"{_KIND}.completed")
    assert completed["transcript"] == "Hello, you."


def test_early_deltas() -> None:
    """Deltas may come while the user still speaks, before the item is in the conversation."""
    step = Heard("Hello, you.", deltas=("Hello", ",", " you."), early=2)
    events = listening(step).hear(speech() + silence(300))
    kinds = [event["type"] for event in events]
    assert [event["delta"] for event in of(events, f"{_KIND}.delta")] == ["Hello", ",", " you."]
    places = [index for index, kind in enumerate(kinds) if kind == f"{_KIND}.delta"]
    committed = kinds.index("input_audio_buffer.committed")
    assert [place < committed for place in places] == [True, True, False]


def test_early_deltas_of_nobody() -> None:
    """Without transcription nobody is told early either."""
    scene = Stage(Scripted([Heard("Hello.", deltas=("Hello", "."), early=2)]))
    assert not of(scene.hear(speech() + silence(300)), f"{_KIND}.delta")


def test_logprobs_where_they_are_asked_for() -> None:
    """Token probabilities are told to whoever includes them."""
    found = []
    for include in (["item.input_audio_transcription.logprobs"], None):
        scene = listening(Heard("hi", logprobs=[("hi", -0.25)]), model="gpt-4o-transcribe")
        scene.update(include=include)
        (completed,) = of(scene.hear(speech() + silence(400)), f"{_KIND}.completed")
        found.append(completed.get("logprobs"))
    assert found == [[{"token": "hi", "logprob": -0.25, "bytes": [104, 105]}], None]


def test_late_transcript() -> None:
    """A late transcript does not hold up the answer."""
    scene = listening(Heard("hello", delay_s=3.0, say="Hi."))
    events = scene.hear(speech() + silence(400)) + scene.wait(2)
    assert of(events, "response.done")
    assert not of(events, f"{_KIND}.completed")
    assert of(scene.wait(2), f"{_KIND}.completed")[0]["transcript"] == "hello"


def test_transcripts_out_of_order() -> None:
    """The transcript of the second turn may come before that of the first."""
    scene = listening(Heard("one", delay_s=5.0), Heard("two"))
    events = scene.hear(speech() + silence(400) + speech() + silence(400)) + scene.wait(9)
    assert [event["transcript"] for event in of(events, f"{_KIND}.completed")] == ["two", "one"]


def test_failed_transcription() -> None:
    """A failed transcription has an error instead of a text; the answer comes all the same."""
    scene = listening(Heard("", failure=("audio_unintelligible", "Could not hear."), say="Pardon?"))
    events = scene.hear(speech() + silence(400)) + scene.wait(5)
    (failed,) = of(events, f"{_KIND}.failed")
    assert failed["error"]["code"] == "audio_unintelligible"
    assert not of(events, f"{_KIND}.completed")
    assert of(events, "response.done")[0]["response"]["status"] == "completed"


def test_transcript_of_a_deleted_item_is_not_told() -> None:
    """What was deleted is not transcribed any more."""
    scene = listening(Heard("hello", delay_s=2.0))
    scene.hear(speech() + silence(400))
    scene.send("conversation.item.delete", item_id="item_1")
    assert not of(scene.wait(5), f"{_KIND}.completed")


def test_usage_by_duration_and_by_tokens() -> None:
    """Some models bill seconds, the others tokens: 1 per 100 ms of sound."""
    usages = []
    for model in ("gpt-realtime-whisper", "gpt-transcribe", "gpt-4o-transcribe"):
        scene = listening(Heard("hello"), model=model, turn_detection=None)
        scene.hear(silence(1250))
        events = scene.send("input_audio_buffer.commit")
        usages.append(of(events, f"{_KIND}.completed")[0]["usage"])
    assert usages[:2] == [{"type": "duration", "seconds": 2}] * 2
    assert usages[2]["type"] == "tokens"
    assert usages[2]["input_token_details"] == {"text_tokens": 0, "audio_tokens": 13}
    assert usages[2]["total_tokens"] == usages[2]["input_tokens"] + usages[2]["output_tokens"]


def test_languages_are_told_by_gpt_transcribe_alone() -> None:
    """Only one model reports languages."""
    found = []
    for model in ("gpt-transcribe", "whisper-1"):
        scene = listening(Heard("hallo", language="de"), model=model)
        (completed,) = of(scene.hear(speech() + silence(400)), f"{_KIND}.completed")
        found.append(completed.get("languages"))
    assert found == [[{"code": "de"}], None]


def test_transcription_session_answers_nothing() -> None:
    """A transcription session transcribes, and refuses responses and items."""
    scene = Stage(Scripted([Heard("hello")]), model=None)
    update = {
        "type": "transcription",
        "audio": {"input": {"transcription": {"model": "gpt-4o-transcribe"}}},
    }
    scene.send("session.update", session=update)
    events = scene.hear(speech() + silence(400)) + scene.wait(1)
    assert of(events, f"{_KIND}.completed")
    assert not of(events, "response.created")
    for kind, fields in (
        ("response.create", {}),
        ("conversation.item.create", {"item": {"type": "message", "role": "user", "content": []}}),
    ):
        (event,) = scene.send(kind, **fields)
        assert event["error"]["code"] == "invalid_event"


def test_g711_is_heard() -> None:
    """Sound in G.711 is detected, and comes back as it came."""
    resampler = StreamResampler(PCM16_24K, PCMU_8K)
    sound = resampler.process(silence(500) + speech() + silence(500)) + resampler.flush()
    scene = listening(Heard("hello"), format={"type": "audio/pcmu"})
    events: list[dict[str, Any]] = []
    for start in range(0, len(sound), 160):
        audio = pybase64.b64encode(sound[start : start + 160]).decode()
        events += scene.send("input_audio_buffer.append", audio=audio)
    (started,) = of(events, "input_audio_buffer.speech_started")
    assert abs(started["audio_start_ms"] - 200) <= 20
    assert of(events, f"{_KIND}.completed")
    (event,) = scene.send("conversation.item.retrieve", item_id="item_1")
    audio = pybase64.b64decode(event["item"]["content"][0]["audio"])
    (stopped,) = of(events, "input_audio_buffer.speech_stopped")
    assert abs(len(audio) / 8 - (stopped["audio_end_ms"] - started["audio_start_ms"])) <= 2


def test_idle_timeout() -> None:
    """Silence after an answer commits itself and leads to one more answer, only once."""
    scene = Stage(Scripted([Heard("hello", say="Hi."), Asked(say="Still there?")]))
    detection = {"type": "server_vad", "idle_timeout_ms": 5000}
    listening_settings = {"turn_detection": detection, "transcription": {"model": "whisper-1"}}
    scene.update(audio={"input": listening_settings})
    scene.hear(speech() + silence(400))
    scene.wait(4)
    events = scene.wait(2)
    kinds = [event["type"] for event in events]
    assert kinds[:5] == [
        "input_audio_buffer.timeout_triggered",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        f"{_KIND}.completed",
    ]
    assert events[0]["item_id"] == events[1]["item_id"]
    assert events[0]["audio_end_ms"] >= events[0]["audio_start_ms"]
    assert "response.created" in kinds


def test_speech_stops_the_idle_timer() -> None:
    """Whoever speaks in time is not asked whether they are still there."""
    scene = Stage(Scripted([Heard("hello", say="Hi."), Heard("more")]))
    detection = {"type": "server_vad", "idle_timeout_ms": 5000}
    scene.update(audio={"input": {"turn_detection": detection}})
    scene.hear(speech() + silence(400))
    scene.wait(4)
    scene.hear(speech())
    assert not of(scene.wait(10), "input_audio_buffer.timeout_triggered")


def test_append_limits() -> None:
    """More than 15 MiB at once, and what is no base64, are refused."""
    scene = Stage(Scripted())
    too_much = pybase64.b64encode(bytes(15 * 1024 * 1024 + 2)).decode()
    (event,) = scene.send("input_audio_buffer.append", audio=too_much)
    assert (event["error"]["code"], event["error"]["param"]) == ("invalid_value", "audio")
    (event,) = scene.send("input_audio_buffer.append", audio="no base64!", event_id="mine")
    assert (event["error"]["code"], event["error"]["event_id"]) == ("invalid_value", "mine")


def test_unexpected_utterance() -> None:
    """An utterance without a step fails the response and tells the client why."""
    scene = Stage(Scripted())
    events = scene.hear(speech() + silence(400)) + scene.wait(1)
    (event,) = of(events, "error")
    assert event["error"]["type"] == "server_error"
    assert "the user spoke" in event["error"]["message"]
    assert of(events, "response.done")[0]["response"]["status"] == "failed"
    assert len(scene.failures) == 1
