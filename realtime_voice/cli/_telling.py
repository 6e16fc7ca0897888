"""From a session's result to a story: which turn belongs to which recording.

Pure: everything that happened comes in, a :class:`Story` goes out.
"""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from realtime_voice.cli._caller import Spoken
from realtime_voice.cli._story import Exchange
from realtime_voice.cli._waveform import speech_end_ms
from realtime_voice.conversation import AssistantSpeech, TranscriptStatus, Turn, UserSpeech
from realtime_voice.formats import PCM16_24K

__all__ = ["exchanges"]

_WORDS_FOR_STATUS = {
    TranscriptStatus.NO_SPEECH: "no words were recognised",
    TranscriptStatus.FAILED: "recognition failed",
    TranscriptStatus.TIMED_OUT: "the transcript did not come in time",
    TranscriptStatus.DISABLED: "transcription is switched off",
    TranscriptStatus.PENDING: "the transcript did not come",
}


def exchanges(
    spoken: Sequence[Spoken],
    turns: Iterable[Turn],
    heard_ms: Sequence[tuple[float, float]],
) -> tuple[Exchange, ...]:
    """One exchange for each recording that was played.

    Args:
        spoken: What the caller said, in order.
        turns: What the session made of it.
        heard_ms: When the other side's voice was to be heard, as ``(start, end)``.
    """
    if not spoken:
        return ()
    groups: list[list[Turn]] = [[] for _ in spoken]
    for turn in turns:
        groups[_owner(turn, spoken)].append(turn)
    entries = [
        piece
        for entry, group in zip(spoken, groups, strict=True)
        for piece in _pieces(entry, group)
    ]
    ends = [entry.start_ms for entry, _ in entries[1:]] + [float("inf")]
    return tuple(
        _exchange(number, entry, group, _within(heard_ms, entry.start_ms, end))
        for number, ((entry, group), end) in enumerate(zip(entries, ends, strict=True), start=1)
    )


def _pieces(entry: Spoken, turns: list[Turn]) -> Iterator[tuple[Spoken, list[Turn]]]:
    """A recording in one piece, or turn by turn where its words are not known anyway.

    A recording of somebody's own may hold a whole conversation; one with known words is one
    utterance, and the words of all its turns are compared with them.
    """
    spans = [_span(turn) for turn in turns]
    known = [(span, turn) for span, turn in zip(spans, turns, strict=True) if span is not None]
    if entry.utterance.text is not None or len(known) < len(turns) or len(turns) < 2:
        yield entry, turns
        return
    for number, ((start, end), turn) in enumerate(known, start=1):
        first, last = max(start, entry.start_ms), min(end, entry.end_ms)
        yield _cut(entry, first, last, f"{entry.utterance.name}, turn {number}"), [turn]


def _span(turn: Turn) -> tuple[float, float] | None:
    """Where the user spoke in a turn, in ms; None where nobody told."""
    user = turn.user
    if user is None or user.audio_start_ms is None or user.audio_end_ms is None:
        return None
    return user.audio_start_ms, user.audio_end_ms


def _cut(entry: Spoken, start_ms: float, end_ms: float, name: str) -> Spoken:
    """A part of a recording."""
    first, last = (PCM16_24K.frames_in(max(0.0, at - entry.start_ms)) for at in (start_ms, end_ms))
    samples = entry.utterance.samples[first:last]
    return Spoken(
        utterance=attrs.evolve(entry.utterance, name=name, samples=samples),
        start_ms=start_ms,
        end_ms=end_ms,
        speech_end_ms=start_ms + speech_end_ms(samples, PCM16_24K.rate),
    )


def _owner(turn: Turn, spoken: Sequence[Spoken]) -> int:
    """Index of the recording during (or after) which a turn's speech began.

    A turn without times of its own, such as a greeting, goes to the one at its position.
    """
    user = turn.user
    if user is None or user.audio_start_ms is None:
        return min(turn.index, len(spoken) - 1)
    middle = (user.audio_start_ms + (user.audio_end_ms or user.audio_start_ms)) / 2
    return max((at for at, entry in enumerate(spoken) if entry.start_ms <= middle), default=0)


def _within(
    spans: Iterable[tuple[float, float]], start: float, end: float
) -> list[tuple[float, float]]:
    """The spans that begin in a stretch of time."""
    return [span for span in spans if start <= span[0] < end]


def _exchange(
    number: int, entry: Spoken, turns: Sequence[Turn], heard_ms: Sequence[tuple[float, float]]
) -> Exchange:
    users = [turn.user for turn in turns if turn.user is not None]
    answers = [turn.assistant for turn in turns if turn.assistant is not None]
    transcript = " ".join(user.text.strip() for user in users if user.text.strip())
    # Where a pause split the recording, the answer that counts is the one after its end.
    after = [span for span in heard_ms if span[0] >= entry.speech_end_ms] or list(heard_ms)
    latencies = [found for turn in turns if (found := turn.timing.latency_ms) is not None]
    problems = [answer.error for answer in answers if answer.error]
    problems += ["cut off before a word was heard" for one in answers if _was_cut_at_once(one)]
    problems += [turn.incomplete_reason for turn in turns if turn.incomplete_reason]
    return Exchange(
        number=number,
        name=entry.utterance.name,
        said=entry.utterance.text,
        said_start_ms=entry.start_ms,
        said_end_ms=entry.speech_end_ms,
        transcript=transcript,
        transcript_problem=None if transcript else _no_words(users),
        answer=" ".join(words for answer in answers if (words := _heard(answer))),
        answer_start_ms=after[0][0] if after else None,
        answer_end_ms=after[-1][1] if after else None,
        answer_problem="; ".join(problems) or None,
        server_latency_ms=latencies[-1] if latencies else None,
    )


def _heard(answer: AssistantSpeech) -> str:
    """The words that were heard, with a mark where they were cut off."""
    if not answer.heard.interrupted:
        return answer.text.strip()
    words = answer.heard.text.strip()
    return f"{words} \u2026" if words else ""


def _was_cut_at_once(answer: AssistantSpeech) -> bool:
    """Whether the user spoke again before anything of the answer was heard."""
    return answer.heard.interrupted and not answer.heard.text.strip()


def _no_words(users: Iterable[UserSpeech]) -> str:
    """Why nothing was written down."""
    for user in users:
        if user.status in _WORDS_FOR_STATUS:
            reason = f": {user.error}" if user.error else ""
            return f"{_WORDS_FOR_STATUS[user.status]}{reason}"
    return "nothing was heard"
