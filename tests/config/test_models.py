"""What is known of models, and who is told when they end."""

import re
import warnings
from typing import Any

import pytest

from realtime_voice.config import (
    REALTIME_MODELS,
    TRANSCRIPTION_MODELS,
    SessionConfig,
)
from realtime_voice.config._models import NOT_CONVERSATIONAL, realtime_model

RETIRING = [
    (name, model.retirement.date, model.retirement.replacement)
    for table in (REALTIME_MODELS, TRANSCRIPTION_MODELS)
    for name, model in table.items()
    if model.retirement is not None
]


@pytest.mark.parametrize(("name", "date", "replacement"), RETIRING)
def test_a_model_that_ends_is_told_of(name: str, date: str, replacement: str) -> None:
    """The warning names the model, the day and the replacement, at the user's own line."""
    fields: dict[str, Any] = {"model": name}
    if name in TRANSCRIPTION_MODELS:
        fields = {"transcription": {"model": name}}
    with pytest.warns(DeprecationWarning, match=re.escape(repr(name))) as told:
        SessionConfig(**fields)
    assert [entry.filename for entry in told] == [__file__]
    message = str(told[0].message)
    assert date in message
    assert replacement in message


@pytest.mark.parametrize(("name", "date", "replacement"), RETIRING)
def test_a_replacement_stays(name: str, date: str, replacement: str) -> None:
    """A day is written as a day, and nothing is replaced by something that ends."""
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", date)
    kept = {**REALTIME_MODELS, **TRANSCRIPTION_MODELS}[replacement]
    assert kept.retirement is None


def test_reading_does_not_warn() -> None:
    """What a server says about its models is no mistake of the user's."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SessionConfig.from_wire({"model": "gpt-realtime", "prompt": {"id": "p"}})


def test_the_known_models() -> None:
    """The dates of the protocol's notes."""
    ends = {name: date for name, date, _ in RETIRING}
    assert ends["gpt-realtime"] == ends["gpt-realtime-mini"] == "2027-01-20"
    assert ends["gpt-4o-mini-transcribe"] == ends["whisper-1"] == "2027-02-26"
    assert ends["gpt-4o-realtime-preview"] == "2026-05-07"
    assert set(TRANSCRIPTION_MODELS) <= set(NOT_CONVERSATIONAL)


def test_a_snapshot_can_do_what_its_family_can() -> None:
    """A dated name has its family's abilities, and a day of its own to end, if any."""
    snapshot = realtime_model("gpt-realtime-mini-2025-10-06")
    assert snapshot is not None
    assert snapshot.reasons is False
    assert snapshot.retirement is None
    preview = realtime_model("gpt-4o-realtime-preview-2024-12-17")
    assert preview is not None
    assert preview.retirement is not None
    assert realtime_model("somebody-elses") is None
    assert realtime_model(None) is None
