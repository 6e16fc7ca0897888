"""Scripts are exact: every step fits, or the test learns which one did not."""

from collections.abc import Iterable
from typing import Any

import pytest

from realtime_voice.errors import UnconsumedStepError, UnexpectedStepError
from realtime_voice.testing import (
    Answer,
    Asked,
    AudioRequest,
    Call,
    Called,
    Failure,
    Heard,
    Say,
    Scripted,
    Typed,
    Write,
    tone_speech,
)
from realtime_voice.testing._scripted import ScriptMind
from tests.testing.harness import run_now

_ITEMS: dict[str, Any] = {"instructions": "Be kind.", "heard": None, "tools": (), "speed": 1.0}


def request(history: Iterable[dict[str, Any]] = (), **fields: Any) -> AudioRequest:
    """Return a request."""
    values = {
        "response_id": "resp_1",
        "tool_choice": "auto",
        "modality": "audio",
        "voice": "alloy",
        "metadata": {},
        "out_of_band": False,
        **_ITEMS,
        **fields,
    }
    return AudioRequest(history=tuple(history), **values)


def user(text: str, item_id: str) -> dict[str, Any]:
    """Return a written item of the user."""
    content = [{"type": "input_text", "text": text}]
    return {"id": item_id, "type": "message", "role": "user", "content": content}


def ask(mind: ScriptMind, asked: AudioRequest) -> list[Answer]:
    """Return the answers to a request."""
    answers = mind.answer(asked)
    found: list[Answer] = []
    while True:
        try:
            found.append(run_now(answers.__anext__()))  # type: ignore[arg-type] - a coroutine
        except StopAsyncIteration:
            return found


def hear(mind: ScriptMind) -> str:
    """Let an ear finish; return what it heard."""
    ear = mind.ear(None)
    ear.feed(b"\x00\x00")
    return run_now(ear.finish()).text


def test_heard_uses_up_steps_in_order() -> None:
    """The n-th utterance is the n-th step's text."""
    mind = Scripted([Heard("one"), Heard("two")]).connect()
    assert [hear(mind), hear(mind)] == ["one", "two"]


def test_discarded_utterance_uses_up_nothing() -> None:
    """An ear that is cancelled leaves its step for the next one."""
    mind = Scripted([Heard("one")]).connect()
    mind.ear(None).cancel()
    assert hear(mind) == "one"


def test_answers_in_order() -> None:
    """Own items come first, then speech, text, calls and failure."""
    step = Asked(
        answers=[Write(text="first")],
        say="second",
        write="third",
        call=[Call(name="a", arguments="{}"), Call(name="b", arguments="{}")],
        fail=Failure(code="server_error", message="no"),
    )
    answers = ask(Scripted([step]).connect(), request())
    assert answers == [
        Write(text="first"),
        tone_speech("second"),
        Write(text="third"),
        Call(name="a", arguments="{}"),
        Call(name="b", arguments="{}"),
        Failure(code="server_error", message="no"),
    ]


def test_own_sound_and_own_pieces() -> None:
    """A script may bring its own sound and its own pieces of text."""
    say = Say(text="Hm.", pcm=b"\x00\x00")
    write = Write(text="Hm.", deltas=("H", "m."))
    assert ask(Scripted([Asked(say=say, write=write)]).connect(), request()) == [say, write]


def test_speed_shortens_tones() -> None:
    """The session's speaking rate applies to tones."""
    (slow,) = ask(Scripted([Asked(say="hello")]).connect(), request())
    (fast,) = ask(Scripted([Asked(say="hello")]).connect(), request(speed=1.5))
    assert isinstance(slow, Say)
    assert isinstance(fast, Say)
    assert len(fast.pcm) < len(slow.pcm)


def test_typed_must_match_exactly() -> None:
    """A written message must have exactly the step's text."""
    mind = Scripted([Typed("hello", write="hi")]).connect()
    assert ask(mind, request([user("hello", "a")])) == [Write(text="hi")]
    mind = Scripted([Typed("hello", write="hi")]).connect()
    with pytest.raises(UnexpectedStepError, match=r"wrote 'Hello'.*next step is Typed\('hello'\)"):
        ask(mind, request([user("Hello", "a")]))


def test_history_from_before_is_not_news() -> None:
    """Seeded history needs no steps; only what stands behind the model's last word does."""
    history = [
        user("I am Ann", "a"),
        {"id": "b", "type": "message", "role": "assistant", "content": []},
        {
            "id": "s",
            "type": "message",
            "role": "system",
            "content": [{"type": "input_text", "text": "x"}],
        },
        user("Who am I?", "c"),
    ]
    mind = Scripted([Typed("Who am I?", write="Ann.")]).connect()
    assert ask(mind, request(history)) == [Write(text="Ann.")]


def test_asked_needs_nothing_new() -> None:
    """A greeting is a response to nothing, or to what was answered already."""
    mind = Scripted([Typed("hello"), Asked(say="Anything else?")]).connect()
    history = [user("hello", "a")]
    assert ask(mind, request(history)) == []
    assert ask(mind, request(history)) == [tone_speech("Anything else?")]


