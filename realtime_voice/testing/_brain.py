"""What stands behind the local server: ears that hear, and a mind that answers.

The server speaks the protocol and knows nothing about words; a *brain* understands and speaks and
knows nothing about the protocol. Two come with the package: :class:`Scripted` and ``Local``.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Answer",
    "AudioRequest",
    "Brain",
    "Call",
    "Ear",
    "Failure",
    "HeardSpeech",
    "Mind",
    "Say",
    "SpeechDetector",
    "Write",
]


@attrs.frozen(kw_only=True)
class HeardSpeech:
    """What an ear made of one utterance."""

    text: str
    """The transcript; empty for no words."""
    deltas: tuple[str, ...] = ()
    """Pieces to send before the final text; empty means the text in one piece."""
    language: str | None = None
    """Language code, if told."""
    failure: tuple[str, str] | None = None
    """Error code and message when recognition failed; the text does not count then."""
    delay_s: float = 0.0
    """Seconds to wait before the transcript is told: recognition is asynchronous and often late."""
    logprobs: tuple[tuple[str, float], ...] = ()
    """Tokens with the logarithm of their probability; told where the client asked for them."""
    delta_interval_s: float = 0.0
    """Seconds between two deltas, and between the last one and the final text."""


class Ear(Protocol):
    """Listens to one utterance while it is being spoken."""

    def feed(self, pcm: bytes) -> Sequence[str] | None:
        """Take the next piece of the utterance: PCM16 mono at 24 kHz; must not block.

        Returns:
            Pieces of text that are certain by now: they are told while the user still speaks, and
            are not in the ``deltas`` of :meth:`finish` any more. None where it does not tell.
        """

    async def finish(self) -> HeardSpeech:
        """The utterance is over: return what was said."""
        ...

    def cancel(self) -> None:
        """The utterance was discarded; forget it."""


class SpeechDetector(Protocol):
    """Tells speech from everything else, one short frame after the other."""

    frame_ms: int
    """Length of the frames it takes."""

    def is_speech(self, frame: NDArray[np.int16]) -> bool:
        """Whether this frame (mono, 24 kHz) holds speech."""
        ...


@attrs.frozen(kw_only=True)
class AudioRequest:
    """A response that the server was asked for."""

    response_id: str
    """The id it will have on the wire."""
    instructions: str
    """The system prompt in force."""
    history: tuple[Mapping[str, Any], ...]
    """Conversation items as wire objects, in order; the last one is what to answer."""
    heard: str | None
    """What the ear heard in the last user item, complete; None where there was no speech."""
    tools: tuple[Mapping[str, Any], ...]
    """Tools on offer, as wire objects."""
    tool_choice: Any
    """``auto``, ``none``, ``required`` or a wire object."""
    modality: Literal["audio", "text"]
    """What kind of output is wanted."""
    voice: str
    """Name of the voice."""
    speed: float
    """Speaking rate."""
    metadata: Mapping[str, str]
    """What the client attached."""
    out_of_band: bool
    """The response stands outside the conversation."""


@attrs.frozen(kw_only=True)
class Say:
    """A spoken message: its text, its sound, and when each word begins."""

    text: str
    """The words, exactly as the transcript shall show them."""
    pcm: bytes
    """PCM16 mono at 24 kHz."""
    words: Sequence[tuple[str, float]] = ()
    """``(piece of text, start in ms)``; the pieces join to the text. Empty: spread evenly."""
    phase: str | None = None
    """``commentary`` or ``final_answer`` for reasoning models."""


@attrs.frozen(kw_only=True)
class Write:
    """A written message."""

    text: str
    """The words."""
    deltas: Sequence[str] = ()
    """Pieces that join to the text; empty means word by word."""


@attrs.frozen(kw_only=True)
class Call:
    """A function call."""

    name: str
    """Name of the function."""
    arguments: str
    """JSON text."""
    call_id: str | None = None
    """Id to use; made up where None."""
    overlaps: bool = False
    """Begins while the item before it is still on its way, as reasoning models do it."""


@attrs.frozen(kw_only=True)
class Failure:
    """The response fails here."""

    code: str
    """Error code, such as ``rate_limit_exceeded``."""
    message: str
    """Error message."""
    status: Literal["failed", "incomplete"] = "failed"
    """Final status; for ``incomplete`` the code is the reason (``max_output_tokens``, ...)."""
    kind: str = "server_error"
    """Error type."""


Answer = Say | Write | Call | Failure
"""One output item of a response, or its failure."""


class Mind(Protocol):
    """The part of a brain that belongs to one connection."""

    def detector(self, threshold: float) -> SpeechDetector:
        """A voice activity detector; ``threshold`` is the session's, from 0 to 1."""
        ...

    def ear(self, transcription: Mapping[str, Any] | None) -> Ear:
        """A fresh ear for one utterance; gets the session's transcription settings (wire form)."""
        ...

    def answer(self, request: AudioRequest) -> AsyncIterator[Answer]:
        """Answer one request with output items, in order."""
        ...

    async def aclose(self) -> None:
        """The connection ended.

        Raises:
            UnconsumedStepError: A script has steps left over.
        """


class Brain(Protocol):
    """Understands and speaks; shared by all connections of a server."""

    async def start(self) -> None:
        """Get ready: the server starts. Connections come only after this has returned."""

    def connect(self) -> Mind:
        """A mind for a new connection."""
        ...

    async def aclose(self) -> None:
        """Release worker processes and the like."""
