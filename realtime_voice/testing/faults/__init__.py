"""Everything that goes wrong on a line, as data: for tests of programs that must stand it.

Give faults to the local server, ``LocalServer(brain, faults=[Cut(when=AfterEvents(count=9))])``:
each class is one behaviour, its fields say how and when.
"""

from realtime_voice.testing.faults._chaos import ChaosProxy
from realtime_voice.testing.faults._chaos_plan import ChaosEvent, ChaosPlan, OneWay
from realtime_voice.testing.faults._handshake import (
    BadUpgrade,
    DropHandshake,
    GarbageAnswer,
    NeverAnswer,
    NoSession,
    Refuse,
    RefuseSession,
    RejectUpdate,
    SessionWithUpgrade,
    TrickleUpgrade,
)
from realtime_voice.testing.faults._messages import (
    ODDITIES,
    BigMessage,
    EndlessMessage,
    Expire,
    Flood,
    OddEvent,
    Repeat,
    SendBinary,
    SendText,
)
from realtime_voice.testing.faults._plan import Fault, FaultPlan, HandshakeFault, LiveFault
from realtime_voice.testing.faults._triggers import (
    AfterBytes,
    AfterEvents,
    AfterSeconds,
    OnClientEvent,
    OnClose,
    Trigger,
)
from realtime_voice.testing.faults._wire import (
    BREACHES,
    Breach,
    Close,
    Cut,
    GoSilent,
    IgnoreClose,
    OversizedHeader,
    PingEvery,
    SendPong,
    SendRaw,
    SlowWriting,
    StopReading,
)

__all__ = [
    "BREACHES",
    "ODDITIES",
    "AfterBytes",
    "AfterEvents",
    "AfterSeconds",
    "BadUpgrade",
    "BigMessage",
    "Breach",
    "ChaosEvent",
    "ChaosPlan",
    "ChaosProxy",
    "Close",
    "Cut",
    "DropHandshake",
    "EndlessMessage",
    "Expire",
    "Fault",
    "FaultPlan",
    "Flood",
    "GarbageAnswer",
    "GoSilent",
    "HandshakeFault",
    "IgnoreClose",
    "LiveFault",
    "NeverAnswer",
    "NoSession",
    "OddEvent",
    "OnClientEvent",
    "OnClose",
    "OneWay",
    "OversizedHeader",
    "PingEvery",
    "Refuse",
    "RefuseSession",
    "RejectUpdate",
    "Repeat",
    "SendBinary",
    "SendPong",
    "SendRaw",
    "SendText",
    "SessionWithUpgrade",
    "SlowWriting",
    "StopReading",
    "TrickleUpgrade",
    "Trigger",
]
