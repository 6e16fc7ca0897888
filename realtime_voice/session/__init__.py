"""Voice conversations: the session, what it tells and what it comes to."""

from realtime_voice.session._kept import KeptAudio
from realtime_voice.session._life import Connector
from realtime_voice.session._notices import AudioDropped
from realtime_voice.session._result import SessionResult
from realtime_voice.session._session import Session
from realtime_voice.session._statistics import SessionStatistics
from realtime_voice.session._subscriptions import Overflow, Subscription
from realtime_voice.session._uplink import UplinkOverflow

__all__ = [
    "AudioDropped",
    "Connector",
    "KeptAudio",
    "Overflow",
    "Session",
    "SessionResult",
    "SessionStatistics",
    "Subscription",
    "UplinkOverflow",
]
