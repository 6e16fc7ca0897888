"""From a session's result to a story: which turn belongs to which recording.

Pure: everything that happened comes in, a :class:`Story` goes out.
"""

from collections.abc import Iterable, Sequence

from realtime_voice.cli._caller import Spoken
from realtime_voice.cli._story import Exchange
from realtime_voice.conversation import TranscriptStatus, Turn, UserSpeech

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
    ends = [entry.start_ms for entry in spoken[1:]] + [float("inf")]
    return tuple(
        _exchange(number, entry, group, _within(heard_ms, entry.start_ms, end))
        for number, (entry, group, end) in enumerate(
            zip(spoken, groups, ends, strict=True), start=1
        )
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
    problems += [turn.incomplete_reason for turn in turns if turn.incomplete_reason]
    return Exchange(
        number=number,
        name=entry.utterance.name,
        said=entry.utterance.text,
        said_start_ms=entry.start_ms,
        said_end_ms=entry.speech_end_ms,
        transcript=transcript,
        transcript_problem=None if transcript else _no_words(users),
        answer=" ".join(answer.text.strip() for answer in answers if answer.text.strip()),
        answer_start_ms=after[0][0] if after else None,
        answer_end_ms=after[-1][1] if after else None,
        answer_problem="; ".join(problems) or None,
        server_latency_ms=latencies[-1] if latencies else None,
    )


def _no_words(users: Iterable[UserSpeech]) -> str:
    """Why nothing was written down."""
    for user in users:
        if user.status in _WORDS_FOR_STATUS:
            reason = f": {user.error}" if user.error else ""
            return f"{_WORDS_FOR_STATUS[user.status]}{reason}"
    return "nothing was heard"
