"""A small conversation about a few topics: enough to try out everything that a session does.

What is not understood is repeated (*I heard: ...*), so that nobody takes this for understanding.
Pure: the clock comes in as an argument, and text goes in and out.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from realtime_voice.testing._brain import AudioRequest, Call
from realtime_voice.testing.local._phrases import GREETING, NOTHING_HEARD, TOPICS, Topic
from realtime_voice.testing.local._tools import choose_call, tool_result
from realtime_voice.testing.voice._normalise import tokens

__all__ = ["Dialogue", "find_topic"]

_LIKENESS = 0.82
_EXACTLY = re.compile(
    r"^\s*say exactly:\s*(.+?)\s*(?:\n\s*\n|\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL
)
_QUOTES = "\"'“”"
_COUNT = re.compile(r"\bfor ([a-z ]+?) (minutes?|seconds?|hours?)\b")
_PLACE = re.compile(r"\bin ([a-z ]+?)(?: today| now| please)?$")


def find_topic(text: str) -> Topic | None:
    """The topic of what was said or written; None where it is none of ours."""
    words = _words(text)
    best, topic = 0.0, None
    for candidate in TOPICS:
        for phrase in candidate.phrases:
            if phrase == words:
                return candidate
            likeness = SequenceMatcher(None, words, phrase, autojunk=False).ratio()
            if likeness > best:
                best, topic = likeness, candidate
    return topic if best >= _LIKENESS else None


class Dialogue:
    """One user's conversation: remembers what was said last and which jokes were told.

    Args:
        now: The clock on the wall.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._told: dict[str, int] = {}
        self._last = GREETING

    def answer(self, request: AudioRequest) -> str | Call:
        """What to say, or the function to call.

        Args:
            request: What was asked for. Instructions that hold ``Say exactly: ...`` on a line are
                followed to the letter.
        """
        exactly = _EXACTLY.search(request.instructions)
        if exactly is not None:
            found: str | Call = exactly[1].strip(_QUOTES)
        else:
            found = tool_result(request.history) or self._reply(request)
        if isinstance(found, str) and found != NOTHING_HEARD:
            self._last = found
        return found

    def _reply(self, request: AudioRequest) -> str | Call:
        """Answer what the user said last, or greet."""
        said, opening = _last_words(request)
        topic = find_topic(said) if said is not None else None
        call = choose_call(request, topic, _words(said or ""))
        if call is not None:
            return call
        if said is None:
            return GREETING
        if topic is not None:
            return self._about(topic, _words(said))
        return f"{opening}: {said.strip().rstrip('.')}." if said.strip() else NOTHING_HEARD

    def _about(self, topic: Topic, said: str) -> str:
        """The topic's next answer, with what it leaves open filled in."""
        turn = self._told.get(topic.name, 0)
        self._told[topic.name] = turn + 1
        count = _COUNT.search(said)
        place = _PLACE.search(said)
        now = self._now()
        return topic.answers[turn % len(topic.answers)].format(
            time=f"{now.hour % 12 or 12}:{now.minute:02} {'AM' if now.hour < 12 else 'PM'}",
            date=f"{now:%A}, {now:%B} {now.day}",
            last=self._last,
            number=count[1] if count is not None else "ten",
            unit=count[2] if count is not None else "minutes",
            place=f"in {place[1].title()}" if place is not None else "outside",
        )


def _words(text: str) -> str:
    """The text as it would be spoken, without punctuation."""
    return " ".join(word for token in tokens(text) for word in token.words)


def _last_words(request: AudioRequest) -> tuple[str | None, str]:
    """What the user said or wrote last, if it is still unanswered, and how to quote it."""
    for item in reversed(request.history):
        if item.get("type", "message") != "message" or item.get("role") == "assistant":
            return None, ""
        if item.get("role") != "user":
            continue
        if any(part.get("type") == "input_audio" for part in _parts(item)):
            return request.heard or "", "I heard"
        return " ".join(str(part.get("text") or "") for part in _parts(item)), "You wrote"
    return None, ""


def _parts(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [part for part in item.get("content") or () if isinstance(part, Mapping)]
