"""Real ears, a real voice and a small dialogue on this machine; test speech with known words."""

from realtime_voice.testing.local._clips import (
    Clip,
    ClipsError,
    cache_folder,
    human_clips,
    synthetic_clips,
)
from realtime_voice.testing.local._local import Local, Reply

__all__ = [
    "Clip",
    "ClipsError",
    "Local",
    "Reply",
    "cache_folder",
    "human_clips",
    "synthetic_clips",
]
