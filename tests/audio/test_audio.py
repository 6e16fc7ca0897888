"""The public face of the package."""

import subprocess
import sys

import pytest

from realtime_voice import audio


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
    """Importing the package, and sinks and queues that count bytes, leaves numpy alone."""
    program = (
        "import sys; import realtime_voice.audio as audio\n"
        "audio.NullSink(); audio.QueueSource(); audio.IterableSource([])\n"
        "assert 'numpy' not in sys.modules\n"
        "audio.ArraySink(); assert 'numpy' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603 - our own program
