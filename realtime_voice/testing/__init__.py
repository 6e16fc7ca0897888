"""The other half of the protocol, for tests and for life without a key.

:class:`LocalServer` is a Realtime server on this machine; a *brain* stands behind it:
:class:`Scripted` plays a script to the letter, :class:`Local` hears and speaks for real.
"""

from realtime_voice.testing._brain import (
    Answer,
    AudioRequest,
    Brain,
    Call,
    Ear,
    Failure,
    HeardSpeech,
    Mind,
    Say,
    SpeechDetector,
    Write,
)
from realtime_voice.testing._detector import EnergyDetector
from realtime_voice.testing._engine_pace import Pace
from realtime_voice.testing._records import ConnectionRecord, Received, Sent
from realtime_voice.testing._scripted import Scripted
from realtime_voice.testing._server import LocalServer
from realtime_voice.testing._steps import Asked, Called, Heard, Step, Typed
from realtime_voice.testing._tones import tone_speech
from realtime_voice.testing.local import Clip, Local, Reply, human_clips, synthetic_clips

__all__ = [
    "Answer",
    "Asked",
    "AudioRequest",
    "Brain",
    "Call",
    "Called",
    "Clip",
    "ConnectionRecord",
    "Ear",
    "EnergyDetector",
    "Failure",
    "Heard",
    "HeardSpeech",
    "Local",
    "LocalServer",
    "Mind",
    "Pace",
    "Received",
    "Reply",
    "Say",
    "Scripted",
    "Sent",
    "SpeechDetector",
    "Step",
    "Typed",
    "Write",
    "human_clips",
    "synthetic_clips",
    "tone_speech",
]
