"""What the local dialogue understands and says: topics as data."""

import attrs

__all__ = ["GREETING", "NOTHING_HEARD", "TOPICS", "Topic", "phrases"]

_NUMBERS = ("one", "two", "three", "five", "ten", "fifteen", "twenty", "thirty")
_PLACES = ("paris", "london", "berlin", "tokyo", "new york", "san francisco")


@attrs.frozen(kw_only=True)
class Topic:
    """Something that one can talk about."""

    name: str
    """What it is called; a tool with this word in its name can answer it."""
    phrases: tuple[str, ...]
    """What users say, lower-case words only."""
    answers: tuple[str, ...]
    """What to answer, one after the other, over and over. ``{time}``, ``{date}``, ``{last}``,
    ``{number}``, ``{unit}`` and ``{place}`` are filled in."""
    keywords: tuple[str, ...] = ()
    """Further words by which a tool is recognised."""


GREETING = "Hello. I am running on your own machine. Ask me for the time, or for a joke."
"""What is said when nobody has spoken yet."""
NOTHING_HEARD = "Sorry, I did not hear any words."
"""What is said to a sound without words."""

TOPICS: tuple[Topic, ...] = (
    Topic(
        name="hello",
        phrases=("hello", "hello there", "good morning", "can you hear me"),
        answers=("Hello. What can I do for you?", "Hello again."),
    ),
    Topic(
        name="mood",
        phrases=("how are you", "how are you today"),
        answers=("I am fine, thank you. All my circuits are imaginary.",),
    ),
    Topic(
        name="self",
        phrases=("who are you", "what is your name", "where are you"),
        answers=("I am the local voice. I run on your own machine, without any network.",),
    ),
    Topic(
        name="help",
        phrases=("what can you do", "can you help me", "what can i say"),
        answers=(
            "I can tell the time, tell a joke or a story, set a timer, or repeat what you say.",
        ),
    ),
    Topic(
        name="time",
        phrases=("what time is it", "what is the time", "tell me the time", "what time is it now"),
        answers=("It is {time}.",),
        keywords=("clock",),
    ),
    Topic(
        name="date",
        phrases=("what day is it", "what day is it today", "what is the date today"),
        answers=("Today is {date}.",),
        keywords=("day", "calendar"),
    ),
    Topic(
        name="joke",
        phrases=("tell me a joke", "tell me another joke", "make me laugh"),
        answers=(
            "Why did the packet cross the network? To get to the other socket.",
            "I know a good joke about silence. But you have to wait for it.",
            "There are two hard things: naming things, hearing names, and counting to two.",
        ),
    ),
    Topic(
        name="story",
        phrases=("tell me a story", "tell me a long story"),
        answers=(
            (
                "Once there was a small machine that could talk. Every day, it waited for a word. "
                "One day, somebody said hello. The machine thought about it for half a second. "
                "Then it said hello, too. And that was the beginning of a long conversation."
            ),
        ),
    ),
    Topic(
        name="count",
        phrases=("count to ten", "please count to ten"),
        answers=("One, two, three, four, five, six, seven, eight, nine, ten.",),
    ),
    Topic(
        name="timer",
        phrases=(
            *(f"set a timer for {number} minutes" for number in _NUMBERS[1:]),
            *(f"set a timer for {number} seconds" for number in _NUMBERS[4:]),
            "set a timer for one minute",
        ),
        answers=("A timer for {number} {unit} is set.",),
        keywords=("alarm", "reminder"),
    ),
    Topic(
        name="weather",
        phrases=(
            "how is the weather",
            "how is the weather today",
            "what is the weather today",
            *(f"how is the weather in {place}" for place in _PLACES),
            *(f"what is the weather in {place}" for place in _PLACES),
            *(f"what is the weather in {place} today" for place in _PLACES),
        ),
        answers=("I have no window. But I imagine that it is sunny {place}.",),
        keywords=("forecast", "temperature"),
    ),
    Topic(
        name="repeat",
        phrases=("repeat that please", "say that again please", "what did you say"),
        answers=("{last}",),
    ),
    Topic(
        name="thanks",
        phrases=("thank you", "thank you very much"),
        answers=("You are welcome.", "Any time."),
    ),
    Topic(
        name="goodbye",
        phrases=("goodbye", "thank you goodbye", "thank you very much goodbye", "see you tomorrow"),
        answers=("Goodbye.",),
    ),
    Topic(
        name="stop",
        phrases=("stop", "stop talking", "stop please", "please be quiet"),
        answers=("Okay.",),
    ),
    Topic(
        name="yes",
        phrases=("yes please", "no thank you"),
        answers=("Very well.",),
    ),
)
"""Everything that the local dialogue knows."""


def phrases() -> tuple[str, ...]:
    """Every phrase of every topic: what the ears listen for."""
    return tuple(phrase for topic in TOPICS for phrase in topic.phrases)
