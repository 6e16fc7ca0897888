"""Faults as data: what they refuse, and what needs a socket."""

import attrs
import pytest

from realtime_voice.errors import ConfigError
from realtime_voice.testing import faults
from realtime_voice.testing.faults import (
    AfterBytes,
    AfterEvents,
    BigMessage,
    Breach,
    Close,
    Cut,
    OnClose,
    OneWay,
    Refuse,
    SendPong,
    SlowWriting,
)
from realtime_voice.testing.faults._plan import require_faults, require_in_process

CLASSES = [value for name in faults.__all__ if attrs.has(value := getattr(faults, name))]


@pytest.mark.parametrize("fault", CLASSES, ids=lambda fault: fault.__name__)
def test_faults_are_frozen_and_documented(fault: type) -> None:
    """Each one is immutable, takes keywords only and says what it is."""
    assert fault.__doc__
    assert fault.__attrs_props__.is_frozen if hasattr(fault, "__attrs_props__") else True
    with pytest.raises(TypeError):
        fault("positional")


def test_values_that_cannot_be() -> None:
    """A wrong value is told by name, with what would work."""
    wrong = [
        (lambda: Cut(how="bang"), "how must be one of fin, rst, not 'bang'"),
        (lambda: Breach(kind="other"), "kind must be one of reserved_bit, "),
        (lambda: AfterEvents(count=-1), "count must be at least 0, not -1"),
        (lambda: SlowWriting(bytes_per_s=0), "bytes_per_s must be above 0, not 0"),
        (lambda: OneWay(latency_s=float("nan")), "latency_s must be at least 0, not nan"),
        (lambda: Refuse(status=101), "status must be from 200 to 999, not 101"),
        (lambda: Close(code=65_536), "code must be from 0 to 65535, not 65536"),
        (lambda: SendPong(payload=bytes(126)), "payload must be 125 bytes at most, not b"),
        (lambda: SlowWriting(bytes_per_s=float("inf")), "bytes_per_s must be finite, not inf"),
        (lambda: OneWay(jitter_s=float("inf")), "jitter_s must be finite, not inf"),
        (lambda: OneWay(cut_at=-1), "cut_at must be a byte from 0 on"),
        (lambda: OneWay(stall_at=(9, 3)), "stall_at must be a byte from 0 on"),
    ]
    for make, message in wrong:
        with pytest.raises(ConfigError) as caught:
            make()
        assert str(caught.value).startswith(message)
        assert caught.value.field == message.split()[0]


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (Cut(), "Cut"),
        (BigMessage(fragment_bytes=5), "BigMessage(fragment_bytes=...)"),
        (Close(when=OnClose()), "Close(when=OnClose())"),
        (Refuse(status=401, endless=True), "Refuse(endless=...)"),
        (Refuse(status=401, bytes_per_s=5), "Refuse(bytes_per_s=...)"),
    ],
)
def test_faults_that_need_a_socket(fault: faults.Fault, name: str) -> None:
    """What cannot be had in process is refused by its name."""
    with pytest.raises(ConfigError, match="needs a socket") as caught:
        require_in_process([Close(), fault])
    assert str(caught.value).startswith(name)
    assert caught.value.field == "faults"
    assert caught.value.value == fault


def test_faults_without_a_socket() -> None:
    """The others pass."""
    require_in_process([Close(), BigMessage(), Refuse(status=404), Close(when=AfterBytes(count=5))])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([Cut], "did you mean Cut"),
        ([None], "not None"),
        (Cut(), "must be a sequence"),
        (None, "must be a sequence"),
        ("Cut", "must be a sequence"),
    ],
)
def test_what_is_no_fault(given: object, message: str) -> None:
    """A class, a lone fault and nothing are refused: they would never strike."""
    with pytest.raises(ConfigError, match=message) as caught:
        require_faults(given)
    assert caught.value.field == "faults"


def test_close_codes_of_breaches() -> None:
    """Bad text is answered with 1007, everything else with 1002."""
    codes = {kind: Breach(kind=kind).close_code for kind in faults.BREACHES}
    assert {kind for kind, code in codes.items() if code == 1007} == {
        "close_bad_text",
        "invalid_text",
        "surrogate",
        "cut_text",
    }
    assert set(codes.values()) == {1002, 1007}
