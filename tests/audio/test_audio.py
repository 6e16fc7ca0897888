"""The public face of the package."""

import subprocess
import sys
from pathlib import Path

import pytest

from realtime_voice import audio, errors


def test_every_public_name_can_be_imported() -> None:
    """All names of __all__ exist, are listed by dir(), and are documented."""
    assert list(audio.__all__) == sorted(audio.__all__)
    for name in audio.__all__:
        assert getattr(audio, name).__doc__
        assert name in dir(audio)
    assert set(audio._HOMES) | {"AudioSink", "AudioSource"} == set(audio.__all__)


def test_unknown_names_are_attribute_errors() -> None:
    """A typo is told as by any module."""
    with pytest.raises(AttributeError, match=r"realtime_voice\.audio.*no attribute 'Microphon'"):
        audio.Microphon  # noqa: B018 - what is tested


def test_numpy_is_imported_only_where_it_is_used() -> None:
    """The package itself, and sinks and queues that only count bytes, leave numpy alone."""
    # The parent package is left out: what it imports is not this package's doing.
    program = f"""
import sys, types
parent = types.ModuleType("realtime_voice")
parent.__path__ = [{str(Path(errors.__file__).parent)!r}]
sys.modules["realtime_voice"] = parent
import realtime_voice.audio as audio
audio.NullSink(); audio.QueueSource(); audio.IterableSource([])
assert "numpy" not in sys.modules
audio.ArraySink()
assert "numpy" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