def test_asked_with_conditions() -> None:
    """Instructions and metadata may be part of the expectation."""
    mind = Scripted([Asked(instructions="Greet.", say="Hi.")]).connect()
    with pytest.raises(UnexpectedStepError, match="without anything new"):
        ask(mind, request(instructions="Be rude."))
    mind = Scripted([Asked(instructions="Greet.", say="Hi.")]).connect()
    assert ask(mind, request(instructions="Greet.")) == [tone_speech("Hi.")]


def test_out_of_band_finds_its_step_anywhere() -> None:
    """A response beside the conversation uses the first step that fits its metadata."""
    script = [
        Heard("one"),
        Asked(metadata={"for": "a"}, write="A"),
        Asked(metadata={"for": "b"}, write="B"),
    ]
    mind = Scripted(script).connect()
    assert ask(mind, request(out_of_band=True, metadata={"for": "b", "more": "x"})) == [
        Write(text="B")
    ]
    with pytest.raises(UnexpectedStepError, match="out-of-band"):
        ask(mind, request(out_of_band=True, metadata={"for": "c"}))


def output(call_id: str, text: str) -> dict[str, Any]:
    """Return a function's output."""
    return {
        "id": f"out_{call_id}",
        "type": "function_call_output",
        "call_id": call_id,
        "output": text,
    }


def call(call_id: str, name: str) -> dict[str, Any]:
    """Return a function call."""
    return {
        "id": f"in_{call_id}",
        "type": "function_call",
        "call_id": call_id,
        "name": name,
        "arguments": "{}",
    }


def test_tool_outputs() -> None:
    """Outputs are matched by the name of their function, in any order."""
    history = [call("1", "look"), call("2", "hear"), output("2", "noise"), output("1", "light")]
    mind = Scripted([Called("look"), Called("hear", "noise", say="Done.")]).connect()
    assert ask(mind, request(history)) == [tone_speech("Done.")]


@pytest.mark.parametrize("steps", [[Called("look", "dark")], [Called("hear")], [Heard("x")], []])
def test_unexpected_tool_output(steps: list[Any]) -> None:
    """Another output, another function or another step is unexpected."""
    mind = Scripted(steps).connect()
    with pytest.raises(UnexpectedStepError, match="tool 'look' answered 'light'"):
        ask(mind, request([call("1", "look"), output("1", "light")]))


def test_unexpected_utterance() -> None:
    """Speech needs a step for speech."""
    with pytest.raises(UnexpectedStepError, match=r"utterance 1\), but the next step is Typed"):
        hear(Scripted([Typed("hello")]).connect())
    with pytest.raises(UnexpectedStepError, match="no step left"):
        hear(Scripted().connect())


def test_default_for_everything_else() -> None:
    """With a default nothing is unexpected."""
    mind = Scripted([Heard("one", write="1")], default=Heard("more", write="?")).connect()
    assert hear(mind) == "one"
    assert ask(mind, request()) == [Write(text="1")]
    assert hear(mind) == "more"
    assert ask(mind, request()) == [Write(text="?")]
    assert ask(mind, request([user("hello", "a")])) == [Write(text="?")]
    run_now(mind.aclose())


def test_default_that_hears_nothing() -> None:
    """A default without words of its own hears none."""
    mind = Scripted(default=Asked(write="?")).connect()
    assert hear(mind) == ""
    assert ask(mind, request()) == [Write(text="?")]


def test_repeat() -> None:
    """A repeating script starts again, and has nothing left over."""
    mind = Scripted([Heard("one"), Heard("two")], repeat=True).connect()
    assert [hear(mind) for _ in range(3)] == ["one", "two", "one"]
    run_now(mind.aclose())


def test_left_over_steps() -> None:
    """Steps that nobody played are told by name."""
    mind = Scripted(
        [Heard("one"), Typed("two"), Called("look"), Asked(instructions="Hi")]
    ).connect()
    hear(mind)
    with pytest.raises(UnconsumedStepError, match="3 of 4 steps left over") as caught:
        run_now(mind.aclose())
    assert caught.value.steps == ("Typed('two')", "Called('look')", "Asked(instructions='Hi')")


def test_left_over_steps_after_a_surprise_are_not_told() -> None:
    """The first problem is the one that counts."""
    mind = Scripted([Typed("two")]).connect()
    with pytest.raises(UnexpectedStepError):
        hear(mind)
    run_now(mind.aclose())


def test_scripts_by_connection() -> None:
    """The n-th connection plays the n-th script; the last one serves all others."""
    brain = Scripted([Heard("a")], [Heard("b")])
    assert [hear(brain.connect()) for _ in range(3)] == ["a", "b", "b"]


def test_nobody_came() -> None:
    """A script that nobody played is left over as a whole."""
    with pytest.raises(UnconsumedStepError, match="nobody connected") as caught:
        run_now(Scripted([Heard("a")]).aclose())
    assert caught.value.steps == ("Heard('a')",)
    run_now(Scripted().aclose())
    run_now(Scripted([Heard("a")], repeat=True).aclose())
