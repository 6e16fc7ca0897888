"""What is left of a session when it has ended: its turns, its cost, its sound and its end.

Data, and two ways to look at it: text for a terminal, and HTML for a notebook.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from realtime_voice.conversation import AssistantSpeech, EndReason, Turn, UserSpeech
from realtime_voice.session._kept import KeptAudio
from realtime_voice.session._result_html import result_html
from realtime_voice.session._statistics import SessionStatistics
from realtime_voice.session._usage_text import count, describe_usage

__all__ = ["SessionResult"]


@attrs.frozen(kw_only=True, eq=False)
class SessionResult:
    """Everything that one session came to."""

    turns: tuple[Turn, ...]
    """The exchanges, in the order of the conversation."""
    usage: Mapping[str, Any]
    """Tokens of the whole session, by modality."""
    end_reason: EndReason
    """Why it ended."""
    error: Exception | None
    """The fault that ended it; None where it ended well."""
    statistics: SessionStatistics
    """What was counted."""
    session_id: str | None
    """The server's id of the session; None where there never was one."""
    user_audio: KeptAudio | None = attrs.field(repr=False)
    """What was sent to the server, as far as it was kept (``keep_audio_s``)."""
    assistant_audio: KeptAudio | None = attrs.field(repr=False)
    """What the model said, item after item, as far as it was kept; heard or not."""
    places: Mapping[str, tuple[float, float]] = attrs.field(repr=False)
    """Where an item lies in the sound of its side: begin and end in ms since that began. All items
    of the model, and those of the user that were committed by hand."""

    @property
    def duration_s(self) -> float:
        """Length of the session in seconds."""
        return self.statistics.duration_s

    def user_audio_of(self, turn: Turn) -> KeptAudio | None:
        """The user's sound of one turn.

        Args:
            turn: One of :attr:`turns`.

        Returns:
            The sound, where it was spoken and is kept.
        """
        user = turn.user
        if user is None or self.user_audio is None:
            return None
        if user.audio_start_ms is not None and user.audio_end_ms is not None:
            return _some(self.user_audio.between(user.audio_start_ms, user.audio_end_ms))
        return self._cut(self.user_audio, user.item_ids)

    def assistant_audio_of(self, turn: Turn) -> KeptAudio | None:
        """The model's sound of one turn, everything that was generated.

        Args:
            turn: One of :attr:`turns`.

        Returns:
            The sound, where there was some and it is kept.
        """
        if turn.assistant is None or self.assistant_audio is None:
            return None
        return self._cut(self.assistant_audio, turn.assistant.item_ids)

    def _cut(self, sound: KeptAudio, item_ids: Sequence[str]) -> KeptAudio | None:
        """The stretch that these items take up."""
        places = [self.places[item_id] for item_id in item_ids if item_id in self.places]
        if not places:
            return None
        begin, end = min(place[0] for place in places), max(place[1] for place in places)
        return _some(sound.between(begin, end))

    def __str__(self) -> str:
        turns = count(len(self.turns), "turn")
        lines = [f"Session of {self.duration_s:.1f} s, {turns}: {self._ending()}"]
        for turn in self.turns:
            if turn.user is not None:
                lines.append(f"  user:      {turn.user.text or _note(turn.user)}")
            lines.extend(f"  tool:      {call.name}" for call in turn.tool_calls)
            if turn.assistant is not None:
                lines.append(f"  assistant: {_said(turn)}")
            if not turn.complete:
                lines.append(f"             (incomplete: {turn.incomplete_reason})")
        if usage := describe_usage(self.usage):
            lines.append(f"  used:      {usage}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return result_html(self)

    def _ending(self) -> str:
        reason = self.end_reason.replace("_", " ")
        return reason if self.error is None else f"{reason} ({self.error})"


def _some(audio: KeptAudio) -> KeptAudio | None:
    return audio if audio.data else None


def _note(speech: UserSpeech | AssistantSpeech) -> str:
    """What to show where there are no words."""
    return f"({speech.error or speech.status.replace('_', ' ')})"


def _said(turn: Turn) -> str:
    """What was heard, with what was generated and not heard in brackets."""
    assistant = turn.assistant
    if assistant is None:
        return ""
    heard = assistant.heard
    if not heard.interrupted:
        return assistant.text or _note(assistant)
    return f"{heard.text} [interrupted, not heard: {heard.unheard.strip()}]"
