"""Pure text and timing: captions in the usual formats, and texts compared word by word."""

from realtime_voice.transcripts._captions import (
    CaptionFormat,
    Cue,
    dump_json,
    to_json,
    to_srt,
    to_text,
    to_vtt,
)
from realtime_voice.transcripts._compare import WordAlignment, WordPair, align_words

__all__ = [
    "CaptionFormat",
    "Cue",
    "WordAlignment",
    "WordPair",
    "align_words",
    "dump_json",
    "to_json",
    "to_srt",
    "to_text",
    "to_vtt",
]
