"""Ears: one utterance in, a transcript out."""

from difflib import SequenceMatcher
from functools import partial

import anyio.to_thread

from realtime_voice.formats import PCM16_24K
from realtime_voice.testing._brain import HeardSpeech
from realtime_voice.testing.local._recogniser import Heard, Recogniser, RecogniserError, Utterance

__all__ = ["LocalEar", "best_reading"]

_LIKENESS = 0.4
_PATIENCE_S = 20.0
_FAILED = "transcription_failed"


def best_reading(heard: Heard) -> str:
    """What was most likely said: a known phrase if it resembles the open dictation, else that.

    The recogniser's own scores do not separate right phrases from wrong ones; the likeness of its
    two readings does: 0.4 keeps every right phrase and lets through one in seventeen wrong ones.
    """
    likeness = SequenceMatcher(None, heard.dictated, heard.phrase, autojunk=False).ratio()
    return heard.phrase if heard.phrase and likeness >= _LIKENESS else heard.dictated


class LocalEar:
    """Listens to one utterance while it is being spoken.

    Args:
        recogniser: Does the work.
        speaker: Who speaks, such as the number of the connection.
    """

    def __init__(self, recogniser: Recogniser, speaker: str = "") -> None:
        self._utterance: Utterance = recogniser.utterance(speaker)
        self._bytes = 0

    def feed(self, pcm: bytes) -> None:
        """Take the next piece: PCM16 mono at 24 kHz; returns at once."""
        self._bytes += len(pcm)
        self._utterance.feed(pcm)

    async def finish(self) -> HeardSpeech:
        """The utterance is over: wait for the transcript.

        Returns:
            The transcript with one delta for each word, or a failure when the recogniser died or
            did not answer in 20 s plus the length of the utterance.
        """
        patience = _PATIENCE_S + self._bytes / PCM16_24K.bytes_per_second
        wait = partial(self._utterance.end().result, patience)
        try:
            heard = await anyio.to_thread.run_sync(wait, abandon_on_cancel=True)
        except RecogniserError as error:
            return HeardSpeech(text="", failure=(_FAILED, str(error)))
        except TimeoutError:
            self.cancel()
            message = f"the speech recogniser did not answer in {patience:.0f} s"
            return HeardSpeech(text="", failure=(_FAILED, message))
        text = best_reading(heard)
        words = text.split()
        deltas = (*words[:1], *(f" {word}" for word in words[1:]))
        return HeardSpeech(text=text, deltas=deltas, language="en")

    def cancel(self) -> None:
        """The utterance was discarded."""
        self._utterance.cancel()
