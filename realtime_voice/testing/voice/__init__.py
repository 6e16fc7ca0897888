"""A voice of our own, with exact word times: numpy only."""

from realtime_voice.testing.voice._formant import FormantVoice
from realtime_voice.testing.voice._lexicon import FileLexicon, Lexicon
from realtime_voice.testing.voice._protocol import Speech, Voice
from realtime_voice.testing.voice._styles import STYLES, VoiceStyle

__all__ = [
    "STYLES",
    "FileLexicon",
    "FormantVoice",
    "Lexicon",
    "Speech",
    "Voice",
    "VoiceStyle",
]
