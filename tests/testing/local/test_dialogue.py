"""The dialogue knows its topics, repeats the rest and follows instructions to the letter."""

from datetime import UTC, datetime

import pytest

from realtime_voice.testing.local._dialogue import Dialogue, find_topic
from realtime_voice.testing.local._phrases import GREETING, NOTHING_HEARD, TOPICS, phrases
from tests.testing.local.conftest import request_for

NOON = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)


def dialogue(now: datetime = NOON) -> Dialogue:
    """A conversation at a fixed time."""
    return Dialogue(lambda: now)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("what time is it", "It is 12:05 PM."),
        ("What's the time?", "It is 12:05 PM."),
        ("what day is it today", "Today is Sunday, November 22."),
        ("set a timer for ten minutes", "A timer for ten minutes is set."),
        ("Set a timer for 5 minutes!", "A timer for five minutes is set."),
        ("set a timer for one minute", "A timer for one minute is set."),
        ("set a timer for thirty seconds", "A timer for thirty seconds is set."),
        (
            "what is the weather in new york today",
            "I have no window. But I imagine that it is sunny in New York.",
        ),
        (
            "how is the weather today",
            "I have no window. But I imagine that it is sunny outside.",
        ),
        ("thank you", "You are welcome."),
        ("goodbye", "Goodbye."),
        ("stop", "Okay."),
    ],
)
def test_topics(said: str, answer: str) -> None:
    """What belongs to a topic is answered, heard or typed."""
    assert dialogue().answer(request_for(heard=said)) == answer
    assert dialogue().answer(request_for(typed=said)) == answer


@pytest.mark.parametrize(
    ("hour", "text"), [(0, "It is 12:05 AM."), (9, "It is 9:05 AM."), (23, "It is 11:05 PM.")]
)
def test_the_clock(hour: int, text: str) -> None:
    """The time is told in twelve hours."""
    assert dialogue(NOON.replace(hour=hour)).answer(request_for(heard="what time is it")) == text


def test_every_phrase_has_its_topic() -> None:
    """Each phrase is found in the topic that lists it; no phrase is listed twice."""
    assert len(set(phrases())) == len(phrases())
    for topic in TOPICS:
        assert [find_topic(phrase) for phrase in topic.phrases] == [topic] * len(topic.phrases)


def test_the_rest_is_repeated() -> None:
    """What is not understood is quoted, so that nobody takes it for understanding."""
    assert dialogue().answer(request_for(heard="go forward ten meters")) == (
        "I heard: go forward ten meters."
    )
    assert dialogue().answer(request_for(typed="Buy milk.")) == "You wrote: Buy milk."
    assert dialogue().answer(request_for(heard="")) == NOTHING_HEARD


def test_jokes_take_turns() -> None:
    """Asking again gives another joke, and in the end the first one."""
    talk = dialogue()
    jokes = [talk.answer(request_for(heard="tell me a joke")) for _ in range(4)]
    assert len(set(jokes)) == 3
    assert jokes[0] == jokes[3]


def test_repeating_itself() -> None:
    """The last answer can be asked for again."""
    talk = dialogue()
    first = talk.answer(request_for(heard="tell me a joke"))
    assert talk.answer(request_for(heard="")) == NOTHING_HEARD
    assert talk.answer(request_for(heard="say that again please")) == first


def test_greeting() -> None:
    """Asked to speak when nobody has spoken yet, it greets."""
    assert dialogue().answer(request_for()) == GREETING
    system = {"type": "message", "role": "system", "content": []}
    assert dialogue().answer(request_for(history=(system,))) == GREETING


def test_it_does_not_answer_twice() -> None:
    """After its own answer it greets instead of answering the same words again."""
    user = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}
    own = {"type": "message", "role": "assistant", "content": []}
    assert dialogue().answer(request_for(history=(user, own))) == GREETING


@pytest.mark.parametrize(
    "instructions",
    ["Say exactly: Welcome home.", 'Be kind.\nsay exactly: "Welcome home."\n\nThen listen.'],
)
def test_say_exactly(instructions: str) -> None:
    """A line of the instructions that says what to say is followed to the letter."""
    assert dialogue().answer(request_for(instructions=instructions)) == "Welcome home."
